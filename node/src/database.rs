//! Which database holds the chain, and how long it keeps state.

use crate::service;
use polkadot_service::{new_chain_ops, Block, FullBackend, FullClient};
use sc_cli::PurgeChainCmd;
use sc_service::{Configuration, DatabaseSource, PruningMode, TaskManager};
use std::{fs, path::Path, sync::Arc};

/// A chain that was opened without its network: client, backend, import queue, and what runs beside them.
pub type OpenChain =
	(Arc<FullClient>, Arc<FullBackend>, sc_consensus::BasicQueue<Block>, TaskManager);

/// Opens the chain for a command that works on its database.
pub fn open_chain(config: &mut Configuration) -> Result<OpenChain, polkadot_service::Error> {
	settle(config);
	new_chain_ops(config)
}

/// Settles on the database that is there, or for a new chain on ParityDB; and for a new chain keeps the state
/// of every finalised block. The command line may say otherwise.
///
/// To be called before the SDK looks for itself: it tries RocksDB first, which leaves a folder behind even where
/// there is none.
///
/// The entries of a block are part of its state. With them kept, the log store can always be rebuilt
/// from the chain; per block they are small beside the body, which is kept anyway.
pub fn settle(config: &mut Configuration) {
	if let DatabaseSource::Auto { paritydb_path, rocksdb_path, cache_size } = &config.database {
		config.database = if holds_rocksdb(rocksdb_path) && !holds_paritydb(paritydb_path) {
			DatabaseSource::RocksDb { path: rocksdb_path.clone(), cache_size: *cache_size }
		} else {
			DatabaseSource::ParityDb { path: paritydb_path.clone() }
		};
		log::info!("Database: {}", config.database);
	}
	let exists = match &config.database {
		DatabaseSource::ParityDb { path } => holds_paritydb(path),
		DatabaseSource::RocksDb { path, .. } => holds_rocksdb(path),
		DatabaseSource::Auto { .. } | DatabaseSource::Custom { .. } => false,
	};
	if config.state_pruning.is_none() && !exists {
		config.state_pruning = Some(PruningMode::ArchiveCanonical);
	}
}

/// Removes the chain, once the user agrees, and with it the log store, which is a copy of the chain's log.
pub fn purge(command: &PurgeChainCmd, mut config: Configuration) -> sc_cli::Result<()> {
	settle(&mut config);
	let log_store = service::log_store_path(&config);
	let chain = config.database.path().map(Path::to_owned);
	command.run(config.database)?;
	if chain.is_some_and(|chain| !chain.exists()) && log_store.exists() {
		fs::remove_dir_all(&log_store)?;
		println!("{log_store:?} removed.");
	}
	Ok(())
}

/// A RocksDB has a file that names its current manifest; a mere attempt to open one leaves others.
fn holds_rocksdb(path: &Path) -> bool {
	path.join("CURRENT").exists()
}

fn holds_paritydb(path: &Path) -> bool {
	path.join("metadata").exists()
}
