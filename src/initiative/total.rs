//! What several measures cost and save together. Whose time is counted decides what may be added: each method has a
//! total of its own, and there is none over both.

use super::cost::{Method, Saving, rate};

/// What the measures of one method come to, đồng a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// Whose time was counted.
    pub method: Method,
    /// How many measures are in it.
    pub measures: usize,
    /// As it is.
    pub before: i64,
    /// As it will be.
    pub after: i64,
    /// What is saved; negative when it costs more.
    pub saved: i64,
    /// Hundredths of a percent of the cost before; `None` when that is 0.
    pub rate: Option<i64>,
}

/// A total for each method that some measure uses.
#[must_use]
pub fn by_method(savings: &[(Method, Saving)]) -> Vec<Total> {
    let total = |method: Method| {
        let of = savings.iter().filter(|(counted, _)| *counted == method).map(|(_, saving)| saving);
        let sum = |figure: fn(&Saving) -> i64| of.clone().map(figure).fold(0, i64::saturating_add);
        let (before, saved) = (sum(|saving| saving.before.per_year), sum(|saving| saving.per_year));
        let after = sum(|saving| saving.after.per_year);
        Total { method, measures: of.clone().count(), before, after, saved, rate: rate(saved, before) }
    };
    Method::ALL.into_iter().map(total).filter(|total| total.measures > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::initiative::cost::Cost;

    fn saving(before: i64, after: i64) -> Saving {
        let cost = |per_year| Cost { per_case: per_year, per_year };
        Saving {
            before: cost(before),
            after: cost(after),
            per_year: before - after,
            rate: rate(before - after, before),
        }
    }

    #[test]
    fn the_two_methods_are_never_added() {
        let (law, proxy) = (Method::Statutory, Method::HandlingTimeProxy);
        let totals = by_method(&[(proxy, saving(1_000, 400)), (law, saving(200, 100)), (law, saving(300, 150))]);
        let figures: Vec<_> = totals.iter().map(|t| (t.method, t.measures, t.before, t.after, t.saved)).collect();
        assert_eq!(figures, [(law, 2, 500, 250, 250), (proxy, 1, 1_000, 400, 600)]);
        assert_eq!((totals[0].rate, totals[1].rate), (Some(5_000), Some(6_000)));
        assert_eq!(by_method(&[]), []);
        assert_eq!(by_method(&[(law, saving(0, 0))])[0].rate, None);
    }
}
