//! Figures of index 766 as readings of a source, so that lines, freshness and service levels can use them.
//!
//! A metric is the kind of period, the figure, and for indicators also what was good and what was counted:
//! `month.PETITION_PROCESSING_ON_TIME`, the same with `.numerator` and `.denominator`. The subject is the department, with
//! the procedure behind a stroke where it is about one.

use super::decimal::Decimal;
use super::model::{Context, Figure, Kind};
use super::period::Period;
use crate::monitor::model::State;
use crate::monitor::probe::model::Reading;
use crate::platform::clock::VIETNAM;

/// The readings of totals, groups and indicators. Counts and charts stay with index 766, and so do periods of odd length.
#[must_use]
pub fn readings(figures: &[Figure], context: &Context) -> Vec<Reading> {
    figures.iter().filter(|f| f.period == context.period).flat_map(|figure| of_figure(figure, context)).collect()
}

fn of_figure(figure: &Figure, context: &Context) -> Vec<Reading> {
    let Some(slot) = slot(figure.period) else { return Vec::new() };
    let name = format!("{}.{}", figure.period.kind(), figure.code);
    let department = [&figure.department_code, &figure.department_id].into_iter().find(|w| !w.is_empty());
    let procedure = [&context.formality_code, &context.formality_id].into_iter().find(|w| !w.is_empty());
    let subject = match (department, procedure) {
        (Some(department), Some(procedure)) => format!("{department}/{procedure}"),
        (Some(word), None) | (None, Some(word)) => word.clone(),
        (None, None) => String::new(),
    };
    let reading = |metric: String, unit: &str, value: Option<Decimal>| {
        let state = match value {
            Some(_) => State::Number,
            None if figure.state == State::Number => State::NotDelivered,
            None => figure.state,
        };
        let value = value.map(Decimal::to_f64);
        Reading { metric, subject: subject.clone(), unit: unit.to_owned(), slot: Some(slot), state, value }
    };
    match figure.kind {
        Kind::Total | Kind::Group => {
            let value = figure.published.filter(|_| figure.state == State::Number);
            vec![reading(name, "điểm", value)]
        }
        Kind::Indicator => {
            let share = figure.numerator.zip(figure.denominator);
            let percent = share.and_then(|(n, d)| n.share_of(d, Decimal::hundredths(10_000)));
            let counted = |n: Option<Decimal>| n.filter(|_| figure.state == State::Number);
            vec![
                reading(format!("{name}.numerator"), "lượt", counted(figure.numerator)),
                reading(format!("{name}.denominator"), "lượt", counted(figure.denominator)),
                reading(name, "%", percent),
            ]
        }
        Kind::Count | Kind::Share => Vec::new(),
    }
}

/// The first instant of a period in Vietnam, epoch milliseconds.
fn slot(period: Period) -> Option<i64> {
    if matches!(period, Period::Range(..)) {
        return None;
    }
    period.first().to_zoned_datetime(VIETNAM).ok().map(|at| at.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_indicator_is_a_share_and_what_it_was_counted_of() {
        let context = Context::of(Period::Month(2026, 8));
        let number = |n: &str| Decimal::parse(n);
        let mut figure = Figure {
            department_id: "id".to_owned(),
            department_code: "H44".to_owned(),
            level: String::new(),
            parent_id: String::new(),
            period: context.period,
            kind: Kind::Indicator,
            code: "DOSSIER_ON_TIME".to_owned(),
            state: State::Number,
            numerator: number("761"),
            denominator: number("1026"),
            value: None,
            published: None,
            max: None,
            data_quality: String::new(),
            formula_version: String::new(),
        };
        let found = readings(std::slice::from_ref(&figure), &context);
        let told: Vec<_> = found.iter().map(|r| (r.metric.as_str(), r.value)).collect();
        assert_eq!(
            told,
            [
                ("month.DOSSIER_ON_TIME.numerator", Some(761.0)),
                ("month.DOSSIER_ON_TIME.denominator", Some(1026.0)),
                ("month.DOSSIER_ON_TIME", Some(74.17)),
            ]
        );
        // Midnight of 1 August in Vietnam is 17:00 of the day before, UTC.
        assert_eq!((found[0].subject.as_str(), found[0].slot), ("H44", Some(1_785_517_200_000)));
        figure.state = State::NotApplicable;
        (figure.numerator, figure.denominator) = (number("0"), number("0"));
        let found = readings(&[figure], &context);
        assert!(found.iter().all(|r| r.state == State::NotApplicable && r.value.is_none()), "{found:?}");
    }
}
