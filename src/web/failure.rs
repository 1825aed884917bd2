//! Why a service did not answer, in words for people who run none.

use crate::monitor::model::FailureKind;
use crate::platform::word;

/// A failure in plain Vietnamese.
#[must_use]
pub fn name(failure: FailureKind) -> &'static str {
    match failure {
        FailureKind::Dns => "không tìm được địa chỉ máy chủ",
        FailureKind::Connect => "không kết nối được máy chủ",
        FailureKind::TlsExpired => "chứng thư bảo mật hết hạn",
        FailureKind::TlsName => "chứng thư bảo mật của tên miền khác",
        FailureKind::TlsUntrusted => "chứng thư bảo mật không đáng tin",
        FailureKind::Timeout => "quá lâu không trả lời",
        FailureKind::Http4xx => "máy chủ từ chối yêu cầu",
        FailureKind::Http5xx => "máy chủ báo lỗi bên trong",
        FailureKind::RedirectLoop => "chuyển hướng vòng quanh",
        FailureKind::TooLarge => "trả lời quá lớn",
        FailureKind::BadBody => "trả lời dở dang hoặc hỏng",
        FailureKind::ContentMismatch => "trả lời không đúng nội dung phải có",
        FailureKind::WafChallenge => "tường chắn trả lời thay dịch vụ",
        FailureKind::OwnNetworkDown => "mạng của bên đo bị mất",
        FailureKind::AddressRefused => "địa chỉ không được phép đo",
    }
}

/// A failure by its word; one that a newer program wrote is given as it is.
#[must_use]
pub fn of_word(stored: &str) -> String {
    word::read::<FailureKind>(stored).map_or_else(|| stored.to_owned(), |failure| name(failure).to_owned())
}
