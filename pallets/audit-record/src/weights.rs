//! Weights for `pallet_audit_record`
//!
//! ESTIMATED BY HAND, until the benchmarks have run: a signature verification of 183 µs in wasmtime,
//! encoding and hashing of 4 KB, half a microsecond per hash of a batch's tree, plus the storage work of
//! each call. Replaced by `benchmark pallet` output.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]
#![allow(dead_code)]

use frame_support::{traits::Get, weights::{Weight, constants::RocksDbWeight}};
use core::marker::PhantomData;

/// Weight functions needed for `pallet_audit_record`.
pub trait WeightInfo {
	fn submit_intent() -> Weight;
	fn submit_outcome() -> Weight;
	fn submit_forged() -> Weight;
	fn submit_batch(m: u32, ) -> Weight;
	fn on_initialize() -> Weight;
	fn on_finalize() -> Weight;
}

/// Weights for `pallet_audit_record` using the Substrate node and recommended hardware.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Operators::Operators` (r:1 w:0)
	/// Storage: `Operators::Chains` (r:1 w:1)
	/// Storage: `AuditRecord::OpenIntents` (r:0 w:1)
	fn submit_intent() -> Weight {
		Weight::from_parts(260_000_000, 6000)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `Operators::Operators` (r:1 w:0)
	/// Storage: `Operators::Chains` (r:1 w:1)
	/// Storage: `AuditRecord::OpenIntents` (r:1 w:1)
	fn submit_outcome() -> Weight {
		Weight::from_parts(260_000_000, 6000)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `Operators::Operators` (r:1 w:0)
	/// Storage: `Operators::Chains` (r:1 w:0)
	fn submit_forged() -> Weight {
		Weight::from_parts(250_000_000, 6000)
			.saturating_add(T::DbWeight::get().reads(2_u64))
	}
	/// Storage: `Operators::Operators` (r:1 w:0)
	/// Storage: `Operators::Chains` (r:1 w:1)
	fn submit_batch(m: u32, ) -> Weight {
		Weight::from_parts(260_000_000, 6000)
			.saturating_add(Weight::from_parts(700_000, 0).saturating_mul(m.into()))
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn on_initialize() -> Weight {
		Weight::from_parts(10_000_000, 0)
	}
	/// Storage: `AuditRecord::Checkpoints` (r:0 w:2)
	fn on_finalize() -> Weight {
		Weight::from_parts(60_000_000, 0)
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
}

// For backwards compatibility and tests.
impl WeightInfo for () {
	fn submit_intent() -> Weight {
		Weight::from_parts(260_000_000, 6000)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(2_u64))
	}
	fn submit_outcome() -> Weight {
		Weight::from_parts(260_000_000, 6000)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(2_u64))
	}
	fn submit_forged() -> Weight {
		Weight::from_parts(250_000_000, 6000)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
	}
	fn submit_batch(m: u32, ) -> Weight {
		Weight::from_parts(260_000_000, 6000)
			.saturating_add(Weight::from_parts(700_000, 0).saturating_mul(m.into()))
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn on_initialize() -> Weight {
		Weight::from_parts(10_000_000, 0)
	}
	fn on_finalize() -> Weight {
		Weight::from_parts(60_000_000, 0)
			.saturating_add(RocksDbWeight::get().writes(2_u64))
	}
}
