//! Which initiatives are alike: the same procedure, the same paper, the same type, much the same name.

use std::collections::BTreeSet;

use super::model::MeasureType;
use super::record::Measure;
use crate::catalog::amend::model::Part;
use crate::search::analysis::{fold, syllables};

/// From here on two names are much the same: the share of their words that stand in both.
const ALIKE: f64 = 0.5;

/// What of an initiative is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traits {
    codes: BTreeSet<String>,
    papers: BTreeSet<String>,
    kinds: BTreeSet<MeasureType>,
    words: BTreeSet<String>,
}

impl Traits {
    /// Of an initiative with this title.
    #[must_use]
    pub fn of<'a>(title: &str, measures: impl IntoIterator<Item = &'a Measure>) -> Self {
        let words = syllables(title).into_iter().map(|syllable| syllable.fold).collect();
        let mut traits = Self { words, ..Self::default() };
        for measure in measures {
            traits.add(measure);
        }
        traits
    }

    /// Adds a measure.
    pub fn add(&mut self, measure: &Measure) {
        self.codes.extend(measure.procedures());
        let papers = measure.changes.iter().filter(|change| change.amendment.part == Part::Paper);
        self.papers.extend(papers.filter_map(|change| change.amendment.before.as_deref()).map(fold));
        self.kinds.insert(measure.kind);
    }

    /// What it has in common with another.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> Likeness {
        let either = self.words.union(&other.words).count();
        let both = self.words.intersection(&other.words).count();
        #[expect(clippy::cast_precision_loss, reason = "a title has few words")]
        let name = if either == 0 { 0.0 } else { both as f64 / either as f64 };
        Likeness {
            codes: self.codes.intersection(&other.codes).cloned().collect(),
            papers: self.papers.intersection(&other.papers).count(),
            kinds: self.kinds.intersection(&other.kinds).copied().collect(),
            name,
        }
    }
}

/// What two initiatives have in common.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Likeness {
    /// Procedures.
    pub codes: Vec<String>,
    /// How many papers both change.
    pub papers: usize,
    /// Types.
    pub kinds: Vec<MeasureType>,
    /// Share of the words of both names that stand in both.
    pub name: f64,
}

impl Likeness {
    /// How much they have in common, to put them in order; `None` when a type alone is shared, which says little.
    #[must_use]
    pub fn score(&self) -> Option<f64> {
        let alike = self.name >= ALIKE;
        if self.codes.is_empty() && self.papers == 0 && !alike {
            return None;
        }
        let has = |present: bool, weight: f64| if present { weight } else { 0.0 };
        Some(
            has(!self.codes.is_empty(), 4.0)
                + has(self.papers > 0, 2.0)
                + has(!self.kinds.is_empty(), 1.0)
                + self.name * 2.0,
        )
    }

    /// Why, in Vietnamese.
    #[must_use]
    pub fn reasons(&self) -> String {
        let mut all = Vec::new();
        if !self.codes.is_empty() {
            all.push(format!("cùng thủ tục {}", self.codes.join(", ")));
        }
        if self.papers > 0 {
            all.push(format!("cùng sửa {} loại giấy tờ", self.papers));
        }
        if !self.kinds.is_empty() {
            let names: Vec<String> = self.kinds.iter().map(|kind| kind.name().to_lowercase()).collect();
            all.push(format!("cùng loại: {}", names.join(", ")));
        }
        if self.name >= ALIKE {
            all.push("tên gần giống".to_owned());
        }
        all.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::amend::model::Amendment;
    use crate::initiative::record::Change;

    fn measure(code: &str, kind: MeasureType, paper: Option<&str>) -> Measure {
        let change = |before: &str| Change {
            code: code.to_owned(),
            amendment: Amendment { part: Part::Paper, before: Some(before.to_owned()), after: None },
        };
        Measure {
            kind,
            codes: vec![code.to_owned()],
            changes: paper.map(change).into_iter().collect(),
            ..Measure::default()
        }
    }

    #[test]
    fn a_shared_procedure_weighs_more_than_a_shared_paper_and_a_type_alone_says_nothing() {
        let one = measure("1.001193", MeasureType::CutPaper, Some("Bản sao Căn cước"));
        let mine = Traits::of("Bỏ bản sao căn cước", [&one]);
        let of = |title: &str, measure: &Measure| mine.likeness(&Traits::of(title, [measure]));
        let same_procedure = of("Cắt thời hạn", &measure("1.001193", MeasureType::CutTime, None));
        let same_paper =
            of("Không hỏi lại giấy tờ", &measure("2.000488", MeasureType::CutPaper, Some("bản sao căn cước")));
        let same_type = of("Không hỏi hộ khẩu", &measure("2.000488", MeasureType::CutPaper, Some("Sổ hộ khẩu")));
        assert!(same_procedure.score() > same_paper.score());
        assert_eq!(same_type.score(), None);
        assert_eq!(same_procedure.reasons(), "cùng thủ tục 1.001193");
        assert!(same_paper.reasons().starts_with("cùng sửa 1 loại giấy tờ; cùng loại: "), "{}", same_paper.reasons());
    }

    #[test]
    fn a_name_is_compared_without_accents_and_order() {
        let mine = Traits::of("Bỏ bản sao căn cước", []);
        let other = Traits::of("bo ban sao CĂN CƯỚC công dân", []);
        let likeness = mine.likeness(&other);
        assert!(likeness.name > 0.7, "{likeness:?}");
        assert_eq!(likeness.reasons(), "tên gần giống");
        assert_eq!(Traits::of("", []).likeness(&Traits::default()).score(), None);
    }
}
