//! What an account owns, and what a registration takes of it.

use crate::{error::Asked, Account, Call, Client, ClientError};
use codec::{Decode, DecodeAll};
use pantheon_primitives::seal::PUBLIC_KEY_LEN;
use subxt::{
	dynamic::{constant, storage},
	utils::AccountId32,
};

/// An account's balance beside what a registration takes, in the smallest unit of PAN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Funds {
	/// What the account can spend.
	pub free: u128,
	/// What is held for as long as the operator is registered.
	pub deposit: u128,
	/// The transaction's fee, as it would be now.
	pub fee: u128,
	/// What an account must keep.
	pub stays: u128,
}

impl Funds {
	/// What the account must own.
	pub fn needed(&self) -> u128 {
		self.deposit.saturating_add(self.fee).saturating_add(self.stays)
	}

	/// Whether it does.
	pub fn suffice(&self) -> bool {
		self.free >= self.needed()
	}
}

/// `frame_system`'s entry of an account: nonce and three reference counts, and the balances' free, reserved and
/// frozen amounts and flags.
type AccountInfo = ([u32; 4], [u128; 4]);

impl Client {
	/// What registering takes (`call` is the registration), and what the account has, at the newest final block.
	pub async fn registration_funds(
		&self,
		call: &Call,
		account: &Account,
	) -> Result<Funds, ClientError> {
		let fee = self.pipeline(account.clone()).await?.fee(call).await?;
		let asked = self.asked("what a registration takes");
		let block = self.api.at_current_block().await.map_err(|error| asked.at_block(error))?;
		let bytes_of = |pallet: &str, name: &str| {
			// Read as bytes: the type that subxt would decode is not asked for.
			let bytes = block.constants().entry_bytes(constant::<()>(pallet, name));
			bytes.map_err(|_| asked.lacks(format!("the constant {pallet}::{name}")))
		};
		let amount = |pallet: &str, name: &str| decode::<u128>(&bytes_of(pallet, name)?, &asked);
		let slots: u32 = decode(&bytes_of("Operators", "MaxOpenIntents")?, &asked)?;
		let per_byte = amount("Operators", "DepositPerByte")?;
		let per_slot = amount("Operators", "DepositPerOpenIntent")?;
		let accounts = storage::<(AccountId32,), ()>("System", "Account");
		let entry = block.storage().try_fetch(accounts, (account.address(),)).await;
		let free = match entry.map_err(|error| asked.decode(error))? {
			// An account that was never given anything is not stored.
			None => 0,
			Some(entry) => {
				let (_, [free, ..]) = decode::<AccountInfo>(entry.bytes(), &asked)?;
				free
			},
		};
		Ok(Funds {
			free,
			deposit: amount("Operators", "DepositBase")?
				.saturating_add(per_byte.saturating_mul(PUBLIC_KEY_LEN as u128))
				.saturating_add(per_slot.saturating_mul(slots.into())),
			fee,
			stays: amount("Balances", "ExistentialDeposit")?,
		})
	}
}

fn decode<T: Decode>(mut bytes: &[u8], asked: &Asked<'_>) -> Result<T, ClientError> {
	T::decode_all(&mut bytes).map_err(|error| asked.decode(error))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn deposit_fee_and_what_must_stay_are_needed() {
		let funds = Funds { free: 30, deposit: 20, fee: 7, stays: 3 };
		assert!(funds.suffice());
		assert!(!Funds { free: 29, ..funds }.suffice());
		assert_eq!(Funds { fee: u128::MAX, ..funds }.needed(), u128::MAX);
	}
}
