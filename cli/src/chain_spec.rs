//! Reading a raw chain specification: the genesis state, from which follow the chain's genesis hash and its
//! first authorities.

use pantheon_primitives::genesis::{GenesisState, Storage};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A chain specification with its genesis state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainSpec {
	/// Name of the chain, for people.
	pub id: String,
	/// Everything that is stored at block 0.
	pub genesis: GenesisState,
}

/// Why a file is not a raw chain specification.
#[derive(Debug, thiserror::Error)]
pub enum ChainSpecError {
	/// Not the JSON of a chain specification.
	#[error("it is not a chain specification: {0}")]
	Json(#[from] serde_json::Error),
	/// The genesis state is not in the file: it would take the runtime's code to build it.
	#[error(
		"it is a plain chain specification, and only the runtime in it can build the genesis state; make it raw first: pantheon-node build-spec --chain FILE --raw"
	)]
	Plain,
	/// A key or value is not hexadecimal with 0x in front.
	#[error("a key or value of its genesis state is not hexadecimal")]
	Hex,
}

#[derive(Deserialize)]
struct Spec {
	id: String,
	genesis: Genesis,
}

#[derive(Deserialize)]
struct Genesis {
	raw: Option<Raw>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Raw {
	top: BTreeMap<String, String>,
	#[serde(default)]
	children_default: BTreeMap<String, BTreeMap<String, String>>,
}

impl ChainSpec {
	/// Reads the JSON of a raw chain specification, as `pantheon-node build-spec --raw` writes it.
	pub fn parse(json: &[u8]) -> Result<Self, ChainSpecError> {
		let spec: Spec = serde_json::from_slice(json)?;
		let raw = spec.genesis.raw.ok_or(ChainSpecError::Plain)?;
		let children = raw.children_default.iter();
		let children = children.map(|(name, child)| Ok((bytes(name)?, storage(child)?)));
		Ok(Self {
			id: spec.id,
			genesis: GenesisState {
				top: storage(&raw.top)?,
				children: children.collect::<Result<_, ChainSpecError>>()?,
			},
		})
	}
}

fn storage(pairs: &BTreeMap<String, String>) -> Result<Storage, ChainSpecError> {
	pairs.iter().map(|(key, value)| Ok((bytes(key)?, bytes(value)?))).collect()
}

fn bytes(text: &str) -> Result<Vec<u8>, ChainSpecError> {
	let digits = text.strip_prefix("0x").ok_or(ChainSpecError::Hex)?;
	hex::decode(digits).map_err(|_| ChainSpecError::Hex)
}
