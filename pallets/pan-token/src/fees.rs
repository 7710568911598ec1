//! Where a transaction's fee goes.

use crate::{Config, CreditOf, Pallet, Shares};
use core::marker::PhantomData;
use frame_support::traits::{
	fungible::Balanced,
	tokens::imbalance::{Imbalance, OnUnbalanced},
	Get,
};

/// Splits fees by the shares set at genesis; tips go to the block's author entirely.
///
/// Nothing is ever lost silently or minted: what can't be given (no known author, or a part below
/// the existential deposit for an account that doesn't exist yet) is burnt, as are the remainders
/// of the divisions.
pub struct DealWithFees<T>(PhantomData<T>);

impl<T: Config> OnUnbalanced<CreditOf<T>> for DealWithFees<T> {
	/// Receives the fee and then the tip, as `FungibleAdapter` of the transaction payment pallet
	/// hands them over.
	fn on_unbalanceds(mut fee_then_tip: impl Iterator<Item = CreditOf<T>>) {
		if let Some(fee) = fee_then_tip.next() {
			Self::on_unbalanced(fee);
		}
		for tip in fee_then_tip {
			to_author::<T>(tip);
		}
	}

	fn on_nonzero_unbalanced(fee: CreditOf<T>) {
		let shares = Shares::<T>::get();
		let total = fee.peek();
		let (author, rest) = fee.split(shares.author().mul_floor(total));
		let (treasury, burnt) = rest.split(shares.treasury().mul_floor(total));
		to_author::<T>(author);
		give::<T>(&Pallet::<T>::treasury(), treasury);
		drop(burnt);
	}
}

fn to_author<T: Config>(credit: CreditOf<T>) {
	match T::BlockAuthor::get() {
		Some(author) => give::<T>(&author, credit),
		None => drop(credit),
	}
}

/// Pays `credit` out, or burns it where that is impossible.
fn give<T: Config>(who: &T::AccountId, credit: CreditOf<T>) {
	if credit.peek() != Default::default() {
		if let Err(unpayable) = T::Currency::resolve(who, credit) {
			drop(unpayable);
		}
	}
}
