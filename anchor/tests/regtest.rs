//! The service against a real Bitcoin Core on regtest: from the first coin to a proof that verifies, through
//! crashes, a reorganisation, an outage and an empty wallet.

mod support;

use bitcoin::{consensus::deserialize, Transaction, Txid};
use pantheon_anchor::{
	condition::Condition,
	journal::Journal,
	machine::{Anchor, Stage},
	rpc::{BitcoinRpc, Core, FeeRate},
	service::Service,
	status::Status,
};
use pantheon_client::anchor_file::AnchorFile;
use pantheon_primitives::{
	bitcoin::{payload_script, verify_anchor, AnchorError, HeaderRules},
	finality::{AuthorityKey, AuthoritySet},
	trust::TrustFile,
};
use serde_json::json;
use std::{
	env, fs,
	path::{Path, PathBuf},
	process::{Command, Output},
};
use support::{
	checkpoint,
	deadly::{Deadly, CRASH_AT},
	owner, rules, service, Bitcoind, TestChain, WALLET,
};

/// A clock that the test turns: each round comes a minute after the last, so that every pause has passed.
struct Clock(u64);

impl Clock {
	fn new() -> Self {
		Self(1_800_000_000)
	}

	fn round<R: BitcoinRpc>(&mut self, service: &mut Service<R, &mut TestChain>) {
		self.0 += 61;
		service.round(self.0).expect("nothing fatal");
	}
}

fn stages<R: BitcoinRpc>(service: &Service<R, &mut TestChain>) -> Vec<&'static str> {
	service.machine().anchors().iter().map(|a| a.stage.name()).collect()
}

fn conditions<R: BitcoinRpc>(service: &Service<R, &mut TestChain>) -> Vec<&'static str> {
	service.machine().conditions().map(Condition::name).collect()
}

fn journalled(dir: &Path) -> Vec<Anchor> {
	Journal::open_read_only(&dir.join("journal.sqlite")).unwrap().all().unwrap()
}

fn txid(anchor: &Anchor) -> Txid {
	anchor.effective_version().unwrap().txid
}

fn chain(entries: u32) -> TestChain {
	TestChain { entries, reported: Vec::new() }
}

/// Runs and mines until the newest anchor is confirmed and exported.
fn confirm<R: BitcoinRpc>(
	node: &Bitcoind,
	service: &mut Service<R, &mut TestChain>,
	clock: &mut Clock,
) {
	for _ in 0..10 {
		clock.round(service);
		if service.machine().is_at_rest() {
			return;
		}
		node.mine_elsewhere(1);
	}
	panic!("not confirmed: {:?} {:?}", stages(service), conditions(service));
}

#[test]
fn ten_anchors_in_a_row_verify_and_form_one_spend_chain() {
	let node = Bitcoind::funded();
	let dir = node.dir.path().join("anchor");
	let mut chain = chain(3);
	let mut clock = Clock::new();
	for number in 0..10 {
		// A new service each time: taking up the journal is the normal path.
		let mut service = service(node.core(), &mut chain, &dir);
		clock.round(&mut service);
		assert_eq!(stages(&service).last(), Some(&"broadcast"));
		assert_eq!(node.mempool().len(), 1);
		node.mine_elsewhere(1);
		clock.round(&mut service);
		assert_eq!(stages(&service).last(), Some(&"mined"));
		confirm(&node, &mut service, &mut clock);
		assert!(conditions(&service).is_empty());
		drop(service);
		chain.entries += number + 1;
	}

	let anchors = journalled(&dir);
	assert_eq!(anchors.len(), 10);
	for pair in anchors.windows(2) {
		let parent = pair[0].effective_version().unwrap();
		let child = pair[1].effective_version().unwrap();
		assert_eq!(child.inputs, [parent.change], "one input: the previous change");
	}
	for anchor in &anchors {
		let version = anchor.effective_version().unwrap();
		let tx: Transaction = deserialize(&version.raw).unwrap();
		assert_eq!(tx.output.len(), 2);
		let data = tx.output[0].script_pubkey.as_bytes();
		assert_eq!(data, payload_script(&version.checkpoint));
		assert!(data.len() <= 83);
		assert!(tx.vsize() <= 160, "{} vB", tx.vsize());
		let file = node
			.dir
			.path()
			.join(format!("anchor/anchors/{}.anchor", version.checkpoint.block_number));
		let file = AnchorFile::read(&file).unwrap();
		assert_eq!(file.checkpoint, version.checkpoint);
		let at = verify_anchor(&file.checkpoint, &file.proof, &rules()).unwrap();
		assert!(at.confirmations >= 6);
		assert_eq!(at.height, anchor.stage.mined_at().unwrap().block.height);
		// Another checkpoint is not shown by it, nor enough confirmations for a stricter auditor.
		assert_eq!(
			verify_anchor(&checkpoint(99), &file.proof, &rules()),
			Err(AnchorError::PayloadMismatch)
		);
		let strict = HeaderRules { min_confirmations: 1_000, ..rules() };
		assert!(verify_anchor(&file.checkpoint, &file.proof, &strict).is_err());
	}
	let reported: Vec<_> = chain.reported.iter().map(|(c, _)| c.log_size).collect();
	assert_eq!(reported, [3, 4, 6, 9, 13, 18, 24, 31, 39, 48]);
}

#[test]
fn a_lost_block_sends_the_anchor_back_and_out_again() {
	let node = Bitcoind::funded();
	let dir = node.dir.path().join("anchor");
	let mut chain = chain(5);
	let mut clock = Clock::new();
	let mut service = service(node.core(), &mut chain, &dir);
	clock.round(&mut service);
	for depth in [1, 3, 7] {
		let first = node.mine_elsewhere(1);
		if depth > 1 {
			node.mine_elsewhere(depth - 1);
		}
		clock.round(&mut service);
		let stage = if depth < 6 { "mined" } else { "confirmed" };
		assert_eq!(stages(&service), [stage]);
		let before = journalled(&dir);

		node.call("invalidateblock", &[json!(first)]);
		// A longer branch without it: blocks with no transactions.
		for _ in 0..=depth {
			node.call("generateblock", &[json!("raw(51)"), json!([])]);
		}
		clock.round(&mut service);
		assert_eq!(stages(&service), ["broadcast"], "after losing {depth} blocks");
		let after = journalled(&dir);
		assert_eq!(after[0].versions, before[0].versions, "the same transaction");
		assert_eq!(node.mempool(), [txid(&after[0])]);
	}
	node.mine_elsewhere(1);
	confirm(&node, &mut service, &mut clock);
	drop(service);
	let anchor = journalled(&dir).remove(0);
	let file = AnchorFile::read(&dir.join("anchors/105.anchor")).unwrap();
	let at = verify_anchor(&file.checkpoint, &file.proof, &rules()).unwrap();
	assert_eq!(at.height, anchor.stage.mined_at().unwrap().block.height, "of the new branch");
	assert_eq!(chain.reported.len(), 2, "once before the block was lost, once after");
}

#[test]
fn outages_and_an_empty_wallet_are_named_and_pass() {
	let mut node = Bitcoind::start();
	let dir = node.dir.path().join("anchor");
	let mut chain = chain(0);
	let mut clock = Clock::new();
	{
		let mut service = service(node.core(), &mut chain, &dir);
		clock.round(&mut service);
		assert_eq!(conditions(&service), ["no-checkpoint"]);
	}
	chain.entries = 1;
	let mut service = service(node.core(), &mut chain, &dir);
	clock.round(&mut service);
	assert_eq!(conditions(&service), ["out-of-funds"]);
	let status =
		Status::read(&Journal::open_read_only(&dir.join("journal.sqlite")).unwrap(), clock.0 + 1)
			.unwrap();
	assert_eq!((status.service, status.exit_code()), ("running", 16));
	node.fund();

	node.stop();
	clock.round(&mut service);
	assert!(conditions(&service).contains(&"bitcoin-unreachable"));
	node.restart();
	clock.round(&mut service);
	assert_eq!(stages(&service), ["broadcast"], "{:?}", conditions(&service));

	// Down while the transaction waits: it is found again afterwards, in the mempool or by sending.
	node.stop();
	clock.round(&mut service);
	assert_eq!(conditions(&service), ["bitcoin-unreachable"]);
	node.restart();
	clock.round(&mut service);
	assert_eq!(node.mempool().len(), 1);
	confirm(&node, &mut service, &mut clock);
	assert!(conditions(&service).is_empty());
	drop(service);
	assert_eq!(journalled(&dir).len(), 1);
}

#[test]
fn a_fee_above_the_ceiling_is_not_paid() {
	let node = Bitcoind::funded();
	let dir = node.dir.path().join("anchor");
	let mut chain = chain(1);
	fs::create_dir_all(&dir).unwrap();
	let mut settings = support::settings(&dir);
	settings.fees.ceiling = FeeRate::per_kvb(900);
	let journal = Journal::open(&dir.join("journal.sqlite"), &owner()).unwrap();
	let until = pantheon_anchor::service::Until::Stopped;
	let mut service = Service::new(node.core(), &mut chain, journal, settings, until).unwrap();
	Clock::new().round(&mut service);
	assert_eq!(conditions(&service), ["fee-ceiling"]);
	assert!(node.mempool().is_empty());
}

#[test]
fn a_stranger_in_the_wallet_breaks_the_spend_chain_by_name() {
	let node = Bitcoind::funded();
	let dir = node.dir.path().join("anchor");
	let mut chain = chain(1);
	let mut clock = Clock::new();
	let mut first = service(node.core(), &mut chain, &dir);
	clock.round(&mut first);
	node.mine_elsewhere(1);
	confirm(&node, &mut first, &mut clock);
	drop(first);
	let address = node.wallet("getnewaddress", &[]);
	node.wallet("sendall", &[json!([address])]);
	node.mine_elsewhere(1);
	chain.entries = 2;
	let mut second = service(node.core(), &mut chain, &dir);
	clock.round(&mut second);
	assert_eq!(conditions(&second), ["spend-chain-broken"]);
	assert!(node.mempool().is_empty());
}

/// Not a test of its own: the process that `killed_at_each_step_…` starts and that kills itself.
#[test]
fn child() {
	let Ok(at) = env::var(CRASH_AT) else { return };
	let read = |name| env::var(name).expect("set by the parent");
	let credentials = pantheon_anchor::rpc::Credentials::CookieFile(read("COOKIE").into());
	let rpc = Deadly { core: Core::new(&read("URL"), WALLET, credentials), at };
	let mut chain = chain(4);
	let mut service = service(rpc, &mut chain, Path::new(&read("DIR")));
	let mut clock = Clock::new();
	clock.round(&mut service);
	clock.round(&mut service);
}

fn run_child(node: &Bitcoind, dir: &Path, at: &str) {
	use std::os::unix::process::ExitStatusExt;
	let status = Command::new(env::current_exe().unwrap())
		.args(["--exact", "child", "--nocapture"])
		.env(CRASH_AT, at)
		.env("COOKIE", node.cookie())
		.env("URL", node.url())
		.env("DIR", dir)
		.status()
		.unwrap();
	assert_eq!(status.signal(), Some(9), "the child died at: {at}");
}

#[test]
fn killed_at_each_step_it_ends_with_exactly_one_anchor() {
	let node = Bitcoind::funded();
	let points = [
		"signed",
		"before the journal",
		"journalled, not sent",
		"sent, not journalled",
		"broadcast",
	];
	for (number, at) in points.into_iter().enumerate() {
		// Each time a journal of its own, and a coin of its own.
		let dir = node.dir.path().join(format!("anchor-{number}"));
		let begun = node.height();
		run_child(&node, &dir, at);
		let left = journalled(&dir);
		let sent_before = node.mempool();
		match at {
			"signed" | "before the journal" => {
				assert!(left.is_empty(), "{at}");
				assert!(sent_before.is_empty(), "{at}");
			},
			"journalled, not sent" => {
				assert_eq!(left[0].stage, Stage::Prepared, "{at}");
				assert!(sent_before.is_empty(), "{at}");
			},
			"sent, not journalled" => {
				assert_eq!(left[0].stage, Stage::Prepared, "{at}");
				assert_eq!(sent_before, [txid(&left[0])], "{at}");
			},
			_ => {
				assert_eq!(left[0].stage, Stage::Broadcast, "{at}");
				assert_eq!(sent_before, [txid(&left[0])], "{at}");
			},
		}
		let mut chain = chain(4);
		let mut clock = Clock::new();
		let mut service = service(node.core(), &mut chain, &dir);
		clock.round(&mut service);
		let anchors = journalled(&dir);
		assert_eq!(anchors.len(), 1, "{at}");
		assert_eq!(node.mempool(), [txid(&anchors[0])], "{at}");
		if let [before] = &left[..] {
			assert_eq!(before.versions, anchors[0].versions, "{at}: the very same transaction");
		}
		confirm(&node, &mut service, &mut clock);
		// Every transaction besides the coinbases since then: one.
		let mut found = Vec::new();
		for height in begun + 1..=node.height() {
			let hash = node.call("getblockhash", &[json!(height)]);
			let block = node.call("getblock", &[hash, json!(1)]);
			let txs: Vec<Txid> = serde_json::from_value(block["tx"].clone()).unwrap();
			found.extend(txs.into_iter().skip(1));
		}
		assert_eq!(found, [txid(&anchors[0])], "{at}");
	}
}

/// Writes what the program needs into a folder and runs it there.
struct Program {
	dir: tempfile::TempDir,
}

impl Program {
	fn new(bitcoin_url: &str, cookie: &Path, bitcoin: HeaderRules) -> Self {
		let dir = tempfile::tempdir().unwrap();
		let trust = TrustFile {
			chain: "pantheon-test".into(),
			genesis: owner().genesis,
			authorities: AuthoritySet { id: 0, authorities: vec![(AuthorityKey([1; 32]), 1)] },
			bitcoin,
			anchor_origin: None,
			max_anchor_age: None,
			log_keys: Vec::new(),
		};
		fs::write(dir.path().join("trust.json"), trust.to_json()).unwrap();
		let program = Self { dir };
		let output = program.run(&["init", "anchor.toml"]);
		assert!(output.status.success(), "{output:?}");
		let config = fs::read_to_string(program.config())
			.unwrap()
			.replace("http://127.0.0.1:8332", bitcoin_url)
			.replace("/var/lib/bitcoind/.cookie", &cookie.display().to_string())
			// Port 9 (discard) is served by no machine that runs tests.
			.replace("ws://127.0.0.1:9944", "ws://127.0.0.1:9");
		fs::write(program.config(), config).unwrap();
		program
	}

	fn config(&self) -> PathBuf {
		self.dir.path().join("anchor.toml")
	}

	fn run(&self, args: &[&str]) -> Output {
		Command::new(env!("CARGO_BIN_EXE_pantheon-anchor"))
			.args(args)
			.current_dir(self.dir.path())
			.output()
			.unwrap()
	}

	fn once(&self) -> (Option<i32>, String) {
		let args = ["run", "--once", "--patience", "0", "--config", "anchor.toml"];
		let output = self.run(&args);
		(output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
	}
}

#[test]
fn the_program_names_what_is_wrong_and_exits_with_its_code() {
	let node = Bitcoind::start();
	let nobody = Program::new("http://127.0.0.1:9", &node.cookie(), rules());
	let (code, words) = nobody.once();
	assert_eq!(code, Some(10), "{words}");
	assert!(words.contains("bitcoin-unreachable"), "{words}");
	let status = nobody.run(&["status", "--config", "anchor.toml", "--json"]);
	assert_eq!(status.status.code(), Some(10));
	let json: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
	assert_eq!(json["service"], "ended");
	let names: Vec<_> = json["conditions"].as_array().unwrap().iter().map(|c| &c["name"]).collect();
	assert_eq!(names, ["bitcoin-unreachable", "chain-unreachable"]);

	let wrong_cookie = node.dir.path().join("wrong-cookie");
	fs::write(&wrong_cookie, "__cookie__:0123").unwrap();
	let (code, words) = Program::new(&node.url(), &wrong_cookie, rules()).once();
	assert_eq!(code, Some(11), "{words}");

	let mut elsewhere = rules();
	elsewhere.pinned.header[4] ^= 1;
	let (code, words) = Program::new(&node.url(), &node.cookie(), elsewhere).once();
	assert_eq!(code, Some(12), "{words}");

	let mut ahead = rules();
	ahead.pinned.height = 1_000;
	let (code, words) = Program::new(&node.url(), &node.cookie(), ahead).once();
	assert_eq!(code, Some(13), "{words}");

	let no_chain = Program::new(&node.url(), &node.cookie(), rules());
	let (code, words) = no_chain.once();
	assert_eq!(code, Some(30), "{words}");
	assert!(words.contains("chain-unreachable"), "{words}");

	// A second one beside it, a journal of another chain, an option that does not exist.
	let journal = no_chain.dir.path().join("journal.sqlite");
	let held = Journal::open(&journal, &owner()).unwrap();
	assert_eq!(no_chain.once().0, Some(51));
	drop(held);
	fs::remove_file(&journal).unwrap();
	let other = pantheon_anchor::journal::Owner { genesis: [9; 32].into(), ..owner() };
	drop(Journal::open(&journal, &other).unwrap());
	assert_eq!(no_chain.once().0, Some(52));
	assert_eq!(no_chain.run(&["run", "--fast"]).status.code(), Some(2));
	assert_eq!(no_chain.run(&["init", "anchor.toml"]).status.code(), Some(2), "never overwrites");
	fs::write(no_chain.dir.path().join("trust.json"), "{}").unwrap();
	assert_eq!(no_chain.once().0, Some(2));
}
