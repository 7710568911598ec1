//! The registry's invariants, in words and in code.
//!
//! 1. Whoever has an operator entry has a chain, and the other way round: a chain is never dropped.
//! 2. The id of an operator that still has its first key is that key's hash.
//! 3. A retired operator has no open intents.
//! 4. An operator has at most `MaxOpenIntents` open intents.
//! 5. A chain has a head exactly if it has a record.
//! 6. For each owner, what is held is the sum of its active operators' deposits.

use crate::{BalanceOf, Chains, Config, HoldReason, Operators, Pallet, Registration, FIRST_KEY};
use alloc::collections::BTreeMap;
use frame_support::{
	ensure,
	traits::{fungible::InspectHold, Get},
};
use pantheon_primitives::PublicKey;
use sp_runtime::{
	traits::{Saturating, Zero},
	TryRuntimeError,
};

impl<T: Config> Pallet<T> {
	/// Fails with the first invariant that does not hold.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		let mut held = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		for (id, operator) in Operators::<T>::iter() {
			let chain = Chains::<T>::get(id).ok_or("1: an operator without a chain")?;
			let total = held.entry(operator.owner).or_default();
			match operator.registration {
				Registration::Active { key, deposit } => {
					let public =
						PublicKey::from_bytes(&key.bytes).map_err(|_| "2: no public key")?;
					ensure!(
						key.epoch != FIRST_KEY || public.operator_id() == id,
						"2: the id is not the first key's hash"
					);
					total.saturating_accrue(deposit);
				},
				Registration::Retired => {
					ensure!(chain.open_intents.is_zero(), "3: a retired operator has open intents")
				},
			}
		}
		for (id, chain) in Chains::<T>::iter() {
			ensure!(Operators::<T>::contains_key(id), "1: a chain without an operator");
			ensure!(chain.open_intents <= T::MaxOpenIntents::get(), "4: too many open intents");
			ensure!(
				chain.head.head.is_some() == (chain.head.next_sequence > 0),
				"5: head and next sequence disagree"
			);
		}
		for (owner, deposits) in held {
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::Registration.into(), &owner) == deposits,
				"6: held balance is not the sum of the deposits"
			);
		}
		Ok(())
	}
}
