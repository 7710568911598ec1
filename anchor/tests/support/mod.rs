//! A real Bitcoin Core on regtest, and a chain of checkpoints made in the test: the Pantheon node itself takes
//! part in the quickstart.

// Each test binary uses its own part of this.
#![allow(dead_code, unused_imports)]

pub mod deadly;
mod node;
pub mod peers;

pub use node::{free_port, Bitcoind, Build, Rpc};

use bitcoin::{consensus::deserialize, Amount, BlockHash, Transaction, Txid};
use pantheon_anchor::{
	chain::CheckpointSource,
	condition::Condition,
	fees::FeePolicy,
	guards::Guards,
	journal::{Journal, Owner, Store},
	machine::{Anchor, Policy, Reporting, Version},
	rpc::{BitcoinRpc, FeeRate},
	service::{Service, Settings, Until},
};
use pantheon_primitives::{
	bitcoin::{genesis_pin, AnchorProof, BitcoinNetwork, HeaderRules},
	finality::{AuthorityKey, AuthoritySet},
	hash::SoftwareSha256,
	log::CompactLog,
	trust::TrustFile,
	Checkpoint,
};
use std::{
	fs,
	path::{Path, PathBuf},
	process::{Command, Output},
	time::Duration,
};
use tempfile::TempDir;

/// The checkpoint of a log with that many entries. The same number always gives the same checkpoint.
pub fn checkpoint(entries: u32) -> Checkpoint {
	let mut log = CompactLog::default();
	for entry in 0..entries {
		let mut leaf = [0xee; 32];
		leaf[..4].copy_from_slice(&entry.to_be_bytes());
		log.append::<SoftwareSha256>(leaf.into()).expect("room");
	}
	Checkpoint {
		genesis: [0x11; 32].into(),
		block_number: 100 + entries,
		block_hash: [0x22; 32].into(),
		log_size: entries.into(),
		log_root: log.root::<SoftwareSha256>(),
	}
}

/// A chain whose log grows when the test says so.
pub struct TestChain {
	pub entries: u32,
	pub reported: Vec<(Checkpoint, AnchorProof)>,
}

impl CheckpointSource for &mut TestChain {
	fn newest(&mut self) -> Result<Checkpoint, Condition> {
		match self.entries {
			0 => Err(Condition::NoCheckpoint { detail: "nothing is final yet".into() }),
			entries => Ok(checkpoint(entries)),
		}
	}

	fn report(&mut self, checkpoint: &Checkpoint, proof: &AnchorProof) -> Result<(), Condition> {
		self.reported.push((*checkpoint, proof.clone()));
		Ok(())
	}
}

pub fn rules() -> HeaderRules {
	HeaderRules {
		network: BitcoinNetwork::Regtest,
		pinned: genesis_pin(BitcoinNetwork::Regtest),
		min_confirmations: 6,
		min_work: [0; 32],
		max_target: None,
	}
}

pub fn owner() -> Owner {
	Owner { genesis: [0x11; 32].into(), network: BitcoinNetwork::Regtest }
}

pub fn settings(dir: &Path) -> Settings {
	Settings {
		genesis: owner().genesis,
		export_dir: dir.join("anchors"),
		rules: rules(),
		guards: Guards {
			network: BitcoinNetwork::Regtest,
			trusted: genesis_pin(BitcoinNetwork::Regtest),
			pinned: None,
			max_tip_age: 10_800,
		},
		fees: FeePolicy {
			target_blocks: 6,
			fallback: FeeRate::per_kvb(2_000),
			ceiling: FeeRate::per_kvb(50_000),
			most: Amount::from_sat(15_000),
		},
		policy: Policy {
			min_interval: 0,
			max_interval: None,
			// So much that it paces nothing: budgets are tested where no node is needed.
			budget: Amount::MAX_MONEY,
			reporting: Reporting::On,
			..Policy::default()
		},
		poll: Duration::from_millis(50),
	}
}

/// A service over that node, that chain and the journal in that folder.
pub fn service<R: BitcoinRpc, C: CheckpointSource>(rpc: R, chain: C, dir: &Path) -> Service<R, C> {
	service_with(rpc, chain, dir, settings(dir)).expect("the journal fits")
}

/// The same with other settings.
pub fn service_with<R: BitcoinRpc, C: CheckpointSource>(
	rpc: R,
	chain: C,
	dir: &Path,
	settings: Settings,
) -> Result<Service<R, C>, Condition> {
	fs::create_dir_all(dir).expect("folder");
	let journal = Journal::open(&dir.join("journal.sqlite"), &owner()).expect("journal opens");
	Service::new(rpc, chain, journal, settings, Until::Stopped)
}

/// A clock that the test turns: each round comes a minute after the last, so that every pause has passed.
pub struct Clock(pub u64);

impl Clock {
	pub fn new() -> Self {
		Self(1_800_000_000)
	}

	pub fn round<R: BitcoinRpc, C: CheckpointSource, J: Store>(
		&mut self,
		service: &mut Service<R, C, J>,
	) {
		self.0 += 61;
		service.round(self.0).expect("nothing fatal");
	}
}

pub fn stages<R: BitcoinRpc, C: CheckpointSource, J: Store>(
	service: &Service<R, C, J>,
) -> Vec<&'static str> {
	service.machine().anchors().iter().map(|a| a.stage.name()).collect()
}

pub fn conditions<R: BitcoinRpc, C: CheckpointSource, J: Store>(
	service: &Service<R, C, J>,
) -> Vec<&'static str> {
	service.machine().conditions().map(Condition::name).collect()
}

pub fn journalled(dir: &Path) -> Vec<Anchor> {
	Journal::open_read_only(&dir.join("journal.sqlite")).unwrap().all().unwrap()
}

pub fn txid(anchor: &Anchor) -> Txid {
	anchor.effective_version().unwrap().txid
}

pub fn vsize(version: &Version) -> u64 {
	deserialize::<Transaction>(&version.raw).unwrap().vsize() as u64
}

/// By BIP 125, and at no less than 1 sat/vB of its own size more, whatever this node would be content with.
pub fn outbids(new: &Version, old: &Version) -> bool {
	new.fee >= old.fee + Amount::from_sat(vsize(new))
}

pub fn chain(entries: u32) -> TestChain {
	TestChain { entries, reported: Vec::new() }
}

/// Runs and mines until the newest anchor is confirmed and exported.
pub fn confirm<R: BitcoinRpc, C: CheckpointSource, J: Store>(
	node: &Bitcoind,
	service: &mut Service<R, C, J>,
	clock: &mut Clock,
) {
	confirm_with(service, clock, || node.mine_elsewhere(1));
}

/// The same with a way of mining.
pub fn confirm_with<R: BitcoinRpc, C: CheckpointSource, J: Store>(
	service: &mut Service<R, C, J>,
	clock: &mut Clock,
	mine: impl Fn() -> BlockHash,
) {
	for _ in 0..20 {
		clock.round(service);
		if service.machine().is_at_rest() {
			return;
		}
		mine();
	}
	panic!("not confirmed: {:?} {:?}", stages(service), conditions(service));
}

/// Writes what the program needs into a folder and runs it there.
pub struct Program {
	pub dir: TempDir,
}

impl Program {
	pub fn new(bitcoin_url: &str, cookie: &Path, bitcoin: HeaderRules) -> Self {
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
		program.configure("http://127.0.0.1:8332", bitcoin_url);
		program.configure("/var/lib/bitcoind/.cookie", &cookie.display().to_string());
		// Port 9 (discard) is served by no machine that runs tests.
		program.configure("ws://127.0.0.1:9944", "ws://127.0.0.1:9");
		program
	}

	/// Replaces a text in its configuration.
	pub fn configure(&self, from: &str, to: &str) {
		let text = fs::read_to_string(self.config()).unwrap();
		assert!(text.contains(from), "{from}");
		fs::write(self.config(), text.replace(from, to)).unwrap();
	}

	pub fn config(&self) -> PathBuf {
		self.dir.path().join("anchor.toml")
	}

	pub fn command(&self, args: &[&str]) -> Command {
		let mut command = Command::new(env!("CARGO_BIN_EXE_pantheon-anchor"));
		command.args(args).current_dir(self.dir.path());
		command
	}

	pub fn run(&self, args: &[&str]) -> Output {
		self.command(args).output().unwrap()
	}

	pub fn once(&self) -> (Option<i32>, String) {
		let args = ["run", "--once", "--patience", "0", "--config", "anchor.toml"];
		let output = self.run(&args);
		(output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
	}
}
