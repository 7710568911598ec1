//! What the genesis configuration may say.

use crate::{mock::*, AnchorRules, GenesisConfig, Rules};
use frame_support::assert_noop;
use pantheon_primitives::bitcoin::{test_helpers::hard_pin, BitcoinNetwork};
use sp_runtime::BuildStorage;

#[test]
fn a_chain_without_a_network_takes_no_reports() {
	execute_with(Default::default(), |chain| {
		assert_eq!(Rules::<Test>::get(), None);
		let checkpoint = chain.block(1);
		assert_noop!(report(checkpoint, proof_of(&checkpoint)), Error::NotConfigured);
	});
}

#[test]
fn the_configuration_reads_from_json() {
	let header = hex::encode(hard_pin().header);
	let json = format!(
		r#"{{"network":"regtest","pinnedHeight":7,"pinnedHeader":"0x{header}",
			"maxTarget":520159231,"minConfirmations":3}}"#
	);
	let config: GenesisConfig<Test> = serde_json::from_str(&json).unwrap();
	execute_with(config, |_| {
		assert_eq!(
			Rules::<Test>::get(),
			Some(AnchorRules {
				network: BitcoinNetwork::Regtest,
				pinned: pantheon_primitives::bitcoin::PinnedHeader { height: 7, ..hard_pin() },
				max_target: Some(0x1f00_ffff),
				min_confirmations: 3,
			})
		);
	});
}

#[test]
fn six_confirmations_and_the_first_block_by_default() {
	execute_with(regtest(), |_| {
		let rules = Rules::<Test>::get().unwrap();
		assert_eq!((rules.min_confirmations, rules.max_target), (6, None));
		assert_eq!(rules.pinned, first_block());
	});
}

#[test]
fn a_pin_that_is_none_of_the_network_refuses_every_report() {
	// Regtest's first header has a target that mainnet never allows.
	let config = GenesisConfig {
		network: "mainnet".into(),
		pinned_header: hex::encode(first_block().header),
		..Default::default()
	};
	execute_with(config, |chain| {
		let checkpoint = chain.block(1);
		assert_noop!(report(checkpoint, proof_of(&checkpoint)), Error::BadPin);
	});
}

fn build(config: GenesisConfig<Test>) {
	let _ = config.build_storage();
}

#[test]
#[should_panic(expected = "anchor.network")]
fn unknown_networks_make_no_chain() {
	build(GenesisConfig { network: "testnet4".into(), ..Default::default() });
}

#[test]
#[should_panic(expected = "anchor.pinnedHeader")]
fn a_short_header_makes_no_chain() {
	build(GenesisConfig { pinned_header: "00".into(), ..regtest() });
}

#[test]
#[should_panic(expected = "anchor.pinnedHeight")]
fn a_height_without_its_header_makes_no_chain() {
	build(GenesisConfig { pinned_height: 1, ..regtest() });
}

#[test]
#[should_panic(expected = "anchor.minConfirmations")]
fn no_confirmations_make_no_chain() {
	build(GenesisConfig { min_confirmations: 0, ..regtest() });
}
