//! The example is complete and correct, and mistakes are named.

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
	file.check(Path::new("/etc/pantheon"), trust(), overrides).map_err(|error| error.to_string())
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
	assert!(config.metrics.is_some());
	assert!(matches!(config.second, Some((_, Credentials::Password { .. }))));
	assert!(matches!(config.credentials, Credentials::Password { .. }));
}

#[test]
fn the_environment_comes_first() {
	let over = Overrides {
		user: Some("u".into()),
		password: Some("p".into()),
		second_password: None,
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
	assert!(with("max_sat_per_transaction = 15000", "max_sat_per_transaction = 100")
		.contains("max_sat_per_transaction"));
	assert!(with("max_sat_per_year = 5000000", "max_sat_per_year = 1").contains("per_year"));
	assert!(with("bump_after_blocks = 2", "bump_after_blocks = 0").contains("bump_after"));
	assert!(with("max_interval_seconds = 86400", "max_interval_seconds = 60")
		.contains("rhythm.max_interval_seconds"));
	assert!(with("[fees]", "[fee]").contains("unknown field"));
	assert!(with("poll_seconds = 10", "poll_seconds = 0").contains("poll_seconds"));
}
