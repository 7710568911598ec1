//! Links, proof of work and difficulty rules.

use super::*;
use crate::bitcoin::headers::{check_headers, Difficulty};
use ::bitcoin::{
	block::Header,
	consensus::{deserialize, serialize},
	CompactTarget, Target, Work,
};

/// Bitcoin's blocks 1 to 5.
const MAINNET: [&str; 5] = [
	"010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e1fee14677ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299",
	"010000004860eb18bf1b1620e37e9490fc8a427514416fd75159ab86688e9a8300000000d5fdcc541e25de1c7a5addedf24858b8bb665c9f36ef744ee42c316022c90f9bb0bc6649ffff001d08d2bd61",
	"01000000bddd99ccfda39da1b108ce1a5d70038d0a967bacb68b6b63065f626a0000000044f672226090d85db9a9f2fbfe5f0f9609b387af7be5b7fbb7a1767c831c9e995dbe6649ffff001d05e0ed6d",
	"010000004944469562ae1c2c74d9a535e00b6f3e40ffbad4f2fda3895501b582000000007a06ea98cd40ba2e3288262b28638cec5337c1456aaf5eedc8e9e5a20f062bdf8cc16649ffff001d2bfee0a9",
	"0100000085144a84488ea88d221c8bd6c059da090e88f8a2c99690ee55dbba4e00000000e11c48fecdd9e72510ca84f023370c9a38bf91ac5cae88019bee94d24528526344c36649ffff001d1d03e477",
];

fn mainnet() -> Vec<[u8; HEADER_LEN]> {
	MAINNET.iter().map(|text| bytes(text).try_into().expect("80 bytes")).collect()
}

fn rules(network: BitcoinNetwork) -> HeaderRules {
	HeaderRules {
		network,
		pinned: genesis_pin(network),
		min_confirmations: 1,
		min_work: [0; 32],
		max_target: None,
	}
}

fn check(headers: &[[u8; HEADER_LEN]], rules: &HeaderRules) -> Result<Work, AnchorError> {
	check_headers(headers, 0, rules).map(|checked| checked.work)
}

fn header(bytes: &[u8; HEADER_LEN]) -> Header {
	deserialize(bytes).expect("80 bytes are a header")
}

fn bits(bits: u32) -> CompactTarget {
	CompactTarget::from_consensus(bits)
}

fn work(hashes: u128) -> Work {
	let mut bytes = [0; 32];
	bytes[16..].copy_from_slice(&hashes.to_be_bytes());
	Work::from_be_bytes(bytes)
}

#[test]
fn first_mainnet_blocks_verify() {
	let rules = rules(BitcoinNetwork::Mainnet);
	// 2^48 / 65535 hashes are expected for a block of difficulty 1.
	assert_eq!(check(&mainnet(), &rules), Ok(work(5 * 4_295_032_833)));
	let last = check_headers(&mainnet(), 4, &rules).expect("valid");
	assert_eq!(last.work, work(4_295_032_833));
	assert_eq!(
		last.hash.to_string(),
		"000000009b7262315dbf071787ad3656097b892abffd1f95a1a022f896f533fc"
	);
	assert!(matches!(check_headers(&mainnet(), 5, &rules), Err(AnchorError::BlockOutOfRange)));
}

#[test]
fn pinned_header_may_be_any_in_the_chain() {
	let mut rules = rules(BitcoinNetwork::Mainnet);
	rules.pinned = PinnedHeader { height: 2, header: mainnet()[1] };
	assert!(check(&mainnet()[2..], &rules).is_ok());
}

#[test]
fn headers_that_do_not_link_are_refused() {
	let rules = rules(BitcoinNetwork::Mainnet);
	let not_linked = |index| Err(AnchorError::HeadersNotLinked { index });
	assert_eq!(check(&mainnet()[1..], &rules), not_linked(0));
	let mut gap = mainnet();
	gap.remove(2);
	assert_eq!(check(&gap, &rules), not_linked(2));
	let mut swapped = mainnet();
	swapped.swap(3, 4);
	assert_eq!(check(&swapped, &rules), not_linked(3));
	let mut twice = mainnet();
	twice.insert(1, twice[0]);
	assert_eq!(check(&twice, &rules), not_linked(1));
}

#[test]
fn header_without_its_proof_of_work_is_refused() {
	let mut headers = mainnet();
	headers[4][79] ^= 1;
	let verdict = check(&headers, &rules(BitcoinNetwork::Mainnet));
	assert_eq!(verdict, Err(AnchorError::ProofOfWork { index: 4 }));
}

/// Mining at the easiest target there is costs nothing, so the declared target must not count.
#[test]
fn easy_target_declared_by_the_header_is_refused() {
	for network in [BitcoinNetwork::Mainnet, BitcoinNetwork::Signet] {
		let rules = rules(network);
		let mut easy_parent = header(&rules.pinned.header);
		easy_parent.bits = bits(EASY_BITS);
		let easy: [u8; HEADER_LEN] = serialize(&easy_parent).try_into().expect("80 bytes");
		let mut mined = header(&mine(&easy, [1; 32]));
		mined.prev_blockhash = header(&rules.pinned.header).block_hash();
		while mined.validate_pow(mined.target()).is_err() {
			mined.nonce += 1;
		}
		let mined: [u8; HEADER_LEN] = serialize(&mined).try_into().expect("80 bytes");
		assert_eq!(check(&[mined], &rules), Err(AnchorError::WrongDifficulty { index: 0 }));
	}
}

#[test]
fn regtest_keeps_the_pinned_difficulty() {
	let hard = AnchorShape { pinned: hard_pin(), ..Default::default() };
	let headers = hard.build(&sample_checkpoint()).headers;
	assert!(check(&headers, &hard.rules()).is_ok());
	// Mined on the hard header's child, but at regtest's usual difficulty.
	let mut child = header(&headers[0]);
	child.bits = bits(EASY_BITS);
	let child: [u8; HEADER_LEN] = serialize(&child).try_into().expect("80 bytes");
	let mut next = header(&mine(&child, [1; 32]));
	next.prev_blockhash = header(&headers[0]).block_hash();
	while next.validate_pow(next.target()).is_err() {
		next.nonce += 1;
	}
	let next: [u8; HEADER_LEN] = serialize(&next).try_into().expect("80 bytes");
	let verdict = check(&[headers[0], next], &hard.rules());
	assert_eq!(verdict, Err(AnchorError::WrongDifficulty { index: 1 }));
	// Nor does a period boundary change it.
	let mut long = AnchorShape::default();
	long.pinned.height = 2010;
	long.blocks_before = 10;
	let proof = long.build(&sample_checkpoint());
	assert!(verify_anchor(&sample_checkpoint(), &proof, &long.rules()).is_ok());
}

#[test]
fn floor_refuses_easier_headers_only() {
	let mut rules = rules(BitcoinNetwork::Mainnet);
	rules.max_target = Some(0x1d00_ffff);
	assert!(check(&mainnet(), &rules).is_ok());
	for floor in [0x1d00_fffe, 0x1c7f_ffff, 0, 0x1dff_ffff, 0xff12_3456] {
		rules.max_target = Some(floor);
		let verdict = check(&mainnet(), &rules);
		assert_eq!(verdict, Err(AnchorError::DifficultyBelowFloor { index: 0 }));
	}
}

#[test]
fn pinned_header_of_no_such_network_is_refused() {
	// Easier than the network allows; negative; zero; the same target written in a longer way.
	for wrong in [EASY_BITS, 0x1d80_ffff, 0x1d00_0000, 0, 0x1e00_00ff, 0xff12_3456] {
		let mut rules = rules(BitcoinNetwork::Mainnet);
		let mut pinned = header(&rules.pinned.header);
		pinned.bits = bits(wrong);
		rules.pinned.header = serialize(&pinned).try_into().expect("80 bytes");
		assert_eq!(check(&mainnet(), &rules), Err(AnchorError::PinnedHeader), "{wrong:x}");
	}
}

#[test]
fn heights_end_where_they_end() {
	let mut rules = rules(BitcoinNetwork::Mainnet);
	rules.pinned.height = u32::MAX - 2;
	assert!(check(&mainnet()[..1], &rules).is_ok());
	assert!(check(&mainnet(), &rules).is_err());
}

/// Rules that stand at the last block of a period, having seen its first block or not.
fn at_period_end(
	network: BitcoinNetwork,
	declared: u32,
	last_time: u32,
	start: Option<u32>,
) -> Difficulty {
	let mut block = header(&genesis_pin(network).header);
	block.bits = bits(declared);
	block.time = start.unwrap_or(last_time);
	let height = if start.is_some() { 20 * 2016 } else { 20 * 2016 + 1 };
	let mut rules = Difficulty::after_pinned(network, height, &block).expect("a target");
	for _ in height + 1..21 * 2016 {
		assert!(rules.target(bits(declared)).is_some());
		assert!(rules.target(bits(declared - 1)).is_none());
		assert!(rules.target(bits(declared + 1)).is_none());
		block.time = last_time;
		rules.advance(&block).expect("height");
	}
	rules
}

/// Bitcoin Core's own numbers (its `pow_tests`), and two of signet's first periods.
#[test]
fn retarget_gives_known_results() {
	let known = [
		(BitcoinNetwork::Mainnet, 0x1d00_ffff, 1_261_130_161, 1_262_152_739, 0x1d00_d86a),
		(BitcoinNetwork::Mainnet, 0x1d00_ffff, 1_231_006_505, 1_233_061_996, 0x1d00_ffff),
		(BitcoinNetwork::Mainnet, 0x1c05_a3f4, 1_279_008_237, 1_279_297_671, 0x1c01_68fd),
		(BitcoinNetwork::Mainnet, 0x1c38_7f6f, 1_263_163_443, 1_269_211_443, 0x1d00_e1fd),
		(BitcoinNetwork::Signet, 503_543_726, 1_598_918_400, 1_599_332_177, 503_394_215),
		(BitcoinNetwork::Signet, 503_394_215, 1_599_332_844, 1_600_591_200, 503_397_348),
	];
	for (network, before, start, end, after) in known {
		let rules = at_period_end(network, before, end, Some(start));
		assert_eq!(rules.target(bits(after)), Some(Target::from_compact(bits(after))));
		for wrong in [after - 1, after + 1, EASY_BITS] {
			assert_eq!(rules.target(bits(wrong)), None, "{wrong:x}");
		}
		// The same transition is within bounds for a verifier who did not see the period's start.
		let unknown = at_period_end(network, before, end, None);
		assert!(unknown.target(bits(after)).is_some());
	}
}

#[test]
fn period_that_ends_before_it_starts_counts_as_the_shortest() {
	let rules = at_period_end(BitcoinNetwork::Mainnet, 0x1c05_a3f4, 1_000_000, Some(2_000_000));
	assert!(rules.target(bits(0x1c01_68fd)).is_some());
	assert!(rules.target(bits(0x1c05_a3f4)).is_none());
}

#[test]
fn unseen_period_start_leaves_a_factor_of_four() {
	let before = 0x1c05_a3f4;
	let rules = at_period_end(BitcoinNetwork::Mainnet, before, 1_279_297_671, None);
	for (declared, permitted) in [
		(0x1c01_68fd, true),
		(0x1c01_68fc, false),
		(before, true),
		(0x1c16_8fd0, true),
		(0x1c16_8fd1, false),
		(EASY_BITS, false),
		// In range, but not as nodes write it.
		(0x1d00_05a3, false),
		(0x1c81_68fd, false),
		(0, false),
	] {
		assert_eq!(rules.target(bits(declared)).is_some(), permitted, "{declared:x}");
	}
}

#[test]
fn target_never_passes_the_network_limit() {
	let rules = at_period_end(BitcoinNetwork::Mainnet, 0x1d00_aaaa, 1_279_297_671, None);
	assert!(rules.target(bits(0x1d00_ffff)).is_some());
	assert!(rules.target(bits(0x1d01_0000)).is_none());
	let start = 1_279_297_671 - 80 * 24 * 3600;
	let rules = at_period_end(BitcoinNetwork::Mainnet, 0x1d00_aaaa, 1_279_297_671, Some(start));
	assert!(rules.target(bits(0x1d00_ffff)).is_some());
	assert!(rules.target(bits(0x1d02_aaa8)).is_none());
}
