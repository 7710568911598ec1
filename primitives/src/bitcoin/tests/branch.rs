//! Headers by height, and the work from a height on.

use super::*;

fn work(headers: u32, each: u64) -> [u8; 32] {
	let mut work = [0; 32];
	work[24..].copy_from_slice(&(u64::from(headers) * each).to_be_bytes());
	work
}

#[test]
fn headers_are_found_by_their_height() {
	let shape = AnchorShape { pinned: hard_pin(), ..Default::default() };
	let proof = shape.build(&sample_checkpoint());
	let at = verify_anchor(&sample_checkpoint(), &proof, &shape.rules()).expect("it holds");
	assert_eq!(proof.header_at(0), None);
	assert_eq!(proof.header_at(1), proof.headers.first());
	assert_eq!(proof.header_at(8), proof.headers.last());
	assert_eq!(proof.header_at(9), None);
	assert_eq!(proof.header_at(u32::MAX), None);
	assert_eq!(proof.header_at(at.height).map(header_hash), Some(at.block_hash));
}

#[test]
fn the_work_from_the_anchors_block_on_is_what_the_verifier_finds() {
	for pinned in [hard_pin(), genesis_pin(BitcoinNetwork::Regtest)] {
		let shape = AnchorShape { pinned, ..Default::default() };
		let proof = shape.build(&sample_checkpoint());
		let at = verify_anchor(&sample_checkpoint(), &proof, &shape.rules()).expect("it holds");
		assert_eq!(proof.work_from(at.height), at.work);
	}
}

#[test]
fn each_header_adds_its_work() {
	let proof = AnchorShape::default().build(&sample_checkpoint());
	for (height, headers) in [(0, 8), (1, 8), (2, 7), (8, 1), (9, 0), (u32::MAX, 0)] {
		assert_eq!(proof.work_from(height), work(headers, 2), "{height}");
	}
	let shape = AnchorShape { pinned: hard_pin(), ..Default::default() };
	assert_eq!(shape.build(&sample_checkpoint()).work_from(7), work(2, 65_537));
}
