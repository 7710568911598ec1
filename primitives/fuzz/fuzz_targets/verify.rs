//! Whatever is done to a bundle, VERIFIED is only ever said of the statements that were proven.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon_primitives::{
	bundle::ProofBundle, report::Verdict, trust::TrustFile, verify::verify, Statement,
	StatementDigest,
};
use std::sync::OnceLock;

struct Known {
	trust: TrustFile,
	proven: Vec<StatementDigest>,
}

fn known() -> &'static Known {
	static KNOWN: OnceLock<Known> = OnceLock::new();
	KNOWN.get_or_init(|| {
		let trust = TrustFile::parse(include_bytes!("../seeds/trust/trust")).expect("a seed");
		let bundles = [
			&include_bytes!("../seeds/bundle/single")[..],
			include_bytes!("../seeds/bundle/member"),
		];
		let proven = bundles.map(|bundle| {
			assert_eq!(verify(bundle, &trust, None).verdict, Verdict::Verified);
			let bundle = ProofBundle::decode(bundle).expect("a seed");
			Statement::decode(&bundle.statement).expect("a seed").digest()
		});
		Known { trust, proven: proven.to_vec() }
	})
}

fuzz_target!(|input: &[u8]| {
	let Known { trust, proven } = known();
	let report = verify(input, trust, Some(1_900_000_000));
	// Writing it down must not fail either.
	let json = report.to_json();
	assert_eq!(json["verdict"], report.verdict.word());
	if report.verdict == Verdict::Verified {
		let subject = report.subject.expect("VERIFIED speaks of a record");
		assert!(proven.contains(&subject.statement), "{subject:?}");
		assert_eq!(subject.record.log, trust.genesis);
	}
});
