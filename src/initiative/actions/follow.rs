//! Measuring what came of measures that were applied, when its day has come.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::json;

use super::error::InitiativeError;
use crate::account::audit::{self, Author};
use crate::catalog::amend::model::Part;
use crate::catalog::model::TimeUnit;
use crate::catalog::time_limit;
use crate::initiative::cost::Table;
use crate::initiative::measured::{Compared, Measurement, overall};
use crate::initiative::record::Measure;
use crate::initiative::store::initiative::{self, Stored};
use crate::initiative::store::part::{self, DueRow};
use crate::monitor::dossier::performance::{Performance, performance};
use crate::monitor::parameters::Parameters;
use crate::platform::clock::VIETNAM;
use crate::platform::db::{Db, Tx};

/// Takes every measurement that is due. Says how many.
///
/// # Errors
/// [`InitiativeError`]
pub async fn measure(db: &Db, now: Timestamp) -> Result<usize, InitiativeError> {
    let today = now.to_zoned_datetime(VIETNAM).date();
    let due = part::due(&mut db.read().await?, &today.to_string()).await?;
    let mut taken = 0;
    for row in due {
        let mut tx = db.write().await?;
        if one(&mut tx, &row, today, now).await? {
            tx.commit().await?;
            taken += 1;
        }
    }
    Ok(taken)
}

async fn one(tx: &mut Tx, row: &DueRow, today: Date, now: Timestamp) -> Result<bool, InitiativeError> {
    let Some(item) = initiative::find(tx, &row.initiative_id).await? else { return Ok(false) };
    let of = |stored: &&Stored| stored.id == row.measurement.measure_id;
    let Some(stored) = item.measures.iter().find(of) else { return Ok(false) };
    let days = row.measurement.days;
    let to: Date = row.measurement.due_on.parse().unwrap_or(today);
    let applied = to.saturating_sub(days.days());
    let result = compare(tx, &stored.measure, (applied, to), days, today, now).await?;
    let text = serde_json::to_string(&result).unwrap_or_default();
    if !part::take(tx, &row.measurement, &text, now).await? {
        return Ok(false);
    }
    let detail = json!({ "measure": stored.position, "days": days, "verdict": result.verdict });
    audit::record(tx, Author::COMMAND_LINE, "measured", &item.number, &detail, now).await?;
    Ok(true)
}

/// The same figures over as many days before as after.
async fn compare(
    tx: &mut Tx,
    measure: &Measure,
    (applied, to): (Date, Date),
    days: i64,
    today: Date,
    now: Timestamp,
) -> Result<Measurement, InitiativeError> {
    let met_share = Parameters::at(tx, now).await?.number("initiative_verdict_met_share")?;
    let first = applied.saturating_sub(days.days());
    let eve = applied.yesterday().unwrap_or(applied);
    let mut figures = Vec::new();
    let mut received = 0;
    for code in measure.procedures() {
        let before = performance(tx, &code, first, eve, today).await?;
        let after = performance(tx, &code, applied, to, today).await?;
        received += after.as_ref().map_or(0, |after| after.received);
        figures.extend(of_procedure(measure, &code, before.as_ref(), after.as_ref()));
    }
    let dossiers_per_year = received * 365 / days.max(1);
    let promised = measure.cost.as_ref().map(|case| case.saving().per_year);
    let at_pace = |table: &Table| table.cost().per_case;
    let saving = measure.cost.as_ref().filter(|_| received > 0);
    let saving = saving.map(|case| (at_pace(&case.before) - at_pace(&case.after)).saturating_mul(dossiers_per_year));
    Ok(Measurement {
        from: applied.to_string(),
        to: to.to_string(),
        verdict: overall(&figures, met_share),
        figures,
        dossiers_per_year,
        saving_per_year: saving,
        promised_per_year: promised,
    })
}

/// The figures that a measure is to move: time where it cuts time, the online share where it raises the level, else both.
fn of_procedure(
    measure: &Measure,
    code: &str,
    before: Option<&Performance>,
    after: Option<&Performance>,
) -> Vec<Compared> {
    let n = |of: Option<&Performance>| of.map_or(0, |of| of.n);
    let figure = |name: &str, value: &dyn Fn(&Performance) -> Option<f64>, promised, more_is_better| Compared {
        indicator: format!("{name}:{code}"),
        before: before.and_then(value),
        n_before: n(before),
        after: after.and_then(value),
        n_after: n(after),
        promised,
        more_is_better,
    };
    #[expect(clippy::cast_precision_loss, reason = "days of handling stay far below 2^52")]
    let days = |of: &Performance| of.median_working_days.map(|days| days as f64);
    let touches =
        |part: Part| measure.changes.iter().any(|change| change.code == code && change.amendment.part == part);
    let mut figures = Vec::new();
    let online = touches(Part::OnlineLevel) || touches(Part::Channel);
    if touches(Part::TimeLimit) || !online {
        figures.push(figure("handling_working_days", &days, promised_days(measure, code), false));
    }
    if online || !touches(Part::TimeLimit) {
        figures.push(figure("online_share", &|of| of.online.value, None, true));
    }
    figures
}

/// The handling time that was promised, in working days.
fn promised_days(measure: &Measure, code: &str) -> Option<f64> {
    let of = measure.changes.iter().filter(|change| change.code == code && change.amendment.part == Part::TimeLimit);
    let after = of.filter_map(|change| time_limit::parse(change.amendment.after.as_deref()?));
    after.filter(|time| time.unit == TimeUnit::WorkingDay).map(|time| time.amount).reduce(f64::max)
}
