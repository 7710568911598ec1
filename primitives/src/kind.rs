//! What a record states, as a number; and sets of such numbers. Format: `docs/formats/record.md`.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What a record states. Append-only: a number never changes its meaning.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[repr(u8)]
pub enum Kind {
	/// An action is about to happen.
	#[codec(index = 1)]
	Intent = 1,
	/// What came of an intent.
	#[codec(index = 2)]
	Outcome = 2,
	/// An intent was refused, and the action did not happen.
	#[codec(index = 3)]
	Denial = 3,
	/// Somebody with the authority approved an intent.
	#[codec(index = 4)]
	Approval = 4,
	/// Many records under one seal.
	#[codec(index = 5)]
	Batch = 5,
	/// Reserved: the operator's next key.
	#[codec(index = 6)]
	KeyRotate = 6,
	/// Reserved: a key is no longer to be trusted.
	#[codec(index = 7)]
	KeyRevoke = 7,
	/// Where a model, data set or other artefact came from.
	#[codec(index = 8)]
	Provenance = 8,
}

impl Kind {
	/// Every kind, reserved ones included.
	pub const ALL: [Kind; 8] = [
		Kind::Intent,
		Kind::Outcome,
		Kind::Denial,
		Kind::Approval,
		Kind::Batch,
		Kind::KeyRotate,
		Kind::KeyRevoke,
		Kind::Provenance,
	];

	/// The kind with this number.
	pub fn from_u8(number: u8) -> Option<Kind> {
		Self::ALL.into_iter().find(|kind| kind.as_u8() == number)
	}

	/// The kind's number in the record.
	pub const fn as_u8(self) -> u8 {
		self as u8
	}

	/// The kind's name, in lower case.
	pub const fn name(self) -> &'static str {
		match self {
			Kind::Intent => "intent",
			Kind::Outcome => "outcome",
			Kind::Denial => "denial",
			Kind::Approval => "approval",
			Kind::Batch => "batch",
			Kind::KeyRotate => "key-rotate",
			Kind::KeyRevoke => "key-revoke",
			Kind::Provenance => "provenance",
		}
	}

	/// Whether the kind is laid down in the format but not accepted yet.
	pub const fn is_reserved(self) -> bool {
		matches!(self, Kind::KeyRotate | Kind::KeyRevoke)
	}

	/// Whether a batch may hold records of this kind: no batch in a batch, and changes of keys only
	/// where consensus sees them.
	pub const fn may_be_member(self) -> bool {
		!matches!(self, Kind::Batch | Kind::KeyRotate | Kind::KeyRevoke)
	}

	/// Whether the record answers an intent and must name it.
	pub const fn answers_intent(self) -> bool {
		matches!(self, Kind::Outcome | Kind::Denial | Kind::Approval)
	}
}

/// A set of kinds: bit n stands for kind number n.
#[derive(
	Clone,
	Copy,
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
pub struct KindMask(u64);

impl KindMask {
	/// No kind at all.
	pub const EMPTY: Self = Self(0);

	/// The mask with these bits, known kinds or not.
	pub const fn from_bits(bits: u64) -> Self {
		Self(bits)
	}

	/// The bits.
	pub const fn bits(self) -> u64 {
		self.0
	}

	/// The mask with `kind` added.
	#[must_use]
	pub fn with(self, kind: Kind) -> Self {
		Self(self.0 | Self::bit(kind))
	}

	/// Whether `kind` is in the mask.
	pub fn contains(self, kind: Kind) -> bool {
		self.0 & Self::bit(kind) != 0
	}

	/// Whether every kind of this mask is in `other` too.
	pub const fn is_subset_of(self, other: KindMask) -> bool {
		self.0 & !other.0 == 0
	}

	/// The kinds that a batch may hold.
	pub fn members() -> Self {
		Kind::ALL
			.into_iter()
			.filter(|kind| kind.may_be_member())
			.fold(Self::EMPTY, |mask, kind| mask.with(kind))
	}

	fn bit(kind: Kind) -> u64 {
		1u64.checked_shl(u32::from(kind.as_u8())).unwrap_or_default()
	}
}
