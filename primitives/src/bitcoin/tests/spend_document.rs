//! The examples in `docs/formats/spend-chain.md` are what this code reads.

use super::*;
use crate::bitcoin::spend_chain::AnchorSpend;
use crate::checkpoint::Checkpoint;
use std::{format, string::ToString};

const DOCUMENT: &str = include_str!("../../../../docs/formats/spend-chain.md");

/// `label: value` lines of the first fenced block, in order.
fn examples(label: &str) -> Vec<&'static str> {
	let block = DOCUMENT.split("```").nth(1).expect("an example");
	let lines = block.lines().filter_map(|line| line.split_once(": "));
	lines.filter(|(name, _)| *name == label).map(|(_, value)| value).collect()
}

/// The transactions were made and mined by Bitcoin Core.
#[test]
fn the_example_is_a_chain() {
	let origin: AnchorOrigin = examples("origin")[0].parse().expect("an output");
	let mut tip = origin.0;
	let rows = examples("transaction");
	assert_eq!(rows.len(), 3);
	for (row, transaction) in rows.iter().enumerate() {
		let spend = AnchorSpend::read(&bytes(transaction)).expect("an anchor");
		assert_eq!(spend.txid.to_string(), examples("txid")[row]);
		assert_eq!(spend.inputs, vec![tip]);
		assert_eq!(tip.to_string(), examples("spends")[row]);
		tip = spend.change;
		assert_eq!(tip.to_string(), examples("change")[row]);
		let checkpoint = bytes(examples("checkpoint")[row]).try_into().expect("112 bytes");
		let checkpoint = Checkpoint::decode_canonical(&checkpoint).expect("a checkpoint");
		assert_eq!(spend.commitment, checkpoint.commitment());
		if row == 2 {
			assert!(DOCUMENT.contains(&format!("{tip} ({} sat)", spend.change_value)));
		}
	}
	assert!(DOCUMENT.contains(&format!("  origin            {origin}")));
}

/// Every error is explained in the document by its name.
#[test]
fn every_error_is_named_in_the_document() {
	let source = include_str!("../spend_chain.rs");
	let mut names = 0;
	for enumeration in ["pub enum LinkError {", "pub enum SpendChainError {"] {
		let variants = source.split(enumeration).nth(1).expect("the enum");
		for line in variants.split("\n}").next().expect("its end").lines() {
			let Some(line) = line.strip_prefix('\t') else { continue };
			if line.starts_with(|c: char| c.is_ascii_uppercase()) {
				let name = line.split(|c: char| !c.is_ascii_alphanumeric()).next().expect("a name");
				assert!(DOCUMENT.contains(&format!("`{name}`")), "{name}");
				names += 1;
			}
		}
	}
	assert_eq!(names, 4 + 9);
}
