//! Prometheus metrics of the HTTP server.

use crate::answer::Answer;
use prometheus_endpoint::{
	register, CounterVec, Gauge, Histogram, HistogramOpts, Opts, PrometheusError, Registry, U64,
};
use std::time::Duration;

/// Nothing is measured where the node has no Prometheus endpoint.
#[derive(Clone)]
pub struct Metrics(Option<Inner>);

#[derive(Clone)]
struct Inner {
	requests: CounterVec<U64>,
	seconds: Histogram,
	connections: Gauge<U64>,
	refused: prometheus_endpoint::Counter<U64>,
}

impl Metrics {
	/// Registers the metrics.
	pub fn register(registry: Option<&Registry>) -> Result<Self, PrometheusError> {
		let Some(registry) = registry else { return Ok(Self(None)) };
		let requests =
			Opts::new("pantheon_log_http_requests_total", "Requests to the log over HTTP");
		let seconds = HistogramOpts::new(
			"pantheon_log_http_seconds",
			"Time to answer a request to the log over HTTP, waiting for its turn included",
		)
		.buckets(vec![0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0]);
		let requests = CounterVec::new(requests, &["resource", "status"])?;
		let connections =
			Gauge::new("pantheon_log_http_connections", "Open connections to the log over HTTP")?;
		let refused = prometheus_endpoint::Counter::new(
			"pantheon_log_http_refused_connections_total",
			"Connections closed at once, since too many were open",
		)?;
		Ok(Self(Some(Inner {
			requests: register(requests, registry)?,
			seconds: register(Histogram::with_opts(seconds)?, registry)?,
			connections: register(connections, registry)?,
			refused: register(refused, registry)?,
		})))
	}

	/// Counts an answer that took `time`.
	pub fn answered(&self, answer: &Answer, time: Duration) {
		if let Some(inner) = &self.0 {
			let labels = [answer.resource.label(), answer.status.as_str()];
			inner.requests.with_label_values(&labels).inc();
			inner.seconds.observe(time.as_secs_f64());
		}
	}

	/// So many connections are open.
	pub fn connections(&self, open: usize) {
		if let Some(inner) = &self.0 {
			inner.connections.set(open as u64);
		}
	}

	/// Counts a connection that was closed at once.
	pub fn refused(&self) {
		if let Some(inner) = &self.0 {
			inner.refused.inc();
		}
	}
}
