//! Dossier counts: what is used, and how much hangs on a gap.
//!
//! Two shapes are read: our own (`code,unit,from,to,total,online`) as evidence, and the former portal's weights
//! (`code,name,weight_dossiers,…`) as a prior, which is never evidence. What the monitor counts from dossier records comes
//! by `take_over`.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::store::{self, AssessmentError, VolumeRow};
use crate::catalog::code::ProcedureCode;
use crate::platform::changes;
use crate::platform::db::Db;

/// The kind of change-log entry that new dossier counts write.
pub const CHANGE_KIND: &str = "volume";

/// What an import of dossier counts did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VolumesReport {
    /// `dossiers` or `prior`.
    pub kind: String,
    /// Name of the source, shown wherever the figures are used.
    pub source: String,
    /// Rows read.
    pub read: u64,
    /// Rows kept.
    pub kept: u64,
    /// Rows that were refused.
    pub rejected: Vec<RejectedVolume>,
}

/// A row that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectedVolume {
    /// Line in the file, from 1.
    pub line: u64,
    /// The column at fault.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

/// Why a file of dossier counts cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum VolumesError {
    /// It is no CSV, or has none of the known headings.
    #[error("the file needs the columns code,unit,from,to,total,online, or code and weight_dossiers")]
    Headings,
    /// The period of a prior is not known.
    #[error("the file's name holds no month (YYYY-MM): give the last day of its period with --until")]
    Period,
    /// Storing failed.
    #[error(transparent)]
    Assessment(#[from] AssessmentError),
}

/// Where the file's columns are.
enum Shape {
    Dossiers { unit: Option<usize>, from: usize, to: usize, total: usize, online: Option<usize> },
    Prior { weight: usize },
}

/// Reads a file and keeps its rows. `until` is the last day of a prior's period.
///
/// # Errors
/// [`VolumesError`]; bad rows are in the report instead.
pub async fn import(
    db: &Db,
    bytes: &[u8],
    source: &str,
    until: Option<Date>,
    now: Timestamp,
) -> Result<VolumesReport, VolumesError> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let headings = reader.headers().map_err(|_| VolumesError::Headings)?.clone();
    let column = |name: &str| headings.iter().position(|h| h.eq_ignore_ascii_case(name));
    let code = column("code").ok_or(VolumesError::Headings)?;
    let shape = match (column("from"), column("to"), column("total"), column("weight_dossiers")) {
        (Some(from), Some(to), Some(total), _) => {
            Shape::Dossiers { unit: column("unit"), from, to, total, online: column("online") }
        }
        (_, _, _, Some(weight)) => Shape::Prior { weight },
        _ => return Err(VolumesError::Headings),
    };
    let period = match shape {
        Shape::Prior { .. } => Some(until.or_else(|| month_of(source)).ok_or(VolumesError::Period)?),
        Shape::Dossiers { .. } => None,
    };
    let kind = if period.is_some() { "prior" } else { "dossiers" };
    let mut report = VolumesReport { kind: kind.to_owned(), source: source.to_owned(), ..VolumesReport::default() };
    let mut rows = Vec::new();
    for record in reader.records() {
        report.read += 1;
        let position = match &record {
            Ok(record) => record.position(),
            Err(error) => error.position(),
        };
        let line = position.map_or(0, |at| line_of(bytes, at));
        let row =
            record.map_err(|error| ("line", error.to_string())).and_then(|r| read(&r, code, &shape, period, source));
        match row {
            Ok(row) => rows.push(row),
            Err((field, message)) => report.rejected.push(RejectedVolume { line, field, message }),
        }
    }
    keep(db, &rows, now).await?;
    report.kept = rows.len() as u64;
    Ok(report)
}

/// Keeps rows and notes whose verdicts they touch.
///
/// # Errors
/// [`AssessmentError`]
pub async fn keep(db: &Db, rows: &[VolumeRow], now: Timestamp) -> Result<(), AssessmentError> {
    for part in rows.chunks(500) {
        let mut tx = db.write().await?;
        let mut codes: Vec<String> = Vec::new();
        for row in part {
            store::put_volume(&mut tx, row, now).await?;
            codes.push(row.code.clone());
        }
        codes.sort_unstable();
        codes.dedup();
        changes::record(&mut tx, CHANGE_KIND, &codes, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

type Refused = (&'static str, String);

fn read(
    record: &csv::StringRecord,
    code: usize,
    shape: &Shape,
    period: Option<Date>,
    source: &str,
) -> Result<VolumeRow, Refused> {
    let cell = |at: usize| record.get(at).unwrap_or_default();
    let parsed = ProcedureCode::parse(cell(code)).map_err(|error| ("code", error.to_string()))?;
    let mut row = VolumeRow {
        code: parsed.code.to_string(),
        unit_id: String::new(),
        period_from: String::new(),
        period_to: String::new(),
        kind: "dossiers".to_owned(),
        total: 0,
        online: None,
        source: source.to_owned(),
    };
    match shape {
        Shape::Prior { weight } => {
            let until = period.unwrap_or(Date::MIN);
            "prior".clone_into(&mut row.kind);
            row.period_to = until.to_string();
            row.period_from = year_before(until).to_string();
            row.total = count(cell(*weight), "weight_dossiers")?;
        }
        Shape::Dossiers { unit, from, to, total, online } => {
            unit.map(cell).unwrap_or_default().clone_into(&mut row.unit_id);
            let (first, last) = (day(cell(*from), "from")?, day(cell(*to), "to")?);
            if last < first {
                return Err(("to", "lies before from".to_owned()));
            }
            row.period_from = first.to_string();
            row.period_to = last.to_string();
            row.total = count(cell(*total), "total")?;
            row.online = match online.map(cell).unwrap_or_default() {
                "" => None,
                text => Some(count(text, "online")?),
            };
            if row.online.is_some_and(|online| online > row.total) {
                return Err(("online", "is more than total".to_owned()));
            }
        }
    }
    Ok(row)
}

/// The line in the file on which a record begins: the reader's position lies before the empty lines that it passes over.
fn line_of(bytes: &[u8], position: &csv::Position) -> u64 {
    let rest = usize::try_from(position.byte()).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n');
    position.line() + empty.fold(0, |n, _| n + 1)
}

/// A whole number that is not negative; dots between thousands are taken.
fn count(text: &str, field: &'static str) -> Result<i64, Refused> {
    let digits: String = text.chars().filter(|c| *c != '.' && *c != ' ').collect();
    digits
        .parse::<i64>()
        .ok()
        .filter(|n| *n >= 0)
        .ok_or_else(|| (field, format!("`{text}` is no count: a whole number from 0 is expected")))
}

fn day(text: &str, field: &'static str) -> Result<Date, Refused> {
    text.parse().map_err(|_| (field, format!("`{text}` is no day: write it as 2026-11-24")))
}

/// The last day of the month in a name such as `weights_2025-12.csv`.
fn month_of(name: &str) -> Option<Date> {
    let at = name.match_indices('-').find_map(|(at, _)| {
        let year = name.get(at.checked_sub(4)?..at)?.parse::<i16>().ok()?;
        let month = name.get(at + 1..at + 3)?.parse::<i8>().ok()?;
        Date::new(year, month, 1).ok()
    })?;
    Some(at.last_of_month())
}

/// The first day of the year that ends on a day.
fn year_before(last: Date) -> Date {
    let start = last.tomorrow().ok().and_then(|next| next.checked_sub(jiff::Span::new().years(1)).ok());
    start.unwrap_or(last)
}
