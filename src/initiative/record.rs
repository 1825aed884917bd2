//! What an initiative says: the record that the law of its track asks for, and what its measures change and save.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::burden;
use super::cost::{self, Method, Saving, Table};
use super::model::{MeasureType, Objective, Place, Track};
use crate::catalog::amend::model::Amendment;
use crate::catalog::code::ProcedureCode;
use crate::catalog::text;
use crate::monitor::field::{FieldError, Wrong};

/// Longest text of a field, characters.
const MAX_TEXT: usize = 20_000;
/// Most measures of an initiative.
pub const MAX_MEASURES: usize = 50;
/// Most changes of a measure.
const MAX_CHANGES: usize = 200;

/// What an initiative says, whatever its track.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Record {
    /// What it is about, for everybody.
    pub summary: String,
    /// Why.
    pub reasons: String,
    /// What it serves, of the directive's item 5.
    pub objectives: Vec<Objective>,
    /// What the burden that it adds is good for; empty where it adds none.
    pub impact: String,
    /// For an innovation proposal.
    pub innovation: Innovation,
    /// For the recognition of an initiative.
    pub recognition: Recognition,
    /// For a breakthrough initiative.
    pub breakthrough: Breakthrough,
}

/// What NĐ 73/2023/NĐ-CP Đ7.2 asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Innovation {
    /// Position of the proposer, who leads or manages (Đ2).
    pub position: String,
    /// The proposer is the head: the head of the superior agency decides then.
    pub is_head: bool,
    /// The bottleneck that is not yet regulated.
    pub bottleneck: String,
    /// Which text is silent on it.
    pub legal_gap: String,
    /// Content, tasks, solutions; scope and subjects.
    pub content: String,
    /// Duration, resources, feasibility.
    pub resources: String,
    /// Positive and negative impact, expected effect.
    pub effects: String,
}

/// What NĐ 13/2012/NĐ-CP asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Recognition {
    /// Authors with their share.
    pub authors: Vec<Author>,
    /// Field of application.
    pub field: String,
    /// Day of first application or trial.
    #[schema(value_type = Option<String>)]
    pub first_applied: Option<Date>,
    /// Essence, steps, conditions.
    pub description: String,
    /// Where else it can be applied.
    pub applicability: String,
    /// Benefit, by the authors and by those who tried it.
    pub benefit: String,
    /// What is to stay confidential.
    pub confidential: String,
}

/// Somebody who made it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Author {
    /// Name.
    pub name: String,
    /// Share in percent.
    pub share: u32,
}

/// What QĐ 2266/QĐ-TTg asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Breakthrough {
    /// Number on the national portal of initiatives.
    pub national_code: String,
    /// Its address there.
    pub link: String,
    /// Novelty, breakthrough, feasibility, spread, resources: the five requirements.
    pub requirements: String,
}

/// A change of one procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The procedure.
    pub code: String,
    /// What changes.
    #[serde(flatten)]
    pub amendment: Amendment,
}

/// What a measure costs and saves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CostCase {
    /// Whose time is counted.
    pub method: Method,
    /// As it is.
    pub before: Table,
    /// As it will be.
    pub after: Table,
    /// Where the wage and the counts come from.
    pub source: String,
}

impl CostCase {
    /// What it saves.
    #[must_use]
    pub fn saving(&self) -> Saving {
        cost::saving(&self.before, &self.after)
    }
}

/// One measure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Measure {
    /// One line.
    pub title: String,
    /// What it does.
    pub kind: MeasureType,
    /// Who can put it into force.
    pub place: Place,
    /// What is simplified and why.
    pub content: String,
    /// The articles that have to change (kiến nghị thực thi).
    pub recommendation: String,
    /// Procedures it is about; those of its changes are among them.
    pub codes: Vec<String>,
    /// Exact changes.
    pub changes: Vec<Change>,
    /// What it costs and saves.
    pub cost: Option<CostCase>,
}

impl Measure {
    /// Every procedure it is about, once, in order.
    #[must_use]
    pub fn procedures(&self) -> Vec<String> {
        let mut all: Vec<String> =
            self.codes.iter().chain(self.changes.iter().map(|change| &change.code)).cloned().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whether it adds burden.
    #[must_use]
    pub fn adds_burden(&self) -> bool {
        self.changes.iter().any(|change| burden::adds(&change.amendment))
    }

    /// With its texts cleaned.
    #[must_use]
    pub fn cleaned(mut self) -> Self {
        self.title = text::line(&self.title);
        self.content = text::lines(&self.content);
        self.recommendation = text::lines(&self.recommendation);
        self.codes = self.codes.iter().map(|code| text::line(code)).filter(|code| !code.is_empty()).collect();
        for change in &mut self.changes {
            change.code = text::line(&change.code);
            change.amendment = change.amendment.clone().cleaned();
        }
        self
    }

    /// Checks what can be checked without the catalog.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut wrong = Wrong::default();
        long(&mut wrong, "title", &self.title, 300);
        long(&mut wrong, "content", &self.content, MAX_TEXT);
        long(&mut wrong, "recommendation", &self.recommendation, MAX_TEXT);
        if self.title.is_empty() {
            wrong.add("title", "is missing", "chưa ghi tên biện pháp", None);
        }
        if self.changes.len() > MAX_CHANGES || self.codes.len() > MAX_CHANGES {
            wrong.add("changes", "are more than 200", "nhiều hơn 200 thay đổi", None);
        }
        for code in &self.codes {
            if ProcedureCode::parse(code).is_err() {
                let message = format!("has no procedure code in `{code}`");
                wrong.add("codes", &message, &format!("“{code}” không phải mã thủ tục"), Some("1.001193".to_owned()));
            }
        }
        for (place, change) in self.changes.iter().enumerate() {
            if let Err(error) = change.amendment.check() {
                wrong.add(&format!("changes[{place}]"), &error.to_string(), error.vietnamese(), None);
            }
        }
        let mut errors = wrong.ended().err().unwrap_or_default();
        if let Some(case) = &self.cost {
            for (name, table) in [("cost.before", &case.before), ("cost.after", &case.after)] {
                errors.extend(table.check(name).err().into_iter().flatten());
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

impl Record {
    /// With its texts cleaned.
    #[must_use]
    pub fn cleaned(mut self) -> Self {
        for field in [&mut self.summary, &mut self.reasons, &mut self.impact] {
            *field = text::lines(field);
        }
        let i = &mut self.innovation;
        for field in [&mut i.bottleneck, &mut i.legal_gap, &mut i.content, &mut i.resources, &mut i.effects] {
            *field = text::lines(field);
        }
        i.position = text::line(&i.position);
        self.objectives.sort_unstable();
        self.objectives.dedup();
        self.recognition.authors.retain(|author| !author.name.trim().is_empty());
        self
    }

    /// Checks that nothing is too long or malformed; a draft may be incomplete.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut wrong = Wrong::default();
        for (name, value) in self.texts() {
            long(&mut wrong, name, value, MAX_TEXT);
        }
        let link = &self.breakthrough.link;
        if !link.is_empty() && !link.starts_with("https://") {
            wrong.add("breakthrough.link", "must begin with https://", "cần địa chỉ bắt đầu bằng https://", None);
        }
        wrong.ended()
    }

    /// Checks that the record holds what its track asks for (DOMAIN.md 3.2, 4.1-4.3).
    ///
    /// # Errors
    /// Every field that is missing.
    pub fn complete(&self, track: Track, today: Date) -> Result<(), Vec<FieldError>> {
        let mut wrong = Wrong::default();
        let mut needs = vec!["summary", "reasons"];
        needs.extend(match track {
            Track::Simplification => &[][..],
            Track::InnovationProposal => &[
                "innovation.position",
                "innovation.bottleneck",
                "innovation.legal_gap",
                "innovation.content",
                "innovation.resources",
                "innovation.effects",
            ],
            Track::Recognition => {
                &["recognition.field", "recognition.description", "recognition.applicability", "recognition.benefit"]
            }
            Track::Breakthrough => &["breakthrough.requirements"],
        });
        for (name, value) in self.texts() {
            if needs.contains(&name) && value.trim().is_empty() {
                wrong.add(name, "is missing", "chưa ghi", None);
            }
        }
        if self.objectives.is_empty() {
            let vietnamese = "chọn ít nhất một mục tiêu của Chỉ thị (mục 5)";
            wrong.add("objectives", "need at least one of the directive's item 5", vietnamese, None);
        }
        if track == Track::Recognition {
            self.recognition_complete(&mut wrong, today);
        }
        wrong.ended()
    }

    fn recognition_complete(&self, wrong: &mut Wrong, today: Date) {
        let recognition = &self.recognition;
        if recognition.authors.iter().map(|author| author.share).sum::<u32>() != 100 {
            let vietnamese = "tỷ lệ đóng góp của các tác giả phải cộng lại bằng 100 %";
            wrong.add("recognition.authors", "have shares that do not sum to 100 percent", vietnamese, None);
        }
        match recognition.first_applied {
            None => wrong.add("recognition.first_applied", "is missing", "chưa ghi ngày áp dụng lần đầu", None),
            Some(day) if day > today => {
                let vietnamese = "ngày áp dụng lần đầu ở tương lai";
                wrong.add("recognition.first_applied", "lies in the future", vietnamese, Some(today.to_string()));
            }
            Some(_) => {}
        }
    }

    /// Its texts by the names of their fields.
    fn texts(&self) -> [(&'static str, &str); 17] {
        let (i, r, b) = (&self.innovation, &self.recognition, &self.breakthrough);
        [
            ("summary", &self.summary),
            ("reasons", &self.reasons),
            ("impact", &self.impact),
            ("innovation.position", &i.position),
            ("innovation.bottleneck", &i.bottleneck),
            ("innovation.legal_gap", &i.legal_gap),
            ("innovation.content", &i.content),
            ("innovation.resources", &i.resources),
            ("innovation.effects", &i.effects),
            ("recognition.field", &r.field),
            ("recognition.description", &r.description),
            ("recognition.applicability", &r.applicability),
            ("recognition.benefit", &r.benefit),
            ("recognition.confidential", &r.confidential),
            ("breakthrough.national_code", &b.national_code),
            ("breakthrough.link", &b.link),
            ("breakthrough.requirements", &b.requirements),
        ]
    }
}

fn long(wrong: &mut Wrong, name: &str, value: &str, most: usize) {
    if value.chars().count() > most {
        let message = format!("is longer than {most} characters");
        wrong.add(name, &message, &format!("dài quá {most} ký tự"), None);
    }
    if value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        wrong.add(name, "has characters that cannot be shown", "có ký tự không hiển thị được", None);
    }
}
