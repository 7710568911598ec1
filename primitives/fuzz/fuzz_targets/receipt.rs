//! Receipts and transparent statements have one encoding, and the statement inside is a statement.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon_primitives::{
	receipt::{Receipt, TransparentStatement, MAX_RECEIPT_LEN, MAX_TRANSPARENT_LEN},
	LeafHash, Statement,
};

fuzz_target!(|input: &[u8]| {
	if let Ok(receipt) = Receipt::decode(input) {
		assert!(input.len() <= MAX_RECEIPT_LEN);
		assert_eq!(receipt.encode(), input);
		let _ = receipt.root(&LeafHash::new([7; 32]));
	}
	if let Ok(transparent) = TransparentStatement::decode(input) {
		assert!(input.len() <= MAX_TRANSPARENT_LEN);
		assert_eq!(transparent.encode(), input);
		let statement = transparent.statement.encode();
		assert_eq!(Statement::decode(&statement), Ok(transparent.statement));
		assert!(Statement::decode(input).is_err());
	}
});
