//! Ninety days of a service: a bar that says each day by its shape, its words, and a table behind it.

use askama::Template;

use crate::web::format::{date_vi, number_vi, percent_vi};

/// How a service stands, or stood on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Health {
    /// It answers.
    Available,
    /// It answers at times.
    Degraded,
    /// It does not answer.
    Down,
    /// It stands still as announced.
    Maintenance,
    /// Nobody knows.
    Unknown,
}

impl Health {
    /// Every state, in the order of the legend.
    pub const ALL: [Self; 5] = [Self::Available, Self::Degraded, Self::Down, Self::Maintenance, Self::Unknown];

    /// Class in the style sheet.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Available => "up",
            Self::Degraded => "part",
            Self::Down => "down",
            Self::Maintenance => "planned",
            Self::Unknown => "nodata",
        }
    }

    /// Shape beside the word.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Available => "●",
            Self::Degraded => "◐",
            Self::Down => "○",
            Self::Maintenance => "◔",
            Self::Unknown => "?",
        }
    }

    /// In Vietnamese.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Available => "đang hoạt động",
            Self::Degraded => "chập chờn",
            Self::Down => "gián đoạn",
            Self::Maintenance => "đang bảo trì",
            Self::Unknown => "chưa rõ",
        }
    }

    /// What a whole day was, in Vietnamese.
    #[must_use]
    pub fn day_word(self) -> &'static str {
        match self {
            Self::Available => "hoạt động",
            Self::Degraded => "chập chờn",
            Self::Down => "gián đoạn",
            Self::Maintenance => "bảo trì",
            Self::Unknown => "không có số liệu",
        }
    }

    /// The outline of a day in a column 3 wide and 34 high: states differ by shape, not only by colour.
    fn outline(self) -> &'static str {
        match self {
            Self::Available => "h3v34h-3z",
            Self::Degraded => "m0 14h3v20h-3z",
            Self::Down => "h3v12h-3zm0 22h3v12h-3z",
            Self::Maintenance => "m0 12h3v10h-3z",
            Self::Unknown => "m0 31h3v3h-3z",
        }
    }
}

/// A day of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// When it begins in Vietnam, epoch milliseconds.
    pub at: i64,
    /// What it was.
    pub health: Health,
    /// Values that were good.
    pub good: i64,
    /// Values that count.
    pub total: i64,
}

/// The bar with what stands behind it.
#[derive(Debug, Clone, Template)]
#[template(path = "bar.html")]
pub struct Bar {
    name: String,
    cells: Vec<Cell>,
    width: usize,
    label: String,
    first: String,
    last: String,
    uptime: String,
    rows: Vec<BarRow>,
    policy: Vec<String>,
}

/// A day in the drawing.
#[derive(Debug, Clone)]
struct Cell {
    class: &'static str,
    outline: String,
    title: String,
}

/// A day in the table, or several that were the same.
#[derive(Debug, Clone)]
struct BarRow {
    days: String,
    class: &'static str,
    symbol: &'static str,
    word: &'static str,
    share: String,
    values: String,
}

impl Bar {
    /// Draws days in order. `uptime` says what they came to, `policy` how it was counted.
    #[must_use]
    pub fn of(name: &str, days: &[Day], uptime: String, policy: Vec<String>) -> Self {
        Self {
            name: name.to_owned(),
            cells: days.iter().enumerate().map(|(at, day)| cell(at, day)).collect(),
            width: (days.len() * 4).saturating_sub(1).max(1),
            label: label(days),
            first: days.first().map(|day| date_vi(day.at)).unwrap_or_default(),
            last: days.last().map(|day| date_vi(day.at)).unwrap_or_default(),
            uptime,
            rows: rows(days),
            policy,
        }
    }
}

fn cell(at: usize, day: &Day) -> Cell {
    let values = match share(day.good, day.total) {
        Some(share) => format!(", {share}"),
        None => String::new(),
    };
    Cell {
        class: day.health.class(),
        outline: format!("M{} 0{}", at * 4, day.health.outline()),
        title: format!("{}: {}{values}", date_vi(day.at), day.health.day_word()),
    }
}

/// "99,95 % (1.439/1.440 lần đo tốt)"; `None` when nothing counts.
fn share(good: i64, total: i64) -> Option<String> {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    let share = (total > 0).then(|| good as f64 / total as f64)?;
    Some(format!("{} ({}/{} lần đo tốt)", percent_vi(share), number_vi(good), number_vi(total)))
}

/// The bar in a sentence.
fn label(days: &[Day]) -> String {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return "Chưa có ngày nào.".to_owned() };
    let count = |health: Health| days.iter().filter(|day| day.health == health).count();
    let parts: Vec<String> = Health::ALL
        .into_iter()
        .filter(|health| count(*health) > 0)
        .map(|health| format!("{} ngày {}", count(health), health.day_word()))
        .collect();
    format!("{} ngày, từ {} đến {}: {}.", days.len(), date_vi(first.at), date_vi(last.at), parts.join(", "))
}

/// Newest first; days in a row that were well, or of which nothing is known, stand together.
fn rows(days: &[Day]) -> Vec<BarRow> {
    let alike = |a: &Day, b: &Day| a.health == b.health && matches!(a.health, Health::Available | Health::Unknown);
    let row = |group: &[Day]| {
        let (first, last) = (group.first()?, group.last()?);
        let sum = |of: fn(&Day) -> i64| group.iter().map(of).sum::<i64>();
        let (good, total) = (sum(|day| day.good), sum(|day| day.total));
        let until = if group.len() > 1 { format!(" – {}", date_vi(last.at)) } else { String::new() };
        Some(BarRow {
            days: format!("{}{until}", date_vi(first.at)),
            class: first.health.class(),
            symbol: first.health.symbol(),
            word: first.health.day_word(),
            share: share(good, total).map_or_else(|| "–".to_owned(), |text| text.split(" (").take(1).collect()),
            values: if total > 0 { format!("{}/{}", number_vi(good), number_vi(total)) } else { "0".to_owned() },
        })
    };
    days.chunk_by(alike).rev().filter_map(row).collect()
}

/// What a shape in the bar means.
#[derive(Debug, Clone)]
pub struct Legend {
    /// Class in the style sheet.
    pub class: &'static str,
    /// Its outline.
    pub outline: String,
    /// Its word.
    pub word: &'static str,
}

/// Every shape with its word.
#[must_use]
pub fn legend() -> Vec<Legend> {
    Health::ALL
        .into_iter()
        .map(|health| Legend {
            class: health.class(),
            outline: format!("M0 0{}", health.outline()),
            word: health.day_word(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    fn day(n: i64, health: Health, good: i64, total: i64) -> Day {
        Day { at: 1_784_307_600_000 + n * DAY, health, good, total }
    }

    #[test]
    fn days_that_were_well_stand_in_one_row_and_the_others_each_alone() {
        let days = [
            day(0, Health::Unknown, 0, 0),
            day(1, Health::Available, 10, 10),
            day(2, Health::Available, 10, 10),
            day(3, Health::Down, 2, 10),
            day(4, Health::Down, 3, 10),
        ];
        let bar = Bar::of("Cổng", &days, "80 %".to_owned(), Vec::new());
        let rows: Vec<(&str, &str)> = bar.rows.iter().map(|row| (row.days.as_str(), row.share.as_str())).collect();
        let expected =
            [("22/07/2026", "30 %"), ("21/07/2026", "20 %"), ("19/07/2026 – 20/07/2026", "100 %"), ("18/07/2026", "–")];
        assert_eq!(rows, expected);
        assert_eq!(
            bar.label,
            "5 ngày, từ 18/07/2026 đến 22/07/2026: 2 ngày hoạt động, 2 ngày gián đoạn, 1 ngày không có số liệu."
        );
        assert_eq!(bar.width, 19);
    }

    #[test]
    fn every_state_has_a_shape_of_its_own() {
        let mut outlines: Vec<String> = legend().into_iter().map(|one| one.outline).collect();
        outlines.sort();
        outlines.dedup();
        assert_eq!(outlines.len(), Health::ALL.len());
    }
}
