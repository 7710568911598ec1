//! What an anchor pays: the node's estimate, above what really relays, under the operator's ceilings; and the
//! size that a transaction has, from which every cost is computed.

use crate::{
	condition::Condition,
	rpc::{BitcoinRpc, FeeRate},
};
use bitcoin::{
	absolute::LockTime, hashes::Hash, transaction::Version, Amount, OutPoint, ScriptBuf, Sequence,
	Transaction, TxIn, TxOut, Txid, WPubkeyHash, Witness,
};
use pantheon_primitives::{bitcoin::payload_script, Checkpoint};

/// More than any anchor with two inputs takes, in virtual bytes. Used to judge whether an input suffices.
pub const MOST_VBYTES: u64 = 260;
/// What a further input adds, in virtual bytes.
pub const INPUT_VBYTES: u64 = 69;
/// A replacement pays at least this much more than what it replaces, in percent: an outbid by a single satoshi
/// relays, but seldom finds a miner.
const BUMP_PERCENT: u64 = 25;

/// What may be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeePolicy {
	/// Blocks within which an anchor should confirm: the target of the node's estimate.
	pub target_blocks: u16,
	/// The rate where the node has no estimate.
	pub fallback: FeeRate,
	/// The highest rate ever paid.
	pub ceiling: FeeRate,
	/// The highest fee of one transaction.
	pub most: Amount,
}

impl FeePolicy {
	/// The most that a transaction of that size may pay.
	pub fn most(&self, vbytes: u64) -> Amount {
		self.ceiling.fee(vbytes).min(self.most)
	}

	/// The highest rate that a transaction of that size may pay.
	pub fn ceiling_for(&self, vbytes: u64) -> FeeRate {
		let by_fee = self.most.to_sat().saturating_mul(1_000) / vbytes.max(1);
		self.ceiling.min(FeeRate::per_kvb(by_fee))
	}

	/// The condition of a fee above the ceilings.
	pub fn too_dear(&self, fee: Amount, vbytes: u64) -> Condition {
		let (rate, ceiling) = (FeeRate::of(fee, vbytes), self.ceiling_for(vbytes));
		Condition::FeeCeiling { rate: rate.to_per_kvb(), ceiling: ceiling.to_per_kvb() }
	}
}

/// The rate to pay now: the node's estimate, not below what relays everywhere, not above the ceilings
/// for a transaction of that size.
pub fn choose_rate(
	rpc: &impl BitcoinRpc,
	policy: &FeePolicy,
	vbytes: u64,
) -> Result<FeeRate, Condition> {
	let floor = rpc.mempool_fees()?.floor.max(FeeRate::RELAYED_EVERYWHERE);
	let wanted = rpc.estimate_fee(policy.target_blocks)?.unwrap_or(policy.fallback);
	within(policy, floor, wanted, vbytes)
}

/// The rate of a replacement of the same size: the node's estimate, but at least a quarter above what it
/// replaces, and by the relay rule (BIP 125) at least the node's increment more, which is never taken to be
/// less than 1 sat/vB: nodes of other versions must relay it too.
pub fn replacement_rate(
	rpc: &impl BitcoinRpc,
	policy: &FeePolicy,
	replaced: Amount,
	vbytes: u64,
) -> Result<FeeRate, Condition> {
	let fees = rpc.mempool_fees()?;
	// The wallet's estimate of a size may exceed the real one by a byte per signature; the rate is set so that
	// a transaction that is a byte smaller still pays enough.
	let old = FeeRate::of(replaced, vbytes.saturating_sub(1));
	let step = fees.increment.max(FeeRate::RELAYED_EVERYWHERE);
	let raised =
		FeeRate::per_kvb(old.to_per_kvb().saturating_mul(100 + BUMP_PERCENT).div_ceil(100));
	let floor = fees.floor.max(old.plus(step)).max(FeeRate::RELAYED_EVERYWHERE);
	let wanted = rpc.estimate_fee(policy.target_blocks)?.unwrap_or(policy.fallback).max(raised);
	within(policy, floor, wanted, vbytes)
}

fn within(
	policy: &FeePolicy,
	floor: FeeRate,
	wanted: FeeRate,
	vbytes: u64,
) -> Result<FeeRate, Condition> {
	// The wallet may pay for a byte more per signature.
	let ceiling = policy.ceiling_for(vbytes.saturating_add(2));
	if floor > ceiling {
		let (rate, ceiling) = (floor.to_per_kvb(), ceiling.to_per_kvb());
		return Err(Condition::FeeCeiling { rate, ceiling });
	}
	Ok(wanted.max(floor).min(ceiling))
}

/// The real size of an anchor with one input, in virtual bytes: of a transaction as the service sends it, with
/// a signature of the length that Bitcoin Core makes. A test compares it with what bitcoind signs.
pub fn anchor_vbytes() -> u64 {
	// A DER signature with low R and low S takes 70 bytes or, seldom, less; one byte says what it covers.
	let witness = Witness::from_slice(&[vec![0; 71], vec![0; 33]]);
	let checkpoint = Checkpoint {
		genesis: [0; 32].into(),
		block_number: 0,
		block_hash: [0; 32].into(),
		log_size: 0,
		log_root: [0; 32].into(),
	};
	let output = |script_pubkey| TxOut { value: Amount::ZERO, script_pubkey };
	let transaction = Transaction {
		version: Version::TWO,
		lock_time: LockTime::ZERO,
		input: vec![TxIn {
			previous_output: OutPoint::new(Txid::all_zeros(), 0),
			script_sig: ScriptBuf::new(),
			sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
			witness,
		}],
		output: vec![
			output(ScriptBuf::from_bytes(payload_script(&checkpoint))),
			output(ScriptBuf::new_p2wpkh(&WPubkeyHash::all_zeros())),
		],
	};
	transaction.vsize() as u64
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn policy(rate: u64, most: u64) -> FeePolicy {
		FeePolicy {
			target_blocks: 6,
			fallback: FeeRate::per_kvb(2_000),
			ceiling: FeeRate::per_kvb(rate),
			most: Amount::from_sat(most),
		}
	}

	#[test]
	fn both_ceilings_bind() {
		let by_rate = policy(10_000, 1_000_000);
		assert_eq!(by_rate.most(155), Amount::from_sat(1_550));
		let by_fee = policy(10_000, 1_000);
		assert_eq!(by_fee.most(155), Amount::from_sat(1_000));
		assert_eq!(by_fee.ceiling_for(155), FeeRate::per_kvb(6_451));
		assert_eq!(by_fee.ceiling_for(155).fee(155), Amount::from_sat(1_000));
		assert_eq!(
			by_fee.too_dear(Amount::from_sat(1_550), 155),
			Condition::FeeCeiling { rate: 10_000, ceiling: 6_451 }
		);
	}

	proptest! {
		/// A rate is never outside floor and ceilings, and the ceilings come first.
		#[test]
		fn within_bounds_or_refused(
			floor in 0u64..200_000,
			wanted in 0u64..200_000,
			rate in 1u64..200_000,
			most in 1u64..50_000,
			vbytes in 100u64..260,
		) {
			let policy = policy(rate, most);
			match within(&policy, FeeRate::per_kvb(floor), FeeRate::per_kvb(wanted), vbytes) {
				Ok(chosen) => {
					prop_assert!(chosen.to_per_kvb() >= floor);
					prop_assert!(chosen.fee(vbytes) <= policy.most(vbytes));
				},
				Err(Condition::FeeCeiling { .. }) => {
					prop_assert!(FeeRate::per_kvb(floor) > policy.ceiling_for(vbytes + 2));
				},
				Err(other) => prop_assert!(false, "{other}"),
			}
		}

		/// What pays the old rate plus a step on the same size outbids it by the step.
		#[test]
		fn a_rate_of_a_fee_pays_that_fee(fee in 0u64..1_000_000, vbytes in 1u64..400) {
			let rate = FeeRate::of(Amount::from_sat(fee), vbytes);
			prop_assert!(rate.fee(vbytes).to_sat() >= fee);
		}
	}
}
