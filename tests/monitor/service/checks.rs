//! The validator: what it refuses, what it proposes, and that nobody overwrites what they have not seen.

use toantrinh::monitor::field::FieldError;
use toantrinh::monitor::observation::model::{DAY, MINUTE};
use toantrinh::monitor::service_level::actions::{change, create, switch};
use toantrinh::monitor::service_level::check::{Known, check};
use toantrinh::monitor::service_level::model::{BurnRule, Definition, Severity, Window};
use toantrinh::monitor::service_level::store::{self, ServiceLevelError};
use toantrinh::monitor::service_level::version_store;

use super::given::{admin, availability, number, probe};
use crate::support::{NOW, databases};

fn known(every_ms: i64) -> Known {
    Known { source: true, procedure: true, unit: true, metric: true, of: true, rhythms: vec![Some(every_ms)] }
}

fn wrong(definition: &Definition, every_ms: i64) -> Vec<FieldError> {
    check(definition, &known(every_ms)).err().unwrap_or_default()
}

fn proposed<'a>(errors: &'a [FieldError], field: &str) -> Option<&'a str> {
    let found = errors.iter().find(|error| error.field == field);
    found.unwrap_or_else(|| panic!("{field} is not among {errors:#?}")).proposal.as_deref()
}

#[test]
fn a_window_with_fewer_than_three_expected_values_is_refused_with_one_that_has_enough() {
    let mut level = availability("a", "cong", "");
    level.window = Window::Rolling { days: 1 };
    assert!(wrong(&level, DAY / 3).is_empty());
    assert_eq!(proposed(&wrong(&level, DAY / 2), "window"), Some("rolling 2 days"));
    level.window = Window::Rolling { days: 2 };
    assert!(wrong(&level, DAY / 2).is_empty(), "what is proposed is taken");
    level.window = Window::Rolling { days: 0 };
    assert_eq!(proposed(&wrong(&level, MINUTE), "window.days"), Some("1"));
    level.window = Window::Rolling { days: 366 };
    assert_eq!(proposed(&wrong(&level, MINUTE), "window.days"), Some("365"));
}

#[test]
fn an_alert_rule_needs_three_values_in_its_short_window_and_a_factor_that_can_be_reached() {
    let rule = |factor, long_minutes, short_minutes| BurnRule {
        name: "nhanh".to_owned(),
        factor,
        long_minutes,
        short_minutes,
        severity: Severity::Urgent,
        opens_minutes: 0,
        resolves_minutes: 0,
    };
    let mut level = availability("a", "cong", "");
    level.burn = vec![rule(14.4, 60, 5)];
    assert!(wrong(&level, MINUTE).is_empty());
    assert_eq!(proposed(&wrong(&level, 5 * MINUTE), "burn.0.short_minutes"), Some("15"));
    level.burn = vec![rule(100.0, 60, 5)];
    assert_eq!(proposed(&wrong(&level, MINUTE), "burn.0.factor"), Some("50"), "0.99 allows 100 at most");
    level.burn = vec![rule(2.0, 62, 60)];
    assert_eq!(proposed(&wrong(&level, MINUTE), "burn.0.long_minutes"), Some("65"));
    level.burn = vec![rule(2.0, 60, 60)];
    assert_eq!(proposed(&wrong(&level, MINUTE), "burn.0.long_minutes"), Some("720"));
    level.burn = vec![rule(2.0, 60, 5), rule(3.0, 60, 5)];
    let errors = wrong(&level, MINUTE);
    assert!(errors.iter().any(|error| error.field == "burn.1.name"), "{errors:?}");
}

#[test]
fn a_time_limit_must_be_a_bound_that_answers_are_counted_by() {
    let of = |ms: &str| {
        let text = r#"{"id":"a","name":"a","owner":"a","indicator":"latency","scope":{"source":"cong"},
            "objective":0.9,"threshold_ms":MS,"window":{"kind":"calendar","period":"month"}}"#;
        wrong(&Definition::from_json(&text.replace("MS", ms)).unwrap(), MINUTE)
    };
    assert!(of("800").is_empty());
    assert_eq!(proposed(&of("750"), "threshold_ms"), Some("800"));
    assert_eq!(proposed(&of("0"), "threshold_ms"), Some("5"));
    assert_eq!(proposed(&of("1000000"), "threshold_ms"), Some("10000"));
    assert_eq!(proposed(&of("null"), "threshold_ms"), Some("1000"));
}

#[test]
fn a_percentage_is_no_share_and_every_wrong_field_is_told_at_once() {
    let mut level = availability("Cổng 1", "cong", "threshold_ms = 100.0");
    level.objective = 99.95;
    level.owner = " ".to_owned();
    level.scope.procedure = "1.001193".to_owned();
    let errors = wrong(&level, MINUTE);
    assert_eq!(proposed(&errors, "objective"), Some("0.9995"));
    assert_eq!(proposed(&errors, "id"), Some("c-ng-1"));
    for field in ["owner", "scope", "threshold_ms"] {
        assert!(errors.iter().any(|error| error.field == field), "{field}: {errors:?}");
    }
    assert!(errors.iter().all(|error| !error.vietnamese.is_empty()));
    for objective in [0.0, 1.0, f64::NAN, f64::INFINITY, -1.0] {
        level.objective = objective;
        assert!(wrong(&level, MINUTE).iter().any(|error| error.field == "objective"), "{objective}");
    }
}

#[test]
fn freshness_names_an_age_that_the_rhythm_can_keep() {
    let of = |age: &str| {
        let text = format!(
            "id = \"a\"\nname = \"a\"\nowner = \"a\"\nindicator = \"freshness\"\nobjective = 0.9\n{age}
             [scope]\nsource = \"cong\"\n[window]\nkind = \"rolling\"\ndays = 30"
        );
        wrong(&Definition::from_toml(&text).unwrap(), 60 * MINUTE)
    };
    assert!(of("max_age_seconds = 7200").is_empty());
    assert_eq!(proposed(&of(""), "max_age_seconds"), Some("10800"));
    assert_eq!(proposed(&of("max_age_seconds = 7201"), "max_age_seconds"), Some("7500"));
    assert_eq!(proposed(&of("max_age_seconds = 600"), "max_age_seconds"), Some("10800"));
}

#[test]
fn an_unknown_member_is_refused_by_name() {
    let error = Definition::from_json(r#"{"id":"a","goal":1}"#).unwrap_err().to_string();
    assert!(error.contains("goal"), "{error}");
    let text = "id = \"a\"\nname = \"a\"\nowner = \"a\"\nindicator = \"availability\"\nobjective = 0.9
        [scope]\nsource = \"b\"\n[window]\nkind = \"rolling\"\ndays = 30\nweeks = 4";
    let error = Definition::from_toml(text).unwrap_err().to_string();
    assert!(error.contains("weeks"), "{error}");
}

#[tokio::test]
async fn a_change_is_a_new_version_the_old_one_stays_and_nobody_overwrites_unseen() {
    for test in databases().await {
        probe(&test.db, "cong", "cong.example.vn", MINUTE, &["*"]).await;
        let mut level = availability("a", "cong", "");
        let made = create(&test.db, &admin(), &level, NOW).await.unwrap();
        assert_eq!((made.version, made.enabled, &made.definition), (1, true, &level));
        let again = create(&test.db, &admin(), &level, NOW).await;
        assert!(matches!(again, Err(ServiceLevelError::Conflict)));
        level.objective = 0.95;
        assert_eq!(change(&test.db, &admin(), &level, 1, NOW).await.unwrap().version, 2);
        level.objective = 0.5;
        let late = change(&test.db, &admin(), &level, 1, NOW).await;
        assert!(matches!(late, Err(ServiceLevelError::Conflict)));
        let off = switch(&test.db, &admin(), "a", 2, false, NOW).await.unwrap();
        assert_eq!((off.version, off.enabled, off.definition.objective), (3, false, 0.95));
        let mut tx = test.db.read().await.unwrap();
        let versions = version_store::versions(&mut tx, "a").await.unwrap();
        let told: Vec<_> = versions.iter().map(|v| (v.version, v.definition.objective, v.enabled)).collect();
        assert_eq!(told, [(1, 0.99, true), (2, 0.95, true), (3, 0.95, false)]);
        assert_eq!(store::find(&mut tx, "a").await.unwrap().unwrap().version, 3);
        drop(tx);
        assert_eq!(number(&test.db, "SELECT COUNT(*) FROM audit").await, 3, "what was refused leaves no entry");
        level.scope.source = "nowhere".to_owned();
        let unknown = change(&test.db, &admin(), &level, 3, NOW).await;
        let Err(ServiceLevelError::Invalid(errors)) = unknown else { panic!("{unknown:?}") };
        assert!(errors.iter().any(|error| error.field == "scope.source"), "{errors:?}");
        level.id = "b".to_owned();
        assert!(matches!(change(&test.db, &admin(), &level, 1, NOW).await, Err(ServiceLevelError::Missing(_))));
    }
}
