//! Pages that say what went wrong, with ways onward.

use axum::http::StatusCode;
use axum::response::Response;

use super::{frame, render};
use crate::platform::problem::{Code, Problem};
use crate::web::state::AppState;
use crate::web::views::MessagePage;
use crate::web::visitor::Visitor;

/// A form that cannot be read at all.
#[must_use]
pub fn unreadable(state: &AppState, visitor: &Visitor) -> Response {
    let problem = Problem::new(Code::InvalidField, "the form cannot be read: load the page anew");
    of(state, visitor, &problem, "")
}

/// A problem as a page; what was typed is kept.
#[must_use]
pub fn of(state: &AppState, visitor: &Visitor, problem: &Problem, query: &str) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let is = |code: Code| problem.code == code.as_str();
    let (title, text) = if is(Code::ProcedureNotFound) {
        ("Không có thủ tục này", "Mã thủ tục không có trong danh mục. Hãy kiểm tra lại mã, hoặc tìm theo tên.")
    } else if is(Code::NotKnownAt) {
        (
            "Chưa có dữ liệu của ngày này",
            "Thủ tục được ghi nhận lần đầu sau ngày bạn hỏi. Hãy bỏ ngày để xem bản hiện hành.",
        )
    } else if is(Code::PathNotFound) {
        ("Không có trang này", "Địa chỉ có thể đã đổi hoặc gõ nhầm.")
    } else if is(Code::NoFigures) {
        ("Không có số liệu này", "Chưa nhận được số liệu nào của đối tượng trong địa chỉ. Hãy kiểm tra lại mã.")
    } else if is(Code::MethodNotAllowed) {
        ("Không làm được như vậy ở đây", "Địa chỉ này không nhận cách gửi vừa dùng.")
    } else if is(Code::NotSignedIn) {
        ("Cần đăng nhập", "Phiên làm việc đã hết. Hãy đăng nhập lại ở một thẻ khác, rồi gửi lại trang này.")
    } else if is(Code::Forbidden) {
        ("Bạn không có quyền vào đây", "Trang này dành cho vai trò khác. Hãy hỏi người quản trị hệ thống.")
    } else if is(Code::Csrf) {
        ("Yêu cầu không hợp lệ", "Trang đã cũ hoặc yêu cầu đến từ trang khác. Hãy tải lại trang rồi gửi lại.")
    } else if is(Code::TooLarge) {
        ("Nội dung gửi quá lớn", "Hãy quay lại và chọn tệp nhỏ hơn.")
    } else if status == StatusCode::UNPROCESSABLE_ENTITY {
        ("Yêu cầu chưa đúng", "Địa chỉ có tham số không dùng được. Hãy tìm lại từ ô bên dưới.")
    } else {
        ("Hệ thống đang trục trặc", "Xin thử lại sau ít phút.")
    };
    let page = MessagePage {
        frame: frame(state, visitor, false),
        title: title.to_owned(),
        text: format!("{text} ({})", problem.detail),
        query: query.to_owned(),
    };
    render(status, &page)
}
