//! The total over months: a line for each stretch that was measured in one way, and the same numbers as a table.

use jiff::ToSpan;
use jiff::civil::Date;

use super::words;
use crate::board::months;
use crate::monitor::index766::decimal::Decimal;
use crate::monitor::index766::directory::DepartmentRow;
use crate::monitor::index766::model::TOTAL;
use crate::monitor::index766::period::Period;
use crate::monitor::index766::scores::{self, Stretch};
use crate::monitor::index766::store::FigureRow;
use crate::platform::db::Tx;
use crate::web::chart::{self, Line};

/// Where the average of the whole country by month stands.
const COUNTRY_BY_MONTH: &str = "monthlyChart.averageScore";
/// The most months of a chart.
const MOST: usize = 36;

/// A chart with the table behind it.
#[derive(Debug, Default)]
pub struct Trend {
    /// What was found.
    pub title: String,
    /// SVG; empty where there is nothing to draw.
    pub chart: String,
    /// Why lines are not joined: the day and the reason.
    pub breaks: Vec<String>,
    /// The newest first: period, total, whether it is the last before a break.
    pub rows: Vec<(String, String, bool)>,
}

/// The total of a department over months, and over years where it is known by them.
///
/// # Errors
/// When the database fails.
pub async fn read(tx: &mut Tx, department: Option<&DepartmentRow>) -> Result<Trend, sqlx::Error> {
    let id = department.map_or("", |department| department.id.as_str());
    let mut by_month = known(scores::over_time(tx, id, TOTAL, "month").await?);
    if department.is_none() && by_month.is_empty() {
        by_month = known(scores::over_time(tx, id, COUNTRY_BY_MONTH, "month").await?);
    }
    let by_year = known(scores::over_time(tx, id, TOTAL, "year").await?);
    Ok(of(&by_month, &by_year))
}

/// A stretch with its values.
#[derive(Debug, PartialEq)]
struct Known {
    begins: Option<(String, String)>,
    values: Vec<(Period, Decimal)>,
}

fn known(stretches: Vec<Stretch>) -> Vec<Known> {
    let value = |row: &FigureRow| {
        let value = row.published().or_else(|| row.value.and_then(Decimal::of_f64))?;
        Some((Period::parse(&row.period)?, value))
    };
    let one = |stretch: Stretch| Known {
        values: stretch.figures.iter().filter_map(value).collect(),
        begins: stretch.begins.map(|begins| (begins.day, begins.reason)),
    };
    stretches.into_iter().map(one).filter(|stretch| !stretch.values.is_empty()).collect()
}

fn of(by_month: &[Known], by_year: &[Known]) -> Trend {
    let title = title(by_month);
    let first = by_month.first().and_then(|stretch| stretch.values.first()).map(|(period, _)| period.first());
    let last = by_month.last().and_then(|stretch| stretch.values.last()).map(|(period, _)| period.first());
    let axis = first.zip(last).map(|(first, last)| axis(first, last)).unwrap_or_default();
    let names: Vec<String> = axis.iter().map(|month| format!("{}/{}", month.month(), month.year())).collect();
    let lines: Vec<Line> = by_month.iter().map(|stretch| line(stretch, &axis)).collect();
    let points: usize = by_month.iter().map(|stretch| stretch.values.len()).sum();
    let mut breaks: Vec<String> = by_month.iter().chain(by_year).filter_map(told).collect();
    breaks.dedup();
    Trend {
        chart: if points > 1 { chart::points(&title, &names, &lines) } else { String::new() },
        title,
        breaks,
        rows: rows(by_month).into_iter().chain(rows(by_year)).collect(),
    }
}

/// Months from the first to the last, also those of which nothing came.
fn axis(first: Date, last: Date) -> Vec<Date> {
    let next = |month: &Date| month.checked_add(1.month()).ok();
    let all: Vec<Date> = std::iter::successors(Some(first), next).take_while(|month| *month <= last).collect();
    all[all.len().saturating_sub(MOST)..].to_vec()
}

fn line(stretch: &Known, axis: &[Date]) -> Line {
    let value = |month: &Date| {
        let found = stretch.values.iter().find(|(period, _)| period.first() == *month);
        found.map(|(_, value)| value.to_f64())
    };
    let ends = |at: Option<&(Period, Decimal)>| at.map(|(period, _)| months::words(*period)).unwrap_or_default();
    let (first, last) = (ends(stretch.values.first()), ends(stretch.values.last()));
    Line {
        name: if first == last { first } else { format!("{first} đến {last}") },
        values: axis.iter().map(value).collect(),
        is_target: false,
    }
}

/// What the newest stretch shows. Nothing is compared across a break.
fn title(by_month: &[Known]) -> String {
    let Some(stretch) = by_month.last() else { return "Chưa có điểm theo tháng".to_owned() };
    let (Some((from, before)), Some((to, now))) = (stretch.values.first(), stretch.values.last()) else {
        return "Chưa có điểm theo tháng".to_owned();
    };
    if from == to {
        return format!("Mới có một tháng để xem: {} điểm {}", words::decimal(*now), months::words(*to));
    }
    let change = *now - *before;
    let (from, to) = (months::words(*from), months::words(*to));
    match change.cmp(&Decimal::ZERO) {
        std::cmp::Ordering::Equal => format!("Điểm {to} bằng {from}"),
        order => {
            let verb = if order.is_gt() { "tăng" } else { "giảm" };
            format!("Điểm tổng {verb} {} từ {from} đến {to}", words::decimal(change.abs()))
        }
    }
}

fn told(stretch: &Known) -> Option<String> {
    let (day, reason) = stretch.begins.as_ref()?;
    let day = day.parse::<Date>().map_or_else(|_| day.clone(), |date| date.strftime("%d/%m/%Y").to_string());
    Some(format!("Không nối đường qua ngày {day}. {reason}."))
}

fn rows(stretches: &[Known]) -> Vec<(String, String, bool)> {
    let mut out = Vec::new();
    for (at, stretch) in stretches.iter().enumerate().rev() {
        for (place, (period, value)) in stretch.values.iter().rev().enumerate() {
            out.push((months::words(*period), words::points(*value), place == 0 && at + 1 < stretches.len()));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn stretches_are_lines_of_their_own_and_a_missing_month_is_a_gap() {
        let month = |year, month, value: &str| (Period::Month(year, month), d(value));
        let stretches = [
            Known { begins: None, values: vec![month(2025, 11, "86.3"), month(2025, 12, "87")] },
            Known {
                begins: Some(("2026-01-01".to_owned(), "Cổng mới".to_owned())),
                values: vec![month(2026, 1, "50"), month(2026, 3, "57.41")],
            },
        ];
        let axis = axis(jiff::civil::date(2025, 11, 1), jiff::civil::date(2026, 3, 1));
        let lines: Vec<Vec<Option<f64>>> = stretches.iter().map(|stretch| line(stretch, &axis).values).collect();
        assert_eq!(lines[0], [Some(86.3), Some(87.0), None, None, None]);
        assert_eq!(lines[1], [None, None, Some(50.0), None, Some(57.41)]);
        let trend = of(&stretches, &[]);
        assert_eq!(trend.title, "Điểm tổng tăng 7,41 từ tháng 1/2026 đến tháng 3/2026");
        assert_eq!(trend.breaks, ["Không nối đường qua ngày 01/01/2026. Cổng mới."]);
        assert_eq!(trend.rows[2], ("tháng 12/2025".to_owned(), "87,00".to_owned(), true));
        assert!(trend.rows.iter().filter(|row| row.2).count() == 1 && !trend.chart.is_empty());
        assert_eq!(of(&[], &[]).title, "Chưa có điểm theo tháng");
    }
}
