//! `/tai-khoan`: where somebody is signed in, what they are told by e-mail, and their password.

use askama::Template;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{frame, message, render};
use crate::account::actions::AccountError;
use crate::account::model::{Actor, Role};
use crate::account::password::{MIN_CHARACTERS, PasswordError};
use crate::account::secret::Secret;
use crate::account::session::own;
use crate::monitor::field::FieldError;
use crate::monitor::notify::actions::{self as notify, NotifyError};
use crate::monitor::notify::store;
use crate::platform::problem::{Code, Problem};
use crate::web::form::{self, Fault, Field, fault};
use crate::web::format::moment_vi;
use crate::web::guard::see_other;
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::{SignedIn, Visitor};

const PATH: &str = "/tai-khoan";

/// The page.
#[derive(Debug, Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    name: String,
    login: String,
    roles: String,
    idle: u32,
    sessions: Vec<Line>,
    others: bool,
    changed: bool,
    fields: Vec<Field>,
    faults: Vec<Fault>,
    notices: Vec<Field>,
    notice_faults: Vec<Fault>,
    notices_kept: bool,
}

/// A session.
#[derive(Debug)]
struct Line {
    id: String,
    opened: String,
    used: String,
    current: bool,
}

/// What the page is asked to say.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Said {
    da_doi: bool,
    da_luu: bool,
    /// What was typed and refused.
    #[serde(skip)]
    email: Option<String>,
}

/// What the form of a new password carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Passwords {
    password: String,
    new_password: String,
    again_password: String,
}

/// What the form of own notices carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Notices {
    email: String,
}

/// Own sessions and the form.
pub async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    query: Result<Query<Said>, QueryRejection>,
) -> Response {
    let said = query.map(|Query(said)| said).unwrap_or_default();
    show(&state, &visitor, &actor, StatusCode::OK, &[], &said).await
}

/// Ends one session.
pub async fn end(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
) -> Response {
    match own::end(&state.db, &actor, &id, state.clock.now()).await {
        // One that is over by itself is what was wanted, too.
        Ok(_) => see_other(PATH),
        Err(error) => message::of(&state, &visitor, &Problem::internal(&error), ""),
    }
}

/// Ends every other session.
pub async fn end_others(State(state): State<AppState>, visitor: Visitor, SignedIn(actor): SignedIn) -> Response {
    match own::end_others(&state.db, &actor, visitor.session.as_ref(), state.clock.now()).await {
        Ok(_) => see_other(PATH),
        Err(error) => message::of(&state, &visitor, &Problem::internal(&error), ""),
    }
}

/// Changes the password; nothing that was typed is shown again.
pub async fn change_password(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    form: Result<Form<Passwords>, FormRejection>,
) -> Response {
    let Ok(Form(sent)) = form else { return message::unreadable(&state, &visitor) };
    let errors = if sent.new_password == sent.again_password {
        let (both, now) = ((sent.password.as_str(), sent.new_password.as_str()), state.clock.now());
        match own::change_password(&state.db, &state.account, &actor, visitor.session.as_ref(), both, now).await {
            Ok(()) => return see_other("/tai-khoan?da_doi=true"),
            Err(error) => match explain(error) {
                Ok(error) => vec![error],
                Err(error) => return message::of(&state, &visitor, &Problem::internal(&error), ""),
            },
        }
    } else {
        vec![fault("again_password", "differs from the new password", "không giống mật khẩu mới")]
    };
    show(&state, &visitor, &actor, Code::InvalidField.status(), &errors, &Said::default()).await
}

/// Sets where somebody is sent what they are told about their own work.
pub async fn set_notices(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    form: Result<Form<Notices>, FormRejection>,
) -> Response {
    let Ok(Form(sent)) = form else { return message::unreadable(&state, &visitor) };
    match notify::set_address(&state.db, &actor, &sent.email, state.clock.now()).await {
        Ok(()) => see_other("/tai-khoan?da_luu=true#thong-bao"),
        Err(NotifyError::Invalid(errors)) => {
            let said = Said { email: Some(sent.email), ..Said::default() };
            show(&state, &visitor, &actor, Code::InvalidField.status(), &errors, &said).await
        }
        Err(error) => message::of(&state, &visitor, &Problem::internal(&error), ""),
    }
}

/// What is wrong with a form of passwords; `Err` for what is wrong with the program.
fn explain(error: AccountError) -> Result<FieldError, AccountError> {
    let text = error.to_string();
    match error {
        AccountError::WrongPassword => Ok(fault("password", &text, "mật khẩu hiện tại không đúng")),
        AccountError::Locked { until } => {
            let until = moment_vi(until.as_millisecond());
            Ok(fault("password", &text, &format!("sai quá nhiều lần; hãy thử lại sau {until}")))
        }
        AccountError::Password(PasswordError::TooShort(_)) => {
            let least = format!("cần ít nhất {MIN_CHARACTERS} ký tự; bốn, năm từ là vừa");
            Ok(fault("new_password", &text, &least))
        }
        AccountError::Password(PasswordError::TooLong) => Ok(fault("new_password", &text, "dài quá 256 ký tự")),
        other => Err(other),
    }
}

async fn show(
    state: &AppState,
    visitor: &Visitor,
    actor: &Actor,
    status: StatusCode,
    errors: &[FieldError],
    said: &Said,
) -> Response {
    let sessions = match own::sessions(&state.db, &state.account, actor, state.clock.now()).await {
        Ok(sessions) => sessions,
        Err(error) => return message::of(state, visitor, &Problem::internal(&error), ""),
    };
    let address = match address(state, &actor.login).await {
        Ok(address) => address,
        Err(error) => return message::of(state, visitor, &Problem::internal(&error), ""),
    };
    let current = visitor.session.as_ref().map(Secret::sha256);
    let line = |session: own::Session| Line {
        current: current.as_ref() == Some(&session.id),
        id: session.id,
        opened: moment_vi(session.created_at),
        used: moment_vi(session.last_seen_at),
    };
    let sessions: Vec<Line> = sessions.into_iter().map(line).collect();
    let mut fields = fields();
    let email = said.email.clone().unwrap_or(address);
    let hint = "Để trống nếu chỉ xem trong chương trình.";
    let mut notices = vec![Field::line("email", "Gửi cả tới thư điện tử", hint, &email).typed("email")];
    // The errors belong to the form that was sent.
    let (notice_errors, errors) = if said.email.is_some() { (errors, &[][..]) } else { (&[][..], errors) };
    let notice_faults = form::attach(&mut notices, notice_errors, &[]);
    let faults = form::attach(&mut fields, errors, &[]);
    let limits = &state.account;
    let page = AccountPage {
        frame: frame(state, visitor, false),
        name: actor.name.clone(),
        login: actor.login.clone(),
        roles: actor.roles.iter().copied().map(Role::name).collect::<Vec<_>>().join(", "),
        idle: if actor.is_admin() { limits.admin_idle_minutes } else { limits.idle_minutes },
        others: sessions.iter().any(|session| !session.current),
        sessions,
        changed: said.da_doi,
        fields,
        faults,
        notices,
        notice_faults,
        notices_kept: said.da_luu,
    };
    render(status, &page)
}

async fn address(state: &AppState, login: &str) -> Result<String, sqlx::Error> {
    let mail = store::address(&mut state.db.read().await?, login).await?;
    Ok(mail.map(|mail| mail.wanted.target).unwrap_or_default())
}

fn fields() -> Vec<Field> {
    let field = |name, label, hint| Field::line(name, label, hint, "").typed("password").required();
    vec![
        field("password", "Mật khẩu hiện tại", ""),
        field("new_password", "Mật khẩu mới", "Ít nhất 14 ký tự; bốn, năm từ là vừa."),
        field("again_password", "Mật khẩu mới, lần nữa", ""),
    ]
}
