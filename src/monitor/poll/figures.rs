//! Figures of polling for Prometheus.

use prometheus::core::Collector;
use prometheus::{Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts};

use crate::monitor::model::SourceKind;
use crate::monitor::probe::model::Outcome;
use crate::platform::metrics::Metrics;
use crate::platform::word;

/// What polling does in this process. The help text of each stands at its making.
#[derive(Debug, Clone)]
pub struct Figures {
    polls: IntCounterVec,
    phases: HistogramVec,
    /// Time from a slot to the beginning of its request.
    pub drift: Histogram,
    /// Polls that run now.
    pub running: IntGauge,
    /// Results that wait to be stored.
    pub waiting: IntGauge,
    /// Circuits that are open, in all processes.
    pub circuits: IntGauge,
    /// Slots that were asked for again because whoever claimed them did not end them.
    pub again: IntCounter,
    /// Results that were not kept because their lease was over.
    pub lost: IntCounter,
    /// Sources whose slots were left out because nobody ran.
    pub skipped: IntCounter,
    /// Time from the end of the oldest poll of a batch until it stood in the roll-ups.
    pub rollup_lag: Gauge,
}

impl Figures {
    /// All at zero, registered.
    ///
    /// # Errors
    /// When a name is taken, which a test would show.
    pub fn new(metrics: &Metrics) -> Result<Self, prometheus::Error> {
        let seconds = |name, help, buckets| HistogramOpts::new(name, help).buckets(buckets);
        let drift = vec![0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0];
        let phases = vec![0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0];
        let all = Self {
            polls: IntCounterVec::new(
                Opts::new(
                    "toantrinh_polls_total",
                    "Ended polls by kind of source and by `good` or the kind of failure",
                ),
                &["kind", "outcome"],
            )?,
            phases: HistogramVec::new(
                seconds("toantrinh_poll_phase_seconds", "Where the time of a poll's last request went", phases),
                &["phase"],
            )?,
            drift: Histogram::with_opts(seconds(
                "toantrinh_poll_drift_seconds",
                "Time from a slot to the beginning of its request",
                drift,
            ))?,
            running: IntGauge::new("toantrinh_polls_running", "Polls that run now")?,
            waiting: IntGauge::new("toantrinh_poll_results_waiting", "Results of polls that wait to be stored")?,
            circuits: IntGauge::new("toantrinh_poll_circuits_open", "Sources that are left alone after failures")?,
            again: IntCounter::new("toantrinh_polls_again_total", "Slots asked for again after a lease ran out")?,
            lost: IntCounter::new("toantrinh_polls_lost_total", "Results not kept because their lease was over")?,
            skipped: IntCounter::new("toantrinh_polls_skipped_total", "Sources whose slots passed while nobody ran")?,
            rollup_lag: Gauge::new("toantrinh_rollup_lag_seconds", "Time from a poll's end until roll-ups had it")?,
        };
        let collectors: [Box<dyn Collector>; 10] = [
            Box::new(all.polls.clone()),
            Box::new(all.phases.clone()),
            Box::new(all.drift.clone()),
            Box::new(all.running.clone()),
            Box::new(all.waiting.clone()),
            Box::new(all.circuits.clone()),
            Box::new(all.again.clone()),
            Box::new(all.lost.clone()),
            Box::new(all.skipped.clone()),
            Box::new(all.rollup_lag.clone()),
        ];
        for collector in collectors {
            metrics.register(collector)?;
        }
        Ok(all)
    }

    /// Counts a poll that has ended.
    pub fn ended(&self, kind: SourceKind, outcome: &Outcome) {
        let failure = outcome.failure.map(|failure| word::of(&failure));
        let labels = [word::of(&kind), failure.unwrap_or_else(|| "good".to_owned())];
        self.polls.with_label_values(&labels).inc();
        let phases = &outcome.phases;
        for (phase, took) in [
            ("dns", phases.dns),
            ("connect", phases.connect),
            ("tls", phases.tls),
            ("first_byte", phases.first_byte),
            ("transfer", phases.transfer),
        ] {
            if !took.is_zero() {
                self.phases.with_label_values(&[phase]).observe(took.as_secs_f64());
            }
        }
    }
}
