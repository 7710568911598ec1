//! Names of tiles, entry bundles, signed checkpoints: what is read is what would be written. The first
//! byte chooses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon_primitives::{
	seal::PublicKey,
	tlog::{decode_entries, encode_entries, SignedCheckpoint, TilePath},
};

fn run(input: &[u8]) -> Option<()> {
	let (choice, input) = input.split_first()?;
	match choice {
		0 => {
			let text = std::str::from_utf8(input).ok()?;
			let path = TilePath::parse(text).ok()?;
			assert_eq!(path.to_string(), text);
			if let Some(size) = path.needed_size() {
				let in_log = |size| TilePath::in_log(path.content, path.index, size);
				assert!(in_log(size).is_some_and(|found| found.width >= path.width));
			}
		},
		1 => {
			let entries = decode_entries(input).ok()?;
			assert_eq!(encode_entries(&entries), input);
		},
		_ => {
			let note = SignedCheckpoint::decode(input).ok()?;
			let key = PublicKey::from_bytes(&[7; 1952]).ok()?;
			assert!(note.verify(&key).is_err());
		},
	}
	Some(())
}

fuzz_target!(|input: &[u8]| {
	let _ = run(input);
});
