//! Options of the commands with which an auditor decides what to trust, and audits under it.

use clap::{Args, Subcommand};
use pantheon_primitives::{
	bitcoin::{BitcoinNetwork, PinnedHeader},
	trust::DEFAULT_MIN_CONFIRMATIONS,
	GenesisHash,
};
use std::{path::PathBuf, str::FromStr};

/// Where Bitcoin headers come from. They are checked, whoever gives them.
#[derive(Args, Debug, Default)]
pub struct BitcoinArgs {
	/// A Bitcoin Core node: http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT
	#[arg(long = "bitcoin", value_name = "URL", env = "PANTHEON_BITCOIN", hide_env_values = true)]
	pub node: Option<String>,
	/// The cookie file of that node
	#[arg(long = "bitcoin-cookie", value_name = "FILE", requires = "node")]
	pub cookie: Option<PathBuf>,
	/// A file of Bitcoin headers, 80 bytes each, from the pinned one or earlier on; wins over --bitcoin
	#[arg(long = "bitcoin-headers", value_name = "FILE")]
	pub headers: Option<PathBuf>,
}

/// Options of `audit`.
#[derive(Args, Debug)]
pub struct AuditArgs {
	/// An exported directory to audit offline [default: the chain, from the node at --url]
	#[arg(value_name = "DIR")]
	pub dir: Option<PathBuf>,
	/// What to trust: chosen by the auditor, never given by the node
	#[arg(long, value_name = "FILE")]
	pub trust: PathBuf,
	/// Keep what was read from the node in this new directory, to audit it again offline
	#[arg(long, value_name = "DIR", conflicts_with = "dir")]
	pub export: Option<PathBuf>,
	/// Bitcoin's side [default: the headers that were reported to the chain with its anchors].
	#[command(flatten)]
	pub bitcoin: BitcoinArgs,
	/// The time for freshness, in seconds since 1970 [default: this machine's clock]
	#[arg(long, value_name = "SECONDS")]
	pub now: Option<u64>,
}

/// Commands about trust files.
#[derive(Debug, Subcommand)]
pub enum TrustCommand {
	/// Make a trust file from a chain specification and a Bitcoin block that you choose
	#[command(after_help = "Examples:
  pantheon-node build-spec --chain staging --raw > spec.json
  pantheon trust init --chain-spec spec.json --bitcoin-network mainnet \\
      --bitcoin-block 903168:0000…b1d4 --bitcoin http://127.0.0.1:8332 --out trust.json
  pantheon trust init --chain-spec dev.json --bitcoin-network regtest --out trust.json")]
	Init(TrustInitArgs),
	/// Say in plain words what a trust file trusts
	#[command(after_help = "Examples:
  pantheon trust show trust.json
  pantheon trust show trust.json --json")]
	Show {
		/// The trust file
		#[arg(value_name = "FILE")]
		file: PathBuf,
	},
	/// Follow changes of the authorities, and move the pinned Bitcoin block forward, by proof only
	#[command(
		after_help = "Nothing new is trusted: each step is checked under the file as it was.

Examples:
  pantheon trust update trust.json --bundle answer.proof --out newer.json
  pantheon trust update trust.json --from-node --url wss://node.example:443 --replace
  pantheon trust update trust.json --bitcoin-headers headers.bin --pin 905184 --out newer.json"
	)]
	Update(TrustUpdateArgs),
}

/// Options of `trust init`.
#[derive(Args, Debug)]
pub struct TrustInitArgs {
	/// The raw chain specification (pantheon-node build-spec --raw)
	#[arg(long, value_name = "FILE")]
	pub chain_spec: PathBuf,
	/// Insist on this genesis hash, from another source than the specification
	#[arg(long, value_name = "HASH")]
	pub genesis_hash: Option<GenesisHash>,
	/// The Bitcoin network of the anchors: mainnet, signet or regtest
	#[arg(long, value_name = "NETWORK")]
	pub bitcoin_network: BitcoinNetwork,
	/// A Bitcoin block that you know, by its header's 160 hex digits
	#[arg(long, value_name = "HEIGHT:HEADER", conflicts_with = "bitcoin_block")]
	pub bitcoin_header: Option<HeaderPin>,
	/// A Bitcoin block that you know, by its hash; the header comes from --bitcoin or --bitcoin-headers
	#[arg(long, value_name = "HEIGHT:HASH")]
	pub bitcoin_block: Option<BlockPin>,
	/// Where the header comes from.
	#[command(flatten)]
	pub bitcoin: BitcoinArgs,
	/// Bitcoin blocks that must bury an anchor, its own included
	#[arg(
		long,
		value_name = "BLOCKS",
		default_value_t = DEFAULT_MIN_CONFIRMATIONS,
		value_parser = clap::value_parser!(u32).range(1..)
	)]
	pub min_confirmations: u32,
	/// Least expected hashes in those blocks, 64 hex digits [default: a tenth of the pinned block's work
	/// for each; on mainnet at least that of difficulty 1.8e13; on regtest none]
	#[arg(long, value_name = "WORK")]
	pub min_work: Option<Work>,
	/// Where the anchors' spend chain begins, txid:output
	#[arg(long, value_name = "OUTPUT")]
	pub anchor_origin: Option<pantheon_primitives::bitcoin::AnchorOrigin>,
	/// Seconds after which an anchor is too old to speak for the present
	#[arg(long, value_name = "SECONDS")]
	pub max_anchor_age: Option<u64>,
	/// Where to write it.
	#[command(flatten)]
	pub out: TrustOut,
}

/// Options of `trust update`.
#[derive(Args, Debug)]
pub struct TrustUpdateArgs {
	/// The trust file
	#[arg(value_name = "FILE")]
	pub file: PathBuf,
	/// Follow the authorities along the hand-offs in this proof bundle
	#[arg(long, value_name = "FILE", conflicts_with = "from_node")]
	pub bundle: Option<PathBuf>,
	/// Follow the authorities along the hand-offs that the node at --url gives
	#[arg(long)]
	pub from_node: bool,
	/// Bitcoin headers from the pinned one on.
	#[command(flatten)]
	pub bitcoin: BitcoinArgs,
	/// Pin the Bitcoin block at this height [default: the newest first block of a difficulty period with
	/// 144 blocks on it]
	#[arg(long, value_name = "HEIGHT")]
	pub pin: Option<u32>,
	/// The file to write [default: the trust file itself, with --replace]
	#[arg(long, value_name = "FILE")]
	pub out: Option<PathBuf>,
	/// Overwrite the file if there is one
	#[arg(long)]
	pub replace: bool,
}

/// Where a new trust file goes.
#[derive(Args, Debug)]
pub struct TrustOut {
	/// The file to write
	#[arg(long = "out", value_name = "FILE")]
	pub path: PathBuf,
	/// Overwrite the file if there is one
	#[arg(long)]
	pub replace: bool,
}

/// A pinned header as text: HEIGHT:HEADER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderPin(pub PinnedHeader);

/// A block as text: HEIGHT:HASH, the hash as block explorers show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockPin {
	/// Its height.
	pub height: u32,
	/// Its hash, as hashed.
	pub hash: [u8; 32],
}

/// A number of hashes: 64 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work(pub [u8; 32]);

/// A text of another form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct Expected(&'static str);

fn numbered<const N: usize>(text: &str, expected: Expected) -> Result<(u32, [u8; N]), Expected> {
	let (height, digits) = text.split_once(':').ok_or(expected)?;
	let mut bytes = [0; N];
	hex::decode_to_slice(digits, &mut bytes).map_err(|_| expected)?;
	Ok((height.parse().map_err(|_| expected)?, bytes))
}

impl FromStr for HeaderPin {
	type Err = Expected;

	fn from_str(text: &str) -> Result<Self, Expected> {
		let expected = Expected("HEIGHT:HEADER, the header as 160 hex digits");
		let (height, header) = numbered(text, expected)?;
		Ok(Self(PinnedHeader { height, header }))
	}
}

impl FromStr for BlockPin {
	type Err = Expected;

	fn from_str(text: &str) -> Result<Self, Expected> {
		let expected = Expected("HEIGHT:HASH, the hash as 64 hex digits");
		let (height, mut hash) = numbered::<32>(text, expected)?;
		hash.reverse();
		Ok(Self { height, hash })
	}
}

impl FromStr for Work {
	type Err = Expected;

	fn from_str(text: &str) -> Result<Self, Expected> {
		let mut work = [0; 32];
		hex::decode_to_slice(text, &mut work).map_err(|_| Expected("64 hex digits"))?;
		Ok(Self(work))
	}
}
