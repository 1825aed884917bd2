//! Every trap of the sources, each with a record of our own that shows the same fault.

use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use super::{Reject, Shape, SourceRecord, apply, read};
use crate::catalog::model::{Channel, Level, Procedure, ProcedureKind};

fn one(value: &Value) -> SourceRecord {
    read(value.to_string().as_bytes()).unwrap().remove(0)
}

fn procedure(value: &Value) -> Procedure {
    let mut p = Procedure::default();
    apply(&one(value), &mut p);
    p
}

fn list(code: &str) -> Value {
    json!({"id": "i", "code": code, "name": " Cấp\u{a0}thẻ \n thư viện\t ", "categories": ["Văn hóa"], "departments": ["", "Thư viện tỉnh"],
        "departmentPromulgate": "Bộ Văn hóa", "formalityTargetType": ["Công dân Việt Nam"], "state": "UPDATED", "type": "SPECIFIC"})
}

fn corpus(kind: &str, detail: &Value) -> Value {
    json!({"code": "1.000001", "name": "Cấp thẻ thư viện", "id": "i", "portalUrl": "https://example.vn/1", "inCatalog20260718": true,
        "list": list("1.000001"), "detailKind": kind, "detail": detail, "derived": {"levels": ["MINISTRY"], "channels": ["POSTAL"]}})
}

fn api(extra: &Value) -> Value {
    let mut detail = json!({"id": "i", "code": "1.000001", "name": "Cấp thẻ thư viện", "executionSteps": [], "executionMethods": []});
    for (name, value) in extra.as_object().unwrap() {
        detail[name] = value.clone();
    }
    json!({"code": "OK", "data": detail, "message": "OK"})
}

#[test]
fn a_name_with_line_breaks_tabs_and_hard_blanks_becomes_one_line() {
    assert_eq!(procedure(&list("1.000001")).name, "Cấp thẻ thư viện");
}

#[test]
fn decomposed_text_is_composed() {
    let decomposed: String = "Cấp thẻ".nfd().collect();
    let mut item = list("1.000001");
    item["name"] = json!(decomposed);
    assert_eq!(procedure(&item).name, "Cấp thẻ");
}

#[test]
fn an_empty_department_is_none_and_a_list_item_says_who_it_is_for() {
    let p = procedure(&list("1.000001"));
    assert_eq!(p.handling_agencies, ["Thư viện tỉnh"]);
    assert_eq!((p.kind, p.source_state.as_deref()), (ProcedureKind::Specific, Some("UPDATED")));
}

#[test]
fn an_unknown_type_is_kept_as_standard_with_a_warning() {
    let mut item = list("1.000001");
    item["type"] = json!("BRAND_NEW");
    let record = one(&item);
    assert!(record.warnings.iter().any(|w| w.contains("BRAND_NEW")));
}

#[test]
fn odd_codes_are_kept_with_a_warning_and_tails_are_taken_off() {
    for (raw, code) in [
        (" 1.014325", "1.014325"),
        ("1.0133611", "1.0133611"),
        ("1.014955-Xoa", "1.014955-Xoa"),
        ("1.012753.H19", "1.012753"),
    ] {
        let record = one(&list(raw));
        assert_eq!((record.code.code.as_str(), record.code_raw.as_str()), (code, raw));
        assert_eq!(record.warnings.is_empty(), raw.starts_with(' '), "{raw}: {:?}", record.warnings);
    }
}

#[test]
fn what_others_derived_is_never_read() {
    let p = procedure(&corpus("api", &json!({"code": "1.000001", "name": "x", "isWard": true})));
    assert_eq!((p.levels, p.channels), (vec![Level::Commune], vec![]));
}

#[test]
fn a_record_that_left_the_list_is_retired() {
    let mut line = corpus("api", &Value::Null);
    assert_eq!(one(&line).retired, Some(false));
    line["inCatalog20260718"] = json!(false);
    assert_eq!(one(&line).retired, Some(true));
}

#[test]
fn a_handling_time_may_be_integer_float_paragraph_or_of_other_unit() {
    let method = |time: Value, unit: &str| json!({"submissionMethod": "DIRECT", "processingTime": time, "processingTimeUnit": unit, "fees": []});
    let p = procedure(&api(&json!({"executionMethods": [
        method(json!(7), "WORKING_DAY"), method(json!(17.5), "WORKING_DAY"),
        method(json!("Mười ngày, vùng cao hai mươi ngày"), "OTHER"), method(json!(5), "OTHER"),
    ], "cases": [{"name": "Vùng cao", "processingDay": {"qty": 20, "type": "DAY"}}, {"processingDay": {}}]})));
    let values: Vec<Option<f64>> = p.time_limits.iter().map(|t| t.value.map(|v| v.amount)).collect();
    assert_eq!(values, [Some(7.0), Some(17.5), None, None, Some(20.0)]);
    assert_eq!(p.time_limits[2].raw, "Mười ngày, vùng cao hai mươi ngày");
    assert_eq!(p.time_limits[4].case.as_deref(), Some("Vùng cao"));
}

#[test]
fn a_fee_may_be_null_zero_with_the_amount_in_its_text_or_in_thousands() {
    let fee = |value: Value, text: &str| json!({"type": "FEE", "value": value, "currencyId": "", "description": text});
    let p = procedure(&api(&json!({"executionMethods": [{"submissionMethod": "ONLINE", "fees": [
        fee(Value::Null, "Theo nghị quyết"), fee(json!(0), "Làm mới: 30.000 đồng"), fee(json!(100), "100.000 đồng mỗi lần"),
        fee(json!(0), ""), fee(Value::Null, ""), fee(json!("20000"), ""),
    ]}]})));
    let amounts: Vec<Option<i64>> = p.fees.iter().map(|f| f.amount).collect();
    assert_eq!(amounts, [None, None, Some(100_000), Some(0), Some(20_000)]);
    assert!(p.fees[1].raw.contains("30.000"));
}

#[test]
fn a_missing_category_is_taken_from_the_details() {
    let p = procedure(&api(&json!({"categoriesDetails": [{"id": "c", "name": " Thư viện ", "code": "G1"}]})));
    assert_eq!(p.fields, ["Thư viện"]);
    let p = procedure(&api(&json!({"category": {"name": "Bảo tàng"}})));
    assert_eq!(p.fields, ["Bảo tàng"]);
}

#[test]
fn the_decision_stands_in_the_proposal() {
    let p =
        procedure(&api(&json!({"decisionNo": "", "procedureProposal": {"proposalNumber": "Quyết định số 9 /QĐ-XYZ"}})));
    assert_eq!(p.decision.as_deref(), Some("9/QĐ-XYZ"));
}

#[test]
fn notes_among_the_papers_are_told_apart_and_groups_are_cleaned() {
    let component = |name: &str, n: u32| json!({"name": name, "originalQty": n, "copyQty": 0, "required": false, "attachments": []});
    let p = procedure(&api(&json!({"executionCases": [{"name": " * Giấy tờ nộp: ", "profileComponents": [
        component("Đơn xin thẻ", 1), component("Nếu đã nộp thì thôi", 0), component("  ", 1)]}]})));
    assert_eq!(p.papers.len(), 2);
    assert_eq!(p.papers[0].group.as_deref(), Some("Giấy tờ nộp"));
    assert_eq!((p.papers[0].note, p.papers[1].note), (false, true));
}

#[test]
fn a_glued_page_table_is_cut_only_where_that_is_sure() {
    let p = procedure(&corpus(
        "page",
        &json!({"ten_thu_tuc": "x", "cap_thuc_hien": "Cấp tỉnh, Cấp huyện",
        "cach_thuc_thuc_hien": "Hình thức nộpThời gianPhí, lệ phíMô tảTrực tuyến5 Ngày làm việcMiễn phíNộp Trực tuyến trên mạngTrực tiếp120,000 VNĐ(Theo bảng)Dịch vụ bưu chính3 NgàyKhông có thông tin",
        "thanh_phan_ho_so": "1. Giấy tờTên giấy tờMẫu đơn, tờ khaiSố lượngĐơn (01 bản chính)1 bản chính,0 bản saoẢnh0 bản chính,2 bản sao",
        "can_cu_phap_ly": "Luật Thư viện46/2099/QH14Nghị định93/2099/NĐ-CP",
        "ket_qua_xu_ly": "Thẻ thư việnTừ khóaKhông có thông tinMô tảChọn cơ quan thực hiệnNộp hồ sơ", "formality_id": ""}),
    ));
    assert_eq!(p.channels, [Channel::Online, Channel::Direct, Channel::Postal]);
    assert_eq!(p.levels, [Level::Province]);
    let times: Vec<Option<f64>> = p.time_limits.iter().map(|t| t.value.map(|v| v.amount)).collect();
    assert_eq!(times, [Some(5.0), None, Some(3.0)], "1 day and 20.000 đồng, or 120.000 đồng: nobody knows");
    assert_eq!(
        p.papers.iter().map(|x| (x.originals, x.copies)).collect::<Vec<_>>(),
        [(Some(1), Some(0)), (Some(0), Some(2))]
    );
    assert_eq!(p.papers[0].name, "Đơn (01 bản chính)");
    assert_eq!(p.results, ["Thẻ thư viện"]);
    assert_eq!(p.submit_form, Some(true));
}

#[test]
fn markdown_without_information_has_none_and_text_where_a_table_should_be_is_passed_over() {
    let p = procedure(&corpus(
        "markdown",
        &json!({"title": "x", "general": {"Lĩnh vực": "Thư viện", "Cấp thực hiện": "Cấp xã", "Cơ quan phối hợp": "Không có thông tin",
            "Đối tượng thực hiện": "Công dân, Tổ chức (không gồm doanh nghiệp, HTX)"},
        "sections": {"Mô tả": "Không có thông tin", "Kết quả xử lý": "**Thẻ**", "Căn cứ pháp lý": "Không có thông tin",
            "Cách thức thực hiện": [{"Hình thức nộp": "Trực tuyến", "Thời gian giải quyết": "N/A", "Phí, lệ phí": "Không có thông tin", "Mô tả": "Không có thông tin"}],
            "Thành phần hồ sơ": [{"group": "", "rows": "Xem quyết định"}]}}),
    ));
    assert_eq!((p.coordinating_agencies.len(), p.description, p.results), (0, None, vec!["Thẻ".to_owned()]));
    assert_eq!((p.channels, p.fees.len(), p.papers.len()), (vec![Channel::Online], 0, 0));
}

#[test]
fn a_brackets_comma_does_not_cut_an_audience() {
    let parts = super::value::parts("Công dân, Tổ chức (không gồm doanh nghiệp, HTX), Hợp tác xã");
    assert_eq!(parts, ["Công dân", "Tổ chức (không gồm doanh nghiệp, HTX)", "Hợp tác xã"]);
}

#[test]
fn a_word_file_keeps_quantities_in_its_remarks() {
    let p = procedure(&corpus(
        "docx",
        &json!({"metadata": {"tên_thủ_tục": "x", "số_quyết_định": "Quyết định số 62/QĐ-XYZ", "cấp_thực_hiện": "Cấp Bộ"},
        "content": {"trình_tự_thực_hiện": "Nộp đơn", "từ_khóa": "Không có thông tin"},
        "tables": {"hinh_thuc_nop": [{"hinh_thuc": "Trực tiếp", "thoi_han_giai_quyet": "30 Ngày làm việc", "phi_le_phi": "Phí : 0 Đồng", "mo_ta": ""}],
            "thanh_phan_ho_so": [{"ten_giay_to": "Đơn", "so_luong": "mau.doc", "ghi_chu": "Bản chính: 1\nBản sao: 2"}],
            "can_cu_phap_ly": [{"so_ky_hieu": "12", "trich_yeu": "Quyết định số 12/2099/QĐ-TTg", "ngay_ban_hanh": "24-03-2099", "co_quan_ban_hanh": "x"}]}}),
    ));
    assert_eq!((p.papers[0].originals, p.papers[0].copies, p.papers[0].form), (Some(1), Some(2), true));
    assert_eq!((p.fees[0].amount, p.decision.as_deref()), (Some(0), Some("62/QĐ-XYZ")));
    assert_eq!(p.legal_basis[0].number.as_deref(), Some("12/2099/QĐ-TTg"));
}

#[test]
fn success_with_html_is_a_refusal_and_an_error_in_the_envelope_too() {
    assert_eq!(read(b"<html><head><title>Request Rejected</title></head></html>").unwrap_err(), Reject::Html);
    let envelope = read(br#"{"code":"LIMIT","data":null,"message":"slow down"}"#).unwrap_err();
    assert!(envelope.to_string().contains("slow down"));
}

#[test]
fn a_wrong_type_in_a_side_field_costs_only_that_field() {
    let mut item = list("1.000001");
    item["categories"] = json!("Văn hóa");
    item["departmentPromulgate"] = json!({"name": "Bộ"});
    let record = one(&item);
    assert_eq!(record.warnings.len(), 2, "{:?}", record.warnings);
    assert_eq!(procedure(&item).name, "Cấp thẻ thư viện");
}

#[test]
fn applying_a_record_twice_changes_nothing_and_a_list_item_takes_no_detail_away() {
    let full = corpus(
        "api",
        &api(&json!({"isFullProcess": true, "executionSteps": [{"name": "", "description": "Nộp"}]}))["data"],
    );
    let mut p = procedure(&full);
    let before = p.clone();
    apply(&one(&full), &mut p);
    apply(&one(&list("1.000001")), &mut p);
    assert_eq!(p, before);
    assert_eq!(p.declared_full, Some(true));
}

#[test]
fn a_byte_order_mark_and_a_captured_exchange_are_seen_through() {
    let line = format!("\u{feff}{}", list("1.000001"));
    assert_eq!(read(line.as_bytes()).unwrap().len(), 1);
    let exchange =
        json!({"url": "x", "response": {"code": "OK", "data": {"items": [list("1.000001"), list("1.000002")]}}});
    assert_eq!(read(exchange.to_string().as_bytes()).unwrap().len(), 2);
}

#[test]
fn rows_of_the_former_portal_fill_what_nothing_else_has_said() {
    let row = r#"[{"ID": "432777", "PROCEDURE_CODE": "1.015045", "PROCEDURE_NAME": "Cấp  giấy phép",
        "PUBLISHED_AGENCY": "Bộ Công an", "IMPLEMENTATION_AGENCY": "Công an Xã; Công an tỉnh",
        "FIELD_NAME": "An toàn bức xạ và hạt nhân(Bộ Khoa học và Công nghệ)", "AMOUNT": "3", "ROW_STT": "1"}]"#;
    let record = read(row.as_bytes()).unwrap().remove(0);
    assert_eq!((record.code_raw.as_str(), record.shape, record.retired), ("1.015045", Shape::Former, None));
    let mut fresh = Procedure::default();
    apply(&record, &mut fresh);
    assert_eq!((fresh.name.as_str(), fresh.issuer.as_deref()), ("Cấp giấy phép", Some("Bộ Công an")));
    assert_eq!(fresh.handling_agencies, ["Công an Xã", "Công an tỉnh"]);
    assert_eq!(fresh.fields, ["An toàn bức xạ và hạt nhân"]);
    let mut known = Procedure { name: "Tên mới".to_owned(), issuer: Some("Bộ mới".to_owned()), ..fresh.clone() };
    apply(&record, &mut known);
    assert_eq!((known.name.as_str(), known.issuer.as_deref()), ("Tên mới", Some("Bộ mới")));
    assert!(matches!(read(b"[{}]"), Err(Reject::NotAnObject(_))));
    assert!(matches!(read(b"[]"), Err(Reject::NotAnObject(_))));
}
