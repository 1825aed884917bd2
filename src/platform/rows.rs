//! One statement for many rows, made of the text for one.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use sqlx::AssertSqlSafe;

use super::db::Tx;

/// Numbers of rows that statements are made for: few, so that a database prepares each text once and meets it again.
/// SQLite takes 32,766 values in one statement, PostgreSQL 65,535: a row may have 100.
const SIZES: [usize; 5] = [256, 64, 16, 4, 1];

/// Texts by the text for one row, the number of rows, and whether they are for SQLite.
type Made = HashMap<(&'static str, usize, bool), Arc<str>>;

/// Texts that were made already.
static MADE: LazyLock<Mutex<Made>> = LazyLock::new(Mutex::default);

/// A statement for several rows.
pub struct Many {
    /// Its text.
    pub text: AssertSqlSafe<Arc<str>>,
    /// Whether it is worth to be kept prepared: inside the program it is, on a server it would take memory of each
    /// connection.
    pub keep: bool,
}

/// Cuts rows into parts that each go into one statement.
pub fn parts<T>(mut all: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= all.len())?;
        let (part, rest) = all.split_at(size);
        all = rest;
        Some(part)
    })
}

/// The statement for one row as a statement for several, for the database of a transaction.
///
/// The list of places after the first `VALUES` is repeated; the statement must have no other places, and each once, in
/// order. SQLite gets places without numbers: it looks up each numbered one among all the others.
#[must_use]
pub fn many(tx: &Tx, one: &'static str, rows: usize) -> Many {
    let keep = matches!(tx, Tx::Sqlite(_));
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let text = made.entry((one, rows, keep)).or_insert_with(|| repeated(one, rows, !keep).into());
    Many { text: AssertSqlSafe(Arc::clone(text)), keep }
}

fn repeated(one: &str, rows: usize, numbered: bool) -> String {
    let Some((head, rest)) = one.split_once("VALUES (") else { return one.to_owned() };
    let Some((places, tail)) = closing(rest).map(|at| (&rest[..at], &rest[at + 1..])) else { return one.to_owned() };
    let parts: Vec<&str> =
        places.split('$').map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit())).collect();
    let mut out = String::with_capacity(one.len() + rows * (places.len() + 3 * parts.len()));
    out.push_str(head);
    out.push_str("VALUES ");
    let mut number = 0usize;
    for row in 0..rows {
        out.push_str(if row == 0 { "(" } else { ", (" });
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                number += 1;
                out.push(if numbered { '$' } else { '?' });
                if numbered {
                    out.push_str(&number.to_string());
                }
            }
            out.push_str(part);
        }
        out.push(')');
    }
    out.push_str(tail);
    out
}

/// Where the parenthesis ends that was opened before a text.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1u32;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => open += 1,
            b')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_of_one_row_are_repeated_and_the_rest_stays() {
        let one = "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a) DO UPDATE SET b = excluded.b";
        assert_eq!(repeated(one, 1, true), one);
        let two = "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT (a) DO UPDATE SET b = excluded.b";
        assert_eq!(repeated(one, 2, true), two);
        let bare = "INSERT INTO t (a, b) VALUES (?, ?), (?, ?) ON CONFLICT (a) DO UPDATE SET b = excluded.b";
        assert_eq!(repeated(one, 2, false), bare);
    }

    #[test]
    fn places_may_say_their_type() {
        let one = "WITH w (a, b) AS (VALUES (CAST($1 AS BIGINT), CAST($2 AS TEXT))) SELECT 1 FROM w";
        assert_eq!(repeated(one, 1, true), one);
        let two = "WITH w (a, b) AS (VALUES (CAST($1 AS BIGINT), CAST($2 AS TEXT)), \
                   (CAST($3 AS BIGINT), CAST($4 AS TEXT))) SELECT 1 FROM w";
        assert_eq!(repeated(one, 2, true), two);
    }

    #[test]
    fn all_rows_are_in_one_part_each() {
        for count in [0, 1, 3, 4, 255, 256, 600] {
            let all: Vec<usize> = (0..count).collect();
            let cut: Vec<usize> = parts(&all).flatten().copied().collect();
            assert_eq!(cut, all);
            assert!(parts(&all).all(|part| SIZES.contains(&part.len())));
        }
    }
}
