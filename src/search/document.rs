//! What search keeps of a procedure: enough to find it, show it in a list, and count it in facets.

use serde::{Deserialize, Serialize};

use crate::catalog::model::{Channel, Level, Procedure, ProcedureKind};
use crate::catalog::store::Stored;
use crate::platform::word;

/// A procedure as search sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchDoc {
    /// National code.
    pub code: String,
    /// Published name.
    pub name: String,
    /// Who it is for.
    pub kind: ProcedureKind,
    /// It left the public catalog.
    pub retired: bool,
    /// Fields (lĩnh vực).
    pub fields: Vec<String>,
    /// The agency that promulgates it.
    pub issuer: Option<String>,
    /// Agencies that handle it.
    pub agencies: Vec<String>,
    /// Levels that handle it.
    pub levels: Vec<Level>,
    /// Who may apply.
    pub audiences: Vec<String>,
    /// Declared channels.
    pub channels: Vec<Channel>,
    /// Result documents.
    pub results: Vec<String>,
    /// What the agency says of the online level.
    pub declared_level: Option<DeclaredLevel>,
    /// What is known of the online state.
    pub online: Option<OnlineState>,
    /// `L0` to `L7`; `None` until assessed.
    pub online_level: Option<String>,
    /// Why it is not end to end; `None` where it is, where it need not be, and until assessed.
    pub gap: Option<String>,
    /// Shortest parsed handling time, as the source has it.
    pub time: Option<String>,
    /// Smallest and largest parsed fee, đồng; `None` when any fee is unread or none is stated.
    pub fee: Option<(i64, i64)>,
    /// Epoch milliseconds of the newest change.
    pub changed_at: i64,
}

/// The level that an agency declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeclaredLevel {
    /// Toàn trình.
    Full,
    /// Một phần.
    Partial,
    /// Cung cấp thông tin.
    InformationOnly,
}

/// What is known of the online state. Until a procedure is assessed, only the last two occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnlineState {
    /// L5 and above.
    Verified,
    /// L4.
    Claimed,
    /// L3 with a point that is `no`.
    Partial,
    /// An online channel is declared; how far it goes is not verified.
    Unknown,
    /// Channels are known and none is online.
    None,
}

impl SearchDoc {
    /// The search view of a stored procedure.
    #[must_use]
    pub fn of(stored: &Stored) -> Self {
        let p = &stored.procedure;
        let facets = stored.facets.as_ref();
        Self {
            code: p.code.to_string(),
            name: p.name.clone(),
            kind: p.kind,
            retired: stored.retired_at.is_some(),
            fields: p.fields.clone(),
            issuer: p.issuer.clone(),
            agencies: p.handling_agencies.clone(),
            levels: p.levels.clone(),
            audiences: p.audiences.clone(),
            channels: p.channels.clone(),
            results: p.results.clone(),
            declared_level: match facets {
                Some(facets) => facets.declared_level.as_deref().and_then(word::read),
                None => declared_level(p),
            },
            online: match facets {
                Some(facets) => facets.online.as_deref().and_then(word::read),
                None => online(p),
            },
            online_level: facets.map(|f| f.online_level.clone()),
            gap: facets.and_then(|f| f.gap.clone()),
            time: shortest_time(p),
            fee: fee_range(p),
            changed_at: stored.changed_at,
        }
    }

    /// It is one of the public list.
    #[must_use]
    pub fn is_public(&self) -> bool {
        !self.retired
    }

    /// Every fee was read and is zero.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.fee.is_some_and(|(_, most)| most == 0)
    }
}

/// The text that is searched when the name says too little: steps, papers, conditions, results.
#[must_use]
pub fn body(p: &Procedure) -> String {
    let mut text = String::new();
    let parts = (p.description.iter().map(String::as_str))
        .chain(p.keywords.iter().map(String::as_str))
        .chain(p.results.iter().map(String::as_str))
        .chain(p.papers.iter().map(|paper| paper.name.as_str()))
        .chain(p.conditions.iter().map(String::as_str))
        .chain(p.steps.iter().map(|step| step.text.as_str()));
    for part in parts {
        text.push_str(part);
        text.push('\n');
    }
    text
}

fn declared_level(p: &Procedure) -> Option<DeclaredLevel> {
    let named_full = super::analysis::exact(&p.name).contains("toan^2 trinh^2");
    (p.declared_full == Some(true) || named_full).then_some(DeclaredLevel::Full)
}

fn online(p: &Procedure) -> Option<OnlineState> {
    if p.channels.contains(&Channel::Online) || p.submit_form == Some(true) {
        return Some(OnlineState::Unknown);
    }
    (!p.channels.is_empty()).then_some(OnlineState::None)
}

fn shortest_time(p: &Procedure) -> Option<String> {
    let hours = |t: &crate::catalog::model::TimeLimit| t.value.map(crate::catalog::model::Duration::hours);
    let shortest = p
        .time_limits
        .iter()
        .filter(|t| t.value.is_some())
        .min_by(|a, b| hours(a).partial_cmp(&hours(b)).unwrap_or(std::cmp::Ordering::Equal))?;
    let longest = p.time_limits.iter().filter_map(hours).fold(0.0, f64::max);
    let text = shortest.value?.to_vietnamese();
    Some(if hours(shortest)? < longest { format!("từ {text}") } else { text })
}

fn fee_range(p: &Procedure) -> Option<(i64, i64)> {
    let amounts: Option<Vec<i64>> = p.fees.iter().map(|f| f.amount).collect();
    let amounts = amounts?;
    Some((*amounts.iter().min()?, *amounts.iter().max()?))
}
