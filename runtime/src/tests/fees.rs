//! Fees: how much, and for whom.

use super::{ext, genesis_header, make_block, signed};
use crate::{
	constants::currency::{MILLI_PAN, PAN, TOTAL_SUPPLY},
	presets::ENDOWMENT,
	Balance, Balances, PanToken, RuntimeCall, TransactionPayment,
};
use codec::Encode;
use frame_support::{dispatch::GetDispatchInfo, traits::fungible::Inspect};
use sp_keyring::Sr25519Keyring::{Alice, Bob};

/// The fee of a transaction with this call, at the multiplier of a new chain.
pub fn fee(call: &RuntimeCall) -> Balance {
	let transaction = signed(Alice, 0, 0, call.clone());
	let length = transaction.encoded_size() as u32;
	TransactionPayment::compute_fee(length, &transaction.get_dispatch_info(), 0)
}

fn remark(bytes: usize) -> RuntimeCall {
	frame_system::Call::remark { remark: vec![7; bytes] }.into()
}

#[test]
fn a_fee_is_split_between_author_fire_and_treasury() {
	ext("development").execute_with(|| {
		// Alice makes the block; Bob pays, with a tip.
		let treasury = Balances::total_balance(&PanToken::treasury());
		let tip = PAN;
		make_block(&genesis_header(), vec![signed(Bob, 0, tip, remark(1_000))]);

		let paid = ENDOWMENT - Balances::total_balance(&Bob.to_account_id()) - tip;
		let author = Balances::total_balance(&Alice.to_account_id()) - ENDOWMENT - tip;
		let treasury = Balances::total_balance(&PanToken::treasury()) - treasury;
		let burnt = TOTAL_SUPPLY - Balances::total_issuance();
		assert!(paid > 2 * MILLI_PAN, "a thousand bytes cost 0.002 PAN and some compute");
		assert_eq!(author, paid * 40 / 100);
		assert_eq!(treasury, paid * 40 / 100);
		assert_eq!(burnt, paid - author - treasury);
		assert!(burnt >= paid * 20 / 100);
	});
}

#[test]
fn compute_costs_ten_pan_a_second() {
	ext("development").execute_with(|| {
		let second = frame_support::weights::Weight::from_parts(1_000_000_000_000, 0);
		assert_eq!(TransactionPayment::weight_to_fee(second), 10 * PAN);
		assert_eq!(TransactionPayment::length_to_fee(1_000_000), 2 * PAN);
	});
}

#[test]
fn a_transfer_costs_a_few_thousandths_of_a_pan() {
	ext("development").execute_with(|| {
		let call: RuntimeCall = pallet_balances::Call::transfer_keep_alive {
			dest: Bob.to_account_id().into(),
			value: PAN,
		}
		.into();
		let fee = fee(&call);
		assert!((MILLI_PAN..10 * MILLI_PAN).contains(&fee), "{fee}");
	});
}
