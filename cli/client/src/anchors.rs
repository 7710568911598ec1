//! The chain's own list of its Bitcoin anchors. A convenience: no verifier relies on it.

use crate::{Client, ClientError};
use codec::DecodeAll;
use pantheon_primitives::{bitcoin::AnchoredAt, Checkpoint};
use subxt::dynamic::storage;

/// Entries that the chain keeps (`pallet-anchor`, `MAX_ANCHORS`).
const KEPT: u64 = 64;

/// An entry of the list: its number, and where the anchor was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnchorEntry {
	/// Its number, by which it is corrected.
	pub number: u64,
	/// Where it was reported to be.
	pub bitcoin: AnchoredAt,
}

impl Client {
	/// The entry of this checkpoint's anchor, at the newest final block; none where it was not reported, or so long ago
	/// that the chain has forgotten it.
	pub async fn anchor_entry(
		&self,
		checkpoint: &Checkpoint,
	) -> Result<Option<AnchorEntry>, ClientError> {
		let asked = self.asked("the list of anchors");
		let block = self.subxt().at_current_block().await.map_err(|error| asked.decode(error))?;
		let state = block.storage();
		let count = storage::<(), u64>("Anchor", "AnchorCount");
		let count = state.fetch(count, ()).await.map_err(|error| asked.decode(error))?;
		let count = u64::decode_all(&mut count.bytes()).map_err(|error| asked.decode(error))?;
		for number in (count.saturating_sub(KEPT)..count).rev() {
			// Read as bytes: the type of the value that subxt would decode is not asked for.
			let anchors = storage::<(u64,), u64>("Anchor", "Anchors");
			let entry = state.try_fetch(anchors, (number,)).await;
			let Some(entry) = entry.map_err(|error| asked.decode(error))? else { continue };
			let (of, bitcoin) = <(Checkpoint, AnchoredAt)>::decode_all(&mut entry.bytes())
				.map_err(|error| asked.decode(error))?;
			if of == *checkpoint {
				return Ok(Some(AnchorEntry { number, bitcoin }));
			}
			// Reports move forward.
			if of.block_number < checkpoint.block_number {
				break;
			}
		}
		Ok(None)
	}
}
