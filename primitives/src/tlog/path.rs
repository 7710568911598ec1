//! `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]`: each resource has exactly one name.

use super::TILE_WIDTH;
use core::fmt;

/// Tree levels that one level of tiles spans.
const TILE_HEIGHT: u8 = 8;
/// Numbers in one element of a path: `000` to `999`.
const PER_ELEMENT: u64 = 1000;

/// Why a text names no tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TilePathError {
	/// It doesn't begin with `tile/`, or lacks a part.
	#[error("not the path of a tile")]
	NotATile,
	/// The level is not `entries` and not a number from 0 to 63 without leading zeroes.
	#[error("the level is neither `entries` nor a number from 0 to 63")]
	Level,
	/// The index is not in elements of three digits, all but the last with an `x`, or has needless
	/// leading ones.
	#[error("the index is not in elements of three digits, all but the last preceded by x")]
	Index,
	/// The width is not a number from 1 to 255 without leading zeroes.
	#[error("the width of a partial tile is a number from 1 to 255")]
	Width,
}

/// Level of a hash tile: its hashes are of subtrees of `256^level` entries. From 0 to 63.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileLevel(u8);

impl TileLevel {
	/// The leaves.
	pub const LEAVES: Self = Self(0);
	/// The highest level that a path may name.
	pub const MAX: Self = Self(63);

	/// The level; none above [`Self::MAX`].
	pub fn new(level: u8) -> Option<Self> {
		(level <= Self::MAX.0).then_some(Self(level))
	}

	/// The number.
	pub fn get(self) -> u8 {
		self.0
	}

	/// How many hashes this level has in a log of `size` entries.
	pub fn hashes(self, size: u64) -> u64 {
		// Shifted out altogether: such a subtree is larger than any log.
		size.checked_shr(u32::from(self.0.saturating_mul(TILE_HEIGHT))).unwrap_or(0)
	}
}

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TileContent {
	/// Hashes of that level.
	Hashes(TileLevel),
	/// The entries themselves.
	Entries,
}

impl TileContent {
	/// The level of the hashes; entries are counted as leaves are.
	pub fn level(self) -> TileLevel {
		match self {
			Self::Hashes(level) => level,
			Self::Entries => TileLevel::LEAVES,
		}
	}
}

/// How many hashes or entries of a tile are meant: 1 to [`TILE_WIDTH`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileWidth(u16);

impl TileWidth {
	/// All of it.
	pub const FULL: Self = Self(TILE_WIDTH);

	/// The width; none unless from 1 to [`TILE_WIDTH`].
	pub fn new(width: u16) -> Option<Self> {
		(1..=TILE_WIDTH).contains(&width).then_some(Self(width))
	}

	/// The number.
	pub fn get(self) -> u16 {
		self.0
	}
}

/// A tile, or a part of it from its beginning. What it holds never changes once it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TilePath {
	/// Hashes or entries.
	pub content: TileContent,
	/// Number of the tile in its level.
	pub index: u64,
	/// How much of it.
	pub width: TileWidth,
}

impl TilePath {
	/// As much of tile `index` as a log of `size` entries has; none if it has nothing of it.
	pub fn in_log(content: TileContent, index: u64, size: u64) -> Option<Self> {
		let before = index.checked_mul(TILE_WIDTH.into())?;
		let left = content.level().hashes(size).checked_sub(before)?;
		let width = u16::try_from(left.min(TILE_WIDTH.into())).ok().and_then(TileWidth::new)?;
		Some(Self { content, index, width })
	}

	/// Entries of the smallest log that has all of it; none if no log can.
	pub fn needed_size(&self) -> Option<u64> {
		let end = self.index.checked_mul(TILE_WIDTH.into())?.checked_add(self.width.0.into())?;
		let entries = 256u64.checked_pow(self.content.level().0.into())?;
		end.checked_mul(entries)
	}

	/// Reads what [`fmt::Display`] writes, and nothing else.
	///
	/// Errors: see [`TilePathError`].
	pub fn parse(path: &str) -> Result<Self, TilePathError> {
		let rest = path.strip_prefix("tile/").ok_or(TilePathError::NotATile)?;
		let (level, rest) = rest.split_once('/').ok_or(TilePathError::NotATile)?;
		let content = match level {
			"entries" => TileContent::Entries,
			_ => {
				let level = number(level, 2).and_then(|level| u8::try_from(level).ok());
				let level = level.and_then(TileLevel::new).ok_or(TilePathError::Level)?;
				TileContent::Hashes(level)
			},
		};
		let (index, width) = match rest.split_once(".p/") {
			None => (rest, TileWidth::FULL),
			Some((index, width)) => {
				let width = number(width, 3).filter(|width| *width < TILE_WIDTH);
				(index, width.and_then(TileWidth::new).ok_or(TilePathError::Width)?)
			},
		};
		let index = parse_index(index).ok_or(TilePathError::Index)?;
		Ok(Self { content, index, width })
	}
}

impl fmt::Display for TilePath {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self.content {
			TileContent::Hashes(level) => write!(f, "tile/{}/", level.0)?,
			TileContent::Entries => f.write_str("tile/entries/")?,
		}
		// 1000^6 is the largest power in a u64.
		let powers = (1..=6).rev().filter_map(|power| PER_ELEMENT.checked_pow(power));
		for power in powers.filter(|power| self.index >= *power) {
			let element = self.index.checked_div(power).unwrap_or(0).wrapping_rem(PER_ELEMENT);
			write!(f, "x{element:03}/")?;
		}
		write!(f, "{:03}", self.index.wrapping_rem(PER_ELEMENT))?;
		match self.width {
			TileWidth::FULL => Ok(()),
			TileWidth(width) => write!(f, ".p/{width}"),
		}
	}
}

/// A decimal number of at most `digits` digits without leading zeroes.
fn number(text: &str, digits: usize) -> Option<u16> {
	let plain = (1..=digits).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
	if !plain || (text.len() > 1 && text.starts_with('0')) {
		return None;
	}
	text.parse().ok()
}

fn parse_index(text: &str) -> Option<u64> {
	let (leading, last) = match text.rsplit_once('/') {
		None => (None, text),
		// An index below 1000 has one element only.
		Some((leading, _)) if leading.starts_with("x000") => return None,
		Some((leading, last)) => (Some(leading), last),
	};
	let leading = leading.into_iter().flat_map(|elements| elements.split('/'));
	let mut index = 0u64;
	for element in leading.map(|element| element.strip_prefix('x')).chain([Some(last)]) {
		let element = element.filter(|text| text.len() == 3)?;
		if !element.bytes().all(|b| b.is_ascii_digit()) {
			return None;
		}
		index = index.checked_mul(PER_ELEMENT)?.checked_add(element.parse().ok()?)?;
	}
	Some(index)
}
