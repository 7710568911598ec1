//! Records: one encoding each, every rule with its error, and no byte without meaning.

use coset::cbor::{de::from_reader, ser::into_writer, value::Value};
use pantheon_primitives::{
	record::{RecordError, MAX_BATCH_MEMBERS, MAX_LOCATOR, MAX_PARENTS},
	BatchCommitment, ChainHead, Digest32, Kind, KindMask, Record, RecordId, SubmittedRecord,
};
use proptest::prelude::*;

fn id(byte: u8) -> RecordId {
	[byte; 32].into()
}

fn records() -> impl Strategy<Value = Record> {
	let kinds = prop::sample::select(
		Kind::ALL.into_iter().filter(|kind| !kind.is_reserved()).collect::<Vec<_>>(),
	);
	let digest = || prop::option::of(any::<[u8; 32]>().prop_map(Digest32::new));
	let fields = (
		any::<([u8; 32], [u8; 32], u64, u64, [u8; 32], [u8; 32])>(),
		kinds,
		prop::option::of(0..MAX_BATCH_MEMBERS),
		(digest(), digest(), digest(), digest(), digest()),
		prop::collection::btree_set(any::<[u8; 32]>(), 0..=MAX_PARENTS),
		prop::option::of("\\PC{0,32}"),
		(1..=MAX_BATCH_MEMBERS, any::<[u8; 32]>(), 1u64..=u64::MAX),
	);
	fields.prop_map(|(ids, kind, index, digests, parents, locator, batch)| {
		let (log, operator, sequence, time_ms, previous, intent) = ids;
		let index = index.filter(|_| kind.may_be_member());
		let known = KindMask::members().bits() & batch.2;
		Record {
			log: log.into(),
			operator: operator.into(),
			// Often small, so that all lengths of integers occur.
			sequence: sequence >> (sequence % 64),
			index,
			previous: (index.is_none() && sequence >> (sequence % 64) != 0)
				.then_some(previous.into()),
			time_ms: time_ms >> (time_ms % 64),
			kind,
			model: digests.0,
			input: digests.1,
			output: digests.2,
			policy: digests.3,
			authority: digests.4,
			intent: kind.answers_intent().then_some(intent.into()),
			parents: parents.into_iter().map(RecordId::new).collect(),
			locator: locator.filter(|locator| locator.len() <= MAX_LOCATOR),
			batch: (kind == Kind::Batch).then(|| BatchCommitment {
				count: batch.0,
				root: batch.1.into(),
				kinds: match known {
					0 => KindMask::EMPTY.with(Kind::Intent),
					bits => KindMask::from_bits(bits),
				},
			}),
		}
	})
}

/// A record with every field that a record can have, save those of batches.
fn full() -> Record {
	let head = ChainHead { next_sequence: 300, head: Some(id(3)) };
	let mut record = Record::new([1; 32].into(), [2; 32].into(), &head, Kind::Outcome, 1 << 40);
	record.model = Some([4; 32].into());
	record.input = Some([5; 32].into());
	record.output = Some([6; 32].into());
	record.policy = Some([7; 32].into());
	record.authority = Some([8; 32].into());
	record.intent = Some(id(9));
	record.parents = vec![id(10), id(11)];
	record.locator = Some("s3://bucket/ä".into());
	record
}

fn batch() -> Record {
	let mut record =
		Record::new([1; 32].into(), [2; 32].into(), &ChainHead::default(), Kind::Batch, 5);
	record.batch =
		Some(BatchCommitment { count: 7, root: [3; 32].into(), kinds: KindMask::members() });
	record
}

fn member() -> Record {
	let mut record = full();
	record.index = Some(77);
	record.previous = None;
	record
}

proptest! {
	#[test]
	fn records_come_back(record in records()) {
		let encoded = record.encode();
		prop_assert_eq!(Record::decode(&encoded), Ok(record.clone()));
		prop_assert_eq!(record.id().into_bytes(), pantheon_primitives::hash::sha256(&encoded));
		if record.index.is_none() {
			prop_assert_eq!(Record::try_from(SubmittedRecord::from(&record)), Ok(record));
		}
	}

	/// Another CBOR library reads the same map, keys ascending, and writes the same bytes.
	#[test]
	fn the_encoding_is_deterministic_cbor(record in records()) {
		let encoded = record.encode();
		let value: Value = from_reader(&*encoded).unwrap();
		let keys: Vec<i128> = value
			.as_map()
			.unwrap()
			.iter()
			.map(|(key, _)| key.as_integer().unwrap().into())
			.collect();
		prop_assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", keys);
		let mut written = Vec::new();
		into_writer(&value, &mut written).unwrap();
		prop_assert_eq!(written, encoded);
	}

	#[test]
	fn changed_bytes_are_another_record_or_none(
		record in records(), position in any::<prop::sample::Index>(), change in 1u8..,
	) {
		let mut encoded = record.encode();
		let position = position.index(encoded.len());
		encoded[position] ^= change;
		if let Ok(other) = Record::decode(&encoded) {
			prop_assert_ne!(other.id(), record.id());
			prop_assert_eq!(other.encode(), encoded);
		}
	}

	#[test]
	fn noise_is_no_record(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
		prop_assert!(Record::decode(&bytes).is_err());
	}
}

#[test]
fn every_change_of_one_bit_is_seen() {
	for record in [full(), batch(), member()] {
		let encoded = record.encode();
		assert_eq!(Record::decode(&encoded).as_ref(), Ok(&record));
		for index in 0..encoded.len() {
			for bit in 0..8 {
				let mut altered = encoded.clone();
				altered[index] ^= 1 << bit;
				if let Ok(other) = Record::decode(&altered) {
					assert_ne!(other, record, "bit {bit} of byte {index}");
					assert_eq!(other.encode(), altered);
				}
			}
			assert!(Record::decode(&encoded[..index]).is_err());
		}
		let longer = [&encoded[..], &[0]].concat();
		assert_eq!(Record::decode(&longer), Err(RecordError::Malformed));
	}
}

/// The same values in CBOR that RFC 8949 §4.2 does not allow.
#[test]
fn other_encodings_are_refused() {
	let encoded = full().encode();
	let entries = encoded[0] & 0x1f;
	assert_eq!(encoded[0] >> 5, 5, "a map with its length in the first byte");
	assert_eq!(encoded[1..3], [1, 1], "version 1");
	let body = &encoded[1..];
	let variants = [
		("long map head", [&[0xb8, entries][..], body].concat()),
		("indefinite map", [&[0xbf][..], body, &[0xff]].concat()),
		("long key", [&[encoded[0], 0x18, 1][..], &body[1..]].concat()),
		("long value", [&[encoded[0], 1, 0x18, 1][..], &body[2..]].concat()),
		(
			"longest value",
			[&[encoded[0], 1, 0x1b, 0, 0, 0, 0, 0, 0, 0, 1][..], &body[2..]].concat(),
		),
		("key twice", [&[encoded[0] + 1, 1, 1][..], body].concat()),
		("unknown key", [&[encoded[0] + 1][..], body, &[18, 20, 0]].concat()),
		("tagged", [&[0xc1][..], &encoded].concat()),
		("self-described", [&[0xd9, 0xd9, 0xf7][..], &encoded].concat()),
		("bytes in pieces", pieces(&encoded)),
	];
	for (name, variant) in &variants {
		let result = Record::decode(variant);
		let refused = matches!(result, Err(RecordError::NotCanonical | RecordError::Malformed));
		assert!(refused, "{name}: {result:?}");
	}
	let value: Value = from_reader(&*encoded).unwrap();
	let mut map = value.into_map().unwrap();
	map.swap(3, 4);
	let mut swapped = Vec::new();
	into_writer(&Value::Map(map), &mut swapped).unwrap();
	assert_eq!(Record::decode(&swapped), Err(RecordError::NotCanonical));
}

/// The first 32-byte string (key 2) as an indefinite string of two pieces.
fn pieces(encoded: &[u8]) -> Vec<u8> {
	assert_eq!(encoded[3..6], [2, 0x58, 32]);
	let (string, rest) = encoded[6..].split_at(32);
	[&encoded[..4], &[0x5f, 0x50], &string[..16], &[0x50], &string[16..], &[0xff], rest].concat()
}

#[test]
fn versions_and_mandatory_fields() {
	let value: Value = from_reader(&*full().encode()).unwrap();
	let map = value.into_map().unwrap();
	let encode = |map: Vec<(Value, Value)>| {
		let mut out = Vec::new();
		into_writer(&Value::Map(map), &mut out).unwrap();
		out
	};
	for (version, error) in
		[(0, RecordError::UnknownVersion(0)), (2, RecordError::UnknownVersion(2))]
	{
		let mut other = map.clone();
		other[0].1 = Value::Integer(version.into());
		assert_eq!(Record::decode(&encode(other)), Err(error));
	}
	for field in [1u8, 2, 3, 4, 7, 8] {
		let mut without = map.clone();
		without.retain(|(key, _)| key.as_integer() != Some(field.into()));
		assert_eq!(Record::decode(&encode(without)), Err(RecordError::MissingField(field)));
	}
	for (number, error) in [
		(0u16, RecordError::UnknownKind(0)),
		(9, RecordError::UnknownKind(9)),
		(257, RecordError::UnknownKind(255)),
		(6, RecordError::ReservedKind(Kind::KeyRotate)),
		(7, RecordError::ReservedKind(Kind::KeyRevoke)),
	] {
		let mut other = map.clone();
		let kind = other.iter_mut().find(|(key, _)| key.as_integer() == Some(8.into())).unwrap();
		kind.1 = Value::Integer(number.into());
		assert_eq!(Record::decode(&encode(other)), Err(error));
	}
}

/// Every rule of a record alone: checked on fields, on bytes and on what an extrinsic carries.
#[test]
fn every_rule_has_its_error() {
	type Change = fn(&mut Record);
	let cases: [(fn() -> Record, Change, RecordError); 17] = [
		(full, |r| r.kind = Kind::KeyRotate, RecordError::ReservedKind(Kind::KeyRotate)),
		(full, |r| r.parents = (0..9).map(id).collect(), RecordError::TooManyParents),
		(full, |r| r.parents = vec![id(1), id(2), id(1)], RecordError::DuplicateParent),
		(full, |r| r.locator = Some("é".repeat(65)), RecordError::LocatorTooLong),
		(full, |r| r.previous = None, RecordError::PreviousMissing),
		(full, |r| r.sequence = 0, RecordError::PreviousUnexpected),
		(full, |r| r.index = Some(0), RecordError::PreviousUnexpected),
		(full, |r| r.intent = None, RecordError::IntentMissing),
		(full, |r| r.kind = Kind::Intent, RecordError::IntentUnexpected),
		(full, |r| r.batch = batch().batch, RecordError::BatchUnexpected),
		(batch, |r| r.batch = None, RecordError::BatchMissing),
		(batch, |r| r.batch.as_mut().unwrap().count = 0, RecordError::EmptyBatch),
		(
			batch,
			|r| r.batch.as_mut().unwrap().count = MAX_BATCH_MEMBERS + 1,
			RecordError::BatchTooLarge,
		),
		(batch, |r| r.batch.as_mut().unwrap().kinds = KindMask::EMPTY, RecordError::BatchKindMask),
		(
			batch,
			|r| {
				r.batch.as_mut().unwrap().kinds =
					KindMask::EMPTY.with(Kind::Intent).with(Kind::Batch)
			},
			RecordError::BatchKindMask,
		),
		(
			batch,
			|r| r.batch.as_mut().unwrap().kinds = KindMask::from_bits(1 << 63 | 2),
			RecordError::BatchKindMask,
		),
		(batch, |r| r.index = Some(1), RecordError::IndexUnexpected),
	];
	for (make, change, error) in cases {
		let mut record = make();
		assert_eq!(record.validate(), Ok(()));
		change(&mut record);
		assert_eq!(record.validate(), Err(error.clone()));
		assert_eq!(Record::decode(&record.encode()), Err(error.clone()), "{record:?}");
		if record.index.is_none() {
			assert_eq!(Record::try_from(SubmittedRecord::from(&record)), Err(error));
		}
	}
	let mut submitted = SubmittedRecord::from(&full());
	submitted.kind = 99;
	assert_eq!(Record::try_from(submitted), Err(RecordError::UnknownKind(99)));
	let mut submitted = SubmittedRecord::from(&full());
	submitted.locator = Some(vec![0xff]);
	assert_eq!(Record::try_from(submitted), Err(RecordError::LocatorNotUtf8));
}

#[test]
fn the_limits_themselves_are_allowed() {
	let mut record = full();
	record.parents = (0..MAX_PARENTS as u8).map(id).collect();
	record.locator = Some("x".repeat(MAX_LOCATOR));
	assert_eq!(Record::decode(&record.encode()), Ok(record));
	let mut record = batch();
	record.batch.as_mut().unwrap().count = MAX_BATCH_MEMBERS;
	assert_eq!(Record::decode(&record.encode()), Ok(record));
}
