//! Records read from the portal's Word files: metadata, content, tables.

use serde_json::Value;

use super::value;
use crate::catalog::model::{Fee, Paper, Procedure, Step, TimeLimit};
use crate::catalog::{fee, legal, text, time_limit};

/// Reads `{metadata, content, tables}`.
pub fn read(detail: &Value, w: &mut Vec<String>) -> Procedure {
    let nothing = Value::Null;
    let metadata = detail.get("metadata").unwrap_or(&nothing);
    let content = detail.get("content").unwrap_or(&nothing);
    let tables = detail.get("tables").unwrap_or(&nothing);
    let list =
        |field: &str, w: &mut Vec<String>| value::text(content, field, w).map(|t| value::parts(&t)).unwrap_or_default();
    let mut p = Procedure {
        name: value::text(metadata, "tên_thủ_tục", w).unwrap_or_default(),
        fields: value::text(metadata, "lĩnh_vực", w).into_iter().collect(),
        handling_agencies: value::text(content, "cơ_quan_thực_hiện", w).into_iter().collect(),
        deciding_agencies: list("cơ_quan_có_thẩm_quyền", w),
        coordinating_agencies: list("cơ_quan_phối_hợp", w),
        receiving_address: value::text(content, "địa_chỉ_tiếp_nhận_hs", w),
        levels: value::text(metadata, "cấp_thực_hiện", w).map(|t| value::levels(&t)).unwrap_or_default(),
        audiences: list("đối_tượng_thực_hiện", w),
        conditions: value::long_text(content, "yêu_cầu_điều_kiện_thực_hiện", w),
        results: value::long_text(content, "kết_quả_thực_hiện", w).into_iter().collect(),
        description: value::long_text(content, "mô_tả", w),
        keywords: value::text(content, "từ_khóa", w),
        decision: value::text(metadata, "số_quyết_định", w).and_then(|t| value::decision(&t)),
        ..Procedure::default()
    };
    if let Some(steps) = value::long_text(content, "trình_tự_thực_hiện", w) {
        p.steps.push(Step { order: 1, title: None, text: steps });
    }
    for row in value::list(tables, "hinh_thuc_nop", w) {
        let channel = value::text(row, "hinh_thuc", w).and_then(|t| value::channel(&t));
        value::add_channel(&mut p.channels, channel);
        if let Some(raw) = value::text(row, "thoi_han_giai_quyet", w) {
            p.time_limits.push(TimeLimit { channel, case: None, value: time_limit::parse(&raw), raw });
        }
        if let Some(raw) = value::long_text(row, "phi_le_phi", w) {
            p.fees.push(Fee { channel, kind: fee::kind_of_text(&raw), amount: fee::parse(&raw), raw });
        }
    }
    for row in value::list(tables, "thanh_phan_ho_so", w) {
        read_paper(row, &mut p, w);
    }
    for act in value::list(tables, "can_cu_phap_ly", w) {
        let field = |name| act.get(name).and_then(Value::as_str).unwrap_or_default();
        p.legal_basis.extend(legal::act(field("so_ky_hieu"), field("trich_yeu"), field("ngay_ban_hanh")));
    }
    p
}

/// "Bản chính: 1\nBản sao: 0" stands in the remark; the column for quantities names the form's file.
fn read_paper(row: &Value, p: &mut Procedure, w: &mut Vec<String>) {
    let Some(name) = value::long_text(row, "ten_giay_to", w) else { return };
    let remark = text::line(&value::raw(row, "ghi_chu", w).unwrap_or_default());
    let after = |word: &str| {
        let rest = remark.split(word).nth(1)?.trim_start_matches([':', ' ']);
        rest.split(' ').next()?.parse::<u32>().ok()
    };
    let (originals, copies) = (after("Bản chính"), after("Bản sao"));
    let form = value::text(row, "so_luong", w).is_some_and(|t| t.contains('.'));
    let note = originals == Some(0) && copies == Some(0) && !form;
    p.papers.push(Paper { group: None, name, originals, copies, note, form });
}
