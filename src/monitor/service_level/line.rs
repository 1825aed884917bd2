//! The lines of figures that a scope stands for: one for each source that is polled, or a pair of counts.

use super::model::{Definition, Indicator};
use super::rhythm::Rhythm;
use super::scope_store;
use super::window::{self, Span};
use crate::monitor::observation::series::Series;
use crate::platform::db::Tx;

/// The metric that polls are recorded under.
pub const PROBE: &str = "probe";

/// One line of figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// The source; empty for dossiers.
    pub source_id: String,
    /// What is counted, or what was good; `None` where the source has no such series yet.
    pub series: Option<Series>,
    /// What counts all, where `series` is a part of it.
    pub all: Option<Series>,
    /// Beginning of the first five minutes with a value.
    pub first: Option<i64>,
    /// Beginning of the last.
    pub last: Option<i64>,
    /// How often values should come.
    pub rhythm: Rhythm,
    /// The source is switched on: it owes values, and its alerts stand.
    pub on: bool,
}

impl Line {
    /// Values that should have come in some times since the first one.
    #[must_use]
    pub fn expected(&self, spans: &[Span]) -> Option<i64> {
        let first = self.first?;
        self.rhythm.expected(&window::within(spans, Span::new(first, i64::MAX)))
    }
}

/// The lines of a definition. A source of a procedure or a unit that is not polled has none.
///
/// # Errors
/// When the database fails.
pub async fn lines(tx: &mut Tx, d: &Definition) -> Result<Vec<Line>, sqlx::Error> {
    let s = &d.scope;
    if !d.indicator.is_polled() {
        if s.source.is_empty() && d.indicator == Indicator::DossiersOnTime {
            return Ok(vec![Line::default()]);
        }
        let all = scope_store::series(tx, &s.source, &s.of, &s.subject).await?;
        let mut line = line(tx, &s.source, &s.metric, &s.subject).await?;
        if all.is_none() {
            line.series = None;
        }
        return Ok(vec![Line { all, ..line }]);
    }
    let sources = if !s.source.is_empty() {
        vec![s.source.clone()]
    } else if !s.procedure.is_empty() {
        scope_store::sources_of_procedure(tx, &s.procedure).await?
    } else {
        scope_store::sources_of_unit(tx, &s.unit).await?
    };
    let metric = if s.metric.is_empty() { PROBE } else { &s.metric };
    let mut lines = Vec::with_capacity(sources.len());
    for source in sources {
        let line = line(tx, &source, metric, &s.subject).await?;
        if line.series.is_some() || !s.source.is_empty() {
            lines.push(line);
        }
    }
    Ok(lines)
}

async fn line(tx: &mut Tx, source: &str, metric: &str, subject: &str) -> Result<Line, sqlx::Error> {
    let series = scope_store::series(tx, source, metric, subject).await?;
    let every = series.as_ref().and_then(|series| series.every_ms);
    let rhythm = scope_store::rhythm(tx, source, every).await?;
    let on = scope_store::is_enabled(tx, source).await?;
    let mut line = Line { source_id: source.to_owned(), rhythm, on, ..Line::default() };
    if let Some(series) = series {
        let ends = scope_store::ends(tx, series.id).await?;
        (line.first, line.last) = (ends.map(|ends| ends.0), ends.map(|ends| ends.1));
        line.series = Some(series);
    }
    Ok(line)
}
