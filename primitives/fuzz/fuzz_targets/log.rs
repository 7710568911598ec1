//! The log's decoders, and proofs about logs of any claimed size. The first byte chooses.
#![no_main]

use codec::{DecodeAll, Encode};
use libfuzzer_sys::fuzz_target;
use pantheon_primitives::{
	checkpoint::CHECKPOINT_LEN,
	hash::SoftwareSha256,
	log::{verify_consistency, verify_inclusion, CompactLog},
	Checkpoint, LeafHash, LogDigest, LogRoot,
};

fn number(input: &mut &[u8]) -> Option<u64> {
	let (bytes, rest) = input.split_first_chunk::<8>()?;
	*input = rest;
	Some(u64::from_le_bytes(*bytes))
}

fn hashes(input: &[u8]) -> Vec<[u8; 32]> {
	input.chunks_exact(32).filter_map(|hash| hash.try_into().ok()).collect()
}

fn run(input: &[u8]) -> Option<()> {
	let (choice, mut input) = input.split_first()?;
	match choice {
		0 => {
			let mut log = CompactLog::decode_all(&mut &*input).ok()?;
			assert_eq!(log.encode(), input);
			let size = log.size();
			let root = log.root::<SoftwareSha256>();
			if log.append::<SoftwareSha256>(LeafHash::new([1; 32])).is_some() {
				assert_eq!(log.size(), size + 1);
				assert_ne!(log.root::<SoftwareSha256>(), root);
				assert!(CompactLog::from_parts(log.size(), log.peaks().to_vec()).is_some());
			}
		},
		1 => {
			let digest = LogDigest::decode_digest(input)?;
			assert_eq!(digest.encode_digest(), input);
		},
		2 => {
			let bytes: &[u8; CHECKPOINT_LEN] = input.try_into().ok()?;
			let checkpoint = Checkpoint::decode_canonical(bytes)?;
			assert_eq!(&checkpoint.encode_canonical(), bytes);
		},
		_ => {
			let (from, to) = (number(&mut input)?, number(&mut input)?);
			let path = hashes(input);
			let (leaf, root) = (LeafHash::new([1; 32]), LogRoot::new([2; 32]));
			// A root that is no hash of anything: nothing leads to it, unless nothing has to.
			let included = verify_inclusion::<SoftwareSha256>(&leaf, from, to, &path, &root);
			assert!(included.is_err());
			let other = LogRoot::new([3; 32]);
			let consistent = verify_consistency::<SoftwareSha256>(from, &root, to, &other, &path);
			assert!(consistent.is_err());
		},
	}
	Some(())
}

fuzz_target!(|input: &[u8]| {
	let _ = run(input);
});
