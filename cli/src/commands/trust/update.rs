//! `pantheon trust update`: newer authorities and a newer Bitcoin block, each by proof under the file as it
//! was. Nothing new is trusted.

use super::{headers_after, refuse_existing, show, write, Headers, Overwrite};
use crate::{
	args::TrustUpdateArgs,
	commands::verify::read_trust,
	context::{online, Context},
	error::{exit, CliError, ContentError, UpdateError, UsageError},
	home::read_file,
};
use pantheon_client::Client;
use pantheon_primitives::{
	bitcoin::{work_since, HeaderAt, HeaderChain, HeaderRules, PinnedHeader},
	bundle::ProofBundle,
	finality::{follow, AuthoritySet, FinalityProof, Handoff},
	trust::TrustFile,
};
use std::path::Path;

/// Blocks in a difficulty period of Bitcoin: pinning its first leaves no slack in the rules.
const PERIOD: u32 = 2_016;
/// Blocks that must lie on a header before it is pinned by itself: a day of them.
const DEPTH: u32 = 144;
/// Most hand-offs in one answer of a node; fewer mean that there are no more.
const PAGE: usize = pantheon_client::audit_rpc::MAX_HANDOFFS;

pub(super) fn execute(context: &Context, args: &TrustUpdateArgs) -> Result<u8, CliError> {
	let path = args.out.as_deref().unwrap_or(&args.file);
	let overwrite = Overwrite::from(args.replace);
	refuse_existing(path, overwrite)?;
	let old = read_trust(&args.file)?;
	let mut new = old.clone();
	if let Some(bundle) = &args.bundle {
		new.authorities = from_bundle(bundle, &old)?;
	} else if args.from_node {
		new.authorities = online(from_node(context, &old))?;
	}
	if let Some(headers) = headers_after(&args.bitcoin, &old)? {
		new.bitcoin.pinned = newer_pin(&old.bitcoin, headers, args.pin)?;
	} else if args.pin.is_some() {
		return Err(UsageError::NoHeaderSource.into());
	} else if args.bundle.is_none() && !args.from_node {
		return Err(UsageError::NothingToUpdate.into());
	}
	write(path, &new, overwrite)?;
	tell(context, &old, &new);
	show::print(context, path, &new);
	Ok(exit::OK)
}

fn tell(context: &Context, old: &TrustFile, new: &TrustFile) {
	if old == new {
		context.out.note("Nothing has changed: the file was up to date.");
	}
	if old.authorities.id != new.authorities.id {
		let (from, to) = (old.authorities.id, new.authorities.id);
		context.out.note(format!(
			"Authorities: from set {from} to set {to}. Proofs of blocks that earlier sets finalised need the old file: keep it."
		));
	}
	if old.bitcoin.pinned != new.bitcoin.pinned {
		let (from, to) = (old.bitcoin.pinned.height, new.bitcoin.pinned.height);
		context.out.note(format!(
			"Pinned Bitcoin block: from {from} to {to}. Bundles made for the old block, and anchors up to block {to}, need the old file: keep it."
		));
	}
}

/// Follows the hand-offs of a bundle, from wherever in them the trusted set is.
fn from_bundle(path: &Path, trust: &TrustFile) -> Result<AuthoritySet, CliError> {
	let blame = |source| CliError::Content { path: path.to_owned(), source };
	let bundle = ProofBundle::decode(&read_file(path)?).map_err(|error| blame(error.into()))?;
	if bundle.checkpoint.genesis != trust.genesis {
		let (expected, found) = (trust.genesis, bundle.checkpoint.genesis);
		return Err(blame(ContentError::Genesis { expected, found }));
	}
	let finality = bundle.finality;
	let mut refused = None;
	for start in 0..=finality.handoffs.len() {
		let rest = finality.handoffs.get(start..).unwrap_or_default();
		let result = follow(rest, &trust.authorities).and_then(|set| {
			// Without a hand-off left, the bundle's own block shows whether the trusted set is its last.
			let own = FinalityProof { handoffs: Vec::new(), ..finality.clone() };
			own.verify(&bundle.checkpoint, &set)
		});
		match result {
			Ok(set) => return Ok(set),
			Err(error) => refused.get_or_insert(error),
		};
	}
	Err(match refused {
		Some(error) => blame(ContentError::Handoffs(error)),
		None => UsageError::NothingToUpdate.into(),
	})
}

async fn from_node(context: &Context, trust: &TrustFile) -> Result<AuthoritySet, CliError> {
	let client: Client = context.connect().await?;
	client.insist(trust.genesis)?;
	let mut set = trust.authorities.clone();
	loop {
		let page = client.handoffs(set.id).await?;
		let count = page.len();
		let handoffs: Vec<_> = page
			.into_iter()
			.map(|handoff| Handoff {
				header: handoff.header.0,
				justification: handoff.justification.0,
			})
			.collect();
		set = follow(&handoffs, &set).map_err(UpdateError::Authorities)?;
		if count < PAGE {
			return Ok(set);
		}
	}
}

/// A newer header to pin: on the chain from the old one, and buried as deep as anchors have to be.
fn newer_pin(
	rules: &HeaderRules,
	headers: Headers,
	wanted: Option<u32>,
) -> Result<PinnedHeader, CliError> {
	let mut chain = HeaderChain::new(rules.network, &rules.pinned).map_err(UpdateError::Bitcoin)?;
	let mut candidates: Vec<(PinnedHeader, HeaderAt)> = Vec::new();
	for header in headers {
		let header = header?;
		let at = chain.follow(&header).map_err(UpdateError::Bitcoin)?;
		let is_candidate = match wanted {
			Some(height) => at.height == height,
			None => at.height.checked_rem(PERIOD) == Some(0),
		};
		if is_candidate {
			candidates.push((PinnedHeader { height: at.height, header }, at));
		}
	}
	let (tip, work) = (chain.height(), chain.work());
	let depth = match wanted {
		Some(_) => rules.min_confirmations,
		None => rules.min_confirmations.max(DEPTH),
	};
	let buried = candidates.into_iter().rev().find(|(_, at)| {
		let on_top = tip.saturating_sub(at.height);
		on_top >= depth && work_since(&work, &at.work) >= rules.min_work
	});
	match (buried, wanted) {
		(Some((pin, _)), _) => Ok(pin),
		(None, Some(height)) if height == rules.pinned.height => Ok(rules.pinned),
		(None, Some(height)) => Err(UpdateError::NotBuried { height, tip, depth }.into()),
		// No newer period has begun and been buried: the old block stays.
		(None, None) => Ok(rules.pinned),
	}
}
