//! Tests of the composition, by topic.

mod audit;
mod blocks;
mod calls;
mod fees;
mod limits;
mod presets;
mod supply;

use crate::{
	Block, Executive, Header, Runtime, RuntimeCall, RuntimeGenesisConfig, SignedPayload,
	TxExtension, UncheckedExtrinsic,
};
use codec::Encode;
use frame_support::genesis_builder_helper::build_state;
use sp_consensus_babe::digests::{PreDigest, SecondaryPlainPreDigest};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{generic::Era, traits::Header as _, Digest, DigestItem, MultiSignature};

pub const PRESETS: [&str; 3] = ["development", "local_testnet", "staging"];

/// Full genesis configuration of a preset, as a chain-spec builder makes it.
pub fn genesis_json(preset: &str) -> serde_json::Value {
	let patch = crate::presets::get(&preset.into()).expect("the preset exists");
	let patch = serde_json::from_slice(&patch).expect("the preset is JSON");
	let mut config =
		serde_json::to_value(RuntimeGenesisConfig::default()).expect("can be serialised");
	merge(&mut config, patch);
	config
}

fn merge(into: &mut serde_json::Value, patch: serde_json::Value) {
	match (into, patch) {
		(serde_json::Value::Object(into), serde_json::Value::Object(patch)) => {
			for (key, value) in patch {
				merge(into.entry(key).or_insert(serde_json::Value::Null), value);
			}
		},
		(into, patch) => *into = patch,
	}
}

/// State right after this genesis.
pub fn ext_of(config: &serde_json::Value) -> sp_io::TestExternalities {
	let mut ext = sp_io::TestExternalities::default();
	ext.execute_with(|| {
		let json = serde_json::to_vec(config).expect("can be serialised");
		build_state::<RuntimeGenesisConfig>(json).expect("genesis can be built");
	});
	ext
}

/// State right after the genesis of a preset.
pub fn ext(preset: &str) -> sp_io::TestExternalities {
	ext_of(&genesis_json(preset))
}

/// The slot of block `number` in these tests.
fn slot(number: u32) -> u64 {
	280_000_000 + u64::from(number)
}

/// Makes block `number` on `parent` with these calls, each signed by Alice or inherent. Returns its
/// header.
pub fn make_block(parent: &Header, transactions: Vec<UncheckedExtrinsic>) -> Header {
	let number = parent.number + 1;
	let pre_digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
		authority_index: 0,
		slot: slot(number).into(),
	});
	let digest = Digest {
		logs: vec![DigestItem::PreRuntime(sp_consensus_babe::BABE_ENGINE_ID, pre_digest.encode())],
	};
	let header = Header::new(number, Default::default(), Default::default(), parent.hash(), digest);
	Executive::initialize_block(&header);

	let inherents = [
		RuntimeCall::Timestamp(pallet_timestamp::Call::set { now: slot(number) * 6_000 }),
		RuntimeCall::ParaInherent(polkadot_runtime_parachains::paras_inherent::Call::enter {
			data: polkadot_primitives::InherentData {
				bitfields: vec![],
				backed_candidates: vec![],
				disputes: vec![],
				parent_header: parent.clone(),
			},
		}),
	];
	for call in inherents {
		Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(call))
			.expect("inherents are valid")
			.expect("inherents succeed");
	}
	for transaction in transactions {
		Executive::apply_extrinsic(transaction)
			.expect("the transaction is valid")
			.expect("the call succeeds");
	}
	Executive::finalize_block()
}

/// The header that block 1 builds on.
pub fn genesis_header() -> Header {
	Header::new(0, Default::default(), Default::default(), Default::default(), Digest::default())
}

/// `call`, signed by `who`, who made `nonce` transactions before. With `tip`.
pub fn signed(who: Sr25519Keyring, nonce: u32, tip: u128, call: RuntimeCall) -> UncheckedExtrinsic {
	let extension: TxExtension = (
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckMortality::from(Era::Immortal),
		frame_system::CheckNonce::from(nonce),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::from(tip),
		frame_system::WeightReclaim::new(),
	);
	let genesis = genesis_header().hash();
	let payload = SignedPayload::from_raw(
		call.clone(),
		extension.clone(),
		(
			(),
			crate::VERSION.spec_version,
			crate::VERSION.transaction_version,
			genesis,
			genesis,
			(),
			(),
			(),
			(),
		),
	);
	let signature: MultiSignature = payload.using_encoded(|bytes| who.sign(bytes)).into();
	UncheckedExtrinsic::new_signed(call, who.to_account_id().into(), signature, extension)
}

/// The types that the node's client fixes.
#[test]
fn block_types_are_those_of_the_polkadot_client() {
	fn same<A: 'static, B: 'static>() -> bool {
		std::any::TypeId::of::<A>() == std::any::TypeId::of::<B>()
	}
	assert!(same::<Header, polkadot_primitives::Header>());
	assert!(same::<<Runtime as frame_system::Config>::Nonce, u32>());
	assert!(same::<<Block as sp_runtime::traits::Block>::Hash, sp_core::H256>());
}
