//! Supply and fees.

use crate::{mock::*, DealWithFees, Event, FeeShares, FeeSharesError, LowestIssuance, Pallet};
use frame_support::{
	assert_ok,
	traits::{
		fungible::{Balanced, Inspect, Mutate},
		tokens::{Fortitude, Precision, Preservation},
		Hooks, OnUnbalanced,
	},
};
use sp_runtime::Permill;

type Fees = DealWithFees<Test>;

fn take(amount: u64) -> crate::CreditOf<Test> {
	Balances::withdraw(&PAYER, amount, Precision::Exact, Preservation::Preserve, Fortitude::Polite)
		.expect("the payer is rich")
}

fn treasury() -> u64 {
	Balances::total_balance(&Pallet::<Test>::treasury())
}

#[test]
fn genesis_gives_the_rest_of_the_supply_to_the_treasury() {
	new_test_ext().execute_with(|| {
		assert_eq!(Balances::total_issuance(), SUPPLY);
		assert_eq!(treasury(), SUPPLY - 1_001_000);
		assert_eq!(LowestIssuance::<Test>::get(), Some(SUPPLY));
		assert_ok!(Pallet::<Test>::do_try_state());
	});
}

#[test]
fn genesis_may_allot_everything() {
	ext_with(&[(PAYER, SUPPLY)], [40, 20, 40]).execute_with(|| {
		assert_eq!(Balances::total_issuance(), SUPPLY);
		assert_eq!(treasury(), 0);
	});
}

#[test]
#[should_panic(expected = "allot more than the fixed supply")]
fn genesis_refuses_one_unit_too_many() {
	ext_with(&[(PAYER, SUPPLY + 1)], [40, 20, 40]);
}

#[test]
#[should_panic(expected = "existential deposit")]
fn genesis_refuses_a_rest_that_the_treasury_could_not_hold() {
	ext_with(&[(PAYER, SUPPLY - 1)], [40, 20, 40]);
}

#[test]
#[should_panic(expected = "add up to exactly one")]
fn genesis_refuses_shares_that_leave_something() {
	ext_with(&[(PAYER, 1_000)], [40, 20, 39]);
}

#[test]
fn shares_must_add_up_to_one() {
	let percent = Permill::from_percent;
	assert!(FeeShares::new(percent(100), percent(0), percent(0)).is_ok());
	assert_eq!(
		FeeShares::new(percent(50), percent(50), percent(1)),
		Err(FeeSharesError::Sum(1_010_000))
	);
	assert_eq!(
		FeeShares::new(Permill::zero(), Permill::zero(), Permill::zero()),
		Err(FeeSharesError::Sum(0))
	);
}

#[test]
fn a_fee_is_split_between_author_fire_and_treasury() {
	new_test_ext().execute_with(|| {
		let before = treasury();
		Fees::on_unbalanceds([take(1_000)].into_iter());
		assert_eq!(Balances::total_balance(&BLOCK_AUTHOR), 1_000 + 400);
		assert_eq!(treasury(), before + 400);
		assert_eq!(Balances::total_issuance(), SUPPLY - 200);
	});
}

#[test]
fn remainders_of_the_division_are_burnt() {
	new_test_ext().execute_with(|| {
		let before = treasury();
		Fees::on_unbalanced(take(1_001));
		assert_eq!(Balances::total_balance(&BLOCK_AUTHOR), 1_400);
		assert_eq!(treasury(), before + 400);
		assert_eq!(Balances::total_issuance(), SUPPLY - 201);
	});
}

#[test]
fn tips_go_to_the_author() {
	new_test_ext().execute_with(|| {
		Fees::on_unbalanceds([take(1_000), take(77)].into_iter());
		assert_eq!(Balances::total_balance(&BLOCK_AUTHOR), 1_000 + 400 + 77);
	});
}

#[test]
fn what_nobody_can_receive_is_burnt() {
	new_test_ext().execute_with(|| {
		Author::set(None);
		Fees::on_unbalanceds([take(1_000), take(50)].into_iter());
		assert_eq!(Balances::total_issuance(), SUPPLY - 200 - 400 - 50);

		// Below the existential deposit of an account that doesn't exist.
		Author::set(Some(555));
		Fees::on_unbalanced(take(20));
		assert_eq!(Balances::total_balance(&555), 0);
		assert_eq!(Balances::total_issuance(), SUPPLY - 650 - 12);
	});
}

#[test]
fn a_fall_is_reported_once_per_block() {
	new_test_ext().execute_with(|| {
		Fees::on_unbalanced(take(1_000));
		Fees::on_unbalanced(take(1_000));
		Pallet::<Test>::on_finalize(1);
		let issuance = SUPPLY - 400;
		System::assert_last_event(Event::Burned { amount: 400, issuance }.into());
		assert_eq!(LowestIssuance::<Test>::get(), Some(issuance));
		assert_ok!(Pallet::<Test>::do_try_state());

		System::reset_events();
		Pallet::<Test>::on_finalize(2);
		assert!(System::events().is_empty());
	});
}

#[test]
fn dust_only_lowers_the_issuance() {
	new_test_ext().execute_with(|| {
		assert_ok!(<Balances as Mutate<_>>::transfer(
			&BLOCK_AUTHOR,
			&PAYER,
			995,
			Preservation::Expendable
		));
		assert_eq!(Balances::total_issuance(), SUPPLY - 5);
		assert_ok!(Pallet::<Test>::do_try_state());
	});
}

#[test]
fn a_rise_is_reported_every_block_and_breaks_the_invariant() {
	new_test_ext().execute_with(|| {
		assert_ok!(Balances::mint_into(&PAYER, 1));
		for block in 1..3 {
			System::reset_events();
			Pallet::<Test>::on_finalize(block);
			System::assert_last_event(
				Event::SupplyRaised { issuance: SUPPLY + 1, lowest: SUPPLY }.into(),
			);
		}
		assert!(Pallet::<Test>::do_try_state().is_err());
	});
}

#[test]
fn a_rise_within_the_supply_breaks_the_invariant_too() {
	new_test_ext().execute_with(|| {
		assert_ok!(Balances::burn_from(
			&PAYER,
			100,
			Preservation::Expendable,
			Precision::Exact,
			Fortitude::Polite
		));
		Pallet::<Test>::on_finalize(1);
		assert_ok!(Balances::mint_into(&PAYER, 1));
		assert!(Pallet::<Test>::do_try_state().is_err());
	});
}
