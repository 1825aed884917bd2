//! Sources, polls and service levels that the tests begin with.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;
use toantrinh::account::model::{Actor, Role, UserId};
use toantrinh::monitor::model::{FailureKind, State};
use toantrinh::monitor::observation::model::{MINUTE, NewObservation, NewSeries};
use toantrinh::monitor::observation::record::take_in;
use toantrinh::monitor::observation::series;
use toantrinh::monitor::service_level::actions::create;
use toantrinh::monitor::service_level::evaluate::{Evaluated, evaluate};
use toantrinh::monitor::service_level::measure::{Setting, Versioned, report};
use toantrinh::monitor::service_level::model::Definition;
use toantrinh::monitor::service_level::report::Report;
use toantrinh::on_db;
use toantrinh::platform::db::Db;

use crate::support::NOW;

/// An instant in Vietnam, epoch milliseconds.
pub fn at(text: &str) -> i64 {
    stamp(text).as_millisecond()
}

/// An instant in Vietnam.
pub fn stamp(text: &str) -> Timestamp {
    format!("{text}:00+07:00").parse().unwrap()
}

/// The instant of an epoch millisecond.
pub fn instant(at: i64) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap()
}

/// Somebody who may do everything.
pub fn admin() -> Actor {
    Actor {
        id: UserId::generate(),
        login: "quan-tri".to_owned(),
        name: "Người quản trị".to_owned(),
        roles: vec![Role::Admin],
        organisation_id: None,
    }
}

/// Runs a statement without parameters.
pub async fn run(db: &Db, text: &str) {
    let mut tx = db.write().await.unwrap();
    on_db!(&mut tx, |conn| sqlx::query(AssertSqlSafe(text.to_owned())).execute(conn).await.map(|_| ()).unwrap());
    tx.commit().await.unwrap();
}

/// Asks for one number.
pub async fn number(db: &Db, text: &str) -> i64 {
    let mut tx = db.read().await.unwrap();
    let (found,): (i64,) =
        on_db!(&mut tx, |conn| sqlx::query_as(AssertSqlSafe(text.to_owned())).fetch_one(conn).await.unwrap());
    found
}

/// A source at a host, with the procedures that stand still when it does.
pub async fn source(db: &Db, id: &str, host: &str, codes: &[&str]) {
    let definition = format!("{{\"kind\":\"http_probe\",\"url\":\"https://{host}/{id}\",\"unit_id\":\"H31.1\"}}");
    run(
        db,
        &format!(
            "INSERT INTO sources (id, kind, name, owner, definition, enabled, version, created_at, changed_at)
             VALUES ('{id}', 'http_probe', 'Nguồn {id}', 'an', '{definition}', 1, 1, 0, 0)"
        ),
    )
    .await;
    for code in codes {
        run(db, &format!("INSERT INTO source_procedures (source_id, code) VALUES ('{id}', '{code}')")).await;
    }
}

/// A series of a source.
pub async fn line(db: &Db, source: &str, metric: &str, every_ms: Option<i64>) -> i64 {
    let new = NewSeries {
        source_id: source.to_owned(),
        metric: metric.to_owned(),
        subject: String::new(),
        unit: "ms".to_owned(),
        every_ms,
        max_age_ms: every_ms.map(|every| 3 * every),
    };
    let mut tx = db.write().await.unwrap();
    let ids = series::ensure(&mut tx, &[new]).await.unwrap();
    tx.commit().await.unwrap();
    ids[0]
}

/// A source that is polled: its identifier is its series' number's name too.
pub async fn probe(db: &Db, id: &str, host: &str, every_ms: i64, codes: &[&str]) -> i64 {
    source(db, id, host, codes).await;
    line(db, id, "probe", Some(every_ms)).await
}

/// A good answer.
pub fn good(series_id: i64, slot: i64, ms: f64) -> NewObservation {
    NewObservation {
        series_id,
        slot,
        state: State::Number,
        value: Some(ms),
        failure: None,
        detail: None,
        observed_at: slot + 1_000,
    }
}

/// A failed poll.
pub fn bad(series_id: i64, slot: i64, failure: FailureKind) -> NewObservation {
    NewObservation { state: State::NotDelivered, value: None, failure: Some(failure), ..good(series_id, slot, 0.0) }
}

/// Takes values in.
pub async fn take(db: &Db, rows: &[NewObservation]) {
    for part in rows.chunks(5_000) {
        let mut tx = db.write().await.unwrap();
        take_in(&mut tx, part).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Polls each minute from one instant up to but without another: `letter` says of the minute's number what came, `g`
/// good, `b` bad, `x` nothing of the service's, `.` nothing at all.
pub fn minutes(series: i64, from: i64, to: i64, letter: impl Fn(i64) -> char) -> Vec<NewObservation> {
    let mut rows = Vec::new();
    let mut slot = from;
    while slot < to {
        match letter((slot - from) / MINUTE) {
            'g' => rows.push(good(series, slot, 80.0)),
            'b' => rows.push(bad(series, slot, FailureKind::Timeout)),
            'x' => rows.push(bad(series, slot, FailureKind::OwnNetworkDown)),
            _ => {}
        }
        slot += MINUTE;
    }
    rows
}

/// The availability of a source over 30 days, as TOML with some lines more.
pub fn availability(id: &str, source: &str, more: &str) -> Definition {
    Definition::from_toml(&format!(
        "id = \"{id}\"\nname = \"Cổng {id}\"\nowner = \"an\"\nindicator = \"availability\"\nobjective = 0.99\n{more}
         [scope]\nsource = \"{source}\"\n[window]\nkind = \"rolling\"\ndays = 30\n"
    ))
    .unwrap()
}

/// Makes a service level.
pub async fn promise(db: &Db, definition: &Definition, now: Timestamp) {
    create(db, &admin(), definition, now).await.unwrap();
}

/// What a definition comes to in the window that ends at an instant.
pub async fn measured(db: &Db, definition: &Definition, end: i64) -> Report {
    let mut tx = db.read().await.unwrap();
    let setting = Setting::at(&mut tx, NOW).await.unwrap();
    report(&mut tx, Versioned { definition, version: 1 }, end, &setting).await.unwrap()
}

/// Evaluates every service level a moment after a step of five minutes.
pub async fn evaluated(db: &Db, end: i64) -> Evaluated {
    evaluate(db, instant(end + 90_000)).await.unwrap()
}
