//! The list of all anchors, for those who follow the spend chain: every transaction that this service ever
//! signed, replaced ones included, with its inputs. `docs/formats/anchor-file.md` describes it. Like anchor
//! files it carries no trust: whoever reads it compares it with the trust file's origin and with Bitcoin.

use crate::{
	condition::Condition,
	machine::{Anchor, Version},
	proof::replace,
};
use pantheon_primitives::{bitcoin::BitcoinNetwork, GenesisHash};
use serde::Serialize;
use std::path::Path;

/// The file's name in the export folder.
pub const LIST_NAME: &str = "anchors.json";
/// Its version.
const LIST_VERSION: u32 = 1;

/// The whole file.
#[derive(Debug, Serialize)]
pub struct AnchorList {
	pantheon_anchors: u32,
	genesis_hash: String,
	network: &'static str,
	/// The output that the first anchor spends: what `anchor_origin` of a trust file names.
	origin: Option<String>,
	anchors: Vec<ListedAnchor>,
}

#[derive(Debug, Serialize)]
struct ListedAnchor {
	number: u64,
	stage: &'static str,
	bitcoin_height: Option<u32>,
	bitcoin_block: Option<String>,
	/// The transaction that a block holds, else the newest one.
	txid: Option<String>,
	versions: Vec<ListedVersion>,
}

#[derive(Debug, Serialize)]
struct ListedVersion {
	txid: String,
	block_number: u32,
	log_size: u64,
	log_root: String,
	inputs: Vec<String>,
	change: String,
	fee_sat: u64,
	transaction: String,
}

impl From<&Version> for ListedVersion {
	fn from(version: &Version) -> Self {
		Self {
			txid: version.txid.to_string(),
			block_number: version.checkpoint.block_number,
			log_size: version.checkpoint.log_size,
			log_root: version.checkpoint.log_root.to_string(),
			inputs: version.inputs.iter().map(ToString::to_string).collect(),
			change: version.change.to_string(),
			fee_sat: version.fee.to_sat(),
			transaction: hex::encode(&version.raw),
		}
	}
}

impl From<&Anchor> for ListedAnchor {
	fn from(anchor: &Anchor) -> Self {
		let block = anchor.stage.mined_at().map(|at| at.block);
		Self {
			number: anchor.id.get(),
			stage: anchor.stage.name(),
			bitcoin_height: block.map(|b| b.height),
			bitcoin_block: block.map(|b| b.hash.to_string()),
			txid: anchor.effective_version().map(|v| v.txid.to_string()),
			versions: anchor.versions.iter().map(Into::into).collect(),
		}
	}
}

/// The list of these anchors, oldest first.
pub fn list(genesis: &GenesisHash, network: BitcoinNetwork, anchors: &[Anchor]) -> AnchorList {
	let first = anchors.first().and_then(|a| a.versions.first());
	AnchorList {
		pantheon_anchors: LIST_VERSION,
		genesis_hash: genesis.to_string(),
		network: network.name(),
		origin: first.and_then(Version::chain_input).map(ToString::to_string),
		anchors: anchors.iter().map(Into::into).collect(),
	}
}

/// Writes the list into the export folder, whole or not at all.
pub fn write_list(
	dir: &Path,
	genesis: &GenesisHash,
	network: BitcoinNetwork,
	anchors: &[Anchor],
) -> Result<(), Condition> {
	let path = dir.join(LIST_NAME);
	serde_json::to_vec_pretty(&list(genesis, network, anchors))
		.map_err(std::io::Error::from)
		.and_then(|mut bytes| {
			bytes.push(b'\n');
			replace(dir, &path, &bytes)
		})
		.map_err(|error| Condition::ExportFailed { detail: format!("{}: {error}", path.display()) })
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::machine::{AnchorId, BlockPlace, Followup, MinedAt, Stage, VersionNumber};
	use bitcoin::{Amount, OutPoint};
	use pantheon_primitives::Checkpoint;
	use serde_json::Value;

	/// The example of `docs/formats/anchor-file.md` is what is written, but for the transaction, which it cuts short.
	#[test]
	fn the_documented_list_is_what_is_written() {
		let page = include_str!("../../docs/formats/anchor-file.md");
		let (_, example) = page.split_once("```json\n").expect("an example");
		let (example, _) = example.split_once("```").expect("its end");
		let mut example: Value = serde_json::from_str(example).expect("JSON");
		let listed = &mut example["anchors"][0];
		listed["versions"][0]["transaction"] = "0200".into();
		let text = |value: &Value| value.as_str().expect("text").to_owned();

		let txid = text(&listed["txid"]).parse().expect("an id");
		let version = Version {
			number: VersionNumber::FIRST,
			checkpoint: Checkpoint {
				genesis: [0x11; 32].into(),
				block_number: 4_242,
				block_hash: [0x22; 32].into(),
				log_size: 1_234,
				log_root: [0x33; 32].into(),
			},
			txid,
			raw: vec![2, 0],
			inputs: vec![text(&listed["versions"][0]["inputs"][0]).parse().expect("an output")],
			change: OutPoint::new(txid, 1),
			change_value: Amount::from_sat(1),
			fee: Amount::from_sat(10_000),
			built_at_height: None,
		};
		let hash = text(&listed["bitcoin_block"]).parse().expect("a hash");
		let block = BlockPlace { height: 104, hash };
		let anchor = Anchor {
			id: AnchorId::new(1),
			stage: Stage::Confirmed(MinedAt { version: VersionNumber::FIRST, block }),
			versions: vec![version],
			export: Followup::Done,
			report: Followup::Open,
			prepared_at: 0,
		};
		let written = list(&[0x11; 32].into(), BitcoinNetwork::Regtest, &[anchor]);
		assert_eq!(serde_json::to_value(&written).expect("JSON"), example);
	}
}
