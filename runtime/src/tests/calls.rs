//! Which calls there are. A pallet or call that appears must be added here on purpose.

use crate::RuntimeCall;
use frame_support::traits::{GetCallMetadata, GetCallName};

#[test]
fn these_pallets_take_calls_and_no_others() {
	assert_eq!(
		RuntimeCall::get_module_names(),
		[
			"System",
			"Babe",
			"Timestamp",
			"Balances",
			"Session",
			"Grandpa",
			"Sudo",
			"Configuration",
			"ParasShared",
			"ParaInclusion",
			"ParaInherent",
			"Paras",
			"Initializer",
			"Hrmp",
			"ParasDisputes",
			"ParasSlashing",
			"OnDemandAssignmentProvider",
			"ParasSudoWrapper",
			"Validators",
			"Operators",
			"AuditRecord",
			"Anchor",
		]
	);
}

#[test]
fn the_supply_has_no_call_of_its_own() {
	assert!(pallet_pan_token::Call::<crate::Runtime>::get_call_names().is_empty());
	assert_eq!(pallet_validators::Call::<crate::Runtime>::get_call_names(), ["add", "remove"]);
}

/// A call that dispatches other calls could carry a batch where the log store does not look for its
/// members, or a refused call past the filter. Only sudo's do; the rest of these only have such a name.
#[test]
fn only_sudo_carries_calls() {
	let wrapping: Vec<String> = RuntimeCall::get_module_names()
		.iter()
		.flat_map(|module| {
			RuntimeCall::get_call_names(module).iter().map(move |call| format!("{module}::{call}"))
		})
		.filter(|name| {
			["batch", "proxy", "multi", "dispatch", "schedule", "sudo_as", "as_derivative"]
				.iter()
				.any(|word| name.split("::").nth(1).is_some_and(|call| call.contains(word)))
		})
		.collect();
	assert_eq!(
		wrapping,
		[
			"Sudo::sudo_as",
			"Configuration::set_scheduler_params",
			"Paras::force_schedule_code_upgrade",
			"ParasSudoWrapper::sudo_schedule_para_initialize",
			"ParasSudoWrapper::sudo_schedule_para_cleanup",
			"ParasSudoWrapper::sudo_schedule_parathread_upgrade",
			"ParasSudoWrapper::sudo_schedule_parachain_downgrade",
			"AuditRecord::submit_batch",
		]
	);
}
