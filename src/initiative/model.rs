//! The words of initiatives: tracks, objectives, types, duties.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The law that an initiative follows. One initiative follows one; another may be linked to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Track {
    /// Simplifying procedures (NĐ 63/2010).
    Simplification,
    /// A leader's innovation proposal (NĐ 73/2023).
    InnovationProposal,
    /// Recognition of an initiative (NĐ 13/2012).
    Recognition,
    /// A breakthrough initiative under NQ 57 (QĐ 2266/2025).
    Breakthrough,
}

impl Track {
    /// Every track.
    pub const ALL: [Self; 4] = [Self::Simplification, Self::InnovationProposal, Self::Recognition, Self::Breakthrough];

    /// The word it is stored as.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Simplification => "simplification",
            Self::InnovationProposal => "innovation_proposal",
            Self::Recognition => "recognition",
            Self::Breakthrough => "breakthrough",
        }
    }

    /// Its name for readers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Simplification => "Đơn giản hóa thủ tục",
            Self::InnovationProposal => "Đề xuất đổi mới, sáng tạo (NĐ 73/2023)",
            Self::Recognition => "Công nhận sáng kiến (NĐ 13/2012)",
            Self::Breakthrough => "Sáng kiến đột phá (QĐ 2266/2025)",
        }
    }
}

/// What the directive's item 5 asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Quality of online public services.
    OnlineQuality,
    /// Digital services.
    DigitalService,
    /// Serving people wherever they live.
    BoundaryFree,
    /// Services online end to end.
    EndToEnd,
    /// Personalised services.
    Personalised,
    /// Shared national platforms.
    SharedPlatform,
    /// Smart monitoring and operation.
    SmartMonitoring,
}

impl Objective {
    /// Every objective.
    pub const ALL: [Self; 7] = [
        Self::OnlineQuality,
        Self::DigitalService,
        Self::BoundaryFree,
        Self::EndToEnd,
        Self::Personalised,
        Self::SharedPlatform,
        Self::SmartMonitoring,
    ];

    /// Its name for readers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OnlineQuality => "Nâng chất lượng dịch vụ công trực tuyến",
            Self::DigitalService => "Dịch vụ số",
            Self::BoundaryFree => "Không phụ thuộc địa giới hành chính",
            Self::EndToEnd => "Trực tuyến toàn trình",
            Self::Personalised => "Cá nhân hóa",
            Self::SharedPlatform => "Nền tảng số dùng chung quốc gia",
            Self::SmartMonitoring => "Giám sát, điều hành thông minh",
        }
    }
}

/// What a measure does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MeasureType {
    /// Abolishes a procedure.
    Abolish,
    /// Merges procedures.
    Merge,
    /// Takes away or replaces a paper.
    #[default]
    CutPaper,
    /// Takes away a condition.
    CutCondition,
    /// Shortens the handling time.
    CutTime,
    /// Lowers a fee.
    CutFee,
    /// Takes away a step.
    CutStep,
    /// Lets a result hold longer.
    ExtendValidity,
    /// Gives the decision to a lower level.
    Decentralise,
    /// Raises the online level.
    RaiseOnline,
    /// Asks nothing that the state already holds.
    OnceOnly,
    /// Standardises a form.
    StandardiseForm,
    /// Connects systems or procedures.
    Interconnect,
    /// Takes dossiers regardless of boundary.
    BoundaryFree,
    /// Offers the service before it is asked for.
    Proactive,
}

impl MeasureType {
    /// Every type.
    pub const ALL: [Self; 15] = [
        Self::Abolish,
        Self::Merge,
        Self::CutPaper,
        Self::CutCondition,
        Self::CutTime,
        Self::CutFee,
        Self::CutStep,
        Self::ExtendValidity,
        Self::Decentralise,
        Self::RaiseOnline,
        Self::OnceOnly,
        Self::StandardiseForm,
        Self::Interconnect,
        Self::BoundaryFree,
        Self::Proactive,
    ];

    /// Its name for readers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Abolish => "Bãi bỏ thủ tục",
            Self::Merge => "Gộp thủ tục",
            Self::CutPaper => "Bỏ, thay giấy tờ bằng dữ liệu",
            Self::CutCondition => "Bỏ yêu cầu, điều kiện",
            Self::CutTime => "Cắt thời hạn giải quyết",
            Self::CutFee => "Giảm phí, lệ phí",
            Self::CutStep => "Bỏ, gộp bước",
            Self::ExtendValidity => "Kéo dài hiệu lực kết quả",
            Self::Decentralise => "Phân cấp, ủy quyền",
            Self::RaiseOnline => "Nâng mức độ trực tuyến",
            Self::OnceOnly => "Điền sẵn, chỉ khai một lần",
            Self::StandardiseForm => "Đơn giản, chuẩn hóa mẫu đơn",
            Self::Interconnect => "Liên thông",
            Self::BoundaryFree => "Phi địa giới",
            Self::Proactive => "Dịch vụ chủ động",
        }
    }
}

/// Who can put a measure into force.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The province itself.
    #[default]
    Local,
    /// A ministry, the Government or the National Assembly.
    Central,
}

impl Place {
    /// Its name for readers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "Thẩm quyền địa phương",
            Self::Central => "Thẩm quyền trung ương",
        }
    }
}

/// A part that somebody has in an initiative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Wrote or submitted it.
    Proposer,
    /// Appraised it.
    Appraiser,
    /// Decided on it.
    Approver,
    /// Decides as the head of the agency (NĐ 73/2023).
    Head,
    /// Voted.
    Voter,
    /// Reported for the council.
    Council,
    /// Carried it out.
    Implementer,
    /// Published it.
    Publisher,
    /// Judged what came of it.
    Verifier,
    /// Assessed the result of an innovation proposal.
    Assessor,
    /// Noted what was decided elsewhere.
    Recorder,
}

impl Duty {
    /// Its name for readers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proposer => "người đề xuất",
            Self::Appraiser => "người thẩm định",
            Self::Approver => "người phê duyệt",
            Self::Head => "người đứng đầu",
            Self::Voter => "người biểu quyết",
            Self::Council => "hội đồng",
            Self::Implementer => "người thực hiện",
            Self::Publisher => "người công bố",
            Self::Verifier => "người đánh giá sau áp dụng",
            Self::Assessor => "người đánh giá kết quả",
            Self::Recorder => "người ghi nhận",
        }
    }
}
