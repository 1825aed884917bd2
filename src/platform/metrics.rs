//! The program's own figures, in Prometheus' text form.

use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder, core::Collector,
};

/// Every metric of this process. The help text of each stands at its making.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Registry,
    /// Answered requests by route, method and status class.
    pub requests: IntCounterVec,
    /// Time from request to answer by route.
    pub request_seconds: HistogramVec,
    /// Searches by where the answer came from: `cache` or `index`.
    pub searches: IntCounterVec,
    /// Procedures in the search index, retired ones included.
    pub indexed_procedures: IntGauge,
    /// Position in the change log up to which search is current.
    pub search_position: IntGauge,
    /// Newest position in the change log.
    pub change_position: IntGauge,
}

impl Metrics {
    /// A registry with every metric at zero.
    ///
    /// # Errors
    /// When two metrics bear one name, which a test would show.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let metrics = Self {
            requests: IntCounterVec::new(
                Opts::new("toantrinh_http_requests_total", "Answered requests"),
                &["route", "method", "status"],
            )?,
            request_seconds: HistogramVec::new(
                HistogramOpts::new("toantrinh_http_request_seconds", "Time from request to answer")
                    .buckets(vec![0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0]),
                &["route"],
            )?,
            searches: IntCounterVec::new(
                Opts::new("toantrinh_searches_total", "Searches by where the answer came from"),
                &["from"],
            )?,
            indexed_procedures: IntGauge::new("toantrinh_indexed_procedures", "Procedures in the search index")?,
            search_position: IntGauge::new("toantrinh_search_position", "Change-log position of search")?,
            change_position: IntGauge::new("toantrinh_change_position", "Newest change-log position")?,
            registry,
        };
        let version = Opts::new("toantrinh_build_info", "1, with the version that runs")
            .const_label("version", env!("CARGO_PKG_VERSION"));
        let build = IntGauge::with_opts(version)?;
        build.set(1);
        let collectors: [Box<dyn Collector>; 7] = [
            Box::new(build),
            Box::new(metrics.requests.clone()),
            Box::new(metrics.request_seconds.clone()),
            Box::new(metrics.searches.clone()),
            Box::new(metrics.indexed_procedures.clone()),
            Box::new(metrics.search_position.clone()),
            Box::new(metrics.change_position.clone()),
        ];
        for collector in collectors {
            metrics.registry.register(collector)?;
        }
        Ok(metrics)
    }

    /// Adds a metric that a room counts by itself.
    ///
    /// # Errors
    /// When its name is taken.
    pub fn register(&self, collector: Box<dyn Collector>) -> Result<(), prometheus::Error> {
        self.registry.register(collector)
    }

    /// All metrics as Prometheus reads them.
    ///
    /// # Errors
    /// When encoding fails.
    pub fn render(&self) -> Result<Vec<u8>, prometheus::Error> {
        let mut out = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut out)?;
        Ok(out)
    }
}
