//! The portal's arithmetic of points, as its answers of 2026 show it (DOMAIN.md 2.2 and 2.3).

use crate::simulator::captures::made_up::two_decimals;

/// How a numerator and a denominator become points.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The most points.
    pub most: f64,
    /// The ratio that earns them, 0 to 1.
    pub target: f64,
}

impl Rule {
    /// A rule without target: the whole is needed.
    #[must_use]
    pub const fn whole(most: f64) -> Self {
        Self { most, target: 1.0 }
    }

    /// Points, two decimals; `None` where nothing could be counted.
    #[must_use]
    pub fn points(self, numerator: u64, denominator: u64) -> Option<f64> {
        let ratio = ratio(numerator, denominator)?;
        Some(two_decimals((self.most * ratio / self.target).min(self.most)))
    }

    /// The numerator that earns about this share of the points.
    #[must_use]
    pub fn numerator(self, denominator: u64, share: f64) -> u64 {
        part(denominator, share * self.target)
    }
}

/// A share of a count, rounded.
#[must_use]
pub fn part(count: u64, share: f64) -> u64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of dossiers stay far below 2^53")]
    let exact = count as f64 * share.clamp(0.0, 1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the count")]
    let rounded = exact.round() as u64;
    rounded
}

/// The ratio of two counts; `None` where the lower one is 0.
#[must_use]
pub fn ratio(numerator: u64, denominator: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts of dossiers stay far below 2^53")]
    let ratio = numerator as f64 / denominator as f64;
    (denominator > 0).then_some(ratio)
}

/// A ratio in percent, two decimals.
#[must_use]
pub fn percent(numerator: u64, denominator: u64) -> Option<f64> {
    ratio(numerator, denominator).map(|r| two_decimals(r * 100.0))
}
