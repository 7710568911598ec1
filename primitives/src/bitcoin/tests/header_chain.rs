//! Headers followed one by one, and how much work is asked for by default.

use crate::bitcoin::{
	check_min_work, default_min_work, genesis_pin,
	test_helpers::{hard_pin, sample_checkpoint, AnchorShape, HARD_BITS},
	verify_anchor, AnchorError, BitcoinNetwork, HeaderChain, NoWork, PinnedHeader, MAINNET_FLOOR,
};

fn with_bits(bits: u32) -> PinnedHeader {
	let mut pin = genesis_pin(BitcoinNetwork::Mainnet);
	pin.header[72..76].copy_from_slice(&bits.to_le_bytes());
	pin
}

#[test]
fn headers_followed_one_by_one_show_what_a_proof_shows() {
	let shape = AnchorShape { pinned: hard_pin(), ..AnchorShape::default() };
	let checkpoint = sample_checkpoint();
	let proof = shape.build(&checkpoint);
	let whole = verify_anchor(&checkpoint, &proof, &shape.rules()).unwrap();
	let mut chain = HeaderChain::new(BitcoinNetwork::Regtest, &shape.pinned).unwrap();
	let mut before = [0; 32];
	let mut at_anchor = None;
	for header in &proof.headers {
		let work = chain.work();
		let at = chain.follow(header).unwrap();
		if at.height == whole.height {
			before = work;
			at_anchor = Some(at);
		}
	}
	let at = at_anchor.unwrap();
	assert_eq!((at.hash, at.time), (whole.block_hash, whole.time));
	assert_eq!(chain.height(), whole.height + whole.confirmations - 1);
	assert_eq!(crate::bitcoin::work_since(&chain.work(), &before), whole.work);
	let txid = proof.verify_in_block(&checkpoint, at.height, &at.merkle_root);
	assert_eq!(txid, Ok(whole.txid));
	let other = proof.verify_in_block(&checkpoint, at.height, &[1; 32]);
	assert_eq!(other, Err(AnchorError::WrongPath));
	let elsewhere = proof.verify_in_block(&checkpoint, at.height + 1, &at.merkle_root);
	assert_eq!(elsewhere, Err(AnchorError::CoinbaseHeight));
}

#[test]
fn a_header_left_out_or_changed_is_noticed() {
	let shape = AnchorShape { pinned: hard_pin(), ..AnchorShape::default() };
	let headers = shape.build(&sample_checkpoint()).headers;
	let mut chain = HeaderChain::new(BitcoinNetwork::Regtest, &shape.pinned).unwrap();
	assert_eq!(chain.follow(&headers[1]), Err(AnchorError::HeadersNotLinked { index: 0 }));
	chain.follow(&headers[0]).unwrap();
	let mut changed = headers[1];
	changed[36] ^= 1;
	assert_eq!(chain.follow(&changed), Err(AnchorError::ProofOfWork { index: 1 }));
	chain.follow(&headers[1]).unwrap();
}

#[test]
fn the_default_least_work_fits_the_network() {
	let regtest = genesis_pin(BitcoinNetwork::Regtest);
	assert_eq!(default_min_work(BitcoinNetwork::Regtest, &regtest, 6), [0; 32]);

	// Difficulty 1.8e13 is 2^76 hashes a block; the first block's difficulty would be 2^32.
	let early = default_min_work(BitcoinNetwork::Mainnet, &with_bits(0x1d00_ffff), 1);
	let at_floor = default_min_work(BitcoinNetwork::Mainnet, &with_bits(MAINNET_FLOOR), 1);
	assert_eq!(early, at_floor);
	let hashes = u128::from_be_bytes(early[16..].try_into().unwrap());
	assert!(hashes > 1 << 76 && hashes < (1 << 76) + (1 << 57), "{hashes}");

	// A pin a thousand times as hard asks for a tenth of its own work, and six blocks for six times that.
	let hard = with_bits(0x1604_1893);
	let one = default_min_work(BitcoinNetwork::Mainnet, &hard, 1);
	let one = u128::from_be_bytes(one[16..].try_into().unwrap());
	assert!(one > 90 * hashes && one < 110 * hashes, "{one}");
	let six = default_min_work(BitcoinNetwork::Mainnet, &hard, 6);
	assert_eq!(u128::from_be_bytes(six[16..].try_into().unwrap()), 6 * one);

	let signet = with_bits(HARD_BITS);
	assert_ne!(default_min_work(BitcoinNetwork::Signet, &signet, 6), [0; 32]);
}

#[test]
fn no_work_at_all_is_for_regtest_only() {
	use BitcoinNetwork::{Mainnet, Regtest, Signet};
	assert_eq!(check_min_work(Regtest, &[0; 32]), Ok(()));
	for network in [Mainnet, Signet] {
		assert_eq!(check_min_work(network, &[0; 32]), Err(NoWork(network)));
		let mut one = [0; 32];
		one[31] = 1;
		assert_eq!(check_min_work(network, &one), Ok(()));
	}
}

#[test]
fn a_pinned_header_is_looked_at() {
	use BitcoinNetwork::{Mainnet, Regtest};
	let genesis = genesis_pin(Mainnet);
	assert_eq!(genesis.check(Mainnet), Ok(()));
	let mut hash = genesis.hash();
	hash.reverse();
	assert_eq!(
		hex::encode(hash),
		"000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"
	);
	let mut typed_wrong = genesis;
	typed_wrong.header[40] ^= 1;
	assert_eq!(typed_wrong.check(Mainnet), Err(AnchorError::PinnedHeader));
	// Regtest's difficulty is easier than mainnet allows.
	assert_eq!(genesis_pin(Regtest).check(Mainnet), Err(AnchorError::PinnedHeader));
}
