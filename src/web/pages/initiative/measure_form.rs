//! The form of a measure: what was sent, read into a measure, and a measure written into the form.

use super::{Sent, value};
use crate::catalog::amend::model::{Amendment, Part, lines};
use crate::catalog::model::Procedure;
use crate::initiative::cost::{Method, Table, Task, TaskKind};
use crate::initiative::record::{Change, CostCase, Measure};
use crate::monitor::field::FieldError;
use crate::platform::word;
use crate::web::form::fault;

/// A line of the procedure that may be changed.
#[derive(Debug)]
pub struct Line {
    /// Names its inputs.
    pub index: usize,
    /// Word of the part.
    pub part: String,
    /// Name of the part.
    pub part_name: &'static str,
    /// What stands there.
    pub before: String,
    /// The same for readers.
    pub shown: String,
    /// What is to stand there.
    pub after: String,
    /// It is to be taken away.
    pub cut: bool,
    /// It is more than a line.
    pub long: bool,
}

/// A row of the cost table.
#[derive(Debug)]
pub struct CostRow {
    /// Name of the task.
    pub name: &'static str,
    /// Hours, wage, service, fees: before, then after.
    pub cells: Vec<(String, &'static str, String)>,
}

/// Every line of a procedure with what a measure makes of it, then what it adds.
#[must_use]
pub fn procedure_lines(procedure: &Procedure, measure: &Measure) -> Vec<Line> {
    let code = procedure.code.as_str();
    let mut all = Vec::new();
    for part in Part::ALL {
        for before in lines(procedure, part) {
            let change = measure.changes.iter().find(|change| {
                change.code == code
                    && change.amendment.part == part
                    && change.amendment.before.as_deref() == Some(&before)
            });
            all.push(Line {
                index: all.len(),
                part: word::of(&part),
                part_name: part.name(),
                shown: part.spelled(&before).to_owned(),
                long: before.chars().count() > 80,
                after: change.and_then(|change| change.amendment.after.clone()).unwrap_or_default(),
                cut: change.is_some_and(|change| change.amendment.after.is_none()),
                before,
            });
        }
    }
    all
}

/// The measure that was sent.
///
/// # Errors
/// Numbers that cannot be read.
pub fn read(sent: &Sent, old: &Measure) -> Result<Measure, Vec<FieldError>> {
    let text = |name: &str| value(sent, name).to_owned();
    let mut errors = Vec::new();
    let code = value(sent, "code").trim().to_owned();
    let mut changes: Vec<Change> = old.changes.iter().filter(|change| change.code != code).cloned().collect();
    if !code.is_empty() {
        changes.extend(amendments(sent).into_iter().map(|amendment| Change { code: code.clone(), amendment }));
    }
    let mut codes: Vec<String> = old.codes.iter().filter(|known| **known != code).cloned().collect();
    codes.extend(Some(code).filter(|code| !code.is_empty()));
    let cost = cost(sent, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Measure {
        title: text("title"),
        kind: word::read(value(sent, "kind")).unwrap_or_default(),
        place: word::read(value(sent, "place")).unwrap_or_default(),
        content: text("content"),
        recommendation: text("recommendation"),
        codes,
        changes,
        cost: Some(cost),
    })
}

/// Lines that were changed, cut or added.
fn amendments(sent: &Sent) -> Vec<Amendment> {
    let mut all = Vec::new();
    for (name, part) in sent {
        let Some(index) = name.strip_prefix("part.") else { continue };
        let Some(part) = word::read::<Part>(part) else { continue };
        let of = |name: &str| {
            Some(value(sent, &format!("{name}.{index}")).to_owned()).filter(|text| !text.trim().is_empty())
        };
        let (before, after) = (of("before"), of("after"));
        let cut = value(sent, &format!("cut.{index}")) == "true";
        if cut && before.is_some() {
            all.push(Amendment { part, before, after: None });
        } else if after.is_some() && after != before {
            all.push(Amendment { part, before, after });
        }
    }
    all
}

fn cost(sent: &Sent, errors: &mut Vec<FieldError>) -> CostCase {
    let table = |side: &str, errors: &mut Vec<FieldError>| Table {
        tasks: TaskKind::ALL
            .iter()
            .map(|kind| task(sent, side, *kind, errors))
            .filter(|task| *task != empty(task.kind))
            .collect(),
        times_per_year: number(sent, "times", 1, errors),
        subjects: number(sent, "subjects", 1, errors),
    };
    let (before, after) = (table("before", errors), table("after", errors));
    let method = word::read::<Method>(value(sent, "method")).unwrap_or_default();
    CostCase { method, before, after, source: value(sent, "source").to_owned() }
}

fn empty(kind: TaskKind) -> Task {
    Task { kind, ..Task::default() }
}

fn task(sent: &Sent, side: &str, kind: TaskKind, errors: &mut Vec<FieldError>) -> Task {
    let name = |figure: &str| format!("{side}.{}.{figure}", word::of(&kind));
    let hours = number(sent, &name("hours"), 100, errors);
    let wage = number(sent, "wage", 1, errors);
    Task {
        kind,
        activity: String::new(),
        hours,
        wage_per_hour: if hours == 0 { 0 } else { wage },
        service: number(sent, &name("service"), 1, errors),
        fees: number(sent, &name("fees"), 1, errors),
    }
}

/// A number as people write it: `40.000`, `1,5`; `scale` says how many parts the stored unit has.
fn number(sent: &Sent, name: &str, scale: i64, errors: &mut Vec<FieldError>) -> i64 {
    let typed = value(sent, name).trim().replace([' ', '\u{a0}'], "");
    if typed.is_empty() {
        return 0;
    }
    let parsed = scaled(&typed, scale);
    if parsed.is_none() && !errors.iter().any(|error| error.field == name) {
        let vietnamese = format!("“{typed}” không phải số dùng được, ví dụ 40.000 hoặc 1,5");
        errors.push(fault(name, "takes a number such as 40000 or 1.5", &vietnamese));
    }
    parsed.unwrap_or(0)
}

fn scaled(typed: &str, scale: i64) -> Option<i64> {
    let (whole, fraction) = match (typed.split_once(','), scale) {
        (Some((whole, fraction)), _) => (whole.replace('.', ""), fraction.to_owned()),
        // Where parts are asked for, a dot before one or two digits is a decimal dot.
        (None, 100) => match typed.rsplit_once('.') {
            Some((whole, fraction)) if fraction.len() <= 2 => (whole.replace('.', ""), fraction.to_owned()),
            _ => (typed.replace('.', ""), String::new()),
        },
        (None, _) => (typed.replace('.', ""), String::new()),
    };
    if fraction.len() > 2 || !fraction.chars().all(|c| c.is_ascii_digit()) || (scale == 1 && !fraction.is_empty()) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let parts: i64 = if scale == 100 { format!("{fraction:0<2}").parse().ok()? } else { 0 };
    whole.checked_mul(scale)?.checked_add(if whole < 0 { -parts } else { parts })
}

/// The cost table of a measure as the form shows it.
#[must_use]
pub fn cost_rows(case: &CostCase) -> Vec<CostRow> {
    let cell = |side: &str, table: &Table, kind: TaskKind, figure: &'static str| {
        let task = table.tasks.iter().find(|task| task.kind == kind);
        let shown = task.map_or(0, |task| match figure {
            "hours" => task.hours,
            "service" => task.service,
            _ => task.fees,
        });
        let text = match (shown, figure) {
            (0, _) => String::new(),
            (hours, "hours") => hundredths(hours),
            (money, _) => money.to_string(),
        };
        let label = match figure {
            "hours" => "giờ",
            "service" => "thuê dịch vụ",
            _ => "phí, chi khác",
        };
        (format!("{side}.{}.{figure}", word::of(&kind)), label, text)
    };
    let row = |kind: &TaskKind| {
        let mut cells = Vec::new();
        for (side, table) in [("before", &case.before), ("after", &case.after)] {
            cells.extend(["hours", "service", "fees"].map(|figure| cell(side, table, *kind, figure)));
        }
        CostRow { name: kind.name(), cells }
    };
    TaskKind::ALL.iter().map(row).collect()
}

/// Hundredths as people write them: 150 is `1,5`.
#[must_use]
pub fn hundredths(value: i64) -> String {
    let text = format!("{},{:02}", value / 100, value % 100);
    text.trim_end_matches('0').trim_end_matches(',').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        assert_eq!(scaled("40.000", 1), Some(40_000));
        assert_eq!(scaled("1,5", 100), Some(150));
        assert_eq!(scaled("1.5", 100), Some(150));
        assert_eq!(scaled("0,25", 100), Some(25));
        assert_eq!(scaled("1.000", 100), Some(100_000));
        assert_eq!(scaled("-5", 1), Some(-5));
        assert_eq!(scaled("1,5", 1), None);
        assert_eq!(scaled("nhiều", 1), None);
        assert_eq!((hundredths(150).as_str(), hundredths(8000).as_str()), ("1,5", "80"));
    }
}
