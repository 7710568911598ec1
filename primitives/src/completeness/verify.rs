//! The verifier of completeness bundles: a bundle and a trust file in, an account out.

use super::{
	chain_key, Account, ChainRecord, CompletenessBundle, CompletenessError,
	CompletenessFormatError, CompletenessLevel, CompletenessReport, Disclosed, DisclosedMembers,
	MalformedMember, Positions, ShownBatch, ShownEntry, ShownMember, WithheldRun,
};
use crate::{
	finality::Header,
	hash::{sha256, SoftwareSha256},
	log::{member_leaf, verify_multi_inclusion, Entry},
	member::read_member_at,
	report::Verdict,
	seal::Statement,
	state_proof,
	trust::TrustFile,
	verify::{check_anchor, check_finality, freshness, of_chain},
	LeafHash, OperatorId, RecordId,
};
use alloc::{collections::BTreeSet, string::ToString, vec::Vec};

/// Verifies the bytes of a completeness bundle under `trust`; `now` as in [`crate::verify::verify`].
pub fn verify(bundle: &[u8], trust: &TrustFile, now: Option<u64>) -> CompletenessReport {
	match CompletenessBundle::decode(bundle) {
		Ok(bundle) => verify_bundle(&bundle, trust, now),
		Err(error) => CompletenessReport::unread(trust, error),
	}
}

/// [`verify`] for a bundle that has been read.
///
/// As with the proof of a record, each step is checked even after one has failed, so that the report can say
/// what still holds. The positions are only listed where nothing failed.
pub fn verify_bundle(
	bundle: &CompletenessBundle,
	trust: &TrustFile,
	now: Option<u64>,
) -> CompletenessReport {
	let mut report = CompletenessReport::new(bundle, trust);
	let mut failure = None;
	let mut note = |error: CompletenessError| {
		failure.get_or_insert(error);
	};

	let walked = match bundle.keys.first() {
		Some(key) => walk(bundle, key.operator_id(), trust).map(|walked| (key, walked)),
		None => Err(CompletenessFormatError::Malformed.into()),
	};
	match &walked {
		Ok((key, walked)) => {
			let operator = key.operator_id();
			match walked.check_seals(key) {
				Ok(0) => {},
				Ok(statements) => {
					let key = key.key_id();
					report.levels.push(CompletenessLevel::Sealed { operator, key, statements });
				},
				Err(error) => note(error),
			}
			match walked.check_inclusion(bundle) {
				Ok(0) => {},
				Ok(statements) => {
					let log_size = bundle.checkpoint.log_size;
					report.levels.push(CompletenessLevel::Included { statements, log_size });
				},
				Err(error) => note(error),
			}
			match check_head(bundle, operator, walked.last) {
				Ok(chain) => {
					let block_number = bundle.checkpoint.block_number;
					report.levels.push(CompletenessLevel::Head { operator, block_number, chain });
					report.head = Some(chain);
				},
				Err(error) => note(error),
			}
		},
		Err(error) => note(error.clone()),
	}
	match check_finality(&bundle.finality, &bundle.checkpoint, trust) {
		Ok(level) => report.levels.push(CompletenessLevel::Shared(level)),
		Err(error) => note(error.into()),
	}
	let mut anchored = None;
	if let Some(anchor) = &bundle.anchor {
		match check_anchor(anchor, &bundle.checkpoint, trust) {
			Ok((level, at)) => {
				report.levels.push(CompletenessLevel::Shared(level));
				anchored = Some(at);
			},
			Err(error) => note(error.into()),
		}
	}

	report.verdict = match &failure {
		Some(error) => Verdict::Invalid { step: error.step(), reason: error.to_string() },
		None => freshness(anchored.as_ref(), trust, now),
	};
	if let (None, Ok((_, walked)), Some(chain)) = (&failure, walked, report.head) {
		report.account = Some(walked.account(bundle, &chain));
	}
	report.failure = failure;
	report
}

/// The positions, read and found to follow each other.
struct Walked {
	statements: Vec<Statement>,
	leaves: Vec<(u64, LeafHash)>,
	entries: Vec<ShownEntry>,
	withheld: Vec<WithheldRun>,
	/// Id of the last position, if it is shown.
	last: Option<RecordId>,
}

fn walk(
	bundle: &CompletenessBundle,
	operator: OperatorId,
	trust: &TrustFile,
) -> Result<Walked, CompletenessError> {
	of_chain("the checkpoint", bundle.checkpoint.genesis, trust)
		.map_err(CompletenessError::OtherChain)?;
	let (from, to) = (bundle.from, bundle.to);
	let mut walked = Walked {
		statements: Vec::new(),
		leaves: Vec::new(),
		entries: Vec::new(),
		withheld: Vec::new(),
		last: None,
	};
	// The position that is due; none after the last that there can be.
	let mut next = Some(from);
	for positions in &bundle.positions {
		let position =
			next.filter(|next| *next <= to).ok_or(CompletenessError::Overlong { from, to })?;
		match positions {
			Positions::Withheld(count) => {
				let last = position
					.checked_add(count.saturating_sub(1))
					.filter(|last| *last <= to)
					.ok_or(CompletenessError::Overlong { from, to })?;
				walked.withheld.push(WithheldRun { from: position, to: last, last_record: None });
				walked.last = None;
				next = last.checked_add(1);
			},
			Positions::Disclosed(shown) => {
				walked.show(position, shown, operator, trust)?;
				next = position.checked_add(1);
			},
		}
	}
	match next {
		Some(next) if next <= to => Err(CompletenessError::CutShort { from, to, next }),
		_ => Ok(walked),
	}
}

impl Walked {
	/// Adds the statement that is due at `position`; its seal and its place in the log are checked for all
	/// together.
	fn show(
		&mut self,
		position: u64,
		shown: &Disclosed,
		operator: OperatorId,
		trust: &TrustFile,
	) -> Result<(), CompletenessError> {
		let statement = Statement::decode(&shown.statement)
			.map_err(|source| CompletenessError::Statement { position, source })?;
		let record = statement.record();
		if record.operator != operator {
			return Err(CompletenessError::OtherOperator { position });
		}
		of_chain("the record", record.log, trust).map_err(CompletenessError::OtherChain)?;
		if record.index.is_some() {
			return Err(CompletenessError::BareMember { position });
		}
		let (expected, found) = (position, record.sequence);
		if found > expected {
			return Err(CompletenessError::Gap { expected, found });
		}
		if found < expected {
			return Err(CompletenessError::Repeated { expected, found });
		}
		// The record before is known if it's shown; if it's withheld, this one says its id.
		match self.last {
			Some(last) if record.previous != Some(last) => {
				return Err(CompletenessError::OtherPrevious { position });
			},
			Some(_) => {},
			None => {
				if let Some(run) = self.withheld.last_mut() {
					run.last_record = record.previous;
				}
			},
		}
		if self.leaves.last().is_some_and(|(before, _)| shown.index <= *before) {
			return Err(CompletenessError::LogOrder { position });
		}
		let id = statement.record_id();
		let digest = statement.digest();
		let batch = check_batch(position, &statement, shown.members.as_ref())?;
		self.leaves.push((shown.index, Entry::statement(digest).leaf_hash::<SoftwareSha256>()));
		self.entries.push(ShownEntry {
			sequence: position,
			id,
			statement: digest,
			log_index: shown.index,
			kind: record.kind,
			time_ms: record.time_ms,
			previous: record.previous,
			batch,
		});
		self.last = Some(id);
		self.statements.push(statement);
		Ok(())
	}

	/// Verifies every seal; gives their number.
	fn check_seals(&self, key: &crate::PublicKey) -> Result<usize, CompletenessError> {
		for statement in &self.statements {
			statement.verify(key).map_err(|source| CompletenessError::Seal {
				position: statement.record().sequence,
				source,
			})?;
		}
		Ok(self.statements.len())
	}

	/// Verifies that all statements are in the log; gives their number.
	fn check_inclusion(&self, bundle: &CompletenessBundle) -> Result<usize, CompletenessError> {
		let checkpoint = &bundle.checkpoint;
		verify_multi_inclusion::<SoftwareSha256>(
			&self.leaves,
			checkpoint.log_size,
			&bundle.path,
			&checkpoint.log_root,
		)
		.map_err(CompletenessError::Included)?;
		Ok(self.leaves.len())
	}

	fn account(mut self, bundle: &CompletenessBundle, chain: &ChainRecord) -> Account {
		let (from, to) = (bundle.from, bundle.to);
		let mut fixed_from = None;
		if to.checked_add(1) == Some(chain.head.next_sequence) {
			// The state names the last record, and each record shown the one before it.
			let mut lowest = to;
			for entry in self.entries.iter().rev() {
				if entry.sequence != lowest || lowest == from {
					break;
				}
				lowest = lowest.saturating_sub(1);
			}
			fixed_from = Some(lowest);
			if let Some(run) = self.withheld.last_mut().filter(|run| run.to == to) {
				run.last_record = chain.head.head;
			}
		}
		let follows =
			self.entries.first().filter(|entry| entry.sequence == from).and_then(|it| it.previous);
		Account { entries: self.entries, withheld: self.withheld, fixed_from, follows }
	}
}

/// Checks the members of a batch that are shown. Where the bytes that the operator sealed into the batch are no
/// member, that is no fault of the bundle: it is what the bundle shows.
fn check_batch(
	position: u64,
	statement: &Statement,
	shown: Option<&DisclosedMembers>,
) -> Result<Option<ShownBatch>, CompletenessError> {
	let Some(batch) = statement.record().batch else {
		return match shown {
			Some(_) => Err(CompletenessError::NoBatch { position }),
			None => Ok(None),
		};
	};
	let mut found = ShownBatch { count: batch.count, members: Vec::new(), malformed: Vec::new() };
	let Some(DisclosedMembers { members, path }) = shown else { return Ok(Some(found)) };
	let ids: Vec<RecordId> =
		members.iter().map(|(_, bytes)| RecordId::new(sha256(bytes))).collect();
	let mut leaves = Vec::new();
	for ((index, _), id) in members.iter().zip(&ids) {
		if *index >= batch.count {
			let (index, count) = (*index, batch.count);
			return Err(CompletenessError::MemberBeyondBatch { position, index, count });
		}
		leaves.push((u64::from(*index), member_leaf::<SoftwareSha256>(id)));
	}
	verify_multi_inclusion::<SoftwareSha256>(&leaves, batch.count.into(), path, &batch.root)
		.map_err(|source| CompletenessError::Members { position, source })?;
	let beside: BTreeSet<RecordId> = ids.iter().copied().collect();
	for ((index, bytes), id) in members.iter().zip(ids) {
		let index = *index;
		match read_member_at(statement.record(), index, bytes, &beside) {
			Ok(record) => found.members.push(ShownMember {
				index,
				id,
				kind: record.kind,
				time_ms: record.time_ms,
			}),
			Err(fault) => found.malformed.push(MalformedMember { index, id, fault }),
		}
	}
	Ok(Some(found))
}

/// What the state of the checkpoint's block holds of the operator's chain, and that the range lies in it and,
/// if it reaches the chain's end, ends with its head.
fn check_head(
	bundle: &CompletenessBundle,
	operator: OperatorId,
	last: Option<RecordId>,
) -> Result<ChainRecord, CompletenessError> {
	let header = Header::decode(&bundle.finality.header)?;
	if header.hash() != bundle.checkpoint.block_hash {
		return Err(CompletenessError::OtherHeader);
	}
	let value = state_proof::verify(&header.state_root(), &chain_key(&operator), &bundle.state)?;
	let chain = ChainRecord::read(value).ok_or(CompletenessError::HeadMalformed)?;
	let (to, length) = (bundle.to, chain.head.next_sequence);
	if to >= length {
		return Err(CompletenessError::BeyondHead { to, length });
	}
	let ends = to.checked_add(1) == Some(length);
	if ends && last.is_some_and(|last| Some(last) != chain.head.head) {
		return Err(CompletenessError::OtherHead { position: to });
	}
	Ok(chain)
}
