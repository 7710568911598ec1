//! Proof bundles: their size, and the time of an offline verification.

use crate::report::{grouped, median_time, micros, row};
use anyhow::{ensure, Context, Result};
use clap::Args;
use pantheon_primitives::{report::Verdict, trust::TrustFile, verify::verify};
use std::{
	fs,
	path::{Path, PathBuf},
	time::{SystemTime, UNIX_EPOCH},
};

/// Verifications that are timed.
const ROUNDS: usize = 100;

#[derive(Args)]
pub struct Options {
	/// The trust file.
	#[arg(long)]
	trust: PathBuf,
	/// A bundle and what to call it, as in `record=outcome.pantheon`. May be repeated.
	#[arg(long = "bundle", value_name = "NAME=FILE", required = true)]
	bundles: Vec<String>,
}

pub fn run(options: &Options) -> Result<()> {
	let trust = TrustFile::parse(&read(&options.trust)?)?;
	let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
	for named in &options.bundles {
		let (name, path) = named.split_once('=').context("a bundle is given as NAME=FILE")?;
		let bundle = read(Path::new(path))?;
		let report = verify(&bundle, &trust, Some(now));
		ensure!(
			matches!(report.verdict, Verdict::Verified),
			"{path} does not verify: {}",
			report.to_json()
		);
		let time = median_time(ROUNDS, || {
			std::hint::black_box(verify(&bundle, &trust, Some(now)));
		});
		row(&format!("proof bundle, {name}"), format!("{} bytes", grouped(bundle.len() as u64)));
		row(&format!("offline verification, {name}"), micros(time));
	}
	Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
	fs::read(path).with_context(|| format!("can't read {}", path.display()))
}
