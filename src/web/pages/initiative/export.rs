//! The register (`/sang-kien.xlsx`) and the reader's desk (`/co-quan/sang-kien.xlsx`) as workbooks.

use std::collections::HashMap;

use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::desk::{self, Begun, Waiting};
use super::{list as page, refusal};
use crate::initiative::cost::Method;
use crate::initiative::model::Track;
use crate::initiative::store::list::{self, Filter, Listed, ListedMeasure};
use crate::initiative::total::{Total, by_method};
use crate::initiative::workflow::model::{Stage, Workflow};
use crate::initiative::workflow::store::Found;
use crate::platform::problem::Problem;
use crate::platform::word;
use crate::web::attachment::{XLSX, attachment};
use crate::web::format::moment_vi;
use crate::web::listing::Listing;
use crate::web::pages::message;
use crate::web::state::AppState;
use crate::web::visitor::{SignedIn, Visitor};
use crate::web::workbook::{Cell, Sheet, write};

/// Most initiatives of a workbook.
const MOST: usize = 5_000;

/// The register with the filters of its page.
pub async fn register(State(state): State<AppState>, visitor: Visitor, RawQuery(raw): RawQuery) -> Response {
    match build(&state, raw.as_deref()).await {
        Ok(sheets) => file(&state, &visitor, "so-sang-kien.xlsx", &sheets),
        Err(problem) => message::of(&state, &visitor, &problem, ""),
    }
}

/// What waits for the reader.
pub async fn desk(State(state): State<AppState>, visitor: Visitor, SignedIn(actor): SignedIn) -> Response {
    let desk = match desk::build(&state, &visitor, &actor, &Begun::default(), None).await {
        Ok(desk) => desk,
        Err(error) => return refusal(&state, &visitor, error),
    };
    let groups = [
        ("Quá hạn", &desk.overdue),
        ("Sắp đến hạn", &desk.soon),
        ("Đang chờ", &desk.later),
        ("Đang soạn", &desk.drafts),
    ];
    let row = |group: &str, one: &Waiting| {
        vec![
            Cell::text(group),
            Cell::text(&one.number),
            Cell::text(&one.title),
            Cell::text(&one.state),
            one.due_at.map_or(Cell::Empty, Cell::Day),
            Cell::text(&one.steps),
        ]
    };
    let columns =
        vec![("Nhóm", 14), ("Số", 14), ("Tên sáng kiến", 50), ("Trạng thái", 22), ("Hạn", 12), ("Việc có thể làm", 40)];
    let rows = groups.iter().flat_map(|(group, all)| all.iter().map(|one| row(group, one))).collect();
    file(&state, &visitor, "viec-cua-toi.xlsx", &[Sheet { name: "Việc của tôi", columns, rows, input: false }])
}

fn file(state: &AppState, visitor: &Visitor, name: &str, sheets: &[Sheet]) -> Response {
    match write(sheets) {
        Ok(file) => attachment(XLSX, name, file),
        Err(error) => message::of(state, visitor, &Problem::internal(&error), ""),
    }
}

async fn build(state: &AppState, raw: Option<&str>) -> Result<Vec<Sheet>, Problem> {
    let listing = Listing::read(raw, &page::FILTERS, true)?;
    let filter = Filter { track: listing.value("track"), state: "", code: listing.value("code") };
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let mut tx = state.db.read().await?;
    let mut listed = list::public(&mut tx, filter, most + 1, 0).await?;
    let more = listed.len() > MOST;
    listed.truncate(MOST);
    let measures = list::public_measures(&mut tx, filter, most).await?;
    let mut of: HashMap<&str, Vec<&ListedMeasure>> = HashMap::new();
    for measure in &measures {
        of.entry(&measure.number).or_default().push(measure);
    }
    let mut found = Found::default();
    let mut sheets = [initiatives(), measure_sheet()];
    for one in &listed {
        let workflow = match word::read::<Track>(&one.track) {
            Some(track) => {
                Some(found.get(&mut tx, track, one.workflow_version).await.map_err(|e| Problem::internal(&e))?)
            }
            None => None,
        };
        let own = of.get(one.number.as_str()).map_or(&[][..], Vec::as_slice);
        sheets[0].rows.push(initiative_row(one, own, workflow.as_deref()));
        sheets[1].rows.extend(own.iter().map(|measure| measure_row(measure, workflow.as_deref())));
    }
    let [first, second] = sheets;
    let note = notes(&listing, more, state.clock.now().as_millisecond());
    Ok(vec![first, second, note])
}

fn initiatives() -> Sheet {
    let columns = vec![
        ("Số", 14),
        ("Tên sáng kiến", 50),
        ("Loại", 26),
        ("Cơ quan", 26),
        ("Trạng thái", 22),
        ("Ngày trình", 12),
        ("Cập nhật", 12),
        ("Mã thủ tục", 24),
        ("Số biện pháp", 10),
        ("Chi phí hiện nay (Điều 27), đồng/năm", 20),
        ("Chi phí sau (Điều 27), đồng/năm", 20),
        ("Tiết kiệm (Điều 27), đồng/năm", 20),
        ("Chi phí hiện nay (quy đổi thời hạn), đồng/năm", 20),
        ("Chi phí sau (quy đổi thời hạn), đồng/năm", 20),
        ("Tiết kiệm (quy đổi thời hạn), đồng/năm", 20),
    ];
    Sheet { name: "Sáng kiến", columns, ..Sheet::default() }
}

fn state_name(workflow: Option<&Workflow>, code: &str) -> String {
    workflow.and_then(|flow| flow.state(code)).map_or(code, |state| state.name.as_str()).to_owned()
}

fn initiative_row(one: &Listed, measures: &[&ListedMeasure], workflow: Option<&Workflow>) -> Vec<Cell> {
    let mut codes: Vec<String> = measures.iter().flat_map(|listed| listed.measure.procedures()).collect();
    codes.sort_unstable();
    codes.dedup();
    // What was dropped saves nothing.
    let stands = |listed: &&&ListedMeasure| {
        let state = workflow.and_then(|flow| flow.state(&listed.state));
        state.is_none_or(|state| state.stage != Stage::Dropped)
    };
    let savings: Vec<_> = measures
        .iter()
        .filter(stands)
        .filter_map(|listed| listed.measure.cost.as_ref().map(|case| (case.method, case.saving())))
        .collect();
    let totals = by_method(&savings);
    let mut row = vec![
        Cell::text(&one.number),
        Cell::text(&one.title),
        Cell::text(word::read::<Track>(&one.track).map_or("", Track::name)),
        Cell::text(one.organisation.as_deref().unwrap_or_default()),
        Cell::Text(state_name(workflow, &one.state)),
        one.submitted_at.map_or(Cell::Empty, Cell::Day),
        Cell::Day(one.changed_at),
        Cell::Text(codes.join(", ")),
        Cell::whole(i64::try_from(measures.len()).ok()),
    ];
    for method in Method::ALL {
        let total = totals.iter().find(|total| total.method == method);
        let figures: [fn(&Total) -> i64; 3] = [|total| total.before, |total| total.after, |total| total.saved];
        row.extend(figures.map(|figure| Cell::whole(total.map(figure))));
    }
    row
}

fn measure_sheet() -> Sheet {
    let columns = vec![
        ("Số sáng kiến", 14),
        ("Thứ tự", 8),
        ("Biện pháp", 50),
        ("Loại", 26),
        ("Thẩm quyền", 24),
        ("Trạng thái", 22),
        ("Mã thủ tục", 24),
        ("Cách tính chi phí", 40),
        ("Chi phí hiện nay, đồng/năm", 20),
        ("Chi phí sau, đồng/năm", 20),
        ("Tiết kiệm, đồng/năm", 20),
        ("Tỷ lệ", 10),
    ];
    Sheet { name: "Biện pháp", columns, ..Sheet::default() }
}

fn measure_row(listed: &ListedMeasure, workflow: Option<&Workflow>) -> Vec<Cell> {
    let measure = &listed.measure;
    let mut row = vec![
        Cell::text(&listed.number),
        Cell::Whole(listed.position),
        Cell::text(&measure.title),
        Cell::text(measure.kind.name()),
        Cell::text(measure.place.name()),
        Cell::Text(state_name(workflow, &listed.state)),
        Cell::Text(measure.procedures().join(", ")),
    ];
    if let Some(case) = &measure.cost {
        let saving = case.saving();
        row.extend([
            Cell::text(case.method.name()),
            Cell::Whole(saving.before.per_year),
            Cell::Whole(saving.after.per_year),
            Cell::Whole(saving.per_year),
            saving.rate.map_or(Cell::Empty, Cell::Share),
        ]);
    }
    row
}

fn notes(listing: &Listing, more: bool, now: i64) -> Sheet {
    let mut lines = vec![
        format!("Sổ sáng kiến công khai, lập lúc {}.", moment_vi(now)),
        "Chi phí theo Điều 27 và chi phí quy đổi từ thời hạn giải quyết là hai cách tính, không cộng với nhau."
            .to_owned(),
        "Biện pháp không tiếp tục thực hiện không tính vào chi phí của sáng kiến.".to_owned(),
    ];
    for (name, value) in &listing.given {
        lines.push(format!("Lọc theo {name}: {value}"));
    }
    if more {
        lines.push(
            "Sổ có hơn 5.000 sáng kiến: tệp này có 5.000 sáng kiến mới nhất. Hãy lọc để lấy phần còn lại.".to_owned(),
        );
    }
    let rows = lines.into_iter().map(|line| vec![Cell::Text(line)]).collect();
    Sheet { name: "Ghi chú", columns: vec![("Ghi chú", 110)], rows, input: false }
}
