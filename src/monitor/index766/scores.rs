//! Questions to index 766: a department's scores in a period, published beside own; a line over time without false joins.

use jiff::civil::Date;

use super::decimal::Decimal;
use super::directory::{self, DepartmentRow};
use super::model::{Endpoint, Kind, TOTAL};
use super::period::Period;
use super::rules::{Band, Break, Group, Rules};
use super::score::{self, Agreement, Delivered, GroupScore, Points};
use super::store::{self, FigureRow};
use super::{model, rule_store};
use crate::platform::db::Tx;

/// A department's scores in a period.
#[derive(Debug, Clone)]
pub struct Scores {
    /// The period.
    pub period: Period,
    /// The department; `None` for the whole country.
    pub department: Option<DepartmentRow>,
    /// The published total, which is the official one.
    pub total: Option<FigureRow>,
    /// The band of the published total.
    pub band: Option<Band>,
    /// The sum of the published groups, when all were delivered.
    pub group_sum: Option<Decimal>,
    /// Whether that sum and the published total lie more than 0.015 apart.
    pub sum_differs: bool,
    /// The groups in the order of the annex.
    pub groups: Vec<GroupLine>,
    /// Whatever else was delivered: counts, charts, the radar's merged group.
    pub others: Vec<FigureRow>,
    /// The answers from which its totals, groups and indicators were read, the newest first.
    pub answers: Vec<Answer>,
}

/// An answer of the portal from which figures in force were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Which source delivered it.
    pub source: String,
    /// In which report.
    pub endpoint: String,
    /// SHA-256 of its bytes.
    pub raw_sha256: String,
    /// When figures were first read from it, epoch milliseconds.
    pub fetched_at: i64,
    /// How many figures in force come from it.
    pub figures: usize,
}

/// One group of a department.
#[derive(Debug, Clone)]
pub struct GroupLine {
    /// What the group is.
    pub group: Group,
    /// Published with the totals (`service-results`).
    pub with_total: Option<FigureRow>,
    /// Published with the indicators, by the group's own endpoint.
    pub with_indicators: Option<FigureRow>,
    /// Own points, compared with those published beside the same numerators, else with those of the total.
    pub score: GroupScore,
}

impl GroupLine {
    /// The published points as they stand beside the total, else those of the group's own report.
    #[must_use]
    pub fn beside_total(&self) -> Option<Decimal> {
        self.with_total.as_ref().or(self.with_indicators.as_ref()).and_then(FigureRow::published)
    }
}

/// Own and published points of one group of one department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The portal's id.
    pub department_id: String,
    /// `H44`.
    pub department_code: String,
    /// The group.
    pub group: String,
    /// By the formulas.
    pub own: Points,
    /// As published.
    pub published: Option<Decimal>,
    /// Own minus published.
    pub difference: Option<Decimal>,
    /// What that means.
    pub agreement: Agreement,
}

/// A department's scores; `department` is the portal's id or a code, empty for the whole country.
///
/// `None` when nothing is known of it in that period.
///
/// # Errors
/// When the database fails.
pub async fn scores(tx: &mut Tx, period: Period, department: &str) -> Result<Option<Scores>, sqlx::Error> {
    scores_of_formality(tx, period, department, "").await
}

/// The same for one procedure by the portal's id.
///
/// # Errors
/// When the database fails.
pub async fn scores_of_formality(
    tx: &mut Tx,
    period: Period,
    department: &str,
    formality_id: &str,
) -> Result<Option<Scores>, sqlx::Error> {
    let known = if department.is_empty() { None } else { directory::department(tx, department).await? };
    let id = known.as_ref().map_or(department, |d| d.id.as_str());
    let rows = store::of_department(tx, period, id, formality_id).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let rules = rule_store::rules(tx, period.last()).await?;
    Ok(Some(assemble(period, known, &rows, &rules)))
}

/// The scores of several departments by the portal's ids, in their order; one of which nothing is known is left out.
///
/// # Errors
/// When the database fails.
pub async fn of_departments(tx: &mut Tx, period: Period, ids: &[&str]) -> Result<Vec<Scores>, sqlx::Error> {
    let rules = rule_store::rules(tx, period.last()).await?;
    let mut out = Vec::with_capacity(ids.len());
    for id in ids {
        let rows = store::of_department(tx, period, id, "").await?;
        if !rows.is_empty() {
            let known = directory::department(tx, id).await?;
            out.push(assemble(period, known, &rows, &rules));
        }
    }
    Ok(out)
}

fn assemble(period: Period, department: Option<DepartmentRow>, rows: &[FigureRow], rules: &Rules) -> Scores {
    // Rows come with the newest first: of several sources the newest stands.
    let find = |endpoint: &str, code: &str| rows.iter().find(|r| r.endpoint == endpoint && r.code == code).cloned();
    let totals = Endpoint::ServiceResults.word();
    let groups: Vec<GroupLine> = rules
        .groups
        .iter()
        .map(|group| {
            let endpoint = Endpoint::GROUPS.into_iter().find(|e| e.group() == Some(&group.code)).map(Endpoint::word);
            let with_total = find(totals, &group.code);
            let with_indicators = endpoint.and_then(|e| find(e, &group.code));
            let published = with_indicators.as_ref().or(with_total.as_ref()).and_then(FigureRow::published);
            let delivered = delivered(rows.iter().filter(|r| Some(r.endpoint.as_str()) == endpoint));
            let score = score::group(&group.code, rules, &delivered, published);
            GroupLine { group: group.clone(), with_total, with_indicators, score }
        })
        .collect();
    let total = find(totals, TOTAL);
    let published = total.as_ref().and_then(FigureRow::published);
    let sum: Option<Decimal> = groups.iter().map(|g| g.with_total.as_ref().and_then(FigureRow::published)).sum();
    let group_sum = sum.filter(|_| !groups.is_empty());
    let sum_differs = group_sum.zip(published).is_some_and(|(sum, total)| score::differs(sum - total));
    let shown = |r: &FigureRow| {
        r.code == TOTAL || matches!(r.kind(), Some(Kind::Indicator)) || rules.groups.iter().any(|g| g.code == r.code)
    };
    Scores {
        period,
        department,
        band: published.and_then(|p| rules.band(p)).cloned(),
        total,
        group_sum,
        sum_differs,
        others: rows.iter().filter(|r| !shown(r)).cloned().collect(),
        answers: answers(rows.iter().filter(|r| shown(r))),
        groups,
    }
}

fn answers<'a>(rows: impl Iterator<Item = &'a FigureRow>) -> Vec<Answer> {
    let mut out: Vec<Answer> = Vec::new();
    for row in rows {
        let same =
            |a: &&mut Answer| (&a.source, &a.endpoint, &a.raw_sha256) == (&row.source, &row.endpoint, &row.raw_sha256);
        match out.iter_mut().find(same) {
            Some(known) => known.figures += 1,
            None => out.push(Answer {
                source: row.source.clone(),
                endpoint: row.endpoint.clone(),
                raw_sha256: row.raw_sha256.clone(),
                fetched_at: row.fetched_at,
                figures: 1,
            }),
        }
    }
    out
}

/// The newest of each indicator.
fn delivered<'a>(rows: impl Iterator<Item = &'a FigureRow>) -> Vec<Delivered> {
    let mut out: Vec<Delivered> = Vec::new();
    for row in rows.filter(|r| r.kind() == Some(Kind::Indicator)) {
        if out.iter().any(|d| d.code == row.code) {
            continue;
        }
        let (numerator, denominator) = row.fraction();
        out.push(Delivered { code: row.code.clone(), numerator, denominator, published: row.published() });
    }
    out
}

/// Own beside published points of every department that has figures in a period, group by group.
///
/// # Errors
/// When the database fails.
pub async fn compare(tx: &mut Tx, period: Period) -> Result<Vec<Comparison>, sqlx::Error> {
    let mut out = Vec::new();
    for (department_code, department_id) in store::departments_with_figures(tx, period).await? {
        let Some(scores) = scores(tx, period, &department_id).await? else { continue };
        for line in scores.groups {
            if line.score.published.is_none() && line.score.own == Points::NotDelivered {
                continue;
            }
            out.push(Comparison {
                department_id: department_id.clone(),
                department_code: department_code.clone(),
                group: line.group.code,
                own: line.score.own,
                published: line.score.published,
                difference: line.score.difference,
                agreement: line.score.agreement,
            });
        }
    }
    Ok(out)
}

/// A stretch of a line over time that may be drawn as one.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// Why it begins here; `None` for the first.
    pub begins: Option<Break>,
    /// Its figures in the order of time.
    pub figures: Vec<FigureRow>,
}

/// One figure of a department over all periods of a kind, in stretches that are never joined across a break.
///
/// # Errors
/// When the database fails.
pub async fn over_time(
    tx: &mut Tx,
    department: &str,
    code: &str,
    period_type: &str,
) -> Result<Vec<Stretch>, sqlx::Error> {
    let known = if department.is_empty() { None } else { directory::department(tx, department).await? };
    let id = known.as_ref().map_or(department, |d| d.id.as_str());
    let mut rows = store::over_time(tx, id, known.as_ref().map_or("", |d| d.code.as_str()), code, period_type).await?;
    // Of several sources the newest stands.
    rows.dedup_by(|later, first| later.period == first.period);
    let breaks = rule_store::breaks(tx, model::SERIES).await?;
    Ok(stretches(rows, &breaks))
}

fn stretches(rows: Vec<FigureRow>, breaks: &[Break]) -> Vec<Stretch> {
    let mut out: Vec<(usize, Stretch)> = Vec::new();
    for row in rows {
        let Some(first) = Period::parse(&row.period).map(Period::first) else { continue };
        let passed = breaks.iter().filter(|b| b.day.parse::<Date>().is_ok_and(|day| day <= first)).count();
        match out.last_mut() {
            Some((number, stretch)) if *number == passed => stretch.figures.push(row),
            previous => {
                let begins = previous.and_then(|_| breaks.get(passed.wrapping_sub(1))).cloned();
                out.push((passed, Stretch { begins, figures: vec![row] }));
            }
        }
    }
    out.into_iter().map(|(_, stretch)| stretch).collect()
}
