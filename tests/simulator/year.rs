//! The made-up year: the same from the same seed, consistent in itself, and with the story that it is there to tell.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;
use toantrinh::on_db;
use toantrinh::platform::calendar::model::number;
use toantrinh::platform::db::Db;
use toantrinh::platform::hash::sha256;
use toantrinh::simulator::year::build::{Year, ensure};
use toantrinh::simulator::year::plan::Plan;
use toantrinh::simulator::year::{dossiers, units};

use crate::support::{NOW, TestDb, databases, sqlite};

/// The most rows of daily counts that a year may have.
const MOST_STATISTICS: i64 = 400_000;
/// What makes a year, with names instead of numbers: counts, claims, verdicts, figures.
const ROWS: [(&str, &str); 6] = [
    (
        "statistics",
        "SELECT g.code || '/' || g.unit_id || '/' || g.channel || '/' || s.day || ':' || s.received || ',' || s.finished
             || ',' || s.on_time || ',' || s.late || ',' || s.pending || ',' || s.not_judged || ',' || s.fee_due || ','
             || s.paid_online || ',' || s.result_electronic || ',' || s.working_days || ',' || s.minutes
         FROM dossier_statistics s JOIN dossier_groups g ON g.id = s.group_id
         ORDER BY g.code, g.unit_id, g.channel, s.day LIMIT 1000000",
    ),
    (
        "durations",
        "SELECT g.code || '/' || g.unit_id || '/' || g.channel || '/' || d.day || '/' || d.working_days || ':' || d.dossiers
         FROM dossier_durations d JOIN dossier_groups g ON g.id = d.group_id
         ORDER BY g.code, g.unit_id, g.channel, d.day, d.working_days LIMIT 1000000",
    ),
    (
        "verdicts",
        "SELECT code || '/' || unit_id || '/' || valid_from || ':' || level || points || verified || flags
         FROM assessments ORDER BY code, unit_id, valid_from LIMIT 1000000",
    ),
    (
        "claims",
        "SELECT code || '/' || point || '/' || recorded_at || ':' || value || kind || valid_until
         FROM claims ORDER BY code, point, recorded_at, kind LIMIT 1000000",
    ),
    (
        "flags",
        "SELECT code || '/' || flag || ':' || opened_at || COALESCE(owner, '') || COALESCE(due_date, '') || reopened
         FROM flags ORDER BY code, flag LIMIT 1000000",
    ),
    (
        "index 766",
        "SELECT endpoint || '/' || period || '/' || department_id || '/' || code || ':' || state || raw_sha256
         FROM index766_figures ORDER BY endpoint, period, department_id, code LIMIT 1000000",
    ),
];

fn plan(seed: u64) -> Plan {
    Plan::new(seed, NOW)
}

async fn made(test: &TestDb, seed: u64) -> BTreeMap<&'static str, (usize, String)> {
    assert_eq!(ensure(&test.db, &plan(seed)).await.unwrap(), Year::Made);
    fingerprints(&test.db).await
}

/// How many rows there are of each kind, and a hash over them.
async fn fingerprints(db: &Db) -> BTreeMap<&'static str, (usize, String)> {
    let mut all = BTreeMap::new();
    for (name, text) in ROWS {
        let rows = texts(db, text).await;
        all.insert(name, (rows.len(), sha256(rows.join("\n").as_bytes())));
    }
    all
}

pub(super) async fn texts(db: &Db, text: &'static str) -> Vec<String> {
    let mut tx = db.read().await.unwrap();
    let rows: Vec<(String,)> = on_db!(&mut tx, |conn| sqlx::query_as(text).fetch_all(conn).await.unwrap());
    rows.into_iter().map(|(text,)| text).collect()
}

pub(super) async fn one(db: &Db, text: &str) -> i64 {
    let mut tx = db.read().await.unwrap();
    let text = format!("SELECT CAST(COALESCE(({text}), 0) AS BIGINT)");
    let (n,): (i64,) = on_db!(&mut tx, |conn| sqlx::query_as(AssertSqlSafe(text)).fetch_one(conn).await.unwrap());
    n
}

#[tokio::test]
async fn a_year_follows_from_its_seed_and_tells_its_story() {
    let mut years = Vec::new();
    let mut tests = databases().await;
    if tests.len() == 1 {
        tests.push(sqlite().await);
    }
    for test in &tests {
        years.push(made(test, 1).await);
    }
    assert_eq!(years[0], years[1], "the same seed and end make the same year");
    let db = &tests[0].db;
    counts_are_consistent(db).await;
    the_online_share_rises_and_falls(db).await;
    verdicts_have_a_history(db).await;
    figures_are_of_every_month(db).await;
    assert_eq!(ensure(db, &plan(2)).await.unwrap(), Year::Held(plan(1)), "a folder holds one year");
    let rows = one(db, "SELECT COUNT(*) FROM dossier_statistics").await;
    assert_eq!(rows, i64::try_from(years[0]["statistics"].0).unwrap(), "a second start leaves it alone");
    // Of the other seed the counts are enough.
    let other = sqlite().await;
    let offices = units::build(&other.db, &plan(2)).await.unwrap();
    dossiers::build(&other.db, &plan(2), &offices).await.unwrap();
    assert_ne!(fingerprints(&other.db).await["statistics"], years[0]["statistics"]);
}

async fn counts_are_consistent(db: &Db) {
    let rows = one(db, "SELECT COUNT(*) FROM dossier_statistics").await;
    assert!((50_000..=MOST_STATISTICS).contains(&rows), "{rows}");
    let by_group = "SELECT SUM(received) AS received, SUM(finished) AS finished, SUM(on_time) AS on_time,
        SUM(late) AS late, SUM(pending) AS pending, SUM(not_judged) AS not_judged, SUM(fee_due) AS fee_due,
        SUM(paid_online) AS paid_online, SUM(digitised) AS digitised, SUM(result_electronic) AS result_electronic,
        SUM(refused) AS refused, SUM(working_days) AS working_days, group_id FROM dossier_statistics GROUP BY group_id";
    for wrong in [
        "received <> on_time + late + pending + not_judged",
        "finished > on_time + late + not_judged",
        "paid_online > fee_due OR fee_due > received + refused",
        "digitised > result_electronic OR result_electronic > finished",
        "finished <> (SELECT COALESCE(SUM(d.dossiers), 0) FROM dossier_durations d WHERE d.group_id = g.group_id)",
        "working_days <> (SELECT COALESCE(SUM(d.dossiers * d.working_days), 0) FROM dossier_durations d
                          WHERE d.group_id = g.group_id)",
    ] {
        let text = format!("SELECT COUNT(*) FROM ({by_group}) g WHERE {wrong}");
        assert_eq!(one(db, &text).await, 0, "{wrong}");
    }
    let (first, last) = (number(plan(1).first_day()), number(plan(1).last_day()));
    // Of dossiers that are still handled only the day they are due on is later.
    let later = format!(
        "SELECT COUNT(*) FROM dossier_statistics WHERE day < {first} OR (day > {last} AND
         received + finished + on_time + late + not_judged + refused + minutes > 0)"
    );
    assert_eq!(one(db, &later).await, 0);
    assert!(one(db, "SELECT SUM(pending) FROM dossier_statistics").await > 100);
    let units = "SELECT g.unit_id, SUM(s.received) AS n, SUM(s.late) AS late FROM dossier_statistics s
                 JOIN dossier_groups g ON g.id = s.group_id GROUP BY g.unit_id";
    let tiny = format!("SELECT COUNT(*) FROM ({units}) u WHERE n < 30 AND n > 0");
    assert!((3..=8).contains(&one(db, &tiny).await), "a few units are tiny");
    let late = format!("SELECT COUNT(*) FROM ({units}) u WHERE n >= 30 AND late * 100 > n * 15");
    assert_eq!(one(db, &late).await, 3, "three units are persistently late");
    assert!(one(db, "SELECT COUNT(*) FROM volumes WHERE code = '1.001193'").await == 13, "months are taken over");
    let without =
        "SELECT COUNT(*) FROM procedures p WHERE NOT EXISTS (SELECT 1 FROM dossier_groups g WHERE g.code = p.code)";
    assert!(one(db, without).await > 20, "some procedures have no dossiers");
}

/// The share of online dossiers in a month, in a hundred.
async fn online(db: &Db, month: usize, only: &str) -> f64 {
    let months = plan(1).months();
    let (from, to) = (number(months[month].first), number(months[month].last));
    let of = |what: &str| {
        format!(
            "SELECT SUM({what}) FROM dossier_statistics s JOIN dossier_groups g ON g.id = s.group_id
             WHERE s.day BETWEEN {from} AND {to} {only}"
        )
    };
    let online = one(db, &of("CASE WHEN g.channel = 2 THEN s.received ELSE 0 END")).await;
    let all = one(db, &of("s.received")).await;
    f64::from(i32::try_from(online).unwrap()) * 100.0 / f64::from(i32::try_from(all).unwrap())
}

async fn the_online_share_rises_and_falls(db: &Db) {
    let mut shares = Vec::new();
    for month in 0..13 {
        shares.push(online(db, month, "").await);
    }
    assert!((52.0..58.0).contains(&shares[0]), "{shares:?}");
    assert!((75.0..81.0).contains(&shares[10]), "{shares:?}");
    assert!(shares[11] < shares[10] - 4.0, "it falls clearly in the last full month: {shares:?}");
    assert!(shares[12] > shares[11] + 4.0, "and comes back: {shares:?}");
    let planted = "AND g.code IN ('1.001193', '2.000635', '1.004222', '1.004194')";
    let others = "AND g.code NOT IN ('1.001193', '2.000635', '1.004222', '1.004194')";
    let fell = |before: f64, after: f64| before - after;
    let of_planted = fell(online(db, 10, planted).await, online(db, 11, planted).await);
    let of_others = fell(online(db, 10, others).await, online(db, 11, others).await);
    assert!(of_planted > 10.0 && of_others.abs() < 2.0, "{of_planted} {of_others}");
}

async fn verdicts_have_a_history(db: &Db) {
    let mut verified = Vec::new();
    for month in plan(1).months() {
        let at = month.closes.as_millisecond();
        let text = format!(
            "SELECT COUNT(*) FROM assessments WHERE unit_id = '' AND verified = 1 AND valid_from <= {at}
             AND (valid_to IS NULL OR valid_to > {at})"
        );
        verified.push(one(db, &text).await);
    }
    assert_eq!((verified[0], verified[12]), (3, 15), "{verified:?}");
    assert!(verified[..11].windows(2).all(|pair| pair[0] <= pair[1]), "{verified:?}");
    let fell = "SELECT COUNT(*) FROM assessments WHERE code = '1.004194' AND verified = 0 AND valid_to IS NULL";
    assert_eq!(one(db, fell).await, 1, "the evidence of one has lapsed");
    let claimed =
        "SELECT COUNT(*) FROM assessments WHERE unit_id = '' AND claimed = 1 AND verified = 0 AND valid_to IS NULL";
    assert!(one(db, claimed).await > 0, "some are only claimed");
    for flag in ["F1", "F2", "F3", "F4", "F9", "F10"] {
        let text = format!("SELECT COUNT(*) FROM flags WHERE resolved_at IS NULL AND flag = '{flag}'");
        assert!(one(db, &text).await > 0, "{flag}");
    }
    let overdue = format!(
        "SELECT COUNT(*) FROM flags WHERE resolved_at IS NULL AND owner IS NOT NULL AND due_date < '{}'",
        plan(1).last_day()
    );
    assert!(one(db, &overdue).await > 0);
}

async fn figures_are_of_every_month(db: &Db) {
    let totals = "SELECT COUNT(*) FROM index766_figures WHERE endpoint = 'service-results' AND code = 'TOTAL'
                  AND period_type = 'month' AND department_id <> '' AND superseded_at IS NULL";
    assert_eq!(one(db, totals).await, 34 * 12);
    let indicators = "SELECT COUNT(DISTINCT endpoint || '/' || period) FROM index766_figures
                      WHERE department_code = 'H31' AND kind = 'indicator' AND numerator IS NOT NULL
                      AND denominator IS NOT NULL AND period_type = 'month' AND period >= '2026'";
    assert_eq!(one(db, indicators).await, 6 * 10, "six groups in ten months of the year");
    assert!(one(db, "SELECT COUNT(*) FROM index766_figures WHERE period_type = 'year'").await > 34);
}
