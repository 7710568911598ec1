//! Benchmarks with real ML-DSA-65 keys and signatures, made in place.

use crate::*;
use frame_benchmarking::v2::*;
use frame_support::traits::{fungible::Unbalanced, tokens::Precision};
use frame_system::RawOrigin;
use pantheon_primitives::{seal::registration_message, seal::test_helpers::TestSigner, OperatorId};
use sp_runtime::traits::Saturating;

/// An account that can pay a deposit, a key, and the key's proof for that account.
fn applicant<T: Config>() -> (T::AccountId, alloc::vec::Vec<u8>, alloc::vec::Vec<u8>, OperatorId) {
	let caller: T::AccountId = whitelisted_caller();
	let amount = Pallet::<T>::deposit()
		.saturating_mul(2u32.into())
		.saturating_add(<T::Currency as fungible::Inspect<T::AccountId>>::minimum_balance());
	T::Currency::increase_balance(&caller, amount, Precision::Exact).expect("the balance fits");
	let signer = TestSigner::from_seed([1; 32]);
	let key = signer.public_key();
	let message = registration_message(Pallet::<T>::genesis_hash(), caller.as_ref(), key);
	let proof = signer.sign_message(&message);
	(caller, key.as_bytes().to_vec(), proof, key.operator_id())
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register() {
		let (caller, key, proof, operator) = applicant::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), key, proof);

		assert!(Chains::<T>::contains_key(operator));
	}

	#[benchmark]
	fn deregister() {
		let (caller, key, proof, operator) = applicant::<T>();
		Pallet::<T>::register(RawOrigin::Signed(caller.clone()).into(), key, proof)
			.expect("the applicant is in order");

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), operator);

		assert!(Pallet::<T>::active_key(&operator).is_err());
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
