//! What extrinsics and the runtime API carry, in SCALE. The first byte chooses the type.
#![no_main]

use codec::{DecodeAll, Encode};
use libfuzzer_sys::fuzz_target;
use pantheon_primitives::{
	ChainHead, Checkpoint, EntryInfo, OperatorState, Record, SubmittedRecord,
};

/// One encoding per value.
fn same<T: DecodeAll + Encode>(mut input: &[u8]) -> Option<T> {
	let whole = input;
	let value = T::decode_all(&mut input).ok()?;
	assert_eq!(value.encode(), whole);
	Some(value)
}

fuzz_target!(|input: &[u8]| {
	let Some((choice, input)) = input.split_first() else { return };
	match choice {
		0 => {
			let Some(submitted) = same::<SubmittedRecord>(input) else { return };
			let Ok(record) = Record::try_from(submitted.clone()) else { return };
			assert_eq!(SubmittedRecord::from(&record), submitted);
			assert_eq!(Record::decode(&record.encode()), Ok(record));
		},
		1 => {
			same::<EntryInfo>(input);
		},
		2 => {
			same::<OperatorState>(input);
		},
		3 => {
			same::<Checkpoint>(input);
		},
		_ => {
			same::<ChainHead>(input);
		},
	}
});
