//! What a procedure is: the typed document every other room reads.

use serde::{Deserialize, Serialize};

use super::code::ProcedureCode;

/// One administrative procedure as its sources describe it, normalised (NFC, trimmed, one blank between words).
///
/// A value that could not be read is never guessed: the text stands in `raw` and the value is `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Procedure {
    /// National code, the identity.
    pub code: ProcedureCode,
    /// Name as published, on one line.
    pub name: String,
    /// Who the procedure is for: the public, one province, or agencies among themselves.
    #[serde(rename = "type")]
    pub kind: ProcedureKind,
    /// The portal's own identifier (UUID), where known.
    pub portal_id: Option<String>,
    /// The page on the national portal.
    pub portal_url: Option<String>,
    /// The portal's list has named it: name, type, fields, issuer and audiences are the list's then, whatever a detail says.
    pub listed: bool,
    /// The source's state word, such as `UPDATED` or `ACTIVE`.
    pub source_state: Option<String>,
    /// Fields (lĩnh vực).
    pub fields: Vec<String>,
    /// The agency that promulgates it.
    pub issuer: Option<String>,
    /// Agencies that handle it (cơ quan thực hiện).
    pub handling_agencies: Vec<String>,
    /// Agencies with the authority to decide (cơ quan có thẩm quyền).
    pub deciding_agencies: Vec<String>,
    /// Agencies that take part (cơ quan phối hợp).
    pub coordinating_agencies: Vec<String>,
    /// Where dossiers are received, as published.
    pub receiving_address: Option<String>,
    /// Levels at which it is handled.
    pub levels: Vec<Level>,
    /// Who may apply (đối tượng thực hiện).
    pub audiences: Vec<String>,
    /// Declared channels of submission.
    pub channels: Vec<Channel>,
    /// Handling time per channel or case.
    pub time_limits: Vec<TimeLimit>,
    /// Fees and charges per channel or case.
    pub fees: Vec<Fee>,
    /// Order of steps (trình tự thực hiện).
    pub steps: Vec<Step>,
    /// Dossier components (thành phần hồ sơ).
    pub papers: Vec<Paper>,
    /// Acts it rests on (căn cứ pháp lý).
    pub legal_basis: Vec<LegalAct>,
    /// Requirements and conditions.
    pub conditions: Option<String>,
    /// Result documents.
    pub results: Vec<String>,
    /// A short text about the procedure.
    pub description: Option<String>,
    /// The source's keywords.
    pub keywords: Option<String>,
    /// Number of the decision that published it, such as `163/QĐ-BTP`.
    pub decision: Option<String>,
    /// The portal's `isFullProcess`; `false` does not mean "partly online".
    pub declared_full: Option<bool>,
    /// Whether the portal page shows a form to submit a dossier.
    pub submit_form: Option<bool>,
}

/// Who a procedure is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcedureKind {
    /// The same in the whole country.
    #[default]
    Standard,
    /// One province's own variant.
    Specific,
    /// Between agencies (thủ tục hành chính nội bộ).
    Internal,
}

/// The level of government that handles a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Cấp bộ/ngành.
    Ministry,
    /// Cấp tỉnh.
    Province,
    /// Cấp xã.
    Commune,
    /// Cơ quan khác.
    Other,
}

/// How a dossier may be submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Trực tuyến.
    Online,
    /// Trực tiếp.
    Direct,
    /// Dịch vụ bưu chính.
    Postal,
}

/// Handling time of one channel or case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimeLimit {
    /// The channel, where the source ties the time to one.
    pub channel: Option<Channel>,
    /// The case it holds for, where the source names one.
    pub case: Option<String>,
    /// The parsed value; `None` is quarantined: shown raw, counted nowhere.
    pub value: Option<Duration>,
    /// What the source says.
    pub raw: String,
}

/// A length of time as the law counts it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Duration {
    /// Count of `unit`, > 0; halves occur (17.5 working days).
    pub amount: f64,
    /// What is counted.
    pub unit: TimeUnit,
}

/// What a [`Duration`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Ngày làm việc.
    WorkingDay,
    /// Ngày (theo lịch).
    Day,
    /// Giờ.
    Hour,
    /// Tháng.
    Month,
}

/// A fee or charge of one channel or case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fee {
    /// The channel, where the source ties the fee to one.
    pub channel: Option<Channel>,
    /// Phí or lệ phí.
    pub kind: FeeKind,
    /// Đồng, ≥ 0; `Some(0)` only where the text agrees that nothing is due; `None` is quarantined.
    pub amount: Option<i64>,
    /// What the source says, amount and conditions.
    pub raw: String,
}

/// The legal kinds of payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeKind {
    /// Phí.
    Fee,
    /// Lệ phí.
    Charge,
    /// Giá dịch vụ, or a table of prices.
    Price,
    /// The source does not say.
    Unknown,
}

/// One step in the order of handling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// From 1.
    pub order: u32,
    /// Heading, where the source has one.
    pub title: Option<String>,
    /// What is done, with line breaks kept.
    pub text: String,
}

/// One line of the dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// The group or case it belongs to.
    pub group: Option<String>,
    /// The paper's name.
    pub name: String,
    /// Originals asked for; `None` where the source does not say.
    pub originals: Option<u32>,
    /// Copies asked for.
    pub copies: Option<u32>,
    /// A remark among the papers, not a paper (quantities 0/0).
    pub note: bool,
    /// A form is attached.
    pub form: bool,
}

/// A legal act.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LegalAct {
    /// Number and symbol, such as `60/2014/QH13`; `None` where the source gives only a title.
    pub number: Option<String>,
    /// Title.
    pub name: String,
    /// Kind, read from the symbol or the title: `law`, `decree`, `circular`, `decision`, `resolution`, `other`.
    pub kind: ActKind,
    /// Day of issue, ISO, where the source gives one.
    pub date: Option<String>,
}

/// Kinds of legal act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// Luật, bộ luật, pháp lệnh.
    Law,
    /// Nghị định.
    Decree,
    /// Thông tư, thông tư liên tịch.
    Circular,
    /// Quyết định.
    Decision,
    /// Nghị quyết.
    Resolution,
    /// Anything else.
    Other,
}

impl Duration {
    /// Calendar length in hours, for ordering only: five working days fill a week, a month has thirty days.
    #[must_use]
    pub fn hours(self) -> f64 {
        self.amount
            * match self.unit {
                TimeUnit::WorkingDay => 33.6,
                TimeUnit::Day => 24.0,
                TimeUnit::Hour => 1.0,
                TimeUnit::Month => 720.0,
            }
    }

    /// As it is written in Vietnamese: "17,5 ngày làm việc".
    #[must_use]
    pub fn to_vietnamese(self) -> String {
        let unit = match self.unit {
            TimeUnit::WorkingDay => "ngày làm việc",
            TimeUnit::Day => "ngày",
            TimeUnit::Hour => "giờ",
            TimeUnit::Month => "tháng",
        };
        format!("{} {unit}", self.amount.to_string().replace('.', ","))
    }
}
