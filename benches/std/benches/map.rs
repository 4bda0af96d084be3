//! Compares `PersistentMap` with std's `HashMap`, with the same code, keys and hasher.
//!
//! `cargo bench --bench map` in this folder runs all benchmarks in about a quarter of an hour, `cargo bench --bench map
//! -- get_hit/u64` some of them. The plots are in `target/criterion/report/index.html`, with one page for each
//! operation and key type, and one line for each map. Times are for a whole iteration; the throughput is in entries per
//! second.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::hash::Hash;
use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BatchSize, Bencher, BenchmarkGroup, BenchmarkId, Criterion, Throughput};
use foldhash::fast::FixedState;
use perennial::PersistentMap;

const SIZES: [usize; 6] = [10, 100, 1_000, 10_000, 100_000, 1_000_000];

/// The number of keys of a large map that are edited, each in a separate version. It is large enough to exceed the CPU
/// caches.
const MOST_EDITS: usize = 10_000;

/// Above this size, std is skipped if each edit requires a copy of the whole map.
const MOST_COPIED: usize = 1_000;

/// The common interface of the two maps.
trait BenchMap<K>: Clone + FromIterator<(K, u64)> {
    const NAME: &'static str;
    /// True if `clone` copies every entry.
    const CLONE_COPIES: bool;
    fn get(&self, key: &K) -> Option<&u64>;
    fn insert(&mut self, key: K, value: u64) -> Option<u64>;
    fn remove(&mut self, key: &K) -> Option<u64>;
    fn sum(&self) -> u64;
}

macro_rules! impl_bench_map {
    ($($map:ident, $clone_copies:literal;)*) => {$(
        impl<K: Key> BenchMap<K> for $map<K, u64, FixedState> {
            const NAME: &'static str = stringify!($map);
            const CLONE_COPIES: bool = $clone_copies;
            fn get(&self, key: &K) -> Option<&u64> {
                self.get(key)
            }
            fn insert(&mut self, key: K, value: u64) -> Option<u64> {
                self.insert(key, value)
            }
            fn remove(&mut self, key: &K) -> Option<u64> {
                self.remove(key)
            }
            fn sum(&self) -> u64 {
                self.values().sum()
            }
        }
    )*};
}

impl_bench_map! {
    PersistentMap, false;
    HashMap, true;
}

trait Key: Clone + Eq + Hash {
    const NAME: &'static str;
    /// Makes a key from 64 random bits. Different bits make different keys.
    fn new(bits: u64) -> Self;
}

impl Key for u64 {
    const NAME: &'static str = "u64";
    fn new(bits: u64) -> Self {
        bits
    }
}

impl Key for String {
    const NAME: &'static str = "String";
    /// Makes a string of 17 to 24 letters: 16 that encode the bits, and some more for different lengths.
    fn new(bits: u64) -> Self {
        let letters = (0..17 + bits % 8).map(|i| b'a' + (bits.rotate_right(4 * i as u32) & 15) as u8);
        letters.map(char::from).collect()
    }
}

/// Returns the number at `index` in a sequence of distinct, random-looking numbers (SplitMix64).
fn random(index: usize) -> u64 {
    let z = (index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[derive(Clone, Copy)]
enum Op {
    GetHit,
    GetMiss,
    InsertInPlace,
    InsertShared,
    RemoveInPlace,
    RemoveShared,
    FromIter,
    Iterate,
    Clone,
    Edit100Clones,
    Drop,
}

impl Op {
    const ALL: [(Op, &str); 11] = [
        (Op::GetHit, "get_hit"),
        (Op::GetMiss, "get_miss"),
        (Op::InsertInPlace, "insert_in_place"),
        (Op::InsertShared, "insert_shared"),
        (Op::RemoveInPlace, "remove_in_place"),
        (Op::RemoveShared, "remove_shared"),
        (Op::FromIter, "from_iter"),
        (Op::Iterate, "iterate"),
        (Op::Clone, "clone"),
        (Op::Edit100Clones, "edit_100_clones"),
        (Op::Drop, "drop"),
    ];

    /// Returns the number of entries that one iteration on a map of `n` entries processes.
    fn elements(self, n: usize) -> usize {
        match self {
            Op::InsertShared | Op::RemoveShared => n.min(MOST_EDITS),
            Op::Edit100Clones => 100,
            _ => n,
        }
    }

    fn clones_for_each_edit(self) -> bool {
        matches!(self, Op::InsertShared | Op::RemoveShared | Op::Edit100Clones)
    }
}

/// The input of a benchmark.
struct Input<K> {
    /// In the order of insertion.
    entries: Vec<(K, u64)>,
    /// The keys of `entries` in another order, so that a lookup does not profit from the cache lines of the one before.
    hits: Vec<K>,
    /// The same number of keys that are not in the map.
    misses: Vec<K>,
}

impl<K: Key> Input<K> {
    fn new(n: usize) -> Self {
        let entries: Vec<_> = (0..n).map(|i| (K::new(random(i)), i as u64)).collect();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_key(|&i| random(2 * n + i));
        let hits = order.iter().map(|&i| entries[i].0.clone()).collect();
        let misses = (n..2 * n).map(|i| K::new(random(i))).collect();
        Input { entries, hits, misses }
    }

    fn build<M: BenchMap<K>>(&self) -> M {
        self.entries.iter().cloned().collect()
    }
}

/// Measures one operation on `map`, which was built from `input`. Every iteration makes inexpensive checks. If an edit
/// makes a version, the time includes dropping it.
fn measure<M: BenchMap<K>, K: Key>(op: Op, input: &Input<K>, map: &M, b: &mut Bencher<'_>) {
    let n = input.entries.len();
    let found = |keys: &[K]| keys.iter().filter(|key| black_box(map).get(key).is_some()).count();
    let edits = op.elements(n);
    match op {
        Op::GetHit => b.iter(|| assert_eq!(found(&input.hits), n)),
        Op::GetMiss => b.iter(|| assert_eq!(found(&input.misses), 0)),
        Op::InsertInPlace => b.iter_batched(
            || input.entries.clone(),
            |entries| {
                let mut map = M::from_iter([]);
                for (key, value) in entries {
                    assert!(map.insert(key, value).is_none());
                }
                map
            },
            BatchSize::LargeInput,
        ),
        Op::InsertShared => b.iter_batched(
            || input.misses[..edits].to_vec(),
            |keys| {
                for key in keys {
                    let mut version = map.clone();
                    assert!(version.insert(key, 0).is_none());
                }
            },
            BatchSize::LargeInput,
        ),
        Op::RemoveInPlace => b.iter_batched(
            || input.build::<M>(),
            |mut map| {
                for key in &input.hits {
                    assert!(map.remove(key).is_some());
                }
                map
            },
            BatchSize::LargeInput,
        ),
        Op::RemoveShared => b.iter(|| {
            for key in &input.hits[..edits] {
                let mut version = map.clone();
                assert!(version.remove(key).is_some());
            }
        }),
        Op::FromIter => b.iter_batched(
            || input.entries.clone(),
            |entries| entries.into_iter().collect::<M>(),
            BatchSize::LargeInput,
        ),
        Op::Iterate => {
            let expected = (0..n as u64).sum::<u64>();
            b.iter(|| assert_eq!(black_box(map).sum(), expected));
        }
        Op::Clone => b.iter_with_large_drop(|| black_box(map).clone()),
        Op::Edit100Clones => b.iter_batched(
            || input.misses.iter().cycle().take(edits).cloned().collect::<Vec<_>>(),
            |keys| {
                let edited = keys.into_iter().map(|key| {
                    let mut variant = map.clone();
                    assert!(variant.insert(key, 0).is_none());
                    variant
                });
                edited.collect::<Vec<M>>()
            },
            BatchSize::LargeInput,
        ),
        Op::Drop => b.iter_batched(|| input.build::<M>(), drop, BatchSize::LargeInput),
    }
}

fn run<M: BenchMap<K>, K: Key>(group: &mut BenchmarkGroup<'_, WallTime>, op: Op, inputs: &[Input<K>]) {
    for input in inputs {
        let n = input.entries.len();
        if M::CLONE_COPIES && op.clones_for_each_edit() && n > MOST_COPIED {
            eprintln!("skipped: {} with {n} entries, which copies all entries for each edit", M::NAME);
            continue;
        }
        group.throughput(Throughput::Elements(op.elements(n) as u64));
        // Built only once, and only if this benchmark is selected.
        let map = OnceCell::<M>::new();
        group.bench_function(BenchmarkId::new(M::NAME, n), |b| {
            measure(op, input, map.get_or_init(|| input.build()), b);
        });
    }
}

fn bench_key<K: Key>(c: &mut Criterion) {
    let inputs = SIZES.map(Input::<K>::new);
    for (op, name) in Op::ALL {
        let mut group = c.benchmark_group(format!("{name}/{}", K::NAME));
        group.sample_size(10);
        group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
        run::<PersistentMap<K, u64, FixedState>, K>(&mut group, op, &inputs);
        run::<HashMap<K, u64, FixedState>, K>(&mut group, op, &inputs);
        group.finish();
    }
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    bench_key::<u64>(&mut criterion);
    bench_key::<String>(&mut criterion);
    criterion.final_summary();
}
