//! The journey of a procedure: eleven stations from question to result, and what each rests on.

use std::collections::BTreeSet;

use crate::assessment::derive::passages;
use crate::assessment::lint::{Passage, Rule};
use crate::assessment::model::{Claim, EvidenceKind, Gap, PointValue, Span};
use crate::catalog::model::Procedure;
use crate::web::api::assessment::{AssessmentView, EvidenceView, PointView};
use crate::web::format::date_vi;
use crate::web::views::{EvidenceLine, StationLine};

/// At most this many pieces of evidence are shown of one point; the API has all.
const SHOWN: usize = 3;

/// Characters shown on either side of the words a rule rests on.
const AROUND: usize = 60;

/// The stations in order; `p` is the procedure whose words are quoted.
pub fn stations(view: &AssessmentView, p: &Procedure) -> Vec<StationLine> {
    let texts = passages(p);
    view.points.iter().map(|point| station(point, &texts)).collect()
}

fn station(point: &PointView, texts: &[Passage<'_>]) -> StationLine {
    let (class, symbol, word) = match point.value {
        PointValue::Yes => ("yes", "●", "có"),
        PointValue::No => ("no", "○", "chưa"),
        PointValue::NotApplicable => ("skip", "–", "không áp dụng"),
        PointValue::Unknown => ("unknown", "?", "chưa rõ"),
    };
    let mut value = word.to_owned();
    if point.conflict {
        value.push_str(" (các nguồn nói khác nhau)");
    }
    if point.expired {
        value.push_str(" (bằng chứng đã hết hạn)");
    }
    StationLine {
        code: point.code,
        name: point.name,
        class,
        symbol,
        value,
        evidence: point.evidence.iter().take(SHOWN).map(|e| evidence(e, texts)).collect(),
    }
}

fn evidence(view: &EvidenceView, texts: &[Passage<'_>]) -> EvidenceLine {
    let claim = &view.claim;
    let kind = match claim.kind {
        EvidenceKind::Declaration => "Cơ quan công bố",
        EvidenceKind::Document => "Theo văn bản",
        EvidenceKind::Data => "Theo số liệu hồ sơ",
        EvidenceKind::Run => "Làm thử đến bước cuối",
    };
    let checked = date_vi(claim.checked_at);
    let until = date_vi(claim.valid_until - 1);
    let holds = if view.expired { format!("hết hạn {until}") } else { format!("còn giá trị đến {until}") };
    let what = claim.rule.as_deref().and_then(Rule::parse).map(|rule| format!(" ({})", rule.name()));
    let note = claim.note.as_ref().map(|note| format!(", {note}")).unwrap_or_default();
    EvidenceLine {
        text: format!("{kind}{}{note}, ghi nhận {checked}, {holds}", what.unwrap_or_default()),
        quote: claim.span.as_ref().and_then(|span| quote(span, texts)),
        link: claim.link.clone(),
    }
}

/// The words a rule rests on with a little of what stands around them.
fn quote(span: &Span, texts: &[Passage<'_>]) -> Option<String> {
    let passage = texts.iter().find(|passage| passage.name == span.passage)?;
    let letters: Vec<char> = passage.text.chars().collect();
    let (first, last) = (span.start.saturating_sub(AROUND), (span.end + AROUND).min(letters.len()));
    let piece: String = letters.get(first..last)?.iter().collect();
    // Whole words only, and nothing of another paragraph.
    let before: usize = piece.chars().take(span.start - first).collect::<String>().len();
    let from = piece[..before].rfind('\n').map(|at| at + 1);
    let from = from.or_else(|| if first == 0 { None } else { piece[..before].find(' ').map(|at| at + 1) }).unwrap_or(0);
    let rest = &piece[before..];
    let to = rest.find('\n').or_else(|| if last == letters.len() { None } else { rest.rfind(' ') });
    let text = &piece[from..before + to.unwrap_or(rest.len())];
    Some(format!("…{}…", text.trim()))
}

/// What the procedure's own text still asks for on paper or in person, as short words, none twice.
pub fn still_on_paper(view: &AssessmentView) -> Vec<String> {
    let claims = view.points.iter().flat_map(|p| &p.evidence).filter(|e| !e.expired).map(|e| &e.claim);
    let rules: BTreeSet<Rule> = claims.filter(|c| c.value == PointValue::No).filter_map(rule).collect();
    rules.into_iter().map(|rule| rule.name().to_owned()).collect()
}

fn rule(claim: &Claim) -> Option<Rule> {
    claim.rule.as_deref().and_then(Rule::parse)
}

/// What it came to, in sentences.
pub fn verdict(view: &AssessmentView) -> Vec<String> {
    let first = if view.verified {
        "Làm được hoàn toàn trên mạng, đã kiểm chứng.".to_owned()
    } else if view.dormant {
        "Đủ điều kiện toàn trình, nhưng 90 ngày qua chưa có ai làm thủ tục này.".to_owned()
    } else {
        format!("{}.", view.gap.map_or("Ngoài nghĩa vụ cung cấp trực tuyến", Gap::name))
    };
    let share = view.point_rate.map(|rate| format!("{:.0} % số điểm đã rõ là đạt; ", rate * 100.0)).unwrap_or_default();
    let mut lines =
        vec![first, format!("Mức {}: {share}{:.0} % số điểm chưa rõ.", view.level.code(), view.unknown_rate * 100.0)];
    if view.profiles.vietnam_law.declared == Some(crate::assessment::model::Declared::Full) && !view.claimed {
        lines.push("Cơ quan công bố là toàn trình; các điểm dưới đây chưa đủ để kết luận như vậy.".to_owned());
    }
    let units = match (view.coverage.counted.units, view.coverage.note) {
        (_, Some("chưa rõ đơn vị")) | (None, _) => "Chưa rõ có bao nhiêu đơn vị thực hiện.".to_owned(),
        (Some(units), _) => format!("{} trên {units} đơn vị có bằng chứng.", view.coverage.counted.covered),
    };
    lines.push(units);
    if view.dossiers.note.is_some() {
        lines.push("Chưa có dữ liệu hồ sơ.".to_owned());
    }
    lines
}
