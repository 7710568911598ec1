//! What the registry stores.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use pantheon_primitives::{seal::PUBLIC_KEY_LEN, ChainHead, OperatorStatus};
use scale_info::TypeInfo;

/// Number of an operator's key: 0 for the one it registered with, one more at each rotation.
pub type KeyEpoch = u32;

/// Epoch of the key that an operator registers with; the operator's id is the hash of this key.
pub const FIRST_KEY: KeyEpoch = 0;

/// The key that an operator seals with now.
///
/// The epoch is stored from the first day, so that rotation can move `(operator, epoch) -> old key`
/// into a map of its own later and this value needs no migration.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct StoredKey {
	/// Which of the operator's keys this is.
	pub epoch: KeyEpoch,
	/// ML-DSA-65 public key (FIPS 204 encoding).
	pub bytes: [u8; PUBLIC_KEY_LEN],
}

/// Whether an operator may seal, with what only the living have.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[allow(clippy::large_enum_variant)] // The key is the common case; boxed, each record would allocate once more.
pub enum Registration<Balance> {
	/// Registered. Records are checked against `key`.
	#[codec(index = 0)]
	Active {
		/// The key it seals with.
		key: StoredKey,
		/// What is held of the owner's balance, as it was computed at registration.
		deposit: Balance,
	},
	/// Left for good. Key and deposit are gone; the id can't be registered again.
	#[codec(index = 1)]
	Retired,
}

impl<Balance> Registration<Balance> {
	/// The registration without its contents.
	pub const fn status(&self) -> OperatorStatus {
		match self {
			Self::Active { .. } => OperatorStatus::Active,
			Self::Retired => OperatorStatus::Retired,
		}
	}
}

/// An operator: who answers for it and what it seals with. Written at registration, rotation and
/// deregistration only; what moves with every record is [`ChainState`].
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Operator<AccountId, Balance> {
	/// The account that registered it, and the only one that may deregister it.
	pub owner: AccountId,
	/// Whether it may seal.
	pub registration: Registration<Balance>,
}

/// What every record of an operator changes: small, so that a record never rewrites the key.
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
pub struct ChainState {
	/// Next sequence and last record.
	pub head: ChainHead,
	/// Intents that no outcome or denial has closed; at most `MaxOpenIntents`.
	pub open_intents: u32,
}
