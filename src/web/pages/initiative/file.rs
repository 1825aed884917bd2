//! Files on the page of an initiative: put there, handed out, taken away.

use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::show::show;
use super::{Sent, mendable, reasons, refusal};
use crate::initiative::actions::error::InitiativeError;
use crate::initiative::actions::file::{self, may_add, visible};
use crate::initiative::file::Kind;
use crate::initiative::store::file::FileRow;
use crate::web::api::initiative_files::read_form;
use crate::web::api::initiative_views::Sight;
use crate::web::attachment::attachment;
use crate::web::format::{decimal_vi, moment_vi};
use crate::web::guard::see_other;
use crate::web::pages::message;
use crate::web::state::AppState;
use crate::web::visitor::{SignedIn, Visitor};

/// The files of an initiative, for its reader.
#[derive(Debug)]
pub(super) struct FileSection {
    /// The files that the reader may know of.
    pub rows: Vec<FileLine>,
    /// The reader may add one.
    pub may_add: bool,
    /// The reader may let everybody have it.
    pub may_publish: bool,
    /// Largest file, MiB.
    pub most: usize,
}

/// A file.
#[derive(Debug)]
pub(super) struct FileLine {
    pub id: String,
    pub name: String,
    /// What it is, how large, since when; from whom for signed-in readers.
    pub facts: String,
    /// Who took it away and when; empty while it is there.
    pub withdrawn: String,
    pub may_withdraw: bool,
}

impl FileSection {
    pub(super) fn of(sight: &Sight, files: Vec<FileRow>, most: usize) -> Self {
        let reader = sight.reader.as_ref();
        let files = visible(files, &sight.item, reader.map(|actor| (actor, sight.theirs)));
        let line = |file: FileRow| FileLine {
            facts: facts(&file, reader.is_some()),
            withdrawn: file.withdrawn_at.map_or_else(String::new, |at| {
                format!("{} đã rút lúc {}", file.withdrawn_name.as_deref().unwrap_or_default(), moment_vi(at))
            }),
            may_withdraw: file.withdrawn_at.is_none()
                && reader.is_some_and(|actor| sight.theirs || actor.id.as_str() == file.added_by),
            id: file.id,
            name: file.name,
        };
        Self {
            rows: files.into_iter().map(line).collect(),
            may_add: reader.is_some_and(|actor| may_add(&sight.item, actor, sight.theirs)),
            may_publish: sight.theirs,
            most: most / 1024 / 1024,
        }
    }

    /// Whether there is anything to show.
    pub(super) fn shown(&self) -> bool {
        self.may_add || !self.rows.is_empty()
    }
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files")]
fn facts(file: &FileRow, signed_in: bool) -> String {
    let kind = file.kind().map_or("", Kind::name);
    let size = if file.size < 1024 * 1024 {
        format!("{} KB", (file.size + 1023) / 1024)
    } else {
        format!("{} MB", decimal_vi(file.size as f64 / 1024.0 / 1024.0, 1))
    };
    let by = if signed_in { format!(" · {}", file.added_name) } else { String::new() };
    let public = if signed_in && file.is_public != 0 { " · công khai" } else { "" };
    format!("{kind}, {size} · {}{by}{public}", moment_vi(file.added_at))
}

/// Puts a file on the initiative.
pub async fn add(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let new = match read_form(form).await {
        Ok(new) => new,
        Err(problem) => return message::of(&state, &visitor, &problem, ""),
    };
    let now = state.clock.now();
    let done = file::add(&state.db, &state.files, &actor, &id, (new, state.max_file_bytes), now).await;
    after(&state, &visitor, &id, done.map(|_| ())).await
}

/// Takes a file away.
pub async fn withdraw(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path((id, file_id)): Path<(String, String)>,
) -> Response {
    let done = file::withdraw(&state.db, &actor, &id, &file_id, state.clock.now()).await;
    after(&state, &visitor, &id, done).await
}

async fn after(state: &AppState, visitor: &Visitor, id: &str, done: Result<(), InitiativeError>) -> Response {
    let error = match done {
        Ok(()) => return see_other(&format!("/sang-kien/{id}#tep")),
        Err(error) => error,
    };
    let status = match (mendable(&error), &error) {
        (Some(status), _) => status,
        (None, InitiativeError::NotTheirs(_)) => StatusCode::FORBIDDEN,
        _ => return refusal(state, visitor, error),
    };
    show(state, visitor, id, status, Sent::new(), reasons(&error)).await
}

/// Hands a file out, to be kept and not to be shown.
pub async fn fetch(
    State(state): State<AppState>,
    visitor: Visitor,
    Path((id, file_id)): Path<(String, String)>,
) -> Response {
    match file::fetch(&state.db, &state.files, visitor.actor.as_ref(), &id, &file_id).await {
        // A kind that only a newer program knows is bytes.
        Ok((row, bytes)) => {
            let media = row.kind().map_or("application/octet-stream", Kind::media);
            attachment(media, &row.name, bytes)
        }
        Err(error) => refusal(&state, &visitor, error),
    }
}
