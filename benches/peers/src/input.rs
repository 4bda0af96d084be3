//! What a size of a case is measured on.

use crate::key::{Keys, Value, mix};

/// Small maps are measured on many of them, with so many entries in all: more than the first level of the processor's
/// caches holds, less than the last.
const WORKING_SET: usize = 10_000;

/// So many of the keys of a large map are edited in versions of their own, or looked up: enough to leave the caches.
const MOST_EDITS: usize = 20_000;
const MOST_LOOKUPS: usize = 200_000;

/// The contents of the maps, and the keys that they are asked for.
pub struct Input<K, V> {
    /// The entries of each map.
    pub n: usize,
    pub maps: Vec<MapInput<K, V>>,
}

pub struct MapInput<K, V> {
    /// In the order in which the map is built.
    pub entries: Vec<(K, V)>,
    /// The sum of their values' numbers.
    pub sum: u64,
    /// The keys of the entries in another order, made anew so that they lie elsewhere in memory.
    pub hits: Vec<K>,
    /// The sum of the numbers of those that are looked up.
    pub hits_sum: u64,
    /// As many keys that the map lacks, shuffled.
    pub misses: Vec<K>,
}

impl<K, V: Value> Input<K, V> {
    pub fn new<G: Keys<Key = K>>(n: usize, seed: u64) -> Self {
        let key = |i: usize| G::key(i as u64, seed);
        let shuffled = |start: usize| {
            let mut order: Vec<usize> = (start..start + n).collect();
            order.sort_by_key(|&i| mix(i as u64 ^ seed << 32 ^ 0x5eed));
            order
        };
        let map = |start: usize| {
            let hits = shuffled(start);
            MapInput {
                entries: (start..start + n).map(|i| (key(i), V::new(i as u64))).collect(),
                sum: (start..start + n).map(|i| i as u64).sum(),
                hits_sum: hits.iter().take(MOST_LOOKUPS).map(|&i| i as u64).sum(),
                hits: hits.into_iter().map(key).collect(),
                misses: shuffled(start + n).into_iter().map(key).collect(),
            }
        };
        let count = (WORKING_SET / n).max(1);
        Self { n, maps: (0..count).map(|i| map(2 * n * i)).collect() }
    }

    /// How many entries of each map are edited, each in a version of its own.
    pub fn edits(&self) -> usize {
        self.n.min(MOST_EDITS)
    }

    /// How many keys of each map are looked up.
    pub fn lookups(&self) -> usize {
        self.n.min(MOST_LOOKUPS)
    }

    /// How many versions of each map are compared with it; fewer of a large map, of which some peers look at every entry.
    /// With two or three, what is measured is how long a cold cache takes.
    pub fn versions(&self) -> usize {
        match self.n {
            ..100_000 => (10 / self.maps.len()).max(1),
            100_000..1_000_000 => 30,
            _ => 10,
        }
    }
}
