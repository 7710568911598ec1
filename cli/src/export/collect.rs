//! Collecting an export from a node: over the chain's ordinary methods only, so that the audit of it rests
//! on no log store. Whatever the node gives is checked afterwards, by the audit.

use super::ExportWriter;
use crate::{
	error::{CliError, Missing},
	output::Progress,
};
use futures::{stream, StreamExt, TryStreamExt};
use pantheon_client::{At, Block, BlockEvents, Client, RecordedIn, ReportedIn};
use pantheon_primitives::{
	audit::{find_anchor, find_correction, find_entry, AnchorClaim, BlockEntry, BlockItem, Wanted},
	bitcoin::{AnchorProof, PinnedHeader, MAGIC},
	finality::Header,
	hash::SoftwareSha256,
	log::CompactLog,
	BlockHash, Checkpoint, Digest32, GenesisHash, OperatorId, PublicKey,
};
use std::collections::{BTreeMap, HashMap};

/// Blocks that are asked for at once.
const AHEAD: usize = 16;

/// The block that an audit goes up to, and what makes it final.
#[derive(Clone, Debug)]
pub struct Target {
	/// Its number.
	pub number: u32,
	/// Its hash.
	pub hash: BlockHash,
	/// SCALE bytes of its GRANDPA justification.
	pub justification: Vec<u8>,
}

/// What was collected.
pub struct Collected {
	/// The last block and the log after it, as its header says.
	pub checkpoint: Checkpoint,
	/// Anchors that were reported to the chain, oldest checkpoint first.
	pub anchors: Vec<AnchorClaim>,
	/// The Bitcoin headers that the reports brought along, by height.
	pub bitcoin_headers: BTreeMap<u32, [u8; 80]>,
}

/// The newest block that the node can show to be final.
pub async fn newest_final(client: &Client) -> Result<Target, CliError> {
	let head = client.finalised_head().await?;
	let head = number_of(&client.block(head).await?)?;
	// In a set's first blocks a node may have no proof yet, and answers so with an error.
	let found = match client.prove_finality(head).await.ok().flatten() {
		Some(found) => Some(found),
		None => {
			// A justification is checked whoever gives it, so the log store's will do.
			let answer = client.audit_checkpoint(None).await.ok();
			answer.map(|answer| {
				(BlockHash::new(answer.checkpoint.block_hash.into()), answer.justification.0)
			})
		},
	};
	let (hash, justification) = found.ok_or(Missing::Justification)?;
	let number = number_of(&client.block(hash).await?)?;
	Ok(Target { number, hash, justification })
}

fn number_of(block: &Block) -> Result<u32, CliError> {
	header_of(block).map(|header| header.number())
}

fn header_of(block: &Block) -> Result<Header, CliError> {
	Header::decode(&block.header).map_err(|error| CliError::BadProof(error.to_string()))
}

/// Reads the chain from block 0 to `target` into an export.
pub async fn collect(
	client: &Client,
	target: &Target,
	writer: &mut ExportWriter,
	progress: &Progress,
) -> Result<Collected, CliError> {
	let mut collector = Collector {
		client,
		genesis: client.genesis(),
		keys: HashMap::new(),
		claims: BTreeMap::new(),
		headers: BTreeMap::new(),
	};
	let blocks = stream::iter(0..=target.number)
		.map(|number| async move {
			let hash = client.block_hash(number).await?.ok_or(Missing::Block(number))?;
			Ok::<_, CliError>((hash, client.block(hash).await?))
		})
		.buffered(AHEAD);
	let mut blocks = Box::pin(blocks);
	let mut last = None;
	while let Some((hash, block)) = blocks.try_next().await? {
		let header = header_of(&block)?;
		let mut item = collector.block(hash, block).await?;
		if hash == target.hash {
			item.justification = target.justification.clone();
		}
		writer.block(&item)?;
		last = Some(header);
		progress.step();
	}
	let last = last.filter(|header| header.hash() == target.hash);
	let last = last.ok_or(Missing::Block(target.number))?;
	let log = last.log_digest();
	let claims = collector.claims.into_values();
	let anchors: Vec<_> =
		claims.filter(|claim| claim.checkpoint.block_number <= target.number).collect();
	Ok(Collected {
		checkpoint: Checkpoint {
			genesis: client.genesis(),
			block_number: last.number(),
			block_hash: last.hash(),
			log_size: log.map_or(0, |log| log.size),
			log_root: log
				.map_or_else(|| CompactLog::default().root::<SoftwareSha256>(), |log| log.root),
		},
		anchors,
		bitcoin_headers: collector.headers,
	})
}

struct Collector<'a> {
	client: &'a Client,
	genesis: GenesisHash,
	/// Hashes of the keys of the operators that were met.
	keys: HashMap<OperatorId, Digest32>,
	/// The anchors by their numbers on the chain, where they are after all corrections.
	claims: BTreeMap<u64, AnchorClaim>,
	headers: BTreeMap<u32, [u8; 80]>,
}

impl Collector<'_> {
	async fn block(&mut self, hash: BlockHash, block: Block) -> Result<BlockItem, CliError> {
		let mut item = BlockItem {
			header: block.header,
			justification: block.justification.unwrap_or_default(),
			keys: Vec::new(),
			entries: Vec::new(),
		};
		// Every record and checkpoint begins with the chain's genesis hash, and every anchor's transaction
		// holds this mark.
		let matters = |extrinsic: &Vec<u8>| {
			extrinsic.windows(32).any(|window| window == self.genesis.as_bytes())
				|| extrinsic.windows(MAGIC.len()).any(|window| window == MAGIC)
		};
		if !block.extrinsics.iter().any(matters) {
			return Ok(item);
		}
		let BlockEvents { recorded, reported } = self.client.block_events(hash).await?;
		for recorded in recorded {
			let extrinsic = extrinsic(&block.extrinsics, recorded.extrinsic);
			let entry = self.entry(hash, &recorded, extrinsic, &mut item.keys).await?;
			item.entries.push(entry);
		}
		for reported in reported {
			self.anchor(&reported, extrinsic(&block.extrinsics, reported.extrinsic))?;
		}
		Ok(item)
	}

	/// Takes a report, or what a correction says of an earlier one.
	fn anchor(&mut self, reported: &ReportedIn, extrinsic: &[u8]) -> Result<(), CliError> {
		let number = reported.number;
		let missing = Missing::Report(number);
		let (checkpoint, proof) = match reported.checkpoint {
			Some(checkpoint) => (checkpoint, find_anchor(extrinsic, &checkpoint)),
			None => {
				let claim = self.claims.get(&number).ok_or(Missing::Report(number))?;
				let checkpoint = claim.checkpoint;
				(checkpoint, find_correction(extrinsic, number, &checkpoint))
			},
		};
		let proof = proof.ok_or(missing)?;
		self.headers(&proof);
		let height = proof.first_height.saturating_add(proof.block);
		self.claims.insert(number, AnchorClaim { checkpoint, height, proof });
		Ok(())
	}

	/// Takes in the Bitcoin headers that a proof brought along. What stood above them stays only if it
	/// follows on them: a reorganisation of Bitcoin leaves nothing of the old branch.
	fn headers(&mut self, proof: &AnchorProof) {
		let heights = proof.first_height..;
		self.headers.extend(heights.zip(proof.headers.iter().copied()));
		let Some(last) = proof.headers.last() else { return };
		let count = u32::try_from(proof.headers.len()).unwrap_or(u32::MAX);
		let above = proof.first_height.saturating_add(count);
		let hash = PinnedHeader { height: above, header: *last }.hash();
		let follows = |header: &[u8; 80]| header.get(4..36) == Some(hash.as_slice());
		if !self.headers.get(&above).is_some_and(follows) {
			self.headers.split_off(&above);
		}
	}

	async fn entry(
		&mut self,
		block: BlockHash,
		recorded: &RecordedIn,
		extrinsic: &[u8],
		keys: &mut Vec<Vec<u8>>,
	) -> Result<BlockEntry, CliError> {
		let kid = match self.keys.get(&recorded.operator) {
			Some(kid) => *kid,
			None => {
				let operator = recorded.operator;
				let state = self.client.operator(operator, At::Block(block)).await?;
				let bytes = state.and_then(|state| state.key);
				let bytes = bytes.ok_or(Missing::PublicKey(operator))?;
				let kid = PublicKey::from_bytes(&bytes)?.key_id();
				self.keys.insert(operator, kid);
				keys.push(bytes);
				kid
			},
		};
		let wanted = Wanted {
			log: self.genesis,
			operator: recorded.operator,
			sequence: recorded.sequence,
			record: recorded.record,
			kid,
		};
		Ok(find_entry(extrinsic, &wanted).ok_or(Missing::Submission(recorded.record))?)
	}
}

fn extrinsic(extrinsics: &[Vec<u8>], position: u32) -> &[u8] {
	usize::try_from(position)
		.ok()
		.and_then(|position| extrinsics.get(position))
		.map_or(&[], Vec::as_slice)
}
