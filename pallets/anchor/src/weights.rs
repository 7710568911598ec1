
//! Weights for `pallet_anchor`: derived, until `scripts/weights anchor` writes this file anew.
//!
//! `report` is what was measured before it looked through the last 64 anchors, with those reads added; `correct` is
//! `report` without what it doesn't do, and 100 ns more for each header, since it compares two branches.
//!
//! What they derive from:
//!
//! SUBSTRATE BENCHMARK CLI VERSION 64.0.0
//! DATE: 2026-11-20, STEPS: `50`, REPEAT: `20`, LOW RANGE: `[]`, HIGH RANGE: `[]`
//! WORST CASE MAP SIZE: `1000000`
//! CPU: `Intel(R) Xeon(R) Processor`
//! WASM-EXECUTION: `Compiled`, CHAIN: `None`, DB CACHE: `1024`

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
	fn correct(h: u32, b: u32, ) -> Weight;
}

/// Weights for `pallet_anchor` using the Substrate node and recommended hardware.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Anchor::Rules` (r:1 w:0)
	/// Proof: `Anchor::Rules` (`max_values`: Some(1), `max_size`: Some(94), added: 589, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:2 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `AuditRecord::Checkpoints` (r:3 w:0)
	/// Proof: `AuditRecord::Checkpoints` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Anchor::AnchorCount` (r:1 w:1)
	/// Proof: `Anchor::AnchorCount` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Anchor::Anchors` (r:64 w:2)
	/// Proof: `Anchor::Anchors` (`max_values`: None, `max_size`: Some(232), added: 2707, mode: `MaxEncodedLen`)
	/// Storage: `Anchor::KnownHeaders` (r:1 w:1)
	/// Proof: `Anchor::KnownHeaders` (`max_values`: Some(1), `max_size`: Some(1345), added: 1840, mode: `MaxEncodedLen`)
	/// The range of component `h` is `[6, 4032]`.
	/// The range of component `b` is `[400, 100000]`.
	fn report(h: u32, b: u32, ) -> Weight {
		Weight::from_parts(225_478_695, 174238)
			.saturating_add(Weight::from_parts(2_078_701, 0).saturating_mul(h.into()))
			.saturating_add(Weight::from_parts(8_343, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(72_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	/// Storage: `Anchor::Rules` (r:1 w:0)
	/// Proof: `Anchor::Rules` (`max_values`: Some(1), `max_size`: Some(94), added: 589, mode: `MaxEncodedLen`)
	/// Storage: `Anchor::Anchors` (r:64 w:1)
	/// Proof: `Anchor::Anchors` (`max_values`: None, `max_size`: Some(232), added: 2707, mode: `MaxEncodedLen`)
	/// Storage: `Anchor::KnownHeaders` (r:1 w:1)
	/// Proof: `Anchor::KnownHeaders` (`max_values`: Some(1), `max_size`: Some(1345), added: 1840, mode: `MaxEncodedLen`)
	/// Storage: `Anchor::AnchorCount` (r:1 w:0)
	/// Proof: `Anchor::AnchorCount` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// The range of component `h` is `[6, 4032]`.
	/// The range of component `b` is `[400, 100000]`.
	fn correct(h: u32, b: u32, ) -> Weight {
		Weight::from_parts(225_478_695, 174238)
			.saturating_add(Weight::from_parts(2_178_701, 0).saturating_mul(h.into()))
			.saturating_add(Weight::from_parts(8_343, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(67_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
}

// For backwards compatibility and tests.
impl WeightInfo for () {
	/// Storage: `Anchor::Rules` (r:1 w:0)
	/// Proof: `Anchor::Rules` (`max_values`: Some(1), `max_size`: Some(94), added: 589, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:2 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `AuditRecord::Checkpoints` (r:3 w:0)
	/// Proof: `AuditRecord::Checkpoints` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Anchor::AnchorCount` (r:1 w:1)
	/// Proof: `Anchor::AnchorCount` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Anchor::Anchors` (r:64 w:2)
	/// Proof: `Anchor::Anchors` (`max_values`: None, `max_size`: Some(232), added: 2707, mode: `MaxEncodedLen`)
	/// Storage: `Anchor::KnownHeaders` (r:1 w:1)
	/// Proof: `Anchor::KnownHeaders` (`max_values`: Some(1), `max_size`: Some(1345), added: 1840, mode: `MaxEncodedLen`)
	/// The range of component `h` is `[6, 4032]`.
	/// The range of component `b` is `[400, 100000]`.
	fn report(h: u32, b: u32, ) -> Weight {
		Weight::from_parts(225_478_695, 174238)
			.saturating_add(Weight::from_parts(2_078_701, 0).saturating_mul(h.into()))
			.saturating_add(Weight::from_parts(8_343, 0).saturating_mul(b.into()))
			.saturating_add(RocksDbWeight::get().reads(72_u64))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
	}
	/// Storage: `Anchor::Rules` (r:1 w:0)
	/// Proof: `Anchor::Rules` (`max_values`: Some(1), `max_size`: Some(94), added: 589, mode: `MaxEncodedLen`)
	/// Storage: `Anchor::Anchors` (r:64 w:1)
	/// Proof: `Anchor::Anchors` (`max_values`: None, `max_size`: Some(232), added: 2707, mode: `MaxEncodedLen`)
	/// Storage: `Anchor::KnownHeaders` (r:1 w:1)
	/// Proof: `Anchor::KnownHeaders` (`max_values`: Some(1), `max_size`: Some(1345), added: 1840, mode: `MaxEncodedLen`)
	/// Storage: `Anchor::AnchorCount` (r:1 w:0)
	/// Proof: `Anchor::AnchorCount` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// The range of component `h` is `[6, 4032]`.
	/// The range of component `b` is `[400, 100000]`.
	fn correct(h: u32, b: u32, ) -> Weight {
		Weight::from_parts(225_478_695, 174238)
			.saturating_add(Weight::from_parts(2_178_701, 0).saturating_mul(h.into()))
			.saturating_add(Weight::from_parts(8_343, 0).saturating_mul(b.into()))
			.saturating_add(RocksDbWeight::get().reads(67_u64))
			.saturating_add(RocksDbWeight::get().writes(2_u64))
	}
}
