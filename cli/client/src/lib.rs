//! Talks to a Pantheon node: submits sealed records, watches them become durable, reads the log.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use pantheon_client::{Account, At, Client, DEFAULT_URL};
//!
//! let client = Client::connect(DEFAULT_URL).await?;
//! let alice = Account::named("//Alice")?;
//! println!("{} has {} entries", client.genesis(), client.log_state(At::Finalised).await?.size());
//! println!("next nonce of {alice:?}: {}", client.next_nonce(&alice).await?);
//! # Ok(()) }
//! ```

pub mod anchor_file;
pub mod audit;

mod account;
mod anchors;
mod blocks;
mod call;
mod connection;
mod error;
mod funds;
mod submit;

pub use account::{address_of, Account, AccountError, SS58_PREFIX};
pub use anchor_file::{AnchorFile, AnchorFileError, AnchorReadError};
pub use anchors::AnchorEntry;
pub use blocks::{Block, BlockEvents, RecordedIn, ReportedIn};
pub use call::Call;
pub use connection::{At, Client, DEFAULT_URL};
pub use error::{AuditRefusal, ClientError, PoolRefusal};
pub use funds::Funds;
pub use pantheon_audit_rpc as audit_rpc;
pub use submit::{InBlock, Pipeline, Stage, Submission};
