//! What people send from the page of an initiative: steps, votes, legal acts, comments.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::show::show;
use super::{Sent, mendable, reasons, refusal, value};
use crate::account::model::Actor;
use crate::initiative::actions::error::InitiativeError;
use crate::initiative::actions::part::{self, NewAct, Signature};
use crate::initiative::actions::plan;
use crate::initiative::actions::step::{Request, take};
use crate::initiative::actions::vote::cast;
use crate::initiative::given::{Appraisal, Criterion, Given};
use crate::initiative::plan::{NewStage, NewUnit};
use crate::platform::word;
use crate::web::guard::see_other;
use crate::web::pages::message;
use crate::web::state::AppState;
use crate::web::visitor::{SignedIn, Visitor};

/// A form as it comes.
type Filled = Result<Form<Sent>, FormRejection>;

/// The page after something was done, or with what was sent and why it was refused.
async fn after(
    state: &AppState,
    visitor: &Visitor,
    id: &str,
    done: Result<(), InitiativeError>,
    sent: Sent,
) -> Response {
    let error = match done {
        Ok(()) => return see_other(&format!("/sang-kien/{id}")),
        Err(error) => error,
    };
    let status = match (mendable(&error), &error) {
        (Some(status), _) => status,
        (None, InitiativeError::Illegal { .. } | InitiativeError::Frozen) => StatusCode::CONFLICT,
        (None, InitiativeError::NotTheirs(_)) => StatusCode::FORBIDDEN,
        _ => return refusal(state, visitor, error),
    };
    show(state, visitor, id, status, sent, reasons(&error)).await
}

/// Takes a step.
pub async fn step(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    form: Filled,
) -> Response {
    let Ok(Form(sent)) = form else { return message::unreadable(&state, &visitor) };
    let request = Request {
        step: value(&sent, "step").to_owned(),
        measure: value(&sent, "measure").parse().ok().filter(|position| *position > 0),
        version: value(&sent, "version").parse().ok(),
        key: value(&sent, "key").to_owned(),
        given: given(&sent),
    };
    let done = take(&state.db, &actor, &id, &request, state.clock.now()).await.map(|_| ());
    after(&state, &visitor, &id, done, sent).await
}

fn given(sent: &Sent) -> Given {
    let text = |name: &str| value(sent, name).trim().to_owned();
    let criterion = |name: &str| Criterion {
        met: match value(sent, &format!("{name}.met")) {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        reason: text(&format!("{name}.reason")),
    };
    let appraised = sent.iter().any(|(name, _)| name == "necessity.reason");
    Given {
        reason: text("reason"),
        number: text("number"),
        date: text("date"),
        appraisal: appraised.then(|| Appraisal {
            necessity: criterion("necessity"),
            reasonableness: criterion("reasonableness"),
            legality: criterion("legality"),
            cost: criterion("cost"),
        }),
        members: text("members").split([',', ' ', ';']).filter(|login| !login.is_empty()).map(str::to_owned).collect(),
        completed_on: text("completed_on"),
        result: word::read(value(sent, "result")),
        liability: word::read(value(sent, "liability")),
        encouragement: text("encouragement"),
    }
}

/// Casts a vote.
pub async fn vote(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    form: Filled,
) -> Response {
    let Ok(Form(sent)) = form else { return message::unreadable(&state, &visitor) };
    let now = state.clock.now();
    let done = match word::read(value(&sent, "ballot")) {
        Some(ballot) => cast(&state.db, &actor, &id, ballot, value(&sent, "reason"), now).await.map(|_| ()),
        None => Err(InitiativeError::field("vote", "takes for, against, abstain or recused", "chọn một ý kiến")),
    };
    after(&state, &visitor, &id, done, sent).await
}

/// Adds a stage to a measure, or changes one.
pub async fn stage(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    form: Filled,
) -> Response {
    let Ok(Form(sent)) = form else { return message::unreadable(&state, &visitor) };
    let text = |name: &str| value(&sent, name).to_owned();
    let new = NewStage {
        name: text("name"),
        planned_from: text("planned_from"),
        planned_to: text("planned_to"),
        actual_from: text("actual_from"),
        actual_to: text("actual_to"),
    };
    let known = Some(value(&sent, "stage")).filter(|stage| !stage.is_empty());
    let known = known.map(|stage| (stage, value(&sent, "stage_version").parse().unwrap_or(0)));
    let measure = value(&sent, "measure").parse().unwrap_or(0);
    let done = plan::stage(&state.db, &actor, &id, (measure, known), &new, state.clock.now()).await;
    after(&state, &visitor, &id, done, sent).await
}

/// Writes a unit in which a measure is rolled out.
pub async fn unit(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    form: Filled,
) -> Response {
    let Ok(Form(sent)) = form else { return message::unreadable(&state, &visitor) };
    let text = |name: &str| value(&sent, name).to_owned();
    let new = NewUnit { name: text("unit"), planned_on: text("planned_on"), done_on: text("done_on") };
    let measure = value(&sent, "measure").parse().unwrap_or(0);
    let done = plan::unit(&state.db, &actor, &id, measure, &new, state.clock.now()).await;
    after(&state, &visitor, &id, done, sent).await
}

/// Adds a legal act that has to change, or notes how it was changed.
pub async fn act(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    form: Filled,
) -> Response {
    let Ok(Form(sent)) = form else { return message::unreadable(&state, &visitor) };
    let done = write_act(&state, &actor, &id, &sent).await;
    after(&state, &visitor, &id, done, sent).await
}

async fn write_act(state: &AppState, actor: &Actor, id: &str, sent: &Sent) -> Result<(), InitiativeError> {
    let (text, now) = (|name: &str| value(sent, name).to_owned(), state.clock.now());
    let known = value(sent, "act_id");
    if known.is_empty() {
        let new = NewAct { act: text("act"), provision: text("provision"), change: text("change") };
        let position = value(sent, "measure").parse().unwrap_or(0);
        return part::add_act(&state.db, actor, id, position, &new, now).await.map(|_| ());
    }
    let signature =
        Signature { number: text("number"), signed_on: text("signed_on"), effective_on: text("effective_on") };
    let version = value(sent, "act_version").parse().unwrap_or(0);
    part::sign_act(&state.db, actor, id, (known, version), &signature, now).await
}

/// Adds a comment.
pub async fn comment(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    form: Filled,
) -> Response {
    let Ok(Form(sent)) = form else { return message::unreadable(&state, &visitor) };
    let done = part::comment(&state.db, &actor, &id, value(&sent, "body"), state.clock.now()).await;
    after(&state, &visitor, &id, done, sent).await
}
