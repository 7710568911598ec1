//! Which branch of Bitcoin a proof's headers show, and how heavy it is.

use ::bitcoin::{block::Header, consensus::deserialize, hashes::Hash, Work};

use super::{headers::add_work, AnchorProof, HEADER_LEN};

impl AnchorProof {
	/// The header at this height, if the proof shows it.
	pub fn header_at(&self, height: u32) -> Option<&[u8; HEADER_LEN]> {
		let index = height.checked_sub(self.first_height)?;
		self.headers.get(usize::try_from(index).ok()?)
	}

	/// Expected number of hashes, big-endian, in the headers from this height on.
	///
	/// By the targets that the headers declare: only the answer of a proof that
	/// [`verify_anchor`](super::verify_anchor) has accepted means anything.
	pub fn work_from(&self, height: u32) -> [u8; 32] {
		let skipped = height.saturating_sub(self.first_height);
		let shown = usize::try_from(skipped).ok().and_then(|skipped| self.headers.get(skipped..));
		let mut sum = Work::from_be_bytes([0; 32]);
		// The work of a target changes once in 2016 headers and takes longer to compute than a sum.
		let mut last = None;
		for header in shown.into_iter().flatten() {
			let Ok(header) = deserialize::<Header>(header) else { continue };
			let work = match last {
				Some((bits, work)) if bits == header.bits => work,
				_ => header.work(),
			};
			last = Some((header.bits, work));
			sum = add_work(sum, work);
		}
		sum.to_be_bytes()
	}
}

/// A block's hash, as the next header names it.
pub fn header_hash(header: &[u8; HEADER_LEN]) -> [u8; 32] {
	::bitcoin::hashes::sha256d::Hash::hash(header).to_byte_array()
}
