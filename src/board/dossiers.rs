//! Figures of dossiers out of the counts by month.

use std::collections::BTreeMap;

use super::figure::{Base, FigureCode};
use super::model::Counted;
use crate::monitor::dossier::counts::Counts;
use crate::monitor::dossier::months::Key;

/// Counts of a month, a unit, a procedure or a day: channel by channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Channels(BTreeMap<i64, Counts>);

impl Channels {
    /// Adds the counts of a channel.
    pub fn add(&mut self, channel: i64, counts: &Counts) {
        self.0.entry(channel).or_default().join(counts);
    }

    /// Adds all of another.
    pub fn join(&mut self, other: &Self) {
        for (channel, counts) in &other.0 {
            self.add(*channel, counts);
        }
    }

    /// What a figure of dossiers comes to; nothing for other figures.
    #[must_use]
    pub fn count(&self, figure: FigureCode) -> Counted {
        let Base::Dossiers(part, whole) = figure.base() else { return Counted::default() };
        let mut all = Counts::default();
        for counts in self.0.values() {
            all.join(counts);
        }
        Counted::new(self.0.iter().map(|(channel, counts)| part(*channel, counts)).sum(), whole(&all))
    }
}

/// Rows by month, or by whose they are.
#[must_use]
pub fn by<K: Ord>(rows: Vec<(Key, Counts)>, key: impl Fn(i64, String) -> K) -> BTreeMap<K, Channels> {
    let mut all: BTreeMap<K, Channels> = BTreeMap::new();
    for ((month, whose, channel), counts) in rows {
        all.entry(key(month, whose)).or_default().add(channel, &counts);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::dossier::counts::Count;

    fn counts(of: &[(Count, i64)]) -> Counts {
        let mut sum = Counts::default();
        for (count, n) in of {
            sum.0[*count as usize] = *n;
        }
        sum
    }

    #[test]
    fn what_was_due_and_has_not_ended_is_late() {
        let mut all = Channels::default();
        all.add(1, &counts(&[(Count::Received, 60), (Count::OnTime, 50), (Count::Late, 6), (Count::Pending, 4)]));
        all.add(2, &counts(&[(Count::Received, 40), (Count::OnTime, 40)]));
        assert_eq!(all.count(FigureCode::OnTime), Counted::new(90, 100));
        assert_eq!(all.count(FigureCode::OnlineDossiers), Counted::new(40, 100));
        assert_eq!(all.count(FigureCode::PaidOnline), Counted::new(0, 0), "nobody owed a fee");
        assert_eq!(all.count(FigureCode::Savings), Counted::default());
    }
}
