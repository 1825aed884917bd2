//! Sends a notification as a signed request.
//!
//! The body is JSON. `x-toantrinh-timestamp` has the seconds at which it was sent, `x-toantrinh-signature` is
//! `sha256=` and HMAC-SHA256 of `timestamp.body` in hexadecimal, `x-toantrinh-delivery` is the same each time one
//! notification is sent, so that a receiver can tell a repetition.

use std::fmt::Write as _;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::json;
use sha2::Sha256;
use url::Url;

use super::delivery_store::Letter;
use super::model::SecretPlace;
use crate::account::store as account_store;
use crate::platform::db::Db;
use crate::platform::http::{Client, Limits, Request, Why};

/// What a receiver may take.
const LIMITS: Limits = Limits { total: Duration::from_secs(10), max_bytes: 64 * 1024, max_redirects: 0 };

/// Why a request was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Trying again may help.
    Now(String),
    /// It never will.
    ForGood(String),
}

/// The signature of a body that is sent at an instant.
#[must_use]
pub fn signature(secret: &[u8], seconds: i64, body: &[u8]) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    mac.finalize().into_bytes().iter().fold(String::from("sha256="), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Sends a letter. Whatever is answered but 2xx is a refusal; 410 (gone) is one for good.
///
/// # Errors
/// [`Refused`]
pub async fn send(db: &Db, client: &Client, letter: &Letter, now: Timestamp) -> Result<(), Refused> {
    let url = Url::parse(&letter.target).map_err(|error| Refused::ForGood(format!("no address: {error}")))?;
    let secret = secret(db, &letter.secret).await?;
    let body = json!({
        "id": letter.id, "event": letter.event, "key": letter.event_key, "at": letter.at,
        "title": letter.title, "body": letter.body,
    });
    let mut request = Request::post_json(url, &body).within(LIMITS);
    let signed = signature(&secret, now.as_second(), &request.body);
    let given = [
        ("x-toantrinh-timestamp", now.as_second().to_string()),
        ("x-toantrinh-signature", signed),
        ("x-toantrinh-delivery", letter.id.clone()),
    ];
    for (name, value) in given {
        put(&mut request.headers, name, &value);
    }
    // An address that may not be asked stays one: the next attempt would be refused as well.
    let answer = client.send(request).await.map_err(|failed| match failed.why {
        Why::AddressRefused => Refused::ForGood(failed.message),
        _ => Refused::Now(failed.message),
    })?;
    let status = answer.status.as_u16();
    match status {
        200..=299 => Ok(()),
        410 => Err(Refused::ForGood("the receiver answered 410: it is gone".to_owned())),
        _ => Err(Refused::Now(format!("the receiver answered {status}"))),
    }
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// The secret itself, from where it lies.
async fn secret(db: &Db, place: &str) -> Result<Vec<u8>, Refused> {
    let missing = || Refused::Now(format!("there is no secret at {place}: requests are not sent unsigned"));
    let found = match SecretPlace::read(place) {
        Some(SecretPlace::Environment(name)) => std::env::var(name).ok(),
        Some(SecretPlace::Table(name)) => {
            let mut tx = db.read().await.map_err(|error| Refused::Now(error.to_string()))?;
            account_store::secret(&mut tx, &name).await.map_err(|error| Refused::Now(error.to_string()))?
        }
        None => None,
    };
    found.filter(|secret| !secret.is_empty()).map(String::into_bytes).ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_hmac_sha256_of_time_and_body() {
        // Computed with `printf '1700000000.{}' | openssl dgst -sha256 -hmac key`.
        let expected = "sha256=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae";
        assert_eq!(signature(b"key", 1_700_000_000, b"{}"), expected);
    }
}
