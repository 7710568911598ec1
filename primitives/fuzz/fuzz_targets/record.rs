//! A record has one encoding, and what an extrinsic carries of it gives it back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon_primitives::{hash::sha256, Record, SubmittedRecord};

fuzz_target!(|input: &[u8]| {
	let Ok(record) = Record::decode(input) else { return };
	assert_eq!(record.encode(), input);
	assert_eq!(record.id().into_bytes(), sha256(input));
	assert_eq!(record.validate(), Ok(()));
	if record.index.is_none() {
		assert_eq!(Record::try_from(SubmittedRecord::from(&record)), Ok(record));
	}
});
