//! Fees against a real Bitcoin Core on regtest: replacements, a full mempool, a node that asks for more, ceilings,
//! what miners do with replaced versions; and a second node, and the metrics of the running program.

mod support;

use bitcoin::{Amount, Txid};
use pantheon_anchor::{machine::Anchor, rpc::FeeRate};
use pantheon_client::anchor_file::AnchorFile;
use pantheon_primitives::bitcoin::verify_anchor;
use serde_json::{json, Value};
use std::{
	fs,
	io::{Read, Write},
	net::TcpStream,
	process::{Command, Stdio},
	thread,
	time::{Duration, Instant},
};
use support::{
	chain, conditions, confirm, free_port, journalled, outbids, rules, service, service_with,
	settings, stages, txid, vsize, Bitcoind, Clock, Program,
};

fn versions(anchors: &[Anchor]) -> Vec<Txid> {
	anchors.iter().flat_map(|a| &a.versions).map(|v| v.txid).collect()
}

#[test]
fn what_waits_is_replaced_with_the_newest_root_and_either_version_may_be_mined() {
	let node = Bitcoind::funded();
	let dir = node.dir.path().join("anchor");
	let mut clock = Clock::new();
	let mut chain = chain(3);
	for (entries, mine) in [(3, "newest"), (13, "oldest")] {
		let begun = node.height();
		for (round, log) in [entries, entries + 2, entries + 5].into_iter().enumerate() {
			chain.entries = log;
			let mut service = service(node.core(), &mut chain, &dir);
			clock.round(&mut service);
			clock.round(&mut service);
			let anchors = journalled(&dir);
			let anchor = anchors.last().unwrap();
			assert_eq!(anchor.versions.len(), round + 1, "{:?}", conditions(&service));
			assert_eq!(node.mempool(), [txid(anchor)], "one in the place of the other");
			node.mine_only(&[], 2);
		}
		let anchor = journalled(&dir).pop().unwrap();
		let covers: Vec<_> = anchor.versions.iter().map(|v| v.checkpoint.log_size).collect();
		assert_eq!(covers, [entries, entries + 2, entries + 5].map(u64::from));
		for pair in anchor.versions.windows(2) {
			assert!(outbids(&pair[1], &pair[0]), "{} after {}", pair[1].fee, pair[0].fee);
			assert_eq!(pair[0].inputs, pair[1].inputs);
		}
		let version = match mine {
			"newest" => anchor.versions.last().unwrap(),
			_ => &anchor.versions[0],
		};
		node.mine_only(&[&version.raw], 1);
		let mut service = service(node.core(), &mut chain, &dir);
		confirm(&node, &mut service, &mut clock);
		assert!(conditions(&service).is_empty());
		let first = node.mined_since(begun)[0];
		assert_eq!(first, version.txid);
		let file = format!("anchors/{}.anchor", version.checkpoint.block_number);
		let file = AnchorFile::read(&dir.join(file)).unwrap();
		assert_eq!(file.checkpoint, version.checkpoint);
		verify_anchor(&file.checkpoint, &file.proof, &rules()).unwrap();
	}
	// Where the oldest was mined, a third anchor followed at once for the newest root.
	let anchors = journalled(&dir);
	let covers: Vec<_> = anchors.iter().map(|a| a.checkpoint().unwrap().log_size).collect();
	assert_eq!(covers, [8, 13, 18]);
	for pair in anchors.windows(2) {
		let change = pair[0].effective_version().unwrap().change;
		assert_eq!(pair[1].effective_version().unwrap().inputs, [change]);
	}
	let list: Value =
		serde_json::from_slice(&fs::read(dir.join("anchors/anchors.json")).unwrap()).unwrap();
	let listed: Vec<String> = list["anchors"]
		.as_array()
		.unwrap()
		.iter()
		.flat_map(|a| a["versions"].as_array().unwrap())
		.map(|v| v["txid"].as_str().unwrap().to_owned())
		.collect();
	let all: Vec<String> = versions(&anchors).iter().map(ToString::to_string).collect();
	assert_eq!(listed, all, "the list names replaced versions too");
}

#[test]
fn a_child_whose_parent_comes_back_in_another_version_is_built_anew() {
	let node = Bitcoind::funded();
	let dir = node.dir.path().join("anchor");
	let mut clock = Clock::new();
	let mut chain = chain(1);
	let begun = node.height();
	{
		let mut service = service(node.core(), &mut chain, &dir);
		clock.round(&mut service);
		node.mine_only(&[], 2);
		clock.round(&mut service);
		confirm(&node, &mut service, &mut clock);
	}
	let parent = journalled(&dir).remove(0);
	let [old, new] = &parent.versions[..] else { panic!("{parent:?}") };
	assert_eq!(txid(&parent), new.txid);
	chain.entries = 2;
	{
		let mut service = service(node.core(), &mut chain, &dir);
		clock.round(&mut service);
		assert_eq!(stages(&service), ["confirmed", "broadcast"]);
	}
	// Seven blocks are lost, and the longer branch holds the version that had been replaced.
	let lost = node.call("getblockhash", &[json!(parent.stage.mined_at().unwrap().block.height)]);
	node.call("invalidateblock", &[lost]);
	node.mine_only(&[&old.raw], 9);
	let mut service = service(node.core(), &mut chain, &dir);
	confirm(&node, &mut service, &mut clock);
	assert!(conditions(&service).is_empty(), "{:?}", conditions(&service));
	drop(service);
	let anchors = journalled(&dir);
	assert_eq!(anchors.len(), 2);
	assert_eq!(txid(&anchors[0]), old.txid);
	assert_eq!(anchors[1].versions.len(), 2, "what spent the lost change could not be sent");
	assert_eq!(anchors[1].effective_version().unwrap().inputs, [old.change]);
	assert_eq!(node.mined_since(begun), [old.txid, txid(&anchors[1])]);
	for anchor in &anchors {
		let file = format!("anchors/{}.anchor", anchor.checkpoint().unwrap().block_number);
		let file = AnchorFile::read(&dir.join(file)).unwrap();
		verify_anchor(&file.checkpoint, &file.proof, &rules()).unwrap();
	}
}

#[test]
fn a_node_that_asks_for_more_is_outbid_up_to_the_ceilings() {
	let mut node = Bitcoind::funded();
	let dir = node.dir.path().join("anchor");
	let mut clock = Clock::new();
	let mut chain = chain(1);
	{
		let mut service = service(node.core(), &mut chain, &dir);
		clock.round(&mut service);
		assert_eq!(node.mempool().len(), 1);
	}
	// Back with a minimum of 20 sat/vB: the node does not take the transaction back from its own file.
	node.stop();
	node.restart_with(&["-minrelaytxfee=0.00020"]);
	assert!(node.mempool().is_empty());
	let mut low = settings(&dir);
	low.fees.most = Amount::from_sat(2_000);
	let mut service = service_with(node.core(), &mut chain, &dir, low).unwrap();
	for _ in 0..5 {
		clock.round(&mut service);
	}
	assert!(conditions(&service).contains(&"fee-ceiling"), "{:?}", conditions(&service));
	assert!(node.mempool().is_empty());
	drop(service);
	let mut service = support::service(node.core(), &mut chain, &dir);
	for _ in 0..5 {
		clock.round(&mut service);
	}
	assert!(conditions(&service).is_empty(), "{:?}", conditions(&service));
	let anchor = journalled(&dir).remove(0);
	assert_eq!(node.mempool(), [txid(&anchor)]);
	let version = anchor.newest_version().unwrap();
	assert!(version.fee >= FeeRate::per_kvb(20_000).fee(vsize(version)));
	assert!(version.fee <= FeeRate::per_kvb(50_000).fee(vsize(version) + 1));
	confirm(&node, &mut service, &mut clock);
}

/// A wallet with many coins, to fill a mempool with.
fn prepare_filler(node: &Bitcoind) {
	const COINS: usize = 66;
	let filler = |method: &str, args: &[Value]| node.wallet_of("filler", method, args);
	node.create_wallet("filler");
	let address = filler("getnewaddress", &[]);
	node.call("generatetoaddress", &[json!(1), address]);
	node.mine_elsewhere(100);
	let addresses: Vec<Value> = (0..COINS).map(|_| filler("getnewaddress", &[])).collect();
	let amounts: serde_json::Map<String, Value> =
		addresses.iter().map(|a| (a.as_str().unwrap().to_owned(), json!(0.5))).collect();
	filler("sendmany", &[json!(""), json!(amounts)]);
	node.mine_elsewhere(1);
}

/// Fills the mempool of a node with `-maxmempool=5`, at about 11 sat/vB, until it refuses more.
fn fill_mempool(node: &Bitcoind) {
	let filler = |method: &str, args: &[Value]| node.wallet_of("filler", method, args);
	let coins = filler("listunspent", &[json!(1)]);
	let coins = coins.as_array().unwrap().iter().filter(|c| c["amount"].as_f64() == Some(0.5));
	let data = "5a".repeat(90_000);
	let address = filler("getnewaddress", &[]);
	for coin in coins {
		let inputs = json!([{ "txid": coin["txid"], "vout": coin["vout"] }]);
		let outputs = json!([{ "data": data }, { address.as_str().unwrap(): 0.49 }]);
		let raw = node.call("createrawtransaction", &[inputs, outputs]);
		let signed = filler("signrawtransactionwithwallet", &[raw]);
		let burn = json!(1);
		let sent = node.try_call("sendrawtransaction", &[signed["hex"].clone(), json!(0), burn]);
		if sent.is_err() {
			return;
		}
	}
	panic!("the mempool never fills up");
}

#[test]
fn evicted_from_a_full_mempool_it_comes_back_at_the_price_of_the_day() {
	let node = Bitcoind::start_with(&["-maxmempool=5", "-datacarriersize=100000"]);
	node.fund();
	prepare_filler(&node);
	let dir = node.dir.path().join("anchor");
	let mut clock = Clock::new();
	let mut chain = chain(1);
	let begun = node.height();
	let mut service = service(node.core(), &mut chain, &dir);
	clock.round(&mut service);
	assert_eq!(stages(&service), ["broadcast"]);
	let first = txid(&journalled(&dir)[0]);
	assert_eq!(node.mempool(), [first]);
	fill_mempool(&node);
	assert!(!node.mempool().contains(&first), "evicted");
	let info = node.call("getmempoolinfo", &[]);
	let floor = Amount::from_btc(info["mempoolminfee"].as_f64().unwrap()).unwrap();
	assert!(floor.to_sat() > 2_000, "the full mempool asks for more: {floor}");

	for _ in 0..6 {
		clock.round(&mut service);
	}
	assert!(conditions(&service).is_empty(), "{:?}", conditions(&service));
	let anchor = journalled(&dir).remove(0);
	assert!(anchor.versions.len() >= 2);
	let version = anchor.newest_version().unwrap();
	assert!(node.mempool().contains(&version.txid));
	assert!(FeeRate::of(version.fee, vsize(version)).to_per_kvb() >= floor.to_sat());
	confirm(&node, &mut service, &mut clock);
	let ours = versions(&journalled(&dir));
	let mined = node.mined_since(begun).into_iter().filter(|txid| ours.contains(txid)).count();
	assert_eq!(mined, 1, "one version is mined");
}

#[test]
fn forgotten_by_its_node_it_is_sent_again_as_it_was() {
	let mut node = Bitcoind::funded();
	let dir = node.dir.path().join("anchor");
	let mut clock = Clock::new();
	let mut chain = chain(1);
	let mut service = service(node.core(), &mut chain, &dir);
	clock.round(&mut service);
	let sent = node.mempool();
	assert_eq!(sent.len(), 1);
	node.stop();
	node.restart_with(&["-persistmempool=0", "-walletbroadcast=0"]);
	assert!(node.mempool().is_empty());
	clock.round(&mut service);
	clock.round(&mut service);
	assert_eq!(node.mempool(), sent);
	assert_eq!(journalled(&dir)[0].versions.len(), 1);
	confirm(&node, &mut service, &mut clock);
}

#[test]
fn a_second_node_must_be_there_and_agree() {
	let node = Bitcoind::funded();
	let mut other = Bitcoind::start();
	let dir = node.dir.path().join("anchor");
	let mut clock = Clock::new();
	let mut chain = chain(1);
	{
		// Far behind, then as long a chain, but another.
		let mut service =
			service(node.core(), &mut chain, &dir).with_second(Some(other.chain_only()));
		clock.round(&mut service);
		assert_eq!(conditions(&service), ["second-node-unusable"]);
		other.mine_elsewhere(node.height() - other.height());
		clock.round(&mut service);
		assert_eq!(conditions(&service), ["nodes-disagree"]);
		other.mine_elsewhere(5);
		clock.round(&mut service);
		assert_eq!(conditions(&service), ["nodes-disagree"], "the first one lags");
		other.stop();
		clock.round(&mut service);
		assert_eq!(conditions(&service), ["second-node-unusable"]);
		assert!(node.mempool().is_empty(), "nothing is sent meanwhile");
	}
	let mut service = service(node.core(), &mut chain, &dir).with_second(Some(node.chain_only()));
	clock.round(&mut service);
	assert_eq!(stages(&service), ["broadcast"]);
	assert!(conditions(&service).is_empty());
}

#[test]
fn the_running_program_shows_its_condition_at_metrics() {
	let port = free_port();
	let nowhere = tempfile::tempdir().unwrap();
	let program = Program::new("http://127.0.0.1:9", &nowhere.path().join("cookie"), rules());
	let listen = format!("listen = \"127.0.0.1:{port}\"");
	program.configure("# listen = \"127.0.0.1:9616\"", &listen);
	let mut child =
		program.command(&["run", "--config", "anchor.toml"]).stderr(Stdio::null()).spawn().unwrap();
	let ask = || -> Option<String> {
		let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
		stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: anchor\r\n\r\n").ok()?;
		let mut answer = String::new();
		stream.read_to_string(&mut answer).ok()?;
		Some(answer)
	};
	let begun = Instant::now();
	let page = loop {
		if let Some(page) = ask().filter(|page| page.contains("pantheon_anchor_info")) {
			break page;
		}
		assert!(begun.elapsed() < Duration::from_secs(60), "no metrics");
		thread::sleep(Duration::from_millis(100));
	};
	assert!(page.contains("pantheon_anchor_condition{name=\"bitcoin-unreachable\"} 1\n"), "{page}");
	assert!(page.contains("pantheon_anchor_blocked 1\n"));
	// A second one can't have the port, and says which key is wrong.
	let other = Program::new("http://127.0.0.1:9", &nowhere.path().join("cookie"), rules());
	other.configure("# listen = \"127.0.0.1:9616\"", &listen);
	let (code, words) = other.once();
	assert_eq!(code, Some(2), "{words}");
	assert!(words.contains("metrics.listen"), "{words}");
	let kill = Command::new("kill").arg(child.id().to_string()).status().unwrap();
	assert!(kill.success());
	assert!(child.wait().unwrap().success(), "asked to stop, it ends well");
	let status = program.run(&["status", "--config", "anchor.toml"]);
	assert_eq!(status.status.code(), Some(10));
	let words = String::from_utf8_lossy(&status.stdout).into_owned();
	assert!(words.contains("service      ended"), "{words}");
	assert!(words.contains("budget       0 of 5000000 sat spent"), "{words}");
}

#[test]
fn the_program_prints_what_a_year_costs() {
	let nowhere = tempfile::tempdir().unwrap();
	let program = Program::new("http://127.0.0.1:9", nowhere.path(), rules());
	let output = program.run(&["cost", "--rates", "1,20", "--json"]);
	assert!(output.status.success(), "{output:?}");
	let json: Value = serde_json::from_slice(&output.stdout).unwrap();
	let vbytes = json["vbytes"].as_u64().unwrap();
	assert_eq!(json["rows"][0]["every"], "1 hour");
	assert_eq!(json["rows"][0]["sat_per_year"], json!([vbytes * 8_760, vbytes * 20 * 8_760]));
	assert_eq!(program.run(&["cost", "--rates", "0"]).status.code(), Some(2));
}
