//! Definitions are read strictly and every field that cannot be used is named.

use serde_json::json;
use toantrinh::monitor::probe::{HttpProbe, JsonPull};

fn fields(errors: &[toantrinh::monitor::probe::model::FieldError]) -> Vec<&str> {
    assert!(errors.iter().all(|e| !e.message.is_empty()));
    errors.iter().map(|e| e.field.as_str()).collect()
}

#[test]
fn a_probe_needs_an_address_only_and_has_limits_by_itself() {
    let probe: HttpProbe = serde_json::from_value(json!({"url": "https://dichvucong.gov.vn/"})).unwrap();
    assert_eq!(
        (probe.method.as_str(), probe.timeout_ms, probe.max_bytes, probe.redirects),
        ("GET", 10_000, 1 << 20, 3)
    );
    assert_eq!(probe.check(), Vec::new());
    let again: HttpProbe = serde_json::from_value(serde_json::to_value(&probe).unwrap()).unwrap();
    assert_eq!(again, probe);
}

#[test]
fn every_field_of_a_probe_is_checked() {
    for (change, field) in [
        (json!({"url": "ftp://example.vn/"}), "url"),
        (json!({"url": "https://an:pass@example.vn/"}), "url"),
        (json!({"url": format!("https://example.vn/{}", "x".repeat(2000))}), "url"),
        (json!({"method": "DELETE"}), "method"),
        (json!({"method": "get"}), "method"),
        (json!({"body": "{}"}), "body"),
        (json!({"timeout_ms": 99}), "timeout_ms"),
        (json!({"timeout_ms": 60_001}), "timeout_ms"),
        (json!({"max_bytes": 0}), "max_bytes"),
        (json!({"max_bytes": 16_777_217}), "max_bytes"),
        (json!({"redirects": 6}), "redirects"),
        (
            json!({"conditions": ["status == 200", "certificate_days > 1"], "url": "http://example.vn/"}),
            "conditions[1]",
        ),
        (json!({"conditions": ["body contains \"x\""], "method": "HEAD"}), "conditions[0]"),
        (json!({"conditions": vec!["status == 200"; 51]}), "conditions"),
    ] {
        let mut definition = json!({"url": "https://example.vn/"});
        definition.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let probe: HttpProbe = serde_json::from_value(definition).unwrap();
        assert_eq!(fields(&probe.check()), [field], "{change}");
    }
    let unknown = serde_json::from_value::<HttpProbe>(json!({"url": "https://example.vn/", "verify_tls": false}));
    assert!(unknown.unwrap_err().to_string().contains("verify_tls"), "verification cannot be switched off");
    let condition =
        serde_json::from_value::<HttpProbe>(json!({"url": "https://example.vn/", "conditions": ["status"]}));
    assert!(condition.unwrap_err().to_string().contains("at character 7"));
}

#[test]
fn every_field_of_a_pull_is_checked() {
    let good = json!({"metric": "received", "value": "$.n"});
    for (readings, field) in [
        (json!([]), "readings"),
        (json!([good, good]), "readings[1].metric"),
        (json!([{"metric": "probe", "value": "$.n"}]), "readings[0].metric"),
        (json!([{"metric": "Đã nhận", "value": "$.n"}]), "readings[0].metric"),
        (json!([{"metric": "", "value": "$.n"}]), "readings[0].metric"),
        (json!([good, {"metric": "a", "value": "n"}]), "readings[1].value"),
        (json!([{"metric": "a", "value": "$.n", "period": "$["}]), "readings[0].period"),
        (json!([{"metric": "a", "value": "$.n", "unit": "x".repeat(33)}]), "readings[0].unit"),
        (json!([{"metric": "a", "value": "$.n", "subject": "a\nb"}]), "readings[0].subject"),
        (json!([{"metric": "a", "value": "$.n", "decimal": ";"}]), "readings[0].decimal"),
    ] {
        let definition = json!({"url": "https://example.vn/", "readings": readings});
        let pull: JsonPull = serde_json::from_value(definition).unwrap();
        assert_eq!(fields(&pull.check()), [field], "{readings}");
    }
}
