//! `/lanh-dao/bo-chi-so-766`: all departments with figures in a period, the own one first.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::period::{self, PeriodChoice};
use super::{PATH, words};
use crate::monitor::index766::period::Period;
use crate::monitor::index766::rules::{Band, Rules};
use crate::monitor::index766::scores::{self, Scores};
use crate::monitor::index766::standing::{self, Standing};
use crate::monitor::index766::{directory, period_store, rule_store};
use crate::platform::db::Tx;
use crate::platform::problem::Problem;
use crate::web::given;
use crate::web::listing::Listing;
use crate::web::pages::{frame, message, render};
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::Visitor;

/// Rows of a page where nothing is said: all provinces stand on one.
const ROWS: usize = 50;

/// The page.
#[derive(Debug, Template, Default)]
#[template(path = "index766.html")]
struct ListPage {
    frame: Frame,
    title: String,
    when: String,
    choice: PeriodChoice,
    groups: Vec<(String, String)>,
    most: String,
    rows: Vec<Row>,
    next: Option<String>,
    json: String,
}

/// A department.
#[derive(Debug)]
struct Row {
    is_own: bool,
    rank: String,
    name: String,
    url: String,
    total: String,
    band: String,
    groups: Vec<String>,
    own: String,
}

/// The page of a period.
pub async fn page(State(state): State<AppState>, visitor: Visitor, RawQuery(raw): RawQuery) -> Response {
    match build(&state, &visitor, raw.as_deref()).await {
        Ok((status, page)) => render(status, &page),
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

async fn build(state: &AppState, visitor: &Visitor, raw: Option<&str>) -> Result<(StatusCode, ListPage), Problem> {
    let mut listing = Listing::read(raw, &["period"], true)?;
    if listing.value("limit").is_empty() {
        listing.limit = ROWS;
    }
    let mut tx = state.db.read().await?;
    let (choice, asked) = PeriodChoice::read(PATH, &listing, &period_store::periods(&mut tx).await?);
    let status = if choice.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let title = if choice.error.is_some() { "Kỳ chưa đúng".to_owned() } else { period::nothing(asked) };
    let mut page = ListPage { frame: frame(state, visitor, false), title, choice, ..ListPage::default() };
    if let Some(period) = asked {
        fill(&mut tx, &mut page, period, &listing, &state.board.agency).await?;
    }
    Ok((status, page))
}

async fn fill(
    tx: &mut Tx,
    page: &mut ListPage,
    period: Period,
    listing: &Listing,
    agency: &str,
) -> Result<(), sqlx::Error> {
    let all = standing::ranked(period_store::entries(tx, period).await?, agency);
    if all.is_empty() {
        return Ok(());
    }
    let rules = rule_store::rules(tx, period.last()).await?;
    page.title = title(tx, &all, &rules).await?;
    page.when = period::words_of(period, all.iter().map(|s| s.entry.read_at).max());
    page.groups = rules.groups.iter().map(|g| (g.name.clone(), words::decimal(g.max))).collect();
    page.most = words::decimal(rules.groups.iter().map(|g| g.max).sum());
    page.json = given::address("/api/v1/index-766", &[], "period", Some(&period.word()));
    let mut shown: Vec<&Standing> = all.iter().skip(listing.offset).take(listing.limit + 1).collect();
    page.next = listing.cut(&mut shown).map(|cursor| listing.address(PATH, &cursor));
    let ids: Vec<&str> = shown.iter().map(|standing| standing.entry.id.as_str()).collect();
    let scores = scores::of_departments(tx, period, &ids).await?;
    let by_id: HashMap<&str, &Scores> =
        scores.iter().filter_map(|s| Some((s.department.as_ref()?.id.as_str(), s))).collect();
    let row = |standing: &&Standing| by_id.get(standing.entry.id.as_str()).map(|scores| row(standing, scores, period));
    page.rows = shown.iter().filter_map(row).collect();
    Ok(())
}

/// What is found: where the own department stands, else who stands first.
async fn title(tx: &mut Tx, all: &[Standing], rules: &Rules) -> Result<String, sqlx::Error> {
    let own = all.iter().find(|standing| standing.is_own && standing.rank.is_some());
    let first = all.iter().find(|standing| standing.rank == Some(1));
    let Some(named) = own.or(first) else {
        return Ok(format!("{} đơn vị có số liệu, chưa có điểm tổng", all.len()));
    };
    let name = words::name(directory::department(tx, &named.entry.id).await?.as_ref());
    let total = named.entry.total.unwrap_or_default();
    let said = format!("{} điểm{}", words::decimal(total), in_band(rules.band(total)));
    Ok(match named.rank {
        Some(rank) if named.is_own => format!("{name} xếp {rank} trên {}: {said}", named.of),
        _ => format!("{name} cao nhất trong {}: {said}", named.of),
    })
}

/// A band within a sentence.
#[must_use]
pub fn in_band(band: Option<&Band>) -> String {
    band.map(|band| format!(", {}", band.name.to_lowercase())).unwrap_or_default()
}

fn row(standing: &Standing, scores: &Scores, period: Period) -> Row {
    let department = scores.department.as_ref();
    let path = format!("{PATH}/{}", words::segment(department));
    // Groups stand as they were published beside the total, so that they add up to it.
    let group = |line: &scores::GroupLine| words::known(line.beside_total());
    Row {
        is_own: standing.is_own,
        rank: standing.rank.map(|rank| rank.to_string()).unwrap_or_default(),
        name: words::name(department),
        url: given::address(&path, &[], "period", Some(&period.word())),
        total: words::known(standing.entry.total),
        band: scores.band.as_ref().map(|band| band.name.clone()).unwrap_or_default(),
        groups: scores.groups.iter().map(group).collect(),
        own: own(scores),
    }
}

/// Own points of the groups whose numerators came, and how far they are from the published ones that stand beside the
/// total.
#[must_use]
pub fn own(scores: &Scores) -> String {
    let Some(sum) = standing::own_sum(scores.groups.iter().map(|line| (line.score.own, line.beside_total()))) else {
        return words::PUBLISHED_ONLY.to_owned();
    };
    let points = words::points(sum.own);
    format!("{points} ở {}/{} nhóm, lệch {}", sum.groups, scores.groups.len(), words::signed(sum.difference()))
}
