//! The Pantheon side: where checkpoints come from and where anchors are reported.

use crate::condition::Condition;
use bitcoin::{block::Header as BitcoinHeader, consensus::deserialize, hashes::Hash};
use pantheon_client::{
	audit::checkpoint_of, Account, AnchorEntry, At, AuditRefusal, Call, Client, ClientError, Stage,
};
use pantheon_primitives::{
	bitcoin::AnchorProof,
	finality::{follow, AuthoritySet, FinalityProof, Handoff, Header},
	trust::TrustFile,
	Checkpoint,
};
use std::{future::Future, time::Duration};
use tokio::runtime::Runtime;

/// How long a report may take to get into a block.
const REPORT_TIMEOUT: Duration = Duration::from_secs(60);
/// Times that hand-offs are asked for in one round; each brings up to 64.
const HANDOFF_PAGES: usize = 64;
/// `pallet-anchor`: every block whose number this divides stays remembered longest.
const LANDMARK_INTERVAL: u32 = 256;

/// Gives checkpoints and takes reports. The service needs nothing else of a chain.
pub trait CheckpointSource {
	/// The newest final checkpoint, checked under the trust file.
	fn newest(&mut self) -> Result<Checkpoint, Condition>;

	/// Tells the chain about a confirmed anchor. A convenience: no proof relies on it.
	fn report(&mut self, checkpoint: &Checkpoint, proof: &AnchorProof) -> Result<(), Condition>;
}

/// A Pantheon node. It is not believed: each checkpoint comes with a GRANDPA justification, which is
/// followed from the trust file's authorities. Were it believed, a lying node could only waste a fee, for
/// no auditor would accept the anchor; but that should be noticed before paying.
pub struct NodeChain {
	runtime: Runtime,
	url: String,
	audit_url: Option<String>,
	trust: TrustFile,
	reporter: Option<Account>,
	client: Option<Client>,
	/// The newest authority set that was followed to, by checked hand-offs from the trust file's.
	authorities: AuthoritySet,
}

impl NodeChain {
	/// The node at `url`. Nothing is dialled yet.
	pub fn new(
		url: &str,
		audit_url: Option<&str>,
		trust: TrustFile,
		reporter: Option<Account>,
	) -> Result<Self, std::io::Error> {
		Ok(Self {
			runtime: tokio::runtime::Builder::new_multi_thread()
				.worker_threads(1)
				.enable_all()
				.build()?,
			url: url.into(),
			audit_url: audit_url.map(Into::into),
			authorities: trust.authorities.clone(),
			trust,
			reporter,
			client: None,
		})
	}

	/// A standing connection to the chain of the trust file.
	fn client(&mut self) -> Result<Client, Condition> {
		if let Some(client) = self.client.take().filter(Client::is_connected) {
			self.client = Some(client.clone());
			return Ok(client);
		}
		let genesis = self.trust.genesis;
		let client = self
			.runtime
			.block_on(async {
				let client = Client::connect_to(&self.url, genesis).await?;
				match &self.audit_url {
					Some(url) => client.with_audit_url(url).await,
					None => Ok(client),
				}
			})
			.map_err(condition)?;
		self.client = Some(client.clone());
		Ok(client)
	}

	fn ask<T>(
		&mut self,
		answer: impl Future<Output = Result<T, ClientError>>,
	) -> Result<T, Condition> {
		self.runtime.block_on(answer).map_err(|error| {
			if error.is_unreachable() {
				self.client = None;
			}
			condition(error)
		})
	}

	/// Follows the changes of the authority set up to the one that finalises that block. The block that
	/// announces a change is itself finalised by the outgoing set.
	fn follow_to(&mut self, client: &Client, block_number: u32) -> Result<(), Condition> {
		for _ in 0..HANDOFF_PAGES {
			let page = self.ask(client.handoffs(self.authorities.id))?;
			if page.is_empty() {
				return Ok(());
			}
			for handoff in page {
				let handoff =
					Handoff { header: handoff.header.0, justification: handoff.justification.0 };
				let header = Header::decode(&handoff.header).map_err(refused)?;
				if header.number() >= block_number {
					return Ok(());
				}
				self.authorities = follow(&[handoff], &self.authorities).map_err(refused)?;
			}
		}
		// What was followed is kept: the next time goes on from there.
		let detail = format!("following authority changes, at set {}", self.authorities.id);
		Err(Condition::NoCheckpoint { detail })
	}

	fn newest_checked(&mut self) -> Result<Checkpoint, Condition> {
		let client = self.client()?;
		let signed_off = self.ask(client.audit_checkpoint(None))?;
		let checkpoint = checkpoint_of(&signed_off.checkpoint);
		let (of, expected) = (checkpoint.genesis, self.trust.genesis);
		if of != expected {
			return Err(refused(format!("it is of chain {of}, the trust file is for {expected}")));
		}
		self.follow_to(&client, checkpoint.block_number)?;
		let proof = FinalityProof {
			header: signed_off.header.0,
			justification: signed_off.justification.0,
			handoffs: Vec::new(),
		};
		proof.verify(&checkpoint, &self.authorities).map_err(refused)?;
		Ok(checkpoint)
	}
}

fn refused(detail: impl ToString) -> Condition {
	Condition::CheckpointRefused { detail: detail.to_string() }
}

impl CheckpointSource for NodeChain {
	fn newest(&mut self) -> Result<Checkpoint, Condition> {
		let newest = self.newest_checked();
		if let Err(Condition::CheckpointRefused { .. }) = newest {
			// Another node, or an older checkpoint than the last: follow anew from the trust file next time.
			self.authorities = self.trust.authorities.clone();
		}
		newest
	}

	fn report(&mut self, checkpoint: &Checkpoint, proof: &AnchorProof) -> Result<(), Condition> {
		let failed = |detail: String| Condition::ReportFailed { detail };
		let Some(account) = self.reporter.clone() else {
			return Err(failed("no account is configured".into()));
		};
		let client = self.client().map_err(|error| failed(error.to_string()))?;
		let entry = self.ask(client.anchor_entry(checkpoint));
		let needed = needed(entry.map_err(|error| failed(error.to_string()))?, proof);
		let submitted = async {
			let call = match needed {
				Needed::Nothing => return Ok(()),
				Needed::Report => {
					let consistency = consistency(&client, checkpoint).await?;
					Call::report_anchor(checkpoint, proof, &consistency)
				},
				Needed::Correction(number) => Call::correct_anchor(number, proof),
				Needed::MoreBlocks => return Err(ReportError::TooFewBlocks),
			};
			let submission = client.submit(&call, &account).await?;
			submission.wait(Stage::Included, REPORT_TIMEOUT, |_| {}).await?;
			Ok(())
		};
		match self.runtime.block_on(submitted) {
			Ok(()) => Ok(()),
			Err(error) => {
				if matches!(&error, ReportError::Client(error) if error.is_unreachable()) {
					self.client = None;
				}
				Err(failed(error.to_string()))
			},
		}
	}
}

/// Why a report was not taken, or not made.
#[derive(Debug, thiserror::Error)]
enum ReportError {
	#[error(transparent)]
	Client(#[from] ClientError),
	#[error(
		"a reorganisation moved it, and the chain takes the correction once there is more work on top than was \
		shown for the old place"
	)]
	TooFewBlocks,
}

/// What the chain has to be told about an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needed {
	/// It knows already, of this very block.
	Nothing,
	/// It has not heard of it.
	Report,
	/// It has it in another block.
	Correction(u64),
	/// The same, but it would not take the correction yet. It is not tried, for refusals cost their fee.
	MoreBlocks,
}

fn needed(entry: Option<AnchorEntry>, proof: &AnchorProof) -> Needed {
	let Some(AnchorEntry { number, bitcoin: kept }) = entry else { return Needed::Report };
	let height = proof.first_height.saturating_add(proof.block);
	let hash = proof
		.header_at(height)
		.and_then(|header| deserialize::<BitcoinHeader>(header).ok())
		.map(|header| header.block_hash().to_byte_array());
	if hash == Some(kept.block_hash) {
		return Needed::Nothing;
	}
	match proof.work_from(kept.height.max(height)) > kept.work {
		true => Needed::Correction(number),
		false => Needed::MoreBlocks,
	}
}

/// What `pallet-anchor` asks for besides the proof: nothing while the chain remembers the checkpoint's block,
/// later the way to the log at a landmark block.
async fn consistency(client: &Client, of: &Checkpoint) -> Result<Vec<[u8; 32]>, ClientError> {
	if client.checkpoint_at(of.block_number, At::Finalised).await?.is_some() {
		return Ok(Vec::new());
	}
	let last = client.audit_status().await?.finalized_number;
	let landmark = last - last % LANDMARK_INTERVAL;
	match client.checkpoint_at(landmark, At::Finalised).await? {
		Some(digest) => client.consistency_proof(of.log_size, digest.size).await,
		// The chain is shorter than its memory: it refuses, and says why.
		None => Ok(Vec::new()),
	}
}

fn condition(error: ClientError) -> Condition {
	let detail = error.to_string();
	match error {
		ClientError::WrongChain { .. } => Condition::CheckpointRefused { detail },
		ClientError::Audit {
			kind: AuditRefusal::NoJustification | AuditRefusal::NotReady, ..
		} => Condition::NoCheckpoint { detail },
		_ => Condition::ChainUnreachable { detail },
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use pantheon_primitives::bitcoin::AnchoredAt;

	/// A header of regtest's difficulty; the nonce makes it another block.
	fn header(nonce: u32) -> [u8; 80] {
		let mut header = [0; 80];
		header[72..76].copy_from_slice(&0x207f_ffff_u32.to_le_bytes());
		header[76..].copy_from_slice(&nonce.to_le_bytes());
		header
	}

	fn proof(nonce: u32, blocks: usize) -> AnchorProof {
		AnchorProof {
			transaction: Vec::new(),
			position: 1,
			path: Vec::new(),
			coinbase: Vec::new(),
			coinbase_path: Vec::new(),
			first_height: 101,
			block: 0,
			headers: vec![header(nonce); blocks],
		}
	}

	fn entry(of: &AnchorProof) -> Option<AnchorEntry> {
		let first: BitcoinHeader = deserialize(&of.headers[0]).unwrap();
		let bitcoin = AnchoredAt {
			height: 101,
			block_hash: first.block_hash().to_byte_array(),
			time: 0,
			confirmations: of.headers.len() as u32,
			work: of.work_from(101),
			txid: [7; 32],
		};
		Some(AnchorEntry { number: 4, bitcoin })
	}

	#[test]
	fn the_chain_is_told_what_it_does_not_know_and_would_take() {
		assert_eq!(needed(None, &proof(1, 6)), Needed::Report);
		let kept = entry(&proof(1, 6));
		assert_eq!(needed(kept, &proof(1, 9)), Needed::Nothing, "it stands where it stood");
		assert_eq!(needed(kept, &proof(2, 6)), Needed::MoreBlocks);
		assert_eq!(needed(kept, &proof(2, 7)), Needed::Correction(4));
	}
}
