//! What the chain says about its limits and about each block.

use anyhow::{anyhow, Context, Result};
use codec::Decode;
use jsonrpsee::{core::client::ClientT, rpc_params};
use pantheon_client::{At, Client};
use pantheon_primitives::{BlockHash, OperatorId};
use serde_json::Value;

/// twox128("System") ‖ twox128("BlockWeight")
const BLOCK_WEIGHT: &str = "0x26aa394eea5630e07c48ae0c9558cef734abf5cb34d6244378cddbf18e849d96";
/// twox128("Timestamp") ‖ twox128("Now")
const TIMESTAMP_NOW: &str = "0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb";

/// A weight as SCALE has it: two compact numbers.
#[derive(Clone, Copy, Debug, Default, Decode, PartialEq, Eq)]
pub struct Weight {
	#[codec(compact)]
	time_ps: u64,
	#[codec(compact)]
	proof_bytes: u64,
}

impl Weight {
	/// Execution time, in picoseconds.
	pub fn time_ps(self) -> u64 {
		self.time_ps
	}
}

#[derive(Decode)]
struct WeightsPerClass {
	_base_extrinsic: Weight,
	_max_extrinsic: Option<Weight>,
	max_total: Option<Weight>,
	_reserved: Option<Weight>,
}

#[derive(Decode)]
struct BlockWeights {
	_base_block: Weight,
	max_block: Weight,
	normal: WeightsPerClass,
}

/// What ordinary transactions may use of a block.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
	/// Bytes.
	pub length: u64,
	/// Execution time, in picoseconds.
	pub time_ps: u64,
}

/// The chain's limits for ordinary transactions, from its metadata.
pub async fn limits(client: &Client) -> Result<Limits> {
	let block = client.subxt().at_current_block().await?;
	let system = block
		.metadata_ref()
		.pallet_by_name("System")
		.ok_or_else(|| anyhow!("the chain has no pallet System"))?;
	let constant = |name: &str| {
		system
			.constant_by_name(name)
			.map(|constant| constant.value().to_vec())
			.ok_or_else(|| anyhow!("the chain has no constant System::{name}"))
	};
	let weights = BlockWeights::decode(&mut constant("BlockWeights")?.as_slice())?;
	let (normal_length, _, _) =
		<(u32, u32, u32)>::decode(&mut constant("BlockLength")?.as_slice())?;
	let time = weights.normal.max_total.unwrap_or(weights.max_block).time_ps();
	Ok(Limits { length: normal_length.into(), time_ps: time })
}

/// Numbers of the best and of the finalised block.
pub async fn heads(client: &Client) -> Result<(u32, u32)> {
	let best = number(&client.rpc().request("chain_getHeader", rpc_params![]).await?)?;
	let head = client.finalised_head().await?;
	let header = client.rpc().request("chain_getHeader", rpc_params![format!("0x{head}")]).await?;
	Ok((best, number(&header)?))
}

fn number(header: &Value) -> Result<u32> {
	let text = header["number"].as_str().context("a header without number")?;
	Ok(u32::from_str_radix(text.trim_start_matches("0x"), 16)?)
}

/// A block's hash by its number.
pub async fn block_hash(client: &Client, number: u32) -> Result<BlockHash> {
	let text: String = client.rpc().request("chain_getBlockHash", rpc_params![number]).await?;
	let bytes: [u8; 32] = unhex(&text)?.try_into().map_err(|_| anyhow!("a hash of odd length"))?;
	Ok(BlockHash::new(bytes))
}

/// Milliseconds since 1970 that the block carries.
pub async fn block_time_ms(client: &Client, block: BlockHash) -> Result<u64> {
	let bytes = storage(client, TIMESTAMP_NOW, block).await?.unwrap_or_default();
	Ok(u64::decode(&mut bytes.as_slice())?)
}

/// Execution time that the block's ordinary transactions were charged, in picoseconds.
pub async fn block_time_ps(client: &Client, block: BlockHash) -> Result<u64> {
	let bytes = storage(client, BLOCK_WEIGHT, block).await?.unwrap_or_default();
	Ok(Weight::decode(&mut bytes.as_slice())?.time_ps())
}

/// Bytes of all extrinsics in the block's body.
pub async fn block_length(client: &Client, block: BlockHash) -> Result<u64> {
	let answer: Value =
		client.rpc().request("chain_getBlock", rpc_params![format!("0x{block}")]).await?;
	let body = answer["block"]["extrinsics"].as_array().context("a block without extrinsics")?;
	let hex_digits: usize =
		body.iter().filter_map(Value::as_str).map(|text| text.len().saturating_sub(2)).sum();
	Ok((hex_digits / 2) as u64)
}

/// The next free sequence of an operator's chain at a block; zero before its registration.
pub async fn next_sequence(client: &Client, operator: OperatorId, at: At) -> Result<u64> {
	Ok(client.operator(operator, at).await?.map_or(0, |state| state.chain.next_sequence))
}

/// The outcome of a transaction that is only tried at the best block, in the runtime's wasm: whether the
/// runtime let it into a block at all.
pub async fn try_apply(client: &Client, extrinsic: &[u8]) -> Result<bool> {
	let params =
		rpc_params!["BlockBuilder_apply_extrinsic", format!("0x{}", hex::encode(extrinsic))];
	let answer: String = client.rpc().request("state_call", params).await?;
	Ok(unhex(&answer)?.first() == Some(&0))
}

async fn storage(client: &Client, key: &str, block: BlockHash) -> Result<Option<Vec<u8>>> {
	let value: Option<String> =
		client.rpc().request("state_getStorage", rpc_params![key, format!("0x{block}")]).await?;
	value.map(|text| unhex(&text)).transpose()
}

fn unhex(text: &str) -> Result<Vec<u8>> {
	Ok(hex::decode(text.strip_prefix("0x").unwrap_or(text))?)
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::{Compact, Encode};

	#[test]
	fn block_weights_decode_as_the_chain_encodes_them() {
		let weight = |time: u64| (Compact(time), Compact(5u64));
		let class = (weight(1), None::<()>, Some(weight(75)), None::<()>);
		let bytes = (weight(3), weight(100), class.clone(), class.clone(), class).encode();
		let decoded = BlockWeights::decode(&mut bytes.as_slice()).unwrap();
		assert_eq!(decoded.max_block.time_ps(), 100);
		assert_eq!(decoded.normal.max_total.map(Weight::time_ps), Some(75));
	}

	#[test]
	fn a_header_gives_its_number() {
		let header = serde_json::json!({ "number": "0x1f4" });
		assert_eq!(number(&header).unwrap(), 500);
		assert!(number(&serde_json::json!({})).is_err());
	}
}
