//! Keeps the log store in step with the chain: stages what is imported, commits what is final.

use super::{chain_source::ClientSource, metrics::Metrics};
use crate::errors::chain_of;
use codec::{Decode, Encode};
use futures::StreamExt;
use jsonrpsee::{core::EmptyServerParams, RpcModule};
use pantheon_log_store::{
	follow, rebuild, stage, BlockId, ChainSource, CheckError, Followed, ReadError, Store, SyncError,
};
use polkadot_service::{Block, FullClient};
use sc_client_api::BlockchainEvents;
use sc_consensus_grandpa::best_justification;
use sc_service::TaskManager;
use sp_consensus_grandpa::GrandpaJustification;
use sp_runtime::traits::{Block as BlockT, Header as HeaderT};
use std::{
	sync::Arc,
	time::{Duration, Instant},
};

const TARGET: &str = "log-store";
const GROUP: Option<&str> = Some("pantheon-log");

/// Blocks committed between two looks at the node's shutdown signal.
const BLOCKS_AT_ONCE: u32 = 16;

/// A store that is damaged again this soon after it was rebuilt won't be healed by rebuilding.
const REBUILD_AT_MOST_EVERY: Duration = Duration::from_secs(600);

/// How often a follower looks at the chain even if nothing is notified.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Justifications that may wait while the store is written to.
const JUSTIFICATION_BUFFER: usize = 64;

/// Starts following the chain.
pub fn spawn(
	tasks: &TaskManager,
	store: Arc<Store>,
	source: ClientSource,
	rpc: Arc<RpcModule<()>>,
	metrics: Metrics,
) {
	let spawn = tasks.spawn_handle();
	let client = source.client();
	let justifications = keep_justifications(store.clone(), client.clone(), rpc);
	spawn.spawn_blocking("pantheon-log-justifications", GROUP, justifications);
	let follower = Follower { store, source, metrics, rebuilt: None };
	spawn.spawn_blocking("pantheon-log-follower", GROUP, follower.run(client));
}

struct Follower {
	store: Arc<Store>,
	source: ClientSource,
	metrics: Metrics,
	rebuilt: Option<Instant>,
}

impl Follower {
	async fn run(mut self, client: Arc<FullClient>) {
		// Subscribed before the first look, so that nothing falls in between.
		let mut imported = client.every_import_notification_stream();
		let mut finalized = client.finality_notification_stream();
		self.keep_best_justification();
		if let Err(error) = self.store.check(&self.source) {
			self.recover(error.into());
		}
		self.catch_up().await;
		loop {
			tokio::select! {
				block = imported.next() => match block {
					Some(block) => {
						let number = *block.header.number();
						self.stage(BlockId { number, hash: block.hash.0.into() });
					},
					None => return,
				},
				block = finalized.next() => match block {
					Some(_) => self.catch_up().await,
					None => return,
				},
				() = tokio::time::sleep(LOOK_EVERY) => self.catch_up().await,
			}
		}
	}

	/// Staging is only needed where the state may be pruned before the block is final; committing
	/// reads the chain if nothing was staged.
	fn stage(&self, block: BlockId) {
		if let Err(error) = stage(&self.store, &self.source, block) {
			log::debug!(target: TARGET, "block {block:?} was not staged: {error}");
		}
	}

	async fn catch_up(&mut self) {
		if self.store.damage_reported() {
			self.recover(SyncError::Check(CheckError::OtherRoot));
		}
		loop {
			match follow(&self.store, &self.source, BLOCKS_AT_ONCE) {
				Ok(Followed::More) => {
					self.report();
					tokio::task::yield_now().await;
				},
				Ok(Followed::UpToDate) => break,
				Ok(Followed::Ahead) => {
					log::info!(target: TARGET, "waiting for the chain to reach the log store's block");
					break;
				},
				Err(error) => {
					if !self.recover(error) {
						break;
					}
				},
			}
		}
		self.report();
	}

	/// Rebuilds the store if that may help. Says so if not; the next finalised block tries again.
	fn recover(&mut self, error: SyncError) -> bool {
		let again = self.rebuilt.is_some_and(|at| at.elapsed() < REBUILD_AT_MOST_EVERY);
		if !error.is_damage() || again {
			log::error!(target: TARGET, "the log store can't follow the chain: {}", chain_of(&error));
			return false;
		}
		self.rebuilt = Some(Instant::now());
		match rebuild(&self.store, &error) {
			Ok(()) => {
				self.keep_best_justification();
				true
			},
			Err(error) => {
				log::error!(target: TARGET, "the log store can't be rebuilt: {}", chain_of(&error));
				false
			},
		}
	}

	/// The chain keeps the justification of the last finalised block, so that a store which starts empty
	/// need not wait for the next one.
	fn keep_best_justification(&self) {
		let client = self.source.client();
		let kept = match best_justification::<_, Block>(&*client) {
			Ok(Some(best)) => keep_justification(&self.store, &client, &best.encode()),
			Ok(None) => Ok(()),
			Err(error) => Err(error.into()),
		};
		if let Err(error) = kept {
			log::warn!(target: TARGET, "the last justification was not kept: {}", chain_of(&error));
		}
	}

	fn report(&self) {
		if let (Ok(head), Ok(finalized)) = (self.store.head(), self.source.finalized()) {
			let lag = finalized.number.saturating_sub(head.number);
			self.metrics.progress(&head, lag);
			log::debug!(
				target: TARGET,
				"log of {} entries at block {}, {lag} behind", head.log.size(), head.number,
			);
		}
	}
}

/// Keeps the justifications that the node's GRANDPA voter makes or receives. The service exposes them
/// only as a subscription of its in-process RPC.
async fn keep_justifications(store: Arc<Store>, client: Arc<FullClient>, rpc: Arc<RpcModule<()>>) {
	const METHOD: &str = "grandpa_subscribeJustifications";
	loop {
		let subscribed =
			rpc.subscribe(METHOD, EmptyServerParams::new(), JUSTIFICATION_BUFFER).await;
		let mut subscription = match subscribed {
			Ok(subscription) => subscription,
			Err(error) => {
				log::error!(target: TARGET, "no justifications will be kept: {error}");
				return;
			},
		};
		// Ends when it can't keep up; then justifications are missed, which does no harm, and it
		// begins anew.
		while let Some(Ok((justification, _))) = subscription.next::<sp_core::Bytes>().await {
			if let Err(error) = keep_justification(&store, &client, &justification) {
				log::warn!(target: TARGET, "a justification was not kept: {}", chain_of(&error));
			}
		}
		tokio::time::sleep(Duration::from_secs(1)).await;
	}
}

/// Why a justification was not kept.
#[derive(Debug, thiserror::Error)]
enum KeepError {
	#[error("the justification can't be decoded")]
	Decode(#[from] codec::Error),
	#[error("the chain can't be read")]
	Chain(#[from] sp_blockchain::Error),
	#[error("the justified block is not known")]
	UnknownBlock,
	#[error(transparent)]
	Store(#[from] ReadError),
}

fn keep_justification(store: &Store, client: &FullClient, bytes: &[u8]) -> Result<(), KeepError> {
	type Header = <Block as BlockT>::Header;
	let justification = GrandpaJustification::<Header>::decode(&mut &bytes[..])?;
	let target = &justification.commit;
	let header = client.header(target.target_hash)?.ok_or(KeepError::UnknownBlock)?;
	Ok(store.put_justification(target.target_number, &header.encode(), bytes)?)
}
