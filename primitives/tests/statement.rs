//! Statements, read by another COSE implementation, and every way to damage one.

use coset::{
	cbor::{de::from_reader, ser::into_writer, value::Value},
	cwt::ClaimsSet,
	iana, Algorithm, CborSerializable, ContentType, CoseSign1, Label, TaggedCborSerializable,
};
use pantheon_primitives::{
	hash::sha256,
	record::{RecordError, MAX_LOCATOR},
	seal::{
		registration_message, test_helpers::TestSigner, to_be_signed, verify_signature, PublicKey,
		SealError, MAX_STATEMENT_LEN, SIGNATURE_LEN,
	},
	ChainHead, GenesisHash, Kind, Record, Statement,
};

const LOG: GenesisHash = GenesisHash::new([0x4c; 32]);

fn signer() -> TestSigner {
	TestSigner::from_seed([1; 32])
}

fn record(signer: &TestSigner) -> Record {
	let operator = signer.public_key().operator_id();
	let mut record =
		Record::new(LOG, operator, &ChainHead::default(), Kind::Intent, 1_764_000_000_000);
	record.input = Some([5; 32].into());
	record
}

#[test]
fn a_statement_is_a_cose_sign1_and_a_scitt_signed_statement() {
	let signer = signer();
	let record = record(&signer);
	let statement = signer.statement(&record);
	let sign1 = CoseSign1::from_tagged_slice(&statement.encode()).unwrap();

	let header = &sign1.protected.header;
	assert_eq!(header.alg, Some(Algorithm::Assigned(iana::Algorithm::ML_DSA_65)));
	assert_eq!(iana::Algorithm::ML_DSA_65 as i64, -49);
	assert_eq!(header.key_id, sha256(signer.public_key().as_bytes()));
	assert_eq!(header.content_type, Some(ContentType::Text("application/pantheon+cbor".into())));
	let [(Label::Int(15), claims)] = header.rest.as_slice() else { panic!("{:?}", header.rest) };
	let mut encoded = Vec::new();
	into_writer(claims, &mut encoded).unwrap();
	let claims = ClaimsSet::from_slice(&encoded).unwrap();
	assert_eq!(claims.issuer, Some(format!("pantheon:{}", record.operator)));
	assert_eq!(claims.subject, Some(format!("pantheon:{LOG}")));
	let named = ClaimsSet { issuer: None, subject: None, ..claims };
	assert_eq!(named, ClaimsSet::default(), "no other claims");
	assert!(header.crit.is_empty() && header.iv.is_empty() && header.partial_iv.is_empty());
	assert!(sign1.unprotected.is_empty());
	assert_eq!(sign1.payload, Some(record.encode()));
	assert_eq!(sign1.signature, statement.signature());
	// Written by the other library, byte for byte.
	assert_eq!(sign1.clone().to_tagged_vec().unwrap(), statement.encode());

	let kid = signer.public_key().key_id();
	let ours = to_be_signed(&record.encode(), record.operator, LOG, &kid);
	assert_eq!(sign1.tbs_data(&[]), ours);
	sign1
		.verify_signature(&[], |signature, message| {
			verify_signature(signer.public_key(), message, signature)
		})
		.unwrap();
}

#[test]
fn statements_come_back() {
	let signer = signer();
	let statement = signer.statement(&record(&signer));
	let encoded = statement.encode();
	let decoded = Statement::decode(&encoded).unwrap();
	assert_eq!(decoded, statement);
	assert_eq!(decoded.digest().into_bytes(), sha256(&encoded));
	assert_eq!(decoded.record_id(), decoded.record().id());
	assert_eq!(decoded.verify(signer.public_key()), Ok(()));
	let other = TestSigner::from_seed([2; 32]);
	assert_eq!(decoded.verify(other.public_key()), Err(SealError::WrongKey));
}

/// No bit is free: a damaged statement is unreadable, or its seal does not hold.
#[test]
fn every_changed_bit_breaks_the_seal() {
	let signer = signer();
	let encoded = signer.statement(&record(&signer)).encode();
	let signature_starts = encoded.len() - SIGNATURE_LEN;
	for index in 0..encoded.len() {
		// All bits of what is structure; in the signature, where each takes a verification, one.
		let bits = if index < signature_starts { 0..8 } else { index % 8..index % 8 + 1 };
		for bit in bits {
			let mut altered = encoded.clone();
			altered[index] ^= 1 << bit;
			let result = Statement::decode(&altered).and_then(|altered_statement| {
				assert_eq!(altered_statement.encode(), altered);
				altered_statement.verify(signer.public_key())
			});
			assert!(result.is_err(), "bit {bit} of byte {index}");
		}
		assert!(Statement::decode(&encoded[..index]).is_err(), "cut at {index}");
	}
	let longer = [&encoded[..], &[0]].concat();
	assert_eq!(Statement::decode(&longer), Err(SealError::Malformed));
}

/// Valid COSE that is not a statement: other headers, receipts left in, detached payload, no tag.
#[test]
fn other_cose_is_refused() {
	let signer = signer();
	let statement = signer.statement(&record(&signer));
	let sign1 = CoseSign1::from_tagged_slice(&statement.encode()).unwrap();
	let encode = |change: &dyn Fn(&mut CoseSign1)| {
		let mut sign1 = sign1.clone();
		change(&mut sign1);
		sign1.protected.original_data = None;
		sign1.to_tagged_vec().unwrap()
	};
	assert_eq!(encode(&|_| ()), statement.encode(), "unchanged, it is the statement");
	let mismatch = SealError::HeaderMismatch;
	let label = |label: i64, value: u8| (Label::Int(label), Value::Bytes(vec![value]));
	let protected: [(&str, &dyn Fn(&mut CoseSign1)); 6] = [
		("algorithm", &|c| {
			c.protected.header.alg = Some(Algorithm::Assigned(iana::Algorithm::ML_DSA_87))
		}),
		("kid", &|c| c.protected.header.key_id.truncate(31)),
		("content type", &|c| c.protected.header.content_type = None),
		("claims", &|c| c.protected.header.rest.clear()),
		("more headers", &|c| c.protected.header.rest.push(label(99, 1))),
		("issuer", &|c| {
			let claims = ClaimsSet { issuer: Some("x".into()), ..Default::default() };
			c.protected.header.rest[0].1 = from_reader(&*claims.to_vec().unwrap()).unwrap();
		}),
	];
	for (name, change) in protected {
		assert_eq!(Statement::decode(&encode(change)), Err(mismatch.clone()), "{name}");
	}
	let receipt = encode(&|c| c.unprotected.rest.push(label(394, 1)));
	assert_eq!(Statement::decode(&receipt), Err(SealError::Malformed));
	assert_eq!(Statement::decode(&encode(&|c| c.payload = None)), Err(SealError::Malformed));
	let short = encode(&|c| c.signature.truncate(SIGNATURE_LEN - 1));
	assert_eq!(Statement::decode(&short), Err(SealError::SignatureLength));
	let payload = encode(&|c| c.payload = Some(vec![0xa0]));
	let missing = SealError::Record(RecordError::MissingField(1));
	assert_eq!(Statement::decode(&payload), Err(missing));
	assert_eq!(Statement::decode(&statement.encode()[1..]), Err(SealError::Malformed));
	let long_tag = [&[0xd8, 18], &statement.encode()[1..]].concat();
	assert_eq!(Statement::decode(&long_tag), Err(SealError::NotCanonical));
}

#[test]
fn a_statement_has_at_most_4096_bytes() {
	let signer = signer();
	let mut record = record(&signer);
	record.parents = (0..8u8).map(|number| [number; 32].into()).collect();
	record.locator = Some("x".repeat(MAX_LOCATOR));
	for digest in [&mut record.model, &mut record.output, &mut record.policy, &mut record.authority]
	{
		*digest = Some([7; 32].into());
	}
	// Everything at once does not fit; with a shorter locator it does.
	let join = |record: &Record| {
		Statement::new(record.clone(), signer.public_key().key_id(), &[0; SIGNATURE_LEN])
	};
	let length = |record: &Record| join(record).map(|statement| statement.encode().len());
	assert_eq!(record.validate(), Ok(()));
	match length(&record) {
		Ok(length) => assert!(length <= MAX_STATEMENT_LEN),
		Err(error) => assert_eq!(error, SealError::StatementTooLarge),
	}
	let too_long = vec![0; MAX_STATEMENT_LEN + 1];
	assert_eq!(Statement::decode(&too_long), Err(SealError::StatementTooLarge));
}

#[test]
fn lengths_have_their_own_errors() {
	let signer = signer();
	for length in [0, 1951, 1953] {
		assert_eq!(PublicKey::from_bytes(&vec![0; length]), Err(SealError::KeyLength));
	}
	for length in [0, SIGNATURE_LEN - 1, SIGNATURE_LEN + 1] {
		let result = verify_signature(signer.public_key(), b"", &vec![0; length]);
		assert_eq!(result, Err(SealError::SignatureLength));
	}
}

/// A seal is never a registration and the reverse, and a registration is one account's on one log.
#[test]
fn registrations_and_seals_do_not_mix() {
	let signer = signer();
	let key = signer.public_key();
	let message = registration_message(LOG, &[1; 32], key);
	let seal = signer.sign_message(&message);
	assert_eq!(verify_signature(key, &message, &seal), Ok(()));
	let others = [
		registration_message(LOG, &[2; 32], key),
		registration_message([9; 32].into(), &[1; 32], key),
		registration_message(LOG, &[1; 32], TestSigner::from_seed([2; 32]).public_key()),
		to_be_signed(&record(&signer).encode(), key.operator_id(), LOG, &key.key_id()),
	];
	for other in others {
		let refused = Err(SealError::SignatureInvalid);
		assert_eq!(verify_signature(key, &other, &seal), refused);
	}
}
