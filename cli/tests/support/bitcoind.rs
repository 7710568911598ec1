//! A real Bitcoin Core on regtest, and anchors made with its wallet.

use bitcoincore_rpc::{Auth, Client, RpcApi};
use pantheon_client::AnchorFile;
use pantheon_primitives::{
	bitcoin::{payload, AnchorProof, OutPoint, Txid},
	Checkpoint,
};
use serde_json::{json, Value};
use std::{
	env,
	net::TcpListener,
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	thread,
	time::{Duration, Instant},
};

/// BITCOIND_EXE, PATH, or what scripts/setup built.
fn bitcoind_exe() -> PathBuf {
	if let Some(named) = env::var_os("BITCOIND_EXE") {
		return named.into();
	}
	let path = env::var_os("PATH").unwrap_or_default();
	let cache = env::var_os("PANTHEON_CACHE").map(PathBuf::from).or_else(|| {
		let base = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
		let base = base.or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
		base.map(|base| base.join("pantheon"))
	});
	env::split_paths(&path)
		.map(|dir| dir.join("bitcoind"))
		.chain(cache.map(|cache| cache.join("bitcoin/bin/bitcoind")))
		.find(|path| path.is_file())
		.expect("no bitcoind: run scripts/setup, which builds one, or set BITCOIND_EXE")
}

/// A node with its own data folder, on loopback, without peers. Dies with the value.
pub struct Bitcoind {
	child: Child,
	dir: tempfile::TempDir,
	port: u16,
}

/// An anchor transaction that was sent.
pub struct Sent {
	pub checkpoint: Checkpoint,
	pub txid: String,
}

impl Bitcoind {
	/// Starts a node whose wallet has one mature coin.
	pub fn funded() -> Self {
		let dir = tempfile::tempdir().unwrap();
		let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).unwrap().port();
		let child = Command::new(bitcoind_exe())
			.args(["-regtest", "-listen=0", "-dnsseed=0", "-server", "-printtoconsole=0"])
			.args(["-rpcbind=127.0.0.1", "-rpcallowip=127.0.0.1"])
			.arg(format!("-rpcport={port}"))
			.arg(format!("-datadir={}", dir.path().display()))
			.stdout(Stdio::null())
			.spawn()
			.expect("bitcoind starts");
		let node = Self { child, dir, port };
		let begun = Instant::now();
		while node.try_call("getblockcount", &[]).is_none() {
			assert!(begun.elapsed() < Duration::from_secs(60), "bitcoind does not get ready");
			thread::sleep(Duration::from_millis(100));
		}
		node.call("createwallet", &[json!("anchors")]);
		node.mine(101);
		node
	}

	pub fn url(&self) -> String {
		format!("http://127.0.0.1:{}", self.port)
	}

	pub fn cookie(&self) -> String {
		self.dir.path().join("regtest/.cookie").display().to_string()
	}

	fn try_call(&self, method: &str, args: &[Value]) -> Option<Value> {
		let auth = Auth::CookieFile(self.cookie().into());
		Client::new(&self.url(), auth).ok()?.call(method, args).ok()
	}

	pub fn call(&self, method: &str, args: &[Value]) -> Value {
		let auth = Auth::CookieFile(self.cookie().into());
		let client = Client::new(&self.url(), auth).unwrap();
		client.call(method, args).unwrap_or_else(|error| panic!("{method}: {error}"))
	}

	fn text(&self, method: &str, args: &[Value]) -> String {
		self.call(method, args).as_str().unwrap().to_owned()
	}

	/// Mines blocks to a new address of the wallet.
	pub fn mine(&self, count: u32) {
		let address = self.call("getnewaddress", &[]);
		self.call("generatetoaddress", &[json!(count), address]);
		self.call("syncwithvalidationinterfacequeue", &[]);
	}

	/// The wallet's one mature coin, of 50 BTC.
	pub fn coin(&self) -> OutPoint {
		let coins = self.call("listunspent", &[]);
		let coin = &coins.as_array().unwrap()[0];
		assert_eq!(coin["amount"].as_f64(), Some(50.0));
		format!("{}:{}", coin["txid"].as_str().unwrap(), coin["vout"]).parse().unwrap()
	}

	/// Sends a transaction that spends this output and leaves so many satoshi, with this data before it.
	fn spend(&self, spent: &OutPoint, data: Option<&[u8]>, left: u64) -> String {
		let address = self.text("getnewaddress", &[]);
		let change =
			json!({ address: format!("{}.{:08}", left / 100_000_000, left % 100_000_000) });
		let data = data.map(|data| json!({ "data": hex::encode(data) }));
		let outputs: Vec<Value> = data.into_iter().chain([change]).collect();
		let inputs = json!([{ "txid": spent.txid.to_string(), "vout": spent.vout }]);
		let raw = self.call("createrawtransaction", &[inputs, json!(outputs)]);
		let signed = self.call("signrawtransactionwithwallet", &[raw]);
		self.text("sendrawtransaction", &[signed["hex"].clone()])
	}

	/// Sends the anchor of a checkpoint; gives its change, as the service makes it.
	pub fn anchor(&self, checkpoint: Checkpoint, spent: &OutPoint, left: u64) -> (Sent, OutPoint) {
		let txid = self.spend(spent, Some(&payload(&checkpoint)), left);
		let change = format!("{txid}:1").parse().unwrap();
		(Sent { checkpoint, txid }, change)
	}

	/// Spends an output in a transaction that is no anchor.
	pub fn sweep(&self, spent: &OutPoint, left: u64) -> String {
		self.spend(spent, None, left)
	}

	/// Hash of the block that holds a transaction of the wallet, and its height.
	pub fn block_of(&self, txid: &str) -> (String, u32) {
		let known = self.call("gettransaction", &[json!(txid)]);
		let height = known["blockheight"].as_u64().expect("it is mined");
		(known["blockhash"].as_str().unwrap().to_owned(), height.try_into().unwrap())
	}

	/// The anchor file of a mined anchor, with `depth` blocks from its own on.
	pub fn file(&self, sent: &Sent, depth: u32) -> AnchorFile {
		let (block, height) = self.block_of(&sent.txid);
		let block = hex::decode(self.text("getblock", &[json!(block), json!(0)])).unwrap();
		let headers = (1..height + depth).map(|height| {
			let hash = self.call("getblockhash", &[json!(height)]);
			let header = self.text("getblockheader", &[hash, json!(false)]);
			hex::decode(header).unwrap().try_into().unwrap()
		});
		let origin: OutPoint = format!("{}:0", sent.txid).parse().unwrap();
		let txid: Txid = origin.txid;
		let proof = AnchorProof::build(&block, txid.as_bytes(), 1, headers.collect()).unwrap();
		AnchorFile { checkpoint: sent.checkpoint, proof }
	}
}

impl Drop for Bitcoind {
	fn drop(&mut self) {
		// Its data folder is about to go: there is nothing to save.
		let _ = self.child.kill();
		let _ = self.child.wait();
	}
}
