//! How sure a share is when few events were counted: the Wilson score interval of a binomial share.

/// The 97.5 % quantile of the normal distribution: intervals hold the true share in 95 of 100 cases.
const Z: f64 = 1.959_963_984_540_054;

/// The interval in which the share of `good` in `total` lies with 95 % confidence; `None` when nothing was counted.
///
/// With `p = good / total`: `(p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)` (Wilson 1927). Unlike `p ± z √(p(1-p)/n)`
/// it stays within 0 and 1 and has a width even when all or none were good.
#[must_use]
pub fn wilson(good: i64, total: i64) -> Option<(f64, f64)> {
    if total <= 0 {
        return None;
    }
    let (n, good) = (number(total), number(good.clamp(0, total)));
    let p = good / n;
    let square = Z * Z;
    let middle = p + square / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + square / (4.0 * n * n)).sqrt();
    let scale = 1.0 + square / n;
    Some((((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0)))
}

/// A count as a number.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub fn number(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_agrees_with_published_values() {
        // Newcombe 1998, table I, method 3 (score without continuity correction).
        for (good, total, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let (a, b) = wilson(good, total).unwrap();
            assert!((a - low).abs() < 5e-5 && (b - high).abs() < 5e-5, "{good} of {total}: {a} to {b}");
        }
        assert_eq!(wilson(0, 0), None);
        let (low, high) = wilson(5, 5).unwrap();
        assert!(low > 0.5 && (high - 1.0).abs() < 1e-12);
    }
}
