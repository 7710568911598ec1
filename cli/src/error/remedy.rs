//! What a user can do about an error, in one sentence.

use super::{CliError, ContentError, Disagreement, Missing, UpdateError, UsageError};
use crate::keystore::{KeyFileError, PassphraseError};
use pantheon_client::{AccountError, AuditRefusal, ClientError, PoolRefusal, Stage};

const NAME_AN_ACCOUNT: &str =
	"name it with --account: //Alice on a development chain, else a file that holds the secret";

impl CliError {
	/// What the user can do about it, in one sentence.
	pub fn remedy(&self) -> Option<&'static str> {
		match self {
			Self::Usage(error) => of_usage(error),
			Self::Client(error) => of_client(error),
			Self::Refusal(refusal) => of_client(&refusal.source),
			Self::TooLittlePan { .. } => {
				Some("send PAN to the account, or name another one with --account")
			},
			Self::Account(error) => of_account(error),
			Self::Key(error) => of_key(error),
			Self::Passphrase(
				PassphraseError::NoTerminal | PassphraseError::Empty | PassphraseError::File { .. },
			) => Some("give it with --passphrase-file or in PANTHEON_PASSPHRASE"),
			Self::Content { source, .. } => of_content(source),
			Self::Missing(error) => of_missing(error),
			Self::Disagreement(error) => of_disagreement(error),
			Self::BitcoinNode(_) => Some(
				"check --bitcoin and --bitcoin-cookie; or save headers to a file for --bitcoin-headers",
			),
			Self::Update(UpdateError::NotBuried { .. }) => {
				Some("wait for more blocks, or name an earlier one with --pin")
			},
			Self::Write { .. } => Some("name a folder that is there and that you may write to"),
			Self::TooLarge { .. } => {
				Some("make several files, each over a part of the range (--from, --to)")
			},
			Self::Intent { source, .. } => match **source {
				Self::Client(
					ClientError::Timeout { .. }
					| ClientError::Dropped { .. }
					| ClientError::Disconnected { .. },
				) => Some(
					"`pantheon submit` brings the intent to the chain; since its command did not run, close it with `pantheon seal denial --intent`",
				),
				_ => source.remedy(),
			},
			Self::Outcome { .. } => Some("`pantheon submit` sends the sealed outcome again"),
			_ => None,
		}
	}
}

fn of_usage(error: &UsageError) -> Option<&'static str> {
	Some(match error {
		UsageError::NoHome => "name a directory with --home",
		UsageError::NoAccount => NAME_AN_ACCOUNT,
		UsageError::Id { .. } => "copy it in full, as pantheon prints it",
		UsageError::Swapped => "exchange --from and --to",
		UsageError::NoLog => {
			"register the operator first (pantheon operator register), or name the chain's genesis hash with --log"
		},
		UsageError::NotEmpty(_) => "name a directory that is new or empty",
		UsageError::Exists(_) => {
			"name another file with --out, or say --replace if the old one may go"
		},
		UsageError::NoBitcoinBlock(_) => {
			"look up a recent block at two places that don't know each other, best one whose height 2016 divides, and name it with --bitcoin-block HEIGHT:HASH"
		},
		UsageError::Pin { .. } => {
			"check the digits and the network: the header's hash must be below its target"
		},
		UsageError::NoWork(_) => "leave --min-work out: the default fits the network",
		UsageError::NoHeaderSource => {
			"name a Bitcoin Core node with --bitcoin, or a file of headers with --bitcoin-headers"
		},
		UsageError::BlockNotFound(_) => {
			"check height and hash; if they are right, the source follows another chain"
		},
		UsageError::NothingToUpdate => "name --bundle, --from-node, --bitcoin or --bitcoin-headers",
		UsageError::Withhold(_) => {
			"name a record id, a position (7 or 7-9) or batch members (7/3 or 7/0-99)"
		},
		_ => return None,
	})
}

fn of_client(error: &ClientError) -> Option<&'static str> {
	Some(match error {
		ClientError::Unreachable { .. } | ClientError::Disconnected { .. } => {
			"start a node (pantheon-node --dev), or name one with --url; sealed records stay in the journal, and `pantheon submit` sends them"
		},
		ClientError::WrongChain { .. } => {
			"name a node of the right chain with --url, or another --home for this chain"
		},
		ClientError::NotPantheon { .. } => {
			"check --url; a node that serves audit_* on a port of its own is named with --audit-url"
		},
		ClientError::Pool(PoolRefusal::TooLittlePan) => {
			"send PAN to the paying account, for the fee and the deposit; `pantheon submit` then sends what was sealed"
		},
		ClientError::Refused { pallet, .. } if pallet == "AuditRecord" => {
			"the refused record's place in the chain is free again, and the journal notes why: seal anew"
		},
		ClientError::Timeout { stage: Stage::Finalised, .. } => {
			"see whether the chain finalises blocks; `pantheon submit` waits for the sealed records again"
		},
		ClientError::Timeout { .. } | ClientError::Dropped { .. } => {
			"`pantheon submit` sends the very same sealed records again"
		},
		ClientError::Audit { kind: AuditRefusal::NotReady, .. } => {
			"the node is catching up; try again in a moment"
		},
		ClientError::StateGone { .. } => {
			"name a node that keeps old states (--state-pruning archive-canonical) with --url, or a newer anchor"
		},
		_ => return None,
	})
}

fn of_account(error: &AccountError) -> Option<&'static str> {
	Some(match error {
		AccountError::Malformed | AccountError::Secret => NAME_AN_ACCOUNT,
		AccountError::NoSecret { .. } => {
			"write the account's mnemonic phrase, or 0x and its seed's 64 hex digits, into the file, and nothing else"
		},
		AccountError::Io { .. } => {
			"check the path; accounts of development chains are named with two slashes (//Alice)"
		},
		// Its own words say it.
		AccountError::Exposed { .. } => return None,
	})
}

fn of_key(error: &KeyFileError) -> Option<&'static str> {
	Some(match error {
		KeyFileError::Missing { .. } => "make a key with `pantheon key generate`",
		KeyFileError::WrongPassphrase => {
			"check the passphrase; if it is right, take the key file from your backup"
		},
		KeyFileError::Exists { .. } => "choose another name with --key",
		_ => return None,
	})
}

fn of_content(error: &ContentError) -> Option<&'static str> {
	Some(match error {
		ContentError::Line { source, .. } => return of_content(source),
		ContentError::Trust(_) => {
			"take the trust file that comes with the chain specification (pantheon-node export-trust)"
		},
		ContentError::OtherTrust { .. } => {
			"name the trust file of the record's chain; `pantheon trust show` says which chain a file is for"
		},
		ContentError::OtherRecord { .. } => {
			"name the openings file that was written with this bundle (`pantheon proof --openings`)"
		},
		ContentError::NoKind => {
			"write \"kind\" into each action, or name one for those that have none with --kind"
		},
		ContentError::OutcomeBesideIntent => {
			"put outcomes into a later batch than their intents: the intent must be durable before the action"
		},
		ContentError::NoAnchorOrigin => {
			"write the output that the first anchor spent into its anchor_origin, as txid:output; `pantheon-anchor status` shows it"
		},
		_ => return None,
	})
}

fn of_missing(error: &Missing) -> Option<&'static str> {
	Some(match error {
		Missing::Justification | Missing::Finality { .. } => {
			"try again after the next finalised block"
		},
		Missing::NotFinalYet { .. } => {
			"try again later; without --at the newest block with a finality proof is taken"
		},
		Missing::FinalityOf(_) => {
			"nodes keep few of the old ones: leave --at out for the newest, and save checkpoints with --out"
		},
		Missing::BeyondHead { .. } => {
			"leave --to out for the last position, or name an anchor of a later block"
		},
		Missing::Statement { .. } | Missing::Members { .. } => {
			"use the --home whose journal sealed it, or leave it out with --withhold"
		},
		Missing::Operator(_) => "register it with `pantheon operator register`",
		Missing::NotFinalised(_) => {
			"wait for the next finalised block, or send it with `pantheon submit`"
		},
		Missing::NoAnchorFile(_) => {
			"name the directory that pantheon-anchor exports to; a file is there once its anchor is confirmed"
		},
		Missing::AnchorChain(_) => {
			"name the anchor files of the chain that the node at --url serves"
		},
		Missing::Anchor { .. } => {
			"wait until pantheon-anchor has exported an anchor that covers the record, and name its file"
		},
		Missing::Record(_) | Missing::Position(_) => "use the --home whose journal sealed it",
		_ => return None,
	})
}

fn of_disagreement(error: &Disagreement) -> Option<&'static str> {
	Some(match error {
		Disagreement::JournalBehind { .. } => {
			"use the --home that sealed them; if it is lost, `pantheon operator adopt` goes on from the chain's head"
		},
		Disagreement::JournalAhead { .. } => {
			"check --url; for a development chain that was started anew use another --home"
		},
		Disagreement::OtherRecord { .. } => {
			"stop: this key is used by somebody else, or from a copied home"
		},
		_ => return None,
	})
}
