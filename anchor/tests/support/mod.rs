//! A real Bitcoin Core on regtest, and a chain of checkpoints made in the test: the Pantheon node itself takes
//! part in the quickstart.

// Each test binary uses its own part of this.
#![allow(dead_code)]

pub mod deadly;

use bitcoin::{Address, Amount, BlockHash, Txid};
use bitcoincore_rpc::{Auth, Client, RpcApi};
use pantheon_anchor::{
	chain::CheckpointSource,
	condition::Condition,
	fees::FeePolicy,
	guards::Guards,
	journal::{Journal, Owner, Store},
	machine::{Anchor, Policy, Reporting},
	rpc::{BitcoinRpc, Core, Credentials, FeeRate},
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
use serde_json::{json, Value};
use std::{
	env, fs,
	net::TcpListener,
	ops::Deref,
	path::{Path, PathBuf},
	process::{Child, Command, Output, Stdio},
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
	/// Options beyond the usual ones.
	options: Vec<String>,
	pub dir: TempDir,
	port: u16,
	rpc: Rpc,
}

impl Bitcoind {
	/// Starts a node with an empty wallet and two blocks.
	pub fn start() -> Self {
		Self::start_with(&[])
	}

	/// The same with further options.
	pub fn start_with(options: &[&str]) -> Self {
		let dir = tempfile::tempdir().expect("temporary folder");
		let port = TcpListener::bind("127.0.0.1:0")
			.and_then(|listener| listener.local_addr())
			.expect("a free port")
			.port();
		let options: Vec<String> = options.iter().map(ToString::to_string).collect();
		let child = Self::spawn(dir.path(), port, &options);
		let rpc =
			Rpc::new(&format!("http://127.0.0.1:{port}"), &dir.path().join("regtest/.cookie"));
		let node = Self { child, options, dir, port, rpc };
		node.wait();
		node.create_wallet(WALLET);
		node.mine_elsewhere(2);
		node
	}

	/// Starts a node whose wallet has one confirmed, mature coin.
	pub fn funded() -> Self {
		let node = Self::start();
		node.fund();
		node
	}

	fn spawn(dir: &Path, port: u16, options: &[String]) -> Child {
		Command::new(bitcoind_exe())
			.args(["-regtest", "-listen=0", "-dnsseed=0", "-server", "-printtoconsole=0"])
			.args(["-rpcbind=127.0.0.1", "-rpcallowip=127.0.0.1", "-fallbackfee=0.00002"])
			// The node's own files need not survive a power cut.
			.arg("-unsafesqlitesync")
			.arg(format!("-rpcport={port}"))
			.arg(format!("-datadir={}", dir.display()))
			.args(options)
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
			assert!(begun.elapsed() < Duration::from_secs(180), "bitcoind does not get ready");
			thread::sleep(Duration::from_millis(100));
		}
	}

	/// Ends the node, keeping its data.
	pub fn stop(&mut self) {
		self.call("stop", &[]);
		self.child.wait().expect("it ends");
	}

	/// Starts it again on the same data and port, with these options instead of those it had.
	pub fn restart_with(&mut self, options: &[&str]) {
		self.options = options.iter().map(ToString::to_string).collect();
		self.restart();
	}

	/// Starts it again on the same data and port.
	pub fn restart(&mut self) {
		self.child = Self::spawn(self.dir.path(), self.port, &self.options);
		self.wait();
		self.open_wallet("loadwallet", WALLET);
	}
}

impl Deref for Bitcoind {
	type Target = Rpc;

	fn deref(&self) -> &Rpc {
		&self.rpc
	}
}

/// What tests call of a node, also from a process that has not started it.
pub struct Rpc {
	url: String,
	cookie: PathBuf,
}

impl Rpc {
	pub fn new(url: &str, cookie: &Path) -> Self {
		Self { url: url.into(), cookie: cookie.into() }
	}

	pub fn url(&self) -> String {
		self.url.clone()
	}

	pub fn cookie(&self) -> PathBuf {
		self.cookie.clone()
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
		self.wallet_of(WALLET, method, args)
	}

	/// A call to another wallet.
	pub fn wallet_of(&self, wallet: &str, method: &str, args: &[Value]) -> Value {
		let client = self.client(&format!("/wallet/{wallet}")).expect("credentials");
		client.call(method, args).unwrap_or_else(|error| panic!("{method}: {error}"))
	}

	/// Makes a wallet.
	pub fn create_wallet(&self, name: &str) {
		self.open_wallet("createwallet", name);
	}

	/// Makes or loads a wallet. On a busy machine the answer may come too late, so that the client asks twice.
	fn open_wallet(&self, method: &str, name: &str) {
		match self.try_call(method, &[json!(name)]) {
			Err(refusal) if refusal.contains("already") => {},
			done => drop(done.expect("a wallet is opened")),
		}
		let begun = Instant::now();
		while !self.call("listwallets", &[]).as_array().is_some_and(|w| w.contains(&json!(name))) {
			assert!(begun.elapsed() < Duration::from_secs(180), "the wallet is not loaded");
			thread::sleep(Duration::from_millis(100));
		}
	}

	/// A call to the node that may be refused.
	pub fn try_call(&self, method: &str, args: &[Value]) -> Result<Value, String> {
		let client = self.client("").expect("credentials");
		client.call(method, args).map_err(|error| error.to_string())
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

	/// Mines blocks that hold these transactions and nothing else.
	pub fn mine_only(&self, transactions: &[&[u8]], blocks: u32) {
		let raw: Vec<String> = transactions.iter().map(hex::encode).collect();
		for block in 0..blocks {
			let held = if block == 0 { json!(raw) } else { json!([]) };
			self.call("generateblock", &[json!("raw(51)"), held]);
		}
		self.call("syncwithvalidationinterfacequeue", &[]);
	}

	/// Every transaction in blocks above that height, coinbases aside, in order.
	pub fn mined_since(&self, height: u32) -> Vec<Txid> {
		let mut found = Vec::new();
		for height in height + 1..=self.height() {
			let hash = self.call("getblockhash", &[json!(height)]);
			let block = self.call("getblock", &[hash, json!(1)]);
			let txs: Vec<Txid> = serde_json::from_value(block["tx"].clone()).expect("ids");
			found.extend(txs.into_iter().skip(1));
		}
		found
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

pub fn chain(entries: u32) -> TestChain {
	TestChain { entries, reported: Vec::new() }
}

/// Runs and mines until the newest anchor is confirmed and exported.
pub fn confirm<R: BitcoinRpc, C: CheckpointSource, J: Store>(
	node: &Bitcoind,
	service: &mut Service<R, C, J>,
	clock: &mut Clock,
) {
	for _ in 0..20 {
		clock.round(service);
		if service.machine().is_at_rest() {
			return;
		}
		node.mine_elsewhere(1);
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
