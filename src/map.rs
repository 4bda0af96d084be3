//! [`PersistentMap`], its iterators and its entries.
//!
//! The map is a thin face: a [`HashTrie`] of `(K, V)` does the work, and this module gives it the hash, the equality
//! and the names of `std`.

use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;

use equivalent::Equivalent;

use crate::hasher::RandomState;
use crate::keyed::{self, Table, first};
use crate::trie::HashTrie;

mod algebra;
mod convert;
mod diff;
mod entry;
mod entry_ref;
mod in_place;
mod introspect;
mod iter;
mod merge3;
mod ops;
mod patch;
mod persistent;

pub use algebra::Merge;
pub use diff::{Change, Diff};
pub use entry::{Entry, OccupiedEntry, OccupiedError, VacantEntry};
pub use entry_ref::{EntryRef, VacantEntryRef};
pub use iter::{Drain, ExtractIf, IntoIter, IntoKeys, IntoValues, Iter, IterMut, Keys, Values, ValuesMut};
pub use merge3::Conflict;
#[cfg(feature = "serde")]
pub(crate) use patch::Edit;
pub use patch::{Patch, PatchError};

/// A persistent hash map: cloning is O(1), and versions share all that they have in common.
///
/// It can be used in two styles. The persistent one ([`assoc`](Self::assoc), [`dissoc`](Self::dissoc),
/// [`alter`](Self::alter), …) takes `&self` and answers a new version. The in-place one ([`insert`](Self::insert),
/// [`remove`](Self::remove), [`entry`](Self::entry), …) has the names and the meaning of `std`'s
/// [`HashMap`](https://doc.rust-lang.org/std/collections/struct.HashMap.html), and copies only the few nodes on the way
/// to the change which other versions still use.
///
/// `K` and `V` must be `Clone` only for operations that may have to copy a shared node. Building a map, looking things
/// up, iterating by reference and cloning need no such thing.
///
/// As in `std`, a key must not change its hash or its equality while it is in a map, and keys that are equal must hash
/// alike. The iteration order is unspecified.
///
/// # Examples
///
/// ```
/// use perennial::PersistentMap;
///
/// let mut stock = PersistentMap::from([("apples", 3), ("pears", 5)]);
/// let yesterday = stock.clone();
///
/// stock.insert("plums", 40);
/// *stock.entry("apples").or_insert(0) += 1;
/// stock.remove("pears");
///
/// assert_eq!(stock, PersistentMap::from([("apples", 4), ("plums", 40)]));
/// assert_eq!(yesterday, PersistentMap::from([("apples", 3), ("pears", 5)]));
/// ```
pub struct PersistentMap<K, V, S = RandomState> {
    pub(crate) trie: HashTrie<(K, V)>,
    pub(crate) hasher: S,
}

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
    #[must_use]
    pub const fn new() -> Self {
        Self::with_hasher(RandomState::new())
    }
}

impl<K, V, S> PersistentMap<K, V, S> {
    /// Makes an empty map that hashes its keys with `hasher`. O(1), no allocation.
    ///
    /// Two maps whose hashers hash alike are compared and combined node by node, others with the same result by one lookup
    /// for each key. Which is the case is found out on a few keys of the maps: see [`design`](crate::guide::design#the-hash).
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
        Self { trie: HashTrie::new(), hasher }
    }

    /// The map's hasher. O(1).
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
        &self.hasher
    }

    /// The number of entries. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// assert_eq!(persistent_map! { 1 => "a", 2 => "b" }.len(), 2);
    /// ```
    pub const fn len(&self) -> usize {
        self.trie.len()
    }

    /// Whether there are no entries. O(1).
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
        self.trie.is_empty()
    }

    /// Returns true if two maps are the same version, that is, if they share all of their nodes. O(1).
    ///
    /// The same version implies equal contents; equal contents do not imply the same version.
    /// [`guide::versions`](crate::guide::versions) lists the operations that keep the version if they change nothing, and
    /// those that do not.
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
        self.trie.ptr_eq(&other.trie)
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
        Iter { inner: self.trie.iter() }
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

    /// What the operations on two maps work on.
    pub(crate) fn table(&self) -> Table<'_, (K, V), S> {
        (&self.trie, &self.hasher)
    }
}

/// For tests and fuzzing.
#[doc(hidden)]
impl<K, V, S> PersistentMap<K, V, S> {
    pub fn validate(&self) {
        self.trie.validate();
    }

    pub fn same_shape(&self, other: &Self) -> bool {
        self.trie.same_shape(&other.trie)
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> PersistentMap<K, V, S> {
    /// The value of `key`. O(log n), in practice one to five nodes.
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
        keyed::get(&self.trie, &self.hasher, key, first).map(|(_, value)| value)
    }

    /// The key as the map holds it, and its value. O(log n).
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
        keyed::get(&self.trie, &self.hasher, key, first).map(|(key, value)| (key, value))
    }

    /// Whether there is an entry of `key`. O(log n).
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
        keyed::get(&self.trie, &self.hasher, key, first).is_some()
    }

    /// Iterates over the entries in an order that depends on them and the hasher alone. O(n) for the whole run.
    ///
    /// Equal maps with equal hashers are iterated in the same order, whatever was inserted and removed before. [`iter`]
    /// takes about a tenth of the time, but its order depends also on the history of a map. The order of keys with one
    /// hash, all 64 bits, is unspecified. The hasher is called only for keys that have 32 bits of their hashes in common.
    ///
    /// With a hasher that has a random seed, as the default one, equal maps have the same order only if one is a clone of the
    /// other or the hasher was cloned; for the same order in each run of a program, use a hasher with a fixed seed.
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
    pub fn iter_in_hash_order(&self) -> impl ExactSizeIterator<Item = (&K, &V)> + FusedIterator + Clone {
        self.trie.in_hash_order(|(key, _)| self.hasher.hash_one(key)).map(|(key, value)| (key, value))
    }
}

/// Whether a value has not changed: both are equal, or neither is equal to itself, such as two NaNs.
///
/// `==` alone would count a NaN as changed in a node that was copied and as unchanged in a shared node, where no value is
/// compared.
#[inline]
pub(crate) fn unchanged<V: PartialEq>(old: &V, new: &V) -> bool {
    #[expect(clippy::eq_op, reason = "it tells whether a value is equal to itself")]
    let is_reflexive = |value: &V| value == value;
    old == new || !(is_reflexive(old) || is_reflexive(new))
}

// A destructor that panics while a value is on its way out of a function would leak that value. So where one part of an
// entry goes and the other is handed out, the one that goes is dropped first.

/// Puts the value of an entry in the place of that of an equal key, which stays. Answers the old value.
#[inline]
pub(crate) fn replace_value<K, V>(there: &mut (K, V), new: (K, V)) -> V {
    core::mem::replace(&mut there.1, into_value(new))
}

/// The key of an entry.
#[inline]
pub(crate) fn into_key<K, V>((key, value): (K, V)) -> K {
    drop(value);
    key
}

/// The value of an entry.
#[inline]
pub(crate) fn into_value<K, V>((key, value): (K, V)) -> V {
    drop(key);
    value
}
