//! Initiatives of the made-up year: every state of every workflow, the same numbers from the same seed, and what came of them.

use std::collections::BTreeSet;

use toantrinh::initiative::measured::{Measurement, Verdict};
use toantrinh::initiative::workflow::model::Workflow;
use toantrinh::initiative::workflow::store::CARRIED;
use toantrinh::platform::db::Db;
use toantrinh::simulator::year::plan::Plan;
use toantrinh::simulator::year::{dossiers, initiatives, people, store, units, verdicts};

use super::year::{one, texts};
use crate::support::{NOW, TestDb, sqlite};

/// What initiatives came to, without identifiers.
const ROWS: [&str; 7] = [
    "SELECT number || '/' || title || '/' || state || '/' || is_open || '/' || created_at || '/' || changed_at
     FROM initiatives ORDER BY number LIMIT 1000",
    "SELECT i.number || '/' || m.position || '/' || m.state || '/' || m.since || '/' || COALESCE(m.due_at, 0) || m.document
     FROM measures m JOIN initiatives i ON i.id = m.initiative_id ORDER BY i.number, m.position LIMIT 1000",
    "SELECT i.number || '/' || s.at || '/' || s.step || '/' || s.late || '/' || s.actor_name || s.given
     FROM initiative_steps s JOIN initiatives i ON i.id = s.initiative_id ORDER BY i.number, s.at, s.step LIMIT 10000",
    "SELECT i.number || '/' || m.position || '/' || r.days || '/' || r.due_on || COALESCE(r.result, '')
     FROM measurements r JOIN measures m ON m.id = r.measure_id JOIN initiatives i ON i.id = m.initiative_id
     ORDER BY i.number, m.position, r.days LIMIT 1000",
    "SELECT i.number || '/' || s.name || '/' || s.planned_to || COALESCE(s.actual_to, '')
     FROM measure_stages s JOIN measures m ON m.id = s.measure_id JOIN initiatives i ON i.id = m.initiative_id
     ORDER BY i.number, m.position, s.planned_from LIMIT 1000",
    "SELECT i.number || '/' || u.name || '/' || u.planned_on || COALESCE(u.done_on, '')
     FROM measure_units u JOIN measures m ON m.id = u.measure_id JOIN initiatives i ON i.id = m.initiative_id
     ORDER BY i.number, m.position, u.name LIMIT 1000",
    "SELECT item || '/' || organisation_id || '/' || due_date || COALESCE(begun_on, '') || COALESCE(done_on, '')
     FROM directive_tasks ORDER BY item LIMIT 1000",
];

async fn made(seed: u64) -> (TestDb, Vec<String>) {
    let test = sqlite().await;
    let (db, plan) = (&test.db, Plan::new(seed, NOW));
    let mut tx = db.write().await.unwrap();
    store::parameters_hold_from(&mut tx, &plan).await.unwrap();
    tx.commit().await.unwrap();
    verdicts::read_catalog(db, plan.begin()).await.unwrap();
    let people = people::build(db, &plan).await.unwrap();
    let offices = units::build(db, &plan).await.unwrap();
    dossiers::build(db, &plan, &offices).await.unwrap();
    let begun = std::time::Instant::now();
    initiatives::build(db, &plan, &people).await.unwrap();
    println!("initiatives took {:?}", begun.elapsed());
    let mut all = Vec::new();
    for text in ROWS {
        all.extend(texts(db, text).await);
    }
    (test, all)
}

#[tokio::test]
async fn initiatives_follow_from_the_seed_and_stand_in_every_state() {
    let ((test, first), (_again, again)) = (made(1).await, made(1).await);
    assert_eq!(first, again, "the same seed gives the same initiatives");
    let (_other, other) = made(2).await;
    assert_ne!(first, other);
    let db = &test.db;
    assert_eq!(one(db, "SELECT COUNT(*) FROM initiatives").await, 60);
    every_state_occurs(db).await;
    what_was_promised_is_measured(db).await;
    tasks_are_late_and_agencies_silent(db).await;
    people_cannot_sign_in(db).await;
    let end = NOW.as_millisecond();
    assert_eq!(one(db, &format!("SELECT COUNT(*) FROM initiative_steps WHERE at > {end}")).await, 0);
}

async fn every_state_occurs(db: &Db) {
    let text = "SELECT DISTINCT i.track || '/' || m.state FROM measures m JOIN initiatives i ON i.id = m.initiative_id
                ORDER BY 1 LIMIT 1000";
    let found: BTreeSet<String> = texts(db, text).await.into_iter().collect();
    let mut wanted = BTreeSet::new();
    for text in CARRIED {
        let workflow = Workflow::read(text).unwrap();
        wanted.extend(workflow.states.iter().map(|state| format!("{}/{}", workflow.track.code(), state.code)));
    }
    assert_eq!(wanted.difference(&found).collect::<Vec<_>>(), Vec::<&String>::new());
}

async fn what_was_promised_is_measured(db: &Db) {
    let results = "SELECT result FROM measurements WHERE days = 90 AND result IS NOT NULL
                   ORDER BY due_on, measure_id LIMIT 100";
    let results: Vec<Measurement> =
        texts(db, results).await.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    let verdicts: Vec<Verdict> = results.iter().map(|result| result.verdict).collect();
    println!("{verdicts:?}");
    assert_eq!(results.len(), 12);
    assert!(verdicts.iter().filter(|verdict| **verdict == Verdict::Met).count() >= 3, "{verdicts:?}");
    assert!(verdicts.contains(&Verdict::Regression), "{verdicts:?}");
    let less = |result: &&Measurement| result.saving_per_year < result.promised_per_year;
    let fell_short = results.iter().filter(less).count();
    assert!((3..12).contains(&fell_short), "{fell_short} saved less than was promised");
    assert!(one(db, "SELECT COUNT(*) FROM amendments").await >= 15, "what is implemented stands in the catalog");
    let late = "SELECT COUNT(*) FROM initiative_steps WHERE late = 1";
    assert!(one(db, late).await >= 5);
    let overdue = format!("SELECT COUNT(*) FROM measures WHERE due_at < {}", NOW.as_millisecond());
    assert!(one(db, &overdue).await >= 3);
    assert!(one(db, "SELECT COUNT(*) FROM measure_units WHERE done_on IS NULL").await > 10);
}

async fn tasks_are_late_and_agencies_silent(db: &Db) {
    assert_eq!(one(db, "SELECT COUNT(*) FROM directive_tasks").await, 10);
    let overdue = "SELECT COUNT(*) FROM directive_tasks WHERE done_on IS NULL AND due_date < '2026-11-24'";
    assert!(one(db, overdue).await >= 3);
    let silent = "SELECT COUNT(*) FROM organisations o WHERE NOT EXISTS (SELECT 1 FROM initiatives i
                  JOIN initiative_steps s ON s.initiative_id = i.id WHERE i.organisation_id = o.id AND s.step = 'submit')";
    assert_eq!(one(db, silent).await, 2);
}

async fn people_cannot_sign_in(db: &Db) {
    let made_up = "SELECT COUNT(*) FROM users WHERE login LIKE 'mh-%'";
    assert!(one(db, made_up).await > 50);
    assert_eq!(one(db, "SELECT COUNT(*) FROM users WHERE password_hash LIKE '$%'").await, 0);
}
