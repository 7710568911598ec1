//! The examples in `docs/formats` are what the code writes.

use pantheon_primitives::{
	bitcoin::{genesis_pin, BitcoinNetwork, HeaderRules},
	bundle::{BUNDLE_MAGIC, BUNDLE_VERSION},
	completeness::{chain_key, ChainRecord, COMPLETENESS_MAGIC, COMPLETENESS_VERSION},
	finality::{AuthorityKey, AuthoritySet},
	hash::{sha256, SoftwareSha256},
	log::{batch_root, consistency_path, inclusion_path, Entry, MemoryTree},
	seal::{test_helpers::TestSigner, to_be_signed},
	trust::{TrustFile, DEFAULT_MIN_CONFIRMATIONS},
	ChainHead, Kind, LogDigest, OperatorId, Record,
};
use sp_runtime::codec::Encode;

/// Asserts that each value stands in the page.
fn assert_shows(page: &str, values: &[(&str, String)]) {
	let missing: Vec<_> = values.iter().filter(|(_, value)| !page.contains(value)).collect();
	assert!(missing.is_empty(), "the page does not show: {missing:#?}");
}

#[test]
fn the_record_page_shows_a_real_record() {
	let signer = TestSigner::from_seed([0; 32]);
	let operator = signer.public_key().operator_id();
	let log = [0x11; 32].into();
	let mut record =
		Record::new(log, operator, &ChainHead::default(), Kind::Intent, 1_700_000_000_000);
	record.model = Some([0x22; 32].into());
	record.input = Some([0x33; 32].into());
	let kid = signer.public_key().key_id();
	let signed = to_be_signed(&record.encode(), operator, log, &kid);
	// ["Signature1", protected, …]: an array head, a text of ten, a byte string with a two-byte head.
	let protected_len = usize::from(signed[13]);
	assert_eq!(signed[12], 0x58);
	let protected = &signed[14..14 + protected_len];
	assert_shows(
		include_str!("../../docs/formats/record.md"),
		&[
			("record", hex::encode(record.encode())),
			("record_id", record.id().to_string()),
			("operator", operator.to_string()),
			("protected", hex::encode(protected)),
			("to_be_signed_sha256", hex::encode(sha256(&signed))),
		],
	);
}

#[test]
fn the_log_page_shows_a_real_log() {
	let digests = [[0xaa; 32], [0xbb; 32], [0xcc; 32]];
	let leaves =
		digests.map(|digest| Entry::statement(digest.into()).leaf_hash::<SoftwareSha256>());
	let tree = MemoryTree::new::<SoftwareSha256>(&leaves);
	let path = inclusion_path::<_, SoftwareSha256>(&tree, 1, 3).unwrap();
	let consistency = consistency_path::<_, SoftwareSha256>(&tree, 2, 3).unwrap();
	let hashes = |path: &[[u8; 32]]| path.iter().map(hex::encode).collect::<Vec<_>>().join("`, `");
	let root = |size: usize| batch_root::<SoftwareSha256>(&leaves[..size]);
	let digest = LogDigest { size: 3, root: root(3) };
	assert_shows(
		include_str!("../../docs/formats/log.md"),
		&[
			("leaf0", leaves[0].to_string()),
			("leaf1", leaves[1].to_string()),
			("leaf2", leaves[2].to_string()),
			("root1", root(1).to_string()),
			("root2", root(2).to_string()),
			("root3", root(3).to_string()),
			("path", hashes(&path)),
			("consistency", hashes(&consistency)),
			("digest", hex::encode(digest.encode_digest())),
		],
	);
}

#[test]
fn the_bundle_page_shows_the_first_bytes_of_a_bundle() {
	let mut prefix = vec![0x00, 0x60 | u8::try_from(BUNDLE_MAGIC.len()).unwrap()];
	prefix.extend_from_slice(BUNDLE_MAGIC.as_bytes());
	prefix.extend_from_slice(&[0x01, u8::try_from(BUNDLE_VERSION).unwrap()]);
	assert_shows(
		include_str!("../../docs/formats/proof-bundle.md"),
		&[("prefix", hex::encode(prefix))],
	);
}

#[test]
fn the_completeness_page_shows_the_first_bytes_and_what_the_state_holds() {
	let mut prefix = vec![0x00, 0x60 | u8::try_from(COMPLETENESS_MAGIC.len()).unwrap()];
	prefix.extend_from_slice(COMPLETENESS_MAGIC.as_bytes());
	prefix.extend_from_slice(&[0x01, u8::try_from(COMPLETENESS_VERSION).unwrap()]);
	let operator = OperatorId::new([0x0f; 32]);
	let head = ChainHead { next_sequence: 6, head: Some([6; 32].into()) };
	let value = ChainRecord { head, open_intents: 2 }.encode();
	assert_eq!(ChainRecord::read(&value).unwrap().head, head);
	// Where FRAME keeps a map of this name whose hasher is `Identity`.
	let maps = [b"Operators".as_slice(), b"Chains"].map(sp_crypto_hashing::twox_128).concat();
	assert_eq!(chain_key(&operator), [&maps[..], operator.as_ref()].concat());
	assert_shows(
		include_str!("../../docs/formats/completeness.md"),
		&[
			("prefix", hex::encode(prefix)),
			("operator", operator.to_string()),
			("state_key", hex::encode(chain_key(&operator))),
			("value", hex::encode(value)),
		],
	);
}

#[test]
fn the_trust_page_shows_a_trust_file_that_parses() {
	let trust = TrustFile {
		chain: "pantheon-dev".into(),
		genesis: [0x11; 32].into(),
		authorities: AuthoritySet { id: 0, authorities: vec![(AuthorityKey([0x44; 32]), 1)] },
		bitcoin: HeaderRules {
			network: BitcoinNetwork::Regtest,
			pinned: genesis_pin(BitcoinNetwork::Regtest),
			min_confirmations: DEFAULT_MIN_CONFIRMATIONS,
			min_work: [0; 32],
			max_target: None,
		},
		anchor_origin: None,
		max_anchor_age: None,
		log_keys: vec![],
	};
	let json = trust.to_json();
	assert_eq!(TrustFile::parse(json.as_bytes()).unwrap(), trust);
	assert_shows(include_str!("../../docs/formats/trust-file.md"), &[("trust", json)]);
}
