//! The common interface of the maps.

use std::hash::{BuildHasher, Hash};

/// The traits that all keys implement.
pub trait Key: Clone + Eq + Hash + 'static {}

impl<K: Clone + Eq + Hash + 'static> Key for K {}

/// The hasher of all maps in a run. Any two such hashers agree.
pub trait Hasher: BuildHasher + Clone + Default + 'static {}

impl<S: BuildHasher + Clone + Default + 'static> Hasher for S {}

/// A map under test.
///
/// The provided methods are the loops that a user would write for a map without the operation.
#[expect(clippy::len_without_is_empty, reason = "nothing measures `is_empty`")]
pub trait BenchMap<K: Key, V: Clone + PartialEq>: Clone + Default + FromIterator<(K, V)> + PartialEq {
    const NAME: &'static str;

    /// True if `clone` copies every entry.
    const CLONE_COPIES: bool = false;

    const HAS_DIFF: bool = false;

    fn len(&self) -> usize;

    fn get(&self, key: &K) -> Option<&V>;

    /// Adds an entry or replaces the value of an equal key.
    fn insert(&mut self, key: K, value: V);

    /// Removes a key. Returns true if it was present.
    fn remove(&mut self, key: &K) -> bool;

    /// Adds an entry unless there is one with an equal key.
    fn insert_new(&mut self, key: K, value: V);

    fn get_mut(&mut self, key: &K) -> Option<&mut V>;

    /// Keeps the entries with a value that `keep` accepts.
    fn retain(&mut self, keep: impl FnMut(&V) -> bool);

    fn iter<'a>(&'a self) -> impl Iterator<Item = (&'a K, &'a V)>
    where
        K: 'a,
        V: 'a;

    /// Returns the number of entries that were added, removed or changed in `newer`.
    fn diff(&self, _newer: &Self) -> usize {
        unreachable!("called only if `HAS_DIFF`")
    }

    /// Returns a map with the entries of both; those of `newer` win.
    fn merge(&self, newer: &Self) -> Self {
        let mut all = self.clone();
        for (key, value) in newer.iter() {
            all.insert(key.clone(), value.clone());
        }
        all
    }

    fn intersection(&self, other: &Self) -> Self {
        owned(self.iter().filter(|(key, _)| other.get(key).is_some())).collect()
    }

    fn difference(&self, other: &Self) -> Self {
        owned(self.iter().filter(|(key, _)| other.get(key).is_none())).collect()
    }

    fn symmetric_difference(&self, other: &Self) -> Self {
        let ours = self.iter().filter(|(key, _)| other.get(key).is_none());
        owned(ours.chain(other.iter().filter(|(key, _)| self.get(key).is_none()))).collect()
    }
}

fn owned<'a, K: Key, V: Clone + 'a>(entries: impl Iterator<Item = (&'a K, &'a V)>) -> impl Iterator<Item = (K, V)> {
    entries.map(|(key, value)| (key.clone(), value.clone()))
}

/// The methods that have the same name in all maps except those of rpds.
macro_rules! common {
    () => {
        fn len(&self) -> usize {
            self.len()
        }

        fn get(&self, key: &K) -> Option<&V> {
            self.get(key)
        }

        fn insert(&mut self, key: K, value: V) {
            self.insert(key, value);
        }

        fn remove(&mut self, key: &K) -> bool {
            self.remove(key).is_some()
        }

        fn insert_new(&mut self, key: K, value: V) {
            self.entry(key).or_insert(value);
        }

        fn get_mut(&mut self, key: &K) -> Option<&mut V> {
            self.get_mut(key)
        }

        fn retain(&mut self, mut keep: impl FnMut(&V) -> bool) {
            self.retain(|_, value| keep(value));
        }

        fn iter<'a>(&'a self) -> impl Iterator<Item = (&'a K, &'a V)>
        where
            K: 'a,
            V: 'a,
        {
            self.iter()
        }
    };
}

impl<K: Key, V: Clone + PartialEq, S: Hasher> BenchMap<K, V> for perennial::PersistentMap<K, V, S> {
    const NAME: &'static str = "perennial";
    const HAS_DIFF: bool = true;

    common!();

    fn diff(&self, newer: &Self) -> usize {
        self.diff(newer).count()
    }

    fn merge(&self, newer: &Self) -> Self {
        self.merge(newer)
    }

    fn intersection(&self, other: &Self) -> Self {
        self.intersection(other)
    }

    fn difference(&self, other: &Self) -> Self {
        self.difference(other)
    }

    fn symmetric_difference(&self, other: &Self) -> Self {
        self.symmetric_difference(other)
    }
}

/// Maps with open addressing in one block of memory.
macro_rules! impl_for_table {
    ($name:literal, $map:path) => {
        impl<K: Key, V: Clone + PartialEq, S: Hasher> BenchMap<K, V> for $map {
            const NAME: &'static str = $name;
            const CLONE_COPIES: bool = true;

            common!();

            /// Uses `extend`, which reserves capacity first.
            fn merge(&self, newer: &Self) -> Self {
                let mut all = self.clone();
                all.extend(owned(newer.iter()));
                all
            }
        }
    };
}

impl_for_table!("std", std::collections::HashMap<K, V, S>);
impl_for_table!("hashbrown", hashbrown::HashMap<K, V, S>);

/// The two libraries have the same interface. Their set operations take both operands by value.
macro_rules! impl_for_im {
    ($name:literal, $map:path) => {
        impl<K: Key, V: Clone + PartialEq, S: Hasher> BenchMap<K, V> for $map {
            const NAME: &'static str = $name;

            common!();

            /// In `union` the entries of the first operand win.
            fn merge(&self, newer: &Self) -> Self {
                newer.clone().union(self.clone())
            }

            fn intersection(&self, other: &Self) -> Self {
                self.clone().intersection(other.clone())
            }

            fn difference(&self, other: &Self) -> Self {
                self.clone().relative_complement(other.clone())
            }

            fn symmetric_difference(&self, other: &Self) -> Self {
                self.clone().symmetric_difference(other.clone())
            }
        }
    };
}

// With std's `Arc`, which is the default, and with std's `Rc`.
impl_for_im!("imbl", imbl::GenericHashMap<K, V, S, imbl::shared_ptr::DefaultSharedPtr>);
impl_for_im!("imbl-rc", imbl::GenericHashMap<K, V, S, archery::RcK>);
impl_for_im!("im", im::HashMap<K, V, S>);
impl_for_im!("im-rc", im_rc::HashMap<K, V, S>);

macro_rules! impl_for_rpds {
    ($name:literal, $map:path) => {
        impl<K: Key, V: Clone + PartialEq, S: Hasher> BenchMap<K, V> for $map {
            const NAME: &'static str = $name;

            fn len(&self) -> usize {
                self.size()
            }

            fn get(&self, key: &K) -> Option<&V> {
                self.get(key)
            }

            fn insert(&mut self, key: K, value: V) {
                self.insert_mut(key, value);
            }

            fn remove(&mut self, key: &K) -> bool {
                self.remove_mut(key)
            }

            fn insert_new(&mut self, key: K, value: V) {
                if !self.contains_key(&key) {
                    self.insert_mut(key, value);
                }
            }

            fn get_mut(&mut self, key: &K) -> Option<&mut V> {
                self.get_mut(key)
            }

            fn retain(&mut self, mut keep: impl FnMut(&V) -> bool) {
                let gone: Vec<K> = self.iter().filter(|(_, value)| !keep(value)).map(|(key, _)| key.clone()).collect();
                for key in gone {
                    self.remove_mut(&key);
                }
            }

            fn iter<'a>(&'a self) -> impl Iterator<Item = (&'a K, &'a V)>
            where
                K: 'a,
                V: 'a,
            {
                self.iter()
            }
        }
    };
}

// With triomphe's `Arc`, which the library uses for its thread-safe maps, and with std's `Rc`.
impl_for_rpds!("rpds", rpds::HashTrieMap<K, V, archery::ArcTK, S>);
impl_for_rpds!("rpds-rc", rpds::HashTrieMap<K, V, archery::RcK, S>);

/// Returns the function `$f::<K, V, M, …>` for each map that threads can share, in the order of
/// [`PEERS`](crate::PEERS).
#[macro_export]
macro_rules! for_each_map {
    ($f:ident, $keys:ty, $values:ty, $hasher:ty $(, $more:ty)?) => {
        [
            $f::<$keys, $values, perennial::PersistentMap<$keys, $values, $hasher> $(, $more)?>,
            $f::<$keys, $values, std::collections::HashMap<$keys, $values, $hasher> $(, $more)?>,
            $f::<$keys, $values, hashbrown::HashMap<$keys, $values, $hasher> $(, $more)?>,
            $f::<$keys, $values, imbl::GenericHashMap<$keys, $values, $hasher, imbl::shared_ptr::DefaultSharedPtr> $(, $more)?>,
            $f::<$keys, $values, rpds::HashTrieMap<$keys, $values, archery::ArcTK, $hasher> $(, $more)?>,
            $f::<$keys, $values, im::HashMap<$keys, $values, $hasher> $(, $more)?>,
        ]
    };
}

/// Like [`for_each_map`], for the single-threaded maps.
#[macro_export]
macro_rules! for_each_single_threaded {
    ($f:ident, $keys:ty, $values:ty, $hasher:ty $(, $more:ty)?) => {
        [
            $f::<$keys, $values, imbl::GenericHashMap<$keys, $values, $hasher, archery::RcK> $(, $more)?>,
            $f::<$keys, $values, rpds::HashTrieMap<$keys, $values, archery::RcK, $hasher> $(, $more)?>,
            $f::<$keys, $values, im_rc::HashMap<$keys, $values, $hasher> $(, $more)?>,
        ]
    };
}
