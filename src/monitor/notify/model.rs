//! What is told, and who wants to hear it.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::monitor::field::{FieldError, Wrong};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// An alert of a service level opened.
    AlertOpened,
    /// It was resolved.
    AlertResolved,
    /// Services do not answer.
    IncidentOpened,
    /// They do again.
    IncidentClosed,
    /// Services stand still as announced.
    MaintenanceOpened,
    /// They are back.
    MaintenanceClosed,
    /// An initiative moved.
    InitiativeMoved,
}

/// Something that people are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Names this change of state and no other: who sees it twice tells it once.
    pub key: String,
    /// What happened.
    pub kind: EventKind,
    /// One line, in Vietnamese.
    pub title: String,
    /// More, in Vietnamese.
    pub body: String,
    /// The service level, empty for incidents.
    pub service_level: String,
    /// Sources it is about.
    pub sources: Vec<String>,
    /// Procedures it is about; `*` is every procedure.
    pub procedures: Vec<String>,
    /// When it happened, epoch milliseconds.
    pub at: i64,
}

/// How somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// In the program.
    InApp,
    /// By a signed request to an address.
    Webhook,
    /// By e-mail.
    Email,
}

/// What a subscription is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AboutKind {
    /// Everything.
    #[default]
    All,
    /// One service level.
    ServiceLevel,
    /// One source.
    Source,
    /// One procedure.
    Procedure,
}

/// A subscription as somebody writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSubscription {
    /// How.
    pub channel: Channel,
    /// Whom: a login, or nobody for everybody who signs in; an address to send to; an e-mail address.
    #[serde(default)]
    pub target: String,
    /// Webhooks: where the secret lies that requests are signed with, `env:TOANTRINH_HOOK_…` or `secret:webhook_…`.
    #[serde(default)]
    pub secret: String,
    /// Of what; of everything when empty.
    #[serde(default)]
    pub events: Vec<EventKind>,
    /// What it is about.
    #[serde(default)]
    pub about_kind: AboutKind,
    /// Which one; empty for all.
    #[serde(default)]
    pub about: String,
}

/// A subscription as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subscription {
    /// Identifier (UUIDv7).
    pub id: String,
    /// What was written.
    #[serde(flatten)]
    pub wanted: NewSubscription,
    /// Whether it is used.
    pub enabled: bool,
    /// When it was made, epoch milliseconds.
    pub created_at: i64,
    /// Login of who made it.
    pub created_by: String,
    /// Counts changes.
    pub version: i64,
}

impl NewSubscription {
    /// Whether somebody wants to hear of an event.
    #[must_use]
    pub fn wants(&self, event: &Event) -> bool {
        let about = match self.about_kind {
            AboutKind::All => true,
            AboutKind::ServiceLevel => event.service_level == self.about,
            AboutKind::Source => event.sources.contains(&self.about),
            AboutKind::Procedure => event.procedures.iter().any(|code| *code == self.about || code == "*"),
        };
        about && (self.events.is_empty() || self.events.contains(&event.kind))
    }

    /// Checks the fields. `known_login` says that the target is somebody who may sign in; `allow_loopback` that addresses of
    /// this machine may be sent to.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn check(&self, known_login: bool, allow_loopback: bool) -> Result<(), Vec<FieldError>> {
        let mut wrong = Wrong::default();
        match self.channel {
            Channel::InApp if self.target.is_empty() || known_login => {}
            Channel::InApp => wrong.add("target", "nobody signs in so", "không ai đăng nhập bằng tên này", None),
            Channel::Webhook => {
                if !is_web_address(&self.target, allow_loopback) {
                    let message = "takes an https:// address without user and password";
                    wrong.add("target", message, "cần địa chỉ https://, không kèm tên và mật khẩu", None);
                }
                if SecretPlace::read(&self.secret).is_none() {
                    let message =
                        "takes env:TOANTRINH_HOOK_NAME or secret:webhook_name: the secret itself is never kept here";
                    let vietnamese = "ghi env:TOANTRINH_HOOK_TEN hoặc secret:webhook_ten, không ghi chính bí mật";
                    wrong.add("secret", message, vietnamese, Some("env:TOANTRINH_HOOK_ALERTS".to_owned()));
                }
            }
            Channel::Email => {
                if self.target.parse::<lettre::Address>().is_err() {
                    wrong.add("target", "takes an e-mail address", "cần địa chỉ thư điện tử", None);
                }
            }
        }
        if self.channel != Channel::Webhook && !self.secret.is_empty() {
            wrong.add("secret", "is for webhooks", "chỉ dùng cho webhook", None);
        }
        if (self.about_kind == AboutKind::All) != self.about.is_empty() {
            let message = "names one thing, and nothing for all";
            wrong.add("about", message, "ghi một đối tượng, để trống khi chọn tất cả", None);
        }
        wrong.ended()
    }
}

/// Whether an address may be sent to: over https, or on this machine where that is allowed.
fn is_web_address(text: &str, allow_loopback: bool) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let here = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    };
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && here && allow_loopback);
    scheme && url.has_host() && url.username().is_empty() && url.password().is_none() && text.len() <= 2_000
}

/// Where a secret lies. The names are narrow, so that no other secret of the program can be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPlace {
    /// An environment variable.
    Environment(String),
    /// A row of the table of secrets.
    Table(String),
}

impl SecretPlace {
    /// Reads `env:TOANTRINH_HOOK_NAME` or `secret:webhook_name`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let plain = |name: &str, ok: fn(char) -> bool| name.len() <= 100 && name.chars().all(ok);
        if let Some(name) = text.strip_prefix("env:") {
            let ok = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
            let own = name.strip_prefix("TOANTRINH_HOOK_").is_some_and(|rest| !rest.is_empty());
            return (own && plain(name, ok)).then(|| Self::Environment(name.to_owned()));
        }
        let name = text.strip_prefix("secret:")?;
        let ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let own = name.strip_prefix("webhook_").is_some_and(|rest| !rest.is_empty());
        (own && plain(name, ok)).then(|| Self::Table(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(channel: Channel, target: &str, secret: &str) -> NewSubscription {
        NewSubscription {
            channel,
            target: target.to_owned(),
            secret: secret.to_owned(),
            events: Vec::new(),
            about_kind: AboutKind::All,
            about: String::new(),
        }
    }

    #[test]
    fn a_secret_is_named_and_only_one_of_a_webhook() {
        assert!(SecretPlace::read("env:TOANTRINH_HOOK_A").is_some());
        assert!(SecretPlace::read("secret:webhook_a").is_some());
        for wrong in [
            "",
            "hunter2",
            "env:PATH",
            "env:TOANTRINH_HOOK_",
            "secret:cookie_signing",
            "secret:webhook_",
            "env:TOANTRINH_HOOK_a",
        ] {
            assert_eq!(SecretPlace::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_webhook_goes_to_https_and_to_this_machine_only_where_allowed() {
        let secret = "env:TOANTRINH_HOOK_A";
        let good = |target: &str, loopback| wanted(Channel::Webhook, target, secret).check(false, loopback).is_ok();
        assert!(good("https://hooks.example.vn/a?b=c", false));
        assert!(good("http://127.0.0.1:80/", true) && !good("http://127.0.0.1:80/", false));
        for wrong in ["http://example.vn/", "https://u:p@example.vn/", "ftp://example.vn", "example.vn", ""] {
            assert!(!good(wrong, true), "{wrong}");
        }
        assert!(wanted(Channel::Email, "a@example.vn", "").check(false, false).is_ok());
        assert!(wanted(Channel::Email, "a b@example.vn", "").check(false, false).is_err());
        assert!(wanted(Channel::InApp, "", "").check(false, false).is_ok());
        assert!(wanted(Channel::InApp, "nobody", "").check(false, false).is_err());
    }
}
