//! One seal: made and verified in this process, and verified by the runtime in the node.

use crate::{
	chain,
	operator::{BenchKey, BenchOperator},
	report::{median, median_time, micros, progress, row},
};
use anyhow::{ensure, Context, Result};
use clap::Args;
use pantheon_client::{Account, Call, Client};
use pantheon_primitives::{seal::verify_signature, GenesisHash, Kind, Record, SubmittedRecord};
use std::time::{Duration, Instant};
use subxt::{config::substrate::SubstrateExtrinsicParamsBuilder, SubstrateConfig};
use subxt_signer::sr25519::dev;

/// Verifications in the runtime that are timed.
const RUNTIME_ROUNDS: usize = 100;
/// Verifications in this process that are timed.
const NATIVE_ROUNDS: usize = 1000;

#[derive(Args)]
pub struct Options {
	/// A development node on which //Alice pays; without it only this process is measured.
	#[arg(long)]
	url: Option<String>,
}

pub async fn run(options: Options) -> Result<()> {
	native()?;
	if let Some(url) = options.url {
		in_runtime(&Client::connect(&url).await?).await?;
	}
	Ok(())
}

fn native() -> Result<()> {
	let key = BenchKey::generate()?;
	let message = [7; 256];
	let signature = key.sign(&message)?;
	verify_signature(&key.public, &message, &signature)?;
	let verify = median_time(NATIVE_ROUNDS, || {
		std::hint::black_box(verify_signature(&key.public, &message, &signature)).ok();
	});
	let sign = median_time(NATIVE_ROUNDS, || {
		std::hint::black_box(key.sign(&message)).ok();
	});
	row("ML-DSA-65 verify, native", micros(verify));
	row("ML-DSA-65 sign (hedged), native", micros(sign));
	Ok(())
}

/// The runtime tries two transactions of the same size that both fail: one at its seal, one at its genesis
/// hash, which is looked at before the seal. The difference is the verification, with the few microseconds
/// of encoding the record.
async fn in_runtime(client: &Client) -> Result<()> {
	let alice = Account::named("//Alice")?;
	let operator = BenchOperator::generate(client.genesis())?;
	progress("registering an operator for the measurement in the runtime");
	let stage = pantheon_client::Stage::Included;
	let submission = client.submit(&operator.registration(&alice)?, &alice).await?;
	submission.wait(stage, Duration::from_secs(60), |_| ()).await?;

	let record = operator.record(Kind::Provenance);
	let mut foreign = record.clone();
	foreign.log = GenesisHash::new([0xff; 32]);
	// A seal over another record: well-formed, verified to the end, refused.
	let seal = operator.key.seal(&foreign)?;
	let nonce = client.next_nonce(&alice).await?;
	let wrong_seal = signed(client, &record, &seal, nonce).await?;
	let wrong_chain = signed(client, &foreign, &seal, nonce).await?;
	ensure!(
		chain::try_apply(client, &wrong_seal).await?
			&& chain::try_apply(client, &wrong_chain).await?,
		"the node did not try the transactions"
	);

	let (mut with, mut without) = (Vec::new(), Vec::new());
	for _ in 0..RUNTIME_ROUNDS {
		with.push(timed(client, &wrong_seal).await?);
		without.push(timed(client, &wrong_chain).await?);
	}
	let verify = median(&with).saturating_sub(median(&without));
	row("ML-DSA-65 verify, in the runtime's wasm", micros(verify));
	Ok(())
}

async fn timed(client: &Client, extrinsic: &[u8]) -> Result<Duration> {
	let start = Instant::now();
	chain::try_apply(client, extrinsic).await?;
	Ok(start.elapsed())
}

async fn signed(client: &Client, record: &Record, seal: &[u8], nonce: u64) -> Result<Vec<u8>> {
	let block = client.subxt().at_current_block().await?;
	let params = SubstrateExtrinsicParamsBuilder::<SubstrateConfig>::new().nonce(nonce).build();
	let call = Call::submit(&SubmittedRecord::from(record), seal);
	let transaction = block
		.transactions()
		.create_signable_offline(&call, params)
		.and_then(|mut signable| signable.sign(&dev::alice()))
		.context("signing a transaction")?;
	Ok(transaction.encoded().to_vec())
}
