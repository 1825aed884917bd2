//! Dossier records that the tests begin with. All texts are our own.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};
use toantrinh::monitor::dossier::actions::{CHANGE_KIND, DossierReport, Feed};
use toantrinh::monitor::dossier::counts::COLUMNS;
use toantrinh::monitor::dossier::intake::Intake;
use toantrinh::monitor::dossier::model::Side;
use toantrinh::monitor::dossier::reader::{Batch, Reader, ReaderOptions};
use toantrinh::monitor::dossier::sums::{self, Scope};
use toantrinh::platform::changes;
use toantrinh::platform::db::Db;

use crate::support::NOW;

/// A record of a dossier that was handled in time, with some members set.
pub fn record(members: &Value) -> Value {
    let mut record = json!({
        "MaHoSo": "H31.1-261102-0001", "MaTTHC": "1.900001", "TenTTHC": "Cấp giấy thử một", "KenhThucHien": "2",
        "ChuHoSo": "NGƯỜI THỬ", "NgayNopHoSo": "20261102080000", "NgayTiepNhan": "20261102083000",
        "NgayHenTra": "20261105083000", "TrangThaiHoSo": "9", "NgayKetThucXuLy": "20261104100000",
        "TaiLieuNop": [], "DanhSachLePhi": [], "DanhSachHoSoBoSung": [], "DanhSachGiayToKetQua": [],
        "DuocThanhToanTrucTuyen": "3",
    });
    for (key, value) in members.as_object().unwrap() {
        if value.is_null() {
            record.as_object_mut().unwrap().remove(key);
        } else {
            record[key] = value.clone();
        }
    }
    record
}

/// Lines of NDJSON.
pub fn lines(records: &[Value]) -> String {
    records.iter().fold(String::new(), |text, record| text + &record.to_string() + "\n")
}

/// A feed of the system that handles dossiers.
pub fn local() -> Feed {
    Feed { source: "một cửa H31".to_owned(), side: Side::Local, unit: None }
}

/// A feed of the portal.
pub fn portal() -> Feed {
    Feed { source: "cổng quốc gia".to_owned(), side: Side::Portal, unit: None }
}

/// Takes a text in, in pieces that are cut anywhere.
pub async fn take_text(db: &Db, feed: &Feed, text: &str) -> DossierReport {
    let mut intake = Intake::begin(db, feed, NOW).await.unwrap();
    for chunk in text.as_bytes().chunks(997) {
        intake.push(chunk).await.unwrap();
    }
    intake.finish().await.unwrap()
}

/// Takes records in.
pub async fn take_records(db: &Db, feed: &Feed, records: &[Value]) -> DossierReport {
    take_text(db, feed, &lines(records)).await
}

/// What a reader makes of a text.
pub fn read(text: &str) -> Batch {
    let odd_codes = HashSet::from(["1.014955-Xoa".to_owned()]);
    let mut reader = Reader::new(ReaderOptions { key: [7; 64], side: Side::Local, unit: None, odd_codes });
    for (at, line) in text.lines().enumerate() {
        reader.line(at as u64 + 1, line.as_bytes());
    }
    reader.take_batch()
}

/// The counts of a procedure over all days that are not 0, by column, channels added up.
pub async fn counted(db: &Db, code: &str) -> BTreeMap<&'static str, i64> {
    counted_on(db, code, 0, 60_000).await
}

/// The same of some days, counted from 1 January 1970.
pub async fn counted_on(db: &Db, code: &str, from: i32, to: i32) -> BTreeMap<&'static str, i64> {
    let mut tx = db.read().await.unwrap();
    let sums = sums::sums(&mut tx, &Scope { code, unit: "", from, to }).await.unwrap();
    let mut all = BTreeMap::new();
    for (_, counts) in sums {
        for (column, n) in COLUMNS.iter().zip(counts.0) {
            *all.entry(*column).or_insert(0) += n;
        }
    }
    all.retain(|_, n| *n != 0);
    all
}

/// Counts by column, as [`counted`] gives them.
pub fn counts(of: &[(&'static str, i64)]) -> BTreeMap<&'static str, i64> {
    of.iter().copied().collect()
}

/// The subjects of the change log from a position.
pub async fn changed(db: &Db, after: i64) -> Vec<String> {
    let all = changes::after(&mut db.read().await.unwrap(), after, 1_000).await.unwrap();
    assert!(all.iter().all(|change| change.kind == CHANGE_KIND));
    all.into_iter().map(|change| change.subject).collect()
}
