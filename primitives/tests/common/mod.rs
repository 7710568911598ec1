//! A small world to prove things in: an operator, a log, final blocks, an anchor. Everything is real but
//! the Bitcoin blocks, which are mined here at regtest's rules and a difficulty that makes any change of
//! a header lose its proof of work.

// Each test program uses a part of it.
#![allow(dead_code)]

pub mod authorities;
pub mod completeness;
pub mod receipts;

use authorities::{header, log_item, Authorities, Header};
use coset::cbor::value::Value;
use pantheon_primitives::{
	bitcoin::{
		test_helpers::{hard_pin, AnchorShape},
		AnchorProof,
	},
	bundle::{Inclusion, MemberProof, PairedIntent, ProofBundle},
	finality::{AuthorityKey, AuthoritySet, FinalityProof, Handoff},
	hash::SoftwareSha256,
	log::{batch_root, inclusion_path, member_leaf, Entry, MemoryTree},
	seal::test_helpers::TestSigner,
	trust::TrustFile,
	BatchCommitment, ChainHead, Checkpoint, GenesisHash, Kind, KindMask, LeafHash, LogDigest,
	Record, Statement,
};
use sp_core::H256;
use sp_runtime::codec::Encode;

/// The chain whose log everything is in.
pub const GENESIS: GenesisHash = GenesisHash::new([0x47; 32]);
/// Confirmations that the trust file asks for and the anchor has.
pub const CONFIRMATIONS: u32 = 3;

/// The inclusion path of a leaf.
pub fn path(leaves: &[LeafHash], index: u64) -> Vec<[u8; 32]> {
	let tree = MemoryTree::new::<SoftwareSha256>(leaves);
	inclusion_path::<_, SoftwareSha256>(&tree, index, leaves.len() as u64).expect("in the tree")
}

/// An operator that seals, and the log that takes its statements in.
pub struct World {
	/// The operator.
	pub signer: TestSigner,
	/// Where its chain stands.
	pub head: ChainHead,
	leaves: Vec<LeafHash>,
	statements: Vec<Sealed>,
}

struct Sealed {
	index: u64,
	statement: Statement,
	members: Vec<Record>,
}

impl World {
	/// A log with some entries of others.
	pub fn new() -> Self {
		let mut world = Self {
			signer: TestSigner::from_seed([0x0f; 32]),
			head: ChainHead::default(),
			leaves: vec![],
			statements: vec![],
		};
		world.others(3);
		world
	}

	fn others(&mut self, count: u8) {
		for _ in 0..count {
			let digest = [self.leaves.len() as u8; 32].into();
			self.leaves.push(Entry::statement(digest).leaf_hash::<SoftwareSha256>());
		}
	}

	/// The next record of the operator's chain.
	pub fn record(&self, kind: Kind) -> Record {
		let operator = self.signer.public_key().operator_id();
		let mut record = Record::new(GENESIS, operator, &self.head, kind, 1_764_000_000_000);
		record.input = Some([0x11; 32].into());
		record
	}

	/// Member `index` of the next batch.
	pub fn member(&self, kind: Kind, index: u32) -> Record {
		Record { index: Some(index), previous: None, ..self.record(kind) }
	}

	/// Seals the record and appends its statement; returns the statement's number.
	pub fn seal(&mut self, record: &Record) -> usize {
		self.append(record, vec![])
	}

	/// Seals a batch of these members under the mask of the kinds that they have.
	pub fn seal_batch(&mut self, members: Vec<Record>) -> usize {
		let kinds = members.iter().filter(|member| member.kind.may_be_member());
		let kinds = kinds.fold(KindMask::EMPTY, |mask, member| mask.with(member.kind));
		self.seal_batch_under(members, kinds)
	}

	/// Seals a batch of these members under this mask.
	pub fn seal_batch_under(&mut self, members: Vec<Record>, kinds: KindMask) -> usize {
		let mut record = self.record(Kind::Batch);
		record.input = None;
		record.batch = Some(BatchCommitment {
			count: members.len() as u32,
			root: batch_root::<SoftwareSha256>(&member_leaves(&members)),
			kinds,
		});
		self.append(&record, members)
	}

	fn append(&mut self, record: &Record, members: Vec<Record>) -> usize {
		let statement = self.signer.statement(record);
		let leaf = Entry::statement(statement.digest()).leaf_hash::<SoftwareSha256>();
		let index = self.leaves.len() as u64;
		self.leaves.push(leaf);
		self.others(2);
		self.head.advance(record.id());
		self.statements.push(Sealed { index, statement, members });
		self.statements.len() - 1
	}

	/// Ends the block: makes it final by four authorities, and anchors it.
	pub fn finish(self) -> Proven {
		self.finish_under(Authorities::new(2, 4), vec![])
	}

	/// Ends the block, final by these authorities after hand-offs.
	pub fn finish_under(self, authorities: Authorities, handoffs: Vec<Handoff>) -> Proven {
		self.finish_with_root(authorities, handoffs, H256::repeat_byte(0x51))
	}

	/// Ends the block with this root of its state.
	pub fn finish_with_root(
		self,
		authorities: Authorities,
		handoffs: Vec<Handoff>,
		state_root: H256,
	) -> Proven {
		let root = batch_root::<SoftwareSha256>(&self.leaves);
		let log_size = self.leaves.len() as u64;
		let digest = LogDigest { size: log_size, root };
		let mut header: Header =
			header(1000, H256::repeat_byte(3), vec![log_item(digest.encode_digest())]);
		header.state_root = state_root;
		let checkpoint = Checkpoint {
			genesis: GENESIS,
			block_number: header.number,
			block_hash: header.hash().0.into(),
			log_size,
			log_root: root,
		};
		let finality = FinalityProof {
			header: header.encode(),
			justification: authorities.justify_by_all(&header),
			handoffs,
		};
		let anchor = anchor_shape().build(&checkpoint);
		Proven { world: self, authorities, checkpoint, finality, anchor }
	}
}

fn member_leaves(members: &[Record]) -> Vec<LeafHash> {
	members.iter().map(|member| member_leaf::<SoftwareSha256>(&member.id())).collect()
}

/// The form of the anchor.
pub fn anchor_shape() -> AnchorShape {
	AnchorShape {
		pinned: hard_pin(),
		blocks_before: 1,
		confirmations: CONFIRMATIONS,
		..Default::default()
	}
}

/// The trusted form of an authority set.
pub fn trusted(authorities: &Authorities) -> AuthoritySet {
	let keys = authorities.keys().into_iter();
	AuthoritySet {
		id: authorities.set_id,
		authorities: keys.map(|(key, weight)| (AuthorityKey(key), weight)).collect(),
	}
}

/// A world whose block is final and anchored.
pub struct Proven {
	world: World,
	authorities: Authorities,
	/// The log's state that all proofs lead to.
	pub checkpoint: Checkpoint,
	finality: FinalityProof,
	anchor: AnchorProof,
}

impl Proven {
	/// What the auditor trusts.
	pub fn trust(&self) -> TrustFile {
		TrustFile {
			chain: "pantheon-test".into(),
			genesis: GENESIS,
			authorities: trusted(&self.authorities),
			bitcoin: anchor_shape().rules(),
			anchor_origin: None,
			max_anchor_age: None,
			log_keys: vec![],
		}
	}

	/// The proof of a statement.
	pub fn prove(&self, statement: usize) -> ProofBundle {
		ProofBundle {
			statement: self.world.statements[statement].statement.encode(),
			keys: vec![self.world.signer.public_key().clone()],
			member: None,
			inclusion: self.inclusion(statement),
			checkpoint: self.checkpoint,
			finality: self.finality.clone(),
			anchor: Some(self.anchor.clone()),
			intent: None,
		}
	}

	/// The proof of a batch member.
	pub fn prove_member(&self, statement: usize, member: u64) -> ProofBundle {
		ProofBundle { member: Some(self.member(statement, member)), ..self.prove(statement) }
	}

	/// Where a statement is in the log.
	pub fn inclusion(&self, statement: usize) -> Inclusion {
		let index = self.world.statements[statement].index;
		Inclusion { index, path: path(&self.world.leaves, index) }
	}

	/// Where a member is in its batch.
	pub fn member(&self, statement: usize, member: u64) -> MemberProof {
		let members = &self.world.statements[statement].members;
		MemberProof {
			record: members[member as usize].encode(),
			path: path(&member_leaves(members), member),
		}
	}

	/// The intent that a proof's record answers.
	pub fn intent(&self, statement: usize, member: Option<u64>) -> Option<PairedIntent> {
		Some(PairedIntent {
			statement: self.world.statements[statement].statement.encode(),
			member: member.map(|member| self.member(statement, member)),
			inclusion: self.inclusion(statement),
		})
	}
}

/// An answer to an intent.
pub fn answering(record: Record, intent: &Record) -> Record {
	Record { intent: Some(intent.id()), ..record }
}

/// The proofs of a single outcome with its intent, and of a batch member whose intent is in an earlier
/// batch, with the trust file that they hold under.
pub fn samples() -> (ProofBundle, ProofBundle, TrustFile) {
	let mut world = World::new();
	let intent = world.record(Kind::Intent);
	let intent_at = world.seal(&intent);
	let intents: Vec<_> = (0..5).map(|index| world.member(Kind::Intent, index)).collect();
	let intents_at = world.seal_batch(intents.clone());
	let outcome_at = world.seal(&answering(world.record(Kind::Outcome), &intent));
	let outcomes = (0..).zip(&intents).map(|(n, i)| answering(world.member(Kind::Outcome, n), i));
	let outcomes = outcomes.collect();
	let outcomes_at = world.seal_batch(outcomes);
	let proven = world.finish();
	let single = ProofBundle { intent: proven.intent(intent_at, None), ..proven.prove(outcome_at) };
	let member = ProofBundle {
		intent: proven.intent(intents_at, Some(3)),
		..proven.prove_member(outcomes_at, 3)
	};
	(single, member, proven.trust())
}

/// A file's CBOR map, as another library reads it.
pub fn cbor_map(encoded: &[u8]) -> Vec<(Value, Value)> {
	coset::cbor::de::from_reader::<Value, _>(encoded).unwrap().into_map().unwrap()
}

/// A CBOR map's bytes, as another library writes them.
pub fn cbor_bytes(map: Vec<(Value, Value)>) -> Vec<u8> {
	let mut out = Vec::new();
	coset::cbor::ser::into_writer(&Value::Map(map), &mut out).unwrap();
	out
}
