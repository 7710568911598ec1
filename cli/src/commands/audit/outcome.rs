//! What an audit says: for people, for programs, and as an exit code.

use super::compare::Answers;
use crate::{
	error::exit,
	export::Damage,
	output::{Output, Table},
};
use pantheon_primitives::{
	audit::{Anchored, Auditor, Position, Summary},
	bitcoin::BitcoinNetwork,
	report::Level,
	trust::TrustFile,
};
use serde_json::{json, Value};

/// How an audit ended.
pub(super) enum Outcome {
	/// Everything holds.
	Whole {
		/// What was shown.
		summary: Box<Summary>,
		/// What the node answers; none where no node was asked.
		answers: Option<Answers>,
	},
	/// Something does not.
	Damaged(Wrong),
}

/// The first thing that is wrong.
pub(super) struct Wrong {
	position: Position,
	rule: String,
	reason: String,
	/// Of damage to a file itself: its name and the byte where it was noticed.
	file: Option<(String, Option<u64>)>,
}

impl Wrong {
	/// With the rule's name.
	pub(super) fn new(position: Position, rule: &str, reason: String) -> Self {
		Self { position, rule: rule.to_owned(), reason, file: None }
	}

	fn place(&self) -> String {
		match &self.file {
			Some((file, Some(byte))) => format!("{file}, byte {byte}"),
			Some((file, None)) => file.clone(),
			None => self.position.to_string(),
		}
	}

	fn to_json(&self) -> Value {
		let Position { block, entry, operator, anchor, bitcoin_height } = self.position;
		json!({
			"rule": self.rule,
			"reason": self.reason,
			"block": block,
			"entry": entry,
			"operator": operator.map(|(operator, _)| operator.to_string()),
			"sequence": operator.map(|(_, sequence)| sequence),
			"anchor": anchor,
			"bitcoin_height": bitcoin_height,
			"file": self.file.as_ref().map(|(file, _)| file),
			"byte": self.file.as_ref().and_then(|(_, byte)| *byte),
		})
	}
}

impl From<Damage> for Wrong {
	fn from(damage: Damage) -> Self {
		match damage {
			Damage::Finding(finding) => {
				let name = finding.rule.name();
				Self::new(finding.position, name, finding.reason.into())
			},
			Damage::File { file, byte, reason } => Self {
				file: Some((file.to_owned(), Some(byte))),
				..Self::new(Position::default(), "file", reason)
			},
			Damage::Manifest(reason) => Self {
				file: Some((crate::export::MANIFEST.to_owned(), None)),
				..Self::new(Position::default(), "manifest", reason)
			},
		}
	}
}

impl Outcome {
	/// Of an auditor that has come to its end.
	pub(super) fn of(auditor: &Auditor, answers: Option<Answers>) -> Self {
		match auditor.summary() {
			Some(summary) => Self::Whole { summary: Box::new(summary), answers },
			None => Self::Damaged(Wrong::new(
				Position::default(),
				"order",
				"the files end before the audit does".into(),
			)),
		}
	}

	/// Prints it; gives the exit code.
	pub(super) fn print(&self, out: &Output, trust: &TrustFile, now: Option<u64>) -> u8 {
		let head = json!({
			"chain": trust.chain,
			"genesis_hash": trust.genesis.to_string(),
			"bitcoin_network": trust.bitcoin.network.name(),
		});
		let (word, code, reason) = match self {
			Self::Damaged(_) => ("INVALID", exit::INVALID, None),
			Self::Whole { summary, .. } => match stale(summary, trust, now) {
				None => ("VERIFIED", exit::OK, None),
				Some(reason) => ("STALE", exit::STALE, Some(reason)),
			},
		};
		let (text, mut value) = match self {
			Self::Damaged(wrong) => {
				let text = format!(
					"{word}: {}\n  rule \"{}\" does not hold: {}\n\nThe audit stops at the first thing that is wrong: what follows was not looked at.",
					wrong.place(),
					wrong.rule,
					wrong.reason
				);
				(text, json!({ "first_wrong": wrong.to_json() }))
			},
			Self::Whole { summary, answers } => {
				let title = match &reason {
					None => format!("{word}\n"),
					Some(reason) => format!("{word}: {reason}\n"),
				};
				let text = format!("{title}{}", whole_text(summary, answers.as_ref(), trust));
				(text, whole_json(summary, answers.as_ref()))
			},
		};
		value["verdict"] = json!(word);
		value["reason"] = json!(reason);
		if let (Some(value), Some(head)) = (value.as_object_mut(), head.as_object()) {
			value.extend(head.clone());
		}
		out.result(text, value);
		code
	}
}

/// Why a log that is whole does not speak for the present, if so.
fn stale(summary: &Summary, trust: &TrustFile, now: Option<u64>) -> Option<String> {
	let Some(newest) = summary.anchored.last() else {
		return Some(
			"nothing is wrong, but no anchor after the pinned Bitcoin header is known".into(),
		);
	};
	let limit = trust.max_anchor_age?;
	let Some(now) = now else {
		return Some("the trust file limits the anchors' age, and no time was given".into());
	};
	let age = now.saturating_sub(newest.at.time.into());
	(age > limit)
		.then(|| format!("the newest anchor is {age} seconds old, the trust file allows {limit}"))
}

fn whole_text(summary: &Summary, answers: Option<&Answers>, trust: &TrustFile) -> String {
	let Summary { checkpoint, members, operators, open_intents, anchored, .. } = summary;
	let network = match trust.bitcoin.network {
		BitcoinNetwork::Mainnet => "mainnet".to_owned(),
		other => format!("{other} (a test network: its blocks cost nothing)"),
	};
	let mut table = Table::new()
		.row("chain", format!("{} (genesis {})", trust.chain, trust.genesis))
		.row("bitcoin network", network)
		.row(
			"blocks",
			format!(
				"0 to {}, the last made final by authority set {} ({} authorities)",
				checkpoint.block_number, summary.set_id, summary.authorities
			),
		)
		.row("log", format!("{} entries, every seal checked", checkpoint.log_size))
		.row("log root", checkpoint.log_root)
		.row("batches", format!("{members} members under their batches' seals"))
		.row("operators", format!("{operators}, no gap and no fork; {open_intents} intents open"))
		.row("anchors", format!("{} hold", anchored.len()));
	if let Some(Anchored { checkpoint: newest, at }) = anchored.last() {
		let anchored = Level::Anchored { network: trust.bitcoin.network, at: *at };
		table = table
			.row(
				"newest anchor",
				format!(
					"covers entries up to {} of {} (block {})",
					newest.log_size, checkpoint.log_size, newest.block_number
				),
			)
			.row("", anchored.proves());
	}
	if summary.anchors_before_pin > 0 {
		let why = format!(
			"{} anchors at or before the pinned Bitcoin height {}",
			summary.anchors_before_pin, trust.bitcoin.pinned.height
		);
		table = table.row("not checked", why);
	}
	table = table.row(
		"the node's answers",
		match answers {
			None => "not asked: files only".to_owned(),
			Some(Answers::Agree(entries)) => format!("agree, for all {entries} entries"),
			Some(Answers::None(why)) => format!("not compared: {why}"),
		},
	);
	format!(
		"{table}\nEvery entry was computed anew from what was sealed, up to the root in the final block's header. Members\nof batches are known by their hashes: each is checked with its own proof.\n"
	)
}

fn whole_json(summary: &Summary, answers: Option<&Answers>) -> Value {
	let checkpoint = &summary.checkpoint;
	let anchors: Vec<_> = summary
		.anchored
		.iter()
		.map(|Anchored { checkpoint, at }| {
			json!({
				"block_number": checkpoint.block_number,
				"log_size": checkpoint.log_size,
				"txid": reversed(&at.txid),
				"bitcoin_height": at.height,
				"bitcoin_block": reversed(&at.block_hash),
				"time": at.time,
				"confirmations": at.confirmations,
				"work": hex::encode(at.work),
			})
		})
		.collect();
	json!({
		"first_wrong": null,
		"last_block": checkpoint.block_number,
		"last_block_hash": checkpoint.block_hash.to_string(),
		"log_size": checkpoint.log_size,
		"log_root": checkpoint.log_root.to_string(),
		"authority_set": summary.set_id,
		"authorities": summary.authorities,
		"batch_members": summary.members,
		"operators": summary.operators,
		"open_intents": summary.open_intents,
		"anchors": anchors,
		"anchors_before_pinned_header": summary.anchors_before_pin,
		"bitcoin_height": summary.bitcoin_height,
		"node": match answers {
			None => json!(null),
			Some(Answers::Agree(entries)) => json!({ "agrees": true, "entries": entries }),
			Some(Answers::None(why)) => json!({ "agrees": null, "reason": why }),
		},
	})
}

/// A hash as block explorers write it.
fn reversed(hash: &[u8; 32]) -> String {
	let mut bytes = *hash;
	bytes.reverse();
	hex::encode(bytes)
}
