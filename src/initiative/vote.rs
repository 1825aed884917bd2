//! The vote of a leadership on an innovation proposal (NĐ 73/2023/NĐ-CP Đ8.1).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a member of the leadership votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ballot {
    /// For the proposal.
    For,
    /// Against it.
    Against,
    /// Neither.
    Abstain,
    /// Takes no part, for a reason of their own or because it is their proposal.
    Recused,
}

impl Ballot {
    /// Every ballot.
    pub const ALL: [Self; 4] = [Self::For, Self::Against, Self::Abstain, Self::Recused];

    /// Its name for readers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::For => "Tán thành",
            Self::Against => "Không tán thành",
            Self::Abstain => "Không có ý kiến",
            Self::Recused => "Không tham gia biểu quyết",
        }
    }
}

/// One member's part in a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The head of the agency, who chairs.
    pub is_head: bool,
    /// What was cast; `None` while it has not been.
    pub ballot: Option<Ballot>,
}

/// How it stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tally {
    /// Votes for.
    pub in_favour: u32,
    /// Votes against.
    pub against: u32,
    /// Abstentions.
    pub abstained: u32,
    /// Members who take no part.
    pub recused: u32,
    /// Members whose vote is missing.
    pub missing: u32,
    /// What the head cast, when the head did.
    pub head: Option<Ballot>,
}

/// What a vote says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Somebody has not voted yet, or nobody may.
    Open,
    /// More than half of the members who vote are for it.
    Passed,
    /// Half are for it, the head among them.
    PassedByHead,
    /// Half are for it, the head not among them.
    FailedByHead,
    /// Fewer than half are for it.
    Failed,
}

impl Outcome {
    /// Whether the proposal goes through.
    #[must_use]
    pub const fn passes(self) -> bool {
        matches!(self, Self::Passed | Self::PassedByHead)
    }

    /// Its name for readers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "Chưa đủ phiếu",
            Self::Passed => "Được thông qua (trên 50 %)",
            Self::PassedByHead => "Phiếu ngang nhau, thông qua theo phía người đứng đầu",
            Self::FailedByHead => "Phiếu ngang nhau, không thông qua theo phía người đứng đầu",
            Self::Failed => "Không được thông qua",
        }
    }
}

impl Tally {
    /// Counts the members.
    #[must_use]
    pub fn of(members: &[Member]) -> Self {
        let mut tally = Self::default();
        for member in members {
            match member.ballot {
                Some(Ballot::For) => tally.in_favour += 1,
                Some(Ballot::Against) => tally.against += 1,
                Some(Ballot::Abstain) => tally.abstained += 1,
                Some(Ballot::Recused) => tally.recused += 1,
                None => tally.missing += 1,
            }
            if member.is_head {
                tally.head = member.ballot;
            }
        }
        tally
    }

    /// The members who vote: an abstention counts among them, a recusal does not.
    #[must_use]
    pub const fn voting(&self) -> u32 {
        self.in_favour + self.against + self.abstained
    }

    /// More than half of those who vote carry it; with exactly half the head's side does. An abstention is not a vote for
    /// it: were ties counted between for and against only, one more vote for a proposal could make it fail.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        if self.missing > 0 || self.voting() == 0 {
            return Outcome::Open;
        }
        if 2 * self.in_favour > self.voting() {
            return Outcome::Passed;
        }
        if 2 * self.in_favour == self.voting() {
            return if self.head == Some(Ballot::For) { Outcome::PassedByHead } else { Outcome::FailedByHead };
        }
        Outcome::Failed
    }
}

#[cfg(test)]
mod tests {
    use Ballot::{Abstain, Against, For, Recused};
    use proptest::prelude::*;

    use super::*;

    /// The first one is the head.
    fn outcome(ballots: &[Option<Ballot>]) -> Outcome {
        let member = |(at, ballot): (usize, &Option<Ballot>)| Member { is_head: at == 0, ballot: *ballot };
        Tally::of(&ballots.iter().enumerate().map(member).collect::<Vec<_>>()).outcome()
    }

    #[test]
    fn more_than_half_of_those_who_vote_carry_it() {
        assert_eq!(outcome(&[Some(Against), Some(For), Some(For)]), Outcome::Passed);
        assert_eq!(outcome(&[Some(For), Some(Against), Some(Against)]), Outcome::Failed);
        assert_eq!(outcome(&[Some(For), Some(For), Some(Abstain), Some(Abstain), Some(Against)]), Outcome::Failed);
        assert_eq!(outcome(&[Some(For), Some(Recused)]), Outcome::Passed);
    }

    #[test]
    fn with_half_for_it_the_head_decides() {
        assert_eq!(outcome(&[Some(For), Some(Against)]), Outcome::PassedByHead);
        assert_eq!(outcome(&[Some(Against), Some(For)]), Outcome::FailedByHead);
        assert_eq!(outcome(&[Some(Abstain), Some(For), Some(Against)]), Outcome::Failed);
        assert_eq!(outcome(&[Some(Abstain), Some(For)]), Outcome::FailedByHead);
        assert_eq!(outcome(&[Some(For), Some(Against), Some(Recused)]), Outcome::PassedByHead);
    }

    #[test]
    fn it_is_open_while_a_vote_is_missing_or_nobody_votes() {
        assert_eq!(outcome(&[Some(For), Some(For), None]), Outcome::Open);
        assert_eq!(outcome(&[Some(Recused), Some(Recused)]), Outcome::Open);
        assert_eq!(outcome(&[]), Outcome::Open);
    }

    proptest! {
        #[test]
        fn one_more_vote_for_it_never_makes_it_fail(votes in prop::collection::vec(0..3usize, 1..12)) {
            let ballots: Vec<_> = votes.iter().map(|at| Some(Ballot::ALL[*at])).collect();
            let before = outcome(&ballots);
            let mut more = ballots.clone();
            more.push(Some(For));
            prop_assert!(!before.passes() || outcome(&more).passes());
        }
    }
}
