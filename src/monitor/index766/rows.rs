//! Rows of a report: one department's scores, indicators and counts.

use serde_json::{Map, Value};

use super::decimal::Decimal;
use super::model::{Context, Figure, Kind, TOTAL};
use super::period::Period;
use super::read::{Reader, state_of};
use super::rules::Rule;
use crate::catalog::text;
use crate::monitor::model::State;

/// Fields that are kept as they are; whatever else an answer carries stays in the raw payload only.
const COUNTS: [&str; 28] = [
    "authorityCount",
    "partialCount",
    "fullCount",
    "onlineDossierCount",
    "onlineServiceTotal",
    "channelOnlineSum",
    "channelDirectSum",
    "channelPostalSum",
    "channelTotalSum",
    "onlineOnTimeSum",
    "onlineOverdueSum",
    "totalReceived",
    "totalOnTime",
    "totalOverdue",
    "totalCompleted",
    "avgProcessingDays",
    "totalDossierOnlinePaymentSuccess",
    "totalDossierFinancialObligation",
    "totalDossierOnlineFormalityPaymentSuccess",
    "totalFeeDossierFormalityDistinct",
    "totalFeeDossierFormality",
    "totalFeeFormality",
    "totalPetitions",
    "classifiedPetitions",
    "totalDossiers",
    "averageScore",
    "scoreDelta",
    "growthPercent",
];

/// Fields of charts; the rest of a point is its label.
const CHART_FIELDS: [&str; 5] = ["averageScore", "onTimePct", "overduePct", "onlineDossierPct", "paymentPct"];

/// Whom a row is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The portal's id, or the code where a row has no id; empty for the whole country.
    pub id: String,
    /// `H44`, or empty.
    pub code: String,
    /// The portal's word, or `COUNTRY`.
    pub level: String,
    /// The department asked for, unless it is this one.
    pub parent_id: String,
}

impl Subject {
    /// The department of a row; the head row without an id is about what was asked for.
    pub fn of(row: &Map<String, Value>, context: &Context, head: bool) -> Self {
        let word = |field: &str| row.get(field).and_then(Value::as_str).map(text::line).unwrap_or_default();
        let code = word("departmentCode");
        let mut id = [word("departmentId"), code.clone()].into_iter().find(|w| !w.is_empty()).unwrap_or_default();
        if id.is_empty() && head {
            id.clone_from(&context.department_id);
        }
        let words = ["departmentLevel", "level", "departmentType"].map(word);
        let mut level = words.into_iter().find(|w| !w.is_empty()).unwrap_or_default();
        if id.is_empty() {
            "COUNTRY".clone_into(&mut level);
        }
        let parent_id = if id == context.department_id { String::new() } else { context.department_id.clone() };
        Self { id, code, level, parent_id }
    }

    /// An empty figure of this department.
    pub fn figure(&self, period: Period, kind: Kind, code: &str) -> Figure {
        Figure {
            department_id: self.id.clone(),
            department_code: self.code.clone(),
            level: self.level.clone(),
            parent_id: self.parent_id.clone(),
            period,
            kind,
            code: code.to_owned(),
            state: State::NotDelivered,
            numerator: None,
            denominator: None,
            value: None,
            published: None,
            max: None,
            data_quality: String::new(),
            formula_version: String::new(),
        }
    }
}

/// A row of the former portal in the words of the new one: every value is a text, groups stand beside the total.
pub fn of_former(row: &Map<String, Value>) -> Option<Map<String, Value>> {
    let total = row.get("TONG_SCORE")?.clone();
    let word = |field: &str| row.get(field).cloned().unwrap_or_default();
    let groups = ["CKMB", "TDGQ", "CLGQ", "TTTT", "MDSH", "MDHL"];
    let scores = groups.into_iter().filter_map(|g| Some((g.to_owned(), row.get(g)?.clone())));
    Some(Map::from_iter([
        ("departmentCode".to_owned(), word("MA_COQUAN")),
        ("departmentName".to_owned(), word("TEN_COQUAN")),
        ("totalScore".to_owned(), total),
        ("groupScores".to_owned(), Value::Object(scores.collect())),
    ]))
}

/// All figures of a department's row.
pub fn department(reader: &mut Reader<'_>, row: &Map<String, Value>, subject: &Subject) {
    if let Some(groups) = row.get("groupScores").and_then(Value::as_object) {
        group_scores(reader, groups, subject);
    }
    let before = reader.read.figures.len();
    metrics(reader, row, subject);
    tree_indicators(reader, row, subject);
    let indicators = &reader.read.figures[before..];
    let nothing_to_count = !indicators.is_empty()
        && indicators.iter().filter(|f| f.max != Some(Decimal::ZERO)).all(|f| f.state == State::NotApplicable);
    own_score(reader, row, subject, nothing_to_count);
    for field in COUNTS {
        if row.contains_key(field) {
            let value = reader.number(row, field);
            let figure = subject.figure(reader.context.period, Kind::Count, field);
            reader.add(Figure { state: state_of(value), value, ..figure });
        }
    }
}

/// The score that the row itself carries: the total of all groups, or the endpoint's group.
fn own_score(reader: &mut Reader<'_>, row: &Map<String, Value>, subject: &Subject, nothing_to_count: bool) {
    let field = |names: [&'static str; 2]| names.into_iter().find(|name| row.contains_key(*name));
    let Some(score) = field(["totalScore", "score"]) else { return };
    let published = reader.number(row, score);
    let max = field(["totalMaxScore", "maxScore"]).and_then(|name| reader.number(row, name));
    let value = reader.number(row, "ratio");
    let (kind, code) = reader.endpoint.group().map_or((Kind::Total, TOTAL), |group| (Kind::Group, group));
    let max = max.or_else(|| match kind {
        Kind::Total => Some(reader.rules.groups.iter().map(|g| g.max).sum()),
        _ => reader.rules.group_max(code),
    });
    let state = if nothing_to_count { State::NotApplicable } else { state_of(published) };
    let figure = subject.figure(reader.context.period, kind, code);
    reader.add(Figure { state, value, published, max, ..figure });
}

fn group_scores(reader: &mut Reader<'_>, groups: &Map<String, Value>, subject: &Subject) {
    for code in groups.keys() {
        let published = reader.number(groups, code);
        let max = reader.rules.group_max(code);
        if max.is_none() {
            reader.warn(&format!("groupScores: nhóm {code} không có trong bộ quy tắc"));
        }
        let figure = subject.figure(reader.context.period, Kind::Group, code);
        reader.add(Figure { state: state_of(published), published, max, ..figure });
    }
}

/// Form A: `metrics[]` with numerator and denominator each.
fn metrics(reader: &mut Reader<'_>, row: &Map<String, Value>, subject: &Subject) {
    let plain = [["numerator".to_owned()], ["denominator".to_owned()]];
    for metric in reader.list(row, "metrics").unwrap_or_default() {
        let Some(metric) = metric.as_object() else {
            reader.warn("metrics: một phần tử không phải là đối tượng JSON");
            continue;
        };
        let word = |field: &str| metric.get(field).and_then(Value::as_str).map(text::line).unwrap_or_default();
        let code = word("code");
        if code.is_empty() {
            reader.warn("metrics: một chỉ tiêu không có mã, bỏ qua");
            continue;
        }
        let rules = reader.rules;
        let formula = rules.formula(&code);
        if formula.is_none() {
            reader.warn(&format!("chỉ tiêu {code} không có trong bộ công thức"));
        }
        let (over, under) = match formula {
            Some(formula) => (formula.numerator.as_slice(), formula.denominator.as_slice()),
            None => (plain[0].as_slice(), plain[1].as_slice()),
        };
        let numerator = sum(reader, metric, over);
        let denominator = sum(reader, metric, under);
        let published = reader.number(metric, "score");
        let max = reader.number(metric, "maxScore").or(formula.map(|f| f.max));
        let value = reader.number(metric, "ratio");
        let figure = subject.figure(reader.context.period, Kind::Indicator, &code);
        let state = state(numerator, denominator);
        let data_quality = word("dataQualityStatus");
        let formula_version = formula.map(|f| f.version.clone()).unwrap_or_default();
        odd_share(reader, &code, numerator, denominator);
        reader.add(Figure {
            state,
            numerator,
            denominator,
            value,
            published,
            max,
            data_quality,
            formula_version,
            ..figure
        });
    }
}

/// Form B: the fields of the row are numerators and denominators by the formulas.
fn tree_indicators(reader: &mut Reader<'_>, row: &Map<String, Value>, subject: &Subject) {
    let Some(group) = reader.endpoint.group() else { return };
    let rules = reader.rules;
    for formula in rules.of_group(group).filter(|f| f.rule == Rule::Ratio) {
        let mut fields = formula.numerator.iter().chain(&formula.denominator);
        if fields.all(|field| !row.contains_key(field)) {
            continue;
        }
        let numerator = sum(reader, row, &formula.numerator);
        let denominator = sum(reader, row, &formula.denominator);
        odd_share(reader, &formula.code, numerator, denominator);
        let figure = subject.figure(reader.context.period, Kind::Indicator, &formula.code);
        let (state, formula_version) = (state(numerator, denominator), formula.version.clone());
        reader.add(Figure { state, numerator, denominator, max: Some(formula.max), formula_version, ..figure });
    }
}

/// All fields added up; nothing as soon as one is missing.
fn sum(reader: &mut Reader<'_>, row: &Map<String, Value>, fields: &[String]) -> Option<Decimal> {
    fields.iter().map(|field| reader.count(row, field)).collect::<Vec<_>>().into_iter().sum()
}

/// A denominator of 0 leaves nothing to count, even where a score of 0 stands beside it.
fn state(numerator: Option<Decimal>, denominator: Option<Decimal>) -> State {
    match (numerator, denominator) {
        (_, Some(Decimal::ZERO)) => State::NotApplicable,
        (Some(_), Some(_)) => State::Number,
        _ => State::NotDelivered,
    }
}

fn odd_share(reader: &mut Reader<'_>, code: &str, numerator: Option<Decimal>, denominator: Option<Decimal>) {
    if numerator.zip(denominator).is_some_and(|(n, d)| n > d) {
        reader.warn(&format!("{code}: có dòng tử số lớn hơn mẫu số"));
    }
}

/// Points of a chart by month; each is a figure of its month.
pub fn chart(reader: &mut Reader<'_>, name: &str, points: &[Value]) {
    let year = reader.context.period.first().year();
    let asked = Map::new();
    let subject = Subject::of(&asked, reader.context, true);
    for point in points.iter().filter_map(Value::as_object) {
        let label = ["month", "label"].iter().find_map(|f| point.get(*f));
        let month = label.and_then(|l| l.as_str().map_or_else(|| l.as_i64(), |t| t.trim().parse().ok()));
        let Some(period) = month.and_then(|m| i8::try_from(m).ok()).and_then(|m| Period::month(year, m)) else {
            reader.warn(&format!("{name}: một điểm không có tháng, bỏ qua"));
            continue;
        };
        for field in CHART_FIELDS.into_iter().filter(|f| point.contains_key(*f)) {
            let value = reader.number(point, field);
            let figure = subject.figure(period, Kind::Share, &format!("{name}.{field}"));
            reader.add(Figure { state: state_of(value), value, ..figure });
        }
    }
}
