//! One struct per observable event: emitting it writes the log line and moves the counter
//! together, so the two cannot drift. Metrics are rendered in Prometheus text by [`Metrics`].

mod events;
mod stream;

pub use events::*;
pub use stream::*;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Something that happened and that an operator may want to see and to count.
pub trait Event {
    /// Writes the log line and moves the counters.
    fn emit(self);
}

/// The process-wide collection of counters and gauges.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Installs the collector for this process. Called a second time (as tests in one process do)
    /// it returns a handle whose counters stay empty.
    pub fn install() -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::debug!("a metrics recorder is already installed in this process");
        }
        Self(handle)
    }

    /// The present values in the Prometheus text format.
    pub fn render(&self) -> String {
        self.0.run_upkeep();
        self.0.render()
    }
}
