//! Records scraped from the portal's pages: flat texts, tables glued together, page furniture at the end.

use serde_json::Value;

use super::value;
use crate::catalog::model::{Channel, Fee, Paper, Procedure, Step, TimeLimit};
use crate::catalog::{fee, legal, text, time_limit};

/// What the page shows below a procedure that dossiers can be submitted for.
const SUBMIT_FORM: &str = "Chọn cơ quan thực hiện";
/// Where the furniture after the result begins.
const FURNITURE: [&str; 3] = ["Từ khóa", "Mô tả", SUBMIT_FORM];
const CHANNELS: [(&str, Channel); 3] =
    [("Trực tuyến", Channel::Online), ("Trực tiếp", Channel::Direct), ("Dịch vụ bưu chính", Channel::Postal)];
const PAPER_HEAD: &str = "Tên giấy tờMẫu đơn, tờ khaiSố lượng";

/// Reads the flat texts.
pub fn read(detail: &Value, w: &mut Vec<String>) -> Procedure {
    let list =
        |field: &str, w: &mut Vec<String>| value::text(detail, field, w).map(|t| value::parts(&t)).unwrap_or_default();
    let result = value::raw(detail, "ket_qua_xu_ly", w).unwrap_or_default();
    let mut handling: Vec<String> = value::text(detail, "co_quan_thuc_hien", w).into_iter().collect();
    if handling.is_empty() {
        handling = list("co_quan_co_tham_quyen", w);
    }
    let mut p = Procedure {
        name: value::text(detail, "ten_thu_tuc", w).unwrap_or_default(),
        fields: value::text(detail, "linh_vuc", w).into_iter().collect(),
        handling_agencies: handling,
        deciding_agencies: list("co_quan_co_tham_quyen", w),
        coordinating_agencies: list("co_quan_phoi_hop", w),
        receiving_address: value::text(detail, "dia_chi_tiep_nhan", w),
        levels: value::text(detail, "cap_thuc_hien", w).map(|t| value::levels(&t)).unwrap_or_default(),
        audiences: list("doi_tuong_thuc_hien", w),
        conditions: value::long_text(detail, "yeu_cau_dieu_kien", w),
        results: without_furniture(&result).into_iter().collect(),
        decision: value::text(detail, "so_quyet_dinh", w).and_then(|t| value::decision(&t)),
        submit_form: Some(text::line(&result).contains(SUBMIT_FORM)),
        ..Procedure::default()
    };
    if let Some(steps) = value::long_text(detail, "trinh_tu_thuc_hien", w) {
        p.steps.push(Step { order: 1, title: None, text: steps });
    }
    for row in channel_rows(&value::raw(detail, "cach_thuc_thuc_hien", w).unwrap_or_default()) {
        read_row(&row, &mut p);
    }
    p.papers = papers(&value::raw(detail, "thanh_phan_ho_so", w).unwrap_or_default());
    p.legal_basis = acts(&value::raw(detail, "can_cu_phap_ly", w).unwrap_or_default());
    p
}

fn without_furniture(result: &str) -> Option<String> {
    let result = text::lines(result);
    let end = FURNITURE.iter().filter_map(|word| result.find(word)).min().unwrap_or(result.len());
    text::some(result[..end].trim().to_owned())
}

/// The glued table cut where a channel's name begins a row: after the heading, or after something that ends a cell.
fn channel_rows(glued: &str) -> Vec<(Channel, String)> {
    let glued = text::line(glued);
    let body = glued.strip_prefix("Hình thức nộpThời gianPhí, lệ phíMô tả").unwrap_or(&glued);
    let mut starts: Vec<(usize, &str, Channel)> = Vec::new();
    for (word, channel) in CHANNELS {
        for (at, _) in body.match_indices(word) {
            let rest = &body[at + word.len()..];
            // A row goes on with a digit (the time) or with the word for "no information".
            let begins_row = rest.starts_with(|c: char| c.is_ascii_digit()) || rest.starts_with("Không có thông tin");
            if begins_row || at == 0 {
                starts.push((at, word, channel));
            }
        }
    }
    starts.sort_by_key(|s| s.0);
    let ends: Vec<usize> = starts.iter().skip(1).map(|s| s.0).chain([body.len()]).collect();
    starts.iter().zip(ends).map(|((at, word, c), end)| (*c, body[at + word.len()..end].to_owned())).collect()
}

/// "15 Ngày làm việcMiễn phí(…)": the time is read only where its unit ends it.
fn read_row((channel, cells): &(Channel, String), p: &mut Procedure) {
    let channel = Some(*channel);
    value::add_channel(&mut p.channels, channel);
    let units = ["Ngày làm việc", "Ngày", "Giờ", "Tháng"];
    let end = units.iter().find_map(|u| Some(cells.find(u)? + u.len()).filter(|e| *e <= 24));
    let (time, rest) = cells.split_at(end.unwrap_or(0));
    if time.is_empty() {
        if !cells.is_empty() {
            p.time_limits.push(TimeLimit { channel, case: None, value: None, raw: cells.clone() });
        }
        return;
    }
    p.time_limits.push(TimeLimit { channel, case: None, value: time_limit::parse(time), raw: time.to_owned() });
    if let Some(raw) = text::some_line(rest.strip_prefix("Không có thông tin").unwrap_or(rest)) {
        let amount = glued_amount(&raw);
        p.fees.push(Fee { channel, kind: fee::kind_of_text(&raw), amount, raw });
    }
}

/// "Miễn phí(…)" or "120 VNĐ(120.000 đồng)": the cell and the words in brackets must agree.
fn glued_amount(raw: &str) -> Option<i64> {
    let (cell, words) = raw.split_once('(').map_or((raw, ""), |(cell, rest)| (cell, rest));
    if cell.trim() == "Miễn phí" {
        return fee::amount(Some(0.0), words.trim_end_matches(')'));
    }
    let number: f64 = cell.trim().strip_suffix("VNĐ")?.trim().replace([',', '.'], "").parse().ok()?;
    if words.is_empty() && number < 1000.0 {
        // The portal gives thousands at times: without words a small number proves nothing.
        return None;
    }
    fee::amount(Some(number), words)
}

/// "…nội dung1 bản chính,0 bản sao…": a paper ends where its quantities do.
fn papers(glued: &str) -> Vec<Paper> {
    let mut papers = Vec::new();
    let glued = text::line(glued);
    for (nth, section) in glued.split(PAPER_HEAD).enumerate() {
        let mut rest = section;
        while let Some(found) = quantities(rest) {
            if let Some(name) = text::some_line(&rest[..found.start]).filter(|_| nth > 0 || papers.is_empty()) {
                papers.push(Paper {
                    group: None,
                    name,
                    originals: Some(found.originals),
                    copies: Some(found.copies),
                    note: found.originals == 0 && found.copies == 0,
                    form: false,
                });
            }
            rest = &rest[found.end..];
        }
    }
    papers
}

struct Quantities {
    start: usize,
    end: usize,
    originals: u32,
    copies: u32,
}

/// The first "N bản chính[,M bản sao]" whose number is glued to the text before it.
fn quantities(text: &str) -> Option<Quantities> {
    const ORIGINAL: &str = " bản chính";
    for (at, _) in text.match_indices(ORIGINAL) {
        let digits = text[..at].bytes().rev().take_while(u8::is_ascii_digit).count();
        let start = at - digits;
        let glued = text[..start].chars().next_back().is_some_and(|c| !c.is_whitespace() && c != '(');
        if digits == 0 || digits > 2 || !glued {
            continue;
        }
        let originals = text[start..at].parse().ok()?;
        let mut end = at + ORIGINAL.len();
        let mut copies = 0;
        if let Some(rest) = text[end..].strip_prefix(',')
            && let Some((n, _)) = rest.split_once(" bản sao")
            && n.len() <= 2
            && let Ok(n_copies) = n.parse()
        {
            copies = n_copies;
            end += 1 + n.len() + " bản sao".len();
        }
        return Some(Quantities { start, end, originals, copies });
    }
    None
}

/// Acts glued to one text: every number in it, named by nothing but itself.
fn acts(glued: &str) -> Vec<crate::catalog::model::LegalAct> {
    let mut acts: Vec<crate::catalog::model::LegalAct> = Vec::new();
    for line in text::lines(glued).lines() {
        let mut rest = line;
        while let Some(number) = legal::number_in(rest) {
            let Some(at) = rest.find(number.as_str()) else { break };
            rest = &rest[at + number.len()..];
            if !acts.iter().any(|a| a.number.as_ref() == Some(&number)) {
                acts.extend(legal::act(&number, "", ""));
            }
        }
    }
    acts
}
