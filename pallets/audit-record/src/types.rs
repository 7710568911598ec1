//! What the log stores, and how the runtime hashes.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use pantheon_primitives::{hash::Sha256, log::CompactLog, LogDigest};
use scale_info::TypeInfo;

/// SHA-256 by host function: native code, with the processor's SHA instructions where it has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostSha256;

impl Sha256 for HostSha256 {
	fn sha256(data: &[u8]) -> [u8; 32] {
		sp_io::hashing::sha2_256(data)
	}
}

/// The log with the size that it had before this block: the one value that each record reads and
/// writes to append, so that counting the block's entries costs no further access.
#[derive(
	Clone,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct LogState {
	/// Size and peaks.
	pub log: CompactLog,
	/// Entries before this block.
	pub block_start: u64,
}

impl LogState {
	/// Entries that this block has appended.
	pub fn in_block(&self) -> u64 {
		self.log.size().saturating_sub(self.block_start)
	}

	/// Size and root, as headers carry them.
	pub fn digest(&self) -> LogDigest {
		LogDigest { size: self.log.size(), root: self.log.root::<HostSha256>() }
	}
}
