//! The machine, step by step.

use super::{
	world::{checkpoint, policy, unreachable, NextSend, World},
	*,
};

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
	let mut machine = Machine::restore(policy(), Vec::new());
	let tip = World::new().bitcoin.tip();
	machine.handle(Event::Tick { now: 1 });
	machine.handle(Event::BitcoinUsable(tip));
	let build = machine.handle(Event::CheckpointAvailable(checkpoint(1, 1)));
	let [Action::BuildAndSign { anchor, checkpoint: of, spend: Spend::FromWallet }] = &build[..]
	else {
		panic!("{build:?}")
	};
	// Asked once, however often it ticks.
	assert!(machine.handle(Event::Tick { now: 2 }).is_empty());
	let mut donor = anchored();
	let mut version = donor.journal.pop_first().expect("one anchor").1.versions.remove(0);
	version.checkpoint = *of;
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
	world.machine = Machine::restore(fresh, world.journal.values().cloned().collect());
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
		vec![super::world::Tx { txid: bitcoin::hashes::Hash::all_zeros(), input }];
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
	let mut machine = Machine::restore(policy(), world.journal.into_values().collect());
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
	let mut machine = Machine::restore(policy(), world.journal.into_values().collect());
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
