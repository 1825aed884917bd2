//! Databases, servers and corpora for tests. Everything real, everything thrown away afterwards.

pub mod prometheus;
pub mod wire;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use tempfile::TempDir;
use toantrinh::account::actions::{NewUser, add_user};
use toantrinh::account::audit::Author;
use toantrinh::account::model::Role;
use toantrinh::app::{self, Running};
use toantrinh::catalog::import::actions::{Options, import};
use toantrinh::catalog::import::lines::Lines;
use toantrinh::catalog::import::report::Report;
use toantrinh::config::Settings;
use toantrinh::platform::clock::FixedClock;
use toantrinh::platform::db::Db;
use toantrinh::simulator;

/// The instant at which tests take place: 24 November 2026, 09:00 in Vietnam.
pub const NOW: Timestamp = Timestamp::constant(1_795_485_600, 0);

/// A migrated database with what must live as long as it.
pub struct TestDb {
    pub db: Db,
    _folder: TempDir,
}

/// An empty, migrated SQLite database.
pub async fn sqlite() -> TestDb {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("test.db").display());
    let db = Db::open(&url).await.unwrap();
    db.migrate().await.unwrap();
    TestDb { db, _folder: folder }
}

/// An empty, migrated PostgreSQL database, or `None`, said aloud, where no server was given.
pub async fn postgres() -> Option<TestDb> {
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        eprintln!("SKIPPED on PostgreSQL: TEST_POSTGRES_URL is not set; tests/run sets it");
        return None;
    };
    let name = format!("test_{}", uuid::Uuid::now_v7().simple());
    let pool = sqlx::PgPool::connect(&format!("{server}/postgres")).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.unwrap();
    pool.close().await;
    let url = format!("{server}/{name}");
    let db = Db::open(&url).await.unwrap();
    db.migrate().await.unwrap();
    Some(TestDb { db, _folder: tempfile::tempdir().unwrap() })
}

/// Both databases, empty.
pub async fn databases() -> Vec<TestDb> {
    let mut all = vec![sqlite().await];
    all.extend(postgres().await);
    all
}

/// A running program on a free port.
pub struct TestApp {
    running: Option<Running>,
    pub base: String,
    pub client: reqwest::Client,
    pub clock: Arc<FixedClock>,
    _folder: TempDir,
}

impl TestApp {
    /// Serves a database.
    pub async fn start(db: &TestDb) -> Self {
        Self::start_with(db, |_| {}).await
    }

    /// Serves a database with other settings.
    pub async fn start_with(db: &TestDb, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings { data_dir: folder.path().to_owned(), ..Settings::default() };
        settings.server.listen = "127.0.0.1:0".parse().unwrap();
        settings.search.follow_seconds = 1;
        change(&mut settings);
        let clock = Arc::new(FixedClock::new(NOW));
        let running = app::start(&settings, db.db.clone(), clock.clone(), false).await.unwrap();
        let base = format!("http://{}", running.address);
        Self { running: Some(running), base, client: reqwest::Client::new(), clock, _folder: folder }
    }

    /// Asks an address.
    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.client.get(format!("{}{path}", self.base)).send().await.unwrap()
    }

    /// Asks an address for JSON; the status must be the one given.
    pub async fn json(&self, path: &str, status: u16) -> serde_json::Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
        answer.json().await.unwrap()
    }

    /// A browser that keeps cookies, follows no redirect and unpacks nothing, to show what came.
    pub fn browser() -> reqwest::Client {
        let none = reqwest::redirect::Policy::none();
        reqwest::Client::builder().cookie_store(true).redirect(none).gzip(false).build().unwrap()
    }

    /// Signs in with a browser of its own.
    pub async fn sign_in(&self, login: &str, password: &str) -> Browser {
        let client = Self::browser();
        let form = [("login", login), ("password", password)];
        let answer = client.post(format!("{}/dang-nhap", self.base)).form(&form).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 303, "{login} could not sign in");
        let html = client.get(format!("{}/", self.base)).send().await.unwrap().text().await.unwrap();
        let page = scraper::Html::parse_document(&html);
        let field = scraper::Selector::parse(".person input[name=csrf]").unwrap();
        let csrf = page.select(&field).next().unwrap().value().attr("value").unwrap().to_owned();
        Browser { base: self.base.clone(), client, csrf }
    }

    /// Stops the program.
    pub async fn stop(mut self) {
        self.running.take().unwrap().stop().await;
    }
}

/// Somebody who is signed in.
pub struct Browser {
    base: String,
    pub client: reqwest::Client,
    /// What forms of the session carry in the field `csrf`, scripts in the header `x-csrf-token`.
    pub csrf: String,
}

impl Browser {
    /// Asks an address.
    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.client.get(format!("{}{path}", self.base)).send().await.unwrap()
    }

    /// Sends a form with the csrf field.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::Response {
        let mut form = fields.to_vec();
        form.push(("csrf", &self.csrf));
        self.post_bare(path, &form).await
    }

    /// Sends a form as it is.
    pub async fn post_bare(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::Response {
        self.client.post(format!("{}{path}", self.base)).form(fields).send().await.unwrap()
    }
}

/// The password of every user that tests add.
pub const PASSWORD: &str = "sen hồng nở trong đầm";

/// Adds a user with some roles.
pub async fn user(db: &Db, login: &str, roles: &[Role]) {
    let new = NewUser { login, name: "Nguyễn Văn An", password: PASSWORD, roles, organisation_id: None };
    add_user(db, Author::COMMAND_LINE, new, NOW).await.unwrap();
}

/// How tests import.
pub fn options() -> Options {
    Options { source: "test".to_owned(), dry_run: false, complete: false, as_of: NOW }
}

/// Imports a text.
pub async fn import_text(db: &Db, text: &[u8], options: &Options) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input.jsonl");
    std::fs::write(&path, text).unwrap();
    import_file(db, &path, options).await
}

/// Imports a file.
pub async fn import_file(db: &Db, path: &Path, options: &Options) -> Report {
    import(db, Lines::open(path).unwrap(), options, NOW, &mut |_, _| {}).await.unwrap()
}

/// A file of the real data, or `None`, said aloud, where it is not there.
pub fn shared(file: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(file);
    if !path.exists() {
        eprintln!("SKIPPED on real data: {file} is not beside the project");
        return None;
    }
    Some(path)
}

/// The national catalog on SQLite, or `None` where the real data is not there.
pub async fn corpus() -> Option<TestDb> {
    let path = shared("procedures.jsonl.gz")?;
    let db = sqlite().await;
    import_file(&db.db, &path, &options()).await;
    Some(db)
}

/// A simulator of the portal with the captures of the real data, or `None`, said aloud, where they are not there.
pub async fn simulator(faults: &str) -> Option<simulator::Running> {
    let from = shared("portal")?;
    Some(simulator_of(Some(from), faults, 0).await)
}

/// A simulator of the portal with the starter catalog: 94 procedures, 83 of them with details.
pub async fn made_up_simulator(faults: &str) -> simulator::Running {
    simulator_of(None, faults, 0).await
}

/// A simulator of the portal with these captures, faults and seed.
pub async fn simulator_of(from: Option<PathBuf>, faults: &str, seed: u64) -> simulator::Running {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let faults = simulator::faults::parse(faults).unwrap();
    simulator::start(simulator::Settings { from, faults, seed }, listener).await.unwrap()
}
