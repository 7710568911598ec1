//! Options of the commands about the anchors' spend chain.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Commands about the anchors' spend chain.
#[derive(Debug, Subcommand)]
pub enum AnchorChainCommand {
	/// Check that the anchors given are all of them: one chain from the trust file's origin, without gap or fork
	#[command(
		after_help = "Nothing is taken from the network, unless a Bitcoin node is named: then its blocks are asked
whether a later anchor was left out.

Examples:
  pantheon anchor-chain verify anchors/ --trust trust.json
  pantheon anchor-chain verify anchors/ --trust trust.json --bitcoin http://127.0.0.1:8332 \\
      --bitcoin-cookie ~/.bitcoin/.cookie --json"
	)]
	Verify(AnchorChainArgs),
}

/// Options of `anchor-chain verify`.
#[derive(Args, Debug)]
pub struct AnchorChainArgs {
	/// Anchor files of pantheon-anchor, or directories of them
	#[arg(value_name = "FILE|DIR", required = true)]
	pub anchors: Vec<PathBuf>,
	/// What to trust, with the chain's origin in anchor_origin
	#[arg(long, value_name = "FILE")]
	pub trust: PathBuf,
	/// Follow the outputs on this Bitcoin Core node: http://HOST:PORT, or
	/// http://USER:PASSWORD@HOST:PORT
	#[arg(
		long,
		visible_alias = "bitcoin-url",
		value_name = "URL",
		env = "PANTHEON_BITCOIN",
		hide_env_values = true
	)]
	pub bitcoin: Option<String>,
	/// The cookie file of that node
	#[arg(long, visible_alias = "cookie", value_name = "FILE", requires = "bitcoin")]
	pub bitcoin_cookie: Option<PathBuf>,
}
