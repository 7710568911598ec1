//! A real Bitcoin Core on regtest, and a chain of checkpoints made in the test: the Pantheon node itself takes
//! part in the quickstart.

pub mod deadly;

use bitcoin::{Address, BlockHash, Txid};
use bitcoincore_rpc::{Auth, Client, RpcApi};
use pantheon_anchor::{
	chain::CheckpointSource,
	condition::Condition,
	guards::Guards,
	journal::{Journal, Owner},
	machine::{Policy, Reporting},
	rpc::{BitcoinRpc, Core, Credentials, FeeRate},
	service::{Service, Settings, Until},
	wallet::FeePolicy,
};
use pantheon_primitives::{
	bitcoin::{genesis_pin, AnchorProof, BitcoinNetwork, HeaderRules},
	hash::SoftwareSha256,
	log::CompactLog,
	Checkpoint,
};
use serde_json::{json, Value};
use std::{
	env, fs,
	net::TcpListener,
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	sync::atomic::{AtomicU32, Ordering},
	thread,
	time::{Duration, Instant},
};
use tempfile::TempDir;

pub const WALLET: &str = "pantheon-anchor";

/// BITCOIND_EXE, PATH, or what scripts/setup built.
pub fn bitcoind_exe() -> PathBuf {
	if let Some(named) = env::var_os("BITCOIND_EXE") {
		return named.into();
	}
	let on_path = env::var_os("PATH")
		.map(|path| env::split_paths(&path).map(|dir| dir.join("bitcoind")).collect::<Vec<_>>())
		.unwrap_or_default();
	let cache = env::var_os("PANTHEON_CACHE").map(PathBuf::from).or_else(|| {
		let base = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
		let base = base.or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
		base.map(|base| base.join("pantheon"))
	});
	let cached = cache.map(|cache| cache.join("bitcoin/bin/bitcoind"));
	on_path
		.into_iter()
		.chain(cached)
		.find(|path| path.is_file())
		.expect("no bitcoind: run scripts/setup, which builds one, or set BITCOIND_EXE")
}

/// A node with its own data folder, on loopback, without peers. Dies with the value.
pub struct Bitcoind {
	child: Child,
	pub dir: TempDir,
	pub port: u16,
}

impl Bitcoind {
	/// Starts a node with an empty wallet and two blocks.
	pub fn start() -> Self {
		let dir = tempfile::tempdir().expect("temporary folder");
		let port = TcpListener::bind("127.0.0.1:0")
			.and_then(|listener| listener.local_addr())
			.expect("a free port")
			.port();
		let child = Self::spawn(dir.path(), port);
		let node = Self { child, dir, port };
		node.wait();
		node.call("createwallet", &[json!(WALLET)]);
		node.mine_elsewhere(2);
		node
	}

	/// Starts a node whose wallet has one confirmed, mature coin.
	pub fn funded() -> Self {
		let node = Self::start();
		node.fund();
		node
	}

	fn spawn(dir: &Path, port: u16) -> Child {
		Command::new(bitcoind_exe())
			.args(["-regtest", "-listen=0", "-dnsseed=0", "-server", "-printtoconsole=0"])
			.args(["-rpcbind=127.0.0.1", "-rpcallowip=127.0.0.1", "-fallbackfee=0.00002"])
			.arg(format!("-rpcport={port}"))
			.arg(format!("-datadir={}", dir.display()))
			.stdout(Stdio::null())
			.stderr(Stdio::inherit())
			.spawn()
			.expect("bitcoind starts")
	}

	fn wait(&self) {
		let begun = Instant::now();
		loop {
			let ready = self.cookie().exists()
				&& self.client("").is_some_and(|c| c.call::<Value>("getblockcount", &[]).is_ok());
			if ready {
				return;
			}
			assert!(begun.elapsed() < Duration::from_secs(60), "bitcoind does not get ready");
			thread::sleep(Duration::from_millis(100));
		}
	}

	/// Ends the node, keeping its data.
	pub fn stop(&mut self) {
		self.call("stop", &[]);
		self.child.wait().expect("it ends");
	}

	/// Starts it again on the same data and port.
	pub fn restart(&mut self) {
		self.child = Self::spawn(self.dir.path(), self.port);
		self.wait();
		self.call("loadwallet", &[json!(WALLET)]);
	}

	pub fn url(&self) -> String {
		format!("http://127.0.0.1:{}", self.port)
	}

	pub fn cookie(&self) -> PathBuf {
		self.dir.path().join("regtest/.cookie")
	}

	fn client(&self, path: &str) -> Option<Client> {
		Client::new(&format!("{}{path}", self.url()), Auth::CookieFile(self.cookie())).ok()
	}

	/// A call to the node.
	pub fn call(&self, method: &str, args: &[Value]) -> Value {
		let client = self.client("").expect("credentials");
		client.call(method, args).unwrap_or_else(|error| panic!("{method}: {error}"))
	}

	/// A call to the wallet.
	pub fn wallet(&self, method: &str, args: &[Value]) -> Value {
		let client = self.client(&format!("/wallet/{WALLET}")).expect("credentials");
		client.call(method, args).unwrap_or_else(|error| panic!("{method}: {error}"))
	}

	/// Mines blocks whose coins belong to nobody here. Gives the last one's hash.
	pub fn mine_elsewhere(&self, count: u32) -> BlockHash {
		// An address nobody has the key of, fresh for each call: blocks of two branches must differ.
		static NEXT: AtomicU32 = AtomicU32::new(0);
		let mut hash = [0x50; 20];
		hash[..4].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
		let script = bitcoin::ScriptBuf::new_p2sh(&bitcoin::hashes::Hash::from_byte_array(hash));
		let address = Address::from_script(&script, bitcoin::Network::Regtest).expect("standard");
		let mined = self.call("generatetoaddress", &[json!(count), json!(address.to_string())]);
		self.call("syncwithvalidationinterfacequeue", &[]);
		serde_json::from_value::<Vec<BlockHash>>(mined).expect("hashes").pop().expect("one")
	}

	/// Gives the wallet a mature coin.
	pub fn fund(&self) {
		let address = self.wallet("getnewaddress", &[]);
		self.call("generatetoaddress", &[json!(1), address]);
		self.mine_elsewhere(100);
		// The wallet follows the chain in its own time.
		self.call("syncwithvalidationinterfacequeue", &[]);
	}

	pub fn height(&self) -> u32 {
		serde_json::from_value(self.call("getblockcount", &[])).expect("a number")
	}

	pub fn mempool(&self) -> Vec<Txid> {
		serde_json::from_value(self.call("getrawmempool", &[])).expect("transaction ids")
	}

	pub fn core(&self) -> Core {
		Core::new(&self.url(), WALLET, Credentials::CookieFile(self.cookie()))
	}
}

impl Drop for Bitcoind {
	fn drop(&mut self) {
		// Its data folder is about to go: there is nothing to save.
		let _ = self.child.kill();
		let _ = self.child.wait();
	}
}

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
		},
		policy: Policy {
			min_interval: 0,
			max_interval: None,
			reporting: Reporting::On,
			..Policy::default()
		},
		poll: Duration::from_millis(50),
	}
}

/// A service over that node, that chain and the journal in that folder.
pub fn service<R: BitcoinRpc, C: CheckpointSource>(rpc: R, chain: C, dir: &Path) -> Service<R, C> {
	fs::create_dir_all(dir).expect("folder");
	let journal = Journal::open(&dir.join("journal.sqlite"), &owner()).expect("journal opens");
	Service::new(rpc, chain, journal, settings(dir), Until::Stopped).expect("journal reads")
}
