//! A Bitcoin Core node on regtest and what tests call of it.

use bitcoin::{Address, BlockHash, Txid};
use bitcoincore_rpc::{Auth, Client, RpcApi};
use pantheon_anchor::rpc::{Core, Credentials};
use serde_json::{json, Value};
use std::{
	env,
	net::TcpListener,
	ops::Deref,
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	sync::atomic::{AtomicU32, Ordering},
	thread,
	time::{Duration, Instant},
};
use tempfile::TempDir;

const WALLET: &str = "pantheon-anchor";

/// The bitcoind that a node runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Build {
	/// With a wallet: BITCOIND_EXE, PATH, or what scripts/setup built.
	First,
	/// Another version, of which no wallet is asked: BITCOIND_SECOND_EXE, or what scripts/test --full built.
	Second,
}

impl Build {
	fn exe(self) -> PathBuf {
		let (named, cached) = match self {
			Self::First => ("BITCOIND_EXE", "bitcoin/bin/bitcoind"),
			Self::Second => ("BITCOIND_SECOND_EXE", "bitcoin/bin-31/bitcoind"),
		};
		if let Some(named) = env::var_os(named) {
			return named.into();
		}
		let on_path = match (self, env::var_os("PATH")) {
			(Self::First, Some(path)) => {
				env::split_paths(&path).map(|dir| dir.join("bitcoind")).collect()
			},
			_ => Vec::new(),
		};
		let cache = env::var_os("PANTHEON_CACHE").map(PathBuf::from).or_else(|| {
			let base = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
			let base =
				base.or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
			base.map(|base| base.join("pantheon"))
		});
		on_path
			.into_iter()
			.chain(cache.map(|cache| cache.join(cached)))
			.find(|path| path.is_file())
			.unwrap_or_else(|| panic!("no bitcoind: let scripts/test build one, or set {named}"))
	}
}

/// A port of this machine that nobody uses.
pub fn free_port() -> u16 {
	TcpListener::bind("127.0.0.1:0")
		.and_then(|listener| listener.local_addr())
		.expect("a free port")
		.port()
}

/// A node with its own data folder, on loopback, without peers unless it is told to have some. Dies with the value.
pub struct Bitcoind {
	child: Child,
	build: Build,
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
		let node = Self::launch(Build::First, options);
		node.create_wallet(WALLET);
		node.mine_elsewhere(2);
		node
	}

	/// Starts a node that has nothing yet.
	pub fn launch(build: Build, options: &[&str]) -> Self {
		let dir = tempfile::tempdir().expect("temporary folder");
		let port = free_port();
		let options: Vec<String> = options.iter().map(ToString::to_string).collect();
		let child = Self::spawn(build, dir.path(), port, &options);
		let rpc =
			Rpc::new(&format!("http://127.0.0.1:{port}"), &dir.path().join("regtest/.cookie"));
		let node = Self { child, build, options, dir, port, rpc };
		node.wait();
		node
	}

	/// Starts a node whose wallet has one confirmed, mature coin.
	pub fn funded() -> Self {
		let node = Self::start();
		node.fund();
		node
	}

	fn spawn(build: Build, dir: &Path, port: u16, options: &[String]) -> Child {
		Command::new(build.exe())
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
		self.child = Self::spawn(self.build, self.dir.path(), self.port, &self.options);
		self.wait();
		if self.build == Build::First {
			self.open_wallet("loadwallet", WALLET);
		}
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

	/// The node as the service's second one.
	pub fn chain_only(&self) -> Core {
		Core::without_wallet(&self.url(), Credentials::CookieFile(self.cookie()))
	}
}

impl Drop for Bitcoind {
	fn drop(&mut self) {
		// Its data folder is about to go: there is nothing to save.
		let _ = self.child.kill();
		let _ = self.child.wait();
	}
}
