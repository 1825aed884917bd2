//! The trend of a figure: a chart, and the same numbers as a table.

use jiff::civil::Date;

use super::words;
use crate::board::model::Unit;
use crate::board::picture::Figure;
use crate::web::api::board_views::natural;
use crate::web::chart::{self, Line};
use crate::web::format::number_vi;

/// A chart with the table behind it.
#[derive(Debug, Default)]
pub struct Trend {
    /// SVG; empty where there is nothing to draw.
    pub chart: String,
    /// Names of the lines.
    pub names: Vec<String>,
    /// Months with what they came to: value and n for each line.
    pub rows: Vec<(String, Vec<(String, String)>)>,
}

/// The trend of some figures that are shares. `label` is what the chart finds.
pub fn of(label: &str, figures: &[&Figure]) -> Trend {
    let months: Vec<Date> = figures
        .iter()
        .find(|f| !f.trend.is_empty())
        .map_or_else(Vec::new, |f| f.trend.iter().map(|(month, _)| *month).collect());
    let word = |month: &Date| format!("{}/{}", month.month(), month.year());
    let names: Vec<String> = months.iter().map(word).collect();
    let is_share = figures.iter().all(|figure| figure.code.unit() == Unit::Share);
    let mut lines = Vec::new();
    for figure in figures {
        let value = |(_, counted): &(Date, Option<_>)| Some(natural(Unit::Share, Unit::Share.value((*counted)?)?));
        lines.push(Line {
            name: figure.code.name().to_owned(),
            values: figure.trend.iter().map(value).collect(),
            is_target: false,
        });
    }
    if let [figure] = figures {
        if let Some(target) = &figure.target {
            let value = Some(natural(Unit::Share, target.value));
            lines.push(Line { name: "Mục tiêu".to_owned(), values: vec![value; months.len()], is_target: true });
        }
    }
    let drawn = is_share && lines.iter().any(|line| line.values.iter().flatten().count() > 1);
    let cell = |figure: &&Figure, at: usize| {
        let counted = figure.trend.get(at).and_then(|(_, counted)| *counted);
        let n = counted.map_or_else(String::new, |counted| number_vi(counted.whole));
        (words::counted(figure.code.unit(), counted), n)
    };
    let row = |(at, name): (usize, &String)| (name.clone(), figures.iter().map(|figure| cell(figure, at)).collect());
    Trend {
        chart: if drawn { chart::lines(label, &names, &lines) } else { String::new() },
        names: figures.iter().map(|figure| figure.code.name().to_owned()).collect(),
        rows: names.iter().enumerate().map(row).rev().collect(),
    }
}
