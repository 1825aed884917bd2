//! Chance that repeats: the same seed and place give the same number, on every machine and in every order of asking.

/// A source of numbers that follow from where it stands.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The numbers of one place, such as the record `place` under `seed`.
    #[must_use]
    pub const fn at(seed: u64, place: u64) -> Self {
        Self(mix(seed ^ mix(place.wrapping_add(0x51_7c_c1_b7_27_22_0a_95))))
    }

    /// The numbers of a place that has a name.
    #[must_use]
    pub fn named(seed: u64, name: &str) -> Self {
        Self::at(seed, fingerprint(name))
    }

    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// The next number from 0 to below 1.
    pub fn share(&mut self) -> f64 {
        // 53 bits fill the mantissa of a double.
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
        let numerator = (self.bits() >> 11) as f64;
        numerator / 9_007_199_254_740_992.0
    }

    /// The next whole number from 0 to below `end`; 0 when `end` is 0.
    pub fn below(&mut self, end: u32) -> u32 {
        let wide = u128::from(self.bits()) * u128::from(end);
        u32::try_from(wide >> 64).unwrap_or(0)
    }

    /// Whether something comes true that does so in `share` of all cases.
    pub fn holds(&mut self, share: f64) -> bool {
        self.share() < share
    }
}

/// The finishing steps of the generator `SplitMix64`.
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// FNV-1a: the standard library's hasher may change between versions.
#[must_use]
pub fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_place_gives_the_same_numbers_and_shares_are_met() {
        let draw = |seed, place| Chance::at(seed, place).bits();
        assert_eq!(draw(7, 1), draw(7, 1));
        assert_ne!(draw(7, 1), draw(7, 2));
        assert_ne!(draw(7, 1), draw(8, 1));
        let met = (0..100_000).filter(|&n| Chance::at(7, n).holds(0.05)).count();
        assert!((4_800..5_200).contains(&met), "{met}");
        assert!((0..1_000).all(|n| Chance::at(1, n).below(3) < 3));
    }
}
