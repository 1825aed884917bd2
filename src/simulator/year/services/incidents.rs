//! Incidents of the time of which only sums are kept, as following its polls would have made them.

use super::history::Outage;
use super::service::Service;
use crate::monitor::incident::model::{Severity, cause};
use crate::monitor::incident::store::{self, Incident, Member};
use crate::monitor::parameters::Parameters;
use crate::platform::db::Db;
use crate::platform::word;
use crate::simulator::year::YearError;

/// Writes an incident for each stop that was over before single polls begin.
///
/// # Errors
/// [`YearError`]
pub async fn build(db: &Db, (services, outages): (&[Service], &[Outage]), singles_from: i64) -> Result<(), YearError> {
    let mut tx = db.write().await?;
    for outage in outages.iter().filter(|outage| outage.to < singles_from) {
        let service = &services[outage.service];
        let at = jiff::Timestamp::from_millisecond(outage.from).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let parameters = Parameters::at(&mut tx, at).await?;
        let polls = |count: u32| service.every * (i64::from(count.max(1)) - 1);
        let (opens, closes) =
            (polls(parameters.count("incident_opens_after")?), polls(parameters.count("incident_closes_after")?));
        let failure = word::of(&outage.failure);
        let mut incident = Incident {
            id: uuid::Uuid::now_v7().to_string(),
            kind: if outage.planned { "maintenance" } else { "incident" }.to_owned(),
            cause: cause(service.source, &store::definition(&mut tx, service.source).await?),
            failure: failure.clone(),
            severity: word::of(&Severity::Minor),
            started_at: outage.from,
            opened_at: outage.from + opens,
            ended_at: Some(outage.to),
            closed_at: Some(outage.to + closes),
        };
        store::insert(&mut tx, &incident).await?;
        let source_id = service.source.to_owned();
        let member = Member { source_id, failure, started_at: outage.from, ended_at: None };
        store::join(&mut tx, &incident.id, &member).await?;
        store::leave(&mut tx, &incident.id, service.source, outage.to).await?;
        let procedures = store::procedures(&mut tx, &incident.id).await?;
        incident.severity = word::of(&Severity::of(&procedures, parameters.count("incident_critical_procedures")?));
        store::update(&mut tx, &incident).await?;
    }
    Ok(tx.commit().await?)
}
