//! The house keeps its rules: who may use whom, where SQL and outside libraries may be named, how long a file may be.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms from left to right: a room may use rooms to its right only.
const ROOMS: [&[&str]; 11] = [
    &["app", "cli", "web"],
    &["simulator"],
    &["board"],
    &["initiative"],
    &["assessment"],
    &["monitor"],
    &["search"],
    &["catalog"],
    &["account"],
    &["platform"],
    &["config"],
];

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    let name = |p: &Path| p.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
    paths.iter().map(|p| (name(p), fs::read_to_string(p).unwrap())).collect()
}

fn room(path: &str) -> Option<usize> {
    let first = path.split(['/', '.']).next()?;
    ROOMS.iter().position(|names| names.contains(&first))
}

/// Code without its tests and comments.
fn code(text: &str) -> String {
    let body = text.split("#[cfg(test)]").next().unwrap_or_default();
    body.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_room_uses_only_rooms_to_its_right() {
    let mut wrong = Vec::new();
    for (path, text) in files() {
        let Some(from) = room(&path) else { continue };
        for used in code(&text).split("crate::").skip(1) {
            let name: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let to = ROOMS.iter().position(|names| names.contains(&name.as_str()));
            // Settings stand beside platform: its logs are set by them.
            let allowed = to.is_none_or(|to| to >= from) || (path == "platform/telemetry.rs");
            if !allowed {
                wrong.push(format!("{path} uses {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn outside_libraries_are_named_only_where_they_belong() {
    let mut wrong = Vec::new();
    for (path, text) in files() {
        let code = code(&text);
        let model = path.ends_with("model.rs") || path.ends_with("model/mod.rs");
        for library in ["axum", "tantivy", "reqwest", "tokio"] {
            if model && code.contains(&format!("{library}::")) {
                wrong.push(format!("{path}: a model names {library}"));
            }
        }
        if code.contains("tantivy::") && !path.starts_with("search/") {
            wrong.push(format!("{path} names tantivy"));
        }
        if code.contains("reqwest::") {
            wrong.push(format!("{path} names reqwest"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn sql_stands_in_stores_only() {
    const STORES: &[&str] = &[
        "account/audit.rs",
        "account/entry_store.rs",
        "account/oidc/store.rs",
        "account/session/lock_store.rs",
        "account/session/store.rs",
        "account/store.rs",
        "assessment/flag_store.rs",
        "assessment/store.rs",
        "assessment/take_over.rs",
        "board/edition_store.rs",
        "board/store.rs",
        "catalog/amend/store.rs",
        "catalog/import/store.rs",
        "catalog/store.rs",
        "catalog/units.rs",
        "initiative/import/store.rs",
        "initiative/store/directive.rs",
        "initiative/store/file.rs",
        "initiative/store/history.rs",
        "initiative/store/initiative.rs",
        "initiative/store/list.rs",
        "initiative/store/part.rs",
        "initiative/store/plan.rs",
        "initiative/store/waiting.rs",
        "initiative/workflow/store.rs",
        "monitor/dossier/bulk.rs",
        "monitor/dossier/months_store.rs",
        "monitor/dossier/store.rs",
        "monitor/dossier/sums.rs",
        "monitor/incident/board_store.rs",
        "monitor/incident/follow_store.rs",
        "monitor/incident/store.rs",
        "monitor/index766/directory.rs",
        "monitor/index766/period_store.rs",
        "monitor/index766/rule_store.rs",
        "monitor/index766/store.rs",
        "monitor/maintenance/list_store.rs",
        "monitor/maintenance/store.rs",
        "monitor/notify/delivery_store.rs",
        "monitor/notify/inbox_store.rs",
        "monitor/notify/store.rs",
        "monitor/observation/horizon.rs",
        "monitor/observation/page_store.rs",
        "monitor/observation/partition.rs",
        "monitor/observation/series.rs",
        "monitor/observation/store.rs",
        "monitor/observation/window_store.rs",
        "monitor/parameters.rs",
        "monitor/poll/claim.rs",
        "monitor/poll/finish.rs",
        "monitor/poll/store.rs",
        "monitor/portal/store.rs",
        "monitor/service_level/alert_store.rs",
        "monitor/service_level/list_store.rs",
        "monitor/service_level/report_store.rs",
        "monitor/service_level/scope_store.rs",
        "monitor/service_level/store.rs",
        "monitor/service_level/version_store.rs",
        "monitor/source/overview.rs",
        "monitor/source/store.rs",
        "platform/calendar/store.rs",
        "platform/changes.rs",
        "platform/db.rs",
        "platform/jobs.rs",
        "simulator/year/initiatives/store.rs",
        "simulator/year/store.rs",
    ];
    let mut wrong = Vec::new();
    for (path, text) in files() {
        let code = code(&text);
        let has = ["SELECT ", "INSERT INTO ", "DELETE FROM "].iter().any(|word| code.contains(word));
        if (has || code.contains("sqlx::query")) && !STORES.contains(&path.as_str()) {
            wrong.push(path);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_file_opens_with_what_it_is_and_stays_short() {
    for (path, text) in files() {
        assert!(text.starts_with("//! "), "{path} does not say what it is");
        let lines = text.lines().count();
        assert!(lines <= 500, "{path} has {lines} lines");
    }
}
