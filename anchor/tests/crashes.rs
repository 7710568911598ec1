//! The process dies by SIGKILL before and after each write to the journal, each transaction sent and each one
//! signed, in a life with a replacement and a second anchor, against a real Bitcoin Core on regtest. Whatever
//! the step, another process takes the journal up and ends with each anchor in the chain exactly once.

mod support;

use bitcoin::Txid;
use pantheon_anchor::{
	chain::CheckpointSource,
	condition::Condition,
	journal::Journal,
	service::{Service, Until},
};
use pantheon_client::anchor_file::AnchorFile;
use pantheon_primitives::{
	bitcoin::{verify_anchor, AnchorProof},
	Checkpoint,
};
use std::{
	cell::Cell,
	collections::BTreeSet,
	env, fs,
	os::unix::process::ExitStatusExt,
	path::{Path, PathBuf},
	process::{Command, Stdio},
	rc::Rc,
};
use support::{
	chain, checkpoint, conditions, confirm,
	deadly::{Deadly, DeadlyJournal, Doom, Point, Step, When, CRASH_AT},
	journalled, owner, rules, service, settings, txid, Bitcoind, Clock, Rpc,
};

/// Writes in the whole life: of the first anchor's first version, its acceptance, its replacement, its block, its
/// confirmation, its export and its report; then the same of the second anchor, which is not replaced.
const WRITES: u32 = 13;
/// Transactions signed, and as many sent.
const SENDS: u32 = 3;
/// Entries in the log at the end.
const ENTRIES: u32 = 6;

/// The whole table.
fn table() -> Vec<Point> {
	let steps = [(Step::Write, WRITES), (Step::Send, SENDS), (Step::Sign, SENDS)];
	let mut points = Vec::new();
	for (step, count) in steps {
		for nth in 1..=count {
			points.extend([When::Before, When::After].map(|when| Point { when, step, nth }));
		}
	}
	points
}

/// The rows that differ most: around the commit point and the sending of a first version, of a replacement and of
/// a second anchor, and after what follows a block.
fn representative() -> Vec<Point> {
	let mut points = Vec::new();
	for (step, nth) in [(Step::Write, 1), (Step::Send, 1), (Step::Write, 3), (Step::Send, 2)] {
		points.extend([When::Before, When::After].map(|when| Point { when, step, nth }));
	}
	points.push(Point { when: When::After, step: Step::Write, nth: 5 });
	points.push(Point { when: When::Before, step: Step::Send, nth: 3 });
	points
}

/// A log that grows while the process lives.
struct GrowingChain(Rc<Cell<u32>>);

impl CheckpointSource for GrowingChain {
	fn newest(&mut self) -> Result<Checkpoint, Condition> {
		Ok(checkpoint(self.0.get()))
	}

	fn report(&mut self, _: &Checkpoint, _: &AnchorProof) -> Result<(), Condition> {
		Ok(())
	}
}

/// Not a test of its own: the process that `run_child` starts and that kills itself. It lives through an anchor that has to be
/// replaced once, and a second one. Blocks come from here too, since the parent can't know how far it has come.
#[test]
fn child() {
	let Ok(at) = env::var(CRASH_AT) else { return };
	let read = |name| env::var(name).expect("set by the parent");
	let node = Rpc::new(&read("URL"), Path::new(&read("COOKIE")));
	let dir = PathBuf::from(read("DIR"));
	let point: Point = at.parse().expect("a point");
	let doom = |step| Doom::new(point, step);
	let rpc = Deadly { core: node.core(), sends: doom(Step::Send), signs: doom(Step::Sign) };
	fs::create_dir_all(&dir).expect("folder");
	let journal = Journal::open(&dir.join("journal.sqlite"), &owner()).expect("journal opens");
	let journal = DeadlyJournal { journal, writes: doom(Step::Write) };
	let entries = Rc::new(Cell::new(3));
	let chain = GrowingChain(entries.clone());
	let mut service =
		Service::new(rpc, chain, journal, settings(&dir), Until::Stopped).expect("journal reads");

	let mut clock = Clock::new();
	clock.round(&mut service);
	node.mine_only(&[], 2);
	entries.set(4);
	clock.round(&mut service);
	node.mine_elsewhere(1);
	clock.round(&mut service);
	node.mine_elsewhere(5);
	clock.round(&mut service);
	entries.set(ENTRIES);
	clock.round(&mut service);
	node.mine_elsewhere(1);
	clock.round(&mut service);
	node.mine_elsewhere(5);
	clock.round(&mut service);
}

fn run_child(node: &Bitcoind, dir: &Path, point: Point) {
	let status = Command::new(env::current_exe().unwrap())
		.args(["--exact", "child", "--nocapture"])
		.env(CRASH_AT, point.to_string())
		.env("COOKIE", node.cookie())
		.env("URL", node.url())
		.env("DIR", dir)
		.stdout(Stdio::null())
		.status()
		.unwrap();
	assert_eq!(status.signal(), Some(9), "the child died: {point}");
}

/// Dies there, is taken up by another process, and ends as if nothing had happened.
fn dies_and_recovers(node: &Bitcoind, number: usize, point: Point) {
	// Each time a journal of its own; the coin is what the last life left.
	let dir = node.dir.path().join(format!("anchor-{number}"));
	let begun = node.height();
	run_child(node, &dir, point);
	let left = journalled(&dir);
	// Whatever was sent stands in the journal: nothing is in the world that nobody remembers.
	let known: BTreeSet<Txid> =
		left.iter().flat_map(|a| &a.versions).map(|version| version.txid).collect();
	for sent in node.mempool().iter().chain(&node.mined_since(begun)) {
		assert!(known.contains(sent), "{point}: {sent} is not in the journal");
	}

	let mut chain = chain(ENTRIES);
	let mut clock = Clock::new();
	clock.0 += 100_000;
	let mut service = service(node.core(), &mut chain, &dir);
	confirm(node, &mut service, &mut clock);
	// Taken up in mid-air it first ends what was in flight, then anchors what is new.
	assert!(conditions(&service).is_empty(), "{point}: {:?}", conditions(&service));
	drop(service);

	let anchors = journalled(&dir);
	assert!((1..=2).contains(&anchors.len()), "{point}: {} anchors", anchors.len());
	for (before, after) in left.iter().zip(&anchors) {
		let kept = &after.versions[..before.versions.len()];
		assert_eq!(before.versions, kept, "{point}: what was journalled never changes");
	}
	let ids: Vec<Txid> = anchors.iter().map(txid).collect();
	assert_eq!(node.mined_since(begun), ids, "{point}: each anchor once, and nothing else");
	assert!(node.mempool().is_empty(), "{point}");
	for pair in anchors.windows(2) {
		let change = pair[0].effective_version().unwrap().change;
		assert_eq!(pair[1].effective_version().unwrap().chain_input(), Some(&change), "{point}");
	}
	for anchor in &anchors {
		let of = anchor.checkpoint().unwrap();
		let file = dir.join(format!("anchors/{}.anchor", of.block_number));
		let file = AnchorFile::read(&file).unwrap();
		assert_eq!(&file.checkpoint, of, "{point}");
		verify_anchor(&file.checkpoint, &file.proof, &rules()).unwrap();
	}
	let covered = anchors.last().and_then(|a| a.checkpoint()).unwrap();
	assert_eq!(covered.log_size, u64::from(ENTRIES), "{point}: the newest root is anchored");
}

fn run_table(points: Vec<Point>) {
	let node = Bitcoind::funded();
	for (number, point) in points.into_iter().enumerate() {
		dies_and_recovers(&node, number, point);
	}
}

#[test]
fn killed_around_the_steps_that_matter_most() {
	run_table(representative());
}

#[test]
#[ignore = "minutes: scripts/test --full runs the whole table"]
fn killed_before_and_after_each_step() {
	run_table(table());
}

/// The table is whole: a life without a crash has exactly these steps.
#[test]
fn a_life_has_as_many_steps_as_the_table() {
	let node = Bitcoind::funded();
	let beyond = [(Step::Write, WRITES + 1), (Step::Send, SENDS + 1), (Step::Sign, SENDS + 1)];
	for (number, (step, nth)) in beyond.into_iter().enumerate() {
		let dir = node.dir.path().join(format!("anchor-{number}"));
		let output = Command::new(env::current_exe().unwrap())
			.args(["--exact", "child"])
			.env(CRASH_AT, Point { when: When::Before, step, nth }.to_string())
			.env("COOKIE", node.cookie())
			.env("URL", node.url())
			.env("DIR", &dir)
			.output()
			.unwrap();
		assert!(output.status.success(), "there is a further {step:?}: {output:?}");
	}
	run_child(
		&node,
		&node.dir.path().join("last"),
		Point { when: When::After, step: Step::Write, nth: WRITES },
	);
}
