//! Blocks as every node of the chain gives them: headers, extrinsics, justifications, events. Nothing here
//! asks the node's log store.

use crate::{Client, ClientError};
use codec::{Compact, Decode, DecodeAll, Encode};
use jsonrpsee::rpc_params;
use pantheon_primitives::{finality::Header, BlockHash, Checkpoint, OperatorId, RecordId};
use serde::Deserialize;
use subxt::{events::Phase, utils::H256};

/// Consensus engine id of GRANDPA.
const GRANDPA: [u8; 4] = *b"FRNK";

/// A block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
	/// SCALE bytes of the header.
	pub header: Vec<u8>,
	/// The extrinsics' bytes.
	pub extrinsics: Vec<Vec<u8>>,
	/// SCALE bytes of its GRANDPA justification, where the node keeps one.
	pub justification: Option<Vec<u8>>,
}

/// What the chain says that it recorded: which record, from which extrinsic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedIn {
	/// Whose it is.
	pub operator: OperatorId,
	/// Its position in the operator's chain.
	pub sequence: u64,
	/// Its id.
	pub record: RecordId,
	/// Its index in the log.
	pub index: u64,
	/// Position of the extrinsic in the block.
	pub extrinsic: u32,
}

/// What an extrinsic told the chain about an anchor, and the chain took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportedIn {
	/// The anchor's number on the chain.
	pub number: u64,
	/// What it anchors; none where only its place in Bitcoin was corrected.
	pub checkpoint: Option<Checkpoint>,
	/// Position of the extrinsic in the block.
	pub extrinsic: u32,
}

/// What a block's events say about the log and its anchors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockEvents {
	/// Records, in the order in which they were appended.
	pub recorded: Vec<RecordedIn>,
	/// Reports and corrections of anchors, in their order.
	pub reported: Vec<ReportedIn>,
}

#[derive(Deserialize)]
struct SignedBlockJson {
	block: BlockJson,
	justifications: Option<Vec<([u8; 4], Vec<u8>)>>,
}

#[derive(Deserialize)]
struct BlockJson {
	header: HeaderJson,
	extrinsics: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HeaderJson {
	parent_hash: String,
	number: String,
	state_root: String,
	extrinsics_root: String,
	digest: DigestJson,
}

#[derive(Deserialize)]
struct DigestJson {
	logs: Vec<String>,
}

impl HeaderJson {
	/// The header's SCALE bytes; none where the JSON is not a header's.
	fn encode(&self) -> Option<Vec<u8>> {
		let number = u32::from_str_radix(self.number.strip_prefix("0x")?, 16).ok()?;
		let mut out = bytes(&self.parent_hash)?;
		Compact(number).encode_to(&mut out);
		out.extend(bytes(&self.state_root)?);
		out.extend(bytes(&self.extrinsics_root)?);
		Compact(u32::try_from(self.digest.logs.len()).ok()?).encode_to(&mut out);
		for item in &self.digest.logs {
			out.extend(bytes(item)?);
		}
		Some(out)
	}
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
	hex::decode(hex.strip_prefix("0x")?).ok()
}

impl Client {
	/// Hash of the block with this number on the best chain; none where there is none.
	pub async fn block_hash(&self, number: u32) -> Result<Option<BlockHash>, ClientError> {
		let hash: Option<H256> = self.request("chain_getBlockHash", rpc_params![number]).await?;
		Ok(hash.map(|hash| BlockHash::new(hash.0)))
	}

	/// The block with this hash.
	pub async fn block(&self, hash: BlockHash) -> Result<Block, ClientError> {
		const WHAT: &str = "chain_getBlock";
		let found: Option<SignedBlockJson> =
			self.request(WHAT, rpc_params![format!("0x{hash}")]).await?;
		let unexpected = |reason: &str| self.asked(WHAT).decode(reason);
		let found = found.ok_or_else(|| unexpected("the block or its body is not kept"))?;
		let header = found.block.header.encode().ok_or_else(|| unexpected("not a header"))?;
		let decoded = Header::decode(&header).map_err(|error| self.asked(WHAT).decode(error))?;
		if decoded.hash() != hash {
			return Err(unexpected("the header has another hash"));
		}
		let extrinsics = found.block.extrinsics.iter().map(|hex| bytes(hex)).collect::<Option<_>>();
		let justification = found
			.justifications
			.into_iter()
			.flatten()
			.find_map(|(engine, justification)| (engine == GRANDPA).then_some(justification));
		Ok(Block {
			header,
			extrinsics: extrinsics.ok_or_else(|| unexpected("an extrinsic is not hex"))?,
			justification,
		})
	}

	/// What the events of a block say about the log. Needs the block's state: a node that prunes it
	/// answers for recent blocks only.
	pub async fn block_events(&self, hash: BlockHash) -> Result<BlockEvents, ClientError> {
		let asked = self.asked("the events of a block");
		let at = self.api.at_block(H256(hash.into_bytes())).await;
		let at = at.map_err(|error| asked.at_block(error))?;
		let events = at.events().fetch().await.map_err(|error| asked.decode(error))?;
		let mut found = BlockEvents::default();
		for event in events.iter() {
			let event = event.map_err(|error| asked.decode(error))?;
			let Phase::ApplyExtrinsic(extrinsic) = event.phase() else { continue };
			match (event.pallet_name(), event.event_name()) {
				("AuditRecord", "Recorded" | "BatchRecorded") => {
					let fields =
						<(OperatorId, u64, RecordId, u64)>::decode(&mut event.field_bytes());
					let (operator, sequence, record, index) =
						fields.map_err(|error| asked.decode(error))?;
					let recorded = RecordedIn { operator, sequence, record, index, extrinsic };
					found.recorded.push(recorded);
				},
				("Anchor", "Anchored") => {
					let fields = <(u64, Checkpoint)>::decode(&mut event.field_bytes());
					let (number, checkpoint) = fields.map_err(|error| asked.decode(error))?;
					let checkpoint = Some(checkpoint);
					found.reported.push(ReportedIn { number, checkpoint, extrinsic });
				},
				("Anchor", "Corrected") => {
					let number = u64::decode(&mut event.field_bytes());
					let number = number.map_err(|error| asked.decode(error))?;
					found.reported.push(ReportedIn { number, checkpoint: None, extrinsic });
				},
				_ => {},
			}
		}
		Ok(found)
	}

	/// A GRANDPA justification, by `grandpa_proveFinality`: of the newest final block, or of the last
	/// block of the authority set that finalised `number`. None where the node has none.
	pub async fn prove_finality(
		&self,
		number: u32,
	) -> Result<Option<(BlockHash, Vec<u8>)>, ClientError> {
		const WHAT: &str = "grandpa_proveFinality";
		let proof: Option<String> = self.request(WHAT, rpc_params![number]).await?;
		let Some(proof) = proof else { return Ok(None) };
		let proof = bytes(&proof).ok_or_else(|| self.asked(WHAT).decode("not hex"))?;
		// sc-consensus-grandpa's FinalityProof: block, justification, headers in between.
		let (block, justification, _) =
			<(BlockHash, Vec<u8>, Vec<Header>)>::decode_all(&mut proof.as_slice())
				.map_err(|error| self.asked(WHAT).decode(error))?;
		Ok(Some((block, justification)))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_header_is_put_together_from_its_json() {
		let json = serde_json::json!({
			"parentHash": format!("0x{}", "01".repeat(32)),
			"number": "0x1a4",
			"stateRoot": format!("0x{}", "02".repeat(32)),
			"extrinsicsRoot": format!("0x{}", "03".repeat(32)),
			"digest": { "logs": ["0x0008abcd", "0x08"] },
		});
		let header: HeaderJson = serde_json::from_value(json).unwrap();
		let bytes = header.encode().unwrap();
		let decoded = Header::decode(&bytes).unwrap();
		assert_eq!((decoded.number(), decoded.parent()), (420, [1; 32].into()));
		assert_eq!(bytes[32..34], [0x91, 0x06]);
		assert_eq!(bytes[98..], [8, 0, 8, 0xab, 0xcd, 8]);
		let cut = HeaderJson { state_root: "0x0".into(), ..header };
		assert_eq!(cut.encode(), None);
	}
}
