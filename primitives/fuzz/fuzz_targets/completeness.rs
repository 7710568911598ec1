//! A completeness bundle has one encoding, and VERIFIED is only ever said of what the seeds account for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon_primitives::{
	completeness::{verify, CompletenessBundle},
	report::Verdict,
	trust::TrustFile,
	RecordId,
};
use std::{collections::BTreeMap, sync::OnceLock};

struct Known {
	trust: TrustFile,
	records: BTreeMap<u64, RecordId>,
}

fn known() -> &'static Known {
	static KNOWN: OnceLock<Known> = OnceLock::new();
	KNOWN.get_or_init(|| {
		let trust = TrustFile::parse(include_bytes!("../seeds/trust/trust")).expect("a seed");
		let report = verify(include_bytes!("../seeds/completeness/whole"), &trust, None);
		assert_eq!(report.verdict, Verdict::Verified);
		let entries = report.account.expect("VERIFIED lists the positions").entries;
		Known { trust, records: entries.iter().map(|entry| (entry.sequence, entry.id)).collect() }
	})
}

fuzz_target!(|input: &[u8]| {
	let Known { trust, records } = known();
	if let Ok(bundle) = CompletenessBundle::decode(input) {
		assert_eq!(bundle.encode(), input);
	}
	let report = verify(input, trust, Some(1_900_000_000));
	// Writing it down must not fail either.
	assert_eq!(report.to_json()["verdict"], report.verdict.word());
	assert_eq!(report.failure.is_some(), matches!(report.verdict, Verdict::Invalid { .. }));
	// Without its anchor, what the seed accounts for still holds.
	let Some(account) = report.account else { return };
	assert!(report.failure.is_none());
	for entry in &account.entries {
		assert_eq!(records.get(&entry.sequence), Some(&entry.id));
	}
	let (from, to) = report.range.expect("it was read");
	let withheld: u64 = account.withheld.iter().map(|run| run.to - run.from + 1).sum();
	assert_eq!(account.entries.len() as u64 + withheld, to - from + 1, "each position once");
});
