//! What `pallet-session` asks at a session boundary.

use crate::{Config, Event, Minimum, Pallet, Planned, LOG_TARGET};
use alloc::vec::Vec;
use frame_support::traits::Get;
use pallet_session::historical;
use sp_runtime::traits::Convert;
use sp_staking::SessionIndex;

impl<T: Config> pallet_session::SessionManager<T::ValidatorId> for Pallet<T> {
	/// The planned set, if there is a plan. Sessions 0 and 1 keep the keys of genesis.
	///
	/// Members that have no session keys (any more) are left out, since `pallet-session` would do so
	/// anyway; if that leaves fewer than the minimum, the plan is dropped and the set stays as it is.
	fn new_session(session: SessionIndex) -> Option<Vec<T::ValidatorId>> {
		if session <= 1 {
			return None;
		}
		let set: Vec<_> = Planned::<T>::take()?.into_iter().filter(Self::has_keys).collect();
		let count = Self::count(&set);
		if count < Minimum::<T>::get() {
			log::warn!(
				target: LOG_TARGET,
				"dropping the plan for session {session}: only {count} validators have keys",
			);
			Self::deposit_event(Event::PlanDropped { session, with_keys: count });
			return None;
		}
		Self::deposit_event(Event::SetPlanned { session, count });
		Some(set)
	}

	fn start_session(session: SessionIndex) {
		let keep_from = session.saturating_sub(T::HistoryDepth::get());
		if keep_from > 0 {
			historical::Pallet::<T>::prune_up_to(keep_from);
		}
	}

	fn end_session(_: SessionIndex) {}
}

impl<T: Config> historical::SessionManager<T::ValidatorId, ()> for Pallet<T> {
	fn new_session(session: SessionIndex) -> Option<Vec<(T::ValidatorId, ())>> {
		<Self as pallet_session::SessionManager<_>>::new_session(session)
			.map(|set| set.into_iter().map(|validator| (validator, ())).collect())
	}

	fn start_session(session: SessionIndex) {
		<Self as pallet_session::SessionManager<_>>::start_session(session)
	}

	fn end_session(session: SessionIndex) {
		<Self as pallet_session::SessionManager<_>>::end_session(session)
	}
}

/// Full identification of a validator where nothing is at stake: there is nothing to identify.
pub struct NoIdentification;

impl<V> Convert<V, Option<()>> for NoIdentification {
	fn convert(_: V) -> Option<()> {
		Some(())
	}
}
