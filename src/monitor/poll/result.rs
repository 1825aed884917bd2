//! Which values a poll brought, and of which series.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::write::Finished;
use crate::monitor::model::State;
use crate::monitor::observation::model::{DAY, NewObservation, NewSeries, Step};
use crate::monitor::probe::model::{Outcome, Reading};
use crate::monitor::source::model::{Definition, POLL, PROBE, What};

/// The figure of a certificate: whole days until it ends, once a day.
pub const CERTIFICATE: &str = "certificate_days";
/// Longest detail that is kept, characters.
const DETAIL: usize = 300;

/// Digits from which on a run of them may be somebody's number: of a phone, an identity card, an account.
const PERSONAL_DIGITS: usize = 9;

/// An e-mail address, or digits with whatever people write between them.
#[expect(clippy::expect_used, reason = "a pattern of this file, which a test reads")]
static PERSONAL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\d(?:[ .-]?\d){8,}").expect("a pattern of this file"));

/// A value that a poll brought. Its number of series is not known yet.
#[derive(Debug, Clone)]
pub struct Found<'a> {
    /// Names the series within this process.
    pub key: String,
    /// Beginning of its time, epoch milliseconds.
    pub slot: i64,
    /// When the poll ended, epoch milliseconds.
    pub at: i64,
    /// The value; `None` when the one before still holds.
    pub value: Option<NewObservation>,
    definition: &'a Definition,
    metric: &'a str,
    subject: &'a str,
    unit: &'a str,
}

impl Found<'_> {
    /// The series, if it has to be made.
    #[must_use]
    pub fn series(&self) -> NewSeries {
        self.definition.series(self.metric, self.subject).unwrap_or_else(|| NewSeries {
            source_id: self.definition.id.clone(),
            metric: self.metric.to_owned(),
            subject: self.subject.to_owned(),
            unit: self.unit.to_owned(),
            every_ms: (self.metric == CERTIFICATE).then_some(DAY),
            max_age_ms: None,
        })
    }
}

/// The values of a poll: how long it took or why it failed, the certificate, what was read.
#[must_use]
pub fn values(finished: &Finished) -> Vec<Found<'_>> {
    let (definition, outcome) = (finished.definition.as_ref(), &finished.polled.outcome);
    let mut found = Vec::with_capacity(1 + outcome.readings.len());
    let metric = if matches!(definition.what, What::HttpProbe(_)) { PROBE } else { POLL };
    found.push(new(finished, metric, "", "ms", Some(took(finished))));
    if let Some(days) = outcome.certificate_days {
        let slot = Step::Day.start(finished.at);
        #[expect(clippy::cast_precision_loss, reason = "days until a certificate ends")]
        let value = number(finished, slot, days as f64);
        found.push(new(finished, CERTIFICATE, "", "d", Some(value)));
    }
    for reading in &outcome.readings {
        found.push(new(finished, &reading.metric, &reading.subject, &reading.unit, Some(read(finished, reading))));
    }
    if let (What::JsonPull(pull), true) = (&definition.what, outcome.not_modified) {
        for rule in pull.readings.iter().filter(|rule| rule.period.is_none()) {
            found.push(new(finished, &rule.metric, &rule.subject, &rule.unit, None));
        }
    }
    found
}

fn new<'a>(
    finished: &'a Finished,
    metric: &'a str,
    subject: &'a str,
    unit: &'a str,
    value: Option<NewObservation>,
) -> Found<'a> {
    let definition = finished.definition.as_ref();
    // No id, metric or subject has a line break.
    let key = format!("{}\n{metric}\n{subject}", definition.id);
    let slot = value.as_ref().map_or(finished.due.slot, |value| value.slot);
    Found { key, slot, at: finished.at, value, definition, metric, subject, unit }
}

fn number(finished: &Finished, slot: i64, value: f64) -> NewObservation {
    NewObservation {
        series_id: 0,
        slot,
        state: State::Number,
        value: Some(value),
        failure: None,
        detail: None,
        observed_at: finished.at,
    }
}

/// How long the poll took; what failed has a number as well when there was something to measure.
fn took(finished: &Finished) -> NewObservation {
    let outcome = &finished.polled.outcome;
    let milliseconds = outcome.phases.total().as_secs_f64() * 1000.0;
    let one = number(finished, finished.due.slot, milliseconds);
    let Some(failure) = outcome.failure else { return one };
    let measured = milliseconds > 0.0;
    NewObservation {
        state: if measured { State::Number } else { State::NotDelivered },
        value: measured.then_some(milliseconds),
        failure: Some(failure),
        detail: Some(detail(outcome)),
        ..one
    }
}

fn read(finished: &Finished, reading: &Reading) -> NewObservation {
    let slot = reading.slot.unwrap_or(finished.due.slot);
    NewObservation { state: reading.state, value: reading.value, ..number(finished, slot, 0.0) }
}

/// What a failed poll met, in one line.
fn detail(outcome: &Outcome) -> String {
    let told = without_numbers_of_people(&outcome.message);
    let mut text: String = told.chars().filter(|c| !c.is_control()).take(DETAIL).collect();
    let phases = &outcome.phases;
    // Writing to a string cannot fail.
    if let Some(status) = outcome.status {
        let _ = write!(text, "; status {status}");
    }
    let _ = write!(
        text,
        "; dns {:.1}, connect {:.1}, tls {:.1}, first byte {:.1}, transfer {:.1} ms",
        phases.dns.as_secs_f64() * 1000.0,
        phases.connect.as_secs_f64() * 1000.0,
        phases.tls.as_secs_f64() * 1000.0,
        phases.first_byte.as_secs_f64() * 1000.0,
        phases.transfer.as_secs_f64() * 1000.0,
    );
    text
}

/// A text of somebody else without e-mail addresses and long numbers: an answer that was not expected may name people.
fn without_numbers_of_people(text: &str) -> String {
    let hide = |found: &Captures<'_>| {
        let found = &found[0];
        let digits = found.chars().filter(char::is_ascii_digit).count();
        let address = found.parse::<IpAddr>().is_ok();
        let personal = found.contains('@') || (digits >= PERSONAL_DIGITS && !address);
        if personal { "…".to_owned() } else { found.to_owned() }
    };
    PERSONAL.replace_all(text, hide).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_and_addresses_of_people_are_left_out() {
        for (told, kept) in [
            (r#"json $.a == "x": it was "0912 345 678""#, r#"json $.a == "x": it was "…""#),
            ("it was 001.094.012.345", "it was …"),
            ("it was an.nguyen@example.vn, 12", "it was …, 12"),
            ("connect 192.168.100.200:8080: refused", "connect 192.168.100.200:8080: refused"),
            ("status == 200: it was 404", "status == 200: it was 404"),
            ("2026-11-25", "2026-11-25"),
        ] {
            assert_eq!(without_numbers_of_people(told), kept);
        }
    }
}
