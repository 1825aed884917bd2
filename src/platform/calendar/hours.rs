//! Hours of work: which part of a day is worked, and minutes counted in it.

use jiff::civil::{Date, DateTime, Time};

use super::model::{Calendar, date, number};

/// Minutes of a day.
const DAY: i64 = 1_440;

/// Hours of work that are in force from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The first day on which they hold.
    pub valid_from: Date,
    /// Parts of the day that are worked, in order: from, until.
    pub spans: Vec<(Time, Time)>,
    /// What is received later counts from the next working morning; `None` where only the day's end is the limit.
    pub received_until: Option<Time>,
    /// Where they come from.
    pub source: String,
}

impl Profile {
    /// When work begins.
    #[must_use]
    pub fn begins(&self) -> Time {
        self.spans.first().map_or(Time::midnight(), |(from, _)| *from)
    }

    /// When work ends.
    #[must_use]
    pub fn ends(&self) -> Time {
        self.spans.last().map_or(Time::MAX, |(_, until)| *until)
    }

    /// Whether what is received at this time of a working day counts from that day.
    #[must_use]
    pub fn takes(&self, time: Time) -> bool {
        time <= self.received_until.unwrap_or_else(|| self.ends())
    }

    /// Whether this time of a working day is worked.
    #[must_use]
    pub fn is_open(&self, time: Time) -> bool {
        self.spans.iter().any(|(from, until)| (*from..*until).contains(&time))
    }

    /// Minutes of work in a working day.
    #[must_use]
    pub fn minutes(&self) -> i64 {
        self.minutes_before(DAY)
    }

    /// Minutes of work before a minute of the day.
    fn minutes_before(&self, minute: i64) -> i64 {
        let part = |(from, until): &(Time, Time)| (minute.min(of_day(*until)) - of_day(*from)).max(0);
        self.spans.iter().map(part).sum()
    }

    /// The minute of the day at which so many minutes have been worked; at most [`Profile::minutes`].
    fn minute_after(&self, mut worked: i64) -> i64 {
        for (from, until) in &self.spans {
            let part = of_day(*until) - of_day(*from);
            if worked <= part {
                return of_day(*from) + worked;
            }
            worked -= part;
        }
        of_day(self.ends())
    }
}

impl Calendar {
    /// Whether people are at work at a moment in Vietnam.
    #[must_use]
    pub fn is_open(&self, at: DateTime) -> bool {
        self.is_working(at.date()) && self.profile(at.date()).is_some_and(|profile| profile.is_open(at.time()))
    }

    /// The parts of a day that are worked, in order; none on a day off.
    #[must_use]
    pub fn open_spans(&self, day: Date) -> &[(Time, Time)] {
        if self.is_working(day) { self.profile(day).map_or(&[], |profile| &profile.spans) } else { &[] }
    }

    /// Minutes of work between two moments in Vietnam; 0 when the second is not later.
    #[must_use]
    pub fn working_minutes_between(&self, from: DateTime, to: DateTime) -> i64 {
        if to <= from {
            return 0;
        }
        let before = |at: DateTime| match self.profile(at.date()) {
            Some(profile) if self.is_working(at.date()) => profile.minutes_before(of_day(at.time())),
            _ => 0,
        };
        self.minutes_of_days(from.date(), to.date()) + before(to) - before(from)
    }

    /// Minutes of work of whole days, from one up to but without another.
    fn minutes_of_days(&self, from: Date, to: Date) -> i64 {
        let mut sum = 0;
        let mut at = from;
        while at < to {
            // Hours change seldom: all days with the same hours are counted together.
            let next = self.next_change(at).map_or(to, |change| change.min(to));
            let (yesterday, last) = (date(number(at) - 1), date(number(next) - 1));
            let days = self.working_days_between(yesterday, last).days;
            sum += days * self.profile(at).map_or(0, Profile::minutes);
            at = next;
        }
        sum
    }

    /// The moment at which so many minutes of work have passed since another.
    #[must_use]
    pub fn add_working_minutes(&self, from: DateTime, minutes: u32) -> super::model::Due {
        let mut left = i64::from(minutes);
        let mut at = from;
        // Ten years of days are more than any count of hours takes.
        for _ in 0..3_660 {
            let profile = self.profile(at.date()).filter(|_| self.is_working(at.date()));
            if let Some(profile) = profile {
                let done = profile.minutes_before(of_day(at.time()));
                if done + left <= profile.minutes() {
                    let minute = profile.minute_after(done + left).max(of_day(at.time()));
                    at = at.date().to_datetime(time_of(minute));
                    break;
                }
                left -= profile.minutes() - done;
            }
            let Ok(next) = at.date().tomorrow() else { break };
            at = next.to_datetime(Time::midnight());
        }
        let provisional = self.working_days_between(from.date(), at.date()).provisional;
        super::model::Due { at, provisional }
    }
}

fn of_day(time: Time) -> i64 {
    i64::from(time.hour()) * 60 + i64::from(time.minute())
}

fn time_of(minute: i64) -> Time {
    let part = |n: i64| i8::try_from(n).unwrap_or(0);
    Time::new(part(minute / 60), part(minute % 60), 0, 0).unwrap_or(Time::MAX)
}
