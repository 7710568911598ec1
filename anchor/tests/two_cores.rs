//! The service between two versions of Bitcoin Core on regtest that are peers: its own with the wallet (28.99), and as
//! second node a later one without (31.99), which relays from a tenth of the fee on.
//!
//! `scripts/test --full` builds the second and runs these. By hand: BITCOIND_SECOND_EXE=… cargo test … -- --ignored

mod support;

use bitcoin::{Amount, BlockHash, OutPoint, Txid};
use pantheon_anchor::{
	fees::{anchor_vbytes, choose_rate, replacement_rate},
	machine::SendOutcome,
	rpc::{Acceptance, BitcoinRpc, FeeRate, FundRequest, View},
};
use pantheon_client::anchor_file::AnchorFile;
use pantheon_primitives::bitcoin::verify_anchor;
use serde_json::json;
use std::path::Path;
use support::{
	chain, conditions, confirm, confirm_with, journalled, outbids,
	peers::{cut_off, eventually, join, second_core, settle, Listener},
	rules, service, service_with, settings, stages, txid, vsize, Bitcoind, Clock, TestChain,
};

/// The service's node with one coin, and a peer of the other version.
fn both() -> (Listener, Bitcoind) {
	let (ours, later) = (Listener::funded(), second_core());
	join(&later, &ours);
	(ours, later)
}

/// Waits until each of them has exactly these transactions.
fn await_mempools(nodes: &[&Bitcoind], expected: &[Txid]) {
	eventually("their mempools are alike", || nodes.iter().all(|node| node.mempool() == expected));
}

/// One node mines, and all have it.
fn mine(by: &Bitcoind, blocks: u32, all: &[&Bitcoind]) -> BlockHash {
	let hash = by.mine_elsewhere(blocks);
	settle(all);
	hash
}

/// The proof that the service has exported for the newest entry of that log, as an auditor checks it: its block.
fn exported(dir: &Path, chain: &TestChain) -> BlockHash {
	let anchor = journalled(dir).pop().unwrap();
	let file =
		AnchorFile::read(&dir.join(format!("anchors/{}.anchor", 100 + chain.entries))).unwrap();
	assert_eq!(&file.checkpoint, anchor.checkpoint().unwrap());
	let at = verify_anchor(&file.checkpoint, &file.proof, &rules()).unwrap();
	let place = anchor.stage.mined_at().unwrap().block;
	assert_eq!(at.height, place.height);
	place.hash
}

#[test]
#[ignore = "needs a second bitcoind: scripts/test --full builds one, BITCOIND_SECOND_EXE names one"]
fn an_anchor_passes_the_later_core_and_confirms_on_both() {
	let (ours, later) = both();
	let all = [&*ours, &later];
	let dir = ours.dir.path().join("anchor");
	let mut chain = chain(3);
	let mut clock = Clock::new();
	let begun = ours.height();
	for (entries, miner) in [(3, &later), (8, &*ours)] {
		chain.entries = entries;
		{
			let second = Some(later.chain_only());
			let mut service = service(ours.core(), &mut chain, &dir).with_second(second);
			clock.round(&mut service);
			assert_eq!(stages(&service).last(), Some(&"broadcast"), "{:?}", conditions(&service));
			await_mempools(&all, &[txid(journalled(&dir).last().unwrap())]);
			mine(miner, 1, &all);
			clock.round(&mut service);
			assert_eq!(stages(&service).last(), Some(&"mined"));
			confirm_with(&mut service, &mut clock, || mine(miner, 1, &all));
			assert!(conditions(&service).is_empty(), "{:?}", conditions(&service));
		}
		let block = later.call("getblock", &[json!(exported(&dir, &chain)), json!(1)]);
		let sent = txid(journalled(&dir).last().unwrap()).to_string();
		assert!(
			block["tx"].as_array().unwrap().contains(&json!(sent)),
			"the later core has it too"
		);
	}
	let anchors = journalled(&dir);
	assert_eq!(anchors[1].versions[0].inputs, [anchors[0].versions[0].change]);
	let sent: Vec<_> = anchors.iter().map(txid).collect();
	assert_eq!((ours.mined_since(begun), later.mined_since(begun)), (sent.clone(), sent));
}

/// Three nodes in a row: the service's, which relays as cheaply as later versions do; one of a later version; one that
/// insists on 1 sat/vB.
#[test]
#[ignore = "needs a second bitcoind: scripts/test --full builds one, BITCOIND_SECOND_EXE names one"]
fn what_a_cheap_node_would_relay_is_not_enough_for_the_others() {
	let cheap = Listener::start_with(&[
		"-minrelaytxfee=0.000001",
		"-incrementalrelayfee=0.000001",
		"-mintxfee=0.000001",
	]);
	cheap.fund();
	let (later, strict) = (second_core(), Listener::start_with(&[]));
	join(&later, &cheap);
	join(&later, &strict);
	let all = [&*cheap, &later, &*strict];
	settle(&all);
	let tenth = FeeRate::per_kvb(100);
	for (node, rate) in [(&*cheap, tenth), (&later, tenth), (&*strict, FeeRate::RELAYED_EVERYWHERE)]
	{
		let fees = node.chain_only().mempool_fees().unwrap();
		assert_eq!((fees.floor, fees.increment), (rate, rate));
	}
	let verdicts = |raw: &bitcoin::Transaction| {
		[&later, &*strict].map(|node| node.chain_only().test_accept(raw).unwrap())
	};
	let at_rate = |input: OutPoint, rate| {
		let data = vec![0x50; 38];
		let unsigned = cheap.core().fund(&FundRequest { inputs: vec![input], data, rate }).unwrap();
		cheap.core().sign(&unsigned).unwrap()
	};

	// At a fifth of a satoshi the later version takes it, and the other one doesn't.
	let coin = cheap.core().unspent().unwrap()[0].outpoint;
	let [relays, refuses] = verdicts(&at_rate(coin, FeeRate::per_kvb(200)));
	assert_eq!(relays, Acceptance::Accepted);
	let Acceptance::Rejected { reason } = refuses else { panic!("{refuses:?}") };
	assert!(reason.contains("min relay fee not met"), "{reason}");

	// The service has no better estimate, and pays what reaches the last node all the same.
	let dir = cheap.dir.path().join("anchor");
	let mut cheapest = settings(&dir);
	cheapest.fees.fallback = tenth;
	let mut chain = chain(1);
	let mut clock = Clock::new();
	let mut round = |entries| {
		chain.entries = entries;
		let mut service = service_with(cheap.core(), &mut chain, &dir, cheapest.clone())
			.unwrap()
			.with_second(Some(later.chain_only()));
		clock.round(&mut service);
		clock.round(&mut service);
		assert!(conditions(&service).is_empty(), "{:?}", conditions(&service));
		let anchor = journalled(&dir).remove(0);
		await_mempools(&all, &[txid(&anchor)]);
		anchor
	};
	let first = round(1).versions.remove(0);
	let least = Amount::from_sat(vsize(&first));
	assert!(first.fee >= least && first.fee < least * 2, "{} for {least}", first.fee);

	// A replacement that outbids by a tenth of a satoshi goes no further than the later version.
	let [relays, refuses] = verdicts(&at_rate(coin, FeeRate::per_kvb(1_200)));
	assert_eq!(relays, Acceptance::Accepted);
	let Acceptance::Rejected { reason } = refuses else { panic!("{refuses:?}") };
	assert!(reason.contains("insufficient fee"), "{reason}");
	strict.mine_only(&[], 2);
	settle(&all);
	let replaced = round(6);
	let [old, new] = &replaced.versions[..] else { panic!("{replaced:?}") };
	assert_eq!(old, &first);
	assert!(outbids(new, old), "{} after {}", new.fee, old.fee);
	assert_eq!(new.checkpoint.log_size, 6, "with the newest root");

	// What either version of Core says about fees leads to the same.
	let policy = cheapest.fees;
	for node in all {
		let (rpc, size) = (node.chain_only(), anchor_vbytes());
		assert_eq!(choose_rate(&rpc, &policy, size), Ok(FeeRate::RELAYED_EVERYWHERE));
		let raised = replacement_rate(&rpc, &policy, least, vsize(&first)).unwrap();
		assert!(raised.fee(vsize(&first)) >= least * 2);
	}
	mine(&strict, 1, &all);
	assert!(later.mempool().is_empty());
}

#[test]
#[ignore = "needs a second bitcoind: scripts/test --full builds one, BITCOIND_SECOND_EXE names one"]
fn a_reorganisation_that_comes_from_the_later_core_sends_the_anchor_out_again() {
	let (ours, later) = both();
	let all = [&*ours, &later];
	let dir = ours.dir.path().join("anchor");
	let mut chain = chain(5);
	let mut clock = Clock::new();
	let begun = ours.height();
	{
		let second = Some(later.chain_only());
		let mut service = service(ours.core(), &mut chain, &dir).with_second(second);
		clock.round(&mut service);
		let sent = txid(&journalled(&dir)[0]);
		for depth in [1, 3, 7] {
			await_mempools(&all, &[sent]);
			let first = mine(&later, 1, &all);
			if depth > 1 {
				mine(&ours, depth - 1, &all);
			}
			clock.round(&mut service);
			let stage = if depth < 6 { "mined" } else { "confirmed" };
			assert_eq!(stages(&service), [stage], "{:?}", conditions(&service));
			let before = journalled(&dir);

			later.call("invalidateblock", &[json!(first)]);
			later.mine_only(&[], depth + 1);
			settle(&all);
			clock.round(&mut service);
			assert_eq!(stages(&service), ["broadcast"], "after losing {depth} blocks");
			assert!(conditions(&service).is_empty(), "{:?}", conditions(&service));
			assert_eq!(journalled(&dir)[0].versions, before[0].versions, "the same transaction");
		}
		await_mempools(&all, &[sent]);
		confirm_with(&mut service, &mut clock, || mine(&later, 1, &all));
		assert_eq!(later.mined_since(begun), [sent]);
	}
	exported(&dir, &chain);
	assert_eq!(chain.reported.len(), 2, "once before the block was lost, once after");
}

#[test]
#[ignore = "needs a second bitcoind: scripts/test --full builds one, BITCOIND_SECOND_EXE names one"]
fn cut_off_on_two_branches_they_disagree_and_nothing_is_concluded() {
	let (ours, later) = both();
	let all = [&*ours, &later];
	let dir = ours.dir.path().join("anchor");
	let mut chain = chain(2);
	let mut clock = Clock::new();
	{
		let second = Some(later.chain_only());
		let mut service = service(ours.core(), &mut chain, &dir).with_second(second);
		clock.round(&mut service);
		let sent = txid(&journalled(&dir)[0]);
		await_mempools(&all, &[sent]);
		let first = mine(&ours, 1, &all);
		mine(&ours, 2, &all);
		clock.round(&mut service);
		assert_eq!(stages(&service), ["mined"]);
		let before = journalled(&dir);

		cut_off(&later);
		later.call("invalidateblock", &[json!(first)]);
		later.mine_only(&[], 5);
		for _ in 0..4 {
			clock.round(&mut service);
			assert_eq!(conditions(&service), ["nodes-disagree"]);
			assert_eq!(journalled(&dir), before, "not confirmed, at the sixth block neither");
			ours.mine_elsewhere(1);
		}
		// The later one's branch has won in the end.
		later.mine_only(&[], 3);
		join(&later, &ours);
		clock.round(&mut service);
		assert!(conditions(&service).is_empty(), "{:?}", conditions(&service));
		assert_eq!(stages(&service), ["broadcast"]);
		await_mempools(&all, &[sent]);
		confirm_with(&mut service, &mut clock, || mine(&ours, 1, &all));
		assert_eq!(txid(&journalled(&dir)[0]), sent, "sent again as it was");
	}
	exported(&dir, &chain);
}

#[test]
#[ignore = "needs a second bitcoind: scripts/test --full builds one, BITCOIND_SECOND_EXE names one"]
fn without_the_second_node_the_work_waits_until_it_is_back_or_taken_out() {
	let (ours, mut later) = both();
	let dir = ours.dir.path().join("anchor");
	let mut chain = chain(1);
	let mut clock = Clock::new();
	{
		let second = Some(later.chain_only());
		let mut service = service(ours.core(), &mut chain, &dir).with_second(second);
		clock.round(&mut service);
		assert_eq!(stages(&service), ["broadcast"]);
		let before = journalled(&dir);
		later.stop();
		ours.mine_elsewhere(7);
		clock.round(&mut service);
		assert_eq!(conditions(&service), ["second-node-unusable"]);
		assert_eq!(journalled(&dir), before, "nothing is concluded from one node alone");
	}
	// Taken out of the configuration: the first node's word is enough again.
	{
		let mut service = service(ours.core(), &mut chain, &dir);
		confirm(&ours, &mut service, &mut clock);
		assert!(conditions(&service).is_empty(), "{:?}", conditions(&service));
	}
	exported(&dir, &chain);
	// Back, it has to catch up before it counts.
	chain.entries = 4;
	{
		let second = Some(later.chain_only());
		let mut service = service(ours.core(), &mut chain, &dir).with_second(second);
		later.restart();
		clock.round(&mut service);
		assert_eq!(conditions(&service), ["second-node-unusable"], "it is behind");
		join(&later, &ours);
		clock.round(&mut service);
		assert_eq!(stages(&service), ["confirmed", "broadcast"], "{:?}", conditions(&service));
		let all = [&*ours, &later];
		await_mempools(&all, &[txid(&journalled(&dir)[1])]);
		confirm_with(&mut service, &mut clock, || mine(&later, 1, &all));
		assert!(conditions(&service).is_empty(), "{:?}", conditions(&service));
	}
	exported(&dir, &chain);
}

/// Everything that the service asks of a node, apart from its wallet, is answered alike by both versions.
#[test]
#[ignore = "needs a second bitcoind: scripts/test --full builds one, BITCOIND_SECOND_EXE names one"]
fn both_versions_answer_alike_and_the_one_without_a_wallet_says_so() {
	let (ours, later) = both();
	let all = [&*ours, &later];
	let (one, two) = (ours.core(), later.chain_only());
	let dir = ours.dir.path().join("anchor");
	let mut chain = chain(1);
	let mut clock = Clock::new();
	let mut service = service(ours.core(), &mut chain, &dir);
	clock.round(&mut service);
	let version = journalled(&dir)[0].versions[0].clone();
	await_mempools(&all, &[version.txid]);

	let tip = one.chain_info().unwrap();
	assert_eq!(two.chain_info().as_ref(), Ok(&tip));
	for height in [0, tip.height, tip.height + 1] {
		assert_eq!(one.block_hash(height), two.block_hash(height));
	}
	assert_eq!(one.header(&tip.hash), two.header(&tip.hash));
	assert_eq!(one.block(&tip.hash), two.block(&tip.hash));
	assert_eq!(one.mempool_cost(&version.txid), Ok(Some(version.fee)));
	assert_eq!(two.mempool_cost(&version.txid), Ok(Some(version.fee)));
	assert_eq!((one.estimate_fee(6), two.estimate_fee(6)), (Ok(None), Ok(None)));
	for view in [View::Chain, View::ChainAndMempool] {
		for outpoint in [version.inputs[0], version.change] {
			assert_eq!(one.unspent_value(&outpoint, view), two.unspent_value(&outpoint, view));
		}
	}
	let transaction = bitcoin::consensus::deserialize(&version.raw).unwrap();
	for node in [&one, &two] {
		let Acceptance::Rejected { reason } = node.test_accept(&transaction).unwrap() else {
			panic!("taken twice")
		};
		assert_eq!(reason, "txn-already-in-mempool");
		assert_eq!(node.send(&version.raw), SendOutcome::Accepted, "sending again is no fault");
	}

	// Replaced: both refuse the old version, by the code that stands for a refusal.
	ours.mine_only(&[], 2);
	settle(&all);
	clock.round(&mut service);
	clock.round(&mut service);
	let newest = txid(&journalled(&dir)[0]);
	assert_ne!(newest, version.txid);
	await_mempools(&all, &[newest]);
	for node in [&one, &two] {
		assert_eq!(node.mempool_cost(&version.txid), Ok(None));
		let outcome = node.send(&version.raw);
		assert!(matches!(outcome, SendOutcome::Refused(_)), "{outcome:?}");
	}
	mine(&later, 1, &all);
	let raw = journalled(&dir)[0].newest_version().unwrap().raw.clone();
	for node in [&one, &two] {
		assert_eq!(node.send(&raw), SendOutcome::AlreadyMined);
	}
	let refused = two.unspent().unwrap_err();
	assert_eq!(refused.name(), "wallet-unavailable", "{refused}");
}
