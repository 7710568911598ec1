//! `pantheon anchor-chain verify`: offline on anchors made by hand, and against a real Bitcoin Core.

mod support;

use pantheon_client::AnchorFile;
use pantheon_primitives::{
	bitcoin::{
		genesis_pin, payload_script,
		spend_chain::AnchorSpend,
		test_helpers::{proofs_in_one_chain, spending_transaction},
		AnchorOrigin, BitcoinNetwork, OutPoint,
	},
	trust::TrustFile,
	Checkpoint,
};
use serde_json::Value;
use support::{bitcoind::Bitcoind, world::World, Pantheon, Ran};

const ORIGIN: &str = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b:1";

const GENESIS: [u8; 32] = [0x42; 32];

fn checkpoint(number: u8) -> Checkpoint {
	Checkpoint {
		genesis: GENESIS.into(),
		block_number: 100 + u32::from(number),
		block_hash: [number; 32].into(),
		log_size: 10 * u64::from(number),
		log_root: [number; 32].into(),
	}
}

/// Anchors of the checkpoints 1, 2 … in a chain from `ORIGIN`; then what `change` does to the transactions.
fn anchors(count: u8, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<AnchorFile> {
	let mut tip: OutPoint = ORIGIN.parse().unwrap();
	let mut transactions: Vec<Vec<u8>> = (1..=count)
		.map(|number| {
			let script = payload_script(&checkpoint(number));
			let transaction = spending_transaction(&[tip], vec![script], 1);
			tip = AnchorSpend::read(&transaction).unwrap().change;
			transaction
		})
		.collect();
	change(&mut transactions);
	let blocks: Vec<_> =
		transactions.into_iter().flat_map(|transaction| [vec![transaction], vec![]]).collect();
	let proofs = proofs_in_one_chain(&genesis_pin(BitcoinNetwork::Regtest), &blocks, 2);
	(1..).zip(proofs).map(|(n, proof)| AnchorFile { checkpoint: checkpoint(n), proof }).collect()
}

fn trust(origin: &str) -> TrustFile {
	let mut trust = World::new().trust;
	trust.genesis = GENESIS.into();
	trust.anchor_origin = Some(origin.parse::<AnchorOrigin>().unwrap());
	trust.bitcoin.pinned = genesis_pin(BitcoinNetwork::Regtest);
	trust.bitcoin.min_confirmations = 2;
	trust
}

struct Bench {
	pantheon: Pantheon,
	trust: String,
}

impl Bench {
	fn new(trust: &TrustFile) -> Self {
		let pantheon = Pantheon::new();
		std::fs::create_dir(pantheon.path("anchors")).unwrap();
		let trust = pantheon.write("trust.json", trust.to_json());
		Self { pantheon, trust }
	}

	/// Writes `1.anchor`, `2.anchor` … of these.
	fn with(self, files: &[AnchorFile]) -> Self {
		for (number, file) in (1..).zip(files) {
			self.pantheon.write(&format!("anchors/{number}.anchor"), file.encode());
		}
		self
	}

	fn args<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
		[&["anchor-chain", "verify", "anchors", "--trust", &self.trust][..], more].concat()
	}

	fn run(&self) -> Ran {
		self.pantheon.run(&self.args(&[]))
	}

	fn json(&self, more: &[&str]) -> (i32, Value) {
		self.pantheon.json(&self.args(more))
	}

	/// Insists on INVALID for this reason, blamed on these files.
	fn invalid(&self, reason: &str, files: &[&str]) {
		let (code, json) = self.json(&[]);
		assert_eq!((code, &json["verdict"]), (1, &"INVALID".into()), "{json}");
		assert!(json["reason"].as_str().unwrap().contains(reason), "{json}");
		let blamed: Vec<&str> =
			json["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
		let expected: Vec<String> =
			files.iter().map(|file| format!("anchors/{file}.anchor")).collect();
		assert_eq!(blamed, expected);
		let ran = self.run();
		assert_eq!(ran.code, 1);
		assert!(ran.stdout.starts_with("INVALID: "), "{}", ran.stdout);
	}
}

#[test]
fn a_whole_chain_is_verified() {
	let bench = Bench::new(&trust(ORIGIN)).with(&anchors(3, |_| {}));
	let ran = bench.run();
	assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
	for words in
		["VERIFIED", ORIGIN, "3, each spends the one before", "a test network", "--bitcoin"]
	{
		assert!(ran.stdout.contains(words), "no {words:?} in {}", ran.stdout);
	}
	let (code, json) = bench.json(&[]);
	assert_eq!((code, &json["verdict"]), (0, &"VERIFIED".into()));
	let anchors = json["anchors"].as_array().unwrap();
	assert_eq!(anchors.len(), 3);
	assert_eq!(anchors[0]["spends"][0], ORIGIN);
	assert_eq!(anchors[1]["spends"][0], anchors[0]["change"]);
	assert_eq!(anchors[2]["change"], json["tip"]);
	assert_eq!(anchors[2]["log_size"], 30);
	assert_eq!(json["followed"], Value::Null);
}

#[test]
fn files_may_come_one_by_one_and_twice() {
	let bench = Bench::new(&trust(ORIGIN)).with(&anchors(2, |_| {}));
	let files = ["anchors/2.anchor", "anchors/1.anchor", "anchors"];
	let args = [&["anchor-chain", "verify", "--trust", &bench.trust][..], &files].concat();
	let (code, json) = bench.pantheon.json(&args);
	assert_eq!(code, 0, "{json}");
	assert_eq!(json["anchors"][0]["file"], "anchors/1.anchor");
	assert_eq!(json["anchors"].as_array().unwrap().len(), 2);
}

#[test]
fn each_way_to_break_it_is_named() {
	let all = anchors(3, |_| {});
	let gap = Bench::new(&trust(ORIGIN)).with(&[all[0].clone(), all[2].clone()]);
	gap.invalid("an anchor is missing", &["2"]);
	let late = Bench::new(&trust(ORIGIN)).with(&all[1..]);
	late.invalid(&format!("no file spends {ORIGIN}"), &["1"]);

	let outside = anchors(3, |transactions| {
		let elsewhere = format!("{}:0", &ORIGIN[..64]).parse().unwrap();
		let script = payload_script(&checkpoint(1));
		transactions[0] = spending_transaction(&[elsewhere], vec![script], 1);
		let script = payload_script(&checkpoint(2));
		transactions[1] = spending_transaction(&[ORIGIN.parse().unwrap()], vec![script], 1);
		transactions.truncate(2);
	});
	Bench::new(&trust(ORIGIN)).with(&outside).invalid("outside its chain", &["1"]);

	let fork = anchors(2, |transactions| {
		let script = payload_script(&checkpoint(2));
		transactions[1] = spending_transaction(&[ORIGIN.parse().unwrap()], vec![script], 1);
	});
	Bench::new(&trust(ORIGIN)).with(&fork).invalid("fork: ", &["1", "2"]);

	let split = anchors(1, |transactions| {
		let script = payload_script(&checkpoint(1));
		transactions[0] = spending_transaction(&[ORIGIN.parse().unwrap()], vec![script], 2);
	});
	Bench::new(&trust(ORIGIN)).with(&split).invalid("could fork", &["1"]);

	let mut damaged = all.clone();
	damaged[1].proof.path[0][0] ^= 1;
	Bench::new(&trust(ORIGIN)).with(&damaged).invalid("not in the block", &["2"]);

	let mut foreign = trust(ORIGIN);
	foreign.genesis = [7; 32].into();
	Bench::new(&foreign).with(&all).invalid("chain with genesis", &["1"]);
}

#[test]
fn what_can_not_be_judged_is_no_verdict() {
	let bench = Bench::new(&trust(ORIGIN));
	bench.run().fails(14, "pantheon-anchor exports");
	let mut without = trust(ORIGIN);
	without.anchor_origin = None;
	Bench::new(&without).with(&anchors(1, |_| {})).run().fails(13, "anchor_origin");
	let junk = Bench::new(&trust(ORIGIN));
	junk.pantheon.write("anchors/1.anchor", "junk");
	junk.run().fails(13, "not an anchor file");
	let alone = Bench::new(&trust(ORIGIN)).with(&anchors(1, |_| {}));
	let unreachable = alone.args(&["--bitcoin-url", "http://127.0.0.1:9"]);
	alone.pantheon.run(&unreachable).fails(10, "127.0.0.1:9");
}

/// One node through the life of a chain: whole, behind, waiting, left, reorganised.
#[test]
fn a_bitcoin_node_tells_what_came_after() {
	let node = Bitcoind::funded();
	let origin = node.coin();
	let (mut tip, mut left) = (origin, 5_000_000_000);
	let mut send = |number: u8| {
		left -= 10_000;
		let (sent, change) = node.anchor(checkpoint(number), &tip, left);
		tip = change;
		(sent, tip, left)
	};
	let (first, ..) = send(1);
	node.mine(1);
	let (second, after_second, _) = send(2);
	node.mine(3);
	let bench = Bench::new(&trust(&origin.to_string()))
		.with(&[node.file(&first, 2), node.file(&second, 2)]);
	let (url, cookie) = (node.url(), node.cookie());
	let follow = || bench.json(&["--bitcoin", &url, "--bitcoin-cookie", &cookie]);

	let (code, json) = follow();
	assert_eq!((code, &json["verdict"]), (0, &"VERIFIED".into()), "{json}");
	assert_eq!(json["followed"]["end"], "unspent");
	assert_eq!(json["followed"]["at"], after_second.to_string());
	assert_eq!(json["anchors"][1]["txid"], second.txid);
	assert_eq!(json["anchors"][1]["bitcoin_block"], node.block_of(&second.txid).0);

	// The next one is on its way.
	let (third, after_third, left_now) = send(3);
	let (code, json) = follow();
	assert_eq!((code, &json["followed"]["end"]), (0, &"in_mempool".into()), "{json}");

	// Mined, and not among the files: they are behind.
	node.mine(3);
	let (code, json) = follow();
	assert_eq!((code, &json["verdict"]), (3, &"STALE".into()), "{json}");
	let (_, height) = node.block_of(&third.txid);
	let later = &json["followed"]["later"];
	assert_eq!(later.as_array().unwrap().len(), 1);
	assert_eq!(
		(&later[0]["txid"], &later[0]["bitcoin_height"]),
		(&third.txid.clone().into(), &height.into())
	);
	assert_eq!(later[0]["commitment"], hex::encode(checkpoint(3).commitment()));
	assert_eq!(json["followed"]["at"], after_third.to_string());

	// Somebody takes the coins out of the chain.
	let sweep = node.sweep(&after_third, left_now - 10_000);
	node.mine(1);
	let ran = bench.pantheon.run(&bench.args(&["--bitcoin-url", &url, "--cookie", &cookie]));
	assert_eq!(ran.code, 1, "{}", ran.stdout);
	assert!(
		ran.stdout.contains("the chain was left") && ran.stdout.contains(&sweep),
		"{}",
		ran.stdout
	);

	// A reorganisation takes the second anchor's block out.
	let (block, _) = node.block_of(&second.txid);
	node.call("invalidateblock", &[block.into()]);
	node.mine(12);
	let (code, json) = follow();
	assert_eq!((code, &json["verdict"]), (1, &"INVALID".into()), "{json}");
	let reason = json["reason"].as_str().unwrap();
	assert!(reason.contains("anchors/2.anchor") && reason.contains("does not hold"), "{reason}");
	assert_eq!(json["followed"]["end"], "not_followed");
	// Offline nobody can know.
	assert_eq!(bench.run().code, 0);
}
