//! The sections of the decision sheet and its annex.

use super::model::{Block, Names, Table};
use crate::initiative::cost::Method;
use crate::initiative::given::{Appraisal, Given};
use crate::initiative::store::initiative::Stored;
use crate::initiative::total::{Total, by_method};
use crate::initiative::vote::Ballot;
use crate::initiative::workflow::model::Stage;
use crate::platform::word;
use crate::web::api::initiative_views::Sight;
use crate::web::format::{date_vi, decimal_vi, number_vi};
use crate::web::pages::initiative::show::texts;
use crate::web::pages::initiative::view::day;

/// The sections by their names; one without blocks is left out.
pub(super) fn sections(sight: &Sight, names: &Names) -> Vec<(&'static str, Vec<Block>)> {
    vec![
        ("Sự cần thiết, nội dung", content(sight)),
        ("Biện pháp", measures(sight, names)),
        ("Chi phí tuân thủ trước và sau", costs(sight)),
        ("Ý kiến thẩm định", appraisals(sight)),
        ("Biểu quyết", votes(sight)),
        ("Văn bản cần sửa đổi, bổ sung, bãi bỏ", acts(sight)),
    ]
}

fn content(sight: &Sight) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (name, text) in texts(sight) {
        blocks.push(Block::Heading(name.to_owned()));
        blocks.push(Block::Text(text));
    }
    let objectives: Vec<&str> = sight.item.record.objectives.iter().map(|objective| objective.name()).collect();
    if !objectives.is_empty() {
        blocks.push(Block::Heading("Mục tiêu".to_owned()));
        blocks.push(Block::Text(format!("{}.", objectives.join("; "))));
    }
    blocks
}

/// Whether a measure will not be.
fn dropped(sight: &Sight, stored: &Stored) -> bool {
    sight.workflow.state(&stored.state).is_some_and(|state| state.stage == Stage::Dropped)
}

fn measures(sight: &Sight, names: &Names) -> Vec<Block> {
    let mut blocks = Vec::new();
    for stored in &sight.item.measures {
        let measure = &stored.measure;
        let state = sight.workflow.state(&stored.state).map_or(&stored.state, |state| &state.name);
        blocks.push(Block::Heading(format!("{}. {}", stored.position, measure.title)));
        blocks.push(Block::Text(format!(
            "Loại: {}. {}. Trạng thái: {state}.",
            measure.kind.name(),
            stored.place().name()
        )));
        let procedures: Vec<String> = measure.procedures().iter().map(|code| named(names, code)).collect();
        if !procedures.is_empty() {
            blocks.push(Block::Text(format!("Thủ tục: {}.", procedures.join("; "))));
        }
        if !measure.content.is_empty() {
            blocks.push(Block::Text(measure.content.clone()));
        }
        if !measure.recommendation.is_empty() {
            blocks.push(Block::Text(format!("Kiến nghị thực thi: {}", measure.recommendation)));
        }
    }
    blocks
}

fn named(names: &Names, code: &str) -> String {
    names.procedures.get(code).map_or_else(|| code.to_owned(), |name| format!("{code} ({name})"))
}

fn money(amount: i64) -> String {
    number_vi(amount)
}

#[expect(clippy::cast_precision_loss, reason = "hundredths of a percent")]
fn percent(rate: Option<i64>) -> String {
    rate.map_or_else(|| "không tính được".to_owned(), |rate| format!("{} %", decimal_vi(rate as f64 / 100.0, 2)))
}

/// A table for each method; they have no total together.
fn costs(sight: &Sight) -> Vec<Block> {
    let mut blocks = Vec::new();
    let counted: Vec<_> = sight
        .item
        .measures
        .iter()
        .filter(|stored| !dropped(sight, stored))
        .filter_map(|stored| stored.measure.cost.as_ref().map(|case| (stored, case, case.saving())))
        .collect();
    let savings: Vec<_> = counted.iter().map(|(_, case, saving)| (case.method, *saving)).collect();
    let totals = by_method(&savings);
    for total in &totals {
        let mut rows: Vec<Vec<String>> = counted
            .iter()
            .filter(|(_, case, _)| case.method == total.method)
            .map(|(stored, _, saving)| {
                let title = format!("{}. {}", stored.position, stored.measure.title);
                line(title, saving.before.per_year, saving.after.per_year, saving.per_year, saving.rate)
            })
            .collect();
        rows.push(sum(total));
        blocks.push(Block::Table(Table {
            caption: format!("{} (đồng một năm)", total.method.name()),
            head: vec!["Biện pháp", "Hiện nay", "Sau khi đơn giản hóa", "Tiết kiệm", "Tỷ lệ"],
            figures: 1,
            rows,
        }));
    }
    if totals.iter().any(|total| total.method == Method::HandlingTimeProxy) {
        blocks.push(Block::Text(
            "Số quy đổi từ thời hạn giải quyết của cơ quan là ước tính, không cộng với chi phí của người dân, doanh nghiệp."
                .to_owned(),
        ));
    }
    for (stored, case, _) in counted.iter().filter(|(_, case, _)| !case.source.trim().is_empty()) {
        blocks.push(Block::Text(format!("Nguồn số liệu của biện pháp {}: {}", stored.position, case.source.trim())));
    }
    blocks
}

fn line(title: String, before: i64, after: i64, saved: i64, rate: Option<i64>) -> Vec<String> {
    vec![title, money(before), money(after), money(saved), percent(rate)]
}

fn sum(total: &Total) -> Vec<String> {
    line(format!("Cộng ({} biện pháp)", total.measures), total.before, total.after, total.saved, total.rate)
}

/// What appraisers said; for signed-in readers, as on the page of the initiative.
fn appraisals(sight: &Sight) -> Vec<Block> {
    let mut blocks = Vec::new();
    if sight.reader.is_none() {
        return blocks;
    }
    for taken in &sight.steps {
        let given: Given = serde_json::from_str(&taken.given).unwrap_or_default();
        let Some(appraisal) = &given.appraisal else { continue };
        blocks.push(Block::Table(Table {
            caption: format!("{}, ngày {}", taken.actor_name, date_vi(taken.at)),
            head: vec!["Tiêu chí", "Kết luận", "Lý do"],
            figures: 3,
            rows: Appraisal::criteria(appraisal)
                .map(|(_, name, criterion)| {
                    let met = if criterion.met == Some(true) { "Đạt" } else { "Chưa đạt" };
                    vec![name.to_owned(), met.to_owned(), criterion.reason.clone()]
                })
                .to_vec(),
        }));
        if !given.reason.is_empty() {
            blocks.push(Block::Text(format!("Ý kiến chung: {}", given.reason)));
        }
    }
    if blocks.is_empty() {
        blocks.push(Block::Text("Chưa có ý kiến thẩm định.".to_owned()));
    }
    blocks
}

/// How the vote stands; who voted how only for signed-in readers.
fn votes(sight: &Sight) -> Vec<Block> {
    let Some((tally, outcome)) = sight.tally() else { return Vec::new() };
    let mut blocks = vec![Block::Text(format!(
        "{}: {} tán thành, {} không tán thành, {} không có ý kiến, {} không tham gia, {} chưa biểu quyết.",
        outcome.name(),
        tally.in_favour,
        tally.against,
        tally.abstained,
        tally.recused,
        tally.missing
    ))];
    if sight.reader.is_some() {
        let row = |vote: &crate::initiative::store::history::VoteRow| {
            let head = if vote.is_head != 0 { " (người đứng đầu)" } else { "" };
            let cast = vote.ballot.as_deref().and_then(word::read::<Ballot>).map_or("Chưa biểu quyết", Ballot::name);
            vec![format!("{}{head}", vote.member_name), cast.to_owned(), vote.reason.clone()]
        };
        blocks.push(Block::Table(Table {
            caption: "Phiếu của từng thành viên".to_owned(),
            head: vec!["Thành viên", "Ý kiến", "Lý do"],
            figures: 3,
            rows: sight.votes.iter().map(row).collect(),
        }));
    }
    blocks
}

fn acts(sight: &Sight) -> Vec<Block> {
    if sight.acts.is_empty() {
        return vec![Block::Text("Chưa ghi văn bản nào phải sửa.".to_owned())];
    }
    let row = |act: &crate::initiative::store::part::Act| {
        let of = sight.item.measures.iter().find(|stored| stored.id == act.measure_id);
        let signed = act.signed_number.as_ref().map_or_else(
            || "Chưa ký".to_owned(),
            |number| {
                let date = |iso: &Option<String>| day(iso.as_deref().unwrap_or_default());
                format!("{number}, ký {}, hiệu lực {}", date(&act.signed_on), date(&act.effective_on))
            },
        );
        let position = of.map(|stored| stored.position.to_string()).unwrap_or_default();
        vec![position, act.act.clone(), act.provision.clone(), act.change.clone(), signed]
    };
    vec![Block::Table(Table {
        caption: "Văn bản và nội dung sửa".to_owned(),
        head: vec!["Biện pháp", "Văn bản", "Điều, khoản, điểm", "Nội dung sửa", "Văn bản sửa"],
        figures: 5,
        rows: sight.acts.iter().map(row).collect(),
    })]
}

/// Every change of every measure.
pub(super) fn annex(sight: &Sight, names: &Names) -> Table {
    let mut rows = Vec::new();
    for stored in &sight.item.measures {
        for change in &stored.measure.changes {
            let amendment = &change.amendment;
            let text = |text: &Option<String>, none: &str| {
                text.as_deref().map_or_else(|| none.to_owned(), |text| amendment.part.spelled(text).to_owned())
            };
            rows.push(vec![
                (rows.len() + 1).to_string(),
                format!("{}. {}", stored.position, stored.measure.title),
                named(names, &change.code),
                amendment.part.name().to_owned(),
                text(&amendment.before, "(chưa có)"),
                text(&amendment.after, "(bãi bỏ)"),
            ]);
        }
    }
    Table {
        caption: "Nội dung trước và sau".to_owned(),
        head: vec!["STT", "Biện pháp", "Thủ tục", "Mục", "Trước", "Sau"],
        figures: 6,
        rows,
    }
}
