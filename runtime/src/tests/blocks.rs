//! Blocks are made and sessions turn.

use super::{ext, genesis_header, make_block};
use crate::{Babe, Grandpa, PanToken, Runtime, Session, System, Validators};
use frame_support::assert_ok;
use sp_runtime::traits::Header as _;

#[test]
fn sessions_turn_and_the_set_id_stays() {
	ext("local_testnet").execute_with(|| {
		let mut parent = genesis_header();
		for _ in 0..45 {
			parent = make_block(&parent, vec![]);
		}
		assert_eq!(*parent.number(), 45);
		assert_eq!(Session::current_index(), 2, "a session lasts 20 slots");
		assert_eq!(Babe::authorities().len(), 4);
		assert_eq!(Grandpa::grandpa_authorities().len(), 4);
		assert_eq!(pallet_grandpa::CurrentSetId::<Runtime>::get(), 0);
		assert_ok!(PanToken::do_try_state());
		assert_ok!(Validators::do_try_state());
	});
}

#[test]
fn an_empty_block_leaves_no_event_of_ours() {
	ext("development").execute_with(|| {
		make_block(&genesis_header(), vec![]);
		let ours = System::events()
			.into_iter()
			.filter(|record| matches!(record.event, crate::RuntimeEvent::PanToken(_)))
			.count();
		assert_eq!(ours, 0);
	});
}
