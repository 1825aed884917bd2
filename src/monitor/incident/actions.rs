//! Follows polls as they are recorded, whoever records them: opens incidents, merges them by cause, closes them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::follow_store::{self, Follower, New};
use super::model::{Machine, Phase, Poll, Rule, Seen, Severity, Turn, cause};
use super::store::{self, Incident, Member};
use crate::monitor::maintenance::store as maintenance_store;
use crate::monitor::model::FailureKind;
use crate::monitor::notify::model::{Event, EventKind};
use crate::monitor::notify::tell::tell;
use crate::monitor::observation::model::DAY;
use crate::monitor::parameters::{ParameterError, Parameters};
use crate::platform::clock::VIETNAM;
use crate::platform::db::{Db, Tx};
use crate::platform::word;

/// Values that are taken in at once.
const ROUND: i64 = 5_000;
/// A probe that is new here is followed from so far back, milliseconds: older failures open nothing any more.
const LOOK_BACK: i64 = DAY;

/// What following did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Followed {
    /// Values read.
    pub values: usize,
    /// Incidents and shown planned stops that opened.
    pub opened: usize,
    /// Those that closed.
    pub closed: usize,
}

/// Reads every poll that has been recorded since the last time, in the order of their planned times. One that is recorded
/// later than a younger one, and a correction of one that was read, change no incident.
///
/// # Errors
/// When the database fails or a parameter is missing; rounds that were done stay done.
pub async fn follow(db: &Db, now: Timestamp) -> Result<Followed, ParameterError> {
    let mut total = Followed::default();
    loop {
        let mut tx = db.write().await?;
        follow_store::hold(&mut tx).await?;
        follow_store::adopt(&mut tx, now.as_millisecond() - LOOK_BACK).await?;
        let new = follow_store::new(&mut tx, now.as_millisecond(), ROUND).await?;
        if new.is_empty() {
            let_go(&mut tx, now, &mut total).await?;
            tx.commit().await?;
            return Ok(total);
        }
        round(&mut tx, &new, now, &mut total).await?;
        tx.commit().await?;
    }
}

async fn round(tx: &mut Tx, new: &[New], now: Timestamp, total: &mut Followed) -> Result<(), ParameterError> {
    let parameters = Parameters::at(tx, now).await?;
    let at_least_one = |count: u32| count.max(1);
    let rule = Rule {
        opens_after: at_least_one(parameters.count("incident_opens_after")?),
        closes_after: at_least_one(parameters.count("incident_closes_after")?),
    };
    let many = parameters.count("incident_critical_procedures")?;
    let all = follow_store::all(tx).await?;
    let mut followers: BTreeMap<i64, Follower> = all.into_iter().map(|one| (one.series_id, one)).collect();
    let mut moved = BTreeSet::new();
    for value in new {
        let Some(follower) = followers.get_mut(&value.series_id) else { continue };
        moved.insert(value.series_id);
        total.values += 1;
        follower.slot = value.slot;
        let seen = seen(value);
        if seen == Seen::Nothing {
            continue;
        }
        follower.judged_at = Some(value.slot);
        if seen == Seen::Good {
            follower.good_at = Some(value.slot);
        }
        let machine = follower.machine();
        // A good poll of a service that is up is what nearly all are: nothing needs to be looked up for it.
        if seen == Seen::Good && machine.phase == Phase::Up {
            continue;
        }
        let planned = is_planned(tx, &follower.source_id, value.slot).await?;
        let (next, turn) = machine.next(Poll { at: value.slot, seen, planned }, rule);
        follower.set(next);
        match turn {
            Some(Turn::Opened { since, failure, planned }) => {
                let member = Member {
                    source_id: follower.source_id.clone(),
                    failure: word::of(&failure),
                    started_at: since,
                    ended_at: None,
                };
                let opening = Opening { member, planned, at: value.slot, many };
                follower.incident_id = Some(open(tx, opening, now, total).await?);
            }
            Some(Turn::Closed { at }) => {
                if let Some(id) = follower.incident_id.take() {
                    close(tx, &id, &follower.source_id, (at, value.slot), now, total).await?;
                }
            }
            None => {}
        }
    }
    for series in moved {
        follow_store::put(tx, &followers[&series]).await?;
    }
    Ok(())
}

/// A source that was switched off is part of no incident any more: its part ends with its last poll.
async fn let_go(tx: &mut Tx, now: Timestamp, total: &mut Followed) -> Result<(), sqlx::Error> {
    for mut follower in follow_store::switched_off(tx).await? {
        let ended = follower.judged_at.unwrap_or(follower.slot);
        follower.set(Machine { since: ended, ..Machine::default() });
        if let Some(id) = follower.incident_id.take() {
            close(tx, &id, &follower.source_id, (ended, now.as_millisecond()), now, total).await?;
        }
        follow_store::put(tx, &follower).await?;
    }
    Ok(())
}

fn seen(value: &New) -> Seen {
    match value.failure.as_deref() {
        // A failure that a newer program knows is one of the service.
        Some(failure) => match word::read::<FailureKind>(failure).unwrap_or(FailureKind::BadBody) {
            kind if kind.counts() => Seen::Bad(kind),
            _ => Seen::Nothing,
        },
        None if value.state == "number" => Seen::Good,
        None => Seen::Nothing,
    }
}

async fn is_planned(tx: &mut Tx, source: &str, at: i64) -> Result<bool, sqlx::Error> {
    Ok(!maintenance_store::of_source(tx, source, at, at + 1).await?.is_empty())
}

/// A source that stopped answering.
struct Opening {
    member: Member,
    planned: bool,
    at: i64,
    many: u32,
}

/// Makes a source part of the open incident of its cause, or opens one. Gives the incident.
async fn open(tx: &mut Tx, opening: Opening, now: Timestamp, total: &mut Followed) -> Result<String, sqlx::Error> {
    let Opening { member, planned, at, many } = opening;
    let kind = if planned { "maintenance" } else { "incident" };
    let cause = cause(&member.source_id, &store::definition(tx, &member.source_id).await?);
    let known = store::open_of(tx, kind, &cause).await?;
    let is_new = known.is_none();
    let new = || Incident {
        id: uuid::Uuid::now_v7().to_string(),
        kind: kind.to_owned(),
        cause,
        failure: member.failure.clone(),
        severity: word::of(&Severity::Minor),
        started_at: member.started_at,
        opened_at: at,
        ended_at: None,
        closed_at: None,
    };
    let mut incident = known.unwrap_or_else(new);
    if is_new {
        store::insert(tx, &incident).await?;
    }
    store::join(tx, &incident.id, &member).await?;
    let procedures = store::procedures(tx, &incident.id).await?;
    incident.severity = word::of(&Severity::of(&procedures, many));
    incident.started_at = incident.started_at.min(member.started_at);
    store::update(tx, &incident).await?;
    if is_new {
        total.opened += 1;
        let event = event(tx, &incident, procedures, true).await?;
        tell(tx, &event, now).await?;
    }
    Ok(incident.id)
}

/// A source answers again from `ended` on, seen at `at`; when it was the last one, the incident is over.
async fn close(
    tx: &mut Tx,
    id: &str,
    source: &str,
    (ended, at): (i64, i64),
    now: Timestamp,
    total: &mut Followed,
) -> Result<(), sqlx::Error> {
    store::leave(tx, id, source, ended).await?;
    let members = store::members(tx, id).await?;
    let Some(mut incident) = store::find(tx, id).await? else { return Ok(()) };
    if members.iter().any(|member| member.ended_at.is_none()) || incident.closed_at.is_some() {
        return Ok(());
    }
    incident.ended_at = members.iter().filter_map(|member| member.ended_at).max();
    incident.closed_at = Some(at);
    store::update(tx, &incident).await?;
    total.closed += 1;
    let procedures = store::procedures(tx, id).await?;
    let event = event(tx, &incident, procedures, false).await?;
    tell(tx, &event, now).await?;
    Ok(())
}

async fn event(tx: &mut Tx, incident: &Incident, procedures: Vec<String>, opened: bool) -> Result<Event, sqlx::Error> {
    let members = store::members(tx, &incident.id).await?;
    let mut sources: Vec<String> = members.into_iter().map(|member| member.source_id).collect();
    sources.dedup();
    let planned = incident.kind == "maintenance";
    let (kind, said, title) = match (opened, planned) {
        (true, false) => (EventKind::IncidentOpened, "opened", "Sự cố: không trả lời"),
        (false, false) => (EventKind::IncidentClosed, "closed", "Hết sự cố"),
        (true, true) => (EventKind::MaintenanceOpened, "opened", "Đang bảo trì theo kế hoạch"),
        (false, true) => (EventKind::MaintenanceClosed, "closed", "Bảo trì xong"),
    };
    let held_up = match procedures.as_slice() {
        [] => "không có thủ tục nào".to_owned(),
        codes if codes.iter().any(|code| code == "*") => "mọi thủ tục".to_owned(),
        codes => format!("{} thủ tục", codes.len()),
    };
    let at = incident.closed_at.unwrap_or(incident.opened_at);
    let minutes = incident.duration(at) / 60_000;
    let cause = incident.cause.strip_prefix("source:").unwrap_or(&incident.cause);
    Ok(Event {
        key: format!("incident:{}:{said}", incident.id),
        kind,
        title: format!("{title} – {cause}"),
        body: format!(
            "Bắt đầu {}, đã {minutes} phút. Lỗi đầu tiên: {}. Nguồn: {}. Ảnh hưởng: {held_up}.",
            clock(incident.started_at),
            incident.failure,
            sources.join(", "),
        ),
        service_level: String::new(),
        sources,
        procedures,
        at,
    })
}

/// A moment in Vietnam as readers write it.
fn clock(at: i64) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned_datetime(VIETNAM).strftime("%H:%M ngày %d/%m/%Y").to_string()
}
