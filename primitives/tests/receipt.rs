//! COSE receipts and transparent statements: what holds, that nothing that was touched does, and that
//! another COSE library reads them.

mod common;

use common::{
	path,
	receipts::{documented_log, documented_statement, log_key, receipt, transparent},
	samples, GENESIS,
};
use coset::{cbor::Value, Label, TaggedCborSerializable};
use pantheon_primitives::{
	hash::SoftwareSha256,
	log::{batch_root, Entry, LogProofError},
	receipt::{
		receipt_to_be_signed, Receipt, ReceiptError, TransparentStatement, MAX_RECEIPTS,
		MAX_RECEIPT_LEN, MAX_RECEIPT_PATH, MAX_TRANSPARENT_LEN,
	},
	seal::{test_helpers::TestSigner, SealError, SIGNATURE_LEN},
	LeafHash, Statement,
};

fn leaves(count: u64) -> Vec<LeafHash> {
	let digest = |number: u64| [number as u8 + 1; 32].into();
	(0..count)
		.map(|number| Entry::statement(digest(number)).leaf_hash::<SoftwareSha256>())
		.collect()
}

fn receipt_in(leaves: &[LeafHash], index: u64) -> Receipt {
	let state = (leaves.len() as u64, batch_root::<SoftwareSha256>(leaves));
	receipt(&log_key(), GENESIS, state, index, path(leaves, index))
}

#[test]
fn receipts_hold_for_every_place_in_logs_of_many_sizes() {
	let key = log_key();
	for size in (1..=9).chain([31, 32, 33]) {
		let leaves = leaves(size);
		let root = batch_root::<SoftwareSha256>(&leaves);
		for index in 0..size {
			let receipt = receipt_in(&leaves, index);
			assert_eq!(Receipt::decode(&receipt.encode()).as_ref(), Ok(&receipt));
			let leaf = &leaves[index as usize];
			assert_eq!(receipt.verify(key.public_key(), leaf), Ok(root));
			let other = &leaves[(index as usize + 1) % leaves.len()];
			if other != leaf {
				let refused = receipt.verify(key.public_key(), other);
				assert_eq!(refused, Err(ReceiptError::Signature));
			}
		}
	}
}

#[test]
fn the_signature_covers_key_log_size_and_root() {
	let leaves = leaves(2);
	let receipt = receipt_in(&leaves, 1);
	let key = log_key();
	let verify = |receipt: &Receipt| receipt.verify(key.public_key(), &leaves[1]);
	assert!(verify(&receipt).is_ok());

	// The second of two entries has the path of the third of three, to the same root.
	let moved = Receipt { log_size: 3, index: 2, ..receipt.clone() };
	assert_eq!(moved.root(&leaves[1]), receipt.root(&leaves[1]));
	assert_eq!(verify(&moved), Err(ReceiptError::Signature));

	let elsewhere = Receipt { log: [0x48; 32].into(), ..receipt.clone() };
	assert_eq!(verify(&elsewhere), Err(ReceiptError::Signature));
	let other_root = Receipt { path: vec![[9; 32]], ..receipt.clone() };
	assert_eq!(verify(&other_root), Err(ReceiptError::Signature));
	let shorter = Receipt { path: vec![], ..receipt.clone() };
	assert_eq!(verify(&shorter), Err(LogProofError::PathLength.into()));
	let beyond = Receipt { index: 2, ..receipt.clone() };
	assert_eq!(verify(&beyond), Err(LogProofError::IndexBeyondSize.into()));

	let stranger = TestSigner::from_seed([0x77; 32]);
	let refused = receipt.verify(stranger.public_key(), &leaves[1]);
	assert_eq!(refused, Err(ReceiptError::WrongKey));
	let renamed = Receipt { kid: stranger.public_key().key_id(), ..receipt };
	let refused = renamed.verify(stranger.public_key(), &leaves[1]);
	assert_eq!(refused, Err(ReceiptError::Signature));
}

#[test]
fn a_receipt_has_one_encoding_and_no_byte_of_it_is_free() {
	let leaves = leaves(5);
	let receipt = receipt_in(&leaves, 3);
	let bytes = receipt.encode();
	for end in 0..bytes.len() {
		assert!(Receipt::decode(&bytes[..end]).is_err(), "accepted {end} bytes");
	}
	assert!(Receipt::decode(&[&bytes[..], &[0]].concat()).is_err());
	let key = log_key();
	let checked = |bytes: &[u8]| {
		Receipt::decode(bytes).and_then(|read| read.verify(key.public_key(), &leaves[3]))
	};
	assert!(checked(&bytes).is_ok());
	for at in 0..bytes.len() {
		for bit in [0x01, 0x80] {
			let mut changed = bytes.clone();
			changed[at] ^= bit;
			assert!(checked(&changed).is_err(), "byte {at} is free");
		}
	}
}

#[test]
fn the_longest_receipt_fits_its_bound() {
	let longest = Receipt {
		kid: [1; 32].into(),
		log: [2; 32].into(),
		log_size: u64::MAX,
		index: u64::MAX - 1,
		path: vec![[3; 32]; MAX_RECEIPT_PATH],
		signature: Box::new([4; SIGNATURE_LEN]),
	};
	let bytes = longest.encode();
	assert!(bytes.len() <= MAX_RECEIPT_LEN, "{}", bytes.len());
	assert_eq!(Receipt::decode(&bytes).as_ref(), Ok(&longest));
	let longer = Receipt { path: vec![[3; 32]; MAX_RECEIPT_PATH + 1], ..longest };
	assert_eq!(Receipt::decode(&longer.encode()), Err(ReceiptError::Malformed));
	let too_large = vec![0xd2; MAX_RECEIPT_LEN + 1];
	assert_eq!(Receipt::decode(&too_large), Err(ReceiptError::TooLarge));
}

#[test]
fn a_transparent_statement_gives_back_the_very_statement() {
	let (single, member, _) = samples();
	for bundle in [single, member] {
		let transparent = transparent(&log_key(), &bundle);
		let bytes = transparent.encode();
		let read = TransparentStatement::decode(&bytes).expect("readable");
		assert_eq!(read, transparent);
		assert_eq!(read.statement.encode(), bundle.statement);
		assert_eq!(read.statement.verify(&bundle.keys[0]), Ok(()));
		let leaf = Entry::statement(read.statement.digest()).leaf_hash::<SoftwareSha256>();
		let root = read.receipts[0].verify(log_key().public_key(), &leaf);
		assert_eq!(root, Ok(bundle.checkpoint.log_root));
		// The log holds the statement without receipts, and a bundle takes no other.
		assert!(Statement::decode(&bytes).is_err());
	}
}

#[test]
fn transparent_statements_carry_some_receipts_and_only_those() {
	let (single, ..) = samples();
	let one = transparent(&log_key(), &single);
	let with = |count: usize| TransparentStatement {
		receipts: vec![one.receipts[0].clone(); count],
		..one.clone()
	};
	let most = with(MAX_RECEIPTS);
	assert!(most.encode().len() <= MAX_TRANSPARENT_LEN);
	assert_eq!(TransparentStatement::decode(&most.encode()), Ok(most));
	for count in [0, MAX_RECEIPTS + 1] {
		let refused = TransparentStatement::decode(&with(count).encode());
		assert_eq!(refused, Err(ReceiptError::ReceiptCount));
	}
	// The bare statement has no header to take receipts from.
	assert_eq!(TransparentStatement::decode(&single.statement), Err(ReceiptError::Malformed));
	let bytes = one.encode();
	for end in 0..bytes.len() {
		assert!(TransparentStatement::decode(&bytes[..end]).is_err(), "accepted {end} bytes");
	}
	assert!(TransparentStatement::decode(&[&bytes[..], &[0]].concat()).is_err());
	let mut sealed_by_another = bytes.clone();
	// Where the id of the sealing key stands first: in the statement's protected header.
	let kid = bytes.windows(32).position(|window| window == one.statement.kid().as_bytes());
	sealed_by_another[kid.expect("there")] ^= 1;
	let changed = TransparentStatement::decode(&sealed_by_another).expect("still a statement");
	assert_eq!(changed.statement.verify(&single.keys[0]), Err(SealError::WrongKey));
}

fn header(value: &coset::Header, label: i64) -> Value {
	let found = value.rest.iter().find(|(name, _)| *name == Label::Int(label));
	found.expect("the header parameter").1.clone()
}

/// The whole of RFC 9942's check by `coset`'s reading of the bytes.
#[test]
fn another_cose_library_reads_the_receipt() {
	let (single, ..) = samples();
	let bytes = transparent(&log_key(), &single).encode();
	let outer = coset::CoseSign1::from_tagged_slice(&bytes).expect("COSE");
	let receipts = header(&outer.unprotected, 394).into_array().expect("an array");
	assert_eq!(receipts.len(), 1);
	let inner = receipts[0].as_bytes().expect("a byte string");
	let inner = coset::CoseSign1::from_tagged_slice(inner).expect("COSE");
	assert_eq!(inner.payload, None);
	assert_eq!(header(&inner.protected.header, 395), Value::from(1));
	let kid = log_key().public_key().key_id();
	assert_eq!(inner.protected.header.key_id, kid.as_bytes());
	let proofs = header(&inner.unprotected, 396).into_map().expect("a map");
	assert_eq!(proofs.len(), 1);
	assert_eq!(proofs[0].0, Value::from(-1));

	let root = single.checkpoint.log_root;
	let signed = inner.tbs_detached_data(root.as_bytes(), &[]);
	let ours = receipt_to_be_signed(&kid, GENESIS, single.checkpoint.log_size, &root);
	assert_eq!(signed, ours);

	// Without its receipts it is the sealed statement again.
	let bare = coset::CoseSign1 { unprotected: Default::default(), ..outer };
	assert_eq!(bare.to_tagged_vec().expect("CBOR"), single.statement);
}

#[test]
fn the_page_shows_a_real_receipt() {
	let (_, statement) = documented_statement();
	let leaves = documented_log(&statement);
	let root = batch_root::<SoftwareSha256>(&leaves);
	let log = statement.record().log;
	let signer = TestSigner::from_seed([1; 32]);
	let receipt = receipt(&signer, log, (3, root), 1, path(&leaves, 1));
	let kid = receipt.kid;
	let signed = receipt_to_be_signed(&kid, log, 3, &root);
	// ["Signature1", protected, …]: an array head, a text of ten, a byte string with a two-byte head.
	let protected = &signed[14..14 + usize::from(signed[13])];
	let bytes = receipt.encode();
	let unsigned = &bytes[..bytes.len() - SIGNATURE_LEN];
	// A map head, the proofs' label and map, the proof type, an array and a byte string of one-byte length.
	let proof = &unsigned[4 + protected.len() + 9..unsigned.len() - 4];
	let transparent = TransparentStatement { statement, receipts: vec![receipt] }.encode();
	let at = transparent.windows(bytes.len()).position(|window| window == bytes);
	let page = include_str!("../../docs/formats/cose-receipt.md");
	for (name, value) in [
		("log key", kid.to_string()),
		("protected", hex::encode(protected)),
		("proof", hex::encode(proof)),
		("root", root.to_string()),
		("signed", hex::encode(&signed)),
		("unsigned receipt", hex::encode(unsigned)),
		("transparent statement", hex::encode(&transparent[..at.expect("in there")])),
		("length", format!("{} bytes", bytes.len())),
	] {
		assert!(page.contains(&value), "the page does not show the {name}: {value}");
	}
}
