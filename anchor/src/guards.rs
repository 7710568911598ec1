//! What a Bitcoin node must show before anything is built on it: the right network and branch, and a tip
//! that is neither behind nor old.

use crate::{
	condition::Condition,
	machine::BlockPlace,
	rpc::{BitcoinRpc, Phase},
};
use bitcoin::{block::Header, consensus::deserialize, BlockHash};
use pantheon_primitives::bitcoin::{genesis_pin, BitcoinNetwork, PinnedHeader};

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
