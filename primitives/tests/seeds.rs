//! The fuzz targets' seeds are what the code writes today. Each is a valid sample of its format, so they
//! also notice when a format changes by accident.

mod common;

use common::authorities::{header, justification, Authorities};
use pantheon_primitives::{
	audit::test_helpers::sample,
	checkpoint::LogDigest,
	log::{CompactLog, Entry},
	opening::{OpenedField, Opening, OpeningsFile},
	ots::Timestamp,
	seal::test_helpers::TestSigner,
	tlog::{encode_entries, LogCheckpoint},
	ChainHead, EntryBatch, EntryInfo, OperatorState, OperatorStatus, Record, Statement,
	SubmittedRecord,
};
use sp_core::H256;
use sp_runtime::codec::Encode;
use std::{fs, path::Path};

/// Set it to write the seeds anew, after a format was changed on purpose.
const WRITE: &str = "PANTHEON_WRITE_SEEDS";

fn with_length(header: &[u8], justification: &[u8]) -> Vec<u8> {
	[&(header.len() as u16).to_le_bytes(), header, justification].concat()
}

fn chosen(choice: u8, bytes: Vec<u8>) -> Vec<u8> {
	[vec![choice], bytes].concat()
}

fn signed_checkpoint() -> Vec<u8> {
	let signer = TestSigner::from_seed([0; 32]);
	let checkpoint = LogCheckpoint { genesis: [0x11; 32].into(), size: 3, root: [0x22; 32].into() };
	let signature = signer.sign_message(checkpoint.text().as_bytes());
	checkpoint.with_signature(signer.public_key(), &signature).unwrap().into_bytes()
}

/// Target, name, content.
fn seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
	let (single, member, trust) = common::samples();
	let (whole, part, account_trust) = common::completeness::samples();
	assert_eq!(trust, account_trust, "one trust file for all");
	let statement = Statement::decode(&single.statement).unwrap();
	let batch = Statement::decode(&member.statement).unwrap();
	let member_record = member.member.as_ref().unwrap().record.clone();
	let anchor = single.anchor.as_ref().unwrap();
	let submitted = |record: &Record| SubmittedRecord::from(record).encode();

	let authorities = Authorities::new(2, 4);
	let target = header(50, H256::repeat_byte(9), vec![authorities.scheduled(0)]);
	let above = header(51, target.hash(), vec![]);
	let mut votes: Vec<_> = (0..3).map(|n| authorities.vote(n, target.hash(), 50)).collect();
	votes.push(authorities.vote(3, above.hash(), 51));
	let ancestry = with_length(&target.encode(), &justification(&target, votes, vec![above]));
	let plain = with_length(&single.finality.header, &single.finality.justification);

	let transparent = common::receipts::transparent(&common::receipts::log_key(), &single);

	let checkpoint = single.checkpoint;
	let entry = EntryInfo {
		entry: Entry::statement(batch.digest()),
		operator: batch.record().operator,
		sequence: 3,
		record: batch.record_id(),
		kind: 5,
		batch: Some(EntryBatch { count: 5, root: checkpoint.log_root }),
		extrinsic_index: 2,
	};
	let operator = OperatorState {
		owner: [1; 32],
		key: Some(single.keys[0].as_bytes().to_vec()),
		status: OperatorStatus::Active,
		chain: ChainHead { next_sequence: 3, head: Some(batch.record_id()) },
		open_intents: 1,
	};
	let chain = operator.chain.encode();
	let digest = LogDigest { size: checkpoint.log_size, root: checkpoint.log_root };
	let log = CompactLog::from_parts(5, vec![[1; 32], [2; 32]]).unwrap();
	let opening = Opening::from_parts([7; 32], r#"{"answer":42}"#.into()).unwrap();
	let openings = OpeningsFile {
		record: statement.record_id(),
		openings: vec![(OpenedField::Output, opening.clone())],
	};
	let sizes = [&2u64.to_le_bytes()[..], &7u64.to_le_bytes(), &[7; 96]].concat();
	let export = sample();
	let sealed = Statement::decode(&export.blocks[1].entries[0].statement).unwrap();
	vec![
		("audit", "block", chosen(0, export.blocks[1].encode())),
		("audit", "anchor", chosen(1, export.anchors[0].encode())),
		("audit", "submission", chosen(2, submitted(sealed.record()))),
		("record", "outcome", statement.record().encode()),
		("record", "batch", batch.record().encode()),
		("record", "member", member_record),
		("statement", "outcome", single.statement.clone()),
		("statement", "batch", member.statement.clone()),
		("bundle", "single", single.encode()),
		("bundle", "member", member.encode()),
		("completeness", "whole", whole.encode()),
		("completeness", "part", part.encode()),
		("state_proof", "chain", whole.state.encode()),
		("verify", "single", single.encode()),
		("verify", "member", member.encode()),
		("trust", "trust", trust.to_json().into_bytes()),
		("finality", "plain", plain),
		("finality", "ancestry", ancestry),
		("anchor", "anchor", anchor.encode()),
		("transaction", "anchor", anchor.transaction.clone()),
		("transaction", "coinbase", anchor.coinbase.clone()),
		("transaction", "payload", pantheon_primitives::bitcoin::payload_script(&checkpoint)),
		("opening", "opening", opening.encode()),
		("opening", "file", openings.to_json().into_bytes()),
		("ots", "single", Timestamp::of(&single).unwrap().encode()),
		("ots", "member", Timestamp::of(&member).unwrap().encode()),
		("receipt", "receipt", transparent.receipts[0].encode()),
		("receipt", "transparent", transparent.encode()),
		("spend_chain", "anchor", anchor.transaction.clone()),
		("spend_chain", "origin", format!("{}:1", "4a5e".repeat(16)).into_bytes()),
		("submission", "outcome", chosen(0, submitted(statement.record()))),
		("submission", "batch", chosen(0, submitted(batch.record()))),
		("submission", "entry", chosen(1, entry.encode())),
		("submission", "operator", chosen(2, operator.encode())),
		("submission", "checkpoint", chosen(3, checkpoint.encode())),
		("submission", "chain", chosen(4, chain)),
		("log", "compact", chosen(0, log.encode())),
		("log", "digest", chosen(1, digest.encode_digest())),
		("log", "checkpoint", chosen(2, checkpoint.encode_canonical().to_vec())),
		("log", "proof", chosen(3, sizes)),
		("tlog", "path", chosen(0, b"tile/0/x001/234.p/7".to_vec())),
		("tlog", "entries", chosen(1, encode_entries(&[Entry::statement([1; 32].into())]))),
		("tlog", "note", chosen(2, signed_checkpoint())),
	]
}

#[test]
fn the_seeds_are_what_the_code_writes() {
	let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
	for (target, name, content) in seeds() {
		let path = folder.join(target).join(name);
		if std::env::var_os(WRITE).is_some() {
			fs::create_dir_all(path.parent().unwrap()).unwrap();
			fs::write(&path, &content).unwrap();
		}
		let kept = fs::read(&path).unwrap_or_default();
		assert!(
			kept == content,
			"{target}/{name} has changed: if that's meant, run this test with {WRITE}=1"
		);
	}
}

/// Every seed belongs to a target and every target has seeds.
#[test]
fn every_target_has_seeds() {
	let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
	let mut targets: Vec<String> = fs::read_dir(fuzz.join("fuzz_targets"))
		.unwrap()
		.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
		.collect();
	targets.sort();
	let mut seeded: Vec<&str> = seeds().iter().map(|(target, ..)| *target).collect();
	seeded.sort();
	seeded.dedup();
	assert_eq!(targets, seeded);
}
