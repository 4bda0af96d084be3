//! The kinds of maps that are measured: keys, values and hasher.

#[cfg(feature = "all-types")]
use std::collections::BTreeMap;
#[cfg(feature = "all-types")]
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::input::Input;
#[cfg(feature = "all-types")]
use crate::key::Shared;
use crate::key::{Keys, Long, Random, Record, Sequential, Short, Strided, Value};
use crate::map::{BenchMap, Hasher, Key};
use crate::runner::{All, Competitor, Main, Runner, Scope};
use crate::{for_each_map, for_each_single_threaded};

#[cfg(feature = "all-types")]
type Nested = BTreeMap<u8, u64>;

#[cfg(feature = "all-types")]
type Sip = std::hash::BuildHasherDefault<std::hash::DefaultHasher>;

/// A function that is called with the competitors.
type Visitor<'v> = dyn FnMut(&[Box<dyn Competitor + '_>]) + 'v;

/// A kind of map.
pub struct Case {
    pub name: &'static str,
    pub what: &'static str,
    /// The size of the largest map that is measured.
    pub most: usize,
    with: fn(n: usize, seed: u64, peers: &[&str], visitor: &mut Visitor<'_>),
}

/// All kinds of maps. The first is the main kind, for which all operations are measured.
pub const CASES: &[Case] = &[
    Case { name: "u64", what: "random `u64`", most: LARGE, with: with_all::<Random, u64, FixedState> },
    Case { name: "sequential", what: "sequential `u64`", most: LARGE, with: with::<Sequential, u64, FixedState, All> },
    Case { name: "strided", what: "multiples of 2^20", most: LARGE, with: with::<Strided, u64, FixedState, All> },
    Case { name: "short", what: "`String` of 11 letters", most: LARGE, with: with::<Short, u64, FixedState, Main> },
    Case { name: "long", what: "`String` of 62 to 77 letters", most: LARGE, with: with::<Long, u64, FixedState, Main> },
    Case { name: "record", what: "`String` → record", most: MIDDLE, with: with::<Short, Record, FixedState, Main> },
    #[cfg(feature = "all-types")]
    Case {
        name: "strings", what: "`String` → `String`", most: MIDDLE, with: with::<Short, String, FixedState, Main>
    },
    #[cfg(feature = "all-types")]
    Case { name: "bytes", what: "`u64` → `Vec<u8>`", most: MIDDLE, with: with::<Random, Vec<u8>, FixedState, Main> },
    #[cfg(feature = "all-types")]
    Case { name: "nested", what: "`u64` → map of 8", most: MIDDLE, with: with::<Random, Nested, FixedState, Main> },
    #[cfg(feature = "all-types")]
    Case { name: "to_arc", what: "`u64` → `Arc`", most: MIDDLE, with: with::<Random, Arc<u64>, FixedState, Main> },
    #[cfg(feature = "all-types")]
    Case { name: "arc", what: "`Arc<str>` of 11 letters", most: LARGE, with: with::<Shared, u64, FixedState, Main> },
    #[cfg(feature = "all-types")]
    Case { name: "64bytes", what: "values of 64 bytes", most: LARGE, with: with::<Random, [u64; 8], FixedState, Main> },
    #[cfg(feature = "all-types")]
    Case {
        name: "256bytes",
        what: "values of 256 bytes",
        most: MIDDLE,
        with: with::<Random, [u64; 32], FixedState, Main>,
    },
    #[cfg(feature = "all-types")]
    Case { name: "sip", what: "hashed by SipHash", most: LARGE, with: with::<Random, u64, Sip, Main> },
];

const MIDDLE: usize = 100_000;
const LARGE: usize = 1_000_000;

impl Case {
    /// Makes the input for a size and a seed, and calls `visitor` with the competitors that are in `peers`.
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

fn with<G: Keys, V: Value, S: Hasher, C: Scope>(n: usize, seed: u64, peers: &[&str], visitor: &mut Visitor<'_>) {
    let input = Input::new::<G>(n, seed);
    let all = for_each_map!(competitor, G::Key, V, S, C);
    let wanted: Vec<_> = all.into_iter().filter_map(|competitor| competitor(&input, peers)).collect();
    visitor(&wanted);
}

/// Like `with`, including the single-threaded maps.
fn with_all<G: Keys, V: Value, S: Hasher>(n: usize, seed: u64, peers: &[&str], visitor: &mut Visitor<'_>) {
    let input = Input::new::<G>(n, seed);
    let all = for_each_map!(competitor, G::Key, V, S, All).into_iter();
    let all = all.chain(for_each_single_threaded!(competitor, G::Key, V, S, All));
    let wanted: Vec<_> = all.filter_map(|competitor| competitor(&input, peers)).collect();
    visitor(&wanted);
}

fn competitor<'a, K: Key, V: Value, M: BenchMap<K, V> + 'a, C: Scope>(
    input: &'a Input<K, V>,
    peers: &[&str],
) -> Option<Box<dyn Competitor + 'a>> {
    peers.contains(&M::NAME).then(|| Box::new(Runner::<K, V, M>::new::<C>(input)) as Box<dyn Competitor>)
}
