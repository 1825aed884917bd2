//! One insert for many rows, made of the text that inserts one.

/// Rows that one statement writes at most: SQLite takes 32,766 values, PostgreSQL 65,535.
pub const MOST: usize = 500;

/// The insert of one row as an insert of several: its list of places is repeated with numbers that count on.
pub fn insert_of(one: &str, rows: usize) -> String {
    let parts = one.split_once("VALUES (").and_then(|(head, rest)| Some((head, rest.split_once(')')?)));
    let Some((head, (places, tail))) = parts else { return one.to_owned() };
    let columns = places.matches('$').count();
    let row = |row: usize| {
        let numbers: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", numbers.join(", "))
    };
    let all: Vec<String> = (0..rows).map(row).collect();
    format!("{head}VALUES {}{tail}", all.join(", "))
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
}
