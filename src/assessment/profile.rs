//! The same points as other countries count them, so that figures compare.

use serde::Serialize;

use super::model::{Declared, Point, PointValue};

/// A rate over the applicable points of one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Canada {
    /// No point is `no`, and at least one is `yes`.
    pub end_to_end: bool,
    /// Points that are yes.
    pub yes: u32,
    /// Points that are no.
    pub no: u32,
    /// Points nobody knows; Canada's own inventory has none.
    pub unknown: u32,
}

/// The six interaction points of Canada's service inventory (Government of Canada, Service and Digital policy), in
/// its order, and the points of ours that answer for each.
pub const CANADA: [(&str, &[Point]); 6] = [
    ("account_registration", &[Point::P2]),
    ("authentication", &[Point::P2]),
    ("application", &[Point::P3, Point::P4, Point::P5]),
    ("decision", &[Point::P8, Point::P9]),
    ("issuance", &[Point::P10]),
    ("issue_resolution_feedback", &[Point::P11]),
];

/// Counts a service by Canada's rule from the values of its six points.
#[must_use]
pub fn canada_of(values: &[PointValue; 6]) -> Canada {
    let count = |value: PointValue| values.iter().filter(|v| **v == value).fold(0, |n, _| n + 1);
    let (yes, no, unknown) = (count(PointValue::Yes), count(PointValue::No), count(PointValue::Unknown));
    Canada { end_to_end: no == 0 && unknown == 0 && yes > 0, yes, no, unknown }
}

/// Counts a service by Canada's rule from our points: a point of theirs is no when one of ours is, yes when all are.
#[must_use]
pub fn canada(points: &[PointValue; 13]) -> Canada {
    canada_of(&CANADA.map(|(_, ours)| together(ours.iter().map(|p| points[p.index()]))))
}

fn together(values: impl Iterator<Item = PointValue>) -> PointValue {
    let mut all = PointValue::NotApplicable;
    for value in values {
        all = match (all, value) {
            (PointValue::No, _) | (_, PointValue::No) => PointValue::No,
            (PointValue::Unknown, _) | (_, PointValue::Unknown) => PointValue::Unknown,
            (PointValue::Yes, _) | (_, PointValue::Yes) => PointValue::Yes,
            _ => PointValue::NotApplicable,
        };
    }
    all
}

/// What Vietnamese law calls the service, from the points (Luật 148/2025 Đ3, NĐ 224/2026 Đ14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct VietnamLaw {
    /// What the agency declares.
    pub declared: Option<Declared>,
    /// What the points show: `full` when every stage is online, `partial` when one is, `None` when nothing is known.
    pub shown: Option<Declared>,
    /// The stages, each from its points.
    pub stages: Stages,
}

/// The five legal stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Stages {
    /// Nộp hồ sơ: P2 to P5.
    pub submit: PointValue,
    /// Thanh toán: P6.
    pub pay: PointValue,
    /// Tiếp nhận: P7 and P8.
    pub receive: PointValue,
    /// Giải quyết: P9.
    pub process: PointValue,
    /// Trả kết quả: P10.
    pub result: PointValue,
}

/// The profile of Vietnamese law.
#[must_use]
pub fn vietnam_law(points: &[PointValue; 13], declared: Option<Declared>) -> VietnamLaw {
    let of = |ours: &[Point]| together(ours.iter().map(|p| points[p.index()]));
    let stages = Stages {
        submit: of(&[Point::P2, Point::P3, Point::P4, Point::P5]),
        pay: of(&[Point::P6]),
        receive: of(&[Point::P7, Point::P8]),
        process: of(&[Point::P9]),
        result: of(&[Point::P10]),
    };
    let all = [stages.submit, stages.pay, stages.receive, stages.process, stages.result];
    let some_online = points[Point::P3.index()] == PointValue::Yes || all.contains(&PointValue::Yes);
    let every = all.iter().all(|v| matches!(v, PointValue::Yes | PointValue::NotApplicable));
    let shown = if every && all.contains(&PointValue::Yes) {
        Some(Declared::Full)
    } else {
        some_online.then_some(Declared::Partial)
    };
    VietnamLaw { declared, shown, stages }
}
