//! What the reporting endpoints are asked, each with its quirks.

use serde_json::{Map, Value, json};

use crate::monitor::index766::model::{Context, Endpoint};
use crate::monitor::index766::period::Period;

/// Rows of one page of most reports.
const PAGE: u32 = 200;
/// Rows of one page of the reports that fail with more.
const SMALL_PAGE: u32 = 100;

/// Satisfaction has no view by procedure; other days than months, quarters and years only satisfaction knows.
pub fn has_view(endpoint: Endpoint, context: &Context) -> bool {
    let satisfaction = endpoint == Endpoint::HandlingSatisfaction;
    (!satisfaction || context.formality_id.is_empty()) && (satisfaction || !matches!(context.period, Period::Range(..)))
}

/// What the portal is asked.
pub fn request(endpoint: Endpoint, context: &Context, page: u32) -> Value {
    if endpoint == Endpoint::Formalities {
        return json!({ "q": "", "currentPage": page, "pageSize": PAGE });
    }
    let mut body = Map::new();
    let period = context.period;
    if endpoint == Endpoint::HandlingSatisfaction {
        body.insert("fromDate".to_owned(), period.first().to_string().into());
        body.insert("toDate".to_owned(), period.last().to_string().into());
    } else {
        body.insert("timeType".to_owned(), period.kind().into());
        body.insert("year".to_owned(), period.first().year().into());
        match period {
            Period::Quarter(_, quarter) => drop(body.insert("quarter".to_owned(), quarter.into())),
            Period::Month(_, month) => drop(body.insert("month".to_owned(), month.into())),
            Period::Year(_) | Period::Range(..) => {}
        }
    }
    if endpoint == Endpoint::ServiceResults {
        body.insert("departmentType".to_owned(), "ADMINISTRATIVE_UNIT".into());
    }
    if !context.department_id.is_empty() {
        body.insert("rootDepartmentId".to_owned(), context.department_id.clone().into());
    }
    if endpoint != Endpoint::ServiceResults {
        let small = matches!(endpoint, Endpoint::DvcProgressTree | Endpoint::FormalityOnlinePaymentTree);
        body.insert("currentPage".to_owned(), page.into());
        body.insert("pageSize".to_owned(), if small { SMALL_PAGE } else { PAGE }.into());
    }
    if !context.formality_id.is_empty() {
        // One of the endpoints spells it with a capital D.
        let field = if endpoint == Endpoint::DossierDigitized { "formalityID" } else { "formalityId" };
        body.insert(field.to_owned(), context.formality_id.clone().into());
    }
    Value::Object(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_the_quirks_of_their_endpoints() {
        let context = |period, formality: &str| Context {
            period,
            department_id: "d".to_owned(),
            formality_id: formality.to_owned(),
            formality_code: String::new(),
        };
        let month = Period::Month(2026, 8);
        for (endpoint, period, formality, expected) in [
            (
                Endpoint::Transparency,
                month,
                "f",
                json!({ "timeType": "month", "year": 2026, "month": 8, "rootDepartmentId": "d", "currentPage": 1,
                        "pageSize": 200, "formalityId": "f" }),
            ),
            (
                Endpoint::DossierDigitized,
                Period::Quarter(2026, 3),
                "f",
                json!({ "timeType": "quarter", "year": 2026, "quarter": 3, "rootDepartmentId": "d", "currentPage": 1,
                        "pageSize": 200, "formalityID": "f" }),
            ),
            (
                Endpoint::DvcProgressTree,
                Period::Year(2026),
                "",
                json!({ "timeType": "year", "year": 2026, "rootDepartmentId": "d", "currentPage": 1, "pageSize": 100 }),
            ),
            (
                Endpoint::HandlingSatisfaction,
                Period::Quarter(2026, 3),
                "",
                json!({ "fromDate": "2026-07-01", "toDate": "2026-09-30", "rootDepartmentId": "d", "currentPage": 1,
                        "pageSize": 200 }),
            ),
        ] {
            assert_eq!(request(endpoint, &context(period, formality), 1), expected, "{endpoint:?}");
        }
        let totals = request(Endpoint::ServiceResults, &Context::of(Period::Year(2026)), 1);
        assert_eq!(totals, json!({ "timeType": "year", "year": 2026, "departmentType": "ADMINISTRATIVE_UNIT" }));
        assert!(!has_view(Endpoint::HandlingSatisfaction, &context(month, "f")));
    }
}
