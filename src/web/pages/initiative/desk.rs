//! `/co-quan/sang-kien`: what waits for somebody, until when; and where an initiative begins.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::refusal;
use crate::account::model::Actor;
use crate::account::store as account_store;
use crate::assessment::flag_store;
use crate::initiative::actions::begin::{self, New};
use crate::initiative::actions::error::{InitiativeError, acts_in, may_see};
use crate::initiative::model::Track;
use crate::initiative::store::initiative::Initiative;
use crate::initiative::store::waiting::waiting;
use crate::initiative::workflow::model::{Stage, Workflow};
use crate::initiative::workflow::store::Found;
use crate::monitor::parameters::Parameters;
use crate::platform::calendar::store as calendar;
use crate::platform::clock::VIETNAM;
use crate::platform::db::Tx;
use crate::platform::word;
use crate::web::api::initiative_views::words_allowed;
use crate::web::form::{self, Fault, Field};
use crate::web::format::date_vi;
use crate::web::guard::see_other;
use crate::web::pages::{frame, message, render};
use crate::web::routes::WORKERS;
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::{SignedIn, Visitor};

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk.html")]
pub(super) struct DeskPage {
    frame: Frame,
    pub overdue: Vec<Waiting>,
    pub soon: Vec<Waiting>,
    pub later: Vec<Waiting>,
    pub drafts: Vec<Waiting>,
    may_begin: bool,
    flag: String,
    from_flag: String,
    fields: Vec<Field>,
    faults: Vec<Fault>,
}

/// An initiative that waits for the reader.
#[derive(Debug)]
pub(super) struct Waiting {
    pub number: String,
    pub title: String,
    pub state: String,
    pub due: String,
    /// Epoch milliseconds.
    pub due_at: Option<i64>,
    pub steps: String,
}

/// How an initiative begins, as the form or a link carries it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Begun {
    track: String,
    title: String,
    code: String,
    flag: String,
    adopt: String,
}

/// The desk.
pub async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Query(begun): Query<Begun>,
) -> Response {
    show(&state, &visitor, &actor, StatusCode::OK, &begun, None).await
}

/// Begins an initiative; what was typed stays when it is refused.
pub async fn begin(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    form: Result<Form<Begun>, FormRejection>,
) -> Response {
    let Ok(Form(begun)) = form else { return message::unreadable(&state, &visitor) };
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let new = New {
        track: word::read(&begun.track),
        title: begun.title.clone(),
        flag_id: some(&begun.flag),
        code: some(&begun.code),
        adopt: some(&begun.adopt),
    };
    match begin::begin(&state.db, &actor, &new, state.clock.now()).await {
        Ok(item) if item.submitted_at.is_some() => see_other(&format!("/sang-kien/{}", item.number)),
        Ok(item) => see_other(&format!("/co-quan/sang-kien/{}/sua", item.number)),
        Err(error @ InitiativeError::Invalid(_)) => {
            show(&state, &visitor, &actor, StatusCode::UNPROCESSABLE_ENTITY, &begun, Some(error)).await
        }
        Err(error) => refusal(&state, &visitor, error),
    }
}

async fn show(
    state: &AppState,
    visitor: &Visitor,
    actor: &Actor,
    status: StatusCode,
    begun: &Begun,
    error: Option<InitiativeError>,
) -> Response {
    match build(state, visitor, actor, begun, error).await {
        Ok(page) => render(status, &page),
        Err(error) => refusal(state, visitor, error),
    }
}

/// What waits for somebody, and the form of a new initiative.
pub(super) async fn build(
    state: &AppState,
    visitor: &Visitor,
    actor: &Actor,
    begun: &Begun,
    error: Option<InitiativeError>,
) -> Result<DeskPage, InitiativeError> {
    let now = state.clock.now();
    let mut tx = state.db.read().await?;
    let days = Parameters::at(&mut tx, now).await?.count("initiative_due_soon_working_days")?;
    let here = now.to_zoned_datetime(VIETNAM).datetime();
    let soon = calendar::load(&mut tx).await?.add_working_days(here, days).at;
    let soon = soon.to_zoned_datetime(VIETNAM).map_or(i64::MAX, |at| at.timestamp().as_millisecond());
    let mut page = DeskPage {
        frame: frame(state, visitor, false),
        overdue: Vec::new(),
        soon: Vec::new(),
        later: Vec::new(),
        drafts: Vec::new(),
        may_begin: actor.has_any(WORKERS),
        flag: begun.flag.clone(),
        from_flag: String::new(),
        fields: Vec::new(),
        faults: Vec::new(),
    };
    let tree = account_store::tree(&mut tx).await?;
    let mut found = Found::default();
    for item in waiting(&mut tx).await? {
        let acts = acts_in(&tree, actor, item.organisation_id.as_deref());
        if may_see(&item, actor, acts) {
            let workflow = found.get(&mut tx, item.track, item.workflow_version).await?;
            place(&mut page, &workflow, &item, (actor, acts), (now.as_millisecond(), soon));
        }
    }
    for group in [&mut page.overdue, &mut page.soon, &mut page.later, &mut page.drafts] {
        group.sort_by_key(|waiting| waiting.due_at.unwrap_or(i64::MAX));
    }
    let (fields, from_flag) = fields(&mut tx, begun).await?;
    page.fields = fields;
    page.from_flag = from_flag;
    if let Some(InitiativeError::Invalid(errors)) = error {
        page.faults = form::attach(&mut page.fields, &errors, &[]);
    }
    Ok(page)
}

fn place(
    page: &mut DeskPage,
    workflow: &Workflow,
    item: &Initiative,
    (actor, acts): (&Actor, bool),
    (now, soon): (i64, i64),
) {
    let mut words = words_allowed(workflow, item, None, actor, acts);
    let mut due = None;
    for stored in &item.measures {
        words.extend(words_allowed(workflow, item, Some(stored), actor, acts));
        due = due.into_iter().chain(stored.due_at).min();
    }
    words.retain(|word| word != "withdraw");
    words.dedup();
    if words.is_empty() {
        return;
    }
    let name = |word: &String| workflow.step(word).map_or(word.clone(), |step| step.name.clone());
    let state = workflow.state(&item.state);
    let waiting = Waiting {
        number: item.number.clone(),
        title: item.title.clone(),
        state: state.map_or(&item.state, |state| &state.name).clone(),
        due_at: due,
        due: due.map(|at| format!("hạn {}", date_vi(at))).unwrap_or_default(),
        steps: words.iter().map(name).collect::<Vec<_>>().join(" · "),
    };
    let drafting = state.is_some_and(|state| state.stage == Stage::Drafting);
    match due {
        Some(at) if at < now => page.overdue.push(waiting),
        Some(at) if at <= soon => page.soon.push(waiting),
        _ if drafting => page.drafts.push(waiting),
        _ => page.later.push(waiting),
    }
}

/// The fields of a new initiative, and what the flag says that it comes from.
async fn fields(tx: &mut Tx, begun: &Begun) -> Result<(Vec<Field>, String), InitiativeError> {
    let mut title = begun.title.clone();
    let mut code = begun.code.clone();
    let mut from_flag = String::new();
    if !begun.flag.is_empty()
        && let Some(flag) = flag_store::find(tx, &begun.flag).await?
    {
        let name = flag.flag().map_or("", |flag| flag.name());
        from_flag = format!("{} {}: {name}", flag.code, flag.flag);
        if title.is_empty() {
            title = begin::title_of(&flag);
        }
        code = flag.code;
    }
    let tracks = Track::ALL.iter().map(|track| (track.code().to_owned(), track.name().to_owned())).collect();
    let fields = vec![
        Field::line("title", "Tên sáng kiến", "Một dòng, nói rõ thay đổi gì.", &title).required(),
        Field::choice(
            "track",
            "Loại",
            "",
            tracks,
            if begun.track.is_empty() { "simplification" } else { &begun.track },
        ),
        Field::line("code", "Mã thủ tục", "Ví dụ 1.001193. Có thể thêm sau.", &code),
    ];
    Ok((fields, from_flag))
}
