//! Records of the made-up one-stop system: their shape, their story, their repetition.

use std::collections::BTreeMap;

use serde_json::Value;
use toantrinh::simulator::dossiers::{Generator, Plan};

use crate::support::{made_up_simulator, simulator};

/// The fields of a record in the order of DOMAIN.md 5.3.
const FIELDS: [&str; 37] = [
    "MaHoSo",
    "MaTTHC",
    "TenTTHC",
    "MaLinhVuc",
    "TenLinhVuc",
    "KenhThucHien",
    "SoGiayToChuHoSo",
    "ChuHoSo",
    "LoaiDoiTuong",
    "MaDoiTuong",
    "ThongTinKhac",
    "Email",
    "Fax",
    "SoDienThoai",
    "TrichYeuHoSo",
    "NgayTiepNhan",
    "NgayHenTra",
    "TrangThaiHoSo",
    "NgayTra",
    "ThongTinTra",
    "HinhThuc",
    "NgayKetThucXuLy",
    "DonViXuLy",
    "GhiChu",
    "TaiLieuNop",
    "DanhSachLePhi",
    "DanhSachTepDinhKemKhac",
    "DanhSachHoSoBoSung",
    "DanhSachGiayToKetQua",
    "NoiNopHoSo",
    "HoSoCoThanhPhanSoHoa",
    "TaiKhoanDuocXacThucVoiVNeID",
    "DuocThanhToanTrucTuyen",
    "NgayTuChoi",
    "DinhDanhCHS",
    "NgayNopHoSo",
    "DSKetNoiCSDL",
];

fn plan(count: u64) -> Plan {
    Plan { count, seed: 11, ..Plan::default() }
}

fn lines(plan: Plan) -> Vec<String> {
    Generator::starter(plan).unwrap().collect()
}

#[test]
fn every_record_has_all_fields_in_their_order() {
    let lines = lines(plan(2_000));
    assert_eq!(lines.len(), 2_000);
    for line in &lines {
        let record: Value = serde_json::from_str(line).unwrap();
        assert_eq!(record.as_object().unwrap().len(), FIELDS.len());
        let mut last = 0;
        for field in FIELDS {
            let at = line.find(&format!("\"{field}\":")).unwrap();
            assert!(at > last, "{field} stands too early in {line}");
            last = at;
            let value = &record[field];
            assert!(value.is_string() || value.is_array() || field == "KenhThucHien", "{field} is {value}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    assert_eq!(lines(plan(300)), lines(plan(300)));
    assert_ne!(lines(plan(300)), lines(Plan { seed: 12, ..plan(300) }));
}

#[test]
fn what_is_written_is_what_is_true_of_the_dossier() {
    let generator = Generator::starter(plan(20_000)).unwrap();
    let mut states: BTreeMap<u8, u32> = BTreeMap::new();
    let (mut altered, mut late, mut several, mut online, mut paid) = (0, 0, 0, 0, 0);
    for (number, line) in (0..).zip(generator.clone()) {
        let truth = generator.dossier(number).unwrap();
        let record: Value = serde_json::from_str(&line).unwrap();
        let text = |field: &str| record[field].as_str().unwrap();
        assert_eq!(text("TrangThaiHoSo"), truth.state_sent.to_string());
        assert_eq!(text("MaTTHC"), generator.procedure_code(&truth));
        assert!(text("MaHoSo").starts_with(&format!("H31.{}-26", truth.unit)), "{}", text("MaHoSo"));
        let instants = [truth.received, truth.due, truth.ended_sent, truth.returned, truth.refused];
        let fields = ["NgayTiepNhan", "NgayHenTra", "NgayKetThucXuLy", "NgayTra", "NgayTuChoi"];
        for (field, instant) in fields.into_iter().zip(instants) {
            assert_eq!(text(field).len(), if instant.is_some() { 14 } else { 0 }, "{field} of {line}");
        }
        let order: Vec<i64> =
            [Some(truth.submitted), truth.received, truth.ended, truth.returned].into_iter().flatten().collect();
        assert!(order.is_sorted(), "{truth:?}");
        assert!(order.iter().all(|t| *t <= 90 * 86_400), "nothing is told that lies after the reading");
        assert_eq!(record["DanhSachHoSoBoSung"].as_array().unwrap().len(), truth.requests.len());
        assert_eq!(record["DanhSachGiayToKetQua"].as_array().unwrap().len(), usize::from(truth.result_file));
        *states.entry(truth.state).or_default() += 1;
        altered += u32::from(truth.is_altered());
        late += u32::from(truth.ended.zip(truth.due).is_some_and(|(ended, due)| ended > due));
        several += u32::from(truth.requests.len() > 1);
        online += u32::from(truth.channel == 2);
        paid += u32::from(truth.payment < 3);
    }
    assert_eq!(states.keys().copied().collect::<Vec<_>>(), [1, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert!((14_000..14_800).contains(&online), "{online}");
    assert!((500..2_000).contains(&late), "{late}");
    assert!(altered > 50 && several > 100 && paid > 3_000, "{altered} {several} {paid}");
}

#[test]
fn a_later_reading_sends_the_same_dossiers_in_later_states() {
    let at = |day| lines(Plan { at: Some(day), ..plan(3_000) });
    let (early, late) = (at(30), at(90));
    assert!(early.len() < late.len() && early.len() > 800, "{}", early.len());
    let code = |line: &str| serde_json::from_str::<Value>(line).unwrap()["NgayNopHoSo"].to_string();
    let changed = early.iter().zip(&late).filter(|(a, b)| {
        assert_eq!(code(a), code(b));
        a != b
    });
    assert!(changed.count() > 20);
}

#[test]
fn broken_lines_are_those_the_plan_says() {
    let mut generator = Generator::starter(Plan { broken: 0.1, ..plan(1_000) }).unwrap();
    let known = generator.clone();
    let (mut broken, mut unreadable) = (0, 0);
    for number in 0..1_000 {
        let line = generator.next().unwrap();
        let read = serde_json::from_str::<Value>(&line);
        unreadable += u32::from(read.is_err());
        let sound =
            read.is_ok_and(|r| r["MaHoSo"] != "" && r["TrangThaiHoSo"] != "99" && r["NgayNopHoSo"] != "20261399250000");
        assert_eq!(sound, !known.is_broken(number), "{line}");
        broken += u32::from(!sound);
    }
    assert!((70..130).contains(&broken) && unreadable > 5, "{broken} {unreadable}");
}

#[test]
fn applicants_stand_in_the_record_and_cannot_be_anybody() {
    let generator = Generator::starter(plan(50)).unwrap();
    for (number, line) in (0..).zip(generator.clone()) {
        let applicant = generator.applicant(number);
        for word in [applicant.name(), applicant.identity_number(), applicant.phone(), applicant.email()] {
            assert!(line.contains(&word), "{word} is not in {line}");
        }
        assert_eq!((applicant.identity_number().len(), applicant.phone().len()), (12, 10));
        assert!(applicant.email().ends_with("@example.invalid"));
    }
}

#[tokio::test]
async fn the_feed_over_http_is_the_generators() {
    let running = made_up_simulator("").await;
    let ask = async |query: &str| reqwest::get(format!("{}/dossiers.ndjson?{query}", running.base())).await.unwrap();
    let answer = ask("count=500&seed=11&from=2026-01-01&days=90").await;
    assert_eq!(answer.headers()["content-type"], "application/x-ndjson");
    let text = answer.text().await.unwrap();
    assert_eq!(text.lines().map(str::to_owned).collect::<Vec<_>>(), lines(plan(500)));
    assert_eq!(ask("count=99999999999").await.status().as_u16(), 400);
    assert_eq!(ask("days=0").await.status().as_u16(), 400);
    assert_eq!(ask("colour=red").await.status().as_u16(), 400);
}

#[tokio::test]
async fn dossiers_are_about_the_captured_catalog_where_there_is_one() {
    let Some(running) = simulator("").await else { return };
    let text =
        reqwest::get(format!("{}/dossiers.ndjson?count=5000", running.base())).await.unwrap().text().await.unwrap();
    let codes: std::collections::BTreeSet<String> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["MaTTHC"].as_str().unwrap().to_owned())
        .collect();
    assert!(codes.len() > 500, "{}", codes.len());
}
