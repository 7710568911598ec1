//! Who finalises: from the trust file's authority set on, along the changes that headers schedule.

use super::{
	finding::{fail, Finding},
	Rule,
};
use crate::{
	finality::{verify_justification, AuthorityKey, AuthoritySet},
	BlockHash,
};
use alloc::vec::Vec;

pub(super) struct Finality {
	trusted: AuthoritySet,
	/// Number of the set that finalises the open block: changes counted from block 0.
	set_id: u64,
	/// That set, once the trusted one is reached.
	current: Option<AuthoritySet>,
	/// Whether the block that was last given is justified.
	justified: bool,
}

impl Finality {
	pub(super) fn new(trusted: &AuthoritySet) -> Self {
		let current = (trusted.id == 0).then(|| trusted.clone());
		Self { trusted: trusted.clone(), set_id: 0, current, justified: false }
	}

	pub(super) fn set(&self) -> Option<&AuthoritySet> {
		self.current.as_ref()
	}

	/// Takes the open block's justification. Before the trusted set there is nothing to check it by, and
	/// nothing rests on it: those blocks are fixed by the hashes in later headers.
	pub(super) fn justify(
		&mut self,
		hash: &BlockHash,
		number: u32,
		justification: &[u8],
	) -> Result<(), Finding> {
		let Some(set) = &self.current else { return Ok(()) };
		verify_justification(hash, number, set, justification).map_err(fail(Rule::Finality))?;
		self.justified = true;
		Ok(())
	}

	/// Ends a block, which may hand over to another set.
	pub(super) fn close(&mut self, next: Option<Vec<(AuthorityKey, u64)>>) -> Result<(), Finding> {
		let Some(authorities) = next else { return Ok(()) };
		if self.current.is_some() && !self.justified {
			let why = "the block changes the authorities and is not shown to be final";
			return Err(Finding::new(Rule::Handoff, why));
		}
		self.set_id = self.set_id.saturating_add(1);
		if self.set_id == self.trusted.id && authorities != self.trusted.authorities {
			let why = "the chain handed over to other authorities than the trust file names";
			return Err(Finding::new(Rule::Authorities, why));
		}
		if self.set_id >= self.trusted.id {
			self.current = Some(AuthoritySet { id: self.set_id, authorities });
		}
		Ok(())
	}

	/// A block begins: it has no justification yet.
	pub(super) fn begin(&mut self) {
		self.justified = false;
	}

	/// The last block must be final.
	pub(super) fn end(&self, number: u32) -> Result<(), Finding> {
		let at_last = |mut finding: Finding| {
			finding.position.block = Some(number);
			finding
		};
		if self.current.is_none() {
			let why = format_args!(
				"the trust file names authority set {}, and the blocks end with set {}",
				self.trusted.id, self.set_id
			);
			return Err(at_last(Finding::new(Rule::Authorities, why)));
		}
		if !self.justified {
			let why = "the last block is not shown to be final";
			return Err(at_last(Finding::new(Rule::Finality, why)));
		}
		Ok(())
	}
}
