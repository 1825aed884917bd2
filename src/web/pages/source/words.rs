//! Words of sources: kinds, failures, figures, lengths of time.

use crate::monitor::intake::number;
use crate::monitor::model::{FailureKind, SourceKind, State};
use crate::platform::word;

/// Every kind in the order in which it is offered.
pub const KINDS: [SourceKind; 8] = [
    SourceKind::HttpProbe,
    SourceKind::JsonPull,
    SourceKind::Manual,
    SourceKind::Upload,
    SourceKind::Push,
    SourceKind::DossierFeed,
    SourceKind::PortalCatalog,
    SourceKind::PortalIndex766,
];

/// A kind.
#[must_use]
pub fn kind(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::HttpProbe => "Kiểm tra một địa chỉ",
        SourceKind::JsonPull => "Đọc số từ JSON",
        SourceKind::PortalCatalog => "Danh mục thủ tục của Cổng",
        SourceKind::PortalIndex766 => "Chỉ số 766 của Cổng",
        SourceKind::DossierFeed => "Hồ sơ từ hệ thống một cửa",
        SourceKind::Push => "Chương trình gửi số liệu",
        SourceKind::Upload => "Tải bảng số liệu lên",
        SourceKind::Manual => "Nhập tay",
    }
}

/// What a kind is for.
#[must_use]
pub fn kind_help(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::HttpProbe => "Hỏi một trang hoặc dịch vụ theo nhịp, xét câu trả lời theo điều kiện, đo thời gian.",
        SourceKind::JsonPull => "Hỏi một địa chỉ trả về JSON và đọc ra các con số theo đường dẫn.",
        SourceKind::PortalCatalog => "Đồng bộ danh sách và chi tiết thủ tục từ Cổng Dịch vụ công quốc gia.",
        SourceKind::PortalIndex766 => "Đọc báo cáo Bộ chỉ số 766 từ Cổng Dịch vụ công quốc gia.",
        SourceKind::DossierFeed => "Hệ thống một cửa gửi hồ sơ để đếm; thông tin người nộp bị bỏ ngay khi nhận.",
        SourceKind::Push => "Một chương trình của cơ quan gửi số liệu đến bằng mã truy cập.",
        SourceKind::Upload => "Người của cơ quan tải lên tệp CSV hoặc XLSX.",
        SourceKind::Manual => "Người của cơ quan nhập từng con số.",
    }
}

/// What went wrong.
#[must_use]
pub fn failure(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Dns => "không tìm thấy tên miền",
        FailureKind::Connect => "không kết nối được",
        FailureKind::TlsExpired => "chứng thư đã hết hạn hoặc chưa có hiệu lực",
        FailureKind::TlsName => "chứng thư không phải của tên miền này",
        FailureKind::TlsUntrusted => "chứng thư không đáng tin",
        FailureKind::Timeout => "quá thời gian chờ",
        FailureKind::Http4xx => "máy chủ từ chối (mã 4xx)",
        FailureKind::Http5xx => "máy chủ gặp lỗi (mã 5xx)",
        FailureKind::RedirectLoop => "chuyển hướng quá nhiều lần",
        FailureKind::TooLarge => "câu trả lời quá lớn",
        FailureKind::BadBody => "nội dung hỏng hoặc đứt quãng",
        FailureKind::ContentMismatch => "câu trả lời không đạt điều kiện",
        FailureKind::WafChallenge => "tường bảo vệ trả lời thay dịch vụ (không tính là lỗi của dịch vụ)",
        FailureKind::OwnNetworkDown => "mạng của hệ thống này bị ngắt (không tính là lỗi của dịch vụ)",
        FailureKind::AddressRefused => "địa chỉ không được phép hỏi vì an toàn (không tính là lỗi của dịch vụ)",
    }
}

/// What went wrong, by its word.
#[must_use]
pub fn failure_word(text: &str) -> &'static str {
    word::read::<FailureKind>(text).map_or("lỗi không rõ", failure)
}

/// What a poll found, in the reader's language as far as it is ours.
#[must_use]
pub fn found(message: &str) -> String {
    message
        .replace(": it was missing", ": không có")
        .replace(": it was ", ": đang là ")
        .replace(": there was no certificate", ": không có chứng thư")
        .replace(": the body was not JSON but ", ": nội dung không phải JSON mà là ")
        .replace("the body is not JSON", "nội dung không phải JSON")
        .replace("a protection wall answered in the service's place", "")
        .replace("nothing is at ", "không có gì ở ")
}

/// A state with its number.
#[must_use]
pub fn figure(state: State, value: Option<f64>, unit: &str) -> String {
    match (state, value) {
        (State::Number, Some(value)) if unit.is_empty() => number::write(value, 3),
        (State::Number, Some(value)) => format!("{} {unit}", number::write(value, 3)),
        (State::Number | State::NotDelivered, _) => "chưa có".to_owned(),
        (State::NotApplicable, _) => "không áp dụng".to_owned(),
        (State::Suppressed, _) => "ẩn (số quá nhỏ)".to_owned(),
    }
}

/// A state with its number, by the state's word.
#[must_use]
pub fn figure_word(state: &str, value: Option<f64>, unit: &str) -> String {
    figure(word::read(state).unwrap_or(State::NotDelivered), value, unit)
}

const LENGTHS: [(&str, u64); 5] =
    [("ngày", 86_400_000), ("giờ", 3_600_000), ("phút", 60_000), ("giây", 1000), ("ms", 1)];

/// A length of time as it is typed and shown: `5 phút`, `800 ms`.
#[must_use]
pub fn length(milliseconds: u64) -> String {
    let (unit, width) = LENGTHS.into_iter().find(|(_, width)| milliseconds.is_multiple_of(*width)).unwrap_or(("ms", 1));
    format!("{} {unit}", milliseconds / width)
}

/// Reads a length of time, milliseconds: `5 phút`, `1 giờ`, `800 ms`; a bare number is seconds.
#[must_use]
pub fn read_length(text: &str) -> Option<u64> {
    let text = text.trim().to_lowercase();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().ok()?;
    let width = match text[digits..].trim() {
        "" | "s" | "giây" | "giay" => 1000,
        "ms" => 1,
        "phút" | "phut" => 60_000,
        "giờ" | "gio" | "h" => 3_600_000,
        "ngày" | "ngay" => 86_400_000,
        "tuần" | "tuan" => 7 * 86_400_000,
        _ => return None,
    };
    number.checked_mul(width)
}

/// A size as it is typed and shown: `1 MB`.
#[must_use]
pub fn size(bytes: u32) -> String {
    match bytes {
        0 => "0".to_owned(),
        n if n.is_multiple_of(1 << 20) => format!("{} MB", n >> 20),
        n if n.is_multiple_of(1 << 10) => format!("{} KB", n >> 10),
        n => n.to_string(),
    }
}

/// Reads a size in bytes: `1 MB`, `512 KB`; a bare number is bytes.
#[must_use]
pub fn read_size(text: &str) -> Option<u32> {
    let text = text.trim().to_uppercase();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u32 = text[..digits].parse().ok()?;
    match text[digits..].trim() {
        "" | "B" => Some(number),
        "KB" | "K" => number.checked_mul(1 << 10),
        "MB" | "M" => number.checked_mul(1 << 20),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_sizes_are_read_as_they_are_shown() {
        for (ms, text) in [(300_000, "5 phút"), (90_000, "90 giây"), (86_400_000, "1 ngày"), (800, "800 ms")] {
            assert_eq!((length(ms).as_str(), read_length(text)), (text, Some(ms)));
        }
        assert_eq!(
            (read_length("60"), read_length("1 Giờ"), read_length("2 tuần")),
            (Some(60_000), Some(3_600_000), Some(1_209_600_000))
        );
        for wrong in ["", "phút", "5 năm", "-1", "1,5 giờ", "99999999999999999999 ngày"] {
            assert_eq!(read_length(wrong), None, "{wrong}");
        }
        for (bytes, text) in [(1 << 20, "1 MB"), (512 << 10, "512 KB"), (1000, "1000")] {
            assert_eq!((size(bytes).as_str(), read_size(text)), (text, Some(bytes)));
        }
        assert_eq!((read_size("9999 MB"), read_size("x")), (None, None));
    }

    #[test]
    fn a_figure_without_a_number_says_why() {
        assert_eq!(figure(State::Number, Some(1234.5), "hồ sơ"), "1.234,5 hồ sơ");
        assert_eq!(figure(State::Number, Some(0.0), ""), "0");
        assert_eq!(figure(State::Suppressed, None, "hồ sơ"), "ẩn (số quá nhỏ)");
        assert_eq!(figure_word("not_applicable", None, ""), "không áp dụng");
    }
}
