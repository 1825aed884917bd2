//! Why a figure is not taken, for programs and for people.

use serde::Serialize;

use super::model::Place;

/// A figure that is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Refused {
    /// Where it stood.
    #[serde(flatten)]
    pub place: Place,
    /// The field at fault.
    pub field: &'static str,
    /// Why, as a stable word.
    pub code: Reason,
    /// Why, in words.
    pub reason: &'static str,
}

impl Refused {
    /// A refusal.
    #[must_use]
    pub fn new(place: Place, field: &'static str, code: Reason) -> Self {
        Self { place, field, code, reason: code.text() }
    }
}

/// Why a figure is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is explained by its text")]
pub enum Reason {
    NotAnObject,
    UnknownField,
    Missing,
    WrongType,
    UnknownMetric,
    WrongUnit,
    TooLong,
    NotAPeriod,
    SlotAndPeriod,
    OutOfTime,
    UnknownState,
    NotANumber,
    NumberWithout,
    NoNumber,
    Blank,
    Dash,
    Twice,
    TooLate,
    TooMany,
}

impl Reason {
    /// In English.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::NotAnObject => "an item is an object with metric, subject, slot or period, state, value, unit",
            Self::UnknownField => {
                "there is no such field: metric, subject, slot or period, state, value, unit; in tables also note"
            }
            Self::Missing => "is missing",
            Self::WrongType => "has the wrong type",
            Self::UnknownMetric => "the source has no such metric: add it to the definition first",
            Self::WrongUnit => "the definition has another unit for this metric",
            Self::TooLong => "is empty, too long or holds control characters",
            Self::NotAPeriod => "is no period: write 2026-11-23, 2026-11, 2026-Q4, 2026 or an instant",
            Self::SlotAndPeriod => "give slot or period, not both",
            Self::OutOfTime => "lies in the future or before 2000",
            Self::UnknownState => "is no state: number, not_applicable, not_delivered, suppressed",
            Self::NotANumber => "is no number; in tables write 1.234,5",
            Self::NumberWithout => "has a number and a state that says there is none",
            Self::NoNumber => "the state `number` needs a value",
            Self::Blank => "is blank, and a blank is never 0: write a number or a word for what is missing",
            Self::Dash => "a dash can mean many things: write không áp dụng, chưa có or ẩn",
            Self::Twice => "stands twice in what was sent, with another value",
            Self::TooLate => "single values of this time have been dropped: what they were can no longer be corrected",
            Self::TooMany => "more than 20,000 items at once: send them in parts",
        }
    }

    /// In Vietnamese.
    #[must_use]
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::NotAnObject => "không phải một dòng số liệu",
            Self::UnknownField => "không có cột này; dùng kỳ, đối tượng, chỉ tiêu, giá trị, đơn vị tính, ghi chú",
            Self::Missing => "còn thiếu",
            Self::WrongType => "sai kiểu dữ liệu",
            Self::UnknownMetric => "nguồn không có chỉ tiêu này; hãy thêm vào định nghĩa trước",
            Self::WrongUnit => "đơn vị tính khác với định nghĩa của chỉ tiêu",
            Self::TooLong => "để trống, quá dài hoặc có ký tự lạ",
            Self::NotAPeriod => "không phải một kỳ; viết như 23/11/2026, 11/2026, quý 4/2026 hoặc 2026",
            Self::SlotAndPeriod => "chỉ ghi thời điểm hoặc kỳ, không ghi cả hai",
            Self::OutOfTime => "kỳ ở tương lai hoặc trước năm 2000",
            Self::UnknownState => "trạng thái không có; dùng không áp dụng, chưa có hoặc ẩn",
            Self::NotANumber => "không phải số; viết như 1.234,5",
            Self::NumberWithout => "đã có số thì không ghi lý do thiếu số",
            Self::NoNumber => "cần một số",
            Self::Blank => "để trống, mà trống không phải là 0; ghi một số, hoặc không áp dụng, chưa có, ẩn",
            Self::Dash => "dấu gạch có nhiều nghĩa; ghi rõ không áp dụng, chưa có hoặc ẩn",
            Self::Twice => "trùng với một dòng khác mà giá trị khác nhau",
            Self::TooLate => "số liệu lẻ của thời gian này đã hết hạn lưu, không sửa được nữa",
            Self::TooMany => "quá 20.000 dòng; hãy chia nhỏ",
        }
    }
}
