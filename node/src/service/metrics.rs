//! Prometheus metrics of the log.

use pantheon_log_store::Head;
use prometheus_endpoint::{
	register, Gauge, Histogram, HistogramOpts, PrometheusError, Registry, U64,
};
use std::time::Instant;

/// Nothing is measured where the node has no Prometheus endpoint.
#[derive(Clone)]
pub struct Metrics(Option<Inner>);

#[derive(Clone)]
struct Inner {
	size: Gauge<U64>,
	members: Gauge<U64>,
	lag: Gauge<U64>,
	finalized: Gauge<U64>,
	proofs: Histogram,
}

impl Metrics {
	/// Registers the metrics.
	pub fn register(registry: Option<&Registry>) -> Result<Self, PrometheusError> {
		let Some(registry) = registry else { return Ok(Self(None)) };
		let gauge = |name: &str, help: &str| register(Gauge::new(name, help)?, registry);
		let proofs = HistogramOpts::new(
			"pantheon_log_proof_seconds",
			"Time to make an inclusion, consistency or member proof",
		)
		.buckets(vec![0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0]);
		Ok(Self(Some(Inner {
			size: gauge("pantheon_log_size", "Entries in the finalised log")?,
			members: gauge("pantheon_log_members_total", "Batch members in the finalised log")?,
			lag: gauge("pantheon_log_lag_blocks", "Finalised blocks that the log store lacks")?,
			finalized: gauge("pantheon_log_finalized_block", "Last block in the log store")?,
			proofs: register(Histogram::with_opts(proofs)?, registry)?,
		})))
	}

	/// Where the store stands, `lag` blocks behind the finalised block.
	pub fn progress(&self, head: &Head, lag: u32) {
		if let Some(inner) = &self.0 {
			inner.size.set(head.log.size());
			inner.members.set(head.members);
			inner.finalized.set(head.number.into());
			inner.lag.set(lag.into());
		}
	}

	/// Times the making of a proof.
	pub fn time_proof<T>(&self, make: impl FnOnce() -> T) -> T {
		let start = Instant::now();
		let proof = make();
		if let Some(inner) = &self.0 {
			inner.proofs.observe(start.elapsed().as_secs_f64());
		}
		proof
	}
}
