//! What nobody may call, root included.
//!
//! The supply of PAN is fixed. A few calls of stock pallets could raise it: all need root, and sudo
//! dispatches past the call filter. So they are refused twice: by [`CallGuard`], the call filter, for
//! whatever is dispatched through a filter, and by [`RootCall`], the only form in which sudo takes a
//! call, for what is not. Root can still replace the runtime's code, which is the one way to change
//! this rule, and a visible one.

use crate::{Runtime, RuntimeCall, RuntimeOrigin};
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{
	dispatch::{DispatchInfo, DispatchResultWithPostInfo, GetDispatchInfo},
	traits::{Contains, UnfilteredDispatchable},
};
use scale_info::{Type, TypeInfo};

/// The filter on every call that isn't made by root.
pub struct CallGuard;

impl Contains<RuntimeCall> for CallGuard {
	fn contains(call: &RuntimeCall) -> bool {
		!touches_supply(call) && !abandons_seat(call)
	}
}

/// Calls that could issue PAN, or write any storage and so the issuance or a balance too.
fn touches_supply(call: &RuntimeCall) -> bool {
	use frame_system::Call as System;
	use pallet_balances::Call as Balances;
	matches!(
		call,
		RuntimeCall::Balances(
			Balances::force_set_balance { .. } | Balances::force_adjust_total_issuance { .. }
		) | RuntimeCall::System(
			System::set_storage { .. } | System::kill_storage { .. } | System::kill_prefix { .. }
		)
	)
}

/// A validator without session keys is dropped at the next session, even if it is the last one. Root
/// decides who leaves (`Validators::remove`); keys may be replaced but not thrown away.
fn abandons_seat(call: &RuntimeCall) -> bool {
	matches!(call, RuntimeCall::Session(pallet_session::Call::purge_keys { .. }))
}

/// A call that sudo may make: any but those that touch the supply.
///
/// Encodes, and shows in the metadata, exactly as the call within.
#[derive(Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, PartialEq)]
pub struct RootCall(pub RuntimeCall);

impl From<RuntimeCall> for RootCall {
	fn from(call: RuntimeCall) -> Self {
		Self(call)
	}
}

impl TypeInfo for RootCall {
	type Identity = RuntimeCall;

	fn type_info() -> Type {
		RuntimeCall::type_info()
	}
}

impl GetDispatchInfo for RootCall {
	fn get_dispatch_info(&self) -> DispatchInfo {
		self.0.get_dispatch_info()
	}
}

impl UnfilteredDispatchable for RootCall {
	type RuntimeOrigin = RuntimeOrigin;

	/// # Errors
	///
	/// `System::CallFiltered` for a call that touches the supply; else what the call itself answers.
	fn dispatch_bypass_filter(self, origin: RuntimeOrigin) -> DispatchResultWithPostInfo {
		if touches_supply(&self.0) {
			return Err(frame_system::Error::<Runtime>::CallFiltered.into());
		}
		self.0.dispatch_bypass_filter(origin)
	}
}
