//! Which changes add burden: those need an impact statement.

use crate::catalog::amend::model::{Amendment, Part};
use crate::catalog::{fee, time_limit};

/// Whether people have to bring, pay, meet or wait more than before, or lose a way to file.
#[must_use]
pub fn adds(amendment: &Amendment) -> bool {
    let (before, after) = (amendment.before.as_deref(), amendment.after.as_deref());
    match amendment.part {
        Part::Paper | Part::Step => before.is_none(),
        // Whether other words ask for more is not for a program to say: who writes a condition states its effect.
        Part::Conditions => after.is_some(),
        Part::TimeLimit => match (before.and_then(time_limit::parse), after.and_then(time_limit::parse)) {
            (Some(before), Some(after)) => after.hours() > before.hours(),
            // A time that was promised and now is not, or one that could not be read.
            (Some(_), None) => true,
            (None, _) => before.is_some(),
        },
        Part::Fee => match (before.and_then(fee::parse), after.and_then(fee::parse)) {
            (Some(before), Some(after)) => after > before,
            (None, Some(after)) => after > 0,
            _ => false,
        },
        Part::Channel | Part::Audience => after.is_none(),
        Part::OnlineLevel => after == Some("partial"),
        Part::Procedure | Part::Name | Part::HandlingAgency | Part::Result => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn burdens(part: Part, before: Option<&str>, after: Option<&str>) -> bool {
        adds(&Amendment { part, before: before.map(str::to_owned), after: after.map(str::to_owned) })
    }

    #[test]
    fn more_paper_time_or_money_is_burden_and_less_is_not() {
        assert!(burdens(Part::Paper, None, Some("Bản sao")));
        assert!(!burdens(Part::Paper, Some("Bản sao"), None));
        assert!(burdens(Part::TimeLimit, Some("5 ngày làm việc"), Some("10 ngày làm việc")));
        assert!(!burdens(Part::TimeLimit, Some("10 ngày làm việc"), Some("5 ngày làm việc")));
        assert!(burdens(Part::Fee, Some("Miễn phí"), Some("50.000 đồng")));
        assert!(!burdens(Part::Fee, Some("50.000 đồng"), Some("Miễn phí")));
        assert!(burdens(Part::Channel, Some("online"), None));
        assert!(burdens(Part::Conditions, None, Some("Có bằng đại học")));
        assert!(!burdens(Part::Conditions, Some("Có bằng đại học"), None));
    }
}
