//! Weights of the parachains pallets, which ship none outside of Polkadot's own runtimes.
//!
//! Numbers: Westend's published measurement (westend-runtime 40.0.0, reference hardware) plus a
//! quarter, rounded up to two digits; storage by count. They bound root calls, calls of validators
//! and the inherent; none of them is on the path of a record.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};
use polkadot_runtime_parachains::{
	configuration, disputes, disputes::slashing, hrmp, inclusion, initializer, on_demand, paras,
	paras_inherent,
};

/// `nanoseconds` of compute with `reads` from and `writes` to the database, and `proof` bytes.
fn weight<T: frame_system::Config>(
	nanoseconds: u64,
	proof: u64,
	reads: u64,
	writes: u64,
) -> Weight {
	Weight::from_parts(nanoseconds.saturating_mul(1_000), proof)
		.saturating_add(T::DbWeight::get().reads_writes(reads, writes))
}

/// As [`weight`], `count` times.
fn each<T: frame_system::Config>(
	count: u32,
	nanoseconds: u64,
	proof: u64,
	reads: u64,
	writes: u64,
) -> Weight {
	weight::<T>(nanoseconds, proof, reads, writes).saturating_mul(count.into())
}

/// Weights of `configuration`.
pub struct Configuration<T>(PhantomData<T>);

impl<T: frame_system::Config> configuration::WeightInfo for Configuration<T> {
	fn set_config_with_block_number() -> Weight {
		weight::<T>(17_000, 1_700, 3, 1)
	}
	fn set_config_with_u32() -> Weight {
		weight::<T>(17_000, 1_700, 3, 1)
	}
	fn set_config_with_option_u32() -> Weight {
		weight::<T>(17_000, 1_700, 3, 1)
	}
	fn set_config_with_balance() -> Weight {
		weight::<T>(17_000, 1_700, 3, 1)
	}
	fn set_hrmp_open_request_ttl() -> Weight {
		weight::<T>(17_000, 1_700, 3, 1)
	}
	fn set_config_with_executor_params() -> Weight {
		weight::<T>(17_000, 1_700, 3, 1)
	}
	fn set_config_with_perbill() -> Weight {
		weight::<T>(17_000, 1_700, 3, 1)
	}
	fn set_node_feature() -> Weight {
		weight::<T>(17_000, 1_700, 3, 1)
	}
	fn set_config_with_scheduler_params() -> Weight {
		weight::<T>(17_000, 1_700, 3, 1)
	}
}

/// Weights of `disputes`.
pub struct Disputes<T>(PhantomData<T>);

impl<T: frame_system::Config> disputes::WeightInfo for Disputes<T> {
	fn force_unfreeze() -> Weight {
		weight::<T>(3_500, 0, 0, 1)
	}
}

/// Weights of `slashing`.
pub struct Slashing<T>(PhantomData<T>);

impl<T: frame_system::Config> slashing::WeightInfo for Slashing<T> {
	fn report_dispute_lost_unsigned(validators: u32) -> Weight {
		weight::<T>(190_000, 5_600, 17, 8).saturating_add(each::<T>(validators, 260, 34, 0, 0))
	}
}

/// Weights of `hrmp`.
pub struct Hrmp<T>(PhantomData<T>);

impl<T: frame_system::Config> hrmp::WeightInfo for Hrmp<T> {
	fn hrmp_init_open_channel() -> Weight {
		weight::<T>(73_000, 4_000, 10, 5)
	}
	fn hrmp_accept_open_channel() -> Weight {
		weight::<T>(71_000, 4_200, 7, 4)
	}
	fn hrmp_close_channel() -> Weight {
		weight::<T>(72_000, 4_300, 7, 4)
	}
	fn force_clean_hrmp(ingress: u32, egress: u32) -> Weight {
		weight::<T>(2_000_000, 3_800, 2, 4)
			.saturating_add(each::<T>(ingress, 5_700, 2_600, 2, 3))
			.saturating_add(each::<T>(egress, 5_800, 2_600, 2, 3))
	}
	fn force_process_hrmp_open(channels: u32) -> Weight {
		weight::<T>(15_000, 2_000, 1, 1).saturating_add(each::<T>(channels, 35_000, 5_100, 7, 6))
	}
	fn force_process_hrmp_close(channels: u32) -> Weight {
		weight::<T>(13_000, 1_800, 1, 1).saturating_add(each::<T>(channels, 22_000, 2_600, 3, 5))
	}
	fn hrmp_cancel_open_request(requests: u32) -> Weight {
		weight::<T>(40_000, 4_300, 3, 3).saturating_add(each::<T>(requests, 300, 15, 0, 0))
	}
	fn clean_open_channel_requests(requests: u32) -> Weight {
		weight::<T>(2_700, 1_800, 1, 1).saturating_add(each::<T>(requests, 5_800, 2_600, 1, 1))
	}
	fn force_open_hrmp_channel(requests: u32) -> Weight {
		weight::<T>(110_000, 6_500, 16, 8).saturating_add(each::<T>(requests, 21_000, 240, 0, 0))
	}
	fn establish_system_channel() -> Weight {
		weight::<T>(110_000, 6_500, 16, 8)
	}
	fn poke_channel_deposits() -> Weight {
		weight::<T>(25_000, 3_800, 1, 1)
	}
	fn establish_channel_with_system() -> Weight {
		weight::<T>(170_000, 6_500, 23, 11)
	}
}

/// Weights of `inclusion`.
pub struct Inclusion<T>(PhantomData<T>);

impl<T: frame_system::Config> inclusion::WeightInfo for Inclusion<T> {
	fn enact_candidate(upward: u32, horizontal: u32, upgrades: u32) -> Weight {
		weight::<T>(200_000, 140_000, 8, 6)
			.saturating_add(each::<T>(upward, 670_000, 83_000, 1, 3))
			.saturating_add(each::<T>(horizontal, 660_000, 30_000, 3, 4))
			.saturating_add(each::<T>(upgrades, 58_000, 26_000, 9, 8))
	}
}

/// Weights of `initializer`.
pub struct Initializer<T>(PhantomData<T>);

impl<T: frame_system::Config> initializer::WeightInfo for Initializer<T> {
	fn force_approve(digests: u32) -> Weight {
		weight::<T>(2_400, 0, 0, 0).saturating_add(each::<T>(digests, 1, 0, 0, 0))
	}
}

/// Weights of `on_demand`.
pub struct OnDemand<T>(PhantomData<T>);

impl<T: frame_system::Config> on_demand::WeightInfo for OnDemand<T> {
	fn place_order_allow_death() -> Weight {
		weight::<T>(250_000, 82_000, 3, 3)
	}
	fn place_order_keep_alive() -> Weight {
		weight::<T>(250_000, 82_000, 3, 3)
	}
	fn place_order_with_credits() -> Weight {
		weight::<T>(220_000, 84_000, 3, 3)
	}
}

/// Weights of `paras`.
pub struct Paras<T>(PhantomData<T>);

impl<T: frame_system::Config> paras::WeightInfo for Paras<T> {
	fn force_set_current_code(bytes: u32) -> Weight {
		weight::<T>(47_000, 12_000, 4, 6).saturating_add(each::<T>(bytes, 4, 0, 0, 0))
	}
	fn force_set_current_head(bytes: u32) -> Weight {
		weight::<T>(27_000, 0, 0, 1).saturating_add(each::<T>(bytes, 2, 0, 0, 0))
	}
	fn force_set_most_recent_context() -> Weight {
		weight::<T>(5_000, 0, 0, 1)
	}
	fn force_schedule_code_upgrade(bytes: u32) -> Weight {
		weight::<T>(68_000, 12_000, 8, 7).saturating_add(each::<T>(bytes, 4, 0, 0, 0))
	}
	fn force_note_new_head(bytes: u32) -> Weight {
		weight::<T>(45_000, 3_800, 1, 3).saturating_add(each::<T>(bytes, 2, 0, 0, 0))
	}
	fn force_queue_action() -> Weight {
		weight::<T>(29_000, 7_800, 2, 1)
	}
	fn add_trusted_validation_code(bytes: u32) -> Weight {
		weight::<T>(120_000, 4_200, 4, 3).saturating_add(each::<T>(bytes, 3, 0, 0, 0))
	}
	fn poke_unused_validation_code() -> Weight {
		weight::<T>(9_300, 3_500, 1, 1)
	}
	fn remove_upgrade_cooldown() -> Weight {
		weight::<T>(44_000, 1_800, 1, 2)
	}
	fn include_pvf_check_statement_finalize_upgrade_accept() -> Weight {
		weight::<T>(980_000, 31_000, 5, 103)
	}
	fn include_pvf_check_statement_finalize_upgrade_reject() -> Weight {
		weight::<T>(150_000, 31_000, 3, 1)
	}
	fn include_pvf_check_statement_finalize_onboarding_accept() -> Weight {
		weight::<T>(800_000, 31_000, 5, 3)
	}
	fn include_pvf_check_statement_finalize_onboarding_reject() -> Weight {
		weight::<T>(150_000, 31_000, 3, 1)
	}
	fn include_pvf_check_statement() -> Weight {
		weight::<T>(150_000, 31_000, 3, 1)
	}
	fn authorize_force_set_current_code_hash() -> Weight {
		weight::<T>(18_000, 3_600, 1, 1)
	}
	fn apply_authorized_force_set_current_code(bytes: u32) -> Weight {
		weight::<T>(43_000, 3_600, 3, 4).saturating_add(each::<T>(bytes, 5, 0, 0, 0))
	}
}

/// Weights of `paras_inherent`.
pub struct ParasInherent<T>(PhantomData<T>);

impl<T: frame_system::Config> paras_inherent::WeightInfo for ParasInherent<T> {
	fn enter_empty() -> Weight {
		weight::<T>(370_000, 42_000, 17, 5)
	}
	fn enter_variable_disputes(statements: u32) -> Weight {
		weight::<T>(1_300_000, 130_000, 30, 17)
			.saturating_add(each::<T>(statements, 53_000, 0, 0, 0))
	}
	fn enter_bitfields() -> Weight {
		weight::<T>(700_000, 82_000, 19, 7)
	}
	fn enter_backed_candidates_variable(votes: u32) -> Weight {
		weight::<T>(1_900_000, 83_000, 32, 16).saturating_add(each::<T>(votes, 60_000, 0, 0, 0))
	}
	fn enter_backed_candidate_code_upgrade() -> Weight {
		weight::<T>(51_000_000, 83_000, 34, 16)
	}
}
