//! Where departments stand among their like in a period, and what their own points come to.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::decimal::Decimal;
use super::score::Points;

/// A department with its published total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The portal's id.
    pub id: String,
    /// `H44`; empty where unknown.
    pub code: String,
    /// The published total.
    pub total: Option<Decimal>,
    /// When the newest of its figures was read, epoch milliseconds.
    pub read_at: i64,
}

/// A department with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The department.
    pub entry: Entry,
    /// Its place among its like, from 1; the same total is the same place. `None` without a total or a code.
    pub rank: Option<usize>,
    /// How many of its like have a total.
    pub of: usize,
    /// It is the own one.
    pub is_own: bool,
}

/// Departments are compared with their like: provinces (`H44`) with provinces, units of provinces (`H44.236`) with such,
/// ministries (`G06`) with ministries.
fn like(code: &str) -> (usize, String) {
    let letters = code.chars().take_while(char::is_ascii_alphabetic).collect();
    (code.matches('.').count(), letters)
}

/// Departments with their places: the own one, then its like, then others, each by total.
#[must_use]
pub fn ranked(entries: Vec<Entry>, own: &str) -> Vec<Standing> {
    let mut totals: HashMap<(usize, String), Vec<Decimal>> = HashMap::new();
    for entry in entries.iter().filter(|entry| !entry.code.is_empty()) {
        totals.entry(like(&entry.code)).or_default().extend(entry.total);
    }
    for of_like in totals.values_mut() {
        of_like.sort_unstable_by_key(|total| Reverse(*total));
    }
    let place = |entry: Entry| {
        let peers = totals.get(&like(&entry.code)).map_or(&[][..], Vec::as_slice);
        let rank = entry.total.filter(|_| !peers.is_empty());
        let rank = rank.map(|total| 1 + peers.partition_point(|other| *other > total));
        Standing { rank, of: peers.len(), is_own: !own.is_empty() && entry.code == own, entry }
    };
    let mut all: Vec<Standing> = entries.into_iter().map(place).collect();
    all.sort_by_cached_key(|standing| {
        let kin = like(&standing.entry.code);
        let entry = &standing.entry;
        (!standing.is_own, kin != like(own), kin, Reverse(entry.total), entry.code.clone(), entry.id.clone())
    });
    all
}

/// Own points of the groups that have them, beside the published points of the same groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnSum {
    /// How many groups have own and published points.
    pub groups: usize,
    /// Own points.
    pub own: Decimal,
    /// Published points of the same groups.
    pub published: Decimal,
}

impl OwnSum {
    /// Own minus published.
    #[must_use]
    pub fn difference(self) -> Decimal {
        self.own - self.published
    }
}

/// Sums own points over the groups that have them, given with the published points that are shown of each; `None` where
/// none does: there are only published points.
#[must_use]
pub fn own_sum(groups: impl Iterator<Item = (Points, Option<Decimal>)>) -> Option<OwnSum> {
    let both: Vec<_> = groups.filter_map(|(own, published)| Some((own.number()?, published?))).collect();
    (!both.is_empty()).then(|| OwnSum {
        groups: both.len(),
        own: both.iter().map(|(own, _)| *own).sum(),
        published: both.iter().map(|(_, published)| *published).sum(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    fn entry(code: &str, total: Option<&str>) -> Entry {
        Entry { id: format!("id-{code}"), code: code.to_owned(), total: total.map(d), read_at: 0 }
    }

    #[test]
    fn the_own_province_stands_first_and_equals_share_a_place() {
        let entries = vec![
            entry("H44.1", Some("99")),
            entry("H01", Some("60.5")),
            entry("G06", Some("90")),
            entry("H02", None),
            entry("H31", Some("57.41")),
            entry("H03", Some("57.41")),
            entry("H04", Some("40")),
            entry("", Some("80")),
        ];
        let all = ranked(entries, "H31");
        let places: Vec<_> = all.iter().map(|s| (s.entry.code.as_str(), s.rank, s.of)).collect();
        let provinces =
            [("H31", Some(2), 4), ("H01", Some(1), 4), ("H03", Some(2), 4), ("H04", Some(4), 4), ("H02", None, 4)];
        assert_eq!(places[..5], provinces);
        assert_eq!(places[5..], [("", None, 0), ("G06", Some(1), 1), ("H44.1", Some(1), 1)]);
        assert_eq!(all.iter().filter(|s| s.is_own).count(), 1);
        assert!(ranked(vec![entry("", Some("1"))], "").iter().all(|s| !s.is_own));
    }

    #[test]
    fn own_points_are_summed_over_groups_that_have_both() {
        let group = |own: Points, published: Option<&str>| (own, published.map(d));
        let groups = [
            group(Points::Number(d("8.56")), Some("8.5")),
            group(Points::Number(d("12")), Some("12")),
            group(Points::NotDelivered, Some("7")),
            group(Points::NotApplicable, Some("0")),
            group(Points::Number(d("3")), None),
        ];
        let sum = own_sum(groups.into_iter()).unwrap();
        assert_eq!((sum.groups, sum.own, sum.difference()), (2, d("20.56"), d("0.06")));
        assert_eq!(own_sum(groups[2..].iter().copied()), None);
    }
}
