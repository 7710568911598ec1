//! Builds and signs an anchor transaction: one confirmed input, one data output, one change output.
//!
//! The input is chosen here and not by the wallet: the previous anchor's change, so that the anchors form
//! one spend chain that anybody can follow. Where that change has run low, one more confirmed output of the
//! wallet is added as second input. What the wallet returns is checked before it is journalled.

use crate::{
	condition::Condition,
	machine::{Spend, Version, VersionNumber},
	rpc::{Acceptance, BitcoinRpc, FeeRate, FundRequest, Unspent},
};
use bitcoin::{consensus::encode::serialize, Amount, OutPoint, ScriptBuf, Transaction};
use pantheon_primitives::{
	bitcoin::{payload, payload_script},
	Checkpoint,
};

/// The least change, in satoshi: well above dust, so that it can always be spent again.
pub const LEAST_CHANGE: Amount = Amount::from_sat(1_000);
/// More than any anchor with two inputs takes, in virtual bytes. Used to judge whether an input suffices.
const MOST_VBYTES: u64 = 260;

/// What may be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeePolicy {
	/// Blocks within which an anchor should confirm: the target of the node's estimate.
	pub target_blocks: u16,
	/// The rate where the node has no estimate.
	pub fallback: FeeRate,
	/// The highest rate ever paid.
	pub ceiling: FeeRate,
}

/// The rate to pay now: the node's estimate, not below what relays, not above the ceiling.
pub fn choose_rate(rpc: &impl BitcoinRpc, policy: &FeePolicy) -> Result<FeeRate, Condition> {
	let floor = rpc.relay_floor()?.max(FeeRate::RELAYED_EVERYWHERE);
	if floor > policy.ceiling {
		return Err(Condition::FeeCeiling {
			rate: floor.to_per_kvb(),
			ceiling: policy.ceiling.to_per_kvb(),
		});
	}
	let wanted = rpc.estimate_fee(policy.target_blocks)?.unwrap_or(policy.fallback);
	Ok(wanted.max(floor).min(policy.ceiling))
}

/// Builds, signs and checks the first version of an anchor. Nothing is sent.
pub fn build(
	rpc: &impl BitcoinRpc,
	policy: &FeePolicy,
	checkpoint: &Checkpoint,
	spend: Spend,
) -> Result<Version, Condition> {
	let rate = choose_rate(rpc, policy)?;
	let inputs = choose_inputs(rpc, rate, spend)?;
	let request = FundRequest {
		inputs: inputs.iter().map(|i| i.outpoint).collect(),
		data: payload(checkpoint).to_vec(),
		rate,
	};
	let unsigned = rpc.fund(&request)?;
	let transaction = rpc.sign(&unsigned)?;
	let version = check(&transaction, &inputs, checkpoint, policy)?;
	match rpc.test_accept(&transaction)? {
		Acceptance::Accepted => Ok(version),
		Acceptance::Rejected { reason } => Err(Condition::TransactionRefused { reason }),
	}
}

fn choose_inputs(
	rpc: &impl BitcoinRpc,
	rate: FeeRate,
	spend: Spend,
) -> Result<Vec<Unspent>, Condition> {
	let needed = rate.fee(MOST_VBYTES) + LEAST_CHANGE;
	let chain = match spend {
		Spend::FromWallet => None,
		Spend::Previous(outpoint) => match rpc.unspent_value(&outpoint)? {
			Some(value) => Some(Unspent { outpoint, value }),
			None => return Err(Condition::SpendChainBroken { expected: outpoint }),
		},
	};
	let mut inputs: Vec<Unspent> = chain.into_iter().collect();
	let mut available: Amount = inputs.iter().map(|i| i.value).sum();
	if available < needed {
		// The largest: few outputs, few refills.
		let largest = rpc
			.unspent()?
			.into_iter()
			.filter(|u| inputs.iter().all(|i| i.outpoint != u.outpoint))
			.max_by_key(|u| (u.value, u.outpoint));
		if let Some(output) = largest {
			available += output.value;
			inputs.push(output);
		}
	}
	if available < needed {
		let (needed, available) = (needed.to_sat(), available.to_sat());
		return Err(Condition::OutOfFunds { needed, available });
	}
	Ok(inputs)
}

/// The transaction is exactly what was asked for, or it is not used.
fn check(
	transaction: &Transaction,
	inputs: &[Unspent],
	checkpoint: &Checkpoint,
	policy: &FeePolicy,
) -> Result<Version, Condition> {
	let wrong = |detail: &str| Condition::WalletMisbehaved { detail: detail.into() };
	let spent: Vec<OutPoint> = transaction.input.iter().map(|i| i.previous_output).collect();
	let asked: Vec<OutPoint> = inputs.iter().map(|i| i.outpoint).collect();
	// The wallet may order inputs as it likes; the spend chain's counts, wherever it stands.
	let same =
		|a: &[OutPoint], b: &[OutPoint]| a.len() == b.len() && a.iter().all(|x| b.contains(x));
	if !same(&spent, &asked) {
		return Err(wrong("it spends other outputs"));
	}
	if !transaction.input.iter().all(|i| i.sequence.is_rbf()) {
		return Err(wrong("it can't be replaced"));
	}
	let data = ScriptBuf::from_bytes(payload_script(checkpoint));
	let [first, change] = &transaction.output[..] else {
		return Err(wrong("it has not exactly one data output and one change output"));
	};
	if first.script_pubkey != data || first.value != Amount::ZERO {
		return Err(wrong("its first output is not the checkpoint's payload"));
	}
	if change.value < LEAST_CHANGE {
		return Err(wrong("its change is too small to carry on the spend chain"));
	}
	let paid: Amount = inputs.iter().map(|i| i.value).sum();
	let vbytes = transaction.vsize() as u64;
	let most = policy.ceiling.fee(vbytes);
	let fee = paid.checked_sub(change.value).ok_or_else(|| wrong("it spends more than it has"))?;
	if fee > most {
		return Err(wrong("its fee exceeds the ceiling"));
	}
	let txid = transaction.compute_txid();
	Ok(Version {
		number: VersionNumber::FIRST,
		checkpoint: *checkpoint,
		txid,
		raw: serialize(transaction),
		inputs: asked,
		change: OutPoint::new(txid, 1),
		change_value: change.value,
		fee,
	})
}
