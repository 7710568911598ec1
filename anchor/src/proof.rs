//! The part of a proof that concerns Bitcoin: made from the node's blocks, checked as an auditor would
//! check it, and written to a file.

use crate::{
	condition::Condition,
	guards::pinned_hash,
	machine::{Anchor, BlockPlace},
	rpc::BitcoinRpc,
};
use bitcoin::{
	consensus::{deserialize, serialize},
	hashes::Hash,
	Transaction,
};
use pantheon_client::anchor_file::{AnchorFile, EXTENSION, MAX_LEN};
use pantheon_primitives::bitcoin::{
	verify_anchor, AnchorProof, AnchoredAt, HeaderRules, HEADER_LEN,
};
use std::{
	fs::{self, File},
	io::{self, Write},
	path::{Path, PathBuf},
};

/// A checked proof of an anchor.
#[derive(Clone, Debug)]
pub struct Proven {
	/// Checkpoint and proof, as exported.
	pub file: AnchorFile,
	/// What the check found.
	pub at: AnchoredAt,
}

fn failed(detail: impl ToString) -> Condition {
	Condition::ExportFailed { detail: detail.to_string() }
}

/// Makes the proof of a mined anchor, with the headers from the trust file's pinned one up to `depth`
/// blocks from the anchor's on, or to the tip where that is nearer.
pub fn prove(
	rpc: &impl BitcoinRpc,
	anchor: &Anchor,
	rules: &HeaderRules,
	depth: u32,
) -> Result<Proven, Condition> {
	let at = anchor.stage.mined_at().ok_or_else(|| failed("no block holds it"))?;
	let version = anchor.effective_version().ok_or_else(|| failed("its version is missing"))?;
	let last = at.block.height.saturating_add(depth.saturating_sub(1));
	let headers = headers(rpc, rules, last)?;
	let block = rpc.block(&at.block.hash)?;
	let first = rules.pinned.height.saturating_add(1);
	let proof = AnchorProof::build(&block, &version.txid.to_byte_array(), first, headers)
		.map_err(failed)?;
	let at = verify_anchor(&version.checkpoint, &proof, rules)
		.map_err(|error| failed(format!("the proof does not verify: {error}")))?;
	Ok(Proven { file: AnchorFile { checkpoint: version.checkpoint, proof }, at })
}

/// The headers after the pinned one up to height `last` or the tip. Walked back along the links, so that
/// they belong together even if the tip changes meanwhile.
fn headers(
	rpc: &impl BitcoinRpc,
	rules: &HeaderRules,
	last: u32,
) -> Result<Vec<[u8; HEADER_LEN]>, Condition> {
	let info = rpc.chain_info()?;
	let top = match info.height > last {
		true => {
			let gone = || failed("the chain has changed meanwhile");
			BlockPlace { height: last, hash: rpc.block_hash(last)?.ok_or_else(gone)? }
		},
		false => BlockPlace { height: info.height, hash: info.hash },
	};
	let mut headers = Vec::new();
	let mut hash = top.hash;
	for _ in rules.pinned.height..top.height {
		let header = rpc.header(&hash)?;
		let bytes: [u8; HEADER_LEN] =
			serialize(&header).try_into().map_err(|_| failed("a header is malformed"))?;
		headers.push(bytes);
		hash = header.prev_blockhash;
	}
	if pinned_hash(&rules.pinned) != Some(hash) {
		return Err(failed("the chain does not contain the trust file's pinned header"));
	}
	headers.reverse();
	Ok(headers)
}

/// Where the file of a checkpoint's anchor goes: named by the Pantheon block's number.
pub fn path_of(dir: &Path, block_number: u32) -> PathBuf {
	dir.join(format!("{block_number}.{EXTENSION}"))
}

/// Writes the file, whole or not at all. Returns its path.
pub fn write(dir: &Path, proven: &Proven) -> Result<PathBuf, Condition> {
	let path = path_of(dir, proven.file.checkpoint.block_number);
	let bytes = proven.file.encode();
	if bytes.len() > MAX_LEN {
		let headers = proven.file.proof.headers.len();
		return Err(failed(format!(
			"with {headers} headers it is too large; use a trust file with a later pinned header"
		)));
	}
	replace(dir, &path, &bytes).map_err(|error| failed(format!("{}: {error}", path.display())))?;
	Ok(path)
}

/// Takes away the files of versions that were replaced: one may have been exported before a reorganisation put
/// another into the chain, and it proves nothing any more.
pub fn retract(dir: &Path, anchor: &Anchor) -> Result<(), Condition> {
	let stays = anchor.checkpoint().map(|c| c.block_number);
	let numbers = anchor.versions.iter().map(|v| v.checkpoint.block_number);
	for number in numbers.filter(|number| Some(*number) != stays) {
		let path = path_of(dir, number);
		// A later anchor may have committed to the same checkpoint.
		let ours = AnchorFile::read(&path)
			.ok()
			.and_then(|file| deserialize::<Transaction>(&file.proof.transaction).ok())
			.is_some_and(|tx| anchor.versions.iter().any(|v| v.txid == tx.compute_txid()));
		if !ours {
			continue;
		}
		match fs::remove_file(&path) {
			Err(error) if error.kind() != io::ErrorKind::NotFound => {
				return Err(failed(format!("{}: {error}", path.display())));
			},
			_ => {},
		}
	}
	Ok(())
}

/// Writes a file, whole or not at all.
pub(crate) fn replace(dir: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
	fs::create_dir_all(dir)?;
	let partial = path.with_extension("partial");
	let mut file = File::create(&partial)?;
	file.write_all(bytes)?;
	file.sync_all()?;
	fs::rename(&partial, path)?;
	// The name itself must survive a power cut too.
	File::open(dir)?.sync_all()
}
