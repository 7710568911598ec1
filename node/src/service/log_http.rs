//! The log over HTTP, where the command line asks for it.

use crate::cli::{LogHttpListen, RunCmd};
use pantheon_log_http::{Limits, Metrics, Server, SignedLog};
use prometheus_endpoint::{PrometheusError, Registry};
use sc_service::TaskManager;
use std::{
	io,
	net::{Ipv4Addr, SocketAddr},
	sync::Arc,
};

/// Why the log's port is not open.
#[derive(Debug, thiserror::Error)]
#[error("the log can't be served on {address} (--log-http-port)")]
pub struct LogHttpError {
	address: SocketAddr,
	#[source]
	source: io::Error,
}

/// A server that is asked for and not started yet.
pub struct LogHttp {
	address: SocketAddr,
	metrics: Metrics,
}

impl LogHttp {
	/// What the command line asks for, if anything.
	pub fn new(run: &RunCmd, registry: Option<&Registry>) -> Result<Option<Self>, PrometheusError> {
		let Some(port) = run.log_http_port else { return Ok(None) };
		let from = match run.log_http_listen {
			LogHttpListen::Loopback => Ipv4Addr::LOCALHOST,
			LogHttpListen::All => Ipv4Addr::UNSPECIFIED,
		};
		let address = SocketAddr::from((from, port));
		Ok(Some(Self { address, metrics: Metrics::register(registry)? }))
	}

	/// Opens the port and serves until the node ends.
	pub async fn start(self, tasks: &TaskManager, log: Arc<SignedLog>) -> Result<(), LogHttpError> {
		let Self { address, metrics } = self;
		let refused = |source| LogHttpError { address, source };
		let bound = Server::bind(address, log, metrics, Limits::default()).await;
		let server = bound.map_err(refused)?;
		log::info!("Log over HTTP: http://{}/checkpoint", server.address().map_err(refused)?);
		tasks.spawn_handle().spawn("pantheon-log-http", Some("pantheon-log"), server.run());
		Ok(())
	}
}
