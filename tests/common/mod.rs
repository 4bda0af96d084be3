//! Shared code of the test binaries: hashers and element types for tests, and checks of whole maps.

#![allow(dead_code, reason = "no test binary uses all of it")]

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

/// Returns the size of a test: `miri` under Miri, which is about a hundred times slower, and `full` otherwise.
pub(crate) const fn scaled(full: usize, miri: usize) -> usize {
    if cfg!(miri) { miri } else { full }
}

/// Returns a configuration that runs `miri` cases under Miri, otherwise `full` if the environment variable `CASES` is
/// `all` and a third of them if not, and stores the seeds of failures in the file `regressions`.
pub(crate) fn proptest_config(full: u32, miri: u32, regressions: &'static str) -> Config {
    let all = std::env::var_os("CASES").is_some_and(|cases| cases == "all");
    Config {
        cases: if cfg!(miri) { miri } else { full.div_ceil(if all { 1 } else { 3 }) },
        // Miri isolates programs from the file system.
        failure_persistence: (!cfg!(miri)).then(|| Box::new(FileFailurePersistence::Direct(regressions)) as Box<_>),
        max_shrink_iters: 20_000,
        ..Config::default()
    }
}

/// Returns an empty map with the hasher `kind`.
pub(crate) fn empty<K, V>(kind: Kind) -> Map<K, V> {
    PersistentMap::with_hasher(TestState(kind))
}

/// Returns a map with the hasher `kind` into which `entries` were inserted one by one.
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

/// Checks the structure of `map`, and that its length is the number of items of its iterator.
#[track_caller]
pub(crate) fn validate<K, V, S>(map: &PersistentMap<K, V, S>) {
    map.validate();
    let count = map.iter().count();
    assert_eq!(map.len(), count);
    assert_eq!(map.is_empty(), count == 0);
}

/// Checks that `map` contains exactly the entries `expected`, both by lookups and by iteration.
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

/// Returns true if two maps have trees of the same shape.
pub(crate) fn same_shape<K, V>(a: &Map<K, V>, b: &Map<K, V>) -> bool {
    a.same_shape(b)
}
