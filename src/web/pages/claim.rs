//! `/thu-tuc/{code}/kiem-chung`: where an officer records what was checked of one point.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{frame, message, render};
use crate::assessment::decide::{self, DecideError};
use crate::assessment::model::Point;
use crate::assessment::record::NewClaim;
use crate::platform::problem::{Code, Problem};
use crate::web::api::detail::look_up;
use crate::web::api::work::refused;
use crate::web::guard::see_other;
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::{SignedIn, Visitor};

/// Words of the form with what they mean.
const VALUES: [(&str, &str); 4] =
    [("yes", "Có"), ("no", "Chưa"), ("not_applicable", "Không áp dụng"), ("unknown", "Chưa rõ")];
const KINDS: [(&str, &str); 4] = [
    ("run", "Làm thử đến bước cuối"),
    ("data", "Số liệu hồ sơ"),
    ("document", "Văn bản, ảnh chụp"),
    ("declaration", "Cơ quan công bố"),
];
const REASONS: [(&str, &str); 9] = [
    ("", "Không có"),
    ("presence_required", "Luật yêu cầu có mặt"),
    ("field_verification", "Phải xác minh tại hiện trường"),
    ("technical_incident", "Sự cố kỹ thuật"),
    ("technical_other", "Vấn đề kỹ thuật khác"),
    ("no_fee", "Không thu phí"),
    ("no_signature", "Không cần ký"),
    ("physical_result", "Kết quả là hiện vật"),
    ("set_aside_by_law", "Luật không đặt ra bước này"),
];

/// The form.
#[derive(Debug, Template)]
#[template(path = "claim.html")]
struct ClaimPage {
    frame: Frame,
    code: String,
    name: String,
    typed: NewClaim,
    error: Option<String>,
    points: Vec<(&'static str, &'static str)>,
    values: [(&'static str, &'static str); 4],
    kinds: [(&'static str, &'static str); 4],
    reasons: [(&'static str, &'static str); 9],
}

/// The empty form.
pub async fn page(State(state): State<AppState>, visitor: Visitor, Path(code): Path<String>) -> Response {
    show(&state, &visitor, StatusCode::OK, &code, NewClaim::default(), None).await
}

/// Records what was sent and goes back to the procedure; what was typed stays when it is refused.
pub async fn record(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(code): Path<String>,
    form: Result<Form<Sent>, FormRejection>,
) -> Response {
    let typed = match form {
        Ok(Form(sent)) => sent.into(),
        Err(rejection) => {
            let problem = Problem::new(Code::InvalidField, rejection.body_text());
            return message::of(&state, &visitor, &problem, "");
        }
    };
    let national = match look_up(&state, &code, None).await {
        Ok(looked) => looked.procedure.code.to_string(),
        Err(problem) => return message::of(&state, &visitor, &problem, &code),
    };
    match decide::claim(&state.db, &actor, &national, &typed, state.clock.now()).await {
        Ok(_) => see_other(&format!("/thu-tuc/{national}#hanh-trinh")),
        Err(error) => {
            let text = sentence(&error);
            let problem = refused(error);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            show(&state, &visitor, status, &national, typed, Some(text)).await
        }
    }
}

/// What the form carries; the csrf token is the guard's.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Sent {
    point: String,
    value: String,
    kind: String,
    link: String,
    reason: String,
    legal_basis: String,
    note: String,
    checked_at: String,
    valid_until: String,
}

impl From<Sent> for NewClaim {
    fn from(sent: Sent) -> Self {
        Self {
            point: sent.point,
            value: sent.value,
            kind: sent.kind,
            link: sent.link,
            reason: sent.reason,
            legal_basis: sent.legal_basis,
            note: sent.note,
            checked_at: sent.checked_at,
            valid_until: sent.valid_until,
            ..Self::default()
        }
    }
}

async fn show(
    state: &AppState,
    visitor: &Visitor,
    status: StatusCode,
    code: &str,
    typed: NewClaim,
    error: Option<String>,
) -> Response {
    let looked = match look_up(state, code, None).await {
        Ok(looked) => looked,
        Err(problem) => return message::of(state, visitor, &problem, code),
    };
    let page = ClaimPage {
        frame: frame(state, visitor, false),
        code: looked.procedure.code.to_string(),
        name: looked.procedure.name,
        typed,
        error,
        points: Point::ALL.map(|point| (point.code(), point.name())).into(),
        values: VALUES,
        kinds: KINDS,
        reasons: REASONS,
    };
    render(status, &page)
}

/// What was refused, in the reader's language.
fn sentence(error: &DecideError) -> String {
    let DecideError::Invalid(invalid) = error else {
        return match error {
            DecideError::Forbidden => "Thủ tục thuộc cơ quan khác, bạn không ghi được.".to_owned(),
            _ => "Chưa lưu được, xin thử lại.".to_owned(),
        };
    };
    let text = match invalid.field {
        "point" => "Điểm: chọn một điểm.",
        "value" => "Giá trị: chọn một giá trị.",
        "kind" => "Loại bằng chứng: chọn một loại.",
        "link" => "Địa chỉ bằng chứng: cần địa chỉ bắt đầu bằng https://; chỉ lời công bố mới không cần.",
        "reason" => "Lý do: “không áp dụng” phải có lý do; “chưa” chỉ nhận bốn lý do đầu; “có” thì không có lý do.",
        "checked_at" => "Ngày kiểm tra: chọn hôm nay hoặc một ngày trước.",
        "valid_until" => "Còn giá trị đến: phải sau ngày kiểm tra và trong thời hạn của loại bằng chứng.",
        _ => return invalid.to_string(),
    };
    text.to_owned()
}
