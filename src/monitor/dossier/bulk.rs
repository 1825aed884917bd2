//! SQL that counts dossiers by the thousand: looks known ones up, writes rows and adds to counts, many in a statement.

use sqlx::{QueryBuilder, Sqlite};

use super::counts::{COLUMNS, Counts};
use super::facts::{Facts, flag};
use super::judge::Judged;
use super::merge::{Row, Seen};
use super::model::{Outcome, State};
use super::reader::DossierHash;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file. Those that insert take one row here and are widened to many.
pub mod sql {
    /// Holds the row of whoever counts dossiers, and gives the last number of a group; takes `$2` more.
    pub const LOCK: &str = "UPDATE counters SET n = n + $2 WHERE name = $1 RETURNING n";
    /// Known dossiers among some. The join goes from the few to the many.
    pub const FIND_SQLITE: &str = "
        WITH wanted (day, hash) AS (VALUES ($1, $2))
        SELECT d.day, d.hash, d.group_id, d.state_local, d.state_portal, d.flags, d.opened_day, d.received_at, d.due_at,
               d.ended_at, d.asked_at, d.back_at, d.outcome, d.outcome_day, d.working_days, d.minutes, d.seen
        FROM wanted w CROSS JOIN dossiers d ON d.day = w.day AND d.hash = w.hash LIMIT 100000";
    /// Known dossiers among some.
    pub const FIND_POSTGRES: &str = "
        SELECT d.day, d.hash, d.group_id, d.state_local, d.state_portal, d.flags, d.opened_day, d.received_at, d.due_at,
               d.ended_at, d.asked_at, d.back_at, d.outcome, d.outcome_day, d.working_days, d.minutes, d.seen
        FROM unnest($1::BIGINT[], $2::BYTEA[]) AS w (day, hash) JOIN dossiers d ON d.day = w.day AND d.hash = w.hash
        LIMIT 100000";
    /// A page of dossiers in the order of their keys.
    pub const PAGE: &str = "
        SELECT day, hash, group_id, state_local, state_portal, flags, opened_day, received_at, due_at,
               ended_at, asked_at, back_at, outcome, outcome_day, working_days, minutes, seen
        FROM dossiers WHERE (day, hash) > ($1, $2) ORDER BY day, hash LIMIT $3";
    /// Adds a dossier, or brings it up to its new state.
    pub const PUT: &str = "
        INSERT INTO dossiers (day, hash, group_id, state_local, state_portal, flags, opened_day, received_at, due_at,
                              ended_at, asked_at, back_at, outcome, outcome_day, working_days, minutes, seen)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        ON CONFLICT (day, hash) DO UPDATE SET
            group_id = excluded.group_id, state_local = excluded.state_local, state_portal = excluded.state_portal,
            flags = excluded.flags, opened_day = excluded.opened_day, received_at = excluded.received_at,
            due_at = excluded.due_at, ended_at = excluded.ended_at, asked_at = excluded.asked_at,
            back_at = excluded.back_at, outcome = excluded.outcome, outcome_day = excluded.outcome_day,
            working_days = excluded.working_days, minutes = excluded.minutes, seen = excluded.seen";
    /// Adds to the counts of a group and day.
    pub const ADD: &str = "
        INSERT INTO dossier_statistics (group_id, day, received, finished, on_time, late, pending, not_judged,
                                        provisional, supplement_asked, supplement_more_than_once, refused, withdrawn,
                                        stopped, fee_due, paid_online, digitised, result_electronic, mismatch,
                                        unproven, illegal, working_days, minutes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
        ON CONFLICT (group_id, day) DO UPDATE SET
            received = dossier_statistics.received + excluded.received,
            finished = dossier_statistics.finished + excluded.finished,
            on_time = dossier_statistics.on_time + excluded.on_time,
            late = dossier_statistics.late + excluded.late,
            pending = dossier_statistics.pending + excluded.pending,
            not_judged = dossier_statistics.not_judged + excluded.not_judged,
            provisional = dossier_statistics.provisional + excluded.provisional,
            supplement_asked = dossier_statistics.supplement_asked + excluded.supplement_asked,
            supplement_more_than_once =
                dossier_statistics.supplement_more_than_once + excluded.supplement_more_than_once,
            refused = dossier_statistics.refused + excluded.refused,
            withdrawn = dossier_statistics.withdrawn + excluded.withdrawn,
            stopped = dossier_statistics.stopped + excluded.stopped,
            fee_due = dossier_statistics.fee_due + excluded.fee_due,
            paid_online = dossier_statistics.paid_online + excluded.paid_online,
            digitised = dossier_statistics.digitised + excluded.digitised,
            result_electronic = dossier_statistics.result_electronic + excluded.result_electronic,
            mismatch = dossier_statistics.mismatch + excluded.mismatch,
            unproven = dossier_statistics.unproven + excluded.unproven,
            illegal = dossier_statistics.illegal + excluded.illegal,
            working_days = dossier_statistics.working_days + excluded.working_days,
            minutes = dossier_statistics.minutes + excluded.minutes";
    /// Adds to the dossiers of a group that were finished on a day after so many working days.
    pub const ADD_DURATION: &str = "
        INSERT INTO dossier_durations (group_id, day, working_days, dossiers) VALUES ($1, $2, $3, $4)
        ON CONFLICT (group_id, day, working_days) DO UPDATE SET
            dossiers = dossier_durations.dossiers + excluded.dossiers";
}

/// Dossiers that one look-up asks for at most.
const MOST_KEYS: usize = 10_000;
/// Rows that one statement writes at most; SQLite takes 32,766 values.
const MOST_ROWS: usize = 1_000;

/// Takes the counting of dossiers for this transaction, and `more` numbers for groups. Gives the last number.
///
/// # Errors
/// When the database fails.
pub async fn lock(tx: &mut Tx, more: i64) -> Result<i64, sqlx::Error> {
    let (n,): (i64,) =
        on_db!(tx, |conn| sqlx::query_as(sql::LOCK).bind("dossier_groups").bind(more).fetch_one(conn).await?);
    Ok(n)
}

/// Those of some dossiers that are known, in no order.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, keys: &[(i32, DossierHash)]) -> Result<Vec<Row>, sqlx::Error> {
    let mut all = Vec::new();
    for part in keys.chunks(MOST_KEYS) {
        match tx {
            Tx::Sqlite(tx) => {
                let (head, tail) = halves(sql::FIND_SQLITE);
                let mut query = QueryBuilder::<Sqlite>::new(head);
                query.push_values(part, |mut values, (day, hash)| {
                    values.push_bind(i64::from(*day)).push_bind(hash.to_vec());
                });
                let rows = query.push(tail).build().persistent(part.len() == MOST_KEYS).fetch_all(&mut **tx).await?;
                all.extend(rows.iter().map(read).collect::<Result<Vec<Row>, _>>()?);
            }
            Tx::Postgres(tx) => {
                let days: Vec<i64> = part.iter().map(|(day, _)| i64::from(*day)).collect();
                let hashes: Vec<Vec<u8>> = part.iter().map(|(_, hash)| hash.to_vec()).collect();
                let rows = sqlx::query(sql::FIND_POSTGRES).bind(days).bind(hashes).fetch_all(&mut **tx).await?;
                all.extend(rows.iter().map(read).collect::<Result<Vec<Row>, _>>()?);
            }
        }
    }
    Ok(all)
}

/// Dossiers after one, in the order of their keys.
///
/// # Errors
/// When the database fails.
pub async fn page(tx: &mut Tx, after: (i32, DossierHash), limit: i64) -> Result<Vec<Row>, sqlx::Error> {
    on_db!(tx, |conn| {
        let query = sqlx::query(sql::PAGE).bind(i64::from(after.0)).bind(after.1.to_vec()).bind(limit);
        query.fetch_all(conn).await?.iter().map(read).collect()
    })
}

fn read<'r, R: sqlx::Row>(row: &'r R) -> Result<Row, sqlx::Error>
where
    usize: sqlx::ColumnIndex<R>,
    i64: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    &'r [u8]: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    let number = |at: usize| row.try_get::<Option<i64>, _>(at);
    let small = |at: usize| number(at).map(|n| n.and_then(|n| i32::try_from(n).ok()));
    let state = |at: usize| number(at).map(|n| n.and_then(|n| State::of_code(u8::try_from(n).ok()?)));
    let hash: &[u8] = row.try_get(1)?;
    let bits = u32::try_from(number(5)?.unwrap_or_default()).unwrap_or_default();
    let (local, portal) = (state(3)?, state(4)?);
    let opened_day = small(6)?.unwrap_or_default();
    let facts = Facts {
        state: local.or(portal).unwrap_or(State::Processing),
        opened_day,
        flags: bits & FLAGS & !flag::PROVISIONAL,
        received_at: number(7)?,
        due_at: number(8)?,
        ended_at: number(9)?,
        asked_at: number(10)?,
        back_at: number(11)?,
    };
    let judged = Judged {
        outcome: Outcome::of_code(number(12)?.unwrap_or_default()),
        day: small(13)?.unwrap_or(opened_day),
        working_days: small(14)?,
        minutes: number(15)?,
        provisional: bits & flag::PROVISIONAL != 0,
    };
    Ok(Row {
        day: small(0)?.unwrap_or_default(),
        hash: hash.try_into().unwrap_or_default(),
        group: number(2)?.unwrap_or_default(),
        local,
        portal,
        facts,
        judged,
        illegal: u8::try_from(bits >> ILLEGAL & 15).unwrap_or_default(),
        seen: Seen::of_bytes(row.try_get(16)?),
    })
}

/// The bits of the column `flags` that [`flag`] explains; those above count illegal steps.
const FLAGS: u32 = (1 << ILLEGAL) - 1;
const ILLEGAL: u32 = 16;

fn bits(row: &Row) -> i64 {
    let provisional = if row.judged.provisional { flag::PROVISIONAL } else { 0 };
    i64::from(row.facts.flags | provisional | u32::from(row.illegal) << ILLEGAL)
}

/// Writes dossiers.
///
/// # Errors
/// When the database fails.
pub async fn put(tx: &mut Tx, rows: &[Row]) -> Result<(), sqlx::Error> {
    let (head, tail) = halves(sql::PUT);
    let code = |state: Option<State>| state.map(|state| i64::from(state.code()));
    for part in rows.chunks(MOST_ROWS) {
        on_db!(tx, |conn| {
            let mut query = QueryBuilder::new(head);
            query.push_values(part, |mut values, row| {
                values.push_bind(i64::from(row.day)).push_bind(row.hash.to_vec()).push_bind(row.group);
                values.push_bind(code(row.local)).push_bind(code(row.portal)).push_bind(bits(row));
                values.push_bind(i64::from(row.facts.opened_day)).push_bind(row.facts.received_at);
                values.push_bind(row.facts.due_at).push_bind(row.facts.ended_at).push_bind(row.facts.asked_at);
                values.push_bind(row.facts.back_at).push_bind(row.judged.outcome as i64);
                values.push_bind(i64::from(row.judged.day)).push_bind(row.judged.working_days.map(i64::from));
                values.push_bind(row.judged.minutes).push_bind(row.seen.to_bytes());
            });
            query.push(tail).build().persistent(part.len() == MOST_ROWS).execute(conn).await.map(|_| ())?;
        });
    }
    Ok(())
}

/// Adds to counts, by group and day. The same group and day must not come twice.
///
/// # Errors
/// When the database fails.
pub async fn add(tx: &mut Tx, counts: &[(i64, i32, Counts)]) -> Result<(), sqlx::Error> {
    let (head, tail) = halves(sql::ADD);
    for part in counts.chunks(MOST_ROWS) {
        on_db!(tx, |conn| {
            let mut query = QueryBuilder::new(head);
            query.push_values(part, |mut values, (group, day, counts)| {
                values.push_bind(*group).push_bind(i64::from(*day));
                for at in 0..COLUMNS.len() {
                    values.push_bind(counts.0[at]);
                }
            });
            query.push(tail).build().persistent(part.len() == MOST_ROWS).execute(conn).await.map(|_| ())?;
        });
    }
    Ok(())
}

/// Adds to how many dossiers of a group were finished on a day after so many working days. No key may come twice.
///
/// # Errors
/// When the database fails.
pub async fn add_durations(tx: &mut Tx, durations: &[(i64, i32, i32, i64)]) -> Result<(), sqlx::Error> {
    let (head, tail) = halves(sql::ADD_DURATION);
    for part in durations.chunks(MOST_ROWS) {
        on_db!(tx, |conn| {
            let mut query = QueryBuilder::new(head);
            query.push_values(part, |mut values, (group, day, working_days, dossiers)| {
                values.push_bind(*group).push_bind(i64::from(*day)).push_bind(i64::from(*working_days));
                values.push_bind(*dossiers);
            });
            query.push(tail).build().persistent(part.len() == MOST_ROWS).execute(conn).await.map(|_| ())?;
        });
    }
    Ok(())
}

/// What stands before and after the one row of values.
pub(super) fn halves(one: &'static str) -> (&'static str, &'static str) {
    let split = one.split_once("VALUES (").and_then(|(head, rest)| Some((head, rest.split_once(')')?.1)));
    split.unwrap_or((one, ""))
}
