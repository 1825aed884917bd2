//! Times that are counted: rolling and calendar windows, hours of work, planned stops cut out, the roll-ups that answer.
//!
//! All times are epoch milliseconds, on steps of five minutes; an end is outside of its span.

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::model::{Period, Window};
use crate::monitor::observation::model::{DAY, MINUTE, Step};
use crate::platform::calendar::model::Calendar;
use crate::platform::clock::VIETNAM;

/// A time from an instant up to but without another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// Beginning, epoch milliseconds.
    pub from: i64,
    /// End, epoch milliseconds.
    pub to: i64,
}

impl Span {
    /// From one instant to another.
    #[must_use]
    pub fn new(from: i64, to: i64) -> Self {
        Self { from, to }
    }

    /// Its length, milliseconds; 0 when it ends before it begins.
    #[must_use]
    pub fn length(self) -> i64 {
        (self.to - self.from).max(0)
    }

    /// What it shares with another.
    #[must_use]
    pub fn shared(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), to: self.to.min(other.to) }
    }

    /// Whether it holds no time.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.to <= self.from
    }
}

impl Window {
    /// The window that ends at an instant, as far as it has run: a calendar window begins with the time that the last
    /// moment before the instant lies in.
    #[must_use]
    pub fn until(self, end: i64) -> Span {
        match self {
            Self::Rolling { days } => Span::new(end - i64::from(days) * DAY, end),
            Self::Calendar { period } => Span::new(period_of(period, end - 1).from, end),
        }
    }

    /// The same window with the time that is still to come.
    #[must_use]
    pub fn whole(self, end: i64) -> Span {
        match self {
            Self::Rolling { .. } => self.until(end),
            Self::Calendar { period } => period_of(period, end - 1),
        }
    }
}

/// The day in Vietnam that holds an instant.
#[must_use]
pub fn day_of(at: i64) -> Date {
    Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned_datetime(VIETNAM).date()
}

/// When a day begins in Vietnam.
#[must_use]
pub fn start_of(day: Date) -> i64 {
    instant(day, Time::midnight())
}

fn instant(day: Date, time: Time) -> i64 {
    day.to_datetime(time).to_zoned_datetime(VIETNAM).map_or(0, |at| at.timestamp().as_millisecond())
}

/// The month, quarter or year in Vietnam that holds an instant.
#[must_use]
pub fn period_of(period: Period, at: i64) -> Span {
    let first_of_month = day_of(at).first_of_month();
    let month = i64::from(first_of_month.month());
    let (back, months) = match period {
        Period::Month => (0, 1),
        Period::Quarter => ((month - 1) % 3, 3),
        Period::Year => (month - 1, 12),
    };
    let first = first_of_month.saturating_sub(back.months());
    Span::new(start_of(first), start_of(first.saturating_add(months.months())))
}

/// The last month in Vietnam that was over at an instant: its name, such as `2026-10`, and its time.
#[must_use]
pub fn month_before(at: i64) -> (String, Span) {
    let running = period_of(Period::Month, at);
    let span = period_of(Period::Month, running.from - 1);
    (day_of(span.from).strftime("%Y-%m").to_string(), span)
}

/// The last instant on a step of five minutes that is not after another.
#[must_use]
pub fn step_before(at: i64) -> i64 {
    Step::FiveMinutes.start(at)
}

/// The parts of a time that are worked, and whether a day of it lies in a year whose days off are not loaded.
///
/// Hours that do not lie on steps of five minutes are widened to them.
#[must_use]
pub fn working(span: Span, calendar: &Calendar) -> (Vec<Span>, bool) {
    let mut spans: Vec<Span> = Vec::new();
    let mut provisional = false;
    let mut day = day_of(span.from);
    while start_of(day) < span.to {
        provisional |= !calendar.is_loaded(day);
        for (begins, ends) in calendar.open_spans(day) {
            let from = Step::FiveMinutes.start(instant(day, *begins));
            let part = Span::new(from, Step::FiveMinutes.start_from(instant(day, *ends))).shared(span);
            match spans.last_mut() {
                Some(last) if !part.is_empty() && part.from <= last.to => last.to = last.to.max(part.to),
                _ if part.is_empty() => {}
                _ => spans.push(part),
            }
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    (spans, provisional)
}

/// Times without what is cut out of them; both in any order, the holes may overlap.
#[must_use]
pub fn without(spans: Vec<Span>, holes: &[Span]) -> Vec<Span> {
    holes.iter().filter(|hole| !hole.is_empty()).fold(spans, |spans, hole| {
        let around = |span: Span| {
            let before = Span::new(span.from, span.to.min(hole.from));
            let after = Span::new(span.from.max(hole.to), span.to);
            [before, after].into_iter().filter(|part| !part.is_empty())
        };
        spans.into_iter().flat_map(around).collect()
    })
}

/// What times share with one time.
#[must_use]
pub fn within(spans: &[Span], limit: Span) -> Vec<Span> {
    spans.iter().map(|span| span.shared(limit)).filter(|span| !span.is_empty()).collect()
}

/// Length of all times together, minutes.
#[must_use]
pub fn minutes(spans: &[Span]) -> i64 {
    spans.iter().map(|span| span.length()).sum::<i64>() / MINUTE
}

/// Cuts a time on steps of five minutes into the widest roll-ups that fit: days, the hours around them, and so on.
pub fn cut(span: Span, out: &mut Vec<(Step, Span)>) {
    cut_by(span, &Step::ALL, out);
}

fn cut_by(span: Span, steps: &[Step], out: &mut Vec<(Step, Span)>) {
    if span.is_empty() {
        return;
    }
    let Some((widest, narrower)) = steps.split_last() else { return };
    if narrower.is_empty() {
        out.push((*widest, span));
        return;
    }
    let (first, last) = (widest.start_from(span.from), widest.start(span.to));
    if first >= last {
        return cut_by(span, narrower, out);
    }
    cut_by(Span::new(span.from, first), narrower, out);
    out.push((*widest, Span::new(first, last)));
    cut_by(Span::new(last, span.to), narrower, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn a_calendar_window_begins_in_vietnam() {
        let month = Window::Calendar { period: Period::Month };
        let now = at("2026-11-24T09:00:00+07:00");
        assert_eq!(month.until(now), Span::new(at("2026-11-01T00:00:00+07:00"), now));
        assert_eq!(month.whole(now).to, at("2026-12-01T00:00:00+07:00"));
        let quarter = Window::Calendar { period: Period::Quarter };
        assert_eq!(quarter.whole(now), Span::new(at("2026-10-01T00:00:00+07:00"), at("2027-01-01T00:00:00+07:00")));
        let year = Window::Calendar { period: Period::Year };
        assert_eq!(year.whole(now), Span::new(at("2026-01-01T00:00:00+07:00"), at("2027-01-01T00:00:00+07:00")));
        let midnight = at("2026-11-01T00:00:00+07:00");
        assert_eq!(month.until(midnight), Span::new(at("2026-10-01T00:00:00+07:00"), midnight), "it is just over");
        assert_eq!(month_before(midnight).0, "2026-10");
        assert_eq!(month_before(midnight - 1).0, "2026-09");
        assert_eq!(month_before(at("2026-01-15T00:00:00+07:00")).0, "2025-12");
    }

    #[test]
    fn holes_are_cut_out() {
        let spans = vec![Span::new(0, 10), Span::new(20, 30)];
        let holes = [Span::new(5, 22), Span::new(21, 23), Span::new(29, 40), Span::new(7, 7)];
        assert_eq!(without(spans.clone(), &holes), [Span::new(0, 5), Span::new(23, 29)]);
        assert_eq!(without(spans.clone(), &[]), spans);
        assert!(without(spans, &[Span::new(-5, 50)]).is_empty());
    }

    #[test]
    fn a_time_is_cut_without_gap_or_overlap() {
        let day = start_of(Date::constant(2026, 11, 24));
        let span = Span::new(day - 65 * MINUTE, day + 2 * DAY + 125 * MINUTE);
        let mut parts = Vec::new();
        cut(span, &mut parts);
        let steps: Vec<&str> = parts.iter().map(|(step, _)| step.as_str()).collect();
        assert_eq!(steps, ["5m", "1h", "1d", "1h", "5m"]);
        assert_eq!((parts[0].1.from, parts[4].1.to), (span.from, span.to));
        assert!(parts.windows(2).all(|two| two[0].1.to == two[1].1.from));
    }
}
