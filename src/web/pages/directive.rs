//! `/lanh-dao/chi-thi`: the tasks of directives, and what leadership follows in a period.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::initiative::view::day;
use super::{frame, message, render};
use crate::account::model::Actor;
use crate::account::store as account_store;
use crate::assessment::usage::day as day_before;
use crate::initiative::actions::directive::{self as actions, DIRECTORS, LateDecision, may_report};
use crate::initiative::actions::error::InitiativeError;
use crate::initiative::directive::{NewTask, Report};
use crate::initiative::model::Objective;
use crate::initiative::plan::Standing;
use crate::initiative::store::directive::{self as store, Measured, Task};
use crate::monitor::field::FieldError;
use crate::platform::problem::Problem;
use crate::platform::word;
use crate::web::api::directive::{follow, no_task, standing};
use crate::web::form::{self, Fault, Field};
use crate::web::format::date_vi;
use crate::web::guard::see_other;
use crate::web::listing::Listing;
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::{SignedIn, Visitor};

const PATH: &str = "/lanh-dao/chi-thi";
const FASTER: &str = "Người khác vừa cập nhật nhiệm vụ này. Hãy xem lại rồi lưu.";

/// The page.
#[derive(Debug, Template)]
#[template(path = "directive.html")]
struct DirectivePage {
    frame: Frame,
    finding: String,
    period: String,
    standings: Vec<(&'static str, bool)>,
    tasks: Vec<TaskLine>,
    silent: Vec<String>,
    late: Vec<LateLine>,
    effective: Vec<Measured>,
    may_give: bool,
    fields: Vec<Field>,
    faults: Vec<Fault>,
    error: Option<String>,
    /// Identity and version of the task that is changed.
    edited: Option<(String, i64)>,
}

/// A task.
#[derive(Debug)]
struct TaskLine {
    task: Task,
    due: String,
    standing: &'static str,
    late: bool,
    done: String,
    objective: &'static str,
    may_report: bool,
}

/// A decision that is late.
#[derive(Debug)]
struct LateLine {
    number: String,
    title: String,
    organisation: String,
    text: String,
    taken: bool,
}

/// The tasks.
pub async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    RawQuery(raw): RawQuery,
) -> Response {
    show(&state, &visitor, &actor, raw.as_deref(), None, Refused::default()).await
}

/// A task as it is being written: what it asks for, and which one it is when it is changed.
type Written = (NewTask, Option<(String, i64)>);

/// Why a form comes back.
#[derive(Debug, Default)]
struct Refused {
    status: StatusCode,
    errors: Vec<FieldError>,
    error: Option<String>,
}

/// What the form of a new task carries.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    id: String,
    version: i64,
    directive: String,
    item: String,
    title: String,
    organisation: String,
    owner: String,
    authority: String,
    product: String,
    due_date: String,
    objective: String,
}

/// What the form of a report carries.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Reported {
    version: i64,
    begun_on: String,
    done_on: String,
    result: String,
}

/// Gives a task; what was typed stays when it is refused.
pub async fn give(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    form: Result<Form<Sent>, FormRejection>,
) -> Response {
    let Ok(Form(sent)) = form else { return message::unreadable(&state, &visitor) };
    let new = NewTask {
        directive: sent.directive,
        item: sent.item,
        title: sent.title,
        organisation: sent.organisation,
        owner: sent.owner,
        authority: sent.authority,
        product: sent.product,
        due_date: sent.due_date,
        objective: word::read(&sent.objective),
    };
    let (edited, now) = (Some((sent.id, sent.version)).filter(|(id, _)| !id.is_empty()), state.clock.now());
    let done = match &edited {
        Some((id, version)) => {
            let done = actions::change(&state.db, &actor, (id, *version), new.clone(), now).await;
            done.map(|()| id.clone())
        }
        None => actions::give(&state.db, &actor, new.clone(), now).await,
    };
    match done {
        Ok(id) => see_other(&format!("{PATH}#{id}")),
        Err(InitiativeError::Invalid(errors)) => {
            let refused = Refused { status: StatusCode::UNPROCESSABLE_ENTITY, errors, error: None };
            show(&state, &visitor, &actor, None, Some((new, edited)), refused).await
        }
        Err(InitiativeError::Conflict) => {
            let refused = Refused { status: StatusCode::CONFLICT, errors: Vec::new(), error: Some(FASTER.to_owned()) };
            show(&state, &visitor, &actor, None, Some((new, edited)), refused).await
        }
        Err(error) => message::of(&state, &visitor, &no_task(error), ""),
    }
}

/// Notes how far a task is.
pub async fn report(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    form: Result<Form<Reported>, FormRejection>,
) -> Response {
    let Ok(Form(sent)) = form else { return message::unreadable(&state, &visitor) };
    let report = Report { begun_on: sent.begun_on, done_on: sent.done_on, result: sent.result };
    let (status, error) =
        match actions::report(&state.db, &actor, (&id, sent.version), &report, state.clock.now()).await {
            Ok(()) => return see_other(&format!("{PATH}#{id}")),
            Err(InitiativeError::Invalid(errors)) => {
                let all: Vec<String> = errors.into_iter().map(|error| error.vietnamese).collect();
                (StatusCode::UNPROCESSABLE_ENTITY, format!("Chưa lưu được: {}.", all.join("; ")))
            }
            Err(InitiativeError::Conflict) => (StatusCode::CONFLICT, FASTER.to_owned()),
            Err(error) => return message::of(&state, &visitor, &no_task(error), ""),
        };
    let refused = Refused { status, errors: Vec::new(), error: Some(error) };
    show(&state, &visitor, &actor, None, None, refused).await
}

async fn show(
    state: &AppState,
    visitor: &Visitor,
    actor: &Actor,
    raw: Option<&str>,
    written: Option<Written>,
    refused: Refused,
) -> Response {
    let status = refused.status;
    match build(state, visitor, actor, raw, written, refused).await {
        Ok(page) => render(status, &page),
        Err(problem) => message::of(state, visitor, &problem, ""),
    }
}

async fn build(
    state: &AppState,
    visitor: &Visitor,
    actor: &Actor,
    raw: Option<&str>,
    written: Option<Written>,
    refused: Refused,
) -> Result<DirectivePage, Problem> {
    let listing = Listing::read(raw, &["ky", "tinh-trang", "sua"], true)?;
    let (period, followed) = follow(state, listing.value("ky"), "ky").await?;
    let today = day_before(state.clock.now(), 0);
    let mut tx = state.db.read().await?;
    let tree = account_store::tree(&mut tx).await?;
    let all = store::tasks(&mut tx).await?;
    let count = |wanted: Standing| all.iter().filter(|task| standing(task, &today) == wanted).count();
    let finding = format!(
        "{} nhiệm vụ: {} xong, {} quá hạn. Kỳ {}: {} cơ quan chưa có đề xuất, {} quyết định chậm, {} sáng kiến đạt như cam kết.",
        all.len(),
        count(Standing::Done),
        count(Standing::Late),
        period.word(),
        followed.silent.len(),
        followed.late.len(),
        followed.effective.len()
    );
    let wanted = listing.value("tinh-trang");
    let chosen = all.iter().find(|task| task.id == listing.value("sua"));
    let (typed, edited) = written.or_else(|| chosen.map(as_written)).unwrap_or_default();
    let line = |task: Task| {
        let standing = standing(&task, &today);
        TaskLine {
            due: day(&task.due_date),
            standing: standing.name(),
            late: standing == Standing::Late,
            done: task.done_on.as_deref().map(day).unwrap_or_default(),
            objective: word::read::<Objective>(&task.objective).map_or("", Objective::name),
            may_report: may_report(&tree, actor, &task),
            task,
        }
    };
    let tasks = all.into_iter().map(line).filter(|line| wanted.is_empty() || line.standing == wanted).collect();
    let organisations = account_store::organisations(&mut tx).await?;
    let mut fields = fields(organisations, &typed);
    let faults = form::attach(&mut fields, &refused.errors, &[]);
    let standings = [Standing::NotBegun, Standing::Running, Standing::Late, Standing::Done];
    Ok(DirectivePage {
        frame: frame(state, visitor, false),
        finding,
        period: period.word(),
        standings: standings.iter().map(|standing| (standing.name(), standing.name() == wanted)).collect(),
        tasks,
        silent: followed.silent.into_iter().map(|(_, name)| name).collect(),
        late: followed.late.into_iter().map(late).collect(),
        effective: followed.effective,
        may_give: actor.has_any(DIRECTORS),
        fields,
        faults,
        error: refused.error,
        edited,
    })
}

fn as_written(task: &Task) -> Written {
    let new = NewTask {
        directive: task.directive.clone(),
        item: task.item.clone(),
        title: task.title.clone(),
        organisation: task.organisation_id.clone(),
        owner: task.owner.clone(),
        authority: task.authority.clone(),
        product: task.product.clone(),
        due_date: task.due_date.clone(),
        objective: word::read(&task.objective),
    };
    (new, Some((task.id.clone(), task.version)))
}

fn late(one: LateDecision) -> LateLine {
    let rule =
        one.deadline.map(|(days, basis)| format!(", thời hạn {days} ngày làm việc ({basis})")).unwrap_or_default();
    let at = date_vi(one.late.at);
    let when = if one.taken {
        format!("đã quyết định ngày {at}")
    } else {
        format!("phải quyết định trước ngày {at}")
    };
    LateLine {
        number: one.late.number,
        title: one.late.title,
        organisation: one.late.organisation.unwrap_or_default(),
        text: format!("{}: {when}{rule}", one.state),
        taken: one.taken,
    }
}

fn fields(organisations: Vec<(String, String)>, typed: &NewTask) -> Vec<Field> {
    let objectives = Objective::ALL.iter().map(|one| (word::of(one), one.name().to_owned()));
    let objectives = std::iter::once((String::new(), "Không".to_owned())).chain(objectives).collect();
    let objective = typed.objective.as_ref().map(word::of).unwrap_or_default();
    vec![
        Field::line("directive", "Số văn bản", "Ví dụ 01/CT-UBND.", &typed.directive).required(),
        Field::line("item", "Mục", "", &typed.item).required(),
        Field::line("title", "Việc phải làm", "", &typed.title).required(),
        Field::choice("organisation", "Cơ quan chịu trách nhiệm", "", organisations, &typed.organisation),
        Field::line("owner", "Người thực hiện", "", &typed.owner).required(),
        Field::line("authority", "Người có thẩm quyền quyết định", "", &typed.authority).required(),
        Field::line("product", "Sản phẩm", "", &typed.product).required(),
        Field::line("due_date", "Thời hạn", "", &typed.due_date).typed("date").required(),
        Field::choice(
            "objective",
            "Mục tiêu",
            "Sáng kiến cùng mục tiêu được đếm cạnh nhiệm vụ.",
            objectives,
            &objective,
        ),
    ]
}
