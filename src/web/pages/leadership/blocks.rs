//! The parts of the page below the six figures, each with the finding as its title.

use std::collections::{BTreeMap, HashMap};

use super::words;
use crate::assessment::board::{Board, Totals};
use crate::assessment::flag::Cause;
use crate::assessment::model::{Gap, Point, PointValue};
use crate::board::breakdown::{self, By, Scope};
use crate::board::figure::FigureCode;
use crate::board::gain::stage_words;
use crate::board::model::{Counted, Unit};
use crate::board::months;
use crate::board::picture::Picture;
use crate::initiative::cost::Method;
use crate::initiative::store::directive::Late;
use crate::monitor::dossier::performance::LEAST;
use crate::monitor::service_level::model::Standing;
use crate::platform::calendar::model::date;
use crate::platform::problem::Problem;
use crate::platform::word;
use crate::web::chart;
use crate::web::format::{date_vi, moment_vi, number_vi};
use crate::web::state::AppState;

/// Rows that moved a figure most.
const MOVERS: usize = 5;
/// Agencies of the heat map.
const AGENCIES: usize = 12;

/// Why the share of online dossiers moved.
#[derive(Debug, Default)]
pub struct Fall {
    /// What was found.
    pub title: String,
    /// Procedures that moved it most: code, name, by how much, before, now, address of the rows.
    pub movers: Vec<Mover>,
}

/// A procedure that moved a figure.
#[derive(Debug)]
pub struct Mover {
    /// Name.
    pub name: String,
    /// Percentage points with a sign.
    pub effect: String,
    /// Value before and now.
    pub values: String,
    /// Where its units are.
    pub url: String,
}

/// Why the share of online dossiers moved since the period before.
pub async fn fall(state: &AppState, picture: &Picture) -> Result<Fall, Problem> {
    let figure = picture.figure(FigureCode::OnlineDossiers);
    let Some((change, before)) = figure.and_then(|f| f.change()).zip(months::before(picture.period)) else {
        return Ok(Fall {
            title: "Chưa đủ hai kỳ để so tỷ lệ hồ sơ trực tuyến".to_owned(), movers: Vec::new()
        });
    };
    let mut tx = state.db.read().await?;
    let opened =
        breakdown::open(&mut tx, FigureCode::OnlineDossiers, picture.period, By::Procedure, Scope::default()).await?;
    let mut rows = opened.map(|opened| opened.rows).unwrap_or_default();
    let way = if change < 0 { 1 } else { -1 };
    rows.sort_by_key(|row| (row.effect.unwrap_or(0) * way, row.key.clone()));
    let moved: Vec<_> = rows.iter().filter(|row| row.effect.unwrap_or(0) * way < 0).take(MOVERS).collect();
    let snapshot = state.engine.snapshot();
    let name = |code: &str| {
        let at = snapshot.names.by_code.get(code);
        at.map_or_else(|| code.to_owned(), |at| snapshot.names.doc(*at).shown.name.clone())
    };
    let three: i64 = moved.iter().take(3).filter_map(|row| row.effect).sum();
    let verb = if change < 0 { "giảm" } else { "tăng" };
    let size = words::hundredths(change.abs());
    let than = months::words(before);
    let title = if change == 0 {
        format!("Tỷ lệ hồ sơ trực tuyến bằng {than}")
    } else if moved.is_empty() {
        format!("Tỷ lệ hồ sơ trực tuyến {verb} {size} điểm so với {than}")
    } else {
        format!(
            "Tỷ lệ hồ sơ trực tuyến {verb} {size} điểm so với {than}; {} thủ tục đầu làm {verb} {} điểm",
            moved.len().min(3),
            words::hundredths(three.abs())
        )
    };
    let mover = |row: &&breakdown::Row| Mover {
        name: name(&row.key),
        effect: signed(row.effect.unwrap_or(0)),
        values: format!(
            "{} → {}",
            words::counted(Unit::Share, row.before),
            words::counted(Unit::Share, Some(row.counted))
        ),
        url: format!(
            "/lanh-dao/so-lieu/online_dossiers?period={}&by=unit&procedure={}",
            picture.period.word(),
            row.key
        ),
    };
    Ok(Fall { title, movers: moved.iter().map(mover).collect() })
}

/// Hundredths of a percentage point with a sign.
pub fn signed(steps: i64) -> String {
    let sign = if steps > 0 { "+" } else { "" };
    format!("{sign}{} điểm", words::hundredths(steps))
}

/// What blocks procedures.
#[derive(Debug, Default)]
pub struct Blockers {
    /// What was found.
    pub title: String,
    /// SVG.
    pub chart: String,
    /// Point, its name, procedures, share of those with a gap.
    pub points: Vec<(&'static str, &'static str, String, String)>,
    /// Causes of open flags: word, name, how many.
    pub causes: Vec<(&'static str, &'static str, String)>,
    /// Open flags without a cause.
    pub no_cause: String,
    /// Procedures whose evidence says nothing yet.
    pub unknown: String,
}

/// What blocks, by point and cause.
pub fn blockers(totals: &Totals, board: &Board) -> Blockers {
    let gaps = whole(totals.gaps);
    let mut points: Vec<(Point, i64)> =
        totals.by_point.iter().filter_map(|(code, n)| Some((Point::parse(code)?, whole(*n)))).collect();
    points.sort_by_key(|(point, n)| (std::cmp::Reverse(*n), point.index()));
    let share = |n: i64| words::counted(Unit::Share, Some(Counted::new(n, gaps)));
    let title = match points.first() {
        None => "Chưa có điểm nào được ghi nhận là chưa đạt".to_owned(),
        Some((point, n)) => {
            format!("{} là điểm chặn ở {} thủ tục chưa toàn trình", point.name(), share(*n))
        }
    };
    let bars: Vec<(String, i64)> = points.iter().map(|(p, n)| (format!("{} {}", p.code(), p.name()), *n)).collect();
    let mut causes: HashMap<&str, i64> = HashMap::new();
    let mut no_cause = 0;
    for flag in board.entries.iter().flat_map(|entry| &entry.flags) {
        match flag.cause.as_deref() {
            Some(cause) => *causes.entry(cause).or_default() += 1,
            None => no_cause += 1,
        }
    }
    let cause = |cause: Cause| Some((cause.code(), cause.name(), number_vi(*causes.get(cause.code())?)));
    let unknown = totals.by_gap.get(Gap::UnknownEvidence.code()).copied().unwrap_or(0);
    Blockers {
        chart: if bars.is_empty() { String::new() } else { chart::bars(&title, "thủ tục", &bars) },
        title,
        points: points.iter().map(|(p, n)| (p.code(), p.name(), number_vi(*n), share(*n))).collect(),
        causes: Cause::ALL.into_iter().filter_map(cause).collect(),
        no_cause: number_vi(no_cause),
        unknown: number_vi(whole(unknown)),
    }
}

fn whole(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A unit compared with the others.
#[derive(Debug)]
pub struct UnitRow {
    /// Name.
    pub name: String,
    /// Dossiers taken in.
    pub received: String,
    /// Share online, its hundredths for the meter, on time, its hundredths, days.
    pub online: (String, i64),
    /// Likewise.
    pub on_time: (String, i64),
    /// Late dossiers.
    pub late: String,
    /// Mean working days.
    pub days: String,
    /// Where its procedures are.
    pub url: String,
}

/// Units by how many dossiers are late, the most first. Shares of fewer than 30 tell nothing and are not shown.
pub fn units(picture: &Picture) -> Vec<UnitRow> {
    let mut lines: Vec<_> = picture.units.iter().collect();
    let late = |counted: Counted| counted.whole - counted.part;
    lines.sort_by_key(|line| (std::cmp::Reverse(late(line.channels.count(FigureCode::OnTime))), line.code.clone()));
    let share = |counted: Counted| match counted.in_steps(10_000) {
        Some(steps) if counted.whole >= LEAST => (format!("{} %", words::hundredths(steps)), steps),
        Some(_) => (format!("n = {} (dưới {LEAST})", counted.whole), -1),
        None => ("n = 0".to_owned(), -1),
    };
    let row = |line: &&crate::board::picture::UnitLine| {
        let count = |figure| line.channels.count(figure);
        let (online, on_time, days) =
            (count(FigureCode::OnlineDossiers), count(FigureCode::OnTime), count(FigureCode::HandlingTime));
        UnitRow {
            name: picture.unit_name(&line.code),
            received: number_vi(online.whole),
            online: share(online),
            on_time: share(on_time),
            late: number_vi(late(on_time)),
            days: if days.whole >= LEAST {
                days.in_steps(100).map_or_else(String::new, words::hundredths)
            } else {
                "–".to_owned()
            },
            url: format!("/lanh-dao/so-lieu/on_time?period={}&by=procedure&unit={}", picture.period.word(), line.code),
        }
    };
    lines.iter().map(row).collect()
}

/// A cell of the heat map.
#[derive(Debug)]
pub struct Cell {
    /// Procedures.
    pub n: String,
    /// 0 to 4 by the share of the agency's procedures.
    pub class: &'static str,
    /// Where they are.
    pub url: String,
    /// In words.
    pub title: String,
}

/// Agencies with the most procedures that have a gap, by point: name, address, procedures, cells.
pub fn heat(board: &Board) -> Vec<(String, String, String, Vec<Cell>)> {
    let mut agencies: BTreeMap<&str, (i64, [i64; Point::DECIDING])> = BTreeMap::new();
    for entry in board.entries.iter().filter(|entry| entry.gap.is_some()) {
        let Some(agency) = entry.known.agency.as_deref() else { continue };
        let (all, points) = agencies.entry(agency).or_default();
        *all += 1;
        for (at, n) in points.iter_mut().enumerate() {
            *n += i64::from(entry.points[at] == PointValue::No);
        }
    }
    let mut agencies: Vec<_> = agencies.into_iter().collect();
    agencies.sort_by_key(|(name, (all, _))| (std::cmp::Reverse(*all), *name));
    let row = |(name, (all, points)): (&str, (i64, [i64; Point::DECIDING]))| {
        let address = |point: Option<Point>| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("agency", name);
            if let Some(point) = point {
                query.append_pair("point", point.code());
            }
            format!("/lanh-dao/chua-toan-trinh?{}", query.finish())
        };
        let cell = |(point, n): (&Point, i64)| Cell {
            n: if n == 0 { String::new() } else { number_vi(n) },
            class: ["h0", "h1", "h2", "h3", "h4"][usize::try_from((n * 4 + all - 1) / all.max(1)).unwrap_or(0).min(4)],
            url: address(Some(*point)),
            title: format!("{}: {} trên {} thủ tục", point.name(), number_vi(n), number_vi(all)),
        };
        (name.to_owned(), address(None), number_vi(all), Point::ALL.iter().zip(points).map(cell).collect())
    };
    agencies.into_iter().take(AGENCIES).map(row).collect()
}

/// What was gained.
#[derive(Debug, Default)]
pub struct Gain {
    /// What was found.
    pub title: String,
    /// Stages with how many measures, and the most of them for the meter.
    pub funnel: Vec<(&'static str, i64)>,
    /// The most measures of a stage.
    pub most: i64,
    /// Promised by the method of the law.
    pub promised: String,
    /// Promised by the other method, which is never added.
    pub proxy: String,
}

/// What reforms promise and were measured to save.
pub fn gain(picture: &Picture) -> Gain {
    let portfolio = &picture.portfolio;
    let funnel = portfolio.funnel();
    let saved = picture.figure(FigureCode::Savings).and_then(|figure| figure.counted).unwrap_or_default();
    let promised = portfolio.promised(Method::Statutory);
    let title = if portfolio.lines.is_empty() {
        "Chưa có sáng kiến nào được công khai".to_owned()
    } else if saved.whole == 0 {
        "Chưa có biện pháp nào được đo lại".to_owned()
    } else {
        format!("Đã đo được {} tiết kiệm một năm ở {} biện pháp", words::dong(saved.part), number_vi(saved.whole))
    };
    let said = |counted: Counted| format!("{} ({} biện pháp)", words::dong(counted.part), number_vi(counted.whole));
    Gain {
        title,
        most: funnel.iter().map(|(_, n)| *n).max().unwrap_or(0).max(1),
        funnel: funnel.iter().map(|(stage, n)| (stage_words(*stage), *n)).collect(),
        promised: said(promised),
        proxy: said(portfolio.promised(Method::HandlingTimeProxy)),
    }
}

/// A measure that was measured.
#[derive(Debug)]
pub struct SavingLine {
    /// Number of the initiative.
    pub number: String,
    /// Title.
    pub title: String,
    /// Whose it is.
    pub organisation: String,
    /// Promised a year.
    pub promised: String,
    /// Measured a year.
    pub measured: String,
    /// What the measurement says.
    pub verdict: &'static str,
    /// On which day.
    pub day: String,
}

/// Measures that were measured by the end of the period, what saves most first.
pub fn savings(picture: &Picture, most: usize) -> Vec<SavingLine> {
    let until = months::end(picture.period.last());
    let of = picture.portfolio.lines.iter().filter(|line| line.measured_at.is_some_and(|at| at < until));
    let mut lines: Vec<_> = of.collect();
    lines.sort_by_key(|line| (std::cmp::Reverse(line.measured), line.number.clone(), line.position));
    let money = |amount: Option<i64>| amount.map_or_else(|| "–".to_owned(), words::dong);
    let line = |line: &&crate::board::gain::Line| SavingLine {
        number: line.number.clone(),
        title: line.title.clone(),
        organisation: line.organisation.clone().unwrap_or_default(),
        promised: money(line.promised),
        measured: money(line.measured),
        verdict: line.verdict.map_or("", crate::initiative::measured::Verdict::name),
        day: line.measured_at.map(date_vi).unwrap_or_default(),
    };
    lines.iter().take(most).map(line).collect()
}

/// Something that is late.
#[derive(Debug)]
pub struct LateLine {
    /// Number of the initiative.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Whose it is.
    pub organisation: String,
    /// When it was due or done.
    pub day: String,
}

/// What is overdue now, and what was done too late in the period.
pub fn late(picture: &Picture) -> (Vec<LateLine>, Vec<LateLine>) {
    let line = |late: &Late| LateLine {
        number: late.number.clone(),
        title: late.title.clone(),
        organisation: late.organisation.clone().unwrap_or_default(),
        day: date_vi(late.at),
    };
    (picture.overdue.iter().map(line).collect(), picture.late.iter().map(line).collect())
}

/// An incident of the period.
#[derive(Debug)]
pub struct Incident {
    /// Identity.
    pub id: String,
    /// One of its services, and how many others.
    pub source: String,
    /// When it began.
    pub began: String,
    /// How long it lasted within the period.
    pub length: String,
}

/// Incidents of the period, the longest first.
pub fn incidents(picture: &Picture) -> Vec<Incident> {
    let (from, to) = (months::begin(picture.period.first()), months::end(picture.period.last()));
    let one = |row: &crate::board::store::IncidentRow| {
        let others =
            if row.sources > 1 { format!(" và {} dịch vụ khác", row.sources - 1) } else { String::new() };
        let lasts = if row.ended_at.is_none() { " (chưa kết thúc)" } else { "" };
        Incident {
            id: row.id.clone(),
            source: format!("{}{others}", row.source.as_deref().unwrap_or("–")),
            began: moment_vi(row.started_at),
            length: format!("{}{lasts}", words::value(Unit::Minutes, crate::board::picture::minutes(row, from, to))),
        }
    };
    picture.incidents.iter().map(one).collect()
}

/// Service levels by where they stand.
pub fn levels(picture: &Picture) -> Vec<(String, String)> {
    let name = |code: &str| {
        let standing: Option<Standing> = word::read(code);
        standing.map_or_else(|| "chưa tính".to_owned(), |standing| standing.name().to_owned())
    };
    picture.levels.iter().map(|(code, n)| (name(code), number_vi(*n))).collect()
}

/// How fresh the dossiers are.
pub fn freshness(picture: &Picture) -> String {
    let day = |day: i64| date(i32::try_from(day).unwrap_or_default()).strftime("%d/%m/%Y").to_string();
    let sources: Vec<String> =
        picture.freshness.iter().map(|(name, last)| format!("{name} đến {}", day(*last))).collect();
    if sources.is_empty() { "chưa có nguồn hồ sơ nào".to_owned() } else { sources.join("; ") }
}
