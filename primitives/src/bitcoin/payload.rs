//! What an anchor transaction carries.

use ::bitcoin::{ScriptBuf, Transaction};
use alloc::vec::Vec;

use super::AnchorError;
use crate::checkpoint::Checkpoint;

/// Marks the payload as a Pantheon checkpoint's commitment.
pub const MAGIC: [u8; 4] = *b"PNTH";
/// Length of [`payload`].
pub const PAYLOAD_LEN: usize = 36;
/// Length of [`payload_script`]; nodes relay scripts of up to 83 bytes without special settings.
pub const PAYLOAD_SCRIPT_LEN: usize = 38;

const OP_RETURN: u8 = 0x6a;
const PUSH_36: u8 = 0x24;

/// The data of the OP_RETURN output: [`MAGIC`] ‖ the checkpoint's commitment.
pub fn payload(checkpoint: &Checkpoint) -> [u8; PAYLOAD_LEN] {
	let commitment = checkpoint.commitment();
	let mut out = [0; PAYLOAD_LEN];
	let bytes = MAGIC.iter().chain(&commitment);
	out.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
	out
}

/// The whole script of the OP_RETURN output, with the one push that is accepted.
pub fn payload_script(checkpoint: &Checkpoint) -> Vec<u8> {
	ScriptBuf::new_op_return(payload(checkpoint)).into_bytes()
}

/// The commitment in an output script, if it is exactly an anchor's payload script.
pub fn read_payload(script: &[u8]) -> Option<[u8; 32]> {
	match script {
		[OP_RETURN, PUSH_36, data @ ..] => data.strip_prefix(&MAGIC)?.try_into().ok(),
		_ => None,
	}
}

/// The commitment in the transaction's one OP_RETURN output.
///
/// A second OP_RETURN output is refused whatever it carries, so that a transaction never commits to
/// two checkpoints.
pub(super) fn read_one_payload(transaction: &Transaction) -> Result<[u8; 32], AnchorError> {
	let mut outputs =
		transaction.output.iter().filter(|output| output.script_pubkey.is_op_return());
	let output = outputs.next().ok_or(AnchorError::PayloadMissing)?;
	if outputs.next().is_some() {
		return Err(AnchorError::SeveralPayloads);
	}
	read_payload(output.script_pubkey.as_bytes()).ok_or(AnchorError::WrongMagic)
}

/// Whether the transaction's one OP_RETURN output carries this checkpoint.
pub(super) fn check_payload(
	transaction: &Transaction,
	checkpoint: &Checkpoint,
) -> Result<(), AnchorError> {
	if read_one_payload(transaction)? == checkpoint.commitment() {
		Ok(())
	} else {
		Err(AnchorError::PayloadMismatch)
	}
}
