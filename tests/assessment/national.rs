//! The rule on the national catalog: every public procedure stands in exactly one place.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader};

use serde_json::Value;
use toantrinh::assessment::actions::{Evaluated, catch_up};
use toantrinh::assessment::model::Gap;
use toantrinh::assessment::store;

use crate::support::{NOW, TestApp, corpus, shared};

/// How the detail of each procedure was captured.
fn detail_kinds() -> HashMap<String, String> {
    let file = std::fs::File::open(shared("procedures.jsonl.gz").unwrap()).unwrap();
    let lines = BufReader::new(flate2::read::GzDecoder::new(file)).lines();
    let records = lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let kind = |r: &Value| r["detailKind"].as_str().unwrap_or("none").to_owned();
    records.map(|r| (r["code"].as_str().unwrap().trim().to_owned(), kind(&r))).collect()
}

fn show(table: &BTreeMap<&str, BTreeMap<&str, u32>>, kinds: &[&str]) {
    println!("| gap | {} | all |\n|---|{}", kinds.join(" | "), "---:|".repeat(kinds.len() + 1));
    let places = Gap::ALL.iter().map(|g| g.code()).chain(["verified", "dormant", "internal"]);
    for (place, row) in places.filter_map(|place| Some((place, table.get(place)?))) {
        let cells: Vec<String> = kinds.iter().map(|k| row.get(k).copied().unwrap_or(0).to_string()).collect();
        println!("| {place} | {} | {} |", cells.join(" | "), row.values().sum::<u32>());
    }
    let column = |k: &&str| table.values().filter_map(|row| row.get(k)).sum::<u32>().to_string();
    let all: u32 = table.values().flat_map(BTreeMap::values).sum();
    println!("| all | {} | {all} |", kinds.iter().map(column).collect::<Vec<_>>().join(" | "));
}

#[tokio::test]
async fn every_procedure_of_the_national_catalog_stands_in_one_place_and_1_013080_contradicts_itself() {
    let Some(test) = corpus().await else { return };
    let done = catch_up(&test.db, NOW).await.unwrap();
    assert_eq!(done, Evaluated { procedures: 5_776, subjects: 5_776, changed: 5_776 });
    let rows = store::board(&mut test.db.read().await.unwrap()).await.unwrap();
    let details = detail_kinds();
    let mut table: BTreeMap<&str, BTreeMap<&str, u32>> = BTreeMap::new();
    for row in &rows {
        let places = [row.verified == 1, row.dormant == 1, row.kind == "internal", row.gap.is_some()];
        assert_eq!(places.iter().filter(|is| **is).count(), 1, "{row:?}");
        let names = ["verified", "dormant", "internal", row.gap.as_deref().unwrap_or_default()];
        let place = names[places.iter().position(|is| *is).unwrap()];
        *table.entry(place).or_default().entry(details[&row.code].as_str()).or_default() += 1;
    }
    let mut kinds: Vec<&str> = table.values().flat_map(|row| row.keys().copied()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    show(&table, &kinds);
    let app = TestApp::start(&test).await;
    let list = app.json("/api/v1/gaps?limit=1", 200).await;
    let totals = &list["totals"];
    println!("by flag {}\nby point {}", totals["by_flag"], totals["by_point"]);
    let n = |name: &str| totals[name].as_u64().unwrap();
    assert_eq!(n("procedures"), 5_669);
    assert_eq!(n("verified") + n("dormant") + n("internal") + n("gaps"), 5_669);
    assert_eq!((n("internal"), list["total"].as_u64()), (192, Some(n("gaps"))));
    let by_gap = totals["by_gap"].as_object().unwrap();
    for (gap, count) in by_gap {
        let counted: u32 = table[gap.as_str()].values().sum();
        assert_eq!(count.as_u64(), Some(u64::from(counted)), "{gap}");
        let found = app.json(&format!("/api/v1/procedures?limit=1&gap={gap}"), 200).await;
        assert_eq!(&found["total"], count, "search counts {gap} otherwise");
    }
    let view = app.json("/api/v1/procedures/1.013080/assessment", 200).await;
    assert_eq!((&view["level"], &view["gap"]), (&"L3".into(), &"full_step_gap".into()));
    assert_eq!(view["points"][3]["value"], "no");
    let evidence = view["points"][3]["evidence"].as_array().unwrap();
    let rubbing = evidence.iter().find(|e| e["rule"] == "text.rubbing").unwrap();
    assert!(rubbing["span"]["text"].as_str().unwrap().contains("chà số"), "{rubbing}");
    let flags: Vec<&str> = view["flags"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert!(flags.contains(&"F1") && flags.contains(&"F4"), "{flags:?}");
    app.stop().await;
}
