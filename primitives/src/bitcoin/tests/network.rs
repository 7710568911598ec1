//! Network names and first blocks.

use super::*;

#[test]
fn names_are_read_back() {
	for network in [BitcoinNetwork::Mainnet, BitcoinNetwork::Signet, BitcoinNetwork::Regtest] {
		assert_eq!(network.name().parse(), Ok(network));
	}
}

#[test]
fn testnets_and_unknown_names_are_refused() {
	for name in ["testnet", "testnet3", "testnet4"] {
		assert_eq!(BitcoinNetwork::parse(name), Err(NetworkError::MinimumDifficulty));
	}
	for name in ["", "main", "Mainnet", "bitcoin"] {
		assert_eq!(BitcoinNetwork::parse(name), Err(NetworkError::Unknown));
	}
}

#[test]
fn first_blocks_have_their_known_hashes() {
	let known = [
		(
			BitcoinNetwork::Mainnet,
			"000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
		),
		(
			BitcoinNetwork::Signet,
			"00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6",
		),
		(
			BitcoinNetwork::Regtest,
			"0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206",
		),
	];
	for (network, hash) in known {
		let pin = genesis_pin(network);
		assert_eq!(pin.height, 0);
		assert_eq!(txid(&pin.header), reversed(hash), "{network}");
	}
}
