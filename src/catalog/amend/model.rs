//! What an amendment is and how it changes a procedure.

use serde::{Deserialize, Serialize};

use crate::catalog::fee;
use crate::catalog::model::{Channel, Fee, Paper, Procedure, Step, TimeLimit};
use crate::catalog::text;
use crate::catalog::time_limit;
use crate::platform::word;

/// Longest text of a part, characters.
pub const MAX_TEXT: usize = 10_000;

/// A part of a procedure that a decision changes (NĐ 63/2010 Đ8.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The procedure itself: with nothing after it, it is abolished.
    Procedure,
    /// Its name.
    Name,
    /// A step (trình tự thực hiện).
    Step,
    /// A channel of submission: `online`, `direct`, `postal`.
    Channel,
    /// A dossier component (thành phần hồ sơ).
    Paper,
    /// A handling time, such as "10 ngày làm việc".
    TimeLimit,
    /// A fee or charge, such as "50.000 đồng".
    Fee,
    /// Who may apply.
    Audience,
    /// Who handles it.
    HandlingAgency,
    /// A result document.
    Result,
    /// Requirements and conditions, as one text.
    Conditions,
    /// The declared level: `full` or `partial`.
    OnlineLevel,
}

impl Part {
    /// Every part, in the order of the law.
    pub const ALL: [Self; 12] = [
        Self::Procedure,
        Self::Name,
        Self::Step,
        Self::Channel,
        Self::Paper,
        Self::TimeLimit,
        Self::Audience,
        Self::HandlingAgency,
        Self::Result,
        Self::Conditions,
        Self::Fee,
        Self::OnlineLevel,
    ];

    /// Its name for readers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Procedure => "Thủ tục",
            Self::Name => "Tên thủ tục",
            Self::Step => "Trình tự thực hiện",
            Self::Channel => "Cách thức thực hiện",
            Self::Paper => "Thành phần hồ sơ",
            Self::TimeLimit => "Thời hạn giải quyết",
            Self::Fee => "Phí, lệ phí",
            Self::Audience => "Đối tượng thực hiện",
            Self::HandlingAgency => "Cơ quan thực hiện",
            Self::Result => "Kết quả thực hiện",
            Self::Conditions => "Yêu cầu, điều kiện",
            Self::OnlineLevel => "Mức độ dịch vụ công trực tuyến",
        }
    }

    /// A text of the part for readers: the words of channels and levels are spelled out.
    #[must_use]
    pub fn spelled(self, text: &str) -> &str {
        match (self, text) {
            (Self::Channel, "online") => "Trực tuyến",
            (Self::Channel, "direct") => "Trực tiếp",
            (Self::Channel, "postal") => "Bưu chính công ích",
            (Self::OnlineLevel, "full") => "Toàn trình",
            (Self::OnlineLevel, "partial") => "Chưa toàn trình",
            (_, text) => text,
        }
    }
}

/// One change: a missing `before` adds, a missing `after` takes away.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// Which part.
    pub part: Part,
    /// What stands there, word for word.
    pub before: Option<String>,
    /// What is to stand there.
    pub after: Option<String>,
}

/// What applying an amendment did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The procedure was changed.
    Changed,
    /// It already stood as the amendment wants it.
    AlreadySo,
    /// What the amendment wants to change no longer stands there.
    Misfit,
}

/// Why an amendment cannot be used, whatever the procedure says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmendmentError {
    /// Nothing before and nothing after, or the same.
    #[error("changes nothing: give a text after that differs from the one before, or leave it out to take it away")]
    Nothing,
    /// A text is too long.
    #[error("is longer than {MAX_TEXT} characters")]
    TooLong,
    /// The part is one text that cannot be missing.
    #[error("cannot be empty")]
    Needed,
    /// A time that is none.
    #[error("must be a number and a unit such as `10 ngày làm việc`, `15 ngày`, `4 giờ` or `1 tháng`")]
    Time,
    /// A fee that is none.
    #[error("must be one amount such as `50.000 đồng`, or `Miễn phí`")]
    Fee,
    /// A channel that is none.
    #[error("must be online, direct or postal")]
    Channel,
    /// A level that is none.
    #[error("must be full or partial")]
    Level,
    /// A procedure can only be taken away.
    #[error("of a whole procedure only its end is an amendment: leave the text after empty")]
    OnlyAbolished,
}

impl AmendmentError {
    /// The same in Vietnamese.
    #[must_use]
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::Nothing => "chưa có gì thay đổi: ghi nội dung mới khác nội dung cũ, hoặc để trống nếu bãi bỏ",
            Self::TooLong => "dài quá 10.000 ký tự",
            Self::Needed => "không được để trống",
            Self::Time => "cần một số và đơn vị, ví dụ “10 ngày làm việc”, “15 ngày”, “4 giờ”, “1 tháng”",
            Self::Fee => "cần một số tiền, ví dụ “50.000 đồng”, hoặc “Miễn phí”",
            Self::Channel => "chỉ nhận trực tuyến, trực tiếp hoặc bưu chính",
            Self::Level => "chỉ nhận toàn trình hoặc một phần",
            Self::OnlyAbolished => "với cả thủ tục chỉ có thể bãi bỏ: để trống nội dung mới",
        }
    }
}

impl Amendment {
    /// With its texts cleaned as the catalog cleans them; an empty text is none.
    #[must_use]
    pub fn cleaned(mut self) -> Self {
        let clean = |text: String| match self.part {
            Part::Step | Part::Conditions => text::lines(&text),
            _ => text::line(&text),
        };
        self.before = self.before.map(clean).filter(|text| !text.is_empty());
        self.after = self.after.map(clean).filter(|text| !text.is_empty());
        self
    }

    /// Checks what does not depend on the procedure.
    ///
    /// # Errors
    /// [`AmendmentError`]
    pub fn check(&self) -> Result<(), AmendmentError> {
        if self.before == self.after {
            return Err(AmendmentError::Nothing);
        }
        if self.before.iter().chain(&self.after).any(|text| text.chars().count() > MAX_TEXT) {
            return Err(AmendmentError::TooLong);
        }
        match (self.part, &self.after) {
            (Part::Procedure, Some(_)) => Err(AmendmentError::OnlyAbolished),
            (Part::Name | Part::OnlineLevel, None) => Err(AmendmentError::Needed),
            (Part::TimeLimit, Some(after)) if time_limit::parse(after).is_none() => Err(AmendmentError::Time),
            (Part::Fee, Some(after)) if fee::parse(after).is_none() => Err(AmendmentError::Fee),
            (Part::Channel, Some(after)) if word::read::<Channel>(after).is_none() => Err(AmendmentError::Channel),
            (Part::OnlineLevel, Some(after)) if !matches!(after.as_str(), "full" | "partial") => {
                Err(AmendmentError::Level)
            }
            _ => Ok(()),
        }
    }

    /// Changes a procedure: every line of the part that reads as `before` does.
    pub fn apply(&self, procedure: &mut Procedure) -> Applied {
        if let Some(before) = &self.before
            && !lines(procedure, self.part).contains(before)
        {
            let so = self.after.as_ref().is_some_and(|after| lines(procedure, self.part).contains(after));
            return if so { Applied::AlreadySo } else { Applied::Misfit };
        }
        if self.before.is_none() && self.after.as_ref().is_some_and(|after| lines(procedure, self.part).contains(after))
        {
            return Applied::AlreadySo;
        }
        self.write(procedure);
        Applied::Changed
    }

    fn write(&self, procedure: &mut Procedure) {
        let (before, after) = (self.before.as_deref(), self.after.as_deref());
        match self.part {
            // Its end is a mark beside the document.
            Part::Procedure => {}
            Part::Name => after.unwrap_or_default().clone_into(&mut procedure.name),
            Part::Conditions => procedure.conditions = after.map(str::to_owned),
            Part::OnlineLevel => procedure.declared_full = Some(after == Some("full")),
            Part::Audience => change(&mut procedure.audiences, before, after, String::as_str, set, str::to_owned),
            Part::HandlingAgency => {
                change(&mut procedure.handling_agencies, before, after, String::as_str, set, str::to_owned);
            }
            Part::Result => change(&mut procedure.results, before, after, String::as_str, set, str::to_owned),
            Part::Paper => {
                change(&mut procedure.papers, before, after, |p| &p.name, |p, t| t.clone_into(&mut p.name), paper);
            }
            Part::TimeLimit => {
                let set = |limit: &mut TimeLimit, text: &str| {
                    text.clone_into(&mut limit.raw);
                    limit.value = time_limit::parse(text);
                };
                change(&mut procedure.time_limits, before, after, |limit| &limit.raw, set, limit);
            }
            Part::Fee => {
                let set = |fee: &mut Fee, text: &str| {
                    text.clone_into(&mut fee.raw);
                    fee.amount = fee::parse(text);
                };
                change(&mut procedure.fees, before, after, |fee| &fee.raw, set, new_fee);
            }
            Part::Step => {
                change(&mut procedure.steps, before, after, |s| &s.text, |s, t| t.clone_into(&mut s.text), step);
                for (order, step) in (1..).zip(&mut procedure.steps) {
                    step.order = order;
                }
            }
            Part::Channel => {
                let channel = |text: Option<&str>| text.and_then(word::read::<Channel>);
                let (old, new) = (channel(before), channel(after));
                procedure.channels.retain(|each| Some(*each) != old && Some(*each) != new);
                procedure.channels.extend(new);
                procedure.channels.sort_unstable();
            }
        }
    }
}

/// The texts that stand in a part, each once, in order.
#[must_use]
pub fn lines(procedure: &Procedure, part: Part) -> Vec<String> {
    let mut all: Vec<String> = match part {
        Part::Procedure | Part::Name => vec![procedure.name.clone()],
        Part::Step => procedure.steps.iter().map(|step| step.text.clone()).collect(),
        Part::Channel => procedure.channels.iter().map(word::of).collect(),
        Part::Paper => procedure.papers.iter().filter(|paper| !paper.note).map(|paper| paper.name.clone()).collect(),
        Part::TimeLimit => procedure.time_limits.iter().map(|limit| limit.raw.clone()).collect(),
        Part::Fee => procedure.fees.iter().map(|fee| fee.raw.clone()).collect(),
        Part::Audience => procedure.audiences.clone(),
        Part::HandlingAgency => procedure.handling_agencies.clone(),
        Part::Result => procedure.results.clone(),
        Part::Conditions => procedure.conditions.iter().cloned().collect(),
        Part::OnlineLevel => vec![if procedure.declared_full == Some(true) { "full" } else { "partial" }.to_owned()],
    };
    let mut seen = std::collections::HashSet::new();
    all.retain(|text| !text.is_empty() && seen.insert(text.clone()));
    all
}

/// Takes away, replaces or adds in a list.
fn change<T>(
    list: &mut Vec<T>,
    before: Option<&str>,
    after: Option<&str>,
    text: impl Fn(&T) -> &str,
    set: impl Fn(&mut T, &str),
    new: impl Fn(&str) -> T,
) {
    match (before, after) {
        (Some(before), None) => list.retain(|item| text(item) != before),
        (Some(before), Some(after)) => {
            for item in list.iter_mut().filter(|item| text(item) == before) {
                set(item, after);
            }
        }
        (None, Some(after)) => list.push(new(after)),
        (None, None) => {}
    }
}

fn set(item: &mut String, text: &str) {
    text.clone_into(item);
}

fn paper(name: &str) -> Paper {
    Paper { group: None, name: name.to_owned(), originals: None, copies: None, note: false, form: false }
}

fn step(text: &str) -> Step {
    Step { order: 0, title: None, text: text.to_owned() }
}

fn limit(text: &str) -> TimeLimit {
    TimeLimit { channel: None, case: None, value: time_limit::parse(text), raw: text.to_owned() }
}

fn new_fee(text: &str) -> Fee {
    Fee { channel: None, kind: fee::kind_of_text(text), amount: fee::parse(text), raw: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn procedure() -> Procedure {
        Procedure {
            name: "Cấp thẻ".to_owned(),
            papers: ["Đơn", "Bản sao thẻ"].map(paper).to_vec(),
            steps: ["Nộp", "Nhận"].map(step).to_vec(),
            time_limits: vec![limit("10 ngày làm việc"), limit("10 ngày làm việc")],
            channels: vec![Channel::Direct],
            ..Procedure::default()
        }
    }

    fn amendment(part: Part, before: Option<&str>, after: Option<&str>) -> Amendment {
        Amendment { part, before: before.map(str::to_owned), after: after.map(str::to_owned) }
    }

    #[test]
    fn each_line_that_reads_as_before_is_changed_and_read_anew() {
        let mut changed = procedure();
        let cut = amendment(Part::TimeLimit, Some("10 ngày làm việc"), Some("5 ngày làm việc"));
        assert_eq!(cut.apply(&mut changed), Applied::Changed);
        assert_eq!(lines(&changed, Part::TimeLimit), ["5 ngày làm việc"]);
        assert!(changed.time_limits.iter().all(|limit| limit.value == time_limit::parse("5 ngày làm việc")));
        assert_eq!(cut.apply(&mut changed), Applied::AlreadySo);
    }

    #[test]
    fn a_line_is_taken_away_added_or_missing() {
        let mut changed = procedure();
        assert_eq!(amendment(Part::Paper, Some("Bản sao thẻ"), None).apply(&mut changed), Applied::Changed);
        assert_eq!(amendment(Part::Paper, Some("Bản sao thẻ"), None).apply(&mut changed), Applied::Misfit);
        assert_eq!(amendment(Part::Channel, None, Some("online")).apply(&mut changed), Applied::Changed);
        assert_eq!(amendment(Part::Step, Some("Nộp"), None).apply(&mut changed), Applied::Changed);
        assert_eq!(lines(&changed, Part::Paper), ["Đơn"]);
        assert_eq!(changed.channels, [Channel::Online, Channel::Direct]);
        assert_eq!((changed.steps.len(), changed.steps[0].order), (1, 1));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let wrong = [
            (amendment(Part::TimeLimit, Some("10 ngày"), Some("nhanh")), AmendmentError::Time),
            (amendment(Part::Fee, Some("Miễn phí"), Some("-5 đồng hoặc 6 đồng")), AmendmentError::Fee),
            (amendment(Part::Name, Some("a"), None), AmendmentError::Needed),
            (amendment(Part::Paper, Some("a"), Some("a")), AmendmentError::Nothing),
            (amendment(Part::Procedure, Some("a"), Some("b")), AmendmentError::OnlyAbolished),
            (amendment(Part::Channel, None, Some("fax")), AmendmentError::Channel),
        ];
        for (amendment, error) in wrong {
            assert_eq!(amendment.check(), Err(error), "{amendment:?}");
        }
        assert_eq!(
            amendment(Part::Paper, Some(" Đơn "), Some("")).cleaned(),
            amendment(Part::Paper, Some("Đơn"), None)
        );
    }
}
