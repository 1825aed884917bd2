//! Forms with files, as a browser sends them.

use reqwest::Response;

use crate::support::Browser;

const BOUNDARY: &str = "ranh-gioi-cua-bieu-mau";

/// A form with some fields and at most one file under its name.
pub fn body(fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    if let Some((name, bytes)) = file {
        let head =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        body.extend(head.bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    body
}

/// The kind of such a body.
pub fn kind() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

/// Sends a form with a file as somebody who is signed in.
pub async fn send(browser: &Browser, address: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Response {
    let mut all = vec![("csrf", browser.csrf.as_str())];
    all.extend(fields);
    browser.client.post(address).header("content-type", kind()).body(body(&all, file)).send().await.unwrap()
}
