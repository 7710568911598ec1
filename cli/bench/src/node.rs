//! The node as a process: its memory, and what its log says about the blocks that it authored or imported.

use anyhow::{Context, Result};
use std::{collections::BTreeMap, fs, path::Path};

/// Memory that the process holds now, in MiB. Mapped files are not counted: the database maps its tables, and how
/// much of them is in memory is the system's choice.
pub fn memory_mib(pid: u32) -> Result<u64> {
	let status = fs::read_to_string(format!("/proc/{pid}/status"))
		.with_context(|| format!("no process {pid}"))?;
	held_kib(&status).map(|kib| kib / 1024).context("no RssAnon in the process's status")
}

fn held_kib(status: &str) -> Option<u64> {
	let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
	line.split_whitespace().next()?.parse().ok()
}

/// Milliseconds that the node took to author each block, by block number, from its log.
pub fn authoring_ms(log: &Path) -> Result<BTreeMap<u32, u64>> {
	let text = fs::read(log).with_context(|| format!("can't read {}", log.display()))?;
	Ok(String::from_utf8_lossy(&text).lines().filter_map(prepared).collect())
}

/// `… Prepared block for proposing at 12 (95 ms) …`
fn prepared(line: &str) -> Option<(u32, u64)> {
	let (_, rest) = line.split_once("Prepared block for proposing at ")?;
	let (number, rest) = rest.split_once(" (")?;
	let (ms, _) = rest.split_once(" ms)")?;
	Some((number.parse().ok()?, ms.parse().ok()?))
}

/// Milliseconds that the node took to verify and import each block, by block number, from its log: the time
/// since it was done with the block before, or since it began with the pile that the block came in.
pub fn importing_ms(log: &Path) -> Result<BTreeMap<u32, u64>> {
	let text = fs::read(log).with_context(|| format!("can't read {}", log.display()))?;
	let mut since = None;
	let mut times = BTreeMap::new();
	for line in String::from_utf8_lossy(&text).lines() {
		let Some(step) = ImportStep::parse(line) else { continue };
		if let (ImportStep { imported: Some(number), at_ms }, Some(before)) = (step, since) {
			times.insert(number, (at_ms + DAY_MS - before) % DAY_MS);
		}
		since = Some(step.at_ms);
	}
	Ok(times)
}

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// A line of the import queue: it began with a pile of blocks, or was done with one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ImportStep {
	imported: Option<u32>,
	/// Milliseconds since midnight.
	at_ms: u64,
}

impl ImportStep {
	fn parse(line: &str) -> Option<Self> {
		let imported = if let Some((_, rest)) = line.split_once("Block imported successfully Some(")
		{
			Some(rest.split_once(')')?.0.parse().ok()?)
		} else if line.contains("Starting import of ") {
			None
		} else {
			return None;
		};
		let clock = line.split_whitespace().nth(1)?;
		let (whole, ms) = clock.split_once('.')?;
		let seconds = whole
			.split(':')
			.try_fold(0u64, |sum, part| Some(sum * 60 + part.parse::<u64>().ok()?))?;
		Some(Self { imported, at_ms: seconds * 1000 + ms.parse::<u64>().ok()? })
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn authoring_times_are_read_from_the_log() {
		let line =
			"2026-01-01 00:00:00 🎁 Prepared block for proposing at 12 (95 ms) hash: 0x…; end: ok";
		assert_eq!(prepared(line), Some((12, 95)));
		assert_eq!(prepared("2026-01-01 00:00:00 💤 Idle (0 peers), best: #12"), None);
	}

	#[test]
	fn importing_times_are_between_two_lines_of_the_log() {
		let log = "\
2026-01-01 23:59:59.900 DEBUG tokio sync::import-queue: Starting import of 2 blocks  (7..8) (origin: NetworkInitialSync)
2026-01-01 23:59:59.990 DEBUG tokio sync::import-queue: Header 0x12 has 2 logs
2026-01-02 00:00:00.150 TRACE tokio sync::import-queue: Block imported successfully Some(7) (0xab)
2026-01-02 00:00:00.400 TRACE tokio sync::import-queue: Block imported successfully Some(8) (0xcd)
";
		let file = std::env::temp_dir().join(format!("pantheon-bench-{}", std::process::id()));
		fs::write(&file, log).unwrap();
		let times = importing_ms(&file).unwrap();
		fs::remove_file(file).unwrap();
		assert_eq!(times, BTreeMap::from([(7, 250), (8, 250)]));
	}

	#[test]
	fn memory_is_read_from_the_status() {
		let status = "Name:\tx\nVmRSS:\t  500000 kB\nRssAnon:\t  409600 kB\nRssFile:\t 90400 kB\n";
		assert_eq!(held_kib(status), Some(409_600));
		assert_eq!(held_kib("Name:\tx\n"), None);
		assert!(memory_mib(std::process::id()).is_ok());
	}
}
