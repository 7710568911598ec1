//! The node as a process: its memory, and what its log says about the blocks that it authored.

use anyhow::{Context, Result};
use std::{collections::BTreeMap, fs, path::Path};

/// Memory that the process holds now, in MiB.
pub fn memory_mib(pid: u32) -> Result<u64> {
	let status = fs::read_to_string(format!("/proc/{pid}/status"))
		.with_context(|| format!("no process {pid}"))?;
	resident_kib(&status).map(|kib| kib / 1024).context("no VmRSS in the process's status")
}

fn resident_kib(status: &str) -> Option<u64> {
	let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
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
	fn memory_is_read_from_the_status() {
		assert_eq!(resident_kib("Name:\tx\nVmRSS:\t  409600 kB\n"), Some(409_600));
		assert_eq!(resident_kib("Name:\tx\n"), None);
		assert!(memory_mib(std::process::id()).unwrap() > 0);
	}
}
