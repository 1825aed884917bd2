//! Nothing of an applicant is kept: planted names, numbers and texts are looked for in every byte that is written.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::json;
use sqlx::{AssertSqlSafe, Row};
use toantrinh::assessment::actions::catch_up;
use toantrinh::catalog::import::lines::Lines;
use toantrinh::monitor::dossier::actions::take;
use toantrinh::platform::db::Db;
use toantrinh::search::engine::{Engine, Place};

use super::given::{local, portal, record, take_text};
use crate::support::{NOW, TestDb, databases, import_text, options};

/// Texts that stand in the records and nowhere else.
const PLANTED: [&str; 24] = [
    "ZZTENNGUOI",
    "zzchuhoso",
    "079123456789",
    "0987650123",
    "zz.thu@vi-du.vn",
    "zzfax7711",
    "zztrichyeu",
    "zzghichu",
    "zzkhac",
    "zznoidungbosung",
    "zznguoiyeucau",
    "zztep-giay-khai-sinh.pdf",
    "zzlienket",
    "zzketqua",
    "zzdonvixuly",
    "zzma-doi-tuong",
    "zzthongtintra",
    "zztiepnhan",
    "zzlephi",
    "261102-7777",
    "261102-8888",
    "HOSO-ZZ-9999",
    "1.ZZTENNGUOI",
    "zzcongvan",
];

/// Where logs go while the test runs.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Good records, records with a fault in each field that is read, and lines that are no records.
fn text() -> String {
    let personal = json!({
        "MaHoSo": "H31.1-261102-7777", "ChuHoSo": "Nguyễn ZZTENNGUOI", "TenChuHoSo": "zzchuhoso",
        "SoGiayToChuHoSo": "079123456789", "SoDienThoai": "0987650123", "Email": "zz.thu@vi-du.vn", "Fax": "zzfax7711",
        "TrichYeuHoSo": "zztrichyeu", "GhiChu": "zzghichu", "ThongTinKhac": {"a": ["zzkhac"]}, "DonViXuLy": "zzdonvixuly",
        "MaDoiTuong": "zzma-doi-tuong", "ThongTinTra": "zzthongtintra", "CongVan": "zzcongvan",
        "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": "079123456789"}],
        "TaiLieuNop": [{"TenTepDinhKem": "zztep-giay-khai-sinh.pdf", "DuongDanTaiTepTin": "https://a/zzlienket"}],
        "DanhSachGiayToKetQua": [{"TenGiayTo": "zzketqua", "DuongDanTepTinKetQua": "https://a/zzketqua"}],
        "DanhSachLePhi": [{"TenPhiLePhi": "zzlephi", "Gia": "5000"}],
        "DanhSachHoSoBoSung": [{"NguoiYeuCauBoSung": "zznguoiyeucau", "NoiDungBoSung": "zznoidungbosung",
            "NguoiTiepNhanBoSung": "zztiepnhan", "NgayBoSung": "20261103090000", "NgayTiepNhanBoSung": "20261103100000"}],
    });
    let with = |members: serde_json::Value| {
        let mut one = record(&personal);
        for (key, value) in members.as_object().unwrap() {
            one[key] = value.clone();
        }
        format!("{one}\n")
    };
    let name = json!("ZZTENNGUOI 079123456789 0987650123");
    let mut text = with(json!({}));
    text += &with(json!({"MaHoSo": "H31.1-261102-8888", "TrangThaiHoSo": "5"}));
    text += &with(json!({"MaHoSo": "HOSO-ZZ-9999"}));
    for (sender, session) in [("ZZTENNGUOI", ""), ("H31.2", "zzkhac")] {
        let data = [record(&json!({"MaHoSo": "HOSO-ZZ-9999"}))];
        text += &json!({"madonvi": sender, "session": session, "data": data}).to_string();
        text += "\n";
    }
    for field in [
        "MaTTHC",
        "KenhThucHien",
        "TrangThaiHoSo",
        "NgayTiepNhan",
        "NgayNopHoSo",
        "NgayHenTra",
        "NgayKetThucXuLy",
        "NgayTra",
        "NgayTuChoi",
        "DuocThanhToanTrucTuyen",
        "TaiLieuNop",
        "DanhSachLePhi",
        "DanhSachGiayToKetQua",
        "DanhSachHoSoBoSung",
        "data",
        "madonvi",
    ] {
        text += &with(json!({field: name}));
        text += &with(json!({field: [name]}));
        text += &with(json!({field: {"zzkhac": name}}));
    }
    text += &with(json!({"MaTTHC": "1.ZZTENNGUOI"}));
    text += &with(json!({"MaTTHC": "0.987650123"}));
    text += &with(json!({"MaHoSo": "ZZTENNGUOI-261102-7777"}));
    text += &with(json!({"DanhSachLePhi": [{"Gia": "ZZTENNGUOI"}]}));
    text += &with(json!({"DanhSachHoSoBoSung": [{"NgayBoSung": "zznoidungbosung"}]}));
    text += "ZZTENNGUOI 079123456789\n\"zzghichu\"\n{\"MaHoSo\": \"H31.1-261102-7777\", \"ChuHoSo\": \"ZZTENNGUOI\n";
    text += "{\"MaHoSo\":\"H31.1-261102-7777\",\"MaHoSo\":\"zzghichu\"}\n";
    text
}

fn assert_clean(what: &str, bytes: &[u8]) {
    for planted in PLANTED {
        let planted = planted.as_bytes();
        let found = bytes.windows(planted.len()).position(|window| window.eq_ignore_ascii_case(planted));
        if let Some(at) = found {
            let around = &bytes[at.saturating_sub(60)..(at + 60).min(bytes.len())];
            panic!("{what} holds {}: {}", String::from_utf8_lossy(planted), String::from_utf8_lossy(around));
        }
    }
}

fn assert_folder_clean(folder: &Path) -> usize {
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files += assert_folder_clean(&path);
        } else {
            assert_clean(&path.display().to_string(), &fs::read(&path).unwrap());
            files += 1;
        }
    }
    files
}

/// Every value of every table as text.
async fn dump(db: &Db) -> Vec<u8> {
    let mut out = Vec::new();
    match db {
        Db::Sqlite { writer, .. } => {
            let columns = "SELECT m.name AS t, c.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) c
                           WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'";
            for row in sqlx::query(columns).fetch_all(writer).await.unwrap() {
                let (table, column): (String, String) = (row.get("t"), row.get("c"));
                let text = format!("SELECT CAST({column} AS BLOB) FROM {table} WHERE {column} IS NOT NULL");
                for value in sqlx::query(AssertSqlSafe(text)).fetch_all(writer).await.unwrap() {
                    out.extend_from_slice(&value.get::<Vec<u8>, _>(0));
                    out.push(b'\n');
                }
            }
        }
        Db::Postgres(pool) => {
            let tables = "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public'";
            for row in sqlx::query(tables).fetch_all(pool).await.unwrap() {
                let table: String = row.get(0);
                let text = format!("SELECT CAST(t AS TEXT) FROM {table} t");
                for value in sqlx::query(AssertSqlSafe(text)).fetch_all(pool).await.unwrap() {
                    out.extend_from_slice(value.get::<String, _>(0).as_bytes());
                    out.push(b'\n');
                }
            }
            // Bytes are written as digits above; here as they are.
            for value in sqlx::query("SELECT hash, seen FROM dossiers").fetch_all(pool).await.unwrap() {
                out.extend_from_slice(&value.get::<Vec<u8>, _>(0));
                out.extend_from_slice(&value.get::<Vec<u8>, _>(1));
            }
        }
    }
    out
}

async fn import_everything(test: &TestDb, folder: &Path) {
    let known = r#"{"starter":1,"code":"1.900001","name":"Cấp giấy thử một","type":"STANDARD","fields":[],"issuer":"Bộ Thử","agencies":[],"levels":["province"],"audiences":[],"channels":["online"],"time_limits":[],"papers":[],"steps":[],"results":[]}"#;
    import_text(&test.db, known.as_bytes(), &options()).await;
    let report = take_text(&test.db, &local(), &text()).await;
    assert!(report.taken >= 4 && report.refused > 30, "{report:?}");
    assert_clean("the report", serde_json::to_string(&report).unwrap().as_bytes());
    assert_clean("the report", format!("{report:?}").as_bytes());
    let path = folder.join("dossiers.ndjson");
    fs::write(&path, text()).unwrap();
    take(&test.db, &portal(), Lines::open(&path).unwrap(), NOW, &mut |_, _| {}).await.unwrap();
    fs::remove_file(&path).unwrap();
    catch_up(&test.db, NOW).await.unwrap();
    let index = folder.join("index");
    let engine = Engine::open(&test.db, Place::Folder(&index)).await.unwrap();
    engine.follow(&test.db).await.unwrap();
}

#[test]
fn nothing_of_an_applicant_is_in_the_database_the_index_or_the_logs() {
    let text = text();
    assert!(PLANTED.iter().all(|planted| text.contains(planted)), "a text that is looked for was not planted");
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    // Each test has a process of its own: no other subscriber can be there before.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for test in databases().await {
            let folder = tempfile::tempdir().unwrap();
            import_everything(&test, folder.path()).await;
            assert!(assert_folder_clean(folder.path()) > 0);
            let dump = dump(&test.db).await;
            assert!(dump.len() > 1_000);
            assert_clean("a table", &dump);
            if let Db::Sqlite { path, .. } = &test.db {
                assert!(path.with_extension("db-wal").exists());
                assert!(assert_folder_clean(path.parent().unwrap()) >= 2);
            }
        }
    });
    let logs = captured.0.lock().unwrap();
    assert!(logs.len() > 10_000, "only {} bytes of logs were captured", logs.len());
    assert_clean("the log", &logs);
}

#[tokio::test]
async fn a_dossier_is_known_again_by_its_hash_alone_and_not_without_the_key() {
    let [one, other] = [crate::support::sqlite().await, crate::support::sqlite().await];
    let hash = async |test: &TestDb| -> Vec<u8> {
        take_text(&test.db, &local(), &format!("{}\n", record(&json!({})))).await;
        let Db::Sqlite { writer, .. } = &test.db else { unreachable!() };
        sqlx::query("SELECT hash FROM dossiers").fetch_one(writer).await.unwrap().get(0)
    };
    let (first, second) = (hash(&one).await, hash(&other).await);
    assert_eq!((first.len(), second.len()), (16, 16));
    assert_ne!(first, second, "two installations hash the same code alike");
    assert_eq!(hash(&one).await, first);
}
