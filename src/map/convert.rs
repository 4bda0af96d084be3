//! Conversions from other collections to maps, and from maps to iterators.

use core::hash::{BuildHasher, Hash};
#[cfg(feature = "std")]
use {
    alloc::{collections::BTreeMap, vec::Vec},
    std::collections::HashMap,
};

use super::iter::{IntoIter, Iter, IterMut};
use super::{PersistentMap, replace_value};
use crate::trie::{IntoIterInStoredOrder, never_clone};

/// Creates a [`PersistentMap`] from a list of `key => value`, with the default hasher or with one given before the
/// list.
///
/// If a key is listed more than once, the last value is used. Without entries it can be used in constants. Without
/// the feature `std` there is no default hasher, and only the form with a hasher compiles.
///
/// # Examples
///
/// ```
/// use perennial::{PersistentMap, persistent_map};
///
/// let map = persistent_map! {
///     "one" => 1,
///     "two" => 2,
/// };
/// assert_eq!(map.len(), 2);
///
/// let empty: PersistentMap<&str, u32> = persistent_map! {};
/// assert!(empty.is_empty());
/// ```
///
/// With a hasher, followed by a semicolon:
///
/// ```
/// use perennial::{PersistentMap, persistent_map};
/// use std::hash::{BuildHasherDefault, DefaultHasher};
///
/// let hasher = BuildHasherDefault::<DefaultHasher>::new();
/// let map = persistent_map! { hasher; "one" => 1, "two" => 2 };
/// assert_eq!(map["two"], 2);
///
/// static EMPTY: PersistentMap<u8, u8, BuildHasherDefault<DefaultHasher>> =
///     persistent_map! { BuildHasherDefault::new(); };
/// assert!(EMPTY.is_empty());
/// ```
#[macro_export]
macro_rules! persistent_map {
    () => {
        $crate::PersistentMap::new()
    };
    ($($key:expr => $value:expr),+ $(,)?) => {
        $crate::macros::map_of($crate::RandomState::new(), [$(($key, $value)),+])
    };
    ($hasher:expr;) => {
        $crate::PersistentMap::with_hasher($hasher)
    };
    ($hasher:expr; $($key:expr => $value:expr),+ $(,)?) => {
        $crate::macros::map_of($hasher, [$(($key, $value)),+])
    };
}

impl<K: Eq + Hash, V, S: BuildHasher> PersistentMap<K, V, S> {
    /// Returns a map of these entries. If a key occurs more than once, the last value is used.
    pub(crate) fn collected(hasher: S, entries: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut map = Self::with_hasher(hasher);
        map.table.edit(never_clone).extend(entries, replace_value);
        map
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Default> FromIterator<(K, V)> for PersistentMap<K, V, S> {
    /// Collects the entries into a map. If a key occurs more than once, the last value is used. O(n).
    ///
    /// If the iterator's `size_hint` announces more than 32 entries, the map is built at once, which is faster and
    /// leaves less spare capacity than inserting one by one.
    ///
    /// # Panics
    ///
    /// If the `size_hint` announces more entries than fit into the address space, like `std`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::{PersistentMap, persistent_map};
    ///
    /// let lengths: PersistentMap<&str, usize> = ["one", "three"].map(|word| (word, word.len())).into_iter().collect();
    /// assert_eq!(lengths, persistent_map! { "one" => 3, "three" => 5 });
    /// ```
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self::collected(S::default(), entries)
    }
}

impl<K: Eq + Hash + Clone, V: Clone, S: BuildHasher> Extend<(K, V)> for PersistentMap<K, V, S> {
    /// Inserts all entries. If a key occurs more than once, the last value is used. O(m log n) for m entries.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let mut map = persistent_map! { "a" => 1 };
    /// map.extend([("a", 2), ("b", 3)]);
    /// assert_eq!(map, persistent_map! { "a" => 2, "b" => 3 });
    /// ```
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        self.edit().extend(entries, replace_value);
    }
}

impl<'a, K: Eq + Hash + Copy, V: Copy, S: BuildHasher> Extend<(&'a K, &'a V)> for PersistentMap<K, V, S> {
    /// Inserts copies of all entries. If a key occurs more than once, the last value is used. O(m log n) for m entries.
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.extend(entries.into_iter().map(|(&key, &value)| (key, value)));
    }
}

// As in `std`, conversions exist for the default hasher only: with a type parameter for the hasher, the type of
// `PersistentMap::from([...])` could not be inferred.

#[cfg(feature = "std")]
impl<K: Eq + Hash, V, const N: usize> From<[(K, V); N]> for PersistentMap<K, V> {
    /// Returns a map of these entries. If a key occurs more than once, the last value is used.
    ///
    /// For a map with another hasher, collect the entries: `entries.into_iter().collect()`.
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

#[cfg(feature = "std")]
impl<K: Eq + Hash, V> From<Vec<(K, V)>> for PersistentMap<K, V> {
    /// Returns a map of these entries. If a key occurs more than once, the last value is used.
    fn from(entries: Vec<(K, V)>) -> Self {
        entries.into_iter().collect()
    }
}

#[cfg(feature = "std")]
impl<K: Eq + Hash, V, S> From<HashMap<K, V, S>> for PersistentMap<K, V> {
    /// Returns a map of the entries of a map of `std`. O(n).
    fn from(map: HashMap<K, V, S>) -> Self {
        map.into_iter().collect()
    }
}

#[cfg(feature = "std")]
impl<K: Eq + Hash, V> From<BTreeMap<K, V>> for PersistentMap<K, V> {
    /// Returns a map of the entries of a map of `std`. O(n).
    fn from(map: BTreeMap<K, V>) -> Self {
        map.into_iter().collect()
    }
}

impl<'a, K, V, S> IntoIterator for &'a PersistentMap<K, V, S> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<'a, K: Clone, V: Clone, S> IntoIterator for &'a mut PersistentMap<K, V, S> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V>;

    fn into_iter(self) -> IterMut<'a, K, V> {
        self.iter_mut()
    }
}

impl<K: Clone, V: Clone, S> IntoIterator for PersistentMap<K, V, S> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    /// Returns an iterator over the entries by value, in unspecified order.
    ///
    /// Entries in nodes that are shared with another version are cloned, all others moved.
    fn into_iter(self) -> IntoIter<K, V> {
        IntoIter { inner: self.table.into_trie().into_iter() }
    }
}

/// # Iterating by value
impl<K: Clone, V: Clone, S> PersistentMap<K, V, S> {
    /// Returns an iterator over the entries by value, in the order of
    /// [`iter_in_stored_order`](Self::iter_in_stored_order). O(n) to exhaust, O(log n) for the first one.
    ///
    /// What is in nodes that are shared with another version is cloned, all else moved. An unshared leaf, of at most 32
    /// entries with different hashes, is emptied at once.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { 1 => 'a', 2 => 'b' };
    /// let clone = map.clone();
    /// assert!(clone.into_iter_in_stored_order().eq(map.iter_in_stored_order().map(|(k, v)| (*k, *v))));
    /// ```
    pub fn into_iter_in_stored_order(self) -> IntoIterInStoredOrder<(K, V)> {
        IntoIterInStoredOrder::new(self.table.into_trie())
    }
}
