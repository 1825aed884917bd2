//! `/co-quan/nguon/dan`: several sources at once, as the TOML of a file.

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::definition::Typed;
use super::faults::sentence;
use super::list::PATH;
use crate::account::model::Actor;
use crate::monitor::source::actions::{Keeper, load_file};
use crate::monitor::source::file::{self, FileError};
use crate::monitor::source::kept::SourceError;
use crate::web::api::sources::refused;
use crate::web::guard::see_other;
use crate::web::pages::{frame, message, render};
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::{SignedIn, Visitor};

/// The page.
#[derive(Debug, Template)]
#[template(path = "source_paste.html")]
struct PastePage {
    frame: Frame,
    text: String,
    errors: Vec<String>,
    notice: Option<String>,
}

/// The empty page.
pub async fn page(State(state): State<AppState>, visitor: Visitor) -> Response {
    show(&state, &visitor, StatusCode::OK, String::new(), Vec::new(), None)
}

/// Checks the sources of a text, or puts them, all or none.
pub async fn load(State(state): State<AppState>, visitor: Visitor, SignedIn(actor): SignedIn, body: Bytes) -> Response {
    let typed = Typed::sent(&body);
    let text = typed.get("toml").to_owned();
    if typed.get("action") == "try" {
        return match file::read(&text) {
            Ok(all) => {
                let names: Vec<String> = all.iter().map(|one| format!("{} ({})", one.name, one.id)).collect();
                let notice = format!("Đúng cả {} nguồn, chưa lưu: {}.", all.len(), names.join(", "));
                show(&state, &visitor, StatusCode::OK, text, Vec::new(), Some(notice))
            }
            Err(error) => wrong(&state, &visitor, text, &error),
        };
    }
    match put(&state, &actor, &text).await {
        Ok(()) => see_other(PATH),
        Err(SourceError::File(error)) => wrong(&state, &visitor, text, &error),
        Err(SourceError::Invalid(fields)) => {
            let errors = fields.iter().map(sentence).collect();
            show(&state, &visitor, StatusCode::UNPROCESSABLE_ENTITY, text, errors, None)
        }
        Err(error) => message::of(&state, &visitor, &refused(error), ""),
    }
}

async fn put(state: &AppState, actor: &Actor, text: &str) -> Result<(), SourceError> {
    load_file(&state.db, Keeper::of(actor)?, text, state.clock.now()).await.map(|_| ())
}

fn wrong(state: &AppState, visitor: &Visitor, text: String, error: &FileError) -> Response {
    let errors = match error {
        FileError::Syntax(said) => vec![format!("Không đọc được TOML: {said}")],
        FileError::Entries(entries) => entries
            .iter()
            .map(|one| format!("Nguồn thứ {} ({}), {}", one.entry, one.id, sentence(&one.wrong)))
            .collect(),
    };
    show(state, visitor, StatusCode::UNPROCESSABLE_ENTITY, text, errors, None)
}

fn show(
    state: &AppState,
    visitor: &Visitor,
    status: StatusCode,
    text: String,
    errors: Vec<String>,
    notice: Option<String>,
) -> Response {
    render(status, &PastePage { frame: frame(state, visitor, false), text, errors, notice })
}
