//! SQL of the counts of dossiers by month.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, QueryBuilder};

use super::bulk::halves;
use super::counts::{COLUMNS, Counts};
use super::months::Key;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file. Those that insert take one row here and are widened to many.
pub mod sql {
    /// Adds to a month of a unit.
    pub const ADD_UNIT: &str = "
        INSERT INTO dossier_unit_months (month, unit_id, channel, received, finished, on_time, late,
            pending, not_judged, provisional, supplement_asked, supplement_more_than_once, refused,
            withdrawn, stopped, fee_due, paid_online, digitised, result_electronic, mismatch, unproven,
            illegal, working_days, minutes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
            $21, $22, $23, $24)
        ON CONFLICT (month, unit_id, channel) DO UPDATE SET
            received = dossier_unit_months.received + excluded.received,
            finished = dossier_unit_months.finished + excluded.finished,
            on_time = dossier_unit_months.on_time + excluded.on_time,
            late = dossier_unit_months.late + excluded.late,
            pending = dossier_unit_months.pending + excluded.pending,
            not_judged = dossier_unit_months.not_judged + excluded.not_judged,
            provisional = dossier_unit_months.provisional + excluded.provisional,
            supplement_asked = dossier_unit_months.supplement_asked + excluded.supplement_asked,
            supplement_more_than_once = dossier_unit_months.supplement_more_than_once + excluded.supplement_more_than_once,
            refused = dossier_unit_months.refused + excluded.refused,
            withdrawn = dossier_unit_months.withdrawn + excluded.withdrawn,
            stopped = dossier_unit_months.stopped + excluded.stopped,
            fee_due = dossier_unit_months.fee_due + excluded.fee_due,
            paid_online = dossier_unit_months.paid_online + excluded.paid_online,
            digitised = dossier_unit_months.digitised + excluded.digitised,
            result_electronic = dossier_unit_months.result_electronic + excluded.result_electronic,
            mismatch = dossier_unit_months.mismatch + excluded.mismatch,
            unproven = dossier_unit_months.unproven + excluded.unproven,
            illegal = dossier_unit_months.illegal + excluded.illegal,
            working_days = dossier_unit_months.working_days + excluded.working_days,
            minutes = dossier_unit_months.minutes + excluded.minutes";
    /// Adds to a month of a procedure.
    pub const ADD_PROCEDURE: &str = "
        INSERT INTO dossier_procedure_months (month, code, channel, received, finished, on_time, late,
            pending, not_judged, provisional, supplement_asked, supplement_more_than_once, refused,
            withdrawn, stopped, fee_due, paid_online, digitised, result_electronic, mismatch, unproven,
            illegal, working_days, minutes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
            $21, $22, $23, $24)
        ON CONFLICT (month, code, channel) DO UPDATE SET
            received = dossier_procedure_months.received + excluded.received,
            finished = dossier_procedure_months.finished + excluded.finished,
            on_time = dossier_procedure_months.on_time + excluded.on_time,
            late = dossier_procedure_months.late + excluded.late,
            pending = dossier_procedure_months.pending + excluded.pending,
            not_judged = dossier_procedure_months.not_judged + excluded.not_judged,
            provisional = dossier_procedure_months.provisional + excluded.provisional,
            supplement_asked = dossier_procedure_months.supplement_asked + excluded.supplement_asked,
            supplement_more_than_once = dossier_procedure_months.supplement_more_than_once + excluded.supplement_more_than_once,
            refused = dossier_procedure_months.refused + excluded.refused,
            withdrawn = dossier_procedure_months.withdrawn + excluded.withdrawn,
            stopped = dossier_procedure_months.stopped + excluded.stopped,
            fee_due = dossier_procedure_months.fee_due + excluded.fee_due,
            paid_online = dossier_procedure_months.paid_online + excluded.paid_online,
            digitised = dossier_procedure_months.digitised + excluded.digitised,
            result_electronic = dossier_procedure_months.result_electronic + excluded.result_electronic,
            mismatch = dossier_procedure_months.mismatch + excluded.mismatch,
            unproven = dossier_procedure_months.unproven + excluded.unproven,
            illegal = dossier_procedure_months.illegal + excluded.illegal,
            working_days = dossier_procedure_months.working_days + excluded.working_days,
            minutes = dossier_procedure_months.minutes + excluded.minutes";
    /// Months of all units together, channel by channel.
    pub const ALL: &str = "
        SELECT m.month, '' AS whose, m.channel,
               CAST(SUM(m.received) AS BIGINT), CAST(SUM(m.finished) AS BIGINT), CAST(SUM(m.on_time) AS
               BIGINT), CAST(SUM(m.late) AS BIGINT), CAST(SUM(m.pending) AS BIGINT), CAST(SUM(m.not_judged)
               AS BIGINT), CAST(SUM(m.provisional) AS BIGINT), CAST(SUM(m.supplement_asked) AS BIGINT),
               CAST(SUM(m.supplement_more_than_once) AS BIGINT), CAST(SUM(m.refused) AS BIGINT),
               CAST(SUM(m.withdrawn) AS BIGINT), CAST(SUM(m.stopped) AS BIGINT), CAST(SUM(m.fee_due) AS
               BIGINT), CAST(SUM(m.paid_online) AS BIGINT), CAST(SUM(m.digitised) AS BIGINT),
               CAST(SUM(m.result_electronic) AS BIGINT), CAST(SUM(m.mismatch) AS BIGINT),
               CAST(SUM(m.unproven) AS BIGINT), CAST(SUM(m.illegal) AS BIGINT), CAST(SUM(m.working_days) AS
               BIGINT), CAST(SUM(m.minutes) AS BIGINT)
        FROM dossier_unit_months m WHERE m.month >= $1 AND m.month <= $2
        GROUP BY m.month, m.channel ORDER BY m.month, m.channel LIMIT 100000";
    /// Months of a unit with all below it, channel by channel.
    pub const UNIT: &str = "
        SELECT m.month, '' AS whose, m.channel,
               CAST(SUM(m.received) AS BIGINT), CAST(SUM(m.finished) AS BIGINT), CAST(SUM(m.on_time) AS
               BIGINT), CAST(SUM(m.late) AS BIGINT), CAST(SUM(m.pending) AS BIGINT), CAST(SUM(m.not_judged)
               AS BIGINT), CAST(SUM(m.provisional) AS BIGINT), CAST(SUM(m.supplement_asked) AS BIGINT),
               CAST(SUM(m.supplement_more_than_once) AS BIGINT), CAST(SUM(m.refused) AS BIGINT),
               CAST(SUM(m.withdrawn) AS BIGINT), CAST(SUM(m.stopped) AS BIGINT), CAST(SUM(m.fee_due) AS
               BIGINT), CAST(SUM(m.paid_online) AS BIGINT), CAST(SUM(m.digitised) AS BIGINT),
               CAST(SUM(m.result_electronic) AS BIGINT), CAST(SUM(m.mismatch) AS BIGINT),
               CAST(SUM(m.unproven) AS BIGINT), CAST(SUM(m.illegal) AS BIGINT), CAST(SUM(m.working_days) AS
               BIGINT), CAST(SUM(m.minutes) AS BIGINT)
        FROM dossier_unit_months m
        WHERE m.month >= $1 AND m.month <= $2 AND (m.unit_id = $3 OR m.unit_id LIKE $4)
        GROUP BY m.month, m.channel ORDER BY m.month, m.channel LIMIT 100000";
    /// Months of a procedure, channel by channel.
    pub const PROCEDURE: &str = "
        SELECT m.month, '' AS whose, m.channel,
               CAST(SUM(m.received) AS BIGINT), CAST(SUM(m.finished) AS BIGINT), CAST(SUM(m.on_time) AS
               BIGINT), CAST(SUM(m.late) AS BIGINT), CAST(SUM(m.pending) AS BIGINT), CAST(SUM(m.not_judged)
               AS BIGINT), CAST(SUM(m.provisional) AS BIGINT), CAST(SUM(m.supplement_asked) AS BIGINT),
               CAST(SUM(m.supplement_more_than_once) AS BIGINT), CAST(SUM(m.refused) AS BIGINT),
               CAST(SUM(m.withdrawn) AS BIGINT), CAST(SUM(m.stopped) AS BIGINT), CAST(SUM(m.fee_due) AS
               BIGINT), CAST(SUM(m.paid_online) AS BIGINT), CAST(SUM(m.digitised) AS BIGINT),
               CAST(SUM(m.result_electronic) AS BIGINT), CAST(SUM(m.mismatch) AS BIGINT),
               CAST(SUM(m.unproven) AS BIGINT), CAST(SUM(m.illegal) AS BIGINT), CAST(SUM(m.working_days) AS
               BIGINT), CAST(SUM(m.minutes) AS BIGINT)
        FROM dossier_procedure_months m WHERE m.month >= $1 AND m.month <= $2 AND m.code = $3
        GROUP BY m.month, m.channel ORDER BY m.month, m.channel LIMIT 100000";
    /// Months of every unit together, channel by channel.
    pub const UNITS: &str = "
        SELECT CAST($1 AS BIGINT) AS month, m.unit_id AS whose, m.channel,
               CAST(SUM(m.received) AS BIGINT), CAST(SUM(m.finished) AS BIGINT), CAST(SUM(m.on_time) AS
               BIGINT), CAST(SUM(m.late) AS BIGINT), CAST(SUM(m.pending) AS BIGINT), CAST(SUM(m.not_judged)
               AS BIGINT), CAST(SUM(m.provisional) AS BIGINT), CAST(SUM(m.supplement_asked) AS BIGINT),
               CAST(SUM(m.supplement_more_than_once) AS BIGINT), CAST(SUM(m.refused) AS BIGINT),
               CAST(SUM(m.withdrawn) AS BIGINT), CAST(SUM(m.stopped) AS BIGINT), CAST(SUM(m.fee_due) AS
               BIGINT), CAST(SUM(m.paid_online) AS BIGINT), CAST(SUM(m.digitised) AS BIGINT),
               CAST(SUM(m.result_electronic) AS BIGINT), CAST(SUM(m.mismatch) AS BIGINT),
               CAST(SUM(m.unproven) AS BIGINT), CAST(SUM(m.illegal) AS BIGINT), CAST(SUM(m.working_days) AS
               BIGINT), CAST(SUM(m.minutes) AS BIGINT)
        FROM dossier_unit_months m WHERE m.month >= $1 AND m.month <= $2
        GROUP BY m.unit_id, m.channel ORDER BY m.unit_id, m.channel LIMIT 1000000";
    /// Months of every procedure together, channel by channel.
    pub const PROCEDURES: &str = "
        SELECT CAST($1 AS BIGINT) AS month, m.code AS whose, m.channel,
               CAST(SUM(m.received) AS BIGINT), CAST(SUM(m.finished) AS BIGINT), CAST(SUM(m.on_time) AS
               BIGINT), CAST(SUM(m.late) AS BIGINT), CAST(SUM(m.pending) AS BIGINT), CAST(SUM(m.not_judged)
               AS BIGINT), CAST(SUM(m.provisional) AS BIGINT), CAST(SUM(m.supplement_asked) AS BIGINT),
               CAST(SUM(m.supplement_more_than_once) AS BIGINT), CAST(SUM(m.refused) AS BIGINT),
               CAST(SUM(m.withdrawn) AS BIGINT), CAST(SUM(m.stopped) AS BIGINT), CAST(SUM(m.fee_due) AS
               BIGINT), CAST(SUM(m.paid_online) AS BIGINT), CAST(SUM(m.digitised) AS BIGINT),
               CAST(SUM(m.result_electronic) AS BIGINT), CAST(SUM(m.mismatch) AS BIGINT),
               CAST(SUM(m.unproven) AS BIGINT), CAST(SUM(m.illegal) AS BIGINT), CAST(SUM(m.working_days) AS
               BIGINT), CAST(SUM(m.minutes) AS BIGINT)
        FROM dossier_procedure_months m WHERE m.month >= $1 AND m.month <= $2
        GROUP BY m.code, m.channel ORDER BY m.code, m.channel LIMIT 1000000";
    /// Days of a unit by procedure, channel by channel: the daily counts, which are fewer in a unit than in all.
    pub const PROCEDURES_OF_UNIT: &str = "
        SELECT CAST($1 AS BIGINT) AS month, g.code AS whose, g.channel,
               CAST(SUM(s.received) AS BIGINT), CAST(SUM(s.finished) AS BIGINT), CAST(SUM(s.on_time) AS
               BIGINT), CAST(SUM(s.late) AS BIGINT), CAST(SUM(s.pending) AS BIGINT), CAST(SUM(s.not_judged)
               AS BIGINT), CAST(SUM(s.provisional) AS BIGINT), CAST(SUM(s.supplement_asked) AS BIGINT),
               CAST(SUM(s.supplement_more_than_once) AS BIGINT), CAST(SUM(s.refused) AS BIGINT),
               CAST(SUM(s.withdrawn) AS BIGINT), CAST(SUM(s.stopped) AS BIGINT), CAST(SUM(s.fee_due) AS
               BIGINT), CAST(SUM(s.paid_online) AS BIGINT), CAST(SUM(s.digitised) AS BIGINT),
               CAST(SUM(s.result_electronic) AS BIGINT), CAST(SUM(s.mismatch) AS BIGINT),
               CAST(SUM(s.unproven) AS BIGINT), CAST(SUM(s.illegal) AS BIGINT), CAST(SUM(s.working_days) AS
               BIGINT), CAST(SUM(s.minutes) AS BIGINT)
        FROM dossier_groups g JOIN dossier_statistics s ON s.group_id = g.id
        WHERE s.day >= $1 AND s.day <= $2 AND (g.unit_id = $3 OR g.unit_id LIKE $4)
        GROUP BY g.code, g.channel ORDER BY g.code, g.channel LIMIT 1000000";
    /// Days of a procedure by unit, channel by channel.
    pub const UNITS_OF_PROCEDURE: &str = "
        SELECT CAST($1 AS BIGINT) AS month, g.unit_id AS whose, g.channel,
               CAST(SUM(s.received) AS BIGINT), CAST(SUM(s.finished) AS BIGINT), CAST(SUM(s.on_time) AS
               BIGINT), CAST(SUM(s.late) AS BIGINT), CAST(SUM(s.pending) AS BIGINT), CAST(SUM(s.not_judged)
               AS BIGINT), CAST(SUM(s.provisional) AS BIGINT), CAST(SUM(s.supplement_asked) AS BIGINT),
               CAST(SUM(s.supplement_more_than_once) AS BIGINT), CAST(SUM(s.refused) AS BIGINT),
               CAST(SUM(s.withdrawn) AS BIGINT), CAST(SUM(s.stopped) AS BIGINT), CAST(SUM(s.fee_due) AS
               BIGINT), CAST(SUM(s.paid_online) AS BIGINT), CAST(SUM(s.digitised) AS BIGINT),
               CAST(SUM(s.result_electronic) AS BIGINT), CAST(SUM(s.mismatch) AS BIGINT),
               CAST(SUM(s.unproven) AS BIGINT), CAST(SUM(s.illegal) AS BIGINT), CAST(SUM(s.working_days) AS
               BIGINT), CAST(SUM(s.minutes) AS BIGINT)
        FROM dossier_groups g JOIN dossier_statistics s ON s.group_id = g.id
        WHERE s.day >= $1 AND s.day <= $2 AND g.code = $3
        GROUP BY g.unit_id, g.channel ORDER BY g.unit_id, g.channel LIMIT 1000000";
    /// Days of a procedure in a unit with all below it, channel by channel.
    pub const DAYS: &str = "
        SELECT s.day AS month, g.unit_id AS whose, g.channel,
               CAST(SUM(s.received) AS BIGINT), CAST(SUM(s.finished) AS BIGINT), CAST(SUM(s.on_time) AS
               BIGINT), CAST(SUM(s.late) AS BIGINT), CAST(SUM(s.pending) AS BIGINT), CAST(SUM(s.not_judged)
               AS BIGINT), CAST(SUM(s.provisional) AS BIGINT), CAST(SUM(s.supplement_asked) AS BIGINT),
               CAST(SUM(s.supplement_more_than_once) AS BIGINT), CAST(SUM(s.refused) AS BIGINT),
               CAST(SUM(s.withdrawn) AS BIGINT), CAST(SUM(s.stopped) AS BIGINT), CAST(SUM(s.fee_due) AS
               BIGINT), CAST(SUM(s.paid_online) AS BIGINT), CAST(SUM(s.digitised) AS BIGINT),
               CAST(SUM(s.result_electronic) AS BIGINT), CAST(SUM(s.mismatch) AS BIGINT),
               CAST(SUM(s.unproven) AS BIGINT), CAST(SUM(s.illegal) AS BIGINT), CAST(SUM(s.working_days) AS
               BIGINT), CAST(SUM(s.minutes) AS BIGINT)
        FROM dossier_groups g JOIN dossier_statistics s ON s.group_id = g.id
        WHERE s.day >= $1 AND s.day <= $2 AND g.code = $3 AND (g.unit_id = $4 OR g.unit_id LIKE $5)
        GROUP BY s.day, g.unit_id, g.channel ORDER BY s.day, g.unit_id, g.channel LIMIT 100000";
}

/// Rows that one statement writes at most; SQLite takes 32,766 values.
const MOST_ROWS: usize = 1_000;

/// Adds to stored months by one of the statements that add.
///
/// # Errors
/// When the database fails.
pub async fn add(tx: &mut Tx, text: &'static str, months: &BTreeMap<Key, Counts>) -> Result<(), sqlx::Error> {
    let (head, tail) = halves(text);
    let rows: Vec<(&Key, &Counts)> = months.iter().filter(|(_, counts)| !counts.is_zero()).collect();
    for part in rows.chunks(MOST_ROWS) {
        on_db!(&mut *tx, |conn| {
            let mut query = QueryBuilder::new(head);
            query.push_values(part, |mut values, ((month, whose, channel), counts)| {
                values.push_bind(*month).push_bind(whose).push_bind(*channel);
                for at in 0..COLUMNS.len() {
                    values.push_bind(counts.0[at]);
                }
            });
            query.push(tail).build().persistent(part.len() == MOST_ROWS).execute(conn).await.map(|_| ())?;
        });
    }
    Ok(())
}

/// Which counts are asked for, over which months or days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked<'a> {
    /// Every month of all.
    All,
    /// Every month of a unit with all below it.
    Unit(&'a str),
    /// Every month of a procedure.
    Procedure(&'a str),
    /// Each unit, all months together.
    Units,
    /// Each procedure, all months together.
    Procedures,
    /// Each procedure of a unit; from the first to the last day.
    ProceduresOf(&'a str),
    /// Each unit of a procedure; from the first to the last day.
    UnitsOf(&'a str),
    /// Each day of a procedure in a unit; from the first to the last day.
    Days(&'a str, &'a str),
}

/// Counts from one month or day to another, both counted from 1 January 1970, in the order of time and name.
///
/// # Errors
/// When the database fails.
pub async fn read(tx: &mut Tx, asked: Asked<'_>, from: i64, to: i64) -> Result<Vec<(Key, Counts)>, sqlx::Error> {
    let (text, binds): (&'static str, Vec<String>) = match asked {
        Asked::All => (sql::ALL, vec![]),
        Asked::Unit(unit) => (sql::UNIT, vec![unit.to_owned(), super::store::below(unit)]),
        Asked::Procedure(code) => (sql::PROCEDURE, vec![code.to_owned()]),
        Asked::Units => (sql::UNITS, vec![]),
        Asked::Procedures => (sql::PROCEDURES, vec![]),
        Asked::ProceduresOf(unit) => (sql::PROCEDURES_OF_UNIT, vec![unit.to_owned(), super::store::below(unit)]),
        Asked::UnitsOf(code) => (sql::UNITS_OF_PROCEDURE, vec![code.to_owned()]),
        Asked::Days(code, unit) => (sql::DAYS, vec![code.to_owned(), unit.to_owned(), super::store::below(unit)]),
    };
    on_db!(tx, |conn| {
        let mut query = sqlx::query(AssertSqlSafe(text)).bind(from).bind(to);
        for bind in binds {
            query = query.bind(bind);
        }
        query.fetch_all(conn).await?.iter().map(row).collect()
    })
}

fn row<'r, R: sqlx::Row>(row: &'r R) -> Result<(Key, Counts), sqlx::Error>
where
    usize: sqlx::ColumnIndex<R>,
    i64: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    String: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    let mut counts = Counts::default();
    for at in 0..COLUMNS.len() {
        counts.0[at] = row.try_get(at + 3)?;
    }
    Ok(((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?), counts))
}
