//! Benchmarks of `pallet-validators`, each with as many validators as there may be.

use super::*;
use codec::Decode;
use frame_benchmarking::v2::*;
use frame_support::traits::{EnsureOrigin, Get};
use sp_runtime::traits::TrailingZeroInput;

fn validator<T: Config>(index: u32) -> T::ValidatorId {
	T::ValidatorId::try_from(account::<T::AccountId>("validator", index, 0))
		.unwrap_or_else(|_| panic!("an account is a validator id"))
}

fn fill<T: Config>(count: u32) {
	let keys = T::Keys::decode(&mut TrailingZeroInput::zeroes()).expect("keys can be zero");
	let set: alloc::vec::Vec<_> = (0..count).map(validator::<T>).collect();
	for who in &set {
		pallet_session::NextKeys::<T>::insert(who, keys.clone());
	}
	let queued: alloc::vec::Vec<_> = set.into_iter().map(|who| (who, keys.clone())).collect();
	pallet_session::QueuedKeys::<T>::put(queued);
}

// Benchmarks are no consensus code.
#[allow(clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects)]
#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn add() -> Result<(), BenchmarkError> {
		let max = T::MaxValidators::get();
		fill::<T>(max);
		let new = validator::<T>(max - 1);
		let queued = pallet_session::QueuedKeys::<T>::get();
		pallet_session::QueuedKeys::<T>::put(
			queued.into_iter().filter(|(who, _)| *who != new).collect::<alloc::vec::Vec<_>>(),
		);
		let origin =
			T::ManageOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, new);

		assert_eq!(Pallet::<T>::next_set().len(), max as usize);
		Ok(())
	}

	#[benchmark]
	fn remove() -> Result<(), BenchmarkError> {
		let max = T::MaxValidators::get();
		fill::<T>(max);
		let origin =
			T::ManageOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, validator::<T>(0));

		assert_eq!(Pallet::<T>::next_set().len(), max as usize - 1);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
