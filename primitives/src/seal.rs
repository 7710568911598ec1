//! The seal: an ML-DSA-65 signature (FIPS 204) over a record, in a COSE_Sign1 envelope (RFC 9052,
//! RFC 9964) that is also a SCITT signed statement (RFC 9943). Format: `docs/formats/record.md`.
//!
//! Pure ML-DSA with an empty context, as COSE has it. The domain is separated by the `Sig_structure`'s
//! context string and the content type in the protected header. Seals are hedged: two seals of one record
//! differ, so nothing is ever identified by signature bytes.

use crate::{
	cbor::{Reader, Unexpected, Writer},
	hash::sha256,
	record::RecordError,
	Digest32, GenesisHash, OperatorId, Record, RecordId, StatementDigest,
};
use alloc::{boxed::Box, format, string::String, vec::Vec};
use fips204::{
	ml_dsa_65,
	traits::{SerDes, Verifier},
};

/// Bytes of an ML-DSA-65 public key.
pub const PUBLIC_KEY_LEN: usize = ml_dsa_65::PK_LEN;
/// Bytes of an ML-DSA-65 signature.
pub const SIGNATURE_LEN: usize = ml_dsa_65::SIG_LEN;
/// Most bytes of a statement.
pub const MAX_STATEMENT_LEN: usize = 4096;

/// COSE algorithm identifier of ML-DSA-65 (RFC 9964).
pub(crate) const ALG_ML_DSA_65: i64 = -49;
/// CBOR tag of a COSE_Sign1.
pub(crate) const TAG_COSE_SIGN1: u64 = 18;
/// Content type of a sealed record.
const RECORD_CONTENT_TYPE: &str = "application/pantheon+cbor";
/// Content type of what a new operator signs to show that it holds its key.
const REGISTRATION_CONTENT_TYPE: &str = "application/pantheon-registration+cbor";

/// Why bytes are not a seal, or not of this record and key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
	/// A key of another length than [`PUBLIC_KEY_LEN`].
	#[error("an ML-DSA-65 public key has {PUBLIC_KEY_LEN} bytes")]
	KeyLength,
	/// The key's bytes don't encode a key.
	#[error("the public key is malformed")]
	KeyInvalid,
	/// A signature of another length than [`SIGNATURE_LEN`].
	#[error("an ML-DSA-65 signature has {SIGNATURE_LEN} bytes")]
	SignatureLength,
	/// The signature is not this key's over this message.
	#[error("the signature does not verify")]
	SignatureInvalid,
	/// The statement names another key.
	#[error("the statement names another key")]
	WrongKey,
	/// More than [`MAX_STATEMENT_LEN`] bytes.
	#[error("a statement has at most {MAX_STATEMENT_LEN} bytes")]
	StatementTooLarge,
	/// Not a COSE_Sign1 of a record.
	#[error("the bytes are not a statement")]
	Malformed,
	/// A statement, but not in the one canonical form.
	#[error("the statement is not in canonical form")]
	NotCanonical,
	/// The protected header is not the one that the record asks for.
	#[error("the statement's protected header does not fit its record")]
	HeaderMismatch,
	/// The payload is not a record.
	#[error("the sealed record is not valid: {0}")]
	Record(#[from] RecordError),
}

impl From<Unexpected> for SealError {
	fn from(_: Unexpected) -> Self {
		Self::Malformed
	}
}

/// An ML-DSA-65 public key.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(Box<[u8; PUBLIC_KEY_LEN]>);

impl PublicKey {
	/// Takes a key's FIPS 204 encoding. Every string of the right length encodes one.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
		let bytes: [u8; PUBLIC_KEY_LEN] = bytes.try_into().map_err(|_| SealError::KeyLength)?;
		Ok(Self(Box::new(bytes)))
	}

	/// The FIPS 204 encoding.
	pub fn as_bytes(&self) -> &[u8; PUBLIC_KEY_LEN] {
		&self.0
	}

	/// The id of the operator whose *first* key this is.
	pub fn operator_id(&self) -> OperatorId {
		sha256(self.0.as_slice()).into()
	}

	/// The COSE key identifier (`kid`).
	pub fn key_id(&self) -> Digest32 {
		sha256(self.0.as_slice()).into()
	}
}

impl core::fmt::Debug for PublicKey {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		write!(f, "PublicKey({})", self.key_id())
	}
}

/// Verifies a pure ML-DSA-65 signature with empty context. The one verifier of Pantheon.
pub fn verify_signature(
	key: &PublicKey,
	message: &[u8],
	signature: &[u8],
) -> Result<(), SealError> {
	verify_with_context(key, message, &[], signature)
}

/// As [`verify_signature`], with a context (FIPS 204 Algorithm 3): a longer one than 255 bytes is refused.
/// No seal has one; published test vectors do, and they are to meet the verifier itself.
pub fn verify_with_context(
	key: &PublicKey,
	message: &[u8],
	context: &[u8],
	signature: &[u8],
) -> Result<(), SealError> {
	let signature: &[u8; SIGNATURE_LEN] =
		signature.try_into().map_err(|_| SealError::SignatureLength)?;
	let key = ml_dsa_65::PublicKey::try_from_bytes(*key.0).map_err(|_| SealError::KeyInvalid)?;
	key.verify(message, signature, context).then_some(()).ok_or(SealError::SignatureInvalid)
}

/// The protected header: algorithm, content type, key id, and CWT claims that name issuer (the operator)
/// and subject (the log), as RFC 9943 asks.
fn protected_header(
	content_type: &str,
	operator: OperatorId,
	log: GenesisHash,
	kid: &Digest32,
) -> Vec<u8> {
	let mut out = Writer::new();
	out.map(4);
	out.uint(1).int(ALG_ML_DSA_65);
	out.uint(3).text(content_type);
	out.uint(4).bytes(kid.as_ref());
	out.uint(15).map(2);
	out.uint(1).text(&urn(operator.as_bytes())).uint(2).text(&urn(log.as_bytes()));
	out.finish()
}

pub(crate) fn urn(id: &[u8; 32]) -> String {
	format!("pantheon:{}", Digest32::new(*id))
}

/// RFC 9052 §4.4: what a COSE_Sign1 signature covers.
pub(crate) fn sig_structure(protected: &[u8], payload: &[u8]) -> Vec<u8> {
	let mut out = Writer::new();
	out.array(4).text("Signature1").bytes(protected).bytes(&[]).bytes(payload);
	out.finish()
}

/// The bytes that an operator signs to seal `record` (its canonical bytes).
pub fn to_be_signed(
	record: &[u8],
	operator: OperatorId,
	log: GenesisHash,
	kid: &Digest32,
) -> Vec<u8> {
	sig_structure(&protected_header(RECORD_CONTENT_TYPE, operator, log, kid), record)
}

/// The bytes that a new operator signs: that it holds `key` and lets `account` register it on `log`.
pub fn registration_message(log: GenesisHash, account: &[u8; 32], key: &PublicKey) -> Vec<u8> {
	let kid = key.key_id();
	let protected = protected_header(REGISTRATION_CONTENT_TYPE, key.operator_id(), log, &kid);
	let mut payload = Writer::new();
	payload.array(3).bytes(log.as_ref()).bytes(account).bytes(kid.as_ref());
	sig_structure(&protected, &payload.finish())
}

/// A record with its seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
	record: Record,
	kid: Digest32,
	signature: Box<[u8; SIGNATURE_LEN]>,
}

impl Statement {
	/// Joins a record and a signature over [`to_be_signed`]; does not verify the signature.
	///
	/// Errors: the record breaks a rule, the signature has another length, or the whole is too large.
	pub fn new(record: Record, kid: Digest32, signature: &[u8]) -> Result<Self, SealError> {
		record.validate()?;
		let signature = signature.try_into().map_err(|_| SealError::SignatureLength)?;
		let statement = Self { record, kid, signature: Box::new(signature) };
		if statement.encode().len() > MAX_STATEMENT_LEN {
			return Err(SealError::StatementTooLarge);
		}
		Ok(statement)
	}

	/// The record.
	pub fn record(&self) -> &Record {
		&self.record
	}

	/// The record's id.
	pub fn record_id(&self) -> RecordId {
		self.record.id()
	}

	/// Identifier of the key that sealed.
	pub fn kid(&self) -> &Digest32 {
		&self.kid
	}

	/// The seal.
	pub fn signature(&self) -> &[u8; SIGNATURE_LEN] {
		&self.signature
	}

	/// The tagged COSE_Sign1 with an empty unprotected header.
	pub fn encode(&self) -> Vec<u8> {
		let mut out = Writer::new();
		out.tag(TAG_COSE_SIGN1).array(4);
		out.bytes(&self.protected()).map(0);
		out.bytes(&self.record.encode()).bytes(self.signature.as_slice());
		out.finish()
	}

	/// Reads [`Self::encode`]; anything else is refused. Receipts in the unprotected header must have been
	/// taken out before.
	pub fn decode(bytes: &[u8]) -> Result<Self, SealError> {
		if bytes.len() > MAX_STATEMENT_LEN {
			return Err(SealError::StatementTooLarge);
		}
		let mut input = Reader::new(bytes);
		input.tag(TAG_COSE_SIGN1)?;
		input.array_of(4)?;
		let protected = input.bytes()?;
		if input.map()? != 0 {
			return Err(SealError::Malformed);
		}
		let record = Record::decode(input.bytes()?)?;
		let signature = input.bytes()?;
		input.end()?;
		let statement = Self::new(record, key_id_of(protected)?, signature)?;
		if statement.protected() != protected {
			return Err(SealError::HeaderMismatch);
		}
		if statement.encode() != bytes {
			return Err(SealError::NotCanonical);
		}
		Ok(statement)
	}

	/// SHA-256 of [`Self::encode`].
	pub fn digest(&self) -> StatementDigest {
		sha256(&self.encode()).into()
	}

	/// Verifies the seal with `key`, which must be the key that the statement names.
	pub fn verify(&self, key: &PublicKey) -> Result<(), SealError> {
		if key.key_id() != self.kid {
			return Err(SealError::WrongKey);
		}
		let message =
			to_be_signed(&self.record.encode(), self.record.operator, self.record.log, &self.kid);
		verify_signature(key, &message, self.signature.as_slice())
	}

	pub(crate) fn protected(&self) -> Vec<u8> {
		protected_header(RECORD_CONTENT_TYPE, self.record.operator, self.record.log, &self.kid)
	}
}

/// The `kid` of a protected header; the caller compares the whole header afterwards.
fn key_id_of(protected: &[u8]) -> Result<Digest32, SealError> {
	let mut header = Reader::new(protected);
	let malformed = SealError::HeaderMismatch;
	let read = |header: &mut Reader<'_>| -> Result<[u8; 32], Unexpected> {
		header.map()?;
		header.uint()?;
		header.int()?;
		header.uint()?;
		header.text()?;
		header.uint()?;
		header.fixed()
	};
	read(&mut header).map(Into::into).map_err(|_| malformed)
}

/// A signer with a fixed seed, for tests.
#[cfg(any(test, feature = "test-helpers"))]
pub mod test_helpers {
	use super::*;
	use fips204::traits::{KeyGen, Signer as _};

	/// Signs deterministically with the key of a seed.
	pub struct TestSigner {
		key: ml_dsa_65::PrivateKey,
		public: PublicKey,
	}

	impl TestSigner {
		/// The signer of this seed.
		pub fn from_seed(seed: [u8; 32]) -> Self {
			let (public, key) = ml_dsa_65::KG::keygen_from_seed(&seed);
			Self { key, public: PublicKey(Box::new(public.into_bytes())) }
		}

		/// Its public key.
		pub fn public_key(&self) -> &PublicKey {
			&self.public
		}

		/// A signature over `message`.
		pub fn sign_message(&self, message: &[u8]) -> Vec<u8> {
			self.key.try_sign_with_seed(&[7; 32], message, &[]).expect("context is short").to_vec()
		}

		/// `record`, sealed.
		pub fn statement(&self, record: &Record) -> Statement {
			let kid = self.public.key_id();
			let message = to_be_signed(&record.encode(), record.operator, record.log, &kid);
			Statement::new(record.clone(), kid, &self.sign_message(&message)).expect("valid record")
		}
	}
}
