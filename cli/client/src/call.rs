//! The calls that Pantheon's programs submit.
//!
//! Arguments are SCALE bytes of the types that the runtime itself decodes, so a batch of thousands of
//! leaves is copied, not walked through the metadata. Pallet and call numbers come from the chain's
//! metadata, by name.

use codec::Encode;
use pantheon_primitives::{
	bitcoin::AnchorProof, Checkpoint, LeafHash, OperatorId, PublicKey, SubmittedRecord,
};
use subxt::{
	ext::{
		scale_encode::{EncodeAsFields, Error as EncodeError},
		scale_type_resolver::{FieldIter, TypeResolver},
	},
	transactions::Payload,
};

/// A call with its arguments, ready to be signed by an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
	pallet: &'static str,
	name: &'static str,
	args: Args,
}

/// SCALE bytes of a call's arguments, in their order.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Args {
	count: usize,
	bytes: Vec<u8>,
}

impl Call {
	/// `Operators::register`: stores an operator's key, with a deposit from the submitting account.
	///
	/// `proof` is the operator's ML-DSA-65 signature over
	/// [`pantheon_primitives::seal::registration_message`].
	pub fn register(key: &PublicKey, proof: &[u8]) -> Self {
		Self::new("Operators", "register", &[key.as_bytes()[..].encode(), proof.encode()])
	}

	/// `Operators::deregister`: gives the deposit back and leaves a tombstone.
	pub fn deregister(operator: OperatorId) -> Self {
		Self::new("Operators", "deregister", &[operator.encode()])
	}

	/// `AuditRecord::submit`: one record with its seal.
	pub fn submit(record: &SubmittedRecord, signature: &[u8]) -> Self {
		Self::new("AuditRecord", "submit", &[record.encode(), signature.encode()])
	}

	/// `AuditRecord::submit_batch`: a batch record, its seal and its members' leaves.
	pub fn submit_batch(record: &SubmittedRecord, signature: &[u8], members: &[LeafHash]) -> Self {
		let args = [record.encode(), signature.encode(), members.encode()];
		Self::new("AuditRecord", "submit_batch", &args)
	}

	/// `Anchor::report`: a checkpoint that is anchored in Bitcoin.
	///
	/// `consistency` leads from the checkpoint's log to one that the chain still remembers.
	pub fn report_anchor(
		checkpoint: &Checkpoint,
		proof: &AnchorProof,
		consistency: &[[u8; 32]],
	) -> Self {
		let args = [checkpoint.encode(), proof.encode(), consistency.encode()];
		Self::new("Anchor", "report", &args)
	}

	/// `Anchor::correct`: where anchor `number` is after a reorganisation of Bitcoin.
	pub fn correct_anchor(number: u64, proof: &AnchorProof) -> Self {
		Self::new("Anchor", "correct", &[number.encode(), proof.encode()])
	}

	/// Pallet and call, as in `AuditRecord::submit`.
	pub fn title(&self) -> String {
		format!("{}::{}", self.pallet, self.name)
	}

	fn new(pallet: &'static str, name: &'static str, args: &[Vec<u8>]) -> Self {
		Self { pallet, name, args: Args { count: args.len(), bytes: args.concat() } }
	}
}

impl EncodeAsFields for Args {
	fn encode_as_fields_to<R: TypeResolver>(
		&self,
		fields: &mut dyn FieldIter<'_, R::TypeId>,
		_types: &R,
		out: &mut Vec<u8>,
	) -> Result<(), EncodeError> {
		if fields.len() != self.count {
			return Err(EncodeError::custom_string(format!(
				"the chain's call takes {} arguments, not {}",
				fields.len(),
				self.count
			)));
		}
		out.extend_from_slice(&self.bytes);
		Ok(())
	}
}

impl Payload for Call {
	type CallData = Args;

	fn pallet_name(&self) -> &str {
		self.pallet
	}

	fn call_name(&self) -> &str {
		self.name
	}

	fn call_data(&self) -> &Self::CallData {
		&self.args
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn arguments_are_the_scale_bytes_in_order() {
		let members = [LeafHash::new([7; 32]), LeafHash::new([8; 32])];
		let record = SubmittedRecord {
			log: Default::default(),
			operator: Default::default(),
			sequence: 3,
			previous: None,
			time_ms: 5,
			kind: 5,
			model: None,
			input: None,
			output: None,
			policy: None,
			authority: None,
			intent: None,
			parents: Vec::new(),
			locator: None,
			batch: None,
		};
		let call = Call::submit_batch(&record, &[1, 2, 3], &members);
		let expected = (record, vec![1u8, 2, 3], members.to_vec()).encode();
		assert_eq!(call.args.bytes, expected);
		assert_eq!(call.args.count, 3);
		// The node finds a batch's members at the end of the extrinsic.
		assert!(call.args.bytes.ends_with(&[[7u8; 32], [8u8; 32]].concat()));
		assert_eq!(call.title(), "AuditRecord::submit_batch");
	}
}
