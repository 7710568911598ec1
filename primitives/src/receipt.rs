//! COSE receipts (RFC 9942, RFC9162_SHA256) and SCITT transparent statements (RFC 9943).
//! Format: `docs/formats/cose-receipt.md`.
//!
//! A receipt is a node's word, signed with its own *log key*: this entry is in the log with this size and
//! root. It's no verdict: a bundle's verifier relies on finality and on Bitcoin, and on receipts only of
//! log keys that the trust file names.

use crate::{
	cbor::{Reader, Unexpected, Writer},
	hash::SoftwareSha256,
	log::{inclusion_root, LogProofError},
	seal::{
		sig_structure, urn, verify_signature, PublicKey, SealError, Statement, ALG_ML_DSA_65,
		MAX_STATEMENT_LEN, SIGNATURE_LEN, TAG_COSE_SIGN1,
	},
	Digest32, GenesisHash, LeafHash, LogRoot,
};
use alloc::{boxed::Box, vec::Vec};

/// Most hashes of an inclusion path: a log has fewer than 2^64 entries.
pub const MAX_RECEIPT_PATH: usize = 64;
/// Most bytes of a receipt; the longest possible one is below it.
pub const MAX_RECEIPT_LEN: usize = 6144;
/// Most receipts that are carried by one transparent statement.
pub const MAX_RECEIPTS: usize = 8;
/// Most bytes of a transparent statement.
pub const MAX_TRANSPARENT_LEN: usize = MAX_STATEMENT_LEN + MAX_RECEIPTS * MAX_RECEIPT_LEN;

/// COSE header parameters (RFC 9942 §2): receipts, verifiable data structure, its proofs.
const RECEIPTS: u64 = 394;
const VDS: u64 = 395;
const VDP: u64 = 396;
/// The verifiable data structure RFC9162_SHA256 (RFC 9942 §5).
const RFC9162_SHA256: u64 = 1;
/// The proof type "inclusion" of RFC9162_SHA256.
const INCLUSION: i64 = -1;
/// COSE header parameter: CWT claims (RFC 9597).
const CWT_CLAIMS: u64 = 15;
/// CWT claim of private use: the log's size. RFC 9942 leaves the size unsigned, and then one signature
/// would vouch for the same leaf at several positions.
const LOG_SIZE: i64 = -65_537;

/// Why bytes are not a receipt or a transparent statement, or don't hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
	/// Not the COSE of a receipt.
	#[error("the bytes are not a COSE receipt of a Pantheon log")]
	Malformed,
	/// A receipt or transparent statement, but not in the one canonical form.
	#[error("it is not in canonical form")]
	NotCanonical,
	/// More bytes than any has.
	#[error("it has more bytes than any can have")]
	TooLarge,
	/// The protected header is not the one that the key id, the log and its size ask for.
	#[error("the receipt's protected header does not fit the receipt")]
	HeaderMismatch,
	/// None, or more than [`MAX_RECEIPTS`].
	#[error("a transparent statement carries 1 to {MAX_RECEIPTS} receipts")]
	ReceiptCount,
	/// The receipt names another log key.
	#[error("the receipt names another log key")]
	WrongKey,
	/// The path fits no leaf at this index and size.
	#[error("the receipt's path: {0}")]
	Path(#[from] LogProofError),
	/// The signature is not the log key's over the root that the path leads to.
	#[error("the log key's signature does not cover the root that the path leads to")]
	Signature,
	/// The statement inside is refused.
	#[error("the statement inside: {0}")]
	Statement(#[from] SealError),
}

impl From<Unexpected> for ReceiptError {
	fn from(_: Unexpected) -> Self {
		Self::Malformed
	}
}

/// The protected header: algorithm, key id, CWT claims (issuer: the log key; subject: the log; the
/// log's size), verifiable data structure.
fn protected_header(kid: &Digest32, log: GenesisHash, log_size: u64) -> Vec<u8> {
	let mut out = Writer::new();
	out.map(4);
	out.uint(1).int(ALG_ML_DSA_65);
	out.uint(4).bytes(kid.as_ref());
	out.uint(CWT_CLAIMS).map(3);
	out.uint(1).text(&urn(kid.as_bytes())).uint(2).text(&urn(log.as_bytes()));
	out.int(LOG_SIZE).uint(log_size);
	out.uint(VDS).uint(RFC9162_SHA256);
	out.finish()
}

/// The bytes that the log key `kid` signs to say that the log of the chain `log` had this root at
/// `log_size` entries: the `Sig_structure` (RFC 9052 §4.4) with the root as detached payload.
///
/// The same for every entry, so one signature serves all receipts of a checkpoint.
pub fn receipt_to_be_signed(
	kid: &Digest32,
	log: GenesisHash,
	log_size: u64,
	root: &LogRoot,
) -> Vec<u8> {
	sig_structure(&protected_header(kid, log, log_size), root.as_ref())
}

/// A receipt of inclusion, signed by a log key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
	/// SHA-256 of the log key.
	pub kid: Digest32,
	/// The chain whose log it is.
	pub log: GenesisHash,
	/// Entries in the log whose root is signed.
	pub log_size: u64,
	/// The entry's index.
	pub index: u64,
	/// Its inclusion path.
	pub path: Vec<[u8; 32]>,
	/// ML-DSA-65 (empty context) over [`receipt_to_be_signed`].
	pub signature: Box<[u8; SIGNATURE_LEN]>,
}

impl Receipt {
	/// The tagged COSE_Sign1 with detached payload.
	pub fn encode(&self) -> Vec<u8> {
		let mut proof = Writer::new();
		proof.array(3).uint(self.log_size).uint(self.index).array(self.path.len() as u64);
		for hash in &self.path {
			proof.bytes(hash);
		}
		let mut out = Writer::new();
		out.tag(TAG_COSE_SIGN1).array(4);
		out.bytes(&protected_header(&self.kid, self.log, self.log_size));
		out.map(1).uint(VDP).map(1).int(INCLUSION).array(1).bytes(&proof.finish());
		out.null().bytes(self.signature.as_slice());
		out.finish()
	}

	/// Reads [`Self::encode`]; anything else is refused. Says nothing about the signature.
	pub fn decode(bytes: &[u8]) -> Result<Self, ReceiptError> {
		if bytes.len() > MAX_RECEIPT_LEN {
			return Err(ReceiptError::TooLarge);
		}
		let mut input = Reader::new(bytes);
		input.tag(TAG_COSE_SIGN1)?;
		input.array_of(4)?;
		let protected = input.bytes()?;
		let (kid, log) = read_protected(protected).map_err(|_| ReceiptError::HeaderMismatch)?;
		if (input.map()?, input.uint()?, input.map()?, input.int()?, input.array()?)
			!= (1, VDP, 1, INCLUSION, 1)
		{
			return Err(ReceiptError::Malformed);
		}
		let (log_size, index, path) = read_proof(input.bytes()?)?;
		input.null()?;
		let signature = Box::new(input.fixed()?);
		input.end()?;
		let receipt = Self { kid, log, log_size, index, path, signature };
		if protected_header(&kid, log, log_size) != protected {
			return Err(ReceiptError::HeaderMismatch);
		}
		if receipt.encode() != bytes {
			return Err(ReceiptError::NotCanonical);
		}
		Ok(receipt)
	}

	/// The root that the path leads to from this leaf; not yet that anybody signed it.
	pub fn root(&self, leaf: &LeafHash) -> Result<LogRoot, ReceiptError> {
		Ok(inclusion_root::<SoftwareSha256>(leaf, self.index, self.log_size, &self.path)?)
	}

	/// Verifies that `key` signed a log of [`Self::log_size`] entries in which `leaf` is number
	/// [`Self::index`]; gives that log's root.
	pub fn verify(&self, key: &PublicKey, leaf: &LeafHash) -> Result<LogRoot, ReceiptError> {
		if key.key_id() != self.kid {
			return Err(ReceiptError::WrongKey);
		}
		let root = self.root(leaf)?;
		let message = receipt_to_be_signed(&self.kid, self.log, self.log_size, &root);
		verify_signature(key, &message, self.signature.as_slice())
			.map_err(|_| ReceiptError::Signature)?;
		Ok(root)
	}
}

/// Key id and log of a protected header; the caller compares the whole header afterwards.
fn read_protected(protected: &[u8]) -> Result<(Digest32, GenesisHash), Unexpected> {
	let mut header = Reader::new(protected);
	header.map()?;
	header.uint()?;
	header.int()?;
	header.uint()?;
	let kid: [u8; 32] = header.fixed()?;
	header.uint()?;
	header.map()?;
	header.uint()?;
	header.text()?;
	header.uint()?;
	let log = header.text()?.strip_prefix("pantheon:").ok_or(Unexpected)?;
	Ok((kid.into(), log.parse().map_err(|_| Unexpected)?))
}

/// Size, index and path of an inclusion proof.
fn read_proof(bytes: &[u8]) -> Result<(u64, u64, Vec<[u8; 32]>), Unexpected> {
	let mut input = Reader::new(bytes);
	input.array_of(3)?;
	let (size, index, length) = (input.uint()?, input.uint()?, input.array()?);
	if length > MAX_RECEIPT_PATH as u64 {
		return Err(Unexpected);
	}
	let path = (0..length).map(|_| input.fixed()).collect::<Result<Vec<[u8; 32]>, Unexpected>>()?;
	input.end()?;
	Ok((size, index, path))
}

/// A statement with receipts in its unprotected header (RFC 9943): what a SCITT relying party takes.
///
/// The receipts are of the statement without them: [`Statement::encode`] and [`Statement::digest`] of
/// [`Self::statement`] are what the log holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransparentStatement {
	/// The statement, as the log has it.
	pub statement: Statement,
	/// 1 to [`MAX_RECEIPTS`] receipts.
	pub receipts: Vec<Receipt>,
}

impl TransparentStatement {
	/// The tagged COSE_Sign1 with the receipts in its unprotected header.
	pub fn encode(&self) -> Vec<u8> {
		let mut out = Writer::new();
		out.tag(TAG_COSE_SIGN1).array(4);
		out.bytes(&self.statement.protected());
		out.map(1).uint(RECEIPTS).array(self.receipts.len() as u64);
		for receipt in &self.receipts {
			out.bytes(&receipt.encode());
		}
		out.bytes(&self.statement.record().encode()).bytes(self.statement.signature().as_slice());
		out.finish()
	}

	/// Reads [`Self::encode`]; anything else is refused. Verifies neither the seal nor a receipt.
	pub fn decode(bytes: &[u8]) -> Result<Self, ReceiptError> {
		if bytes.len() > MAX_TRANSPARENT_LEN {
			return Err(ReceiptError::TooLarge);
		}
		let mut input = Reader::new(bytes);
		input.tag(TAG_COSE_SIGN1)?;
		input.array_of(4)?;
		let protected = input.bytes()?;
		if (input.map()?, input.uint()?) != (1, RECEIPTS) {
			return Err(ReceiptError::Malformed);
		}
		let count = input.array()?;
		if count == 0 || count > MAX_RECEIPTS as u64 {
			return Err(ReceiptError::ReceiptCount);
		}
		let receipts = (0..count)
			.map(|_| Receipt::decode(input.bytes()?))
			.collect::<Result<Vec<_>, ReceiptError>>()?;
		let (payload, signature) = (input.bytes()?, input.bytes()?);
		input.end()?;
		// The statement as it was before it got receipts, read by its own rules.
		let mut stripped = Writer::new();
		stripped.tag(TAG_COSE_SIGN1).array(4);
		stripped.bytes(protected).map(0).bytes(payload).bytes(signature);
		let statement = Statement::decode(&stripped.finish())?;
		let transparent = Self { statement, receipts };
		if transparent.encode() != bytes {
			return Err(ReceiptError::NotCanonical);
		}
		Ok(transparent)
	}
}
