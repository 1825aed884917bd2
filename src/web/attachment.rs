//! Files that are handed out to be kept: never shown by the browser, never taken for another kind.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::platform::problem::Problem;

/// Word's documents.
pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
/// Excel's workbooks.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A file under a name, for whoever asked and no cache.
#[must_use]
pub fn attachment(kind: &'static str, name: &str, body: Vec<u8>) -> Response {
    let disposition = match HeaderValue::from_str(&disposition(name)) {
        Ok(value) => value,
        Err(error) => return Problem::internal(&error).into_response(),
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    (headers, body).into_response()
}

/// The name twice (RFC 6266): in plain letters for old browsers, and as it is.
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._- ".contains(c) { c } else { '_' }).collect();
    let mut whole = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            whole.push(char::from(byte));
        } else {
            whole.push('%');
            whole.push_str(&crate::platform::hash::hex(&[byte]).to_uppercase());
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_header() {
        let vietnamese = disposition("Tờ trình.pdf");
        assert_eq!(vietnamese, "attachment; filename=\"T_ tr_nh.pdf\"; filename*=UTF-8''T%E1%BB%9D%20tr%C3%ACnh.pdf");
        assert!(!disposition("a\"\r\nSet-Cookie: x.pdf").contains(['\r', '\n']));
        assert_eq!(disposition("a\"b").matches('"').count(), 2);
    }
}
