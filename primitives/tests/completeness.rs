//! Completeness bundles: what the verifier lists, what it refuses and why, and that no byte can change.

mod common;

use common::{
	answering,
	completeness::{accountable, shown, world, Accountable, Show, State, OPEN_INTENTS},
	World, GENESIS,
};
use pantheon_primitives::{
	completeness::{
		chain_key, verify, CompletenessBundle, CompletenessError as Error,
		CompletenessFormatError as FormatError, CompletenessReport, Disclosed, Positions,
	},
	file::{verify_file, FileKind, FileReport},
	log::LogProofError,
	member::MemberFault,
	report::{Step, Verdict},
	seal::test_helpers::TestSigner,
	state_proof::StateProofError,
	trust::TrustFile,
	ChainHead, Kind, Record, RecordId,
};
use sp_runtime::codec::Encode;

fn check(bundle: &CompletenessBundle, trust: &TrustFile) -> CompletenessReport {
	verify(&bundle.encode(), trust, None)
}

fn verified(bundle: &CompletenessBundle, trust: &TrustFile) -> CompletenessReport {
	let report = check(bundle, trust);
	assert_eq!(report.verdict, Verdict::Verified);
	report
}

/// That the bundle fails with this error, and that nothing is listed then.
fn assert_fails(bundle: &CompletenessBundle, trust: &TrustFile, expected: Error) {
	let report = check(bundle, trust);
	assert_eq!(report.failure.as_ref(), Some(&expected));
	let (step, reason) = (expected.step(), expected.to_string());
	assert_eq!(report.verdict, Verdict::Invalid { step, reason });
	assert_eq!(report.account, None);
}

fn levels(report: &CompletenessReport) -> Vec<&'static str> {
	report.levels.iter().map(|level| level.name()).collect()
}

#[test]
fn a_whole_chain_is_accounted_for() {
	let (world, trust) = accountable();
	let report = verified(&world.whole(0, 5), &trust);
	assert_eq!(levels(&report), ["sealed", "included", "head", "finalised", "anchored"]);
	assert_eq!(report.operator, Some(world.operator));
	assert_eq!((report.range, report.outside()), (Some((0, 5)), [None, None]));
	let chain = report.head.unwrap();
	assert_eq!((chain.head.next_sequence, chain.open_intents), (6, OPEN_INTENTS));
	let account = report.account.as_ref().unwrap();
	assert_eq!(account.disclosed(), [(0, 5)]);
	assert!(account.withheld.is_empty() && account.malformed().next().is_none());
	assert_eq!((account.fixed_from, account.follows), (Some(0), None));
	assert_eq!(account.entries[5].id, chain.head.head.unwrap());
	let batch = account.entries[1].batch.as_ref().unwrap();
	assert_eq!((batch.count, batch.disclosed(), batch.withheld()), (5, vec![(0, 4)], vec![]));

	let json = report.to_json();
	assert_eq!(json["file"], "pantheon-completeness");
	assert_eq!(json["verdict"], "VERIFIED");
	assert_eq!(json["chain_length"], 6);
	assert_eq!(json["open_intents"], OPEN_INTENTS);
	assert_eq!(json["as_of_block"]["number"], 1000);
	assert_eq!(json["positions"]["disclosed"], serde_json::json!([[0, 5]]));
	assert_eq!(json["positions"]["entries"][1]["batch"]["members"][4]["index"], 4);
	let head = json["levels"][2]["proves"].as_str().unwrap();
	assert!(head.contains("as of block 1000") && head.contains("exactly 6 positions"), "{head}");
	assert!(!json.to_string().contains("complete\""), "never a bare word");
}

#[test]
fn withheld_positions_are_listed() {
	let (world, trust) = accountable();
	let hide = |hidden: &'static [u64]| {
		let show = |position| if hidden.contains(&position) { Show::Withhold } else { Show::All };
		verified(&world.bundle(0, 5, show), &trust).account.unwrap()
	};
	let runs = |hidden| {
		let account = hide(hidden);
		let withheld = account.withheld.iter().map(|run| (run.from, run.to)).collect::<Vec<_>>();
		(account.disclosed(), withheld, account.fixed_from)
	};
	assert_eq!(runs(&[2]), (vec![(0, 1), (3, 5)], vec![(2, 2)], Some(2)));
	assert_eq!(runs(&[0]), (vec![(1, 5)], vec![(0, 0)], Some(0)));
	assert_eq!(runs(&[0, 1]), (vec![(2, 5)], vec![(0, 1)], Some(1)));
	assert_eq!(runs(&[5]), (vec![(0, 4)], vec![(5, 5)], Some(5)));
	let split = (vec![(0, 0), (3, 3), (5, 5)], vec![(1, 2), (4, 4)], Some(4));
	assert_eq!(runs(&[1, 2, 4]), split);

	// The record after a withheld one says its id, and the state that of the last.
	let whole = hide(&[]);
	let last = |hidden| hide(hidden).withheld.last().unwrap().last_record;
	assert_eq!(last(&[1, 2]), Some(whole.entries[2].id));
	assert_eq!(last(&[4, 5]), Some(whole.entries[5].id));
	let short =
		verified(&world.bundle(0, 4, |at| [Show::All, Show::Withhold][at as usize / 4]), &trust);
	assert_eq!(short.account.unwrap().withheld[0].last_record, None);

	// Everything: what is left is the number of positions and the last id.
	let report = verified(&world.bundle(0, 5, |_| Show::Withhold), &trust);
	assert_eq!(levels(&report), ["head", "finalised", "anchored"]);
	let account = report.account.unwrap();
	assert!(account.entries.is_empty());
	assert_eq!((account.withheld.len(), account.withheld[0].to), (1, 5));
}

#[test]
fn members_are_shown_in_part() {
	let (world, trust) = accountable();
	let batch = |bits| {
		let bundle = world.bundle(0, 5, |at| if at == 1 { Show::Members(bits) } else { Show::All });
		let account = verified(&bundle, &trust).account.unwrap();
		let batch = account.entries[1].batch.clone().unwrap();
		(batch.disclosed(), batch.withheld())
	};
	assert_eq!(batch(0b00000), (vec![], vec![(0, 4)]));
	assert_eq!(batch(0b00001), (vec![(0, 0)], vec![(1, 4)]));
	assert_eq!(batch(0b10110), (vec![(1, 2), (4, 4)], vec![(0, 0), (3, 3)]));
	assert_eq!(batch(0b11111), (vec![(0, 4)], vec![]));
}

#[test]
fn a_part_of_the_chain_says_what_it_leaves_out() {
	let (world, trust) = accountable();
	let ids: Vec<RecordId> = verified(&world.whole(0, 5), &trust)
		.account
		.unwrap()
		.entries
		.iter()
		.map(|e| e.id)
		.collect();
	let report = verified(&world.whole(2, 3), &trust);
	assert_eq!(report.outside(), [Some((0, 1)), Some((4, 5))]);
	let account = report.account.unwrap();
	assert_eq!((account.fixed_from, account.follows), (None, Some(ids[1])));
	let report = verified(&world.whole(4, 5), &trust);
	assert_eq!(report.outside(), [Some((0, 3)), None]);
	assert_eq!(report.account.unwrap().fixed_from, Some(4));
}

#[test]
fn positions_leave_no_gap_and_do_not_repeat() {
	let (world, trust) = accountable();
	let whole = world.whole(0, 5);
	// A position left out, without and with the range made to fit.
	let mut gap = whole.clone();
	gap.positions.remove(2);
	assert_fails(&gap, &trust, Error::Gap { expected: 2, found: 3 });
	let mut hidden = world.whole(0, 4);
	hidden.positions.remove(2);
	hidden.to = 3;
	assert_fails(&hidden, &trust, Error::Gap { expected: 2, found: 3 });
	let mut first = whole.clone();
	first.positions.remove(0);
	assert_fails(&first, &trust, Error::Gap { expected: 0, found: 1 });

	let mut twice = whole.clone();
	twice.positions[3] = twice.positions[2].clone();
	assert_fails(&twice, &trust, Error::Repeated { expected: 3, found: 2 });

	// The last one left out, said to be there; one too many; more withheld than there is room for.
	let mut cut = whole.clone();
	cut.positions.pop();
	assert_fails(&cut, &trust, Error::CutShort { from: 0, to: 5, next: 5 });
	let long = CompletenessBundle { to: 4, ..whole.clone() };
	assert_fails(&long, &trust, Error::Overlong { from: 0, to: 4 });
	for count in [5, 6, u64::MAX] {
		let mut hidden = whole.clone();
		hidden.positions[1] = Positions::Withheld(count);
		hidden.positions.truncate(2);
		if count == 5 {
			let all_withheld = check(&hidden, &trust).failure.unwrap();
			assert_eq!(all_withheld, Error::Included(LogProofError::PathLength));
		} else {
			assert_fails(&hidden, &trust, Error::Overlong { from: 0, to: 5 });
		}
	}
	let nothing = CompletenessBundle { positions: vec![], ..whole };
	assert_fails(&nothing, &trust, Error::CutShort { from: 0, to: 5, next: 0 });
}

#[test]
fn each_record_names_the_one_before_it() {
	// The operator seals a record over another predecessor. The chain would refuse it.
	let mut world = world();
	let forked = Record { previous: Some([9; 32].into()), ..world.record(Kind::Provenance) };
	world.seal(&forked);
	let world = world.finish_accountable();
	let trust = world.proven.trust();
	assert_fails(&world.whole(0, 6), &trust, Error::OtherPrevious { position: 6 });
	// With the one before withheld, its id is the claim of this one.
	let show = |at| if at == 5 { Show::Withhold } else { Show::All };
	let account = verified(&world.bundle(0, 6, show), &trust).account.unwrap();
	assert_eq!(account.withheld[0].last_record, forked.previous);
	assert_eq!(account.fixed_from, Some(5), "what is before does not follow from the head");
}

/// Two records for one position, both sealed and both in the log: the state knows which one counts.
#[test]
fn the_tail_cannot_be_cut_off_or_exchanged() {
	let mut world = world();
	let head = world.head;
	let mut reached = head;
	let real = world.record(Kind::Provenance);
	reached.advance(real.id());
	let fork = Record { time_ms: 1, ..real };
	world.seal(&fork);
	let world = world.finish_with_head(reached);
	let trust = world.proven.trust();
	assert_fails(&world.whole(0, 6), &trust, Error::OtherHead { position: 6 });
	assert_fails(&world.whole(6, 6), &trust, Error::OtherHead { position: 6 });

	// A state from before the last position is another block's state.
	let (whole, trust) = accountable();
	let before = State::new(whole.operator, ChainHead { next_sequence: 5, head: head.head });
	let state = before.prove(whole.operator);
	let cut = CompletenessBundle { state, ..whole.whole(0, 4) };
	assert_fails(&cut, &trust, Error::State(StateProofError::OtherState));
	// Without that, the tail that is not covered is named.
	assert_eq!(verified(&whole.whole(0, 4), &trust).outside(), [None, Some((5, 5))]);
}

#[test]
fn the_range_ends_within_the_chain() {
	let mut world = world();
	let head = world.head;
	world.seal(&world.record(Kind::Provenance));
	let world = world.finish_with_head(head);
	let trust = world.proven.trust();
	assert_fails(&world.whole(0, 6), &trust, Error::BeyondHead { to: 6, length: 6 });
	let mut withheld = world.whole(0, 5);
	withheld.to = 8;
	withheld.positions.push(Positions::Withheld(3));
	assert_fails(&withheld, &trust, Error::BeyondHead { to: 8, length: 6 });
	let last = CompletenessBundle {
		from: u64::MAX,
		to: u64::MAX,
		positions: vec![Positions::Withheld(1)],
		path: vec![],
		..world.whole(0, 5)
	};
	assert_fails(&last, &trust, Error::BeyondHead { to: u64::MAX, length: 6 });
}

#[test]
fn the_state_proof_is_of_this_operator_in_this_block() {
	let (world, trust) = accountable();
	let whole = world.whole(0, 5);
	let with = |state| CompletenessBundle { state, ..whole.clone() };
	let other = TestSigner::from_seed([0x77; 32]).public_key().operator_id();
	let elsewhere = State::new(other, world.proven_head());
	let fails = |state, error| assert_fails(&with(state), &trust, Error::State(error));
	fails(elsewhere.prove(other), StateProofError::OtherState);
	// In this very state, the proof of another operator's chain.
	let neighbour = sp_crypto_hashing::blake2_256(&[7]).into();
	let report = check(&with(world.state.prove(neighbour)), &trust);
	assert!(matches!(report.failure, Some(Error::State(_))), "{:?}", report.failure);
	assert_eq!(levels(&report), ["sealed", "included", "finalised", "anchored"]);
	fails(vec![], StateProofError::Incomplete);
	let mut more = whole.state.clone();
	more.push(vec![1]);
	fails(more, StateProofError::UnusedNodes);

	// The right key, and no chain under it.
	let head = world.proven_head();
	let good = pantheon_primitives::completeness::ChainRecord { head, open_intents: 0 }.encode();
	let headless = (6u64, None::<RecordId>, 0u32).encode();
	let unbegun = (0u64, Some(RecordId::new([1; 32])), 0u32).encode();
	for value in [vec![], good[1..].to_vec(), [&good[..], &[0]].concat(), headless, unbegun] {
		let world = crate::world();
		let state = State::with(chain_key(&other), value.clone());
		assert_ne!(state.root, elsewhere.root);
		let key = chain_key(&world.signer.public_key().operator_id());
		let world = world.finish_in(State::with(key, value));
		assert_fails(&world.whole(0, 5), &world.proven.trust(), Error::HeadMalformed);
	}
	let key = chain_key(&world.operator);
	let alone = crate::world().finish_in(State::with(key, good));
	verified(&alone.whole(0, 5), &alone.proven.trust());

	// Another header than the checkpoint names.
	let mut header = whole.clone();
	header.finality.header[40] ^= 1;
	assert_fails(&header, &trust, Error::OtherHeader);
}

trait ProvenHead {
	fn proven_head(&self) -> ChainHead;
}

impl ProvenHead for Accountable {
	fn proven_head(&self) -> ChainHead {
		let report = check(&self.whole(0, 5), &self.proven.trust());
		report.head.unwrap().head
	}
}

#[test]
fn statements_of_others_do_not_count() {
	let (world, trust) = accountable();
	let whole = world.whole(0, 5);
	let mut theirs = World::new();
	theirs.signer = TestSigner::from_seed([0x77; 32]);
	theirs.seal(&theirs.record(Kind::Intent));
	let theirs = theirs.finish_accountable();
	let mut foreign = whole.clone();
	let Positions::Disclosed(Disclosed { statement, .. }) = &theirs.whole(0, 0).positions[0] else {
		panic!("shown");
	};
	shown(&mut foreign, 0).statement = statement.clone();
	assert_fails(&foreign, &trust, Error::OtherOperator { position: 0 });
	// Their key makes it their chain, and all of ours foreign.
	let keys = theirs.whole(0, 0).keys;
	let renamed = CompletenessBundle { keys, ..whole.clone() };
	assert_fails(&renamed, &trust, Error::OtherOperator { position: 0 });

	// Our record under their seal.
	let record = Record::new(GENESIS, world.operator, &ChainHead::default(), Kind::Intent, 1);
	let signer = TestSigner::from_seed([0x77; 32]);
	let sealed = signer.statement(&record);
	let mut forged = CompletenessBundle { to: 0, ..world.whole(0, 0) };
	shown(&mut forged, 0).statement = sealed.encode();
	let report = check(&forged, &trust);
	assert!(matches!(report.failure, Some(Error::Seal { position: 0, .. })), "{report:?}");

	let report = check(&whole, &TrustFile { genesis: [1; 32].into(), ..trust.clone() });
	assert!(matches!(&report.failure, Some(Error::OtherChain(_))));
	let mut cut = whole;
	shown(&mut cut, 2).statement.pop();
	let report = check(&cut, &trust);
	assert!(matches!(report.failure, Some(Error::Statement { position: 2, .. })));
}

#[test]
fn statements_stand_in_the_log_in_their_order() {
	let (world, trust) = accountable();
	let whole = world.whole(0, 5);
	let mut moved = whole.clone();
	shown(&mut moved, 3).index += 1;
	assert_fails(&moved, &trust, Error::Included(LogProofError::RootMismatch));
	let mut back = whole.clone();
	shown(&mut back, 3).index = 0;
	assert_fails(&back, &trust, Error::LogOrder { position: 3 });
	let mut beyond = whole.clone();
	shown(&mut beyond, 5).index = beyond.checkpoint.log_size;
	assert_fails(&beyond, &trust, Error::Included(LogProofError::IndexBeyondSize));
	let mut short = whole;
	short.path.pop();
	assert_fails(&short, &trust, Error::Included(LogProofError::PathLength));
}

#[test]
fn members_stand_in_their_batch() {
	let (world, trust) = accountable();
	let part = world.bundle(0, 5, |at| if at == 1 { Show::Members(0b01010) } else { Show::All });
	let changed = |change: &dyn Fn(&mut Disclosed)| {
		let mut bundle = part.clone();
		change(shown(&mut bundle, 1));
		bundle
	};
	let members = |source| Error::Members { position: 1, source };
	let beyond = changed(&|batch| batch.members.as_mut().unwrap().members[1].0 = 5);
	let error = Error::MemberBeyondBatch { position: 1, index: 5, count: 5 };
	assert_fails(&beyond, &trust, error);
	let moved = changed(&|batch| batch.members.as_mut().unwrap().members[1].0 = 2);
	assert_fails(&moved, &trust, members(LogProofError::RootMismatch));
	let twice = changed(&|batch| batch.members.as_mut().unwrap().members[1].0 = 1);
	assert_fails(&twice, &trust, members(LogProofError::IndicesNotAscending));
	let altered = changed(&|batch| {
		let members = &mut batch.members.as_mut().unwrap().members;
		*members[0].1.last_mut().unwrap() ^= 1;
	});
	assert_fails(&altered, &trust, members(LogProofError::RootMismatch));
	let longer = changed(&|batch| batch.members.as_mut().unwrap().path.push([0; 32]));
	assert_fails(&longer, &trust, members(LogProofError::PathLength));

	let mut no_batch = part.clone();
	let theirs = shown(&mut no_batch, 1).members.clone();
	shown(&mut no_batch, 2).members = theirs;
	assert_fails(&no_batch, &trust, Error::NoBatch { position: 2 });

	let mut bare = World::new();
	bare.seal(&bare.member(Kind::Intent, 0));
	let bare = bare.finish_accountable();
	let error = Error::BareMember { position: 0 };
	assert_fails(&bare.whole(0, 0), &bare.proven.trust(), error);
}

/// What breaks the rules of members is the operator's doing: the bundle shows it and holds.
#[test]
fn malformed_members_are_listed() {
	let mut world = World::new();
	world.seal(&world.record(Kind::Provenance));
	let mut members: Vec<_> = (0..9).map(|index| world.member(Kind::Intent, index)).collect();
	members[1].sequence += 1;
	members[2].index = Some(7);
	members[3].operator = [1; 32].into();
	members[4].log = [1; 32].into();
	members[5].kind = Kind::KeyRotate;
	members[6] = world.record(Kind::Intent);
	members[8] = answering(world.member(Kind::Outcome, 8), &members[0].clone());
	world.seal_batch(members);
	let world = world.finish_accountable();
	let trust = world.proven.trust();
	let account = verified(&world.whole(0, 1), &trust).account.unwrap();
	let found: Vec<_> =
		account.malformed().map(|(at, member)| (at, member.index, member.fault.clone())).collect();
	let reserved = MemberFault::NotARecord(pantheon_primitives::record::RecordError::ReservedKind(
		Kind::KeyRotate,
	));
	let faults = [
		(1, MemberFault::OtherSequence),
		(2, MemberFault::OtherIndex(7)),
		(3, MemberFault::OtherOperator),
		(4, MemberFault::OtherLog),
		(5, reserved),
		(6, MemberFault::NoIndex),
		(8, MemberFault::BesideIntent),
	];
	assert_eq!(found, faults.map(|(index, fault)| (1, index, fault)));
	let batch = account.entries[1].batch.as_ref().unwrap();
	assert_eq!((batch.disclosed(), batch.withheld()), (vec![(0, 0), (7, 7)], vec![]));
	let json = verified(&world.whole(0, 1), &trust).to_json();
	assert_eq!(json["positions"]["malformed"][6]["reason"], "its intent stands in the same batch");
	// Withheld, nobody sees what they are.
	let hidden = verified(&world.bundle(0, 1, |_| Show::Members(1)), &trust).account.unwrap();
	assert!(hidden.malformed().next().is_none());
	assert_eq!(hidden.entries[1].batch.as_ref().unwrap().withheld(), [(1, 8)]);
}

#[test]
fn finality_and_anchor_are_the_trust_files_to_judge() {
	let (world, trust) = accountable();
	let whole = world.whole(0, 5);
	let report = check(&CompletenessBundle { anchor: None, ..whole.clone() }, &trust);
	assert!(matches!(report.verdict, Verdict::Stale { .. }));
	assert_eq!(levels(&report), ["sealed", "included", "head", "finalised"]);
	assert!(report.account.is_some(), "the list holds; it is only not anchored yet");

	let mut other = trust.clone();
	other.authorities.id += 1;
	let report = check(&whole, &other);
	assert!(matches!(&report.verdict, Verdict::Invalid { step: Step::Finalised, .. }));
	assert_eq!(report.account, None);
	let mut other = trust.clone();
	other.bitcoin.min_confirmations += 1;
	let report = check(&whole, &other);
	assert!(matches!(&report.verdict, Verdict::Invalid { step: Step::Anchored, .. }));
	let limited = TrustFile { max_anchor_age: Some(60), ..trust };
	let verdict = verify(&whole.encode(), &limited, Some(u64::from(u32::MAX))).verdict;
	assert!(matches!(verdict, Verdict::Stale { .. }));
}

#[test]
fn files_say_what_they_are() {
	let (_, bundle, trust) = common::completeness::samples();
	let (single, _, _) = common::samples();
	let (account, proof) = (bundle.encode(), single.encode());
	assert_eq!(FileKind::of(&account), Some(FileKind::Completeness));
	assert_eq!(FileKind::of(&proof), Some(FileKind::Proof));
	for junk in [&[][..], &account[..12], &proof[..9], b"{}", &[0xa1, 1, 0x60], &[0xff; 40]] {
		assert_eq!(FileKind::of(junk), None);
		let FileReport::Proof(report) = verify_file(junk, &trust, None) else { panic!() };
		assert!(matches!(report.verdict, Verdict::Invalid { step: Step::Decode, .. }));
	}
	let report = verify_file(&account, &trust, None);
	assert!(matches!(&report, FileReport::Completeness(_)));
	assert_eq!(
		(report.verdict(), &report.to_json()["verdict"]),
		(&Verdict::Verified, &"VERIFIED".into())
	);
	let report = verify_file(&proof, &trust, None);
	assert!(matches!(&report, FileReport::Proof(_)));
}

#[test]
fn bundles_come_back_and_have_one_form() {
	let (_, bundle, trust) = common::completeness::samples();
	let encoded = bundle.encode();
	assert_eq!(CompletenessBundle::decode(&encoded).as_ref(), Ok(&bundle));
	let unanchored = CompletenessBundle { anchor: None, ..bundle.clone() };
	assert_eq!(CompletenessBundle::decode(&unanchored.encode()), Ok(unanchored));

	for length in 0..encoded.len() {
		let report = verify(&encoded[..length], &trust, None);
		assert_eq!(report.failure, Some(Error::Format(FormatError::Malformed)), "{length} bytes");
		assert!(report.levels.is_empty());
	}
	let decode = |bytes: &[u8]| CompletenessBundle::decode(bytes).map(|_| ());
	let longer = [&encoded[..], &[0]].concat();
	assert_eq!(decode(&longer), Err(FormatError::TrailingBytes));
	assert_fails(
		&CompletenessBundle { from: 6, to: 5, positions: vec![], ..bundle.clone() },
		&trust,
		Error::Format(FormatError::RangeBackwards { from: 6, to: 5 }),
	);

	// {0: "pantheon-completeness", 1: 1, …
	assert_eq!(encoded[..3], [0xaa, 0x00, 0x75]);
	assert_eq!(encoded[24..26], [1, 1]);
	let version = |version: u8| [&encoded[..25], &[version], &encoded[26..]].concat();
	assert_eq!(decode(&version(2)), Err(FormatError::UnknownVersion(2)));
	let canonical = Err(FormatError::NotCanonical);
	assert_eq!(decode(&[&encoded[..25], &[0x18, 1], &encoded[26..]].concat()), canonical);
	assert_eq!(decode(&[&[0xb8, 10], &encoded[1..]].concat()), canonical);
	let malformed = Err(FormatError::Malformed);
	assert_eq!(decode(&[&[0xbf], &encoded[1..], &[0xff]].concat()), malformed);
	assert_eq!(decode(&[&[0xab], &encoded[1..], &[10, 0]].concat()), malformed);
	let keyless = CompletenessBundle { keys: vec![], ..bundle.clone() };
	assert_eq!(decode(&keyless.encode()), malformed);
	let two =
		CompletenessBundle { keys: [&bundle.keys[..], &bundle.keys].concat(), ..bundle.clone() };
	assert_eq!(decode(&two.encode()), malformed);

	// One thing written in two ways.
	let mut split = bundle.clone();
	assert_eq!(split.positions[1], Positions::Withheld(3));
	split.positions[1] = Positions::Withheld(1);
	split.positions.insert(2, Positions::Withheld(2));
	assert_eq!(decode(&split.encode()), canonical);
	let mut nothing = bundle.clone();
	nothing.positions.push(Positions::Withheld(0));
	assert_eq!(decode(&nothing.encode()), canonical);
	let mut empty = bundle.clone();
	shown(&mut empty, 0).members.as_mut().unwrap().members.clear();
	assert_eq!(decode(&empty.encode()), canonical);

	// Parts missing, twice, and in another order, as another library writes them.
	let (map, write) = (common::cbor_map(&encoded), common::cbor_bytes);
	assert_eq!(write(map.clone()), encoded, "another library writes the same bytes");
	for (position, (key, _)) in map.iter().enumerate() {
		let mut without = map.clone();
		without.remove(position);
		let key: i128 = key.as_integer().unwrap().into();
		match key {
			8 => assert_eq!(decode(&write(without)), Ok(()), "not anchored"),
			4 => assert!(decode(&write(without)).is_err()),
			_ => assert_eq!(decode(&write(without)), malformed, "without key {key}"),
		}
		let mut twice = map.clone();
		twice.push(map[position].clone());
		assert!(decode(&write(twice)).is_err(), "key {key} twice");
	}
	let mut swapped = map.clone();
	swapped.swap(2, 3);
	assert_eq!(decode(&write(swapped)), canonical);
}

/// Flips every bit, and of signatures and the key one bit of each byte; nothing may pass.
#[test]
fn no_byte_can_change() {
	let (_, bundle, trust) = common::completeness::samples();
	let mut encoded = bundle.encode();
	assert_eq!(verify(&encoded, &trust, None).verdict, Verdict::Verified);
	let find = |part: &[u8]| {
		let start = encoded.windows(part.len()).position(|window| window == part).unwrap();
		start..start + part.len()
	};
	let mut bulk = vec![find(bundle.keys[0].as_bytes())];
	for positions in &bundle.positions {
		if let Positions::Disclosed(shown) = positions {
			let end = find(&shown.statement).end;
			bulk.push(end - pantheon_primitives::seal::SIGNATURE_LEN..end);
		}
	}
	assert_eq!(bulk.len(), 3);
	for index in 0..encoded.len() {
		let once = bulk.iter().any(|range| range.contains(&index));
		for bit in if once { index % 8..index % 8 + 1 } else { 0..8 } {
			encoded[index] ^= 1 << bit;
			let verdict = verify(&encoded, &trust, None).verdict;
			let refused = matches!(verdict, Verdict::Invalid { .. });
			assert!(refused, "bit {bit} of byte {index}: {verdict:?}");
			encoded[index] ^= 1 << bit;
		}
	}
}

/// Paths are shared: what a bundle needs beside its statements and members.
#[test]
fn shared_paths_are_short() {
	let mut world = World::new();
	for _ in 0..8 {
		let members = (0..16).map(|index| world.member(Kind::Provenance, index)).collect();
		world.seal_batch(members);
	}
	let world = world.finish_accountable();
	let whole = world.whole(0, 7);
	let Positions::Disclosed(Disclosed { members: Some(members), .. }) = &whole.positions[0] else {
		panic!("a batch");
	};
	assert!(members.path.is_empty(), "a batch that is shown whole needs no path");
	// 27 entries, every third one ours: alone, each would take five hashes.
	assert_eq!(whole.checkpoint.log_size, 27);
	assert!(whole.path.len() <= 16, "{} hashes for 8 statements", whole.path.len());
	verified(&whole, &world.proven.trust());
}
