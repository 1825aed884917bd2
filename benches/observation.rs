//! What values cost: taking them in, and asking how much of 90 days was good, out of ten million on SQLite.
//!
//! It fails when the question takes longer than 20 ms from roll-ups. An argument gives another number of days.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use toantrinh::monitor::model::{FailureKind, State};
use toantrinh::monitor::observation::model::{DAY, MINUTE, NewObservation, NewSeries, Step};
use toantrinh::monitor::observation::question::availability;
use toantrinh::monitor::observation::record::take_in;
use toantrinh::monitor::observation::{series, store};
use toantrinh::on_db;
use toantrinh::platform::db::Db;

/// 24 November 2026, 09:00 in Vietnam.
const NOW: Timestamp = Timestamp::constant(1_795_485_600, 0);
/// Values that the question is asked among.
const VALUES: i64 = 10_000_000;
/// The most that the question may take from roll-ups.
const LIMIT: Duration = Duration::from_millis(20);
/// Sources that are polled at the same time in the second measurement, and in how many batches a round is stored.
const SOURCES: i64 = 5_000;
const BATCH: usize = 256;

fn main() -> anyhow::Result<()> {
    let days = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(90);
    tokio::runtime::Runtime::new()?.block_on(everything(days))
}

async fn everything(days: i64) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("b.db");
    let db = Db::open(&format!("sqlite:{}", path.display())).await?;
    db.migrate().await?;
    let of_one = days * DAY / MINUTE;
    let ids = make_series(&db, "history", (VALUES / of_one + 1).max(1)).await?;
    let from = Step::Day.start(NOW.as_millisecond()) - days * DAY - 7 * MINUTE;
    history(&db, &ids, from, of_one).await?;
    let size = std::fs::metadata(&path)?.len() / 1_000_000;
    println!("the database has {size} MB");
    rounds(&db).await?;
    questions(&db, &ids, from, from + days * DAY, of_one).await?;
    db.close().await;
    Ok(())
}

async fn make_series(db: &Db, name: &str, count: i64) -> anyhow::Result<Vec<i64>> {
    let mut tx = db.write().await?;
    let mut new = Vec::new();
    for n in 0..count {
        let source_id = format!("{name}-{n}");
        let row = "INSERT INTO sources (id, kind, name, owner, definition, enabled, version, created_at, changed_at)
                   VALUES ($1, 'http_probe', 'a', 'b', '{}', 1, 1, 0, 0)";
        on_db!(&mut tx, |conn| sqlx::query(row).bind(&source_id).execute(conn).await.map(|_| ())?);
        new.push(NewSeries {
            source_id,
            metric: "probe".to_owned(),
            subject: String::new(),
            unit: "ms".to_owned(),
            every_ms: Some(MINUTE),
            max_age_ms: None,
        });
    }
    let ids = series::ensure(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(ids)
}

fn value(series_id: i64, slot: i64, n: i64) -> NewObservation {
    let failure = (n % 997 == 0).then_some(FailureKind::Http5xx);
    let value = f64::from(u32::try_from((n * 7919 + series_id * 31) % 900).unwrap_or(0)) + 0.5;
    NewObservation {
        series_id,
        slot,
        state: State::Number,
        value: Some(value),
        failure,
        detail: None,
        observed_at: slot,
    }
}

/// Takes in the past of each series by itself, a day at a time.
async fn history(db: &Db, ids: &[i64], from: i64, of_one: i64) -> anyhow::Result<()> {
    let started = Instant::now();
    for id in ids {
        for first in (0..of_one).step_by(1440) {
            let rows: Vec<_> = (first..(first + 1440).min(of_one)).map(|n| value(*id, from + n * MINUTE, n)).collect();
            let mut tx = db.write().await?;
            take_in(&mut tx, &rows).await?;
            tx.commit().await?;
        }
    }
    report("values of one series, a day at a time", i64::try_from(ids.len())? * of_one, started.elapsed());
    Ok(())
}

/// Takes in values as polls bring them: each of another series.
async fn rounds(db: &Db) -> anyhow::Result<()> {
    let ids = make_series(db, "polled", SOURCES).await?;
    let first = NOW.as_millisecond();
    let started = Instant::now();
    let rounds = 10;
    for round in 0..rounds {
        let rows: Vec<_> = ids.iter().map(|id| value(*id, first + round * MINUTE, round)).collect();
        for part in rows.chunks(BATCH) {
            let mut tx = db.write().await?;
            take_in(&mut tx, part).await?;
            tx.commit().await?;
        }
    }
    report("values of 5,000 series, 256 at a time", rounds * SOURCES, started.elapsed());
    Ok(())
}

async fn questions(db: &Db, ids: &[i64], from: i64, to: i64, of_one: i64) -> anyhow::Result<()> {
    let (mut rollups, mut raw) = (Vec::new(), Vec::new());
    for id in ids {
        let started = Instant::now();
        let answer = availability(&mut db.read().await?, *id, from, to).await?.context("no series")?;
        rollups.push(started.elapsed());
        ensure!(answer.sum.samples() == of_one && answer.absent() == Some(0), "{answer:?}");
        if raw.len() < 10 {
            let started = Instant::now();
            let values = store::values(&mut db.read().await?, *id, from, to, i64::MAX).await?;
            let bad = i64::try_from(values.iter().filter(|value| value.failure.is_some()).count())?;
            raw.push(started.elapsed());
            ensure!(bad == answer.sum.bad, "{bad} failures, the roll-ups have {}", answer.sum.bad);
        }
    }
    let slowest = rollups.iter().max().copied().unwrap_or_default();
    println!("the question, from roll-ups: {}", spread(&mut rollups));
    println!("the question, from values:   {}", spread(&mut raw));
    ensure!(slowest <= LIMIT, "the slowest answer from roll-ups took {slowest:?}, the limit is {LIMIT:?}");
    Ok(())
}

fn spread(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let middle = times.get(times.len() / 2).copied().unwrap_or_default();
    format!("median {middle:.2?}, slowest {:.2?}, {} times", times.last().copied().unwrap_or_default(), times.len())
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn report(what: &str, count: i64, took: Duration) {
    let seconds = took.as_secs_f64();
    println!("{what}: {count} stored with roll-ups in {seconds:.1} s, {:.0} a second", count as f64 / seconds);
}
