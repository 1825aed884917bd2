//! Files on initiatives: who puts them there, who gets them, who takes them away.

use jiff::Timestamp;
use serde_json::json;

use super::error::{InitiativeError, inside, load};
use crate::account::audit;
use crate::account::model::{Actor, Role};
use crate::initiative::file::{Checked, MAX_FILES, check};
use crate::initiative::store::file::{self, FileRow};
use crate::initiative::store::initiative::{self, Initiative};
use crate::initiative::workflow::rule::NotTheirs;
use crate::platform::db::{Db, Tx};
use crate::platform::files::Files;
use crate::platform::word;

/// A file that somebody sends.
#[derive(Debug, Clone, Default)]
pub struct New {
    /// Its name, as it was sent.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Everybody may have it while everybody may see the initiative.
    pub public: bool,
}

/// Whether somebody may put files on an initiative: whose it is, who has a part in it, and who appraises or decides on it.
#[must_use]
pub fn may_add(item: &Initiative, actor: &Actor, acts: bool) -> bool {
    acts || item.held.iter().any(|held| held.user_id == actor.id.as_str())
        || (item.submitted_at.is_some() && actor.has_any(&[Role::Appraiser, Role::Approver]))
}

/// Files that a reader may know of. Outsiders get what is public, while the initiative is.
#[must_use]
pub fn visible(files: Vec<FileRow>, item: &Initiative, reader: Option<(&Actor, bool)>) -> Vec<FileRow> {
    if reader.is_some_and(|(actor, acts)| inside(item, actor, acts)) {
        return files;
    }
    let open = |file: &FileRow| item.is_public && file.is_public != 0 && file.withdrawn_at.is_none();
    files.into_iter().filter(open).collect()
}

/// Files of an initiative that a reader may know of.
///
/// # Errors
/// [`InitiativeError::Missing`] when there is no such initiative for them.
pub async fn list(tx: &mut Tx, reader: Option<&Actor>, id: &str) -> Result<Vec<FileRow>, InitiativeError> {
    let (item, acts) = match reader {
        Some(actor) => load(tx, actor, id).await?,
        None if id.contains('\0') => return Err(InitiativeError::Missing),
        None => {
            let item = initiative::find(tx, id).await?.filter(|item| item.is_public);
            (item.ok_or(InitiativeError::Missing)?, false)
        }
    };
    let files = file::of(tx, &item.id).await?;
    Ok(visible(files, &item, reader.map(|actor| (actor, acts))))
}

/// An initiative that somebody may put a file on.
async fn open(tx: &mut Tx, actor: &Actor, id: &str, public: bool) -> Result<Initiative, InitiativeError> {
    let (item, acts) = load(tx, actor, id).await?;
    if !may_add(&item, actor, acts) {
        return Err(NotTheirs::Organisation.into());
    }
    if public && !acts {
        let message = "is decided by the organisation whose initiative it is: leave it out";
        let vietnamese = "chỉ cơ quan của sáng kiến được công khai tệp: bỏ chọn rồi gửi lại";
        return Err(InitiativeError::field("public", message, vietnamese));
    }
    Ok(item)
}

/// Puts a file on an initiative. The bytes are on disk before the row is there.
///
/// # Errors
/// [`InitiativeError`]; nothing is noted then.
pub async fn add(
    db: &Db,
    files: &Files,
    actor: &Actor,
    id: &str,
    (new, most): (New, usize),
    now: Timestamp,
) -> Result<FileRow, InitiativeError> {
    // Who may not add one makes no file.
    open(&mut db.read().await?, actor, id, new.public).await?;
    let Checked { name, kind } =
        check(&new.name, &new.bytes, most).map_err(|error| InitiativeError::Invalid(vec![error]))?;
    let size = i64::try_from(new.bytes.len()).unwrap_or(i64::MAX);
    let sha256 = files.put(new.bytes).await?;
    let mut tx = db.write().await?;
    let item = open(&mut tx, actor, id, new.public).await?;
    let known = file::of(&mut tx, &item.id).await?;
    if known.len() >= MAX_FILES {
        return Err(InitiativeError::field("file", "is one more than 100", "sáng kiến đã có 100 tệp"));
    }
    if known.iter().any(|file| file.sha256 == sha256 && file.withdrawn_at.is_none()) {
        return Err(InitiativeError::field("file", "is there already", "tệp này đã có ở sáng kiến"));
    }
    let row = FileRow {
        id: uuid::Uuid::now_v7().to_string(),
        name,
        kind: word::of(&kind),
        size,
        sha256,
        is_public: i64::from(new.public),
        added_by: actor.id.as_str().to_owned(),
        added_name: actor.name.clone(),
        added_at: now.as_millisecond(),
        withdrawn_name: None,
        withdrawn_at: None,
    };
    file::insert(&mut tx, &item.id, &row).await?;
    let detail = json!({ "file": row.id, "name": row.name, "kind": kind, "size": row.size, "sha256": row.sha256,
                         "public": new.public });
    audit::record(&mut tx, actor, "file_added", &item.number, &detail, now).await?;
    tx.commit().await?;
    Ok(row)
}

/// Takes a file away: whoever added it, and those whose initiative it is. The row stays and says who did and when.
///
/// # Errors
/// [`InitiativeError`]
pub async fn withdraw(db: &Db, actor: &Actor, id: &str, file_id: &str, now: Timestamp) -> Result<(), InitiativeError> {
    let mut tx = db.write().await?;
    let (item, acts) = load(&mut tx, actor, id).await?;
    let files = visible(file::of(&mut tx, &item.id).await?, &item, Some((actor, acts)));
    let row = files.into_iter().find(|file| file.id == file_id).ok_or(InitiativeError::Missing)?;
    if !acts && row.added_by != actor.id.as_str() {
        return Err(NotTheirs::Organisation.into());
    }
    if !file::withdraw(&mut tx, &item.id, file_id, (actor.id.as_str(), &actor.name), now).await? {
        return Err(InitiativeError::Conflict);
    }
    let detail = json!({ "file": row.id, "name": row.name, "sha256": row.sha256 });
    audit::record(&mut tx, actor, "file_withdrawn", &item.number, &detail, now).await?;
    Ok(tx.commit().await?)
}

/// A file with its bytes, for a reader who may have it; one that was withdrawn is handed out to nobody.
///
/// # Errors
/// [`InitiativeError::Missing`]
pub async fn fetch(
    db: &Db,
    files: &Files,
    reader: Option<&Actor>,
    id: &str,
    file_id: &str,
) -> Result<(FileRow, Vec<u8>), InitiativeError> {
    let known = list(&mut db.read().await?, reader, id).await?;
    let row = known.into_iter().find(|file| file.id == file_id && file.withdrawn_at.is_none());
    let row = row.ok_or(InitiativeError::Missing)?;
    let bytes = files.get(&row.sha256).await?;
    Ok((row, bytes))
}
