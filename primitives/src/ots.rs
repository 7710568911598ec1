//! OpenTimestamps: a record's way to a Bitcoin block as a detached timestamp file that the stock client
//! verifies. Format: `docs/formats/opentimestamps.md`.
//!
//! The file says less than a proof bundle: these bytes existed before that block. It shows no seal, no
//! finality and no operator, and it names the block by height only: whoever verifies it asks a Bitcoin node
//! that it trusts.

use crate::{
	bitcoin::AnchorProof,
	bundle::ProofBundle,
	checkpoint::CHECKPOINT_DOMAIN,
	hash::sha256,
	log::{walk_inclusion, EntryTag, LogProofError, Side},
	record::RecordError,
	seal::{SealError, Statement},
	Record,
};
use alloc::vec::Vec;

/// Most bytes of a message between two operations, and of an operation's argument: the stock client's limit.
pub const MAX_MESSAGE_LEN: usize = 4096;
/// Most operations in a row: the stock client reads no deeper.
pub const MAX_OPERATIONS: usize = 255;

/// What a detached timestamp file begins with.
const MAGIC: &[u8; 31] = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94";
/// The format's major version.
const VERSION: u64 = 1;

const TAG_ATTESTATION: u8 = 0x00;
const TAG_SHA256: u8 = 0x08;
const TAG_APPEND: u8 = 0xf0;
const TAG_PREPEND: u8 = 0xf1;
const TAG_FORK: u8 = 0xff;
/// Names a `BitcoinBlockHeaderAttestation`.
const TAG_BITCOIN: &[u8; 8] = &[0x05, 0x88, 0x96, 0x0d, 0x73, 0xd7, 0x19, 0x01];

/// Why bytes are not a timestamp that is read here, or lead nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OtsError {
	/// It doesn't begin as a detached timestamp file does.
	#[error("the file is not a detached OpenTimestamps file")]
	NotATimestamp,
	/// A version that is not known here.
	#[error("OpenTimestamps file version {0} is not known")]
	UnknownVersion(u64),
	/// It ends too early, or a length or number is out of its bounds.
	#[error("the file is damaged or cut off")]
	Malformed,
	/// The file's digest is not by SHA-256.
	#[error("the file begins with another digest than SHA-256 (tag {0:#04x})")]
	OtherDigest(u8),
	/// An operation other than append, prepend and SHA-256.
	#[error("operation {0:#04x} occurs in no Pantheon timestamp")]
	OtherOperation(u8),
	/// More than one path.
	#[error("the file forks into several paths")]
	Fork,
	/// An attestation other than by a Bitcoin block header.
	#[error("the attestation is not by a Bitcoin block")]
	OtherAttestation,
	/// More than [`MAX_OPERATIONS`].
	#[error("a timestamp has at most {MAX_OPERATIONS} operations")]
	TooManyOperations,
	/// A number is written in more bytes than it needs.
	#[error("the file is not in canonical form")]
	NotCanonical,
	/// More bytes follow the attestation.
	#[error("bytes follow the attestation")]
	TrailingBytes,
	/// A message longer than [`MAX_MESSAGE_LEN`] on the way.
	#[error("an operation makes a message of more than {MAX_MESSAGE_LEN} bytes")]
	MessageTooLong,
	/// What is attested has not the length of a Merkle root.
	#[error("the operations don't end in a Merkle root of 32 bytes")]
	NotARoot,
}

/// Why a bundle gives no timestamp.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
	/// The bundle holds no anchor.
	#[error("the record is not anchored in Bitcoin yet")]
	NotAnchored,
	/// The statement can't be read.
	#[error("the statement: {0}")]
	Statement(#[from] SealError),
	/// The member's record can't be read.
	#[error("the batch member: {0}")]
	Member(#[from] RecordError),
	/// A member whose statement is no batch's, or that carries no index.
	#[error("the record is not a member of the statement's batch")]
	NotAMember,
	/// An inclusion path that can't belong to its index and size.
	#[error("an inclusion path: {0}")]
	Path(#[from] LogProofError),
	/// A part doesn't contain what it commits to.
	#[error("the {0} does not commit to what the bundle says")]
	NotCommitted(&'static str),
	/// The whole way doesn't end in the Merkle root of the anchor's block.
	#[error("the bundle's parts don't lead to its Bitcoin block")]
	OtherRoot,
	/// The way breaks a limit of the format.
	#[error("no OpenTimestamps file can hold it: {0}")]
	Format(#[from] OtsError),
}

/// A step of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
	/// The message with these bytes after it.
	Append(Vec<u8>),
	/// The message with these bytes before it.
	Prepend(Vec<u8>),
	/// SHA-256 of the message.
	Sha256,
}

/// A detached timestamp with one path to one Bitcoin block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timestamp {
	/// SHA-256 of the stamped file.
	pub digest: [u8; 32],
	/// What leads from the digest to the block's Merkle root.
	pub operations: Vec<Operation>,
	/// The block's height.
	pub height: u32,
}

/// The bytes that a bundle's timestamp is of: the statement's, or a batch member's record.
pub fn stamped(bundle: &ProofBundle) -> &[u8] {
	bundle.member.as_ref().map_or(&bundle.statement, |member| &member.record)
}

impl Timestamp {
	/// The timestamp of [`stamped`], from the bundle's paths and anchor.
	///
	/// It leads to the Merkle root of the bundle's block, or there is none; whether that block is
	/// Bitcoin's is the verifier's to say ([`verify`](crate::verify)).
	pub fn of(bundle: &ProofBundle) -> Result<Self, ExportError> {
		let anchor = bundle.anchor.as_ref().ok_or(ExportError::NotAnchored)?;
		let statement = Statement::decode(&bundle.statement)?;
		let mut way = Way::default();
		if let Some(member) = &bundle.member {
			let index = Record::decode(&member.record)?.index.ok_or(ExportError::NotAMember)?;
			let batch = statement.record().batch.ok_or(ExportError::NotAMember)?;
			way.prepend(&[LEAF]).sha256();
			way.inclusion(index.into(), batch.count.into(), &member.path)?;
			way.within(&bundle.statement, batch.root.as_bytes())
				.ok_or(ExportError::NotCommitted("statement"))?
				.sha256();
		}
		way.prepend(&[LEAF, EntryTag::Statement as u8]).sha256();
		let checkpoint = &bundle.checkpoint;
		let inclusion = &bundle.inclusion;
		way.inclusion(inclusion.index, checkpoint.log_size, &inclusion.path)?;
		let committed = [CHECKPOINT_DOMAIN, &checkpoint.encode_canonical()].concat();
		way.within(&committed, checkpoint.log_root.as_bytes())
			.ok_or(ExportError::NotCommitted("checkpoint"))?
			.sha256();
		way.within(&anchor.transaction, &checkpoint.commitment())
			.ok_or(ExportError::NotCommitted("anchor transaction"))?
			.sha256()
			.sha256();
		way.block(anchor.position, &anchor.path);
		if way.0.len() > MAX_OPERATIONS {
			return Err(OtsError::TooManyOperations.into());
		}
		let (height, root) = block_of(anchor).ok_or(ExportError::OtherRoot)?;
		let timestamp = Self { digest: sha256(stamped(bundle)), operations: way.0, height };
		if timestamp.merkle_root()? != root {
			return Err(ExportError::OtherRoot);
		}
		Ok(timestamp)
	}

	/// What the operations make of the digest. The timestamp holds if the block at [`Self::height`] has
	/// this Merkle root (internal byte order), and if [`Self::digest`] is the stamped file's.
	pub fn merkle_root(&self) -> Result<[u8; 32], OtsError> {
		let mut message = self.digest.to_vec();
		for operation in &self.operations {
			message = match operation {
				Operation::Append(bytes) => [message.as_slice(), bytes].concat(),
				Operation::Prepend(bytes) => [bytes.as_slice(), &message].concat(),
				Operation::Sha256 => sha256(&message).to_vec(),
			};
			if message.len() > MAX_MESSAGE_LEN {
				return Err(OtsError::MessageTooLong);
			}
		}
		message.try_into().map_err(|_| OtsError::NotARoot)
	}

	/// The file's bytes.
	pub fn encode(&self) -> Vec<u8> {
		let mut out = MAGIC.to_vec();
		write_number(VERSION, &mut out);
		out.push(TAG_SHA256);
		out.extend_from_slice(&self.digest);
		for operation in &self.operations {
			match operation {
				Operation::Append(bytes) => {
					out.push(TAG_APPEND);
					write_bytes(bytes, &mut out);
				},
				Operation::Prepend(bytes) => {
					out.push(TAG_PREPEND);
					write_bytes(bytes, &mut out);
				},
				Operation::Sha256 => out.push(TAG_SHA256),
			}
		}
		out.push(TAG_ATTESTATION);
		out.extend_from_slice(TAG_BITCOIN);
		let mut height = Vec::new();
		write_number(self.height.into(), &mut height);
		write_bytes(&height, &mut out);
		out
	}

	/// Reads [`Self::encode`]: files with one path of the three operations to one Bitcoin attestation.
	/// OpenTimestamps allows more, which is refused here.
	pub fn decode(bytes: &[u8]) -> Result<Self, OtsError> {
		let mut input = Input(bytes.strip_prefix(MAGIC).ok_or(OtsError::NotATimestamp)?);
		let version = input.number()?;
		if version != VERSION {
			return Err(OtsError::UnknownVersion(version));
		}
		let tag = input.byte()?;
		if tag != TAG_SHA256 {
			return Err(OtsError::OtherDigest(tag));
		}
		let digest = input.array()?;
		let mut operations = Vec::new();
		loop {
			let operation = match input.byte()? {
				TAG_ATTESTATION => break,
				TAG_FORK => return Err(OtsError::Fork),
				TAG_APPEND => Operation::Append(input.argument()?),
				TAG_PREPEND => Operation::Prepend(input.argument()?),
				TAG_SHA256 => Operation::Sha256,
				other => return Err(OtsError::OtherOperation(other)),
			};
			if operations.len() == MAX_OPERATIONS {
				return Err(OtsError::TooManyOperations);
			}
			operations.push(operation);
		}
		if &input.array()? != TAG_BITCOIN {
			return Err(OtsError::OtherAttestation);
		}
		let mut attested = Input(input.bytes()?);
		let height = attested.number()?.try_into().map_err(|_| OtsError::Malformed)?;
		if !attested.0.is_empty() || !input.0.is_empty() {
			return Err(OtsError::TrailingBytes);
		}
		let timestamp = Self { digest, operations, height };
		if timestamp.encode() != bytes {
			return Err(OtsError::NotCanonical);
		}
		Ok(timestamp)
	}
}

/// What RFC 9162 puts before the content of a leaf and before the two halves of an inner node.
const LEAF: u8 = 0;
const NODE: u8 = 1;

/// The height of the anchor's block and the Merkle root in its header.
fn block_of(anchor: &AnchorProof) -> Option<(u32, [u8; 32])> {
	let header = anchor.headers.get(usize::try_from(anchor.block).ok()?)?;
	let root = header.get(36..68)?.try_into().ok()?;
	Some((anchor.first_height.checked_add(anchor.block)?, root))
}

/// Operations as they're put together.
#[derive(Default)]
struct Way(Vec<Operation>);

impl Way {
	fn prepend(&mut self, bytes: &[u8]) -> &mut Self {
		if !bytes.is_empty() {
			self.0.push(Operation::Prepend(bytes.into()));
		}
		self
	}

	fn append(&mut self, bytes: &[u8]) -> &mut Self {
		if !bytes.is_empty() {
			self.0.push(Operation::Append(bytes.into()));
		}
		self
	}

	fn sha256(&mut self) -> &mut Self {
		self.0.push(Operation::Sha256);
		self
	}

	/// From `part`, which the message is, to the `whole` around it. Which occurrence of the part is taken
	/// makes no difference: the whole is the same.
	fn within(&mut self, whole: &[u8], part: &[u8; 32]) -> Option<&mut Self> {
		let at = whole.windows(part.len()).position(|window| window == part)?;
		let (before, rest) = whole.split_at_checked(at)?;
		let (_, after) = rest.split_at_checked(part.len())?;
		Some(self.prepend(before).append(after))
	}

	/// An RFC 9162 inclusion path.
	fn inclusion(
		&mut self,
		index: u64,
		size: u64,
		path: &[[u8; 32]],
	) -> Result<&mut Self, LogProofError> {
		walk_inclusion(index, size, path, |side, sibling| {
			match side {
				Side::Left => self.prepend(&[&[NODE], sibling.as_slice()].concat()),
				Side::Right => self.prepend(&[NODE]).append(sibling),
			}
			.sha256();
		})?;
		Ok(self)
	}

	/// A Merkle path in a Bitcoin block.
	fn block(&mut self, position: u32, path: &[[u8; 32]]) {
		let mut index = position;
		for sibling in path {
			let way = if index & 1 == 1 { self.prepend(sibling) } else { self.append(sibling) };
			way.sha256().sha256();
			index >>= 1;
		}
	}
}

/// Unsigned LEB128.
fn write_number(mut value: u64, out: &mut Vec<u8>) {
	while value > 0x7f {
		out.push((value & 0x7f) as u8 | 0x80);
		value >>= 7;
	}
	out.push(value as u8);
}

fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
	write_number(bytes.len() as u64, out);
	out.extend_from_slice(bytes);
}

/// What is left to read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
	fn take(&mut self, length: usize) -> Result<&'a [u8], OtsError> {
		let (taken, rest) = self.0.split_at_checked(length).ok_or(OtsError::Malformed)?;
		self.0 = rest;
		Ok(taken)
	}

	fn array<const N: usize>(&mut self) -> Result<[u8; N], OtsError> {
		self.take(N)?.try_into().map_err(|_| OtsError::Malformed)
	}

	fn byte(&mut self) -> Result<u8, OtsError> {
		self.array().map(|[byte]| byte)
	}

	/// At most 35 bits: more than any length or height needs.
	fn number(&mut self) -> Result<u64, OtsError> {
		let mut value = 0u64;
		for shift in [0u32, 7, 14, 21, 28] {
			let byte = self.byte()?;
			value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or_default();
			if byte & 0x80 == 0 {
				return Ok(value);
			}
		}
		Err(OtsError::Malformed)
	}

	fn bytes(&mut self) -> Result<&'a [u8], OtsError> {
		let length = usize::try_from(self.number()?).map_err(|_| OtsError::Malformed)?;
		if length > MAX_MESSAGE_LEN {
			return Err(OtsError::Malformed);
		}
		self.take(length)
	}

	/// An operation's argument, which is never empty.
	fn argument(&mut self) -> Result<Vec<u8>, OtsError> {
		let bytes = self.bytes()?;
		if bytes.is_empty() {
			return Err(OtsError::Malformed);
		}
		Ok(bytes.into())
	}
}
