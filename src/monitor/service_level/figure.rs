//! Numbers as readers write them.

/// In which language something is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Vietnamese.
    #[default]
    Vietnamese,
    /// English.
    English,
}

impl Language {
    /// The one of two texts that is in this language.
    #[must_use]
    pub fn pick<'a>(self, vietnamese: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Vietnamese => vietnamese,
            Self::English => english,
        }
    }

    /// A number with at most `places` decimals: `1.234,5` in Vietnamese, `1,234.5` in English.
    #[must_use]
    pub fn decimal(self, number: f64, places: usize) -> String {
        let text = format!("{:.places$}", number.abs());
        let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
        let rest = rest.trim_end_matches('0');
        let (group, point) = match self {
            Self::Vietnamese => ('.', ','),
            Self::English => (',', '.'),
        };
        let mut out = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at) % 3 == 0 {
                out.push(group);
            }
            out.push(digit);
        }
        if !rest.is_empty() {
            out.push(point);
            out.push_str(rest);
        }
        let is_zero = !out.chars().any(|c| ('1'..='9').contains(&c));
        if number < 0.0 && !is_zero { format!("-{out}") } else { out }
    }

    /// A count.
    #[must_use]
    pub fn count(self, count: i64) -> String {
        self.decimal(super::interval::number(count), 0)
    }

    /// A share of 1 as a percentage. It is cut, not rounded: what is below an objective never looks as if it met it.
    #[must_use]
    pub fn percent(self, share: f64) -> String {
        // A quotient of counts may lie a hair below the number it stands for.
        let cut = ((share * 1e5 + 1e-6).floor()) / 1e3;
        format!("{} %", self.decimal(cut, 3))
    }

    /// Minutes as days, hours or minutes, whichever is whole.
    #[must_use]
    pub fn minutes(self, minutes: i64) -> String {
        let (number, vietnamese, english) = match minutes {
            m if m > 0 && m % 1_440 == 0 => (m / 1_440, "ngày", "days"),
            m if m > 0 && m % 60 == 0 => (m / 60, "giờ", "hours"),
            m => (m, "phút", "minutes"),
        };
        format!("{} {}", self.count(number), self.pick(vietnamese, english))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_readers_write_them() {
        let (vi, en) = (Language::Vietnamese, Language::English);
        assert_eq!(vi.decimal(1_234_567.5, 2), "1.234.567,5");
        assert_eq!(en.decimal(-1_234.0, 2), "-1,234");
        assert_eq!(vi.decimal(-0.001, 2), "0");
        assert_eq!(vi.percent(0.999), "99,9 %");
        assert_eq!(vi.percent(0.998_999_9), "99,899 %", "never rounded up to an objective");
        assert_eq!(vi.percent(1.0), "100 %");
        assert_eq!(
            (vi.minutes(90), vi.minutes(120), en.minutes(4_320)),
            ("90 phút".into(), "2 giờ".into(), "3 days".into())
        );
    }
}
