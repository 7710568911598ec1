//! The result in words and in JSON.

use super::{
	follow::{End, Followed},
	shown, Broken, Outcome, Verdict, Whole,
};
use crate::output::Table;
use pantheon_primitives::bitcoin::{spend_chain::SpendChainError, BitcoinNetwork, OutPoint};
use serde_json::{json, Value};
use std::path::Path;

impl Outcome {
	/// Why the verdict is not VERIFIED.
	fn reason(&self) -> Option<String> {
		let file = |index: &usize| {
			let path = self.given.files.get(*index);
			path.map_or_else(|| index.to_string(), |path| path.display().to_string())
		};
		let whole = match &self.result {
			Ok(whole) => whole,
			Err(Broken::Link { file: index, error }) => {
				return Some(format!("{}: {error}", file(index)));
			},
			Err(Broken::Chain(error)) => {
				return Some(match error {
					SpendChainError::Fork { output, first, second } => format!(
						"fork: {} and {} both spend {output}; only one of them can be in Bitcoin",
						file(first),
						file(second)
					),
					SpendChainError::Missing { after, next } => format!(
						"an anchor is missing: no file spends {after}, and {} comes later",
						file(next)
					),
					SpendChainError::Outside { index } => format!(
						"{} is an anchor of this log outside its chain: nothing leads to it from the origin",
						file(index)
					),
					SpendChainError::SecondLog { index } => format!(
						"a second log: {} contradicts the checkpoint before it",
						file(index)
					),
					SpendChainError::WentBack { index } => {
						format!("{} has an older checkpoint than the anchor before it", file(index))
					},
					SpendChainError::OtherBranch { index } => format!(
						"{} is in a block of another branch of Bitcoin than the highest anchor's",
						file(index)
					),
					SpendChainError::Order { index } => {
						format!("{} is in Bitcoin before the anchor that it spends", file(index))
					},
					other => other.to_string(),
				});
			},
		};
		let followed = whole.followed.as_ref()?;
		if let Some(anchor) = followed.gone.and_then(|place| whole.chain.anchors.get(place)) {
			return Some(format!(
				"{} is in a block that the node's best chain does not hold at height {}",
				file(&anchor.index),
				anchor.at.height
			));
		}
		match (&followed.end, followed.later.len()) {
			(End::Left { txid, height, why }, _) => Some(format!(
				"the chain was left in block {height}: {txid} spends its end and is no anchor ({why})"
			)),
			(_, 0) => None,
			(_, 1) => Some("the node knows of 1 later anchor that was not given".into()),
			(_, count) => {
				Some(format!("the node knows of {count} later anchors that were not given"))
			},
		}
	}

	fn network(&self) -> String {
		match self.given.trust.bitcoin.network {
			BitcoinNetwork::Mainnet => "mainnet".into(),
			test => format!("{test} (a test network: its blocks cost nothing)"),
		}
	}
}

/// The result for people.
pub(super) fn text(outcome: &Outcome) -> String {
	let verdict = outcome.verdict();
	let mut text = match outcome.reason() {
		Some(reason) => format!("{}: {reason}\n", verdict.word()),
		None => format!("{}\n", verdict.word()),
	};
	let head = Table::new()
		.row(
			"chain",
			format!("{} (genesis {})", outcome.given.trust.chain, outcome.given.trust.genesis),
		)
		.row("bitcoin network", outcome.network())
		.row("origin", outcome.given.origin);
	match &outcome.result {
		Ok(whole) => {
			let last = whole.chain.anchors.last().map_or(0, |last| last.spend.change_value);
			let head = head
				.row(
					"anchors",
					format!("{}, each spends the one before", whole.chain.anchors.len()),
				)
				.row("end of the chain", format!("{} ({last} sat)", whole.chain.tip));
			text.push_str(&head.to_string());
			text.push_str(&anchors(outcome, whole));
			text.push_str(&end(whole.followed.as_ref()));
		},
		Err(_) => {
			let head = head.row("files", outcome.given.files.len());
			text.push_str(&head.to_string());
		},
	}
	if verdict == Verdict::Invalid {
		text.push_str(
			"\nNo proof of a record rests on the chain: each anchor is verified by itself.\n",
		);
	}
	text
}

fn anchors(outcome: &Outcome, whole: &Whole) -> String {
	let mut text = "\nAnchors, in the order of the chain:\n".to_owned();
	for anchor in &whole.chain.anchors {
		let file = outcome.given.files.get(anchor.index).and_then(|path| path.file_name());
		text.push_str(&format!(
			"  Bitcoin block {}  {}  Pantheon block {}, log size {}  {}\n",
			anchor.at.height,
			anchor.spend.txid,
			anchor.checkpoint.block_number,
			anchor.checkpoint.log_size,
			file.map(|name| Path::new(name).display().to_string()).unwrap_or_default()
		));
	}
	text
}

fn end(followed: Option<&Followed>) -> String {
	let Some(followed) = followed else {
		return "\nWhether a later anchor follows is not in the files: name a Bitcoin node with --bitcoin \
			to see.\n"
			.into();
	};
	let mut text = String::new();
	for later in &followed.later {
		text.push_str(&format!("  Bitcoin block {}  {}  not given\n", later.height, later.txid));
	}
	text.push_str(&match &followed.end {
		End::Unspent(tip) => format!(
			"\nAs of Bitcoin block {}, by the node's word, nothing spends {tip}: there is no later anchor.\n",
			followed.height
		),
		End::InMempool(tip) => format!(
			"\nAs of Bitcoin block {}, by the node's word, no block spends {tip}; a transaction in its \
			mempool does.\n",
			followed.height
		),
		End::Left { .. } | End::Unknown => String::new(),
	});
	text
}

/// The result for programs.
pub(super) fn json(outcome: &Outcome) -> Value {
	let blamed: Vec<String> =
		outcome.blamed().into_iter().map(|path| path.display().to_string()).collect();
	let whole = outcome.result.as_ref().ok();
	json!({
		"verdict": outcome.verdict().word(),
		"reason": outcome.reason(),
		"files": blamed,
		"chain": outcome.given.trust.chain,
		"genesis": outcome.given.trust.genesis.to_string(),
		"bitcoin_network": outcome.given.trust.bitcoin.network.name(),
		"origin": outcome.given.origin.to_string(),
		"anchors": whole.map(|whole| anchors_json(outcome, whole)),
		"tip": whole.map(|whole| whole.chain.tip.to_string()),
		"followed": whole.and_then(|whole| whole.followed.as_ref()).map(followed_json),
	})
}

fn anchors_json(outcome: &Outcome, whole: &Whole) -> Value {
	let anchors = whole.chain.anchors.iter().map(|anchor| {
		json!({
			"file": outcome.given.files.get(anchor.index).map(|path| path.display().to_string()),
			"txid": anchor.spend.txid.to_string(),
			"spends": anchor.spend.inputs.iter().map(OutPoint::to_string).collect::<Vec<_>>(),
			"change": anchor.spend.change.to_string(),
			"change_satoshi": anchor.spend.change_value,
			"bitcoin_height": anchor.at.height,
			"bitcoin_block": shown(&anchor.at.block_hash),
			"bitcoin_time": anchor.at.time,
			"confirmations_shown": anchor.at.confirmations,
			"work_shown": hex::encode(anchor.at.work),
			"block_number": anchor.checkpoint.block_number,
			"block_hash": anchor.checkpoint.block_hash.to_string(),
			"log_size": anchor.checkpoint.log_size,
			"log_root": anchor.checkpoint.log_root.to_string(),
		})
	});
	anchors.collect()
}

fn followed_json(followed: &Followed) -> Value {
	let later = followed.later.iter().map(|later| {
		json!({
			"txid": later.txid.to_string(),
			"bitcoin_height": later.height,
			"commitment": hex::encode(later.commitment),
		})
	});
	let (end, output) = match &followed.end {
		End::Unspent(tip) => ("unspent", Some(tip.to_string())),
		End::InMempool(tip) => ("in_mempool", Some(tip.to_string())),
		End::Left { txid, .. } => ("left", Some(txid.to_string())),
		End::Unknown => ("not_followed", None),
	};
	json!({
		"bitcoin_height": followed.height,
		"later": later.collect::<Vec<_>>(),
		"end": end,
		"at": output,
	})
}
