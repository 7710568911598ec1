//! What can go wrong between this machine and a node.

use crate::submit::Stage;
use jsonrpsee::core::client::Error as RpcError;
use pantheon_primitives::{BlockHash, GenesisHash};
use std::time::Duration;
use subxt::error::{
	BackendError, DispatchError, ExtrinsicError, OnlineClientAtBlockError, OnlineClientError,
	RpcError as SubxtRpcError, TransactionEventsError, TransactionProgressError,
};

/// Why an operation against a node failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
	/// No connection could be made.
	#[error("no node answers at {url} ({reason})")]
	Unreachable {
		/// The address that was tried.
		url: String,
		/// What the transport said.
		reason: String,
	},
	/// A connection was there and broke.
	#[error("the connection to the node at {url} was lost ({reason})")]
	Disconnected {
		/// The address of the node.
		url: String,
		/// What the transport said.
		reason: String,
	},
	/// The node serves another chain than the one that was asked for.
	#[error("the node at {url} serves the chain with genesis {found}, not {expected}")]
	WrongChain {
		/// The address of the node.
		url: String,
		/// The genesis hash that was asked for.
		expected: GenesisHash,
		/// The genesis hash that the node reports.
		found: GenesisHash,
	},
	/// The node lacks something that every Pantheon node has.
	#[error("the node at {url} lacks {what}: it is not a Pantheon node of this version")]
	NotPantheon {
		/// The address of the node.
		url: String,
		/// The call, runtime API or RPC method that is missing.
		what: String,
	},
	/// The transaction is in a block, and the chain refused what it asked for.
	#[error("the chain refused it: {pallet}::{error}{}", explained(.docs))]
	Refused {
		/// The pallet, or `Token`, `Arithmetic`, `System` for errors that belong to none.
		pallet: String,
		/// The error's name.
		error: String,
		/// What the chain's metadata says about the error; may be empty.
		docs: String,
	},
	/// The node's transaction pool refused the transaction: nothing is on the chain.
	#[error("the node did not take the transaction: {0}")]
	Pool(#[from] PoolRefusal),
	/// The pool gave the transaction up after it had taken it.
	#[error("the node dropped the transaction ({reason}): it may or may not be on the chain")]
	Dropped {
		/// What the node said.
		reason: String,
	},
	/// It took longer than the caller allowed.
	#[error("not {stage} within {} s", .after.as_secs())]
	Timeout {
		/// What was waited for.
		stage: Stage,
		/// How long.
		after: Duration,
	},
	/// The node has thrown the state of an old block away.
	#[error("the node at {url} does not keep the state of block {block} any more")]
	StateGone {
		/// The address of the node.
		url: String,
		/// The block.
		block: BlockHash,
	},
	/// An `audit_*` method gave its own error.
	#[error("{message}")]
	Audit {
		/// Which one.
		kind: AuditRefusal,
		/// The node's words.
		message: String,
	},
	/// The node answered what no node should answer.
	#[error("unexpected answer from the node at {url} to {what} ({reason})")]
	Unexpected {
		/// The address of the node.
		url: String,
		/// The question.
		what: String,
		/// What is wrong with the answer.
		reason: String,
	},
}

/// Why a transaction pool refuses a transaction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PoolRefusal {
	/// The account has too little PAN for fee and deposit.
	#[error("the account has too little PAN to pay for it")]
	TooLittlePan,
	/// The account number (nonce) was already used.
	#[error("the account has used that nonce already")]
	Stale,
	/// The account number (nonce) leaves a gap.
	#[error("the nonce leaves a gap")]
	Future,
	/// The account's signature or the chain's parameters are wrong.
	#[error("the signature does not fit this chain or runtime version")]
	BadProof,
	/// Too large or too heavy for any block.
	#[error("it is too large or too heavy for a block")]
	TooLarge,
	/// The pool is full.
	#[error("the transaction pool is full; try again later")]
	PoolFull,
	/// The very same transaction is already in the pool.
	#[error("the same transaction is already waiting")]
	AlreadyThere,
	/// Recently found invalid, not looked at again for some minutes.
	#[error("the same transaction was refused a moment ago")]
	Banned,
	/// Anything else.
	#[error("{message} (code {code})")]
	Other {
		/// JSON-RPC error code.
		code: i32,
		/// The node's words.
		message: String,
	},
}

/// The `audit_*` errors, by their fixed codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditRefusal {
	/// -33001: no such entry or member in the log.
	UnknownEntry,
	/// -33002: the log is not that long yet.
	FutureSize,
	/// -33003: more than one answer may hold, or backwards.
	RangeTooLarge,
	/// -33004: no GRANDPA justification is kept for that block.
	NoJustification,
	/// -33005: the log store is catching up.
	NotReady,
	/// -33006: the log store failed.
	Internal,
}

impl AuditRefusal {
	fn from_code(code: i32) -> Option<Self> {
		Some(match code {
			-33001 => Self::UnknownEntry,
			-33002 => Self::FutureSize,
			-33003 => Self::RangeTooLarge,
			-33004 => Self::NoJustification,
			-33005 => Self::NotReady,
			-33006 => Self::Internal,
			_ => return None,
		})
	}
}

impl PoolRefusal {
	/// From the node's `author_*` errors. Codes: sc-rpc-api, `author/error.rs`.
	pub(crate) fn from_rpc(code: i32, message: &str, data: &str) -> Self {
		match code {
			1010 if data.contains("pay some fees") => Self::TooLittlePan,
			1010 if data.contains("outdated") => Self::Stale,
			1010 if data.contains("will be valid in the future") => Self::Future,
			1010 if data.contains("bad signature") => Self::BadProof,
			1010 if data.contains("exhaust the resources") => Self::TooLarge,
			1012 => Self::Banned,
			1013 => Self::AlreadyThere,
			1014 => Self::Stale,
			1016 => Self::PoolFull,
			_ => Self::Other {
				code,
				message: if data.is_empty() {
					message.to_owned()
				} else {
					format!("{message}: {}", data.trim_matches('"'))
				},
			},
		}
	}
}

impl ClientError {
	/// Whether no connection to the node could be made or kept.
	pub fn is_unreachable(&self) -> bool {
		matches!(self, Self::Unreachable { .. } | Self::Disconnected { .. })
	}

	/// Whether the log holds no such entry (yet).
	pub fn is_unknown_entry(&self) -> bool {
		matches!(self, Self::Audit { kind: AuditRefusal::UnknownEntry, .. })
	}
}

fn explained(docs: &str) -> String {
	if docs.is_empty() {
		String::new()
	} else {
		format!(" ({docs})")
	}
}

/// What an error is blamed on: which node, and what it was asked.
pub(crate) struct Asked<'a> {
	pub(crate) url: &'a str,
	pub(crate) what: &'a str,
}

impl Asked<'_> {
	fn unexpected(&self, reason: impl ToString) -> ClientError {
		ClientError::Unexpected {
			url: self.url.to_owned(),
			what: self.what.to_owned(),
			reason: reason.to_string(),
		}
	}

	fn disconnected(&self, reason: impl ToString) -> ClientError {
		ClientError::Disconnected { url: self.url.to_owned(), reason: reason.to_string() }
	}

	pub(crate) fn lacks(&self, what: impl Into<String>) -> ClientError {
		ClientError::NotPantheon { url: self.url.to_owned(), what: what.into() }
	}

	pub(crate) fn decode(&self, reason: impl ToString) -> ClientError {
		self.unexpected(reason)
	}

	/// From jsonrpsee, for the calls that this crate makes itself.
	pub(crate) fn rpc(&self, error: RpcError) -> ClientError {
		match error {
			RpcError::Call(object) => {
				if let Some(kind) = AuditRefusal::from_code(object.code()) {
					return ClientError::Audit { kind, message: object.message().to_owned() };
				}
				let data = object.data().map(|raw| raw.get()).unwrap_or_default();
				match object.code() {
					// Method not found.
					-32601 => self.lacks(format!("the RPC method {}", self.what)),
					1000..=1099 => {
						PoolRefusal::from_rpc(object.code(), object.message(), data).into()
					},
					_ if data.contains("not found") || object.message().contains("not found") => {
						self.lacks(format!("{} ({})", self.what, object.message()))
					},
					_ => self.unexpected(format!("{} {data}", object.message())),
				}
			},
			RpcError::RequestTimeout => self.disconnected("no answer in time"),
			RpcError::Transport(reason) => self.disconnected(reason),
			RpcError::RestartNeeded(reason) => self.disconnected(reason),
			other => self.unexpected(other),
		}
	}

	fn subxt_rpc(&self, error: subxt::rpcs::Error) -> ClientError {
		use subxt::rpcs::Error as E;
		match error {
			E::User(user) if (1000..1100).contains(&user.code) => {
				let data = user.data.as_ref().map(|raw| raw.get()).unwrap_or_default();
				PoolRefusal::from_rpc(user.code, &user.message, data).into()
			},
			E::Client(reason) => match reason.downcast::<RpcError>() {
				Ok(error) => self.rpc(*error),
				Err(other) => self.disconnected(other),
			},
			E::DisconnectedWillReconnect(reason) => self.disconnected(reason),
			other => self.unexpected(other),
		}
	}

	fn backend(&self, error: BackendError) -> ClientError {
		match error {
			BackendError::Rpc(SubxtRpcError::ClientError(error)) => self.subxt_rpc(error),
			BackendError::Rpc(SubxtRpcError::SubscriptionDropped) => {
				self.disconnected("the node ended the subscription")
			},
			other => self.unexpected(other),
		}
	}

	pub(crate) fn online(&self, error: OnlineClientError) -> ClientError {
		match error {
			OnlineClientError::RpcError(error) => self.subxt_rpc(error),
			OnlineClientError::CannotGetGenesisHash(error) => self.backend(error),
			other => self.unexpected(other),
		}
	}

	pub(crate) fn at_block(&self, error: OnlineClientAtBlockError) -> ClientError {
		use OnlineClientAtBlockError as E;
		match error {
			E::CannotGetCurrentBlock { reason }
			| E::CannotGetBlockHash { reason, .. }
			| E::CannotGetBlockHeader { reason, .. }
			| E::CannotGetSpecVersion { reason, .. } => self.backend(reason),
			other => self.unexpected(other),
		}
	}

	pub(crate) fn extrinsic(&self, error: ExtrinsicError) -> ClientError {
		use ExtrinsicError as E;
		match error {
			E::ErrorSubmittingTransaction(error)
			| E::TransactionStatusStreamError(error)
			| E::CannotGetFeeInfo(error) => self.backend(error),
			E::PalletNameNotFound(pallet) => self.lacks(format!("the pallet {pallet}")),
			E::CallNameNotFound { pallet_name, call_name } => {
				self.lacks(format!("the call {pallet_name}::{call_name}"))
			},
			E::EncodeError(error) => self.lacks(format!("the call as known here ({error})")),
			other => self.unexpected(other),
		}
	}

	pub(crate) fn progress(&self, error: TransactionProgressError) -> ClientError {
		match error {
			TransactionProgressError::CannotGetNextProgressUpdate(error) => self.backend(error),
			TransactionProgressError::TransactionStatusError(error) => {
				ClientError::Dropped { reason: error.to_string() }
			},
			other => self.disconnected(other),
		}
	}

	pub(crate) fn events(&self, error: TransactionEventsError) -> ClientError {
		match error {
			TransactionEventsError::ExtrinsicFailed(error) => refused(error),
			TransactionEventsError::CannotFetchBlockBody { error, .. } => self.backend(error),
			TransactionEventsError::CannotInstantiateClientAtBlock(error) => self.at_block(error),
			other => self.unexpected(other),
		}
	}
}

fn refused(error: DispatchError) -> ClientError {
	let by = |pallet: &str, error: String, docs: String| ClientError::Refused {
		pallet: pallet.to_owned(),
		error,
		docs,
	};
	match error {
		DispatchError::Module(module) => match module.details() {
			Ok(details) => {
				let docs = details.variant.docs.join(" ");
				by(details.pallet.name(), details.variant.name.clone(), docs.trim().to_owned())
			},
			Err(_) => by("unknown", module.to_string(), String::new()),
		},
		DispatchError::Token(token) => by("Token", format!("{token:?}"), token.to_string()),
		DispatchError::Arithmetic(error) => {
			by("Arithmetic", format!("{error:?}"), error.to_string())
		},
		other => by("System", format!("{other:?}"), other.to_string()),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use jsonrpsee::types::ErrorObjectOwned;

	const ASKED: Asked<'static> = Asked { url: "ws://x", what: "audit_status" };

	fn call_error(code: i32, data: Option<&str>) -> ClientError {
		ASKED.rpc(RpcError::Call(ErrorObjectOwned::owned(code, "words", data)))
	}

	#[test]
	fn codes_become_named_errors() {
		assert!(call_error(-33001, None).is_unknown_entry());
		assert!(matches!(call_error(-32601, None), ClientError::NotPantheon { .. }));
		assert!(matches!(
			call_error(1010, Some("Inability to pay some fees (e.g. account balance too low)")),
			ClientError::Pool(PoolRefusal::TooLittlePan)
		));
		assert!(matches!(
			call_error(1010, Some("Transaction is outdated")),
			ClientError::Pool(PoolRefusal::Stale)
		));
		assert!(matches!(call_error(1016, None), ClientError::Pool(PoolRefusal::PoolFull)));
		assert!(matches!(
			call_error(1099, Some("new words")),
			ClientError::Pool(PoolRefusal::Other { code: 1099, .. })
		));
		assert!(matches!(call_error(-32000, None), ClientError::Unexpected { .. }));
	}

	#[test]
	fn a_broken_transport_is_a_lost_connection() {
		assert!(ASKED.rpc(RpcError::RequestTimeout).is_unreachable());
		assert!(ASKED.rpc(RpcError::Transport("broken pipe".into())).is_unreachable());
	}
}
