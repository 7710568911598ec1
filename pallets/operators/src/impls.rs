//! What the calls do, and what other pallets and the runtime API read.

use crate::{
	BalanceOf, ChainState, Chains, Config, Error, Event, HoldReason, Operator, Operators, Pallet,
	Registration, StoredKey, FIRST_KEY,
};
use frame_support::{
	ensure,
	pallet_prelude::DispatchResult,
	traits::{fungible::MutateHold, tokens::Precision, Get},
};
use frame_system::pallet_prelude::BlockNumberFor;
use pantheon_primitives::{
	seal::{self, PUBLIC_KEY_LEN, SIGNATURE_LEN},
	GenesisHash, OperatorId, OperatorState, OperatorStatus, PublicKey,
};
use sp_runtime::traits::{SaturatedConversion, Saturating, Zero};

/// Why an operator has no key to check a seal against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoActiveKey {
	/// No operator has this id.
	Unknown,
	/// The operator has left the registry.
	Retired,
	/// The stored bytes are no key. Every string of their length is one, so this is never the case.
	Invalid,
}

impl<T: Config> Pallet<T> {
	/// This chain's genesis hash: what registrations and records are bound to.
	///
	/// `frame_system` keeps the hash of block 0 for good. During block 0 itself there is none yet.
	pub fn genesis_hash() -> GenesisHash {
		let hash: [u8; 32] =
			frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()).into();
		hash.into()
	}

	/// What registering costs in held balance at present.
	///
	/// It pays for the key *and* for all the open intents that the operator may ever have at once, so
	/// that sealing a record writes no balance.
	pub fn deposit() -> BalanceOf<T> {
		let key_bytes: BalanceOf<T> = PUBLIC_KEY_LEN.saturated_into();
		let slots: BalanceOf<T> = T::MaxOpenIntents::get().into();
		T::DepositBase::get()
			.saturating_add(T::DepositPerByte::get().saturating_mul(key_bytes))
			.saturating_add(T::DepositPerOpenIntent::get().saturating_mul(slots))
	}

	/// The key that `operator` seals with now.
	pub fn active_key(operator: &OperatorId) -> Result<PublicKey, NoActiveKey> {
		match Operators::<T>::get(operator).ok_or(NoActiveKey::Unknown)?.registration {
			Registration::Retired => Err(NoActiveKey::Retired),
			Registration::Active { key, .. } => {
				PublicKey::from_bytes(&key.bytes).map_err(|_| NoActiveKey::Invalid)
			},
		}
	}

	/// Where the chain of `operator` stands; at its start for an id that never registered.
	pub fn chain(operator: &OperatorId) -> ChainState {
		Chains::<T>::get(operator).unwrap_or_default()
	}

	/// Moves an operator's chain. The caller has checked that the operator is registered and that the
	/// record continues its chain.
	pub fn put_chain(operator: &OperatorId, chain: ChainState) {
		Chains::<T>::insert(operator, chain);
	}

	/// All that is known of an operator, for the runtime API.
	pub fn operator_state(operator: &OperatorId) -> Option<OperatorState> {
		let stored = Operators::<T>::get(operator)?;
		let chain = Self::chain(operator);
		Some(OperatorState {
			owner: *stored.owner.as_ref(),
			status: stored.registration.status(),
			key: match stored.registration {
				Registration::Active { key, .. } => Some(key.bytes.to_vec()),
				Registration::Retired => None,
			},
			chain: chain.head,
			open_intents: chain.open_intents,
		})
	}

	pub(crate) fn do_register(owner: T::AccountId, key: &[u8], proof: &[u8]) -> DispatchResult {
		let bytes: [u8; PUBLIC_KEY_LEN] = key.try_into().map_err(|_| Error::<T>::KeyLength)?;
		ensure!(proof.len() == SIGNATURE_LEN, Error::<T>::ProofLength);
		let key = PublicKey::from_bytes(&bytes).map_err(|_| Error::<T>::KeyLength)?;
		let operator = key.operator_id();
		match Operators::<T>::get(operator).map(|known| known.registration.status()) {
			Some(OperatorStatus::Active) => return Err(Error::<T>::AlreadyRegistered.into()),
			Some(OperatorStatus::Retired) => return Err(Error::<T>::IdRetired.into()),
			None => {},
		}

		let message = seal::registration_message(Self::genesis_hash(), owner.as_ref(), &key);
		seal::verify_signature(&key, &message, proof).map_err(|_| Error::<T>::ProofInvalid)?;

		let deposit = Self::deposit();
		T::Currency::hold(&HoldReason::Registration.into(), &owner, deposit)
			.map_err(|_| Error::<T>::DepositUnaffordable)?;
		let key = StoredKey { epoch: FIRST_KEY, bytes };
		let registration = Registration::Active { key, deposit };
		Operators::<T>::insert(operator, Operator { owner: owner.clone(), registration });
		Chains::<T>::insert(operator, ChainState::default());
		Self::deposit_event(Event::Registered { operator, owner });
		Ok(())
	}

	pub(crate) fn do_deregister(who: T::AccountId, operator: OperatorId) -> DispatchResult {
		let Operator { owner, registration } =
			Operators::<T>::get(operator).ok_or(Error::<T>::UnknownOperator)?;
		ensure!(owner == who, Error::<T>::NotOwner);
		let Registration::Active { deposit, .. } = registration else {
			return Err(Error::<T>::OperatorRetired.into());
		};
		ensure!(Self::chain(&operator).open_intents.is_zero(), Error::<T>::IntentsOpen);

		// Best effort: whoever took from the hold must not be able to keep an operator from leaving.
		T::Currency::release(
			&HoldReason::Registration.into(),
			&owner,
			deposit,
			Precision::BestEffort,
		)?;
		Operators::<T>::insert(operator, Operator { owner, registration: Registration::Retired });
		Self::deposit_event(Event::Deregistered { operator });
		Ok(())
	}
}
