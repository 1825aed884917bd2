//! Records read from Markdown renderings of the portal's pages: headings, tables, "Không có thông tin".

use serde_json::Value;

use super::value;
use crate::catalog::model::{Fee, Paper, Procedure, Step, TimeLimit};
use crate::catalog::{fee, legal, text, time_limit};

/// Reads `{title, general, sections}`.
pub fn read(detail: &Value, w: &mut Vec<String>) -> Procedure {
    let nothing = Value::Null;
    let general = detail.get("general").unwrap_or(&nothing);
    let sections = detail.get("sections").unwrap_or(&nothing);
    let list = |from: &Value, field: &str, w: &mut Vec<String>| {
        value::text(from, field, w).map(|t| value::parts(&t)).unwrap_or_default()
    };
    let mut handling: Vec<String> = value::text(sections, "Cơ quan thực hiện", w).into_iter().collect();
    if handling.is_empty() {
        handling = list(general, "Cơ quan có thẩm quyền", w);
    }
    let mut p = Procedure {
        name: value::text(detail, "title", w).unwrap_or_default(),
        fields: value::text(general, "Lĩnh vực", w).into_iter().collect(),
        handling_agencies: handling,
        deciding_agencies: list(general, "Cơ quan có thẩm quyền", w),
        coordinating_agencies: list(general, "Cơ quan phối hợp", w),
        receiving_address: value::text(general, "Địa chỉ tiếp nhận HS", w),
        levels: value::text(general, "Cấp thực hiện", w).map(|t| value::levels(&t)).unwrap_or_default(),
        audiences: list(general, "Đối tượng thực hiện", w),
        conditions: value::raw(sections, "Yêu cầu, điều kiện thực hiện", w).and_then(|t| text::some(text::plain(&t))),
        results: value::raw(sections, "Kết quả xử lý", w)
            .and_then(|t| text::some(text::plain(&t)))
            .into_iter()
            .collect(),
        description: value::raw(sections, "Mô tả", w).and_then(|t| text::some(text::plain(&t))),
        keywords: value::text(sections, "Từ khóa", w),
        decision: value::text(general, "Số quyết định", w).and_then(|t| value::decision(&t)),
        ..Procedure::default()
    };
    if let Some(steps) = value::raw(sections, "Trình tự thực hiện", w).and_then(|t| text::some(text::plain(&t)))
    {
        p.steps.push(Step { order: 1, title: None, text: steps });
    }
    read_methods(sections, &mut p, w);
    read_papers(sections, &mut p, w);
    for act in value::list(sections, "Căn cứ pháp lý", w) {
        let field = |name| act.get(name).and_then(Value::as_str).unwrap_or_default();
        p.legal_basis.extend(legal::act(field("Mã văn bản"), field("Tên văn bản pháp lý"), ""));
    }
    p
}

fn read_methods(sections: &Value, p: &mut Procedure, w: &mut Vec<String>) {
    for method in value::list(sections, "Cách thức thực hiện", w) {
        let channel = value::text(method, "Hình thức nộp", w).and_then(|t| value::channel(&t));
        value::add_channel(&mut p.channels, channel);
        let words = value::long_text(method, "Mô tả", w);
        let time = value::text(method, "Thời gian giải quyết", w);
        if let Some(raw) = time.or_else(|| words.clone()) {
            p.time_limits.push(TimeLimit { channel, case: None, value: time_limit::parse(&raw), raw });
        }
        if let Some(raw) = value::long_text(method, "Phí, lệ phí", w) {
            p.fees.push(Fee { channel, kind: fee::kind_of_text(&raw), amount: fee::parse(&raw), raw });
        }
    }
}

fn read_papers(sections: &Value, p: &mut Procedure, w: &mut Vec<String>) {
    for group in value::list(sections, "Thành phần hồ sơ", w) {
        let title = value::text(group, "group", w).map(|g| g.trim_matches(['*', ' ', ':']).to_owned());
        let title = title.filter(|g| !g.is_empty());
        for row in value::list(group, "rows", w) {
            let Some(name) = value::raw(row, "Tên giấy tờ", w).and_then(|t| text::some(text::plain(&t))) else {
                continue;
            };
            let quantity = |field| row.get(field).and_then(Value::as_str).and_then(|n| n.trim().parse::<u32>().ok());
            let (originals, copies) = (quantity("Bản chính"), quantity("Bản sao"));
            let form = row.get("Tệp đính kèm").and_then(Value::as_str).and_then(text::some_line).is_some();
            let note = originals == Some(0) && copies == Some(0) && !form;
            p.papers.push(Paper { group: title.clone(), name, originals, copies, note, form });
        }
    }
}
