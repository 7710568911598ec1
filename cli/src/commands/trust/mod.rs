//! `pantheon trust`: what an auditor chose to trust, made, shown and moved forward.

mod init;
mod show;
mod update;

use crate::{
	args::{BitcoinArgs, TrustCommand},
	context::Context,
	error::{CliError, ContentError, UsageError},
	export::bitcoin::{BitcoinNode, HeaderFile},
	home::write_file,
};
use pantheon_primitives::{bitcoin::HEADER_LEN, trust::TrustFile};
use std::path::Path;

/// Runs the command.
pub fn execute(context: &Context, command: TrustCommand) -> Result<u8, CliError> {
	match command {
		TrustCommand::Init(args) => init::execute(context, &args),
		TrustCommand::Show { file } => show::execute(context, &file),
		TrustCommand::Update(args) => update::execute(context, &args),
	}
}

/// Whether a file that is there may be overwritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Overwrite {
	Never,
	Allowed,
}

impl From<bool> for Overwrite {
	fn from(replace: bool) -> Self {
		if replace {
			Self::Allowed
		} else {
			Self::Never
		}
	}
}

/// Writes a trust file that reads back as what it should be.
fn write(path: &Path, trust: &TrustFile, overwrite: Overwrite) -> Result<(), CliError> {
	let json = trust.to_json() + "\n";
	let read = TrustFile::parse(json.as_bytes());
	let read =
		read.map_err(|error| CliError::Content { path: path.to_owned(), source: error.into() })?;
	if read != *trust {
		let source = ContentError::Field("of the trust file");
		return Err(CliError::Content { path: path.to_owned(), source });
	}
	refuse_existing(path, overwrite)?;
	write_file(path, json.as_bytes())
}

/// A trust file decides what VERIFIED means, so none is overwritten unless that was asked for.
fn refuse_existing(path: &Path, overwrite: Overwrite) -> Result<(), CliError> {
	if overwrite == Overwrite::Never && path.symlink_metadata().is_ok() {
		return Err(UsageError::Exists(path.to_owned()).into());
	}
	Ok(())
}

/// Headers one by one, from whoever has them.
type Headers = Box<dyn Iterator<Item = Result<[u8; HEADER_LEN], CliError>>>;

/// The headers that follow on the pinned one of `trust`; none where no source was named.
fn headers_after(args: &BitcoinArgs, trust: &TrustFile) -> Result<Option<Headers>, CliError> {
	let pinned = trust.bitcoin.pinned;
	if let Some(path) = &args.headers {
		return Ok(Some(Box::new(HeaderFile::open(path)?.after(&pinned))));
	}
	let Some(url) = &args.node else { return Ok(None) };
	let node = BitcoinNode::new(url, args.cookie.clone())?;
	let heights = pinned.height.saturating_add(1)..=node.height()?;
	Ok(Some(Box::new(heights.map(move |height| node.header(height).map_err(CliError::from)))))
}
