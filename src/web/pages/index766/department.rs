//! `/lanh-dao/bo-chi-so-766/{department}`: one department, its groups and indicators, and what each would add.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::list::{in_band, own};
use super::period::{self, PeriodChoice};
use super::trend::{self, Trend};
use super::what_if::{self, WhatIf};
use super::{PATH, words};
use crate::monitor::index766::decimal::Decimal;
use crate::monitor::index766::directory::DepartmentRow;
use crate::monitor::index766::model::Endpoint;
use crate::monitor::index766::period::Period;
use crate::monitor::index766::rules::{Rule, Rules};
use crate::monitor::index766::score::{IndicatorScore, Points};
use crate::monitor::index766::scores::{self, Answer, GroupLine, Scores};
use crate::monitor::index766::store::FigureRow;
use crate::monitor::index766::{directory, gain, period_store, rule_store, standing};
use crate::platform::db::Tx;
use crate::platform::problem::{Code, Problem};
use crate::web::api::index766::COUNTRY;
use crate::web::format::moment_vi;
use crate::web::given;
use crate::web::listing::Listing;
use crate::web::pages::{frame, message, render};
use crate::web::parameters::shorten;
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::Visitor;

/// The page.
#[derive(Debug, Template, Default)]
#[template(path = "index766_department.html")]
struct DepartmentPage {
    frame: Frame,
    name: String,
    title: String,
    lead: String,
    when: String,
    back: String,
    choice: PeriodChoice,
    has_figures: bool,
    sum_differs: Option<String>,
    groups: Vec<GroupRow>,
    indicators: Vec<IndicatorRow>,
    what_if: WhatIf,
    answers: Vec<AnswerRow>,
    trend: Trend,
    json: String,
}

/// A group.
#[derive(Debug)]
struct GroupRow {
    name: String,
    max: String,
    published: String,
    note: String,
    own: String,
    difference: String,
    agreement: &'static str,
    is_different: bool,
}

/// An indicator.
#[derive(Debug)]
struct IndicatorRow {
    number: String,
    name: String,
    fraction: String,
    percent: String,
    target: String,
    max: String,
    own: String,
    published: String,
    gain: Option<(String, String)>,
    no_gain: &'static str,
    version: String,
    source: String,
}

/// An answer of the portal that was read.
#[derive(Debug)]
struct AnswerRow {
    report: String,
    endpoint: String,
    source: String,
    sha256: String,
    at: String,
    figures: usize,
}

/// The page of a department.
pub async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(department): Path<String>,
    RawQuery(raw): RawQuery,
) -> Response {
    match build(&state, &visitor, &department, raw.as_deref()).await {
        Ok((status, page)) => render(status, &page),
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

async fn build(
    state: &AppState,
    visitor: &Visitor,
    asked: &str,
    raw: Option<&str>,
) -> Result<(StatusCode, DepartmentPage), Problem> {
    let listing = Listing::read(raw, &["period", "indicator", "percent"], true)?;
    let mut tx = state.db.read().await?;
    let known = if asked == COUNTRY { None } else { directory::department(&mut tx, asked).await? };
    let (id, code) = known.as_ref().map_or(("", ""), |known| (known.id.as_str(), known.code.as_str()));
    let periods = match &known {
        None if asked != COUNTRY => Vec::new(),
        _ => period_store::periods_of(&mut tx, id, code).await?,
    };
    if periods.is_empty() {
        let said = format!("index 766 has no figures of {}", shorten(asked));
        return Err(Problem::new(Code::NoFigures, said).at("department"));
    }
    let path = format!("{PATH}/{}", words::segment(known.as_ref()));
    let (choice, period) = PeriodChoice::read(&path, &listing, &periods);
    let name = words::name(known.as_ref());
    let mut page = DepartmentPage {
        frame: frame(state, visitor, false),
        back: given::address(PATH, &[], "period", period.map(Period::word).as_deref()),
        name,
        ..DepartmentPage::default()
    };
    page.title = match choice.error {
        Some(_) => format!("{}: kỳ chưa đúng", page.name),
        None => format!("{}, {}", page.name, period::nothing(period)),
    };
    page.choice = choice;
    if let Some(period) = period {
        fill(&mut tx, &mut page, known.as_ref(), period, &listing).await?;
    }
    page.trend = trend::read(&mut tx, known.as_ref()).await?;
    let wrong = page.choice.error.is_some() || page.what_if.error.is_some();
    Ok((if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, page))
}

async fn fill(
    tx: &mut Tx,
    page: &mut DepartmentPage,
    known: Option<&DepartmentRow>,
    period: Period,
    listing: &Listing,
) -> Result<(), sqlx::Error> {
    let id = known.map_or("", |known| known.id.as_str());
    let Some(scores) = scores::scores(tx, period, id).await?.filter(|scores| !scores.answers.is_empty()) else {
        return Ok(());
    };
    let rules = rule_store::rules(tx, period.last()).await?;
    let total = scores.total.as_ref().and_then(FigureRow::published);
    let mut indicators: Vec<&IndicatorScore> = scores.groups.iter().flat_map(|g| &g.score.indicators).collect();
    gain::sort(&mut indicators);
    page.has_figures = true;
    page.title = format!("{}: {}", page.name, finding(&indicators, &scores, total));
    page.lead = lead(tx, &scores, total, period).await?;
    page.when = period::words_of(period, scores.answers.iter().map(|answer| answer.fetched_at).max());
    page.sum_differs = scores.group_sum.filter(|_| scores.sum_differs).map(words::decimal);
    page.groups = scores.groups.iter().map(|line| group(line, &scores)).collect();
    page.indicators = indicators.iter().map(|indicator| row(indicator, &page.choice.path, period)).collect();
    page.what_if = what_if::of(listing, &indicators, total, &rules);
    page.answers = scores.answers.iter().map(|answer| answer_row(answer, &rules)).collect();
    let json = format!("/api/v1/index-766/{}", words::segment(known));
    page.json = given::address(&json, &[], "period", Some(&period.word()));
    Ok(())
}

/// What the page finds: which indicator would add most.
fn finding(indicators: &[&IndicatorScore], scores: &Scores, total: Option<Decimal>) -> String {
    match indicators.first().and_then(|first| Some((first, gain::gain(first)?))) {
        Some((first, points)) if points > Decimal::ZERO => {
            format!("“{}” đạt mục tiêu thì thêm {} điểm", first.name, words::decimal(points))
        }
        Some(_) => "mọi chỉ tiêu có tử số, mẫu số đã đạt điểm tối đa".to_owned(),
        None => {
            let total = total.map(|t| format!("{} điểm{}; ", words::decimal(t), in_band(scores.band.as_ref())));
            format!("{}{}", total.unwrap_or_default(), words::PUBLISHED_ONLY)
        }
    }
}

/// The total with its band and place, and own points beside it.
async fn lead(tx: &mut Tx, scores: &Scores, total: Option<Decimal>, period: Period) -> Result<String, sqlx::Error> {
    let own = format!("Tự tính: {}.", own(scores));
    let Some(total) = total else { return Ok(format!("Chưa có điểm tổng. {own}")) };
    let place = match &scores.department {
        None => String::new(),
        Some(department) => {
            let all = standing::ranked(period_store::entries(tx, period).await?, &department.code);
            let found = all.into_iter().find(|standing| standing.entry.id == department.id);
            let place = found.and_then(|standing| Some((standing.rank?, standing.of)));
            place.map(|(rank, of)| format!(", xếp {rank} trên {of}")).unwrap_or_default()
        }
    };
    Ok(format!("Điểm công bố {}{}{place}. {own}", words::decimal(total), in_band(scores.band.as_ref())))
}

fn group(line: &GroupLine, scores: &Scores) -> GroupRow {
    let score = &line.score;
    let with_total = line.with_total.as_ref().and_then(FigureRow::published);
    let merged = line.group.shown_with.as_ref().filter(|_| score.published.is_none());
    let merged = merged.and_then(|with| scores.others.iter().find(|row| row.code == *with)?.published());
    let note = match (with_total, merged) {
        (Some(points), _) if score.published.is_some_and(|published| published != points) => {
            format!("bảng tổng hợp: {}", words::points(points))
        }
        (None, Some(points)) => format!("công bố chung với nhóm khác: {}", words::points(points)),
        _ => String::new(),
    };
    let silent = score.published.is_none() && score.own == Points::NotDelivered;
    GroupRow {
        name: line.group.name.clone(),
        max: words::decimal(line.group.max),
        published: words::known(score.published),
        note,
        own: own_points(score.own),
        difference: score.difference.map(words::signed).unwrap_or_default(),
        agreement: if silent { "" } else { score.agreement.words() },
        is_different: score.agreement == crate::monitor::index766::score::Agreement::Different,
    }
}

fn own_points(own: Points) -> String {
    match own {
        Points::Number(points) => words::points(points),
        Points::NotApplicable => "n = 0".to_owned(),
        Points::NotDelivered => words::NO_DATA.to_owned(),
    }
}

fn row(indicator: &IndicatorScore, path: &str, period: Period) -> IndicatorRow {
    let part = |number: Option<Decimal>| number.map_or_else(|| words::NO_DATA.to_owned(), words::decimal);
    let is_watched = indicator.rule == Rule::Watched;
    let fraction = match (indicator.numerator, indicator.denominator) {
        (None, None) => words::NO_DATA.to_owned(),
        (Some(number), None) if is_watched => words::decimal(number),
        (numerator, denominator) => format!("{} / {}", part(numerator), part(denominator)),
    };
    let percent = match (indicator.percent, indicator.denominator) {
        (Some(percent), _) => words::percent(percent),
        (None, Some(Decimal::ZERO)) => "n = 0".to_owned(),
        (None, _) if is_watched => "–".to_owned(),
        (None, _) => words::NO_DATA.to_owned(),
    };
    let query = [("period".to_owned(), period.word())];
    let url = || given::address(path, &query, "indicator", Some(&indicator.code)) + "#neu";
    IndicatorRow {
        number: indicator.number.clone(),
        name: indicator.name.clone(),
        fraction,
        percent,
        target: if is_watched { "–".to_owned() } else { words::percent(gain::target(indicator)) },
        max: if is_watched { "chỉ theo dõi".to_owned() } else { words::decimal(indicator.max) },
        own: if is_watched { "–".to_owned() } else { own_points(indicator.own) },
        published: indicator.published.map_or_else(|| "–".to_owned(), words::points),
        gain: gain::gain(indicator).map(|points| (words::points(points), url())),
        no_gain: if is_watched { "–" } else { "chưa tính được" },
        version: indicator.version.clone(),
        source: indicator.source.clone(),
    }
}

fn answer_row(answer: &Answer, rules: &Rules) -> AnswerRow {
    let endpoint = Endpoint::GROUPS.into_iter().find(|endpoint| endpoint.word() == answer.endpoint);
    let group = endpoint.and_then(Endpoint::group);
    let name = group.and_then(|code| rules.groups.iter().find(|group| group.code == code)).map(|g| g.name.clone());
    AnswerRow {
        report: name.unwrap_or_else(|| "Bảng tổng hợp".to_owned()),
        endpoint: endpoint.unwrap_or(Endpoint::ServiceResults).path().to_owned(),
        source: answer.source.clone(),
        sha256: answer.raw_sha256.clone(),
        at: moment_vi(answer.fetched_at),
        figures: answer.figures,
    }
}
