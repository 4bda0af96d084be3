//! Constructors and read access.

use core::hash::{BuildHasher, Hash};

use equivalent::Equivalent;

use super::PersistentMap;
use super::iter::{Iter, IterInHashOrder, IterInStoredOrder, Keys, Values};
#[cfg(feature = "std")]
use crate::hasher::RandomState;
use crate::table::Table;
use crate::trie::HashTrie;

/// # Constructors
#[cfg(feature = "std")]
impl<K, V> PersistentMap<K, V> {
    /// Creates an empty map with the default hasher. O(1), no allocation.
    ///
    /// For another hasher, use [`with_hasher`](Self::with_hasher), [`default`](Default::default), or a list of entries
    /// after the hasher: `persistent_map! { hasher; 1 => "a" }`.
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

/// # Construction, iteration and properties
impl<K, V, S> PersistentMap<K, V, S> {
    /// Creates an empty map that hashes its keys with `hasher`. O(1), no allocation.
    ///
    /// Two maps whose hashers give the same hashes are compared and combined node by node; other maps are compared
    /// and combined with one lookup per key, with the same result. A sample of the keys decides which case applies:
    /// see [`design`](crate::guide::design#the-hash).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    /// use std::hash::{BuildHasherDefault, DefaultHasher};
    ///
    /// let hasher = BuildHasherDefault::<DefaultHasher>::new();
    /// let mut map = PersistentMap::with_hasher(hasher);
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
    #[doc(alias = "size")]
    pub const fn len(&self) -> usize {
        self.table.trie.len()
    }

    /// Returns `true` if the map has no entries. O(1).
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

    /// Returns `true` if two maps are the same version, that is, if they share all of their nodes. O(1).
    ///
    /// Maps that are the same version are equal, but equal maps need not be the same version.
    /// [`guide::versions`](crate::guide::versions) lists which operations return the same version if they change
    /// nothing.
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

    /// Returns an iterator over the entries, in unspecified order. O(n) to exhaust, no allocation.
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

    /// Returns an iterator over the keys, in unspecified order. O(n) to exhaust, no allocation.
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

    /// Returns an iterator over the values, in unspecified order. O(n) to exhaust, no allocation.
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

    /// Returns an iterator over the entries in the order of the 32 bits of each hash that the map stores. O(n) for the
    /// whole run, O(log n) for the first entry.
    ///
    /// It differs from [`iter_in_hash_order`](Self::iter_in_hash_order) only in the relative order of keys that have
    /// these bits in common, which is unspecified here: about one pair of keys in a map of 100 000. It requires neither
    /// the hasher nor `K: Hash`. `Debug` and `Serialize` use this order.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { 1 => 'a', 2 => 'b' };
    /// assert!(map.iter_in_stored_order().eq(map.iter_in_hash_order()));
    /// ```
    pub fn iter_in_stored_order(&self) -> IterInStoredOrder<'_, K, V> {
        IterInStoredOrder { inner: self.table.trie.in_stored_order() }
    }
}

/// # Looking up keys
impl<K: Eq + Hash, V, S: BuildHasher> PersistentMap<K, V, S> {
    /// Returns a reference to the value of `key`. O(log n), in practice one to five nodes.
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
        Q: ?Sized + Hash + Equivalent<K>, // not `&&K`, `&Box<K>`, `&Lazy<K>`: pass `&**key`
    {
        self.table.get(key).map(|(_, value)| value)
    }

    /// Returns the stored key and its value. O(log n).
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
        Q: ?Sized + Hash + Equivalent<K>, // not `&&K`, `&Box<K>`, `&Lazy<K>`: pass `&**key`
    {
        self.table.get(key).map(|(key, value)| (key, value))
    }

    /// Returns `true` if the map contains `key`. O(log n).
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
        Q: ?Sized + Hash + Equivalent<K>, // not `&&K`, `&Box<K>`, `&Lazy<K>`: pass `&**key`
    {
        self.table.get(key).is_some()
    }

    /// Returns an iterator over the entries in an order that depends only on the entries and the hasher. O(n) for the
    /// whole run, O(log n) for the first entry.
    ///
    /// Equal maps with equal hashers are iterated in the same order, regardless of their history of insertions and
    /// removals. [`iter`] takes about a seventh of the time, but its order also depends on that history. The relative
    /// order of keys whose 64-bit hashes are all equal is unspecified. The hasher is called only for keys that have
    /// 32 bits of their hashes in common; [`iter_in_stored_order`](Self::iter_in_stored_order) never calls it.
    ///
    /// A map with a randomly seeded hasher, such as the default one, has the same order only as maps with the same
    /// seed. For the same order in every run of a program, use a hasher with a fixed seed, such as
    /// `BuildHasherDefault<DefaultHasher>` of `std`: then the `Debug` output and the JSON of equal maps are also equal in
    /// every run, except among keys that have 32 bits of their hashes in common.
    ///
    /// [`iter`]: Self::iter
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let squares: PersistentMap<u64, u64> = (0..100).map(|n| (n, n * n)).collect();
    /// let mut same = PersistentMap::with_hasher(squares.hasher().clone());
    /// same.extend((0..200).rev().map(|n| (n, n * n)));
    /// same.retain(|n, _| *n < 100);
    /// assert_eq!(squares, same);
    /// assert!(squares.iter_in_hash_order().eq(same.iter_in_hash_order()));
    /// ```
    #[doc(alias("deterministic", "sorted"))]
    pub fn iter_in_hash_order(&self) -> IterInHashOrder<'_, K, V, S> {
        IterInHashOrder { inner: self.table.in_hash_order() }
    }
}
