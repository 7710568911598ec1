//! Anchor proofs in SCALE, as extrinsics carry them. Only the anchor that was made verifies; what is on
//! top of its block is anybody's to mine.
#![no_main]

use codec::{DecodeAll, Encode};
use libfuzzer_sys::fuzz_target;
use pantheon_primitives::{
	bitcoin::{verify_anchor, AnchorProof, AnchoredAt},
	bundle::ProofBundle,
	trust::TrustFile,
	Checkpoint,
};
use std::sync::OnceLock;

struct Known {
	trust: TrustFile,
	checkpoint: Checkpoint,
	at: AnchoredAt,
}

fn known() -> &'static Known {
	static KNOWN: OnceLock<Known> = OnceLock::new();
	KNOWN.get_or_init(|| {
		let trust = TrustFile::parse(include_bytes!("../seeds/trust/trust")).expect("a seed");
		let bundle = ProofBundle::decode(include_bytes!("../seeds/bundle/single")).expect("a seed");
		let anchor = bundle.anchor.expect("the seed is anchored");
		let at = verify_anchor(&bundle.checkpoint, &anchor, &trust.bitcoin).expect("a seed");
		Known { trust, checkpoint: bundle.checkpoint, at }
	})
}

fuzz_target!(|input: &[u8]| {
	let Known { trust, checkpoint, at } = known();
	let Ok(proof) = AnchorProof::decode_all(&mut &*input) else { return };
	assert_eq!(proof.encode(), input);
	proof.cost();
	if let Ok(found) = verify_anchor(checkpoint, &proof, &trust.bitcoin) {
		assert_eq!((found.txid, found.block_hash), (at.txid, at.block_hash));
	}
});
