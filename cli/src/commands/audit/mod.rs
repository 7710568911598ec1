//! `pantheon audit`: the whole log computed anew, from a node or from exported files.

mod compare;
mod outcome;

use super::verify::read_trust;
use crate::{
	args::AuditArgs,
	context::{online, Context},
	error::CliError,
	export::{
		bitcoin::{BitcoinNode, HeaderFile},
		collect::{collect, newest_final, Collected},
		Export, ExportWriter, Sealed, Stopped,
	},
};
use compare::compare;
use outcome::Outcome;
use pantheon_primitives::trust::TrustFile;
use std::{
	path::Path,
	time::{SystemTime, UNIX_EPOCH},
};

/// Runs the command.
pub fn execute(context: &Context, args: &AuditArgs) -> Result<u8, CliError> {
	let trust = read_trust(&args.trust)?;
	let now = args
		.now
		.or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|now| now.as_secs()));
	let report = match &args.dir {
		Some(dir) => {
			let export = Export::open(dir)?.with_headers(args.bitcoin.headers.as_deref());
			let last = export.manifest.last_block;
			let bar = context.out.bar("auditing", u64::from(last).saturating_add(1));
			match export.audit(&trust, || bar.step()) {
				Ok(auditor) => Outcome::of(&auditor, None),
				Err(Stopped::Damage(damage)) => Outcome::Damaged(damage.into()),
				Err(Stopped::Error(error)) => return Err(error),
			}
		},
		None => from_node(context, args, &trust)?,
	};
	Ok(report.print(&context.out, &trust, now))
}

fn from_node(context: &Context, args: &AuditArgs, trust: &TrustFile) -> Result<Outcome, CliError> {
	let kept;
	let dir: &Path = match &args.export {
		Some(dir) => dir,
		None => {
			let fail = |source| CliError::System { doing: "make a temporary directory", source };
			kept = tempfile::tempdir().map_err(fail)?;
			kept.path()
		},
	};
	ExportWriter::check(dir)?;
	let (collected, mut writer) = online(async {
		let client = context.connect().await?;
		client.insist(trust.genesis)?;
		let target = newest_final(&client).await?;
		// Only now: a node that doesn't answer leaves no half of an export behind.
		let mut writer = ExportWriter::create(dir)?;
		let bar = context.out.bar("reading blocks", u64::from(target.number).saturating_add(1));
		Ok((collect(&client, &target, &mut writer, &bar).await?, writer))
	})?;
	for claim in &collected.anchors {
		writer.anchor(claim)?;
	}
	let first_bitcoin_height = bitcoin_headers(context, args, trust, &collected, &mut writer)?;
	writer.finish(&Sealed { checkpoint: collected.checkpoint, first_bitcoin_height })?;

	let export = Export::open(dir)?;
	let last = u64::from(export.manifest.last_block);
	let bar = context.out.bar("auditing", last.saturating_add(1));
	let auditor = match export.audit(trust, || bar.step()) {
		Ok(auditor) => auditor,
		Err(Stopped::Damage(damage)) => return Ok(Outcome::Damaged(damage.into())),
		Err(Stopped::Error(error)) => return Err(error),
	};
	drop(bar);
	let bar = context.out.bar("comparing with the node's answers", last.saturating_add(1));
	let compared = online(async {
		let client = context.connect().await?;
		compare(&client, &auditor, &export, &bar).await
	})?;
	drop(bar);
	Ok(match compared {
		Err(wrong) => Outcome::Damaged(wrong),
		Ok(answers) => Outcome::of(&auditor, Some(answers)),
	})
}

/// Writes the headers after the trust file's pinned one; gives the height of the first.
fn bitcoin_headers(
	context: &Context,
	args: &AuditArgs,
	trust: &TrustFile,
	collected: &Collected,
	writer: &mut ExportWriter,
) -> Result<u32, CliError> {
	let pinned = &trust.bitcoin.pinned;
	let first = pinned.height.saturating_add(1);
	if let Some(url) = &args.bitcoin.node {
		let node = BitcoinNode::new(url, args.bitcoin.cookie.clone())?;
		let tip = node.height()?;
		let bar = context
			.out
			.bar("reading Bitcoin headers", u64::from(tip.saturating_sub(pinned.height)));
		for height in first..=tip {
			writer.bitcoin_header(&node.header(height)?)?;
			bar.step();
		}
	} else if let Some(path) = &args.bitcoin.headers {
		for header in HeaderFile::open(path)?.after(pinned) {
			writer.bitcoin_header(&header?)?;
		}
	} else {
		// The reports to the chain bring along the headers from one anchor to the next.
		for (expected, (height, header)) in (first..).zip(collected.bitcoin_headers.range(first..))
		{
			if expected != *height {
				break;
			}
			writer.bitcoin_header(header)?;
		}
	}
	Ok(first)
}
