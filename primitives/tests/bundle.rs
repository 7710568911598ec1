//! Whole proof bundles: what verifies and with which levels, and that nothing that was touched does.

mod common;

use common::{
	anchor_shape, answering, authorities::Authorities, samples, trusted, Proven, World,
	CONFIRMATIONS, GENESIS,
};
use pantheon_primitives::{
	bitcoin::{genesis_pin, test_helpers::AnchorShape, BitcoinNetwork},
	bundle::{BundleError, ProofBundle},
	finality::Handoff,
	report::{Report, Step, Verdict},
	seal::{test_helpers::TestSigner, PUBLIC_KEY_LEN, SIGNATURE_LEN},
	trust::{TrustError, TrustFile},
	verify::verify,
	Kind, KindMask, Record, Statement,
};
use sp_core::H256;
use sp_runtime::codec::Encode;

fn check(bundle: &ProofBundle, trust: &TrustFile) -> Report {
	verify(&bundle.encode(), trust, None)
}

fn levels(report: &Report) -> Vec<&'static str> {
	report.levels.iter().map(|level| level.name()).collect()
}

/// Asserts that the proof fails, where, and why.
fn assert_invalid(report: &Report, step: Step, why: &str) {
	match &report.verdict {
		Verdict::Invalid { step: failed, reason } => {
			assert_eq!(*failed, step, "{reason}");
			assert!(reason.contains(why), "{reason:?} does not say {why:?}");
		},
		other => panic!("{other:?}, and not a failure at {step:?} ({why})"),
	}
}

#[test]
fn an_outcome_with_its_intent_verifies() {
	let (single, _, trust) = samples();
	let report = check(&single, &trust);
	assert_eq!(report.verdict, Verdict::Verified);
	assert_eq!(levels(&report), ["sealed", "linked", "included", "finalised", "anchored"]);
	let subject = report.subject.as_ref().unwrap();
	assert_eq!(subject.record.kind, Kind::Outcome);
	assert_eq!(report.paired.unwrap().intent, subject.record.intent.unwrap());
	assert!(report.paired.unwrap().intent_index < subject.index);
	assert!(!report.is_only_timestamped());

	let json = report.to_json();
	assert_eq!(json["verdict"], "VERIFIED");
	assert_eq!(json["bitcoin_network"], "regtest");
	assert_eq!(json["levels"][4]["confirmations"], CONFIRMATIONS);
	assert!(json["levels"][4]["proves"].as_str().unwrap().contains("regtest"));
	assert_eq!(json["failed_step"], serde_json::Value::Null);
}

#[test]
fn a_batch_member_verifies() {
	let (_, member, trust) = samples();
	let report = check(&member, &trust);
	assert_eq!(report.verdict, Verdict::Verified);
	assert_eq!(levels(&report), ["sealed", "linked", "included", "finalised", "anchored"]);
	assert_eq!(report.subject.as_ref().unwrap().record.index, Some(3));
	assert_eq!(report.to_json()["levels"][0]["batch_count"], 5);

	let alone = ProofBundle { intent: None, ..member.clone() };
	let report = check(&alone, &trust);
	assert_eq!(report.verdict, Verdict::Verified);
	assert_eq!(levels(&report), ["sealed", "included", "finalised", "anchored"]);

	// Without the member, it's the proof of the batch record itself.
	let batch = ProofBundle { member: None, ..alone };
	let report = check(&batch, &trust);
	assert_eq!(report.verdict, Verdict::Verified);
	assert_eq!(report.subject.as_ref().unwrap().record.kind, Kind::Batch);
	assert_eq!(report.to_json()["levels"][0]["batch_count"], serde_json::Value::Null);
}

#[test]
fn later_authorities_are_followed_from_the_trusted_ones() {
	let sets = [0, 1, 2].map(|id| Authorities::new(id, 4));
	let handoff = |from: &Authorities, to: &Authorities| {
		let header = common::authorities::header(7, H256::zero(), vec![to.scheduled(0)]);
		Handoff { justification: from.justify_by_all(&header), header: header.encode() }
	};
	let mut world = World::new();
	let at = world.seal(&world.record(Kind::Intent));
	let handoffs = vec![handoff(&sets[0], &sets[1]), handoff(&sets[1], &sets[2])];
	let [genesis, _, last] = sets;
	let proven = world.finish_under(last, handoffs);
	let bundle = proven.prove(at);
	let trust = TrustFile { authorities: trusted(&genesis), ..proven.trust() };
	let report = check(&bundle, &trust);
	assert_eq!(report.verdict, Verdict::Verified);
	let level = &report.to_json()["levels"][2];
	assert_eq!((&level["set_id"], &level["trusted_set_id"]), (&2.into(), &0.into()));
	let proves = level["proves"].as_str().unwrap();
	assert!(proves.contains("4 authorities of set 2, to which the trusted set 0 led"), "{proves}");

	let mut short = bundle.clone();
	short.finality.handoffs.pop();
	assert_invalid(&check(&short, &trust), Step::Finalised, "outside the authority set");
	let mut encoded = bundle.encode();
	for index in (Layout { bundle: &bundle, encoded: &encoded }).handoffs() {
		assert_bits_count(&mut encoded, index, index % 8..index % 8 + 1, &trust);
	}
}

#[test]
fn one_anchored_record_takes_at_most_8_kib() {
	let (single, member, _) = samples();
	for mut bundle in [single, member] {
		bundle.intent = None;
		let anchor = bundle.anchor.as_mut().unwrap();
		anchor.headers.clear();
		bundle.finality.header.clear();
		bundle.finality.justification.clear();
		assert!(bundle.encode().len() <= 8 * 1024, "{} bytes", bundle.encode().len());
	}
}

#[test]
fn bundles_come_back() {
	let (single, member, _) = samples();
	for bundle in [single, member] {
		let encoded = bundle.encode();
		assert_eq!(ProofBundle::decode(&encoded).as_ref(), Ok(&bundle));
		for absent in [
			ProofBundle { anchor: None, ..bundle.clone() },
			ProofBundle { intent: None, ..bundle.clone() },
			ProofBundle { member: None, ..bundle.clone() },
		] {
			assert_eq!(ProofBundle::decode(&absent.encode()), Ok(absent));
		}
	}
}

/// Where the parts are in a bundle's bytes.
struct Layout<'a> {
	bundle: &'a ProofBundle,
	encoded: &'a [u8],
}

impl Layout<'_> {
	fn find(&self, part: &[u8]) -> core::ops::Range<usize> {
		let start = self.encoded.windows(part.len()).position(|window| window == part).unwrap();
		start..start + part.len()
	}

	/// Signatures and the key: long, and each change costs a verification.
	fn bulk(&self) -> Vec<core::ops::Range<usize>> {
		let intent = self.bundle.intent.iter().map(|intent| &intent.statement);
		let mut ranges = vec![self.find(self.bundle.keys[0].as_bytes())];
		for statement in intent.chain([&self.bundle.statement]) {
			let range = self.find(statement);
			ranges.push(range.end - SIGNATURE_LEN..range.end);
		}
		assert_eq!(ranges[0].len(), PUBLIC_KEY_LEN);
		ranges
	}

	/// From the first hand-off to the last.
	fn handoffs(&self) -> core::ops::Range<usize> {
		let handoffs = &self.bundle.finality.handoffs;
		let start = self.find(&handoffs[0].header).start;
		start..self.find(&handoffs[handoffs.len() - 1].justification).end
	}
}

/// Flips these bits of a byte, one at a time; nothing may pass.
fn assert_bits_count(
	encoded: &mut [u8],
	index: usize,
	bits: core::ops::Range<usize>,
	trust: &TrustFile,
) {
	for bit in bits {
		encoded[index] ^= 1 << bit;
		let verdict = verify(encoded, trust, None).verdict;
		assert!(
			matches!(verdict, Verdict::Invalid { .. }),
			"bit {bit} of byte {index}: {verdict:?}"
		);
		encoded[index] ^= 1 << bit;
	}
}

/// Flips every bit, and of signatures and the key one bit of each byte; nothing may pass.
fn assert_every_byte_counts(bundle: &ProofBundle, trust: &TrustFile) {
	let mut encoded = bundle.encode();
	assert_eq!(verify(&encoded, trust, None).verdict, Verdict::Verified);
	let bulk = Layout { bundle, encoded: &encoded }.bulk();
	for index in 0..encoded.len() {
		let once = bulk.iter().any(|range| range.contains(&index));
		let bits = if once { index % 8..index % 8 + 1 } else { 0..8 };
		assert_bits_count(&mut encoded, index, bits, trust);
	}
}

#[test]
fn no_byte_of_a_single_records_proof_can_change() {
	let (single, _, trust) = samples();
	assert_every_byte_counts(&single, &trust);
}

#[test]
fn no_byte_of_a_members_proof_can_change() {
	let (_, member, trust) = samples();
	assert_every_byte_counts(&member, &trust);
}

#[test]
fn cut_or_lengthened_files_are_refused() {
	let (single, member, trust) = samples();
	for bundle in [single, member] {
		let encoded = bundle.encode();
		for length in 0..encoded.len() {
			let report = verify(&encoded[..length], &trust, None);
			assert_invalid(&report, Step::Decode, "");
			assert!(report.levels.is_empty() && report.subject.is_none());
		}
		for tail in [&[0][..], &[0xa0], &encoded] {
			let longer = [&encoded[..], tail].concat();
			assert_invalid(&verify(&longer, &trust, None), Step::Decode, "bytes follow");
			assert_eq!(ProofBundle::decode(&longer), Err(BundleError::TrailingBytes));
		}
	}
}

#[test]
fn other_forms_of_the_same_bundle_are_refused() {
	let (single, _, trust) = samples();
	let encoded = single.encode();
	let entries = encoded[0] & 0x1f;
	assert_eq!(encoded[0], 0xa0 | entries);
	// {0: "pantheon-proof", 1: 1, …
	assert_eq!(encoded[1..3], [0, 0x6e]);
	assert_eq!(encoded[17..19], [1, 1]);
	let decode = |bytes: &[u8]| ProofBundle::decode(bytes).map(|_| ());
	let version = |version: u8| [&encoded[..18], &[version], &encoded[19..]].concat();
	assert_eq!(decode(&version(1)), Ok(()));
	assert_eq!(decode(&version(0)), Err(BundleError::UnknownVersion(0)));
	assert_eq!(decode(&version(2)), Err(BundleError::UnknownVersion(2)));
	assert_invalid(&verify(&version(2), &trust, None), Step::Decode, "version 2 is not known");

	let canonical = Err(BundleError::NotCanonical);
	assert_eq!(decode(&[&[0xb8, entries], &encoded[1..]].concat()), canonical);
	assert_eq!(decode(&[&encoded[..18], &[0x18, 1], &encoded[19..]].concat()), canonical);
	assert_eq!(decode(&[&encoded[..17], &[0x18, 1, 1], &encoded[19..]].concat()), canonical);
	let malformed = Err(BundleError::Malformed);
	assert_eq!(decode(&[&[0xbf], &encoded[1..], &[0xff]].concat()), malformed);
	assert_eq!(decode(&[&[0xd9, 0xd9, 0xf7], &encoded[..]].concat()), malformed);
	assert_eq!(decode(&[&[encoded[0] + 1], &encoded[1..], &[10, 0]].concat()), malformed);
	assert_eq!(decode(&[]), malformed);
	assert_eq!(decode(b"{\"pantheon\":1}"), malformed);

	// Parts missing, twice, and in another order.
	let (map, write) = (common::cbor_map(&encoded), common::cbor_bytes);
	assert_eq!(write(map.clone()), encoded, "another library writes the same bytes");
	for (position, (key, _)) in map.iter().enumerate() {
		let mut without = map.clone();
		without.remove(position);
		let key: i128 = key.as_integer().unwrap().into();
		match key {
			// The anchor and the intent may be absent; the record is then still proven, but less of it.
			8 | 9 => assert_eq!(decode(&write(without)), Ok(())),
			_ => assert!(decode(&write(without)).is_err(), "without key {key}"),
		}
		let mut twice = map.clone();
		twice.push(map[position].clone());
		assert!(decode(&write(twice)).is_err(), "key {key} twice");
	}
	let mut swapped = map.clone();
	swapped.swap(2, 3);
	assert_eq!(decode(&write(swapped)), canonical);
}

#[test]
fn without_an_anchor_a_proof_is_stale() {
	let (single, _, trust) = samples();
	let report = check(&ProofBundle { anchor: None, ..single }, &trust);
	assert!(
		matches!(&report.verdict, Verdict::Stale { reason } if reason.contains("not yet anchored"))
	);
	assert_eq!(levels(&report), ["sealed", "linked", "included", "finalised"]);
	assert_eq!(report.to_json()["verdict"], "STALE");
}

#[test]
fn an_old_anchor_is_stale_if_the_auditor_says_so() {
	let (single, _, trust) = samples();
	let encoded = single.encode();
	let report = verify(&encoded, &trust, None);
	let anchored = report.to_json()["levels"][4]["time"].as_u64().unwrap();
	let limited = TrustFile { max_anchor_age: Some(3600), ..trust.clone() };
	let verdict = |trust: &TrustFile, now| verify(&encoded, trust, now).verdict;
	assert_eq!(verdict(&limited, Some(anchored + 3600)), Verdict::Verified);
	// A block's time may run ahead of the auditor's.
	assert_eq!(verdict(&limited, Some(anchored - 60)), Verdict::Verified);
	assert!(matches!(verdict(&limited, Some(anchored + 3601)), Verdict::Stale { .. }));
	assert!(matches!(verdict(&limited, None), Verdict::Stale { .. }));
	assert_eq!(verdict(&trust, Some(anchored + (1 << 40))), Verdict::Verified);
}

#[test]
fn a_bundle_brings_no_trust_of_its_own() {
	let (single, _, trust) = samples();
	let under = |change: &dyn Fn(&mut TrustFile)| {
		let mut other = trust.clone();
		change(&mut other);
		check(&single, &other)
	};
	let report = under(&|trust| trust.genesis = [1; 32].into());
	assert_invalid(&report, Step::Chain, "is for the chain");

	// Another authority set; the same keys under another set number; a set that is too large for its votes.
	let report = under(&|trust| trust.authorities = trusted(&Authorities::new(9, 4)));
	assert_invalid(&report, Step::Finalised, "outside the authority set");
	assert!(report.is_only_timestamped(), "it reaches Bitcoin, and that's all");
	let report = under(&|trust| trust.authorities.id += 1);
	assert_invalid(&report, Step::Finalised, "signature");
	let report = under(&|trust| {
		let more = trusted(&Authorities::new(9, 4)).authorities;
		trust.authorities.authorities.extend(more);
	});
	assert_invalid(&report, Step::Finalised, "fewer than two thirds");

	// Another Bitcoin network, another pinned header, more depth, more work.
	let report = under(&|trust| trust.bitcoin.network = BitcoinNetwork::Mainnet);
	assert_invalid(&report, Step::Anchored, "");
	let report = under(&|trust| {
		trust.bitcoin.network = BitcoinNetwork::Mainnet;
		trust.bitcoin.pinned = genesis_pin(BitcoinNetwork::Mainnet);
	});
	assert_invalid(&report, Step::Anchored, "header 0 does not follow");
	assert_eq!(levels(&report), ["sealed", "linked", "included", "finalised"]);
	let report = under(&|trust| trust.bitcoin.pinned = genesis_pin(BitcoinNetwork::Regtest));
	assert_invalid(&report, Step::Anchored, "header 0 does not follow");
	let report = under(&|trust| trust.bitcoin.pinned.height += 1);
	assert_invalid(&report, Step::Anchored, "don't start at the height");
	let report = under(&|trust| trust.bitcoin.min_confirmations += 1);
	assert_invalid(&report, Step::Anchored, "confirmations");
	let report = under(&|trust| trust.bitcoin.min_work = [0x10; 32]);
	assert_invalid(&report, Step::Anchored, "less proof of work");
	let report = under(&|trust| trust.bitcoin.max_target = Some(0x1e00_ffff));
	assert_invalid(&report, Step::Anchored, "easier than the verifier's floor");
}

/// A chain of headers that somebody mined at home: valid in itself, and on the trusted pin's network.
#[test]
fn a_self_mined_chain_is_refused() {
	let (single, _, trust) = samples();
	let easy = AnchorShape { confirmations: CONFIRMATIONS, ..Default::default() };
	let at_home = easy.build(&single.checkpoint);
	let report = check(&ProofBundle { anchor: Some(at_home.clone()), ..single.clone() }, &trust);
	assert_invalid(&report, Step::Anchored, "");
	// Told to start where the pin is, its first header still does not follow it.
	let mut renumbered = at_home;
	renumbered.first_height = trust.bitcoin.pinned.height + 1;
	let report = check(&ProofBundle { anchor: Some(renumbered), ..single.clone() }, &trust);
	assert_invalid(&report, Step::Anchored, "header 0 does not follow");

	// The same log under another chain's name, anchored so.
	let genesis = [0x99; 32].into();
	let checkpoint = pantheon_primitives::Checkpoint { genesis, ..single.checkpoint };
	let anchor = Some(anchor_shape().build(&checkpoint));
	let report = check(&ProofBundle { checkpoint, anchor, ..single.clone() }, &trust);
	assert_invalid(&report, Step::Chain, "the checkpoint is for the chain");

	// An anchor of another checkpoint.
	let mut other = single.checkpoint;
	other.log_size += 1;
	let report =
		check(&ProofBundle { anchor: Some(anchor_shape().build(&other)), ..single }, &trust);
	assert_invalid(&report, Step::Anchored, "another checkpoint");
}

#[test]
fn keys_and_seals_of_others_are_refused() {
	let (single, _, trust) = samples();
	let other = TestSigner::from_seed([0x33; 32]);
	let mut bundle = single.clone();
	bundle.keys = vec![other.public_key().clone()];
	assert_invalid(&check(&bundle, &trust), Step::Key, "not the operator's");

	// The other operator's seal under the first one's name: its kid, then its signature.
	let statement = Statement::decode(&single.statement).unwrap();
	let theirs = other.statement(statement.record());
	let renamed = Statement::new(theirs.record().clone(), *statement.kid(), theirs.signature());
	for (seal, why) in [(theirs, "another key"), (renamed.unwrap(), "does not verify")] {
		let bundle = ProofBundle { statement: seal.encode(), ..single.clone() };
		assert_invalid(&check(&bundle, &trust), Step::Sealed, why);
	}
}

#[test]
fn entries_have_their_place() {
	let (single, _, trust) = samples();
	let mut bundle = single.clone();
	bundle.inclusion.index += 1;
	assert_invalid(&check(&bundle, &trust), Step::Included, "");
	let mut bundle = single.clone();
	bundle.inclusion.index = bundle.checkpoint.log_size;
	assert_invalid(&check(&bundle, &trust), Step::Included, "not below");
	let mut bundle = single.clone();
	bundle.inclusion.path.push([0; 32]);
	assert_invalid(&check(&bundle, &trust), Step::Included, "wrong length");
	let mut bundle = single;
	bundle.inclusion.path.pop();
	assert_invalid(&check(&bundle, &trust), Step::Included, "wrong length");
}

/// A batch whose members the operator sealed, rules kept or not, and the proof of its second member.
fn batch_with(change: impl FnOnce(&World, &mut Vec<Record>)) -> (Report, Proven) {
	let mut world = World::new();
	world.seal(&world.record(Kind::Provenance));
	let mut members: Vec<_> = (0..4).map(|index| world.member(Kind::Intent, index)).collect();
	change(&world, &mut members);
	let at = world.seal_batch(members);
	let proven = world.finish();
	(check(&proven.prove_member(at, 1), &proven.trust()), proven)
}

#[test]
fn members_keep_the_rules_of_members() {
	let (report, _) = batch_with(|_, _| ());
	assert_eq!(report.verdict, Verdict::Verified);

	let refused = |why: &str, change: &dyn Fn(&World, &mut Record)| {
		let (report, _) = batch_with(|world, members| change(world, &mut members[1]));
		assert_invalid(&report, Step::Member, why);
		assert_eq!(levels(&report), ["finalised", "anchored"], "{why}");
	};
	refused("another log", &|_, member| member.log = [1; 32].into());
	refused("another operator", &|_, member| member.operator = [1; 32].into());
	refused("another sequence", &|_, member| member.sequence += 1);
	refused("another sequence", &|_, member| member.sequence -= 1);
	// It stands second and says third; or beyond the batch.
	refused("position 2", &|_, member| member.index = Some(2));
	refused("not below", &|_, member| member.index = Some(4));
	refused("no index", &|world, member| *member = world.record(Kind::Intent));
	// A batch in the batch: without an index, as batch records are, and with one.
	let nested = |world: &World| {
		let mut inner = World::new();
		inner.head = world.head;
		let mut record = inner.record(Kind::Batch);
		record.batch = Some(pantheon_primitives::BatchCommitment {
			count: 1,
			root: [5; 32].into(),
			kinds: KindMask::members(),
		});
		record
	};
	refused("no index", &|world, member| *member = nested(world));
	refused("only a batch member carries an index", &|world, member| {
		*member = Record { index: Some(1), previous: None, ..nested(world) };
	});
	refused("names no previous", &|_, member| member.previous = Some([1; 32].into()));
	refused("not accepted yet", &|_, member| member.kind = Kind::KeyRotate);
	refused("not accepted yet", &|_, member| member.kind = Kind::KeyRevoke);
}

#[test]
fn members_are_of_the_kinds_that_the_batch_names() {
	let mut world = World::new();
	let members = vec![world.member(Kind::Intent, 0), world.member(Kind::Provenance, 1)];
	let at = world.seal_batch_under(members, KindMask::EMPTY.with(Kind::Intent));
	let proven = world.finish();
	let trust = proven.trust();
	assert_eq!(check(&proven.prove_member(at, 0), &trust).verdict, Verdict::Verified);
	let report = check(&proven.prove_member(at, 1), &trust);
	assert_invalid(&report, Step::Member, "does not allow provenance");
}

#[test]
fn members_are_proven_by_their_own_batch() {
	let mut world = World::new();
	let single = world.record(Kind::Intent);
	let single_at = world.seal(&single);
	let first: Vec<_> = (0..3).map(|index| world.member(Kind::Intent, index)).collect();
	let first_at = world.seal_batch(first);
	let second: Vec<_> = (0..3).map(|index| world.member(Kind::Provenance, index)).collect();
	let second_at = world.seal_batch(second);
	let proven = world.finish();
	let trust = proven.trust();
	let with = |at, member| ProofBundle { member: Some(member), ..proven.prove(at) };
	let report = check(&with(single_at, proven.member(first_at, 0)), &trust);
	assert_invalid(&report, Step::Member, "not of a batch");
	let report = check(&with(second_at, proven.member(first_at, 0)), &trust);
	assert_invalid(&report, Step::Member, "another sequence");
	let mut elsewhere = proven.member(first_at, 0);
	elsewhere.path = proven.member(first_at, 1).path;
	assert_invalid(&check(&with(first_at, elsewhere), &trust), Step::Member, "another root");
	let mut longer = proven.member(first_at, 0);
	longer.path.push([0; 32]);
	assert_invalid(&check(&with(first_at, longer), &trust), Step::Member, "wrong length");
}

#[test]
fn a_member_is_not_sealed_by_itself() {
	let mut world = World::new();
	let at = world.seal(&world.member(Kind::Intent, 0));
	let proven = world.finish();
	let report = check(&proven.prove(at), &proven.trust());
	assert_invalid(&report, Step::Sealed, "not sealed by itself");
}

#[test]
fn an_answer_stands_after_its_intent_and_never_beside_it() {
	// In one batch.
	let (_, proven) = batch_with(|world, members| {
		members[1] = answering(world.member(Kind::Outcome, 1), &members[0].clone());
	});
	let bundle = ProofBundle { intent: proven.intent(1, Some(0)), ..proven.prove_member(1, 1) };
	assert_invalid(&check(&bundle, &proven.trust()), Step::Linked, "the same batch");

	let mut world = World::new();
	let intent = world.record(Kind::Intent);
	// The answer first. The chain would refuse it; the verifier does not rely on that.
	let early = world.seal(&answering(
		world.record(Kind::Denial),
		&Record { previous: Some([7; 32].into()), sequence: 1, ..intent.clone() },
	));
	let other = world.record(Kind::Intent);
	let other_at = world.seal(&other);
	let answer = world.seal(&answering(world.record(Kind::Approval), &other));
	let provenance = world.record(Kind::Provenance);
	let provenance_at = world.seal(&provenance);
	let to_provenance = world.seal(&answering(world.record(Kind::Outcome), &provenance));
	let proven = world.finish();
	let trust = proven.trust();
	let paired = |answer, intent| {
		let bundle = ProofBundle { intent: proven.intent(intent, None), ..proven.prove(answer) };
		check(&bundle, &trust)
	};
	assert_eq!(paired(answer, other_at).verdict, Verdict::Verified);
	assert_invalid(&paired(early, other_at), Step::Linked, "another intent");
	assert_invalid(&paired(other_at, other_at), Step::Linked, "answers no intent");
	assert_invalid(&paired(to_provenance, provenance_at), Step::Linked, "another intent");

	let mut moved = ProofBundle { intent: proven.intent(other_at, None), ..proven.prove(answer) };
	moved.intent.as_mut().unwrap().inclusion.index += 1;
	assert_invalid(&check(&moved, &trust), Step::Linked, "entry");
}

/// The log holds the answer before the intent, in an order that the operator's chain does not have.
#[test]
fn the_logs_order_counts() {
	let mut world = World::new();
	let intent = world.record(Kind::Intent);
	let mut head = world.head;
	head.advance(intent.id());
	let answer = answering(Record::new(GENESIS, intent.operator, &head, Kind::Outcome, 1), &intent);
	let answer_at = world.seal(&answer);
	let intent_at = world.seal(&intent);
	let proven = world.finish();
	let bundle = ProofBundle { intent: proven.intent(intent_at, None), ..proven.prove(answer_at) };
	assert_invalid(&check(&bundle, &proven.trust()), Step::Linked, "before its answer");
}

#[test]
fn another_operators_intent_is_not_answered() {
	let mut theirs = World::new();
	theirs.signer = TestSigner::from_seed([0x77; 32]);
	let intent = theirs.record(Kind::Intent);
	let intent_at = theirs.seal(&intent);
	let theirs = theirs.finish();
	let mut world = World::new();
	world.seal(&world.record(Kind::Provenance));
	let answer_at = world.seal(&answering(world.record(Kind::Outcome), &intent));
	let proven = world.finish();
	let bundle = ProofBundle { intent: theirs.intent(intent_at, None), ..proven.prove(answer_at) };
	assert_invalid(&check(&bundle, &proven.trust()), Step::Linked, "another operator's");
}

#[test]
fn trust_files_come_back_and_bad_ones_do_not() {
	let (_, _, trust) = samples();
	let json = trust.to_json();
	assert_eq!(TrustFile::parse(json.as_bytes()), Ok(trust));
	let with = |from: &str, to: &str| {
		assert!(json.contains(from), "{from}");
		TrustFile::parse(json.replace(from, to).as_bytes())
	};
	let field = |name| Err(TrustError::Field(name));
	let version = with("\"pantheon_trust\": 1", "\"pantheon_trust\": 2");
	assert_eq!(version, Err(TrustError::UnknownVersion(2)));
	let testnet = with("\"regtest\"", "\"testnet4\"");
	assert!(matches!(testnet, Err(TrustError::Network(_))), "{testnet:?}");
	assert_eq!(
		with("\"min_confirmations\": 3", "\"min_confirmations\": 0"),
		field("bitcoin.min_confirmations")
	);
	assert_eq!(with(&GENESIS.to_string(), "47"), field("genesis_hash"));
	for (from, to) in [
		("\"chain\"", "\"chian\""),
		("\"chain\": ", "\"chain\": \"x\", \"chain\": "),
		("\"set_id\": 2", "\"set_id\": -2"),
		("\"log_keys\": []", "\"log_keys\": [], \"more\": 1"),
	] {
		assert!(matches!(with(from, to), Err(TrustError::Malformed(_))), "{to}");
	}
	for length in 0..json.len() {
		assert!(TrustFile::parse(&json.as_bytes()[..length]).is_err());
	}
}
