//! Timestamps from bundles: they lead to the bundle's block, and nothing that was touched does. The stock
//! client's word on such files is in `scripts/quickstart`, as `scripts/test` runs it.

mod common;

use common::{
	path,
	receipts::{documented_log, documented_statement},
	samples,
};
use pantheon_primitives::{
	bitcoin::{
		payload_script,
		test_helpers::{anchor_transaction, AnchorShape},
	},
	bundle::{Inclusion, ProofBundle},
	finality::FinalityProof,
	hash::{sha256, SoftwareSha256},
	log::batch_root,
	ots::{stamped, ExportError, Operation, OtsError, Timestamp, MAX_MESSAGE_LEN, MAX_OPERATIONS},
	Checkpoint, Kind,
};

/// Height and Merkle root of the anchor's block.
fn block(bundle: &ProofBundle) -> (u32, [u8; 32]) {
	let anchor = bundle.anchor.as_ref().expect("anchored");
	let header = anchor.headers[anchor.block as usize];
	(anchor.first_height + anchor.block, header[36..68].try_into().expect("32 bytes"))
}

#[test]
fn a_record_and_a_batch_member_lead_to_the_block() {
	let (single, member, _) = samples();
	for bundle in [&single, &member] {
		let timestamp = Timestamp::of(bundle).expect("a timestamp");
		assert_eq!(timestamp.digest, sha256(stamped(bundle)));
		assert_eq!((timestamp.height, timestamp.merkle_root().unwrap()), block(bundle));
		let bytes = timestamp.encode();
		assert_eq!(Timestamp::decode(&bytes), Ok(timestamp));
	}
	assert_eq!(stamped(&single), single.statement);
	let record = &member.member.as_ref().expect("a member").record;
	assert_eq!(stamped(&member), record);

	// Without its member, it's the timestamp of the batch's statement.
	let batch = ProofBundle { member: None, ..member.clone() };
	let timestamp = Timestamp::of(&batch).expect("a timestamp");
	assert_eq!(timestamp.digest, sha256(&member.statement));
	assert_eq!(timestamp.merkle_root().unwrap(), block(&member).1);
}

#[test]
fn no_byte_of_a_timestamp_is_free() {
	for bundle in [samples().0, samples().1] {
		let bytes = Timestamp::of(&bundle).expect("a timestamp").encode();
		let holds = |bytes: &[u8]| {
			Timestamp::decode(bytes).is_ok_and(|read| {
				read.digest == sha256(stamped(&bundle))
					&& read.merkle_root().map(|root| (read.height, root)) == Ok(block(&bundle))
			})
		};
		assert!(holds(&bytes));
		for at in 0..bytes.len() {
			for bit in 0..8 {
				let mut changed = bytes.clone();
				changed[at] ^= 1 << bit;
				assert!(!holds(&changed), "bit {bit} of byte {at} is free");
			}
			assert!(Timestamp::decode(&bytes[..at]).is_err(), "accepted {at} bytes");
		}
		let longer = [&bytes[..], &[0]].concat();
		assert_eq!(Timestamp::decode(&longer), Err(OtsError::TrailingBytes));
	}
}

#[test]
fn bundles_that_lead_nowhere_give_no_timestamp() {
	let (single, member, _) = samples();
	let refused = |bundle: &ProofBundle| Timestamp::of(bundle).expect_err("no timestamp");
	assert_eq!(refused(&ProofBundle { anchor: None, ..single.clone() }), ExportError::NotAnchored);

	let mut other = single.clone();
	other.inclusion.path[0][0] ^= 1;
	assert_eq!(refused(&other), ExportError::OtherRoot);
	let mut other = single.clone();
	other.inclusion.path.pop();
	assert!(matches!(refused(&other), ExportError::Path(_)));
	let mut other = single.clone();
	other.checkpoint.block_number += 1;
	assert_eq!(refused(&other), ExportError::NotCommitted("anchor transaction"));
	let mut other = single.clone();
	other.anchor.as_mut().expect("anchored").block = 0;
	assert_eq!(refused(&other), ExportError::OtherRoot);
	let mut other = single.clone();
	other.anchor.as_mut().expect("anchored").block = 99;
	assert_eq!(refused(&other), ExportError::OtherRoot);
	let mut other = single.clone();
	other.statement[0] ^= 1;
	assert!(matches!(refused(&other), ExportError::Statement(_)));

	let mut other = member.clone();
	other.member.as_mut().expect("a member").path[0][0] ^= 1;
	assert_eq!(refused(&other), ExportError::OtherRoot);
	let mut other = member.clone();
	other.member.as_mut().expect("a member").record[0] ^= 1;
	assert!(matches!(refused(&other), ExportError::Member(_)));
	// A record that is no member, and a statement that is no batch's.
	let world = common::World::new();
	let mut other = member.clone();
	other.member.as_mut().expect("a member").record = world.record(Kind::Intent).encode();
	assert_eq!(refused(&other), ExportError::NotAMember);
	let other = ProofBundle { member: member.member, ..single };
	assert_eq!(refused(&other), ExportError::NotAMember);
}

#[test]
fn limits_of_the_stock_client_are_kept() {
	let (single, ..) = samples();
	let anchored_by = |transaction: Vec<u8>| {
		let shape = AnchorShape { path_len: 12, ..Default::default() };
		let anchor = Some(shape.build_with_transaction(transaction));
		ProofBundle { anchor, ..single.clone() }
	};
	let script = payload_script(&single.checkpoint);
	let fits = anchored_by(anchor_transaction(vec![script.clone()], 3_000));
	let timestamp = Timestamp::of(&fits).expect("a timestamp");
	assert!(timestamp.operations.len() <= MAX_OPERATIONS);
	let too_long = anchored_by(anchor_transaction(vec![script], MAX_MESSAGE_LEN as u32));
	assert_eq!(Timestamp::of(&too_long), Err(OtsError::MessageTooLong.into()));

	let of = |operations| Timestamp { digest: [1; 32], operations, height: 7 };
	let most = of(vec![Operation::Sha256; MAX_OPERATIONS]);
	assert_eq!(Timestamp::decode(&most.encode()), Ok(most));
	let more = of(vec![Operation::Sha256; MAX_OPERATIONS + 1]);
	assert_eq!(Timestamp::decode(&more.encode()), Err(OtsError::TooManyOperations));
	let longest = of(vec![Operation::Append(vec![2; MAX_MESSAGE_LEN - 32]), Operation::Sha256]);
	assert!(longest.merkle_root().is_ok());
	let longer = of(vec![Operation::Append(vec![2; MAX_MESSAGE_LEN - 31]), Operation::Sha256]);
	assert_eq!(Timestamp::decode(&longer.encode()).as_ref(), Ok(&longer));
	assert_eq!(longer.merkle_root(), Err(OtsError::MessageTooLong));
	let no_root = of(vec![Operation::Append(vec![2])]);
	assert_eq!(no_root.merkle_root(), Err(OtsError::NotARoot));
}

#[test]
fn what_other_timestamps_have_is_refused() {
	let plain = Timestamp { digest: [1; 32], operations: vec![Operation::Sha256], height: 300 };
	let bytes = plain.encode();
	// Magic 31, version 1, digest tag 1, digest 32, one operation, attestation: tag 1, name 8, length 1.
	let (version, digest, operation, name, height) = (31, 32, 65, 67, 76);
	assert_eq!(bytes[height..], [0xac, 0x02]);
	let with = |at: usize, byte: u8| {
		let mut changed = bytes.clone();
		changed[at] = byte;
		Timestamp::decode(&changed)
	};
	assert_eq!(with(0, 1), Err(OtsError::NotATimestamp));
	assert_eq!(with(version, 2), Err(OtsError::UnknownVersion(2)));
	assert_eq!(with(digest, 0x02), Err(OtsError::OtherDigest(0x02)));
	assert_eq!(with(operation, 0xff), Err(OtsError::Fork));
	for other in [0x02, 0x03, 0x67, 0xf2, 0xf3] {
		assert_eq!(with(operation, other), Err(OtsError::OtherOperation(other)));
	}
	assert_eq!(with(name, 0x06), Err(OtsError::OtherAttestation));

	// 300 in three bytes, an empty argument, a height of more than 32 bits.
	let long = [&bytes[..height - 1], &[3, 0xac, 0x82, 0x00]].concat();
	assert_eq!(Timestamp::decode(&long), Err(OtsError::NotCanonical));
	let empty = [&bytes[..operation], &[0xf0, 0], &bytes[operation..]].concat();
	assert_eq!(Timestamp::decode(&empty), Err(OtsError::Malformed));
	let high = [&bytes[..height - 1], &[5, 0xff, 0xff, 0xff, 0xff, 0x7f]].concat();
	assert_eq!(Timestamp::decode(&high), Err(OtsError::Malformed));
	let higher = [&bytes[..height - 1], &[6, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]].concat();
	assert_eq!(Timestamp::decode(&higher), Err(OtsError::Malformed));
}

fn step(operation: &Operation) -> String {
	match operation {
		Operation::Append(bytes) => format!("append `{}`", hex::encode(bytes)),
		Operation::Prepend(bytes) => format!("prepend `{}`", hex::encode(bytes)),
		Operation::Sha256 => "SHA-256".into(),
	}
}

#[test]
fn the_page_shows_a_real_timestamp() {
	let (signer, statement) = documented_statement();
	let leaves = documented_log(&statement);
	let checkpoint = Checkpoint {
		genesis: statement.record().log,
		block_number: 4242,
		block_hash: [0x22; 32].into(),
		log_size: 3,
		log_root: batch_root::<SoftwareSha256>(&leaves),
	};
	let bundle = ProofBundle {
		statement: statement.encode(),
		keys: vec![signer.public_key().clone()],
		member: None,
		inclusion: Inclusion { index: 1, path: path(&leaves, 1) },
		checkpoint,
		finality: FinalityProof { header: vec![], justification: vec![], handoffs: vec![] },
		anchor: Some(AnchorShape { path_len: 2, ..Default::default() }.build(&checkpoint)),
		intent: None,
	};
	let timestamp = Timestamp::of(&bundle).expect("a timestamp");
	let page = include_str!("../../docs/formats/opentimestamps.md");
	let shows = |name: &str, value: String| {
		assert!(page.contains(&value), "the page does not show the {name}: {value}");
	};
	shows("digest", hex::encode(timestamp.digest));
	shows("file", hex::encode(timestamp.encode()));
	shows("height", format!("header of block {}", timestamp.height));
	let steps = timestamp.operations.iter().zip(1..);
	let rows = steps.map(|(operation, number)| format!("{number}. {}\n", step(operation)));
	shows("steps", rows.collect());
	shows("root", hex::encode(timestamp.merkle_root().expect("a root")));
}
