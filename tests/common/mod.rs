//! What the test binaries share: hashers and element types made for tests, and checks of whole maps.

#![allow(dead_code, reason = "each test binary uses only a part")]

pub(crate) mod hashers;
pub(crate) mod laws;
pub(crate) mod program;
pub(crate) mod tracked;
pub(crate) mod values;

use core::fmt::Debug;
use core::hash::Hash;
use perennial::PersistentMap;
use proptest::test_runner::{Config, FileFailurePersistence};

use hashers::{Kind, TestState};

/// A map whose hasher is chosen at run time.
pub(crate) type Map<K, V> = PersistentMap<K, V, TestState>;

/// The size of a test: `full`, or under Miri, which is some hundred times slower, `miri`.
pub(crate) const fn scaled(full: usize, miri: usize) -> usize {
    if cfg!(miri) { miri } else { full }
}

/// Runs `full` cases, or `miri` under Miri; keeps the seeds of failures in `regressions`.
pub(crate) fn proptest_config(full: u32, miri: u32, regressions: &'static str) -> Config {
    Config {
        cases: if cfg!(miri) { miri } else { full },
        // Miri isolates the program from the file system.
        failure_persistence: (!cfg!(miri)).then(|| Box::new(FileFailurePersistence::Direct(regressions)) as Box<_>),
        max_shrink_iters: 20_000,
        ..Config::default()
    }
}

/// An empty map under the hasher `kind`.
pub(crate) fn empty<K, V>(kind: Kind) -> Map<K, V> {
    PersistentMap::with_hasher(TestState(kind))
}

/// A map of `entries` under the hasher `kind`, inserted one by one.
pub(crate) fn build<K, V>(kind: Kind, entries: impl IntoIterator<Item = (K, V)>) -> Map<K, V>
where
    K: Hash + Eq + Clone,
    V: Clone,
{
    let mut map = empty(kind);
    for (key, value) in entries {
        map.insert(key, value);
    }
    map
}

/// Checks the structure of `map`, and its length against what its iterator gives.
#[track_caller]
pub(crate) fn validate<K, V, S>(map: &PersistentMap<K, V, S>) {
    map.validate();
    let count = map.iter().count();
    assert_eq!(map.len(), count);
    assert_eq!(map.is_empty(), count == 0);
}

/// Checks that `map` holds exactly `expected`, both by looking up and by iterating.
#[track_caller]
pub(crate) fn assert_holds<K, V>(map: &Map<K, V>, expected: impl IntoIterator<Item = (K, V)>)
where
    K: Hash + Eq + Debug,
    V: PartialEq + Debug,
{
    validate(map);
    let mut count = 0;
    for (key, value) in expected {
        assert_eq!(map.get(&key), Some(&value), "at key {key:?}");
        count += 1;
    }
    assert_eq!(map.len(), count);
}

/// Whether two maps have the same nodes at the same places, whatever their history.
pub(crate) fn same_shape<K, V>(a: &Map<K, V>, b: &Map<K, V>) -> bool {
    a.same_shape(b)
}
