//! Counting on both databases: every state once, corrections, two sides, files that are given again.

use jiff::civil::date;
use proptest::prelude::*;
use serde_json::{Value, json};
use toantrinh::catalog::import::lines::Lines;
use toantrinh::monitor::dossier::actions::{DossierError, Feed, take};
use toantrinh::monitor::dossier::intake::Intake;
use toantrinh::monitor::dossier::model::Side;
use toantrinh::monitor::dossier::store;
use toantrinh::monitor::dossier::sums::{self, Scope};
use toantrinh::platform::calendar::model::number;
use toantrinh::platform::db::Db;

use super::given::{changed, counted, counted_on, counts, lines, local, portal, record, take_records, take_text};
use crate::support::{NOW, databases, sqlite};

const CODE: &str = "1.900001";

fn november(day: i8) -> i32 {
    number(date(2026, 11, day))
}

#[tokio::test]
async fn what_happens_is_counted_on_the_day_it_happens() {
    for test in databases().await {
        let rich = record(&json!({
            "DanhSachLePhi": [{"Gia": "20000"}], "DuocThanhToanTrucTuyen": "2",
            "TaiLieuNop": [{"DuongDanTaiTepTin": "https://a"}], "DanhSachGiayToKetQua": [{"DuongDanTepTinKetQua": "https://b"}],
        }));
        let late =
            record(&json!({"MaHoSo": "H31.1-261102-0002", "NgayKetThucXuLy": "20261109100000", "KenhThucHien": "1"}));
        let report = take_records(&test.db, &local(), &[rich, late]).await;
        assert_eq!((report.read, report.taken, report.refused), (2, 2, 0));
        let opened = counts(&[("received", 2), ("fee_due", 1), ("paid_online", 1)]);
        assert_eq!(counted_on(&test.db, CODE, november(2), november(2)).await, opened);
        let ended = counts(&[
            ("finished", 1),
            ("on_time", 1),
            ("digitised", 1),
            ("result_electronic", 1),
            ("working_days", 2),
            ("minutes", 1_050),
        ]);
        assert_eq!(counted_on(&test.db, CODE, november(4), november(4)).await, ended);
        // Late from the day it was due, finished on the day it ended.
        assert_eq!(counted_on(&test.db, CODE, november(5), november(5)).await, counts(&[("late", 1)]));
        assert_eq!(counted_on(&test.db, CODE, november(9), november(9)).await["finished"], 1);
        assert_eq!(changed(&test.db, 0).await, [CODE]);
    }
}

#[tokio::test]
async fn a_new_state_takes_off_what_the_old_one_added() {
    for test in databases().await {
        let db = &test.db;
        let mut now = record(&json!({"TrangThaiHoSo": "2", "NgayKetThucXuLy": ""}));
        take_records(db, &local(), std::slice::from_ref(&now)).await;
        assert_eq!(counted(db, CODE).await, counts(&[("received", 1), ("pending", 1)]));
        now["TrangThaiHoSo"] = json!("5");
        now["DanhSachHoSoBoSung"] = json!([{"NgayBoSung": "20261103090000"}]);
        take_records(db, &local(), std::slice::from_ref(&now)).await;
        let waiting = counts(&[("received", 1), ("on_time", 1), ("supplement_asked", 1)]);
        assert_eq!(counted(db, CODE).await, waiting);
        now["TrangThaiHoSo"] = json!("9");
        now["DanhSachHoSoBoSung"][0]["NgayTiepNhanBoSung"] = json!("20261104090000");
        now["NgayKetThucXuLy"] = json!("20261110100000");
        // Two states in one batch count as the last of them.
        let mut between = now.clone();
        between["TrangThaiHoSo"] = json!("4");
        between["NgayKetThucXuLy"] = json!("");
        let report = take_records(db, &local(), &[between, now.clone()]).await;
        assert_eq!((report.taken, report.illegal), (2, 0));
        let after = counted(db, CODE).await;
        assert_eq!((after["received"], after["late"], after["finished"]), (1, 1, 1));
        assert!(!after.contains_key("pending") && !after.contains_key("on_time"), "{after:?}");
        // Another procedure, another unit, another channel: it moves as a whole.
        now["MaTTHC"] = json!("1.900002");
        now["KenhThucHien"] = json!("3");
        take_records(db, &local(), &[now]).await;
        assert!(counted(db, CODE).await.is_empty());
        assert_eq!(counted(db, "1.900002").await, after);
        let log = changed(db, 0).await;
        assert_eq!(log[log.len() - 2..], [CODE, "1.900002"]);
    }
}

#[tokio::test]
async fn records_that_come_again_change_nothing_in_whatever_order() {
    for test in databases().await {
        let db = &test.db;
        let first = record(&json!({"TrangThaiHoSo": "2", "NgayKetThucXuLy": ""}));
        let second = record(&json!({}));
        let all = [first.clone(), second.clone(), record(&json!({"MaHoSo": "H31.1-261102-0003"}))];
        take_records(db, &local(), &all).await;
        let before = counted(db, CODE).await;
        let log = changed(db, 0).await.len();
        let report = take_records(db, &local(), &all).await;
        assert_eq!((report.read, report.taken, report.unchanged, report.illegal), (3, 0, 3, 0));
        // An older state that comes late is known: it does not bring the dossier back.
        let report = take_records(db, &local(), &[second, first]).await;
        assert_eq!((report.unchanged, report.illegal), (2, 0));
        assert_eq!(counted(db, CODE).await, before);
        assert_eq!(changed(db, 0).await.len(), log, "nothing changed and yet something was noted");
    }
}

#[tokio::test]
async fn a_step_that_no_decree_knows_is_counted_and_the_state_stays_as_it_was_sent() {
    for test in databases().await {
        let db = &test.db;
        take_records(db, &local(), &[record(&json!({}))]).await;
        let reopened = record(&json!({"TrangThaiHoSo": "4", "NgayKetThucXuLy": "", "NgayHenTra": "20261130083000"}));
        let report = take_records(db, &local(), &[reopened]).await;
        assert_eq!((report.taken, report.illegal), (1, 1));
        assert_eq!(counted(db, CODE).await, counts(&[("received", 1), ("pending", 1), ("illegal", 1)]));
    }
}

#[tokio::test]
async fn the_portals_state_is_compared_with_the_systems_and_never_counts_over_it() {
    for test in databases().await {
        let db = &test.db;
        let masked = record(&json!({"NgayKetThucXuLy": "", "DanhSachHoSoBoSung": [{"NgayBoSung": "20261106090000"}]}));
        let report = take_records(db, &portal(), std::slice::from_ref(&masked)).await;
        assert_eq!((report.unproven, report.mismatches), (1, 0));
        // Alone, the portal's view counts, with the state as it was sent.
        let alone = counts(&[("received", 1), ("late", 1), ("supplement_asked", 1), ("unproven", 1)]);
        assert_eq!(counted(db, CODE).await, alone);
        let mut real = masked.clone();
        real["TrangThaiHoSo"] = json!("5");
        let report = take_records(db, &local(), std::slice::from_ref(&real)).await;
        assert_eq!((report.taken, report.mismatches), (1, 1));
        let compared = counts(&[("received", 1), ("late", 1), ("supplement_asked", 1), ("mismatch", 1)]);
        assert_eq!(counted(db, CODE).await, compared);
        let mut tx = db.read().await.unwrap();
        let rows = sums::received(&mut tx, CODE).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.source.as_str()).collect::<Vec<_>>(), ["một cửa H31"]);
        drop(tx);
        // Once the portal says the same, there is nothing left to compare.
        let report = take_records(db, &portal(), &[real]).await;
        assert_eq!((report.taken, report.mismatches), (1, 0));
        assert!(!counted(db, CODE).await.contains_key("mismatch"));
        let other = Feed { side: Side::Portal, ..local() };
        assert!(matches!(Intake::begin(db, &other, NOW).await, Err(DossierError::Side(_))));
    }
}

#[tokio::test]
async fn a_line_that_cannot_be_read_is_set_aside_and_the_rest_goes_in() {
    for test in databases().await {
        let db = &test.db;
        let mut text = lines(&[record(&json!({}))]);
        text.push_str("{\"MaHoSo\": \"cut\n");
        text.push_str(&lines(&[
            record(&json!({"KenhThucHien": "9"})),
            record(&json!({"MaHoSo": "H31.1-261102-0004"})),
        ]));
        for _ in 0..2 {
            let report = take_text(db, &local(), &text).await;
            assert_eq!((report.read, report.refused), (4, 2));
            let quarantined: Vec<(u64, &str)> = report.quarantined.iter().map(|q| (q.line, q.field)).collect();
            assert_eq!(quarantined, [(2, ""), (3, "KenhThucHien")]);
        }
        assert_eq!(counted(db, CODE).await["received"], 2);
        let noted = store::rejections(&mut db.read().await.unwrap(), "một cửa H31", 10).await.unwrap();
        assert_eq!(noted.len(), 2, "a line that came twice was noted twice");
        assert_eq!((noted[0].line, noted[0].reason.as_str()), (2, "is not JSON"));
    }
}

#[tokio::test]
async fn every_bad_line_is_noted_though_a_report_lists_a_thousand() {
    for test in databases().await {
        let bad: Vec<String> = (0..1_500).map(|n| format!("{{\"MaHoSo\": \"cut {n}")).collect();
        let report = take_text(&test.db, &local(), &bad.join("\n")).await;
        assert_eq!((report.refused, report.quarantined.len()), (1_500, 1_000));
        let noted = store::rejections(&mut test.db.read().await.unwrap(), "một cửa H31", 5_000).await.unwrap();
        assert_eq!((noted.len(), noted[1_499].line), (1_500, 1_500));
    }
}

#[tokio::test]
async fn a_file_is_taken_in_plain_or_packed_and_after_a_run_that_was_killed() {
    for test in databases().await {
        let db = &test.db;
        let many: Vec<Value> = (0..300)
            .map(|n| record(&json!({"MaHoSo": format!("H31.{}-2611{:02}-{n:04}", n % 7, n % 28 + 1), "KenhThucHien": n % 3 + 1})))
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let (plain, packed) = (folder.path().join("a.ndjson"), folder.path().join("a.ndjson.gz"));
        std::fs::write(&plain, lines(&many)).unwrap();
        let mut gzip =
            flate2::write::GzEncoder::new(std::fs::File::create(&packed).unwrap(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gzip, lines(&many).as_bytes()).unwrap();
        gzip.finish().unwrap();
        // A run that was killed: part of it was written.
        take_records(db, &local(), &many[..120]).await;
        let mut told = 0;
        let lines = Lines::open(&packed).unwrap();
        let report = take(db, &local(), lines, NOW, &mut |read, _| told = read).await.unwrap();
        assert_eq!((report.read, report.taken, report.unchanged, told), (300, 180, 120, 300));
        let again = take(db, &local(), Lines::open(&plain).unwrap(), NOW, &mut |_, _| {}).await.unwrap();
        assert_eq!((again.taken, again.unchanged), (0, 300));
        assert_eq!(counted(db, CODE).await["received"], 300);
    }
}

#[tokio::test]
async fn two_imports_at_once_count_everything_once() {
    for test in databases().await {
        let part = |from: u32| -> Vec<Value> {
            (from..from + 60).map(|n| record(&json!({"MaHoSo": format!("H31.{}-261102-{n:04}", n % 9)}))).collect()
        };
        let tasks: Vec<_> = [0, 30, 60]
            .map(|from| {
                let db = test.db.clone();
                tokio::spawn(async move { take_records(&db, &local(), &part(from)).await.taken })
            })
            .into();
        let mut taken = 0;
        for task in tasks {
            taken += task.await.unwrap();
        }
        assert_eq!((taken, counted(&test.db, CODE).await["received"]), (120, 120));
    }
}

/// A step of a dossier that a property test makes up.
fn steps() -> impl Strategy<Value = Vec<(u8, u8, u8, u8)>> {
    proptest::collection::vec((0..6_u8, 1..11_u8, 1..20_u8, 0..4_u8), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn counts_are_those_of_the_last_record_of_each_dossier(steps in steps()) {
        let records: Vec<Value> = steps.iter().enumerate().map(|(at, (dossier, state, day, kind))| {
            // No record comes twice: then the last one is the one that counts.
            record(&json!({
                "MaHoSo": format!("H31.1-261102-{dossier:04}"), "TrangThaiHoSo": state, "KenhThucHien": kind % 3 + 1,
                "MaTTHC": format!("1.90000{}", 1 + kind % 2), "NgayKetThucXuLy": format!("202611{day:02}100000"),
                "NgayNopHoSo": "20261102080000", "NgayHenTra": format!("2026110{}{:02}0000", 1 + kind, at % 24),
                "NgayTiepNhan": format!("2026110283{:02}00", at),
            }))
        }).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (steps, last) = (sqlite().await, sqlite().await);
            for part in records.chunks(7) {
                take_records(&steps.db, &local(), part).await;
            }
            let mut newest = std::collections::BTreeMap::new();
            for record in &records {
                newest.insert(record["MaHoSo"].to_string(), record.clone());
            }
            take_records(&last.db, &local(), &newest.into_values().collect::<Vec<_>>()).await;
            for code in ["1.900001", "1.900002"] {
                let mut of_steps = counted(&steps.db, code).await;
                of_steps.remove("illegal");
                assert_eq!(of_steps, counted(&last.db, code).await);
                let scope = Scope { code, unit: "", from: 0, to: 60_000 };
                let durations = async |db: &Db| {
                    let all = sums::durations(&mut db.read().await.unwrap(), &scope).await.unwrap();
                    all.into_iter().filter(|(_, n)| *n != 0).collect::<Vec<_>>()
                };
                assert_eq!(durations(&steps.db).await, durations(&last.db).await);
            }
        });
    }
}
