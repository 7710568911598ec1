//! How a fee is split.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::Permill;

/// Parts of a fee, in millionths, that add up to exactly one.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct FeeShares {
	author: Permill,
	burn: Permill,
	treasury: Permill,
}

/// Why three parts are not a split.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FeeSharesError {
	/// They add up to this many millionths instead of a million.
	Sum(u64),
}

impl FeeShares {
	/// A split into these parts.
	///
	/// # Errors
	///
	/// [`FeeSharesError::Sum`] if they don't add up to exactly one.
	pub fn new(author: Permill, burn: Permill, treasury: Permill) -> Result<Self, FeeSharesError> {
		let sum = [author, burn, treasury]
			.iter()
			.fold(0u64, |sum, part| sum.saturating_add(part.deconstruct().into()));
		if sum != u64::from(Permill::one().deconstruct()) {
			return Err(FeeSharesError::Sum(sum));
		}
		Ok(Self { author, burn, treasury })
	}

	/// The block author's part.
	pub fn author(&self) -> Permill {
		self.author
	}

	/// The part that is burnt.
	pub fn burn(&self) -> Permill {
		self.burn
	}

	/// The treasury's part.
	pub fn treasury(&self) -> Permill {
		self.treasury
	}
}

/// 40 % to the author, 20 % burnt, 40 % to the treasury.
impl Default for FeeShares {
	fn default() -> Self {
		Self {
			author: Permill::from_percent(40),
			burn: Permill::from_percent(20),
			treasury: Permill::from_percent(40),
		}
	}
}
