//! The chain over the audit log, without I/O: what the hash of an entry covers, and what a walk along the chain finds.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Entry;
use crate::platform::hash::hex;

/// What stands in front of every text that is hashed: a hash of this chain is no hash of anything else.
const KIND: &[u8] = b"toantrinh audit entry 1";
/// The hash before the first entry.
const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Where a chain ends: the number of the last entry and its hash, written `seq:hash`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of the last entry; 0 when there is none.
    pub seq: i64,
    /// Its hash, 64 hexadecimal digits.
    pub hash: String,
}

impl Default for Head {
    fn default() -> Self {
        Self { seq: 0, hash: NOTHING.to_owned() }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

/// A text that is no head.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no head of an audit log: expected the number of an entry, a colon and 64 hexadecimal digits")]
pub struct NoHead(String);

impl FromStr for Head {
    type Err = NoHead;

    fn from_str(text: &str) -> Result<Self, NoHead> {
        let wrong = || NoHead(text.trim().chars().take(100).collect());
        let (seq, hash) = text.trim().split_once(':').ok_or_else(wrong)?;
        let seq: i64 = seq.parse().ok().filter(|seq| *seq >= 0).ok_or_else(wrong)?;
        let digits = hash.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
        if hash.len() == NOTHING.len() && digits { Ok(Self { seq, hash: hash.to_owned() }) } else { Err(wrong()) }
    }
}

impl Serialize for Head {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An entry with its link, as both are stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Link {
    /// The entry.
    #[sqlx(flatten)]
    pub entry: Entry,
    /// The hash of the entry before; absent when the entry was never sealed.
    pub previous_hash: Option<String>,
    /// The entry's own hash.
    pub hash: Option<String>,
}

/// The hash of an entry that follows `previous`.
///
/// Each field goes in with its length before it, so that no two entries make the same text, and an absent actor is
/// another byte than one whose id is empty.
#[must_use]
pub fn hash(previous: &str, entry: &Entry) -> String {
    let mut hasher = Sha256::new();
    let mut put = |field: &[u8]| {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field);
    };
    put(KIND);
    put(previous.as_bytes());
    put(&entry.seq.to_be_bytes());
    put(&entry.at.to_be_bytes());
    match &entry.actor_id {
        None => put(&[0]),
        Some(id) => {
            put(&[1]);
            put(id.as_bytes());
        }
    }
    for text in [&entry.actor_name, &entry.action, &entry.subject, &entry.detail] {
        put(text.as_bytes());
    }
    hex(&hasher.finalize())
}

/// What is wrong with a log; the first thing that a walk meets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A number does not follow the one before.
    #[error("entry {expected} is missing: the next one found is {found}")]
    Missing {
        /// The number that should follow.
        expected: i64,
        /// The number that does.
        found: i64,
    },
    /// An entry has no hash.
    #[error("entry {0} has no hash: an entry from before the chain is sealed when the program starts")]
    Unsealed(i64),
    /// The hash that an entry says stood before it is another.
    #[error("entry {0} does not follow the entry before it: one of them is not what was written")]
    OtherPrevious(i64),
    /// An entry does not have the hash it was sealed with.
    #[error("entry {0} is not what was written")]
    Changed(i64),
    /// The log ends before the numbers that were given out, or before the chain.
    #[error("the log ends at entry {end}, but entry {expected} was written")]
    Cut {
        /// The last entry found.
        end: i64,
        /// One that should be there.
        expected: i64,
    },
    /// The counter says that fewer entries were written than there are.
    #[error("the log ends at entry {end}, but its counter was set back to {counter}")]
    Counter {
        /// The last entry found.
        end: i64,
        /// What the counter says.
        counter: i64,
    },
    /// The log does not reach the exported head.
    #[error("the log ends at entry {end}, but it reached {exported} when its head was exported: its end was cut off")]
    BeforeExported {
        /// The last entry found.
        end: i64,
        /// The exported number.
        exported: i64,
    },
    /// The entry of the exported head is another.
    #[error("entry {0} is not the one whose hash was exported: the log was written anew")]
    OtherExported(i64),
}

impl Broken {
    /// The first entry concerned.
    #[must_use]
    pub fn seq(&self) -> i64 {
        match self {
            Self::Missing { expected: seq, .. }
            | Self::Unsealed(seq)
            | Self::OtherPrevious(seq)
            | Self::Changed(seq)
            | Self::OtherExported(seq) => *seq,
            Self::Cut { end, .. } | Self::Counter { end, .. } | Self::BeforeExported { end, .. } => {
                end.saturating_add(1)
            }
        }
    }
}

/// A walk along a chain, from the first entry to the last.
#[derive(Debug, Clone, Default)]
pub struct Walk {
    at: Head,
    exported: Vec<Head>,
}

impl Walk {
    /// A walk that must meet these exported heads.
    #[must_use]
    pub fn meeting(exported: Vec<Head>) -> Self {
        Self { at: Head::default(), exported }
    }

    /// Where it stands.
    #[must_use]
    pub fn at(&self) -> &Head {
        &self.at
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// [`Broken`] when it is not the one that was written.
    pub fn follow(&mut self, link: &Link) -> Result<(), Broken> {
        let (seq, expected) = (link.entry.seq, self.at.seq.saturating_add(1));
        if seq != expected {
            return Err(Broken::Missing { expected, found: seq });
        }
        let (Some(previous), Some(sealed)) = (&link.previous_hash, &link.hash) else {
            return Err(Broken::Unsealed(seq));
        };
        if *previous != self.at.hash {
            return Err(Broken::OtherPrevious(seq));
        }
        if *sealed != hash(previous, &link.entry) {
            return Err(Broken::Changed(seq));
        }
        if self.exported.iter().any(|exported| exported.seq == seq && exported.hash != *sealed) {
            return Err(Broken::OtherExported(seq));
        }
        self.at = Head { seq, hash: sealed.clone() };
        Ok(())
    }

    /// Ends the walk; `counter` entries were given a number, and `further` is a link beyond the last entry.
    ///
    /// # Errors
    /// [`Broken`] when the log ends before it should.
    pub fn end(self, counter: i64, further: Option<i64>) -> Result<Head, Broken> {
        let end = self.at.seq;
        if let Some(expected) = further.or((counter > end).then_some(counter)) {
            return Err(Broken::Cut { end, expected });
        }
        if let Some(exported) = self.exported.iter().find(|exported| exported.seq > end) {
            return Err(Broken::BeforeExported { end, exported: exported.seq });
        }
        if counter < end {
            return Err(Broken::Counter { end, counter });
        }
        Ok(self.at)
    }
}
