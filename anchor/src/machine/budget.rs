//! What the anchors of a year may cost, and how far apart that puts them. Pure arithmetic.
//!
//! A budget year begins with the first anchor and every 365 days after it. What is left of the budget is
//! spread evenly over what is left of the year, at the fees of now: cheap days bring more anchors, dear ones
//! fewer, and the money lasts until the year ends.

use bitcoin::Amount;

/// Length of a budget year in seconds.
pub const YEAR: u64 = 365 * 86_400;

/// A fee and when it was committed to, seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spending {
	/// When the anchor was prepared.
	pub at: u64,
	/// Its fee.
	pub fee: Amount,
}

/// The budget year that goes on now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetYear {
	/// When it began, seconds since 1970.
	pub begun: u64,
	/// When the next one begins.
	pub ends: u64,
	/// What its anchors cost so far, those in flight at their dearest version.
	pub spent: Amount,
	/// What is left.
	pub left: Amount,
}

impl BudgetYear {
	/// From everything that was ever spent. A clock that was set back puts fees into the future: they count
	/// for the year that goes on, so that no jump of the clock frees money twice.
	pub fn of(spent: impl Iterator<Item = Spending> + Clone, budget: Amount, now: u64) -> Self {
		let first = spent.clone().map(|s| s.at).min().unwrap_or(now).min(now);
		let years = now.saturating_sub(first) / YEAR;
		let begun = first.saturating_add(years.saturating_mul(YEAR));
		let fees = spent.filter(|s| s.at >= begun).map(|s| s.fee.to_sat());
		let spent = Amount::from_sat(fees.fold(0, u64::saturating_add));
		let left = budget.checked_sub(spent).unwrap_or(Amount::ZERO);
		Self { begun, ends: begun.saturating_add(YEAR), spent, left }
	}

	/// Seconds between two anchors at that cost each, for the rest of the year.
	pub fn pace(&self, now: u64, cost: Amount) -> u64 {
		let rest = u128::from(self.ends.saturating_sub(now));
		match u128::from(self.left.to_sat()) {
			0 => YEAR,
			left => u64::try_from((rest * u128::from(cost.to_sat())).div_ceil(left))
				.map_or(YEAR, |pace| pace.min(YEAR)),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn sat(amount: u64) -> Amount {
		Amount::from_sat(amount)
	}

	fn year(spent: &[(u64, u64)], budget: u64, now: u64) -> BudgetYear {
		let spent = spent.iter().map(|(at, fee)| Spending { at: *at, fee: sat(*fee) });
		BudgetYear::of(spent, sat(budget), now)
	}

	#[test]
	fn a_year_begins_with_the_first_anchor_and_the_budget_with_each_year() {
		assert_eq!(
			year(&[], 100, 50),
			BudgetYear { begun: 50, ends: 50 + YEAR, spent: sat(0), left: sat(100) }
		);
		let spent = [(1_000, 60), (2_000, 30)];
		assert_eq!(year(&spent, 100, 3_000).left, sat(10));
		assert_eq!(year(&spent, 80, 3_000).left, sat(0), "the budget was lowered");
		assert_eq!(year(&spent, 100, 999 + YEAR).left, sat(10));
		assert_eq!(year(&spent, 100, 1_000 + YEAR).left, sat(100));
		assert_eq!(year(&spent, 100, 1_000 + 7 * YEAR).begun, 1_000 + 7 * YEAR);
	}

	#[test]
	fn a_clock_set_back_frees_nothing() {
		assert_eq!(year(&[(5_000, 60)], 100, 10).left, sat(40));
		assert_eq!(year(&[(5_000, 60)], 100, 10).begun, 10);
	}

	#[test]
	fn the_rest_of_the_money_lasts_for_the_rest_of_the_year() {
		let fresh = year(&[], 8_760_000, 0);
		assert_eq!(fresh.pace(0, sat(1_000)), 3_600, "an anchor an hour");
		assert_eq!(fresh.pace(0, sat(10_000)), 36_000, "ten times as dear, ten times as rare");
		assert_eq!(fresh.pace(YEAR / 2, sat(1_000)), 1_800, "nothing spent by half time");
		let spent = year(&[(0, 8_760_000)], 8_760_000, YEAR / 2);
		assert_eq!(spent.pace(YEAR / 2, sat(1_000)), YEAR);
	}

	proptest! {
		/// Whatever fees do, who keeps to the pace never runs out before the year ends.
		#[test]
		fn who_keeps_the_pace_is_never_out_of_budget(
			costs in proptest::collection::vec(1u64..200_000, 1..200)
		) {
			let budget = 10_000_000u64;
			let (mut now, mut spent) = (0, Vec::new());
			for cost in costs {
				let state = year(&spent, budget, now);
				let pace = state.pace(now, sat(cost));
				if now + pace >= YEAR {
					break;
				}
				prop_assert!(state.left >= sat(cost), "{state:?} at {now}");
				spent.push((now, cost));
				now += pace;
			}
		}
	}
}
