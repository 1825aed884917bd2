//! Sums of the polls of a year, and the single polls of its last day.

use super::history::{Outage, pace};
use super::service::Service;
use crate::monitor::model::State;
use crate::monitor::observation::model::{DAY, HOUR, NewObservation, Step};
use crate::monitor::observation::record::take_in;
use crate::monitor::observation::retention::make_months;
use crate::monitor::observation::rollup::{Aggregate, LATENCY_BOUNDS_MS};
use crate::monitor::observation::window_store::put_rollups;
use crate::platform::db::Db;
use crate::simulator::chance::Chance;
use crate::simulator::year::YearError;
use crate::simulator::year::plan::Plan;

/// Days with windows of five minutes: the windows of service levels of 30 days begin within an hour.
const NARROW_DAYS: i64 = 32;
/// Single polls that are taken in at once.
const AT_ONCE: usize = 4_000;
/// Answers compared with the usual one: so many of them are equally often.
const SPREAD: [f64; 10] = [0.55, 0.65, 0.72, 0.8, 0.88, 0.97, 1.1, 1.3, 1.6, 2.4];
/// One poll of so many fails by itself.
const LONELY: f64 = 1.0 / 4_000.0;

/// Where single polls begin: with the first full hour of the last 24.
pub fn singles_from(plan: &Plan) -> i64 {
    Step::Hour.start_from(plan.end().as_millisecond() - DAY)
}

/// Writes the sums and the single polls. Gives where the single polls begin.
///
/// # Errors
/// [`YearError`]
pub async fn build(db: &Db, plan: &Plan, services: &[Service], outages: &[Outage]) -> Result<i64, YearError> {
    let singles = singles_from(plan);
    make_months(db, plan.end()).await?;
    for (place, service) in services.iter().enumerate() {
        let of: Vec<Outage> = outages.iter().filter(|outage| outage.service == place).copied().collect();
        let polls = Polls { plan, service, outages: &of };
        let given = polls.sums(singles);
        let mut tx = db.write().await?;
        for (step, rows) in Step::ALL.into_iter().zip(&given) {
            put_rollups(&mut tx, step, rows).await?;
        }
        // Whatever hour and day of the last sums they fall into is summed up anew with them.
        for part in polls.singles(singles).chunks(AT_ONCE) {
            take_in(&mut tx, part).await?;
        }
        tx.commit().await?;
    }
    Ok(singles)
}

/// The polls of one service.
struct Polls<'a> {
    plan: &'a Plan,
    service: &'a Service,
    outages: &'a [Outage],
}

type Row = (i64, i64, Aggregate);

impl Polls<'_> {
    /// Windows of five minutes, of hours and of days before the single polls.
    fn sums(&self, singles: i64) -> [Vec<Row>; 3] {
        let [mut narrow, mut hours, mut days] = [Vec::new(), Vec::new(), Vec::new()];
        let narrow_from = Step::Day.start(singles) - NARROW_DAYS * DAY;
        let (mut day, mut of_day) = (Step::Day.start(self.service.first), Aggregate::default());
        let mut at = self.service.first;
        while at < singles {
            if Step::Day.start(at) != day {
                days.push((self.service.series, day, of_day));
                (day, of_day) = (Step::Day.start(at), Aggregate::default());
            }
            let hour = if at < narrow_from {
                self.window(at, HOUR)
            } else {
                let width = Step::FiveMinutes.width();
                let mut sum = Aggregate::default();
                for place in 0..HOUR / width {
                    let one = self.window(at + place * width, width);
                    sum.merge(&one);
                    narrow.push((self.service.series, at + place * width, one));
                }
                sum
            };
            of_day.merge(&hour);
            hours.push((self.service.series, at, hour));
            at += HOUR;
        }
        days.push((self.service.series, day, of_day));
        [narrow, hours, days]
    }

    /// What the polls of a window come to.
    fn window(&self, at: i64, width: i64) -> Aggregate {
        let polls = width / self.service.every;
        let failed: i64 = self.outages.iter().map(|one| self.failed(one, at, at + width)).sum();
        let mut chance = self.chance(at);
        let mut sum = Aggregate { bad: failed, ..Aggregate::default() };
        let mut answered = polls - failed;
        #[expect(clippy::cast_precision_loss, reason = "polls of an hour are few")]
        if answered > 3 && chance.holds(LONELY * answered as f64) {
            sum.bad += 1;
            answered -= 1;
        }
        self.answers(at, answered, &mut sum, &mut chance);
        sum
    }

    /// How many polls of a time a stop takes.
    fn failed(&self, outage: &Outage, from: i64, to: i64) -> i64 {
        let every = self.service.every;
        let until = |at: i64| (at - from + every - 1).div_euclid(every);
        (until(outage.to.min(to)) - until(outage.from.max(from))).max(0)
    }

    /// Adds answers that spread around the pace of the hour.
    fn answers(&self, at: i64, answered: i64, sum: &mut Aggregate, chance: &mut Chance) {
        let usual = self.service.usual * pace(self.plan, self.service, at) * (0.92 + 0.16 * chance.share());
        let kinds = i64::try_from(SPREAD.len()).unwrap_or(1);
        let more = answered % kinds;
        let from = i64::from(chance.below(10));
        for (place, times) in (0..).zip(SPREAD) {
            let many = answered / kinds + i64::from((place + kinds - from) % kinds < more);
            if many > 0 {
                let value = (usual * times).round();
                let last = LATENCY_BOUNDS_MS.len();
                let bucket = LATENCY_BOUNDS_MS.iter().position(|bound| value <= *bound).unwrap_or(last);
                #[expect(clippy::cast_precision_loss, reason = "polls of an hour are few")]
                let total = value * many as f64;
                let mut one = Aggregate { good: many, total, ..Aggregate::default() };
                (one.least, one.most) = (Some(value), Some(value));
                one.buckets.0[bucket] = many;
                sum.merge(&one);
            }
        }
    }

    fn chance(&self, at: i64) -> Chance {
        self.plan.chance(&format!("services/{}/{at}", self.service.source))
    }

    /// The polls from an instant until the end.
    fn singles(&self, from: i64) -> Vec<NewObservation> {
        let end = self.plan.end().as_millisecond();
        let mut all = Vec::new();
        let mut slot = from.max(self.service.first);
        while slot < end {
            let outage = self.outages.iter().find(|one| (one.from..one.to).contains(&slot));
            let mut chance = self.chance(slot);
            let spread = SPREAD[chance.below(10) as usize];
            let value = self.service.usual * pace(self.plan, self.service, slot) * spread;
            all.push(NewObservation {
                series_id: self.service.series,
                slot,
                state: State::Number,
                value: outage.is_none().then(|| value.round()),
                failure: outage.map(|outage| outage.failure),
                detail: None,
                observed_at: slot + self.service.every.min(1_000),
            });
            slot += self.service.every;
        }
        all
    }
}
