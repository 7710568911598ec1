//! PAN can't be minted: each route that could is closed.

use super::{ext, signed};
use crate::{
	configs::guard::{CallGuard, RootCall},
	constants::currency::{PAN, TOTAL_SUPPLY},
	AccountId, Balances, Executive, PanToken, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin,
	Sudo, System,
};
use codec::{Decode, Encode};
use frame_support::{
	assert_ok,
	dispatch::GetDispatchInfo,
	traits::{fungible::Inspect, Contains, Hooks},
};
use pallet_balances::AdjustmentDirection;
use scale_info::MetaType;
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::traits::Dispatchable;

/// Every call of the runtime that could raise the issuance or a balance out of nothing.
fn minting_calls() -> Vec<RuntimeCall> {
	let who = Bob.to_account_id();
	let key = frame_system::Account::<Runtime>::hashed_key_for(&who);
	vec![
		pallet_balances::Call::force_set_balance { who: who.into(), new_free: TOTAL_SUPPLY }.into(),
		pallet_balances::Call::force_adjust_total_issuance {
			direction: AdjustmentDirection::Increase,
			delta: PAN,
		}
		.into(),
		frame_system::Call::set_storage { items: vec![(key.clone(), vec![0xff; 80])] }.into(),
		frame_system::Call::kill_storage { keys: vec![key.clone()] }.into(),
		frame_system::Call::kill_prefix { prefix: key, subkeys: 1 }.into(),
	]
}

fn sudo(call: RuntimeCall) -> RuntimeCall {
	pallet_sudo::Call::sudo { call: Box::new(call.into()) }.into()
}

#[test]
fn sudo_can_not_mint() {
	ext("development").execute_with(|| {
		System::set_block_number(1);
		let alice = RuntimeOrigin::signed(Alice.to_account_id());
		for call in minting_calls() {
			let bob = Balances::total_balance(&Bob.to_account_id());
			// Plainly, without regard to weight, nested, and as somebody else.
			let weight = call.get_dispatch_info().call_weight;
			let nested = sudo(call.clone());
			for wrapped in [
				sudo(call.clone()),
				pallet_sudo::Call::sudo_unchecked_weight {
					call: Box::new(call.clone().into()),
					weight,
				}
				.into(),
				sudo(nested),
				pallet_sudo::Call::sudo_as {
					who: Alice.to_account_id().into(),
					call: Box::new(sudo(call.clone()).into()),
				}
				.into(),
			] {
				let _ = wrapped.dispatch(alice.clone());
				assert_eq!(Balances::total_issuance(), TOTAL_SUPPLY, "{call:?}");
				assert_eq!(Balances::total_balance(&Bob.to_account_id()), bob, "{call:?}");
			}
		}
		assert_ok!(PanToken::do_try_state());
	});
}

#[test]
fn sudo_is_told_why() {
	ext("development").execute_with(|| {
		System::set_block_number(1);
		for call in minting_calls() {
			System::reset_events();
			let root = sudo(call);
			assert_ok!(root.dispatch(RuntimeOrigin::signed(Alice.to_account_id())));
			System::assert_last_event(RuntimeEvent::Sudo(pallet_sudo::Event::Sudid {
				sudo_result: Err(frame_system::Error::<Runtime>::CallFiltered.into()),
			}));
		}
	});
}

#[test]
fn sudo_still_works_for_the_rest() {
	ext("development").execute_with(|| {
		System::set_block_number(1);
		let call = pallet_balances::Call::force_transfer {
			source: Alice.to_account_id().into(),
			dest: Bob.to_account_id().into(),
			value: PAN,
		};
		let before = Balances::total_balance(&Bob.to_account_id());
		assert_ok!(Sudo::sudo(
			RuntimeOrigin::signed(Alice.to_account_id()),
			Box::new(RuntimeCall::from(call).into())
		));
		assert_eq!(Balances::total_balance(&Bob.to_account_id()), before + PAN);
	});
}

#[test]
fn the_filter_refuses_what_sudo_refuses() {
	for call in minting_calls() {
		assert!(!CallGuard::contains(&call), "{call:?}");
	}
	assert!(CallGuard::contains(&frame_system::Call::remark { remark: vec![] }.into()));
	assert!(!CallGuard::contains(&pallet_session::Call::purge_keys {}.into()));
}

#[test]
fn a_signed_minting_call_fails() {
	ext("development").execute_with(|| {
		super::make_block(&super::genesis_header(), vec![]);
		for (nonce, call) in minting_calls().into_iter().enumerate() {
			let result = Executive::apply_extrinsic(signed(Alice, nonce as u32, 0, call));
			assert_eq!(
				result,
				Ok(Err(frame_system::Error::<Runtime>::CallFiltered.into())),
				"charged, and refused"
			);
		}
		assert!(Balances::total_issuance() < TOTAL_SUPPLY, "fees are partly burnt");
	});
}

/// Wallets and libraries must not notice the wrapper.
#[test]
fn a_root_call_looks_like_the_call_within() {
	assert_eq!(MetaType::new::<RootCall>(), MetaType::new::<RuntimeCall>());
	let call: RuntimeCall = frame_system::Call::remark { remark: vec![1, 2, 3] }.into();
	let root = RootCall::from(call.clone());
	assert_eq!(root.encode(), call.encode());
	assert_eq!(RootCall::decode(&mut &call.encode()[..]), Ok(root.clone()));
	assert_eq!(root.get_dispatch_info(), call.get_dispatch_info());
}

#[test]
fn the_last_hook_of_a_block_reports_what_was_burnt() {
	ext("development").execute_with(|| {
		System::set_block_number(1);
		assert_ok!(Balances::burn(RuntimeOrigin::signed(Alice.to_account_id()), 3 * PAN, false));
		PanToken::on_finalize(1);
		System::assert_last_event(RuntimeEvent::PanToken(pallet_pan_token::Event::Burned {
			amount: 3 * PAN,
			issuance: TOTAL_SUPPLY - 3 * PAN,
		}));
		assert_ok!(PanToken::do_try_state());
	});
}

#[test]
fn nobody_holds_a_key_to_the_treasury() {
	ext("staging").execute_with(|| {
		let treasury: AccountId = PanToken::treasury();
		assert_eq!(Balances::total_balance(&treasury), TOTAL_SUPPLY);
		assert!(AsRef::<[u8]>::as_ref(&treasury).starts_with(b"modlpan/trsy"));
	});
}
