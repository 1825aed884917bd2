//! Dossiers that are counted move verdicts: use, gaps and flags follow the monitor.

use serde_json::{Value, json};
use toantrinh::assessment::actions::catch_up;
use toantrinh::assessment::flag_store;
use toantrinh::assessment::store;
use toantrinh::catalog::units;
use toantrinh::platform::db::Db;

use super::given::{local, record, take_records};
use crate::support::{NOW, TestDb, databases, import_text, options};

const CODE: &str = "1.900001";
const PROVINCE: &str = r#"[{"Code":"33","Name":"Hưng Yên","FullName":"Tỉnh Hưng Yên","Wards":[]}]"#;
const AGENCY: &str = r#"[{"AGENCY_NAME":"UBND tỉnh Hưng Yên","CODE":"H31"}]"#;

/// A procedure of one province that is said to be online end to end.
async fn declared(test: &TestDb) {
    units::import(&test.db, PROVINCE).await.unwrap();
    units::import(&test.db, AGENCY).await.unwrap();
    let line = json!({
        "starter": 1, "code": CODE, "name": "Cấp giấy thử một trực tuyến toàn trình", "type": "STANDARD",
        "fields": ["Thử nghiệm"], "issuer": "Bộ Thử", "agencies": ["Sở Thử"], "levels": ["province"],
        "audiences": ["Công dân Việt Nam"], "channels": ["online"], "full": true,
        "time_limits": [{"channel": "online", "raw": "2 ngày", "amount": 2, "unit": "day"}],
        "papers": [{"name": "Tờ khai điện tử"}], "steps": ["Điền tờ khai trên mạng."], "results": ["Thông báo điện tử"],
    });
    let report = import_text(&test.db, line.to_string().as_bytes(), &options()).await;
    assert!(report.is_clean(), "{report}");
    catch_up(&test.db, NOW).await.unwrap();
}

async fn gap(db: &Db) -> String {
    let current = store::current(&mut db.read().await.unwrap(), CODE, CODE).await.unwrap();
    current.iter().find(|row| row.unit_id.is_empty()).and_then(|row| row.gap.clone()).unwrap_or_default()
}

async fn open_flags(db: &Db) -> Vec<String> {
    flag_store::open(&mut db.read().await.unwrap()).await.unwrap().into_iter().map(|row| row.flag).collect()
}

/// Dossiers in person in each month of a year, as a source tells them in November 2026.
fn in_person() -> Vec<Value> {
    let month = |at: i64| (2025 + (at + 10) / 12, (at + 10) % 12 + 1);
    (0..13)
        .map(|at| {
            let (year, month) = month(at);
            record(&json!({"MaHoSo": format!("H31.1-{}{month:02}03-{at:04}", year - 2000), "KenhThucHien": "1",
                "NgayTiepNhan": format!("{year}{month:02}03083000"), "NgayHenTra": format!("{year}{month:02}20083000"),
                "NgayKetThucXuLy": format!("{year}{month:02}05083000")}))
        })
        .collect()
}

#[tokio::test]
async fn a_declared_service_that_nobody_uses_online_shows_as_such_until_somebody_does() {
    for test in databases().await {
        let db = &test.db;
        declared(&test).await;
        assert_eq!(gap(db).await, "unknown_evidence", "without dossiers nobody knows");
        take_records(db, &local(), &in_person()).await;
        catch_up(db, NOW).await.unwrap();
        let rows = store::volumes(&mut db.read().await.unwrap(), CODE, CODE, "2000-01-01").await.unwrap();
        assert_eq!((rows.len(), rows[0].unit_id.as_str(), rows[0].source.as_str()), (13, "province:33", "một cửa H31"));
        assert_eq!(gap(db).await, "full_no_use");
        assert!(open_flags(db).await.contains(&"F5".to_owned()), "{:?}", open_flags(db).await);
        let online = record(&json!({"MaHoSo": "H31.1-261012-0900", "NgayTiepNhan": "20261012083000"}));
        take_records(db, &local(), &[online]).await;
        let done = catch_up(db, NOW).await.unwrap();
        assert_eq!(done.procedures, 1);
        assert_ne!(gap(db).await, "full_no_use");
        assert!(!open_flags(db).await.contains(&"F5".to_owned()));
        assert_eq!(catch_up(db, NOW).await.unwrap().procedures, 0);
    }
}

#[tokio::test]
async fn what_a_source_counts_anew_takes_the_place_of_what_it_said_before() {
    for test in databases().await {
        let db = &test.db;
        declared(&test).await;
        take_records(db, &local(), &[record(&json!({"NgayTiepNhan": "20261102083000"}))]).await;
        catch_up(db, NOW).await.unwrap();
        let rows = async || store::volumes(&mut db.read().await.unwrap(), CODE, CODE, "2000-01-01").await.unwrap();
        assert_eq!(rows().await.iter().map(|row| row.period_to.as_str()).collect::<Vec<_>>(), ["2026-11-02"]);
        take_records(
            db,
            &local(),
            &[record(&json!({"MaHoSo": "H31.1-261109-0002", "NgayTiepNhan": "20261109083000"}))],
        )
        .await;
        catch_up(db, NOW).await.unwrap();
        let now = rows().await;
        let now: Vec<(&str, &str, i64, Option<i64>)> =
            now.iter().map(|row| (row.period_from.as_str(), row.period_to.as_str(), row.total, row.online)).collect();
        assert_eq!(now, [("2026-11-02", "2026-11-09", 2, Some(2))]);
    }
}
