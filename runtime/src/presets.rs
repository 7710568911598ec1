//! Genesis of the chains that we define: `development`, `local_testnet`, `staging`.
//!
//! Each preset is a JSON patch on the default genesis. In each, the total issuance is exactly the
//! fixed supply: what no account is given belongs to the treasury (`pallet-pan-token`).

#![warn(missing_docs)]

use crate::{
	configs::consensus::BABE_GENESIS_EPOCH_CONFIG,
	constants::currency::{MILLI_PAN, PAN},
	AccountId, AnchorConfig, BabeConfig, Balance, BalancesConfig, BlockNumber, ConfigurationConfig,
	RuntimeGenesisConfig, SessionConfig, SessionKeys, SudoConfig, ValidatorsConfig,
};
use alloc::{format, vec, vec::Vec};
use frame_support::build_struct_json_patch;
use polkadot_primitives::{
	node_features::FeatureIndex, vstaging::SchedulerParams, ApprovalVotingParams,
	AsyncBackingParams, NodeFeatures, MAX_CODE_SIZE, MAX_POV_SIZE,
};
use polkadot_runtime_parachains::configuration::HostConfiguration;
use sp_core::{ed25519, sr25519};
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// Name of the preset for a network to be launched. Its keys are placeholders.
pub const STAGING_RUNTIME_PRESET: &str = "staging";

/// What each well-known account owns on development and local chains: a million PAN. It fits 64 bits,
/// beyond which many JSON tools lose digits.
pub const ENDOWMENT: Balance = 1_000_000 * PAN;

/// Slots in a session of a development chain: ten minutes.
pub const DEVELOPMENT_EPOCH_SLOTS: u64 = 100;
/// Slots in a session of a local test network: two minutes, so that application chains, which start
/// in session 1, start soon.
pub const LOCAL_EPOCH_SLOTS: u64 = 20;

/// An account and its session keys.
type Validator = (AccountId, SessionKeys);

/// JSON of the preset `id`, if there is one.
pub fn get(id: &PresetId) -> Option<Vec<u8>> {
	let patch = match id.as_ref() {
		DEV_RUNTIME_PRESET => development(),
		LOCAL_TESTNET_RUNTIME_PRESET => local_testnet(),
		STAGING_RUNTIME_PRESET => staging(),
		_ => return None,
	};
	serde_json::to_vec(&patch).ok()
}

/// Names of the presets.
pub fn names() -> Vec<PresetId> {
	[DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET, STAGING_RUNTIME_PRESET]
		.into_iter()
		.map(PresetId::from)
		.collect()
}

/// One validator (Alice), who is also sudo.
fn development() -> serde_json::Value {
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig { balances: endowed() },
		session: SessionConfig { keys: session_keys(well_known(1)) },
		babe: BabeConfig { epoch_config: BABE_GENESIS_EPOCH_CONFIG },
		sudo: SudoConfig { key: Some(Sr25519Keyring::Alice.to_account_id()) },
		configuration: ConfigurationConfig { config: host_configuration(None) },
		validators: ValidatorsConfig { minimum: 1, epoch_slots: Some(DEVELOPMENT_EPOCH_SLOTS) },
		anchor: regtest(),
	})
}

/// Four validators, so that approval voting is really exercised and GRANDPA survives the loss of one.
/// One validator per core, so that a candidate is approved by others than those who backed it.
fn local_testnet() -> serde_json::Value {
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig { balances: endowed() },
		session: SessionConfig { keys: session_keys(well_known(4)) },
		babe: BabeConfig { epoch_config: BABE_GENESIS_EPOCH_CONFIG },
		sudo: SudoConfig { key: Some(Sr25519Keyring::Alice.to_account_id()) },
		configuration: ConfigurationConfig { config: host_configuration(Some(1)) },
		validators: ValidatorsConfig { minimum: 2, epoch_slots: Some(LOCAL_EPOCH_SLOTS) },
		anchor: regtest(),
	})
}

/// The shape of a network to be launched: four validators, one-hour sessions, no sudo.
///
/// **Its keys are placeholders that nobody holds**, so a chain with them makes no block: each is
/// SHA-256 of a sentence (`placeholder`). Whoever launches a network replaces in the built chain spec
/// `session.keys` by the validators' own keys, `balances` by the real allocation, and the pin in
/// `anchor` by a recent header.
fn staging() -> serde_json::Value {
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig { balances: vec![] },
		session: SessionConfig {
			keys: session_keys((1..=PLACEHOLDERS).map(placeholder).collect())
		},
		babe: BabeConfig { epoch_config: BABE_GENESIS_EPOCH_CONFIG },
		sudo: SudoConfig { key: None },
		configuration: ConfigurationConfig { config: host_configuration(None) },
		validators: ValidatorsConfig { minimum: 4, epoch_slots: None },
		anchor: mainnet(),
	})
}

/// Anchors in a Bitcoin network of one's own, from its first block on.
fn regtest() -> AnchorConfig {
	AnchorConfig { network: "regtest".into(), min_confirmations: 6, ..Default::default() }
}

/// Anchors in Bitcoin.
///
/// The floor (difficulty 1.8e13, a tenth of that of 2025) refuses all headers of Bitcoin's first
/// years, so with the pin on the first block no anchor is accepted: a network to be launched pins a
/// header of its own days.
fn mainnet() -> AnchorConfig {
	AnchorConfig {
		network: "mainnet".into(),
		max_target: Some(0x170f_ffff),
		min_confirmations: 6,
		..Default::default()
	}
}

/// Alice to Ferdie.
fn endowed() -> Vec<(AccountId, Balance)> {
	use Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve, Ferdie};
	[Alice, Bob, Charlie, Dave, Eve, Ferdie]
		.into_iter()
		.map(|key| (key.to_account_id(), ENDOWMENT))
		.collect()
}

/// The first `count` of Alice, Bob, Charlie, Dave.
fn well_known(count: usize) -> Vec<Validator> {
	[
		(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
		(Sr25519Keyring::Bob, Ed25519Keyring::Bob),
		(Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
		(Sr25519Keyring::Dave, Ed25519Keyring::Dave),
	]
	.into_iter()
	.take(count)
	.map(|(schnorr, edwards)| {
		let key = schnorr.public();
		let keys = SessionKeys {
			grandpa: edwards.public().into(),
			babe: key.into(),
			para_validator: key.into(),
			para_assignment: key.into(),
			authority_discovery: key.into(),
		};
		(schnorr.to_account_id(), keys)
	})
	.collect()
}

/// How many validators the staging preset has.
const PLACEHOLDERS: u32 = 4;

/// Whether a GRANDPA key is one of the staging preset's, which nobody holds: a chain with them waits for ever.
pub fn is_placeholder(grandpa: &[u8]) -> bool {
	(1..=PLACEHOLDERS).any(|number| placeholder_key(number, "grandpa") == grandpa)
}

fn placeholder_key(number: u32, role: &str) -> [u8; 32] {
	let sentence = format!("Pantheon staging validator {number}, {role}: replace before launch");
	sp_io::hashing::sha2_256(sentence.as_bytes())
}

/// Validator `number` of the staging preset, with keys for which nobody can know a secret.
fn placeholder(number: u32) -> Validator {
	let key = |role: &str| placeholder_key(number, role);
	let keys = SessionKeys {
		grandpa: ed25519::Public::from_raw(key("grandpa")).into(),
		babe: sr25519::Public::from_raw(key("babe")).into(),
		para_validator: sr25519::Public::from_raw(key("para_validator")).into(),
		para_assignment: sr25519::Public::from_raw(key("para_assignment")).into(),
		authority_discovery: sr25519::Public::from_raw(key("authority_discovery")).into(),
	};
	(AccountId::new(key("account")), keys)
}

fn session_keys(validators: Vec<Validator>) -> Vec<(AccountId, AccountId, SessionKeys)> {
	validators.into_iter().map(|(who, keys)| (who.clone(), who, keys)).collect()
}

/// How application chains are validated.
///
/// Cores are left to the genesis of each application chain, which adds its own. Upward and horizontal
/// messages are not admitted: the runtime would have nowhere to put them.
fn host_configuration(max_validators_per_core: Option<u32>) -> HostConfiguration<BlockNumber> {
	let mut node_features = NodeFeatures::repeat(false, FeatureIndex::FirstUnassigned as usize);
	for feature in [
		FeatureIndex::EnableAssignmentsV2,
		FeatureIndex::ElasticScalingMVP,
		FeatureIndex::CandidateReceiptV2,
	] {
		node_features.set(feature as usize, true);
	}

	HostConfiguration {
		max_code_size: MAX_CODE_SIZE,
		max_pov_size: MAX_POV_SIZE,
		max_head_data_size: 32 * 1024,
		max_downward_message_size: 50 * 1024,
		validation_upgrade_cooldown: 100,
		validation_upgrade_delay: 2,
		minimum_validation_upgrade_delay: 5,
		// A day: well beyond the time in which a dispute can still need old code.
		code_retention_period: 14_400,
		dispute_period: 6,
		needed_approvals: 2,
		no_show_slots: 2,
		n_delay_tranches: 25,
		relay_vrf_modulo_samples: 2,
		zeroth_delay_tranche_width: 0,
		approval_voting_params: ApprovalVotingParams { max_approval_coalesce_count: 5 },
		// Deprecated and without effect; the look-ahead governs depth.
		async_backing_params: AsyncBackingParams {
			max_candidate_depth: 0,
			allowed_ancestry_len: 0,
		},
		node_features,
		scheduler_params: SchedulerParams {
			lookahead: 5,
			group_rotation_frequency: 20,
			paras_availability_period: 4,
			max_validators_per_core,
			on_demand_base_fee: 10 * MILLI_PAN,
			..Default::default()
		},
		max_relay_parent_session_age: 0,
		..Default::default()
	}
}
