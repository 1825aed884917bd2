//! How many procedures were end to end at the end of a month, from the history of verdicts.

use std::collections::HashSet;

use super::figure::FigureCode;
use super::model::Counted;
use super::store::HistoryRow;
use crate::assessment::model::{Point, PointValue};

/// The history of verdicts, read once for a picture.
#[derive(Debug, Default)]
pub struct History(pub Vec<HistoryRow>);

impl History {
    /// Verdicts that held at an instant, of procedures that were in the catalog.
    fn at(&self, at: i64) -> impl Iterator<Item = &HistoryRow> {
        let held = move |row: &&HistoryRow| {
            let until = |end: Option<i64>| end.is_none_or(|end| end > at);
            row.valid_from <= at && until(row.valid_to) && until(row.retired_at)
        };
        self.0.iter().filter(held)
    }

    /// A figure of verdicts at an instant; `None` when nothing was assessed yet.
    #[must_use]
    pub fn count(&self, figure: FigureCode, at: i64) -> Option<Counted> {
        let mut sum = Counted::default();
        let mut any = false;
        for row in self.at(at) {
            any = true;
            sum.join(one(figure, row));
        }
        any.then_some(sum)
    }

    /// Codes of the procedures that were verified at an instant.
    #[must_use]
    pub fn verified(&self, at: i64) -> HashSet<&str> {
        self.at(at).filter(|row| row.verified == 1).map(|row| row.code.as_str()).collect()
    }

    /// Procedures that count to a figure at one of two instants and not at the other: code, before, after.
    #[must_use]
    pub fn changed(&self, figure: FigureCode, before: i64, after: i64) -> Vec<(&str, bool, bool)> {
        let of = |at: i64| -> HashSet<&str> {
            self.at(at).filter(|row| one(figure, row).part > 0).map(|row| row.code.as_str()).collect()
        };
        let (old, new) = (of(before), of(after));
        let mut codes: Vec<&str> = old.symmetric_difference(&new).copied().collect();
        codes.sort_unstable();
        codes.into_iter().map(|code| (code, old.contains(code), new.contains(code))).collect()
    }
}

/// What one procedure adds to a figure.
fn one(figure: FigureCode, row: &HistoryRow) -> Counted {
    match figure {
        FigureCode::FullService => Counted::new(row.verified, 1),
        FigureCode::Claimed => Counted::new(i64::from(row.claimed == 1), 1),
        FigureCode::Proactive => match row.points.chars().nth(Point::Q2.index()).map(PointValue::of_letter) {
            Some(PointValue::Yes) => Counted::new(1, 1),
            Some(PointValue::No) => Counted::new(0, 1),
            _ => Counted::default(),
        },
        _ => Counted::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(code: &str, from: i64, to: Option<i64>, verified: i64) -> HistoryRow {
        HistoryRow {
            code: code.to_owned(),
            valid_from: from,
            valid_to: to,
            retired_at: None,
            points: "?????????????".to_owned(),
            claimed: verified,
            verified,
        }
    }

    #[test]
    fn a_figure_is_counted_as_it_stood_at_that_time() {
        let mut gone = row("c", 0, None, 1);
        gone.retired_at = Some(150);
        let history = History(vec![row("a", 0, Some(100), 1), row("a", 100, None, 0), row("b", 50, None, 1), gone]);
        let at = |at| history.count(FigureCode::FullService, at);
        assert_eq!(at(-1), None, "before the first assessment nothing is known");
        assert_eq!(at(0), Some(Counted::new(2, 2)));
        assert_eq!(at(99), Some(Counted::new(3, 3)));
        assert_eq!(at(100), Some(Counted::new(2, 3)));
        assert_eq!(at(150), Some(Counted::new(1, 2)));
        assert_eq!(history.changed(FigureCode::FullService, 99, 150), [("a", true, false), ("c", true, false)]);
        assert_eq!(
            history.count(FigureCode::Proactive, 99),
            Some(Counted::new(0, 0)),
            "unknown counts on neither side"
        );
    }
}
