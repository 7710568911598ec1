//! `pantheon proof`: one file that shows a record to an auditor.

mod standard;

use self::standard::{Exports, Transparent};
use super::verify::{read_trust, render, verdict_code, verify_made};
use crate::{
	args::ProofArgs,
	commitment::Opening,
	context::{online, Context},
	error::{exit, CliError, ContentError, Missing, UsageError},
	home::write_file,
	journal::{Entry, Found, Journal, State},
	output::Table,
};
use pantheon_client::{
	anchor_file::AnchorFile, audit::checkpoint_of, At, AuditRefusal, Client, ClientError,
};
use pantheon_primitives::{
	bundle::{Inclusion, MemberProof, PairedIntent, ProofBundle},
	finality::{FinalityProof, Handoff, Header},
	hash::SoftwareSha256,
	log::{inclusion_path, verify_inclusion, MemoryTree},
	report::Verdict,
	trust::TrustFile,
	Checkpoint, LeafHash, PublicKey,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::{Duration, Instant};

/// How often the node is asked for a newer finality proof.
const POLL: Duration = Duration::from_secs(1);
/// Most hand-offs in one answer of a node; fewer mean that there are no more.
const HANDOFF_PAGE: usize = pantheon_client::audit_rpc::MAX_HANDOFFS;

/// Runs the command.
pub fn execute(context: &Context, args: ProofArgs) -> Result<u8, CliError> {
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
	let trust = args.trust.as_deref().map(read_trust).transpose()?;
	let mut anchors = Vec::new();
	for path in &args.anchor {
		anchors.extend(AnchorFile::read_all(path)?);
	}
	let wanted = !args.anchor.is_empty();
	if wanted && anchors.is_empty() {
		return Err(Missing::NoAnchorFile.into());
	}
	let (bundle, transparent) = online(async {
		let client = context.connect().await?;
		client.insist(found.entry.statement.record().log)?;
		let anchors = wanted.then_some(anchors);
		let progress = context.out.spinner("collecting the proof");
		let assembly = Assembly { client: &client, journal: &journal, args: &args };
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
		let hash: LeafHash = text.parse().map_err(|_| UsageError::Digest(text.clone()))?;
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

/// Collects the parts of a bundle.
struct Assembly<'a> {
	client: &'a Client,
	journal: &'a Journal,
	args: &'a ProofArgs,
}

/// A checkpoint with what makes it final, and its anchor.
struct Base {
	checkpoint: Checkpoint,
	finality: FinalityProof,
	anchor: Option<AnchorFile>,
}

impl Assembly<'_> {
	async fn bundle(
		&self,
		found: &Found,
		anchors: Option<Vec<AnchorFile>>,
		trust: Option<&TrustFile>,
	) -> Result<ProofBundle, CliError> {
		let index = self.index(&found.entry).await?;
		let base = self.base(index, anchors, trust).await?;
		let size = base.checkpoint.log_size;
		let inclusion = self.inclusion(&found.entry, index, &base.checkpoint).await?;
		let intent = match found.record().intent.filter(|_| !self.args.without_intent) {
			None => None,
			Some(id) => match self.journal.find(id.as_bytes())? {
				// The intent may stand in another journal: the proof is whole without it.
				None => None,
				Some(intent) => {
					let index = self.index(&intent.entry).await?;
					if index >= size {
						return Err(Missing::NotFinalised(intent.entry.record).into());
					}
					Some(PairedIntent {
						statement: intent.entry.statement.encode(),
						member: self.member(&intent).await?,
						inclusion: self.inclusion(&intent.entry, index, &base.checkpoint).await?,
					})
				},
			},
		};
		Ok(ProofBundle {
			statement: found.entry.statement.encode(),
			keys: vec![self.key(&found.entry).await?],
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
			match self.client.entry_by_leaf(entry.leaf).await {
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

	/// The oldest anchor that covers the entry, or else the newest final checkpoint.
	async fn base(
		&self,
		index: u64,
		anchors: Option<Vec<AnchorFile>>,
		trust: Option<&TrustFile>,
	) -> Result<Base, CliError> {
		let anchor = match anchors {
			None => None,
			Some(files) => Some(self.choose(index, files)?),
		};
		let at = anchor.as_ref().map(|file| file.checkpoint.block_number);
		let deadline = Instant::now() + self.args.wait.timeout();
		loop {
			let answer = self.client.audit_checkpoint(at).await?;
			let checkpoint = checkpoint_of(&answer.checkpoint);
			if let Some(anchor) = &anchor {
				if checkpoint != anchor.checkpoint {
					return Err(CliError::BadProof(format!(
						"block {} is another one than the anchored block {}",
						checkpoint.block_hash, anchor.checkpoint.block_hash
					)));
				}
			}
			if checkpoint.log_size > index {
				let from_set = trust.map_or(0, |trust| trust.authorities.id);
				let finality = FinalityProof {
					header: answer.header.0,
					justification: answer.justification.0,
					handoffs: self.handoffs(from_set, checkpoint.block_number).await?,
				};
				return Ok(Base { checkpoint, finality, anchor });
			}
			if Instant::now() >= deadline {
				return Err(Missing::Finality { index }.into());
			}
			tokio::time::sleep(POLL).await;
		}
	}

	fn choose(&self, index: u64, files: Vec<AnchorFile>) -> Result<AnchorFile, CliError> {
		let genesis = self.client.genesis();
		let mut files: Vec<_> =
			files.into_iter().filter(|file| file.checkpoint.genesis == genesis).collect();
		files.sort_by_key(|file| file.checkpoint.log_size);
		let size = files.last().ok_or(Missing::AnchorChain(genesis))?.checkpoint.log_size;
		Ok(files
			.into_iter()
			.find(|file| file.checkpoint.log_size > index)
			.ok_or(Missing::Anchor { index, size })?)
	}

	/// The changes of authorities from set `from` up to before block `until`.
	async fn handoffs(&self, from: u64, until: u32) -> Result<Vec<Handoff>, CliError> {
		let mut handoffs = Vec::new();
		loop {
			let page = self.client.handoffs(from.saturating_add(handoffs.len() as u64)).await?;
			let count = page.len();
			for handoff in page {
				let header = Header::decode(&handoff.header.0)
					.map_err(|_| CliError::BadProof("a hand-off's header can't be read".into()))?;
				// The block of a hand-off itself is still finalised by the outgoing set.
				if header.number() >= until {
					return Ok(handoffs);
				}
				handoffs.push(Handoff {
					header: handoff.header.0,
					justification: handoff.justification.0,
				});
			}
			if count < HANDOFF_PAGE {
				return Ok(handoffs);
			}
		}
	}

	async fn inclusion(
		&self,
		entry: &Entry,
		index: u64,
		checkpoint: &Checkpoint,
	) -> Result<Inclusion, CliError> {
		let path = self.client.inclusion_proof(index, checkpoint.log_size).await?;
		verify_inclusion::<SoftwareSha256>(
			&entry.leaf,
			index,
			checkpoint.log_size,
			&path,
			&checkpoint.log_root,
		)
		.map_err(|error| CliError::BadProof(format!("inclusion of entry {index}: {error}")))?;
		Ok(Inclusion { index, path })
	}

	/// The member's path in its batch: from the journal's members, which are complete.
	async fn member(&self, found: &Found) -> Result<Option<MemberProof>, CliError> {
		let Some(record) = &found.member else { return Ok(None) };
		let statement = found.entry.statement.record();
		let index = record.index.unwrap_or_default();
		let leaves = self.journal.member_leaves(&found.entry)?;
		let count = statement.batch.map_or(0, |batch| batch.count);
		let path = if leaves.len() as u64 == u64::from(count) {
			let tree = MemoryTree::new::<SoftwareSha256>(&leaves);
			inclusion_path::<_, SoftwareSha256>(&tree, index.into(), count.into())
				.map_err(|error| CliError::BadProof(error.to_string()))?
		} else {
			let sequence = statement.sequence;
			let proof = self.client.member_proof(statement.operator, sequence, index).await?;
			proof.path.into_iter().map(Into::into).collect()
		};
		Ok(Some(MemberProof { record: record.encode(), path }))
	}

	async fn key(&self, entry: &Entry) -> Result<PublicKey, CliError> {
		let operator = entry.statement.record().operator;
		if let Some(key) = self.journal.key(operator)? {
			return Ok(key);
		}
		let state = self.client.operator(operator, At::Finalised).await?;
		let bytes = state.and_then(|state| state.key).ok_or(Missing::PublicKey(operator))?;
		Ok(PublicKey::from_bytes(&bytes)?)
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
		let file = OpeningsFile::new(record.id().to_string(), journal.openings(record.id())?);
		write_file(path, json!(file).to_string().as_bytes())?;
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

/// The openings of a record's commitments, as a file. Format: `docs/formats/opening.md`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpeningsFile {
	pantheon_openings: u64,
	record: String,
	openings: Vec<OpeningItem>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OpeningItem {
	field: String,
	opening: String,
}

impl OpeningsFile {
	fn new(record: String, openings: Vec<(String, Opening)>) -> Self {
		let openings = openings
			.into_iter()
			.map(|(field, opening)| OpeningItem { field, opening: hex::encode(opening.encode()) })
			.collect();
		Self { pantheon_openings: 1, record, openings }
	}

	/// The openings with the fields that they belong to.
	pub(crate) fn openings(&self) -> Result<Vec<(String, Opening)>, ContentError> {
		if self.pantheon_openings != 1 {
			return Err(ContentError::Field("pantheon_openings"));
		}
		self.openings
			.iter()
			.map(|item| {
				let bytes = hex::decode(&item.opening)
					.map_err(|_| ContentError::Field("openings.opening"))?;
				Ok((item.field.clone(), Opening::decode(&bytes)?))
			})
			.collect()
	}
}
