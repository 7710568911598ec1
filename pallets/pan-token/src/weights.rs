//! Weights of `pallet-pan-token`.
//!
//! Counted by hand from the storage that the hook touches until the benchmarks in `benchmarking.rs`
//! have been run on the reference machine.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::RocksDbWeight, RuntimeDbWeight, Weight},
};

/// Weights that the pallet needs.
pub trait WeightInfo {
	/// The check at the end of a block, with an event.
	fn on_finalize() -> Weight;
}

/// Weights under the runtime's own database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn on_finalize() -> Weight {
		on_finalize(T::DbWeight::get())
	}
}

impl WeightInfo for () {
	fn on_finalize() -> Weight {
		on_finalize(RocksDbWeight::get())
	}
}

/// Reads the two issuances, writes one, deposits one event (two reads, two writes).
fn on_finalize(db: RuntimeDbWeight) -> Weight {
	Weight::from_parts(15_000_000, 2_000).saturating_add(db.reads_writes(4, 3))
}
