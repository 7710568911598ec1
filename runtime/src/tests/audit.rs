//! The audit log in real blocks: sealed records in, digest in the header, answers of the runtime API.

use super::{ext, genesis_header, make_block, signed};
use crate::{Header, Operators, Runtime, RuntimeCall};
use codec::{Decode, Encode};
use frame_support::assert_ok;
use pantheon_primitives::{
	checkpoint::LOG_ENGINE_ID,
	completeness::{chain_key, ChainRecord},
	hash::SoftwareSha256,
	log::{batch_root, member_leaf, verify_inclusion, CompactLog, Entry, EntryTag},
	seal::{registration_message, test_helpers::TestSigner, to_be_signed},
	BatchCommitment, ChainHead, EntryInfo, GenesisHash, Kind, KindMask, LeafHash, LogDigest,
	OperatorId, OperatorState, OperatorStatus, Record, SubmittedRecord,
};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob};
use sp_runtime::DigestItem;

/// Calls the runtime API as a client does, by name and bytes.
fn api<A: Encode, R: Decode>(method: &str, arguments: A) -> R {
	let name = format!("AuditApi_{method}");
	let answer = crate::apis::api::dispatch(&name, &arguments.encode()).expect("the API exists");
	R::decode(&mut &answer[..]).expect("the answer decodes")
}

/// The log's size and root in a header's digest.
fn log_digest(header: &Header) -> LogDigest {
	let found: Vec<_> = header
		.digest
		.logs
		.iter()
		.filter_map(|item| match item {
			DigestItem::Consensus(LOG_ENGINE_ID, bytes) => LogDigest::decode_digest(bytes),
			_ => None,
		})
		.collect();
	assert_eq!(found.len(), 1, "exactly one log digest in each header");
	found[0].clone()
}

/// An operator whose records these tests seal.
pub struct Pen {
	signer: TestSigner,
	head: ChainHead,
}

impl Pen {
	pub fn new(seed: u8) -> Self {
		Self { signer: TestSigner::from_seed([seed; 32]), head: ChainHead::default() }
	}

	pub fn operator(&self) -> OperatorId {
		self.signer.public_key().operator_id()
	}

	pub fn register(&self, genesis: GenesisHash, owner: Sr25519Keyring) -> RuntimeCall {
		let account = owner.to_account_id();
		let message = registration_message(genesis, account.as_ref(), self.signer.public_key());
		pallet_operators::Call::register {
			key: self.signer.public_key().as_bytes().to_vec(),
			proof: self.signer.sign_message(&message),
		}
		.into()
	}

	fn next(&self, genesis: GenesisHash, kind: Kind) -> Record {
		Record::new(genesis, self.operator(), &self.head, kind, 1_790_000_000_000)
	}

	fn seal(&mut self, record: &Record) -> (SubmittedRecord, Vec<u8>) {
		let kid = self.signer.public_key().key_id();
		let message = to_be_signed(&record.encode(), record.operator, record.log, &kid);
		self.head.advance(record.id());
		(record.into(), self.signer.sign_message(&message))
	}

	/// The smallest record of its kind that says something, sealed.
	pub fn single(&mut self, genesis: GenesisHash, kind: Kind) -> RuntimeCall {
		let mut record = self.next(genesis, kind);
		record.input = Some([1; 32].into());
		record.intent = kind.answers_intent().then(|| [2; 32].into());
		let (record, signature) = self.seal(&record);
		pallet_audit_record::Call::submit { record, signature }.into()
	}

	/// A batch of `count` members, sealed.
	pub fn batch(&mut self, genesis: GenesisHash, count: u32) -> RuntimeCall {
		let members: Vec<LeafHash> = (0..count)
			.map(|index| {
				let mut id = [0; 32];
				id[..4].copy_from_slice(&index.to_le_bytes());
				member_leaf::<SoftwareSha256>(&id.into())
			})
			.collect();
		let mut record = self.next(genesis, Kind::Batch);
		let root = batch_root::<SoftwareSha256>(&members);
		let kinds = KindMask::EMPTY.with(Kind::Provenance);
		record.batch = Some(BatchCommitment { count, root, kinds });
		let (record, signature) = self.seal(&record);
		pallet_audit_record::Call::submit_batch { record, signature, members }.into()
	}
}

#[test]
fn every_header_carries_the_log() {
	ext("development").execute_with(|| {
		let first = make_block(&genesis_header(), vec![]);
		let second = make_block(&first, vec![]);
		let empty = LogDigest { size: 0, root: CompactLog::default().root::<SoftwareSha256>() };
		assert_eq!(log_digest(&first), empty);
		assert_eq!(log_digest(&second), empty);
	});
}

#[test]
fn records_are_appended_and_answered_for() {
	ext("development").execute_with(|| {
		let mut pen = Pen::new(1);
		let parent = genesis_header();
		let genesis = GenesisHash::new(parent.hash().into());
		let calls = [
			pen.register(genesis, Bob),
			pen.single(genesis, Kind::Provenance),
			pen.batch(genesis, 1_000),
		];
		let transactions = calls
			.into_iter()
			.enumerate()
			.map(|(nonce, call)| signed(Bob, nonce as u32, 0, call))
			.collect();
		let header = make_block(&parent, transactions);

		assert_eq!(Operators::genesis_hash(), genesis);
		let digest = log_digest(&header);
		assert_eq!(digest.size, 2);

		let log: CompactLog = api("log_state", ());
		assert_eq!((log.size(), log.root::<SoftwareSha256>()), (2, digest.root));

		let entries: Vec<EntryInfo> = api("block_entries", ());
		assert_eq!(entries.len(), 2);
		assert!(entries.iter().all(|entry| entry.operator == pen.operator()));
		assert_eq!(entries[1].batch.as_ref().map(|batch| batch.count), Some(1_000));
		// After the two inherents and the registration.
		assert_eq!([entries[0].extrinsic_index, entries[1].extrinsic_index], [3, 4]);

		// The header's root is that of these entries.
		let leaves: Vec<LeafHash> =
			entries.iter().map(|info| info.entry.leaf_hash::<SoftwareSha256>()).collect();
		assert_ok!(verify_inclusion::<SoftwareSha256>(
			&leaves[0],
			0,
			2,
			&[*leaves[1].as_bytes()],
			&digest.root
		));
		assert!(matches!(entries[0].entry, Entry { tag: EntryTag::Statement, .. }));

		let operator: Option<OperatorState> = api("operator", pen.operator());
		let operator = operator.expect("registered");
		assert_eq!(operator.owner, <[u8; 32]>::from(Bob.to_account_id()));
		assert_eq!(operator.status, OperatorStatus::Active);
		assert_eq!(operator.chain.next_sequence, 2);

		// What completeness bundles prove from the state stands where verifiers look for it.
		let kept = sp_io::storage::get(&chain_key(&pen.operator())).expect("there is a value");
		let OperatorState { chain: head, open_intents, .. } = operator;
		assert_eq!(ChainRecord::read(&kept), Some(ChainRecord { head, open_intents }));

		assert_eq!(api::<_, Option<LogDigest>>("checkpoint_at", 1u32), Some(digest.clone()));
		assert_eq!(api::<_, Option<LogDigest>>("checkpoint_at", 2u32), None);

		// The next block has no entries, and the log stays.
		let next = make_block(&header, vec![]);
		assert_eq!(log_digest(&next), digest);
		assert_eq!(api::<_, Vec<EntryInfo>>("block_entries", ()), vec![]);
	});
}

#[test]
fn batch_members_are_the_tail_of_the_extrinsic() {
	ext("development").execute_with(|| {
		let genesis = GenesisHash::new(genesis_header().hash().into());
		let mut pen = Pen::new(2);
		let call = pen.batch(genesis, 7);
		let RuntimeCall::AuditRecord(pallet_audit_record::Call::submit_batch { members, .. }) =
			&call
		else {
			panic!("a batch is a batch");
		};
		let tail: Vec<u8> = members.iter().flat_map(|leaf| *leaf.as_bytes()).collect();
		assert!(signed(Alice, 0, 0, call.clone()).encode().ends_with(&tail));
	});
}

#[test]
fn the_invariants_hold_after_genesis_and_after_blocks() {
	for preset in super::PRESETS {
		ext(preset).execute_with(|| {
			let header = make_block(&genesis_header(), vec![]);
			make_block(&header, vec![]);
			assert_ok!(crate::PanToken::do_try_state());
			assert_ok!(crate::Validators::do_try_state());
		});
	}
}

#[test]
fn members_per_batch_are_those_of_the_format() {
	use frame_support::traits::Get;
	let max: u32 = <Runtime as pallet_audit_record::Config>::MaxBatchMembers::get();
	assert_eq!(max, pantheon_primitives::record::MAX_BATCH_MEMBERS);
}
