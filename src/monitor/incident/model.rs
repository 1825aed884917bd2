//! From polls to an incident and back: the state of one source. Pure; times are epoch milliseconds.

use serde::{Deserialize, Serialize};

use crate::monitor::model::FailureKind;

/// What a poll showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The service answered well.
    Good,
    /// It did not.
    Bad(FailureKind),
    /// The failure is not the service's, or there is no number: nothing is known.
    Nothing,
}

/// A poll as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Poll {
    /// Its planned time.
    pub at: i64,
    /// What it showed.
    pub seen: Seen,
    /// A planned stop was in force.
    pub planned: bool,
}

/// How many polls it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Failed ones in a row before an incident opens; at least 1.
    pub opens_after: u32,
    /// Good ones in a row before it closes; at least 1.
    pub closes_after: u32,
}

/// Where a source stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It answers.
    #[default]
    Up,
    /// It failed, not yet often enough.
    Failing,
    /// It does not answer.
    Down,
    /// It answered, not yet often enough.
    Recovering,
}

/// The state of one source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Machine {
    /// Where it stands.
    pub phase: Phase,
    /// The failures began within a planned stop.
    pub planned: bool,
    /// When the failures began; while it is up, when it last came up.
    pub since: i64,
    /// Polls in a row that count towards the next phase.
    pub polls: u32,
    /// The first good poll while it recovers.
    pub clear_since: Option<i64>,
    /// The first failure.
    pub failure: Option<FailureKind>,
}

/// What a poll changed that others hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// An incident begins, or a planned stop shows.
    Opened {
        /// The first failure.
        since: i64,
        /// Why it failed.
        failure: FailureKind,
        /// Within a planned stop.
        planned: bool,
    },
    /// It is over.
    Closed {
        /// The first good poll; where a planned stop ran out and the service still fails, the first failure after it.
        at: i64,
    },
}

impl Machine {
    /// The state after a poll. Polls come in the order of their times.
    #[must_use]
    pub fn next(self, poll: Poll, rule: Rule) -> (Self, Option<Turn>) {
        match poll.seen {
            Seen::Nothing => (self, None),
            Seen::Good => self.good(poll.at, rule),
            Seen::Bad(failure) => self.bad(poll, failure, rule),
        }
    }

    fn good(self, at: i64, rule: Rule) -> (Self, Option<Turn>) {
        let up = |since| Self { since, ..Self::default() };
        let (clear_since, polls) = match self.phase {
            Phase::Up => return (self, None),
            Phase::Failing => return (up(at), None),
            Phase::Down => (at, 1),
            Phase::Recovering => (self.clear_since.unwrap_or(at), self.polls.saturating_add(1)),
        };
        if polls >= rule.closes_after {
            return (up(clear_since), Some(Turn::Closed { at: clear_since }));
        }
        (Self { phase: Phase::Recovering, polls, clear_since: Some(clear_since), ..self }, None)
    }

    fn bad(self, poll: Poll, failure: FailureKind, rule: Rule) -> (Self, Option<Turn>) {
        // A stop that ran out no longer explains a failure: what follows is counted from here.
        let ran_out = self.planned && !poll.planned;
        let closed = (ran_out && matches!(self.phase, Phase::Down | Phase::Recovering)).then_some(poll.at);
        let begun = if self.phase == Phase::Up || ran_out {
            Self {
                phase: Phase::Failing,
                planned: poll.planned,
                since: poll.at,
                polls: 1,
                clear_since: None,
                failure: Some(failure),
            }
        } else if self.phase == Phase::Failing {
            Self { polls: self.polls.saturating_add(1), ..self }
        } else {
            return (Self { phase: Phase::Down, polls: 0, clear_since: None, ..self }, None);
        };
        // One turn a poll: the incident after a planned stop opens with the next failure at the earliest.
        if let Some(at) = closed {
            return (begun, Some(Turn::Closed { at }));
        }
        if begun.polls < rule.opens_after {
            return (begun, None);
        }
        let turn =
            Turn::Opened { since: begun.since, failure: begun.failure.unwrap_or(failure), planned: begun.planned };
        (Self { phase: Phase::Down, polls: 0, ..begun }, Some(turn))
    }
}

/// How bad an incident is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// No procedure stands still.
    Minor,
    /// At least one does.
    Major,
    /// Many do, or all.
    Critical,
}

impl Severity {
    /// By the procedures that stand still; `many` is the number that makes it critical.
    #[must_use]
    pub fn of(procedures: &[String], many: u32) -> Self {
        let all = procedures.iter().any(|code| code == "*");
        match procedures.len() {
            _ if all => Self::Critical,
            0 => Self::Minor,
            n if n >= many as usize => Self::Critical,
            _ => Self::Major,
        }
    }
}

/// What services that fail together have in common: the host of their address, else the source itself. `definition` is the
/// JSON of a source.
#[must_use]
pub fn cause(source: &str, definition: &str) -> String {
    #[derive(Deserialize)]
    struct Part {
        url: Option<String>,
    }
    let url = serde_json::from_str::<Part>(definition).ok().and_then(|part| part.url);
    let host = url.and_then(|url| Some(url::Url::parse(&url).ok()?.host_str()?.to_ascii_lowercase()));
    host.unwrap_or_else(|| format!("source:{source}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULE: Rule = Rule { opens_after: 3, closes_after: 2 };

    fn run(letters: &str, rule: Rule) -> Vec<(usize, Turn)> {
        let mut machine = Machine::default();
        let mut turns = Vec::new();
        for (at, letter) in letters.chars().enumerate() {
            let seen = match letter.to_ascii_lowercase() {
                'g' => Seen::Good,
                'b' => Seen::Bad(FailureKind::Timeout),
                _ => Seen::Nothing,
            };
            let poll = Poll { at: i64::try_from(at).unwrap(), seen, planned: letter.is_uppercase() };
            let (next, turn) = machine.next(poll, rule);
            machine = next;
            turns.extend(turn.map(|turn| (at, turn)));
        }
        turns
    }

    fn opened(since: i64, planned: bool) -> Turn {
        Turn::Opened { since, failure: FailureKind::Timeout, planned }
    }

    #[test]
    fn three_failures_open_and_two_good_polls_close() {
        assert_eq!(run("gbbgbb", RULE), []);
        assert_eq!(run("gbbbbgbgg", RULE), [(3, opened(1, false)), (8, Turn::Closed { at: 7 })]);
    }

    #[test]
    fn what_is_not_the_services_fault_neither_opens_nor_closes() {
        assert_eq!(run("gxxxxx", RULE), []);
        assert_eq!(run("gbxbxbxgxg", RULE), [(5, opened(1, false)), (9, Turn::Closed { at: 7 })]);
    }

    #[test]
    fn a_planned_stop_is_shown_as_one_and_what_outlasts_it_is_an_incident() {
        assert_eq!(run("gBBBBGG", RULE), [(3, opened(1, true)), (6, Turn::Closed { at: 5 })]);
        let overrun = [(3, opened(1, true)), (5, Turn::Closed { at: 5 }), (7, opened(5, false))];
        assert_eq!(run("gBBBBbbb", RULE), overrun);
        assert_eq!(run("gBBbbb", RULE), [(5, opened(3, false))], "the stop ran out before it showed");
        assert_eq!(run("gbBBB", RULE), [(3, opened(1, false))], "it failed before the stop began");
    }

    #[test]
    fn sources_of_one_host_share_a_cause() {
        let of = |url: &str| cause("a", &format!("{{\"kind\":\"http_probe\",\"url\":\"{url}\"}}"));
        assert_eq!(of("https://Cong.Example.VN/a"), of("https://cong.example.vn:443/b?c"));
        assert_ne!(of("https://a.example.vn"), of("https://b.example.vn"));
        assert_eq!(cause("a", "{}"), "source:a");
        assert_eq!(cause("a", "no json"), "source:a");
    }

    proptest! {
        #[test]
        fn turns_alternate_and_rest_on_as_many_polls_as_the_rule_says(
            letters in "[gbxGBX]{0,120}", opens_after in 1u32..5, closes_after in 1u32..4,
        ) {
            let rule = Rule { opens_after, closes_after };
            let turns = run(&letters, rule);
            let (mut open, mut ran_out) = (None, None);
            for (at, turn) in &turns {
                match turn {
                    Turn::Opened { since, planned, .. } => {
                        prop_assert!(open.is_none());
                        open = Some(*since);
                        let since = usize::try_from(*since).unwrap();
                        let streak: Vec<char> = letters[since..=*at].chars().collect();
                        prop_assert!(streak.iter().all(|c| !"gG".contains(*c)), "a good poll lies within");
                        let bad = streak.iter().filter(|c| "bB".contains(**c)).count();
                        // The failure that ends a planned stop closes that one: another has to open the incident.
                        let least = if ran_out == Some(since) { 2 } else { 1 };
                        prop_assert_eq!(bad, (opens_after as usize).max(least));
                        prop_assert_eq!(streak[0] == 'B', *planned);
                    }
                    Turn::Closed { at: end } => {
                        prop_assert!(open.take().is_some_and(|since: i64| since < *end));
                        let tail: String = letters[usize::try_from(*end).unwrap()..=*at].to_lowercase();
                        let good = tail.matches('g').count();
                        ran_out = tail.starts_with('b').then_some(usize::try_from(*end).unwrap());
                        prop_assert!(ran_out.is_some() || (good == closes_after as usize && !tail.contains('b')));
                    }
                }
            }
        }
    }
}
