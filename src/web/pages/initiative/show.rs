//! `/sang-kien/{id}`: one initiative, for everybody once it was submitted, with what the reader may do.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::file::FileSection;
use super::view::{MeasureCard, StepForm, StepLine, card, forms, line};
use super::{Sent, SimilarLine, refusal, similar_lines};
use crate::initiative::actions::error::InitiativeError;
use crate::initiative::model::Objective;
use crate::initiative::store::file as file_store;
use crate::initiative::store::part;
use crate::initiative::unapplied::waiting;
use crate::initiative::vote::Ballot;
use crate::initiative::workflow::model::Stage;
use crate::platform::word;
use crate::web::api::initiative_views::Sight;
use crate::web::format::{date_vi, moment_vi};
use crate::web::pages::{frame, render};
use crate::web::routes::WORKERS;
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "initiative.html")]
struct InitiativePage {
    frame: Frame,
    number: String,
    title: String,
    track: &'static str,
    stations: Vec<(String, &'static str)>,
    texts: Vec<(&'static str, String)>,
    objectives: Vec<&'static str>,
    measures: Vec<MeasureCard>,
    history: Vec<StepLine>,
    vote: Option<VoteSection>,
    comments: Vec<(String, String, String)>,
    signed_in: bool,
    may_write: bool,
    version: i64,
    steps: Vec<StepForm>,
    errors: Vec<String>,
    typed_comment: String,
    adopted_from: Option<String>,
    may_adopt: bool,
    similar: Vec<SimilarLine>,
    /// Measures that were approved and are not applied: position, title, when they were to be.
    unapplied: Vec<(i64, String, String)>,
    files: FileSection,
}

/// How the vote stands.
#[derive(Debug)]
struct VoteSection {
    outcome: &'static str,
    counts: String,
    members: Vec<(String, String)>,
    may_vote: bool,
    ballots: Vec<(String, &'static str)>,
}

/// The initiative.
pub async fn page(State(state): State<AppState>, visitor: Visitor, Path(id): Path<String>) -> Response {
    show(&state, &visitor, &id, StatusCode::OK, Sent::new(), Vec::new()).await
}

/// The initiative with what was sent and why it was refused.
pub(super) async fn show(
    state: &AppState,
    visitor: &Visitor,
    id: &str,
    status: StatusCode,
    sent: Sent,
    errors: Vec<String>,
) -> Response {
    match build(state, visitor, id, sent, errors).await {
        Ok(page) => render(status, &page),
        Err(error) => refusal(state, visitor, error),
    }
}

async fn build(
    state: &AppState,
    visitor: &Visitor,
    id: &str,
    sent: Sent,
    errors: Vec<String>,
) -> Result<InitiativePage, InitiativeError> {
    let mut tx = state.db.read().await?;
    let sight = Sight::load(&mut tx, visitor.actor.as_ref(), id).await?;
    let item = &sight.item;
    let signed_in = visitor.actor.is_some();
    let comments = if signed_in { part::comments(&mut tx, &item.id).await? } else { Vec::new() };
    let similar = if signed_in { similar_lines(&mut tx, item).await? } else { Vec::new() };
    let files = FileSection::of(&sight, file_store::of(&mut tx, &item.id).await?, state.max_file_bytes);
    let now = state.clock.now();
    let late = if signed_in { waiting(&mut tx, item, &sight.workflow, &sight.steps, now).await? } else { Vec::new() };
    let typed_comment = super::value(&sent, "body").to_owned();
    let sent = Arc::new(sent);
    let at = sight.workflow.state(&item.state);
    Ok(InitiativePage {
        frame: frame(state, visitor, false),
        number: item.number.clone(),
        title: item.title.clone(),
        track: item.track.name(),
        stations: stations(&sight),
        texts: texts(&sight),
        objectives: item.record.objectives.iter().map(|objective: &Objective| objective.name()).collect(),
        measures: item.measures.iter().map(|stored| card(&sight, stored, &sent, now)).collect(),
        history: sight.steps.iter().map(|taken| line(&sight.workflow, taken, signed_in)).collect(),
        vote: vote(&sight),
        comments: comments.into_iter().map(|c| (c.author_name, moment_vi(c.at), c.body)).collect(),
        signed_in,
        may_write: sight.theirs && at.is_some_and(|state| state.stage == Stage::Drafting),
        version: item.version,
        steps: forms(&sight, None, &sent),
        errors,
        typed_comment,
        adopted_from: item.adopted_number.clone(),
        may_adopt: !sight.theirs && visitor.actor.as_ref().is_some_and(|actor| actor.has_any(WORKERS)),
        similar,
        unapplied: late.into_iter().map(|one| (one.position, one.title, date_vi(one.due_at))).collect(),
        files,
    })
}

/// The way it has gone and where it stands: the states it has been in, each once, the present one last.
fn stations(sight: &Sight) -> Vec<(String, &'static str)> {
    let name = |code: &str| sight.workflow.state(code).map_or(code, |state| state.name.as_str()).to_owned();
    let mut all: Vec<(String, &'static str)> = Vec::new();
    for taken in &sight.steps {
        let before = name(&taken.from_state);
        if !all.iter().any(|(state, _)| *state == before) {
            all.push((before, "passed"));
        }
    }
    let present = name(&sight.item.state);
    all.retain(|(state, _)| *state != present);
    all.push((present, "present"));
    all
}

/// What its record says, as the reader may see it: name and text.
pub(super) fn texts(sight: &Sight) -> Vec<(&'static str, String)> {
    let record = &sight.item.record;
    let (i, r, b) = (&record.innovation, &record.recognition, &record.breakthrough);
    let confidential = if sight.reader.is_some() { r.confidential.as_str() } else { "" };
    let authors: Vec<String> = r.authors.iter().map(|author| format!("{} ({} %)", author.name, author.share)).collect();
    let all = [
        ("Tóm tắt", record.summary.as_str()),
        ("Lý do", &record.reasons),
        ("Đánh giá tác động", &record.impact),
        ("Chức vụ người đề xuất", &i.position),
        ("Điểm nghẽn chưa được quy định", &i.bottleneck),
        ("Khoảng trống pháp luật", &i.legal_gap),
        ("Nội dung, nhiệm vụ, giải pháp", &i.content),
        ("Thời gian, nguồn lực, tính khả thi", &i.resources),
        ("Tác động và hiệu quả dự kiến", &i.effects),
        ("Tác giả", &authors.join(", ")),
        ("Lĩnh vực áp dụng", &r.field),
        ("Bản chất, các bước, điều kiện", &r.description),
        ("Khả năng áp dụng", &r.applicability),
        ("Lợi ích", &r.benefit),
        ("Thông tin cần bảo mật", confidential),
        ("Mã trên Cổng Sáng kiến", &b.national_code),
        ("Năm yêu cầu của QĐ 2266", &b.requirements),
    ];
    all.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name, text.to_owned())).collect()
}

fn vote(sight: &Sight) -> Option<VoteSection> {
    let (tally, outcome) = sight.tally()?;
    let own = |row: &&crate::initiative::store::history::VoteRow| {
        sight.reader.as_ref().is_some_and(|reader| reader.id.as_str() == row.member_id)
    };
    let ballot = |row: &crate::initiative::store::history::VoteRow| {
        let head = if row.is_head != 0 { " (người đứng đầu)" } else { "" };
        let cast = row.ballot.as_deref().and_then(word::read::<Ballot>).map_or("chưa biểu quyết", Ballot::name);
        (format!("{}{head}", row.member_name), cast.to_owned())
    };
    Some(VoteSection {
        outcome: outcome.name(),
        counts: format!(
            "{} tán thành, {} không tán thành, {} không có ý kiến, {} không tham gia, {} chưa biểu quyết",
            tally.in_favour, tally.against, tally.abstained, tally.recused, tally.missing
        ),
        members: if sight.reader.is_some() { sight.votes.iter().map(ballot).collect() } else { Vec::new() },
        may_vote: sight.votes.iter().find(own).is_some_and(|row| row.ballot.is_none()),
        ballots: Ballot::ALL.iter().map(|ballot| (word::of(ballot), ballot.name())).collect(),
    })
}
