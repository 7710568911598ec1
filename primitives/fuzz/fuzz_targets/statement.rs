//! A statement has one encoding.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon_primitives::{hash::sha256, seal::MAX_STATEMENT_LEN, Record, Statement};

fuzz_target!(|input: &[u8]| {
	let Ok(statement) = Statement::decode(input) else { return };
	assert!(input.len() <= MAX_STATEMENT_LEN);
	assert_eq!(statement.encode(), input);
	assert_eq!(statement.digest().into_bytes(), sha256(input));
	let record = statement.record();
	assert_eq!(Record::decode(&record.encode()).as_ref(), Ok(record));
	let again = Statement::new(record.clone(), *statement.kid(), statement.signature());
	assert_eq!(again, Ok(statement));
});
