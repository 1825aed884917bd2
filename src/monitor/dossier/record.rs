//! Reads `HoSoDongBoDVC`: an allow-list of fields, everything else is passed over without being kept.

use std::borrow::Cow;

use serde::Deserialize;

use super::facts::{Facts, flag};
use super::lists::{Asked, Components, Fees, Results, Supplements};
use super::model::{Channel, State};
use super::moment::{self, day_of};
use super::wire::{Gathered, Scalar};

/// A record, or an envelope with `data`. These are all the fields that are ever read.
#[derive(Debug, Default, Deserialize)]
pub struct Record<'a> {
    /// The dossier's code; hashed and forgotten.
    #[serde(borrow, default, rename = "MaHoSo")]
    pub dossier_code: Scalar<'a>,
    /// The procedure's code.
    #[serde(borrow, default, rename = "MaTTHC")]
    pub procedure_code: Scalar<'a>,
    #[serde(borrow, default, rename = "KenhThucHien")]
    channel: Scalar<'a>,
    #[serde(borrow, default, rename = "TrangThaiHoSo")]
    state: Scalar<'a>,
    #[serde(borrow, default, rename = "NgayNopHoSo")]
    submitted: Scalar<'a>,
    #[serde(borrow, default, rename = "NgayTiepNhan")]
    received: Scalar<'a>,
    #[serde(borrow, default, rename = "NgayHenTra")]
    due: Scalar<'a>,
    #[serde(borrow, default, rename = "NgayKetThucXuLy")]
    processed: Scalar<'a>,
    #[serde(borrow, default, rename = "NgayTra")]
    returned: Scalar<'a>,
    #[serde(borrow, default, rename = "NgayTuChoi")]
    refused: Scalar<'a>,
    #[serde(borrow, default, rename = "DuocThanhToanTrucTuyen")]
    paid: Scalar<'a>,
    #[serde(default, rename = "TaiLieuNop")]
    components: Gathered<Components>,
    #[serde(default, rename = "DanhSachLePhi")]
    fees: Gathered<Fees>,
    #[serde(default, rename = "DanhSachGiayToKetQua")]
    results: Gathered<Results>,
    #[serde(default, rename = "DanhSachHoSoBoSung")]
    supplements: Gathered<Supplements>,
    /// Of an envelope: the agency that sends it.
    #[serde(borrow, default, rename = "madonvi")]
    pub agency: Scalar<'a>,
    /// Of an envelope: its records.
    #[serde(borrow, default)]
    pub data: Option<Vec<Record<'a>>>,
}

/// Why a record cannot be counted. Neither holds any text of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The field at fault, as the wire names it.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// Refuses a field for a reason.
#[must_use]
pub const fn refused(field: &'static str, reason: &'static str) -> Refused {
    Refused { field, reason }
}

pub(super) fn time(value: &Scalar<'_>, field: &'static str) -> Result<Option<i64>, Refused> {
    let text = value.text().ok_or(refused(field, "is no time: a list or an object"))?;
    moment::read(text).map_err(|_| refused(field, "is no time: yyyyMMddHHmmss is expected"))
}

impl Record<'_> {
    /// What it says. `code_day` is the day in the dossier's code, where it has one.
    ///
    /// # Errors
    /// [`Refused`] naming the field.
    pub fn facts(&self, code_day: Option<i32>) -> Result<Facts, Refused> {
        let state = self.state()?;
        let received_at = time(&self.received, "NgayTiepNhan")?;
        let submitted = time(&self.submitted, "NgayNopHoSo")?;
        let opened = received_at.or(submitted).map(day_of).or(code_day);
        let opened_day = opened.ok_or(refused("NgayTiepNhan", "there is no day to count it to"))?;
        let ended_at = self.end(state)?;
        let mut facts = Facts {
            state,
            opened_day,
            flags: self.flags()?,
            received_at,
            due_at: time(&self.due, "NgayHenTra")?,
            ended_at,
            asked_at: None,
            back_at: None,
        };
        self.take_supplements(&mut facts)?;
        if state == State::Processed && (facts.has(flag::WAITS) || ended_at.is_none()) {
            facts.flags |= flag::UNPROVEN;
        }
        Ok(facts)
    }

    fn state(&self) -> Result<State, Refused> {
        let code = self.state.text().unwrap_or_default().parse().ok().and_then(State::of_code);
        code.ok_or(refused("TrangThaiHoSo", "is no state from 1 to 10"))
    }

    /// How it came in.
    ///
    /// # Errors
    /// [`Refused`] when it is none of 1, 2, 3 and nothing.
    pub fn channel(&self) -> Result<Channel, Refused> {
        match self.channel.text() {
            Some("" | "1") => Ok(Channel::Direct),
            Some("2") => Ok(Channel::Online),
            Some("3") => Ok(Channel::Postal),
            _ => Err(refused("KenhThucHien", "is no channel: 1, 2, 3 or nothing")),
        }
    }

    /// The time of state 9, else of 10, else of 8, 3 or 7 (DOMAIN.md 2.4); none while it is handled.
    fn end(&self, state: State) -> Result<Option<i64>, Refused> {
        let processed = time(&self.processed, "NgayKetThucXuLy")?;
        let returned = time(&self.returned, "NgayTra")?;
        let refused = time(&self.refused, "NgayTuChoi")?;
        let stopped = if state.is_done() { None } else { refused };
        Ok(processed.or(returned).or(stopped).filter(|_| state.is_end()))
    }

    fn flags(&self) -> Result<u32, Refused> {
        if self.fees.0.wrong {
            return Err(refused("DanhSachLePhi.Gia", "is no sum of money"));
        }
        let mut flags = 0;
        let mut set = |bit, holds| flags |= if holds { bit } else { 0 };
        set(flag::FEE_DUE, self.fees.0.due);
        set(flag::PAID_ONLINE, matches!(self.paid.text(), Some("1" | "2")));
        set(flag::COMPONENT_ELECTRONIC, self.components.0.file);
        set(flag::RESULT_ELECTRONIC, self.results.0.file);
        Ok(flags)
    }

    fn take_supplements(&self, facts: &mut Facts) -> Result<(), Refused> {
        if let Some(field) = self.supplements.0.wrong {
            return Err(refused(field, "is no time: yyyyMMddHHmmss is expected"));
        }
        let mut asked: Cow<'_, [Asked]> = Cow::Borrowed(&self.supplements.0.asked);
        if asked.is_empty() {
            if facts.state == State::SupplementRequested {
                facts.flags |= flag::ASKED | flag::WAITS;
            }
            return Ok(());
        }
        if asked.len() > 1 {
            asked.to_mut().sort_by_key(|one| one.at);
            facts.flags |= flag::ASKED_AGAIN;
        }
        facts.flags |= flag::ASKED;
        let counted = asked[(asked.len() - 1).min(1)];
        facts.asked_at = counted.at;
        facts.back_at = counted.back.filter(|back| counted.at.is_none_or(|at| *back >= at));
        let latest = asked.iter().filter(|one| one.back.is_some()).filter_map(|one| one.due_after).max();
        let before = asked.iter().filter_map(|one| one.due_before).min();
        if latest.is_some_and(|latest| facts.due_at.is_none_or(|due| due <= latest)) {
            facts.due_at = latest;
            facts.flags |= flag::DUE_MOVED;
        } else if before.zip(facts.due_at).is_some_and(|(before, due)| before < due) {
            facts.flags |= flag::DUE_MOVED;
        }
        if waits(facts) {
            facts.flags |= flag::WAITS;
        }
        Ok(())
    }
}

/// Papers were asked for and the citizen has not come back. A dossier that went on after that, or that was done later,
/// got its papers even where nobody wrote down when.
fn waits(facts: &Facts) -> bool {
    let done_later = facts.ended_at.is_some_and(|end| facts.asked_at.is_none_or(|asked| end > asked));
    facts.back_at.is_none()
        && match facts.state {
            State::SupplementRequested | State::NotAccepted | State::WithdrawnByCitizen | State::Stopped => true,
            State::Processed => !done_later,
            _ => false,
        }
}
