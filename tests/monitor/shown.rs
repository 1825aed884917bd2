//! What comes of the counts: months for the assessment, performance for the public, another judgement with other days off.

use jiff::civil::date;
use serde_json::json;
use toantrinh::monitor::dossier::actions::judge_again;
use toantrinh::monitor::dossier::performance::{on_time, performance};
use toantrinh::monitor::dossier::sums::Scope;
use toantrinh::monitor::dossier::volumes::Covered;
use toantrinh::platform::calendar::import::read as read_calendar;
use toantrinh::platform::calendar::model::number;
use toantrinh::platform::calendar::store as calendar_store;

use super::given::{changed, counted, local, record, take_records};
use crate::support::{NOW, databases, import_text, options};

const CODE: &str = "1.900001";

#[tokio::test]
async fn dossiers_are_judged_again_when_days_off_become_known() {
    for test in databases().await {
        let db = &test.db;
        import_text(
            db,
            br#"{"starter":1,"code":"1.900001","name":"Cap giay","type":"STANDARD","fields":[],"issuer":"Bo","agencies":[],"levels":["province"],"audiences":[],"channels":["online"],"time_limits":[{"channel":"online","raw":"1 ngay lam viec","amount":1,"unit":"working_day"}],"papers":[],"steps":[],"results":[]}"#,
            &options(),
        )
        .await;
        let over_new_year = record(&json!({
            "NgayTiepNhan": "20261231083000", "NgayHenTra": "", "NgayKetThucXuLy": "20270104100000",
        }));
        take_records(db, &local(), &[over_new_year]).await;
        let before = counted(db, CODE).await;
        assert_eq!((before["late"], before["provisional"], before["working_days"]), (1, 1, 2), "1 January was off");
        let file = "day,kind,name\n2027-01-01,holiday,Tết Dương lịch\n";
        calendar_store::replace(db, &read_calendar(file, "2027.csv", "2027.csv").unwrap(), NOW).await.unwrap();
        assert_eq!(judge_again(db, NOW).await.unwrap(), 1);
        let after = counted(db, CODE).await;
        assert_eq!((after["on_time"], after["working_days"], after.contains_key("provisional")), (1, 1, false));
        assert!(!after.contains_key("late"));
        assert_eq!(judge_again(db, NOW).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn months_in_which_a_source_told_of_none_are_told_as_none() {
    for test in databases().await {
        let db = &test.db;
        let one = |n: u32, day: &str, code: &str, channel: &str| {
            record(&json!({"MaHoSo": format!("H31.1-26{day}-{n:04}"), "MaTTHC": code, "KenhThucHien": channel,
                "NgayTiepNhan": format!("2026{day}083000")}))
        };
        let told = async || {
            let all = Covered::default().volumes(&mut db.read().await.unwrap(), CODE).await.unwrap();
            assert!(all.iter().all(|v| v.unit_id == "H31" && v.source == "một cửa H31"));
            all.iter().map(|v| format!("{} {} {} {}", v.from, v.to, v.total, v.online)).collect::<Vec<_>>()
        };
        take_records(db, &local(), &[one(1, "0910", CODE, "1"), one(2, "0911", CODE, "2")]).await;
        assert_eq!(told().await, ["2026-09-10 2026-09-11 2 1"]);
        let log = i64::try_from(changed(db, 0).await.len()).unwrap();
        take_records(db, &local(), &[one(3, "1105", "1.900002", "1")]).await;
        // Another month began: what the source said of the other procedure has changed too. October is a gap in which
        // nobody knows what was, and with it all that lies before.
        assert_eq!(changed(db, log).await, [CODE, "1.900002"]);
        assert_eq!(told().await, ["2026-11-05 2026-11-05 0 0"]);
        take_records(db, &local(), &[one(4, "1020", "1.900002", "1")]).await;
        let all = ["2026-09-10 2026-09-30 2 1", "2026-10-01 2026-10-31 0 0", "2026-11-01 2026-11-05 0 0"];
        assert_eq!(told().await, all);
        // A day that has not come covers nothing.
        take_records(db, &local(), &[one(5, "1224", "1.900002", "1")]).await;
        assert_eq!(told().await, all);
    }
}

#[tokio::test]
async fn the_public_sees_how_a_procedure_is_handled_only_where_many_dossiers_are() {
    for test in databases().await {
        let db = &test.db;
        let of = |n: i64| {
            let late = if n % 5 == 0 { "20261106100000" } else { "20261104100000" };
            record(
                &json!({"MaHoSo": format!("H31.1-261102-{n:04}"), "NgayKetThucXuLy": late, "KenhThucHien": n % 2 + 1,
                "TrangThaiHoSo": if n == 7 { "3" } else { "9" }}),
            )
        };
        let (from, to, today) = (date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1));
        take_records(db, &local(), &(0..29).map(of).collect::<Vec<_>>()).await;
        let shown = async || performance(&mut db.read().await.unwrap(), CODE, from, to, today).await.unwrap();
        assert_eq!(shown().await, None);
        take_records(db, &local(), &(29..40).map(of).collect::<Vec<_>>()).await;
        let shown = shown().await.unwrap();
        assert_eq!((shown.n, shown.received, shown.median_working_days), (40, 39, Some(2)));
        assert_eq!((shown.on_time.value, shown.online.of), (Some(0.8), 39));
        assert_eq!((shown.refusal.value, shown.refusal.most), (None, Some(0.1)), "one refusal was told");
        assert_eq!(shown.paid_online.value, None);
        // What is still handled is late once the day it was due on has passed.
        let running = record(&json!({"MaHoSo": "H31.1-261102-0999", "TrangThaiHoSo": "4", "NgayKetThucXuLy": ""}));
        take_records(db, &local(), &[running]).await;
        let scope = Scope { code: CODE, unit: "H31", from: number(from), to: number(to) };
        let mut tx = db.read().await.unwrap();
        assert_eq!(on_time(&mut tx, &scope, date(2026, 11, 5)).await.unwrap().late, 8);
        assert_eq!(on_time(&mut tx, &scope, date(2026, 11, 6)).await.unwrap().late, 9);
        let elsewhere = Scope { unit: "H3", ..scope };
        assert_eq!(on_time(&mut tx, &elsewhere, today).await.unwrap().on_time, 0);
    }
}
