//! `/thu-tuc/{code}`: the answer first, then everything behind it.

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;

use super::status::section;
use super::{badge, changes, frame, journey, message, performance, render};
use crate::catalog::model::{Channel, Paper, Procedure, ProcedureKind};
use crate::catalog::store::{Stored, Version};
use crate::platform::problem::Problem;
use crate::search::document::SearchDoc;
use crate::web::api::assessment::{self, Asked, AssessmentView};
use crate::web::api::detail::{Looked, look_up, read_at, watched};
use crate::web::format::{date, date_vi, money_vi};
use crate::web::routes::WORKERS;
use crate::web::state::AppState;
use crate::web::views::{ActLine, Line, Link, PaperGroup, PaperLine, ProcedurePage, Row, StepLine, VersionLine};
use crate::web::visitor::Visitor;

/// The page of a procedure, as it is or as it was on `?at=`.
pub async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(code): Path<String>,
    RawQuery(raw): RawQuery,
) -> Response {
    match build(&state, &visitor, &code, raw.as_deref()).await {
        Ok(page) => render(StatusCode::OK, &page),
        Err(problem) => message::of(&state, &visitor, &problem, &code),
    }
}

async fn build(state: &AppState, visitor: &Visitor, code: &str, raw: Option<&str>) -> Result<ProcedurePage, Problem> {
    let at = read_at(raw)?;
    let looked = look_up(state, code, at).await?;
    let assessed = assess(state, &looked, at, visitor).await?;
    let watched = watched(state, &looked, at).await?;
    let p = &looked.procedure;
    let shown = SearchDoc::of(&Stored { procedure: p.clone(), ..looked.stored.clone() });
    let code = p.code.to_string();
    let mut page = ProcedurePage {
        frame: frame(state, visitor, false),
        name: p.name.clone(),
        facts: p.fields.iter().chain(&p.issuer).cloned().collect(),
        warnings: warnings(&looked),
        badge: badge(&shown),
        answers: answers(p, &shown, assessed.as_ref()),
        verdict: assessed.as_ref().map(journey::verdict).unwrap_or_default(),
        journey: assessed.as_ref().map(|view| journey::stations(view, p)).unwrap_or_default(),
        may_record: visitor.actor.as_ref().is_some_and(|actor| actor.has_any(WORKERS)),
        portal_url: p.portal_url.clone().filter(|url| url.starts_with("https://") && !looked.retired),
        status: watched.status.as_ref().map(section::section).transpose().map_err(|error| Problem::internal(&error))?,
        performance: watched.performance.as_ref().and_then(performance::section),
        contents: Vec::new(),
        description: p.description.as_deref().map(paragraphs),
        papers: papers(&p.papers),
        steps: p.steps.iter().map(|s| StepLine { title: s.title.clone(), lines: paragraphs(&s.text) }).collect(),
        times: times(p),
        fees: fees(p),
        agencies: agencies(p),
        conditions: p.conditions.as_deref().map(paragraphs),
        results: p.results.clone(),
        legal: p.legal_basis.iter().map(act).collect(),
        variants: variants(state, &looked),
        change: changes::latest(state, &looked).await?,
        reforms: changes::reforms(state, &code).await?,
        versions: looked.versions.iter().map(|v| version(&code, v, looked.version)).collect(),
        json_url: format!("/api/v1/procedures/{code}"),
        code,
    };
    page.contents = contents(&page);
    Ok(page)
}

/// The assessment of a public procedure, as it is or was; a retired one has none.
async fn assess(
    state: &AppState,
    looked: &Looked,
    at: Option<Timestamp>,
    visitor: &Visitor,
) -> Result<Option<AssessmentView>, Problem> {
    if looked.retired {
        return Ok(None);
    }
    let asked = Asked { unit: None, at };
    let code = looked.procedure.code.as_str();
    Ok(Some(assessment::view(state, code, &asked, visitor.actor.is_some()).await?))
}

fn warnings(looked: &Looked) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(at) = looked.stored.retired_at.filter(|_| looked.retired) {
        all.push(format!("Thủ tục không còn trong danh mục công khai (ghi nhận ngày {}).", date_vi(at)));
    }
    if looked.version != looked.stored.version_number {
        all.push("Đây là bản cũ của thủ tục, chỉ để tham khảo.".to_owned());
    }
    if looked.procedure.kind == ProcedureKind::Internal {
        all.push("Thủ tục nội bộ giữa các cơ quan nhà nước, người dân không phải làm.".to_owned());
    }
    all
}

/// How long, how much, where, what on paper: the first screen.
fn answers(p: &Procedure, shown: &SearchDoc, assessed: Option<&AssessmentView>) -> Vec<Line> {
    let channels: Vec<String> = p.channels.iter().map(|c| channel_text(*c).to_owned()).collect();
    let fee = match shown.fee {
        Some((from, to)) if from == to => vec![money_vi(from)],
        Some((from, to)) => vec![format!("{} đến {}", money_vi(from), money_vi(to))],
        None if p.fees.is_empty() => Vec::new(),
        None => vec!["Tùy trường hợp, xem mục phí, lệ phí".to_owned()],
    };
    let time = match &shown.time {
        Some(time) => vec![time.clone()],
        None if p.time_limits.is_empty() => Vec::new(),
        None => vec!["Tùy trường hợp, xem mục thời hạn".to_owned()],
    };
    let asked = p.papers.iter().filter(|paper| !paper.note).count();
    let papers = if asked > 0 { vec![format!("{asked} loại, xem mục giấy tờ")] } else { Vec::new() };
    let lines = [
        ("Nộp bằng cách", channels),
        ("Còn phải làm trên giấy", assessed.map(journey::still_on_paper).unwrap_or_default()),
        ("Bao lâu", time),
        ("Bao nhiêu tiền", fee),
        ("Làm ở đâu", p.handling_agencies.iter().take(3).cloned().collect()),
        ("Giấy tờ", papers),
        ("Ai được làm", p.audiences.iter().take(4).cloned().collect()),
    ];
    lines.into_iter().filter(|(_, l)| !l.is_empty()).map(|(term, lines)| Line { term, lines }).collect()
}

fn papers(papers: &[Paper]) -> Vec<PaperGroup> {
    let mut groups: Vec<PaperGroup> = Vec::new();
    for paper in papers {
        let line = PaperLine { name: without_bullet(&paper.name), quantity: quantity(paper), note: paper.note };
        match groups.last_mut() {
            Some(group) if group.title == paper.group => group.papers.push(line),
            _ => groups.push(PaperGroup { title: paper.group.clone(), papers: vec![line] }),
        }
    }
    groups
}

/// Sources begin papers with dashes of their own.
fn without_bullet(name: &str) -> String {
    name.trim_start_matches(['-', '+', '*', '•', ' ']).to_owned()
}

fn quantity(paper: &Paper) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(n) = paper.originals.filter(|n| *n > 0) {
        parts.push(format!("{n} bản chính"));
    }
    if let Some(n) = paper.copies.filter(|n| *n > 0) {
        parts.push(format!("{n} bản sao"));
    }
    if paper.form {
        parts.push("có mẫu".to_owned());
    }
    (!parts.is_empty()).then(|| format!("({})", parts.join(", ")))
}

fn times(p: &Procedure) -> Vec<Row> {
    p.time_limits
        .iter()
        .map(|t| Row { head: head(t.channel, t.case.as_deref()), text: t.raw.clone(), unread: t.value.is_none() })
        .collect()
}

fn fees(p: &Procedure) -> Vec<Row> {
    p.fees
        .iter()
        .map(|f| {
            let text = match f.amount {
                Some(amount) if f.raw.is_empty() => money_vi(amount),
                Some(amount) => format!("{}. {}", money_vi(amount), f.raw),
                None => f.raw.clone(),
            };
            Row { head: head(f.channel, None), text, unread: f.amount.is_none() }
        })
        .collect()
}

fn head(channel: Option<Channel>, case: Option<&str>) -> Option<String> {
    match (channel.map(channel_text), case) {
        (Some(channel), Some(case)) => Some(format!("{channel}, {case}")),
        (Some(only), None) | (None, Some(only)) => Some(only.to_owned()),
        (None, None) => None,
    }
}

fn channel_text(channel: Channel) -> &'static str {
    match channel {
        Channel::Online => "Trực tuyến",
        Channel::Direct => "Trực tiếp",
        Channel::Postal => "Bưu chính công ích",
    }
}

fn agencies(p: &Procedure) -> Vec<Line> {
    let address: Vec<String> = p.receiving_address.iter().cloned().collect();
    let lines = [
        ("Cơ quan giải quyết", &p.handling_agencies),
        ("Cơ quan có thẩm quyền", &p.deciding_agencies),
        ("Cơ quan phối hợp", &p.coordinating_agencies),
        ("Nơi tiếp nhận", &address),
    ];
    lines.into_iter().filter(|(_, l)| !l.is_empty()).map(|(term, lines)| Line { term, lines: lines.clone() }).collect()
}

fn act(act: &crate::catalog::model::LegalAct) -> ActLine {
    let link = act.number.as_ref().map(|number| {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("act", number).finish();
        Link { label: number.clone(), url: format!("/?{query}") }
    });
    ActLine { link, name: act.name.clone() }
}

fn variants(state: &AppState, looked: &Looked) -> Vec<Link> {
    let snapshot = state.engine.snapshot();
    let shown = looked.variants.iter().filter_map(|code| {
        let doc = snapshot.names.doc(*snapshot.names.by_code.get(code)?);
        let agency = doc.shown.issuer.as_deref().unwrap_or("không rõ cơ quan");
        Some(Link { label: format!("{agency} ({code})"), url: format!("/thu-tuc/{code}") })
    });
    shown.collect()
}

fn version(code: &str, version: &Version, current: i64) -> VersionLine {
    let decision = version.decision.as_ref().map(|d| format!(", quyết định công bố {d}")).unwrap_or_default();
    let until = version.valid_to.map(|at| format!(" đến {}", date_vi(at))).unwrap_or_default();
    let text = format!(
        "Bản {}: ghi nhận từ {}{until}{decision}. Nguồn: {}, SHA-256 {}…",
        version.number,
        date_vi(version.valid_from),
        version.source,
        version.payload_sha256.get(..12).unwrap_or_default()
    );
    let url = (version.number != current).then(|| format!("/thu-tuc/{code}?at={}", date(version.valid_from)));
    VersionLine { text, url }
}

fn contents(page: &ProcedurePage) -> Vec<Link> {
    let sections = [
        ("Tình trạng dịch vụ", "tinh-trang", page.status.is_some()),
        ("Kết quả giải quyết", "ket-qua-giai-quyet", page.performance.is_some()),
        ("Hành trình trực tuyến", "hanh-trinh", !page.journey.is_empty()),
        ("Giới thiệu", "gioi-thieu", page.description.is_some()),
        ("Giấy tờ cần có", "giay-to", !page.papers.is_empty()),
        ("Các bước", "cac-buoc", !page.steps.is_empty()),
        ("Thời hạn", "thoi-han", !page.times.is_empty()),
        ("Phí, lệ phí", "le-phi", !page.fees.is_empty()),
        ("Cơ quan", "co-quan", !page.agencies.is_empty()),
        ("Điều kiện", "dieu-kien", page.conditions.is_some()),
        ("Kết quả", "ket-qua", !page.results.is_empty()),
        ("Căn cứ pháp lý", "can-cu", !page.legal.is_empty()),
        ("Bản của địa phương", "ban-dia-phuong", !page.variants.is_empty()),
        ("Đang cải cách", "cai-cach", !page.reforms.is_empty()),
        ("Thay đổi và nguồn", "lich-su", true),
    ];
    sections
        .into_iter()
        .filter(|(_, _, present)| *present)
        .map(|(label, id, _)| Link { label: label.to_owned(), url: format!("#{id}") })
        .collect()
}

fn paragraphs(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
}
