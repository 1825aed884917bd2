//! Visits as polls: what the schedule does for sources that are portals.

use std::sync::Arc;

use jiff::Timestamp;

use super::client::Tally;
use super::model::Settings;
use super::report::Ended;
use super::reports::{self, Wanted};
use super::{harvest, model};
use crate::monitor::index766::period::Period;
use crate::monitor::model::FailureKind;
use crate::monitor::poll::execute::{Hook, Polled, Task};
use crate::monitor::probe::model::Outcome;
use crate::monitor::source::model::{Definition, What};
use crate::platform::clock::VIETNAM;
use crate::platform::db::Db;
use crate::platform::http::Client;
use crate::platform::word;

/// What is done for sources that are a portal's catalog or its reports.
#[must_use]
pub fn hook(db: Db, client: Client) -> Hook {
    Arc::new(move |task| {
        let (db, client) = (db.clone(), client.clone());
        Box::pin(async move { visit(&db, &client, &task).await })
    })
}

async fn visit(db: &Db, client: &Client, task: &Task) -> Polled {
    let settings = match settings(&task.definition, task.requests_left) {
        Ok(settings) => settings,
        Err(error) => return failed(FailureKind::AddressRefused, error.to_string()),
    };
    let ended = if let What::PortalIndex766(wanted) = &task.definition.what {
        let year = wanted.year.and_then(|year| i16::try_from(year).ok());
        let period = Period::year(year.unwrap_or_else(|| this_year(task.now)));
        let Some(period) = period else { return failed(FailureKind::AddressRefused, "no such year".to_owned()) };
        let departments = wanted.departments.clone();
        let wanted = Wanted { period, departments, formalities: Vec::new(), with_formalities: false };
        let report = reports::collect(db, client, &settings, &wanted, task.now, &mut |_, _, _| {}).await;
        report.map(|r| (r.ended, r.reason, r.traffic)).map_err(|error| error.to_string())
    } else {
        let report = harvest(db, client, &settings, task.now, &mut |_| {}).await;
        report.map(|r| (r.ended, r.reason, r.traffic)).map_err(|error| error.to_string())
    };
    match ended {
        Ok((ended, reason, traffic)) => polled(ended, reason, &traffic),
        Err(message) => {
            tracing::error!(source.id = %task.definition.id, error = %message, "a visit to a portal broke off on our side");
            failed(FailureKind::OwnNetworkDown, "the visit broke off on our side".to_owned())
        }
    }
}

fn settings(definition: &Definition, requests_left: Option<i64>) -> Result<Settings, model::SettingsError> {
    let url = definition.what.url().map(ToString::to_string).unwrap_or_default();
    let mut settings = Settings::new(&url, Some(definition.pause_ms))?;
    settings.source.clone_from(&definition.id);
    settings.max_requests = requests_left.and_then(|left| u64::try_from(left).ok());
    Ok(settings)
}

fn this_year(now: Timestamp) -> i16 {
    VIETNAM.to_datetime(now).year()
}

/// A visit that ended as a poll: one that is not complete failed by the kind of failure it met most.
fn polled(ended: Ended, reason: Option<String>, traffic: &Tally) -> Polled {
    let requests = i64::try_from(traffic.requests).unwrap_or(i64::MAX);
    if ended == Ended::Complete {
        return Polled { outcome: Outcome::default(), requests };
    }
    let refused = [403, 429].into_iter().find(|code| traffic.failures.contains_key(&format!("http_{code}")));
    let most = traffic.failures.iter().max_by_key(|(_, count)| **count).map_or("", |(kind, _)| kind.as_str());
    let kind = match refused.filter(|_| ended == Ended::Stopped) {
        Some(_) => FailureKind::Http4xx,
        None if most.starts_with("http_4") => FailureKind::Http4xx,
        None => word::read(most).unwrap_or(FailureKind::BadBody),
    };
    let status = refused.filter(|_| ended == Ended::Stopped);
    let outcome = Outcome { failure: Some(kind), message: reason.unwrap_or_default(), status, ..Outcome::default() };
    Polled { outcome, requests }
}

fn failed(kind: FailureKind, message: String) -> Polled {
    Polled { outcome: Outcome { failure: Some(kind), message, ..Outcome::default() }, requests: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traffic(failures: &[(&str, u64)]) -> Tally {
        let failures = failures.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect();
        Tally { requests: 9, failures, ..Tally::default() }
    }

    #[test]
    fn a_visit_that_was_refused_is_a_refused_poll_and_one_that_gave_up_fails_by_what_it_met_most() {
        let refused = polled(Ended::Stopped, None, &traffic(&[("http_403", 1), ("timeout", 4)]));
        assert_eq!((refused.outcome.failure, refused.outcome.status), (Some(FailureKind::Http4xx), Some(403)));
        let gave_up = polled(Ended::Partial, None, &traffic(&[("http_5xx", 1), ("timeout", 4)]));
        assert_eq!((gave_up.outcome.failure, gave_up.outcome.status), (Some(FailureKind::Timeout), None));
        let complete = polled(Ended::Complete, None, &traffic(&[("http_5xx", 1)]));
        assert_eq!((complete.outcome.failure, complete.requests), (None, 9));
    }
}
