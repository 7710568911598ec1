//! The set of validators, and the length of sessions.

use crate::{mock::*, EpochDuration, EpochSlots, Error, Event, Planned};
use frame_support::{assert_noop, assert_ok, traits::Get};
use pallet_session::historical::HistoricalSessions;
use sp_runtime::DispatchError::BadOrigin;

fn root() -> RuntimeOrigin {
	RuntimeOrigin::root()
}

#[test]
fn genesis_keys_hold_while_nothing_is_planned() {
	new_test_ext().execute_with(|| {
		assert_eq!(Authorities::get(), vec![1, 2, 3, 4]);
		for session in 1..6 {
			run_to_session(session);
			assert_eq!(Session::validators(), vec![1, 2, 3, 4]);
			assert_eq!(Authorities::get(), vec![1, 2, 3, 4]);
			assert!(!Changed::get(), "the set id of GRANDPA must not move");
		}
	});
}

#[test]
fn a_validator_joins_one_session_after_the_next_boundary() {
	new_test_ext().execute_with(|| {
		run_to_session(2);
		set_keys(5);
		assert_ok!(Validators::add(root(), 5));
		System::assert_last_event(Event::Added { validator: 5 }.into());
		assert_eq!(Validators::next_set(), vec![1, 2, 3, 4, 5]);

		next_session();
		System::assert_has_event(Event::SetPlanned { session: 4, count: 5 }.into());
		assert_eq!(Planned::<Test>::get(), None);
		assert_eq!(Session::validators(), vec![1, 2, 3, 4]);

		next_session();
		assert_eq!(Session::validators(), vec![1, 2, 3, 4, 5]);
		assert_eq!(Authorities::get(), vec![1, 2, 3, 4, 5]);
		assert!(Changed::get());

		next_session();
		assert_eq!(Authorities::get(), vec![1, 2, 3, 4, 5]);
		assert!(!Changed::get());
	});
}

#[test]
fn a_validator_leaves_one_session_after_the_next_boundary() {
	new_test_ext().execute_with(|| {
		run_to_session(1);
		assert_ok!(Validators::remove(root(), 2));
		System::assert_last_event(Event::Removed { validator: 2 }.into());
		next_session();
		assert_eq!(Session::validators(), vec![1, 2, 3, 4]);
		next_session();
		assert_eq!(Session::validators(), vec![1, 3, 4]);
	});
}

#[test]
fn changes_in_consecutive_sessions_add_up() {
	new_test_ext().execute_with(|| {
		run_to_session(2);
		set_keys(5);
		set_keys(6);
		assert_ok!(Validators::add(root(), 5));
		next_session();
		// 5 is queued, not active yet.
		assert_ok!(Validators::remove(root(), 1));
		assert_eq!(Validators::next_set(), vec![2, 3, 4, 5]);
		next_session();
		assert_ok!(Validators::add(root(), 6));
		next_session();
		assert_eq!(Session::validators(), vec![2, 3, 4, 5]);
		next_session();
		assert_eq!(Session::validators(), vec![2, 3, 4, 5, 6]);
	});
}

#[test]
fn taking_a_change_back_leaves_no_plan() {
	new_test_ext().execute_with(|| {
		run_to_session(2);
		set_keys(5);
		assert_ok!(Validators::add(root(), 5));
		assert!(Planned::<Test>::get().is_some());
		assert_ok!(Validators::remove(root(), 5));
		assert_eq!(Planned::<Test>::get(), None);
		next_session();
		next_session();
		assert!(!Changed::get());
	});
}

#[test]
fn only_root_decides() {
	new_test_ext().execute_with(|| {
		set_keys(5);
		assert_noop!(Validators::add(RuntimeOrigin::signed(5), 5), BadOrigin);
		assert_noop!(Validators::remove(RuntimeOrigin::signed(1), 2), BadOrigin);
	});
}

#[test]
fn bad_changes_are_refused() {
	new_test_ext().execute_with(|| {
		run_to_session(2);
		assert_noop!(Validators::add(root(), 5), Error::<Test>::NoSessionKeys);
		assert_noop!(Validators::add(root(), 1), Error::<Test>::AlreadyValidator);
		assert_noop!(Validators::remove(root(), 9), Error::<Test>::NotValidator);

		set_keys(5);
		set_keys(6);
		assert_ok!(Validators::add(root(), 5));
		assert_noop!(Validators::add(root(), 5), Error::<Test>::AlreadyValidator);
		assert_noop!(Validators::add(root(), 6), Error::<Test>::TooManyValidators);

		assert_ok!(Validators::remove(root(), 5));
		assert_noop!(Validators::remove(root(), 5), Error::<Test>::NotValidator);
		assert_ok!(Validators::remove(root(), 1));
		assert_ok!(Validators::remove(root(), 2));
		assert_noop!(Validators::remove(root(), 3), Error::<Test>::TooFewValidators);
		assert_eq!(Validators::next_set(), vec![3, 4]);
	});
}

#[test]
fn the_last_validator_can_not_be_removed() {
	ext_with(1, None).execute_with(|| {
		for who in 1..4 {
			assert_ok!(Validators::remove(root(), who));
		}
		assert_noop!(Validators::remove(root(), 4), Error::<Test>::TooFewValidators);
	});
}

#[test]
fn a_plan_that_lost_its_keys_is_dropped() {
	new_test_ext().execute_with(|| {
		run_to_session(2);
		set_keys(5);
		assert_ok!(Validators::add(root(), 5));
		for who in 1..4 {
			assert_ok!(Validators::remove(root(), who));
		}
		assert_eq!(Validators::next_set(), vec![4, 5]);
		assert_ok!(Session::purge_keys(RuntimeOrigin::signed(5)));
		next_session();
		System::assert_has_event(Event::PlanDropped { session: 4, with_keys: 1 }.into());
		next_session();
		assert_eq!(Session::validators(), vec![1, 2, 3, 4]);
	});
}

#[test]
fn a_planned_validator_without_keys_is_left_out() {
	new_test_ext().execute_with(|| {
		run_to_session(2);
		set_keys(5);
		assert_ok!(Validators::add(root(), 5));
		assert_ok!(Validators::remove(root(), 1));
		assert_ok!(Session::purge_keys(RuntimeOrigin::signed(5)));
		next_session();
		System::assert_has_event(Event::SetPlanned { session: 4, count: 3 }.into());
		next_session();
		assert_eq!(Session::validators(), vec![2, 3, 4]);
	});
}

#[test]
fn the_history_of_sets_is_bounded() {
	new_test_ext().execute_with(|| {
		run_to_session(2);
		assert_ok!(Validators::remove(root(), 1));
		run_to_session(20);
		let kept: Vec<u32> = HistoricalSessions::<Test>::iter_keys().collect();
		assert!(kept.iter().all(|session| *session >= 17), "{kept:?}");
		assert!(kept.contains(&20), "{kept:?}");
	});
}

#[test]
fn the_session_length_is_the_runtimes_unless_genesis_says_otherwise() {
	new_test_ext().execute_with(|| {
		assert_eq!(<EpochDuration<Test> as Get<u64>>::get(), 600);
		assert_eq!(EpochSlots::<Test>::get(), None);
	});
	ext_with(1, Some(20)).execute_with(|| {
		assert_eq!(<EpochDuration<Test> as Get<u64>>::get(), 20);
	});
}

#[test]
#[should_panic(expected = "at least one slot")]
fn genesis_refuses_empty_sessions() {
	ext_with(1, Some(0));
}

#[test]
#[should_panic(expected = "above the maximum")]
fn genesis_refuses_a_minimum_above_the_maximum() {
	ext_with(MAX_VALIDATORS + 1, None);
}
