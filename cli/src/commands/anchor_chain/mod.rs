//! `pantheon anchor-chain verify`: whether the anchors given are all of them. Offline, unless a Bitcoin node
//! is named to follow the outputs further.

mod follow;
mod text;

use crate::{
	args::{AnchorChainArgs, AnchorChainCommand},
	collect::anchor_files,
	commands::verify::read_trust,
	context::Context,
	error::{exit, CliError, ContentError},
	export::bitcoin::BitcoinNode,
};
use follow::Followed;
use pantheon_client::AnchorFile;
use pantheon_primitives::{
	bitcoin::{
		spend_chain::{LinkError, SpendChain, SpendChainCheck, SpendChainError},
		AnchorOrigin, Txid,
	},
	trust::TrustFile,
};
use std::path::PathBuf;

/// Runs the command.
pub fn execute(context: &Context, command: &AnchorChainCommand) -> Result<u8, CliError> {
	match command {
		AnchorChainCommand::Verify(args) => verify(context, args),
	}
}

fn verify(context: &Context, args: &AnchorChainArgs) -> Result<u8, CliError> {
	let trust = read_trust(&args.trust)?;
	let origin = trust.anchor_origin.ok_or_else(|| CliError::Content {
		path: args.trust.clone(),
		source: ContentError::NoAnchorOrigin,
	})?;
	let files = anchor_files(&args.anchors)?;
	let given = Given { trust, origin, files };
	let mut result = given.check(context)?;
	if let (Ok(whole), Some(url)) = (&mut result, &args.bitcoin) {
		let node = BitcoinNode::new(url, args.bitcoin_cookie.clone())?;
		let network = given.trust.bitcoin.network;
		let progress = context.out.spinner("following the outputs on the Bitcoin node");
		let say = |height| progress.say(&format!("looking for the next anchor in block {height}"));
		whole.followed = Some(follow::follow(&node, network, &whole.chain, say)?);
	}
	let outcome = Outcome { given, result };
	context.out.result(text::text(&outcome), text::json(&outcome));
	Ok(match outcome.verdict() {
		Verdict::Verified => exit::OK,
		Verdict::Stale => exit::STALE,
		Verdict::Invalid => exit::INVALID,
	})
}

/// What a verdict means here is said in `docs/formats/spend-chain.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
	/// One chain from the origin on; with a node: up to now.
	Verified,
	/// Nothing is wrong, but the node knows of later anchors.
	Stale,
	/// Not one chain, or the chain was left.
	Invalid,
}

impl Verdict {
	const fn word(self) -> &'static str {
		match self {
			Self::Verified => "VERIFIED",
			Self::Stale => "STALE",
			Self::Invalid => "INVALID",
		}
	}
}

/// The anchors given, in their order, and what a node said about them.
struct Whole {
	chain: SpendChain,
	followed: Option<Followed>,
}

/// Why the anchors given are no chain.
enum Broken {
	/// One of them is no anchor of this log.
	Link { file: usize, error: LinkError },
	/// They don't belong together.
	Chain(SpendChainError),
}

/// What the command line names.
struct Given {
	trust: TrustFile,
	origin: AnchorOrigin,
	files: Vec<PathBuf>,
}

impl Given {
	/// Reads and verifies the files one by one, since each may hold thousands of headers.
	fn check(&self, context: &Context) -> Result<Result<Whole, Broken>, CliError> {
		let bar = context.out.bar("verifying anchors", self.files.len() as u64);
		let rules = &self.trust.bitcoin;
		let mut check = SpendChainCheck::new(self.trust.genesis, self.origin, rules);
		for (file, path) in self.files.iter().enumerate() {
			let anchor = AnchorFile::read(path)?;
			if let Err(error) = check.add(&anchor.checkpoint, &anchor.proof) {
				return Ok(Err(Broken::Link { file, error }));
			}
			bar.step();
		}
		Ok(check.finish().map(|chain| Whole { chain, followed: None }).map_err(Broken::Chain))
	}
}

struct Outcome {
	given: Given,
	result: Result<Whole, Broken>,
}

impl Outcome {
	fn verdict(&self) -> Verdict {
		match &self.result {
			Err(_) => Verdict::Invalid,
			Ok(whole) => whole.followed.as_ref().map_or(Verdict::Verified, Followed::verdict),
		}
	}

	/// The files that the reason is about.
	fn blamed(&self) -> Vec<&PathBuf> {
		let numbers = match &self.result {
			Ok(_) => vec![],
			Err(Broken::Link { file, .. }) => vec![*file],
			Err(Broken::Chain(error)) => match error {
				SpendChainError::Fork { first, second, .. } => vec![*first, *second],
				SpendChainError::Missing { next, .. } => vec![*next],
				SpendChainError::Link { index, .. }
				| SpendChainError::OtherBranch { index }
				| SpendChainError::Outside { index }
				| SpendChainError::Order { index }
				| SpendChainError::WentBack { index }
				| SpendChainError::SecondLog { index } => vec![*index],
				_ => vec![],
			},
		};
		numbers.into_iter().filter_map(|number| self.given.files.get(number)).collect()
	}
}

/// A Bitcoin hash as block explorers show it.
fn shown(hash: &[u8; 32]) -> String {
	Txid::new(*hash).to_string()
}
