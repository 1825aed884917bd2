//! `/api/v1/initiatives/{id}/files`: files on an initiative.

use axum::Json;
use axum::extract::multipart::{Field, Multipart, MultipartError, MultipartRejection};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::initiatives::refused;
use crate::initiative::actions::file::{self, New};
use crate::initiative::file::Kind;
use crate::initiative::store::file::FileRow;
use crate::platform::problem::{Code, Problem};
use crate::web::format::iso;
use crate::web::state::AppState;
use crate::web::visitor::{SignedIn, Visitor};

/// Files of an initiative.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileList {
    /// Oldest first.
    pub items: Vec<FileView>,
}

/// A file on an initiative.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileView {
    /// Identity.
    pub id: String,
    /// Its name, cleaned.
    pub name: String,
    /// What its bytes are.
    pub kind: Option<Kind>,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Everybody may have it while everybody may see the initiative.
    pub public: bool,
    /// When it was added, UTC.
    pub added_at: String,
    /// Who added it; only shown to signed-in people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added_by: Option<String>,
    /// When it was taken away, UTC; `null` while it is there.
    pub withdrawn_at: Option<String>,
    /// Where its bytes are; `null` once it was taken away.
    pub url: Option<String>,
}

/// A file to be added.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "says how the form looks")]
pub struct FileForm {
    /// `true`: everybody may have it while everybody may see the initiative.
    public: Option<bool>,
    /// PDF, DOCX, XLSX, PNG or JPEG, under a name that says the same.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

impl FileView {
    fn of(row: FileRow, id: &str, signed_in: bool) -> Self {
        let there = row.withdrawn_at.is_none();
        Self {
            kind: row.kind(),
            url: there.then(|| format!("/sang-kien/{id}/tep/{}", row.id)),
            id: row.id,
            name: row.name,
            size: row.size,
            sha256: row.sha256,
            public: row.is_public != 0,
            added_at: iso(row.added_at),
            added_by: signed_in.then_some(row.added_name),
            withdrawn_at: row.withdrawn_at.map(iso),
        }
    }
}

/// What a form with a file holds.
///
/// # Errors
/// 413 when it is too large, 422 when it is no form or breaks off.
pub async fn read_form(form: Result<Multipart, MultipartRejection>) -> Result<New, Problem> {
    let mut form = form.map_err(|_| Problem::new(Code::InvalidField, "send multipart/form-data").at("file"))?;
    let mut new = New::default();
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        match field.name() {
            Some("file") => {
                field.file_name().unwrap_or_default().clone_into(&mut new.name);
                new.bytes = bytes(field).await?;
            }
            Some("public") => new.public = bytes(field).await? == b"true",
            _ => {}
        }
    }
    Ok(new)
}

async fn bytes(field: Field<'_>) -> Result<Vec<u8>, Problem> {
    field.bytes().await.map(Into::into).map_err(|error| broken(&error))
}

fn broken(error: &MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(Code::TooLarge, "the file is larger than this installation takes").at("file");
    }
    Problem::new(Code::InvalidField, "the form breaks off or is malformed: send it again").at("file")
}

/// Files of an initiative: for the public those that are public; those that were withdrawn for its people.
///
/// # Errors
/// 404 when there is no initiative that the reader may see.
#[utoipa::path(get, path = "/api/v1/initiatives/{id}/files", tag = "initiative",
    params(("id" = String, Path, description = "Public number")),
    responses(
        (status = 200, description = "the files", body = FileList),
        (status = 404, description = "none that you may see", body = Problem),
    ))]
pub async fn list(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<FileList>, Problem> {
    let reader = visitor.actor.as_ref();
    let rows = file::list(&mut state.db.read().await?, reader, &id).await.map_err(refused)?;
    let items = rows.into_iter().map(|row| FileView::of(row, &id, reader.is_some())).collect();
    Ok(Json(FileList { items }))
}

/// Put a file on an initiative.
///
/// # Errors
/// 403 when it is for somebody else; 413 when it is too large; 422 when it is none of the kinds or its name says another.
#[utoipa::path(post, path = "/api/v1/initiatives/{id}/files", tag = "initiative",
    params(("id" = String, Path, description = "Public number")),
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "added", body = FileView),
        (status = 403, description = "not allowed", body = Problem),
        (status = 404, description = "none that you may see", body = Problem),
        (status = 413, description = "too large", body = Problem),
        (status = 422, description = "the file cannot be taken", body = Problem),
    ))]
pub async fn add(
    State(state): State<AppState>,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<FileView>), Problem> {
    let new = read_form(form).await?;
    let (most, now) = (state.max_file_bytes, state.clock.now());
    let row = file::add(&state.db, &state.files, &actor, &id, (new, most), now).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(FileView::of(row, &id, true))))
}
