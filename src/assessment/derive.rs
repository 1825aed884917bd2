//! What the catalog itself says of the points: each rule has a name, and says `no` or `not known`, never a silent yes.

use std::borrow::Cow;

use super::lint::{self, Passage};
use super::model::{Claim, Declared, EvidenceKind, Point, PointValue, Reason, Span};
use super::parameters::Parameters;
use super::verdict::Facts;
use crate::catalog::model::{Channel, Procedure, ProcedureKind, TimeLimit};

/// The source of every derived claim.
pub const SOURCE: &str = "catalog";

/// The facts of a procedure that a verdict needs.
#[must_use]
pub fn facts(p: &Procedure) -> Facts {
    Facts {
        informs: !p.steps.is_empty() && p.papers.iter().any(|paper| !paper.note),
        has_form: p.papers.iter().any(|paper| paper.form),
        channels_known: !p.channels.is_empty(),
        offers_online: offers_online(p),
        declared: declared(p),
        internal: p.kind == ProcedureKind::Internal,
        online_not_faster: online_not_faster(&p.time_limits),
        has_fee: p.fees.iter().any(|fee| fee.amount.is_some_and(|amount| amount > 0)),
    }
}

fn offers_online(p: &Procedure) -> bool {
    p.channels.contains(&Channel::Online) || p.submit_form == Some(true)
}

/// What the agency declares: the portal's mark, or the words of the name.
#[must_use]
pub fn declared(p: &Procedure) -> Option<Declared> {
    let name = p.name.to_lowercase();
    if p.declared_full == Some(true) || name.contains("toàn trình") {
        return Some(Declared::Full);
    }
    (name.contains("trực tuyến một phần")).then_some(Declared::Partial)
}

/// Both times are published and read, and the online one is not shorter.
fn online_not_faster(limits: &[TimeLimit]) -> bool {
    let shortest = |channel: Channel| {
        let of_channel = limits.iter().filter(|t| t.channel == Some(channel));
        of_channel.filter_map(|t| t.value).map(crate::catalog::model::Duration::hours).reduce(f64::min)
    };
    shortest(Channel::Online).zip(shortest(Channel::Direct)).is_some_and(|(online, counter)| online >= counter)
}

/// Every claim that the rules read from a procedure, checked when a source last showed it.
#[must_use]
pub fn claims(p: &Procedure, read_at: i64, parameters: &Parameters) -> Vec<Claim> {
    let mut all = Vec::new();
    let new = |point, value, kind, rule: &str| Claim {
        point,
        value,
        kind,
        source: SOURCE.to_owned(),
        rule: Some(rule.to_owned()),
        span: None,
        link: None,
        sha256: None,
        assessor: None,
        reason: None,
        legal_basis: None,
        note: None,
        checked_at: read_at,
        valid_until: parameters.valid_until(kind, read_at),
    };
    let detailed = !p.steps.is_empty() || !p.papers.is_empty();
    let missing = missing_parts(p);
    if detailed && !missing.is_empty() {
        let mut claim = new(Point::P1, PointValue::No, EvidenceKind::Document, "parts.missing");
        claim.note = Some(format!("thiếu: {}", missing.join(", ")));
        claim.span = Some(empty("record"));
        all.push(claim);
    }
    if p.channels.contains(&Channel::Online) {
        let mut claim = new(Point::P3, PointValue::Yes, EvidenceKind::Declaration, "channel.online");
        claim.span = Some(whole("channels", "ONLINE"));
        all.push(claim);
    } else if p.submit_form == Some(true) {
        let mut claim = new(Point::P3, PointValue::Yes, EvidenceKind::Declaration, "form.submit");
        claim.span = Some(whole("submit_form", "true"));
        all.push(claim);
    } else if !p.channels.is_empty() {
        let mut claim = new(Point::P3, PointValue::No, EvidenceKind::Declaration, "channel.none_online");
        claim.span = Some(empty("channels"));
        all.push(claim);
    }
    if !p.fees.is_empty() && p.fees.iter().all(|fee| fee.amount == Some(0)) {
        let mut claim = new(Point::P6, PointValue::NotApplicable, EvidenceKind::Declaration, "fee.none");
        claim.reason = Some(Reason::NoFee);
        claim.span = Some(whole("fees.0", &p.fees[0].raw));
        all.push(claim);
    }
    let texts = passages(p);
    if texts.is_empty() {
        let mut claim = new(Point::P4, PointValue::Unknown, EvidenceKind::Document, "text.missing");
        claim.note = Some("chưa có nội dung chi tiết để đọc".to_owned());
        all.push(claim);
    }
    for passage in &texts {
        match lint::read(passage) {
            Ok(findings) => all.extend(findings.into_iter().map(|finding| {
                let mut claim = new(finding.rule.point(), PointValue::No, EvidenceKind::Document, finding.rule.id());
                claim.span = Some(finding.span);
                claim
            })),
            Err(unreadable) => {
                let mut claim = new(Point::P4, PointValue::Unknown, EvidenceKind::Document, "text.unreadable");
                claim.note = Some(format!("{}: {unreadable}", passage.name));
                all.push(claim);
            }
        }
    }
    all
}

fn empty(passage: &str) -> Span {
    whole(passage, "")
}

fn whole(passage: &str, text: &str) -> Span {
    Span { passage: passage.to_owned(), start: 0, end: text.chars().count(), text: text.to_owned() }
}

/// The parts that NĐ 63/2010 Đ8.2 asks of every procedure and that this one lacks, in Vietnamese.
fn missing_parts(p: &Procedure) -> Vec<&'static str> {
    let parts = [
        ("trình tự thực hiện", p.steps.is_empty()),
        ("cách thức thực hiện", p.channels.is_empty()),
        ("thành phần hồ sơ", p.papers.is_empty()),
        ("thời hạn giải quyết", p.time_limits.is_empty()),
        ("đối tượng thực hiện", p.audiences.is_empty()),
        ("cơ quan thực hiện", p.handling_agencies.is_empty() && p.deciding_agencies.is_empty()),
        ("kết quả thực hiện", p.results.is_empty()),
    ];
    parts.into_iter().filter(|(_, absent)| *absent).map(|(name, _)| name).collect()
}

/// The texts that the lint reads, each with its name.
#[must_use]
pub fn passages<'a>(p: &'a Procedure) -> Vec<Passage<'a>> {
    let mut all: Vec<Passage<'a>> = Vec::new();
    let mut add = |name: String, text: Cow<'a, str>| {
        if !text.trim().is_empty() {
            all.push(Passage { name, text });
        }
    };
    for (at, step) in p.steps.iter().enumerate() {
        let text = match &step.title {
            Some(title) => Cow::Owned(format!("{title}\n{}", step.text)),
            None => Cow::Borrowed(step.text.as_str()),
        };
        add(format!("steps.{at}"), text);
    }
    for (at, paper) in p.papers.iter().enumerate() {
        add(format!("papers.{at}"), Cow::Borrowed(&paper.name));
    }
    for (at, limit) in p.time_limits.iter().enumerate() {
        add(format!("time_limits.{at}"), Cow::Borrowed(&limit.raw));
    }
    for (at, result) in p.results.iter().enumerate() {
        add(format!("results.{at}"), Cow::Borrowed(result));
    }
    add("conditions".to_owned(), Cow::Borrowed(p.conditions.as_deref().unwrap_or_default()));
    add("description".to_owned(), Cow::Borrowed(p.description.as_deref().unwrap_or_default()));
    all
}
