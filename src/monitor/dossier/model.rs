//! The words of dossiers: states and how they follow each other, channels, sides, outcomes.

use serde::{Deserialize, Serialize};

/// The state of a dossier, by the portal's codes 1 to 10 (DOMAIN.md 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum State {
    /// 1, mới đăng ký.
    NewlyRegistered = 1,
    /// 2, được tiếp nhận.
    Accepted = 2,
    /// 3, không được tiếp nhận.
    NotAccepted = 3,
    /// 4, đang xử lý.
    Processing = 4,
    /// 5, yêu cầu bổ sung giấy tờ.
    SupplementRequested = 5,
    /// 6, yêu cầu thực hiện nghĩa vụ tài chính.
    PaymentRequested = 6,
    /// 7, công dân yêu cầu rút hồ sơ.
    WithdrawnByCitizen = 7,
    /// 8, dừng xử lý.
    Stopped = 8,
    /// 9, đã xử lý xong.
    Processed = 9,
    /// 10, đã trả kết quả.
    ResultReturned = 10,
}

impl State {
    /// Every state, by code.
    pub const ALL: [Self; 10] = [
        Self::NewlyRegistered,
        Self::Accepted,
        Self::NotAccepted,
        Self::Processing,
        Self::SupplementRequested,
        Self::PaymentRequested,
        Self::WithdrawnByCitizen,
        Self::Stopped,
        Self::Processed,
        Self::ResultReturned,
    ];

    /// The state with a code from 1 to 10.
    #[must_use]
    pub fn of_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }

    /// The portal's code.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The handling of the dossier has come to an end: 3, 7, 8, 9, 10.
    #[must_use]
    pub const fn is_end(self) -> bool {
        matches!(
            self,
            Self::NotAccepted | Self::WithdrawnByCitizen | Self::Stopped | Self::Processed | Self::ResultReturned
        )
    }

    /// The dossier has been handled: 9 and 10.
    #[must_use]
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Processed | Self::ResultReturned)
    }

    /// The agency has taken the dossier in: neither 1 nor 3.
    #[must_use]
    pub const fn is_received(self) -> bool {
        !matches!(self, Self::NewlyRegistered | Self::NotAccepted)
    }

    /// States that may follow at once, one bit a code.
    const fn next(self) -> u16 {
        match self {
            Self::NewlyRegistered => bits(&[2, 3, 5]),
            Self::Accepted | Self::PaymentRequested => bits(&[4]),
            Self::Processing => bits(&[5, 6, 7, 8, 9]),
            Self::SupplementRequested => bits(&[4, 7, 8]),
            Self::Processed => bits(&[10]),
            Self::NotAccepted | Self::WithdrawnByCitizen | Self::Stopped | Self::ResultReturned => 0,
        }
    }

    /// Whether a dossier may be in this state after another. Senders leave states out, so one that can be reached by
    /// several steps is in order; the same state again is too.
    #[must_use]
    pub fn may_follow(self, before: Self) -> bool {
        if self == before {
            return true;
        }
        let mut reached = before.next();
        loop {
            let more = Self::ALL.iter().filter(|s| reached & bit(s.code()) != 0).fold(reached, |all, s| all | s.next());
            if more == reached {
                return reached & bit(self.code()) != 0;
            }
            reached = more;
        }
    }
}

const fn bit(code: u8) -> u16 {
    1 << code
}

const fn bits(codes: &[u8]) -> u16 {
    let mut all = 0;
    let mut at = 0;
    while at < codes.len() {
        all |= bit(codes[at]);
        at += 1;
    }
    all
}

/// How a dossier came in, by the portal's codes (DOMAIN.md 5.2). None given counts as in person (index 766).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Channel {
    /// 1, trực tiếp.
    Direct = 1,
    /// 2, trực tuyến.
    Online = 2,
    /// 3, bưu chính công ích.
    Postal = 3,
}

/// Whose view of a dossier a source gives. The local one counts; the two are compared and never merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The system that handles the dossier.
    Local,
    /// The national portal.
    Portal,
}

/// Whether a dossier was handled in time (DOMAIN.md 2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Outcome {
    /// It was not taken in: there is nothing to be in time for.
    None = 0,
    /// It ended by its due date.
    OnTime = 1,
    /// It ended after its due date, or was sent back for more papers twice.
    Late = 2,
    /// It is still handled; it is late once its due date has passed.
    Pending = 3,
    /// It has no due date and the law's time limit cannot be read, or its end is not known.
    NotJudged = 4,
}

impl Outcome {
    /// The outcome with a stored number.
    #[must_use]
    pub fn of_code(code: i64) -> Self {
        match code {
            1 => Self::OnTime,
            2 => Self::Late,
            3 => Self::Pending,
            4 => Self::NotJudged,
            _ => Self::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_follow_each_other_as_the_decree_has_it() {
        let legal = [(1, 2), (1, 3), (1, 5), (1, 10), (2, 4), (2, 9), (4, 9), (5, 4), (5, 10), (6, 4), (9, 10), (4, 4)];
        let illegal = [(2, 1), (3, 4), (7, 4), (8, 9), (9, 4), (10, 9), (10, 4), (9, 8), (4, 2)];
        let of = |code| State::of_code(code).unwrap();
        for (before, after) in legal {
            assert!(of(after).may_follow(of(before)), "{before} to {after}");
        }
        for (before, after) in illegal {
            assert!(!of(after).may_follow(of(before)), "{before} to {after}");
        }
        assert_eq!((State::of_code(0), State::of_code(11)), (None, None));
    }
}
