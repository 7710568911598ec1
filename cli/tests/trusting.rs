//! `pantheon trust`: making, showing and moving a trust file, offline.

mod support;

use codec::Encode;
use pantheon_primitives::{
	audit::test_helpers::{sample, sample_chain, SampleExport},
	bitcoin::{genesis_pin, BitcoinNetwork},
	bundle::{Inclusion, ProofBundle},
	finality::{AuthorityKey, FinalityProof, Handoff, Header},
	genesis::{GenesisState, GRANDPA_AUTHORITIES_KEY},
	seal::test_helpers::TestSigner,
	trust::TrustFile,
	Checkpoint,
};
use serde_json::{json, Value};
use std::fs;
use support::Pantheon;

/// A raw chain specification with these authorities, and the genesis that it describes.
fn spec(authorities: u8) -> (Value, GenesisState) {
	let set: Vec<_> = (0..authorities).map(|n| (AuthorityKey([n; 32]), 1u64)).collect();
	let mut genesis = GenesisState::default();
	genesis.top.insert(GRANDPA_AUTHORITIES_KEY.to_vec(), set.encode());
	genesis.top.insert(b":code".to_vec(), vec![0; 5000]);
	genesis.top.insert(b"another key".to_vec(), vec![1]);
	let hex = |bytes: &[u8]| format!("0x{}", hex::encode(bytes));
	let top: serde_json::Map<_, _> =
		genesis.top.iter().map(|(key, value)| (hex(key), json!(hex(value)))).collect();
	let raw = json!({ "top": top, "childrenDefault": {} });
	let spec = json!({ "name": "A Chain", "id": "a-chain", "genesis": { "raw": raw } });
	(spec, genesis)
}

#[test]
fn a_trust_file_is_made_from_a_raw_specification() {
	let pantheon = Pantheon::new();
	let (spec, genesis) = spec(4);
	let file = pantheon.write("spec.json", spec.to_string());
	let init =
		["trust", "init", "--chain-spec", &file, "--bitcoin-network", "regtest", "--out", "t"];
	let ran = pantheon.run(&init);
	assert_eq!(ran.code, 0, "{}", ran.stderr);
	assert!(ran.stdout.contains("NOT FOR REAL EVIDENCE"), "{}", ran.stdout);
	let trust = TrustFile::parse(&fs::read(pantheon.path("t")).unwrap()).unwrap();
	assert_eq!((trust.chain.as_str(), trust.genesis), ("a-chain", genesis.hash()));
	assert_eq!(trust.authorities.authorities, genesis.authorities().unwrap());
	assert_eq!(trust.bitcoin.pinned, genesis_pin(BitcoinNetwork::Regtest));
	assert_eq!(trust.bitcoin.min_work, [0; 32]);

	// Never over a file that is there, but where that was asked for.
	pantheon.run(&init).fails(2, "exists");
	assert_eq!(pantheon.run(&[&init[..], &["--replace"]].concat()).code, 0);
	// The genesis hash from another source.
	let other = "ab".repeat(32);
	let insist =
		|hash: &str| pantheon.run(&[&init[..], &["--replace", "--genesis-hash", hash]].concat());
	insist(&other).fails(13, &other);
	assert_eq!(insist(&genesis.hash().to_string()).code, 0);
}

#[test]
fn on_mainnet_block_and_work_are_asked_for() {
	let pantheon = Pantheon::new();
	let file = pantheon.write("spec.json", spec(4).0.to_string());
	let init = |more: &[&str]| {
		let base =
			["trust", "init", "--chain-spec", &file, "--bitcoin-network", "mainnet", "--out", "t"];
		pantheon.run(&[&base[..], more].concat())
	};
	init(&[]).fails(2, "--bitcoin-block");
	let header = hex::encode(genesis_pin(BitcoinNetwork::Mainnet).header);
	let pin = format!("0:{header}");
	let zero = "00".repeat(32);
	init(&["--bitcoin-header", &pin, "--min-work", &zero]).fails(2, "mainnet");
	let wrong = format!("0:{}", header.replacen("3ba3", "3ba4", 1));
	init(&["--bitcoin-header", &wrong]).fails(2, "can't be one");
	assert!(!pantheon.path("t").exists());

	let ran = init(&["--bitcoin-header", &pin]);
	assert_eq!(ran.code, 0, "{}", ran.stderr);
	let trust = TrustFile::parse(&fs::read(pantheon.path("t")).unwrap()).unwrap();
	assert_ne!(trust.bitcoin.min_work, [0; 32]);
	let hash = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";
	assert!(ran.stdout.contains(hash), "{}", ran.stdout);
	assert!(!ran.stdout.contains("NOT FOR REAL EVIDENCE"));

	// The same block by its hash, its header from a file; another hash is in no file.
	let headers = pantheon.write("headers.bin", genesis_pin(BitcoinNetwork::Mainnet).header);
	let by_hash = |hash: &str| {
		init(&["--replace", "--bitcoin-block", &format!("0:{hash}"), "--bitcoin-headers", &headers])
	};
	assert_eq!(by_hash(hash).code, 0);
	assert_eq!(TrustFile::parse(&fs::read(pantheon.path("t")).unwrap()).unwrap(), trust);
	by_hash(&"00".repeat(32)).fails(2, "no block");
	init(&["--replace", "--bitcoin-block", &format!("0:{hash}")]).fails(2, "--bitcoin-headers");
}

#[test]
fn a_specification_that_gives_no_genesis_state_is_refused() {
	let pantheon = Pantheon::new();
	let init = |spec: &Value| {
		let file = pantheon.write("spec.json", spec.to_string());
		pantheon.run(&[
			"trust",
			"init",
			"--chain-spec",
			&file,
			"--bitcoin-network",
			"regtest",
			"--out",
			"t",
		])
	};
	let plain = json!({ "id": "x", "genesis": { "runtimeGenesis": { "code": "0x" } } });
	init(&plain).fails(13, "--raw");
	init(&json!({ "id": "x", "genesis": { "raw": { "top": {} } } })).fails(13, "authorities");
	init(&json!({ "id": "x", "genesis": { "raw": { "top": { "0xzz": "0x" } } } }))
		.fails(13, "hexadecimal");
	init(&json!({ "no": "spec" })).fails(13, "not a chain specification");
	init(&spec(0).0).fails(13, "authorities");
}

#[test]
fn a_trust_file_is_shown_in_plain_words() {
	let pantheon = Pantheon::new();
	let sample = sample();
	let file = pantheon.write("trust.json", sample.trust.to_json());
	let ran = pantheon.run(&["trust", "show", &file]);
	assert_eq!(ran.code, 0, "{}", ran.stderr);
	for words in ["3 authorities", "Bitcoin (regtest)", "6 blocks deep", "Not trusted"] {
		assert!(ran.stdout.contains(words), "no {words:?} in {}", ran.stdout);
	}
	let (code, json) = pantheon.json(&["trust", "show", &file]);
	assert_eq!((code, &json["authorities"]), (0, &3.into()));
	assert_eq!(json["genesis_hash"], sample.trust.genesis.to_string());
	pantheon.run(&["trust", "show", "nowhere"]).fails(13, "nowhere");
}

/// A bundle whose block set 1 has finalised, and the way to that set.
fn bundle(sample: &SampleExport) -> ProofBundle {
	let header_of = |block: usize| sample.blocks[block].header.clone();
	let justification_of = |block: usize| sample.blocks[block].justification.clone();
	let last = Header::decode(&header_of(6)).unwrap();
	let log = last.log_digest().unwrap();
	ProofBundle {
		statement: sample.blocks[1].entries[0].statement.clone(),
		keys: vec![TestSigner::from_seed([1; 32]).public_key().clone()],
		member: None,
		inclusion: Inclusion { index: 0, path: Vec::new() },
		checkpoint: Checkpoint {
			genesis: sample.trust.genesis,
			block_number: 6,
			block_hash: last.hash(),
			log_size: log.size,
			log_root: log.root,
		},
		finality: FinalityProof {
			header: header_of(6),
			justification: justification_of(6),
			handoffs: vec![Handoff { header: header_of(3), justification: justification_of(3) }],
		},
		anchor: None,
		intent: None,
	}
}

#[test]
fn authorities_are_followed_along_a_bundle() {
	let pantheon = Pantheon::new();
	let sample = sample();
	let file = pantheon.write("trust.json", sample.trust.to_json());
	let whole = bundle(&sample);
	let update = |bundle: &ProofBundle, more: &[&str]| {
		let bundle = pantheon.write("b.proof", bundle.encode());
		pantheon.run(&[&["trust", "update", &file, "--bundle", &bundle][..], more].concat())
	};
	update(&whole, &[]).fails(2, "--replace");
	let ran = update(&whole, &["--out", "newer.json"]);
	assert_eq!(ran.code, 0, "{}", ran.stderr);
	assert!(ran.stderr.contains("from set 0 to set 1"), "{}", ran.stderr);
	let newer = TrustFile::parse(&fs::read(pantheon.path("newer.json")).unwrap()).unwrap();
	assert_eq!(newer.authorities, sample_chain().second_set());
	assert_eq!((newer.genesis, newer.bitcoin), (sample.trust.genesis, sample.trust.bitcoin));

	// Again from the newer file: the same bundle leads nowhere further, and holds.
	let newer_path = pantheon.path("newer.json").display().to_string();
	let again = pantheon.write("b.proof", whole.encode());
	let again = ["trust", "update", &newer_path, "--bundle", &again, "--replace"];
	let ran = pantheon.run(&again);
	assert_eq!(ran.code, 0, "{}", ran.stderr);
	assert!(ran.stderr.contains("Nothing has changed"), "{}", ran.stderr);

	let mut forged = whole.clone();
	*forged.finality.handoffs[0].justification.last_mut().unwrap() ^= 1;
	update(&forged, &["--replace"]).fails(13, "hand-offs");
	let mut swapped = whole.clone();
	swapped.finality.handoffs[0].header = sample.blocks[4].header.clone();
	update(&swapped, &["--replace"]).fails(13, "hand-offs");
	let mut other = whole;
	other.checkpoint.genesis = [1; 32].into();
	update(&other, &["--replace"]).fails(13, "genesis");
	assert_eq!(fs::read(&file).unwrap(), sample.trust.to_json().as_bytes(), "left as it was");
}

#[test]
fn the_pinned_block_moves_along_proven_headers_only() {
	let pantheon = Pantheon::new();
	let sample = sample();
	let file = pantheon.write("trust.json", sample.trust.to_json());
	let update = |headers: &[[u8; 80]], pin: &str| {
		let headers = pantheon.write("headers.bin", headers.concat());
		let args = ["trust", "update", &file, "--bitcoin-headers", &headers, "--pin", pin];
		pantheon.run(&[&args[..], &["--out", "newer.json", "--replace"]].concat())
	};
	let headers = &sample.bitcoin_headers;
	let ran = update(headers, "3");
	assert_eq!(ran.code, 0, "{}", ran.stderr);
	assert!(ran.stderr.contains("from 0 to 3"), "{}", ran.stderr);
	let newer = TrustFile::parse(&fs::read(pantheon.path("newer.json")).unwrap()).unwrap();
	assert_eq!((newer.bitcoin.pinned.height, newer.bitcoin.pinned.header), (3, headers[2]));
	assert_eq!(newer.authorities, sample.trust.authorities);

	// Twelve headers: six must lie on it.
	assert_eq!(update(headers, "6").code, 0);
	update(headers, "7").fails(13, "7");
	update(headers, "70").fails(13, "70");
	let mut changed = headers.clone();
	changed[1][40] ^= 1;
	update(&changed, "3").fails(13, "lead on");
	pantheon.run(&["trust", "update", &file, "--replace"]).fails(2, "--bundle");
	pantheon.run(&["trust", "update", &file, "--replace", "--pin", "3"]).fails(2, "--bitcoin");
}
