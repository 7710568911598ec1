//! The length of a session.

use crate::{Config, EpochSlots};
use core::marker::PhantomData;
use frame_support::traits::Get;

/// Length of a BABE epoch, which is a session, in slots: what genesis set, else the runtime's own.
///
/// Development and test chains have short sessions with the same wasm as production ones. The value
/// can't change after genesis: BABE derives the epoch of a slot from it.
pub struct EpochDuration<T>(PhantomData<T>);

impl<T: Config> Get<u64> for EpochDuration<T> {
	fn get() -> u64 {
		EpochSlots::<T>::get().unwrap_or_else(T::DefaultEpochSlots::get)
	}
}
