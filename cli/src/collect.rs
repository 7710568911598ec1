//! What every proof needs of a node: a checkpoint that is final, its anchor, hand-offs, inclusion paths.
//!
//! A node's answers are help, not proof: what can be checked here is, and the rest is for the verifier.

use crate::{
	args::WaitArgs,
	error::{CliError, Missing},
	journal::Journal,
};
use pantheon_client::{anchor_file::AnchorFile, audit::checkpoint_of, At, Client};
use pantheon_primitives::{
	bundle::Inclusion,
	finality::{FinalityProof, Handoff, Header},
	hash::SoftwareSha256,
	log::verify_inclusion,
	trust::TrustFile,
	Checkpoint, LeafHash, OperatorId, PublicKey,
};
use std::{
	path::PathBuf,
	time::{Duration, Instant},
};

/// How often the node is asked for a newer finality proof.
pub(crate) const POLL: Duration = Duration::from_secs(1);
/// Most hand-offs in one answer of a node; fewer mean that there are no more.
const HANDOFF_PAGE: usize = pantheon_client::audit_rpc::MAX_HANDOFFS;

/// A checkpoint with what makes it final, and its anchor.
pub(crate) struct Base {
	pub(crate) checkpoint: Checkpoint,
	pub(crate) finality: FinalityProof,
	pub(crate) anchor: Option<AnchorFile>,
}

/// Which of the anchors that cover an entry is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prefer {
	/// The oldest: it shows the earliest time.
	Oldest,
	/// The newest: it speaks for the latest state.
	Newest,
}

/// The anchors in these files and directories; none if no place is named. Places without any are an error.
pub(crate) fn read_anchors(places: &[PathBuf]) -> Result<Option<Vec<AnchorFile>>, CliError> {
	if places.is_empty() {
		return Ok(None);
	}
	let files = anchor_files(places)?;
	Ok(Some(files.iter().map(|file| AnchorFile::read(file)).collect::<Result<_, _>>()?))
}

/// The anchor files named, and those in the directories named: at least one.
pub(crate) fn anchor_files(places: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
	let mut files = Vec::new();
	for place in places {
		files.extend(AnchorFile::list(place)?);
	}
	if files.is_empty() {
		let places: Vec<_> = places.iter().map(|place| place.display().to_string()).collect();
		return Err(Missing::NoAnchorFile(places.join(", ")).into());
	}
	Ok(files)
}

/// Asks one node.
#[derive(Clone, Copy)]
pub(crate) struct Collector<'a> {
	pub(crate) client: &'a Client,
	pub(crate) journal: &'a Journal,
	pub(crate) wait: &'a WaitArgs,
}

impl Collector<'_> {
	/// An anchored checkpoint that covers entry `index`, or, where no anchors are given, the newest final one.
	pub(crate) async fn base(
		&self,
		index: u64,
		anchors: Option<Vec<AnchorFile>>,
		prefer: Prefer,
		trust: Option<&TrustFile>,
	) -> Result<Base, CliError> {
		let anchor = match anchors {
			None => None,
			Some(files) => Some(self.choose(index, files, prefer)?),
		};
		let at = anchor.as_ref().map(|file| file.checkpoint.block_number);
		let deadline = Instant::now() + self.wait.timeout();
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

	fn choose(
		&self,
		index: u64,
		files: Vec<AnchorFile>,
		prefer: Prefer,
	) -> Result<AnchorFile, CliError> {
		let genesis = self.client.genesis();
		let mut files: Vec<_> =
			files.into_iter().filter(|file| file.checkpoint.genesis == genesis).collect();
		files.sort_by_key(|file| file.checkpoint.log_size);
		let size = files.last().ok_or(Missing::AnchorChain(genesis))?.checkpoint.log_size;
		let mut covering = files.into_iter().filter(|file| file.checkpoint.log_size > index);
		let chosen = match prefer {
			Prefer::Oldest => covering.next(),
			Prefer::Newest => covering.next_back(),
		};
		Ok(chosen.ok_or(Missing::Anchor { index, size })?)
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

	/// Where the entry with this leaf is in the log of the checkpoint.
	pub(crate) async fn inclusion(
		&self,
		leaf: &LeafHash,
		index: u64,
		checkpoint: &Checkpoint,
	) -> Result<Inclusion, CliError> {
		let path = self.client.inclusion_proof(index, checkpoint.log_size).await?;
		verify_inclusion::<SoftwareSha256>(
			leaf,
			index,
			checkpoint.log_size,
			&path,
			&checkpoint.log_root,
		)
		.map_err(|error| CliError::BadProof(format!("inclusion of entry {index}: {error}")))?;
		Ok(Inclusion { index, path })
	}

	/// The operator's public key: from the journal, which remembers it after the operator has left the
	/// registry, or from the chain.
	pub(crate) async fn key(&self, operator: OperatorId) -> Result<PublicKey, CliError> {
		if let Some(key) = self.journal.key(operator)? {
			return Ok(key);
		}
		let state = self.client.operator(operator, At::Finalised).await?;
		let bytes = state.and_then(|state| state.key).ok_or(Missing::PublicKey(operator))?;
		Ok(PublicKey::from_bytes(&bytes)?)
	}
}
