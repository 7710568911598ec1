//! The chains this program knows by name. Their genesis is made by the runtime's own presets.

use polkadot_service::GenericChainSpec;
use sc_chain_spec::{ChainType, Properties};
use sp_core::crypto::Ss58AddressFormat;
use std::path::PathBuf;

/// Why a chain can't be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
	/// No chain was named. There is no default: a node on the wrong chain is a costly surprise.
	#[error("name a chain: --chain dev, local, staging, or the path of a chain specification")]
	Unnamed,
	/// This program was built without its runtime.
	#[error("this program was built without a runtime (SKIP_WASM_BUILD); give the path of a chain specification")]
	NoRuntime,
	/// The file is not a chain specification.
	#[error("{path}: {reason}")]
	File {
		/// The file.
		path: PathBuf,
		/// What the parser says.
		reason: String,
	},
}

/// A chain with its genesis in the runtime.
struct Known {
	/// Must not begin with a Polkadot network's prefix: the service would take it for that network.
	id: &'static str,
	name: &'static str,
	kind: ChainType,
	preset: &'static str,
}

/// Loads `dev`, `local`, `staging` or a file.
pub fn load(id: &str) -> Result<GenericChainSpec, SpecError> {
	let known = match id {
		"" => return Err(SpecError::Unnamed),
		"dev" | "pantheon-dev" => Known {
			id: "pantheon-dev",
			name: "Pantheon Development",
			kind: ChainType::Development,
			preset: sp_genesis_builder::DEV_RUNTIME_PRESET,
		},
		"local" | "pantheon-local" => Known {
			id: "pantheon-local",
			name: "Pantheon Local Testnet",
			kind: ChainType::Local,
			preset: sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET,
		},
		"staging" | "pantheon-staging" => Known {
			id: "pantheon-staging",
			name: "Pantheon Staging",
			kind: ChainType::Live,
			preset: pantheon_runtime::presets::STAGING_RUNTIME_PRESET,
		},
		path => {
			let path = PathBuf::from(path);
			return GenericChainSpec::from_json_file(path.clone())
				.map_err(|reason| SpecError::File { path, reason });
		},
	};
	let wasm = pantheon_runtime::WASM_BINARY.ok_or(SpecError::NoRuntime)?;
	Ok(GenericChainSpec::builder(wasm, Default::default())
		.with_name(known.name)
		.with_id(known.id)
		.with_protocol_id("pantheon")
		.with_chain_type(known.kind)
		.with_properties(properties())
		.with_genesis_config_preset_name(known.preset)
		.build())
}

/// How wallets show amounts and addresses.
fn properties() -> Properties {
	let mut properties = Properties::new();
	properties.insert("tokenSymbol".into(), "PAN".into());
	properties.insert("tokenDecimals".into(), 12.into());
	properties.insert("ss58Format".into(), ss58_prefix().into());
	properties
}

/// The runtime's prefix of addresses.
fn ss58_prefix() -> u16 {
	<pantheon_runtime::Runtime as frame_system::Config>::SS58Prefix::get()
}

/// Makes this program print and read addresses with the runtime's prefix.
pub fn set_address_format() {
	sp_core::crypto::set_default_ss58_version(Ss58AddressFormat::custom(ss58_prefix()));
}
