//! Seals cross between implementations: `fips204` (Pantheon's), `pqcrypto-mldsa` (PQClean's C, an oracle
//! for tests only) and OpenSSL. Transparent statements and timestamps are judged by others' CBOR and
//! OpenTimestamps libraries too. `scripts/interop` runs the live half.

mod common;

use common::{
	path,
	receipts::{log_key, receipt, transparent},
	samples, GENESIS,
};
use pantheon_primitives::{
	hash::SoftwareSha256,
	log::{batch_root, Entry},
	ots::Timestamp,
	receipt::TransparentStatement,
	seal::{test_helpers::TestSigner, verify_signature, PublicKey, SealError},
	ChainHead, GenesisHash, Kind, LogRoot, Record, Statement,
};
use pqcrypto_mldsa::mldsa65 as oracle;
use pqcrypto_traits::sign::{DetachedSignature as _, PublicKey as _};
use serde::{Deserialize, Serialize};
use std::{
	io::Write,
	path::Path,
	process::{Command, Stdio},
};

/// Names the Python interpreter that has the judges' packages; set by `scripts/interop`.
const PYTHON: &str = "PANTHEON_INTEROP_PYTHON";
/// Where to keep what OpenSSL signed; set by `scripts/interop --write-vectors`.
const WRITE_VECTORS: &str = "PANTHEON_INTEROP_WRITE";

/// A signature and all that it takes to check it; bytes in hex. The driver speaks the same.
#[derive(Deserialize, Serialize)]
struct Signed {
	key: String,
	message: String,
	signature: String,
}

fn bytes(text: &str) -> Vec<u8> {
	hex::decode(text).expect("hex")
}

fn sample(signer: &TestSigner, log: u8) -> Statement {
	let operator = signer.public_key().operator_id();
	let log = GenesisHash::new([log; 32]);
	let record = Record::new(log, operator, &ChainHead::default(), Kind::Intent, 1_764_000_000_000);
	signer.statement(&record)
}

/// What was signed of a statement, written by another CBOR library.
fn to_be_signed(statement: &Statement) -> Vec<u8> {
	use coset::TaggedCborSerializable;
	let sign1 = coset::CoseSign1::from_tagged_slice(&statement.encode()).expect("COSE");
	sign1.tbs_data(&[])
}

#[test]
fn the_oracle_verifies_our_seals() {
	for seed in 0..8 {
		let signer = TestSigner::from_seed([seed; 32]);
		let statement = sample(&signer, seed);
		let key = oracle::PublicKey::from_bytes(signer.public_key().as_bytes()).expect("key");
		let signature =
			oracle::DetachedSignature::from_bytes(statement.signature()).expect("signature");
		let message = to_be_signed(&statement);
		assert!(oracle::verify_detached_signature(&signature, &message, &key).is_ok());
		assert!(oracle::verify_detached_signature(&signature, &message[1..], &key).is_err());
	}
}

#[test]
fn we_verify_the_oracles_seals() {
	for log in 0..8 {
		let (key, secret) = oracle::keypair();
		let key = PublicKey::from_bytes(key.as_bytes()).expect("key");
		let log = GenesisHash::new([log; 32]);
		let head = ChainHead::default();
		let record = Record::new(log, key.operator_id(), &head, Kind::Provenance, 7);
		let message = pantheon_primitives::seal::to_be_signed(
			&record.encode(),
			record.operator,
			record.log,
			&key.key_id(),
		);
		let signature = oracle::detached_sign(&message, &secret);
		let statement = Statement::new(record, key.key_id(), signature.as_bytes()).expect("valid");
		assert_eq!(statement.verify(&key), Ok(()));

		let other = PublicKey::from_bytes(oracle::keypair().0.as_bytes()).expect("key");
		assert_eq!(statement.verify(&other), Err(SealError::WrongKey));
		let refused = Err(SealError::SignatureInvalid);
		assert_eq!(verify_signature(&other, &message, signature.as_bytes()), refused);
	}
}

#[test]
fn we_verify_what_openssl_signed() {
	let vectors: Vec<Signed> =
		serde_json::from_str(include_str!("vectors/openssl-mldsa65.json")).expect("vectors");
	assert_eq!(vectors.len(), 4);
	vectors.iter().for_each(assert_ours_verifies);
}

fn assert_ours_verifies(signed: &Signed) {
	let key = PublicKey::from_bytes(&bytes(&signed.key)).expect("key");
	let (message, mut signature) = (bytes(&signed.message), bytes(&signed.signature));
	assert_eq!(verify_signature(&key, &message, &signature), Ok(()));
	signature[100] ^= 4;
	let refused = Err(SealError::SignatureInvalid);
	assert_eq!(verify_signature(&key, &message, &signature), refused);
}

fn judge(command: &str, input: &[u8]) -> Vec<u8> {
	let python = std::env::var(PYTHON).expect("run scripts/interop, which sets up the other side");
	let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/lib/interop.py");
	let mut child = Command::new(python)
		.arg(driver)
		.arg(command)
		.stdin(Stdio::piped())
		.stdout(Stdio::piped())
		.spawn()
		.expect("the interpreter starts");
	child.stdin.take().expect("piped").write_all(input).expect("the driver reads");
	let output = child.wait_with_output().expect("the driver ends");
	assert!(output.status.success(), "the driver failed");
	output.stdout
}

#[test]
#[ignore = "needs the other side: scripts/interop"]
fn openssl_verifies_our_seals() {
	let mut signed: Vec<Signed> = Vec::new();
	for seed in 0..16u8 {
		// A fresh key and record each time.
		let mut fresh = [seed; 32];
		let now = std::time::UNIX_EPOCH.elapsed().expect("after 1970").as_nanos();
		fresh[..16].copy_from_slice(&now.to_le_bytes());
		let signer = TestSigner::from_seed(fresh);
		let statement = sample(&signer, seed);
		signed.push(Signed {
			key: hex::encode(signer.public_key().as_bytes()),
			message: hex::encode(to_be_signed(&statement)),
			signature: hex::encode(statement.signature()),
		});
	}
	// One must be refused, or a driver that accepts all would pass.
	signed[15].message.push_str("00");
	let answer = judge("verify", &serde_json::to_vec(&signed).expect("JSON"));
	let answer: Vec<bool> = serde_json::from_slice(&answer).expect("JSON");
	let expected: Vec<bool> = (0..16).map(|number| number != 15).collect();
	assert_eq!(answer, expected);
}

#[test]
#[ignore = "needs the other side: scripts/interop"]
fn we_verify_fresh_signatures_of_openssl() {
	let statement = sample(&TestSigner::from_seed([3; 32]), 3);
	let messages: Vec<String> = [vec![], vec![0], to_be_signed(&statement), vec![0xab; 4096]]
		.iter()
		.map(hex::encode)
		.collect();
	let answer = judge("sign", &serde_json::to_vec(&messages).expect("JSON"));
	let signed: Vec<Signed> = serde_json::from_slice(&answer).expect("JSON");
	assert_eq!(signed.len(), messages.len());
	for (signed, message) in signed.iter().zip(&messages) {
		assert_eq!(&signed.message, message);
		assert_ours_verifies(signed);
	}
	if let Ok(path) = std::env::var(WRITE_VECTORS) {
		std::fs::write(path, serde_json::to_vec_pretty(&signed).expect("JSON")).expect("written");
	}
}

/// What `cbor2` and OpenSSL make of a transparent statement.
#[derive(Debug, Deserialize, PartialEq)]
struct Shown {
	root: String,
	size: u64,
	index: u64,
	statement: String,
	issuer: String,
	log: String,
}

/// A transparent statement in a log of `size` entries, and what it shows.
fn transparent_in(size: u64, index: u64) -> (TransparentStatement, Shown) {
	let statement = sample(&TestSigner::from_seed([5; 32]), 5);
	let leaf = |digest| Entry::statement(digest).leaf_hash::<SoftwareSha256>();
	let mut leaves: Vec<_> = (0..size).map(|number| leaf([number as u8; 32].into())).collect();
	leaves[index as usize] = leaf(statement.digest());
	let root: LogRoot = batch_root::<SoftwareSha256>(&leaves);
	let receipt = receipt(&log_key(), GENESIS, (size, root), index, path(&leaves, index));
	let shown = Shown {
		root: root.to_string(),
		size,
		index,
		statement: statement.digest().to_string(),
		issuer: format!("pantheon:{}", log_key().public_key().key_id()),
		log: format!("pantheon:{GENESIS}"),
	};
	(TransparentStatement { statement, receipts: vec![receipt] }, shown)
}

fn transparent_case(bytes: &[u8], operator: &PublicKey) -> serde_json::Value {
	serde_json::json!({
		"transparent": hex::encode(bytes),
		"log_key": hex::encode(log_key().public_key().as_bytes()),
		"operator_key": hex::encode(operator.as_bytes()),
	})
}

#[test]
#[ignore = "needs the other side: scripts/interop"]
fn cbor2_and_openssl_verify_our_transparent_statements() {
	let operator = TestSigner::from_seed([5; 32]);
	let (mut cases, mut expected) = (Vec::new(), Vec::new());
	for (size, index) in
		[(1, 0), (2, 0), (2, 1), (3, 2), (5, 4), (7, 5), (8, 0), (33, 32), (100, 64)]
	{
		let (transparent, shown) = transparent_in(size, index);
		cases.push(transparent_case(&transparent.encode(), operator.public_key()));
		expected.push(Some(shown));
	}
	// A changed byte of the record, of the path, of the size that is signed, and of each signature.
	let (transparent, _) = transparent_in(7, 5);
	let bytes = transparent.encode();
	let receipt = &transparent.receipts[0];
	let place = |part: &[u8]| bytes.windows(part.len()).position(|window| window == part);
	let record = transparent.statement.record().encode();
	for part in [
		record.as_slice(),
		&receipt.path[1],
		&[0x3a, 0x00, 0x01, 0x00, 0x00, 0x07],
		receipt.signature.as_slice(),
		transparent.statement.signature(),
	] {
		let last = place(part).expect("it's in there") + part.len() - 1;
		let mut changed = bytes.clone();
		changed[last] ^= 1;
		cases.push(transparent_case(&changed, operator.public_key()));
		expected.push(None);
	}
	let (single, ..) = samples();
	let sample = transparent_of(&single);
	cases.push(transparent_case(&sample, &single.keys[0]));
	expected.push(Some(Shown {
		root: single.checkpoint.log_root.to_string(),
		size: single.checkpoint.log_size,
		index: single.inclusion.index,
		statement: Statement::decode(&single.statement).expect("valid").digest().to_string(),
		issuer: format!("pantheon:{}", log_key().public_key().key_id()),
		log: format!("pantheon:{GENESIS}"),
	}));
	let answer = judge("transparent", &serde_json::to_vec(&cases).expect("JSON"));
	let answer: Vec<Option<Shown>> = serde_json::from_slice(&answer).expect("JSON");
	assert_eq!(answer, expected);
}

fn transparent_of(bundle: &pantheon_primitives::bundle::ProofBundle) -> Vec<u8> {
	transparent(&log_key(), bundle).encode()
}

/// What the reference implementation reads of a timestamp.
#[derive(Debug, Deserialize, PartialEq)]
struct Stamped {
	digest: String,
	height: u32,
	root: String,
	file: String,
}

#[test]
#[ignore = "needs the other side: scripts/interop"]
fn opentimestamps_reads_our_timestamps_and_writes_them_alike() {
	let (single, member, _) = samples();
	let batch = pantheon_primitives::bundle::ProofBundle { member: None, ..member.clone() };
	let (mut files, mut expected) = (Vec::new(), Vec::new());
	for bundle in [&single, &member, &batch] {
		let timestamp = Timestamp::of(bundle).expect("a timestamp");
		let file = hex::encode(timestamp.encode());
		files.push(file.clone());
		expected.push(Some(Stamped {
			digest: hex::encode(timestamp.digest),
			height: timestamp.height,
			root: hex::encode(timestamp.merkle_root().expect("a root")),
			file,
		}));
	}
	// A cut file must be refused, or a driver that accepts all would pass.
	files.push(files[0][..files[0].len() - 2].to_owned());
	expected.push(None);
	let answer = judge("ots", &serde_json::to_vec(&files).expect("JSON"));
	let answer: Vec<Option<Stamped>> = serde_json::from_slice(&answer).expect("JSON");
	assert_eq!(answer, expected);
}
