//! A trust file that is read is written and read again without loss.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon_primitives::trust::TrustFile;

fuzz_target!(|input: &[u8]| {
	let Ok(trust) = TrustFile::parse(input) else { return };
	assert!(trust.bitcoin.min_confirmations > 0);
	assert_eq!(TrustFile::parse(trust.to_json().as_bytes()), Ok(trust));
});
