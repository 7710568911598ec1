//! Weights of `pallet-validators`.
//!
//! Counted by hand from the storage that the calls touch, at the maximum number of validators, until
//! the benchmarks in `benchmarking.rs` have been run on the reference machine.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::RocksDbWeight, RuntimeDbWeight, Weight},
};

/// Weights that the pallet needs.
pub trait WeightInfo {
	/// `add`, with the most validators.
	fn add() -> Weight;
	/// `remove`, with the most validators.
	fn remove() -> Weight;
}

/// Weights under the runtime's own database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn add() -> Weight {
		change(T::DbWeight::get())
	}

	fn remove() -> Weight {
		change(T::DbWeight::get())
	}
}

impl WeightInfo for () {
	fn add() -> Weight {
		change(RocksDbWeight::get())
	}

	fn remove() -> Weight {
		change(RocksDbWeight::get())
	}
}

/// Reads the plan, the queued keys (192 bytes for each of up to 1,000 validators), the minimum and
/// the validator's keys; writes the plan; deposits an event.
fn change(db: RuntimeDbWeight) -> Weight {
	Weight::from_parts(500_000_000, 250_000).saturating_add(db.reads_writes(6, 3))
}
