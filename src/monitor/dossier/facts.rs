//! What is kept of one record: its state, channel, times and a few yes or no. No text, no code of the dossier.

use super::model::{Channel, Side, State};

/// What a record says by yes or no, one bit each. The same bits are stored.
pub mod flag {
    /// A fee of more than 0 is due.
    pub const FEE_DUE: u32 = 1;
    /// The fee was paid online: on the portal's platform or the agency's own.
    pub const PAID_ONLINE: u32 = 1 << 1;
    /// There is a result as a file.
    pub const RESULT_ELECTRONIC: u32 = 1 << 2;
    /// There is a component of the dossier as a file.
    pub const COMPONENT_ELECTRONIC: u32 = 1 << 3;
    /// It says "processed" against what else it says: the citizen has not come back, or there is no end.
    pub const UNPROVEN: u32 = 1 << 4;
    /// The due date has time for supplements in it already.
    pub const DUE_MOVED: u32 = 1 << 5;
    /// It was judged with days of a year that is not loaded. Set when judged, not by the record.
    pub const PROVISIONAL: u32 = 1 << 6;
    /// Papers were asked for, once or more.
    pub const ASKED: u32 = 1 << 7;
    /// Papers were asked for more than once.
    pub const ASKED_AGAIN: u32 = 1 << 8;
    /// Papers were asked for and have not come: the request is the end.
    pub const WAITS: u32 = 1 << 9;
}

/// What one record says. Times are epoch milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// As it was sent, never altered.
    pub state: State,
    /// The day it counts to: of reception, else of submission, else of its code. Counted from 1 January 1970.
    pub opened_day: i32,
    /// Bits of [`flag`].
    pub flags: u32,
    /// `NgayTiepNhan`
    pub received_at: Option<i64>,
    /// `NgayHenTra`, or the later day that was set after a supplement.
    pub due_at: Option<i64>,
    /// When it ended, where it has.
    pub ended_at: Option<i64>,
    /// When papers were asked for; the second time where it was more than once.
    pub asked_at: Option<i64>,
    /// When they came.
    pub back_at: Option<i64>,
}

impl Facts {
    /// Whether all of some bits are set.
    #[must_use]
    pub const fn has(&self, bits: u32) -> bool {
        self.flags & bits == bits
    }

    /// A number that is the same for the same record, by which one that was taken before is known again.
    ///
    /// It is stored, so it must stay what it is: 64-bit FNV-1a over the fields, folded to 32 bits.
    #[must_use]
    pub fn fingerprint(&self, side: Side, channel: Channel, group: u64) -> u32 {
        let time = |at: Option<i64>| at.map_or(u64::MAX, i64::cast_unsigned);
        let words = [
            group,
            u64::from(self.state.code()) | (channel as u64) << 8 | (side as u64) << 16 | u64::from(self.flags) << 32,
            u64::from(self.opened_day.cast_unsigned()),
            time(self.received_at),
            time(self.due_at),
            time(self.ended_at),
            time(self.asked_at),
            time(self.back_at),
        ];
        let bytes = words.iter().flat_map(|word| word.to_le_bytes());
        let hash = fnv(bytes);
        u32::try_from((hash >> 32) ^ (hash & 0xffff_ffff)).unwrap_or_default()
    }
}

/// 64-bit FNV-1a.
#[must_use]
pub fn fnv(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
