//! Started by `pantheon-node`, never by people: the execute step of parachain validation code.
//!
//! Its version is the node library's, so that a node refuses a worker of another build.

#![allow(missing_docs)]

polkadot_node_core_pvf_common::decl_worker_main!(
	"execute-worker",
	polkadot_node_core_pvf_execute_worker::worker_entrypoint,
	polkadot_node_primitives::NODE_VERSION,
	env!("SUBSTRATE_CLI_COMMIT_HASH"),
);
