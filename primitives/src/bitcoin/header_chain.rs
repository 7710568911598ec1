//! Following Bitcoin's headers one by one, however many there are: for audits of a whole log, and for
//! moving a trust file's pinned header forward.

use ::bitcoin::{
	block::Header,
	consensus::deserialize,
	hashes::{sha256d, Hash},
	Work,
};

use super::{
	headers::{add_work, Links, Works},
	AnchorError, BitcoinNetwork, PinnedHeader, HEADER_LEN,
};

/// The chain of headers after a pinned one, standing at its newest header.
///
/// Checks what [`verify_anchor`](super::verify_anchor) checks of headers, by the same code, and keeps
/// nothing of those that it has passed but the sum of their work.
pub struct HeaderChain {
	links: Links,
	works: Works,
	pinned_height: u32,
	count: u32,
	work: Work,
}

/// A header that follows from the pinned one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderAt {
	/// Its height.
	pub height: u32,
	/// The block's hash.
	pub hash: [u8; 32],
	/// Root of the block's transactions.
	pub merkle_root: [u8; 32],
	/// The block's timestamp in Unix seconds, as its miner set it.
	pub time: u32,
	/// Expected hashes in the headers after the pinned one, this one included, big-endian.
	pub work: [u8; 32],
}

impl HeaderChain {
	/// Stands at the pinned header, which is trusted.
	///
	/// Fails with [`AnchorError::PinnedHeader`] if it can't be one of the network.
	pub fn new(network: BitcoinNetwork, pinned: &PinnedHeader) -> Result<Self, AnchorError> {
		Ok(Self {
			links: Links::after_pinned(network, pinned, None)?,
			works: Works::default(),
			pinned_height: pinned.height,
			count: 0,
			work: Work::from_be_bytes([0; 32]),
		})
	}

	/// Height of the newest header.
	pub fn height(&self) -> u32 {
		self.pinned_height.saturating_add(self.count)
	}

	/// Expected hashes in all headers after the pinned one, big-endian.
	pub fn work(&self) -> [u8; 32] {
		self.work.to_be_bytes()
	}

	/// Takes the next header. Errors count headers from the pinned one's child, which is 0.
	pub fn follow(&mut self, header: &[u8; HEADER_LEN]) -> Result<HeaderAt, AnchorError> {
		let linked = self.links.follow(self.count, header)?;
		self.count = self.count.checked_add(1).ok_or(AnchorError::WrongHeight)?;
		self.work = add_work(self.work, self.works.of(linked.target));
		Ok(HeaderAt {
			height: self.height(),
			hash: linked.hash.to_byte_array(),
			merkle_root: linked.header.merkle_root.to_byte_array(),
			time: linked.header.time,
			work: self.work(),
		})
	}
}

/// `work` less `before`, both big-endian; zero if `before` is more.
pub fn work_since(work: &[u8; 32], before: &[u8; 32]) -> [u8; 32] {
	let (work, before) = (Work::from_be_bytes(*work), Work::from_be_bytes(*before));
	if before > work {
		return [0; 32];
	}
	#[allow(clippy::arithmetic_side_effects, reason = "before <= work")]
	let since = work - before;
	since.to_be_bytes()
}

impl PinnedHeader {
	/// The block's hash, as hashed.
	pub fn hash(&self) -> [u8; 32] {
		sha256d::Hash::hash(&self.header).to_byte_array()
	}

	/// That the header could be one of this network: a target within its limit, and the proof of work for
	/// it. A typing error doesn't pass; that the block is in *the* chain is for a person to look up.
	pub fn check(&self, network: BitcoinNetwork) -> Result<(), AnchorError> {
		Links::after_pinned(network, self, None)?;
		let header: Header = deserialize(&self.header).map_err(|_| AnchorError::PinnedHeader)?;
		header.validate_pow(header.target()).map_err(|_| AnchorError::PinnedHeader)?;
		Ok(())
	}
}
