//! Constructors and read access.

use core::hash::{BuildHasher, Hash};

use equivalent::Equivalent;

use super::PersistentSet;
use super::iter::{Iter, IterInHashOrder, IterInStoredOrder};
#[cfg(feature = "std")]
use crate::hasher::RandomState;
use crate::table::Table;
use crate::trie::HashTrie;

/// # Constructors
#[cfg(feature = "std")]
impl<T> PersistentSet<T> {
    /// Creates an empty set with the default hasher. O(1), no allocation.
    ///
    /// For another hasher, use [`with_hasher`](Self::with_hasher), [`default`](Default::default), or a list of elements
    /// after the hasher: `persistent_set! { hasher; 1, 2 }`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentSet;
    ///
    /// let set: PersistentSet<&str> = PersistentSet::new();
    /// assert!(set.is_empty());
    /// ```
    #[doc(alias = "with_capacity")]
    #[must_use]
    pub const fn new() -> Self {
        Self::with_hasher(RandomState::new())
    }
}

/// # Construction, iteration and properties
impl<T, S> PersistentSet<T, S> {
    /// Creates an empty set that hashes its elements with `hasher`. O(1), no allocation.
    ///
    /// Two sets whose hashers give the same hashes are compared and combined node by node; other sets are compared
    /// and combined with one lookup per element, with the same result. A sample of the elements decides which case
    /// applies: see [`design`](crate::guide::design#the-hash).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentSet;
    /// use std::hash::{BuildHasherDefault, DefaultHasher};
    ///
    /// let hasher = BuildHasherDefault::<DefaultHasher>::new();
    /// let mut set = PersistentSet::with_hasher(hasher);
    /// set.insert(1);
    /// assert!(set.contains(&1));
    /// ```
    #[must_use]
    pub const fn with_hasher(hasher: S) -> Self {
        Self { table: Table::new(HashTrie::new(), hasher) }
    }

    /// Returns the set's hasher. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::{PersistentSet, RandomState};
    ///
    /// let set: PersistentSet<u64> = PersistentSet::new();
    /// let _: &RandomState = set.hasher();
    /// ```
    pub const fn hasher(&self) -> &S {
        &self.table.hasher
    }

    /// Returns the number of elements. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// assert_eq!(persistent_set! { 1, 2, 2 }.len(), 2);
    /// ```
    #[doc(alias = "size")]
    pub const fn len(&self) -> usize {
        self.table.trie.len()
    }

    /// Returns `true` if the set has no elements. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentSet;
    ///
    /// let mut set = PersistentSet::new();
    /// assert!(set.is_empty());
    /// set.insert(1);
    /// assert!(!set.is_empty());
    /// ```
    pub const fn is_empty(&self) -> bool {
        self.table.trie.is_empty()
    }

    /// Returns `true` if two sets are the same version, that is, if they share all of their nodes. O(1).
    ///
    /// Sets that are the same version are equal, but equal sets need not be the same version.
    /// [`guide::versions`](crate::guide::versions) lists which operations return the same version if they change
    /// nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let set = persistent_set! { 1 };
    /// assert!(set.ptr_eq(&set.clone()));
    /// assert!(set.ptr_eq(&set.conj(1)));
    /// assert!(!set.ptr_eq(&set.conj(2)));
    /// ```
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.table.trie.ptr_eq(&other.table.trie)
    }

    /// Returns an iterator over the elements, in unspecified order. O(n) to exhaust, no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// assert_eq!(persistent_set! { 1, 2, 3 }.iter().sum::<i32>(), 6);
    /// ```
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { inner: self.table.trie.iter() }
    }

    /// Returns an iterator over the elements in the order of the 32 bits of each hash that the set stores. O(n) for the
    /// whole run, O(log n) for the first element.
    ///
    /// It requires neither the hasher nor `T: Hash`. See
    /// [`PersistentMap::iter_in_stored_order`](crate::PersistentMap::iter_in_stored_order).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let set = persistent_set! { 1, 2 };
    /// assert!(set.iter_in_stored_order().eq(set.iter_in_hash_order()));
    /// ```
    pub fn iter_in_stored_order(&self) -> IterInStoredOrder<'_, T> {
        IterInStoredOrder { inner: self.table.trie.in_stored_order() }
    }
}

/// # Looking up elements
impl<T: Eq + Hash, S: BuildHasher> PersistentSet<T, S> {
    /// Returns a reference to the element that is equal to `value`. O(log n), in practice one to five nodes.
    ///
    /// The value may be of any type that is [`Equivalent`] to `T`, such as a borrowed form of it.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let set = persistent_set! { String::from("a") };
    /// assert_eq!(set.get("a"), Some(&String::from("a")));
    /// assert_eq!(set.get("b"), None);
    /// ```
    #[inline]
    pub fn get<Q>(&self, value: &Q) -> Option<&T>
    where
        Q: ?Sized + Hash + Equivalent<T>, // not `&&T`, `&Box<T>`, `&Lazy<T>`: pass `&**value`
    {
        self.table.get(value)
    }

    /// Returns `true` if the set contains an element equal to `value`. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let set = persistent_set! { "a" };
    /// assert!(set.contains("a"));
    /// assert!(!set.contains("b"));
    /// ```
    #[inline]
    pub fn contains<Q>(&self, value: &Q) -> bool
    where
        Q: ?Sized + Hash + Equivalent<T>, // not `&&T`, `&Box<T>`, `&Lazy<T>`: pass `&**value`
    {
        self.table.get(value).is_some()
    }

    /// Returns an iterator over the elements in an order that depends only on the elements and the hasher. O(n) for
    /// the whole run, O(log n) for the first element.
    ///
    /// Equal sets with equal hashers are iterated in the same order, regardless of their history of insertions and
    /// removals. See [`PersistentMap::iter_in_hash_order`](crate::PersistentMap::iter_in_hash_order).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentSet;
    ///
    /// let numbers: PersistentSet<u64> = (0..100).collect();
    /// let mut same = PersistentSet::with_hasher(numbers.hasher().clone());
    /// same.extend((0..100).rev());
    /// assert!(numbers.iter_in_hash_order().eq(same.iter_in_hash_order()));
    /// ```
    #[doc(alias("deterministic", "sorted"))]
    pub fn iter_in_hash_order(&self) -> IterInHashOrder<'_, T, S> {
        IterInHashOrder { inner: self.table.in_hash_order() }
    }
}
