//! A chain of headers from a pinned one: links, proof of work, and the difficulty that the network's
//! rules demand. What a header declares for itself is compared, never believed.

use ::bitcoin::{
	block::Header,
	consensus::{deserialize, Params},
	BlockHash, CompactTarget, Target, Work,
};

use super::{AnchorError, BitcoinNetwork, PinnedHeader, HEADER_LEN};

/// Most headers that a proof may have: about four years of blocks after the pinned header.
pub const MAX_HEADERS: usize = 210_000;

/// What a verifier demands of the Bitcoin side of an anchor. Comes from the verifier's own
/// configuration, never from a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderRules {
	/// The network whose difficulty rules apply.
	pub network: BitcoinNetwork,
	/// A header known to be in that network's chain; proofs start right after it. Pinning the first
	/// block of a difficulty period (a height divisible by 2016) leaves no slack in the rules.
	pub pinned: PinnedHeader,
	/// Least number of blocks from the anchor's on, that one included.
	pub min_confirmations: u32,
	/// Least expected number of hashes, big-endian, in the anchor's block and all on top of it.
	pub min_work: [u8; 32],
	/// Easiest target, in the compact form of headers, that any header may have; none for no floor
	/// besides the network's rules.
	pub max_target: Option<u32>,
}

/// What a checked chain of headers shows about one of its blocks.
pub(super) struct CheckedBlock {
	pub header: Header,
	pub hash: BlockHash,
	/// In the block and all on top of it.
	pub work: Work,
}

/// Checks every header and sums the work from number `block` on. Hashes each header once.
pub(super) fn check_headers(
	headers: &[[u8; HEADER_LEN]],
	block: u32,
	rules: &HeaderRules,
) -> Result<CheckedBlock, AnchorError> {
	let mut links = Links::after_pinned(rules.network, &rules.pinned, rules.max_target)?;
	let mut found: Option<CheckedBlock> = None;
	let mut works = Works::default();
	for (index, bytes) in (0u32..).zip(headers) {
		let Linked { header, hash, target } = links.follow(index, bytes)?;
		if index >= block {
			let work = works.of(target);
			match &mut found {
				Some(checked) => checked.work = add_work(checked.work, work),
				None => found = Some(CheckedBlock { header, hash, work }),
			}
		}
	}
	found.ok_or(AnchorError::BlockOutOfRange)
}

/// A header that follows from the pinned one by the network's rules.
pub(super) struct Linked {
	pub header: Header,
	pub hash: BlockHash,
	pub target: Target,
}

/// The rules of a chain of headers, standing at its newest.
pub(super) struct Links {
	previous: BlockHash,
	difficulty: Difficulty,
	floor: Option<Target>,
}

impl Links {
	pub(super) fn after_pinned(
		network: BitcoinNetwork,
		pinned: &PinnedHeader,
		max_target: Option<u32>,
	) -> Result<Self, AnchorError> {
		let header: Header = deserialize(&pinned.header).map_err(|_| AnchorError::PinnedHeader)?;
		let difficulty = Difficulty::after_pinned(network, pinned.height, &header)
			.ok_or(AnchorError::PinnedHeader)?;
		// A floor that can't be read refuses everything.
		let floor = max_target
			.map(|bits| read_target(CompactTarget::from_consensus(bits)).unwrap_or(Target::ZERO));
		Ok(Self { previous: header.block_hash(), difficulty, floor })
	}

	/// Checks the next header, which errors call number `index`.
	pub(super) fn follow(
		&mut self,
		index: u32,
		bytes: &[u8; HEADER_LEN],
	) -> Result<Linked, AnchorError> {
		let header: Header =
			deserialize(bytes).map_err(|_| AnchorError::HeaderMalformed { index })?;
		if header.prev_blockhash != self.previous {
			return Err(AnchorError::HeadersNotLinked { index });
		}
		let target =
			self.difficulty.target(header.bits).ok_or(AnchorError::WrongDifficulty { index })?;
		if self.floor.is_some_and(|easiest| target > easiest) {
			return Err(AnchorError::DifficultyBelowFloor { index });
		}
		let hash = header.validate_pow(target).map_err(|_| AnchorError::ProofOfWork { index })?;
		self.difficulty.advance(&header).ok_or(AnchorError::WrongHeight)?;
		self.previous = hash;
		Ok(Linked { header, hash, target })
	}
}

/// The work of targets: it changes once in 2016 headers and takes longer to compute than a hash.
#[derive(Default)]
pub(super) struct Works(Option<(Target, Work)>);

impl Works {
	pub(super) fn of(&mut self, target: Target) -> Work {
		let work = match self.0 {
			Some((same, work)) if same == target => work,
			_ => target.to_work(),
		};
		self.0 = Some((target, work));
		work
	}
}

/// Sum that stops at the greatest number, where the crate's own would wrap.
#[allow(clippy::arithmetic_side_effects, reason = "left <= most, and the sum is at most `most`")]
pub(super) fn add_work(left: Work, right: Work) -> Work {
	let most = Work::from_be_bytes([0xff; 32]);
	if right > most - left {
		most
	} else {
		left + right
	}
}

/// The difficulty rules, standing at one header.
pub(super) struct Difficulty {
	network: BitcoinNetwork,
	height: u32,
	bits: CompactTarget,
	time: u32,
	/// Timestamp of the first block of the current period; none while it lies before the pinned
	/// header.
	period_start: Option<u32>,
}

impl Difficulty {
	/// Stands at the pinned header; none if its target is none of the network's.
	pub(super) fn after_pinned(
		network: BitcoinNetwork,
		height: u32,
		pinned: &Header,
	) -> Option<Self> {
		let limit = network.params().max_attainable_target;
		read_target(pinned.bits).filter(|target| *target <= limit)?;
		let mut at =
			Self { network, height, bits: pinned.bits, time: pinned.time, period_start: None };
		at.note_period(pinned);
		Some(at)
	}

	/// The target that the rules demand of the next header, if that is what it declares.
	pub(super) fn target(&self, declared: CompactTarget) -> Option<Target> {
		let target = read_target(declared)?;
		let next = self.height.checked_add(1)?;
		let params = self.network.params();
		// On regtest the difficulty never changes.
		let retargets = !params.no_pow_retargeting && is_period_start(next, params);
		let meets = match (retargets, self.period_start) {
			(false, _) => declared == self.bits,
			(true, Some(start)) => {
				// A period that ends before it starts counts as the shortest.
				let timespan = u64::from(self.time.saturating_sub(start));
				declared == CompactTarget::from_next_work_required(self.bits, timespan, params)
			},
			(true, None) => {
				let former = Target::from_compact(self.bits);
				let hardest = former.min_transition_threshold().to_compact_lossy();
				let easiest = former.max_transition_threshold(params).to_compact_lossy();
				let range = Target::from_compact(hardest)..=Target::from_compact(easiest);
				range.contains(&target)
			},
		};
		meets.then_some(target)
	}

	/// Moves to the next header, which was checked; none past the last height.
	pub(super) fn advance(&mut self, header: &Header) -> Option<()> {
		self.height = self.height.checked_add(1)?;
		self.bits = header.bits;
		self.time = header.time;
		self.note_period(header);
		Some(())
	}

	fn note_period(&mut self, header: &Header) {
		if is_period_start(self.height, self.network.params()) {
			self.period_start = Some(header.time);
		}
	}
}

fn is_period_start(height: u32, params: &Params) -> bool {
	u64::from(height).checked_rem(params.difficulty_adjustment_interval()) == Some(0)
}

/// The target of a compact form that nodes write: not zero, negative or written in another way.
pub(super) fn read_target(bits: CompactTarget) -> Option<Target> {
	let target = Target::from_compact(bits);
	(target != Target::ZERO && target.to_compact_lossy() == bits).then_some(target)
}
