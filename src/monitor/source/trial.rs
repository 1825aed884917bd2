//! A source asked once for somebody who writes its definition; nothing is stored.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::model::{Definition, What};
use crate::monitor::index766::model::{Context, Endpoint};
use crate::monitor::index766::period::Period;
use crate::monitor::model::{FailureKind, State};
use crate::monitor::portal::{self, request};
use crate::monitor::probe::condition::Condition;
use crate::monitor::probe::trial::{Trial, http_trial};
use crate::monitor::probe::{HttpProbe, Outcome, Validators, json_pull};
use crate::platform::clock::VIETNAM;
use crate::platform::http::Client;

/// The longest a trial may take, milliseconds: somebody waits for it.
pub const LONGEST_MS: u32 = 10_000;

/// The first sample of a source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Sample {
    /// It was asked; figures that are sent to us cannot be asked for.
    pub asked: bool,
    /// Why there is no good answer.
    #[schema(value_type = Option<String>)]
    pub failure: Option<FailureKind>,
    /// The same in a sentence; empty when the answer is good.
    pub message: String,
    /// Whether the failure would count as downtime of the service.
    pub counts: bool,
    /// Status of the last hop.
    pub status: Option<u16>,
    /// Where the time went, milliseconds.
    pub phases: Option<SamplePhases>,
    /// Whole days until the certificate ends, negative afterwards.
    pub certificate_days: Option<i64>,
    /// Seconds that the source asks us to stay away.
    pub retry_after_seconds: Option<u64>,
    /// Every condition with the value it looked at.
    pub conditions: Vec<SampleCondition>,
    /// Figures that were read.
    pub readings: Vec<SampleReading>,
    /// The definition allows more time than a trial, which ended after ten seconds.
    pub shortened: bool,
}

/// Where the time went, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "each is the phase of its name")]
pub struct SamplePhases {
    pub dns: f64,
    pub connect: f64,
    pub tls: f64,
    pub first_byte: f64,
    pub transfer: f64,
    pub total: f64,
}

/// A condition on the sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SampleCondition {
    /// The condition.
    pub condition: String,
    /// It holds.
    pub holds: bool,
    /// The value it looked at.
    pub found: String,
}

/// A figure of the sample.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SampleReading {
    /// The figure.
    pub metric: String,
    /// What it is about.
    pub subject: String,
    /// Unit.
    pub unit: String,
    /// Begin of its period, epoch milliseconds; `None` for now.
    pub slot: Option<i64>,
    /// Whether there is a number.
    #[schema(value_type = String)]
    pub state: State,
    /// The number.
    pub value: Option<f64>,
}

/// Asks a source once. Portals are asked one question of a visit.
pub async fn try_once(client: &Client, definition: &Definition, now: Timestamp) -> Sample {
    match &definition.what {
        What::HttpProbe(probe) => {
            let mut probe = probe.clone();
            probe.timeout_ms = probe.timeout_ms.min(LONGEST_MS);
            let shortened = definition.what.timeout_ms() > LONGEST_MS;
            Sample { shortened, ..Sample::of(http_trial(client, &probe, now).await) }
        }
        What::JsonPull(pull) => {
            let mut pull = pull.clone();
            pull.timeout_ms = pull.timeout_ms.min(LONGEST_MS);
            let shortened = definition.what.timeout_ms() > LONGEST_MS;
            let outcome = json_pull(client, &pull, &Validators::default(), now).await;
            Sample { shortened, ..Sample::of(Trial { outcome, conditions: Vec::new() }) }
        }
        What::PortalCatalog(_) | What::PortalIndex766(_) => match visit(definition, now) {
            Some(probe) => Sample::of(http_trial(client, &probe, now).await),
            None => Sample::default(),
        },
        What::DossierFeed(_) | What::Push(_) | What::Upload(_) | What::Manual(_) => Sample::default(),
    }
}

/// The question that a visit begins with, and what a good answer has: how many procedures and the first one's name, or
/// the first score.
fn visit(definition: &Definition, now: Timestamp) -> Option<HttpProbe> {
    let (path, body, looks) = match &definition.what {
        What::PortalCatalog(_) => {
            let body = json!({ "limit": 1, "lastId": "", "q": "", "categoryId": "", "departmentCode": "" });
            (portal::LIST, body, ["json $.data.total > 0", "json $.data.items[0].name != \"\""])
        }
        What::PortalIndex766(wanted) => {
            let this_year = VIETNAM.to_datetime(now).year();
            let year = wanted.year.and_then(|year| i16::try_from(year).ok()).unwrap_or(this_year);
            let asked = Endpoint::ServiceResults;
            let body = request(asked, &Context::of(Period::year(year)?), 1);
            let code = "json $.data.evaluation[0].departmentCode != \"\"";
            (asked.path(), body, [code, "json $.data.evaluation[0].totalScore >= 0"])
        }
        _ => return None,
    };
    let conditions = ["status in 200..201", "json $.code == \"OK\""].into_iter().chain(looks);
    Some(HttpProbe {
        url: definition.what.url()?.join(path).ok()?,
        method: "POST".to_owned(),
        body: Some(body.to_string()),
        conditions: conditions.filter_map(|text| Condition::parse(text).ok()).collect(),
        timeout_ms: LONGEST_MS,
        max_bytes: 4 << 20,
        redirects: 3,
    })
}

impl Sample {
    fn of(trial: Trial) -> Self {
        let Trial { outcome, conditions } = trial;
        Self {
            asked: true,
            counts: outcome.failure.is_some_and(FailureKind::counts),
            phases: phases(&outcome),
            failure: outcome.failure,
            message: outcome.message,
            status: outcome.status,
            certificate_days: outcome.certificate_days,
            retry_after_seconds: outcome.retry_after.map(|pause| pause.as_secs()),
            conditions: conditions
                .into_iter()
                .map(|one| SampleCondition { condition: one.text, holds: one.holds, found: one.found })
                .collect(),
            readings: outcome
                .readings
                .into_iter()
                .map(|one| SampleReading {
                    metric: one.metric,
                    subject: one.subject,
                    unit: one.unit,
                    slot: one.slot,
                    state: one.state,
                    value: one.value,
                })
                .collect(),
            shortened: false,
        }
    }
}

/// Nothing where no request was made.
fn phases(outcome: &Outcome) -> Option<SamplePhases> {
    let ms = |phase: Duration| (phase.as_secs_f64() * 10_000.0).round() / 10.0;
    let all = outcome.phases;
    (all.total() > Duration::ZERO).then(|| SamplePhases {
        dns: ms(all.dns),
        connect: ms(all.connect),
        tls: ms(all.tls),
        first_byte: ms(all.first_byte),
        transfer: ms(all.transfer),
        total: ms(all.total()),
    })
}
