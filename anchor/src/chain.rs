//! The Pantheon side: where checkpoints come from and where anchors are reported.

use crate::condition::Condition;
use pantheon_client::{
	audit::checkpoint_of, Account, At, AuditRefusal, Call, Client, ClientError, Stage,
};
use pantheon_primitives::{
	bitcoin::AnchorProof,
	finality::{FinalityProof, Handoff, Header},
	trust::TrustFile,
	Checkpoint,
};
use std::{future::Future, time::Duration};
use tokio::runtime::Runtime;

/// How long a report may take to get into a block.
const REPORT_TIMEOUT: Duration = Duration::from_secs(60);
/// Rounds of asking for hand-offs; each brings up to 64.
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
	/// The way from the trust file's authority set to the newest known, as the node gave it.
	handoffs: Vec<Handoff>,
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
			trust,
			reporter,
			client: None,
			handoffs: Vec::new(),
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

	/// Takes in the authority changes that happened since the last time.
	fn follow_handoffs(&mut self, client: &Client) -> Result<(), Condition> {
		for _ in 0..HANDOFF_PAGES {
			let known = u64::try_from(self.handoffs.len()).unwrap_or(u64::MAX);
			let from = self.trust.authorities.id.saturating_add(known);
			let page = self.ask(client.handoffs(from))?;
			if page.is_empty() {
				break;
			}
			self.handoffs.extend(page.into_iter().map(|handoff| Handoff {
				header: handoff.header.0,
				justification: handoff.justification.0,
			}));
		}
		Ok(())
	}

	/// The changes that had happened at a block. The block that announces a change is itself finalised by
	/// the outgoing set.
	fn handoffs_before(&self, block_number: u32) -> Vec<Handoff> {
		let earlier = |handoff: &&Handoff| {
			Header::decode(&handoff.header).is_ok_and(|header| header.number() < block_number)
		};
		self.handoffs.iter().filter(earlier).cloned().collect()
	}
}

impl CheckpointSource for NodeChain {
	fn newest(&mut self) -> Result<Checkpoint, Condition> {
		let client = self.client()?;
		self.follow_handoffs(&client)?;
		let signed_off = self.ask(client.audit_checkpoint(None))?;
		let checkpoint = checkpoint_of(&signed_off.checkpoint);
		if checkpoint.genesis != self.trust.genesis {
			let detail = format!(
				"it is of the chain with genesis {}, the trust file is for {}",
				checkpoint.genesis, self.trust.genesis
			);
			return Err(Condition::CheckpointRefused { detail });
		}
		let proof = FinalityProof {
			header: signed_off.header.0,
			justification: signed_off.justification.0,
			handoffs: self.handoffs_before(checkpoint.block_number),
		};
		match proof.verify(&checkpoint, &self.trust.authorities) {
			Ok(_) => Ok(checkpoint),
			Err(error) => {
				// Ask for the way anew next time: it may be what was wrong.
				self.handoffs.clear();
				Err(Condition::CheckpointRefused { detail: error.to_string() })
			},
		}
	}

	fn report(&mut self, checkpoint: &Checkpoint, proof: &AnchorProof) -> Result<(), Condition> {
		let failed = |detail: String| Condition::ReportFailed { detail };
		let Some(account) = self.reporter.clone() else {
			return Err(failed("no account is configured".into()));
		};
		let client = self.client().map_err(|error| failed(error.to_string()))?;
		let submitted = async {
			let consistency = consistency(&client, checkpoint).await?;
			let call = Call::report_anchor(checkpoint, proof, &consistency);
			let submission = client.submit(&call, &account).await?;
			submission.wait(Stage::Included, REPORT_TIMEOUT, |_| {}).await
		};
		self.ask(submitted).map(|_| ()).map_err(|error| failed(error.to_string()))
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
