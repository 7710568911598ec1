//! The machine, step by step.

use super::{
	world::{checkpoint, policy, unreachable, NextSend, World},
	*,
};
use bitcoin::OutPoint;

fn stages(world: &World) -> Vec<&'static str> {
	world.machine.anchors().iter().map(|a| a.stage.name()).collect()
}

fn names(world: &World) -> Vec<&'static str> {
	world.machine.conditions().map(Condition::name).collect()
}

fn anchored() -> World {
	let mut world = World::new();
	world.grow(3);
	world.round();
	world
}

#[test]
fn an_empty_log_is_not_anchored() {
	let mut world = World::new();
	world.round();
	assert!(world.sent.is_empty());
	assert!(world.machine.is_at_rest());
}

#[test]
fn goes_through_all_stages_in_order() {
	let mut world = anchored();
	assert_eq!(stages(&world), ["broadcast"]);
	world.bitcoin.mine();
	world.round();
	assert_eq!(stages(&world), ["mined"]);
	assert!(world.exports.is_empty());
	world.bitcoin.mine();
	world.bitcoin.mine();
	world.round();
	assert_eq!(stages(&world), ["confirmed"]);
	assert_eq!(world.exports, [(AnchorId::new(1), checkpoint(1, 3))]);
	assert!(world.machine.is_at_rest());
	world.bitcoin.mine_empty(9);
	world.round();
	assert_eq!(stages(&world), ["final"]);
	assert_eq!(world.sent.len(), 1);
}

#[test]
fn journals_before_it_sends() {
	let mut machine = Machine::restore(policy(), Vec::new(), Vec::new());
	let tip = World::new().bitcoin.tip();
	machine.handle(Event::Tick { now: 1 });
	machine.handle(Event::BitcoinUsable(tip));
	let build = machine.handle(Event::CheckpointAvailable(checkpoint(1, 1)));
	let [Action::BuildAndSign { anchor, request }] = &build[..] else { panic!("{build:?}") };
	assert_eq!(request.spend, Spend::FromWallet);
	// Asked once, however often it ticks.
	assert!(machine.handle(Event::Tick { now: 2 }).is_empty());
	let mut donor = anchored();
	let mut version = donor.journal.pop_first().expect("one anchor").1.versions.remove(0);
	version.checkpoint = request.checkpoint;
	let actions = machine.handle(Event::Built { anchor: *anchor, version });
	assert!(
		matches!(&actions[..2], [Action::Persist(a), Action::Send { .. }] if a.stage == Stage::Prepared),
		"{actions:?}"
	);
}

#[test]
fn a_lost_answer_is_resolved_by_looking() {
	let mut world = World::new();
	world.grow(1);
	world.next_send = NextSend::AnswerLost;
	world.round();
	assert_eq!(names(&world), ["bitcoin-unreachable"]);
	assert_eq!(stages(&world), ["prepared"]);
	for _ in 0..5 {
		world.round();
	}
	assert_eq!(stages(&world), ["broadcast"]);
	assert_eq!(world.sent.len(), 1, "the node had it: it is not sent again");
}

#[test]
fn a_refused_transaction_is_sent_again_after_a_pause() {
	let mut world = World::new();
	world.grow(1);
	world.next_send = NextSend::Refused;
	world.round();
	assert_eq!(names(&world), ["transaction-refused"]);
	let attempts = world.sent.len();
	world.round();
	assert_eq!(world.sent.len(), attempts, "not at once");
	for _ in 0..5 {
		world.round();
	}
	assert_eq!(stages(&world), ["broadcast"]);
	assert!(names(&world).is_empty());
}

#[test]
fn a_lost_block_sends_the_anchor_back() {
	let mut world = anchored();
	for _ in 0..3 {
		world.bitcoin.mine();
	}
	world.round();
	assert_eq!(stages(&world), ["confirmed"]);
	world.bitcoin.reorg(4);
	world.bitcoin.mempool.clear();
	world.round();
	assert_eq!(stages(&world), ["broadcast"]);
	assert_eq!(world.sent.len(), 2, "sent again");
	assert_eq!(world.sent[0], world.sent[1], "the very transaction");
	world.settle();
	world.check_settled();
	assert_eq!(world.exports.len(), 2, "exported anew, for the new block");
}

#[test]
fn the_next_anchor_waits_for_confirmation_and_interval() {
	let mut world = anchored();
	world.grow(1);
	world.now += policy().min_interval;
	world.round();
	assert_eq!(world.journal.len(), 1, "one in flight");

	let mut world = anchored();
	world.grow(1);
	for _ in 0..3 {
		world.bitcoin.mine();
	}
	world.round();
	assert_eq!(world.journal.len(), 1, "not before the interval");
	world.now += policy().min_interval;
	world.round();
	assert_eq!(world.journal.len(), 2);
	let first = &world.journal[&AnchorId::new(1)].versions[0];
	let second = &world.journal[&AnchorId::new(2)].versions[0];
	assert_eq!(second.inputs, [first.change]);
}

#[test]
fn a_newer_block_without_entries_is_anchored_only_for_freshness() {
	let mut world = anchored();
	world.settle();
	world.grow(0);
	world.now += 10_000;
	world.round();
	assert_eq!(world.journal.len(), 1);
	let fresh = Policy { max_interval: Some(10_000), ..policy() };
	world.policy = fresh;
	world.restart();
	world.round();
	assert_eq!(world.journal.len(), 2);
}

#[test]
fn no_work_while_the_node_is_unusable() {
	let mut world = World::new();
	world.grow(1);
	world.reachable = Err(unreachable());
	world.round();
	assert_eq!(names(&world), ["bitcoin-unreachable"]);
	assert!(world.journal.is_empty());
	world.reachable = Ok(());
	world.round();
	assert!(names(&world).is_empty());
	assert_eq!(world.journal.len(), 1);
}

#[test]
fn a_failed_report_blocks_nothing() {
	let mut world = anchored();
	world.report = Err(Condition::ReportFailed { detail: "unknown account".into() });
	for _ in 0..3 {
		world.bitcoin.mine();
	}
	world.round();
	assert_eq!(names(&world), ["report-failed"]);
	assert!(world.machine.is_at_rest());
	world.grow(1);
	world.now += 1_000;
	world.round();
	assert_eq!(world.journal.len(), 2);
}

#[test]
fn a_shrunken_log_is_refused() {
	let mut world = anchored();
	world.settle();
	let anchors = world.journal.len();
	world.newest = checkpoint(9, 2);
	world.now += 1_000;
	world.round();
	assert_eq!(names(&world), ["checkpoint-refused"]);
	assert_eq!(world.journal.len(), anchors);
	world.newest = Checkpoint { genesis: [8; 32].into(), ..checkpoint(10, 10) };
	world.round();
	assert_eq!(names(&world), ["checkpoint-refused"]);
	assert_eq!(world.journal.len(), anchors);
}

#[test]
fn an_input_spent_by_a_stranger_is_named_and_stops_the_chain() {
	let mut world = anchored();
	let input = world.journal[&AnchorId::new(1)].versions[0].inputs[0];
	world.bitcoin.mempool =
		vec![super::fake_bitcoin::Tx { txid: bitcoin::hashes::Hash::all_zeros(), input, fee: 500 }];
	world.bitcoin.mine();
	world.grow(5);
	for _ in 0..10 {
		world.now += 1_000;
		world.round();
	}
	assert_eq!(names(&world), ["input-spent-elsewhere"]);
	assert_eq!(world.sent.len(), 1);
	assert_eq!(world.journal.len(), 1);
}

#[test]
fn a_clock_set_back_does_not_stall() {
	let mut world = anchored();
	world.settle();
	world.grow(1);
	world.now = 10;
	world.round();
	assert_eq!(world.journal.len(), 2);
}

#[test]
fn a_block_that_comes_in_while_it_looks_makes_it_look_once() {
	let world = anchored();
	let mut machine = Machine::restore(policy(), world.journal.into_values().collect(), Vec::new());
	machine.handle(Event::Tick { now: 5_000 });
	let actions = machine.handle(Event::BitcoinUsable(world.bitcoin.tip()));
	let [Action::Recheck { anchor, versions }] = &actions[..] else { panic!("{actions:?}") };
	let mut newer = world.bitcoin;
	newer.mine();
	let tip = newer.tip();
	let whereabouts = vec![(versions[0].number, Whereabouts::InBlock(tip))];
	let actions = machine.handle(Event::Located { anchor: *anchor, tip, whereabouts });
	assert!(matches!(&actions[..], [Action::Persist(_)]), "{actions:?}");
	assert_eq!(machine.tip(), Some(&tip));
}

#[test]
fn a_wallet_that_lags_behind_its_node_does_not_make_it_spin() {
	let world = anchored();
	let mut machine = Machine::restore(policy(), world.journal.into_values().collect(), Vec::new());
	let tip = world.bitcoin.tip();
	machine.handle(Event::Tick { now: 5_000 });
	machine.handle(Event::BitcoinUsable(tip));
	let anchor = AnchorId::new(1);
	let version = VersionNumber::FIRST;
	let nowhere =
		Event::Located { anchor, tip, whereabouts: vec![(version, Whereabouts::Nowhere)] };
	let actions = machine.handle(nowhere.clone());
	assert!(matches!(&actions[..], [Action::Send { .. }]), "{actions:?}");
	let outcome = SendOutcome::AlreadyMined;
	let actions = machine.handle(Event::SendResult { anchor, version, outcome });
	assert!(matches!(&actions[..], [Action::Recheck { .. }]), "{actions:?}");
	assert!(machine.handle(nowhere).is_empty(), "not sent again at once");
}

/// Rounds, each with a block that holds nothing of ours.
fn empty_blocks(world: &mut World, count: usize) {
	for _ in 0..count {
		world.bitcoin.mine_empty(1);
		world.round();
	}
}

#[test]
fn what_waits_too_long_is_replaced_at_a_higher_fee_with_the_newest_root() {
	let mut world = anchored();
	world.grow(5);
	empty_blocks(&mut world, 1);
	assert_eq!(world.journal[&AnchorId::new(1)].versions.len(), 1, "not at once");
	empty_blocks(&mut world, 1);
	let anchor = world.journal[&AnchorId::new(1)].clone();
	let [first, second] = &anchor.versions[..] else { panic!("{anchor:?}") };
	assert_eq!(anchor.stage, Stage::Broadcast);
	assert_eq!(second.inputs, first.inputs);
	assert!(second.fee > first.fee);
	assert_eq!((first.checkpoint.log_size, second.checkpoint.log_size), (3, 8));
	assert_eq!(world.bitcoin.mempool.len(), 1, "one takes the other's place");
	empty_blocks(&mut world, 2);
	assert_eq!(world.journal[&AnchorId::new(1)].versions.len(), 3, "and again");
	world.settle();
	world.check_settled();
	assert_eq!(world.journal.len(), 1, "the newest root was in it");
}

#[test]
fn a_replaced_version_that_is_mined_all_the_same_is_the_anchor() {
	let mut world = anchored();
	world.grow(5);
	empty_blocks(&mut world, 2);
	let old = world.journal[&AnchorId::new(1)].versions[0].clone();
	world.bitcoin.mine_replaced(&old);
	world.round();
	let anchor = &world.journal[&AnchorId::new(1)];
	assert_eq!(anchor.stage.mined_at().map(|at| at.version), Some(VersionNumber::FIRST));
	world.now += 1_000;
	world.settle();
	world.check_settled();
	assert_eq!(world.journal.len(), 2, "the newer root is anchored by the next");
	assert_eq!(world.journal[&AnchorId::new(2)].versions[0].inputs, [old.change]);
}

#[test]
fn a_child_whose_parent_was_mined_in_another_version_is_built_anew() {
	let mut world = anchored();
	world.grow(1);
	empty_blocks(&mut world, 2);
	let versions = world.journal[&AnchorId::new(1)].versions.clone();
	let [old, new] = &versions[..] else { panic!("{versions:?}") };
	for _ in 0..3 {
		world.bitcoin.mine();
		world.round();
	}
	world.grow(1);
	world.now += 1_000;
	world.round();
	assert_eq!(world.journal[&AnchorId::new(2)].versions[0].inputs, [new.change]);
	// The reorganisation puts the parent's first version into the chain.
	world.bitcoin.reorg(4);
	world.bitcoin.mine_replaced(old);
	world.round();
	assert_eq!(stages(&world), ["mined", "broadcast"]);
	for _ in 0..3 {
		world.bitcoin.mine();
		world.now += 30;
		world.round();
	}
	let child = world.journal[&AnchorId::new(2)].clone();
	assert_eq!(child.versions.len(), 2);
	assert_eq!(child.versions[1].inputs, [old.change]);
	world.settle();
	world.check_settled();
}

#[test]
fn a_fee_spike_is_met_by_a_replacement_up_to_the_ceiling() {
	let mut world = anchored();
	world.most = 1_000;
	world.bitcoin.raise_floor(2_000);
	assert!(world.bitcoin.mempool.is_empty(), "the node drops it");
	for _ in 0..20 {
		world.now += 10;
		world.round();
	}
	assert!(names(&world).contains(&"fee-ceiling"), "{:?}", names(&world));
	assert_eq!(world.journal[&AnchorId::new(1)].versions.len(), 1);
	assert!(world.sent.len() <= 12, "it does not spin: {}", world.sent.len());
	world.most = 5_000;
	for _ in 0..5 {
		world.now += 10;
		world.round();
	}
	assert!(names(&world).is_empty(), "{:?}", names(&world));
	let anchor = &world.journal[&AnchorId::new(1)];
	assert!(anchor.cost().to_sat() >= 2_000);
	assert_eq!(world.bitcoin.mempool.len(), 1);
	world.settle();
	world.check_settled();
}

#[test]
fn a_spent_budget_stops_the_work_by_name_until_the_year_ends() {
	let mut world = World::new();
	world.policy.budget = bitcoin::Amount::from_sat(2 * 157 + 100);
	world.policy.max_interval = Some(100);
	world.restart();
	for _ in 0..4 {
		world.grow(1);
		world.now += 200;
		for _ in 0..4 {
			world.round();
			world.bitcoin.mine();
		}
	}
	assert_eq!(world.journal.len(), 2, "what the budget pays for, however long the pause");
	assert_eq!(names(&world), ["budget-spent"]);
	// Neither a restart nor a clock set back frees money.
	world.restart();
	world.now -= 700;
	world.round();
	assert_eq!(names(&world), ["budget-spent"]);
	world.now += YEAR + 1_000;
	for _ in 0..4 {
		world.round();
		world.bitcoin.mine();
	}
	assert_eq!(world.journal.len(), 3);
	assert!(names(&world).is_empty(), "{:?}", names(&world));
}

#[test]
fn a_replacement_is_not_bought_with_money_that_is_not_there() {
	let mut world = World::new();
	world.policy.budget = bitcoin::Amount::from_sat(157 + 100);
	world.restart();
	world.grow(1);
	world.round();
	empty_blocks(&mut world, 4);
	assert_eq!(world.journal[&AnchorId::new(1)].versions.len(), 1);
	assert_eq!(names(&world), ["budget-spent"]);
	// It is mined in the end, and nothing is wrong any more.
	world.bitcoin.mine();
	world.round();
	assert!(names(&world).is_empty(), "{:?}", names(&world));
}

#[test]
fn dear_days_put_the_anchors_further_apart() {
	let mut world = World::new();
	// An anchor an hour at the fee of now.
	world.policy.budget = bitcoin::Amount::from_sat(157 * 8_760);
	world.policy.max_interval = Some(50_000);
	world.restart();
	world.round();
	assert_eq!(world.machine.interval(), Some(3_600));
	world.bitcoin.raise_floor(1_570);
	world.round();
	assert_eq!(world.machine.interval(), Some(36_000));
	world.bitcoin.raise_floor(15_700);
	world.round();
	assert_eq!(world.machine.interval(), Some(50_000), "never beyond the greatest interval");
	world.bitcoin.floor = 1;
	world.round();
	assert_eq!(world.machine.interval(), Some(100), "nor below the least");
}

#[test]
fn the_first_anchor_spends_the_origin_that_the_trust_file_names() {
	let origin = OutPoint::new(bitcoin::hashes::Hash::from_byte_array([0xaa; 32]), 3);
	let mut world = World::new();
	world.policy.origin = Some(origin);
	world.restart();
	world.grow(1);
	world.round();
	assert_eq!(world.journal[&AnchorId::new(1)].versions[0].inputs, [origin]);
	world.settle();
	world.check_settled();
}

#[test]
fn a_replacement_that_was_journalled_and_not_sent_is_sent_after_the_crash() {
	let mut world = anchored();
	world.bitcoin.mine_empty(2);
	// Recheck before and after, build before and after, journal before and after: then it would be sent.
	world.crash_in = Some(6);
	world.round();
	let anchor = world.journal[&AnchorId::new(1)].clone();
	assert_eq!(anchor.versions.len(), 2);
	assert_eq!(world.bitcoin.mempool[0].txid, anchor.versions[0].txid);
	world.round();
	assert_eq!(world.bitcoin.mempool[0].txid, anchor.versions[1].txid);
	assert_eq!(world.journal[&AnchorId::new(1)].versions, anchor.versions, "and no third is made");
}

#[test]
fn low_funds_are_a_notice_in_time() {
	let mut machine = Machine::restore(policy(), Vec::new(), Vec::new());
	machine.handle(Event::CostSeen(Amount::from_sat(200)));
	machine.handle(Event::FundsSeen(Amount::from_sat(9_999)));
	let names: Vec<_> = machine.conditions().map(Condition::name).collect();
	assert_eq!(names, ["funds-low"]);
	machine.handle(Event::CostSeen(Amount::from_sat(100)));
	assert_eq!(machine.conditions().count(), 0);
}
