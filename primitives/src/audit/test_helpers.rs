//! A whole small chain with a log, two authority sets and two anchors, made without a node: for the tests
//! of this and other crates (feature `test-helpers`). No program is built with it.

use super::{AnchorClaim, BlockEntry, BlockItem};
use crate::{
	bitcoin::{
		payload_script,
		test_helpers::{anchor_transaction, coinbase_transaction, hard_pin, mine, txid},
		AnchorProof, BitcoinNetwork, HeaderRules, HEADER_LEN,
	},
	checkpoint::LOG_ENGINE_ID,
	finality::{AuthorityKey, AuthoritySet, Header},
	hash::SoftwareSha256,
	log::{batch_root, CompactLog, Entry},
	record::BatchCommitment,
	seal::test_helpers::TestSigner,
	trust::TrustFile,
	ChainHead, Checkpoint, Kind, KindMask, LeafHash, LogDigest, Record, RecordId,
};
use alloc::{vec, vec::Vec};
use codec::{Compact, Encode};
use ed25519_zebra::{SigningKey, VerificationKey};

const ROUND: u64 = 17;

/// Everything that an audit reads.
#[derive(Clone, Debug)]
pub struct SampleExport {
	/// What is trusted: the genesis hash, authority set 0, the pinned Bitcoin header.
	pub trust: TrustFile,
	/// Anchors of blocks 2 and 5.
	pub anchors: Vec<AnchorClaim>,
	/// Blocks 0 to 6. Block 3 hands over to set 1; it and block 6 are justified.
	pub blocks: Vec<BlockItem>,
	/// After the pinned one.
	pub bitcoin_headers: Vec<[u8; HEADER_LEN]>,
}

/// An operator of the sample.
pub struct SampleOperator {
	signer: TestSigner,
	/// Where its chain stands.
	pub head: ChainHead,
	introduced: bool,
}

/// Makes the sample block by block.
pub struct SampleChain {
	/// The operators.
	pub operators: Vec<SampleOperator>,
	checkpoints: Vec<Checkpoint>,
	blocks: Vec<BlockItem>,
	open: BlockItem,
	log: CompactLog,
	sets: [Vec<SigningKey>; 2],
	set: usize,
}

fn authorities(keys: &[SigningKey]) -> Vec<(AuthorityKey, u64)> {
	keys.iter().map(|key| (AuthorityKey(VerificationKey::from(key).into()), 1)).collect()
}

impl Default for SampleChain {
	fn default() -> Self {
		let keys =
			|count: u8, seed: u8| (0..count).map(|n| SigningKey::from([seed + n; 32])).collect();
		let operator = |seed| SampleOperator {
			signer: TestSigner::from_seed([seed; 32]),
			head: ChainHead::default(),
			introduced: false,
		};
		let mut chain = Self {
			operators: vec![operator(1), operator(2)],
			checkpoints: vec![],
			blocks: vec![],
			open: BlockItem::default(),
			log: CompactLog::default(),
			sets: [keys(3, 10), keys(4, 20)],
			set: 0,
		};
		chain.end_block(false, false);
		chain
	}
}

impl SampleChain {
	/// The next record of an operator.
	pub fn record(&self, operator: usize, kind: Kind) -> Record {
		let operator = &self.operators[operator];
		let id = operator.signer.public_key().operator_id();
		Record::new(self.checkpoints[0].genesis, id, &operator.head, kind, 1_764_000_000_000)
	}

	/// Seals a record into the open block. It is not checked, so that it may break rules.
	pub fn seal(&mut self, operator: usize, record: &Record, members: Vec<LeafHash>) -> RecordId {
		let operator = &mut self.operators[operator];
		if !core::mem::replace(&mut operator.introduced, true) {
			self.open.keys.push(operator.signer.public_key().as_bytes().to_vec());
		}
		let statement = operator.signer.statement(record);
		operator.head.advance(record.id());
		let leaf = Entry::statement(statement.digest()).leaf_hash::<SoftwareSha256>();
		self.log.append::<SoftwareSha256>(leaf);
		self.open.entries.push(BlockEntry { statement: statement.encode(), members });
		record.id()
	}

	/// Seals a record of this kind, answering `intent` if there is one.
	pub fn single(&mut self, operator: usize, kind: Kind, intent: Option<RecordId>) -> RecordId {
		let record = Record { intent, ..self.record(operator, kind) };
		self.seal(operator, &record, vec![])
	}

	/// Seals a batch of some members.
	pub fn batch(&mut self, operator: usize, count: u8) {
		let members: Vec<_> = (0..count).map(|n| LeafHash::new([n; 32])).collect();
		let mut record = self.record(operator, Kind::Batch);
		record.batch = Some(BatchCommitment {
			count: count.into(),
			root: batch_root::<SoftwareSha256>(&members),
			kinds: KindMask::EMPTY.with(Kind::Provenance),
		});
		self.seal(operator, &record, members);
	}

	/// Ends the block; it may hand over to the next set, and may be justified by the one before that.
	pub fn end_block(&mut self, hand_over: bool, justified: bool) {
		let number = self.blocks.len() as u32;
		let log = LogDigest { size: self.log.size(), root: self.log.root::<SoftwareSha256>() };
		let parent = self.checkpoints.last().map_or([0; 32], |last| last.block_hash.into_bytes());
		let mut header = (parent, Compact(number), [0x51u8; 32], [0x52u8; 32]).encode();
		let mut items: Vec<Vec<u8>> = vec![];
		if number > 0 {
			items.push((4u8, LOG_ENGINE_ID, log.encode_digest()).encode());
		}
		if hand_over {
			let change = (1u8, authorities(&self.sets[self.set + 1]), 0u32).encode();
			items.push((4u8, *b"FRNK", change).encode());
		}
		Compact(items.len() as u32).encode_to(&mut header);
		header.extend(items.concat());
		let hash = Header::decode(&header).expect("a header").hash();
		let genesis =
			self.checkpoints.first().map_or(hash.into_bytes().into(), |first| first.genesis);
		self.checkpoints.push(Checkpoint {
			genesis,
			block_number: number,
			block_hash: hash,
			log_size: log.size,
			log_root: log.root,
		});
		let mut block = core::mem::take(&mut self.open);
		block.header = header;
		if justified {
			block.justification = self.justify(number);
		}
		self.blocks.push(block);
		self.set += usize::from(hand_over);
	}

	/// The current set's justification of a block.
	pub fn justify(&self, number: u32) -> Vec<u8> {
		let hash = self.checkpoints[number as usize].block_hash;
		let precommit = (hash, number).encode();
		// Message::Precommit is variant 1.
		let message = [&[1][..], &precommit, &ROUND.encode(), &(self.set as u64).encode()].concat();
		let keys = &self.sets[self.set];
		let mut out = (ROUND, hash, number, Compact(keys.len() as u32)).encode();
		for key in keys {
			let signature: [u8; 64] = key.sign(&message).into();
			out.extend(&precommit);
			out.extend(signature);
			out.extend(<[u8; 32]>::from(VerificationKey::from(key)));
		}
		Compact(0u32).encode_to(&mut out);
		out
	}

	/// Ends the log here, and anchors these blocks, each in a Bitcoin block of its own.
	pub fn finish(self, anchored: &[usize]) -> SampleExport {
		let pinned = hard_pin();
		let mut headers: Vec<[u8; HEADER_LEN]> = vec![];
		let mut anchors = vec![];
		let last = 6 + 3 * anchored.len() as u32;
		for height in pinned.height + 1..=pinned.height + last {
			let previous = *headers.last().unwrap_or(&pinned.header);
			let number = (height % 3 == 2).then_some((height / 3) as usize);
			let Some(block) = number.and_then(|number| anchored.get(number)) else {
				headers.push(mine(&previous, txid(&height.to_le_bytes())));
				continue;
			};
			let checkpoint = self.checkpoints[*block];
			let transaction = anchor_transaction(vec![payload_script(&checkpoint)], 0);
			let coinbase = coinbase_transaction(height);
			let (first, second) = (txid(&coinbase), txid(&transaction));
			headers.push(mine(&previous, txid(&[first, second].concat())));
			let proof = AnchorProof {
				transaction,
				position: 1,
				path: vec![first],
				coinbase,
				coinbase_path: vec![second],
				first_height: 0,
				block: 0,
				headers: vec![],
			};
			anchors.push(AnchorClaim { checkpoint, height, proof });
		}
		SampleExport {
			trust: TrustFile {
				chain: "a chain for tests".into(),
				genesis: self.checkpoints[0].genesis,
				authorities: AuthoritySet { id: 0, authorities: authorities(&self.sets[0]) },
				bitcoin: HeaderRules {
					network: BitcoinNetwork::Regtest,
					pinned,
					min_confirmations: 6,
					min_work: [0; 32],
					max_target: None,
				},
				anchor_origin: None,
				max_anchor_age: None,
				log_keys: vec![],
			},
			anchors,
			blocks: self.blocks,
			bitcoin_headers: headers,
		}
	}

	/// The authorities of set 1, as a trust file names them.
	pub fn second_set(&self) -> AuthoritySet {
		AuthoritySet { id: 1, authorities: authorities(&self.sets[1]) }
	}
}

/// The sample chain up to its last block, not ended yet.
pub fn sample_chain() -> SampleChain {
	let mut chain = SampleChain::default();
	let intent = chain.single(0, Kind::Intent, None);
	chain.end_block(false, false);
	chain.single(1, Kind::Provenance, None);
	chain.batch(0, 5);
	chain.end_block(false, false);
	chain.single(0, Kind::Outcome, Some(intent));
	chain.end_block(true, true);
	chain.end_block(false, false);
	let intent = chain.single(1, Kind::Intent, None);
	chain.single(1, Kind::Approval, Some(intent));
	chain.batch(1, 3);
	chain.single(1, Kind::Denial, Some(intent));
	chain.single(0, Kind::Intent, None);
	chain.end_block(false, false);
	chain
}

/// Seven blocks, nine entries of two operators, two anchors.
pub fn sample() -> SampleExport {
	let mut chain = sample_chain();
	chain.end_block(false, true);
	chain.finish(&[2, 5])
}
