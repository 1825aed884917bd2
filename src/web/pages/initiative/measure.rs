//! `/co-quan/sang-kien/{id}/bien-phap/{position}`: a measure beside the procedure it changes.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::measure_form::{CostRow, Line, cost_rows, procedure_lines, read};
use super::view::saving;
use super::{Sent, mendable, reasons, refusal, typed, value};
use crate::catalog::amend::model::{Amendment, Part};
use crate::catalog::store as catalog_store;
use crate::initiative::actions::error::InitiativeError;
use crate::initiative::actions::write;
use crate::initiative::cost::Method;
use crate::initiative::model::{MeasureType, Place};
use crate::initiative::record::{Change, CostCase, Measure};
use crate::initiative::store::part::{self, Desk};
use crate::monitor::parameters::Parameters;
use crate::platform::db::Tx;
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
#[template(path = "initiative_measure.html")]
struct MeasurePage {
    frame: Frame,
    number: String,
    position: i64,
    version: i64,
    title: String,
    content: String,
    recommendation: String,
    kinds: Vec<(String, &'static str, bool)>,
    places: Vec<(String, &'static str, bool)>,
    methods: Vec<(String, &'static str, bool)>,
    parts: Vec<(String, &'static str)>,
    code: String,
    procedure: Option<String>,
    lines: Vec<Line>,
    added: Vec<(String, &'static str, String)>,
    new_index: usize,
    cost: Vec<CostRow>,
    wage: String,
    wage_source: String,
    times: String,
    subjects: String,
    source: String,
    saving: Vec<(&'static str, String)>,
    errors: Vec<String>,
    conflict: Option<Vec<(String, String, String)>>,
    draft: Option<String>,
    removable: bool,
}

/// Which procedure is shown beside the measure.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Beside {
    code: String,
}

/// The editor.
pub async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path((id, position)): Path<(String, i64)>,
    Query(beside): Query<Beside>,
) -> Response {
    let loaded = async {
        let mut tx = state.db.read().await?;
        let sight = Sight::load(&mut tx, Some(&actor), &id).await?;
        let measure = of(&sight, position);
        let desk = Desk { initiative_id: &sight.item.id, user_id: actor.id.as_str(), place: position };
        let draft = part::draft(&mut tx, desk).await?;
        let kept =
            draft.as_ref().map(typed).filter(|sent| beside.code.is_empty() || value(sent, "code") == beside.code);
        let Some((sent, draft)) = kept.zip(draft) else {
            return build(&state, &visitor, &mut tx, &sight, (position, &measure), &beside.code).await;
        };
        let mut page = with(&state, &visitor, &mut tx, &sight, position, &sent).await?;
        page.draft = Some(moment_vi(draft.saved_at));
        // Somebody may have written in the meantime: both are shown then.
        let both = both(&measure, &reread(&sent, &measure));
        page.conflict = Some(both).filter(|both| draft.base_version != sight.item.version && !both.is_empty());
        Ok(page)
    };
    match loaded.await {
        Ok(page) => render(StatusCode::OK, &page),
        Err(error) => refusal(&state, &visitor, error),
    }
}

/// The measure at a position; a new one behind the last.
fn of(sight: &Sight, position: i64) -> Measure {
    let stored = sight.item.measures.iter().find(|stored| stored.position == position);
    stored.map(|stored| stored.measure.clone()).unwrap_or_default()
}

/// Writes the measure; what was typed stays when it is refused.
pub async fn save(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path((id, position)): Path<(String, i64)>,
    form: Result<Form<Sent>, FormRejection>,
) -> Response {
    let Ok(Form(sent)) = form else { return message::unreadable(&state, &visitor) };
    let done = async {
        let mut tx = state.db.read().await?;
        let sight = Sight::load(&mut tx, Some(&actor), &id).await?;
        drop(tx);
        let old = of(&sight, position);
        if value(&sent, "next") == "remove" {
            let version = value(&sent, "version").parse().ok();
            return write::remove_measure(&state.db, &actor, &id, version, position, state.clock.now()).await;
        }
        let known = sight.item.measures.iter().any(|stored| stored.position == position);
        let version = value(&sent, "version").parse().ok();
        let measure = read(&sent, &old).map_err(InitiativeError::Invalid)?;
        let place = known.then_some(position);
        write::measure(&state.db, &actor, &id, version, (place, measure), state.clock.now()).await
    };
    let error = match done.await {
        Ok(item) if value(&sent, "next") == "stay" => {
            return see_other(&format!("/co-quan/sang-kien/{}/bien-phap/{position}", item.number));
        }
        Ok(item) => return see_other(&format!("/sang-kien/{}", item.number)),
        Err(error) => error,
    };
    let Some(status) = mendable(&error) else { return refusal(&state, &visitor, error) };
    let shown = async {
        let mut tx = state.db.read().await?;
        let sight = Sight::load(&mut tx, Some(&actor), &id).await?;
        let mut page = with(&state, &visitor, &mut tx, &sight, position, &sent).await?;
        page.errors = reasons(&error);
        if matches!(error, InitiativeError::Conflict) {
            let theirs = of(&sight, position);
            page.conflict = Some(both(&theirs, &reread(&sent, &theirs)));
        }
        Ok::<_, InitiativeError>(page)
    };
    match shown.await {
        Ok(page) => render(status, &page),
        Err(error) => refusal(&state, &visitor, error),
    }
}

/// The editor with what was typed; a figure that is no number stays as it was typed, too.
async fn with(
    state: &AppState,
    visitor: &Visitor,
    tx: &mut Tx,
    sight: &Sight,
    position: i64,
    sent: &Sent,
) -> Result<MeasurePage, InitiativeError> {
    let measure = reread(sent, &of(sight, position));
    let mut page = build(state, visitor, tx, sight, (position, &measure), value(sent, "code")).await?;
    let typed = |name: &str| sent.iter().find(|(given, _)| given == name).map(|(_, text)| text.clone());
    for (name, field) in [("wage", &mut page.wage), ("times", &mut page.times), ("subjects", &mut page.subjects)] {
        *field = typed(name).unwrap_or_else(|| std::mem::take(field));
    }
    for (name, _, text) in page.cost.iter_mut().flat_map(|row| &mut row.cells) {
        *text = typed(name).unwrap_or_else(|| std::mem::take(text));
    }
    Ok(page)
}

/// The measure that was sent, without the figures that are no numbers.
fn reread(sent: &Sent, old: &Measure) -> Measure {
    let kept: Sent = sent.iter().filter(|(name, text)| !unreadable(name, text)).cloned().collect();
    read(&kept, old).unwrap_or_else(|_| old.clone())
}

/// What differs between the measure that another person wrote and the one that is being typed.
fn both(theirs: &Measure, mine: &Measure) -> Vec<(String, String, String)> {
    let changes = |measure: &Measure| {
        let line = |change: &Change| {
            let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
            let amendment = &change.amendment;
            format!(
                "{} {}: {} → {}",
                change.code,
                amendment.part.name(),
                text(&amendment.before),
                text(&amendment.after)
            )
        };
        measure.changes.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let cost = |measure: &Measure| {
        let figures = measure.cost.as_ref().map(saving).unwrap_or_default();
        figures.into_iter().map(|(name, figure)| format!("{name}: {figure}")).collect::<Vec<_>>().join("\n")
    };
    let texts = |measure: &Measure| {
        [
            ("Tên biện pháp", measure.title.clone()),
            ("Loại", measure.kind.name().to_owned()),
            ("Thẩm quyền", measure.place.name().to_owned()),
            ("Nội dung", measure.content.clone()),
            ("Kiến nghị thực thi", measure.recommendation.clone()),
            ("Nội dung thay đổi", changes(measure)),
            ("Chi phí tuân thủ", cost(measure)),
        ]
    };
    let pairs = texts(theirs).into_iter().zip(texts(mine));
    let differing = pairs.filter(|((_, theirs), (_, mine))| theirs.trim() != mine.trim());
    differing.map(|((name, theirs), (_, mine))| (name.to_owned(), theirs, mine)).collect()
}

/// A figure that is no number: it is named above the form.
fn unreadable(name: &str, text: &str) -> bool {
    let figure = name.rsplit_once('.').is_some_and(|(_, last)| matches!(last, "hours" | "service" | "fees"));
    (figure || matches!(name, "times" | "subjects" | "wage"))
        && !text.trim().chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | ' '))
}

async fn build(
    state: &AppState,
    visitor: &Visitor,
    tx: &mut Tx,
    sight: &Sight,
    (position, measure): (i64, &Measure),
    beside: &str,
) -> Result<MeasurePage, InitiativeError> {
    let code =
        if beside.is_empty() { measure.procedures().first().cloned().unwrap_or_default() } else { beside.to_owned() };
    let known = if code.is_empty() { None } else { catalog_store::find(tx, code.trim()).await? };
    let parameters = Parameters::at(tx, state.clock.now()).await?;
    let wage = parameters.count("wage_per_hour")?;
    let case = measure.cost.clone().unwrap_or_default();
    let used = case.before.tasks.iter().chain(&case.after.tasks).map(|task| task.wage_per_hour).find(|wage| *wage > 0);
    let lines = known.as_ref().map(|known| procedure_lines(&known.procedure, measure)).unwrap_or_default();
    let added = measure.changes.iter().filter(|c| c.code == code && c.amendment.before.is_none());
    let added = added.map(|change| shown(&change.amendment)).collect();
    let count = |n: i64| if n == 0 { String::new() } else { n.to_string() };
    Ok(MeasurePage {
        frame: frame(state, visitor, false),
        number: sight.item.number.clone(),
        position,
        version: sight.item.version,
        title: measure.title.clone(),
        content: measure.content.clone(),
        recommendation: measure.recommendation.clone(),
        kinds: MeasureType::ALL.iter().map(|k| (word::of(k), k.name(), *k == measure.kind)).collect(),
        places: [Place::Local, Place::Central].iter().map(|p| (word::of(p), p.name(), *p == measure.place)).collect(),
        methods: Method::ALL.iter().map(|m| (word::of(m), m.name(), *m == case.method)).collect(),
        parts: Part::ALL.iter().filter(|p| addable(**p)).map(|p| (word::of(p), p.name())).collect(),
        procedure: known.as_ref().map(|known| known.procedure.name.clone()),
        code,
        new_index: lines.len(),
        lines,
        added,
        cost: cost_rows(&case),
        wage: used.unwrap_or(i64::from(wage)).to_string(),
        wage_source: format!("Đang dùng {wage} đồng/giờ theo tham số của hệ thống; sửa nếu có nguồn khác."),
        times: count(case.before.times_per_year),
        subjects: count(case.before.subjects),
        source: case.source.clone(),
        saving: measure.cost.as_ref().filter(|case| **case != CostCase::default()).map(saving).unwrap_or_default(),
        errors: Vec::new(),
        conflict: None,
        draft: None,
        removable: sight.item.measures.len() > 1
            && sight.item.measures.iter().any(|stored| stored.position == position),
    })
}

/// Word and name of the part, and what is added to it.
fn shown(added: &Amendment) -> (String, &'static str, String) {
    (word::of(&added.part), added.part.name(), added.after.clone().unwrap_or_default())
}

/// Parts that a line can be added to.
const fn addable(part: Part) -> bool {
    !matches!(part, Part::Procedure | Part::Name | Part::OnlineLevel)
}
