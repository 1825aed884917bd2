//! Charts as SVG within a page. Colours and type come from the style sheet; what a chart shows stands in a table beside it.

use charts_rs::{Box as Margin, HorizontalBarChart, LineChart, NIL_VALUE, Series};

/// A line of a chart by month; `None` is a gap and is not joined.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it shows.
    pub name: String,
    /// Its values in percent.
    pub values: Vec<Option<f64>>,
    /// It is what is to be reached.
    pub is_target: bool,
}

/// Lines over months. `label` says what the chart shows to those who do not see it.
#[must_use]
pub fn lines(label: &str, months: &[String], lines: &[Line]) -> String {
    let series: Vec<Series> = lines.iter().map(line).collect();
    let mut chart = LineChart::new(series, months.to_vec());
    (chart.width, chart.height) = (720.0, 260.0);
    chart.margin = Margin { left: 4.0, top: 4.0, right: 18.0, bottom: 4.0 };
    let known = lines.iter().flat_map(|line| line.values.iter().flatten());
    let least = known.fold(100.0_f64, |least, value| least.min(*value));
    for axis in &mut chart.y_axis_configs {
        axis.formatter = Some("{c} %".to_owned());
        axis.min = Some(floor(least));
        axis.max = Some(100.0);
    }
    finish(label, chart.svg().unwrap_or_default())
}

#[expect(clippy::cast_possible_truncation, reason = "a bound of an axis in percent")]
fn floor(least: f64) -> f32 {
    ((least / 10.0).floor() * 10.0 - 10.0).max(0.0) as f32
}

#[expect(clippy::cast_possible_truncation, reason = "a percentage drawn on a screen")]
fn line(line: &Line) -> Series {
    let values = line.values.iter().map(|value| value.map_or(NIL_VALUE, |value| value as f32)).collect();
    let mut series = Series::new(line.name.clone(), values);
    if line.is_target {
        series.stroke_dash_array = Some("6,5".to_owned());
    }
    series
}

/// Bars, the first on top. `label` says what the chart shows to those who do not see it.
#[must_use]
pub fn bars(label: &str, name: &str, rows: &[(String, i64)]) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a count drawn on a screen")]
    let values: Vec<f32> = rows.iter().map(|(_, n)| *n as f32).collect();
    let mut series = Series::new(name.to_owned(), values);
    series.label_show = true;
    let names = rows.iter().map(|(name, _)| name.clone()).collect();
    let mut chart = HorizontalBarChart::new(vec![series], names);
    chart.width = 720.0;
    chart.height = 60.0 + 30.0 * f32::from(u16::try_from(rows.len()).unwrap_or(u16::MAX));
    chart.margin = Margin { left: 4.0, top: 4.0, right: 40.0, bottom: 4.0 };
    chart.legend.show = Some(false);
    finish(label, chart.svg().unwrap_or_default())
}

/// Gives the chart a name, and its size to the page.
fn finish(label: &str, svg: String) -> String {
    let escaped = label.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    svg.replacen("<svg ", &format!("<svg role=\"img\" aria-label=\"{escaped}\" class=\"chart\" "), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_has_a_name_keeps_vietnamese_and_leaves_gaps() {
        let months: Vec<String> = (1..=4).map(|month| format!("{month}/2026")).collect();
        let values = vec![Some(60.0), None, Some(70.5), Some(64.0)];
        let line = Line { name: "Hồ sơ trực tuyến".to_owned(), values, is_target: false };
        let target = Line { name: "Mục tiêu".to_owned(), values: vec![Some(80.0); 4], is_target: true };
        let svg = lines("Giảm 6,5 điểm <tháng 4>", &months, &[line, target]);
        assert!(svg.starts_with("<svg role=\"img\" aria-label=\"Giảm 6,5 điểm &lt;tháng 4>\""), "{svg}");
        assert!(svg.contains("Hồ sơ trực tuyến") && svg.contains("4/2026"), "{svg}");
        assert!(
            !svg.contains("style=") && !svg.contains("<style"),
            "the page's policy takes no style of its own: {svg}"
        );
        let bars = bars("Điểm chặn", "thủ tục", &[("P4 Giấy tờ".to_owned(), 12), ("P6 Thanh toán".to_owned(), 7)]);
        assert!(bars.contains("P6 Thanh toán") && bars.contains("12"), "{bars}");
    }
}
