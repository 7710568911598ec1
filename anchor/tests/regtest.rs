//! The service against a real Bitcoin Core on regtest: from the first coin to a proof that verifies, through
//! crashes, a reorganisation, an outage and an empty wallet.

mod support;

use bitcoin::{consensus::deserialize, Transaction};
use pantheon_anchor::{
	fees::anchor_vbytes, journal::Journal, list::LIST_NAME, metrics::Board, rpc::FeeRate,
	status::Status,
};
use pantheon_client::anchor_file::AnchorFile;
use pantheon_primitives::bitcoin::{payload_script, verify_anchor, AnchorError, HeaderRules};
use serde_json::json;
use std::{fs, sync::Arc};
use support::{
	chain, checkpoint, conditions, confirm, journalled, owner, rules, service, service_with,
	settings, stages, txid, Bitcoind, Clock, Program,
};

#[test]
fn ten_anchors_in_a_row_verify_and_form_one_spend_chain() {
	let node = Bitcoind::funded();
	let dir = node.dir.path().join("anchor");
	let mut chain = chain(3);
	let mut clock = Clock::new();
	// The trust file names the origin beforehand.
	let coin = &node.wallet("listunspent", &[])[0];
	let origin = format!("{}:{}", coin["txid"].as_str().unwrap(), coin["vout"]);
	let mut settings = settings(&dir);
	settings.policy.origin = Some(origin.parse().unwrap());
	for number in 0..10 {
		// A new service each time: taking up the journal is the normal path.
		let mut service = service_with(node.core(), &mut chain, &dir, settings.clone()).unwrap();
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
		// A signature is now and then a byte shorter than usual.
		assert!(anchor_vbytes().abs_diff(tx.vsize() as u64) <= 1, "{} vB", tx.vsize());
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
	// Who follows the outputs finds the same in the list.
	let list = fs::read(dir.join("anchors").join(LIST_NAME)).unwrap();
	let list: serde_json::Value = serde_json::from_slice(&list).unwrap();
	let first = anchors[0].versions[0].inputs[0].to_string();
	assert_eq!(list["origin"], first);
	assert_eq!(first, origin);
	let mut output = first;
	for (listed, anchor) in list["anchors"].as_array().unwrap().iter().zip(&anchors) {
		assert_eq!(listed["txid"], txid(anchor).to_string());
		assert_eq!(listed["versions"][0]["inputs"], json!([output]));
		output = anchor.effective_version().unwrap().change.to_string();
	}
	assert_eq!(list["anchors"].as_array().unwrap().len(), 10);
	// With the trust file of another spend chain it does not begin.
	settings.policy.origin = Some(anchors[0].versions[0].change);
	let refused = service_with(node.core(), &mut chain, &dir, settings).err().unwrap();
	assert_eq!((refused.name(), refused.exit_code()), ("origin-mismatch", 26));
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
		assert_eq!(conditions(&service), ["funds-low", "no-checkpoint"]);
	}
	chain.entries = 1;
	let board = Arc::new(Board::default());
	let mut service = service(node.core(), &mut chain, &dir).with_board(board.clone());
	let shows = |name: &str, value: u8| {
		let line = format!("pantheon_anchor_condition{{name=\"{name}\"}} {value}\n");
		assert!(board.text().contains(&line), "{name} {value}: {}", board.text());
	};
	clock.round(&mut service);
	assert_eq!(conditions(&service), ["funds-low", "out-of-funds"]);
	shows("out-of-funds", 1);
	shows("funds-low", 1);
	let status =
		Status::read(&Journal::open_read_only(&dir.join("journal.sqlite")).unwrap(), clock.0 + 1)
			.unwrap();
	assert_eq!((status.service, status.exit_code()), ("running", 16));
	node.fund();

	node.stop();
	clock.round(&mut service);
	assert!(conditions(&service).contains(&"bitcoin-unreachable"));
	shows("bitcoin-unreachable", 1);
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
	shows("bitcoin-unreachable", 0);
	shows("out-of-funds", 0);
	assert!(board.text().contains("\npantheon_anchor_confirmed_log_size 1\n"));
	drop(service);
	assert_eq!(journalled(&dir).len(), 1);
}

#[test]
fn a_clock_that_jumps_changes_nothing_about_what_is_sent() {
	const YEAR: u64 = 365 * 86_400;
	let node = Bitcoind::funded();
	let dir = node.dir.path().join("anchor");
	let mut chain = chain(2);
	let mut clock = Clock::new();
	let begun = node.height();
	for entries in 2..5 {
		chain.entries = entries;
		let mut service = service(node.core(), &mut chain, &dir);
		clock.round(&mut service);
		assert_eq!(stages(&service).last(), Some(&"broadcast"));
		for jump in [-10, 20, -15, 5] {
			clock.0 = clock.0.saturating_add_signed(jump * YEAR as i64);
			clock.round(&mut service);
			clock.round(&mut service);
			assert_eq!(stages(&service).last(), Some(&"broadcast"), "{:?}", conditions(&service));
		}
		node.mine_elsewhere(1);
		clock.0 -= 3 * YEAR;
		confirm(&node, &mut service, &mut clock);
		assert!(conditions(&service).is_empty(), "{:?}", conditions(&service));
	}
	let anchors = journalled(&dir);
	let sent: Vec<_> = anchors.iter().map(txid).collect();
	assert_eq!(node.mined_since(begun), sent, "each once, and nothing else");
	assert_eq!(anchors.iter().map(|a| a.versions.len()).collect::<Vec<_>>(), [1, 1, 1]);
}

#[test]
fn a_fee_above_the_ceiling_is_not_paid() {
	let node = Bitcoind::funded();
	let dir = node.dir.path().join("anchor");
	let mut chain = chain(1);
	fs::create_dir_all(&dir).unwrap();
	let mut settings = settings(&dir);
	settings.fees.ceiling = FeeRate::per_kvb(900);
	let mut service = service_with(node.core(), &mut chain, &dir, settings).unwrap();
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
