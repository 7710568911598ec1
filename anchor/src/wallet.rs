//! Builds and signs an anchor transaction: one confirmed input, one data output, one change output.
//!
//! The input is chosen here and not by the wallet: the previous anchor's change, so that the anchors form
//! one spend chain that anybody can follow. Where that change has run low, one more confirmed output of the
//! wallet is added as second input. A replacement spends what it replaces. What the wallet returns is checked
//! before it is journalled.

use crate::{
	condition::Condition,
	fees::{anchor_vbytes, choose_rate, replacement_rate, FeePolicy, INPUT_VBYTES, MOST_VBYTES},
	machine::{BuildRequest, Spend, Version},
	rpc::{Acceptance, BitcoinRpc, FeeRate, FundRequest, Unspent, View},
};
use bitcoin::{
	consensus::encode::{deserialize, serialize},
	Amount, OutPoint, ScriptBuf, Transaction,
};
use pantheon_primitives::bitcoin::{payload, payload_script};

/// The least change, in satoshi: well above dust, so that it can always be spent again.
pub const LEAST_CHANGE: Amount = Amount::from_sat(1_000);

/// Builds, signs and checks a version of an anchor. Nothing is sent.
pub fn build(
	rpc: &impl BitcoinRpc,
	policy: &FeePolicy,
	request: &BuildRequest,
) -> Result<Version, Condition> {
	let (usual, replaced) = match &request.spend {
		Spend::Replacing(versions) => to_replace(rpc, versions)?,
		_ => (anchor_vbytes(), Amount::ZERO),
	};
	let rate_for = |vbytes| match request.spend {
		Spend::Replacing(_) => replacement_rate(rpc, policy, replaced, vbytes),
		_ => choose_rate(rpc, policy, vbytes),
	};
	let mut rate = rate_for(usual)?;
	let inputs = choose_inputs(rpc, rate, &request.spend)?;
	let known = match &request.spend {
		Spend::Replacing(versions) => versions.last().map_or(1, |v| v.inputs.len()),
		_ => 1,
	};
	if let more @ 1.. = inputs.len().saturating_sub(known) {
		rate = rate_for(usual.saturating_add(INPUT_VBYTES.saturating_mul(more as u64)))?;
	}
	let fund = FundRequest {
		inputs: inputs.iter().map(|i| i.outpoint).collect(),
		data: payload(&request.checkpoint).to_vec(),
		rate,
	};
	let unsigned = rpc.fund(&fund)?;
	let transaction = rpc.sign(&unsigned)?;
	let version = check(&transaction, &inputs, request)?;
	let vbytes = transaction.vsize() as u64;
	// The wallet pays for the longest signature that might have come out.
	let paid_for = vbytes.saturating_add(inputs.len() as u64);
	if version.fee > policy.most(paid_for) {
		return Err(policy.too_dear(version.fee, vbytes));
	}
	if version.fee > request.limit {
		let (needed, left) = (version.fee.to_sat(), request.limit.to_sat());
		return Err(Condition::BudgetSpent { needed, left });
	}
	if version.fee <= replaced {
		let detail = "its fee does not exceed what it replaces".into();
		return Err(Condition::WalletMisbehaved { detail });
	}
	match rpc.test_accept(&transaction)? {
		Acceptance::Accepted => Ok(version),
		Acceptance::Rejected { reason } => Err(Condition::TransactionRefused { reason }),
	}
}

/// Size of the newest of these versions, and what a replacement of them all must outbid: the highest fee among
/// them, for any node may hold any of them, and what our node's mempool would lose with all that spends from it.
fn to_replace(rpc: &impl BitcoinRpc, versions: &[Version]) -> Result<(u64, Amount), Condition> {
	let mut replaced = Amount::ZERO;
	let mut vbytes = MOST_VBYTES;
	for version in versions {
		let evicted = rpc.mempool_cost(&version.txid)?.unwrap_or(Amount::ZERO);
		replaced = replaced.max(version.fee).max(evicted);
		// The journal holds what this service has serialised.
		if let Ok(transaction) = deserialize::<Transaction>(&version.raw) {
			vbytes = transaction.vsize() as u64;
		}
	}
	Ok((vbytes, replaced))
}

fn choose_inputs(
	rpc: &impl BitcoinRpc,
	rate: FeeRate,
	spend: &Spend,
) -> Result<Vec<Unspent>, Condition> {
	let needed = rate.fee(MOST_VBYTES) + LEAST_CHANGE;
	let mut inputs: Vec<Unspent> = Vec::new();
	match spend {
		Spend::FromWallet => {},
		Spend::Chain(outpoint) => {
			// In blocks, so that nothing unconfirmed is built upon; in the mempool, to see a stranger early.
			let confirmed = rpc.unspent_value(outpoint, View::Chain)?;
			let value = match rpc.unspent_value(outpoint, View::ChainAndMempool)? {
				Some(_) => confirmed,
				None => None,
			};
			let expected = *outpoint;
			let value = value.ok_or(Condition::SpendChainBroken { expected })?;
			inputs.push(Unspent { outpoint: *outpoint, value });
		},
		Spend::Replacing(versions) => {
			// The newest's: each version holds on to the inputs of the one before.
			for outpoint in versions.last().map(|v| v.inputs.as_slice()).unwrap_or_default() {
				let value = rpc
					.unspent_value(outpoint, View::Chain)?
					.ok_or(Condition::SpendChainBroken { expected: *outpoint })?;
				inputs.push(Unspent { outpoint: *outpoint, value });
			}
		},
	}
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
	request: &BuildRequest,
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
	let data = ScriptBuf::from_bytes(payload_script(&request.checkpoint));
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
	let fee = paid.checked_sub(change.value).ok_or_else(|| wrong("it spends more than it has"))?;
	let txid = transaction.compute_txid();
	Ok(Version {
		number: request.number,
		checkpoint: request.checkpoint,
		txid,
		raw: serialize(transaction),
		inputs: asked,
		change: OutPoint::new(txid, 1),
		change_value: change.value,
		fee,
		built_at_height: Some(request.height),
	})
}
