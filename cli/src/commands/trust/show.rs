//! `pantheon trust show`: what a trust file trusts, for a person who is no engineer.

use crate::{
	commands::verify::read_trust,
	context::Context,
	error::{exit, CliError},
};
use pantheon_primitives::{bitcoin::BitcoinNetwork, trust::TrustFile};
use serde_json::{json, Value};
use std::path::Path;

pub(super) fn execute(context: &Context, path: &Path) -> Result<u8, CliError> {
	let trust = read_trust(path)?;
	print(context, path, &trust);
	Ok(exit::OK)
}

/// Prints what a trust file trusts.
pub(super) fn print(context: &Context, path: &Path, trust: &TrustFile) {
	let mut value = to_json(trust);
	value["file"] = json!(path.display().to_string());
	let text = format!("{}\n\n{}", path.display(), words(trust));
	context.out.result(text, value);
}

fn to_json(trust: &TrustFile) -> Value {
	let rules = &trust.bitcoin;
	json!({
		"chain": trust.chain,
		"genesis_hash": trust.genesis.to_string(),
		"authority_set": trust.authorities.id,
		"authorities": trust.authorities.authorities.len(),
		"bitcoin_network": rules.network.name(),
		"pinned_height": rules.pinned.height,
		"pinned_block": explorer(&rules.pinned.hash()),
		"min_confirmations": rules.min_confirmations,
		"min_work": hex::encode(rules.min_work),
		"anchor_origin": trust.anchor_origin.as_ref().map(ToString::to_string),
		"max_anchor_age_seconds": trust.max_anchor_age,
		"log_keys": trust.log_keys.len(),
		"words": words(trust),
	})
}

/// The file in plain words. It's also what a lawyer would put into a report.
pub(crate) fn words(trust: &TrustFile) -> String {
	let rules = &trust.bitcoin;
	let set = &trust.authorities;
	let mut text = format!(
		"A proof that this program calls VERIFIED under this file rests on the following, and on nothing that came\n\
		 with the proof.\n\n\
		 1. One chain. The chain called \"{}\", which is the one whose first block has the hash\n   \
		    {}\n   \
		    Records of any other chain are refused, whatever it calls itself.\n\n\
		 2. {} to say what is final on it.{}\n",
		trust.chain,
		trust.genesis,
		many(set.authorities.len() as u64, "authority", "authorities"),
		if set.authorities.len() < 4 {
			" So few can be one person's: this is a test, or a chain that one party runs."
		} else {
			" More than two thirds of them must have signed. If as many\n   conspired, they could show another log as this chain's from now on; they could not change what\n   Bitcoin already holds."
		}
	);
	text.push_str(&format!(
		"   They are number {} in the chain's row of authority sets. Later sets count only if each was named by\n   \
		 the one before:\n",
		set.id
	));
	for (key, weight) in &set.authorities {
		let votes = if *weight == 1 { String::new() } else { format!(" ({weight} votes)") };
		text.push_str(&format!("   {}{votes}\n", hex::encode(key.0)));
	}
	text.push_str(&bitcoin_words(trust));
	text.push_str(&match &trust.anchor_origin {
		Some(origin) => format!(
			"\n4. The chain's anchors in Bitcoin begin at the output {origin}.\n   A missing one, or a second row of anchors beside it, shows when the outputs are followed.\n"
		),
		None => "\n4. Where the chain's anchors in Bitcoin begin is not named. A single proof doesn't need it; without it,\n   nobody can tell from Bitcoin alone that no anchor was left out.\n".to_owned(),
	});
	text.push_str(&match trust.max_anchor_age {
		Some(seconds) => format!(
			"\n5. A proof whose anchor is older than {} is called STALE.\n",
			duration(seconds)
		),
		None => "\n5. A proof never becomes too old.\n".to_owned(),
	});
	if rules.network != BitcoinNetwork::Mainnet {
		text.push_str(&format!(
			"\nNOT FOR REAL EVIDENCE: {} is a test network. Its blocks cost next to nothing, so an anchor in it proves\nno time to anybody.\n",
			rules.network
		));
	}
	text.push_str(
		"\nNot trusted: the operator, the anchoring service, the node or web site that a proof came from.\nKeep this file as you would keep the key to your archive: whoever changes it decides what VERIFIED means.\n",
	);
	text
}

fn bitcoin_words(trust: &TrustFile) -> String {
	let rules = &trust.bitcoin;
	let work =
		match leading_power(&rules.min_work) {
			None => "No amount of work is asked for beside that.".to_owned(),
			Some(power) => {
				format!("Together they must have cost at least 2^{power} attempts (\"hashes\") to make.")
			},
		};
	format!(
		"\n3. Bitcoin ({}) to say when. Block {} is taken to be Bitcoin's; its hash is\n   \
		 {}\n   \
		 Look that up yourself, at two places that don't know each other. Anchors after it count, once they are\n   \
		 buried {}, the anchor's own included. {work}\n   \
		 An anchor in that block or before it can't be checked with this file.\n",
		rules.network,
		rules.pinned.height,
		explorer(&rules.pinned.hash()),
		many(rules.min_confirmations.into(), "block deep", "blocks deep"),
	)
}

fn many(count: u64, one: &str, more: &str) -> String {
	format!("{count} {}", if count == 1 { one } else { more })
}

/// The power of two that a big-endian number is at least; none for zero.
fn leading_power(work: &[u8; 32]) -> Option<u32> {
	let first = work.iter().position(|byte| *byte != 0)?;
	let bits = 8u32.saturating_mul(u32::try_from(work.len().saturating_sub(first)).ok()?);
	Some(bits.saturating_sub(1).saturating_sub(work.get(first)?.leading_zeros()))
}

/// A hash as block explorers show it.
fn explorer(hash: &[u8; 32]) -> String {
	let mut bytes = *hash;
	bytes.reverse();
	hex::encode(bytes)
}

fn duration(seconds: u64) -> String {
	match seconds {
		0..=7_199 => format!("{seconds} seconds"),
		7_200..=172_799 => format!("{} hours", seconds / 3_600),
		_ => format!("{} days", seconds / 86_400),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn work_is_said_as_a_power_of_two() {
		assert_eq!(leading_power(&[0; 32]), None);
		let mut work = [0; 32];
		work[31] = 1;
		assert_eq!(leading_power(&work), Some(0));
		work[30] = 0x80;
		assert_eq!(leading_power(&work), Some(15));
		assert_eq!(leading_power(&[0xff; 32]), Some(255));
	}

	#[test]
	fn times_are_said_in_units_that_people_use() {
		assert_eq!(duration(60), "60 seconds");
		assert_eq!(duration(86_400), "24 hours");
		assert_eq!(duration(604_800), "7 days");
	}
}
