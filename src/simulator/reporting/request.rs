//! What a report is asked for.

use jiff::civil::Date;
use serde::Deserialize;

use crate::simulator::answer::Refusal;
use crate::simulator::captures::model::Known;

/// The body of a request. Fields that an endpoint does not know are passed over, as the portal does.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Request {
    /// `year`, `quarter` or `month`.
    pub time_type: Option<String>,
    /// The year.
    pub year: Option<i16>,
    /// 1 to 4, for a quarter.
    pub quarter: Option<u8>,
    /// 1 to 12, for a month.
    pub month: Option<u8>,
    /// First day, for `handling-satisfaction`.
    pub from_date: Option<Date>,
    /// Last day, for `handling-satisfaction`.
    pub to_date: Option<Date>,
    /// The department whose figures and children are asked for.
    pub root_department_id: Option<String>,
    /// The page; the reports answer everything on each page.
    pub current_page: u32,
    /// Its size.
    pub page_size: u32,
    /// The procedure, except for `dossier-digitized`.
    pub formality_id: Option<String>,
    /// The procedure for `dossier-digitized`: with a capital D, the other spelling narrows nothing there.
    #[serde(rename = "formalityID")]
    pub formality_id_capital: Option<String>,
    /// Words, for `formalities`.
    pub q: Option<String>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            time_type: None,
            year: None,
            quarter: None,
            month: None,
            from_date: None,
            to_date: None,
            root_department_id: None,
            current_page: 1,
            page_size: 100,
            formality_id: None,
            formality_id_capital: None,
            q: None,
        }
    }
}

/// A span of time for which figures are given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Period {
    /// The year.
    pub year: i16,
    /// First month, 1 to 12.
    pub first: u8,
    /// Last month.
    pub last: u8,
    /// Of which months there are figures at all.
    pub known: Known,
}

impl Period {
    /// Whether there is anything to tell of this time.
    #[must_use]
    pub fn has_data(self) -> bool {
        (self.year, self.first) <= self.known.to && (self.year, self.last) >= self.known.from
    }

    /// Whether it is a whole year.
    #[must_use]
    pub const fn is_year(self) -> bool {
        self.first == 1 && self.last == 12
    }

    /// The first and the last month with figures.
    #[must_use]
    pub fn within(self) -> (u8, u8) {
        let Known { from, to, .. } = self.known;
        let first = if self.year == from.0 { self.first.max(from.1) } else { self.first };
        let last = if self.year == to.0 { self.last.min(to.1) } else { self.last };
        (first, last)
    }

    /// Months with figures.
    #[must_use]
    pub fn months(self) -> u8 {
        let (first, last) = self.within();
        (last + 1).saturating_sub(first)
    }

    /// Scores of this time as a share of those of the last month with figures.
    #[must_use]
    pub fn grown(self) -> f64 {
        let (first, last) = self.within();
        let (year, month) = self.known.to;
        let middle = f64::from(first + last) / 2.0;
        let back = f64::from(year - self.year) * 12.0 + f64::from(month) - middle;
        (1.0 - self.known.growth * back).clamp(0.0, 1.0)
    }

    /// The period as a word, such as `2026-07-09`.
    #[must_use]
    pub fn word(self) -> String {
        format!("{}-{:02}-{:02}", self.year, self.first, self.last)
    }
}

impl Request {
    /// The period by `timeType`.
    ///
    /// # Errors
    /// 400 when it is missing or makes no sense.
    pub fn period(&self) -> Result<Period, Refusal> {
        let year = self.year.ok_or_else(|| Refusal::bad_request("thiếu year"))?;
        let months = match (self.time_type.as_deref(), self.quarter, self.month) {
            (Some("year"), ..) => Some((1, 12)),
            (Some("quarter"), Some(quarter @ 1..=4), _) => Some((3 * quarter - 2, 3 * quarter)),
            (Some("month"), _, Some(month @ 1..=12)) => Some((month, month)),
            _ => None,
        };
        let (first, last) = months.ok_or_else(|| Refusal::bad_request("timeType, quarter hoặc month không hợp lệ"))?;
        Ok(Period { year, first, last, known: Known::default() })
    }

    /// The period by `fromDate` and `toDate`.
    ///
    /// # Errors
    /// 400 when they are missing, turned round or in different years.
    pub fn days(&self) -> Result<Period, Refusal> {
        let (Some(from), Some(to)) = (self.from_date, self.to_date) else {
            return Err(Refusal::bad_request("thiếu fromDate hoặc toDate"));
        };
        if from > to || from.year() != to.year() {
            return Err(Refusal::bad_request("fromDate và toDate không hợp lệ"));
        }
        let month = |date: Date| date.month().unsigned_abs();
        Ok(Period { year: from.year(), first: month(from), last: month(to), known: Known::default() })
    }

    /// The procedure that narrows the report, if any.
    #[must_use]
    pub fn procedure(&self) -> Option<&str> {
        self.formality_id.as_deref().filter(|id| !id.is_empty())
    }

    /// The procedure that narrows `dossier-digitized`, if any.
    #[must_use]
    pub fn procedure_capital(&self) -> Option<&str> {
        self.formality_id_capital.as_deref().filter(|id| !id.is_empty())
    }
}
