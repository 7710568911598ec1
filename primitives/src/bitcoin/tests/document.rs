//! The examples in `docs/formats/anchor.md` are what this code makes and accepts.

use super::*;
use crate::checkpoint::Checkpoint;
use std::{string::String, sync::LazyLock};

const DOCUMENT: &str = include_str!("../../../../docs/formats/anchor.md");

/// `label: value` lines of the fenced blocks, in order.
static EXAMPLES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
	let fenced = DOCUMENT.split("```").skip(1).step_by(2);
	fenced.flat_map(str::lines).filter_map(|line| line.split_once(": ")).collect()
});

fn all(label: &str) -> Vec<Vec<u8>> {
	let lines = EXAMPLES.iter().filter(|(name, _)| *name == label);
	lines.map(|(_, value)| bytes(value)).collect()
}

fn one(label: &str) -> Vec<u8> {
	let mut found = all(label);
	assert_eq!(found.len(), 1, "{label}");
	found.remove(0)
}

fn number(label: &str) -> u32 {
	let (_, value) = EXAMPLES.iter().find(|(name, _)| *name == label).expect(label);
	value.parse().expect(label)
}

fn arrays<const N: usize>(label: &str) -> Vec<[u8; N]> {
	all(label).into_iter().map(|value| value.try_into().expect(label)).collect()
}

fn checkpoint() -> Checkpoint {
	let canonical = one("checkpoint").try_into().expect("112 bytes");
	Checkpoint::decode_canonical(&canonical).expect("a checkpoint")
}

fn proof() -> AnchorProof {
	AnchorProof {
		transaction: one("transaction"),
		position: number("position"),
		path: arrays("path"),
		coinbase: one("coinbase"),
		coinbase_path: arrays("coinbase path"),
		first_height: number("first height"),
		block: number("block"),
		headers: arrays("header"),
	}
}

fn rules() -> HeaderRules {
	HeaderRules {
		network: BitcoinNetwork::Regtest,
		pinned: PinnedHeader {
			height: number("pinned height"),
			header: one("pinned header").try_into().expect("80 bytes"),
		},
		min_confirmations: 6,
		min_work: [0; 32],
		max_target: None,
	}
}

#[test]
fn payload_example_is_true() {
	let checkpoint = checkpoint();
	assert_eq!(checkpoint, sample_checkpoint());
	assert_eq!(checkpoint.commitment().to_vec(), one("commitment"));
	assert_eq!(payload(&checkpoint).to_vec(), one("payload"));
	assert_eq!(payload_script(&checkpoint), one("script"));
}

/// The proof was made from blocks of Bitcoin Core.
#[test]
fn proof_example_verifies() {
	let at = verify_anchor(&checkpoint(), &proof(), &rules()).expect("the example is valid");
	assert_eq!(at.height, number("height"));
	assert_eq!(at.block_hash.to_vec(), one("block hash"));
	assert_eq!(at.time, number("time"));
	assert_eq!(at.confirmations, number("confirmations"));
	assert_eq!(at.work.to_vec(), one("work"));
	assert_eq!(at.txid.to_vec(), one("txid"));
}

#[test]
fn encoded_proof_example_is_true() {
	use codec::Encode;
	assert_eq!(proof().encode(), one("scale"));
}

/// Every error is explained in the document by its name.
#[test]
fn every_error_is_named_in_the_document() {
	let source = include_str!("../error.rs");
	let variants = source.split("pub enum AnchorError {").nth(1).expect("the enum");
	let variants = variants.split("\n}").next().expect("its end");
	let names: Vec<String> = variants
		.lines()
		.filter_map(|line| line.strip_prefix('\t'))
		.filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()))
		.map(|line| line.chars().take_while(|c| c.is_ascii_alphanumeric()).collect())
		.collect();
	assert_eq!(names.len(), 23);
	for name in names {
		assert!(DOCUMENT.contains(&std::format!("`{name}`")), "{name}");
	}
}
