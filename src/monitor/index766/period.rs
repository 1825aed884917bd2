//! The time a figure is for: a year, a quarter, a month, or other days.

use jiff::civil::{Date, date};

/// A period of days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// From 1 January, so far or whole.
    Year(i16),
    /// Quarter 1 to 4 of a year.
    Quarter(i16, i8),
    /// Month 1 to 12 of a year.
    Month(i16, i8),
    /// From a day to a day.
    Range(Date, Date),
}

impl Period {
    /// A year, if it is one in which there can be figures.
    #[must_use]
    pub fn year(year: i16) -> Option<Self> {
        (2000..=2200).contains(&year).then_some(Self::Year(year))
    }

    /// A quarter of a year.
    #[must_use]
    pub fn quarter(year: i16, quarter: i8) -> Option<Self> {
        Self::year(year).filter(|_| (1..=4).contains(&quarter)).map(|_| Self::Quarter(year, quarter))
    }

    /// A month of a year.
    #[must_use]
    pub fn month(year: i16, month: i8) -> Option<Self> {
        Self::year(year).filter(|_| (1..=12).contains(&month)).map(|_| Self::Month(year, month))
    }

    /// The days from one to another: the year, quarter or month that they make, or a range.
    #[must_use]
    pub fn between(first: Date, last: Date) -> Option<Self> {
        if last < first {
            return None;
        }
        let month = first.month();
        let whole =
            [Self::year(first.year()), Self::quarter(first.year(), (month + 2) / 3), Self::month(first.year(), month)];
        let same = whole.into_iter().flatten().find(|p| p.first() == first && p.last() == last);
        Some(same.unwrap_or(Self::Range(first, last)))
    }

    /// `year`, `quarter`, `month` or `range`.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Year(_) => "year",
            Self::Quarter(..) => "quarter",
            Self::Month(..) => "month",
            Self::Range(..) => "range",
        }
    }

    /// `2026`, `2026-Q3`, `2026-08` or `2026-08-03/2026-08-09`.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::Year(year) => format!("{year:04}"),
            Self::Quarter(year, quarter) => format!("{year:04}-Q{quarter}"),
            Self::Month(year, month) => format!("{year:04}-{month:02}"),
            Self::Range(first, last) => format!("{first}/{last}"),
        }
    }

    /// Reads what [`Period::word`] writes.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        if let Some((first, last)) = word.split_once('/') {
            return Self::between(first.parse().ok()?, last.parse().ok()?);
        }
        match word.split_once('-') {
            None => Self::year(word.parse().ok()?),
            Some((year, rest)) => match rest.strip_prefix('Q') {
                Some(quarter) => Self::quarter(year.parse().ok()?, quarter.parse().ok()?),
                None => Self::month(year.parse().ok()?, rest.parse().ok()?),
            },
        }
    }

    /// The first day.
    #[must_use]
    pub fn first(self) -> Date {
        match self {
            Self::Year(year) => date(year, 1, 1),
            Self::Quarter(year, quarter) => date(year, quarter * 3 - 2, 1),
            Self::Month(year, month) => date(year, month, 1),
            Self::Range(first, _) => first,
        }
    }

    /// The last day.
    #[must_use]
    pub fn last(self) -> Date {
        match self {
            Self::Year(year) => date(year, 12, 31),
            Self::Quarter(year, quarter) => date(year, quarter * 3, 1).last_of_month(),
            Self::Month(year, month) => date(year, month, 1).last_of_month(),
            Self::Range(_, last) => last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_periods_are_read_back() {
        for word in ["2026", "2026-Q3", "2026-08", "2026-08-03/2026-08-09"] {
            assert_eq!(Period::parse(word).unwrap().word(), word);
        }
        for word in ["", "26", "2026-13", "2026-Q5", "2026-08-09/2026-08-03", "august"] {
            assert_eq!(Period::parse(word), None, "{word}");
        }
    }

    #[test]
    fn days_that_make_a_quarter_are_the_quarter() {
        assert_eq!(Period::between(date(2026, 7, 1), date(2026, 9, 30)), Some(Period::Quarter(2026, 3)));
        assert_eq!(Period::between(date(2026, 2, 1), date(2026, 2, 28)), Some(Period::Month(2026, 2)));
        assert_eq!(Period::between(date(2026, 1, 1), date(2026, 12, 31)), Some(Period::Year(2026)));
        assert_eq!(Period::between(date(2026, 2, 1), date(2026, 2, 27)).unwrap().kind(), "range");
    }
}
