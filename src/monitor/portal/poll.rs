//! Visits as polls: what the schedule does for sources that are portals.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::answer::{BUDGET, Failure};
use super::client::Tally;
use super::model::Settings;
use super::report::{Ended, HarvestReport};
use super::reports::{self, Wanted};
use super::{harvest, model};
use crate::monitor::index766::actions::Taken;
use crate::monitor::index766::model::{Context, Figure};
use crate::monitor::index766::period::Period;
use crate::monitor::index766::readings::readings;
use crate::monitor::model::FailureKind;
use crate::monitor::poll::execute::{Hook, Polled, Task};
use crate::monitor::probe::model::{Outcome, Reading};
use crate::monitor::source::model::{Definition, PortalIndex766, What};
use crate::platform::clock::VIETNAM;
use crate::platform::db::Db;
use crate::platform::http::Client;

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
    let visited = if let What::PortalIndex766(wanted) = &task.definition.what {
        reports(db, client, &settings, wanted, task.now).await
    } else {
        let report = harvest(db, client, &settings, task.now, &mut |_| {}).await;
        report
            .map(|r| polled(as_polled(&r), r.stopped_by, r.retry_after_seconds, r.reason, &r.traffic))
            .map_err(|error| error.to_string())
    };
    visited.unwrap_or_else(|message| {
        tracing::error!(source.id = %task.definition.id, error = %message, "a visit to a portal broke off on our side");
        failed(FailureKind::OwnNetworkDown, "the visit broke off on our side".to_owned())
    })
}

/// How a visit to the list ended as a poll: one that saw the whole list but could not read some of its items did not fail,
/// since asking again at once would bring the same.
fn as_polled(report: &HarvestReport) -> Ended {
    let list = &report.list;
    let seen = list.items > 0 && list.unreadable > 0 && list.total.is_none_or(|total| list.items >= total);
    if report.ended == Ended::Partial && seen { Ended::Complete } else { report.ended }
}

/// Collects the reports of a year; the departments that were asked for become readings, those below them do not.
async fn reports(
    db: &Db,
    client: &Client,
    settings: &Settings,
    wanted: &PortalIndex766,
    now: Timestamp,
) -> Result<Polled, String> {
    let year = wanted.year.and_then(|year| i16::try_from(year).ok());
    let Some(period) = Period::year(year.unwrap_or_else(|| this_year(now))) else {
        return Ok(failed(FailureKind::AddressRefused, "no such year".to_owned()));
    };
    let departments = wanted.departments.clone();
    let wanted = Wanted { period, departments, formalities: Vec::new(), with_formalities: false };
    let mut found = Vec::new();
    let mut each = |_, context: &Context, taken: &Taken| {
        let asked: Vec<Figure> = taken.figures.iter().filter(|f| f.parent_id.is_empty()).cloned().collect();
        found.extend(readings(&asked, context));
    };
    let report = reports::collect(db, client, settings, &wanted, now, &mut each).await;
    let r = report.map_err(|error| error.to_string())?;
    let mut polled = polled(r.ended, r.stopped_by, r.retry_after_seconds, r.reason, &r.traffic);
    // The totals and a group's own report both have the group: the report that was asked last says it newest.
    let mut newest: BTreeMap<(String, String, Option<i64>), Reading> = BTreeMap::new();
    newest.extend(found.into_iter().map(|r| ((r.metric.clone(), r.subject.clone(), r.slot), r)));
    polled.outcome.readings = newest.into_values().collect();
    Ok(polled)
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

/// A visit that ended as a poll. One that was stopped failed by what stopped it, one that gave up by the kind of failure
/// it met most; a visit whose requests are used up goes on next time and did not fail.
fn polled(
    ended: Ended,
    stopped_by: Option<String>,
    retry_after: Option<u64>,
    reason: Option<String>,
    traffic: &Tally,
) -> Polled {
    let requests = i64::try_from(traffic.requests).unwrap_or(i64::MAX);
    if ended == Ended::Complete || stopped_by.as_deref() == Some(BUDGET) {
        return Polled { outcome: Outcome::default(), requests };
    }
    let most = || traffic.failures.iter().max_by_key(|(_, count)| **count).map(|(kind, _)| kind.clone());
    let kind = stopped_by.or_else(most).unwrap_or_default();
    let outcome = Outcome {
        failure: Some(Failure::kind_of_word(&kind).unwrap_or(FailureKind::BadBody)),
        message: reason.unwrap_or_default(),
        status: kind.strip_prefix("http_").and_then(|code| code.parse().ok()),
        retry_after: retry_after.map(Duration::from_secs),
        ..Outcome::default()
    };
    Polled { outcome, requests }
}

fn failed(kind: FailureKind, message: String) -> Polled {
    Polled { outcome: Outcome { failure: Some(kind), message, ..Outcome::default() }, requests: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::portal::report::ListReport;

    fn traffic(failures: &[(&str, u64)]) -> Tally {
        let failures = failures.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect();
        Tally { requests: 9, failures, ..Tally::default() }
    }

    #[test]
    fn a_list_that_was_seen_to_its_end_with_an_item_that_cannot_be_read_is_no_failed_poll() {
        let of = |items, unreadable, total| {
            let list = ListReport { items, total, unreadable, ..ListReport::default() };
            as_polled(&HarvestReport { ended: Ended::Partial, list, ..HarvestReport::default() })
        };
        assert_eq!(of(10, 1, Some(10)), Ended::Complete);
        assert_eq!(of(9, 1, Some(10)), Ended::Partial, "something is missing");
        assert_eq!(of(10, 0, Some(11)), Ended::Partial);
        assert_eq!(of(0, 0, None), Ended::Partial);
    }

    #[test]
    fn a_visit_that_was_refused_is_a_refused_poll_and_one_that_gave_up_fails_by_what_it_met_most() {
        let refused = polled(Ended::Stopped, Some("http_403".to_owned()), None, None, &traffic(&[("timeout", 4)]));
        assert_eq!((refused.outcome.failure, refused.outcome.status), (Some(FailureKind::Http4xx), Some(403)));
        let busy = polled(Ended::Stopped, Some("http_429".to_owned()), Some(3600), None, &traffic(&[]));
        assert_eq!((busy.outcome.status, busy.outcome.retry_after), (Some(429), Some(Duration::from_hours(1))));
        let wall = polled(Ended::Stopped, Some("waf_challenge".to_owned()), None, None, &traffic(&[("http_429", 9)]));
        assert_eq!((wall.outcome.failure, wall.outcome.status), (Some(FailureKind::WafChallenge), None));
        let gave_up = polled(Ended::Partial, None, None, None, &traffic(&[("http_5xx", 1), ("timeout", 4)]));
        assert_eq!((gave_up.outcome.failure, gave_up.outcome.status), (Some(FailureKind::Timeout), None));
        let complete = polled(Ended::Complete, None, None, None, &traffic(&[("http_5xx", 1)]));
        assert_eq!((complete.outcome.failure, complete.requests), (None, 9));
        let used_up = polled(Ended::Stopped, Some(BUDGET.to_owned()), None, None, &traffic(&[]));
        assert_eq!((used_up.outcome.failure, used_up.requests), (None, 9));
    }
}
