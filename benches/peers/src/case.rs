//! The kinds of maps that are measured: keys, values and hasher.

use std::hash::{BuildHasherDefault, DefaultHasher};

use archery::ArcTK;
use foldhash::fast::FixedState;
use imbl::shared_ptr::DefaultSharedPtr;

use crate::input::Input;
use crate::key::{Keys, Long, Random, Sequential, Shared, Short, Strided, Value};
use crate::map::{BenchMap, Hasher, Key};
use crate::runner::{Competitor, Runner};

type Sip = BuildHasherDefault<DefaultHasher>;

/// What is done with the competitors.
type Visitor<'v> = dyn FnMut(&[Box<dyn Competitor + '_>]) + 'v;

/// A kind of map.
pub struct Case {
    pub name: &'static str,
    pub what: &'static str,
    with: fn(n: usize, seed: u64, peers: &[&str], visitor: &mut Visitor<'_>),
}

/// The first is the main one, for which all operations are measured.
pub const CASES: [Case; 8] = [
    Case { name: "u64", what: "random `u64`", with: with::<Random, u64, FixedState> },
    Case { name: "sequential", what: "sequential `u64`", with: with::<Sequential, u64, FixedState> },
    Case { name: "strided", what: "multiples of 2^20", with: with::<Strided, u64, FixedState> },
    Case { name: "short", what: "`String` of 11 letters", with: with::<Short, u64, FixedState> },
    Case { name: "long", what: "`String` of 62 to 77 letters", with: with::<Long, u64, FixedState> },
    Case { name: "arc", what: "`Arc<str>` of 11 letters", with: with::<Shared, u64, FixedState> },
    Case { name: "64bytes", what: "random `u64`, values of 64 bytes", with: with::<Random, [u64; 8], FixedState> },
    Case { name: "sip", what: "random `u64`, hashed by SipHash", with: with::<Random, u64, Sip> },
];

pub const PEERS: [&str; 6] = ["perennial", "std", "hashbrown", "imbl", "rpds", "im"];

impl Case {
    /// Makes the input of a size and a seed, and those of the competitors that are among `peers`.
    pub fn with_competitors(
        &self,
        n: usize,
        seed: u64,
        peers: &[&str],
        mut visitor: impl FnMut(&[Box<dyn Competitor + '_>]),
    ) {
        (self.with)(n, seed, peers, &mut visitor);
    }
}

fn with<G: Keys, V: Value, S: Hasher>(n: usize, seed: u64, peers: &[&str], visitor: &mut Visitor<'_>) {
    let input = Input::new::<G>(n, seed);
    visitor(&competitors::<G::Key, V, S>(&input, peers));
}

fn competitors<'a, K: Key, V: Value, S: Hasher>(
    input: &'a Input<K, V>,
    peers: &[&str],
) -> Vec<Box<dyn Competitor + 'a>> {
    let all = [
        competitor::<K, V, perennial::PersistentMap<K, V, S>>,
        competitor::<K, V, std::collections::HashMap<K, V, S>>,
        competitor::<K, V, hashbrown::HashMap<K, V, S>>,
        competitor::<K, V, imbl::GenericHashMap<K, V, S, DefaultSharedPtr>>,
        competitor::<K, V, rpds::HashTrieMap<K, V, ArcTK, S>>,
        competitor::<K, V, im::HashMap<K, V, S>>,
    ];
    all.into_iter().filter_map(|competitor| competitor(input, peers)).collect()
}

fn competitor<'a, K: Key, V: Value, M: BenchMap<K, V> + 'a>(
    input: &'a Input<K, V>,
    peers: &[&str],
) -> Option<Box<dyn Competitor + 'a>> {
    peers.contains(&M::NAME).then(|| Box::new(Runner::<K, V, M>::new(input)) as Box<dyn Competitor>)
}
