//! The maps and keys for a measurement.

use crate::key::{Keys, Value, mix};

/// Small maps are measured in groups with this number of entries in total. That is more than fits into the first level
/// of the CPU caches, and less than fits into the last.
const WORKING_SET: usize = 10_000;

/// The maximum number of keys of a map that are edited, each in a separate version, or looked up. These are enough to
/// exceed the caches.
const MOST_EDITS: usize = 20_000;
const MOST_LOOKUPS: usize = 200_000;

/// The contents of the maps, and the keys to look up.
pub struct Input<K, V> {
    /// The number of entries of each map.
    pub n: usize,
    pub maps: Vec<MapInput<K, V>>,
}

pub struct MapInput<K, V> {
    /// In the order of insertion.
    pub entries: Vec<(K, V)>,
    /// The sum of the numbers of all values.
    pub sum: u64,
    /// The keys of the entries in another order. They are copies, so that they are elsewhere in memory.
    pub hits: Vec<K>,
    /// The sum of the numbers of the values that are looked up.
    pub hits_sum: u64,
    /// The same number of keys that are not in the map, shuffled.
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

    /// Returns how many entries of each map are edited, each in a separate version.
    pub fn edits(&self) -> usize {
        self.n.min(MOST_EDITS)
    }

    /// Returns how many keys of each map are looked up.
    pub fn lookups(&self) -> usize {
        self.n.min(MOST_LOOKUPS)
    }

    /// Returns how many versions of each map are compared with it. These are fewer for a large map, because some peers
    /// visit every entry. With only two or three versions, the time would be mostly that of cache misses.
    pub fn versions(&self) -> usize {
        match self.n {
            ..100_000 => (10 / self.maps.len()).max(1),
            100_000..1_000_000 => 30,
            _ => 10,
        }
    }
}
