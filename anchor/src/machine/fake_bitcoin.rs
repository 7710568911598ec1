//! A Bitcoin chain with a mempool, as far as the machine can tell: replacement by the rules of BIP 125, eviction,
//! reorganisations, and miners who take what was replaced.

use super::{BlockPlace, SendOutcome, Version, Whereabouts};
use crate::condition::Condition;
use bitcoin::{hashes::Hash, BlockHash, OutPoint, Txid};

/// A digest of a kind: its last byte tells which.
pub fn digest(tag: u8, number: u64) -> [u8; 32] {
	let mut out = [tag; 32];
	out[..8].copy_from_slice(&number.to_le_bytes());
	out
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tx {
	pub txid: Txid,
	pub input: OutPoint,
	pub fee: u64,
}

/// What a replacement must pay beyond what it replaces, in satoshi.
pub const INCREMENT: u64 = 157;

/// Blocks and mempool. Block 0 is the genesis block; its hash changes with each branch.
#[derive(Debug)]
pub struct FakeBitcoin {
	pub blocks: Vec<(BlockHash, Vec<Tx>)>,
	pub mempool: Vec<Tx>,
	/// The least fee that the mempool takes, in satoshi.
	pub floor: u64,
	next: u64,
}

impl FakeBitcoin {
	pub fn new() -> Self {
		let mut out = Self { blocks: Vec::new(), mempool: Vec::new(), floor: 157, next: 0 };
		out.mine_empty(10);
		out
	}

	pub fn number(&mut self) -> u64 {
		self.next += 1;
		self.next
	}

	pub fn tip(&self) -> BlockPlace {
		let (hash, _) = self.blocks.last().expect("there is a genesis block");
		BlockPlace { height: self.blocks.len() as u32 - 1, hash: *hash }
	}

	pub fn mine_empty(&mut self, count: usize) {
		for _ in 0..count {
			let hash = BlockHash::from_byte_array(digest(0xbb, self.number()));
			self.blocks.push((hash, Vec::new()));
		}
	}

	pub fn mine(&mut self) {
		self.mine_empty(1);
		let txs = std::mem::take(&mut self.mempool);
		self.blocks.last_mut().expect("just mined").1 = txs;
	}

	/// Replaces the last `depth` blocks by one empty block more; their transactions become unmined.
	pub fn reorg(&mut self, depth: usize) {
		let mut back = Vec::new();
		for _ in 0..depth.min(self.blocks.len() - 2) {
			let (_, txs) = self.blocks.pop().expect("never down to nothing");
			back.splice(0..0, txs);
		}
		let count = depth + 1;
		back.append(&mut self.mempool);
		self.mempool = back;
		self.mine_empty(count);
	}

	fn all(&self) -> impl Iterator<Item = &Tx> {
		self.blocks.iter().flat_map(|(_, txs)| txs).chain(&self.mempool)
	}

	pub fn mined(&self) -> Vec<Txid> {
		self.blocks.iter().flat_map(|(_, txs)| txs).map(|tx| tx.txid).collect()
	}

	pub fn whereabouts(&self, tx: &Version) -> Whereabouts {
		for (height, (hash, txs)) in self.blocks.iter().enumerate() {
			if txs.iter().any(|t| t.txid == tx.txid) {
				return Whereabouts::InBlock(BlockPlace { height: height as u32, hash: *hash });
			}
			if txs.iter().any(|t| t.input == tx.inputs[0]) {
				return Whereabouts::Conflicted;
			}
		}
		match self.mempool.iter().any(|t| t.txid == tx.txid) {
			true => Whereabouts::InMempool,
			false => Whereabouts::Nowhere,
		}
	}

	pub fn send(&mut self, tx: &Version) -> SendOutcome {
		match self.whereabouts(tx) {
			Whereabouts::InBlock(_) => return SendOutcome::AlreadyMined,
			Whereabouts::InMempool => return SendOutcome::Accepted,
			Whereabouts::Conflicted => return refused("bad-txns-inputs-missingorspent"),
			Whereabouts::Nowhere => {},
		}
		let input = tx.inputs[0];
		let fee = tx.fee.to_sat();
		let funded_by_wallet = input.txid.to_byte_array()[31] == 0xaa;
		if !funded_by_wallet && !self.all().any(|t| t.txid == input.txid) {
			return refused("bad-txns-inputs-missingorspent");
		}
		if fee < self.floor {
			return refused("min relay fee not met");
		}
		let conflicts = self.conflicts(&input);
		let replaced: u64 = conflicts.iter().map(|t| t.fee).sum();
		if !conflicts.is_empty() && fee < replaced + INCREMENT {
			return refused("insufficient fee, rejecting replacement");
		}
		self.mempool.retain(|t| !conflicts.contains(t));
		self.mempool.push(Tx { txid: tx.txid, input, fee });
		SendOutcome::Accepted
	}

	/// What in the mempool spends that output, with everything that spends from it.
	pub fn conflicts(&self, input: &OutPoint) -> Vec<Tx> {
		let mut found: Vec<Tx> = Vec::new();
		for tx in &self.mempool {
			if tx.input == *input || found.iter().any(|f| f.txid == tx.input.txid) {
				found.push(tx.clone());
			}
		}
		found
	}

	/// A miner who has not heard of a replacement mines what was replaced.
	pub fn mine_replaced(&mut self, old: &Version) {
		let conflicts = self.conflicts(&old.inputs[0]);
		if let Some(position) = self.mempool.iter().position(|t| t.input == old.inputs[0]) {
			let (txid, input, fee) = (old.txid, old.inputs[0], old.fee.to_sat());
			self.mempool[position] = Tx { txid, input, fee };
			self.mempool.retain(|t| t.txid == txid || !conflicts.contains(t));
		}
		self.mine();
	}

	/// The node drops what pays less than its floor, with everything that spends from it.
	pub fn raise_floor(&mut self, floor: u64) {
		self.floor = floor;
		let mut gone: Vec<Txid> = Vec::new();
		self.mempool.retain(|t| {
			let keep = t.fee >= floor && !gone.contains(&t.input.txid);
			if !keep {
				gone.push(t.txid);
			}
			keep
		});
	}
}

pub fn refused(reason: &str) -> SendOutcome {
	SendOutcome::Refused(Condition::TransactionRefused { reason: reason.into() })
}
