//! Which Bitcoin network, and the header in it that a verifier starts from.

use ::bitcoin::{consensus::Params, constants::genesis_block, Network};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, str::FromStr};
use scale_info::TypeInfo;

use super::HEADER_LEN;

/// A Bitcoin network that anchors can be verified on.
///
/// Test networks that allow minimum-difficulty blocks (testnet3, testnet4) are left out: there, any
/// block may declare the easiest target once its own timestamp says that twenty minutes have passed,
/// so neither the target nor the work of a header says what it cost.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum BitcoinNetwork {
	/// Bitcoin itself.
	#[codec(index = 0)]
	Mainnet,
	/// The default signet, or a custom one that the pinned header belongs to. Its blocks are signed;
	/// only their proof of work is checked, so on signet an anchor is for trying things out.
	#[codec(index = 1)]
	Signet,
	/// A private chain at the difficulty of the pinned header. Proves nothing to anybody else.
	#[codec(index = 2)]
	Regtest,
}

impl BitcoinNetwork {
	/// The name in trust files, reports and commands.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Mainnet => "mainnet",
			Self::Signet => "signet",
			Self::Regtest => "regtest",
		}
	}

	/// The network with that [`Self::name`].
	pub fn parse(name: &str) -> Result<Self, NetworkError> {
		match name {
			"mainnet" => Ok(Self::Mainnet),
			"signet" => Ok(Self::Signet),
			"regtest" => Ok(Self::Regtest),
			"testnet" | "testnet3" | "testnet4" => Err(NetworkError::MinimumDifficulty),
			_ => Err(NetworkError::Unknown),
		}
	}

	pub(super) const fn params(self) -> &'static Params {
		match self {
			Self::Mainnet => Network::Bitcoin.params(),
			Self::Signet => Network::Signet.params(),
			Self::Regtest => Network::Regtest.params(),
		}
	}
}

impl fmt::Display for BitcoinNetwork {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.name())
	}
}

impl FromStr for BitcoinNetwork {
	type Err = NetworkError;

	fn from_str(name: &str) -> Result<Self, Self::Err> {
		Self::parse(name)
	}
}

/// Why a network name was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
	/// A test network with minimum-difficulty blocks.
	#[error(
		"testnets allow blocks of minimum difficulty, so their work shows nothing; use mainnet, signet or regtest"
	)]
	MinimumDifficulty,
	/// No network of that name.
	#[error("unknown Bitcoin network; use mainnet, signet or regtest")]
	Unknown,
}

/// A Bitcoin block header that the verifier trusts, as its trust file or genesis configuration says.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct PinnedHeader {
	/// The block's height.
	pub height: u32,
	/// The header's 80 bytes.
	pub header: [u8; HEADER_LEN],
}

/// The network's first block, which every full node knows.
pub fn genesis_pin(network: BitcoinNetwork) -> PinnedHeader {
	let encoded = ::bitcoin::consensus::serialize(&genesis_block(network.params()).header);
	let mut header = [0; HEADER_LEN];
	header.iter_mut().zip(encoded).for_each(|(to, from)| *to = from);
	PinnedHeader { height: 0, header }
}
