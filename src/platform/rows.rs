//! One statement for many rows, made of the text for one.

/// Rows that one statement takes at most: SQLite takes 32,766 values, PostgreSQL 65,535.
pub const MOST: usize = 500;

/// The statement for one row as a statement for several.
///
/// The list of places after the first `VALUES` is repeated with numbers that count on; the statement must have no
/// other places.
#[must_use]
pub fn insert_of(one: &str, rows: usize) -> String {
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
                out.push('$');
                out.push_str(&number.to_string());
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
        assert_eq!(insert_of(one, 1), one);
        let two = "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT (a) DO UPDATE SET b = excluded.b";
        assert_eq!(insert_of(one, 2), two);
    }

    #[test]
    fn places_may_say_their_type() {
        let one = "WITH w (a, b) AS (VALUES (CAST($1 AS BIGINT), CAST($2 AS TEXT))) SELECT 1 FROM w";
        assert_eq!(insert_of(one, 1), one);
        let two = "WITH w (a, b) AS (VALUES (CAST($1 AS BIGINT), CAST($2 AS TEXT)), (CAST($3 AS BIGINT), CAST($4 AS TEXT))) SELECT 1 FROM w";
        assert_eq!(insert_of(one, 2), two);
    }
}
