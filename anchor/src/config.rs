//! The configuration file (TOML) and what overrides it from the environment.
//!
//! `pantheon-anchor.example.toml` documents every key; a test keeps it complete and correct.

use crate::{
	fees::{anchor_vbytes, FeePolicy},
	guards::Guards,
	machine::{BlockPlace, Cadence, Policy, Reporting},
	rpc::{Credentials, FeeRate},
};
use bitcoin::{Amount, BlockHash, OutPoint};
use pantheon_client::{Account, AccountError};
use pantheon_primitives::trust::{TrustError, TrustFile};
use serde::Deserialize;
use std::{
	fs, io,
	net::SocketAddr,
	path::{Path, PathBuf},
	time::Duration,
};

/// The documented example: what `pantheon-anchor init` writes.
pub const EXAMPLE: &str = include_str!("../pantheon-anchor.example.toml");

/// Overrides `bitcoin.user`.
pub const ENV_USER: &str = "PANTHEON_ANCHOR_BITCOIN_USER";
/// Overrides `bitcoin.password`.
pub const ENV_PASSWORD: &str = "PANTHEON_ANCHOR_BITCOIN_PASSWORD";
/// Overrides `password` in `bitcoin.second`.
pub const ENV_SECOND_PASSWORD: &str = "PANTHEON_ANCHOR_SECOND_PASSWORD";
/// Overrides `chain.reporter`.
pub const ENV_REPORTER: &str = "PANTHEON_ANCHOR_REPORTER";

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
	journal: PathBuf,
	export_dir: PathBuf,
	trust_file: PathBuf,
	chain: ChainSection,
	bitcoin: BitcoinSection,
	#[serde(default)]
	fees: FeesSection,
	#[serde(default)]
	rhythm: RhythmSection,
	#[serde(default)]
	metrics: MetricsSection,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct MetricsSection {
	listen: Option<SocketAddr>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChainSection {
	url: String,
	audit_url: Option<String>,
	reporter: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BitcoinSection {
	url: String,
	wallet: String,
	cookie_file: Option<PathBuf>,
	user: Option<String>,
	password: Option<String>,
	pinned_block: Option<PinnedBlock>,
	#[serde(default = "default_tip_age")]
	max_tip_age_seconds: u64,
	second: Option<SecondNode>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecondNode {
	url: String,
	cookie_file: Option<PathBuf>,
	user: Option<String>,
	password: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PinnedBlock {
	height: u32,
	hash: BlockHash,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FeesSection {
	target_blocks: u16,
	fallback_sat_per_vbyte: u64,
	max_sat_per_vbyte: u64,
	max_sat_per_transaction: u64,
	max_sat_per_year: u64,
	bump_after_blocks: u32,
	alarm_below_anchors: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RhythmSection {
	min_interval_seconds: u64,
	max_interval_seconds: u64,
	poll_seconds: u64,
	retry_seconds: u64,
	confirmed: u32,
	#[serde(rename = "final")]
	final_: u32,
}

fn default_tip_age() -> u64 {
	10_800
}

impl Default for FeesSection {
	fn default() -> Self {
		Self {
			target_blocks: 6,
			fallback_sat_per_vbyte: 2,
			max_sat_per_vbyte: 50,
			max_sat_per_transaction: 15_000,
			max_sat_per_year: 5_000_000,
			bump_after_blocks: 2,
			alarm_below_anchors: 50,
		}
	}
}

impl Default for RhythmSection {
	fn default() -> Self {
		Self {
			min_interval_seconds: 3_600,
			max_interval_seconds: 86_400,
			poll_seconds: 10,
			retry_seconds: 30,
			confirmed: 6,
			final_: 100,
		}
	}
}

/// Everything the service needs to know, checked.
#[derive(Debug)]
pub struct Config {
	/// The journal's path.
	pub journal: PathBuf,
	/// Where proofs go.
	pub export_dir: PathBuf,
	/// Chain, Bitcoin network and rules, as auditors have them.
	pub trust: TrustFile,
	/// A Pantheon node's RPC.
	pub chain_url: String,
	/// Its `audit_*` RPC, where that is apart.
	pub audit_url: Option<String>,
	/// The account that reports.
	pub reporter: Option<Account>,
	/// A Bitcoin node's RPC.
	pub bitcoin_url: String,
	/// The wallet's name.
	pub wallet: String,
	/// How to log in there.
	pub credentials: Credentials,
	/// A second node that must agree with the first: its RPC, and how to log in there.
	pub second: Option<(String, Credentials)>,
	/// Where `/metrics` is served.
	pub metrics: Option<SocketAddr>,
	/// What the Bitcoin node must show.
	pub guards: Guards,
	/// What may be paid.
	pub fees: FeePolicy,
	/// Depths and intervals.
	pub policy: Policy,
	/// How often both nodes are looked at.
	pub poll: Duration,
}

/// Why a configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
	/// A file can't be read.
	#[error("can't read {path}: {source}")]
	Io {
		/// The file.
		path: PathBuf,
		/// What the system said.
		source: io::Error,
	},
	/// Not TOML, or not these keys.
	#[error("{path}: {source}")]
	Syntax {
		/// The file.
		path: PathBuf,
		/// Where and what.
		source: Box<toml::de::Error>,
	},
	/// A value that makes no sense.
	#[error("{key}: {rule}")]
	Value {
		/// The key.
		key: &'static str,
		/// The rule that it breaks.
		rule: &'static str,
	},
	/// The trust file is refused.
	#[error("{path}: {source}")]
	Trust {
		/// The file.
		path: PathBuf,
		/// Why.
		source: TrustError,
	},
	/// The reporter's account is refused.
	#[error("chain.reporter: {0}")]
	Reporter(#[from] AccountError),
}

/// What may stand in the environment.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
	/// See [`ENV_USER`].
	pub user: Option<String>,
	/// See [`ENV_PASSWORD`].
	pub password: Option<String>,
	/// See [`ENV_SECOND_PASSWORD`].
	pub second_password: Option<String>,
	/// See [`ENV_REPORTER`].
	pub reporter: Option<String>,
}

impl Overrides {
	/// From this process's environment. Empty variables count as unset.
	pub fn from_env() -> Self {
		let read = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
		Self {
			user: read(ENV_USER),
			password: read(ENV_PASSWORD),
			second_password: read(ENV_SECOND_PASSWORD),
			reporter: read(ENV_REPORTER),
		}
	}
}

impl Config {
	/// Reads a configuration file and the trust file that it names.
	pub fn load(path: &Path, overrides: Overrides) -> Result<Self, ConfigError> {
		let text = fs::read_to_string(path)
			.map_err(|source| ConfigError::Io { path: path.into(), source })?;
		let file: File = toml::from_str(&text)
			.map_err(|source| ConfigError::Syntax { path: path.into(), source: source.into() })?;
		let base = path.parent().unwrap_or(Path::new(""));
		let trust_path = base.join(&file.trust_file);
		let trust = fs::read(&trust_path)
			.map_err(|source| ConfigError::Io { path: trust_path.clone(), source })?;
		let trust = TrustFile::parse(&trust)
			.map_err(|source| ConfigError::Trust { path: trust_path, source })?;
		file.check(base, trust, overrides)
	}
}

fn value(key: &'static str, rule: &'static str) -> ConfigError {
	ConfigError::Value { key, rule }
}

fn check_url(key: &'static str, url: &str) -> Result<(), ConfigError> {
	match url.starts_with("http://") {
		true => Ok(()),
		false => Err(value(key, "must begin with http://; reach a far node by a tunnel")),
	}
}

fn credentials(
	key: &'static str,
	base: &Path,
	user: Option<String>,
	password: Option<String>,
	cookie_file: Option<PathBuf>,
) -> Result<Credentials, ConfigError> {
	match (user, password, cookie_file) {
		(Some(user), Some(password), _) => Ok(Credentials::Password { user, password }),
		(_, _, Some(path)) => Ok(Credentials::CookieFile(base.join(path))),
		_ => Err(value(key, "needs cookie_file, or user and password")),
	}
}

impl File {
	fn check(self, base: &Path, trust: TrustFile, over: Overrides) -> Result<Config, ConfigError> {
		let File { chain, bitcoin, fees, rhythm, .. } = self;
		check_url("bitcoin.url", &bitcoin.url)?;
		if !(1..=1_008).contains(&fees.target_blocks) {
			return Err(value("fees.target_blocks", "must be 1 to 1008"));
		}
		if fees.max_sat_per_vbyte == 0 {
			return Err(value("fees.max_sat_per_vbyte", "must be at least 1"));
		}
		if fees.max_sat_per_transaction < anchor_vbytes() {
			return Err(value("fees.max_sat_per_transaction", "must pay for 1 sat/vB"));
		}
		if fees.max_sat_per_year < fees.max_sat_per_transaction {
			return Err(value("fees.max_sat_per_year", "must pay for one transaction"));
		}
		if fees.bump_after_blocks == 0 {
			return Err(value("fees.bump_after_blocks", "must be at least 1"));
		}
		if (1..rhythm.min_interval_seconds).contains(&rhythm.max_interval_seconds) {
			return Err(value(
				"rhythm.max_interval_seconds",
				"must not be below rhythm.min_interval_seconds",
			));
		}
		if rhythm.confirmed < trust.bitcoin.min_confirmations {
			return Err(value(
				"rhythm.confirmed",
				"must not be below the trust file's confirmations",
			));
		}
		if rhythm.final_ < rhythm.confirmed {
			return Err(value("rhythm.final", "must not be below rhythm.confirmed"));
		}
		if rhythm.poll_seconds == 0 || rhythm.retry_seconds == 0 {
			return Err(value("rhythm", "poll_seconds and retry_seconds must be at least 1"));
		}
		let user = over.user.or(bitcoin.user);
		let password = over.password.or(bitcoin.password);
		let login = credentials("bitcoin", base, user, password, bitcoin.cookie_file)?;
		let second = match bitcoin.second {
			None => None,
			Some(second) => {
				check_url("bitcoin.second", &second.url)?;
				let password = over.second_password.or(second.password);
				let SecondNode { url, cookie_file, user, .. } = second;
				Some((url, credentials("bitcoin.second", base, user, password, cookie_file)?))
			},
		};
		let origin = trust.anchor_origin.as_ref().map(|origin| origin.to_string().parse());
		let origin: Option<OutPoint> = origin
			.transpose()
			.map_err(|_| value("trust_file", "its anchor_origin must be txid:output"))?;
		let reporter = match over.reporter.or(chain.reporter) {
			None => None,
			Some(name) if name.starts_with("//") => Some(Account::from_uri(&name)?),
			Some(path) => Some(Account::from_file(&base.join(path))?),
		};
		let sat_per_vbyte = |rate: u64| FeeRate::per_kvb(rate.saturating_mul(1_000));
		Ok(Config {
			journal: base.join(self.journal),
			export_dir: base.join(self.export_dir),
			chain_url: chain.url,
			audit_url: chain.audit_url,
			bitcoin_url: bitcoin.url,
			wallet: bitcoin.wallet,
			credentials: login,
			second,
			metrics: self.metrics.listen,
			guards: Guards {
				network: trust.bitcoin.network,
				trusted: trust.bitcoin.pinned,
				pinned: bitcoin
					.pinned_block
					.map(|pin| BlockPlace { height: pin.height, hash: pin.hash }),
				max_tip_age: bitcoin.max_tip_age_seconds,
			},
			fees: FeePolicy {
				target_blocks: fees.target_blocks,
				fallback: sat_per_vbyte(fees.fallback_sat_per_vbyte),
				ceiling: sat_per_vbyte(fees.max_sat_per_vbyte),
				most: Amount::from_sat(fees.max_sat_per_transaction),
			},
			policy: Policy {
				confirmed: rhythm.confirmed,
				final_: rhythm.final_,
				cadence: Cadence::Paced,
				min_interval: rhythm.min_interval_seconds,
				max_interval: Some(rhythm.max_interval_seconds).filter(|seconds| *seconds > 0),
				budget: Amount::from_sat(fees.max_sat_per_year),
				bump_after: fees.bump_after_blocks,
				low_funds: fees.alarm_below_anchors,
				origin,
				retry_pause: rhythm.retry_seconds,
				recheck_pause: rhythm.retry_seconds.max(30),
				reporting: match reporter {
					Some(_) => Reporting::On,
					None => Reporting::Off,
				},
			},
			reporter,
			poll: Duration::from_secs(rhythm.poll_seconds),
			trust,
		})
	}
}

#[cfg(test)]
mod tests;
