//! Following the spend chain on a Bitcoin node: whether the anchors given are in its best chain, and whether
//! anything was spent after the last of them.
//!
//! The node is believed about which chain has most work and what its blocks hold. Nothing that it says makes
//! an anchor valid: it can only take away from what the files show.

use super::Verdict;
use crate::{
	error::CliError,
	export::bitcoin::{BitcoinNode, BitcoinNodeError},
};
use pantheon_primitives::bitcoin::{
	header_hash,
	spend_chain::{AnchorSpend, LinkError, SpendChain},
	spender_in_block, BitcoinNetwork, OutPoint, Txid,
};
use serde::Deserialize;
use serde_json::{json, Value};

/// What a node says about the end of the chain.
pub(super) struct Followed {
	/// Height of its best chain.
	pub height: u32,
	/// An anchor that is in another block than the node's at that height, by its place in the chain.
	pub gone: Option<usize>,
	/// Anchors after the last one given.
	pub later: Vec<Later>,
	/// Where the chain ends.
	pub end: End,
}

/// An anchor that was not given. What it commits to can't be told without its checkpoint.
pub(super) struct Later {
	pub txid: Txid,
	pub height: u32,
	pub commitment: [u8; 32],
}

/// The end of the chain.
pub(super) enum End {
	/// Nothing spends the last change.
	Unspent(OutPoint),
	/// A transaction in the node's mempool spends it: the next anchor on its way, or the end of the chain.
	InMempool(OutPoint),
	/// A transaction that is no anchor has spent it.
	Left { txid: Txid, height: u32, why: LinkError },
	/// It was not looked for, since an anchor is gone.
	Unknown,
}

impl Followed {
	pub(super) fn verdict(&self) -> Verdict {
		match (&self.gone, &self.end) {
			(Some(_), _) | (_, End::Left { .. }) => Verdict::Invalid,
			_ if self.later.is_empty() => Verdict::Verified,
			_ => Verdict::Stale,
		}
	}
}

#[derive(Deserialize)]
struct ChainInfo {
	chain: String,
	blocks: u32,
	initialblockdownload: bool,
}

/// Bitcoin Core's name for a network.
const fn name(network: BitcoinNetwork) -> &'static str {
	match network {
		BitcoinNetwork::Mainnet => "main",
		BitcoinNetwork::Signet => "signet",
		BitcoinNetwork::Regtest => "regtest",
	}
}

/// Compares the chain with the node's blocks and follows its end. `say` is told each block that is read.
pub(super) fn follow(
	node: &BitcoinNode,
	network: BitcoinNetwork,
	chain: &SpendChain,
	say: impl Fn(u32),
) -> Result<Followed, CliError> {
	let info: ChainInfo = node.call("getblockchaininfo", &[])?;
	let unfit = |reason: String| node.error("getblockchaininfo", &reason);
	if info.chain != name(network) {
		let reason = format!("it is a node of {}, the trust file is for {network}", info.chain);
		return Err(unfit(reason).into());
	}
	if info.initialblockdownload {
		return Err(unfit("it is still downloading the chain".into()).into());
	}
	let mut followed =
		Followed { height: info.blocks, gone: None, later: Vec::new(), end: End::Unknown };
	for (place, anchor) in chain.anchors.iter().enumerate() {
		let is_in = anchor.at.height <= info.blocks
			&& header_hash(&node.header(anchor.at.height)?) == anchor.at.block_hash;
		if !is_in {
			followed.gone = Some(place);
			return Ok(followed);
		}
	}
	let (mut tip, mut height) = (chain.tip, chain.anchors.last().map_or(0, |last| last.at.height));
	followed.end = loop {
		if is_unspent(node, &tip, Mempool::Counts)? {
			break End::Unspent(tip);
		}
		if is_unspent(node, &tip, Mempool::Ignored)? {
			break End::InMempool(tip);
		}
		let Some((at, transaction)) = find_spender(node, &tip, height..=info.blocks, &say)? else {
			let reason = format!("no block up to {} spends {tip}: try again", info.blocks);
			return Err(node.error("gettxout", &reason).into());
		};
		match AnchorSpend::read(&transaction) {
			Ok(AnchorSpend { txid, commitment, change, .. }) => {
				followed.later.push(Later { txid, height: at, commitment });
				(tip, height) = (change, at);
			},
			Err(why) => {
				let txid = Txid::of(&transaction);
				break End::Left { txid, height: at, why };
			},
		}
	};
	Ok(followed)
}

/// Whether a spend that no block holds yet is one.
#[derive(Clone, Copy)]
enum Mempool {
	Counts,
	Ignored,
}

fn is_unspent(
	node: &BitcoinNode,
	output: &OutPoint,
	mempool: Mempool,
) -> Result<bool, BitcoinNodeError> {
	let args = [
		json!(output.txid.to_string()),
		json!(output.vout),
		json!(matches!(mempool, Mempool::Counts)),
	];
	Ok(node.call::<Option<Value>>("gettxout", &args)?.is_some())
}

/// The first of these blocks with a transaction that spends the output. Core has no index of spenders that
/// could be relied on to be there, so the blocks are read.
fn find_spender(
	node: &BitcoinNode,
	output: &OutPoint,
	heights: std::ops::RangeInclusive<u32>,
	say: &impl Fn(u32),
) -> Result<Option<(u32, Vec<u8>)>, BitcoinNodeError> {
	for height in heights {
		say(height);
		let hash: String = node.call("getblockhash", &[json!(height)])?;
		let block: String = node.call("getblock", &[json!(hash), json!(0)])?;
		let block = hex::decode(block).map_err(|error| node.error("getblock", &error))?;
		let spender =
			spender_in_block(&block, output).map_err(|error| node.error("getblock", &error))?;
		if let Some(transaction) = spender {
			return Ok(Some((height, transaction)));
		}
	}
	Ok(None)
}
