//! `pantheon proof --operator`: one file that accounts for every position of an operator's chain.

use super::verify::{insist_on, read_trust, verdict_code};
use crate::{
	account_text::render,
	args::ProofArgs,
	collect::{read_anchors, Base, Collector, Prefer},
	context::{online, Context},
	error::{exit, CliError, Disagreement, Missing, UsageError},
	home::write_file,
	journal::Entry,
	output::{Progress, Table},
	positions::{Selection, Withheld},
};
use pantheon_client::{anchor_file::AnchorFile, audit_rpc::MAX_PAGE, Client};
use pantheon_primitives::{
	completeness::{
		chain_key, verify_bundle, ChainRecord, CompletenessBundle, CompletenessReport, Disclosed,
		DisclosedMembers, Positions, MAX_COMPLETENESS_LEN,
	},
	finality::Header,
	hash::SoftwareSha256,
	log::{join_inclusion_paths, multi_inclusion_path, MemoryTree},
	report::Verdict,
	state_proof::{self, StateProofError},
	trust::TrustFile,
	OperatorId, RecordId,
};
use serde_json::json;
use std::collections::BTreeMap;

/// Runs the command.
pub fn execute(context: &Context, args: &ProofArgs, operator: &str) -> Result<u8, CliError> {
	let operator: OperatorId = operator
		.parse()
		.map_err(|_| UsageError::Id { what: "an operator's id", text: operator.to_owned() })?;
	let from = args.from.unwrap_or_default();
	if let Some(to) = args.to.filter(|to| *to < from) {
		return Err(UsageError::RangeBackwards { from, to }.into());
	}
	let journal = context.home.journal()?;
	let withheld = Selection::parse(&args.withhold)?;
	let trust = args.trust.as_deref().map(read_trust).transpose()?;
	let anchors = read_anchors(&args.anchor)?;
	let bundle = online(async {
		let client = context.connect_for(&journal, operator).await?;
		if let (Some(trust), Some(path)) = (&trust, &args.trust) {
			insist_on(trust, path, client.genesis())?;
		}
		let collector = Collector { client: &client, journal: &journal, wait: &args.wait };
		let progress = context.out.spinner("collecting the checkpoint");
		let range = Range { operator, from, to: args.to };
		let assembly = Assembly::new(collector, range, anchors, trust.as_ref()).await?;
		drop(progress);
		let withheld = withheld.resolve(&journal, operator, client.genesis())?;
		let positions = assembly.to - from + 1;
		let progress = context.out.bar("collecting the positions", positions);
		assembly.bundle(&withheld, &progress).await
	})?;
	finish(context, args, &bundle, trust.as_ref())
}

/// What is asked for.
struct Range {
	operator: OperatorId,
	from: u64,
	/// None for the last position there is.
	to: Option<u64>,
}

/// Puts the parts of a bundle together.
struct Assembly<'a> {
	collector: Collector<'a>,
	operator: OperatorId,
	base: Base,
	state: Vec<Vec<u8>>,
	from: u64,
	to: u64,
}

/// Where the node says that a position's entry is.
struct Place {
	index: u64,
	record: RecordId,
}

impl<'a> Assembly<'a> {
	/// Settles the block as of which the bundle speaks, and what its state says of the operator.
	async fn new(
		collector: Collector<'a>,
		range: Range,
		anchors: Option<Vec<AnchorFile>>,
		trust: Option<&TrustFile>,
	) -> Result<Self, CliError> {
		let Range { operator, from, to } = range;
		let wanted = to.unwrap_or(from);
		let place = place(collector.client, operator, wanted).await?;
		let Some(Place { index, .. }) = place else {
			return Err(beyond(collector.client, operator, wanted).await?);
		};
		// The newest: what is not in it stays unsaid.
		let base = collector.base(index, anchors, Prefer::Newest, trust).await?;
		let (state, chain) = read_state(collector.client, operator, &base).await?;
		let to = to.unwrap_or(chain.head.next_sequence.saturating_sub(1));
		if to >= chain.head.next_sequence {
			let (length, block) = (chain.head.next_sequence, base.checkpoint.block_number);
			return Err(Missing::BeyondHead { position: to, length, block }.into());
		}
		Ok(Self { collector, operator, base, state, from, to })
	}

	async fn bundle(
		self,
		withheld: &Withheld,
		progress: &Progress,
	) -> Result<CompletenessBundle, CliError> {
		let mut positions: Vec<Positions> = Vec::new();
		let mut paths = Vec::new();
		let mut page = BTreeMap::new();
		for sequence in self.from..=self.to {
			progress.step();
			if withheld.position(sequence) {
				match positions.last_mut() {
					Some(Positions::Withheld(count)) => *count += 1,
					_ => positions.push(Positions::Withheld(1)),
				}
				continue;
			}
			if !page.contains_key(&sequence) {
				page = self.page(sequence).await?;
			}
			let place = page.get(&sequence).ok_or_else(|| missing(sequence))?;
			let entry = self.entry(sequence, place)?;
			let checkpoint = &self.base.checkpoint;
			let inclusion = self.collector.inclusion(&entry.leaf, place.index, checkpoint).await?;
			paths.push((place.index, inclusion.path));
			positions.push(Positions::Disclosed(Disclosed {
				index: place.index,
				statement: entry.statement.encode(),
				members: self.members(&entry, withheld)?,
			}));
		}
		let path = join_inclusion_paths(&paths, self.base.checkpoint.log_size)
			.map_err(|error| CliError::BadProof(error.to_string()))?;
		Ok(CompletenessBundle {
			keys: vec![self.collector.key(self.operator).await?],
			from: self.from,
			to: self.to,
			positions,
			path,
			checkpoint: self.base.checkpoint,
			finality: self.base.finality,
			anchor: self.base.anchor.map(|file| file.proof),
			state: self.state,
		})
	}

	/// Where the node has the positions from `sequence` on: one page of them.
	async fn page(&self, sequence: u64) -> Result<BTreeMap<u64, Place>, CliError> {
		let left = self.to.saturating_sub(sequence).saturating_add(1);
		let limit = u32::try_from(left).unwrap_or(MAX_PAGE).min(MAX_PAGE);
		let entries =
			self.collector.client.operator_entries(self.operator, sequence, limit).await?;
		let place = |index, record: [u8; 32]| Place { index, record: RecordId::new(record) };
		Ok(entries
			.into_iter()
			.map(|view| (view.sequence, place(view.index, view.record.into())))
			.collect())
	}

	/// The statement in the journal, which must be the one on the chain.
	fn entry(&self, sequence: u64, place: &Place) -> Result<Entry, CliError> {
		let log = self.base.checkpoint.genesis;
		let entry = self
			.collector
			.journal
			.at(self.operator, log, sequence)?
			.ok_or(Missing::Statement { sequence })?;
		if entry.record != place.record {
			return Err(Disagreement::OtherRecord { sequence }.into());
		}
		Ok(entry)
	}

	/// The members of a batch that are not withheld, with their path: from the journal, which holds all.
	fn members(
		&self,
		entry: &Entry,
		withheld: &Withheld,
	) -> Result<Option<DisclosedMembers>, CliError> {
		let record = entry.statement.record();
		let Some(batch) = record.batch else { return Ok(None) };
		let shown: Vec<u32> =
			(0..batch.count).filter(|index| !withheld.member(record.sequence, *index)).collect();
		if shown.is_empty() {
			return Ok(None);
		}
		let leaves = self.collector.journal.member_leaves(entry)?;
		let all = self.collector.journal.members(entry)?;
		if all.len() as u64 != u64::from(batch.count) || leaves.len() != all.len() {
			return Err(Missing::Members { sequence: record.sequence }.into());
		}
		let tree = MemoryTree::new::<SoftwareSha256>(&leaves);
		let indices: Vec<u64> = shown.iter().map(|index| u64::from(*index)).collect();
		let path = multi_inclusion_path::<_, SoftwareSha256>(&tree, &indices, batch.count.into())
			.map_err(|error| CliError::BadProof(error.to_string()))?;
		let members = shown.iter().zip(indices.iter().map(|index| &all[*index as usize]));
		let members = members.map(|(index, record)| (*index, record.encode())).collect();
		Ok(Some(DisclosedMembers { members, path }))
	}
}

fn missing(sequence: u64) -> CliError {
	CliError::BadProof(format!("the node's log lacks position {sequence} of the operator's chain"))
}

async fn place(
	client: &Client,
	operator: OperatorId,
	sequence: u64,
) -> Result<Option<Place>, CliError> {
	match client.entry_by_position(operator, sequence).await {
		Ok(view) => {
			Ok(Some(Place { index: view.index, record: RecordId::new(view.record.into()) }))
		},
		Err(error) if error.is_unknown_entry() => Ok(None),
		Err(error) => Err(error.into()),
	}
}

/// Why the log has no such position: no such operator, or its chain is shorter.
async fn beyond(
	client: &Client,
	operator: OperatorId,
	position: u64,
) -> Result<CliError, CliError> {
	let block = client.finalised_head().await?;
	let state = client.operator(operator, pantheon_client::At::Block(block)).await?;
	let Some(state) = state else { return Ok(Missing::Operator(operator).into()) };
	let number = client.audit_status().await?.finalized_number;
	let length = state.chain.next_sequence;
	Ok(Missing::BeyondHead { position, length, block: number }.into())
}

/// What the base's block holds of the operator's chain, and the proof of it.
async fn read_state(
	client: &Client,
	operator: OperatorId,
	base: &Base,
) -> Result<(Vec<Vec<u8>>, ChainRecord), CliError> {
	let bad = |what: &str| CliError::BadProof(what.to_owned());
	let header = Header::decode(&base.finality.header)
		.map_err(|_| bad("the header of the checkpoint's block can't be read"))?;
	let (root, key) = (header.state_root(), chain_key(&operator));
	let nodes = client.read_proof(&key, base.checkpoint.block_hash).await?;
	let state = state_proof::arrange(&root, &key, &nodes).map_err(|error| match error {
		StateProofError::OtherKey => Missing::Operator(operator).into(),
		error => CliError::BadProof(error.to_string()),
	})?;
	let value = state_proof::verify(&root, &key, &state)
		.map_err(|error| CliError::BadProof(error.to_string()))?;
	let chain = ChainRecord::read(value).ok_or_else(|| bad("the operator's head can't be read"))?;
	Ok((state, chain))
}

fn finish(
	context: &Context,
	args: &ProofArgs,
	bundle: &CompletenessBundle,
	trust: Option<&TrustFile>,
) -> Result<u8, CliError> {
	let bytes = bundle.encode();
	if bytes.len() > MAX_COMPLETENESS_LEN {
		return Err(CliError::TooLarge { bytes: bytes.len(), most: MAX_COMPLETENESS_LEN });
	}
	let report: Option<CompletenessReport> = trust.map(|trust| verify_bundle(bundle, trust, None));
	if let Some(Verdict::Invalid { step, reason }) = report.as_ref().map(|report| &report.verdict) {
		return Err(CliError::BadProof(format!("step {}: {reason}", step.name())));
	}
	write_file(&args.out, &bytes)?;
	let (mut disclosed, mut withheld) = (0u64, 0u64);
	for positions in &bundle.positions {
		match positions {
			Positions::Disclosed(_) => disclosed += 1,
			Positions::Withheld(count) => withheld += count,
		}
	}
	let checkpoint = &bundle.checkpoint;
	let operator = bundle.keys.first().map(|key| key.operator_id()).unwrap_or_default();
	let table = Table::new()
		.row("operator", operator)
		.row("positions", format!("{} to {}", bundle.from, bundle.to))
		.row("disclosed", disclosed)
		.row("withheld", withheld)
		.row("as of block", checkpoint.block_number)
		.row("log size", checkpoint.log_size)
		.row(
			"anchored in Bitcoin",
			if bundle.anchor.is_some() { "yes" } else { "no (name --anchor)" },
		)
		.row("file", format!("{} ({} bytes)", args.out.display(), bytes.len()));
	let mut text = table.to_string();
	if let Some(report) = &report {
		text.push_str(&format!("\n{}", render(report)));
	}
	let value = json!({
		"operator": operator.to_string(),
		"range": [bundle.from, bundle.to],
		"disclosed": disclosed,
		"withheld": withheld,
		"block_number": checkpoint.block_number,
		"log_size": checkpoint.log_size,
		"anchored": bundle.anchor.is_some(),
		"file": args.out.display().to_string(),
		"bytes": bytes.len(),
		"report": report.as_ref().map(|report| report.to_json()),
	});
	context.out.result(text, value);
	// A bundle that is not anchored yet was asked for so.
	Ok(report.map_or(exit::OK, |report| match report.verdict {
		Verdict::Stale { .. } => exit::OK,
		verdict => verdict_code(&verdict),
	}))
}
