//! Flags F1 to F10: what is wrong with a procedure, as work for somebody.

use serde::{Deserialize, Serialize};

/// A kind of flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[expect(missing_docs, reason = "the meanings stand in `FlagCode::name`")]
pub enum FlagCode {
    F1,
    F2,
    F3,
    F4,
    F5,
    F6,
    F7,
    F8,
    F9,
    F10,
}

impl FlagCode {
    /// All flags.
    pub const ALL: [Self; 10] =
        [Self::F1, Self::F2, Self::F3, Self::F4, Self::F5, Self::F6, Self::F7, Self::F8, Self::F9, Self::F10];

    /// `F1` to `F10`.
    #[must_use]
    pub fn code(self) -> &'static str {
        ["F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10"][self as usize]
    }

    /// In Vietnamese.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F1 => "Công bố toàn trình nhưng chưa đủ điểm",
            Self::F2 => "Đủ điểm nhưng chưa kiểm chứng",
            Self::F3 => "Bằng chứng hết hạn",
            Self::F4 => "Văn bản của chính thủ tục nói khác",
            Self::F5 => "Không có hồ sơ trực tuyến trong 90 ngày, quầy vẫn có",
            Self::F6 => "Chưa đủ đơn vị thực hiện",
            Self::F7 => "Không giữ mức phục vụ đã cam kết",
            Self::F8 => "Trực tuyến không nhanh hơn tại quầy",
            Self::F9 => "Có phí nhưng chưa trả được qua mạng",
            Self::F10 => "Kết quả chỉ có trên giấy",
        }
    }

    /// The flag with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.code() == code)
    }
}

/// A set of flags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FlagSet(u16);

impl FlagSet {
    /// Raises a flag when `condition` holds.
    pub fn raise(&mut self, flag: FlagCode, condition: bool) {
        if condition {
            self.0 |= 1 << flag as u16;
        }
    }

    /// Whether a flag is raised.
    #[must_use]
    pub fn has(self, flag: FlagCode) -> bool {
        self.0 & (1 << flag as u16) != 0
    }

    /// The raised flags.
    pub fn iter(self) -> impl Iterator<Item = FlagCode> {
        FlagCode::ALL.into_iter().filter(move |f| self.has(*f))
    }
}

/// Why a flag stands, as its owner sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The law asks for it.
    Law,
    /// Data are missing or not shared.
    Data,
    /// The software cannot do it.
    Software,
    /// Work is organised otherwise.
    Organisation,
    /// Equipment is missing.
    Equipment,
}

impl Cause {
    /// All causes.
    pub const ALL: [Self; 5] = [Self::Law, Self::Data, Self::Software, Self::Organisation, Self::Equipment];

    /// The word in addresses and in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Law => "law",
            Self::Data => "data",
            Self::Software => "software",
            Self::Organisation => "organisation",
            Self::Equipment => "equipment",
        }
    }

    /// In Vietnamese.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Law => "Pháp luật",
            Self::Data => "Dữ liệu",
            Self::Software => "Phần mềm",
            Self::Organisation => "Tổ chức",
            Self::Equipment => "Trang thiết bị",
        }
    }

    /// The cause with this word.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code() == code)
    }
}
