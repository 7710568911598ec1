//! Weights for `pallet_anchor`
//!
//! ESTIMATED BY HAND, until the benchmarks have run: a few microseconds per header (double SHA-256 in
//! wasm, decoding, comparing targets), 20 ns per byte of the transactions, both Merkle paths and two
//! consistency proofs at their longest, plus the storage work. Replaced by `benchmark pallet` output.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]
#![allow(dead_code)]

use frame_support::{traits::Get, weights::{Weight, constants::RocksDbWeight}};
use core::marker::PhantomData;

/// Weight functions needed for `pallet_anchor`.
pub trait WeightInfo {
	fn report(h: u32, b: u32, ) -> Weight;
}

/// Weights for `pallet_anchor` using the Substrate node and recommended hardware.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// The range of component `h` is `[6, 4032]`.
	/// The range of component `b` is `[300, 100000]`.
	fn report(h: u32, b: u32, ) -> Weight {
		Weight::from_parts(500_000_000, 20000)
			.saturating_add(Weight::from_parts(6_000_000, 0).saturating_mul(h.into()))
			.saturating_add(Weight::from_parts(20_000, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
}

// For backwards compatibility and tests.
impl WeightInfo for () {
	fn report(h: u32, b: u32, ) -> Weight {
		Weight::from_parts(500_000_000, 20000)
			.saturating_add(Weight::from_parts(6_000_000, 0).saturating_mul(h.into()))
			.saturating_add(Weight::from_parts(20_000, 0).saturating_mul(b.into()))
			.saturating_add(RocksDbWeight::get().reads(9_u64))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
	}
}
