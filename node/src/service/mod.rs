//! The running node: the relay-chain service, the log store beside it, one RPC port for both, and on
//! demand a port that serves the log over HTTP.

mod audit_rpc;
mod chain_source;
mod log_http;
mod log_sync;
mod metrics;
mod rpc;

use crate::{cli::RunCmd, database};
use audit_rpc::AuditRpc;
use chain_source::ClientSource;
use metrics::Metrics;
use pantheon_log_http::{KeyOrigin, LogKey, LogKeyError, SignedLog};
use pantheon_log_store::{Limits, OpenError, Store};
use pantheon_runtime::presets::is_placeholder;
use polkadot_service::{
	build_full, FullClient, IsParachainNode, NewFull, NewFullParams, ValidatorOverseerGen,
};
use sc_service::{Configuration, TaskManager};
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_consensus_grandpa::{AuthorityId, GrandpaApi};
use std::{
	collections::HashSet,
	path::{Path, PathBuf},
	sync::Arc,
};

/// Why the node did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
	/// The relay-chain service says.
	#[error(transparent)]
	Relay(#[from] polkadot_service::Error),
	/// The log store can't be opened.
	#[error(transparent)]
	LogStore(#[from] OpenError),
	/// There is no log key.
	#[error(transparent)]
	LogKey(#[from] LogKeyError),
	/// The RPC port can't be opened.
	#[error(transparent)]
	Rpc(#[from] rpc::RpcError),
	/// The port of the log can't be opened.
	#[error(transparent)]
	LogHttp(#[from] log_http::LogHttpError),
	/// A metric can't be registered.
	#[error(transparent)]
	Metrics(#[from] prometheus_endpoint::PrometheusError),
}

/// Starts the node.
pub async fn start(mut config: Configuration, run: RunCmd) -> Result<TaskManager, StartError> {
	database::settle(&mut config);
	let log_path = log_store_path(&config);
	let key_path = log_path.with_file_name("log-key");
	let metrics = Metrics::register(config.prometheus_registry())?;
	let log_http = log_http::LogHttp::new(&run, config.prometheus_registry())?;
	let log_key = open_log_key(&key_path)?;
	let tokio = config.tokio_handle.clone();
	let hardware = measure_hardware(&config, &run);
	// The relay-chain service has no hook for further RPC methods. So it gets a loopback address that
	// nobody is told, and the configured addresses serve its methods together with ours.
	let public = rpc::hold_back(&mut config);
	let NewFull { mut task_manager, client, rpc_handlers, backend, .. } =
		build_full(config, relay_params(&run, hardware))?;
	warn_of_placeholders(&client);

	let source = ClientSource::new(client.clone(), backend);
	let limits = Limits { cache_bytes: run.log_cache << 20, ..Limits::default() };
	let (store, fresh) = Store::open(&log_path, source.genesis_hash(), limits)?;
	let store = Arc::new(store);
	match fresh {
		Some(reason) => log::info!("Log store: starting empty, since {reason}"),
		None => log::info!("Log store: {}", log_path.display()),
	}
	log_sync::spawn(&task_manager, store.clone(), source, rpc_handlers.handle(), metrics.clone());
	let signed = Arc::new(SignedLog::new(store.clone(), log_key));
	if let Some(log_http) = log_http {
		log_http.start(&task_manager, signed.clone()).await?;
	}
	let audit = AuditRpc::new(store, signed, client, metrics);
	let server = rpc::serve(public, &rpc_handlers, audit, &tokio)?;
	task_manager.keep_alive(server);
	Ok(task_manager)
}

/// The folder of the log store, beside the chain's database.
pub fn log_store_path(config: &Configuration) -> PathBuf {
	config.base_path.config_dir(config.chain_spec.id()).join("log")
}

/// Says why no block comes, where the chain's authorities are the placeholders of the staging preset.
fn warn_of_placeholders(client: &FullClient) {
	let best = client.info().best_hash;
	let Ok(authorities) = client.runtime_api().grandpa_authorities(best) else { return };
	let nobody = |key: &AuthorityId| is_placeholder(key.as_ref());
	let count = authorities.iter().filter(|(key, _)| nobody(key)).count();
	if count > 0 {
		log::warn!(
			"{count} of this chain's {} authorities are placeholders, whose keys nobody holds: no block will become \
			final. Put the validators' own keys into session.keys of the specification (pantheon-node \
			export-chain-spec --chain staging) and start the node with that: docs/guides/validators.md",
			authorities.len()
		);
	}
}

/// The key lies beside the log store, not in it: a copied store must not bring another node's key.
fn open_log_key(path: &Path) -> Result<LogKey, LogKeyError> {
	let (key, origin) = LogKey::open_or_make(path)?;
	match origin {
		KeyOrigin::Made => log::info!("Log key: made {}; back it up", path.display()),
		KeyOrigin::Read => log::info!("Log key: {}", path.display()),
	}
	log::info!("Log key id: {}", key.key_id());
	Ok(key)
}

/// Measures the hardware, to warn a validator that it is too slow.
fn measure_hardware(config: &Configuration, run: &RunCmd) -> Option<sc_sysinfo::HwBench> {
	if run.no_hardware_benchmarks || run.base.shared_params.is_dev() {
		return None;
	}
	let path = config.database.path()?;
	// The benchmark writes a file there; if it can't, it says so itself.
	let _ = std::fs::create_dir_all(path);
	let requirements = &frame_benchmarking_cli::SUBSTRATE_REFERENCE_HARDWARE;
	Some(sc_sysinfo::gather_hwbench(Some(path), requirements))
}

fn relay_params(
	run: &RunCmd,
	hwbench: Option<sc_sysinfo::HwBench>,
) -> NewFullParams<ValidatorOverseerGen> {
	NewFullParams {
		is_parachain_node: IsParachainNode::No,
		enable_beefy: false,
		force_authoring_backoff: false,
		telemetry_worker_handle: None,
		node_version: Some(polkadot_node_primitives::NODE_VERSION.into()),
		secure_validator_mode: run.base.validator && !run.insecure_validator,
		workers_path: run.workers_path.clone(),
		workers_names: Some(("pantheon-prepare-worker".into(), "pantheon-execute-worker".into())),
		execute_workers_max_num: None,
		prepare_workers_soft_max_num: None,
		prepare_workers_hard_max_num: None,
		keep_finalized_for: None,
		overseer_gen: ValidatorOverseerGen,
		overseer_message_channel_capacity_override: None,
		malus_finality_delay: None,
		hwbench,
		invulnerable_ah_collators: HashSet::new(),
		collator_protocol_hold_off: None,
		experimental_collator_protocol: false,
		collator_reputation_persist_interval: None,
	}
}
