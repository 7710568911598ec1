//! Reading the genesis configuration. Runs when a chain is made, never in a block, and so may refuse by
//! panicking: a chain with a wrong pin must not come to be.

use crate::{AnchorRules, Config, GenesisConfig};
use pantheon_primitives::bitcoin::{genesis_pin, BitcoinNetwork, PinnedHeader};

/// The rules that a configuration asks for; none if it names no network.
pub(crate) fn rules<T: Config>(config: &GenesisConfig<T>) -> Option<AnchorRules> {
	if config.network.is_empty() {
		return None;
	}
	let network = BitcoinNetwork::parse(&config.network);
	assert!(network.is_ok(), "anchor.network is not mainnet, signet or regtest");
	let network = network.ok()?;
	assert!(config.min_confirmations > 0, "anchor.minConfirmations is at least 1");
	let first = genesis_pin(network);
	let pinned = if config.pinned_header.is_empty() {
		assert!(
			config.pinned_height == first.height,
			"anchor.pinnedHeight without anchor.pinnedHeader"
		);
		first
	} else {
		let digits = config.pinned_header.trim_start_matches("0x");
		let mut header = first.header;
		let read = hex::decode_to_slice(digits, &mut header);
		assert!(read.is_ok(), "anchor.pinnedHeader is not 80 bytes in hexadecimal");
		PinnedHeader { height: config.pinned_height, header }
	};
	Some(AnchorRules {
		network,
		pinned,
		max_target: config.max_target,
		min_confirmations: config.min_confirmations,
	})
}
