//! The dashboards as files: nothing that Grafana would drop, overlap or show without saying what it is.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{folder, text};

/// The dashboards: file name and content.
pub fn boards() -> Vec<(String, Value)> {
    let files = std::fs::read_dir(folder().join("grafana")).unwrap().map(|entry| entry.unwrap().path());
    let boards = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let mut names: Vec<String> = boards.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    names
        .into_iter()
        .map(|name| (name.clone(), serde_json::from_str(&text(&format!("grafana/{name}"))).unwrap()))
        .collect()
}

/// The panels of a dashboard, those within rows too.
pub fn panels(board: &Value) -> Vec<Value> {
    let list = |value: &Value| value["panels"].as_array().cloned().unwrap_or_default();
    list(board).into_iter().flat_map(|panel| [list(&panel), vec![panel]].concat()).collect()
}

fn is_said(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

/// The cells of Grafana's grid of 24 columns that a panel takes.
fn cells(panel: &Value) -> Vec<(u64, u64)> {
    let place = |name: &str| panel["gridPos"][name].as_u64().unwrap();
    let (x, y, w, h) = (place("x"), place("y"), place("w"), place("h"));
    assert!(w > 0 && h > 0 && x + w <= 24, "{}", panel["title"]);
    (x..x + w).flat_map(|column| (y..y + h).map(move |row| (column, row))).collect()
}

#[test]
fn a_dashboard_has_what_grafana_needs_and_what_a_reader_needs() {
    let boards = boards();
    assert_eq!(boards.len(), 2);
    let mut titles = BTreeSet::new();
    for (file, board) in &boards {
        assert!(is_said(&board["title"]) && is_said(&board["description"]), "{file}");
        assert!(titles.insert(board["uid"].to_string()), "{file}: uid");
        assert!(board["schemaVersion"].as_u64().unwrap() >= 39, "{file}");
        let variables = board["templating"]["list"].as_array().unwrap();
        let sources: Vec<_> = variables.iter().filter(|one| one["type"] == "datasource").collect();
        assert!(sources.len() == 1 && sources[0]["name"] == "datasource", "{file}: one variable for the source");
        let (mut ids, mut taken) = (BTreeSet::new(), BTreeSet::new());
        for panel in panels(board) {
            let place = format!("{file}: {}", panel["title"]);
            assert!(is_said(&panel["title"]), "{place}");
            assert!(ids.insert(panel["id"].as_u64().unwrap()), "{place}: its id is another's");
            for cell in cells(&panel) {
                assert!(taken.insert(cell), "{place}: lies on another");
            }
            if panel["type"] == "row" {
                continue;
            }
            assert!(is_said(&panel["description"]), "{place}: no description");
            assert!(is_said(&panel["fieldConfig"]["defaults"]["unit"]), "{place}: no unit");
            let targets = panel["targets"].as_array().unwrap();
            assert!(!targets.is_empty(), "{place}: asks nothing");
            for asked in targets.iter().chain([&panel]) {
                assert_eq!(asked["datasource"]["uid"], "${datasource}", "{place}: a source of its own");
            }
        }
    }
}

#[test]
fn variables_are_used_and_what_is_used_is_a_variable() {
    let name = regex::Regex::new(r"\$\{?([a-z_]+)").unwrap();
    let mut all = BTreeSet::new();
    for (file, board) in boards() {
        let variables = board["templating"]["list"].as_array().unwrap();
        let defined: BTreeSet<String> = variables.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
        let texts: String = panels(&board).iter().map(Value::to_string).collect();
        let used: BTreeSet<String> = name
            .captures_iter(&texts)
            .map(|found| found[1].to_owned())
            .filter(|name| !name.starts_with("__"))
            .collect();
        assert_eq!(defined, used, "{file}");
        all.extend(defined);
    }
    let wanted = ["datasource", "route", "service_level", "source"].map(str::to_owned);
    assert_eq!(all, BTreeSet::from(wanted));
}
