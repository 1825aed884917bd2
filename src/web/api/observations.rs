//! `GET /api/v1/observations`: the values of one series, one by one or summed up.

use axum::Json;
use axum::extract::{RawQuery, State};
use jiff::Timestamp;
use jiff::civil::Date;

use super::observation_views::{LatestView, ObservationItem, ObservationList, ValueView, WindowView};
use super::sources::known_source;
use crate::monitor::observation::model::{DAY, Step};
use crate::monitor::observation::rollup::Aggregate;
use crate::monitor::observation::series::Series;
use crate::monitor::observation::{page_store, question, series, store};
use crate::platform::clock::VIETNAM;
use crate::platform::db::Tx;
use crate::platform::problem::{Code, Problem};
use crate::web::format::iso;
use crate::web::given;
use crate::web::parameters::{flag, invalid, number, unknown};
use crate::web::state::AppState;
use crate::web::visitor::Visitor;

/// Most values a page may have.
const MAX_LIMIT: usize = 1_000;
/// Values a page has when nothing is said.
const DEFAULT_LIMIT: usize = 200;
/// Revisions read for one page.
const MOST_REVISIONS: i64 = 20_000;
/// How values are counted, said with every answer.
const POLICY: &str = "good: numbers without failure; bad: failures of the service; excluded: failures that are not the \
service's (protection wall, our own network, refused address); ratio = good / (good + bad), null when both are 0; mean, \
least and most are of good numbers. A blank is never 0: not_applicable, not_delivered and suppressed are counted by \
themselves. Of several revisions the highest is in force. Days begin at 00:00 in Vietnam.";

/// What is asked, as it stands in an address.
#[derive(Debug, Default)]
struct Asked {
    source: String,
    metric: Option<String>,
    subject: String,
    from: Option<i64>,
    to: Option<i64>,
    step: Option<Step>,
    revisions: bool,
    limit: usize,
    cursor: Option<i64>,
    given: Vec<(String, String)>,
}

impl Asked {
    fn read(raw: Option<&str>) -> Result<Self, Problem> {
        let mut out = Self { limit: DEFAULT_LIMIT, ..Self::default() };
        let mut cursor = None;
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
            let value = value.trim().to_owned();
            if seen.iter().any(|given| *given == name) {
                return Err(invalid(&name, "is given twice: give it once"));
            }
            seen.push(name.to_string());
            if name == "cursor" {
                cursor = Some(value);
                continue;
            }
            out.take(&name, &value)?;
            out.given.push((name.into_owned(), value));
        }
        if out.source.is_empty() {
            return Err(invalid("source", "is missing: give the id of a source"));
        }
        if let Some(cursor) = cursor {
            let wrong = || Problem::new(Code::InvalidCursor, "the cursor belongs to another list: begin without it");
            out.cursor = Some(given::read_cursor_at(&out.given, &cursor).ok_or_else(|| wrong().at("cursor"))?);
        }
        Ok(out)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        match name {
            "source" => value.clone_into(&mut self.source),
            "metric" => self.metric = Some(value.to_owned()),
            "subject" => value.clone_into(&mut self.subject),
            "from" => self.from = Some(instant(name, value, 0)?),
            "to" => self.to = Some(instant(name, value, 1)?),
            "step" => {
                self.step = match value {
                    "raw" => None,
                    "5m" => Some(Step::FiveMinutes),
                    "1h" => Some(Step::Hour),
                    "1d" => Some(Step::Day),
                    _ => return Err(invalid(name, "takes raw, 5m, 1h or 1d")),
                };
            }
            "revisions" => self.revisions = flag(name, value)?,
            "limit" => self.limit = number(name, value, 1, MAX_LIMIT)?,
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    /// The time asked for, epoch milliseconds.
    fn span(&self, now: Timestamp) -> Result<(i64, i64), Problem> {
        let to = self.to.unwrap_or_else(|| now.as_millisecond() + 1);
        let usual = match self.step {
            None | Some(Step::FiveMinutes) => DAY,
            Some(Step::Hour) => 7 * DAY,
            Some(Step::Day) => 90 * DAY,
        };
        let from = self.from.unwrap_or(to - usual);
        let from = self.step.map_or(from, |step| step.start(from));
        if from >= to {
            return Err(invalid("to", "must lie after from"));
        }
        Ok((from, to))
    }
}

/// An instant, or the midnight `days` after the one a day begins with, epoch milliseconds.
fn instant(name: &str, value: &str, days: i64) -> Result<i64, Problem> {
    let at = match value.parse::<Date>() {
        Ok(day) => day
            .checked_add(jiff::Span::new().days(days))
            .and_then(|day| day.to_zoned_datetime(VIETNAM))
            .map(|midnight| midnight.timestamp()),
        Err(_) => value.parse::<Timestamp>(),
    };
    at.map(Timestamp::as_millisecond).map_err(|_| invalid(name, "takes a day such as 2026-11-24, or an instant with Z"))
}

/// Values of one series: one by one (`step=raw`), or summed up by five minutes, hour or day.
///
/// Without `from` the last day is told (`raw`, `5m`), the last week (`1h`), the last 90 days (`1d`). Windows without values
/// are left out. Single values of series with a rhythm of less than a day are kept for 30 days.
///
/// # Errors
/// 404 when there is no such source or series; 422 naming the parameter.
#[utoipa::path(get, path = "/api/v1/observations", tag = "monitor",
    params(
        ("source" = String, Query, description = "Id of the source"),
        ("metric" = Option<String>, Query, description = "What is measured; may be left out when the source has one metric"),
        ("subject" = Option<String>, Query, description = "Of whom or what; empty when left out"),
        ("from" = Option<String>, Query, description = "First day or instant, included"),
        ("to" = Option<String>, Query, description = "Last day, included, or an instant, not included; now when left out"),
        ("step" = Option<String>, Query, description = "raw (default), 5m, 1h or 1d"),
        ("revisions" = Option<bool>, Query, description = "With raw: the values that were in force before, too"),
        ("limit" = Option<u16>, Query, description = "Items a page, 1 to 1000", minimum = 1, maximum = 1000),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "values in order", body = ObservationList),
        (status = 404, description = "no such source or series", body = Problem),
        (status = 422, description = "a parameter is wrong", body = Problem),
    ))]
pub async fn observations(
    State(state): State<AppState>,
    visitor: Visitor,
    RawQuery(raw): RawQuery,
) -> Result<Json<ObservationList>, Problem> {
    let asked = Asked::read(raw.as_deref())?;
    let now = state.clock.now();
    let (from, to) = asked.span(now)?;
    let signed_in = visitor.actor.is_some();
    let mut tx = state.db.read().await?;
    let series = find(&mut tx, &asked).await?;
    let begin = asked.cursor.map_or(from, |at| at.max(from));
    let (items, next) = match asked.step {
        None => values(&mut tx, &series, (begin, to), &asked, signed_in).await?,
        Some(step) => windows(&mut tx, &series, (begin, to), step, asked.limit).await?,
    };
    let latest = question::latest(&mut tx, series.id, now.as_millisecond()).await?;
    Ok(Json(ObservationList {
        source: series.source_id,
        metric: series.metric,
        subject: series.subject,
        unit: series.unit,
        step: asked.step.map_or("raw", Step::as_str),
        from: iso(from),
        to: iso(to),
        items,
        next_cursor: next.map(|at| given::cursor_at(&asked.given, at)),
        latest: latest.map(|found| LatestView { value: ValueView::of(&found.value, signed_in), stale: found.stale }),
        policy: POLICY,
    }))
}

async fn find(tx: &mut Tx, asked: &Asked) -> Result<Series, Problem> {
    known_source(tx, &asked.source).await?;
    let all = series::of_source(tx, &asked.source).await?;
    let mut names: Vec<&str> = all.iter().map(|series| series.metric.as_str()).collect();
    names.dedup();
    let metric = match (&asked.metric, names.as_slice()) {
        (Some(metric), _) => metric.clone(),
        (None, [only]) => (*only).to_owned(),
        (None, []) => return Err(Problem::new(Code::SeriesNotFound, "the source has no figures yet").at("source")),
        (None, many) => return Err(invalid("metric", &format!("is missing: the source has {}", many.join(", ")))),
    };
    let found = all.into_iter().find(|series| series.metric == metric && series.subject == asked.subject);
    found.ok_or_else(|| Problem::new(Code::SeriesNotFound, "the source has no such metric and subject").at("metric"))
}

type Page = (Vec<ObservationItem>, Option<i64>);

fn with_one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1
}

async fn values(
    tx: &mut Tx,
    series: &Series,
    (from, to): (i64, i64),
    asked: &Asked,
    signed_in: bool,
) -> Result<Page, Problem> {
    let mut found = page_store::in_force(tx, series.id, from, to, with_one_more(asked.limit)).await?;
    let next = found.get(asked.limit).map(|value| value.slot);
    found.truncate(asked.limit);
    let earlier = match (found.first(), found.last()) {
        (Some(first), Some(last)) if asked.revisions => {
            store::values(tx, series.id, first.slot, last.slot + 1, MOST_REVISIONS).await?
        }
        _ => Vec::new(),
    };
    let items = found.iter().map(|value| {
        let before = earlier.iter().filter(|one| one.slot == value.slot && one.revision < value.revision);
        let earlier = before.map(|one| ValueView::of(one, signed_in)).collect();
        ObservationItem::Value(ValueView { earlier, ..ValueView::of(value, signed_in) })
    });
    Ok((items.collect(), next))
}

async fn windows(
    tx: &mut Tx,
    series: &Series,
    (from, to): (i64, i64),
    step: Step,
    limit: usize,
) -> Result<Page, Problem> {
    let mut found = page_store::windows(tx, series.id, step, from, to, with_one_more(limit)).await?;
    let next = found.get(limit).map(|row| row.at);
    found.truncate(limit);
    let item = |at: i64, sum: &Aggregate| ObservationItem::Window(WindowView::of(at, sum, step, series));
    Ok((found.iter().map(|row| item(row.at, &row.aggregate())).collect(), next))
}
