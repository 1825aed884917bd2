//! A form that came after its session was over: it is carried through the sign-in and sent again by whoever filled it in.

use axum::body::{Body, to_bytes};
use axum::http::header;
use axum::http::request::Parts;

use super::guard::CSRF_FIELD;
use super::state::AppState;
use super::visitor::shown_session;
use crate::account::secret::same;
use crate::account::session::actions::is_known;

/// Largest form that is carried, bytes.
const MAX_FORM: usize = 1024 * 1024;
/// Most fields of one: each grows by its prefix.
const MAX_FIELDS: usize = 1_000;
/// The field of the sign-in form that has the form's address.
pub const ADDRESS: &str = "gui-lai";
/// What stands before the names of its fields there.
pub const PREFIX: &str = "f.";
/// What a field that must never leave its own form is called.
const SECRETS: [&str; 4] = ["password", "mat-khau", "secret", "token"];

/// A form that was not taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carried {
    /// Where it was sent.
    pub address: String,
    /// Its fields without the csrf token, in their order.
    pub fields: Vec<(String, String)>,
}

impl Carried {
    /// The form of a request whose session is over; `None` when there is none, or it cannot be carried.
    ///
    /// The form must come from a page of that session: its csrf token must fit the session's cookie, and the session must
    /// be one of ours. Otherwise another site could have people send what it made up, with one click. A form with a
    /// password is not carried at all: without it nothing is gained, and with it the password would stand in a page.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(state: &AppState, parts: &Parts, body: Body) -> Result<Option<Self>, sqlx::Error> {
        let kind = parts.headers.get(header::CONTENT_TYPE).map(header::HeaderValue::as_bytes);
        let is_form = kind.is_some_and(|kind| kind.starts_with(b"application/x-www-form-urlencoded"));
        let (true, Some(session)) = (is_form, shown_session(state, &parts.headers)) else { return Ok(None) };
        let Ok(form) = to_bytes(body, MAX_FORM).await else { return Ok(None) };
        let mut fields: Vec<(String, String)> = url::form_urlencoded::parse(&form).into_owned().collect();
        let csrf = session.csrf();
        let own = fields.iter().any(|(name, value)| name == CSRF_FIELD && same(value, &csrf));
        if !own || fields.len() > MAX_FIELDS || fields.iter().any(|(name, _)| is_secret(name)) {
            return Ok(None);
        }
        if !is_known(&state.db, &session).await? {
            return Ok(None);
        }
        fields.retain(|(name, _)| name != CSRF_FIELD);
        let address = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Some(Self { address: local(address), fields }))
    }

    /// The form that the sign-in form carries.
    #[must_use]
    pub fn in_sign_in(sent: &[(String, String)]) -> Option<Self> {
        let (_, address) = sent.iter().find(|(name, address)| name == ADDRESS && !address.is_empty())?;
        let address = local(address);
        let fields = sent.iter().filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?, value)));
        let fields = fields.filter(|(name, _)| *name != CSRF_FIELD && !is_secret(name));
        let fields: Vec<_> = fields.map(|(name, value)| (name.to_owned(), value.clone())).collect();
        // The first page takes no form: an address of another site has become it.
        (address != "/").then_some(Self { address, fields })
    }
}

/// A form as a text that goes along to a provider and back.
#[must_use]
pub fn write(carried: &Carried) -> String {
    let address = (ADDRESS, carried.address.as_str());
    let fields = carried.fields.iter().map(|(name, value)| (format!("{PREFIX}{name}"), value.as_str()));
    let all = std::iter::once((address.0.to_owned(), address.1)).chain(fields);
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish()
}

/// The form that was written so.
#[must_use]
pub fn read(text: &str) -> Option<Carried> {
    let sent: Vec<(String, String)> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    Carried::in_sign_in(&sent)
}

fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    SECRETS.iter().any(|word| name.contains(word))
}

/// An address of this site to go on to, or the first page: nobody is sent elsewhere.
#[must_use]
pub fn local(address: &str) -> String {
    // Browsers read a backslash as a slash and skip line breaks.
    let strange = address.chars().any(|c| c == '\\' || c.is_control());
    let own = address.starts_with('/') && !address.starts_with("//") && !strange;
    if own { address.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_site_are_gone_on_to() {
        for own in ["/", "/thu-tuc/1.001193?at=2026-07-18", "/co-quan#viec"] {
            assert_eq!(local(own), own);
        }
        for other in ["", "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "evil"] {
            assert_eq!(local(other), "/", "{other:?}");
        }
    }

    #[test]
    fn a_sign_in_form_carries_fields_of_a_form_of_this_site_and_no_secret() {
        let sent = |address: &str| {
            let pairs =
                [(ADDRESS, address), ("login", "an"), ("f.note", "a&b"), ("f.note", "2"), ("f.new_Password", "x")];
            pairs.map(|(name, value)| (name.to_owned(), value.to_owned()))
        };
        let carried = Carried::in_sign_in(&sent("/co-quan/bao-tri")).unwrap();
        let fields: Vec<(&str, &str)> = carried.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!((carried.address.as_str(), fields), ("/co-quan/bao-tri", vec![("note", "a&b"), ("note", "2")]));
        for other in ["", "//evil.example", "https://evil.example/a"] {
            assert_eq!(Carried::in_sign_in(&sent(other)), None, "{other}");
        }
    }
}
