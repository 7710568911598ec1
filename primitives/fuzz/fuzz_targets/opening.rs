//! An opening has one encoding; an openings file that is read is written and read again without loss.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon_primitives::opening::{Opening, OpeningsFile};

fuzz_target!(|input: &[u8]| {
	if let Ok(opening) = Opening::decode(input) {
		assert_eq!(opening.encode(), input);
	}
	if let Ok(file) = OpeningsFile::parse(input) {
		assert_eq!(OpeningsFile::parse(file.to_json().as_bytes()), Ok(file));
	}
});
