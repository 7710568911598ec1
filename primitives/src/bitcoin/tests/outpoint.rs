//! Outputs by name.

use super::*;
use proptest::prelude::*;
use std::{format, string::ToString};

const TXID: &str = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b";

#[test]
fn written_in_reverse_as_explorers_do() {
	let origin: AnchorOrigin = format!("{TXID}:1").parse().expect("an output");
	assert_eq!(origin.0.txid.as_bytes(), &reversed(TXID));
	assert_eq!(origin.0.vout, 1);
	assert_eq!(origin.to_string(), format!("{TXID}:1"));
}

#[test]
fn an_id_is_the_hash_of_the_transaction() {
	let transaction = coinbase_transaction(7);
	assert_eq!(Txid::of(&transaction).as_bytes(), &txid(&transaction));
}

#[test]
fn other_texts_are_refused() {
	let zeros = "0".repeat(64);
	for text in [
		String::new(),
		TXID.into(),
		format!("{TXID}:"),
		format!("{TXID}:+1"),
		format!("{TXID}:-1"),
		format!("{TXID}:01"),
		format!("{TXID}:00"),
		format!("{TXID}: 1"),
		format!("{TXID}:1 "),
		format!(" {TXID}:1"),
		format!("{TXID}:4294967296"),
		format!("{TXID}:1:1"),
		format!("{}:1", TXID.to_uppercase()),
		format!("{}:1", &TXID[2..]),
		format!("{TXID}00:1"),
		format!("0x{}:1", &TXID[2..]),
		// What a coinbase names.
		format!("{zeros}:4294967295"),
	] {
		assert_eq!(text.parse::<OutPoint>(), Err(ParseOutPointError), "{text:?}");
	}
}

proptest! {
	#[test]
	fn what_is_written_is_read(bytes: [u8; 32], vout: u32) {
		let output = OutPoint { txid: Txid::new(bytes), vout };
		prop_assume!(output != OutPoint { txid: Txid::new([0; 32]), vout: u32::MAX });
		prop_assert_eq!(output.to_string().parse(), Ok(output));
	}

	#[test]
	fn what_is_read_is_written(text in "[0-9a-f]{64}:[0-9]{1,10}") {
		if let Ok(output) = text.parse::<OutPoint>() {
			prop_assert_eq!(output.to_string(), text);
		}
	}
}

#[test]
fn the_trust_file_keeps_it_and_refuses_other_texts() {
	use crate::trust::{TrustError, TrustFile};
	let text = |origin: &str| {
		let pin = hex::encode(genesis_pin(BitcoinNetwork::Regtest).header);
		let zeros = "0".repeat(64);
		format!(
			r#"{{"pantheon_trust":1,"chain":"c","genesis_hash":"{zeros}",
			"grandpa":{{"set_id":0,"authorities":[]}},
			"bitcoin":{{"network":"regtest","pinned_height":0,"pinned_header":"{pin}",
			"min_confirmations":6,"min_work":"{zeros}"}},
			"anchor_origin":{origin},"max_anchor_age_seconds":null,"log_keys":[]}}"#
		)
	};
	let trust = TrustFile::parse(text(&format!(r#""{TXID}:3""#)).as_bytes()).expect("a trust file");
	assert_eq!(trust.anchor_origin, Some(format!("{TXID}:3").parse().expect("an output")));
	assert_eq!(TrustFile::parse(trust.to_json().as_bytes()), Ok(trust));
	let none = TrustFile::parse(text("null").as_bytes()).expect("a trust file");
	assert_eq!(none.anchor_origin, None);
	let bad = TrustFile::parse(text(&format!(r#""{TXID}""#)).as_bytes());
	assert_eq!(bad, Err(TrustError::Field("anchor_origin")));
}
