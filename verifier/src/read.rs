//! What a file holds, for a person to look at. Nothing here is a verdict: only [`crate::verify`] gives one.

use crate::{files::FileKind, parts::parts};
use alloc::{
	format,
	string::{String, ToString},
	vec::Vec,
};
use pantheon_primitives::{
	bitcoin::AnchorProof, bundle::ProofBundle, completeness::CompletenessBundle, hash::sha256,
	opening::OpeningsFile, trust::TrustFile, Checkpoint, Statement,
};
use serde_json::{json, Value};

/// A file's kind, length and SHA-256, and under the kind's own name what is in it, or the `error` that
/// reading it met.
pub fn read(content: &[u8]) -> Value {
	let kind = FileKind::of(content);
	let mut value = json!({
		"kind": kind.name(),
		"bytes": content.len(),
		"sha256": hex::encode(sha256(content)),
	});
	let read = match kind {
		FileKind::Trust => read_trust(content),
		FileKind::Openings => read_openings(content),
		FileKind::Proof => read_proof(content),
		FileKind::Completeness => read_completeness(content),
		FileKind::Unknown => return value,
	};
	match read {
		Ok(read) => value[kind.name()] = read,
		Err(error) => value["error"] = error.into(),
	}
	if matches!(kind, FileKind::Proof | FileKind::Completeness) {
		value["layout"] = parts(content);
	}
	value
}

fn read_trust(content: &[u8]) -> Result<Value, String> {
	let trust = TrustFile::parse(content).map_err(|error| error.to_string())?;
	let mut value: Value =
		serde_json::from_str(&trust.to_json()).map_err(|error| error.to_string())?;
	value["bitcoin"]["pinned"] = header(&trust.bitcoin.pinned.header);
	Ok(value)
}

fn read_openings(content: &[u8]) -> Result<Value, String> {
	let file = OpeningsFile::parse(content).map_err(|error| error.to_string())?;
	let openings = file.openings.iter().map(|(field, opening)| {
		json!({
			"field": field.name(),
			"commitment": opening.commitment().to_string(),
			"content": opening.content(),
		})
	});
	Ok(json!({ "record": file.record.to_string(), "openings": openings.collect::<Vec<_>>() }))
}

/// The way from the record to the Bitcoin block, as the bundle states it.
fn read_proof(content: &[u8]) -> Result<Value, String> {
	let bundle = ProofBundle::decode(content).map_err(|error| error.to_string())?;
	let batch = Statement::decode(&bundle.statement).ok().and_then(|s| s.record().batch);
	Ok(json!({
		"batch": bundle.member.as_ref().map(|member| json!({
			"steps": member.path.len(),
			"count": batch.map(|batch| batch.count),
			"root": batch.map(|batch| batch.root.to_string()),
		})),
		"log": { "index": bundle.inclusion.index, "steps": bundle.inclusion.path.len() },
		"checkpoint": checkpoint(&bundle.checkpoint),
		"finality": { "handoffs": bundle.finality.handoffs.len() },
		"anchor": bundle.anchor.as_ref().map(anchor),
	}))
}

fn read_completeness(content: &[u8]) -> Result<Value, String> {
	let bundle = CompletenessBundle::decode(content).map_err(|error| error.to_string())?;
	Ok(json!({
		"checkpoint": checkpoint(&bundle.checkpoint),
		"anchor": bundle.anchor.as_ref().map(anchor),
	}))
}

fn checkpoint(checkpoint: &Checkpoint) -> Value {
	json!({
		"genesis": checkpoint.genesis.to_string(),
		"block_number": checkpoint.block_number,
		"block_hash": checkpoint.block_hash.to_string(),
		"log_size": checkpoint.log_size,
		"log_root": checkpoint.log_root.to_string(),
	})
}

fn anchor(anchor: &AnchorProof) -> Value {
	let height = |index: usize| u64::from(anchor.first_height).saturating_add(index as u64);
	let block = anchor.block as usize;
	json!({
		"txid": reversed(double_sha256(&anchor.transaction)),
		"position": anchor.position,
		"steps": anchor.path.len(),
		"first_height": anchor.first_height,
		"headers": anchor.headers.len(),
		"height": height(block),
		"block": anchor.headers.get(block).map(header),
		"last_height": height(anchor.headers.len().saturating_sub(1)),
		"last": anchor.headers.last().map(header),
	})
}

/// A Bitcoin header's fields, hashes as Bitcoin prints them.
fn header(bytes: &[u8; 80]) -> Value {
	let (version, rest) = split::<4>(bytes);
	let (previous, rest) = split::<32>(rest);
	let (merkle_root, rest) = split::<32>(rest);
	let (time, rest) = split::<4>(rest);
	let (bits, rest) = split::<4>(rest);
	let (nonce, _) = split::<4>(rest);
	json!({
		"hash": reversed(double_sha256(bytes)),
		"bytes": hex::encode(bytes),
		"version": format!("{:08x}", u32::from_le_bytes(version)),
		"previous": reversed(previous),
		"merkle_root": reversed(merkle_root),
		"time": u32::from_le_bytes(time),
		"bits": format!("{:08x}", u32::from_le_bytes(bits)),
		"nonce": u32::from_le_bytes(nonce),
	})
}

/// The first `N` bytes and the rest; zeros where there are fewer.
fn split<const N: usize>(bytes: &[u8]) -> ([u8; N], &[u8]) {
	bytes.split_first_chunk().map_or(([0; N], &[]), |(first, rest)| (*first, rest))
}

fn double_sha256(bytes: &[u8]) -> [u8; 32] {
	sha256(&sha256(bytes))
}

fn reversed(mut hash: [u8; 32]) -> String {
	hash.reverse();
	hex::encode(hash)
}

#[cfg(test)]
mod tests {
	use super::*;
	use pantheon_primitives::bitcoin::{genesis_pin, BitcoinNetwork};

	#[test]
	fn a_bitcoin_header_reads_as_bitcoin_prints_it() {
		let read = header(&genesis_pin(BitcoinNetwork::Mainnet).header);
		assert_eq!(
			read["hash"],
			"000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"
		);
		assert_eq!(
			read["merkle_root"],
			"4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"
		);
		assert_eq!(read["previous"], "0".repeat(64));
		assert_eq!(read["time"], 1_231_006_505);
		assert_eq!((&read["bits"], &read["nonce"]), (&json!("1d00ffff"), &json!(2_083_236_893)));
		assert_eq!(read["version"], "00000001");
	}

	#[test]
	fn other_files_are_only_measured() {
		let read = read(b"abc");
		assert_eq!(read["kind"], "unknown");
		assert_eq!(read["bytes"], 3);
		assert_eq!(
			read["sha256"],
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
		);
	}
}
