//! Every preset can be built and is what it says.

use super::{ext, genesis_json, PRESETS};
use crate::{
	configs::consensus::EpochDuration, constants::currency::TOTAL_SUPPLY, presets, Babe, Balances,
	Grandpa, Runtime, Session, Validators,
};
use frame_support::traits::{fungible::Inspect, Get};
use polkadot_primitives::node_features::FeatureIndex;
use polkadot_runtime_parachains::configuration;
use sp_keyring::Sr25519Keyring;

#[test]
fn the_names_are_those_that_tools_know() {
	let names: Vec<String> = presets::names().iter().map(ToString::to_string).collect();
	assert_eq!(names, PRESETS);
	assert_eq!(presets::get(&"production".into()), None);
}

#[test]
fn the_issuance_is_the_fixed_supply() {
	for preset in PRESETS {
		ext(preset).execute_with(|| {
			assert_eq!(Balances::total_issuance(), TOTAL_SUPPLY, "{preset}");
			assert_eq!(Balances::total_issuance(), 5_000_000_000 * 10u128.pow(12), "{preset}");
			let held: u128 = frame_system::Account::<Runtime>::iter_values()
				.map(|account| account.data.free + account.data.reserved)
				.sum();
			assert_eq!(held, TOTAL_SUPPLY, "{preset}");
		});
	}
}

#[test]
fn the_host_configuration_is_consistent() {
	for preset in PRESETS {
		ext(preset).execute_with(|| {
			let config = configuration::ActiveConfig::<Runtime>::get();
			config.panic_if_not_consistent();
			assert_eq!(config.scheduler_params.num_cores, 0, "cores come with the chains");
			assert_eq!(config.needed_approvals, 2);
			assert_eq!(config.max_upward_message_num_per_candidate, 0);
			assert_eq!(config.hrmp_max_parachain_outbound_channels, 0);
			let on = |feature: FeatureIndex| config.node_features[feature as usize];
			assert!(on(FeatureIndex::EnableAssignmentsV2));
			assert!(on(FeatureIndex::ElasticScalingMVP));
			assert!(on(FeatureIndex::CandidateReceiptV2));
			assert!(!on(FeatureIndex::AvailabilityChunkMapping));
			assert!(!on(FeatureIndex::CandidateReceiptV3));
			let per_core = (preset == "local_testnet").then_some(1);
			assert_eq!(config.scheduler_params.max_validators_per_core, per_core);
		});
	}
}

#[test]
fn validators_sessions_and_sudo_are_as_documented() {
	let alice = Sr25519Keyring::Alice.to_account_id();
	for (preset, validators, slots, minimum, sudo) in [
		("development", 1, 100, 1, Some(alice.clone())),
		("local_testnet", 4, 20, 2, Some(alice)),
		("staging", 4, 600, 4, None),
	] {
		ext(preset).execute_with(|| {
			assert_eq!(Session::validators().len(), validators, "{preset}");
			assert_eq!(Babe::authorities().len(), validators, "{preset}");
			assert_eq!(Grandpa::grandpa_authorities().len(), validators, "{preset}");
			assert_eq!(Validators::next_set().len(), validators, "{preset}");
			assert_eq!(EpochDuration::get(), slots, "{preset}");
			assert_eq!(pallet_validators::Minimum::<Runtime>::get(), minimum, "{preset}");
			assert_eq!(pallet_sudo::Key::<Runtime>::get(), sudo, "{preset}");
		});
	}
}

#[test]
fn staging_has_no_short_sessions_and_no_well_known_key() {
	ext("staging").execute_with(|| {
		assert_eq!(pallet_validators::EpochSlots::<Runtime>::get(), None);
		let authorities = Grandpa::grandpa_authorities();
		assert!(authorities.iter().all(|(key, _)| presets::is_placeholder(key.as_ref())));
	});
	ext("local_testnet").execute_with(|| {
		let authorities = Grandpa::grandpa_authorities();
		assert!(!authorities.iter().any(|(key, _)| presets::is_placeholder(key.as_ref())));
	});
	let json = genesis_json("staging").to_string();
	for key in Sr25519Keyring::iter() {
		let address = key.to_account_id().to_string();
		assert!(!json.contains(&address), "{address} is well known");
	}
	for key in sp_keyring::Ed25519Keyring::iter() {
		let address = sp_core::crypto::Ss58Codec::to_ss58check(&key.public());
		assert!(!json.contains(&address), "{address} is well known");
	}
}

/// Zombienet and others add balances to a preset: what they give comes out of the treasury's part.
#[test]
fn more_endowments_do_not_change_the_supply() {
	let mut config = genesis_json("local_testnet");
	let balances = config["balances"]["balances"].as_array_mut().expect("a list");
	balances.push(serde_json::json!([
		Sr25519Keyring::One.to_account_id(),
		1_000_000_000_000_000_000u64
	]));
	super::ext_of(&config).execute_with(|| {
		assert_eq!(Balances::total_issuance(), TOTAL_SUPPLY);
		assert_eq!(
			Balances::total_balance(&Sr25519Keyring::One.to_account_id()),
			1_000_000_000_000_000_000
		);
	});
}

#[test]
#[should_panic(expected = "allot more than the fixed supply")]
fn a_genesis_above_the_supply_can_not_be_built() {
	let mut config = genesis_json("development");
	let balances = config["balances"]["balances"].as_array_mut().expect("a list");
	balances.push(serde_json::json!([Sr25519Keyring::One.to_account_id(), TOTAL_SUPPLY]));
	super::ext_of(&config);
}
