//! A frozen board never changes; what comes later stands beside it as an erratum.

use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use toantrinh::account::model::Role;
use toantrinh::board::edition::{document, keep};
use toantrinh::board::edition_store::{self, Edition};
use toantrinh::board::picture::Picture;
use toantrinh::monitor::index766::period::Period;
use toantrinh::platform::db::Db;
use toantrinh::platform::hash::sha256;

use super::given::{dossiers, province};
use crate::monitor::given::{local, take_records};
use crate::support::{NOW, PASSWORD, TestApp, databases, sqlite, user};

async fn edition(db: &Db, period: &str) -> Option<Edition> {
    let mut tx = db.read().await.unwrap();
    edition_store::find(&mut tx, period).await.unwrap()
}

async fn errata(db: &Db, period: &str) -> Vec<edition_store::Erratum> {
    let mut tx = db.read().await.unwrap();
    edition_store::errata(&mut tx, period).await.unwrap()
}

#[tokio::test]
async fn an_edition_never_changes_and_a_late_correction_is_an_erratum_only() {
    for test in databases().await {
        let db = &test.db;
        province(db).await;
        keep(db, "", NOW).await.unwrap();
        let frozen = edition(db, "2026-10").await.unwrap();
        assert_eq!(sha256(frozen.document.as_bytes()), frozen.sha256);
        assert!(edition(db, "2026-Q3").await.is_some(), "September had dossiers");
        assert!(edition(db, "2025").await.is_none(), "nothing was known in 2025");
        // Twelve of October's late dossiers turn out to have been handled in time.
        let mut again: Vec<Value> = dossiers();
        again.retain(|record| record["NgayKetThucXuLy"] == json!("20261130100000"));
        assert_eq!(again.len(), 12);
        for record in &mut again {
            record["TrangThaiHoSo"] = json!("10");
            record["NgayKetThucXuLy"] = record["NgayTiepNhan"].clone();
        }
        assert_eq!(take_records(db, &local(), &again).await.taken, 12);
        let later = NOW + 3.hours();
        keep(db, "", later).await.unwrap();
        assert_eq!(edition(db, "2026-10").await.unwrap(), frozen);
        let found = errata(db, "2026-10").await;
        let on_time = found.iter().find(|erratum| erratum.figure == "on_time").unwrap();
        assert_eq!((on_time.before_part, on_time.before_whole), (Some(188), Some(200)));
        assert_eq!(
            (on_time.after_part, on_time.after_whole, on_time.found_at),
            (Some(200), Some(200), later.as_millisecond())
        );
        assert!(!found.iter().any(|erratum| erratum.figure == "online_dossiers"), "the channels are as they were");
        keep(db, "", later + 1.hour()).await.unwrap();
        assert_eq!(errata(db, "2026-10").await, found, "what is known is not noted again");
    }
}

#[tokio::test]
async fn the_same_snapshot_gives_the_same_bytes_on_both_databases() {
    let mut all = Vec::new();
    for test in databases().await {
        province(&test.db).await;
        for _ in 0..2 {
            let mut tx = test.db.read().await.unwrap();
            let picture = Picture::read(&mut tx, Period::Month(2026, 10), "", NOW).await.unwrap();
            all.push(document(&picture).unwrap());
        }
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{all:?}");
}

#[tokio::test]
async fn an_edition_is_handed_out_as_it_was_frozen_whenever_it_is_asked_for() {
    let test = sqlite().await;
    province(&test.db).await;
    keep(&test.db, "", NOW).await.unwrap();
    user(&test.db, "lan", &[Role::Approver]).await;
    let app = TestApp::start(&test).await;
    let lan = app.sign_in("lan", PASSWORD).await;
    let list: Value = lan.get("/api/v1/editions").await.json().await.unwrap();
    let hash =
        list["items"].as_array().unwrap().iter().find(|item| item["period"] == "2026-10").unwrap()["sha256"].clone();
    let fetch = |path: &'static str| {
        let lan = &lan;
        async move {
            let answer = lan.get(path).await;
            assert_eq!(answer.status().as_u16(), 200, "{path}");
            answer.bytes().await.unwrap()
        }
    };
    let bytes = fetch("/api/v1/editions/2026-10").await;
    assert_eq!(sha256(&bytes), hash.as_str().unwrap());
    let book = fetch("/lanh-dao/an-ban/2026-10/bang.xlsx").await;
    app.clock.set(NOW + 5.minutes());
    let again = fetch("/lanh-dao/an-ban/2026-10/bang.xlsx").await;
    assert!(book == again, "the workbook of an edition depends on when it is asked for");
    let page = lan.get("/lanh-dao/an-ban/2026-10").await.text().await.unwrap();
    assert!(page.contains("57,5 %") && page.contains("Không có đính chính") && page.contains(hash.as_str().unwrap()));
    assert!(lan.get("/lanh-dao/an-ban").await.text().await.unwrap().contains("tháng 10/2026"));
    assert_eq!(lan.get("/lanh-dao/an-ban/2020").await.status().as_u16(), 404);
    app.stop().await;
}

#[tokio::test]
async fn nothing_is_frozen_before_its_time() {
    let test = sqlite().await;
    province(&test.db).await;
    let early: Timestamp = "2026-11-05T23:59:00+07:00".parse().unwrap();
    keep(&test.db, "", early).await.unwrap();
    assert!(edition(&test.db, "2026-10").await.is_none());
    assert!(edition(&test.db, "2026-09").await.is_some());
    keep(&test.db, "", early + 1.minute()).await.unwrap();
    assert!(edition(&test.db, "2026-10").await.is_some());
}
