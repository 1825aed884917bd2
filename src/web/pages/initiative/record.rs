//! `/co-quan/sang-kien/{id}/sua`: the record of a draft.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{Sent, SimilarLine, mendable, reasons, refusal, similar_lines, typed, value};
use crate::initiative::actions::error::InitiativeError;
use crate::initiative::actions::write;
use crate::initiative::model::{Objective, Track};
use crate::initiative::record::{Author, Record};
use crate::initiative::store::initiative::Initiative;
use crate::initiative::store::part::{self, Desk};
use crate::monitor::field::FieldError;
use crate::platform::word;
use crate::web::api::initiative_views::Sight;
use crate::web::format::moment_vi;
use crate::web::guard::see_other;
use crate::web::pages::{frame, message, render};
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::{SignedIn, Visitor};

/// The page.
#[derive(Debug, Template)]
#[template(path = "initiative_record.html")]
struct RecordPage {
    frame: Frame,
    number: String,
    version: i64,
    title: String,
    texts: Vec<Text>,
    objectives: Vec<(String, &'static str, bool)>,
    recognition: bool,
    first_applied: String,
    is_innovation: bool,
    is_head: bool,
    measures: Vec<(i64, String)>,
    next_position: i64,
    errors: Vec<String>,
    conflict: Option<Vec<(String, String, String)>>,
    draft: Option<String>,
    similar: Vec<SimilarLine>,
}

/// A text of the record.
#[derive(Debug)]
struct Text {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: String,
    error: Option<String>,
}

/// The editor, with what the reader had typed and not saved.
pub async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
) -> Response {
    let loaded = async {
        let mut tx = state.db.read().await?;
        let sight = Sight::load(&mut tx, Some(&actor), &id).await?;
        let desk = Desk { initiative_id: &sight.item.id, user_id: actor.id.as_str(), place: write::RECORD };
        let draft = part::draft(&mut tx, desk).await?;
        let similar = similar_lines(&mut tx, &sight.item).await?;
        Ok::<_, InitiativeError>((sight, draft, similar))
    };
    match loaded.await {
        Ok((sight, draft, similar)) => {
            let typed = draft.as_ref().map(typed);
            // Somebody may have written in the meantime: both are shown then.
            let outdated = draft.as_ref().is_some_and(|draft| draft.base_version != sight.item.version);
            let conflict = typed.as_ref().filter(|_| outdated).map(|typed| both(&sight.item, typed));
            let note = draft.map(|draft| moment_vi(draft.saved_at));
            let page = build(&state, &visitor, &sight.item, typed.as_ref(), &[], note);
            render(StatusCode::OK, &RecordPage { similar, conflict: conflict.filter(|both| !both.is_empty()), ..page })
        }
        Err(error) => refusal(&state, &visitor, error),
    }
}

/// Keeps what is being typed.
pub async fn autosave(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    form: Result<Form<Sent>, FormRejection>,
) -> Response {
    let Ok(Form(sent)) = form else { return StatusCode::UNPROCESSABLE_ENTITY.into_response() };
    let version = value(&sent, "version").parse().unwrap_or(0);
    let kept = sent.iter().filter(|(name, _)| name != "csrf");
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    let place = value(&sent, "place").parse().unwrap_or(write::RECORD);
    match write::autosave(&state.db, &actor, &id, (place, version), &text, state.clock.now()).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => crate::web::api::initiatives::refused(error).into_response(),
    }
}

/// Writes the record; what was typed stays when it is refused, beside what another person wrote in the meantime.
pub async fn save(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    form: Result<Form<Sent>, FormRejection>,
) -> Response {
    let Ok(Form(sent)) = form else { return message::unreadable(&state, &visitor) };
    let version = value(&sent, "version").parse().ok();
    let record = read(&sent);
    let title = value(&sent, "title");
    let error = match write::record(&state.db, &actor, &id, version, (title, record), state.clock.now()).await {
        Ok(item) if value(&sent, "next") == "measure" => {
            return see_other(&format!("/co-quan/sang-kien/{}/bien-phap/1", item.number));
        }
        Ok(item) => return see_other(&format!("/sang-kien/{}", item.number)),
        Err(error) => error,
    };
    let Some(status) = mendable(&error) else { return refusal(&state, &visitor, error) };
    let mut tx = match state.db.read().await {
        Ok(tx) => tx,
        Err(error) => return refusal(&state, &visitor, error.into()),
    };
    match Sight::load(&mut tx, Some(&actor), &id).await {
        Ok(sight) => {
            let faults = if let InitiativeError::Invalid(errors) = &error { errors.as_slice() } else { &[] };
            let mut page = build(&state, &visitor, &sight.item, Some(&sent), faults, None);
            page.errors = reasons(&error);
            if matches!(error, InitiativeError::Conflict) {
                page.conflict = Some(both(&sight.item, &sent));
            }
            render(status, &page)
        }
        Err(error) => refusal(&state, &visitor, error),
    }
}

/// The texts that differ: name, what the other person wrote, what was typed.
fn both(item: &Initiative, sent: &Sent) -> Vec<(String, String, String)> {
    let mine = texts(item.track, &read(sent), &[]);
    let theirs = texts(item.track, &item.record, &[]);
    let pairs = mine.into_iter().zip(theirs);
    let mut all: Vec<_> = pairs
        .filter(|(mine, theirs)| mine.value.trim() != theirs.value.trim())
        .map(|(mine, theirs)| (mine.label.to_owned(), theirs.value, mine.value))
        .collect();
    if value(sent, "title").trim() != item.title {
        all.insert(0, ("Tên sáng kiến".to_owned(), item.title.clone(), value(sent, "title").to_owned()));
    }
    all
}

fn build(
    state: &AppState,
    visitor: &Visitor,
    item: &Initiative,
    typed: Option<&Sent>,
    faults: &[FieldError],
    draft: Option<String>,
) -> RecordPage {
    let record = typed.map_or_else(|| item.record.clone(), read);
    let title = typed.map_or(item.title.as_str(), |sent| value(sent, "title"));
    RecordPage {
        frame: frame(state, visitor, false),
        number: item.number.clone(),
        version: item.version,
        title: title.to_owned(),
        texts: texts(item.track, &record, faults),
        objectives: Objective::ALL
            .iter()
            .map(|objective| (word::of(objective), objective.name(), record.objectives.contains(objective)))
            .collect(),
        recognition: item.track == Track::Recognition,
        first_applied: record.recognition.first_applied.map(|day| day.to_string()).unwrap_or_default(),
        is_innovation: item.track == Track::InnovationProposal,
        is_head: record.innovation.is_head,
        measures: item.measures.iter().map(|stored| (stored.position, stored.measure.title.clone())).collect(),
        next_position: item.measures.last().map_or(0, |last| last.position) + 1,
        errors: Vec::new(),
        conflict: None,
        draft,
        similar: Vec::new(),
    }
}

/// What the form says.
fn read(sent: &Sent) -> Record {
    let text = |name: &str| value(sent, name).to_owned();
    let mut record = Record {
        summary: text("summary"),
        reasons: text("reasons"),
        impact: text("impact"),
        objectives: sent
            .iter()
            .filter(|(name, _)| name == "objectives")
            .filter_map(|(_, word)| word::read::<Objective>(word))
            .collect(),
        ..Record::default()
    };
    let i = &mut record.innovation;
    i.position = text("innovation.position");
    i.is_head = value(sent, "innovation.is_head") == "true";
    i.bottleneck = text("innovation.bottleneck");
    i.legal_gap = text("innovation.legal_gap");
    i.content = text("innovation.content");
    i.resources = text("innovation.resources");
    i.effects = text("innovation.effects");
    let r = &mut record.recognition;
    r.authors = text("recognition.authors").lines().filter_map(author).collect();
    r.first_applied = value(sent, "recognition.first_applied").trim().parse().ok();
    r.field = text("recognition.field");
    r.description = text("recognition.description");
    r.applicability = text("recognition.applicability");
    r.benefit = text("recognition.benefit");
    r.confidential = text("recognition.confidential");
    let b = &mut record.breakthrough;
    b.national_code = text("breakthrough.national_code");
    b.link = text("breakthrough.link");
    b.requirements = text("breakthrough.requirements");
    record
}

/// A line such as `Nguyễn Văn An 60`; without a number the share is 0.
fn author(line: &str) -> Option<Author> {
    let line = line.trim().trim_end_matches('%').trim_end();
    let (name, share) = line.rsplit_once([' ', ':']).unwrap_or((line, ""));
    match share.parse() {
        Ok(share) => Some(Author { name: name.trim_end_matches(':').trim().to_owned(), share }),
        Err(_) if line.is_empty() => None,
        Err(_) => Some(Author { name: line.to_owned(), share: 0 }),
    }
}

/// The texts that a track asks for.
fn texts(track: Track, record: &Record, faults: &[FieldError]) -> Vec<Text> {
    let (i, r, b) = (&record.innovation, &record.recognition, &record.breakthrough);
    let authors: Vec<String> = r.authors.iter().map(|author| format!("{} {}", author.name, author.share)).collect();
    let mut all = vec![
        ("summary", "Tóm tắt cho mọi người", "Thay đổi gì, ai được lợi.", record.summary.clone()),
        ("reasons", "Lý do", "Vì sao cần thay đổi; có hợp lý, hợp pháp không.", record.reasons.clone()),
    ];
    match track {
        Track::Simplification => all.push((
            "impact",
            "Đánh giá tác động (khi tăng gánh nặng)",
            "Chỉ cần khi thêm giấy tờ, bước, phí hoặc kéo dài thời hạn.",
            record.impact.clone(),
        )),
        Track::InnovationProposal => all.extend([
            (
                "innovation.position",
                "Chức vụ người đề xuất",
                "NĐ 73/2023 áp dụng cho người giữ chức vụ lãnh đạo, quản lý.",
                i.position.clone(),
            ),
            ("innovation.bottleneck", "Điểm nghẽn chưa được quy định", "", i.bottleneck.clone()),
            ("innovation.legal_gap", "Văn bản nào chưa quy định", "", i.legal_gap.clone()),
            ("innovation.content", "Nội dung, nhiệm vụ, giải pháp; phạm vi, đối tượng", "", i.content.clone()),
            ("innovation.resources", "Thời gian, nguồn lực, tính khả thi", "", i.resources.clone()),
            ("innovation.effects", "Tác động tích cực, tiêu cực; hiệu quả dự kiến", "", i.effects.clone()),
        ]),
        Track::Recognition => all.extend([
            (
                "recognition.authors",
                "Tác giả và tỷ lệ đóng góp",
                "Mỗi dòng một người, ví dụ: Nguyễn Văn An 60",
                authors.join("\n"),
            ),
            ("recognition.field", "Lĩnh vực áp dụng", "", r.field.clone()),
            ("recognition.description", "Bản chất, các bước, điều kiện", "", r.description.clone()),
            ("recognition.applicability", "Khả năng áp dụng", "", r.applicability.clone()),
            ("recognition.benefit", "Lợi ích theo tác giả và người áp dụng thử", "", r.benefit.clone()),
            ("recognition.confidential", "Thông tin cần bảo mật", "Không hiện ra công khai.", r.confidential.clone()),
        ]),
        Track::Breakthrough => all.extend([
            ("breakthrough.national_code", "Mã trên Cổng Sáng kiến KH&CN", "", b.national_code.clone()),
            ("breakthrough.link", "Địa chỉ trên Cổng", "https://…", b.link.clone()),
            (
                "breakthrough.requirements",
                "Tính mới, đột phá, khả thi, lan tỏa, huy động nguồn lực",
                "",
                b.requirements.clone(),
            ),
        ]),
    }
    let text = |(name, label, hint, value)| Text {
        name,
        label,
        hint,
        value,
        error: faults.iter().find(|fault| fault.field == name).map(|fault| fault.vietnamese.clone()),
    };
    all.into_iter().map(text).collect()
}
