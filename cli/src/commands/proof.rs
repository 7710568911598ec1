//! `pantheon proof`: one file that shows a record to an auditor.

mod standard;

use self::standard::{Exports, Transparent};
use super::verify::{render, trust_for, verdict_code, verify_made};
use crate::{
	args::ProofArgs,
	collect::{read_anchors, Collector, Prefer, POLL},
	context::{online, Context},
	error::{exit, CliError, Missing, UsageError},
	home::write_file,
	journal::{Entry, Found, Journal, State},
	output::Table,
};
use pantheon_client::{anchor_file::AnchorFile, AuditRefusal, ClientError};
use pantheon_primitives::{
	bundle::{MemberProof, PairedIntent, ProofBundle},
	hash::SoftwareSha256,
	log::{inclusion_path, MemoryTree},
	opening::OpeningsFile,
	report::Verdict,
	trust::TrustFile,
	LeafHash,
};
use serde_json::json;
use std::time::Instant;

/// Runs the command.
pub fn execute(context: &Context, args: ProofArgs) -> Result<u8, CliError> {
	if let Some(operator) = &args.operator {
		return super::completeness::execute(context, &args, operator);
	}
	let journal = context.home.journal()?;
	let found = find(context, &journal, &args)?;
	if found.entry.state == State::Refused {
		return Err(Missing::Refused {
			record: found.entry.record,
			state: found.entry.state.name(),
			detail: found.entry.detail.clone().unwrap_or_default(),
		}
		.into());
	}
	let log = found.entry.statement.record().log;
	let trust = args.trust.as_deref().map(|path| trust_for(path, log)).transpose()?;
	let anchors = read_anchors(&args.anchor)?;
	let (bundle, transparent) = online(async {
		let client = context.connect().await?;
		client.insist(log)?;
		let progress = context.out.spinner("collecting the proof");
		let collector = Collector { client: &client, journal: &journal, wait: &args.wait };
		let assembly = Assembly { collector, args: &args };
		let bundle = assembly.bundle(&found, anchors, trust.as_ref()).await?;
		let transparent = match args.standard.cose {
			None => None,
			Some(_) => Some(Transparent::fetch(&client, &bundle).await?),
		};
		drop(progress);
		Ok((bundle, transparent))
	})?;
	let exports = Exports::new(&args.standard, &bundle, transparent)?;
	finish(context, &args, &journal, &found, &bundle, &exports, trust.as_ref())
}

fn find(context: &Context, journal: &Journal, args: &ProofArgs) -> Result<Found, CliError> {
	if let Some(text) = &args.record {
		let what = "a record's id or leaf";
		let hash: LeafHash =
			text.parse().map_err(|_| UsageError::Id { what, text: text.clone() })?;
		let found = journal.find(hash.as_bytes())?;
		return Ok(found.ok_or_else(|| Missing::Record(text.clone()))?);
	}
	let sequence = args.sequence.unwrap_or_default();
	let operator = context.home.key_file()?.operator;
	let log = context.log(None, journal, operator)?;
	let entry = journal.at(operator, log, sequence)?.ok_or(Missing::Position(sequence))?;
	let member = match args.index {
		None => None,
		Some(index) => {
			let mut members = journal.members(&entry)?;
			let position = index as usize;
			if position >= members.len() {
				return Err(Missing::Member { sequence, index }.into());
			}
			Some(members.swap_remove(position))
		},
	};
	Ok(Found { entry, member })
}

/// Puts the parts of a bundle together.
struct Assembly<'a> {
	collector: Collector<'a>,
	args: &'a ProofArgs,
}

impl Assembly<'_> {
	async fn bundle(
		&self,
		found: &Found,
		anchors: Option<Vec<AnchorFile>>,
		trust: Option<&TrustFile>,
	) -> Result<ProofBundle, CliError> {
		let index = self.index(&found.entry).await?;
		let Collector { journal, .. } = self.collector;
		let base = self.collector.base(index, anchors, Prefer::Oldest, trust).await?;
		let size = base.checkpoint.log_size;
		let leaf = &found.entry.leaf;
		let inclusion = self.collector.inclusion(leaf, index, &base.checkpoint).await?;
		let intent = match found.record().intent.filter(|_| !self.args.without_intent) {
			None => None,
			Some(id) => match journal.find(id.as_bytes())? {
				// The intent may stand in another journal: the proof is whole without it.
				None => None,
				Some(intent) => {
					let index = self.index(&intent.entry).await?;
					if index >= size {
						return Err(Missing::NotFinalised(intent.entry.record).into());
					}
					let leaf = &intent.entry.leaf;
					Some(PairedIntent {
						statement: intent.entry.statement.encode(),
						member: self.member(&intent).await?,
						inclusion: self.collector.inclusion(leaf, index, &base.checkpoint).await?,
					})
				},
			},
		};
		Ok(ProofBundle {
			statement: found.entry.statement.encode(),
			keys: vec![self.collector.key(found.entry.statement.record().operator).await?],
			member: self.member(found).await?,
			inclusion,
			checkpoint: base.checkpoint,
			finality: base.finality,
			anchor: base.anchor.map(|file| file.proof),
			intent,
		})
	}

	/// The entry's position in the log.
	async fn index(&self, entry: &Entry) -> Result<u64, CliError> {
		let deadline = Instant::now() + self.args.wait.timeout();
		loop {
			match self.collector.client.entry_by_leaf(entry.leaf).await {
				Ok(view) => return Ok(view.index),
				Err(ClientError::Audit { kind: AuditRefusal::NotReady, .. })
					if Instant::now() < deadline =>
				{
					tokio::time::sleep(POLL).await;
				},
				// Finalised a moment ago: the log store may be a block behind.
				Err(error)
					if error.is_unknown_entry()
						&& entry.state == State::Finalised
						&& Instant::now() < deadline =>
				{
					tokio::time::sleep(POLL).await;
				},
				Err(error) if error.is_unknown_entry() => {
					return Err(Missing::NotFinalised(entry.record).into());
				},
				Err(error) => return Err(error.into()),
			}
		}
	}

	/// The member's path in its batch: from the journal's members, which are complete.
	async fn member(&self, found: &Found) -> Result<Option<MemberProof>, CliError> {
		let Some(record) = &found.member else { return Ok(None) };
		let statement = found.entry.statement.record();
		let index = record.index.unwrap_or_default();
		let leaves = self.collector.journal.member_leaves(&found.entry)?;
		let count = statement.batch.map_or(0, |batch| batch.count);
		let path = if leaves.len() as u64 == u64::from(count) {
			let tree = MemoryTree::new::<SoftwareSha256>(&leaves);
			inclusion_path::<_, SoftwareSha256>(&tree, index.into(), count.into())
				.map_err(|error| CliError::BadProof(error.to_string()))?
		} else {
			let sequence = statement.sequence;
			let proof =
				self.collector.client.member_proof(statement.operator, sequence, index).await?;
			proof.path.into_iter().map(Into::into).collect()
		};
		Ok(Some(MemberProof { record: record.encode(), path }))
	}
}

fn finish(
	context: &Context,
	args: &ProofArgs,
	journal: &Journal,
	found: &Found,
	bundle: &ProofBundle,
	exports: &Exports<'_>,
	trust: Option<&TrustFile>,
) -> Result<u8, CliError> {
	let report = trust.map(|trust| verify_made(bundle, trust));
	if let Some(report) = &report {
		if let Verdict::Invalid { step, reason } = &report.verdict {
			return Err(CliError::BadProof(format!("step {}: {reason}", step.name())));
		}
	}
	let bytes = bundle.encode();
	write_file(&args.out, &bytes)?;
	exports.write()?;
	let record = found.record();
	if let Some(path) = &args.openings {
		let file = OpeningsFile { record: record.id(), openings: journal.openings(record.id())? };
		write_file(path, file.to_json().as_bytes())?;
	}
	let checkpoint = &bundle.checkpoint;
	let anchored = if bundle.anchor.is_some() { "yes" } else { "no (name --anchor)" };
	let table = Table::new()
		.row("record", record.id())
		.row("kind", record.kind.name())
		.row("log index", bundle.inclusion.index)
		.row("log size", checkpoint.log_size)
		.row("finalised in block", checkpoint.block_number)
		.row("anchored in Bitcoin", anchored)
		.row("paired intent", if bundle.intent.is_some() { "included" } else { "none" })
		.row("file", format!("{} ({} bytes)", args.out.display(), bytes.len()));
	let mut text = exports.rows(table).to_string();
	let (ots, cose) = exports.json();
	if let Some(report) = &report {
		text.push_str(&format!("\n{}", render(report)));
	}
	let value = json!({
		"record": record.id().to_string(),
		"kind": record.kind.name(),
		"index": bundle.inclusion.index,
		"log_size": checkpoint.log_size,
		"block_number": checkpoint.block_number,
		"anchored": bundle.anchor.is_some(),
		"intent_included": bundle.intent.is_some(),
		"file": args.out.display().to_string(),
		"bytes": bytes.len(),
		"ots": ots,
		"cose": cose,
		"report": report.as_ref().map(|report| report.to_json()),
	});
	context.out.result(text, value);
	// A bundle that is not anchored yet was asked for so; only a trust file makes it a verdict.
	Ok(report.map_or(exit::OK, |report| match report.verdict {
		Verdict::Stale { .. } => exit::OK,
		verdict => verdict_code(&verdict),
	}))
}
