//! `export-trust`: the trust file of a chain, from its genesis.

use crate::chain_spec::{self, SpecError};
use clap::Parser;
use codec::{Decode, Encode};
use pantheon_primitives::{
	bitcoin::{
		check_min_work, default_min_work, genesis_pin, BitcoinNetwork, HeaderRules, NoWork,
		PinnedHeader,
	},
	finality::{AuthorityKey, AuthoritySet},
	trust::{TrustFile, DEFAULT_MIN_CONFIRMATIONS},
	GenesisHash,
};
use polkadot_service::Block;
use sc_chain_spec::{construct_genesis_block, resolve_state_version_from_wasm};
use sc_executor::WasmExecutor;
use sp_core::{storage::Storage, H256};
use sp_runtime::{
	traits::{Block as _, HashingFor},
	BuildStorage, StateVersion,
};
use std::{fs, io, path::PathBuf, str::FromStr};

/// Writes the trust file of a chain: its genesis hash and GRANDPA authorities, and a pinned Bitcoin
/// header. Whoever verifies proofs against it trusts these; give it to auditors with the chain
/// specification, never with a proof.
#[derive(Debug, Parser)]
pub struct ExportTrustCmd {
	/// dev, local, staging, or the path of a chain specification.
	#[arg(long, value_name = "CHAIN")]
	chain: String,

	/// The Bitcoin network that anchors are in: mainnet, signet or regtest.
	#[arg(long, value_name = "NETWORK", value_parser = parse_network)]
	bitcoin_network: BitcoinNetwork,

	/// A header known to be in that network's chain, at or before the first anchor. On mainnet it must
	/// be named; by default the network's first block.
	#[arg(long, value_name = "HEIGHT:HEADER")]
	bitcoin_header: Option<Pin>,

	/// Bitcoin blocks that must bury an anchor, its own included.
	#[arg(long, value_name = "BLOCKS", default_value_t = DEFAULT_MIN_CONFIRMATIONS)]
	min_confirmations: u32,

	/// Least expected number of hashes in those blocks, as 64 hex digits; by default a tenth of the pinned
	/// header's work for each, on mainnet at least that of difficulty 1.8e13, on regtest none.
	#[arg(long, value_name = "WORK")]
	min_work: Option<Work>,

	/// Seconds after which an anchor is too old to speak for the present.
	#[arg(long, value_name = "SECONDS")]
	max_anchor_age: Option<u64>,

	/// The file to write; by default the trust file is printed.
	#[arg(long, value_name = "FILE")]
	output: Option<PathBuf>,
}

/// Why no trust file was written.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
	/// The chain can't be loaded.
	#[error(transparent)]
	Spec(#[from] SpecError),
	/// Mainnet without a header.
	#[error(
		"on mainnet, name a recent header with --bitcoin-header HEIGHT:HEADER: from Bitcoin's first \
		block on, anybody can mine a chain of their own at the least difficulty"
	)]
	NoPin,
	/// The genesis state can't be built.
	#[error("the genesis state of the chain can't be built: {0}")]
	Genesis(String),
	/// The runtime in the genesis state can't be read.
	#[error("the runtime of the chain can't be read")]
	Runtime(#[from] sp_blockchain::Error),
	/// The genesis state has no GRANDPA authorities.
	#[error("the genesis state of the chain has no GRANDPA authorities")]
	NoAuthorities,
	/// No work is asked for where anchors rest on it.
	#[error(transparent)]
	NoWork(#[from] NoWork),
	/// The file can't be written.
	#[error("{path} can't be written")]
	Write {
		/// The file.
		path: PathBuf,
		/// Why.
		#[source]
		error: io::Error,
	},
}

/// Why an argument is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum ArgumentError {
	/// Not HEIGHT:HEADER.
	#[error("expected HEIGHT:HEADER, the header as 160 hex digits")]
	Pin,
	/// Not 32 bytes of hex.
	#[error("expected 64 hex digits")]
	Work,
}

#[derive(Clone, Debug)]
struct Pin(PinnedHeader);

impl FromStr for Pin {
	type Err = ArgumentError;

	fn from_str(text: &str) -> Result<Self, ArgumentError> {
		let (height, header) = text.split_once(':').ok_or(ArgumentError::Pin)?;
		let height = height.parse().map_err(|_| ArgumentError::Pin)?;
		let mut bytes = [0; 80];
		hex::decode_to_slice(header, &mut bytes).map_err(|_| ArgumentError::Pin)?;
		Ok(Self(PinnedHeader { height, header: bytes }))
	}
}

#[derive(Clone, Debug)]
struct Work([u8; 32]);

impl FromStr for Work {
	type Err = ArgumentError;

	fn from_str(text: &str) -> Result<Self, ArgumentError> {
		let mut bytes = [0; 32];
		hex::decode_to_slice(text, &mut bytes).map_err(|_| ArgumentError::Work)?;
		Ok(Self(bytes))
	}
}

fn parse_network(name: &str) -> Result<BitcoinNetwork, String> {
	BitcoinNetwork::parse(name).map_err(|error| error.to_string())
}

impl ExportTrustCmd {
	/// Writes the file.
	pub fn run(&self) -> Result<(), TrustError> {
		let pinned = match (&self.bitcoin_header, self.bitcoin_network) {
			(Some(pin), _) => pin.0,
			(None, BitcoinNetwork::Mainnet) => return Err(TrustError::NoPin),
			(None, network) => genesis_pin(network),
		};
		let min_work = match &self.min_work {
			Some(work) => work.0,
			None => default_min_work(self.bitcoin_network, &pinned, self.min_confirmations),
		};
		check_min_work(self.bitcoin_network, &min_work)?;
		let spec = chain_spec::load(&self.chain)?;
		let storage = spec.build_storage().map_err(TrustError::Genesis)?;
		let trust = TrustFile {
			chain: sc_chain_spec::ChainSpec::id(&spec).into(),
			genesis: genesis_hash(&storage)?,
			authorities: AuthoritySet { id: 0, authorities: authorities(&storage)? },
			bitcoin: HeaderRules {
				network: self.bitcoin_network,
				pinned,
				min_confirmations: self.min_confirmations,
				min_work,
				max_target: None,
			},
			anchor_origin: None,
			max_anchor_age: self.max_anchor_age,
			log_keys: Vec::new(),
		};
		let json = trust.to_json() + "\n";
		match &self.output {
			None => print!("{json}"),
			Some(path) => fs::write(path, json)
				.map_err(|error| TrustError::Write { path: path.clone(), error })?,
		}
		Ok(())
	}
}

fn genesis_hash(storage: &Storage) -> Result<GenesisHash, TrustError> {
	let executor = WasmExecutor::<sp_io::SubstrateHostFunctions>::builder().build();
	let version = resolve_state_version_from_wasm::<_, HashingFor<Block>>(storage, &executor)?;
	let block: Block = construct_genesis_block(state_root(storage, version), version);
	Ok(block.header().hash().0.into())
}

/// The state root as the client computes it at genesis: child tries first, then the main trie.
fn state_root(storage: &Storage, version: StateVersion) -> H256 {
	use sp_runtime::traits::Hash;
	let children = storage.children_default.values().map(|child| {
		let root = HashingFor::<Block>::trie_root(
			child.data.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
			version,
		);
		(child.child_info.prefixed_storage_key().into_inner(), root.encode())
	});
	let top = storage.top.iter().map(|(key, value)| (key.clone(), value.clone()));
	HashingFor::<Block>::trie_root(top.chain(children).collect(), version)
}

/// Keys of the set that finalises the first blocks, as pallet-grandpa stores them.
fn authorities(storage: &Storage) -> Result<Vec<(AuthorityKey, u64)>, TrustError> {
	let key = [sp_io::hashing::twox_128(b"Grandpa"), sp_io::hashing::twox_128(b"Authorities")];
	let stored = storage.top.get(key.as_flattened()).ok_or(TrustError::NoAuthorities)?;
	let decoded = Vec::<([u8; 32], u64)>::decode(&mut stored.as_slice());
	let authorities = decoded.map_err(|_| TrustError::NoAuthorities)?;
	if authorities.is_empty() {
		return Err(TrustError::NoAuthorities);
	}
	Ok(authorities.into_iter().map(|(key, weight)| (AuthorityKey(key), weight)).collect())
}
