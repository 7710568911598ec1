//! The configuration file (TOML) and what overrides it from the environment.
//!
//! `pantheon-anchor.example.toml` documents every key; a test keeps it complete and correct.

use crate::{
	guards::Guards,
	machine::{BlockPlace, Policy, Reporting},
	rpc::{Credentials, FeeRate},
	wallet::FeePolicy,
};
use bitcoin::BlockHash;
use pantheon_client::{Account, AccountError};
use pantheon_primitives::trust::{TrustError, TrustFile};
use serde::Deserialize;
use std::{
	fs, io,
	path::{Path, PathBuf},
	time::Duration,
};

/// The documented example: what `pantheon-anchor init` writes.
pub const EXAMPLE: &str = include_str!("../pantheon-anchor.example.toml");

/// Overrides `bitcoin.user`.
pub const ENV_USER: &str = "PANTHEON_ANCHOR_BITCOIN_USER";
/// Overrides `bitcoin.password`.
pub const ENV_PASSWORD: &str = "PANTHEON_ANCHOR_BITCOIN_PASSWORD";
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
		Self { target_blocks: 6, fallback_sat_per_vbyte: 2, max_sat_per_vbyte: 50 }
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
	/// See [`ENV_REPORTER`].
	pub reporter: Option<String>,
}

impl Overrides {
	/// From this process's environment. Empty variables count as unset.
	pub fn from_env() -> Self {
		let read = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
		Self { user: read(ENV_USER), password: read(ENV_PASSWORD), reporter: read(ENV_REPORTER) }
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

impl File {
	fn check(self, base: &Path, trust: TrustFile, over: Overrides) -> Result<Config, ConfigError> {
		let File { chain, bitcoin, fees, rhythm, .. } = self;
		if !bitcoin.url.starts_with("http://") {
			return Err(value(
				"bitcoin.url",
				"must begin with http://; reach a far node by a tunnel",
			));
		}
		if !(1..=1_008).contains(&fees.target_blocks) {
			return Err(value("fees.target_blocks", "must be 1 to 1008"));
		}
		if fees.max_sat_per_vbyte == 0 {
			return Err(value("fees.max_sat_per_vbyte", "must be at least 1"));
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
		let credentials = match (user, password, bitcoin.cookie_file) {
			(Some(user), Some(password), _) => Credentials::Password { user, password },
			(_, _, Some(path)) => Credentials::CookieFile(base.join(path)),
			_ => return Err(value("bitcoin", "needs cookie_file, or user and password")),
		};
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
			credentials,
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
			},
			policy: Policy {
				confirmed: rhythm.confirmed,
				final_: rhythm.final_,
				min_interval: rhythm.min_interval_seconds,
				max_interval: Some(rhythm.max_interval_seconds).filter(|seconds| *seconds > 0),
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
mod tests {
	use super::*;
	use pantheon_primitives::{
		bitcoin::{genesis_pin, BitcoinNetwork, HeaderRules},
		finality::AuthoritySet,
	};

	fn trust() -> TrustFile {
		TrustFile {
			chain: "pantheon-dev".into(),
			genesis: [1; 32].into(),
			authorities: AuthoritySet { id: 0, authorities: Vec::new() },
			bitcoin: HeaderRules {
				network: BitcoinNetwork::Regtest,
				pinned: genesis_pin(BitcoinNetwork::Regtest),
				min_confirmations: 6,
				min_work: [0; 32],
				max_target: None,
			},
			anchor_origin: None,
			max_anchor_age: None,
			log_keys: Vec::new(),
		}
	}

	fn check(text: &str, overrides: Overrides) -> Result<Config, String> {
		let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
		file.check(Path::new("/etc/pantheon"), trust(), overrides)
			.map_err(|error| error.to_string())
	}

	#[test]
	fn the_example_is_accepted_as_it_is() {
		let config = check(EXAMPLE, Overrides::default()).unwrap();
		assert_eq!(config.journal, Path::new("/etc/pantheon/journal.sqlite"));
		assert_eq!(config.policy.reporting, Reporting::Off);
		// What the example shows is what leaving it out means.
		let (head, _) = EXAMPLE.split_once("[fees]").unwrap();
		let short = check(head, Overrides::default()).unwrap();
		assert_eq!(short.policy, config.policy);
		assert_eq!(short.fees, config.fees);
		assert_eq!(short.poll, config.poll);
	}

	#[test]
	fn every_key_of_the_example_that_is_commented_out_is_known() {
		let mut uncommented = String::new();
		for line in EXAMPLE.lines() {
			let key = line.strip_prefix("# ").filter(|l| l.contains(" = "));
			uncommented.push_str(key.filter(|l| !l.contains("reporter")).unwrap_or(line));
			uncommented.push('\n');
		}
		let config = check(&uncommented, Overrides::default()).unwrap();
		assert!(config.guards.pinned.is_some());
		assert!(config.audit_url.is_some());
		assert!(matches!(config.credentials, Credentials::Password { .. }));
	}

	#[test]
	fn the_environment_comes_first() {
		let over = Overrides {
			user: Some("u".into()),
			password: Some("p".into()),
			reporter: Some("//Alice".into()),
		};
		let config = check(EXAMPLE, over).unwrap();
		assert!(matches!(config.credentials, Credentials::Password { .. }));
		assert_eq!(config.policy.reporting, Reporting::On);
		assert!(!format!("{config:?}").contains("\"p\""), "no password in logs");
	}

	#[test]
	fn mistakes_are_named() {
		let with = |from: &str, to: &str| {
			assert!(EXAMPLE.contains(from));
			check(&EXAMPLE.replace(from, to), Overrides::default()).unwrap_err()
		};
		assert!(with("confirmed = 6", "confirmed = 5").contains("rhythm.confirmed"));
		assert!(with("final = 100", "final = 3").contains("rhythm.final"));
		assert!(with("http://", "https://").contains("bitcoin.url"));
		assert!(with("cookie_file =", "# cookie_file =").contains("cookie_file"));
		assert!(with("max_sat_per_vbyte = 50", "max_sat_per_vbyte = 0").contains("max_sat"));
		assert!(with("[fees]", "[fee]").contains("unknown field"));
		assert!(with("poll_seconds = 10", "poll_seconds = 0").contains("poll_seconds"));
	}
}
