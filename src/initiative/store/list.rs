//! SQL of lists of initiatives: the public register, and what waits for somebody.

use super::initiative::Initiative;
use crate::initiative::record::Measure;
use crate::initiative::similar::{Likeness, Traits};
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// A page of the public register, newest number first.
    pub const PUBLIC: &str = "
        SELECT i.number, i.track, i.workflow_version, i.title, o.name AS organisation, i.state, i.submitted_at,
               i.changed_at
        FROM initiatives i LEFT JOIN organisations o ON o.id = i.organisation_id
        WHERE i.is_public = 1 AND ($1 = '' OR i.track = $1) AND ($2 = '' OR i.state = $2)
          AND ($3 = '' OR EXISTS (SELECT 1 FROM measures m JOIN measure_procedures p ON p.measure_id = m.id
                                  WHERE m.initiative_id = i.id AND p.code = $3))
        ORDER BY i.number DESC LIMIT $4 OFFSET $5";
    /// The measures of public initiatives but one, newest number first.
    pub const OTHERS: &str = "
        SELECT i.number, i.title, o.name AS organisation, m.document
        FROM initiatives i JOIN measures m ON m.initiative_id = i.id LEFT JOIN organisations o ON o.id = i.organisation_id
        WHERE i.is_public = 1 AND i.id <> $1 ORDER BY i.number DESC, m.position LIMIT 5000";
    /// Measures of the newest initiatives of the public register.
    pub const PUBLIC_MEASURES: &str = "
        SELECT n.number, m.position, m.state, m.document
        FROM (SELECT i.id, i.number FROM initiatives i
              WHERE i.is_public = 1 AND ($1 = '' OR i.track = $1) AND ($2 = '' OR i.state = $2)
                AND ($3 = '' OR EXISTS (SELECT 1 FROM measures m JOIN measure_procedures p ON p.measure_id = m.id
                                        WHERE m.initiative_id = i.id AND p.code = $3))
              ORDER BY i.number DESC LIMIT $4) n
        JOIN measures m ON m.initiative_id = n.id
        ORDER BY n.number DESC, m.position LIMIT 250000";
}

/// An initiative of the register.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Listed {
    /// Public number.
    pub number: String,
    /// Word of the track.
    pub track: String,
    /// Version of its workflow.
    pub workflow_version: i64,
    /// One line.
    pub title: String,
    /// Whose it is.
    pub organisation: Option<String>,
    /// Word of the state.
    pub state: String,
    /// Epoch milliseconds.
    pub submitted_at: Option<i64>,
    /// Epoch milliseconds.
    pub changed_at: i64,
}

/// Which of the register is asked for; an empty text asks for all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// Word of the track.
    pub track: &'a str,
    /// Word of the state.
    pub state: &'a str,
    /// A procedure it is about.
    pub code: &'a str,
}

/// A page of the public register, newest number first.
///
/// # Errors
/// When the database fails.
pub async fn public(tx: &mut Tx, filter: Filter<'_>, limit: i64, offset: i64) -> Result<Vec<Listed>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::PUBLIC)
        .bind(filter.track)
        .bind(filter.state)
        .bind(filter.code)
        .bind(limit)
        .bind(offset)
        .fetch_all(conn)
        .await?))
}

/// A public initiative that is like another one.
#[derive(Debug, Clone, PartialEq)]
pub struct Similar {
    /// Public number.
    pub number: String,
    /// One line.
    pub title: String,
    /// Whose it is.
    pub organisation: Option<String>,
    /// What both have in common.
    pub likeness: Likeness,
}

/// The public initiatives that are most like one, the most alike first; among the newest 5,000 measures.
///
/// # Errors
/// When the database fails or a document cannot be read.
pub async fn similar(tx: &mut Tx, item: &Initiative, most: usize) -> Result<Vec<Similar>, sqlx::Error> {
    type Row = (String, String, Option<String>, String);
    let rows: Vec<Row> = on_db!(tx, |conn| sqlx::query_as(sql::OTHERS).bind(&item.id).fetch_all(conn).await?);
    let mut others: Vec<(Similar, Traits)> = Vec::new();
    for (number, title, organisation, document) in rows {
        let measure = serde_json::from_str(&document).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        match others.last_mut() {
            Some((last, traits)) if last.number == number => traits.add(&measure),
            _ => {
                let traits = Traits::of(&title, [&measure]);
                others.push((Similar { number, title, organisation, likeness: Likeness::default() }, traits));
            }
        }
    }
    let own = Traits::of(&item.title, item.measures.iter().map(|stored| &stored.measure));
    let scored = others.into_iter().filter_map(|(other, traits)| {
        let likeness = own.likeness(&traits);
        Some((likeness.score()?, Similar { likeness, ..other }))
    });
    let mut scored: Vec<(f64, Similar)> = scored.collect();
    scored.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    Ok(scored.into_iter().take(most).map(|(_, similar)| similar).collect())
}

/// A measure of an initiative of the register.
#[derive(Debug, Clone)]
pub struct ListedMeasure {
    /// Public number of its initiative.
    pub number: String,
    /// From 1.
    pub position: i64,
    /// Word of the state.
    pub state: String,
    /// What it does.
    pub measure: Measure,
}

/// Measures of the newest initiatives of the register, in the order of [`public`].
///
/// # Errors
/// When the database fails or a document was changed by hand and cannot be read.
pub async fn public_measures(tx: &mut Tx, filter: Filter<'_>, limit: i64) -> Result<Vec<ListedMeasure>, sqlx::Error> {
    let rows: Vec<(String, i64, String, String)> = on_db!(tx, |conn| sqlx::query_as(sql::PUBLIC_MEASURES)
        .bind(filter.track)
        .bind(filter.state)
        .bind(filter.code)
        .bind(limit)
        .fetch_all(conn)
        .await?);
    let read = |(number, position, state, document): (String, i64, String, String)| {
        let measure = serde_json::from_str(&document).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        Ok(ListedMeasure { number, position, state, measure })
    };
    rows.into_iter().map(read).collect()
}
