//! Records as senders write them: what is read, what is refused and why.

use serde_json::{Value, json};
use toantrinh::monitor::dossier::facts::flag;
use toantrinh::monitor::dossier::model::{Channel, State};
use toantrinh::monitor::dossier::moment;

use super::given::{lines, read, record};

fn refused(members: &Value) -> (&'static str, &'static str) {
    let batch = read(&lines(&[record(members)]));
    assert_eq!((batch.read, batch.entries.len(), batch.rejected.len()), (1, 0, 1), "{members}");
    (batch.rejected[0].refused.field, batch.rejected[0].refused.reason)
}

fn at(text: &str) -> Option<i64> {
    moment::read(text).unwrap()
}

#[test]
fn the_same_record_is_read_from_texts_and_from_numbers_bare_or_in_an_envelope() {
    let plain = read(&lines(&[record(&json!({}))]));
    let numbers = record(&json!({
        "KenhThucHien": 2, "TrangThaiHoSo": 9, "NgayTiepNhan": 20_261_102_083_000_u64, "DuocThanhToanTrucTuyen": 3,
        "NgayHenTra": "2026-11-05T08:30:00", "NgayKetThucXuLy": "04/11/2026 10:00:00", "MaHoSo": " h31.1-261102-0001 ",
        "TaiLieuNop": null, "DanhSachLePhi": "", "DanhSachHoSoBoSung": {},
    }));
    let mut numbers = numbers;
    numbers["DanhSachHoSoBoSung"] = json!([]);
    let envelope = json!({"service": "DongBoHoSoMC", "isUpdating": "False", "session": "x", "madonvi": "H31.9", "data": [numbers]});
    let list = json!([record(&json!({}))]);
    for text in [lines(&[numbers.clone()]), lines(&[envelope]), lines(&[list])] {
        let batch = read(&text);
        assert_eq!(batch.entries, plain.entries, "{:?}", batch.rejected);
        assert_eq!((&batch.codes, &batch.units), (&vec!["1.900001".to_owned()], &vec!["H31.1".to_owned()]));
    }
    let entry = plain.entries[0];
    assert_eq!((entry.facts.state, entry.channel), (State::Processed, Channel::Online));
    assert_eq!(entry.facts.received_at, at("20261102083000"));
    assert_eq!(entry.day, entry.facts.opened_day);
}

#[test]
fn codes_in_every_spelling_and_agencies_in_both_orders_are_one() {
    let spelling = |code: &str, dossier: &str| {
        let batch = read(&lines(&[record(&json!({"MaTTHC": code, "MaHoSo": dossier}))]));
        assert!(batch.rejected.is_empty(), "{code}, {dossier}: {:?}", batch.rejected);
        (batch.codes[0].clone(), batch.units[0].clone())
    };
    assert_eq!(spelling("1.001193.H31", "000.00.01.H31-261102-0001"), ("1.001193".into(), "H31.01".into()));
    assert_eq!(spelling("1.001193.000.00.00.H31", "H31.15.3-261102-12000001"), ("1.001193".into(), "H31.15.3".into()));
    assert_eq!(spelling(" 1.00 1193", "h31-261102-0001"), ("1.001193".into(), "H31".into()));
    assert_eq!(spelling("1.014955-Xoa", "H31-261102-0001").0, "1.014955-Xoa");
}

#[test]
fn a_dossier_code_without_an_agency_takes_the_senders() {
    let inner = record(&json!({"MaHoSo": "HS-2026/000123"}));
    let batch = read(&lines(&[json!({"madonvi": "000.00.15.H31", "data": [inner]}), inner]));
    assert_eq!((batch.entries.len(), &batch.units[0]), (1, &"H31.15".to_owned()));
    assert_eq!(batch.entries[0].day, 0);
    assert_eq!((batch.rejected[0].line, batch.rejected[0].refused.field), (2, "MaHoSo"));
}

#[test]
fn what_is_missing_counts_as_the_rules_have_it() {
    let batch = read(&lines(&[record(&json!({"KenhThucHien": null, "NgayTiepNhan": "", "TrangThaiHoSo": 1}))]));
    let entry = batch.entries[0];
    assert_eq!((entry.channel, entry.facts.state), (Channel::Direct, State::NewlyRegistered));
    assert_eq!(entry.facts.opened_day, moment::day_of(at("20261102").unwrap()));
    assert_eq!((entry.facts.received_at, entry.facts.ended_at), (None, None));
}

#[test]
fn fees_files_and_payments_become_yes_or_no() {
    let rich = record(&json!({
        "DuocThanhToanTrucTuyen": 1,
        "DanhSachLePhi": [{"TenPhiLePhi": "Phí", "Gia": "0"}, {"Gia": "50.000"}],
        "TaiLieuNop": [{"DuongDanTaiTepTin": "https://a", "IsDeleted": "True"}, {"DuongDanTaiTepTin": "https://b", "IsDeleted": false}],
        "DanhSachGiayToKetQua": [{"DuongDanTepTinKetQua": "https://c"}],
    }));
    let flags = read(&lines(std::slice::from_ref(&rich))).entries[0].facts.flags;
    assert_eq!(flags, flag::FEE_DUE | flag::PAID_ONLINE | flag::COMPONENT_ELECTRONIC | flag::RESULT_ELECTRONIC);
    let mut poor = rich;
    poor["DanhSachLePhi"] = json!([{"Gia": 0}, {"Gia": null}]);
    poor["TaiLieuNop"][1]["DuongDanTaiTepTin"] = json!("");
    poor["DanhSachGiayToKetQua"] = json!([{"DuongDanTepTinKetQua": null}, "tệp"]);
    poor["DuocThanhToanTrucTuyen"] = json!("3");
    assert_eq!(read(&lines(&[poor])).entries[0].facts.flags, 0);
}

#[test]
fn a_field_that_cannot_be_read_is_named_and_nothing_of_it_is_told() {
    for (members, field) in [
        (json!({"MaHoSo": null}), "MaHoSo"),
        (json!({"MaHoSo": {"a": 1}}), "MaHoSo"),
        (json!({"MaTTHC": "khai sinh"}), "MaTTHC"),
        (json!({"MaTTHC": "0.912345678"}), "MaTTHC"),
        (json!({"TrangThaiHoSo": "11"}), "TrangThaiHoSo"),
        (json!({"TrangThaiHoSo": ["9"]}), "TrangThaiHoSo"),
        (json!({"KenhThucHien": "4"}), "KenhThucHien"),
        (json!({"NgayTiepNhan": "hôm qua"}), "NgayTiepNhan"),
        (json!({"NgayHenTra": "20261305"}), "NgayHenTra"),
        (json!({"NgayKetThucXuLy": {}}), "NgayKetThucXuLy"),
        (json!({"NgayTra": "x"}), "NgayTra"),
        (json!({"NgayTuChoi": "x"}), "NgayTuChoi"),
        (json!({"DanhSachLePhi": [{"Gia": "năm mươi"}]}), "DanhSachLePhi.Gia"),
        (json!({"DanhSachHoSoBoSung": [{"NgayBoSung": "mai"}]}), "DanhSachHoSoBoSung.NgayBoSung"),
        (json!({"DanhSachHoSoBoSung": ["x"]}), "DanhSachHoSoBoSung"),
        (json!({"MaHoSo": "1", "NgayTiepNhan": null, "NgayNopHoSo": null}), "NgayTiepNhan"),
    ] {
        assert_eq!(refused(&members).0, field, "{members}");
    }
    let text = "{\"MaHoSo\": \"H31\nkhông phải JSON\n[1]\n{\"data\": 5}\n\u{feff}\n\n\"a\"\n";
    let batch = read(text);
    let reasons: Vec<(u64, &str)> = batch.rejected.iter().map(|one| (one.line, one.refused.reason)).collect();
    assert_eq!(
        reasons,
        [(1, "is not JSON"), (2, "is not JSON"), (3, "is no record"), (4, "is no record"), (7, "is no record")]
    );
    let hashes: std::collections::BTreeSet<&str> = batch.rejected.iter().map(|one| one.hash.as_str()).collect();
    assert_eq!(hashes.len(), 5);
}

#[test]
fn decomposed_and_broken_text_in_fields_that_are_dropped_does_no_harm() {
    let text = "{\"MaHoSo\":\"H31.1-261102-0001\",\"ChuHoSo\":\"Nguye\u{302}\u{303}n\\ud83d\",\"GhiChu\":[{\"a\":[1,{}]}],\
        \"MaTTHC\":\"1.900001\",\"TrangThaiHoSo\":\"2\",\"NgayTiepNhan\":\"20261102083000\"}";
    let batch = read(text);
    // A lone surrogate in a field that nobody reads is no reason to refuse the record.
    assert_eq!((batch.entries.len(), batch.rejected.len()), (1, 0), "{:?}", batch.rejected);
}

#[test]
fn supplements_tell_when_papers_were_asked_for_and_when_they_came() {
    let with = |state: &str, end: &str, supplements: Value| {
        let one = record(&json!({"TrangThaiHoSo": state, "NgayKetThucXuLy": end, "DanhSachHoSoBoSung": supplements}));
        read(&lines(&[one])).entries[0].facts
    };
    let (asked, back) = ("20261103090000", "20261104090000");
    let open = with("5", "", json!([{"NgayBoSung": asked, "NgayTiepNhanBoSung": "0001-01-01T00:00:00"}]));
    assert!(open.has(flag::ASKED | flag::WAITS) && open.asked_at == at(asked) && open.back_at.is_none());
    let came = with("4", "", json!([{"NgayBoSung": asked, "NgayTiepNhanBoSung": back}]));
    assert!(came.has(flag::ASKED) && !came.has(flag::WAITS) && came.back_at == at(back));
    let moved =
        with("4", "", json!([{"NgayBoSung": asked, "NgayTiepNhanBoSung": back, "NgayHenTraMoi": "20261109083000"}]));
    assert!(moved.has(flag::DUE_MOVED) && moved.due_at == at("20261109083000"));
    let before =
        with("4", "", json!([{"NgayBoSung": asked, "NgayTiepNhanBoSung": back, "NgayHenTraTruoc": "20261104083000"}]));
    assert!(before.has(flag::DUE_MOVED) && before.due_at == at("20261105083000"));
    let twice = with("4", "", json!([{"NgayBoSung": back}, {"NgayBoSung": asked, "NgayTiepNhanBoSung": back}]));
    assert!(twice.has(flag::ASKED | flag::ASKED_AGAIN) && twice.asked_at == at(back));
    // The portal is told "processed" of a dossier that waits for the citizen.
    let masked = with("9", "", json!([{"NgayBoSung": asked}]));
    assert!(masked.has(flag::WAITS | flag::UNPROVEN) && masked.state == State::Processed);
    let done = with("9", "20261105090000", json!([{"NgayBoSung": asked}]));
    assert!(!done.has(flag::WAITS) && !done.has(flag::UNPROVEN));
    assert!(with("9", "", json!([])).has(flag::UNPROVEN));
    assert!(with("5", "", json!([])).has(flag::ASKED | flag::WAITS));
}
