//! The board of what is not end to end: filter, order, totals. Pure over rows that the store reads.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::Serialize;

use super::flag::{Cause, FlagCode};
use super::flag_store::{self, FlagRow};
use super::model::{Gap, Point, PointValue};
use super::parameters::Parameters;
use super::store::{self, AssessmentError, BoardRow, VolumeSum};
use super::usage::day;
use crate::platform::db::Tx;

/// What the catalog says of a procedure on the board.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Name.
    pub name: String,
    /// Fields.
    pub fields: Vec<String>,
    /// Promulgating agency.
    pub agency: Option<String>,
    /// Handling agencies.
    pub agencies: Vec<String>,
}

/// How many dossiers a year, and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Volume {
    /// Dossiers a year.
    pub dossiers: i64,
    /// `dossiers` are counted; a `prior` only tells what is used much.
    pub kind: String,
    /// Name of the source.
    pub source: String,
    /// Last day of its period, ISO.
    pub until: String,
}

/// One procedure of the board.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "four answers that do not exclude each other")]
pub struct Entry {
    /// National code.
    pub code: String,
    /// What the catalog says.
    pub known: Known,
    /// `L0` to `L7`.
    pub level: String,
    /// In the order of [`Point::ALL`].
    pub points: [PointValue; 13],
    /// Verified end to end.
    pub verified: bool,
    /// Nobody asked for it in any channel.
    pub dormant: bool,
    /// Between agencies: outside the duty.
    pub internal: bool,
    /// Why not verified.
    pub gap: Option<Gap>,
    /// Open flags.
    pub flags: Vec<FlagRow>,
    /// Dossiers a year.
    pub volume: Option<Volume>,
    /// Hours a year that the failing points cost people; an estimate.
    pub hours: Option<f64>,
    /// One of the procedures that make most dossiers.
    pub high_volume: bool,
}

impl Entry {
    /// Points that are `no`.
    pub fn failing(&self) -> impl Iterator<Item = Point> + '_ {
        Point::ALL[..Point::DECIDING].iter().copied().filter(|p| self.points[p.index()] == PointValue::No)
    }

    /// A flag's day has passed.
    #[must_use]
    pub fn is_overdue(&self, today: &str) -> bool {
        self.flags.iter().any(|f| f.due_date.as_deref().is_some_and(|due| due < today))
    }

    /// When the oldest open flag was opened.
    #[must_use]
    pub fn opened_at(&self) -> Option<i64> {
        self.flags.iter().map(|f| f.opened_at).min()
    }

    /// The nearest day by which a flag is to be resolved.
    #[must_use]
    pub fn due_date(&self) -> Option<&str> {
        self.flags.iter().filter_map(|f| f.due_date.as_deref()).min()
    }
}

/// The whole board.
#[derive(Debug, Clone, Default)]
pub struct Board {
    /// Every public procedure that is assessed, in the order of codes.
    pub entries: Vec<Entry>,
    /// The day it is for, ISO.
    pub today: String,
    /// Hours that one failing point costs one person, and where that comes from.
    pub hours_per_point: f64,
    /// See there.
    pub hours_source: String,
}

/// What is asked of the board.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Gap.
    pub gap: Option<Gap>,
    /// An open flag.
    pub flag: Option<FlagCode>,
    /// A point that is `no`.
    pub point: Option<Point>,
    /// Promulgating or handling agency, compared without marks and case by the caller's `same`.
    pub agency: Option<String>,
    /// Field, compared likewise.
    pub field: Option<String>,
    /// The cause of an open flag.
    pub cause: Option<Cause>,
    /// The owner of an open flag; `none` for those that nobody has.
    pub owner: Option<String>,
    /// A flag's day has passed.
    pub overdue: bool,
    /// Only the procedures that make most dossiers.
    pub high_volume: bool,
}

/// How the board is ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// Hours at stake, most first; then those without figures.
    #[default]
    Stake,
    /// Oldest flag first.
    Age,
    /// Nearest due date first.
    Due,
    /// By code.
    Code,
}

/// Counts over every procedure within the asked agency and field; each stands in exactly one of
/// `verified`, `dormant`, `internal` and the gaps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Totals {
    /// Public procedures.
    pub procedures: u64,
    /// Verified end to end.
    pub verified: u64,
    /// Verified but for use: no dossier in any channel.
    pub dormant: u64,
    /// Outside the duty.
    pub internal: u64,
    /// With a gap.
    pub gaps: u64,
    /// By gap.
    pub by_gap: BTreeMap<String, u64>,
    /// Procedures with a gap by failing point.
    pub by_point: BTreeMap<String, u64>,
    /// By open flag.
    pub by_flag: BTreeMap<String, u64>,
    /// The same by dossiers a year, where a source gives them.
    pub volume: VolumeTotals,
}

/// Dossiers a year.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct VolumeTotals {
    /// Procedures for which a source gives dossiers.
    pub procedures: u64,
    /// All dossiers.
    pub dossiers: i64,
    /// Of verified procedures.
    pub verified: i64,
    /// Of procedures with a gap.
    pub gaps: i64,
    /// By gap.
    pub by_gap: BTreeMap<String, i64>,
    /// The sources, with the last day of their period.
    pub sources: Vec<String>,
}

impl Board {
    /// Reads the board; `known` gives what the catalog says of a code.
    ///
    /// # Errors
    /// [`AssessmentError`]
    pub async fn read(
        tx: &mut Tx,
        now: Timestamp,
        known: impl Fn(&str) -> Option<Known>,
    ) -> Result<Self, AssessmentError> {
        let parameters = Parameters::at(tx, now).await?;
        let rows = store::board(tx).await?;
        let sums = store::volume_sums(tx, &day(now, 365)).await?;
        let mut volumes = volumes(sums);
        let mut flags: HashMap<String, Vec<FlagRow>> = HashMap::new();
        for flag in flag_store::open(tx).await? {
            flags.entry(flag.code.clone()).or_default().push(flag);
        }
        let mut entries: Vec<Entry> = rows
            .into_iter()
            .filter_map(|row| {
                let known = known(&row.code)?;
                let volume = volumes.remove(&row.code);
                let flags = flags.remove(&row.code).unwrap_or_default();
                Some(entry(&row, known, volume, flags, &parameters))
            })
            .collect();
        mark_high_volume(&mut entries, parameters.high_volume);
        Ok(Self {
            entries,
            today: day(now, 0),
            hours_per_point: parameters.hours_per_point,
            hours_source: parameters.hours_source,
        })
    }

    /// Entries with a gap that the filter lets through, in order.
    #[must_use]
    pub fn select(&self, filter: &Filter, sort: Sort, same: &dyn Fn(&str, &str) -> bool) -> Vec<&Entry> {
        let mut all: Vec<&Entry> = self
            .entries
            .iter()
            .filter(|e| e.gap.is_some() && in_scope(e, filter, same) && self.passes(e, filter))
            .collect();
        match sort {
            Sort::Stake => all.sort_by(|a, b| stake(b).total_cmp(&stake(a)).then_with(|| a.code.cmp(&b.code))),
            Sort::Age => all.sort_by_key(|e| (e.opened_at().unwrap_or(i64::MAX), e.code.clone())),
            Sort::Due => all.sort_by_key(|e| (e.due_date().unwrap_or("9999").to_owned(), e.code.clone())),
            Sort::Code => {}
        }
        all
    }

    fn passes(&self, entry: &Entry, filter: &Filter) -> bool {
        let flags = &entry.flags;
        filter.gap.is_none_or(|gap| entry.gap == Some(gap))
            && filter.flag.is_none_or(|flag| flags.iter().any(|f| f.flag() == Some(flag)))
            && filter.point.is_none_or(|point| entry.points[point.index()] == PointValue::No)
            && filter.cause.is_none_or(|cause| flags.iter().any(|f| f.cause.as_deref() == Some(cause.code())))
            && filter.owner.as_ref().is_none_or(|owner| {
                let nobody = owner == "none";
                flags.iter().any(|f| if nobody { f.owner.is_none() } else { f.owner.as_ref() == Some(owner) })
            })
            && (!filter.overdue || entry.is_overdue(&self.today))
            && (!filter.high_volume || entry.high_volume)
    }

    /// Counts within the filter's agency and field.
    #[must_use]
    pub fn totals(&self, filter: &Filter, same: &dyn Fn(&str, &str) -> bool) -> Totals {
        let mut totals = Totals::default();
        for entry in self.entries.iter().filter(|e| in_scope(e, filter, same)) {
            totals.add(entry);
        }
        totals.volume.sources.sort_unstable();
        totals
    }
}

impl Totals {
    fn add(&mut self, entry: &Entry) {
        self.procedures += 1;
        let dossiers = entry.volume.as_ref().map_or(0, |v| v.dossiers);
        if let Some(volume) = &entry.volume {
            self.volume.procedures += 1;
            self.volume.dossiers += volume.dossiers;
            let source = format!("{} ({})", volume.source, volume.until);
            if !self.volume.sources.contains(&source) {
                self.volume.sources.push(source);
            }
        }
        if entry.internal {
            self.internal += 1;
        } else if entry.verified {
            self.verified += 1;
            self.volume.verified += dossiers;
        } else if entry.dormant {
            self.dormant += 1;
        } else if let Some(gap) = entry.gap {
            self.gaps += 1;
            self.volume.gaps += dossiers;
            *self.by_gap.entry(gap.code().to_owned()).or_default() += 1;
            *self.volume.by_gap.entry(gap.code().to_owned()).or_default() += dossiers;
            for point in entry.failing() {
                *self.by_point.entry(point.code().to_owned()).or_default() += 1;
            }
        }
        for flag in &entry.flags {
            *self.by_flag.entry(flag.flag.clone()).or_default() += 1;
        }
    }
}

fn in_scope(entry: &Entry, filter: &Filter, same: &dyn Fn(&str, &str) -> bool) -> bool {
    let known = &entry.known;
    let agency = |wanted: &String| known.agency.iter().chain(&known.agencies).any(|agency| same(agency, wanted));
    let field = |wanted: &String| known.fields.iter().any(|field| same(field, wanted));
    filter.agency.as_ref().is_none_or(agency) && filter.field.as_ref().is_none_or(field)
}

/// Hours at stake; without failing points the dossiers decide, and without figures nothing does.
fn stake(entry: &Entry) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "for ordering only")]
    let dossiers = entry.volume.as_ref().map_or(-1.0, |v| v.dossiers as f64 * 1e-6);
    entry.hours.unwrap_or(0.0) + dossiers
}

fn entry(row: &BoardRow, known: Known, volume: Option<Volume>, flags: Vec<FlagRow>, parameters: &Parameters) -> Entry {
    let mut letters = row.points.chars();
    let points = Point::ALL.map(|_| letters.next().map_or(PointValue::Unknown, PointValue::of_letter));
    let failing = points[..Point::DECIDING].iter().filter(|p| **p == PointValue::No).count();
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let hours = volume.as_ref().map(|v| v.dossiers as f64 * failing as f64 * parameters.hours_per_point);
    Entry {
        code: row.code.clone(),
        known,
        level: row.level.clone(),
        points,
        verified: row.verified == 1,
        dormant: row.dormant == 1,
        internal: row.kind == "internal",
        gap: row.gap.as_deref().and_then(Gap::parse),
        flags,
        volume,
        hours,
        high_volume: false,
    }
}

/// One source a procedure, so that nothing is counted twice: counted dossiers before a prior, the newest first, all
/// units together before unit by unit.
fn volumes(sums: Vec<VolumeSum>) -> HashMap<String, Volume> {
    let mut best: HashMap<String, VolumeSum> = HashMap::new();
    let rank = |sum: &VolumeSum| (sum.kind == "dossiers", sum.period_to.clone(), sum.whole, sum.source.clone());
    for sum in sums {
        match best.get(&sum.code) {
            Some(known) if rank(known) >= rank(&sum) => {}
            _ => {
                best.insert(sum.code.clone(), sum);
            }
        }
    }
    let volume =
        |sum: VolumeSum| Volume { dossiers: sum.total, kind: sum.kind, source: sum.source, until: sum.period_to };
    best.into_iter().map(|(code, sum)| (code, volume(sum))).collect()
}

/// Marks the procedures that together make `share` of all dossiers, the largest first.
fn mark_high_volume(entries: &mut [Entry], share: f64) {
    let mut by_size: Vec<(i64, usize)> =
        entries.iter().enumerate().filter_map(|(at, e)| Some((e.volume.as_ref()?.dossiers, at))).collect();
    by_size.sort_unstable_by_key(|(dossiers, at)| (std::cmp::Reverse(*dossiers), *at));
    let all: i64 = by_size.iter().map(|(dossiers, _)| dossiers).sum();
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a share of a count")]
    let wanted = (all as f64 * share).ceil() as i64;
    let mut reached = 0;
    for (dossiers, at) in by_size {
        if reached >= wanted || dossiers == 0 {
            break;
        }
        reached += dossiers;
        entries[at].high_volume = true;
    }
}
