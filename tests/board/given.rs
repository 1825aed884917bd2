//! Dossiers of a small province in September and October 2026: the share that comes online falls.

use serde_json::{Value, json};
use toantrinh::platform::db::Db;

use crate::monitor::given::{local, record, take_records};
use crate::support::{import_text, options};

/// Birth registration, where the fall is.
pub const BIRTH: &str = "1.900001";
/// Something else, which rises a little.
pub const OTHER: &str = "1.900002";

fn dossier(code: &str, unit: &str, month: i8, serial: i32, online: bool, late: bool) -> Value {
    let day = 1 + serial % 20;
    let ended = if late { "20261130100000".to_owned() } else { format!("2026{month:02}{:02}100000", day + 1) };
    record(&json!({
        "MaHoSo": format!("{unit}-26{month:02}{day:02}-{serial:04}"),
        "MaTTHC": code,
        "KenhThucHien": if online { "2" } else { "1" },
        "NgayNopHoSo": format!("2026{month:02}{day:02}080000"),
        "NgayTiepNhan": format!("2026{month:02}{day:02}090000"),
        "NgayHenTra": format!("2026{month:02}{:02}090000", day + 5),
        "NgayKetThucXuLy": ended,
    }))
}

/// 400 dossiers: in September 70 of 100 of each procedure come online; in October 40 of the one and 75 of the other. The
/// second unit is late with 12 of its 50 in October.
pub fn dossiers() -> Vec<Value> {
    let mut all = Vec::new();
    for (month, births, others) in [(9, 70, 70), (10, 40, 75)] {
        for (code, online) in [(BIRTH, births), (OTHER, others)] {
            for at in 0..100 {
                let unit = if at % 2 == 0 { "H31.1" } else { "H31.2" };
                let late = month == 10 && code == BIRTH && unit == "H31.2" && at < 24;
                let serial = i32::from(code == OTHER) * 1_000 + at;
                all.push(dossier(code, unit, month, serial, at < online, late));
            }
        }
    }
    all
}

/// A catalog of two procedures with these dossiers.
pub async fn province(db: &Db) {
    let line = |code: &str, name: &str| {
        json!({"starter": 1, "code": code, "name": name, "type": "STANDARD", "issuer": "Bộ Tư pháp",
               "channels": ["online", "direct"], "fields": ["Hộ tịch"]})
        .to_string()
    };
    let text = [line(BIRTH, "Đăng ký khai sinh"), line(OTHER, "Cấp bản sao trích lục")].join("\n");
    let report = import_text(db, text.as_bytes(), &options()).await;
    assert_eq!(report.added, 2);
    let report = take_records(db, &local(), &dossiers()).await;
    assert_eq!((report.taken, report.refused), (400, 0));
}
