//! The OP_RETURN output.

use super::*;

fn with_scripts(scripts: Vec<Vec<u8>>) -> Result<AnchoredAt, AnchorError> {
	let shape = AnchorShape::default();
	let proof = shape.build_with_transaction(anchor_transaction(scripts, 0));
	verify_anchor(&sample_checkpoint(), &proof, &shape.rules())
}

fn script() -> Vec<u8> {
	payload_script(&sample_checkpoint())
}

#[test]
fn payload_is_magic_and_commitment_in_one_push() {
	let checkpoint = sample_checkpoint();
	let payload = payload(&checkpoint);
	assert_eq!(payload[..4], *b"PNTH");
	assert_eq!(payload[4..], checkpoint.commitment());
	assert_eq!(script(), [&[0x6a, 36], payload.as_slice()].concat());
	assert_eq!(script().len(), PAYLOAD_SCRIPT_LEN);
	assert_eq!(read_payload(&script()), Some(checkpoint.commitment()));
}

#[test]
fn only_the_exact_form_is_read() {
	let mut longer = script();
	longer.push(0);
	assert_eq!(read_payload(&longer), None);
	assert_eq!(read_payload(&script()[..37]), None);
	assert_eq!(read_payload(&[]), None);
}

#[test]
fn transaction_with_the_payload_verifies() {
	assert!(with_scripts(vec![script()]).is_ok());
}

#[test]
fn no_op_return_output_is_refused() {
	assert_eq!(with_scripts(vec![]), Err(AnchorError::PayloadMissing));
	// The payload anywhere else does not count.
	assert_eq!(with_scripts(vec![script()[1..].to_vec()]), Err(AnchorError::PayloadMissing));
}

#[test]
fn second_op_return_output_is_refused() {
	let other = vec![0x6a, 1, 7];
	assert_eq!(with_scripts(vec![script(), other.clone()]), Err(AnchorError::SeveralPayloads));
	assert_eq!(with_scripts(vec![other, script()]), Err(AnchorError::SeveralPayloads));
	assert_eq!(with_scripts(vec![script(), script()]), Err(AnchorError::SeveralPayloads));
}

#[test]
fn wrong_magic_is_refused() {
	let mut other = script();
	other[2] = b'p';
	assert_eq!(with_scripts(vec![other]), Err(AnchorError::WrongMagic));
	assert_eq!(with_scripts(vec![vec![0x6a]]), Err(AnchorError::WrongMagic));
}

#[test]
fn another_push_of_the_same_data_is_refused() {
	let pushdata1 = [&[0x6a, 0x4c, 36], &script()[2..]].concat();
	assert_eq!(with_scripts(vec![pushdata1]), Err(AnchorError::WrongMagic));
}

#[test]
fn commitment_to_another_checkpoint_is_refused() {
	let shape = AnchorShape::default();
	let proof = shape.build(&sample_checkpoint());
	let mut others = [sample_checkpoint(); 5];
	others[0].genesis = [9; 32].into();
	others[1].block_number += 1;
	others[2].block_hash = [9; 32].into();
	others[3].log_size += 1;
	others[4].log_root = [9; 32].into();
	for other in others {
		let verdict = verify_anchor(&other, &proof, &shape.rules());
		assert_eq!(verdict, Err(AnchorError::PayloadMismatch));
	}
}
