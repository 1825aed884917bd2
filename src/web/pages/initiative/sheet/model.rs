//! What the decision sheet (tờ trình) says, as plain text: the page and the Word document are made of the same.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::parts;
use crate::initiative::given::Given;
use crate::initiative::model::Track;
use crate::platform::clock::VIETNAM;
use crate::web::api::initiative_views::Sight;
use crate::web::format::date_vi;

/// The sheet with its annex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Public number of the initiative.
    pub initiative: String,
    /// The organisation above; empty when there is none.
    pub superior: String,
    /// Whose it is.
    pub agency: String,
    /// Number of the document; dots where it has none yet.
    pub number: String,
    /// Place and day; dots where it has none yet.
    pub date: String,
    /// What it is about.
    pub about: String,
    /// To whom.
    pub to: String,
    /// The law it rests on.
    pub bases: Vec<&'static str>,
    /// What it says.
    pub sections: Vec<Section>,
    /// Whom it is sent to.
    pub copies: Vec<String>,
    /// Who signs.
    pub capacity: &'static str,
    /// Every change before and after.
    pub annex: Table,
    /// Where the sheet comes from.
    pub origin: String,
}

/// A part with a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Such as "I. Sự cần thiết".
    pub heading: String,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// What a section is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading below that of the section.
    Heading(String),
    /// Lines of text.
    Text(String),
    /// A table.
    Table(Table),
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// Names of the columns.
    pub head: Vec<&'static str>,
    /// The first column that holds figures.
    pub figures: usize,
    /// Rows; a row that is a total is the last.
    pub rows: Vec<Vec<String>>,
}

/// Organisations by id, and the one above whose it is.
#[derive(Debug, Default)]
pub struct Names {
    /// Whose it is.
    pub agency: Option<String>,
    /// The one right above.
    pub superior: Option<String>,
    /// Procedures by code.
    pub procedures: HashMap<String, String>,
}

impl Sheet {
    /// The sheet as the reader of an initiative may see it.
    #[must_use]
    pub fn of(sight: &Sight, names: &Names, now: Timestamp) -> Self {
        let item = &sight.item;
        let agency = names.agency.clone().unwrap_or_else(|| "Cơ quan đề xuất".to_owned());
        let to = addressee(sight, names);
        let (number, date) = registered(sight);
        let state = sight.workflow.state(&item.state).map_or(&item.state, |state| &state.name);
        let mut sheet = Self {
            initiative: item.number.clone(),
            superior: names.superior.clone().unwrap_or_default().to_uppercase(),
            agency: agency.to_uppercase(),
            number,
            date,
            about: item.title.clone(),
            bases: bases(item.track),
            sections: Vec::new(),
            copies: vec!["Như trên;".to_owned(), "Lưu: VT, hồ sơ sáng kiến.".to_owned()],
            capacity: "THỦ TRƯỞNG CƠ QUAN",
            annex: parts::annex(sight, names),
            origin: format!(
                "Lập từ hồ sơ {} (phiên bản {}), trạng thái “{state}”, ngày {}.",
                item.number,
                item.version,
                date_vi(now.as_millisecond())
            ),
            to,
        };
        for (name, blocks) in parts::sections(sight, names) {
            if !blocks.is_empty() {
                let heading = format!("{}. {name}", roman(sheet.sections.len() + 1));
                sheet.sections.push(Section { heading, blocks });
            }
        }
        let closing = format!("{agency} kính trình {} xem xét, quyết định.", sheet.to);
        let heading = format!("{}. Kiến nghị", roman(sheet.sections.len() + 1));
        sheet.sections.push(Section { heading, blocks: vec![Block::Text(closing)] });
        sheet
    }
}

const fn roman(n: usize) -> &'static str {
    match n {
        1 => "I",
        2 => "II",
        3 => "III",
        4 => "IV",
        5 => "V",
        6 => "VI",
        _ => "VII",
    }
}

/// Who decides: the superior agency on a proposal of its head and on everything but innovation proposals.
fn addressee(sight: &Sight, names: &Names) -> String {
    let own = sight.item.track == Track::InnovationProposal && !sight.item.record.innovation.is_head;
    let decides = if own { names.agency.as_ref() } else { names.superior.as_ref().or(names.agency.as_ref()) };
    decides.cloned().unwrap_or_else(|| "Cấp có thẩm quyền quyết định".to_owned())
}

/// Number and day of the document by which it was submitted, as far as they were given.
fn registered(sight: &Sight) -> (String, String) {
    let submitted = sight.steps.iter().rev().find(|taken| taken.step == "submit");
    let given: Given = submitted.and_then(|taken| serde_json::from_str(&taken.given).ok()).unwrap_or_default();
    let number =
        if given.number.is_empty() { "Số: ……/TTr-……".to_owned() } else { format!("Số: {}", given.number) };
    let then = |at: i64| Timestamp::from_millisecond(at).ok().map(|at| at.to_zoned_datetime(VIETNAM).date());
    let date = given.day().or_else(|| submitted.and_then(|taken| then(taken.at)));
    (number, date.map_or_else(|| "……, ngày …… tháng …… năm ……".to_owned(), |date| format!("……, {}", written(date))))
}

/// A day as official documents write it.
fn written(date: Date) -> String {
    // A day below 10 and the months January and February have a zero before them, so that nothing can be put there.
    let month = if date.month() < 3 { format!("{:02}", date.month()) } else { date.month().to_string() };
    format!("ngày {:02} tháng {month} năm {}", date.day(), date.year())
}

fn bases(track: Track) -> Vec<&'static str> {
    match track {
        Track::Simplification => vec![
            "Căn cứ Nghị định số 63/2010/NĐ-CP ngày 08 tháng 6 năm 2010 của Chính phủ về kiểm soát thủ tục hành chính \
             và các nghị định sửa đổi, bổ sung;",
            "Căn cứ Thông tư số 02/2017/TT-VPCP ngày 31 tháng 10 năm 2017 của Văn phòng Chính phủ hướng dẫn về nghiệp \
             vụ kiểm soát thủ tục hành chính;",
        ],
        Track::InnovationProposal => vec![
            "Căn cứ Nghị định số 73/2023/NĐ-CP ngày 29 tháng 9 năm 2023 của Chính phủ quy định về khuyến khích, bảo vệ \
             cán bộ năng động, sáng tạo, dám nghĩ, dám làm, dám đột phá, dám chịu trách nhiệm vì lợi ích chung;",
        ],
        Track::Recognition => {
            vec!["Căn cứ Nghị định số 13/2012/NĐ-CP ngày 02 tháng 3 năm 2012 của Chính phủ ban hành Điều lệ Sáng kiến;"]
        }
        Track::Breakthrough => {
            vec!["Căn cứ Quyết định số 2266/QĐ-TTg ngày 14 tháng 10 năm 2025 của Thủ tướng Chính phủ;"]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_official_documents_write_them() {
        for (date, text) in [
            ("2026-02-03", "ngày 03 tháng 02 năm 2026"),
            ("2026-03-24", "ngày 24 tháng 3 năm 2026"),
            ("2026-11-01", "ngày 01 tháng 11 năm 2026"),
        ] {
            assert_eq!(written(date.parse().unwrap()), text);
        }
    }
}
