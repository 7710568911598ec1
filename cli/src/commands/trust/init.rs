//! `pantheon trust init`: a chain specification and a Bitcoin block that the auditor chose.

use super::{refuse_existing, show, write};
use crate::{
	args::{BlockPin, TrustInitArgs},
	chain_spec::ChainSpec,
	context::Context,
	error::{exit, CliError, ContentError, UsageError},
	export::bitcoin::{BitcoinNode, HeaderFile},
	home::read_file,
};
use pantheon_primitives::{
	bitcoin::{
		check_min_work, default_min_work, genesis_pin, BitcoinNetwork, HeaderRules, PinnedHeader,
	},
	finality::AuthoritySet,
	trust::TrustFile,
};

pub(super) fn execute(context: &Context, args: &TrustInitArgs) -> Result<u8, CliError> {
	refuse_existing(&args.out.path, args.out.replace.into())?;
	let trust = make(args)?;
	write(&args.out.path, &trust, args.out.replace.into())?;
	show::print(context, &args.out.path, &trust);
	Ok(exit::OK)
}

fn make(args: &TrustInitArgs) -> Result<TrustFile, CliError> {
	let path = &args.chain_spec;
	let blame = |source| CliError::Content { path: path.clone(), source };
	let spec = ChainSpec::parse(&read_file(path)?).map_err(|error| blame(error.into()))?;
	let genesis = spec.genesis.hash();
	if let Some(expected) = args.genesis_hash.filter(|expected| *expected != genesis) {
		return Err(blame(ContentError::Genesis { expected, found: genesis }));
	}
	let authorities = spec.genesis.authorities().map_err(|error| blame(error.into()))?;
	let network = args.bitcoin_network;
	let pinned = pin(args)?;
	pinned.check(network).map_err(|_| UsageError::Pin { height: pinned.height, network })?;
	let min_work = match args.min_work {
		Some(work) => work.0,
		None => default_min_work(network, &pinned, args.min_confirmations),
	};
	check_min_work(network, &min_work).map_err(UsageError::NoWork)?;
	Ok(TrustFile {
		chain: spec.id,
		genesis,
		authorities: AuthoritySet { id: 0, authorities },
		bitcoin: HeaderRules {
			network,
			pinned,
			min_confirmations: args.min_confirmations,
			min_work,
			max_target: None,
		},
		anchor_origin: args.anchor_origin.clone(),
		max_anchor_age: args.max_anchor_age,
		log_keys: Vec::new(),
	})
}

/// The Bitcoin block that was named. Without one, regtest starts at its first block; elsewhere somebody has
/// to choose.
fn pin(args: &TrustInitArgs) -> Result<PinnedHeader, CliError> {
	match (&args.bitcoin_header, &args.bitcoin_block) {
		(Some(header), _) => Ok(header.0),
		(None, Some(block)) => find(args, block),
		(None, None) if args.bitcoin_network == BitcoinNetwork::Regtest => {
			Ok(genesis_pin(BitcoinNetwork::Regtest))
		},
		(None, None) => Err(UsageError::NoBitcoinBlock(args.bitcoin_network).into()),
	}
}

/// The header with the hash that was named: whoever gives it can't give another.
fn find(args: &TrustInitArgs, block: &BlockPin) -> Result<PinnedHeader, CliError> {
	let pinned = |header| PinnedHeader { height: block.height, header };
	if let Some(path) = &args.bitcoin.headers {
		for header in HeaderFile::open(path)? {
			let pin = pinned(header?);
			if pin.hash() == block.hash {
				return Ok(pin);
			}
		}
		return Err(UsageError::BlockNotFound(block.height).into());
	}
	let url = args.bitcoin.node.as_ref().ok_or(UsageError::NoHeaderSource)?;
	let node = BitcoinNode::new(url, args.bitcoin.cookie.clone())?;
	let pin = pinned(node.header(block.height)?);
	if pin.hash() != block.hash {
		return Err(UsageError::BlockNotFound(block.height).into());
	}
	Ok(pin)
}
