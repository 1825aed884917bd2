//! RFC 9457 problems: every error a caller can meet, with a stable code from one table.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// The table of error codes: code, status, meaning. The API documentation is made from it.
pub static CODES: &[(Code, &str, StatusCode, &str)] = &[
    (
        Code::UnknownParameter,
        "unknown_parameter",
        StatusCode::UNPROCESSABLE_ENTITY,
        "The request has a parameter this address does not know.",
    ),
    (
        Code::InvalidParameter,
        "invalid_parameter",
        StatusCode::UNPROCESSABLE_ENTITY,
        "A parameter's value is out of its range or form.",
    ),
    (
        Code::QueryTooLong,
        "query_too_long",
        StatusCode::UNPROCESSABLE_ENTITY,
        "The search text is longer than 1,000 characters.",
    ),
    (
        Code::InvalidCursor,
        "invalid_cursor",
        StatusCode::UNPROCESSABLE_ENTITY,
        "The cursor was not made by this search; begin again without it.",
    ),
    (Code::ProcedureNotFound, "procedure_not_found", StatusCode::NOT_FOUND, "No procedure has this code."),
    (
        Code::NotKnownAt,
        "not_known_at",
        StatusCode::NOT_FOUND,
        "The procedure was not yet captured on the day asked for; the answer names the first day.",
    ),
    (Code::TaskNotFound, "task_not_found", StatusCode::NOT_FOUND, "No task of a directive has this id."),
    (
        Code::InitiativeNotFound,
        "initiative_not_found",
        StatusCode::NOT_FOUND,
        "No initiative has this number, or none that you may see.",
    ),
    (
        Code::IllegalStep,
        "illegal_step",
        StatusCode::CONFLICT,
        "The step is not possible where the initiative stands; the answer names what is.",
    ),
    (Code::FlagNotFound, "flag_not_found", StatusCode::NOT_FOUND, "No flag has this id."),
    (
        Code::Conflict,
        "conflict",
        StatusCode::CONFLICT,
        "Somebody else has changed it since it was read; read it again.",
    ),
    (Code::SourceNotFound, "source_not_found", StatusCode::NOT_FOUND, "No source of figures has this id."),
    (Code::SeriesNotFound, "series_not_found", StatusCode::NOT_FOUND, "The source has no such line of figures."),
    (
        Code::TooLarge,
        "too_large",
        StatusCode::PAYLOAD_TOO_LARGE,
        "The body is larger than the address takes; send it in parts.",
    ),
    (Code::ServiceLevelNotFound, "service_level_not_found", StatusCode::NOT_FOUND, "No service level has this id."),
    (Code::IncidentNotFound, "incident_not_found", StatusCode::NOT_FOUND, "No incident has this id."),
    (Code::SubscriptionNotFound, "subscription_not_found", StatusCode::NOT_FOUND, "No subscription has this id."),
    (Code::NoFigures, "no_figures", StatusCode::NOT_FOUND, "No figures came of this department in this period."),
    (Code::MaintenanceNotFound, "maintenance_not_found", StatusCode::NOT_FOUND, "No planned stop has this id."),
    (Code::InvalidField, "invalid_field", StatusCode::UNPROCESSABLE_ENTITY, "A field of the body cannot be used."),
    (Code::PathNotFound, "path_not_found", StatusCode::NOT_FOUND, "Nothing is at this address."),
    (
        Code::MethodNotAllowed,
        "method_not_allowed",
        StatusCode::METHOD_NOT_ALLOWED,
        "The address does not take this method.",
    ),
    (
        Code::NotSignedIn,
        "not_signed_in",
        StatusCode::UNAUTHORIZED,
        "The address is for people who signed in, or for a program with a valid token.",
    ),
    (
        Code::Forbidden,
        "forbidden",
        StatusCode::FORBIDDEN,
        "The caller is known, and none of their roles may use the address.",
    ),
    (
        Code::Csrf,
        "csrf",
        StatusCode::FORBIDDEN,
        "The request came with a session cookie but without the session's csrf token, or from another site.",
    ),
    (Code::WrongLogin, "wrong_login", StatusCode::UNPROCESSABLE_ENTITY, "The login or the password is wrong."),
    (
        Code::Busy,
        "busy",
        StatusCode::SERVICE_UNAVAILABLE,
        "Too many requests at once; try again after Retry-After seconds.",
    ),
    (
        Code::NotReady,
        "not_ready",
        StatusCode::SERVICE_UNAVAILABLE,
        "The program is starting or its search is not current.",
    ),
    (Code::Internal, "internal", StatusCode::INTERNAL_SERVER_ERROR, "The program failed; the cause is in its log."),
];

/// A stable error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the meanings stand in the table above")]
pub enum Code {
    UnknownParameter,
    InvalidParameter,
    QueryTooLong,
    InvalidCursor,
    ProcedureNotFound,
    NotKnownAt,
    InitiativeNotFound,
    TaskNotFound,
    IllegalStep,
    FlagNotFound,
    SourceNotFound,
    SeriesNotFound,
    TooLarge,
    ServiceLevelNotFound,
    IncidentNotFound,
    MaintenanceNotFound,
    SubscriptionNotFound,
    NoFigures,
    Conflict,
    InvalidField,
    PathNotFound,
    MethodNotAllowed,
    NotSignedIn,
    Forbidden,
    Csrf,
    WrongLogin,
    Busy,
    NotReady,
    Internal,
}

impl Code {
    fn row(self) -> &'static (Code, &'static str, StatusCode, &'static str) {
        CODES.iter().find(|row| row.0 == self).unwrap_or(&CODES[CODES.len() - 1])
    }

    /// The code as it stands in the answer.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().1
    }

    /// The HTTP status that goes with it.
    #[must_use]
    pub fn status(self) -> StatusCode {
        self.row().2
    }
}

/// An error answer, `application/problem+json`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:toantrinh:problem:<code>`
    #[serde(rename = "type", serialize_with = "kind")]
    #[schema(value_type = String)]
    pub kind: &'static str,
    /// What the code means.
    pub title: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong with this request and what to do.
    pub detail: String,
    /// The parameter or field at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Every field at fault, where a body was checked as a whole.
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    #[schema(value_type = Vec<Fault>)]
    pub errors: Box<[Fault]>,
}

fn kind<S: Serializer>(code: &&'static str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("urn:toantrinh:problem:{code}"))
}

/// A field at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// The field, with the number of the entry in lists: `conditions[0]`.
    pub field: String,
    /// What is wrong with it and what it takes.
    pub message: String,
}

impl Problem {
    /// A problem with what to say about this request.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let row = code.row();
        Self {
            kind: row.1,
            title: row.3,
            status: row.2.as_u16(),
            code: row.1,
            detail: detail.into(),
            field: None,
            errors: Box::default(),
        }
    }

    /// A body with several fields at fault.
    #[must_use]
    pub fn of_fields(errors: Vec<Fault>) -> Self {
        let first = errors.first().map(|fault| (fault.field.clone(), format!("{} {}", fault.field, fault.message)));
        let (field, detail) = first.unwrap_or_default();
        Self { field: Some(field), errors: errors.into(), ..Self::new(Code::InvalidField, detail) }
    }

    /// Names the parameter or field at fault.
    #[must_use]
    pub fn at(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// An internal error: the cause goes to the log, not to the caller.
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut causes = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            causes.push_str(": ");
            causes.push_str(&cause.to_string());
            source = cause.source();
        }
        tracing::error!(error = %causes, "a request failed");
        Self::new(Code::Internal, "the program failed, please try again later")
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        Self::internal(&error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_row() {
        for (at, row) in CODES.iter().enumerate() {
            assert!(std::ptr::eq(row.0.row(), row), "{} is listed twice", row.1);
            assert_eq!(CODES.iter().position(|r| r.1 == row.1), Some(at));
        }
    }
}
