//! How much work an auditor should ask for on top of an anchor, where nobody chose otherwise.

use ::bitcoin::{block::Header, consensus::deserialize, CompactTarget, Work};

use super::{
	headers::{add_work, read_target},
	BitcoinNetwork, PinnedHeader,
};

/// Easiest target, in compact form, that a block on mainnet is assumed to have when no other least work
/// is chosen: difficulty 1.8e13, a tenth of that of 2025. The same floor stands in the genesis of a
/// Pantheon chain that anchors on mainnet.
pub const MAINNET_FLOOR: u32 = 0x170f_ffff;

/// By how much the difficulty may fall after the pinned header before anchors stop counting.
const SLACK: u32 = 10;

/// No work is asked for where work is what the proof rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("on {0} an anchor rests on proof of work, and none is asked for: only on regtest may the least work be zero")]
pub struct NoWork(pub BitcoinNetwork);

/// Expected hashes, big-endian, that `confirmations` blocks should show at least.
///
/// For each block a tenth of the pinned header's work; on mainnet at least that of [`MAINNET_FLOOR`], so
/// that a pin in Bitcoin's first years, when a laptop could mine, asks for today's order of magnitude.
/// Zero on regtest, where work shows nothing, and for a pinned header that can't be read.
pub fn default_min_work(
	network: BitcoinNetwork,
	pinned: &PinnedHeader,
	confirmations: u32,
) -> [u8; 32] {
	let work_of = |bits| read_target(bits).map(|target| target.to_work());
	let pinned = deserialize::<Header>(&pinned.header).ok().and_then(|header| work_of(header.bits));
	let zero = Work::from_be_bytes([0; 32]);
	let tenth = pinned.map_or(zero, |work| divide(work, SLACK));
	let each = match network {
		BitcoinNetwork::Mainnet => {
			tenth.max(work_of(CompactTarget::from_consensus(MAINNET_FLOOR)).unwrap_or(zero))
		},
		BitcoinNetwork::Signet => tenth,
		BitcoinNetwork::Regtest => return [0; 32],
	};
	multiply(each, confirmations).to_be_bytes()
}

/// Refuses zero work on networks where an anchor rests on work.
pub fn check_min_work(network: BitcoinNetwork, min_work: &[u8; 32]) -> Result<(), NoWork> {
	if network != BitcoinNetwork::Regtest && *min_work == [0; 32] {
		Err(NoWork(network))
	} else {
		Ok(())
	}
}

/// Big-endian long division; by zero, all of it.
fn divide(work: Work, by: u32) -> Work {
	let mut rest = 0u64;
	let digits = work.to_be_bytes().map(|byte| {
		let value = rest.wrapping_shl(8) | u64::from(byte);
		let by = u64::from(by);
		rest = value.checked_rem(by).unwrap_or(0);
		u8::try_from(value.checked_div(by).unwrap_or(value)).unwrap_or(u8::MAX)
	});
	Work::from_be_bytes(digits)
}

/// `work` times `by` by doubling, up to the greatest number.
fn multiply(work: Work, by: u32) -> Work {
	let mut sum = Work::from_be_bytes([0; 32]);
	for bit in (0..u32::BITS).rev() {
		sum = add_work(sum, sum);
		if by.checked_shr(bit).unwrap_or(0) & 1 == 1 {
			sum = add_work(sum, work);
		}
	}
	sum
}
