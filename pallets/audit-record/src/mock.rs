//! A runtime with balances, the registry and the log; real ML-DSA-65 keys, real block building.

use crate as pallet_audit_record;
use crate::Event;
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	traits::{ConstU128, Hooks},
	weights::constants::RocksDbWeight,
};
use pantheon_primitives::{
	log::member_leaf,
	seal::{registration_message, test_helpers::TestSigner},
	BatchCommitment, GenesisHash, Kind, KindMask, LeafHash, OperatorId, Record, RecordId,
	SubmittedRecord,
};
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage, DispatchResult};

pub use pantheon_primitives::hash::SoftwareSha256;

pub type Block = frame_system::mocking::MockBlockU32<Test>;
pub type Error = crate::Error<Test>;

/// Owns every operator of the tests.
pub const OWNER: AccountId32 = AccountId32::new([1; 32]);
/// Submits their records: anybody may.
pub const SUBMITTER: AccountId32 = AccountId32::new([2; 32]);

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		Operators: pallet_operators,
		AuditRecord: pallet_audit_record,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId32;
	type Lookup = IdentityLookup<AccountId32>;
	type AccountData = pallet_balances::AccountData<u128>;
	type DbWeight = RocksDbWeight;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = u128;
	type ExistentialDeposit = ConstU128<1>;
	type AccountStore = System;
}

parameter_types! {
	pub static MaxOpenIntents: u32 = 3;
	pub static MaxEntriesPerBlock: u32 = 64;
	pub const MaxBatchMembers: u32 = 300;
	pub const CheckpointRing: u32 = 8;
}

impl pallet_operators::Config for Test {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type DepositBase = ConstU128<100>;
	type DepositPerByte = ConstU128<1>;
	type DepositPerOpenIntent = ConstU128<1>;
	type MaxOpenIntents = MaxOpenIntents;
	type WeightInfo = ();
}

impl pallet_audit_record::Config for Test {
	type MaxBatchMembers = MaxBatchMembers;
	type MaxEntriesPerBlock = MaxEntriesPerBlock;
	type CheckpointRing = CheckpointRing;
	type WeightInfo = ();
}

/// Inside block 1.
pub fn new_test_ext() -> sp_io::TestExternalities {
	MaxOpenIntents::set(3);
	MaxEntriesPerBlock::set(64);
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	pallet_balances::GenesisConfig::<Test> {
		balances: vec![(OWNER, 1_000_000), (SUBMITTER, 1)],
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	let mut ext: sp_io::TestExternalities = storage.into();
	ext.execute_with(|| {
		let genesis = System::block_hash(0);
		System::initialize(&1, &genesis, &Default::default());
		AuditRecord::on_initialize(1);
	});
	ext
}

/// Runs a test and then checks every invariant.
pub fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		check_invariants();
	})
}

pub fn check_invariants() {
	AuditRecord::do_try_state().unwrap();
}

/// Ends the block and starts the next one; returns the header of the one that ended.
pub fn next_block() -> <Block as sp_runtime::traits::Block>::Header {
	let now = System::block_number();
	AuditRecord::on_finalize(now);
	let header = System::finalize();
	System::reset_events();
	System::initialize(&(now + 1), &header.hash(), &Default::default());
	System::note_finished_initialize();
	AuditRecord::on_initialize(now + 1);
	header
}

pub fn log_id() -> GenesisHash {
	Operators::genesis_hash()
}

/// An operator's hand: makes records that continue its chain, and seals them.
pub struct Pen {
	pub signer: TestSigner,
	pub operator: OperatorId,
}

impl Pen {
	pub fn unregistered(seed: u8) -> Self {
		let signer = TestSigner::from_seed([seed; 32]);
		let operator = signer.public_key().operator_id();
		Self { signer, operator }
	}

	pub fn registered(seed: u8) -> Self {
		let pen = Self::unregistered(seed);
		let key = pen.signer.public_key();
		let message = registration_message(log_id(), OWNER.as_ref(), key);
		assert_ok!(Operators::register(
			RuntimeOrigin::signed(OWNER),
			key.as_bytes().to_vec(),
			pen.signer.sign_message(&message),
		));
		pen
	}

	/// The next record of the chain.
	pub fn record(&self, kind: Kind) -> Record {
		let head = Operators::chain(&self.operator).head;
		let mut record = Record::new(log_id(), self.operator, &head, kind, 1_700_000_000_000);
		record.input = Some([7; 32].into());
		record
	}

	/// The next record of the chain, about `intent`.
	pub fn about(&self, kind: Kind, intent: RecordId) -> Record {
		Record { intent: Some(intent), ..self.record(kind) }
	}

	/// The next record of the chain, a batch of `count` provenance records, with their leaves.
	pub fn batch(&self, count: u32) -> (Record, Vec<LeafHash>) {
		let record = self.record(Kind::Batch);
		let leaves = (0..count)
			.map(|index| Record {
				kind: Kind::Provenance,
				index: Some(index),
				previous: None,
				..record.clone()
			})
			.map(|member| member_leaf::<SoftwareSha256>(&member.id()))
			.collect::<Vec<_>>();
		let root = naive_root(&leaves).into();
		let kinds = KindMask::EMPTY.with(Kind::Provenance);
		(Record { batch: Some(BatchCommitment { count, root, kinds }), ..record }, leaves)
	}

	pub fn seal(&self, record: &Record) -> Vec<u8> {
		let kid = self.signer.public_key().key_id();
		let message = pantheon_primitives::seal::to_be_signed(
			&record.encode(),
			record.operator,
			record.log,
			&kid,
		);
		self.signer.sign_message(&message)
	}

	/// Seals and submits.
	pub fn try_submit(&self, record: &Record) -> DispatchResult {
		submit(record.into(), self.seal(record))
	}

	pub fn try_submit_batch(&self, record: &Record, members: Vec<LeafHash>) -> DispatchResult {
		submit_batch(record.into(), self.seal(record), members)
	}

	/// Seals and submits what must be accepted.
	pub fn submit(&self, record: &Record) -> RecordId {
		assert_ok!(self.try_submit(record));
		record.id()
	}

	pub fn open_intent(&self) -> RecordId {
		self.submit(&self.record(Kind::Intent))
	}
}

pub fn submit(record: SubmittedRecord, signature: Vec<u8>) -> DispatchResult {
	AuditRecord::submit(RuntimeOrigin::signed(SUBMITTER), record, signature)
}

pub fn submit_batch(
	record: SubmittedRecord,
	signature: Vec<u8>,
	members: Vec<LeafHash>,
) -> DispatchResult {
	AuditRecord::submit_batch(RuntimeOrigin::signed(SUBMITTER), record, signature, members)
}

/// RFC 9162 §2.1.1 by its recursive definition, written without a look at the implementation.
pub fn naive_root(leaves: &[LeafHash]) -> [u8; 32] {
	match leaves {
		[] => sp_io::hashing::sha2_256(&[]),
		[leaf] => leaf.into_bytes(),
		_ => {
			let split = leaves.len().next_power_of_two() / 2;
			let (left, right) = leaves.split_at(split);
			let mut node = vec![1];
			node.extend(naive_root(left));
			node.extend(naive_root(right));
			sp_io::hashing::sha2_256(&node)
		},
	}
}

/// The leaf that a statement must get, from its bytes up.
pub fn statement_leaf(pen: &Pen, record: &Record) -> LeafHash {
	let statement = pen.signer.statement(record).encode();
	let digest = sp_io::hashing::sha2_256(&statement);
	sp_io::hashing::sha2_256(&[&[0, 0][..], &digest].concat()).into()
}

pub fn events() -> Vec<Event<Test>> {
	System::read_events_for_pallet()
}
