//! Completeness bundles of a [`World`], with the state of its block in a trie of the SDK.

use super::{answering, member_leaves, Proven, World};
use crate::common::authorities::Authorities;
use pantheon_primitives::{
	completeness::{
		chain_key, ChainRecord, CompletenessBundle, Disclosed, DisclosedMembers, Positions,
	},
	hash::SoftwareSha256,
	log::{multi_inclusion_path, MemoryTree},
	state_proof::arrange,
	trust::TrustFile,
	ChainHead, Kind, LeafHash, OperatorId, RecordId,
};
use sp_core::{storage::StateVersion, Blake2Hasher, H256};
use sp_runtime::codec::Encode;
use sp_state_machine::{prove_read_on_trie_backend, Backend, InMemoryBackend};

/// Intents that the state says are open.
pub const OPEN_INTENTS: u32 = 2;

/// A block's state: chains of operators among other keys.
pub struct State {
	backend: InMemoryBackend<Blake2Hasher>,
	/// Its root.
	pub root: H256,
}

impl State {
	/// The state with the chain of this operator, and those of others.
	pub fn new(operator: OperatorId, head: ChainHead) -> Self {
		let other = |n: u8| {
			let head = ChainHead { next_sequence: n.into(), head: Some(RecordId::new([n; 32])) };
			(OperatorId::new(sp_crypto_hashing::blake2_256(&[n])), head)
		};
		let chains = (1..20).map(other).chain([(operator, head)]);
		let value = |head| ChainRecord { head, open_intents: OPEN_INTENTS }.encode();
		let mut pairs: Vec<_> =
			chains.map(|(id, head)| (chain_key(&id), Some(value(head)))).collect();
		// Other pallets, and other maps of the same one.
		pairs.extend(
			(0u8..20).map(|n| (sp_crypto_hashing::blake2_256(&[n, 1]).to_vec(), Some(vec![n; 50]))),
		);
		let beside = |n: u8| [&chain_key(&operator)[..16], &[n; 48]].concat();
		pairs.extend((0u8..5).map(|n| (beside(n), Some(vec![n; 5]))));
		Self::of(pairs)
	}

	fn of(pairs: Vec<(Vec<u8>, Option<Vec<u8>>)>) -> Self {
		let backend = InMemoryBackend::from((vec![(None, pairs)], StateVersion::V1));
		let root = backend.storage_root(std::iter::empty(), StateVersion::V1).0;
		Self { backend, root }
	}

	/// A state that holds nothing but this.
	pub fn with(key: Vec<u8>, value: Vec<u8>) -> Self {
		Self::of(vec![(key, Some(value))])
	}

	/// The nodes that show an operator's chain.
	pub fn prove(&self, operator: OperatorId) -> Vec<Vec<u8>> {
		let key = chain_key(&operator);
		let proof = prove_read_on_trie_backend(&self.backend, [&key]).unwrap();
		let nodes: Vec<_> = proof.into_nodes().into_iter().collect();
		arrange(&self.root.0, &key, &nodes).unwrap()
	}
}

/// A world whose block is final and anchored, and holds the operator's head.
pub struct Accountable {
	/// The world.
	pub proven: Proven,
	/// The state of its block.
	pub state: State,
	/// The operator.
	pub operator: OperatorId,
}

impl World {
	/// Ends the block with the operator's head in its state.
	pub fn finish_accountable(self) -> Accountable {
		let head = self.head;
		self.finish_with_head(head)
	}

	/// Ends the block with another head in its state than the one that was reached.
	pub fn finish_with_head(self, head: ChainHead) -> Accountable {
		let state = State::new(self.signer.public_key().operator_id(), head);
		self.finish_in(state)
	}

	/// Ends the block in this state.
	pub fn finish_in(self, state: State) -> Accountable {
		let operator = self.signer.public_key().operator_id();
		let proven = self.finish_with_root(Authorities::new(2, 4), vec![], state.root);
		Accountable { proven, state, operator }
	}
}

/// What a bundle shows of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
	/// All of it.
	All,
	/// Of a batch, the members whose index has its bit set here.
	Members(u32),
	/// Nothing.
	Withhold,
}

impl Accountable {
	/// The bundle over the range; statement number n is taken to be position n.
	pub fn bundle(&self, from: u64, to: u64, show: impl Fn(u64) -> Show) -> CompletenessBundle {
		let world = &self.proven.world;
		let mut positions = Vec::new();
		let mut indices = Vec::new();
		for position in from..=to {
			let (sealed, show) = (&world.statements[position as usize], show(position));
			if show == Show::Withhold {
				match positions.last_mut() {
					Some(Positions::Withheld(count)) => *count += 1,
					_ => positions.push(Positions::Withheld(1)),
				}
				continue;
			}
			indices.push(sealed.index);
			let chosen =
				|index: u64| !matches!(show, Show::Members(bits) if bits >> index & 1 == 0);
			let shown: Vec<u64> =
				(0..sealed.members.len() as u64).filter(|index| chosen(*index)).collect();
			let record = |index: &u64| (*index as u32, sealed.members[*index as usize].encode());
			let members = (!shown.is_empty()).then(|| DisclosedMembers {
				members: shown.iter().map(record).collect(),
				path: multi_path(&member_leaves(&sealed.members), &shown),
			});
			let statement = sealed.statement.encode();
			positions.push(Positions::Disclosed(Disclosed {
				index: sealed.index,
				statement,
				members,
			}));
		}
		indices.sort_unstable();
		CompletenessBundle {
			keys: vec![world.signer.public_key().clone()],
			from,
			to,
			positions,
			path: multi_path(&world.leaves, &indices),
			checkpoint: self.proven.checkpoint,
			finality: self.proven.finality.clone(),
			anchor: Some(self.proven.anchor.clone()),
			state: self.state.prove(self.operator),
		}
	}

	/// The bundle that shows all of the range.
	pub fn whole(&self, from: u64, to: u64) -> CompletenessBundle {
		self.bundle(from, to, |_| Show::All)
	}
}

/// Six positions: an intent, a batch of five, its outcome, a provenance record, a batch of three, an intent.
pub fn world() -> World {
	let mut world = World::new();
	let intent = world.record(Kind::Intent);
	world.seal(&intent);
	let intents = (0..5).map(|index| world.member(Kind::Intent, index)).collect();
	world.seal_batch(intents);
	world.seal(&answering(world.record(Kind::Outcome), &intent));
	world.seal(&world.record(Kind::Provenance));
	let artefacts = (0..3).map(|index| world.member(Kind::Provenance, index)).collect();
	world.seal_batch(artefacts);
	world.seal(&world.record(Kind::Intent));
	world
}

/// [`world`] at its end, and what to trust.
pub fn accountable() -> (Accountable, TrustFile) {
	let world = world().finish_accountable();
	let trust = world.proven.trust();
	(world, trust)
}

/// All of [`world`]'s positions; of the last five a batch in part and the last one; what they hold under.
pub fn samples() -> (CompletenessBundle, CompletenessBundle, TrustFile) {
	let (world, trust) = accountable();
	let part = world.bundle(1, 5, |position| match position {
		1 => Show::Members(0b10010),
		5 => Show::All,
		_ => Show::Withhold,
	});
	(world.whole(0, 5), part, trust)
}

fn multi_path(leaves: &[LeafHash], indices: &[u64]) -> Vec<[u8; 32]> {
	let tree = MemoryTree::new::<SoftwareSha256>(leaves);
	multi_inclusion_path::<_, SoftwareSha256>(&tree, indices, leaves.len() as u64).unwrap()
}

/// What is shown of a position that is shown.
pub fn shown(bundle: &mut CompletenessBundle, at: usize) -> &mut Disclosed {
	match &mut bundle.positions[at] {
		Positions::Disclosed(shown) => shown,
		Positions::Withheld(_) => panic!("withheld"),
	}
}
