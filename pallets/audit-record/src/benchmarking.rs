//! Benchmarks with real ML-DSA-65 keys and seals, made in place, over the largest statements.

use crate::*;
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::traits::{fungible, fungible::Unbalanced, tokens::Precision, Get};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use pallet_operators::{ChainState, Pallet as Operators};
use pantheon_primitives::{
	hash::Sha256,
	log::{batch_root, CompactLog},
	seal::{registration_message, test_helpers::TestSigner, SIGNATURE_LEN},
	BatchCommitment, ChainHead, Kind, KindMask, LeafHash, OperatorId, Record, RecordId, Statement,
};
use sp_runtime::traits::{Saturating, Zero};

/// A registered operator in the middle of its life, with all but one of its intents open, on a log
/// whose size has as many peaks as half a billion entries can have.
struct Scene<T: Config> {
	caller: T::AccountId,
	signer: TestSigner,
	operator: OperatorId,
}

impl<T: Config> Scene<T> {
	fn set() -> Self {
		let caller: T::AccountId = whitelisted_caller();
		let funds = Operators::<T>::deposit().saturating_mul(2u32.into());
		let minimum = <<T as pallet_operators::Config>::Currency as fungible::Inspect<
			T::AccountId,
		>>::minimum_balance();
		<T as pallet_operators::Config>::Currency::increase_balance(
			&caller,
			funds.saturating_add(minimum),
			Precision::Exact,
		)
		.expect("the balance fits");
		let signer = TestSigner::from_seed([1; 32]);
		let key = signer.public_key();
		let operator = key.operator_id();
		let message = registration_message(Operators::<T>::genesis_hash(), caller.as_ref(), key);
		Operators::<T>::register(
			RawOrigin::Signed(caller.clone()).into(),
			key.as_bytes().to_vec(),
			signer.sign_message(&message),
		)
		.expect("the operator is in order");

		let head = ChainHead { next_sequence: u64::from(u32::MAX) + 1, head: Some([9; 32].into()) };
		let open_intents = T::MaxOpenIntents::get().saturating_sub(1).max(1);
		Operators::<T>::put_chain(&operator, ChainState { head, open_intents });
		let size = (1u64 << 29) - 1;
		let peaks = (0..29u8).map(|n| [n; 32]).collect();
		let log = CompactLog::from_parts(size, peaks).expect("29 bits are set");
		Log::<T>::put(LogState { log, block_start: size });

		// Every signed extrinsic's `CheckGenesis` reads it, and `on_initialize` pays for it.
		let genesis = frame_system::BlockHash::<T>::hashed_key_for(BlockNumberFor::<T>::zero());
		frame_benchmarking::benchmarking::add_to_whitelist(genesis.into());
		Self { caller, signer, operator }
	}

	/// The chain's next record, as large as a statement can be.
	fn record(&self, kind: Kind) -> Record {
		let head = Operators::<T>::chain(&self.operator).head;
		let log = Operators::<T>::genesis_hash();
		let digest = Some([8; 32].into());
		let mut record = Record {
			model: digest,
			input: digest,
			output: digest,
			policy: digest,
			authority: digest,
			intent: kind.answers_intent().then(|| Self::intent()),
			parents: (0..8u8).map(|n| [n; 32].into()).collect(),
			locator: Some(core::iter::repeat('a').take(128).collect()),
			batch: (kind == Kind::Batch).then(|| BatchCommitment {
				count: 1,
				root: Default::default(),
				kinds: KindMask::members(),
			}),
			..Record::new(log, self.operator, &head, kind, u64::MAX)
		};
		while Statement::new(record.clone(), Default::default(), &[0; SIGNATURE_LEN]).is_err() {
			record.parents.pop().expect("without parents the largest statement fits");
		}
		record
	}

	/// An intent that is open once [`Self::open`] has run.
	fn intent() -> RecordId {
		RecordId::new([4; 32])
	}

	fn open(&self) {
		OpenIntents::<T>::insert(self.operator, Self::intent(), BlockNumberFor::<T>::zero());
	}

	fn seal(&self, record: &Record) -> Vec<u8> {
		self.signer.statement(record).signature().to_vec()
	}

	fn origin(&self) -> RawOrigin<T::AccountId> {
		RawOrigin::Signed(self.caller.clone())
	}
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn submit_intent() {
		let scene = Scene::<T>::set();
		let record = scene.record(Kind::Intent);
		let seal = scene.seal(&record);

		#[extrinsic_call]
		submit(scene.origin(), (&record).into(), seal);

		assert!(OpenIntents::<T>::contains_key(scene.operator, record.id()));
	}

	#[benchmark]
	fn submit_outcome() {
		let scene = Scene::<T>::set();
		scene.open();
		let record = scene.record(Kind::Outcome);
		let seal = scene.seal(&record);

		#[extrinsic_call]
		submit(scene.origin(), (&record).into(), seal);

		assert!(!OpenIntents::<T>::contains_key(scene.operator, Scene::<T>::intent()));
	}

	#[benchmark]
	fn submit_provenance() {
		let scene = Scene::<T>::set();
		let record = scene.record(Kind::Provenance);
		let seal = scene.seal(&record);

		#[extrinsic_call]
		submit(scene.origin(), (&record).into(), seal);

		assert_eq!(Operators::<T>::chain(&scene.operator).head.head, Some(record.id()));
	}

	// A seal that is right in form, and of another record: the verifier goes all the way to say no.
	#[benchmark]
	fn submit_forged() {
		let scene = Scene::<T>::set();
		scene.open();
		let record = scene.record(Kind::Outcome);
		let seal = scene.seal(&Record { time_ms: 0, ..record.clone() });
		let result;

		#[block]
		{
			result = Pallet::<T>::do_submit((&record).into(), &seal);
		}

		assert_eq!(result, Err(Error::<T>::SignatureInvalid.into()));
	}

	#[benchmark]
	fn submit_batch(m: Linear<1, { T::MaxBatchMembers::get() }>) {
		let scene = Scene::<T>::set();
		let members: Vec<LeafHash> =
			(0..m).map(|n| HostSha256::sha256(&n.to_le_bytes()).into()).collect();
		let mut record = scene.record(Kind::Batch);
		record.batch = Some(BatchCommitment {
			count: m,
			root: batch_root::<HostSha256>(&members),
			kinds: KindMask::members(),
		});
		while Statement::new(record.clone(), Default::default(), &[0; SIGNATURE_LEN]).is_err() {
			record.parents.pop().expect("without parents the largest statement fits");
		}
		let seal = scene.seal(&record);

		#[extrinsic_call]
		_(scene.origin(), (&record).into(), seal, members);

		assert_eq!(Operators::<T>::chain(&scene.operator).head.head, Some(record.id()));
	}

	#[benchmark]
	fn on_initialize() {
		let scene = Scene::<T>::set();
		scene.open();
		let record = scene.record(Kind::Outcome);
		let seal = scene.seal(&record);
		Pallet::<T>::do_submit((&record).into(), &seal).expect("the record is in order");

		#[block]
		{
			Pallet::<T>::open_block();
		}

		assert!(Pallet::<T>::block_entries().is_empty());
	}

	#[benchmark]
	fn on_finalize() {
		Scene::<T>::set();
		let now: BlockNumberFor<T> = T::CheckpointRing::get().saturating_add(1).into();
		Checkpoints::<T>::insert(BlockNumberFor::<T>::from(1u32), LogState::default().digest());

		#[block]
		{
			Pallet::<T>::close_block(now);
		}

		assert!(!Checkpoints::<T>::contains_key(BlockNumberFor::<T>::from(1u32)));
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
