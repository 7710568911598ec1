//! The whole sample passes; every damage to it is noticed, at the right place, by the right rule.

use pantheon_primitives::{
	audit::{
		test_helpers::{sample, sample_chain, SampleChain, SampleExport},
		AnchorClaim, Auditor, BlockItem, Event, Finding, Rule, Summary,
	},
	finality::AuthorityKey,
	Kind, LeafHash, Record, RecordId,
};

fn audit(export: &SampleExport) -> Result<Summary, Finding> {
	let mut auditor = Auditor::new(&export.trust)?;
	for claim in &export.anchors {
		auditor.apply(Event::Anchor(claim))?;
	}
	for block in &export.blocks {
		auditor.block(block)?;
	}
	for header in &export.bitcoin_headers {
		auditor.apply(Event::BitcoinHeader(header))?;
	}
	auditor.apply(Event::End)?;
	Ok(auditor.summary().expect("it has ended"))
}

#[test]
fn the_whole_log_is_computed_anew() {
	let export = sample();
	let summary = audit(&export).unwrap();
	assert_eq!(summary.checkpoint.block_number, 6);
	assert_eq!(summary.checkpoint.log_size, 9);
	assert_eq!((summary.set_id, summary.authorities), (1, 4));
	assert_eq!((summary.operators, summary.members, summary.open_intents), (2, 8, 1));
	let anchored: Vec<_> = summary
		.anchored
		.iter()
		.map(|anchor| (anchor.checkpoint.block_number, anchor.at.height, anchor.at.confirmations))
		.collect();
	assert_eq!(anchored, [(2, 2, 11), (5, 5, 8)]);
	assert_eq!((summary.anchors_before_pin, summary.bitcoin_height), (0, 12));
}

#[test]
fn a_trust_file_of_a_later_set_fits_as_well() {
	let mut export = sample();
	export.trust.authorities = sample_chain().second_set();
	assert_eq!(audit(&export).unwrap().set_id, 1);
	// What was before the trusted set is fixed by hashes, and needs no justification.
	export.blocks[3].justification.clear();
	assert_eq!(audit(&export).unwrap().set_id, 1);
	export.trust.authorities.authorities[0].0 = AuthorityKey([9; 32]);
	let finding = audit(&export).unwrap_err();
	assert_eq!((finding.rule, finding.position.block), (Rule::Authorities, Some(3)));
	export.trust.authorities.id = 2;
	assert_eq!(audit(&export).unwrap_err().rule, Rule::Authorities);
}

#[test]
fn anchors_before_the_pinned_header_are_counted_and_not_believed() {
	let mut export = sample();
	export.trust.bitcoin.pinned.header = export.bitcoin_headers[2];
	export.trust.bitcoin.pinned.height += 3;
	export.bitcoin_headers.drain(..3);
	let summary = audit(&export).unwrap();
	assert_eq!((summary.anchored.len(), summary.anchors_before_pin), (1, 1));
}

type Damage = fn(&mut SampleExport);

/// Damage, and where it is first noticed: rule, block, entry, anchor, Bitcoin height.
type Row = (&'static str, Damage, Rule, Option<u32>, Option<u64>, Option<u64>, Option<u32>);

const DAMAGES: &[Row] = &[
	(
		"another chain",
		|e| e.trust.genesis = [1; 32].into(),
		Rule::AnchorCheckpoint,
		None,
		None,
		Some(0),
		None,
	),
	(
		"another chain without anchors",
		|e| {
			e.anchors.clear();
			e.trust.genesis = [1; 32].into();
		},
		Rule::Genesis,
		Some(0),
		None,
		None,
		None,
	),
	("no header", |e| e.blocks[2].header.clear(), Rule::Header, Some(2), None, None, None),
	("a block left out", |e| _ = e.blocks.remove(4), Rule::Parent, Some(4), None, None, None),
	("blocks swapped", |e| e.blocks.swap(1, 2), Rule::Parent, Some(1), None, None, None),
	(
		"a block twice",
		|e| e.blocks.insert(2, e.blocks[1].clone()),
		Rule::Parent,
		Some(2),
		None,
		None,
		None,
	),
	("the last block cut off", |e| _ = e.blocks.pop(), Rule::Finality, Some(5), None, None, None),
	(
		"an entry left out",
		|e| _ = e.blocks[2].entries.remove(1),
		Rule::LogSize,
		Some(2),
		None,
		None,
		None,
	),
	(
		"an operator's entry left out",
		|e| _ = e.blocks[5].entries.remove(1),
		Rule::Sequence,
		Some(5),
		Some(5),
		None,
		None,
	),
	(
		"entries of two operators swapped",
		|e| e.blocks[2].entries.swap(0, 1),
		Rule::LogRoot,
		Some(2),
		None,
		None,
		None,
	),
	(
		"entries of one operator swapped",
		|e| e.blocks[5].entries.swap(1, 2),
		Rule::Sequence,
		Some(5),
		Some(5),
		None,
		None,
	),
	(
		"an entry twice",
		|e| {
			let twice = e.blocks[5].entries[3].clone();
			e.blocks[5].entries.insert(4, twice);
		},
		Rule::Sequence,
		Some(5),
		Some(8),
		None,
		None,
	),
	(
		"a seal of another entry",
		|e| {
			let seal = e.blocks[1].entries[0].statement.clone();
			let other = &mut e.blocks[3].entries[0].statement;
			let at = other.len() - 3309;
			other[at..].copy_from_slice(&seal[seal.len() - 3309..]);
		},
		Rule::Seal,
		Some(3),
		Some(3),
		None,
		None,
	),
	(
		"a statement cut off",
		|e| e.blocks[1].entries[0].statement.truncate(900),
		Rule::Statement,
		Some(1),
		Some(0),
		None,
		None,
	),
	("a key left out", |e| e.blocks[1].keys.clear(), Rule::Key, Some(1), Some(0), None, None),
	("a key changed", |e| e.blocks[1].keys[0][7] ^= 1, Rule::Key, Some(1), Some(0), None, None),
	(
		"a key twice",
		|e| {
			let twice = e.blocks[1].keys[0].clone();
			e.blocks[2].keys.push(twice);
		},
		Rule::Key,
		Some(2),
		None,
		None,
		None,
	),
	("a short key", |e| _ = e.blocks[1].keys[0].pop(), Rule::Key, Some(1), None, None, None),
	(
		"a member left out",
		|e| _ = e.blocks[2].entries[1].members.pop(),
		Rule::BatchRoot,
		Some(2),
		Some(2),
		None,
		None,
	),
	(
		"members swapped",
		|e| e.blocks[2].entries[1].members.swap(0, 1),
		Rule::BatchRoot,
		Some(2),
		Some(2),
		None,
		None,
	),
	(
		"members of a single record",
		|e| e.blocks[1].entries[0].members.push(LeafHash::new([1; 32])),
		Rule::BatchRoot,
		Some(1),
		Some(0),
		None,
		None,
	),
	(
		"a hand-off that is not final",
		|e| e.blocks[3].justification.clear(),
		Rule::Handoff,
		Some(3),
		None,
		None,
		None,
	),
	(
		"an end that is not final",
		|e| e.blocks[6].justification.clear(),
		Rule::Finality,
		Some(6),
		None,
		None,
		None,
	),
	(
		"a justification of another block",
		|e| e.blocks[6].justification = e.blocks[3].justification.clone(),
		Rule::Finality,
		Some(6),
		None,
		None,
		None,
	),
	(
		"other authorities",
		|e| e.trust.authorities.authorities[0].0 = AuthorityKey([9; 32]),
		Rule::Finality,
		Some(3),
		None,
		None,
		None,
	),
	(
		"an anchor of another log",
		|e| e.anchors[1].checkpoint.log_root = [1; 32].into(),
		Rule::AnchorCheckpoint,
		Some(5),
		None,
		Some(1),
		None,
	),
	(
		"an anchor of another block",
		|e| e.anchors[1].checkpoint.block_number = 4,
		Rule::AnchorCheckpoint,
		Some(4),
		None,
		Some(1),
		None,
	),
	(
		"an anchor of a later block",
		|e| e.anchors[1].checkpoint.block_number = 9,
		Rule::AnchorCheckpoint,
		None,
		None,
		Some(1),
		None,
	),
	(
		"an anchor at another height",
		|e| e.anchors[0].height = 3,
		Rule::Anchor,
		None,
		None,
		Some(0),
		Some(3),
	),
	(
		"an anchor above the tip",
		|e| e.anchors[0].height = 300,
		Rule::Anchor,
		None,
		None,
		Some(0),
		Some(300),
	),
	(
		"anchors' proofs swapped",
		|e| e.anchors[0].proof = e.anchors[1].proof.clone(),
		Rule::Anchor,
		None,
		None,
		Some(0),
		Some(2),
	),
	(
		"a Bitcoin header left out",
		|e| _ = e.bitcoin_headers.remove(3),
		Rule::BitcoinHeader,
		None,
		None,
		None,
		Some(4),
	),
	(
		"Bitcoin headers swapped",
		|e| e.bitcoin_headers.swap(7, 8),
		Rule::BitcoinHeader,
		None,
		None,
		None,
		Some(8),
	),
	(
		"Bitcoin cut off above an anchor",
		|e| e.bitcoin_headers.truncate(9),
		Rule::AnchorDepth,
		None,
		None,
		Some(1),
		Some(5),
	),
	(
		"no Bitcoin at all",
		|e| e.bitcoin_headers.clear(),
		Rule::Anchor,
		None,
		None,
		Some(0),
		Some(2),
	),
	(
		"more work asked for",
		|e| e.trust.bitcoin.min_work = [1; 32],
		Rule::AnchorDepth,
		None,
		None,
		Some(0),
		Some(2),
	),
];

#[test]
fn each_damage_is_noticed_where_it_is() {
	let whole = sample();
	for (what, damage, rule, block, entry, anchor, height) in DAMAGES {
		let mut export = whole.clone();
		damage(&mut export);
		let finding = audit(&export).expect_err(what);
		let position = finding.position;
		let found = (
			finding.rule,
			position.block,
			position.entry,
			position.anchor,
			position.bitcoin_height,
		);
		assert_eq!(found, (*rule, *block, *entry, *anchor, *height), "{what}: {finding}");
	}
}

/// A chain that seals and finalises what its rules forbid: an audit doesn't take the chain's word.
fn breaking(break_rule: impl FnOnce(&mut SampleChain)) -> Finding {
	let mut chain = sample_chain();
	break_rule(&mut chain);
	chain.end_block(false, true);
	audit(&chain.finish(&[2, 5])).expect_err("a rule is broken")
}

#[test]
fn a_final_block_that_breaks_a_rule_is_found() {
	let none = RecordId::new([7; 32]);
	type Breaking = Box<dyn FnOnce(&mut SampleChain)>;
	let rows: Vec<(Rule, Breaking)> = vec![
		(Rule::Pairing, Box::new(move |chain| _ = chain.single(0, Kind::Outcome, Some(none)))),
		(Rule::Pairing, Box::new(move |chain| _ = chain.single(0, Kind::Approval, Some(none)))),
		(
			Rule::Pairing,
			Box::new(|chain| {
				let intent = chain.single(0, Kind::Intent, None);
				chain.single(0, Kind::Outcome, Some(intent));
				chain.single(0, Kind::Denial, Some(intent));
			}),
		),
		(
			Rule::Pairing,
			Box::new(|chain| {
				// Another operator's intent.
				let intent = chain.single(0, Kind::Intent, None);
				chain.single(1, Kind::Outcome, Some(intent));
			}),
		),
		(
			Rule::Sequence,
			Box::new(|chain| {
				chain.operators[0].head.next_sequence += 1;
				chain.single(0, Kind::Provenance, None);
			}),
		),
		(
			Rule::Previous,
			Box::new(move |chain| {
				chain.operators[0].head.head = Some(none);
				chain.single(0, Kind::Provenance, None);
			}),
		),
		(
			Rule::Log,
			Box::new(|chain| {
				let record = Record { log: [1; 32].into(), ..chain.record(0, Kind::Provenance) };
				chain.seal(0, &record, vec![]);
			}),
		),
		(
			Rule::Statement,
			Box::new(|chain| {
				let record =
					Record { index: Some(0), previous: None, ..chain.record(0, Kind::Provenance) };
				chain.seal(0, &record, vec![]);
			}),
		),
	];
	for (rule, break_rule) in rows {
		let finding = breaking(break_rule);
		assert_eq!((finding.rule, finding.position.block), (rule, Some(6)), "{finding}");
		assert!(finding.position.entry.is_some_and(|entry| entry >= 9), "{finding}");
	}
}

#[test]
fn events_out_of_order_are_refused_and_the_first_finding_stays() {
	let export = sample();
	let block = &export.blocks[0];
	let order: [&[Event<'_>]; 5] = [
		&[Event::End],
		&[Event::BlockEnd],
		&[Event::Key(&[])],
		&[Event::BitcoinHeader(&export.bitcoin_headers[0])],
		&[Event::Header(&block.header), Event::Anchor(&export.anchors[0])],
	];
	for events in order {
		let mut auditor = Auditor::new(&export.trust).unwrap();
		let last = events.iter().map(|event| auditor.apply(*event)).last().unwrap();
		let finding = last.unwrap_err();
		assert_eq!(finding.rule, Rule::Order, "{events:?}");
		assert_eq!(auditor.apply(Event::Header(&block.header)), Err(finding));
		assert_eq!(auditor.summary(), None);
	}
}

/// Which bytes of a file to flip: all, or where single checks cost much, some of each kind.
fn flips(length: usize, step: usize) -> impl Iterator<Item = usize> {
	(0..length).filter(move |at| at % step == 0 || *at < 64)
}

#[test]
fn a_flip_in_any_part_of_a_block_is_noticed() {
	let export = sample();
	for (number, block) in export.blocks.iter().enumerate() {
		let bytes = block.encode();
		// Headers and justifications whole; of keys and statements, which are long, some bytes.
		let head = block.header.len() + block.justification.len() + 10;
		for at in (0..head.min(bytes.len())).chain(flips(bytes.len(), 97)) {
			let mut flipped = bytes.clone();
			flipped[at] ^= 1 << (at % 8);
			let Ok(block) = BlockItem::decode(&flipped) else { continue };
			let mut damaged = export.clone();
			damaged.blocks[number] = block;
			assert!(audit(&damaged).is_err(), "block {number}, byte {at}");
		}
	}
}

#[test]
fn a_flip_of_any_byte_of_an_anchor_is_noticed() {
	let export = sample();
	for (number, claim) in export.anchors.iter().enumerate() {
		let bytes = claim.encode();
		for at in 0..bytes.len() {
			let mut flipped = bytes.clone();
			flipped[at] ^= 1 << (at % 8);
			let Ok(claim) = AnchorClaim::decode(&flipped) else { continue };
			let mut damaged = export.clone();
			damaged.anchors[number] = claim;
			assert!(audit(&damaged).is_err(), "anchor {number}, byte {at}");
		}
	}
}

#[test]
fn a_flip_of_any_byte_of_a_bitcoin_header_is_noticed() {
	let export = sample();
	for number in 0..export.bitcoin_headers.len() {
		for at in (0..80).step_by(if number % 4 == 0 { 1 } else { 7 }) {
			let mut damaged = export.clone();
			damaged.bitcoin_headers[number][at] ^= 1 << (at % 8);
			assert!(audit(&damaged).is_err(), "header {number}, byte {at}");
		}
	}
}

#[test]
fn items_are_read_in_their_one_form_only() {
	let export = sample();
	for block in &export.blocks {
		let bytes = block.encode();
		assert_eq!(BlockItem::decode(&bytes).as_ref(), Ok(block));
		assert!(BlockItem::decode(&[bytes.as_slice(), &[0]].concat()).is_err());
		for end in (0..bytes.len()).step_by(101) {
			assert!(BlockItem::decode(&bytes[..end]).is_err());
		}
	}
	for claim in &export.anchors {
		let bytes = claim.encode();
		assert_eq!(AnchorClaim::decode(&bytes).as_ref(), Ok(claim));
		for end in 0..bytes.len() {
			assert!(AnchorClaim::decode(&bytes[..end]).is_err());
		}
	}
}
