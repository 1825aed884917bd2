//! Sends a notification as an e-mail: TLS always, but to a server on this machine.

use std::net::IpAddr;
use std::time::{Duration, UNIX_EPOCH};

use jiff::Timestamp;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use url::{Host, Url};

use super::delivery_store::Letter;
use super::webhook::Refused;
use crate::config;

/// What a server may take for one command.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that takes e-mail, and in whose name it is sent.
#[derive(Debug, Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why no e-mail can be sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server's address cannot be used.
    #[error("mail.smtp cannot be used: {0}")]
    Server(String),
    /// The sender is no address.
    #[error("mail.from is no e-mail address")]
    From,
    /// The password is not where it should be.
    #[error("the environment variable {0} has no password")]
    Password(String),
}

impl Mailer {
    /// Makes one from the settings; `None` when no server is set.
    ///
    /// # Errors
    /// [`MailError`]
    pub fn new(settings: &config::Mail) -> Result<Option<Self>, MailError> {
        if settings.smtp.is_empty() {
            return Ok(None);
        }
        let url = Url::parse(&settings.smtp).map_err(|error| MailError::Server(error.to_string()))?;
        let host = url.host().ok_or_else(|| MailError::Server("it has no host".to_owned()))?;
        let name = host.to_string().trim_matches(['[', ']']).to_owned();
        let parameters = || TlsParameters::new(name.clone()).map_err(|error| MailError::Server(error.to_string()));
        let (tls, port) = match url.scheme() {
            "smtps" => (Tls::Wrapper(parameters()?), 465),
            _ if is_here(&host) => (Tls::None, 25),
            _ => (Tls::Required(parameters()?), 587),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&name)
            .port(url.port().unwrap_or(port))
            .timeout(Some(PATIENCE))
            .tls(tls);
        if !settings.user.is_empty() {
            let password = std::env::var(&settings.password_env)
                .map_err(|_| MailError::Password(settings.password_env.clone()))?;
            builder = builder.credentials(Credentials::new(settings.user.clone(), password));
        }
        let from = settings.from.parse().map_err(|_| MailError::From)?;
        Ok(Some(Self { transport: builder.build(), from }))
    }

    /// Sends a letter. What the server refuses for good (5xx) is not tried again.
    ///
    /// # Errors
    /// [`Refused`]
    pub async fn send(&self, letter: &Letter, now: Timestamp) -> Result<(), Refused> {
        let to: Mailbox = letter.target.parse().map_err(|_| Refused::ForGood("the target is no address".to_owned()))?;
        let domain = self.from.email.domain().to_owned();
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .date(UNIX_EPOCH + Duration::from_millis(u64::try_from(now.as_millisecond()).unwrap_or(0)))
            // The same each time it is tried, so that a mailbox can tell a repetition.
            .message_id(Some(format!("<{}@{domain}>", letter.id)))
            .subject(letter.title.clone())
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body.clone())
            .map_err(|error| Refused::ForGood(format!("the letter cannot be written: {error}")))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(Refused::ForGood(format!("the mail server refused: {error}"))),
            Err(error) => Err(Refused::Now(format!("the mail server: {error}"))),
        }
    }
}

/// Whether a host is this machine: by number, or by the one name that may mean nothing else (RFC 6761).
fn is_here(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        // A scheme that browsers do not know leaves numbers as names.
        Host::Domain(name) => *name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(smtp: &str) -> config::Mail {
        config::Mail {
            smtp: smtp.to_owned(),
            from: "Toàn Trình <a@example.vn>".to_owned(),
            user: String::new(),
            password_env: String::new(),
        }
    }

    #[test]
    fn only_a_server_on_this_machine_is_spoken_to_in_the_open() {
        let shown = |smtp: &str| format!("{:?}", Mailer::new(&settings(smtp)).unwrap().unwrap().transport);
        assert!(shown("smtp://127.0.0.1:2525").contains("tls: None"), "{}", shown("smtp://127.0.0.1:2525"));
        assert!(shown("smtp://localhost:2525").contains("tls: None"));
        assert!(!shown("smtp://mail.example.vn").contains("tls: None"));
        assert!(!shown("smtp://localhost.example.vn").contains("tls: None"));
        assert!(!shown("smtps://127.0.0.1").contains("tls: None"));
        assert!(Mailer::new(&settings("")).unwrap().is_none());
        let unknown = config::Mail {
            user: "a".to_owned(),
            password_env: "TOANTRINH_NO_SUCH_VARIABLE".to_owned(),
            ..settings("smtp://127.0.0.1")
        };
        assert!(matches!(Mailer::new(&unknown), Err(MailError::Password(_))));
    }
}
