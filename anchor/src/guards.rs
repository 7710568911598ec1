//! What a Bitcoin node must show before anything is built on it: the right network and branch, a tip that is
//! neither behind nor old, and, where there is a second node, the same chain as that one.

use crate::{
	condition::Condition,
	machine::BlockPlace,
	rpc::{BitcoinRpc, Phase},
};
use bitcoin::{block::Header, consensus::deserialize, BlockHash};
use pantheon_primitives::bitcoin::{genesis_pin, BitcoinNetwork, PinnedHeader};

/// Newest blocks in which two honest nodes may differ: both ends of the network find a block now and then.
const RACE: u32 = 2;
/// Blocks by which the second node may lag, or be ahead.
const LAG: u32 = 3;

/// What is expected of the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guards {
	/// The network.
	pub network: BitcoinNetwork,
	/// The trust file's pinned header: proofs start from it, so the node must have it.
	pub trusted: PinnedHeader,
	/// A block that the operator pins besides, to stay on one branch after a split.
	pub pinned: Option<BlockPlace>,
	/// The greatest age of the newest block, in seconds. Not asked of regtest, where blocks come
	/// when somebody makes them.
	pub max_tip_age: u64,
}

/// The hash of a pinned header; none if its bytes are no header.
pub fn pinned_hash(pin: &PinnedHeader) -> Option<BlockHash> {
	deserialize::<Header>(&pin.header).ok().map(|header| header.block_hash())
}

impl Guards {
	/// Asks both nodes and gives the first one's tip. `now` is seconds since 1970.
	pub fn check_both<R: BitcoinRpc>(
		&self,
		rpc: &R,
		second: Option<&R>,
		now: u64,
	) -> Result<BlockPlace, Condition> {
		let tip = self.check(rpc, now)?;
		if let Some(second) = second {
			self.agree(rpc, &tip, second)?;
		}
		Ok(tip)
	}

	/// The second node has the same block a little below the lower of the two tips.
	fn agree(
		&self,
		rpc: &impl BitcoinRpc,
		tip: &BlockPlace,
		second: &impl BitcoinRpc,
	) -> Result<(), Condition> {
		let unusable = |detail: String| Condition::SecondNodeUnusable { detail };
		let other = second.chain_info().map_err(|error| unusable(error.to_string()))?;
		if other.phase == Phase::InitialDownload || other.height.saturating_add(LAG) < tip.height {
			return Err(unusable(format!(
				"it is at block {}, the first at block {}",
				other.height, tip.height
			)));
		}
		if tip.height.saturating_add(LAG) < other.height {
			let first = format!("nothing (its newest block is {})", tip.height);
			let (height, second) = (other.height, other.hash.to_string());
			return Err(Condition::NodesDisagree { height, first, second });
		}
		let height = tip.height.min(other.height).saturating_sub(RACE);
		let theirs = second.block_hash(height).map_err(|error| unusable(error.to_string()))?;
		let ours = rpc.block_hash(height)?;
		if ours == theirs {
			return Ok(());
		}
		let name = |hash: Option<BlockHash>| hash.map_or("none".into(), |h| h.to_string());
		Err(Condition::NodesDisagree { height, first: name(ours), second: name(theirs) })
	}

	/// Asks the node and gives its tip. `now` is seconds since 1970.
	pub fn check(&self, rpc: &impl BitcoinRpc, now: u64) -> Result<BlockPlace, Condition> {
		let info = rpc.chain_info()?;
		let genesis = PinnedHeader { height: 0, ..genesis_pin(self.network) };
		self.insist(rpc, &info.network, &genesis)?;
		self.insist(rpc, &info.network, &self.trusted)?;
		if info.phase == Phase::InitialDownload {
			return Err(Condition::InitialDownload { height: info.height });
		}
		if let Some(pin) = self.pinned {
			self.insist_hash(rpc, &info.network, pin)?;
		}
		if self.network != BitcoinNetwork::Regtest {
			let time = u64::from(rpc.header(&info.hash)?.time);
			// Miners may set a time up to two hours ahead: then the age is zero.
			let age_seconds = now.saturating_sub(time);
			if age_seconds > self.max_tip_age {
				return Err(Condition::StaleTip { height: info.height, age_seconds });
			}
		}
		Ok(BlockPlace { height: info.height, hash: info.hash })
	}

	fn insist(
		&self,
		rpc: &impl BitcoinRpc,
		network: &str,
		pin: &PinnedHeader,
	) -> Result<(), Condition> {
		let Some(hash) = pinned_hash(pin) else {
			return Err(self.wrong(network, "a readable pinned header".into(), "none".into()));
		};
		self.insist_hash(rpc, network, BlockPlace { height: pin.height, hash })
	}

	fn insist_hash(
		&self,
		rpc: &impl BitcoinRpc,
		network: &str,
		pin: BlockPlace,
	) -> Result<(), Condition> {
		match rpc.block_hash(pin.height)? {
			Some(hash) if hash == pin.hash => Ok(()),
			Some(hash) => {
				let block = |hash| format!("block {} = {hash}", pin.height);
				Err(self.wrong(network, block(pin.hash), block(hash)))
			},
			// It may simply not be there yet; nothing is built before it is.
			None => Err(Condition::InitialDownload { height: pin.height.saturating_sub(1) }),
		}
	}

	fn wrong(&self, network: &str, expected: String, found: String) -> Condition {
		Condition::WrongBitcoinChain {
			expected: format!("{} with {expected}", self.network),
			found: format!("{network} with {found}"),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		machine::{SendOutcome, Whereabouts},
		rpc::{Acceptance, ChainInfo, FeeRate, FundRequest, MempoolFees, Unsigned, Unspent, View},
	};
	use bitcoin::{hashes::Hash, Amount, OutPoint, Transaction, Txid};

	const NOW: u64 = 1_800_000_000;

	/// A node of which only the chain is asked: mainnet's genesis block and made-up ones on top.
	#[derive(Clone)]
	struct Node {
		height: u32,
		phase: Phase,
		/// From this height on its blocks are others.
		branches_at: u32,
		/// Of its newest block.
		time: u64,
	}

	fn node(height: u32) -> Node {
		Node { height, phase: Phase::Following, branches_at: u32::MAX, time: NOW - 600 }
	}

	fn asked_for_nothing_else() -> Condition {
		Condition::BitcoinError { method: "test".into(), code: 0, detail: String::new() }
	}

	impl Node {
		fn hash(&self, height: u32) -> BlockHash {
			let genesis = genesis_pin(BitcoinNetwork::Mainnet);
			if height == 0 {
				return pinned_hash(&genesis).expect("a header");
			}
			let branch = u8::from(height >= self.branches_at);
			let mut hash = [branch; 32];
			hash[..4].copy_from_slice(&height.to_le_bytes());
			BlockHash::from_byte_array(hash)
		}
	}

	impl BitcoinRpc for Node {
		fn chain_info(&self) -> Result<ChainInfo, Condition> {
			let (height, hash) = (self.height, self.hash(self.height));
			Ok(ChainInfo { network: "main".into(), height, hash, phase: self.phase })
		}
		fn block_hash(&self, height: u32) -> Result<Option<BlockHash>, Condition> {
			Ok((height <= self.height).then(|| self.hash(height)))
		}
		fn header(&self, _: &BlockHash) -> Result<Header, Condition> {
			let genesis = genesis_pin(BitcoinNetwork::Mainnet);
			let mut header: Header = deserialize(&genesis.header).expect("a header");
			header.time = u32::try_from(self.time).expect("before 2106");
			Ok(header)
		}
		fn block(&self, _: &BlockHash) -> Result<Vec<u8>, Condition> {
			Err(asked_for_nothing_else())
		}
		fn mempool_fees(&self) -> Result<MempoolFees, Condition> {
			Err(asked_for_nothing_else())
		}
		fn mempool_cost(&self, _: &Txid) -> Result<Option<Amount>, Condition> {
			Err(asked_for_nothing_else())
		}
		fn estimate_fee(&self, _: u16) -> Result<Option<FeeRate>, Condition> {
			Err(asked_for_nothing_else())
		}
		fn unspent(&self) -> Result<Vec<Unspent>, Condition> {
			Err(asked_for_nothing_else())
		}
		fn unspent_value(&self, _: &OutPoint, _: View) -> Result<Option<Amount>, Condition> {
			Err(asked_for_nothing_else())
		}
		fn fund(&self, _: &FundRequest) -> Result<Unsigned, Condition> {
			Err(asked_for_nothing_else())
		}
		fn sign(&self, _: &Unsigned) -> Result<Transaction, Condition> {
			Err(asked_for_nothing_else())
		}
		fn test_accept(&self, _: &Transaction) -> Result<Acceptance, Condition> {
			Err(asked_for_nothing_else())
		}
		fn send(&self, _: &[u8]) -> SendOutcome {
			SendOutcome::Unknown(asked_for_nothing_else())
		}
		fn whereabouts(&self, _: &Txid) -> Result<Whereabouts, Condition> {
			Err(asked_for_nothing_else())
		}
	}

	fn guards() -> Guards {
		Guards {
			network: BitcoinNetwork::Mainnet,
			trusted: genesis_pin(BitcoinNetwork::Mainnet),
			pinned: None,
			max_tip_age: 10_800,
		}
	}

	fn name(checked: Result<BlockPlace, Condition>) -> &'static str {
		checked.map_or_else(|condition| condition.name(), |_| "usable")
	}

	#[test]
	fn a_node_that_is_behind_or_elsewhere_is_named() {
		let usable = node(1_000);
		assert_eq!(name(guards().check(&usable, NOW)), "usable");
		let download = Node { phase: Phase::InitialDownload, ..usable.clone() };
		assert_eq!(name(guards().check(&download, NOW)), "initial-download");
		assert_eq!(name(guards().check(&usable, NOW + 10_800)), "stale-tip");
		assert_eq!(name(guards().check(&usable, NOW + 10_000)), "usable");
		// Miners may set their clocks ahead.
		let ahead = Node { time: NOW + 7_000, ..usable.clone() };
		assert_eq!(name(guards().check(&ahead, NOW)), "usable");
		let signet = Guards {
			network: BitcoinNetwork::Signet,
			trusted: genesis_pin(BitcoinNetwork::Signet),
			..guards()
		};
		assert_eq!(name(signet.check(&usable, NOW)), "wrong-bitcoin-chain");
		let place = BlockPlace { height: 900, hash: usable.hash(900) };
		let pinned = Guards { pinned: Some(place), ..guards() };
		assert_eq!(name(pinned.check(&usable, NOW)), "usable");
		let split = Node { branches_at: 900, ..usable };
		assert_eq!(name(pinned.check(&split, NOW)), "wrong-bitcoin-chain");
		assert_eq!(name(pinned.check(&node(899), NOW)), "initial-download");
	}

	#[test]
	fn a_second_node_must_have_the_same_chain_but_for_the_newest_blocks() {
		let first = node(1_000);
		let with = |second: Node| name(guards().check_both(&first, Some(&second), NOW));
		assert_eq!(with(node(1_000)), "usable");
		assert_eq!(with(node(997)), "usable");
		assert_eq!(with(node(1_003)), "usable");
		assert_eq!(with(node(996)), "second-node-unusable");
		assert_eq!(with(node(1_004)), "nodes-disagree", "the first one is cut off");
		// Two blocks found at once, and a second on top: that happens, and passes.
		assert_eq!(with(Node { branches_at: 999, ..node(1_000) }), "usable");
		assert_eq!(with(Node { branches_at: 998, ..node(1_000) }), "nodes-disagree");
		assert_eq!(with(Node { branches_at: 998, ..node(1_003) }), "nodes-disagree");
		let download = Node { phase: Phase::InitialDownload, ..node(1_000) };
		assert_eq!(with(download), "second-node-unusable");
	}
}
