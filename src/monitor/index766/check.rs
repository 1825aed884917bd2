//! What does not add up in one answer: groups against totals, own points against published ones.

use std::collections::BTreeMap;

use super::decimal::Decimal;
use super::model::{Endpoint, Figure, Kind, TOTAL};
use super::period::Period;
use super::rules::Rules;
use super::score::{self, Agreement, Delivered};

/// Says what does not add up; `figures` are of one answer.
pub fn odd_sums(endpoint: Endpoint, figures: &[Figure], rules: &Rules) -> Vec<String> {
    let mut by_department: BTreeMap<(&str, &str), Vec<&Figure>> = BTreeMap::new();
    for figure in figures {
        by_department.entry((&figure.department_code, &figure.department_id)).or_default().push(figure);
    }
    let mut warnings = Vec::new();
    for ((code, id), figures) in by_department {
        let who = [code, id].into_iter().find(|w| !w.is_empty()).unwrap_or("Cả nước");
        let odd = match endpoint.group() {
            None => odd_total(&figures, rules),
            Some(group) => odd_group(group, &figures, rules),
        };
        warnings.extend(odd.map(|what| format!("{who}: {what}")));
    }
    warnings
}

/// Groups that are shown together count once; with a group missing nothing can be said.
fn odd_total(figures: &[&Figure], rules: &Rules) -> Option<String> {
    let total = figures.iter().find(|f| f.code == TOTAL)?.published?;
    let groups: Vec<&&Figure> = figures.iter().filter(|f| f.kind == Kind::Group).collect();
    let known: Decimal = groups.iter().filter_map(|f| rules.group_max(&f.code)).sum();
    let all: Decimal = rules.groups.iter().map(|g| g.max).sum();
    let sum: Decimal = groups.iter().map(|f| f.published).sum::<Option<Decimal>>()?;
    let differs = known == all && score::differs(sum - total);
    differs.then(|| format!("tổng các nhóm {sum} khác điểm tổng {total}"))
}

fn odd_group(group: &str, figures: &[&Figure], rules: &Rules) -> Option<String> {
    let published = figures.iter().find(|f| f.code == group)?.published?;
    let scored = score::group(group, rules, &delivered(figures.iter().copied()), Some(published));
    let own = scored.own.number()?;
    (scored.agreement == Agreement::Different).then(|| format!("{group} tự tính {own}, công bố {published}"))
}

/// What a scoring needs of figures.
pub fn delivered<'a>(figures: impl Iterator<Item = &'a Figure>) -> Vec<Delivered> {
    let indicators = figures.filter(|f| f.kind == Kind::Indicator);
    indicators
        .map(|f| Delivered {
            code: f.code.clone(),
            numerator: f.numerator,
            denominator: f.denominator,
            published: f.published,
        })
        .collect()
}

/// Figures of the period that was asked for; charts are of other months.
pub fn of_period(figures: &[Figure], period: Period) -> Vec<Figure> {
    figures.iter().filter(|f| f.period == period).cloned().collect()
}
