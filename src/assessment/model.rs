//! The words of an assessment: points, values, evidence, claims, levels, gaps.

use serde::{Deserialize, Serialize};

/// An interaction point: one thing a person meets on the way from question to result.
///
/// P1 to P11 decide whether a service is end to end; Q1 and Q2 grade one that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[expect(missing_docs, reason = "names and meanings stand in `Point::name`")]
pub enum Point {
    P1,
    P2,
    P3,
    P4,
    P5,
    P6,
    P7,
    P8,
    P9,
    P10,
    P11,
    Q1,
    Q2,
}

impl Point {
    /// All points in the order of the journey.
    pub const ALL: [Self; 13] = [
        Self::P1,
        Self::P2,
        Self::P3,
        Self::P4,
        Self::P5,
        Self::P6,
        Self::P7,
        Self::P8,
        Self::P9,
        Self::P10,
        Self::P11,
        Self::Q1,
        Self::Q2,
    ];
    /// The points that decide whether a service is end to end.
    pub const DECIDING: usize = 11;

    /// Its place in [`Point::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// `P1` to `Q2`.
    #[must_use]
    pub fn code(self) -> &'static str {
        ["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "Q1", "Q2"][self.index()]
    }

    /// In Vietnamese, as a station of the journey.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::P1 => "Thông tin đầy đủ",
            Self::P2 => "Định danh qua mạng",
            Self::P3 => "Biểu mẫu điện tử",
            Self::P4 => "Giấy tờ điện tử, không phải có mặt",
            Self::P5 => "Ký số hoặc không cần ký",
            Self::P6 => "Trả phí qua mạng",
            Self::P7 => "Giấy tiếp nhận, hẹn trả tự động",
            Self::P8 => "Theo dõi, bổ sung qua mạng",
            Self::P9 => "Xử lý điện tử trong cơ quan",
            Self::P10 => "Kết quả điện tử",
            Self::P11 => "Phản ánh, kiến nghị qua mạng",
            Self::Q1 => "Điền sẵn, chỉ khai một lần",
            Self::Q2 => "Chủ động phục vụ",
        }
    }

    /// The point with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.code() == code)
    }
}

/// Where an interaction point stands for one procedure in one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PointValue {
    /// It is done online.
    Yes,
    /// It is not.
    No,
    /// The procedure has nothing of the kind, with a reason.
    NotApplicable,
    /// Nobody knows, or what was known has expired.
    Unknown,
}

impl PointValue {
    /// One letter, for a row of points: y, n, -, ?.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::Yes => 'y',
            Self::No => 'n',
            Self::NotApplicable => '-',
            Self::Unknown => '?',
        }
    }

    /// The value of a letter; anything else is unknown.
    #[must_use]
    pub fn of_letter(letter: char) -> Self {
        match letter {
            'y' => Self::Yes,
            'n' => Self::No,
            '-' => Self::NotApplicable,
            _ => Self::Unknown,
        }
    }
}

/// What a claim rests on, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// The agency says so.
    Declaration,
    /// A document says so: a decision, the published text, a screenshot.
    Document,
    /// Completed dossiers show it.
    Data,
    /// Somebody went the whole way to the last step before submission.
    Run,
}

/// Why a point is `no` or `not_applicable`.
///
/// The first four are the reasons that NĐ 224/2026 Đ14 lists for a service that is only partly online.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The law wants the person present at the agency.
    PresenceRequired,
    /// The agency must verify on site.
    FieldVerification,
    /// A technical incident that cannot be mended at once; needs an end date.
    TechnicalIncident,
    /// Another technical problem not yet solved; needs an end date.
    TechnicalOther,
    /// `not_applicable`: nothing is to be paid.
    NoFee,
    /// `not_applicable`: no signature is asked for.
    NoSignature,
    /// `not_applicable`: the result is an object that cannot be sent over a network.
    PhysicalResult,
    /// `not_applicable`: the law sets this stage aside for this procedure.
    SetAsideByLaw,
}

impl Reason {
    /// It explains a `no`; the others explain a `not_applicable`.
    #[must_use]
    pub fn explains_no(self) -> bool {
        matches!(
            self,
            Self::PresenceRequired | Self::FieldVerification | Self::TechnicalIncident | Self::TechnicalOther
        )
    }

    /// It passes, so that it needs an end date.
    #[must_use]
    pub fn is_temporary(self) -> bool {
        matches!(self, Self::TechnicalIncident | Self::TechnicalOther)
    }
}

/// A piece of the catalog's text that a rule rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Span {
    /// Where: `steps.0`, `papers.3`, `results`, `conditions`, `description`, `time_limits.1`, `fees.0`, `channels`…
    pub passage: String,
    /// First character of the piece within the passage, counted in characters from 0.
    pub start: usize,
    /// One past its last character.
    pub end: usize,
    /// The piece.
    pub text: String,
}

/// A statement about one point with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Claim {
    /// Which point.
    pub point: Point,
    /// What is said of it.
    pub value: PointValue,
    /// What it rests on.
    pub kind: EvidenceKind,
    /// Who says it: `catalog` for what a rule reads from the published text, otherwise the source's name.
    pub source: String,
    /// The rule that read it, for derived claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The text it rests on, for derived claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// `https://…` of the evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// SHA-256 of an evidence file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Who assessed it; shown to signed-in people only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessor: Option<String>,
    /// Why, for `no` and `not_applicable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The provision the reason rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
    /// A remark, such as why a text could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Epoch milliseconds of the check.
    pub checked_at: i64,
    /// Epoch milliseconds from which it no longer holds.
    pub valid_until: i64,
}

/// How far a service is online, by the minimum rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub enum OnlineLevel {
    /// Nothing.
    L0,
    /// Information: steps and papers are published.
    L1,
    /// A form to take away.
    L2,
    /// Online, not shown to be end to end (một phần).
    L3,
    /// Claimed end to end.
    L4,
    /// Verified end to end.
    L5,
    /// Verified, and nothing is asked that the state already holds.
    L6,
    /// L6, and offered without being asked for.
    L7,
}

impl OnlineLevel {
    /// `L0` to `L7`.
    #[must_use]
    pub fn code(self) -> &'static str {
        ["L0", "L1", "L2", "L3", "L4", "L5", "L6", "L7"][self as usize]
    }

    /// The level with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        use OnlineLevel::{L0, L1, L2, L3, L4, L5, L6, L7};
        [L0, L1, L2, L3, L4, L5, L6, L7].into_iter().find(|l| l.code() == code)
    }
}

/// Why a service is not verified end to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// No online way.
    NotOnline,
    /// Partly online, and no reason is published (against NĐ 224/2026 Đ14).
    PartialNoReason,
    /// Partly online for a technical reason.
    PartialTemporary,
    /// Partly online because the law wants presence or a check on site: a candidate for changing the law.
    PartialLegal,
    /// Declared full, but nobody has used it online for twelve months.
    FullNoUse,
    /// Declared full, but the fee cannot be paid online.
    FullPayGap,
    /// Declared full, but the result comes on paper only.
    FullResultGap,
    /// Declared full, but another step is on paper or in person.
    FullStepGap,
    /// Nothing contradicts it and nothing proves it.
    UnknownEvidence,
}

impl Gap {
    /// All gaps, worst first.
    pub const ALL: [Self; 9] = [
        Self::NotOnline,
        Self::PartialNoReason,
        Self::PartialTemporary,
        Self::PartialLegal,
        Self::FullPayGap,
        Self::FullResultGap,
        Self::FullStepGap,
        Self::FullNoUse,
        Self::UnknownEvidence,
    ];

    /// The word in addresses and in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotOnline => "not_online",
            Self::PartialNoReason => "partial_no_reason",
            Self::PartialTemporary => "partial_temporary",
            Self::PartialLegal => "partial_legal",
            Self::FullNoUse => "full_no_use",
            Self::FullPayGap => "full_pay_gap",
            Self::FullResultGap => "full_result_gap",
            Self::FullStepGap => "full_step_gap",
            Self::UnknownEvidence => "unknown_evidence",
        }
    }

    /// In Vietnamese.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotOnline => "Chưa làm được trên mạng",
            Self::PartialNoReason => "Một phần, chưa công bố lý do",
            Self::PartialTemporary => "Một phần, do kỹ thuật",
            Self::PartialLegal => "Một phần, do luật định",
            Self::FullNoUse => "Công bố toàn trình, chưa ai dùng",
            Self::FullPayGap => "Công bố toàn trình, chưa trả phí qua mạng",
            Self::FullResultGap => "Công bố toàn trình, kết quả còn trên giấy",
            Self::FullStepGap => "Công bố toàn trình, còn bước giấy hoặc trực tiếp",
            Self::UnknownEvidence => "Chưa đủ bằng chứng",
        }
    }

    /// The gap with this word.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|g| g.code() == code)
    }
}

/// The level that an agency declares; it is shown, and never counts as evidence for a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Declared {
    /// Toàn trình.
    Full,
    /// Một phần.
    Partial,
    /// Cung cấp thông tin.
    InformationOnly,
}
