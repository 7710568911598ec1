//! Headers and justifications. The input is the header's length (16 bits), the header, the justification.
#![no_main]

use blake2::{digest::consts::U32, Blake2b, Digest};
use libfuzzer_sys::fuzz_target;
use pantheon_primitives::{
	finality::{verify_justification, AuthoritySet, Header},
	trust::TrustFile,
	BlockHash,
};
use std::sync::OnceLock;

struct Known {
	authorities: AuthoritySet,
	finals: Vec<BlockHash>,
}

fn split(input: &[u8]) -> Option<(&[u8], &[u8])> {
	let (length, rest) = input.split_first_chunk::<2>()?;
	rest.split_at_checked(u16::from_le_bytes(*length).into())
}

fn known() -> &'static Known {
	static KNOWN: OnceLock<Known> = OnceLock::new();
	KNOWN.get_or_init(|| {
		let trust = TrustFile::parse(include_bytes!("../seeds/trust/trust")).expect("a seed");
		let seeds: [&[u8]; 2] = [
			include_bytes!("../seeds/finality/plain"),
			include_bytes!("../seeds/finality/ancestry"),
		];
		let finals = seeds.map(|seed| {
			let (header, justification) = split(seed).expect("a seed");
			let header = Header::decode(header).expect("a seed");
			let set = &trust.authorities;
			verify_justification(&header.hash(), header.number(), set, justification)
				.expect("a seed");
			header.hash()
		});
		Known { authorities: trust.authorities, finals: finals.to_vec() }
	})
}

fuzz_target!(|input: &[u8]| {
	let Known { authorities, finals } = known();
	let Some((header, justification)) = split(input) else { return };
	let (hash, number) = match Header::decode(header) {
		Ok(read) => {
			let hash: [u8; 32] = Blake2b::<U32>::digest(header).into();
			assert_eq!(read.hash().into_bytes(), hash, "a header has one encoding");
			read.log_digest();
			read.next_authorities();
			(read.hash(), read.number())
		},
		// So that justifications are read without a header that fits.
		Err(_) => (finals[0], 1000),
	};
	if verify_justification(&hash, number, authorities, justification).is_ok() {
		assert!(finals.contains(&hash), "no authority voted for {hash}");
	}
});
