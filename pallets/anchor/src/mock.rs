//! A runtime with the log and its anchors; Bitcoin headers with real proof of work.

use crate as pallet_anchor;
use crate::{Event, GenesisConfig};
use frame_support::{
	derive_impl, ord_parameter_types, parameter_types,
	traits::{ConstU128, ConstU32, Hooks},
};
use frame_system::EnsureSignedBy;
use pantheon_primitives::{
	bitcoin::{
		genesis_pin,
		test_helpers::{AnchorShape, EASY_BITS},
		AnchorProof, BitcoinNetwork, PinnedHeader,
	},
	hash::SoftwareSha256,
	log::{consistency_path, MemoryTree},
	BlockHash, Checkpoint, LeafHash,
};
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage, DispatchResult};

pub type Block = frame_system::mocking::MockBlockU32<Test>;
pub type Error = crate::Error<Test>;

pub const REPORTER: AccountId32 = AccountId32::new([1; 32]);
pub const STRANGER: AccountId32 = AccountId32::new([2; 32]);

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		Operators: pallet_operators,
		AuditRecord: pallet_audit_record,
		Anchor: pallet_anchor,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId32;
	type Lookup = IdentityLookup<AccountId32>;
	type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = u128;
	type ExistentialDeposit = ConstU128<1>;
	type AccountStore = System;
}

impl pallet_operators::Config for Test {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type DepositBase = ConstU128<1>;
	type DepositPerByte = ConstU128<1>;
	type DepositPerOpenIntent = ConstU128<1>;
	type MaxOpenIntents = ConstU32<4>;
	type WeightInfo = ();
}

parameter_types! {
	pub const CheckpointRing: u32 = 600;
}

impl pallet_audit_record::Config for Test {
	type MaxBatchMembers = ConstU32<16>;
	type MaxEntriesPerBlock = ConstU32<16>;
	type CheckpointRing = CheckpointRing;
	type WeightInfo = ();
}

ord_parameter_types! {
	pub const Reporter: AccountId32 = REPORTER;
}

impl pallet_anchor::Config for Test {
	type AnchorOrigin = EnsureSignedBy<Reporter, AccountId32>;
	type WeightInfo = ();
}

/// Anchoring on regtest, from its first block.
pub fn regtest() -> GenesisConfig<Test> {
	GenesisConfig { network: "regtest".into(), ..Default::default() }
}

/// Anchoring on regtest, from another header.
pub fn pinned_to(pin: PinnedHeader) -> GenesisConfig<Test> {
	GenesisConfig { pinned_height: pin.height, pinned_header: hex::encode(pin.header), ..regtest() }
}

/// Inside block 1 of a chain with this configuration.
pub fn ext_with(config: GenesisConfig<Test>) -> sp_io::TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	config.assimilate_storage(&mut storage).unwrap();
	let mut ext: sp_io::TestExternalities = storage.into();
	ext.execute_with(|| {
		let genesis = System::block_hash(0);
		System::initialize(&1, &genesis, &Default::default());
		AuditRecord::on_initialize(1);
	});
	ext
}

#[cfg(feature = "runtime-benchmarks")]
pub fn new_test_ext() -> sp_io::TestExternalities {
	ext_with(regtest())
}

/// Runs a test on a chain with this configuration and then checks every invariant.
pub fn execute_with(config: GenesisConfig<Test>, test: impl FnOnce(&mut Chain)) {
	ext_with(config).execute_with(|| {
		test(&mut Chain::default());
		Anchor::do_try_state().unwrap();
	})
}

/// Runs a test on a chain that anchors on regtest, and then checks every invariant.
pub fn build_and_execute(test: impl FnOnce(&mut Chain)) {
	execute_with(regtest(), test)
}

/// The chain under test with all its leaves, of which consistency proofs can be made.
#[derive(Default)]
pub struct Chain {
	leaves: Vec<LeafHash>,
}

impl Chain {
	/// Ends the block with `entries` more in the log; returns its checkpoint.
	///
	/// The entries are written past `submit`, whose checks are not this pallet's matter.
	pub fn block(&mut self, entries: u64) -> Checkpoint {
		for _ in 0..entries {
			let number = self.leaves.len() as u64;
			let leaf = sp_io::hashing::sha2_256(&number.to_le_bytes()).into();
			self.leaves.push(leaf);
			pallet_audit_record::Log::<Test>::mutate(|state| {
				state.log.append::<SoftwareSha256>(leaf).unwrap()
			});
		}
		let now = System::block_number();
		AuditRecord::on_finalize(now);
		let header = System::finalize();
		System::initialize(&(now + 1), &header.hash(), &Default::default());
		AuditRecord::on_initialize(now + 1);
		let digest = AuditRecord::checkpoint_at(now).unwrap();
		Checkpoint {
			genesis: Operators::genesis_hash(),
			block_number: now,
			block_hash: BlockHash::new(header.hash().into()),
			log_size: digest.size,
			log_root: digest.root,
		}
	}

	/// Ends blocks without entries until `block` is the one being built.
	pub fn run_to(&mut self, block: u32) {
		while System::block_number() < block {
			self.block(0);
		}
	}

	/// The consistency path between two sizes of the log.
	pub fn consistency(&self, from: u64, to: u64) -> Vec<[u8; 32]> {
		let tree = MemoryTree::new::<SoftwareSha256>(&self.leaves);
		consistency_path::<_, SoftwareSha256>(&tree, from, to).unwrap()
	}
}

/// A proof from regtest's first block.
pub fn proof_of(checkpoint: &Checkpoint) -> AnchorProof {
	AnchorShape::default().build(checkpoint)
}

/// A proof that starts after `pin`.
pub fn proof_after(pin: PinnedHeader, checkpoint: &Checkpoint) -> AnchorProof {
	AnchorShape { pinned: pin, ..Default::default() }.build(checkpoint)
}

/// The header of the block that holds the anchor.
pub fn anchor_header(proof: &AnchorProof) -> PinnedHeader {
	PinnedHeader {
		height: proof.first_height + proof.block,
		header: proof.headers[proof.block as usize],
	}
}

pub fn report(checkpoint: Checkpoint, proof: AnchorProof) -> DispatchResult {
	report_with(checkpoint, proof, vec![])
}

pub fn report_with(
	checkpoint: Checkpoint,
	proof: AnchorProof,
	consistency: Vec<[u8; 32]>,
) -> DispatchResult {
	Anchor::report(RuntimeOrigin::signed(REPORTER), checkpoint, proof, consistency)
}

pub fn correct(number: u64, proof: AnchorProof) -> DispatchResult {
	Anchor::correct(RuntimeOrigin::signed(REPORTER), number, proof)
}

pub fn first_block() -> PinnedHeader {
	let pin = genesis_pin(BitcoinNetwork::Regtest);
	// The tests count on regtest's difficulty.
	assert_eq!(pin.header[72..76], EASY_BITS.to_le_bytes());
	pin
}

pub fn events() -> Vec<Event<Test>> {
	System::read_events_for_pallet()
}
