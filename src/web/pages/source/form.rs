//! `/co-quan/nguon/moi` and `/co-quan/nguon/{id}/sua`: a source is written, tried and saved.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::definition::Typed;
use super::faults;
use super::fields::{differences, fields};
use super::list::PATH;
use super::sample::SampleView;
use super::words::{self, KINDS};
use crate::account::model::Actor;
use crate::monitor::model::SourceKind;
use crate::monitor::probe::model::FieldError as Wrong;
use crate::monitor::source::examine::examine;
use crate::monitor::source::kept::{Source, SourceError};
use crate::monitor::source::trial::Sample;
use crate::platform::problem::Problem;
use crate::platform::word;
use crate::web::api::source_work::{put_source, sample};
use crate::web::api::sources::{known_source, refused};
use crate::web::form::{Fault, Field, attach};
use crate::web::guard::see_other;
use crate::web::pages::{frame, message, render};
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::{SignedIn, Visitor};

/// Why an id is refused that is well written.
const TAKEN: &str = "is taken";

/// The form.
#[derive(Debug, Template)]
#[template(path = "source_form.html")]
struct FormPage {
    frame: Frame,
    title: String,
    action: String,
    back: String,
    kind: String,
    kind_name: &'static str,
    kind_help: &'static str,
    version: i64,
    fields: Vec<Field>,
    main: usize,
    open: bool,
    faults: Vec<Fault>,
    sample: Option<SampleView>,
    conflict: Option<Conflict>,
    notice: Option<String>,
}

/// What somebody else saved meanwhile, beside what was typed.
#[derive(Debug)]
struct Conflict {
    version: i64,
    differences: Vec<(&'static str, String, String)>,
}

/// The choice of a kind.
#[derive(Debug, Template)]
#[template(path = "source_kinds.html")]
struct KindsPage {
    frame: Frame,
    kinds: Vec<KindCard>,
}

#[derive(Debug)]
struct KindCard {
    word: String,
    name: &'static str,
    help: &'static str,
}

/// What the form shows beside what was typed.
#[derive(Default)]
struct Shown<'a> {
    status: StatusCode,
    source: Option<&'a Source>,
    version: i64,
    wrong: Vec<Wrong>,
    sample: Option<Sample>,
    conflict: Option<Conflict>,
    notice: Option<String>,
}

/// The choice of a kind, or the empty form of one.
pub async fn new(State(state): State<AppState>, visitor: Visitor, RawQuery(raw): RawQuery) -> Response {
    let asked = url::form_urlencoded::parse(raw.as_deref().unwrap_or_default().as_bytes())
        .find_map(|(name, value)| (name == "loai").then(|| word::read::<SourceKind>(&value)))
        .flatten();
    if let Some(kind) = asked {
        return show(&state, &visitor, &Typed::new(kind), kind, Shown::default());
    }
    let card = |kind| KindCard { word: word::of(&kind), name: words::kind(kind), help: words::kind_help(kind) };
    render(StatusCode::OK, &KindsPage { frame: frame(&state, &visitor, false), kinds: KINDS.map(card).into() })
}

/// The form of a source that is there.
pub async fn edit(State(state): State<AppState>, visitor: Visitor, Path(id): Path<String>) -> Response {
    match find(&state, &id).await {
        Ok(source) => {
            let typed = Typed::of(&source.definition);
            let shown = Shown { source: Some(&source), version: source.version, ..Shown::default() };
            show(&state, &visitor, &typed, source.definition.what.kind(), shown)
        }
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

async fn find(state: &AppState, id: &str) -> Result<Source, Problem> {
    known_source(&mut state.db.read().await?, id).await
}

/// Tries or saves a new source; what was typed stays.
pub async fn create(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    body: Bytes,
) -> Response {
    let typed = Typed::sent(&body);
    let Some(kind) = typed.kind() else {
        return see_other(&format!("{PATH}/moi"));
    };
    work(&state, &visitor, &actor, &typed, kind, None).await
}

/// Tries or saves a source that is there; what was typed stays.
pub async fn change(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let source = match find(&state, &id).await {
        Ok(source) => source,
        Err(problem) => return message::of(&state, &visitor, &problem, ""),
    };
    let mut typed = Typed::sent(&body);
    typed.set("id", id);
    let kind = source.definition.what.kind();
    work(&state, &visitor, &actor, &typed, kind, Some(&source)).await
}

async fn work(
    state: &AppState,
    visitor: &Visitor,
    actor: &Actor,
    typed: &Typed,
    kind: SourceKind,
    source: Option<&Source>,
) -> Response {
    let version = if source.is_some() { typed.get("version").parse().unwrap_or(0) } else { 0 };
    let shown = Shown { source, version, ..Shown::default() };
    let definition = match examine(typed.json(kind)) {
        Ok(definition) => definition,
        Err(wrong) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return show(state, visitor, typed, kind, Shown { status, wrong, ..shown });
        }
    };
    if typed.get("action") == "try" {
        let shown = if let Ok(sample) = sample(state, &definition).await {
            Shown { sample: Some(sample), ..shown }
        } else {
            let notice = Some("Đang có nhiều người thử, hãy bấm lại sau vài giây.".to_owned());
            Shown { status: StatusCode::SERVICE_UNAVAILABLE, notice, ..shown }
        };
        return show(state, visitor, typed, kind, shown);
    }
    match put_source(state, actor, &definition, version, state.clock.now()).await {
        Ok(_) => see_other(&format!("{PATH}/{}", definition.id)),
        Err(SourceError::Invalid(wrong)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            show(state, visitor, typed, kind, Shown { status, wrong, ..shown })
        }
        Err(SourceError::Conflict(now)) => {
            let shown = conflict(source, typed, kind, now, shown);
            show(state, visitor, typed, kind, shown)
        }
        Err(error) => message::of(state, visitor, &refused(error), ""),
    }
}

/// What is there now beside what was typed; saving once more is over it.
fn conflict<'a>(source: Option<&'a Source>, typed: &Typed, kind: SourceKind, now: i64, shown: Shown<'a>) -> Shown<'a> {
    let status = StatusCode::CONFLICT;
    let Some(source) = source else {
        let wrong = vec![Wrong { field: "id".to_owned(), message: TAKEN.to_owned() }];
        return Shown { status, wrong, ..shown };
    };
    let differences = differences(kind, &Typed::of(&source.definition), typed);
    let conflict = Some(Conflict { version: now, differences });
    Shown { status, version: now, conflict, ..shown }
}

fn show(state: &AppState, visitor: &Visitor, typed: &Typed, kind: SourceKind, shown: Shown<'_>) -> Response {
    let all = fields(kind, typed, shown.source.is_none());
    let (mut fields, main) = (all.all, all.main);
    let mut errors = faults::of_form(&shown.wrong, typed);
    // Faults are listed in the order of the fields.
    errors.sort_by_key(|error| fields.iter().position(|field| field.name == error.field));
    let faults = attach(&mut fields, &errors, &[]);
    let (title, action, back) = match shown.source {
        Some(source) => {
            let id = &source.definition.id;
            (format!("Sửa nguồn: {}", source.definition.name), format!("{PATH}/{id}/sua"), format!("{PATH}/{id}"))
        }
        None => ("Nguồn mới".to_owned(), format!("{PATH}/moi"), format!("{PATH}/moi")),
    };
    let page = FormPage {
        frame: frame(state, visitor, false),
        title,
        action,
        back,
        kind: word::of(&kind),
        kind_name: words::kind(kind),
        kind_help: words::kind_help(kind),
        version: shown.version,
        open: fields[main..].iter().any(|field| field.error.is_some() || (field.required && field.value.is_empty())),
        fields,
        main,
        faults,
        sample: shown.sample.map(|sample| SampleView::of(&sample, kind)),
        conflict: shown.conflict,
        notice: shown.notice,
    };
    render(shown.status, &page)
}
