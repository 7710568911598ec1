//! The trust file: what an auditor chose to trust. Never taken from a bundle.
//!
//! JSON, because people read and compare it. Format: `docs/formats/trust-file.md`.

use crate::{
	bitcoin::{
		check_min_work, AnchorOrigin, BitcoinNetwork, HeaderRules, NetworkError, NoWork,
		PinnedHeader,
	},
	finality::{AuthorityKey, AuthoritySet},
	Digest32, GenesisHash,
};
use alloc::{
	string::{String, ToString},
	vec::Vec,
};
use serde::{Deserialize, Serialize};

/// The trust file's version: value of `pantheon_trust`.
pub const TRUST_VERSION: u64 = 1;
/// Blocks on top of each other, the anchor's own included, that count as confirmed by default.
pub const DEFAULT_MIN_CONFIRMATIONS: u32 = 6;

/// What an auditor trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustFile {
	/// Name of the chain, for people.
	pub chain: String,
	/// Genesis hash of the Layer 1: which log counts.
	pub genesis: GenesisHash,
	/// A GRANDPA authority set of the chain; later sets are followed from it by proof.
	pub authorities: AuthoritySet,
	/// The Bitcoin network, a header known to be in its chain, and how much work must bury an anchor.
	pub bitcoin: HeaderRules,
	/// Where the anchors' spend chain begins, if known.
	pub anchor_origin: Option<AnchorOrigin>,
	/// Seconds after which an anchor is too old to speak for the present; none for no limit.
	pub max_anchor_age: Option<u64>,
	/// Log keys of nodes whose signed checkpoints count (key hashes). None are asked for today.
	pub log_keys: Vec<Digest32>,
}

/// Why a file is not a trust file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
	/// Not JSON, or not the fields of a trust file.
	#[error("not a trust file: {0}")]
	Malformed(String),
	/// A version that is not known here.
	#[error("trust file version {0} is not known")]
	UnknownVersion(u64),
	/// A Bitcoin network that anchors cannot be verified on.
	#[error("field bitcoin.network of the trust file: {0}")]
	Network(NetworkError),
	/// No work is asked for on a network where anchors rest on it.
	#[error("field bitcoin.min_work of the trust file: {0}")]
	NoWork(#[from] NoWork),
	/// A field's text does not have the right form.
	#[error("field {0} of the trust file is not valid")]
	Field(&'static str),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
	pantheon_trust: u64,
	chain: String,
	genesis_hash: String,
	grandpa: JsonGrandpa,
	bitcoin: JsonBitcoin,
	anchor_origin: Option<String>,
	max_anchor_age_seconds: Option<u64>,
	log_keys: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonGrandpa {
	set_id: u64,
	authorities: Vec<JsonAuthority>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonAuthority {
	key: String,
	weight: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonBitcoin {
	network: String,
	pinned_height: u32,
	pinned_header: String,
	min_confirmations: u32,
	min_work: String,
}

fn bytes<const N: usize>(text: &str, field: &'static str) -> Result<[u8; N], TrustError> {
	let mut out = [0; N];
	hex::decode_to_slice(text, &mut out).map_err(|_| TrustError::Field(field))?;
	Ok(out)
}

impl TrustFile {
	/// Reads a trust file. Unknown fields are refused: they might have been meant to restrict.
	pub fn parse(json: &[u8]) -> Result<Self, TrustError> {
		let json: Json = serde_json::from_slice(json)
			.map_err(|error| TrustError::Malformed(error.to_string()))?;
		if json.pantheon_trust != TRUST_VERSION {
			return Err(TrustError::UnknownVersion(json.pantheon_trust));
		}
		let authorities = json.grandpa.authorities.iter().map(|authority| {
			Ok((AuthorityKey(bytes(&authority.key, "grandpa.authorities.key")?), authority.weight))
		});
		if json.bitcoin.min_confirmations == 0 {
			return Err(TrustError::Field("bitcoin.min_confirmations"));
		}
		let network = BitcoinNetwork::parse(&json.bitcoin.network).map_err(TrustError::Network)?;
		let min_work = bytes(&json.bitcoin.min_work, "bitcoin.min_work")?;
		check_min_work(network, &min_work)?;
		Ok(Self {
			chain: json.chain,
			genesis: bytes(&json.genesis_hash, "genesis_hash")?.into(),
			authorities: AuthoritySet {
				id: json.grandpa.set_id,
				authorities: authorities.collect::<Result<_, TrustError>>()?,
			},
			bitcoin: HeaderRules {
				network,
				pinned: PinnedHeader {
					height: json.bitcoin.pinned_height,
					header: bytes(&json.bitcoin.pinned_header, "bitcoin.pinned_header")?,
				},
				min_confirmations: json.bitcoin.min_confirmations,
				min_work,
				max_target: None,
			},
			anchor_origin: json
				.anchor_origin
				.map(|text| text.parse().map_err(|_| TrustError::Field("anchor_origin")))
				.transpose()?,
			max_anchor_age: json.max_anchor_age_seconds,
			log_keys: json
				.log_keys
				.iter()
				.map(|key| bytes(key, "log_keys").map(Digest32::new))
				.collect::<Result<_, TrustError>>()?,
		})
	}

	/// The file's text.
	pub fn to_json(&self) -> String {
		let json = Json {
			pantheon_trust: TRUST_VERSION,
			chain: self.chain.clone(),
			genesis_hash: self.genesis.to_string(),
			grandpa: JsonGrandpa {
				set_id: self.authorities.id,
				authorities: self
					.authorities
					.authorities
					.iter()
					.map(|(key, weight)| JsonAuthority { key: hex::encode(key.0), weight: *weight })
					.collect(),
			},
			bitcoin: JsonBitcoin {
				network: self.bitcoin.network.name().into(),
				pinned_height: self.bitcoin.pinned.height,
				pinned_header: hex::encode(self.bitcoin.pinned.header),
				min_confirmations: self.bitcoin.min_confirmations,
				min_work: hex::encode(self.bitcoin.min_work),
			},
			anchor_origin: self.anchor_origin.as_ref().map(ToString::to_string),
			max_anchor_age_seconds: self.max_anchor_age,
			log_keys: self.log_keys.iter().map(ToString::to_string).collect(),
		};
		// A struct of strings and numbers always serialises.
		serde_json::to_string_pretty(&json).unwrap_or_default()
	}
}
