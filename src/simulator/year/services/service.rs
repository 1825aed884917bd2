//! The services that are asked, and since when.

use jiff::{Timestamp, ToSpan};

use crate::monitor::observation::model::{MINUTE, NewSeries, Step};
use crate::monitor::observation::series;
use crate::monitor::service_level::line::PROBE;
use crate::monitor::source::actions::{Keeper, load_file};
use crate::platform::db::Db;
use crate::simulator::year::YearError;
use crate::simulator::year::plan::Plan;

/// The sources of the demonstration, `{portal}` for the address of the simulated portal.
const SOURCES: &str = include_str!("../../../cli/demo_sources.toml");
/// The address that the demonstration gives them.
const PORTAL: &str = "http://127.0.0.1:8766";
/// What is asked of services: source, seconds from one poll to the next, age from which a value is stale, usual
/// milliseconds of an answer, and how many days before the end it began; the whole year without.
const SERVICES: [(&str, i64, i64, f64, Option<i64>); 4] = [
    (PORTAL_ID, 15, 120, 95.0, None),
    (COUNTER_ID, 10, 120, 140.0, None),
    (PAYMENT_ID, 60, 300, 210.0, None),
    (SIGNING_ID, 60, 300, 260.0, Some(SIGNING_DAYS)),
];
/// The public portal.
pub const PORTAL_ID: &str = "cong-dich-vu-cong";
/// The system in which dossiers are handled.
pub const COUNTER_ID: &str = "mot-cua-tinh";
/// Paying fees online.
pub const PAYMENT_ID: &str = "thanh-toan";
/// Signing from afar, the youngest.
pub const SIGNING_ID: &str = "ky-so-tu-xa";
/// Days before the end on which signing from afar began.
const SIGNING_DAYS: i64 = 12;

/// A service that is asked.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its source.
    pub source: &'static str,
    /// The series of its polls.
    pub series: i64,
    /// Milliseconds from one poll to the next.
    pub every: i64,
    /// Usual milliseconds of an answer.
    pub usual: f64,
    /// Its first poll, epoch milliseconds: a full hour.
    pub first: i64,
}

/// When a service is first asked.
fn begin(plan: &Plan, days: Option<i64>) -> Timestamp {
    days.map_or_else(|| plan.begin(), |days| plan.at(plan.last_day().saturating_sub(days.days()), 7))
}

/// When the youngest service is first asked.
pub fn youngest(plan: &Plan) -> Timestamp {
    begin(plan, Some(SIGNING_DAYS))
}

/// Makes the sources and the series of their polls.
///
/// # Errors
/// [`YearError`]
pub async fn build(db: &Db, plan: &Plan) -> Result<Vec<Service>, YearError> {
    let young = format!("id = \"{SIGNING_ID}\"");
    let (later, first): (Vec<&str>, Vec<&str>) =
        SOURCES.split("[[source]]").skip(1).partition(|source| source.contains(&young));
    for (sources, at) in [(first, plan.begin()), (later, youngest(plan))] {
        let text = sources.iter().fold(String::new(), |text, source| text + "[[source]]" + source);
        load_file(db, Keeper::COMMAND_LINE, &text.replace("{portal}", PORTAL), at).await?;
    }
    let wanted = SERVICES.map(|(source, seconds, age, ..)| NewSeries {
        source_id: source.to_owned(),
        metric: PROBE.to_owned(),
        subject: String::new(),
        unit: "ms".to_owned(),
        every_ms: Some(seconds * MINUTE / 60),
        max_age_ms: Some(age * MINUTE / 60),
    });
    let mut tx = db.write().await?;
    let numbers = series::ensure(&mut tx, &wanted).await?;
    tx.commit().await?;
    let service =
        |((source, seconds, _, usual, days), series): ((&'static str, i64, i64, f64, Option<i64>), i64)| Service {
            source,
            series,
            every: seconds * MINUTE / 60,
            usual,
            first: Step::Hour.start(begin(plan, days).as_millisecond()),
        };
    Ok(SERVICES.into_iter().zip(numbers).map(service).collect())
}
