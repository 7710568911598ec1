//! Random lives of the machine: whatever happens in whatever order, with the process dying at any step,
//! it ends with each anchor in the chain exactly once.

use super::world::{unreachable, NextSend, World};
use crate::condition::Condition;
use bitcoin::Amount;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
	Round,
	Wait(u16),
	ClockBack(u16),
	Grow(u8),
	Mine(u8),
	Reorg(u8),
	Evict,
	BitcoinGone,
	BitcoinBack,
	OutOfFunds,
	Funded,
	ReportsRefused,
	AnswerLost,
	Refused,
	FeeSpike(u16),
	Ceiling(u16),
	MineReplaced(u8),
	Budget(u16),
	Crash(u8),
	Restart,
}

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		10 => Just(Step::Round),
		2 => (0u16..400).prop_map(Step::Wait),
		1 => (0u16..2_000).prop_map(Step::ClockBack),
		4 => (1u8..4).prop_map(Step::Grow),
		6 => (1u8..5).prop_map(Step::Mine),
		2 => (1u8..9).prop_map(Step::Reorg),
		1 => Just(Step::Evict),
		1 => Just(Step::BitcoinGone),
		2 => Just(Step::BitcoinBack),
		1 => Just(Step::OutOfFunds),
		2 => Just(Step::Funded),
		1 => Just(Step::ReportsRefused),
		1 => Just(Step::AnswerLost),
		1 => Just(Step::Refused),
		1 => (1u16..4_000).prop_map(Step::FeeSpike),
		1 => (100u16..4_000).prop_map(Step::Ceiling),
		2 => any::<u8>().prop_map(Step::MineReplaced),
		1 => any::<u16>().prop_map(Step::Budget),
		4 => (0u8..14).prop_map(Step::Crash),
		1 => Just(Step::Restart),
	]
}

fn apply(world: &mut World, step: &Step) {
	match step {
		Step::Round => world.round(),
		Step::Wait(seconds) => world.now += u64::from(*seconds),
		Step::ClockBack(seconds) => world.now = world.now.saturating_sub((*seconds).into()),
		Step::Grow(entries) => world.grow((*entries).into()),
		Step::Mine(count) => {
			world.bitcoin.mine();
			world.bitcoin.mine_empty(usize::from(*count) - 1);
		},
		Step::Reorg(depth) => world.bitcoin.reorg((*depth).into()),
		Step::Evict => world.bitcoin.mempool.clear(),
		Step::BitcoinGone => world.reachable = Err(unreachable()),
		Step::BitcoinBack => world.reachable = Ok(()),
		Step::OutOfFunds => {
			world.next_build = Err(Condition::OutOfFunds { needed: 500, available: 3 })
		},
		Step::Funded => world.next_build = Ok(()),
		Step::ReportsRefused => {
			world.report = Err(Condition::ReportFailed { detail: "no such account".into() })
		},
		Step::AnswerLost => world.next_send = NextSend::AnswerLost,
		Step::Refused => world.next_send = NextSend::Refused,
		Step::FeeSpike(floor) => world.bitcoin.raise_floor((*floor).into()),
		Step::Ceiling(most) => world.most = (*most).into(),
		Step::MineReplaced(choice) => {
			let versions: Vec<_> =
				world.journal.values().flat_map(|a| &a.versions).cloned().collect();
			let sent: Vec<_> = versions.iter().filter(|v| world.sent.contains(&v.txid)).collect();
			if let Some(version) = sent.get(usize::from(*choice) % sent.len().max(1)) {
				world.bitcoin.mine_replaced(version);
			}
		},
		Step::Budget(left) => {
			let spent = world.journal.values().map(|a| a.cost().to_sat()).sum::<u64>();
			world.policy.budget = Amount::from_sat(spent + u64::from(*left));
			world.restart();
		},
		Step::Crash(steps) => world.crash_in = Some((*steps).into()),
		Step::Restart => world.restart(),
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

	#[test]
	fn every_schedule_ends_with_each_anchor_mined_once(
		steps in proptest::collection::vec(step(), 0..120)
	) {
		let mut world = World::new();
		for step in &steps {
			apply(&mut world, step);
			world.check();
		}
		world.next_send = NextSend::Works;
		world.settle();
		world.check_settled();
	}
}

/// The table: the process dies before and after every step of a first anchor, which is replaced twice, and of a
/// second one.
#[test]
fn a_crash_at_every_single_step() {
	let mut steps = 0;
	for at in 0..1_000 {
		let mut world = World::new();
		world.grow(1);
		world.crash_in = Some(at);
		for round in 0..16 {
			world.round();
			match round {
				0..4 => world.bitcoin.mine_empty(1),
				_ => world.bitcoin.mine(),
			}
			if round == 9 {
				world.grow(1);
				world.now += 100;
			}
			world.check();
		}
		// Nothing crashed: the table is at its end.
		if world.crash_in.is_some() {
			break;
		}
		steps += 1;
		world.settle();
		world.check_settled();
		assert_eq!(world.journal.len(), 2, "crash at step {at}");
	}
	assert!(steps > 60, "only {steps} steps");
}
