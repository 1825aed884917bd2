//! SQL of initiatives and their measures.

use jiff::Timestamp;

use crate::initiative::model::{Duty, Objective, Place, Track};
use crate::initiative::record::{Measure, Record};
use crate::initiative::workflow::rule::Held;
use crate::on_db;
use crate::platform::db::Tx;
use crate::platform::{changes, word};

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Adds an initiative.
    pub const INSERT: &str = "
        INSERT INTO initiatives (id, number, track, workflow_version, title, organisation_id, proposer_id, proposer_name,
                                 state, is_public, is_open, document, flag_id, adopted_from, created_at, submitted_at,
                                 changed_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 1, $10, $11, $12, $13, NULL, $13, 1)";
    /// One initiative.
    pub const FIND: &str = "
        SELECT id, number, track, workflow_version, title, organisation_id, proposer_id, proposer_name, state, is_public,
               document, flag_id, adopted_from, created_at, submitted_at, changed_at, version,
               (SELECT a.number FROM initiatives a WHERE a.id = initiatives.adopted_from) AS adopted_number
        FROM initiatives WHERE id = $1 OR number = $1";
    /// The open initiative of an organisation that came from a flag.
    pub const FROM_FLAG: &str = "
        SELECT id FROM initiatives WHERE flag_id = $1 AND is_open = 1 AND COALESCE(organisation_id, '') = $2
        ORDER BY number LIMIT 1";
    /// Changes an initiative, if nobody was faster.
    pub const UPDATE: &str = "
        UPDATE initiatives SET title = $3, state = $4, is_public = $5, is_open = $6, document = $7, submitted_at = $8,
               changed_at = $9, version = version + 1
        WHERE id = $1 AND version = $2";
    /// Forgets its objectives.
    pub const DELETE_OBJECTIVES: &str = "DELETE FROM initiative_objectives WHERE initiative_id = $1";
    /// Adds an objective.
    pub const INSERT_OBJECTIVE: &str = "
        INSERT INTO initiative_objectives (initiative_id, objective) VALUES ($1, $2)";
    /// Its measures in order.
    pub const MEASURES: &str = "
        SELECT id, initiative_id, position, state, since, due_at, provisional, document
        FROM measures WHERE initiative_id = $1 ORDER BY position LIMIT 1000";
    /// Adds a measure.
    pub const INSERT_MEASURE: &str = "
        INSERT INTO measures (id, initiative_id, position, state, since, due_at, provisional, document)
        VALUES ($1, $2, $3, $4, $5, NULL, 0, $6)";
    /// Changes a measure; who holds the initiative's version holds it.
    pub const UPDATE_MEASURE: &str = "
        UPDATE measures SET state = $2, since = $3, due_at = $4, provisional = $5, document = $6 WHERE id = $1";
    /// Takes a measure away.
    pub const DELETE_MEASURE: &str = "DELETE FROM measures WHERE id = $1";
    /// Takes the legal acts of a measure away.
    pub const DELETE_ACTS: &str = "DELETE FROM measure_acts WHERE measure_id = $1";
    /// Forgets the procedures of a measure.
    pub const DELETE_PROCEDURES: &str = "DELETE FROM measure_procedures WHERE measure_id = $1";
    /// Notes a procedure of a measure.
    pub const INSERT_PROCEDURE: &str = "INSERT INTO measure_procedures (measure_id, code) VALUES ($1, $2)";
    /// Who has which part in it.
    pub const DUTIES: &str = "
        SELECT d.duty, d.user_id, u.organisation_id FROM initiative_duties d JOIN users u ON u.id = d.user_id
        WHERE d.initiative_id = $1 ORDER BY d.duty, d.user_id LIMIT 10000";
    /// Notes somebody's part.
    pub const INSERT_DUTY: &str = "
        INSERT INTO initiative_duties (initiative_id, duty, user_id) VALUES ($1, $2, $3)
        ON CONFLICT (initiative_id, duty, user_id) DO NOTHING";
}

/// An initiative as it is stored.
#[derive(Debug, Clone)]
pub struct Initiative {
    /// Identifier (UUIDv7).
    pub id: String,
    /// Public number, such as `SK-2026-0001`.
    pub number: String,
    /// The law it follows.
    pub track: Track,
    /// Version of its workflow.
    pub workflow_version: i64,
    /// One line.
    pub title: String,
    /// Whose it is; `None` for one of the whole installation.
    pub organisation_id: Option<String>,
    /// Who began it.
    pub proposer_id: String,
    /// What they were called then.
    pub proposer_name: String,
    /// Where it stands, derived from its measures.
    pub state: String,
    /// Whether everybody may see it.
    pub is_public: bool,
    /// What it says.
    pub record: Record,
    /// The flag it came from.
    pub flag_id: Option<String>,
    /// The initiative it was adopted from.
    pub adopted_from: Option<String>,
    /// The public number of that one.
    pub adopted_number: Option<String>,
    /// Epoch milliseconds.
    pub created_at: i64,
    /// When it was last submitted, epoch milliseconds.
    pub submitted_at: Option<i64>,
    /// Epoch milliseconds.
    pub changed_at: i64,
    /// Counts changes.
    pub version: i64,
    /// Its measures in order.
    pub measures: Vec<Stored>,
    /// Who has which part in it.
    pub held: Vec<Held>,
}

/// A measure as it is stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Identifier (UUIDv7).
    pub id: String,
    /// From 1.
    pub position: i64,
    /// Where it stands.
    pub state: String,
    /// Since when, epoch milliseconds.
    pub since: i64,
    /// By when the state is to be left, epoch milliseconds.
    pub due_at: Option<i64>,
    /// Counted with days off that are not announced yet.
    pub provisional: bool,
    /// What it does.
    pub measure: Measure,
}

impl Stored {
    /// Who can put it into force.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.measure.place
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub id: String,
    number: String,
    track: String,
    workflow_version: i64,
    title: String,
    organisation_id: Option<String>,
    proposer_id: String,
    proposer_name: String,
    state: String,
    is_public: i64,
    document: String,
    flag_id: Option<String>,
    adopted_from: Option<String>,
    adopted_number: Option<String>,
    created_at: i64,
    submitted_at: Option<i64>,
    changed_at: i64,
    version: i64,
}

#[derive(sqlx::FromRow)]
pub(super) struct MeasureRow {
    id: String,
    position: i64,
    state: String,
    since: i64,
    due_at: Option<i64>,
    provisional: i64,
    document: String,
}

fn unreadable(error: serde_json::Error) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(error))
}

/// One initiative by its id or its number, with measures and duties.
///
/// # Errors
/// When the database fails or a document was changed by hand and cannot be read.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Initiative>, sqlx::Error> {
    let row: Option<Row> = on_db!(&mut *tx, |conn| sqlx::query_as(sql::FIND).bind(id).fetch_optional(conn).await?);
    let Some(row) = row else { return Ok(None) };
    let measures: Vec<MeasureRow> =
        on_db!(&mut *tx, |conn| sqlx::query_as(sql::MEASURES).bind(&row.id).fetch_all(conn).await?);
    let held: Vec<HeldRow> = on_db!(tx, |conn| sqlx::query_as(sql::DUTIES).bind(&row.id).fetch_all(conn).await?);
    assemble(row, measures, held).map(Some)
}

/// An initiative of its rows.
///
/// # Errors
/// When a document was changed by hand and cannot be read.
pub(super) fn assemble(row: Row, measures: Vec<MeasureRow>, held: Vec<HeldRow>) -> Result<Initiative, sqlx::Error> {
    let read = |row: MeasureRow| {
        Ok(Stored {
            measure: serde_json::from_str(&row.document).map_err(unreadable)?,
            id: row.id,
            position: row.position,
            state: row.state,
            since: row.since,
            due_at: row.due_at,
            provisional: row.provisional != 0,
        })
    };
    let track = word::read(&row.track).ok_or_else(|| sqlx::Error::Decode("a track of a newer program".into()))?;
    Ok(Initiative {
        measures: measures.into_iter().map(read).collect::<Result<_, sqlx::Error>>()?,
        held: held.into_iter().filter_map(HeldRow::read).collect(),
        record: serde_json::from_str(&row.document).map_err(unreadable)?,
        id: row.id,
        number: row.number,
        track,
        workflow_version: row.workflow_version,
        title: row.title,
        organisation_id: row.organisation_id,
        proposer_id: row.proposer_id,
        proposer_name: row.proposer_name,
        state: row.state,
        is_public: row.is_public != 0,
        flag_id: row.flag_id,
        adopted_from: row.adopted_from,
        adopted_number: row.adopted_number,
        created_at: row.created_at,
        submitted_at: row.submitted_at,
        changed_at: row.changed_at,
        version: row.version,
    })
}

/// Who has which part.
#[derive(sqlx::FromRow)]
pub(super) struct HeldRow {
    duty: String,
    user_id: String,
    organisation_id: Option<String>,
}

impl HeldRow {
    fn read(self) -> Option<Held> {
        Some(Held { duty: word::read(&self.duty)?, user_id: self.user_id, organisation_id: self.organisation_id })
    }
}

/// The open initiative of an organisation that came from a flag, by its id.
///
/// # Errors
/// When the database fails.
pub async fn from_flag(tx: &mut Tx, flag: &str, organisation: Option<&str>) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(String,)> = on_db!(tx, |conn| sqlx::query_as(sql::FROM_FLAG)
        .bind(flag)
        .bind(organisation.unwrap_or_default())
        .fetch_optional(conn)
        .await?);
    Ok(row.map(|(id,)| id))
}

/// The next public number of a year.
///
/// # Errors
/// When the database fails.
pub async fn next_number(tx: &mut Tx, year: i16) -> Result<String, sqlx::Error> {
    let (n,): (i64,) =
        on_db!(tx, |conn| sqlx::query_as(changes::sql::NEXT).bind("initiatives").bind(1i64).fetch_one(conn).await?);
    Ok(format!("SK-{year}-{n:04}"))
}

/// Adds an initiative without measures.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, new: &Initiative) -> Result<(), sqlx::Error> {
    on_db!(&mut *tx, |conn| sqlx::query(sql::INSERT)
        .bind(&new.id)
        .bind(&new.number)
        .bind(new.track.code())
        .bind(new.workflow_version)
        .bind(&new.title)
        .bind(&new.organisation_id)
        .bind(&new.proposer_id)
        .bind(&new.proposer_name)
        .bind(&new.state)
        .bind(serde_json::to_string(&new.record).map_err(unreadable)?)
        .bind(&new.flag_id)
        .bind(&new.adopted_from)
        .bind(new.created_at)
        .execute(conn)
        .await
        .map(|_| ())?);
    objectives(tx, &new.id, &new.record.objectives).await
}

/// Writes an initiative whose version is `new.version`; says whether it still was. `is_open` says that somebody has yet to
/// do something with it.
///
/// # Errors
/// When the database fails.
pub async fn update(tx: &mut Tx, new: &Initiative, is_open: bool) -> Result<bool, sqlx::Error> {
    let done = on_db!(&mut *tx, |conn| sqlx::query(sql::UPDATE)
        .bind(&new.id)
        .bind(new.version)
        .bind(&new.title)
        .bind(&new.state)
        .bind(i64::from(new.is_public))
        .bind(i64::from(is_open))
        .bind(serde_json::to_string(&new.record).map_err(unreadable)?)
        .bind(new.submitted_at)
        .bind(new.changed_at)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1)?);
    if done {
        objectives(tx, &new.id, &new.record.objectives).await?;
    }
    Ok(done)
}

async fn objectives(tx: &mut Tx, id: &str, all: &[Objective]) -> Result<(), sqlx::Error> {
    on_db!(&mut *tx, |conn| sqlx::query(sql::DELETE_OBJECTIVES).bind(id).execute(conn).await.map(|_| ())?);
    for objective in all {
        on_db!(&mut *tx, |conn| sqlx::query(sql::INSERT_OBJECTIVE)
            .bind(id)
            .bind(word::of(objective))
            .execute(conn)
            .await
            .map(|_| ())?);
    }
    Ok(())
}

/// Adds a measure.
///
/// # Errors
/// When the database fails.
pub async fn insert_measure(tx: &mut Tx, initiative_id: &str, new: &Stored) -> Result<(), sqlx::Error> {
    on_db!(&mut *tx, |conn| sqlx::query(sql::INSERT_MEASURE)
        .bind(&new.id)
        .bind(initiative_id)
        .bind(new.position)
        .bind(&new.state)
        .bind(new.since)
        .bind(serde_json::to_string(&new.measure).map_err(unreadable)?)
        .execute(conn)
        .await
        .map(|_| ())?);
    procedures(tx, new).await
}

/// Writes a measure.
///
/// # Errors
/// When the database fails.
pub async fn update_measure(tx: &mut Tx, new: &Stored) -> Result<(), sqlx::Error> {
    on_db!(&mut *tx, |conn| sqlx::query(sql::UPDATE_MEASURE)
        .bind(&new.id)
        .bind(&new.state)
        .bind(new.since)
        .bind(new.due_at)
        .bind(i64::from(new.provisional))
        .bind(serde_json::to_string(&new.measure).map_err(unreadable)?)
        .execute(conn)
        .await
        .map(|_| ())?);
    procedures(tx, new).await
}

async fn procedures(tx: &mut Tx, of: &Stored) -> Result<(), sqlx::Error> {
    on_db!(&mut *tx, |conn| sqlx::query(sql::DELETE_PROCEDURES).bind(&of.id).execute(conn).await.map(|_| ())?);
    for code in of.measure.procedures() {
        on_db!(&mut *tx, |conn| sqlx::query(sql::INSERT_PROCEDURE)
            .bind(&of.id)
            .bind(&code)
            .execute(conn)
            .await
            .map(|_| ())?);
    }
    Ok(())
}

/// Takes a measure of a draft away, with its procedures and legal acts; nothing else hangs on it yet.
///
/// # Errors
/// When the database fails.
pub async fn delete_measure(tx: &mut Tx, id: &str) -> Result<(), sqlx::Error> {
    on_db!(&mut *tx, |conn| sqlx::query(sql::DELETE_ACTS).bind(id).execute(conn).await.map(|_| ())?);
    on_db!(&mut *tx, |conn| sqlx::query(sql::DELETE_PROCEDURES).bind(id).execute(conn).await.map(|_| ())?);
    on_db!(tx, |conn| sqlx::query(sql::DELETE_MEASURE).bind(id).execute(conn).await.map(|_| ()))
}

/// Notes somebody's part in an initiative.
///
/// # Errors
/// When the database fails.
pub async fn hold(tx: &mut Tx, initiative_id: &str, duty: Duty, user_id: &str) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT_DUTY)
        .bind(initiative_id)
        .bind(word::of(&duty))
        .bind(user_id)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// A new initiative of somebody, before it is stored.
#[must_use]
pub fn fresh(track: Track, version: i64, state: &str, title: &str, now: Timestamp) -> Initiative {
    let at = now.as_millisecond();
    Initiative {
        id: uuid::Uuid::now_v7().to_string(),
        number: String::new(),
        track,
        workflow_version: version,
        title: title.to_owned(),
        organisation_id: None,
        proposer_id: String::new(),
        proposer_name: String::new(),
        state: state.to_owned(),
        is_public: false,
        record: Record::default(),
        flag_id: None,
        adopted_from: None,
        adopted_number: None,
        created_at: at,
        submitted_at: None,
        changed_at: at,
        version: 1,
        measures: Vec::new(),
        held: Vec::new(),
    }
}
