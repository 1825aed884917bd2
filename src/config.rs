//! Every setting: its default, its meaning, its check.

mod account;
mod board;
mod files;
mod oidc;

use std::net::SocketAddr;
use std::path::PathBuf;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

pub use account::Account;
pub use board::Board;
pub use files::Files;
pub use oidc::{Oidc, SecretError};

/// All settings. Later sources win: defaults, the TOML file, `TOANTRINH_SECTION__KEY`, flags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Folder for the embedded database, the search index and files of initiatives. Other files in it are left alone.
    pub data_dir: PathBuf,
    /// Where the program listens and how it answers.
    pub server: Server,
    /// Where data is kept.
    pub database: Database,
    /// Search.
    pub search: Search,
    /// How long people stay signed in, and when they are locked out.
    pub account: Account,
    /// Signing in by an account that people have elsewhere.
    pub oidc: Oidc,
    /// Files that people put on initiatives.
    pub files: Files,
    /// What leadership is shown.
    pub board: Board,
    /// Requests this program makes.
    pub http: Http,
    /// Polling of sources.
    pub monitor: Monitor,
    /// E-mail that this program sends.
    pub mail: Mail,
    /// Logs.
    pub log: Log,
}

/// `[server]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port.
    pub listen: SocketAddr,
    /// Seconds a request may take before it is answered with 503.
    pub request_seconds: u64,
    /// Requests handled at once; more are answered 503 with `Retry-After`.
    pub max_concurrent: usize,
    /// Seconds that running requests get to end after a stop signal.
    pub shutdown_seconds: u64,
    /// Browsers send the session cookie over HTTPS only. Switch it on wherever HTTPS stands before the program.
    pub secure_cookies: bool,
}

/// `[database]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://…`; empty means `toantrinh.db` in the data folder.
    pub url: String,
}

/// `[search]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// Answers kept in memory; 0 switches the cache off.
    pub cache_entries: usize,
    /// Seconds between looks at the change log.
    pub follow_seconds: u64,
}

/// `[http]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Lets sources be polled on this machine's own addresses; for the demo and for tests.
    pub allow_loopback: bool,
    /// How to reach whoever runs this program, an e-mail address or a page; told to every source in `User-Agent`.
    /// Empty tells the program's name and version only.
    pub contact: String,
}

impl Http {
    fn check(&self) -> Result<(), ConfigError> {
        let contact = &self.contact;
        if contact.len() <= 200 && contact.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'(' | b')' | b'\\')) {
            return Ok(());
        }
        let expected = "at most 200 visible ASCII characters without space, parenthesis and backslash";
        Err(ConfigError::OutOfRange { setting: "http.contact", value: contact.clone(), expected })
    }
}

/// `[monitor]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Monitor {
    /// Polls sources; another process on the same database may do it instead.
    pub enabled: bool,
    /// Polls that run in this process at once.
    pub concurrent: usize,
    /// Seconds after which another process may ask for a slot that this one claimed and did not end. A poll that takes
    /// longer has its lease prolonged; a source with a long time limit has a longer one.
    pub lease_seconds: u64,
    /// Hosts that can be reached whenever our own network is up, as `name:port`. When a probe fails and none of them
    /// accepts a connection, the failure is our network's and does not count. Empty: every failure is the source's.
    pub control_hosts: Vec<String>,
}

impl Monitor {
    fn check(&self) -> Result<(), ConfigError> {
        in_range("monitor.concurrent", self.concurrent as u64, 1, 4096, "1 to 4096 polls")?;
        in_range("monitor.lease_seconds", self.lease_seconds, 5, 3600, "5 to 3600 seconds")?;
        let port = |host: &str| host.rsplit_once(':').filter(|(name, _)| !name.is_empty())?.1.parse::<u16>().ok();
        match self.control_hosts.iter().find(|host| port(host).is_none_or(|port| port == 0)) {
            None if self.control_hosts.len() <= 16 => Ok(()),
            wrong => Err(ConfigError::OutOfRange {
                setting: "monitor.control_hosts",
                value: wrong.cloned().unwrap_or_else(|| format!("{} hosts", self.control_hosts.len())),
                expected: "at most 16 hosts as name:port",
            }),
        }
    }
}

/// `[mail]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// `smtps://HOST:PORT` (TLS at once) or `smtp://HOST:PORT` (STARTTLS, a must but on this machine); empty sends none.
    pub smtp: String,
    /// The sender, such as `Toàn Trình <toantrinh@example.vn>`.
    pub from: String,
    /// Who signs in to the server; empty for nobody.
    pub user: String,
    /// The environment variable that has the password.
    pub password_env: String,
}

impl Mail {
    fn check(&self) -> Result<(), ConfigError> {
        let wrong = |setting, value: &str, expected| {
            Err(ConfigError::OutOfRange { setting, value: value.to_owned(), expected })
        };
        if self.smtp.is_empty() {
            return Ok(());
        }
        let url = url::Url::parse(&self.smtp).ok();
        let plain = |url: &url::Url| url.username().is_empty() && url.password().is_none();
        if !url.is_some_and(|url| matches!(url.scheme(), "smtp" | "smtps") && url.has_host() && plain(&url)) {
            return wrong("mail.smtp", "…", "smtp://HOST:PORT or smtps://HOST:PORT, without user and password");
        }
        if !self.from.contains('@') {
            return wrong("mail.from", &self.from, "an e-mail address");
        }
        if self.user.is_empty() != self.password_env.is_empty() {
            return wrong("mail.password_env", &self.password_env, "given together with mail.user");
        }
        Ok(())
    }
}

/// `[log]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `info,sqlx=warn`.
    pub level: String,
    /// `text` or `json`.
    pub format: LogFormat,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For collectors.
    Json,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            server: Server {
                listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
                request_seconds: 15,
                max_concurrent: 512,
                shutdown_seconds: 20,
                secure_cookies: false,
            },
            database: Database::default(),
            search: Search { cache_entries: 10_000, follow_seconds: 2 },
            account: Account::default(),
            oidc: Oidc::default(),
            files: Files::default(),
            board: Board::default(),
            http: Http::default(),
            monitor: Monitor { enabled: true, concurrent: 64, lease_seconds: 30, control_hosts: Vec::new() },
            mail: Mail::default(),
            log: Log { level: "info,sqlx=warn,tantivy=warn".to_owned(), format: LogFormat::Text },
        }
    }
}

/// What the command line may set over everything else.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--config`
    pub file: Option<PathBuf>,
    /// `--listen`
    pub listen: Option<SocketAddr>,
    /// `--database`
    pub database: Option<String>,
    /// `--data-dir`
    pub data_dir: Option<PathBuf>,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The named file is not there.
    #[error("the settings file {0} does not exist")]
    NoFile(PathBuf),
    /// A value or a name is wrong; the text names it.
    #[error("a setting cannot be used: {0}")]
    Invalid(#[from] Box<figment::Error>),
    /// A value is out of its range.
    #[error("{setting} = {value} is out of range: {expected}")]
    OutOfRange {
        /// The setting's name.
        setting: &'static str,
        /// What was given.
        value: String,
        /// What is allowed.
        expected: &'static str,
    },
}

impl Settings {
    /// Reads all sources and checks every value.
    ///
    /// # Errors
    /// [`ConfigError`] naming the setting and what to do.
    pub fn load(overrides: &Overrides) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = &overrides.file {
            if !file.is_file() {
                return Err(ConfigError::NoFile(file.clone()));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        // `TOANTRINH_PASSWORD` is read by `user add`, `TOANTRINH_HOOK_…` are secrets of webhooks: they are no settings.
        let environment = Env::prefixed("TOANTRINH_").ignore(&["password"]).filter(|key| !key.starts_with("hook_"));
        figment = figment.merge(environment.split("__"));
        let mut settings: Self = figment.extract().map_err(Box::new)?;
        if let Some(listen) = overrides.listen {
            settings.server.listen = listen;
        }
        if let Some(url) = &overrides.database {
            settings.database.url.clone_from(url);
        }
        if let Some(folder) = &overrides.data_dir {
            settings.data_dir.clone_from(folder);
        }
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), ConfigError> {
        in_range("server.request_seconds", self.server.request_seconds, 1, 600, "1 to 600 seconds")?;
        in_range("server.max_concurrent", self.server.max_concurrent as u64, 1, 100_000, "1 to 100,000 requests")?;
        in_range("server.shutdown_seconds", self.server.shutdown_seconds, 1, 600, "1 to 600 seconds")?;
        in_range("search.cache_entries", self.search.cache_entries as u64, 0, 1_000_000, "0 to 1,000,000 answers")?;
        in_range("search.follow_seconds", self.search.follow_seconds, 1, 3600, "1 to 3600 seconds")?;
        self.account.check()?;
        self.oidc.check()?;
        self.files.check()?;
        self.board.check()?;
        self.http.check()?;
        self.monitor.check()?;
        self.mail.check()
    }

    /// The database's URL, with the default filled in.
    #[must_use]
    pub fn database_url(&self) -> String {
        if self.database.url.is_empty() {
            format!("sqlite:{}", self.data_dir.join("toantrinh.db").display())
        } else {
            self.database.url.clone()
        }
    }

    /// The folder of this process's search index.
    #[must_use]
    pub fn index_dir(&self) -> PathBuf {
        self.data_dir.join("search")
    }
}

fn in_range(
    setting: &'static str,
    value: u64,
    least: u64,
    most: u64,
    expected: &'static str,
) -> Result<(), ConfigError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(ConfigError::OutOfRange { setting, value: value.to_string(), expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_must_fit_into_a_header() {
        let of = |contact: &str| Http { allow_loopback: false, contact: contact.to_owned() };
        for good in ["", "ops@example.vn", "https://example.vn/lien-he?a=1"] {
            assert!(of(good).check().is_ok(), "{good}");
        }
        for bad in ["ops@example.vn (night)", "a\r\nx: y", "liên-hệ@example.vn", "a b", &"x".repeat(201)] {
            let error = of(bad).check().unwrap_err().to_string();
            assert!(error.starts_with("http.contact = ") && error.contains("at most 200"), "{error}");
        }
    }
}
