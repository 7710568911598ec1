//! A chain in memory: blocks with entries, forks, finality, and pruning on demand.

#![allow(dead_code, missing_docs)]

use codec::Encode;
use pantheon_log_store::{
	AuthorityChange, BlockHeader, BlockId, ChainSource, Followed, Limits, SourceError, Store,
};
use pantheon_primitives::{
	hash::{sha256, SoftwareSha256},
	log::{batch_root, CompactLog, Entry, EntryTag},
	BlockHash, EntryBatch, EntryInfo, GenesisHash, LeafHash, LogDigest, OperatorId,
};
use std::collections::{BTreeMap, HashMap, HashSet};

pub const GENESIS: GenesisHash = GenesisHash::new([7; 32]);
pub const LIMITS: Limits =
	Limits { cache_bytes: 1 << 20, write_buffer_bytes: 4 << 20, open_files: 64 };

#[derive(Clone)]
pub struct TestBlock {
	pub header: BlockHeader,
	pub entries: Vec<EntryInfo>,
	pub body: Vec<Vec<u8>>,
	pub justification: Option<Vec<u8>>,
	log: CompactLog,
	next: BTreeMap<OperatorId, u64>,
}

/// What a block holds: a single record, or a batch of so many members.
#[derive(Clone, Copy, Debug)]
pub enum Item {
	Single,
	Batch(u32),
}

#[derive(Clone)]
pub struct MemoryChain {
	pub blocks: HashMap<BlockHash, TestBlock>,
	pub canonical: Vec<BlockHash>,
	pub finalized: u32,
	pub state_pruned: HashSet<BlockHash>,
	salt: u64,
}

pub fn operator(number: u8) -> OperatorId {
	OperatorId::new([number; 32])
}

pub fn member(salt: u64, index: u32) -> LeafHash {
	sha256(&(b"member", salt, index).encode()).into()
}

impl MemoryChain {
	pub fn new() -> Self {
		let hash = BlockHash::new(*GENESIS.as_bytes());
		let genesis = TestBlock {
			header: BlockHeader {
				id: BlockId { number: 0, hash },
				parent: BlockHash::default(),
				log: LogDigest { size: 0, root: CompactLog::default().root::<SoftwareSha256>() },
				change: AuthorityChange::None,
				raw: vec![],
			},
			entries: vec![],
			body: vec![],
			justification: None,
			log: CompactLog::default(),
			next: BTreeMap::new(),
		};
		Self {
			blocks: [(hash, genesis)].into(),
			canonical: vec![hash],
			finalized: 0,
			state_pruned: HashSet::new(),
			salt: 0,
		}
	}

	/// Adds a block on `parent` without making it canonical.
	pub fn fork(&mut self, parent: BlockHash, items: &[Item]) -> BlockHash {
		let parent = self.blocks[&parent].clone();
		let (mut log, mut next) = (parent.log.clone(), parent.next.clone());
		let (mut entries, mut body) = (vec![], vec![b"timestamp".to_vec()]);
		for item in items {
			self.salt += 1;
			let operator = operator((self.salt % 3) as u8);
			let sequence = next.entry(operator).or_default();
			let entry = Entry {
				tag: EntryTag::Statement,
				digest: sha256(&(b"statement", self.salt).encode()),
			};
			log.append::<SoftwareSha256>(entry.leaf_hash::<SoftwareSha256>()).unwrap();
			let (batch, members) = match item {
				Item::Single => (None, vec![]),
				Item::Batch(count) => {
					let leaves: Vec<_> = (0..*count).map(|n| member(self.salt, n)).collect();
					let root = batch_root::<SoftwareSha256>(&leaves);
					(Some(EntryBatch { count: *count, root }), leaves)
				},
			};
			entries.push(EntryInfo {
				entry,
				operator,
				sequence: *sequence,
				record: sha256(&(b"record", self.salt).encode()).into(),
				kind: if members.is_empty() { 1 } else { 5 },
				batch,
				extrinsic_index: body.len() as u32,
			});
			*sequence += 1;
			body.push((b"call".to_vec(), members).encode());
		}
		self.salt += 1;
		let number = parent.header.id.number + 1;
		let digest = LogDigest { size: log.size(), root: log.root::<SoftwareSha256>() };
		let raw = (number, self.salt, digest).encode();
		let hash = BlockHash::new(sha256(&raw));
		let header = BlockHeader {
			id: BlockId { number, hash },
			parent: parent.header.id.hash,
			log: digest,
			change: AuthorityChange::None,
			raw,
		};
		self.blocks
			.insert(hash, TestBlock { header, entries, body, justification: None, log, next });
		hash
	}

	/// Adds a canonical block.
	pub fn push(&mut self, items: &[Item]) -> BlockHash {
		let hash = self.fork(*self.canonical.last().unwrap(), items);
		self.canonical.push(hash);
		hash
	}

	pub fn finalize_all(&mut self) {
		self.finalized = self.canonical.len() as u32 - 1;
	}

	pub fn id(&self, hash: BlockHash) -> BlockId {
		self.blocks[&hash].header.id
	}

	pub fn best(&self) -> &TestBlock {
		&self.blocks[self.canonical.last().unwrap()]
	}

	/// All leaves and entries of the canonical chain, in order.
	pub fn entries(&self) -> Vec<EntryInfo> {
		self.canonical.iter().flat_map(|hash| self.blocks[hash].entries.clone()).collect()
	}

	pub fn leaves(&self) -> Vec<LeafHash> {
		self.entries().iter().map(|info| info.entry.leaf_hash::<SoftwareSha256>()).collect()
	}
}

impl ChainSource for MemoryChain {
	fn genesis(&self) -> GenesisHash {
		GENESIS
	}

	fn finalized(&self) -> Result<BlockId, SourceError> {
		Ok(self.id(self.canonical[self.finalized as usize]))
	}

	fn hash(&self, number: u32) -> Result<BlockHash, SourceError> {
		self.canonical.get(number as usize).copied().ok_or(SourceError::UnknownBlock)
	}

	fn header(&self, hash: &BlockHash) -> Result<BlockHeader, SourceError> {
		self.blocks.get(hash).map(|block| block.header.clone()).ok_or(SourceError::UnknownBlock)
	}

	fn entries(&self, hash: &BlockHash) -> Result<Vec<EntryInfo>, SourceError> {
		if self.state_pruned.contains(hash) {
			return Err(SourceError::StatePruned(*hash));
		}
		Ok(self.blocks[hash].entries.clone())
	}

	fn body(&self, hash: &BlockHash) -> Result<Vec<Vec<u8>>, SourceError> {
		Ok(self.blocks[hash].body.clone())
	}

	fn justification(&self, hash: &BlockHash) -> Result<Option<Vec<u8>>, SourceError> {
		Ok(self.blocks[hash].justification.clone())
	}
}

pub fn open(path: &std::path::Path) -> Store {
	Store::open(path, GENESIS, LIMITS).unwrap().0
}

pub fn follow_all(store: &Store, chain: &MemoryChain) {
	while pantheon_log_store::follow(store, chain, 3).unwrap() != Followed::UpToDate {}
	let head = store.head().unwrap();
	assert_eq!(head.hash, chain.canonical[chain.finalized as usize]);
}
