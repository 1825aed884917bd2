//! `/lanh-dao/chua-toan-trinh`: what is not end to end, why, whose, and what is decided about it.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{frame, message, render};
use crate::assessment::board::{Board, Entry, Totals};
use crate::assessment::decide::{Decision, decide as decide_flag};
use crate::assessment::flag::{Cause, FlagCode};
use crate::assessment::flag_store::FlagRow;
use crate::assessment::model::{Gap, Point, PointValue};
use crate::assessment::parameters::DAY;
use crate::platform::problem::{Code, Problem};
use crate::web::api::gaps::{GapParameters, check_owner, read_board, same};
use crate::web::api::work::refused;
use crate::web::format::{date_vi, number_vi};
use crate::web::given;
use crate::web::guard::see_other;
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::{SignedIn, Visitor};

const PATH: &str = "/lanh-dao/chua-toan-trinh";

/// The page.
#[derive(Debug, Template)]
#[template(path = "board.html")]
#[expect(clippy::struct_excessive_bools, reason = "what the template may show")]
struct BoardPage {
    frame: Frame,
    finding: String,
    figures: Vec<Figure>,
    gaps: Vec<Choice>,
    choices: Vec<Select>,
    texts: Vec<TextField>,
    overdue: bool,
    high_volume: bool,
    filtered: bool,
    total: String,
    rows: Vec<BoardLine>,
    first: usize,
    next_url: Option<String>,
    csv_url: String,
    query: String,
    hours_note: String,
    volume_note: String,
    causes: Vec<Choice>,
    may_decide: bool,
    error: Option<String>,
}

/// A figure of the head row.
#[derive(Debug)]
struct Figure {
    number: String,
    label: &'static str,
    note: &'static str,
}

/// A choice with how many it would give.
#[derive(Debug)]
struct Choice {
    value: &'static str,
    label: &'static str,
    count: String,
    url: String,
    chosen: bool,
}

/// A list to choose from.
#[derive(Debug)]
struct Select {
    name: &'static str,
    label: &'static str,
    options: Vec<(&'static str, String, bool)>,
}

/// A field to type in.
#[derive(Debug)]
struct TextField {
    name: &'static str,
    label: &'static str,
    value: String,
}

/// One procedure.
#[derive(Debug)]
struct BoardLine {
    code: String,
    name: String,
    facts: Vec<String>,
    gap: &'static str,
    stations: Vec<Station>,
    dossiers: Option<String>,
    hours: Option<String>,
    flags: Vec<FlagLine>,
    overdue: bool,
    open: bool,
}

/// A point, small.
#[derive(Debug)]
struct Station {
    code: &'static str,
    class: &'static str,
    symbol: &'static str,
    title: String,
}

/// A flag with what is decided about it, and what was typed when that was refused.
#[derive(Debug)]
struct FlagLine {
    id: String,
    code: String,
    name: &'static str,
    age: String,
    owner: String,
    typed_owner: String,
    cause: String,
    cause_name: &'static str,
    due: String,
    due_text: String,
    acknowledged: Option<String>,
    version: i64,
    error: Option<String>,
}

/// What the form of a flag carries.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    owner: String,
    cause: String,
    due_date: String,
    acknowledge: Option<String>,
    version: i64,
    loc: String,
}

/// The board, filtered and ordered as the address says.
pub async fn page(State(state): State<AppState>, visitor: Visitor, RawQuery(raw): RawQuery) -> Response {
    show(&state, &visitor, StatusCode::OK, raw.as_deref().unwrap_or_default(), None).await
}

/// Decides about a flag and goes back to the board; what was typed stays when it is refused.
pub async fn decide(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let fields = match form {
        Ok(Form(fields)) => fields,
        Err(rejection) => {
            let problem = Problem::new(Code::InvalidField, rejection.body_text());
            return message::of(&state, &visitor, &problem, "");
        }
    };
    let decision = Decision {
        version: Some(fields.version),
        owner: Some(fields.owner.clone()),
        cause: Some(fields.cause.clone()),
        due_date: Some(fields.due_date.clone()),
        acknowledge: fields.acknowledge.is_some(),
    };
    match decide_flag(&state.db, &actor, &id, &decision, state.clock.now()).await {
        Ok(row) => {
            let query = if fields.loc.is_empty() { String::new() } else { format!("?{}", fields.loc) };
            see_other(&format!("{PATH}{query}#{}", row.code))
        }
        Err(error) => {
            let problem = refused(error);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let query = fields.loc.clone();
            show(&state, &visitor, status, &query, Some((id, fields, problem))).await
        }
    }
}

type Refused = (String, Fields, Problem);

async fn show(
    state: &AppState,
    visitor: &Visitor,
    status: StatusCode,
    query: &str,
    refused: Option<Refused>,
) -> Response {
    match build(state, visitor, query, refused).await {
        Ok(page) => render(status, &page),
        Err(problem) => message::of(state, visitor, &problem, ""),
    }
}

async fn build(
    state: &AppState,
    visitor: &Visitor,
    query: &str,
    refused: Option<Refused>,
) -> Result<BoardPage, Problem> {
    let parameters = GapParameters::read(Some(query), true)?;
    check_owner(&parameters, visitor.actor.is_some())?;
    let board = read_board(state).await?;
    let selected = board.select(&parameters.filter, parameters.sort, &same);
    let totals = board.totals(&parameters.filter, &same);
    let page = selected.iter().skip(parameters.offset).take(parameters.limit);
    let signed_in = visitor.actor.is_some();
    let now = state.clock.now().as_millisecond();
    let rows: Vec<BoardLine> = page.map(|e| line(e, &board, signed_in, now, refused.as_ref())).collect();
    let shown = |id: &String| rows.iter().any(|row| row.flags.iter().any(|flag| flag.id == *id));
    let error = refused.as_ref().filter(|(id, ..)| !shown(id)).map(|(_, _, problem)| problem.detail.clone());
    let next_url = parameters
        .next_cursor(selected.len())
        .map(|cursor| given::address(PATH, &parameters.given, "cursor", Some(&cursor)));
    let csv_url = given::address(PATH, &parameters.given, "format", Some("csv")).replacen(PATH, "/api/v1/gaps", 1);
    Ok(BoardPage {
        frame: frame(state, visitor, false),
        finding: finding(&totals),
        figures: figures(&totals),
        gaps: gap_choices(&parameters, &totals),
        choices: selects(&parameters),
        texts: texts(&parameters, signed_in),
        overdue: parameters.filter.overdue,
        high_volume: parameters.filter.high_volume,
        filtered: !parameters.given.is_empty(),
        total: whole(selected.len() as u64),
        first: parameters.offset + 1,
        rows,
        next_url,
        csv_url,
        query: query.to_owned(),
        hours_note: format!(
            "Giờ là ước tính: hồ sơ một năm × số điểm chưa đạt × {} giờ ({}).",
            board.hours_per_point.to_string().replace('.', ","),
            board.hours_source
        ),
        volume_note: volume_note(&totals),
        causes: Cause::ALL.map(|c| choice(c.code(), c.name())).into(),
        may_decide: signed_in,
        error,
    })
}

fn choice(value: &'static str, label: &'static str) -> Choice {
    Choice { value, label, count: String::new(), url: String::new(), chosen: false }
}

fn whole(n: u64) -> String {
    number_vi(i64::try_from(n).unwrap_or(i64::MAX))
}

/// What the figures say, in a sentence.
fn finding(totals: &Totals) -> String {
    let Some((code, count)) = totals.by_point.iter().max_by_key(|(_, n)| **n) else {
        return "Chưa có điểm nào được ghi nhận là chưa đạt.".to_owned();
    };
    let name = Point::parse(code).map_or("", Point::name);
    let share = (*count * 100).checked_div(totals.gaps).unwrap_or(0);
    let unknown = totals.by_gap.get(Gap::UnknownEvidence.code()).copied().unwrap_or(0);
    format!(
        "Điểm chặn lớn nhất là {code} ({}): {} thủ tục, {share} % số chưa toàn trình. Còn {} thủ tục chưa đủ bằng chứng để kết luận.",
        name.to_lowercase(),
        whole(*count),
        whole(unknown)
    )
}

fn figures(totals: &Totals) -> Vec<Figure> {
    let figure = |n: u64, label, note| Figure { number: whole(n), label, note };
    vec![
        figure(totals.gaps, "chưa toàn trình", "có ít nhất một khoảng trống"),
        figure(totals.verified, "đã kiểm chứng", "toàn trình, có bằng chứng còn hạn"),
        figure(totals.dormant, "chưa phát sinh", "đủ điều kiện, không có hồ sơ 90 ngày"),
        figure(totals.internal, "nội bộ", "ngoài nghĩa vụ trực tuyến"),
        figure(totals.procedures, "thủ tục công khai", "tổng bốn số trên"),
    ]
}

fn volume_note(totals: &Totals) -> String {
    let volume = &totals.volume;
    if volume.procedures == 0 {
        return "Chưa có dữ liệu hồ sơ, nên chưa tính được số giờ.".to_owned();
    }
    format!(
        "Hồ sơ: {} thủ tục có số liệu, {} hồ sơ một năm, {} thuộc thủ tục chưa toàn trình. Nguồn: {}.",
        whole(volume.procedures),
        number_vi(volume.dossiers),
        number_vi(volume.gaps),
        volume.sources.join(", ")
    )
}

fn gap_choices(parameters: &GapParameters, totals: &Totals) -> Vec<Choice> {
    let of = |gap: Gap| {
        let count = totals.by_gap.get(gap.code()).copied()?;
        let chosen = parameters.filter.gap == Some(gap);
        let url = given::address(PATH, &parameters.given, "gap", (!chosen).then_some(gap.code()));
        Some(Choice { count: whole(count), url, chosen, ..choice(gap.code(), gap.name()) })
    };
    Gap::ALL.into_iter().filter_map(of).collect()
}

fn selects(parameters: &GapParameters) -> Vec<Select> {
    let given = |name: &str| given::value(&parameters.given, name).unwrap_or_default();
    let select = |name: &'static str, label: &'static str, options: Vec<(&'static str, String)>| Select {
        name,
        label,
        options: options.into_iter().map(|(value, text)| (value, text, value == given(name))).collect(),
    };
    let any = || vec![("", "Tất cả".to_owned())];
    let mut flags = any();
    flags.extend(FlagCode::ALL.map(|f| (f.code(), format!("{} {}", f.code(), f.name()))));
    let mut points = any();
    points.extend(Point::ALL[..Point::DECIDING].iter().map(|p| (p.code(), format!("{} {}", p.code(), p.name()))));
    let mut causes = any();
    causes.extend(Cause::ALL.map(|c| (c.code(), c.name().to_owned())));
    let mut gaps = any();
    gaps.extend(Gap::ALL.map(|g| (g.code(), g.name().to_owned())));
    let sorts = vec![
        ("stake", "Thiệt hại nhiều nhất".to_owned()),
        ("age", "Cờ mở lâu nhất".to_owned()),
        ("due", "Hạn gần nhất".to_owned()),
        ("code", "Mã thủ tục".to_owned()),
    ];
    vec![
        select("gap", "Khoảng trống", gaps),
        select("point", "Điểm chưa đạt", points),
        select("flag", "Cờ", flags),
        select("cause", "Nguyên nhân", causes),
        select("sort", "Sắp xếp", sorts),
    ]
}

fn texts(parameters: &GapParameters, signed_in: bool) -> Vec<TextField> {
    let given = |name: &str| given::value(&parameters.given, name).unwrap_or_default();
    let mut all = vec![("agency", "Cơ quan"), ("field", "Lĩnh vực")];
    if signed_in {
        all.push(("owner", "Người phụ trách"));
    }
    all.into_iter().map(|(name, label)| TextField { name, label, value: given(name).to_owned() }).collect()
}

fn line(entry: &Entry, board: &Board, signed_in: bool, now: i64, refused: Option<&Refused>) -> BoardLine {
    let known = &entry.known;
    let flags: Vec<FlagLine> = entry.flags.iter().map(|f| flag_line(f, signed_in, now, refused)).collect();
    BoardLine {
        code: entry.code.clone(),
        name: known.name.clone(),
        facts: known.fields.iter().take(1).chain(&known.agency).cloned().collect(),
        gap: entry.gap.map_or("", Gap::name),
        stations: Point::ALL[..Point::DECIDING].iter().map(|p| station(*p, entry.points[p.index()])).collect(),
        dossiers: entry.volume.as_ref().map(|v| {
            let note = if v.kind == "prior" { " (ước theo số cũ)" } else { "" };
            format!("{} hồ sơ/năm{note}", number_vi(v.dossiers))
        }),
        hours: entry.hours.filter(|h| *h > 0.0).map(|h| format!("≈ {} giờ/năm", rounded(h))),
        overdue: entry.is_overdue(&board.today),
        open: flags.iter().any(|f| f.error.is_some()),
        flags,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "an estimate shown without decimals")]
fn rounded(hours: f64) -> String {
    number_vi(hours.round() as i64)
}

fn station(point: Point, value: PointValue) -> Station {
    let (class, symbol, word) = match value {
        PointValue::Yes => ("yes", "●", "đạt"),
        PointValue::No => ("no", "○", "chưa đạt"),
        PointValue::NotApplicable => ("skip", "–", "không áp dụng"),
        PointValue::Unknown => ("unknown", "?", "chưa rõ"),
    };
    Station { code: point.code(), class, symbol, title: format!("{} {}: {word}", point.code(), point.name()) }
}

fn flag_line(row: &FlagRow, signed_in: bool, now: i64, refused: Option<&Refused>) -> FlagLine {
    let mine = refused.filter(|(id, ..)| *id == row.id);
    let days = (now - row.opened_at).max(0) / DAY;
    let cause = row.cause.as_deref().and_then(Cause::parse);
    let owner = match (&row.owner, signed_in) {
        (None, _) => "chưa giao".to_owned(),
        (Some(owner), true) => owner.clone(),
        (Some(_), false) => "đã giao".to_owned(),
    };
    FlagLine {
        id: row.id.clone(),
        code: row.flag.clone(),
        name: row.flag().map_or("", FlagCode::name),
        age: if days == 0 { "mở hôm nay".to_owned() } else { format!("mở {days} ngày") },
        owner,
        typed_owner: mine.map_or_else(|| row.owner.clone().unwrap_or_default(), |(_, f, _)| f.owner.clone()),
        cause: mine.map_or_else(|| row.cause.clone().unwrap_or_default(), |(_, f, _)| f.cause.clone()),
        cause_name: cause.map_or("", Cause::name),
        due: mine.map_or_else(|| row.due_date.clone().unwrap_or_default(), |(_, f, _)| f.due_date.clone()),
        due_text: row.due_date.as_deref().map(day_vi).unwrap_or_default(),
        acknowledged: row.acknowledged_at.map(date_vi),
        version: row.version,
        error: mine.map(|(_, _, problem)| sentence(problem)),
    }
}

/// What was refused, in the reader's language.
fn sentence(problem: &Problem) -> String {
    let text = match problem.field.as_deref() {
        Some("owner") => "Người phụ trách: không có ai đăng nhập bằng tên này.",
        Some("due_date") => "Hạn: chọn hôm nay hoặc một ngày sau.",
        Some("cause") => "Nguyên nhân: chọn một mục trong danh sách.",
        _ if problem.code == Code::Conflict.as_str() => "Người khác vừa sửa cờ này. Hãy xem lại rồi lưu.",
        _ if problem.code == Code::Forbidden.as_str() => "Thủ tục thuộc cơ quan khác, bạn không sửa được.",
        _ => return problem.detail.clone(),
    };
    text.to_owned()
}

/// 2026-12-31 as 31/12/2026.
fn day_vi(iso: &str) -> String {
    let mut parts = iso.split('-');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(year), Some(month), Some(day)) => format!("{day}/{month}/{year}"),
        _ => iso.to_owned(),
    }
}
