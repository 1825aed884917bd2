//! What Prometheus reads of the judged services: the families, and that labels stay bounded.

use toantrinh::monitor::incident::actions::follow;
use toantrinh::monitor::metrics::render;
use toantrinh::monitor::observation::model::{DAY, MINUTE};
use toantrinh::platform::db::Db;

use super::given::{at, availability, evaluated, instant, minutes, probe, promise, run, take};
use crate::support::databases;

async fn text(db: &Db, now: i64) -> String {
    let mut tx = db.read().await.unwrap();
    render(&mut tx, instant(now)).await.unwrap()
}

#[tokio::test]
async fn judged_services_are_shown_with_bounded_labels() {
    for test in databases().await {
        let (begin, end) = (at("2026-11-19T00:00"), at("2026-11-20T00:00"));
        for n in 0..3 {
            let name = format!("s{n}");
            let id = probe(&test.db, &name, &format!("{name}.example.vn"), MINUTE, &["1.900001"]).await;
            let rows = minutes(id, begin, end, |minute| if n == 2 && minute >= 1415 { 'b' } else { 'g' });
            take(&test.db, &rows).await;
            promise(&test.db, &availability(&name, &name, ""), instant(begin)).await;
        }
        evaluated(&test.db, end).await;
        follow(&test.db, instant(end)).await.unwrap();
        let shown = text(&test.db, end).await;
        let lines = [
            "# TYPE toantrinh_service_level_objective gauge".to_owned(),
            "toantrinh_service_level_objective{service_level=\"s0\"} 0.99".to_owned(),
            "toantrinh_service_level_sli{service_level=\"s0\"} 1".to_owned(),
            "toantrinh_service_level_budget_left_ratio{service_level=\"s0\"} 1".to_owned(),
            "toantrinh_service_level_burn_rate{service_level=\"s0\",rule=\"1h\",window=\"60m\"} 0".to_owned(),
            "toantrinh_service_level_burn_rate{service_level=\"s0\",rule=\"1h\",window=\"5m\"} 0".to_owned(),
            "toantrinh_service_level_burn_factor{service_level=\"s0\",rule=\"1h\",severity=\"urgent\"} 14.4".to_owned(),
            "toantrinh_service_level_burn_factor{service_level=\"s0\",rule=\"3d\",severity=\"planned\"} 1".to_owned(),
            "toantrinh_service_level_burning{service_level=\"s0\",rule=\"1h\"} 0".to_owned(),
            "toantrinh_service_level_burning{service_level=\"s2\",rule=\"1h\"} 1".to_owned(),
            "toantrinh_service_level_absent_samples{service_level=\"s0\"} 0".to_owned(),
            "toantrinh_service_level_silent{service_level=\"s0\"} 0".to_owned(),
            "toantrinh_source_up{source=\"s1\"} 1".to_owned(),
            "toantrinh_source_up{source=\"s2\"} 0".to_owned(),
            format!("toantrinh_source_last_success_timestamp_seconds{{source=\"s1\"}} {}", (end - MINUTE) / 1000),
            "toantrinh_incidents_open{kind=\"incident\",severity=\"major\"} 1".to_owned(),
            "toantrinh_deliveries{state=\"dead\"} 0".to_owned(),
            "toantrinh_jobs{state=\"ready\"} 0".to_owned(),
            "toantrinh_metric_labels_dropped{of=\"source\"} 0".to_owned(),
        ];
        for line in &lines {
            assert!(shown.lines().any(|one| one == line), "{line} is not in\n{shown}");
        }
        assert!(!shown.contains("NaN"), "{shown}");
        run(
            &test.db,
            "INSERT INTO parameters (name, valid_from, value, source) VALUES ('metric_labels', '2026-06-01', 4, 'test')",
        )
        .await;
        let shown = text(&test.db, end + DAY).await;
        assert_eq!(shown.matches("toantrinh_source_up{").count(), 1);
        assert!(shown.contains("toantrinh_metric_labels_dropped{of=\"source\"} 2"), "{shown}");
        assert!(shown.contains("toantrinh_metric_labels_dropped{of=\"service_level\"} 0"), "{shown}");
    }
}
