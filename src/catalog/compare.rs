//! What differs between two versions of a procedure, part by part and line by line.

use similar::{Algorithm, ChangeTag, DiffOp, TextDiff, capture_diff_slices};

use super::amend::model::{Amendment, Part, lines};
use super::model::Procedure;

/// Everything that would have to be amended to make the newer version of the older one, in the order of the law. A line
/// that was rewritten has a text before and one after; the end of a procedure is no text and does not stand here.
#[must_use]
pub fn compare(older: &Procedure, newer: &Procedure) -> Vec<Amendment> {
    let parts = Part::ALL.into_iter().filter(|part| *part != Part::Procedure);
    parts.flat_map(|part| differing(part, &lines(older, part), &lines(newer, part))).collect()
}

fn differing(part: Part, older: &[String], newer: &[String]) -> Vec<Amendment> {
    let mut all = Vec::new();
    for op in capture_diff_slices(Algorithm::Patience, older, newer) {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        let (gone, come) = (&older[op.old_range()], &newer[op.new_range()]);
        all.extend((0..gone.len().max(come.len())).map(|at| Amendment {
            part,
            before: gone.get(at).cloned(),
            after: come.get(at).cloned(),
        }));
    }
    all
}

/// A run of words and whether it stands in both texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The words, with the blanks between them.
    pub text: String,
    /// They stand in this text only.
    pub differs: bool,
}

/// Two texts cut into runs of words that stand in both and runs that do not.
#[must_use]
pub fn words(before: &str, after: &str) -> (Vec<Words>, Vec<Words>) {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for change in TextDiff::from_words(before, after).iter_all_changes() {
        let differs = change.tag() != ChangeTag::Equal;
        if change.tag() != ChangeTag::Insert {
            append(&mut old, change.value(), differs);
        }
        if change.tag() != ChangeTag::Delete {
            append(&mut new, change.value(), differs);
        }
    }
    (old, new)
}

fn append(runs: &mut Vec<Words>, text: &str, differs: bool) {
    match runs.last_mut() {
        Some(last) if last.differs == differs => last.text.push_str(text),
        _ => runs.push(Words { text: text.to_owned(), differs }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::model::{Paper, Step, TimeLimit};

    fn procedure(papers: &[&str], time: &str, steps: &[&str]) -> Procedure {
        let paper = |name: &&str| Paper {
            group: None,
            name: (*name).to_owned(),
            originals: None,
            copies: None,
            note: false,
            form: false,
        };
        Procedure {
            papers: papers.iter().map(paper).collect(),
            time_limits: vec![TimeLimit { channel: None, case: None, value: None, raw: time.to_owned() }],
            steps: steps.iter().map(|s| Step { order: 0, title: None, text: (*s).to_owned() }).collect(),
            ..Procedure::default()
        }
    }

    #[test]
    fn a_line_is_rewritten_added_or_taken_away() {
        let older = procedure(&["Đơn", "Bản sao thẻ", "Ảnh"], "5 ngày", &["Nộp", "Nhận"]);
        let newer = procedure(&["Đơn", "Ảnh"], "4 giờ", &["Nộp", "Trả phí", "Nhận"]);
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            compare(&older, &newer),
            [
                Amendment { part: Part::Step, before: None, after: text("Trả phí") },
                Amendment { part: Part::Paper, before: text("Bản sao thẻ"), after: None },
                Amendment { part: Part::TimeLimit, before: text("5 ngày"), after: text("4 giờ") },
            ]
        );
        assert_eq!(compare(&older, &older), []);
    }

    #[test]
    fn comparing_leads_from_the_older_version_to_the_newer() {
        let older = procedure(&["A", "B", "C"], "5 ngày", &["1", "2", "3"]);
        let newer = procedure(&["A", "C", "D"], "3 ngày", &["1", "2 và 3"]);
        let mut made = older.clone();
        for amendment in compare(&older, &newer) {
            amendment.apply(&mut made);
        }
        for part in [Part::Paper, Part::TimeLimit, Part::Step] {
            let sorted = |procedure: &Procedure| {
                let mut all = lines(procedure, part);
                all.sort();
                all
            };
            assert_eq!(sorted(&made), sorted(&newer), "{part:?}");
        }
    }

    #[test]
    fn words_that_stand_in_one_text_only_are_marked() {
        let (old, new) = words("Trong 5 ngày làm việc", "Trong 3 ngày làm việc");
        let run = |text: &str, differs| Words { text: text.to_owned(), differs };
        assert_eq!(old, [run("Trong ", false), run("5", true), run(" ngày làm việc", false)]);
        assert_eq!(new, [run("Trong ", false), run("3", true), run(" ngày làm việc", false)]);
    }
}
