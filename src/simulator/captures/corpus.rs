//! Captures in one corpus file: list items from `list`, details from `detail` where it came from the API.

use std::borrow::Cow;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::load::{LoadError, each_line};
use super::made_up;
use super::model::{Captures, Detail, Item};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    list: Option<&'a RawValue>,
    #[serde(borrow, default)]
    detail_kind: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    detail: Option<&'a RawValue>,
}

/// Loads a corpus file. Reports and provinces, which it lacks, are constructed.
///
/// # Errors
/// [`LoadError`] when the file cannot be opened or holds no list item.
pub fn load(path: &Path) -> Result<Captures, LoadError> {
    let mut captures = Captures::default();
    let mut items = Vec::new();
    let details = &mut captures.details;
    let odd = each_line(path, |text| {
        let line: Line = serde_json::from_str(text).map_err(|e| e.to_string())?;
        if let Some(list) = line.list {
            items.push(Item::read(list.get()).map_err(|e| e.to_string())?);
        }
        if let (Some(id), Some("api"), Some(detail)) = (line.id, line.detail_kind.as_deref(), line.detail) {
            details.insert(id.into_owned(), Detail::Data(detail.get().into()));
        }
        Ok(())
    })?;
    if items.is_empty() {
        return Err(LoadError::Empty(path.to_owned()));
    }
    // The corpus is ordered by code, the portal's list by identifier, newest first.
    items.sort_by(|a, b| b.id.cmp(&a.id));
    for item in items {
        captures.add_item(item);
    }
    captures.missing = odd;
    captures.missing.push("provinces, reports and the former portal are not in a corpus file".to_owned());
    captures.reporting.departments = made_up::departments();
    Ok(captures)
}
