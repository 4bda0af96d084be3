//! Runs the workload with the given name. Without an argument, prints the names of all workloads.
//!
//! The keys, the hasher and the operations are deterministic. Only instructions in calls of [`counted`] are counted.

use std::hint::black_box;

use foldhash::fast::FixedState;
use perennial::PersistentMap;

type Map = PersistentMap<u64, u64, FixedState>;

const SMALL: u64 = 10_000;
const LARGE: u64 = 100_000;
/// The number of versions that are made of a shared map.
const VERSIONS: u64 = 1_000;

const WORKLOADS: [(&str, fn()); 21] = [
    ("get_hit", || {
        let map = map(0..SMALL);
        let found = counted(|| keys(0..SMALL).filter(|key| black_box(&map).contains_key(key)).count());
        assert_eq!(found as u64, SMALL);
    }),
    ("get_miss", || {
        let map = map(0..SMALL);
        let found = counted(|| keys(SMALL..2 * SMALL).filter(|key| black_box(&map).contains_key(key)).count());
        assert_eq!(found, 0);
    }),
    ("insert", || {
        let map = counted(|| {
            let mut map = Map::default();
            keys(0..SMALL).for_each(|key| assert!(map.insert(key, key).is_none()));
            map
        });
        assert_eq!(map.len() as u64, SMALL);
    }),
    ("collect", || assert_eq!(counted(|| map(0..LARGE)).len() as u64, LARGE)),
    ("remove", || {
        let mut map = map(0..SMALL);
        counted(|| keys(0..SMALL).for_each(|key| assert!(map.remove(&key).is_some())));
        assert!(map.is_empty());
    }),
    ("insert_shared", || {
        let map = map(0..SMALL);
        let lens = counted(|| keys(SMALL..SMALL + VERSIONS).map(|key| map.assoc(key, key).len() as u64).sum::<u64>());
        assert_eq!(lens, VERSIONS * (SMALL + 1));
    }),
    ("remove_shared", || {
        let map = map(0..SMALL);
        let lens = counted(|| keys(0..VERSIONS).map(|key| map.dissoc(&key).len() as u64).sum::<u64>());
        assert_eq!(lens, VERSIONS * (SMALL - 1));
    }),
    ("iterate", || {
        let map = map(0..LARGE);
        let counted = counted(|| {
            let mut count = 0;
            for entry in &map {
                black_box(entry);
                count += 1;
            }
            count
        });
        assert_eq!(counted, LARGE);
    }),
    ("drop", || {
        let map = map(0..LARGE);
        counted(|| drop(map));
    }),
    ("union", || {
        let (first, second) = (map(0..SMALL), map(SMALL / 2..SMALL + SMALL / 2));
        assert_eq!(counted(|| first.merge(&second)).len() as u64, SMALL + SMALL / 2);
    }),
    ("entry", || {
        let map = counted(|| {
            let mut map = Map::default();
            keys(0..SMALL).for_each(|key| *map.entry(key).or_insert(0) += 1);
            map
        });
        assert_eq!(map.len() as u64, SMALL);
    }),
    ("get_mut", || {
        let mut map = map(0..SMALL);
        counted(|| keys(0..SMALL).for_each(|key| *map.get_mut(&key).expect("the key is present") = 0));
        assert_eq!(map.values().sum::<u64>(), 0);
    }),
    ("diff", || {
        let (old, versions) = versions();
        assert_eq!(counted(|| versions.iter().map(|new| old.diff(new).count()).sum::<usize>()), versions.len());
    }),
    ("merge", || {
        let (old, versions) = versions();
        let lens = counted(|| versions.iter().map(|new| old.merge(new).len() as u64).sum::<u64>());
        assert_eq!(lens, VERSIONS * SMALL);
    }),
    ("collect_tiny", || {
        let lens = counted(|| (0..VERSIONS).map(|n| map(n..n + 10).len() as u64).sum::<u64>());
        assert_eq!(lens, VERSIONS * 10);
    }),
    ("insert_tiny", || {
        let map = map(0..10);
        let lens = counted(|| keys(10..10 + VERSIONS).map(|key| map.assoc(key, key).len() as u64).sum::<u64>());
        assert_eq!(lens, VERSIONS * 11);
    }),
    ("collect_thousand", || {
        let lens = counted(|| (0..10).map(|n| map(n * VERSIONS..(n + 1) * VERSIONS).len() as u64).sum::<u64>());
        assert_eq!(lens, 10 * VERSIONS);
    }),
    ("retain", || {
        let mut map = map(0..SMALL);
        counted(|| map.retain(|key, _| key & 1 == 0));
        assert!(map.keys().all(|key| key & 1 == 0));
    }),
    ("eq_unshared", || {
        let maps = [0, 1].map(|_| map(0..SMALL));
        assert!(counted(|| maps[0] == maps[1]));
    }),
    ("merge_tiny", || {
        let (old, versions) = versions_of(10, VERSIONS);
        let lens = counted(|| versions.iter().map(|new| old.merge(new).len() as u64).sum::<u64>());
        assert_eq!(lens, VERSIONS * 10);
    }),
    ("diff_tiny", || {
        let (old, versions) = versions_of(10, VERSIONS);
        assert_eq!(counted(|| versions.iter().map(|new| old.diff(new).count()).sum::<usize>()), versions.len());
    }),
];

/// Returns a map and versions of it, each with one changed value.
fn versions() -> (Map, Vec<Map>) {
    versions_of(SMALL, VERSIONS)
}

fn versions_of(len: u64, count: u64) -> (Map, Vec<Map>) {
    let old = map(0..len);
    let versions = keys(0..len).cycle().take(count as usize).map(|key| old.assoc(key, !key)).collect();
    (old, versions)
}

/// Runs `f`. `run.sh` counts the instructions from the call of this function to its return.
#[inline(never)]
fn counted<R>(f: impl FnOnce() -> R) -> R {
    black_box(f())
}

/// Returns random-looking numbers, one for each index.
fn keys(indices: std::ops::Range<u64>) -> impl Iterator<Item = u64> + Clone {
    indices.map(|index| {
        let z = index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z ^ (z >> 27)
    })
}

fn map(indices: std::ops::Range<u64>) -> Map {
    keys(indices).map(|key| (key, key)).collect()
}

fn main() {
    match std::env::args().nth(1) {
        None => WORKLOADS.iter().for_each(|(name, _)| println!("{name}")),
        Some(name) => {
            let workload = WORKLOADS.iter().find(|(known, _)| *known == name);
            workload.expect("the argument is the name of a workload").1();
        }
    }
}
