//! Anchor proofs that verify, made without a Bitcoin node: for the tests and benchmarks of this and
//! other crates (feature `test-helpers`). No program is built with it.

use ::bitcoin::{
	absolute::LockTime,
	block::{Header, Version},
	consensus::{deserialize, serialize},
	hashes::{sha256d, Hash},
	opcodes::OP_0,
	script::Builder,
	transaction, Amount, CompactTarget, OutPoint, ScriptBuf, Sequence, Transaction, TxIn,
	TxMerkleNode, TxOut, Txid, Witness,
};
use alloc::{vec, vec::Vec};

use super::{
	genesis_pin, merkle_path, payload_script, transaction::merkle_node, AnchorProof,
	BitcoinNetwork, HeaderRules, PinnedHeader, HEADER_LEN,
};
use crate::{checkpoint::Checkpoint, BlockHash, GenesisHash, LogRoot};

/// The difficulty of regtest: one header in two passes.
pub const EASY_BITS: u32 = 0x207f_ffff;
/// One header in 65,536 passes: enough that a changed header fails, and still mined in a moment.
pub const HARD_BITS: u32 = 0x1f00_ffff;

/// Some checkpoint.
pub fn sample_checkpoint() -> Checkpoint {
	Checkpoint {
		genesis: GenesisHash::new([0x11; 32]),
		block_number: 4242,
		block_hash: BlockHash::new([0x22; 32]),
		log_size: 1234,
		log_root: LogRoot::new([0x33; 32]),
	}
}

/// A regtest header with [`HARD_BITS`] that proofs can start from.
pub fn hard_pin() -> PinnedHeader {
	let mut pin = genesis_pin(BitcoinNetwork::Regtest);
	let mut header = read(&pin.header);
	header.bits = CompactTarget::from_consensus(HARD_BITS);
	pin.header = write(&header);
	pin
}

/// The form of a proof to make; [`Default`] is a small one on regtest.
#[derive(Clone, Debug)]
pub struct AnchorShape {
	/// Where the headers start.
	pub pinned: PinnedHeader,
	/// Blocks between the pinned header and the anchor's block.
	pub blocks_before: u32,
	/// Blocks from the anchor's on, that one included; at least 1.
	pub confirmations: u32,
	/// Length of the Merkle paths; at least 1.
	pub path_len: u32,
	/// Bytes to put into the anchor transaction's input script.
	pub padding: u32,
}

impl Default for AnchorShape {
	fn default() -> Self {
		Self {
			pinned: genesis_pin(BitcoinNetwork::Regtest),
			blocks_before: 2,
			confirmations: 6,
			path_len: 3,
			padding: 0,
		}
	}
}

impl AnchorShape {
	/// A proof of this form that verifies under [`Self::rules`].
	pub fn build(&self, checkpoint: &Checkpoint) -> AnchorProof {
		self.build_with_script(payload_script(checkpoint))
	}

	/// As [`Self::build`], with another script in the OP_RETURN output's place.
	pub fn build_with_script(&self, script: Vec<u8>) -> AnchorProof {
		self.build_with_transaction(anchor_transaction(vec![script], self.padding))
	}

	/// As [`Self::build`], with another transaction.
	pub fn build_with_transaction(&self, transaction: Vec<u8>) -> AnchorProof {
		let first_height = self.pinned.height + 1;
		let coinbase = coinbase_transaction(first_height + self.blocks_before);
		let mut root = merkle_node(&txid(&coinbase), &txid(&transaction));
		let above: Vec<[u8; 32]> =
			(1..self.path_len).map(|level| txid(&level.to_le_bytes())).collect();
		for sibling in &above {
			root = merkle_node(&root, sibling);
		}

		let mut headers: Vec<[u8; HEADER_LEN]> = Vec::new();
		for number in 0..self.blocks_before + self.confirmations {
			let previous = headers.last().unwrap_or(&self.pinned.header);
			let root =
				if number == self.blocks_before { root } else { txid(&number.to_le_bytes()) };
			headers.push(mine(previous, root));
		}
		AnchorProof {
			position: 1,
			path: [&[txid(&coinbase)], above.as_slice()].concat(),
			coinbase_path: [&[txid(&transaction)], above.as_slice()].concat(),
			transaction,
			coinbase,
			first_height,
			block: self.blocks_before,
			headers,
		}
	}

	/// Regtest rules under which such a proof verifies.
	pub fn rules(&self) -> HeaderRules {
		HeaderRules {
			network: BitcoinNetwork::Regtest,
			pinned: self.pinned,
			min_confirmations: self.confirmations,
			min_work: [0; 32],
			max_target: None,
		}
	}
}

/// The child of a header, at its difficulty and ten minutes later, with proof of work.
pub fn mine(previous: &[u8; HEADER_LEN], merkle_root: [u8; 32]) -> [u8; HEADER_LEN] {
	let parent = read(previous);
	let mut header = Header {
		version: Version::from_consensus(0x2000_0000),
		prev_blockhash: parent.block_hash(),
		merkle_root: TxMerkleNode::from_byte_array(merkle_root),
		time: parent.time + 600,
		bits: parent.bits,
		nonce: 0,
	};
	while header.validate_pow(header.target()).is_err() {
		header.nonce += 1;
	}
	write(&header)
}

/// A transaction without witness: one input, a change output and these output scripts.
pub fn anchor_transaction(scripts: Vec<Vec<u8>>, padding: u32) -> Vec<u8> {
	let spent = OutPoint { txid: Txid::from_byte_array([0x44; 32]), vout: 1 };
	let input = vec![0x51; padding as usize];
	let change = TxOut { value: Amount::from_sat(99_000), script_pubkey: pay_to_nobody() };
	let data = scripts
		.into_iter()
		.map(|script| TxOut { value: Amount::ZERO, script_pubkey: ScriptBuf::from_bytes(script) });
	transaction(spent, input, core::iter::once(change).chain(data).collect())
}

/// A transaction without witness that spends these outputs: the data outputs first, then that many
/// others.
pub fn spending_transaction(
	spends: &[super::OutPoint],
	scripts: Vec<Vec<u8>>,
	others: usize,
) -> Vec<u8> {
	let input = spends.iter().map(|spent| TxIn {
		previous_output: OutPoint {
			txid: Txid::from_byte_array(*spent.txid.as_bytes()),
			vout: spent.vout,
		},
		script_sig: ScriptBuf::new(),
		sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
		witness: Witness::new(),
	});
	let data = scripts
		.into_iter()
		.map(|script| TxOut { value: Amount::ZERO, script_pubkey: ScriptBuf::from_bytes(script) });
	let other = TxOut { value: Amount::from_sat(99_000), script_pubkey: pay_to_nobody() };
	serialize(&Transaction {
		version: transaction::Version::TWO,
		lock_time: LockTime::ZERO,
		input: input.collect(),
		output: data.chain(core::iter::repeat_n(other, others)).collect(),
	})
}

/// One chain of blocks after the pinned header, each with these transactions after its coinbase, and a
/// proof for every transaction, in order. A proof shows `confirmations` blocks, or fewer at the end.
pub fn proofs_in_one_chain(
	pinned: &PinnedHeader,
	blocks: &[Vec<Vec<u8>>],
	confirmations: usize,
) -> Vec<AnchorProof> {
	let first_height = pinned.height + 1;
	let mut headers: Vec<[u8; HEADER_LEN]> = Vec::new();
	let mut proofs = Vec::new();
	for (block, transactions) in (0u32..).zip(blocks) {
		let coinbase = coinbase_transaction(first_height + block);
		let txids: Vec<[u8; 32]> =
			core::iter::once(&coinbase).chain(transactions).map(|tx| txid(tx)).collect();
		let path = |position| merkle_path(&txids, position).expect("it is in the block");
		let root = path(0).iter().fold(txids[0], |node, sibling| merkle_node(&node, sibling));
		headers.push(mine(headers.last().unwrap_or(&pinned.header), root));
		for (position, transaction) in (1u32..).zip(transactions) {
			proofs.push(AnchorProof {
				transaction: transaction.clone(),
				position,
				path: path(position),
				coinbase: coinbase.clone(),
				coinbase_path: path(0),
				first_height,
				block,
				headers: Vec::new(),
			});
		}
	}
	for proof in &mut proofs {
		let last = (proof.block as usize + confirmations).min(headers.len());
		proof.headers = headers[..last].to_vec();
	}
	proofs
}

/// A coinbase transaction without witness, as Bitcoin Core makes it for this height.
pub fn coinbase_transaction(height: u32) -> Vec<u8> {
	let input = Builder::new().push_int(i64::from(height)).push_opcode(OP_0).into_bytes();
	let reward = TxOut { value: Amount::from_sat(5_000_000_000), script_pubkey: pay_to_nobody() };
	transaction(OutPoint::null(), input, vec![reward])
}

/// The id of a transaction without witness.
pub fn txid(transaction: &[u8]) -> [u8; 32] {
	sha256d::Hash::hash(transaction).to_byte_array()
}

fn transaction(spent: OutPoint, input: Vec<u8>, output: Vec<TxOut>) -> Vec<u8> {
	serialize(&Transaction {
		version: transaction::Version::TWO,
		lock_time: LockTime::ZERO,
		input: vec![TxIn {
			previous_output: spent,
			script_sig: ScriptBuf::from_bytes(input),
			sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
			witness: Witness::new(),
		}],
		output,
	})
}

fn pay_to_nobody() -> ScriptBuf {
	let mut script = vec![0x00, 0x14];
	script.extend([0x55; 20]);
	ScriptBuf::from_bytes(script)
}

fn read(header: &[u8; HEADER_LEN]) -> Header {
	deserialize(header).expect("80 bytes are a header")
}

fn write(header: &Header) -> [u8; HEADER_LEN] {
	serialize(header).try_into().expect("a header is 80 bytes")
}
