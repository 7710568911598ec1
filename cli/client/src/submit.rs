//! Signing, submitting and watching transactions.

use crate::{Account, Call, Client, ClientError};
use jsonrpsee::rpc_params;
use pantheon_primitives::BlockHash;
use std::{
	fmt,
	time::{Duration, Instant},
};
use subxt::{
	client::OnlineClientAtBlockImpl,
	config::{substrate::SubstrateExtrinsicParamsBuilder, HashFor},
	transactions::{
		SubmittableTransaction, TransactionInBlock, TransactionProgress, TransactionStatus,
		TransactionsClient,
	},
	SubstrateConfig,
};

type AtBlock = OnlineClientAtBlockImpl<SubstrateConfig>;
type Transaction = SubmittableTransaction<SubstrateConfig, AtBlock>;

/// Blocks for which a signed transaction stays valid: after that nobody can include it any more.
const MORTALITY: u64 = 64;
/// How long a pipeline signs against the same finalised block before it asks for a newer one.
const REFRESH: Duration = Duration::from_secs(60);

/// How far a transaction has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
	/// In the best block; a fork may still undo it.
	Included,
	/// In a finalised block.
	Finalised,
}

impl fmt::Display for Stage {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Included => "in a block",
			Self::Finalised => "finalised",
		})
	}
}

/// A transaction that the chain has executed with success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InBlock {
	/// The block that holds it.
	pub block: BlockHash,
	/// The transaction's hash.
	pub transaction: [u8; 32],
	/// How sure that is.
	pub stage: Stage,
}

/// A transaction on its way.
pub struct Submission {
	client: Client,
	progress: TransactionProgress<SubstrateConfig, AtBlock>,
}

impl Submission {
	/// The transaction's hash.
	pub fn transaction(&self) -> [u8; 32] {
		self.progress.extrinsic_hash().0
	}

	/// Waits until the transaction has reached `stage` **and** was executed with success.
	///
	/// `seen` hears of every stage on the way. A refusal by the chain is reported when its block has
	/// reached `stage`, since a fork could still turn it round.
	pub async fn wait(
		self,
		stage: Stage,
		timeout: Duration,
		mut seen: impl FnMut(Stage),
	) -> Result<InBlock, ClientError> {
		tokio::time::timeout(timeout, self.follow(stage, &mut seen))
			.await
			.unwrap_or(Err(ClientError::Timeout { stage, after: timeout }))
	}

	async fn follow(
		mut self,
		stage: Stage,
		seen: &mut impl FnMut(Stage),
	) -> Result<InBlock, ClientError> {
		while let Some(status) = self.progress.next().await {
			let status = status
				.map_err(|error| self.client.asked("a watched transaction").progress(error))?;
			match status {
				TransactionStatus::InBestBlock(found) => {
					seen(Stage::Included);
					if stage == Stage::Included {
						return succeeded(&self.client, found, stage).await;
					}
				},
				TransactionStatus::InFinalizedBlock(found) => {
					seen(Stage::Finalised);
					return succeeded(&self.client, found, Stage::Finalised).await;
				},
				TransactionStatus::Error { message }
				| TransactionStatus::Invalid { message }
				| TransactionStatus::Dropped { message } => {
					return Err(ClientError::Dropped { reason: message });
				},
				TransactionStatus::Validated
				| TransactionStatus::Broadcasted
				| TransactionStatus::NoLongerInBestBlock => {},
			}
		}
		Err(ClientError::Disconnected {
			url: self.client.url().to_owned(),
			reason: "the node stopped reporting on the transaction".into(),
		})
	}
}

async fn succeeded(
	client: &Client,
	found: TransactionInBlock<SubstrateConfig, AtBlock>,
	stage: Stage,
) -> Result<InBlock, ClientError> {
	found
		.wait_for_success()
		.await
		.map_err(|error| client.asked("the events of a block").events(error))?;
	Ok(InBlock {
		block: BlockHash::new(found.block_hash().0),
		transaction: found.extrinsic_hash().0,
		stage,
	})
}

impl Client {
	/// Signs `call` with `account`, submits it and watches it.
	pub async fn submit(&self, call: &Call, account: &Account) -> Result<Submission, ClientError> {
		self.pipeline(account.clone()).await?.submit(call).await
	}

	/// Starts a pipeline: many transactions of one account, submitted without waiting for each.
	pub async fn pipeline(&self, account: Account) -> Result<Pipeline, ClientError> {
		let nonce = self.next_nonce(&account).await?;
		let base = Base::fetch(self).await?;
		Ok(Pipeline { client: self.clone(), account, nonce, base })
	}
}

/// Transactions of one account in the order in which they are given.
///
/// The nonce is counted here, so no other program may submit from the same account meanwhile.
pub struct Pipeline {
	client: Client,
	account: Account,
	nonce: u64,
	base: Base,
}

/// The finalised block against which transactions are signed.
struct Base {
	transactions: TransactionsClient<SubstrateConfig, AtBlock>,
	number: u64,
	hash: HashFor<SubstrateConfig>,
	fetched: Instant,
}

impl Base {
	async fn fetch(client: &Client) -> Result<Self, ClientError> {
		let block = client
			.api
			.at_current_block()
			.await
			.map_err(|error| client.asked("the runtime's metadata").at_block(error))?;
		Ok(Self {
			transactions: block.transactions(),
			number: block.block_number(),
			hash: block.block_hash(),
			fetched: Instant::now(),
		})
	}
}

impl Pipeline {
	/// The nonce of the next transaction.
	pub fn nonce(&self) -> u64 {
		self.nonce
	}

	/// Signs and submits the next transaction; returns once the node's pool has taken it.
	pub async fn submit(&mut self, call: &Call) -> Result<Submission, ClientError> {
		let transaction = self.sign(call).await?;
		let progress = transaction
			.submit_and_watch()
			.await
			.map_err(|error| self.client.asked("a submitted transaction").extrinsic(error))?;
		self.nonce = self.nonce.saturating_add(1);
		Ok(Submission { client: self.client.clone(), progress })
	}

	/// What the call would cost as the next transaction, at the fees of now. Nothing is submitted.
	pub async fn fee(&mut self, call: &Call) -> Result<u128, ClientError> {
		let transaction = self.sign(call).await?;
		let fee = transaction.partial_fee_estimate().await;
		fee.map_err(|error| self.client.asked("the fee of a transaction").extrinsic(error))
	}

	/// Like [`Self::submit`] without watching: the cheapest way to send many. Gives the
	/// transaction's hash.
	pub async fn send(&mut self, call: &Call) -> Result<[u8; 32], ClientError> {
		let transaction = self.sign(call).await?;
		let bytes = format!("0x{}", hex::encode(transaction.encoded()));
		let hash: subxt::utils::H256 =
			self.client.request("author_submitExtrinsic", rpc_params![bytes]).await?;
		self.nonce = self.nonce.saturating_add(1);
		Ok(hash.0)
	}

	/// Asks the node again for the account's next nonce, after a transaction was dropped.
	pub async fn resync(&mut self) -> Result<(), ClientError> {
		self.nonce = self.client.next_nonce(&self.account).await?;
		Ok(())
	}

	async fn sign(&mut self, call: &Call) -> Result<Transaction, ClientError> {
		if self.base.fetched.elapsed() > REFRESH {
			self.base = Base::fetch(&self.client).await?;
		}
		let params = SubstrateExtrinsicParamsBuilder::<SubstrateConfig>::new()
			.mortal_from_unchecked(MORTALITY, self.base.number, self.base.hash)
			.nonce(self.nonce)
			.build();
		let title = call.title();
		let asked = self.client.asked(&title);
		self.base
			.transactions
			.create_signable_offline(call, params)
			.and_then(|mut signable| signable.sign(&self.account.keypair))
			.map_err(|error| asked.extrinsic(error))
	}
}
