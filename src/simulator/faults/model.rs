//! Which faults there are and when one strikes.

use std::time::Duration;

use super::super::chance::Chance;

/// A fault, by the word of the setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The answer comes late.
    Latency,
    /// 429 with `Retry-After`.
    TooManyRequests,
    /// 403.
    Forbidden,
    /// 500, 502, 503 or 504.
    ServerError,
    /// An HTML page of a firewall with status 200.
    Firewall,
    /// The body ends before its declared length and the connection closes.
    Truncated,
    /// A body of tens of megabytes.
    Huge,
    /// A field has another type.
    WrongType,
    /// The connection closes without an answer.
    Drop,
    /// A list request with a limit above 200 fails.
    LargeLimit,
    /// Text is decomposed (NFD).
    Decomposed,
    /// A procedure has another name.
    Renamed,
    /// A procedure is gone.
    Vanished,
}

impl Fault {
    /// All, in the order of their words in the documentation.
    pub const ALL: [Self; 13] = [
        Self::Latency,
        Self::TooManyRequests,
        Self::Forbidden,
        Self::ServerError,
        Self::Firewall,
        Self::Truncated,
        Self::Huge,
        Self::WrongType,
        Self::Drop,
        Self::LargeLimit,
        Self::Decomposed,
        Self::Renamed,
        Self::Vanished,
    ];

    /// The word of the setting and of the log.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Latency => "latency",
            Self::TooManyRequests => "429",
            Self::Forbidden => "403",
            Self::ServerError => "5xx",
            Self::Firewall => "waf",
            Self::Truncated => "truncated",
            Self::Huge => "huge",
            Self::WrongType => "wrong_type",
            Self::Drop => "drop",
            Self::LargeLimit => "large_limit",
            Self::Decomposed => "nfd",
            Self::Renamed => "renamed",
            Self::Vanished => "vanish",
        }
    }

    /// At most one of these strikes a request; their shares sum to at most 1.
    #[must_use]
    pub const fn excludes_others(self) -> bool {
        !matches!(self, Self::Latency | Self::LargeLimit | Self::Decomposed | Self::Renamed | Self::Vanished)
    }
}

/// What strikes one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stroke {
    /// The answer waits so long first.
    pub wait: Option<Duration>,
    /// What happens instead of, or to, the answer.
    pub fault: Option<Fault>,
}

/// A set of faults with their shares.
#[derive(Debug, Clone, PartialEq)]
pub struct Faults {
    /// How often each fault strikes, 0 to 1, at [`Fault::ALL`]'s places: of requests, or of procedures for `nfd`,
    /// `renamed` and `vanish`.
    pub shares: [f64; Fault::ALL.len()],
    /// How long a late answer waits.
    pub latency: Duration,
    /// Seconds that 429 asks to wait.
    pub retry_after: u32,
    /// The one status of `5xx`; otherwise 500, 502, 503 and 504 take turns.
    pub status: Option<u16>,
    /// Megabytes (10^6 bytes) of a huge body.
    pub huge_megabytes: u32,
    /// Only addresses that begin so are struck.
    pub only: String,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            shares: [0.0; Fault::ALL.len()],
            latency: Duration::from_millis(200),
            retry_after: 1,
            status: None,
            huge_megabytes: 32,
            only: String::new(),
        }
    }
}

impl Faults {
    /// How often a fault strikes.
    #[must_use]
    pub const fn share(&self, fault: Fault) -> f64 {
        self.shares[fault as usize]
    }

    /// What strikes the request with this number, from 0; the same seed and number give the same.
    #[must_use]
    pub fn stroke(&self, seed: u64, number: u64, path: &str) -> Stroke {
        if !path.starts_with(&self.only) {
            return Stroke::default();
        }
        let mut chance = Chance::at(seed, number);
        let wait = chance.holds(self.share(Fault::Latency)).then_some(self.latency);
        let mut left = chance.share();
        let fault = Fault::ALL.into_iter().filter(|f| f.excludes_others()).find(|fault| {
            left -= self.share(*fault);
            left < 0.0
        });
        Stroke { wait, fault }
    }

    /// Whether a fault of procedures strikes the procedure with this identifier, as long as the set stays.
    #[must_use]
    pub fn strikes_item(&self, seed: u64, fault: Fault, id: &str) -> bool {
        let share = self.share(fault);
        share > 0.0 && Chance::named(seed ^ fault as u64, id).holds(share)
    }
}
