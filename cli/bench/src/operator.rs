//! An operator that seals as fast as it is asked to.

use anyhow::{anyhow, Result};
use fips204::{
	ml_dsa_65,
	traits::{KeyGen, SerDes, Signer as _},
};
use pantheon_client::{Account, Call};
use pantheon_primitives::{
	hash::SoftwareSha256,
	log::{batch_root, member_leaf},
	seal::{registration_message, to_be_signed},
	BatchCommitment, ChainHead, Digest32, GenesisHash, Kind, KindMask, LeafHash, OperatorId,
	PublicKey, Record, SubmittedRecord,
};
use rand::{rngs::OsRng, RngCore};
use std::time::{SystemTime, UNIX_EPOCH};

/// A fresh ML-DSA-65 key, thrown away with the process.
pub struct BenchKey {
	private: ml_dsa_65::PrivateKey,
	/// The public half.
	pub public: PublicKey,
}

impl BenchKey {
	/// A key from the system's randomness.
	pub fn generate() -> Result<Self> {
		let mut seed = [0; 32];
		OsRng.fill_bytes(&mut seed);
		let (public, private) = ml_dsa_65::KG::keygen_from_seed(&seed);
		Ok(Self { private, public: PublicKey::from_bytes(&public.into_bytes())? })
	}

	/// A hedged signature, as the command line makes it.
	pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
		let mut hedge = [0; 32];
		OsRng.fill_bytes(&mut hedge);
		let signature = self.private.try_sign_with_seed(&hedge, message, &[]);
		signature.map(|bytes| bytes.to_vec()).map_err(|error| anyhow!("signing failed: {error}"))
	}

	/// The seal of a record.
	pub fn seal(&self, record: &Record) -> Result<Vec<u8>> {
		let kid = self.public.key_id();
		self.sign(&to_be_signed(&record.encode(), record.operator, record.log, &kid))
	}
}

/// An operator with its place in its chain.
pub struct BenchOperator {
	/// Its key.
	pub key: BenchKey,
	/// Its id.
	pub id: OperatorId,
	log: GenesisHash,
	chain: ChainHead,
}

/// Records that are sealed and ready to be sent.
pub struct Sealed {
	/// The transaction's call.
	pub call: Call,
	/// Position in the operator's chain.
	pub sequence: u64,
}

impl BenchOperator {
	/// A new operator of the chain with this genesis hash.
	pub fn generate(log: GenesisHash) -> Result<Self> {
		let key = BenchKey::generate()?;
		let id = key.public.operator_id();
		Ok(Self { key, id, log, chain: ChainHead::default() })
	}

	/// The call that registers the operator on behalf of `account`.
	pub fn registration(&self, account: &Account) -> Result<Call> {
		let message = registration_message(self.log, &account.id(), &self.key.public);
		Ok(Call::register(&self.key.public, &self.key.sign(&message)?))
	}

	/// A single record, sealed: a provenance record, since a chain keeps few intents open at once.
	pub fn next_single(&mut self) -> Result<Sealed> {
		let record = self.record(Kind::Provenance);
		self.finish(record, |record, signature| Call::submit(&record, signature))
	}

	/// A batch of `members` intents: each one built, encoded, hashed and put under one seal.
	pub fn next_batch(&mut self, members: u32) -> Result<Sealed> {
		let leaves: Vec<LeafHash> = (0..members)
			.map(|index| {
				let mut member = self.record(Kind::Intent);
				member.index = Some(index);
				member.previous = None;
				member_leaf::<SoftwareSha256>(&member.id())
			})
			.collect();
		let mut record = self.record(Kind::Batch);
		record.batch = Some(BatchCommitment {
			count: members,
			root: batch_root::<SoftwareSha256>(&leaves),
			kinds: KindMask::EMPTY.with(Kind::Intent),
		});
		self.finish(record, |record, signature| Call::submit_batch(&record, signature, &leaves))
	}

	/// A record at the operator's present position, with the fields that an AI action fills.
	pub fn record(&self, kind: Kind) -> Record {
		let mut record = Record::new(self.log, self.id, &self.chain, kind, now_ms());
		record.model = Some(Digest32::new([0x11; 32]));
		record.policy = Some(Digest32::new([0x22; 32]));
		let mut input = [0; 32];
		rand::thread_rng().fill_bytes(&mut input);
		record.input = Some(Digest32::new(input));
		record
	}

	fn finish(
		&mut self,
		record: Record,
		call: impl FnOnce(SubmittedRecord, &[u8]) -> Call,
	) -> Result<Sealed> {
		let signature = self.key.seal(&record)?;
		let call = call(SubmittedRecord::from(&record), &signature);
		self.chain.advance(record.id());
		Ok(Sealed { call, sequence: record.sequence })
	}
}

fn now_ms() -> u64 {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	since.as_millis().try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;
	use pantheon_primitives::{seal::verify_signature, Statement};

	#[test]
	fn what_it_seals_is_valid_and_in_sequence() {
		let mut operator = BenchOperator::generate(GenesisHash::new([7; 32])).unwrap();
		let first = operator.next_batch(3).unwrap();
		let second = operator.next_single().unwrap();
		assert_eq!((first.sequence, first.call.title()), (0, "AuditRecord::submit_batch".into()));
		assert_eq!((second.sequence, second.call.title()), (1, "AuditRecord::submit".into()));

		let record = operator.record(Kind::Provenance);
		let seal = operator.key.seal(&record).unwrap();
		let statement = Statement::new(record, operator.key.public.key_id(), &seal).unwrap();
		statement.verify(&operator.key.public).unwrap();
	}

	#[test]
	fn the_registration_proves_possession_of_the_key() {
		let account = Account::named("//Alice").unwrap();
		let log = GenesisHash::new([7; 32]);
		let operator = BenchOperator::generate(log).unwrap();
		let message = registration_message(log, &account.id(), &operator.key.public);
		let proof = operator.key.sign(&message).unwrap();
		verify_signature(&operator.key.public, &message, &proof).unwrap();
		assert_eq!(operator.registration(&account).unwrap().title(), "Operators::register");
	}
}
