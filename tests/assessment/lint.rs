//! How well the text lint reads 300 real records that two people labelled before it first ran.

use std::collections::BTreeMap;

use serde::Deserialize;
use toantrinh::assessment::derive::passages;
use toantrinh::assessment::lint::{Rule, read};
use toantrinh::catalog::store;

use crate::support::corpus;

#[derive(Deserialize)]
struct Record {
    code: String,
    half: String,
    labels: Vec<Label>,
}

#[derive(Deserialize)]
struct Label {
    rule: String,
}

#[derive(Default, Debug, Clone, Copy)]
struct Count {
    hit: u32,
    wrong: u32,
    missed: u32,
}

impl Count {
    fn precision(self) -> f64 {
        f64::from(self.hit) / f64::from((self.hit + self.wrong).max(1))
    }

    fn recall(self) -> f64 {
        f64::from(self.hit) / f64::from((self.hit + self.missed).max(1))
    }
}

#[tokio::test]
async fn the_lint_is_precise_and_finds_most_on_labelled_records() {
    let Some(test) = corpus().await else { return };
    let mut halves: BTreeMap<String, BTreeMap<&str, Count>> = BTreeMap::new();
    let mut tx = test.db.read().await.unwrap();
    let records: Vec<Record> =
        include_str!("lint_labels.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), 300);
    for record in &records {
        let stored = store::find(&mut tx, &record.code).await.unwrap().unwrap();
        let mut found = BTreeMap::new();
        for passage in passages(&stored.procedure) {
            for finding in read(&passage).unwrap() {
                found.entry(finding.rule).or_insert(finding.span);
            }
        }
        for rule in Rule::ALL {
            let name = rule.id().trim_start_matches("text.");
            let labelled = record.labels.iter().any(|label| label.rule == name);
            let span = found.get(&rule);
            let half = halves.entry(record.half.clone()).or_default();
            for key in [name, "all"] {
                let count = half.entry(key).or_default();
                match (labelled, span.is_some()) {
                    (true, true) => count.hit += 1,
                    (true, false) => count.missed += 1,
                    (false, true) => count.wrong += 1,
                    (false, false) => {}
                }
            }
            if labelled != span.is_some() && record.half == "tune" {
                let place = span.map(|s| format!("{} «{}»", s.passage, s.text)).unwrap_or_default();
                println!("{} {} {name} {place}", if labelled { "missed" } else { "wrong " }, record.code);
            }
        }
    }
    for (half, rules) in &halves {
        for (rule, count) in rules {
            let (precision, recall) = (count.precision(), count.recall());
            println!("{half} {rule}: precision {precision:.3}, recall {recall:.3} {count:?}");
        }
    }
    let report = halves["report"]["all"];
    assert!(report.precision() >= 0.9 && report.recall() >= 0.8, "{report:?}");
}
