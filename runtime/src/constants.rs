//! Fixed numbers of the chain: money, time, size.

#![warn(missing_docs)]

/// Amounts of PAN, in its smallest unit.
pub mod currency {
	use polkadot_primitives::Balance;

	/// Digits behind the point.
	pub const DECIMALS: u8 = 12;
	/// One PAN.
	pub const PAN: Balance = 1_000_000_000_000;
	/// A thousandth of a PAN.
	pub const MILLI_PAN: Balance = PAN / 1_000;
	/// A millionth of a PAN.
	pub const MICRO_PAN: Balance = PAN / 1_000_000;

	/// All PAN that will ever exist: five billion.
	pub const TOTAL_SUPPLY: Balance = 5_000_000_000 * PAN;

	/// The least that an account may hold: 0.01 PAN.
	pub const EXISTENTIAL_DEPOSIT: Balance = 10 * MILLI_PAN;

	/// What must lie on deposit for keeping `items` entries of `bytes` bytes together in state.
	pub const fn deposit(items: u32, bytes: u32) -> Balance {
		// Widening casts; `From` is not const.
		(items as Balance)
			.saturating_mul(PAN)
			.saturating_add((bytes as Balance).saturating_mul(500 * MICRO_PAN))
	}
}

/// Time, in slots and blocks.
pub mod time {
	use polkadot_primitives::{BlockNumber, Moment};

	/// Length of a slot, and the time between blocks, in milliseconds.
	pub const SLOT_MS: Moment = 6_000;
	/// Blocks per minute.
	pub const MINUTES: BlockNumber = 10;
	/// Blocks per hour.
	pub const HOURS: BlockNumber = 60 * MINUTES;
	/// Blocks per day.
	pub const DAYS: BlockNumber = 24 * HOURS;

	/// Length of a session where genesis sets no other: one hour, in slots.
	pub const EPOCH_SLOTS: u64 = 600;

	/// Chance of a slot to have a primary author. One in four keeps forks rare while messages may
	/// take up to two seconds to travel.
	pub const PRIMARY_PROBABILITY: (u64, u64) = (1, 4);
}

/// Limits of a block.
pub mod limits {
	use frame_support::{
		dispatch::DispatchClass,
		parameter_types,
		weights::constants::{BlockExecutionWeight, ExtrinsicBaseWeight},
	};
	use frame_system::limits;
	use polkadot_runtime_common::{
		AVERAGE_ON_INITIALIZE_RATIO, MAXIMUM_BLOCK_WEIGHT, NORMAL_DISPATCH_RATIO,
	};

	/// Most bytes of a block's extrinsics. Normal ones may use 75 % of it.
	pub const BLOCK_LENGTH: u32 = 10 * 1024 * 1024;

	parameter_types! {
		/// Length limits: 10 MiB, 75 % of it for normal extrinsics.
		pub BlockLength: limits::BlockLength = limits::BlockLength::builder()
			.max_length(BLOCK_LENGTH)
			.modify_max_length_for_class(DispatchClass::Normal, |length| {
				*length = NORMAL_DISPATCH_RATIO * *length
			})
			.build();

		/// Weight limits: 2 s of compute, 75 % of it for normal extrinsics. The last quarter is
		/// reserved for operational ones, so that a full block still takes a dispute or an upgrade.
		pub BlockWeights: limits::BlockWeights = limits::BlockWeights::builder()
			.base_block(BlockExecutionWeight::get())
			.for_class(DispatchClass::all(), |weights| {
				weights.base_extrinsic = ExtrinsicBaseWeight::get();
			})
			.for_class(DispatchClass::Normal, |weights| {
				weights.max_total = Some(NORMAL_DISPATCH_RATIO * MAXIMUM_BLOCK_WEIGHT);
			})
			.for_class(DispatchClass::Operational, |weights| {
				weights.max_total = Some(MAXIMUM_BLOCK_WEIGHT);
				weights.reserved = Some(
					MAXIMUM_BLOCK_WEIGHT
						.saturating_sub(NORMAL_DISPATCH_RATIO * MAXIMUM_BLOCK_WEIGHT),
				);
			})
			.avg_block_initialization(AVERAGE_ON_INITIALIZE_RATIO)
			.build_or_panic();
	}
}
