//! A chain of one block, its one authority and its Bitcoin: what a node would prove, made by hand.

use codec::{Compact, Encode};
use ed25519_zebra::{SigningKey, VerificationKey};
use pantheon_cli::{
	commitment::{open_with_salt, Opening},
	keystore::{KeyStore, SoftwareKey},
	sealing::seal,
};
use pantheon_primitives::{
	bitcoin::{
		test_helpers::{hard_pin, AnchorShape},
		AnchorProof,
	},
	bundle::{Inclusion, ProofBundle},
	checkpoint::LOG_ENGINE_ID,
	completeness::{chain_key, ChainRecord, CompletenessBundle, Disclosed, Positions},
	finality::{AuthorityKey, AuthoritySet, FinalityProof, Header},
	hash::SoftwareSha256,
	log::{CompactLog, Entry},
	state_proof::test_helpers::lone_value,
	trust::TrustFile,
	ChainHead, Checkpoint, GenesisHash, Kind, LogDigest, Record, RecordId, Statement,
};
use serde_json::json;

const BLOCK: u32 = 7;
const ROUND: u64 = 1;

pub struct World {
	pub bundle: ProofBundle,
	/// The account of the operator's chain, which is the one record of `bundle`.
	pub account: CompletenessBundle,
	pub trust: TrustFile,
	pub opening: Opening,
}

impl World {
	pub fn new() -> Self {
		let genesis = GenesisHash::new([0x42; 32]);
		let key = SoftwareKey::from_seed(&[6; 32]);
		let operator = key.public_key().operator_id();
		let opening = open_with_salt(&json!({ "question": "may I?" })).unwrap();
		let mut record = Record::new(genesis, operator, &ChainHead::default(), Kind::Intent, 1_000);
		record.input = Some(opening.commitment());
		let statement = seal(&key, record).unwrap();
		let mut log = CompactLog::default();
		log.append::<SoftwareSha256>(
			Entry::statement(statement.digest()).leaf_hash::<SoftwareSha256>(),
		)
		.unwrap();
		let digest = LogDigest { size: log.size(), root: log.root::<SoftwareSha256>() };

		let head = ChainHead { next_sequence: 1, head: Some(statement.record_id()) };
		let chain = ChainRecord { head, open_intents: 1 }.encode();
		let (state_root, state) = lone_value(&chain_key(&operator), &chain);
		let header = header(&digest, state_root);
		let hash = Header::decode(&header).unwrap().hash();
		let authority = SigningKey::from([3; 32]);
		let authorities = AuthoritySet {
			id: 0,
			authorities: vec![(AuthorityKey(VerificationKey::from(&authority).into()), 1)],
		};
		let checkpoint = Checkpoint {
			genesis,
			block_number: BLOCK,
			block_hash: hash,
			log_size: digest.size,
			log_root: digest.root,
		};
		// Hard enough that a changed header has no proof of work by chance.
		let shape = AnchorShape { pinned: hard_pin(), ..AnchorShape::default() };
		let trust = TrustFile {
			chain: "a world for tests".into(),
			genesis,
			authorities,
			bitcoin: shape.rules(),
			anchor_origin: None,
			max_anchor_age: None,
			log_keys: Vec::new(),
		};
		let bundle = ProofBundle {
			statement: statement.encode(),
			keys: vec![key.public_key().clone()],
			member: None,
			inclusion: Inclusion { index: 0, path: Vec::new() },
			checkpoint,
			finality: FinalityProof {
				justification: justify(&authority, hash.as_bytes()),
				header,
				handoffs: Vec::new(),
			},
			anchor: Some(shape.build(&checkpoint)),
			intent: None,
		};
		let shown = Disclosed { index: 0, statement: statement.encode(), members: None };
		let account = CompletenessBundle {
			keys: bundle.keys.clone(),
			from: 0,
			to: 0,
			positions: vec![Positions::Disclosed(shown)],
			path: Vec::new(),
			checkpoint,
			finality: bundle.finality.clone(),
			anchor: bundle.anchor.clone(),
			state,
		};
		Self { bundle, account, trust, opening }
	}

	/// Id of the one record.
	pub fn bundle_record_id(&self) -> RecordId {
		Statement::decode(&self.bundle.statement).unwrap().record_id()
	}

	pub fn without_anchor(mut self) -> Self {
		self.bundle.anchor = None;
		self
	}

	pub fn anchor(&self) -> &AnchorProof {
		self.bundle.anchor.as_ref().unwrap()
	}
}

/// SCALE: parent, compact number, state root, extrinsics root, one consensus digest item.
fn header(log: &LogDigest, state_root: [u8; 32]) -> Vec<u8> {
	let mut out = vec![1; 32];
	Compact(BLOCK).encode_to(&mut out);
	out.extend(state_root);
	out.extend([3; 32]);
	Compact(1u32).encode_to(&mut out);
	out.push(4);
	out.extend(LOG_ENGINE_ID);
	log.encode_digest().encode_to(&mut out);
	out
}

/// SCALE GRANDPA justification with the vote of one authority of set 0.
fn justify(authority: &SigningKey, block: &[u8; 32]) -> Vec<u8> {
	let precommit = (block, BLOCK).encode();
	// Message::Precommit is variant 1.
	let message = [&[1][..], &precommit, &ROUND.encode(), &0u64.encode()].concat();
	let signature: [u8; 64] = authority.sign(&message).into();
	let id: [u8; 32] = VerificationKey::from(authority).into();
	let mut out = (ROUND, block, BLOCK, Compact(1u32)).encode();
	out.extend(precommit);
	out.extend(signature);
	out.extend(id);
	Compact(0u32).encode_to(&mut out);
	out
}
