//! Takes answers in: each figure is compared with the one in force, and only a difference adds a row.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::model::{Context, Department, Endpoint, Figure};
use super::period::Period;
use super::read::{self, Read, ReadError};
use super::store::{self, Place};
use super::{check, directory, rule_store};
use crate::catalog::payload::pack;
use crate::catalog::store::{self as catalog, StoreError};
use crate::platform::db::{Db, Tx};
use crate::platform::hash::sha256;

/// What one answer brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Figures in the answer.
    pub figures: Vec<Figure>,
    /// Figures that were added: new ones, and those that take over from an earlier value.
    pub new: u64,
    /// Of these, how many took over from an earlier value, which is kept.
    pub corrected: u64,
    /// Figures that say what is in force already.
    pub unchanged: u64,
    /// Departments named in the answer.
    pub departments: Vec<Department>,
    /// Procedures named in the answer.
    pub formalities: u64,
    /// Pages in all, where the answer says so.
    pub pages: Option<u32>,
    /// What is odd.
    pub warnings: Vec<String>,
    /// SHA-256 of the answer.
    pub raw_sha256: String,
}

/// Why an answer was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// It is no report.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for TakeError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Takes one answer in: the raw bytes, the names, the figures. The same answer again changes no figure.
///
/// `source` names who delivered it, `context` what was asked, `now` when it came.
///
/// # Errors
/// [`TakeError`]; nothing is kept of an answer that is no report.
pub async fn take(
    db: &Db,
    source: &str,
    endpoint: Endpoint,
    context: &Context,
    payload: &[u8],
    now: Timestamp,
) -> Result<Taken, TakeError> {
    let mut tx = db.read().await?;
    let rules = rule_store::rules(&mut tx, context.period.last()).await?;
    drop(tx);
    let mut read = read::read(endpoint, context, payload, &rules)?;
    let raw_sha256 = sha256(payload);
    let packed = pack(payload);
    let place = Place { source, endpoint, context, raw_sha256: &raw_sha256, now };
    let mut tx = db.write().await?;
    catalog::keep_payload(&mut tx, &raw_sha256, &packed, payload.len()).await?;
    store::note_read(&mut tx, place).await?;
    keep_names(&mut tx, &mut read, now).await?;
    let current = check::of_period(&read.figures, context.period);
    read.warnings.extend(check::odd_sums(endpoint, &current, &rules));
    let mut taken = Taken {
        departments: read.departments,
        formalities: read.formalities.len() as u64,
        pages: read.pages,
        warnings: read.warnings,
        raw_sha256: raw_sha256.clone(),
        ..Taken::default()
    };
    keep_figures(&mut tx, place, &read.figures, &mut taken).await?;
    tx.commit().await?;
    taken.figures = read.figures;
    Ok(taken)
}

/// Keeps departments and procedures; figures get the department's id and code where the row had only one of them.
async fn keep_names(tx: &mut Tx, read: &mut Read, now: Timestamp) -> Result<(), TakeError> {
    for department in &mut read.departments {
        if department.id == department.code
            && let Some(id) = directory::id_by_code(tx, &department.code).await?
        {
            for figure in read.figures.iter_mut().filter(|f| f.department_id == department.code) {
                figure.department_id.clone_from(&id);
            }
            department.id = id;
        }
        let known = directory::department(tx, &department.id).await?;
        if let Some(known) = known.filter(|k| k.id == department.id) {
            if !known.name.is_empty() && !department.name.is_empty() && known.name != department.name {
                let who = [&department.code, &department.id].into_iter().find(|w| !w.is_empty());
                read.warnings.push(format!(
                    "{}: đổi tên từ {} thành {}",
                    who.map_or("", String::as_str),
                    known.name,
                    department.name
                ));
            }
            if department.code.is_empty() {
                department.code = known.code;
            }
        }
        for figure in read.figures.iter_mut().filter(|f| f.department_id == department.id) {
            figure.department_code.clone_from(&department.code);
        }
        directory::put_department(tx, department, now).await?;
    }
    for formality in &read.formalities {
        directory::put_formality(tx, formality, now).await?;
    }
    Ok(())
}

async fn keep_figures(tx: &mut Tx, place: Place<'_>, figures: &[Figure], taken: &mut Taken) -> Result<(), TakeError> {
    let mut groups: BTreeMap<(String, String), Vec<&Figure>> = BTreeMap::new();
    for figure in figures {
        groups.entry((figure.department_id.clone(), figure.period.word())).or_default().push(figure);
    }
    for ((department_id, _), figures) in groups {
        let Some(period) = figures.first().map(|f| f.period) else { continue };
        let in_force = revisions_in_force(tx, place, period, &department_id).await?;
        for figure in figures {
            let before = in_force.get(&figure.code);
            if before.is_some_and(|row| row.says(figure)) {
                taken.unchanged += 1;
                continue;
            }
            store::insert(tx, place, figure, before.map(|row| row.revision)).await?;
            taken.new += 1;
            taken.corrected += u64::from(before.is_some());
        }
    }
    Ok(())
}

async fn revisions_in_force(
    tx: &mut Tx,
    place: Place<'_>,
    period: Period,
    department_id: &str,
) -> Result<HashMap<String, store::FigureRow>, TakeError> {
    let rows = store::in_force(tx, place, period, department_id).await?;
    Ok(rows.into_iter().map(|row| (row.code.clone(), row)).collect())
}
