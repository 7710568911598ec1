//! The verifier: a bundle and a trust file in, a verdict out. No I/O, no clock: the present is an argument.
//!
//! Every step is checked even after one has failed, so that the report can say what still holds: a proof
//! that reaches Bitcoin but is not final is *timestamped*, not shown to be Pantheon's.

use crate::{
	bitcoin::{verify_anchor, AnchorError, AnchorProof, AnchoredAt},
	bundle::{Inclusion, MemberProof, PairedIntent, ProofBundle},
	finality::{FinalityError, FinalityProof},
	hash::SoftwareSha256,
	log::{member_leaf, verify_inclusion, Entry},
	member::read_member,
	record::{Kind, Record},
	report::{Level, Paired, Report, Step, Subject, Verdict},
	seal::{PublicKey, Statement},
	trust::TrustFile,
	Checkpoint, GenesisHash,
};
use alloc::{
	format,
	string::{String, ToString},
	vec::Vec,
};

/// A step that does not hold, and why.
struct Failure(Step, String);

type Checked<T> = Result<T, Failure>;

fn fail<E: ToString>(step: Step) -> impl Fn(E) -> Failure {
	move |error| Failure(step, error.to_string())
}

/// Verifies the bytes of a proof bundle under `trust`.
///
/// `now` is the auditor's time in seconds since 1970; without it no freshness is checked, and a trust file
/// that limits an anchor's age then makes the verdict STALE.
pub fn verify(bundle: &[u8], trust: &TrustFile, now: Option<u64>) -> Report {
	match ProofBundle::decode(bundle) {
		Ok(bundle) => verify_bundle(&bundle, trust, now),
		Err(error) => Report::unread(trust, error.to_string()),
	}
}

/// [`verify`] for a bundle that has been read.
pub fn verify_bundle(bundle: &ProofBundle, trust: &TrustFile, now: Option<u64>) -> Report {
	let mut first_failure = None;
	let mut levels = Vec::new();
	let mut note = |failure: Failure| {
		first_failure.get_or_insert(failure);
	};

	let sealed = check_seal(bundle);
	let subject = sealed.as_ref().ok().map(|sealed| sealed.subject(bundle));
	let on_this_log = sealed.as_ref().ok().map(|sealed| check_chain(sealed, bundle, trust));
	match &sealed {
		Ok(sealed) => levels.push(Level::Sealed {
			operator: sealed.record.operator,
			key: *sealed.statement.kid(),
			batch: bundle
				.member
				.as_ref()
				.and(sealed.statement.record().batch)
				.map(|batch| batch.count),
		}),
		Err(Failure(step, reason)) => note(Failure(*step, reason.clone())),
	}
	if let Some(Err(failure)) = on_this_log {
		note(failure);
	}

	let mut paired = None;
	if let (Ok(sealed), Some(intent)) = (&sealed, &bundle.intent) {
		match check_intent(sealed, intent, bundle) {
			Ok(found) => {
				levels
					.push(Level::Linked { intent: found.intent, intent_index: found.intent_index });
				paired = Some(found);
			},
			Err(failure) => note(failure),
		}
	}

	let inclusion = &bundle.inclusion;
	if let Ok(sealed) = &sealed {
		match check_inclusion(&sealed.statement, inclusion, &bundle.checkpoint) {
			Ok(()) => levels.push(Level::Included {
				index: inclusion.index,
				log_size: bundle.checkpoint.log_size,
			}),
			Err(failure) => note(failure),
		}
	}

	match check_finality(&bundle.finality, &bundle.checkpoint, trust) {
		Ok(level) => levels.push(level),
		Err(error) => note(fail(Step::Finalised)(error)),
	}

	let mut anchored = None;
	if let Some(anchor) = &bundle.anchor {
		match check_anchor(anchor, &bundle.checkpoint, trust) {
			Ok((level, at)) => {
				levels.push(level);
				anchored = Some(at);
			},
			Err(error) => note(fail(Step::Anchored)(error)),
		}
	}

	let verdict = match first_failure {
		Some(Failure(step, reason)) => Verdict::Invalid { step, reason },
		None => freshness(anchored.as_ref(), trust, now),
	};
	Report {
		verdict,
		chain: trust.chain.clone(),
		genesis: trust.genesis,
		network: trust.bitcoin.network,
		log_size: Some(bundle.checkpoint.log_size),
		levels,
		subject,
		paired,
	}
}

/// The record that the bundle is about, with the statement that seals it.
struct Sealed {
	record: Record,
	statement: Statement,
}

impl Sealed {
	fn subject(&self, bundle: &ProofBundle) -> Subject {
		Subject {
			id: self.record.id(),
			statement: self.statement.digest(),
			leaf: Entry::statement(self.statement.digest()).leaf_hash::<SoftwareSha256>(),
			index: bundle.inclusion.index,
			record: self.record.clone(),
		}
	}
}

fn check_seal(bundle: &ProofBundle) -> Checked<Sealed> {
	let sealed = open(&bundle.statement, bundle.member.as_ref())?;
	let [key] = bundle.keys.as_slice() else {
		return Err(Failure(Step::Key, "the bundle carries no single key".into()));
	};
	check_key(&sealed.statement, key)?;
	Ok(sealed)
}

fn check_key(statement: &Statement, key: &PublicKey) -> Checked<()> {
	if key.operator_id() != statement.record().operator {
		return Err(Failure(Step::Key, "the key is not the operator's".into()));
	}
	statement.verify(key).map_err(fail(Step::Sealed))
}

/// Reads a statement and, of a batch, the member.
fn open(statement: &[u8], member: Option<&MemberProof>) -> Checked<Sealed> {
	let statement = Statement::decode(statement).map_err(fail(Step::Sealed))?;
	let record = match member {
		Some(member) => {
			check_member(&statement, member).map_err(|why| Failure(Step::Member, why))?
		},
		None => statement.record().clone(),
	};
	if member.is_none() && record.index.is_some() {
		return Err(Failure(Step::Sealed, "a batch member is not sealed by itself".into()));
	}
	Ok(Sealed { record, statement })
}

/// That the member is in its batch, and what it says of itself.
fn check_member(statement: &Statement, member: &MemberProof) -> Result<Record, String> {
	let batch = statement.record().batch.ok_or("the statement is not of a batch")?;
	let (index, record) =
		read_member(statement.record(), &member.record).map_err(|fault| fault.to_string())?;
	let leaf = member_leaf::<SoftwareSha256>(&record.id());
	verify_inclusion::<SoftwareSha256>(
		&leaf,
		index.into(),
		batch.count.into(),
		&member.path,
		&batch.root,
	)
	.map_err(|error| format!("position {index} of the batch: {error}"))?;
	Ok(record)
}

fn check_chain(sealed: &Sealed, bundle: &ProofBundle, trust: &TrustFile) -> Checked<()> {
	let wrong = |reason| Failure(Step::Chain, reason);
	of_chain("the record", sealed.record.log, trust).map_err(wrong)?;
	of_chain("the checkpoint", bundle.checkpoint.genesis, trust).map_err(wrong)
}

/// That something is for the trusted chain.
pub(crate) fn of_chain(what: &str, genesis: GenesisHash, trust: &TrustFile) -> Result<(), String> {
	if genesis == trust.genesis {
		return Ok(());
	}
	let TrustFile { chain, genesis: trusted, .. } = trust;
	Err(format!("{what} is for the chain {genesis}, the trust file for {trusted} ({chain})"))
}

fn check_inclusion(
	statement: &Statement,
	inclusion: &Inclusion,
	checkpoint: &Checkpoint,
) -> Checked<()> {
	let leaf = Entry::statement(statement.digest()).leaf_hash::<SoftwareSha256>();
	verify_inclusion::<SoftwareSha256>(
		&leaf,
		inclusion.index,
		checkpoint.log_size,
		&inclusion.path,
		&checkpoint.log_root,
	)
	.map_err(|error| Failure(Step::Included, format!("entry {}: {error}", inclusion.index)))
}

/// That the record answers an intent of the same operator that stood in the log before it.
fn check_intent(sealed: &Sealed, paired: &PairedIntent, bundle: &ProofBundle) -> Checked<Paired> {
	let wrong = |why: &str| Failure(Step::Linked, why.into());
	let expected = sealed.record.intent.ok_or_else(|| wrong("the record answers no intent"))?;
	let intent = open(&paired.statement, paired.member.as_ref())
		.map_err(|Failure(_, why)| Failure(Step::Linked, format!("the intent: {why}")))?;
	if intent.record.id() != expected || intent.record.kind != Kind::Intent {
		return Err(wrong("the record answers another intent"));
	}
	if (intent.record.operator, intent.record.log) != (sealed.record.operator, sealed.record.log) {
		return Err(wrong("the intent is another operator's or for another log"));
	}
	if intent.record.sequence == sealed.record.sequence {
		return Err(wrong("the intent stands in the same batch as its answer"));
	}
	if intent.record.sequence > sealed.record.sequence
		|| paired.inclusion.index >= bundle.inclusion.index
	{
		return Err(wrong("the intent does not stand before its answer"));
	}
	let [key] = bundle.keys.as_slice() else { return Err(wrong("no key for the intent")) };
	check_key(&intent.statement, key)
		.and_then(|()| check_inclusion(&intent.statement, &paired.inclusion, &bundle.checkpoint))
		.map_err(|Failure(_, why)| Failure(Step::Linked, format!("the intent: {why}")))?;
	Ok(Paired {
		intent: expected,
		intent_index: paired.inclusion.index,
		intent_time_ms: intent.record.time_ms,
	})
}

/// That the trusted authorities, or a set that they handed over to, made the checkpoint final.
pub(crate) fn check_finality(
	finality: &FinalityProof,
	checkpoint: &Checkpoint,
	trust: &TrustFile,
) -> Result<Level, FinalityError> {
	let set = finality.verify(checkpoint, &trust.authorities)?;
	Ok(Level::Finalised {
		block_number: checkpoint.block_number,
		block_hash: checkpoint.block_hash,
		set_id: set.id,
		authorities: set.authorities.len(),
		trusted_set_id: trust.authorities.id,
	})
}

/// That the checkpoint is in Bitcoin, as deep as the trust file asks.
pub(crate) fn check_anchor(
	anchor: &AnchorProof,
	checkpoint: &Checkpoint,
	trust: &TrustFile,
) -> Result<(Level, AnchoredAt), AnchorError> {
	let at = verify_anchor(checkpoint, anchor, &trust.bitcoin)?;
	Ok((Level::Anchored { network: trust.bitcoin.network, at }, at))
}

/// The verdict on a proof in which nothing is wrong.
pub(crate) fn freshness(
	anchored: Option<&AnchoredAt>,
	trust: &TrustFile,
	now: Option<u64>,
) -> Verdict {
	let Some(anchored) = anchored else {
		return Verdict::Stale { reason: "final, but not yet anchored in Bitcoin".into() };
	};
	let Some(limit) = trust.max_anchor_age else { return Verdict::Verified };
	let Some(now) = now else {
		return Verdict::Stale {
			reason: "the trust file limits the anchor's age, and no time was given".into(),
		};
	};
	let age = now.saturating_sub(anchored.time.into());
	if age > limit {
		let reason = format!("the anchor is {age} seconds old, the trust file allows {limit}");
		return Verdict::Stale { reason };
	}
	Verdict::Verified
}
