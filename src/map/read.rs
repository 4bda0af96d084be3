//! To make one, and to look at it.

use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;

use equivalent::Equivalent;

use super::PersistentMap;
use super::iter::{Iter, Keys, Values};
#[cfg(feature = "std")]
use crate::hasher::RandomState;
use crate::table::Table;
use crate::trie::HashTrie;

/// # Making a map
#[cfg(feature = "std")]
impl<K, V> PersistentMap<K, V> {
    /// Makes an empty map with the default hasher. O(1), no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let map: PersistentMap<&str, u32> = PersistentMap::new();
    /// assert!(map.is_empty());
    /// ```
    #[doc(alias = "with_capacity")]
    #[must_use]
    pub const fn new() -> Self {
        Self::with_hasher(RandomState::new())
    }
}

/// # Making and looking at a map
impl<K, V, S> PersistentMap<K, V, S> {
    /// Makes an empty map that hashes its keys with `hasher`. O(1), no allocation.
    ///
    /// Two maps whose hashers hash alike are compared and combined node by node, others with the same result by one
    /// lookup for each key. Which is the case is found out on a few keys of the maps: see
    /// [`design`](crate::guide::design#the-hash).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    /// use std::hash::{BuildHasherDefault, DefaultHasher};
    ///
    /// let mut map = PersistentMap::with_hasher(BuildHasherDefault::<DefaultHasher>::new());
    /// map.insert(1, "one");
    /// assert_eq!(map[&1], "one");
    /// ```
    #[must_use]
    pub const fn with_hasher(hasher: S) -> Self {
        Self { table: Table::new(HashTrie::new(), hasher) }
    }

    /// Returns the map's hasher. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::{PersistentMap, RandomState};
    ///
    /// let map: PersistentMap<u64, u64> = PersistentMap::new();
    /// let _: &RandomState = map.hasher();
    /// ```
    pub const fn hasher(&self) -> &S {
        &self.table.hasher
    }

    /// Returns the number of entries. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// assert_eq!(persistent_map! { 1 => "a", 2 => "b" }.len(), 2);
    /// ```
    pub const fn len(&self) -> usize {
        self.table.trie.len()
    }

    /// Returns `true` if there are no entries. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map = PersistentMap::new();
    /// assert!(map.is_empty());
    /// map.insert(1, "a");
    /// assert!(!map.is_empty());
    /// ```
    pub const fn is_empty(&self) -> bool {
        self.table.trie.is_empty()
    }

    /// Returns true if two maps are the same version, that is, if they share all of their nodes. O(1).
    ///
    /// The same version implies equal contents; equal contents do not imply the same version.
    /// [`guide::versions`](crate::guide::versions) lists the operations that keep the version if they change nothing,
    /// and those that do not.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { 1 => "a" };
    /// assert!(map.ptr_eq(&map.clone()));
    /// assert!(map.ptr_eq(&map.dissoc(&2)));
    /// assert!(!map.ptr_eq(&map.assoc(2, "b")));
    /// ```
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.table.trie.ptr_eq(&other.table.trie)
    }

    /// Iterates over the entries, in unspecified order. O(n) for the whole run, no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { "a" => 1, "b" => 2 };
    /// assert_eq!(map.iter().map(|(_, n)| n).sum::<i32>(), 3);
    /// ```
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { inner: self.table.trie.iter() }
    }

    /// Iterates over the keys, in unspecified order. O(n) for the whole run, no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { 1 => "a", 2 => "b" };
    /// assert_eq!(map.keys().sum::<i32>(), 3);
    /// ```
    pub fn keys(&self) -> Keys<'_, K, V> {
        Keys { inner: self.iter() }
    }

    /// Iterates over the values, in unspecified order. O(n) for the whole run, no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { "a" => 1, "b" => 2 };
    /// assert_eq!(map.values().sum::<i32>(), 3);
    /// ```
    pub fn values(&self) -> Values<'_, K, V> {
        Values { inner: self.iter() }
    }
}

/// # Looking up keys
impl<K: Eq + Hash, V, S: BuildHasher> PersistentMap<K, V, S> {
    /// Returns the value of `key`. O(log n), in practice one to five nodes.
    ///
    /// The key may be any type that is [`Equivalent`] to `K`, such as a borrowed form of it.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { String::from("a") => 1 };
    /// assert_eq!(map.get("a"), Some(&1));
    /// assert_eq!(map.get("b"), None);
    /// ```
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.table.get(key).map(|(_, value)| value)
    }

    /// Returns the key as the map holds it, and its value. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { String::from("a") => 1 };
    /// assert_eq!(map.get_key_value("a"), Some((&String::from("a"), &1)));
    /// ```
    #[inline]
    pub fn get_key_value<Q>(&self, key: &Q) -> Option<(&K, &V)>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.table.get(key).map(|(key, value)| (key, value))
    }

    /// Returns `true` if there is an entry of `key`. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { 1 => "a" };
    /// assert!(map.contains_key(&1));
    /// assert!(!map.contains_key(&2));
    /// ```
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.table.get(key).is_some()
    }

    /// Iterates over the entries in an order that depends on them and the hasher alone. O(n) for the whole run.
    ///
    /// Equal maps with equal hashers are iterated in the same order, whatever was inserted and removed before. [`iter`]
    /// takes about a tenth of the time, but its order depends also on the history of a map. The order of keys with one
    /// hash, all 64 bits, is unspecified. The hasher is called only for keys that have 32 bits of their hashes in
    /// common.
    ///
    /// With a hasher that has a random seed, as the default one, equal maps have the same order only if one is a clone
    /// of the other or the hasher was cloned; for the same order in each run of a program, use a hasher with a fixed
    /// seed.
    ///
    /// [`iter`]: Self::iter
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let forth: PersistentMap<u64, u64> = (0..100).map(|n| (n, n * n)).collect();
    /// let mut back = PersistentMap::with_hasher(forth.hasher().clone());
    /// back.extend((0..200).rev().map(|n| (n, n * n)));
    /// back.retain(|n, _| *n < 100);
    /// assert_eq!(forth, back);
    /// assert!(forth.iter_in_hash_order().eq(back.iter_in_hash_order()));
    /// ```
    #[doc(alias("deterministic", "sorted"))]
    pub fn iter_in_hash_order(&self) -> impl ExactSizeIterator<Item = (&K, &V)> + FusedIterator + Clone {
        self.table.trie.in_hash_order(|(key, _)| self.table.hasher.hash_one(key)).map(|(key, value)| (key, value))
    }
}
