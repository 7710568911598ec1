//! Tests by topic.

mod branch;
mod build;
mod document;
mod flips;
mod header_chain;
mod headers;
mod network;
mod outpoint;
mod payload;
mod proof;
mod spend_chain;
mod spend_document;
mod transaction;

use super::{test_helpers::*, *};
use alloc::{vec, vec::Vec};

/// Bytes of a hex text.
fn bytes(text: &str) -> Vec<u8> {
	hex::decode(text).expect("hex")
}

/// A hash as block explorers print it, in internal order.
fn reversed(text: &str) -> [u8; 32] {
	let mut hash: [u8; 32] = bytes(text).try_into().expect("32 bytes");
	hash.reverse();
	hash
}

fn verify_sample(
	change: impl FnOnce(&mut AnchorProof, &mut HeaderRules),
) -> Result<AnchoredAt, AnchorError> {
	let shape = AnchorShape::default();
	let (mut proof, mut rules) = (shape.build(&sample_checkpoint()), shape.rules());
	change(&mut proof, &mut rules);
	verify_anchor(&sample_checkpoint(), &proof, &rules)
}
