//! Nodes of two versions of Bitcoin Core that are peers of one another.

use super::{free_port, Bitcoind, Build};
use serde_json::{json, Value};
use std::{
	ops::{Deref, DerefMut},
	thread,
	time::{Duration, Instant},
};

/// Peers of this machine relay transactions at once, and are forgiven for blocks that a test has declared invalid.
const TRUSTED_PEERS: &str = "-whitelist=noban,in,out@127.0.0.1";

/// A node with a wallet that others may dial.
pub struct Listener {
	node: Bitcoind,
	address: String,
}

impl Listener {
	/// Starts one with an empty wallet and two blocks.
	pub fn start_with(options: &[&str]) -> Self {
		let address = format!("127.0.0.1:{}", free_port());
		let bind = format!("-bind={address}");
		let ours = ["-listen=1", "-listenonion=0", TRUSTED_PEERS, bind.as_str()];
		Self { node: Bitcoind::start_with(&[&ours[..], options].concat()), address }
	}

	/// Starts one whose wallet has one confirmed, mature coin.
	pub fn funded() -> Self {
		let node = Self::start_with(&[]);
		node.fund();
		node
	}
}

impl Deref for Listener {
	type Target = Bitcoind;

	fn deref(&self) -> &Bitcoind {
		&self.node
	}
}

impl DerefMut for Listener {
	fn deref_mut(&mut self) -> &mut Bitcoind {
		&mut self.node
	}
}

/// Starts a node of the second build, without a wallet or a block.
pub fn second_core() -> Bitcoind {
	Bitcoind::launch(Build::Second, &[TRUSTED_PEERS])
}

/// Has one node dial the other, and waits until they have the same chain and relay to each other.
pub fn join(from: &Bitcoind, to: &Listener) {
	from.call("setnetworkactive", &[json!(true)]);
	from.call("addnode", &[json!(to.address), json!("onetry")]);
	settle(&[from, to]);
	eventually("they relay transactions", || {
		asks_for_transactions(from) && asks_for_transactions(to)
	});
}

/// Ends every connection of a node.
pub fn cut_off(node: &Bitcoind) {
	node.call("setnetworkactive", &[json!(false)]);
	eventually("it is cut off", || peers(node).is_empty());
}

/// Waits until they have the same newest block, and their wallets have seen it.
pub fn settle(nodes: &[&Bitcoind]) {
	let tip = |node: &&Bitcoind| node.call("getbestblockhash", &[]);
	eventually("they have one chain", || {
		let mut tips = nodes.iter().map(tip);
		let first = tips.next();
		tips.all(|other| Some(&other) == first.as_ref())
	});
	for node in nodes {
		node.call("syncwithvalidationinterfacequeue", &[]);
	}
}

/// Waits for something that nodes do in their own time.
pub fn eventually(what: &str, done: impl Fn() -> bool) {
	let begun = Instant::now();
	while !done() {
		assert!(begun.elapsed() < Duration::from_secs(180), "in vain: {what}");
		thread::sleep(Duration::from_millis(50));
	}
}

fn peers(node: &Bitcoind) -> Vec<Value> {
	serde_json::from_value(node.call("getpeerinfo", &[])).expect("a list")
}

/// Whether every peer of the node has told it from which fee on it wants transactions. A peer that still downloads the
/// chain names a fee that nobody pays, and what is not announced then is never announced.
fn asks_for_transactions(node: &Bitcoind) -> bool {
	let peers = peers(node);
	let reasonable = |peer: &Value| {
		peer["minfeefilter"]
			.as_f64()
			.is_some_and(|btc_per_kvb| btc_per_kvb > 0.0 && btc_per_kvb < 0.001)
	};
	!peers.is_empty() && peers.iter().all(reasonable)
}
