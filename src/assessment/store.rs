//! SQL of the assessment: claims, verdicts with their history, parameters, use.

use jiff::Timestamp;

use super::model::{Claim, EvidenceKind, Point, PointValue, Reason};
use crate::catalog::store::StoreError;
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::{rows, word};

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Parameters in force on a day.
    pub const PARAMETERS: &str = "
        SELECT p.name, p.value, p.source FROM parameters p
        WHERE p.valid_from = (SELECT MAX(q.valid_from) FROM parameters q WHERE q.name = p.name AND q.valid_from <= $1)
        ORDER BY p.name LIMIT 100";
    /// Claims of the procedures between two codes.
    pub const CLAIMS: &str = "
        SELECT code, unit_id, point, value, kind, source, link, sha256, assessor, reason, legal_basis, note,
               checked_at, valid_until
        FROM claims WHERE code >= $1 AND code <= $2 ORDER BY code, unit_id, recorded_at, id LIMIT 1000000";
    /// Records a claim.
    pub const INSERT_CLAIM: &str = "
        INSERT INTO claims (id, code, unit_id, point, value, kind, source, link, sha256, assessor, reason, legal_basis,
                            note, checked_at, valid_until, recorded_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    /// Verdicts in force of the procedures between two codes.
    pub const CURRENT: &str = "
        SELECT code, unit_id, valid_from, level, points, claimed, verified, dormant, gap, flags, next_expiry
        FROM assessments WHERE code >= $1 AND code <= $2 AND valid_to IS NULL ORDER BY code, unit_id LIMIT 1000000";
    /// The verdict that was in force at an instant.
    pub const AT: &str = "
        SELECT code, unit_id, valid_from, level, points, claimed, verified, dormant, gap, flags, next_expiry
        FROM assessments WHERE code = $1 AND unit_id = $2 AND valid_from <= $3
        ORDER BY valid_from DESC LIMIT 1";
    /// Ends the verdict in force.
    pub const CLOSE: &str = "
        UPDATE assessments SET valid_to = $3 WHERE code = $1 AND unit_id = $2 AND valid_to IS NULL";
    /// A verdict begins to hold; one that began at the same instant gives way.
    pub const INSERT: &str = "
        INSERT INTO assessments (code, unit_id, valid_from, level, points, claimed, verified, dormant, gap, flags,
                                 next_expiry)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (code, unit_id, valid_from) DO UPDATE SET
            valid_to = NULL, level = excluded.level, points = excluded.points, claimed = excluded.claimed,
            verified = excluded.verified, dormant = excluded.dormant, gap = excluded.gap, flags = excluded.flags,
            next_expiry = excluded.next_expiry";
    /// Only the next expiry moved.
    pub const EXPIRY: &str = "
        UPDATE assessments SET next_expiry = $3 WHERE code = $1 AND unit_id = $2 AND valid_to IS NULL";
    /// Procedures whose verdict rests on a claim that has expired.
    pub const EXPIRED: &str = "
        SELECT DISTINCT code FROM assessments WHERE valid_to IS NULL AND next_expiry <= $1 ORDER BY code LIMIT 5000";
    /// How far the change log has been assessed; holds the row, so that one process assesses at a time.
    pub const POSITION: &str = "UPDATE counters SET n = n WHERE name = $1 RETURNING n";
    /// Notes how far.
    pub const SET_POSITION: &str = "UPDATE counters SET n = $2 WHERE name = $1";
    /// The first position after one at which something to be assessed changed.
    pub const WAITING: &str = "
        SELECT c.seq FROM changes c JOIN counters n ON n.name = $1
        WHERE c.seq > n.n AND c.kind <> $2 ORDER BY c.seq LIMIT 1";
    /// Dossiers of the procedures between two codes in periods that end on or after a day.
    pub const VOLUMES: &str = "
        SELECT code, unit_id, period_from, period_to, kind, total, online, source FROM volumes
        WHERE code >= $1 AND code <= $2 AND (kind = 'prior' OR period_to >= $3)
        ORDER BY code, unit_id, period_from, source LIMIT 1000000";
    /// Verdicts in force for all units of the procedures that are not retired.
    pub const BOARD: &str = "
        SELECT a.code, a.level, a.points, a.claimed, a.verified, a.dormant, a.gap, p.kind
        FROM assessments a JOIN procedures p ON p.code = a.code
        WHERE a.valid_to IS NULL AND a.unit_id = '' AND p.retired_at IS NULL ORDER BY a.code LIMIT 1000000";
    /// Dossiers by procedure, kind and source, for all units and by unit, of periods since a day; priors of any age.
    pub const VOLUME_SUMS: &str = "
        SELECT v.code, v.kind, v.source, CASE WHEN v.unit_id = '' THEN 1 ELSE 0 END AS whole,
               CAST(SUM(v.total) AS BIGINT) AS total, MAX(v.period_to) AS period_to
        FROM volumes v WHERE v.kind = 'prior' OR v.period_from >= $1
        GROUP BY v.code, v.kind, v.source, CASE WHEN v.unit_id = '' THEN 1 ELSE 0 END
        ORDER BY v.code, v.kind, v.source, whole LIMIT 1000000";
    /// Adds or replaces dossiers of a period.
    pub const PUT_VOLUME: &str = "
        INSERT INTO volumes (code, unit_id, period_from, period_to, kind, total, online, source, imported_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (code, unit_id, period_from, period_to, source) DO UPDATE SET
            kind = excluded.kind, total = excluded.total, online = excluded.online,
            imported_at = excluded.imported_at";
}

/// What the assessment can fail of.
#[derive(Debug, thiserror::Error)]
pub enum AssessmentError {
    /// The database failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
    /// The catalog cannot be read.
    #[error(transparent)]
    Catalog(#[from] StoreError),
    /// A parameter has no row that is in force.
    #[error("the parameter {0} has no row in force today: add one to the table parameters")]
    Parameter(&'static str),
    /// The procedure is not in the catalog.
    #[error("no procedure has the code {0}")]
    NoProcedure(String),
    /// Someone else changed it first.
    #[error("somebody else has changed it: look at it again")]
    Conflict,
    /// It is not there.
    #[error("there is no such flag")]
    NoFlag,
}

/// A parameter in force.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ParameterRow {
    /// Name.
    pub name: String,
    /// Value.
    pub value: f64,
    /// Where it comes from.
    pub source: String,
}

/// A verdict as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct VerdictRow {
    /// Procedure.
    pub code: String,
    /// Unit, empty for all.
    pub unit_id: String,
    /// Epoch milliseconds.
    pub valid_from: i64,
    /// `L0` to `L7`.
    pub level: String,
    /// One letter a point, see [`PointValue::letter`].
    pub points: String,
    /// 0 or 1.
    pub claimed: i64,
    /// 0 or 1.
    pub verified: i64,
    /// 0 or 1.
    pub dormant: i64,
    /// Gap word.
    pub gap: Option<String>,
    /// Flags, joined by commas.
    pub flags: String,
    /// Epoch milliseconds.
    pub next_expiry: Option<i64>,
}

/// A verdict as the board needs it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct BoardRow {
    /// Procedure.
    pub code: String,
    /// `L0` to `L7`.
    pub level: String,
    /// One letter a point.
    pub points: String,
    /// 0 or 1.
    pub claimed: i64,
    /// 0 or 1.
    pub verified: i64,
    /// 0 or 1.
    pub dormant: i64,
    /// Gap word.
    pub gap: Option<String>,
    /// `standard`, `specific` or `internal`.
    pub kind: String,
}

/// Dossiers of one procedure over a year.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct VolumeSum {
    /// Procedure.
    pub code: String,
    /// `dossiers` or `prior`.
    pub kind: String,
    /// Name of the source.
    pub source: String,
    /// 1 when the source counts all units together, 0 when it counts them one by one.
    pub whole: i32,
    /// In all channels.
    pub total: i64,
    /// Last day of the period, ISO.
    pub period_to: String,
}

/// Dossiers of one procedure, unit and period.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct VolumeRow {
    /// Procedure.
    pub code: String,
    /// Unit, empty for all.
    pub unit_id: String,
    /// First day, ISO.
    pub period_from: String,
    /// Last day, ISO.
    pub period_to: String,
    /// `dossiers` or `prior`.
    pub kind: String,
    /// In all channels.
    pub total: i64,
    /// Handled fully online; `None` when the source does not say.
    pub online: Option<i64>,
    /// Name of the source.
    pub source: String,
}

#[derive(sqlx::FromRow)]
struct ClaimRow {
    code: String,
    unit_id: String,
    point: String,
    value: String,
    kind: String,
    source: String,
    link: Option<String>,
    sha256: Option<String>,
    assessor: Option<String>,
    reason: Option<String>,
    legal_basis: Option<String>,
    note: Option<String>,
    checked_at: i64,
    valid_until: i64,
}

impl VerdictRow {
    /// Whether another verdict says the same, whenever it began and however long it holds.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let of = |row: &Self| Self { valid_from: 0, next_expiry: None, ..row.clone() };
        of(self) == of(other)
    }
}

/// A claim with the unit it is about.
pub type UnitClaim = (String, String, Claim);

/// Parameters in force on a day.
///
/// # Errors
/// [`AssessmentError`]
pub async fn parameters(tx: &mut Tx, day: &str) -> Result<Vec<ParameterRow>, AssessmentError> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::PARAMETERS).bind(day).fetch_all(conn).await?))
}

/// Claims of the procedures from `first` to `last`: code, unit, claim.
///
/// # Errors
/// [`AssessmentError`]
pub async fn claims(tx: &mut Tx, first: &str, last: &str) -> Result<Vec<UnitClaim>, AssessmentError> {
    let rows: Vec<ClaimRow> =
        on_db!(tx, |conn| sqlx::query_as(sql::CLAIMS).bind(first).bind(last).fetch_all(conn).await?);
    Ok(rows.into_iter().filter_map(read_claim).collect())
}

/// Words are checked when a claim is recorded; one that a newer program wrote is not understood and left out.
fn read_claim(row: ClaimRow) -> Option<UnitClaim> {
    let claim = Claim {
        point: Point::parse(&row.point)?,
        value: word::read::<PointValue>(&row.value)?,
        kind: word::read::<EvidenceKind>(&row.kind)?,
        source: row.source,
        rule: None,
        span: None,
        link: row.link,
        sha256: row.sha256,
        assessor: row.assessor,
        reason: row.reason.as_deref().and_then(word::read::<Reason>),
        legal_basis: row.legal_basis,
        note: row.note,
        checked_at: row.checked_at,
        valid_until: row.valid_until,
    };
    Some((row.code, row.unit_id, claim))
}

/// Records a claim about a procedure in a unit, or in all units when `unit` is empty.
///
/// # Errors
/// [`AssessmentError`]
pub async fn insert_claim(
    tx: &mut Tx,
    code: &str,
    unit: &str,
    claim: &Claim,
    now: Timestamp,
) -> Result<String, AssessmentError> {
    let id = uuid::Uuid::now_v7().to_string();
    on_db!(tx, |conn| sqlx::query(sql::INSERT_CLAIM)
        .bind(&id)
        .bind(code)
        .bind(unit)
        .bind(claim.point.code())
        .bind(word::of(&claim.value))
        .bind(word::of(&claim.kind))
        .bind(&claim.source)
        .bind(&claim.link)
        .bind(&claim.sha256)
        .bind(&claim.assessor)
        .bind(claim.reason.as_ref().map(word::of))
        .bind(&claim.legal_basis)
        .bind(&claim.note)
        .bind(claim.checked_at)
        .bind(claim.valid_until)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|_| ())?);
    Ok(id)
}

/// Verdicts in force of the procedures from `first` to `last`.
///
/// # Errors
/// [`AssessmentError`]
pub async fn current(tx: &mut Tx, first: &str, last: &str) -> Result<Vec<VerdictRow>, AssessmentError> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::CURRENT).bind(first).bind(last).fetch_all(conn).await?))
}

/// The verdict in force at an instant; `None` before the first.
///
/// # Errors
/// [`AssessmentError`]
pub async fn at(tx: &mut Tx, code: &str, unit: &str, at: i64) -> Result<Option<VerdictRow>, AssessmentError> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::AT).bind(code).bind(unit).bind(at).fetch_optional(conn).await?))
}

/// Ends the verdict in force of a procedure in a unit.
///
/// # Errors
/// [`AssessmentError`]
pub async fn close(tx: &mut Tx, code: &str, unit: &str, at: i64) -> Result<(), AssessmentError> {
    on_db!(tx, |conn| sqlx::query(sql::CLOSE).bind(code).bind(unit).bind(at).execute(conn).await.map(|_| ())?);
    Ok(())
}

/// Begins verdicts; those in force before have ended. The same procedure and unit must not come twice.
///
/// # Errors
/// [`AssessmentError`]
pub async fn insert(tx: &mut Tx, new: &[VerdictRow]) -> Result<(), AssessmentError> {
    for part in rows::parts(new) {
        let many = rows::many(tx, sql::INSERT, part.len());
        on_db!(tx, |conn| {
            let mut query = sqlx::query(many.text).persistent(many.keep);
            for row in part {
                query = query
                    .bind(&row.code)
                    .bind(&row.unit_id)
                    .bind(row.valid_from)
                    .bind(&row.level)
                    .bind(&row.points)
                    .bind(row.claimed)
                    .bind(row.verified)
                    .bind(row.dormant)
                    .bind(&row.gap)
                    .bind(&row.flags)
                    .bind(row.next_expiry);
            }
            query.execute(conn).await.map(|_| ())?;
        });
    }
    Ok(())
}

/// Moves the next expiry of the verdict in force.
///
/// # Errors
/// [`AssessmentError`]
pub async fn move_expiry(tx: &mut Tx, code: &str, unit: &str, at: Option<i64>) -> Result<(), AssessmentError> {
    on_db!(tx, |conn| sqlx::query(sql::EXPIRY).bind(code).bind(unit).bind(at).execute(conn).await.map(|_| ())?);
    Ok(())
}

/// Procedures with a claim that has expired since their verdict.
///
/// # Errors
/// [`AssessmentError`]
pub async fn expired(tx: &mut Tx, now: Timestamp) -> Result<Vec<String>, AssessmentError> {
    let rows: Vec<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::EXPIRED).bind(now.as_millisecond()).fetch_all(conn).await?);
    Ok(rows.into_iter().map(|(code,)| code).collect())
}

/// How far the change log has been assessed. The row stays locked until the transaction ends.
///
/// # Errors
/// [`AssessmentError`]
pub async fn position(tx: &mut Tx) -> Result<i64, AssessmentError> {
    let (n,): (i64,) = on_db!(tx, |conn| sqlx::query_as(sql::POSITION).bind("assessed").fetch_one(conn).await?);
    Ok(n)
}

/// Notes how far the change log has been assessed.
///
/// # Errors
/// [`AssessmentError`]
pub async fn set_position(tx: &mut Tx, position: i64) -> Result<(), AssessmentError> {
    on_db!(tx, |conn| sqlx::query(sql::SET_POSITION)
        .bind("assessed")
        .bind(position)
        .execute(conn)
        .await
        .map(|_| ())?);
    Ok(())
}

/// Something changed that no verdict knows of yet.
///
/// # Errors
/// When the database fails.
pub async fn is_behind(tx: &mut Tx, own_kind: &str) -> Result<bool, sqlx::Error> {
    let row: Option<(i64,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::WAITING).bind("assessed").bind(own_kind).fetch_optional(conn).await?);
    Ok(row.is_some())
}

/// Dossiers of the procedures from `first` to `last` since a day, and priors of any age.
///
/// # Errors
/// [`AssessmentError`]
pub async fn volumes(tx: &mut Tx, first: &str, last: &str, since: &str) -> Result<Vec<VolumeRow>, AssessmentError> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::VOLUMES).bind(first).bind(last).bind(since).fetch_all(conn).await?))
}

/// Adds or replaces dossiers of a period.
///
/// # Errors
/// [`AssessmentError`]
pub async fn put_volume(tx: &mut Tx, row: &VolumeRow, now: Timestamp) -> Result<(), AssessmentError> {
    on_db!(tx, |conn| sqlx::query(sql::PUT_VOLUME)
        .bind(&row.code)
        .bind(&row.unit_id)
        .bind(&row.period_from)
        .bind(&row.period_to)
        .bind(&row.kind)
        .bind(row.total)
        .bind(row.online)
        .bind(&row.source)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|_| ())?);
    Ok(())
}

/// Verdicts in force for all units of the procedures that are not retired.
///
/// # Errors
/// [`AssessmentError`]
pub async fn board(tx: &mut Tx) -> Result<Vec<BoardRow>, AssessmentError> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::BOARD).fetch_all(conn).await?))
}

/// Dossiers by procedure since a day, and the newest prior.
///
/// # Errors
/// [`AssessmentError`]
pub async fn volume_sums(tx: &mut Tx, since: &str) -> Result<Vec<VolumeSum>, AssessmentError> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::VOLUME_SUMS).bind(since).fetch_all(conn).await?))
}
