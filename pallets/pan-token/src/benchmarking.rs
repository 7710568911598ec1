//! Benchmarks of `pallet-pan-token`: the check at the end of a block that burnt something.

use super::*;
use frame_benchmarking::v2::*;
use frame_support::traits::{fungible::Inspect, Hooks};
use frame_system::Pallet as System;
use sp_runtime::traits::Saturating;

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn on_finalize() {
		let supply = T::Currency::total_issuance();
		// As if one unit had been burnt in this block.
		LowestIssuance::<T>::put(supply.saturating_add(1u32.into()));
		let now = System::<T>::block_number();

		#[block]
		{
			Pallet::<T>::on_finalize(now);
		}
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
