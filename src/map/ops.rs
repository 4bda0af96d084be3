//! The standard traits of a map as a value: cloning, comparing, hashing, formatting, indexing.

use core::fmt;
use core::hash::{BuildHasher, Hash, Hasher};
use core::ops::{Index, IndexMut};

use equivalent::Equivalent;

use super::PersistentMap;
use crate::hasher::hash_unordered;

const NO_ENTRY: &str = "no entry found for key";

impl<K, V, S: Clone> Clone for PersistentMap<K, V, S> {
    /// Returns another handle to the same version. O(1): no entries are copied, and neither `K` nor `V` has to be
    /// `Clone`.
    #[doc(alias = "snapshot")]
    fn clone(&self) -> Self {
        Self { table: self.table.clone() }
    }
}

impl<K, V, S: Default> Default for PersistentMap<K, V, S> {
    /// Returns an empty map. No allocation.
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for PersistentMap<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.table.trie.in_stored_order().map(|(key, value)| (key, value))).finish()
    }
}

impl<K: Eq + Hash, V: PartialEq, S: BuildHasher> PartialEq for PersistentMap<K, V, S> {
    /// Returns `true` if both maps have the same keys with equal values.
    ///
    /// O(1) for the same version or for different lengths, otherwise proportional to the size of the parts that are
    /// not shared.
    ///
    /// Values are compared by `==`, as in `std`'s maps, except what both maps share: shared nodes and entries count as
    /// equal without being compared. So a value that is not equal to itself, such as a NaN, counts as equal where it is
    /// shared, and only there. [`diff`](PersistentMap::diff) makes no such distinction.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { "not a number" => f64::NAN };
    /// assert_eq!(map, map.clone());
    /// assert_ne!(map, persistent_map! { "not a number" => f64::NAN });
    /// ```
    fn eq(&self, other: &Self) -> bool {
        self.table.eq(&other.table, |a, b| a == b)
    }
}

impl<K: Eq + Hash, V: Eq, S: BuildHasher> Eq for PersistentMap<K, V, S> {}

impl<K: Hash, V: Hash, S> Hash for PersistentMap<K, V, S> {
    /// Hashes the entries independently of their order, so that equal maps have equal hashes, even if their hashers
    /// differ. O(n).
    ///
    /// With the feature `std`, each entry is hashed by SipHash with keys that are chosen at random once per process,
    /// and these hashes are added up. So nobody can construct different maps with equal hashes without knowing the
    /// keys. The hash of a map differs from one process to the next, even for a [`Hasher`] without random keys: do
    /// not store it.
    ///
    /// Without the feature `std`, entries are hashed by a fixed function. Then anyone can compute different maps with
    /// equal hashes, whichever final hasher is used: do not use maps as keys if an attacker can choose their entries.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    /// use std::collections::HashSet;
    ///
    /// let mut seen = HashSet::new();
    /// assert!(seen.insert(persistent_map! { 1 => "a", 2 => "b" }));
    /// assert!(!seen.insert(persistent_map! { 2 => "b", 1 => "a" }));
    /// ```
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_unordered(self.iter(), state);
    }
}

impl<K, V, Q, S> Index<&Q> for PersistentMap<K, V, S>
where
    K: Eq + Hash,
    Q: ?Sized + Hash + Equivalent<K>, // not `&&K`, `&Box<K>`, `&Lazy<K>`: pass `&**key`
    S: BuildHasher,
{
    type Output = V;

    /// Returns a reference to the value of `key`. O(log n).
    ///
    /// # Panics
    ///
    /// If `key` is absent.
    ///
    /// # Examples
    ///
    /// ```
    /// let map = perennial::persistent_map! { "a" => 1 };
    /// assert_eq!(map["a"], 1);
    /// ```
    fn index(&self, key: &Q) -> &V {
        self.get(key).expect(NO_ENTRY)
    }
}

impl<K, V, Q, S> IndexMut<&Q> for PersistentMap<K, V, S>
where
    K: Eq + Hash + Clone,
    V: Clone,
    Q: ?Sized + Hash + Equivalent<K>, // not `&&K`, `&Box<K>`, `&Lazy<K>`: pass `&**key`
    S: BuildHasher,
{
    /// Returns a mutable reference to the value of `key`. O(log n).
    ///
    /// # Panics
    ///
    /// If `key` is absent.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let mut map = persistent_map! { "a" => 1 };
    /// map["a"] += 1;
    /// assert_eq!(map["a"], 2);
    /// ```
    fn index_mut(&mut self, key: &Q) -> &mut V {
        self.get_mut(key).expect(NO_ENTRY)
    }
}
