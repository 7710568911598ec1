//! What a node or a tool reads of the log at a block.
//!
//! Call it *at the hash of the block in question*: state after a block holds the entries of that block
//! and of no other.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

use alloc::vec::Vec;
use pantheon_primitives::{
	log::CompactLog, EntryInfo, LogDigest, OperatorId, OperatorState, RecordId,
};

sp_api::decl_runtime_apis! {
	/// The audit log and its operators, as of one block.
	pub trait AuditApi {
		/// Size and peaks of the log after this block.
		fn log_state() -> CompactLog;

		/// The entries that this block appended, in the order of their indices. The first one's index is
		/// the log's size minus their number.
		fn block_entries() -> Vec<EntryInfo>;

		/// An operator, also one that has left; none if the id never registered.
		fn operator(id: OperatorId) -> Option<OperatorState>;

		/// Size and root of the log after `block`; none once it has left the ring of recent checkpoints.
		fn checkpoint_at(block: u32) -> Option<LogDigest>;

		/// Whether `intent` waits for its outcome or denial. Only intents that were submitted one by one:
		/// those inside batches are paired by the verifier.
		fn is_intent_open(operator: OperatorId, intent: RecordId) -> bool;
	}
}
