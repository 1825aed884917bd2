//! Reads the days off of a year from a small TOML, JSON or CSV file, and refuses what cannot be one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};
use serde::Deserialize;

use super::model::DayKind;

/// The days off of one year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    /// The year.
    pub year: i16,
    /// The decision that sets them, empty when not given.
    pub decision: String,
    /// Where they were read.
    pub source: String,
    /// Days that differ from the week, in order.
    pub days: Vec<Day>,
}

/// A day that differs from the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub day: Date,
    /// How it differs.
    pub kind: DayKind,
    /// Its name.
    pub name: String,
    /// The decision that sets it, empty when it is the year's.
    pub decision: String,
    /// Where it was read, empty when it is where the year was.
    pub source: String,
}

/// Why a file is no calendar.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CalendarError {
    /// It is none of the three formats, or lacks a member.
    #[error("the file is no calendar in {format}: {message}")]
    Format {
        /// `TOML`, `JSON` or `CSV`.
        format: &'static str,
        /// What its reader says.
        message: String,
    },
    /// A day cannot be read.
    #[error("entry {entry}: `{text}` is no day: write it as 2027-02-08")]
    Day {
        /// Which entry, from 1.
        entry: usize,
        /// What stands there.
        text: String,
    },
    /// A kind is unknown.
    #[error("entry {entry}: `{text}` is no kind of day: use holiday or extra_working")]
    Kind {
        /// Which entry, from 1.
        entry: usize,
        /// What stands there.
        text: String,
    },
    /// A day lies in another year than the file's.
    #[error("{day} does not lie in {year}")]
    OtherYear {
        /// The day.
        day: Date,
        /// The file's year.
        year: i16,
    },
    /// A day is named twice.
    #[error("{0} is named twice")]
    Twice(Date),
    /// Monday to Friday is worked anyway.
    #[error("{0} is a Monday to Friday: an extra working day is a Saturday or Sunday")]
    WorkedAnyway(Date),
    /// No year has no holidays, so the rest of the file must be missing.
    #[error("{0} has no holiday: give the whole year, its days off are all that will be known of it")]
    NoHoliday(i16),
    /// Years outside what the calendar is for.
    #[error("{0} is no year of a calendar: 1990 to 2100 are read")]
    OutOfRange(i16),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    year: i16,
    #[serde(default)]
    decision: String,
    #[serde(default)]
    source: String,
    days: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    day: String,
    kind: String,
    name: String,
    #[serde(default)]
    decision: String,
    #[serde(default)]
    source: String,
}

/// Reads the years in a text; the format follows from the file's name. CSV has the columns
/// `day,kind,name,decision,source` and may hold several years, the others hold one: `year`, `decision`, `source` and
/// `days` with the same members. `source` is kept where the file names none.
///
/// # Errors
/// [`CalendarError`] naming the entry and what to do.
pub fn read(text: &str, file: &str, source: &str) -> Result<Vec<Year>, CalendarError> {
    let text = text.trim_start_matches('\u{feff}');
    let failed = |format, message: String| CalendarError::Format { format, message };
    let extension = file.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let document: Document = match extension.as_str() {
        "csv" => return csv_years(text, source),
        "json" => serde_json::from_str(text).map_err(|error| failed("JSON", error.to_string()))?,
        _ => toml::from_str(text).map_err(|error| failed("TOML", error.message().to_owned()))?,
    };
    let days = document.days.into_iter().enumerate().map(|(at, entry)| entry.read(at + 1));
    let source = if document.source.is_empty() { source.to_owned() } else { document.source };
    let year = Year { year: document.year, decision: document.decision, source, days: days.collect::<Result<_, _>>()? };
    Ok(vec![check(year)?])
}

fn csv_years(text: &str, source: &str) -> Result<Vec<Year>, CalendarError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut years: BTreeMap<i16, Vec<Day>> = BTreeMap::new();
    for (at, entry) in reader.deserialize::<Entry>().enumerate() {
        let entry = entry.map_err(|error| CalendarError::Format { format: "CSV", message: error.to_string() })?;
        let day = entry.read(at + 1)?;
        years.entry(day.day.year()).or_default().push(day);
    }
    if years.is_empty() {
        return Err(CalendarError::Format { format: "CSV", message: "there is no day in it".to_owned() });
    }
    let year = |(year, days)| check(Year { year, decision: String::new(), source: source.to_owned(), days });
    years.into_iter().map(year).collect()
}

impl Entry {
    fn read(self, entry: usize) -> Result<Day, CalendarError> {
        let day = self.day.trim().parse().map_err(|_| CalendarError::Day { entry, text: short(&self.day) })?;
        let kind = match self.kind.as_str() {
            "holiday" => DayKind::Holiday,
            "extra_working" => DayKind::ExtraWorking,
            _ => return Err(CalendarError::Kind { entry, text: short(&self.kind) }),
        };
        Ok(Day { day, kind, name: self.name, decision: self.decision, source: self.source })
    }
}

fn check(mut year: Year) -> Result<Year, CalendarError> {
    if !(1990..=2100).contains(&year.year) {
        return Err(CalendarError::OutOfRange(year.year));
    }
    let mut known = BTreeSet::new();
    for day in &year.days {
        if day.day.year() != year.year {
            return Err(CalendarError::OtherYear { day: day.day, year: year.year });
        }
        if !known.insert(day.day) {
            return Err(CalendarError::Twice(day.day));
        }
        let weekend = matches!(day.day.weekday(), Weekday::Saturday | Weekday::Sunday);
        if day.kind == DayKind::ExtraWorking && !weekend {
            return Err(CalendarError::WorkedAnyway(day.day));
        }
    }
    if !year.days.iter().any(|day| day.kind == DayKind::Holiday) {
        return Err(CalendarError::NoHoliday(year.year));
    }
    year.days.sort_by_key(|day| day.day);
    Ok(year)
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
