//! Rules and alerts: Prometheus takes them, each alert is proved firing and silent and says what to do.

use std::collections::BTreeSet;

use toantrinh::monitor::service_level::model::Severity;
use toantrinh::platform::word;

use super::{folder, text};
use crate::support::prometheus::promtool;

#[test]
fn promtool_takes_rules_and_configuration_and_proves_the_alerts() {
    let here = folder().join("prometheus");
    for arguments in [
        ["check", "rules", "rules.yml"],
        ["check", "rules", "alerts.yml"],
        ["check", "config", "prometheus.yml"],
        ["test", "rules", "alerts_test.yml"],
    ] {
        let Some(ran) = promtool(&here, &arguments) else { return };
        let said = String::from_utf8_lossy(&ran.stdout) + String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "promtool {}: {said}", arguments.join(" "));
    }
}

/// The alerts by name, each with the lines that follow.
fn alerts(file: &str) -> Vec<(String, String)> {
    let part = |part: &str| {
        let (name, rest) = part.split_once('\n').unwrap();
        (name.trim().to_owned(), rest.to_owned())
    };
    file.split("- alert: ").skip(1).map(part).collect()
}

#[test]
fn each_alert_is_proved_firing_and_silent() {
    let tests = text("prometheus/alerts_test.yml");
    let (mut firing, mut silent) = (BTreeSet::new(), BTreeSet::new());
    for part in tests.split("- alertname: ").skip(1) {
        let (name, rest) = part.split_once('\n').unwrap();
        let expected = rest.lines().find(|line| line.trim_start().starts_with("exp_alerts:")).unwrap();
        let side = if expected.trim() == "exp_alerts: []" { &mut silent } else { &mut firing };
        side.insert(name.to_owned());
    }
    let all: BTreeSet<String> = alerts(&text("prometheus/alerts.yml")).into_iter().map(|(name, _)| name).collect();
    assert!(all.len() >= 15, "{all:?}");
    assert_eq!((&firing, &silent), (&all, &all));
}

/// The value of a key of YAML, with the lines that it is folded over.
fn value(lines: &str, key: &str) -> String {
    let mut lines = lines.lines().skip_while(|line| !line.trim_start().starts_with(&format!("{key}:")));
    let first = lines.next().unwrap_or_default();
    let depth = first.len() - first.trim_start().len();
    let own = first.trim().trim_start_matches(key).trim_start_matches(':').trim();
    if own != ">-" {
        return own.trim_matches('"').to_owned();
    }
    let folded: Vec<&str> =
        lines.take_while(|line| line.len() - line.trim_start().len() > depth).map(str::trim).collect();
    folded.join(" ")
}

#[test]
fn each_alert_says_in_both_languages_what_it_is_how_urgent_and_what_to_do() {
    let runbook = text("README.md");
    let anchor = |heading: &str| heading.to_lowercase().replace(' ', "-");
    let sections: BTreeSet<String> = runbook.lines().filter_map(|line| line.strip_prefix("### ")).map(anchor).collect();
    let mut named = BTreeSet::new();
    for (name, lines) in alerts(&text("prometheus/alerts.yml")) {
        for annotation in ["summary", "description"] {
            let said = value(&lines, annotation);
            let (vietnamese, english) =
                said.split_once(" / ").unwrap_or_else(|| panic!("{name}: {annotation} {said:?}"));
            assert!(!vietnamese.trim().is_empty() && !english.trim().is_empty(), "{name}: {annotation} {said:?}");
        }
        let severity = value(&lines, "labels").replace(['{', '}'], "");
        let severity = severity.trim().strip_prefix("severity: ").unwrap_or_default();
        assert!(word::read::<Severity>(severity).is_some(), "{name}: {severity:?} is no severity of the program");
        let link = value(&lines, "runbook_url");
        let section = link.strip_prefix("dashboards/README.md#").unwrap_or_else(|| panic!("{name}: {link:?}"));
        assert!(sections.contains(section), "{name}: dashboards/README.md has no section {section}");
        named.insert(section.to_owned());
    }
    assert_eq!(named, sections, "a section that no alert leads to");
}
