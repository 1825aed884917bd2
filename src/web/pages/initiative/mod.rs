//! Initiatives for people: the public register, an initiative with what may be done to it, the desk, the editors.

pub mod desk;
pub mod export;
pub mod file;
pub mod import;
pub mod list;
pub mod measure;
mod measure_form;
mod plan;
pub mod record;
pub mod sheet;
pub mod show;
pub mod step;
pub(super) mod view;

use axum::http::StatusCode;
use axum::response::Response;

use super::message;
use crate::initiative::actions::error::InitiativeError;
use crate::initiative::store::initiative::Initiative;
use crate::initiative::store::list as list_store;
use crate::initiative::store::part::Draft;
use crate::platform::db::Tx;
use crate::web::api::initiatives::refused;
use crate::web::state::AppState;
use crate::web::visitor::Visitor;

/// What was sent by a form whose fields depend on what is shown.
pub type Sent = Vec<(String, String)>;

/// What was sent under a name; empty when nothing was.
fn value<'a>(sent: &'a Sent, name: &str) -> &'a str {
    sent.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value.as_str())
}

/// What somebody had typed and not saved.
fn typed(draft: &Draft) -> Sent {
    url::form_urlencoded::parse(draft.form.as_bytes()).into_owned().collect()
}

/// An initiative that is like the one that is shown.
#[derive(Debug)]
struct SimilarLine {
    number: String,
    title: String,
    organisation: String,
    reasons: String,
}

/// The initiatives that are most like one.
async fn similar_lines(tx: &mut Tx, item: &Initiative) -> Result<Vec<SimilarLine>, InitiativeError> {
    let line = |one: list_store::Similar| SimilarLine {
        reasons: one.likeness.reasons(),
        number: one.number,
        title: one.title,
        organisation: one.organisation.unwrap_or_default(),
    };
    Ok(list_store::similar(tx, item, 5).await?.into_iter().map(line).collect())
}

/// A refusal as a page.
fn refusal(state: &AppState, visitor: &Visitor, error: InitiativeError) -> Response {
    message::of(state, visitor, &refused(error), "")
}

/// The status of a form that can be mended and sent again; `None` for what has a page of its own.
const fn mendable(error: &InitiativeError) -> Option<StatusCode> {
    match error {
        InitiativeError::Invalid(_) => Some(StatusCode::UNPROCESSABLE_ENTITY),
        InitiativeError::Conflict => Some(StatusCode::CONFLICT),
        _ => None,
    }
}

/// Why nothing was done, for whoever did it, in Vietnamese; one line for each reason.
fn reasons(error: &InitiativeError) -> Vec<String> {
    match error {
        InitiativeError::Invalid(errors) => {
            errors.iter().map(|error| format!("{}: {}", label(&error.field), error.vietnamese)).collect()
        }
        InitiativeError::Conflict => {
            vec!["Người khác vừa thay đổi sáng kiến này. Hãy xem lại trạng thái mới rồi gửi lại.".to_owned()]
        }
        InitiativeError::Illegal { .. } | InitiativeError::Frozen => {
            vec!["Việc này không làm được ở trạng thái hiện tại. Các việc có thể làm ở ngay bên dưới.".to_owned()]
        }
        InitiativeError::NotTheirs(why) => vec![format!("Bạn không làm được việc này ({why}).")],
        _ => Vec::new(),
    }
}

/// The name of a field for readers.
fn label(field: &str) -> String {
    let last = field.rsplit('.').next().unwrap_or(field);
    let known = match last {
        "summary" => "Tóm tắt",
        "objectives" => "Mục tiêu",
        "impact" => "Đánh giá tác động",
        "changes" => "Nội dung thay đổi",
        "cost" => "Chi phí tuân thủ",
        "reason" | "reasons" => "Lý do",
        "number" => "Số văn bản",
        "date" => "Ngày văn bản",
        "acts" => "Văn bản cần sửa",
        "members" => "Người biểu quyết",
        "vote" => "Biểu quyết",
        "measurement" => "Kết quả đo",
        "completed_on" => "Ngày hoàn thành",
        "title" | "name" => "Tên",
        "planned_from" | "planned_to" | "planned_on" => "Ngày theo kế hoạch",
        "actual_from" | "actual_to" | "done_on" => "Ngày thực tế",
        "unit" => "Đơn vị",
        "file" => "Tệp",
        "public" => "Công khai",
        "code" | "codes" => "Mã thủ tục",
        "signed_on" => "Ngày ký",
        "effective_on" => "Ngày có hiệu lực",
        "met" => "Kết luận thẩm định",
        "position" => "Chức vụ",
        "bottleneck" => "Điểm nghẽn",
        "legal_gap" => "Khoảng trống pháp luật",
        "content" => "Nội dung",
        "resources" => "Nguồn lực, thời gian",
        "effects" => "Tác động, hiệu quả",
        _ => "",
    };
    match (known, field.find("measures[")) {
        ("", _) => field.to_owned(),
        (known, Some(at)) => {
            let place: String = field[at + 9..].chars().take_while(char::is_ascii_digit).collect();
            format!("Biện pháp {place}, {}", known.to_lowercase())
        }
        (known, None) => known.to_owned(),
    }
}
