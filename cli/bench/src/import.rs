//! How long a second node takes to import the blocks of a run: from its log, while it synchronises.

use crate::{
	chain, node,
	report::{median, percent, progress, row},
};
use anyhow::{bail, Result};
use clap::Args;
use pantheon_client::Client;
use std::path::PathBuf;

#[derive(Args)]
pub struct Options {
	/// The node that authored the blocks.
	#[arg(long)]
	url: String,
	/// Log of the node that imported them, with `--detailed-log-output -l sync::import-queue=trace`.
	#[arg(long)]
	import_log: PathBuf,
	/// What the blocks hold, for the row's title.
	#[arg(long)]
	title: String,
}

pub async fn run(options: Options) -> Result<()> {
	let client = Client::connect(&options.url).await?;
	let limits = chain::limits(&client).await?;
	let mut blocks = Vec::new();
	for (number, ms) in node::importing_ms(&options.import_log)? {
		let hash = chain::block_hash(&client, number).await?;
		blocks.push((chain::block_length(&client, hash).await?, ms));
	}
	progress(format!("{}: {} imported blocks", options.title, blocks.len()));
	// The first and the last blocks of a run are part full, those before and after it empty.
	let fullest = blocks.iter().map(|(length, _)| *length).max().unwrap_or_default();
	let full: Vec<u64> = blocks
		.iter()
		.filter(|(length, _)| length.saturating_mul(10) >= fullest.saturating_mul(9))
		.map(|(_, ms)| *ms)
		.collect();
	if full.is_empty() {
		bail!("the log tells of no imported block: {}", options.import_log.display());
	}
	row(
		&format!("importing a block on a second node, {}", options.title),
		format!(
			"{} ms (median), {} ms (most), over {} blocks of about {} of the length limit",
			median(&full),
			full.iter().max().copied().unwrap_or_default(),
			full.len(),
			percent(fullest, limits.length)
		),
	);
	Ok(())
}
