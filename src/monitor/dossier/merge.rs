//! Puts new records to what is kept of their dossiers, and says what changes in the counts. No I/O.

use super::counts::{History, Part, parts};
use super::facts::{Facts, flag};
use super::judge::Judged;
use super::model::{Side, State};
use super::reader::{DossierHash, Entry};

/// Records of one dossier that are known again; of more, the oldest is forgotten.
const MOST_SEEN: usize = 12;

/// What is kept of a dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The day in its code, 0 where it has none.
    pub day: i32,
    /// The dossier.
    pub hash: DossierHash,
    /// What it is counted with.
    pub group: i64,
    /// Its state in the system that handles it.
    pub local: Option<State>,
    /// Its state in the portal.
    pub portal: Option<State>,
    /// What the record says that counts.
    pub facts: Facts,
    /// How that was judged.
    pub judged: Judged,
    /// Steps between states that no decree knows, at most 15 are counted.
    pub illegal: u8,
    /// Fingerprints of its records, newest last.
    pub seen: Seen,
}

/// Fingerprints of the records of a dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    prints: [u32; MOST_SEEN],
    count: usize,
}

/// A change of the counts of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delta {
    /// The group.
    pub group: i64,
    /// What is added or taken off.
    pub part: Part,
    /// 1 or -1.
    pub sign: i8,
}

/// What came of some records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// Dossiers to be written.
    pub rows: Vec<Row>,
    /// Changes of the counts.
    pub deltas: Vec<Delta>,
    /// Records that said something new.
    pub taken: u64,
    /// Records that were known.
    pub unchanged: u64,
    /// Dossiers whose states on the two sides began to differ.
    pub mismatches: u64,
    /// Dossiers that began to say "processed" against what else they say.
    pub unproven: u64,
    /// Steps between states that no decree knows.
    pub illegal: u64,
}

impl Seen {
    /// From the bytes that are stored.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let mut seen = Self::default();
        for print in bytes.chunks_exact(4).take(MOST_SEEN) {
            seen.add(u32::from_le_bytes([print[0], print[1], print[2], print[3]]));
        }
        seen
    }

    /// The bytes that are stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.prints[..self.count].iter().flat_map(|print| print.to_le_bytes()).collect()
    }

    fn has(&self, print: u32) -> bool {
        self.prints[..self.count].contains(&print)
    }

    fn add(&mut self, print: u32) {
        if self.count == MOST_SEEN {
            self.prints.rotate_left(1);
            self.count -= 1;
        }
        self.prints[self.count] = print;
        self.count += 1;
    }
}

impl Row {
    /// Both sides are known and differ.
    #[must_use]
    pub fn is_mismatch(&self) -> bool {
        self.local.zip(self.portal).is_some_and(|(local, portal)| local != portal)
    }

    /// What it adds to the counts of its group.
    #[must_use]
    pub fn parts(&self) -> [Option<Part>; 3] {
        parts(&self.facts, &self.judged, History { mismatch: self.is_mismatch(), illegal: self.illegal })
    }
}

/// Merges records into the dossiers that are known. Both are in the order of day and hash; records of one dossier follow
/// each other as they came. `group` and `judge` are asked only for what is new.
pub fn merge(
    entries: &[Entry],
    known: &[Row],
    side: Side,
    group: impl Fn(&Entry) -> i64,
    judge: impl Fn(&Entry) -> Judged,
) -> Merged {
    let mut merged = Merged::default();
    let mut known = known.iter().peekable();
    for same in entries.chunk_by(|a, b| (a.day, a.hash) == (b.day, b.hash)) {
        let key = (same[0].day, same[0].hash);
        while known.next_if(|row| (row.day, row.hash) < key).is_some() {}
        let before = known.next_if(|row| (row.day, row.hash) == key).copied();
        let mut row = before;
        for entry in same {
            if row.is_some_and(|row| row.seen.has(entry.fingerprint)) {
                merged.unchanged += 1;
                continue;
            }
            merged.taken += 1;
            row = Some(step(row, entry, side, &group, &judge, &mut merged.illegal));
        }
        if row != before {
            merged.note(before.as_ref(), row.as_ref());
        }
    }
    merged
}

impl Merged {
    fn note(&mut self, before: Option<&Row>, after: Option<&Row>) {
        let unproven = |row: &Row| row.facts.has(flag::UNPROVEN);
        let began = |of: &dyn Fn(&Row) -> bool| u64::from(after.is_some_and(of) && !before.is_some_and(of));
        self.mismatches += began(&Row::is_mismatch);
        self.unproven += began(&unproven);
        for (row, sign) in [(before, -1), (after, 1)] {
            let Some(row) = row else { continue };
            self.deltas.extend(row.parts().into_iter().flatten().map(|part| Delta { group: row.group, part, sign }));
        }
        self.rows.extend(after);
    }
}

/// The dossier after one more record of it.
fn step(
    before: Option<Row>,
    entry: &Entry,
    side: Side,
    group: &impl Fn(&Entry) -> i64,
    judge: &impl Fn(&Entry) -> Judged,
    illegal: &mut u64,
) -> Row {
    let state = Some(entry.facts.state);
    let previous = before.and_then(|row| if side == Side::Local { row.local } else { row.portal });
    let wrong = previous.is_some_and(|previous| !entry.facts.state.may_follow(previous));
    *illegal += u64::from(wrong);
    let counts = side == Side::Local || before.is_none_or(|row| row.local.is_none());
    let mut row = match before {
        Some(row) if !counts => row,
        _ => Row {
            day: entry.day,
            hash: entry.hash,
            group: group(entry),
            local: before.and_then(|row| row.local),
            portal: before.and_then(|row| row.portal),
            facts: entry.facts,
            judged: judge(entry),
            illegal: before.map_or(0, |row| row.illegal),
            seen: before.map_or_else(Seen::default, |row| row.seen),
        },
    };
    match side {
        Side::Local => row.local = state,
        Side::Portal => row.portal = state,
    }
    row.illegal = (row.illegal + u8::from(wrong)).min(15);
    row.seen.add(entry.fingerprint);
    row
}
