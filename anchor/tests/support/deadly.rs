//! A Bitcoin client whose process dies at a chosen point.

use bitcoin::{Transaction, Txid};
use pantheon_anchor::{
	condition::Condition,
	machine::{SendOutcome, Whereabouts},
	rpc::{Acceptance, BitcoinRpc, ChainInfo, Core, FeeRate, FundRequest, Unsigned, Unspent},
};
use std::{process::Command, thread, time::Duration};

/// Where the process dies.
pub const CRASH_AT: &str = "PANTHEON_TEST_CRASH_AT";

/// Core, until it is time to die by SIGKILL.
pub struct Deadly {
	pub core: Core,
	pub at: String,
}

impl Deadly {
	fn die_at(&self, point: &str) {
		if self.at == point {
			let me = std::process::id().to_string();
			Command::new("kill").args(["-KILL", &me]).status().expect("kill runs");
			thread::sleep(Duration::from_secs(60));
		}
	}
}

impl BitcoinRpc for Deadly {
	fn chain_info(&self) -> Result<ChainInfo, Condition> {
		self.core.chain_info()
	}
	fn block_hash(&self, height: u32) -> Result<Option<bitcoin::BlockHash>, Condition> {
		self.core.block_hash(height)
	}
	fn header(&self, hash: &bitcoin::BlockHash) -> Result<bitcoin::block::Header, Condition> {
		self.core.header(hash)
	}
	fn block(&self, hash: &bitcoin::BlockHash) -> Result<Vec<u8>, Condition> {
		self.core.block(hash)
	}
	fn relay_floor(&self) -> Result<FeeRate, Condition> {
		self.core.relay_floor()
	}
	fn estimate_fee(&self, blocks: u16) -> Result<Option<FeeRate>, Condition> {
		self.core.estimate_fee(blocks)
	}
	fn unspent(&self) -> Result<Vec<Unspent>, Condition> {
		self.core.unspent()
	}
	fn unspent_value(
		&self,
		outpoint: &bitcoin::OutPoint,
	) -> Result<Option<bitcoin::Amount>, Condition> {
		self.core.unspent_value(outpoint)
	}
	fn fund(&self, request: &FundRequest) -> Result<Unsigned, Condition> {
		self.core.fund(request)
	}
	fn sign(&self, unsigned: &Unsigned) -> Result<Transaction, Condition> {
		let signed = self.core.sign(unsigned);
		self.die_at("signed");
		signed
	}
	fn test_accept(&self, transaction: &Transaction) -> Result<Acceptance, Condition> {
		let verdict = self.core.test_accept(transaction);
		self.die_at("before the journal");
		verdict
	}
	fn send(&self, raw: &[u8]) -> SendOutcome {
		self.die_at("journalled, not sent");
		let outcome = self.core.send(raw);
		self.die_at("sent, not journalled");
		outcome
	}
	fn whereabouts(&self, txid: &Txid) -> Result<Whereabouts, Condition> {
		self.die_at("broadcast");
		self.core.whereabouts(txid)
	}
}
