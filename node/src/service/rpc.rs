//! One RPC port for the relay-chain service's methods and ours.
//!
//! Whether an unsafe method (such as `author_insertKey`) may be called is decided by the server for
//! each connection; the service's in-process module, which we serve, has no say in it. A test
//! asserts that such methods are refused from outside.

use super::audit_rpc::AuditRpc;
use pantheon_audit_rpc::AuditApiServer;
use sc_service::{
	config::{RpcConfiguration, RpcEndpoint, RpcMethods},
	Configuration, RpcHandlers,
};
use std::net::{Ipv4Addr, SocketAddr};

/// Why the RPC port was not opened.
#[derive(Debug, thiserror::Error)]
pub enum RpcError {
	/// One of our methods has the name of another.
	#[error("an RPC method is defined twice")]
	Methods(#[from] jsonrpsee::core::RegisterMethodError),
	/// No threads for the server.
	#[error("the RPC server's threads can't be started")]
	Threads(#[from] std::io::Error),
	/// The port can't be opened.
	#[error("the RPC port can't be opened (--rpc-port names another)")]
	Server(#[from] sc_service::Error),
}

/// Takes the RPC addresses out of the configuration; a loopback one of no use to anybody stays.
pub fn hold_back(config: &mut Configuration) -> RpcConfiguration {
	let rpc = &config.rpc;
	let endpoint = RpcEndpoint {
		listen_addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
		batch_config: rpc.batch_config,
		max_connections: 1,
		max_payload_in_mb: 1,
		max_payload_out_mb: 1,
		max_subscriptions_per_connection: 1,
		max_buffer_capacity_per_connection: 1,
		rate_limit: None,
		rate_limit_trust_proxy_headers: false,
		rate_limit_whitelisted_ips: Vec::new(),
		cors: Some(Vec::new()),
		rpc_methods: RpcMethods::Safe,
		is_optional: false,
		retry_random_port: false,
	};
	let inner = RpcConfiguration {
		addr: Some(vec![endpoint]),
		max_connections: rpc.max_connections,
		cors: Some(Vec::new()),
		methods: RpcMethods::Safe,
		max_request_size: 1,
		max_response_size: 1,
		id_provider: None,
		max_subs_per_conn: 1,
		port: 0,
		message_buffer_capacity: 1,
		batch_config: rpc.batch_config,
		rate_limit: None,
		rate_limit_whitelisted_ips: Vec::new(),
		rate_limit_trust_proxy_headers: false,
		request_logger_limit: rpc.request_logger_limit,
	};
	std::mem::replace(&mut config.rpc, inner)
}

/// Serves the service's methods and ours on the addresses that were held back. The server stops when
/// what is returned is dropped.
pub fn serve(
	mut public: RpcConfiguration,
	handlers: &RpcHandlers,
	audit: AuditRpc,
	tokio: &tokio::runtime::Handle,
) -> Result<impl Send + 'static, RpcError> {
	// By default a taken port is silently exchanged for a random one. Then nobody finds this node, and
	// whoever asks at the configured port asks another chain.
	for endpoint in public.addr.iter_mut().flatten() {
		endpoint.retry_random_port = false;
	}
	let mut module = (*handlers.handle()).clone();
	module.merge(audit.into_rpc())?;
	let threads = sc_service::create_rpc_runtime(public.max_connections)?;
	let id_provider = public.id_provider.take();
	// No Prometheus registry: the service's own server has registered the same metrics.
	Ok(sc_service::start_rpc_servers(&public, None, tokio, module, threads, id_provider)?)
}
