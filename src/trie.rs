//! [`HashTrie`], a persistent hash table without a hasher, with its iterators and entries.
//!
//! The caller gives the hash and the equality with each call, as with `hashbrown::HashTable`; the trie knows neither
//! `Hash` nor `Eq`. Maps and sets are faces of it, and so are bindings to languages whose equality can fail.

// Read `node` next: it has the picture, the invariants and the constants.

mod bitmap;
mod bucket;
mod bulk;
mod check;
mod child;
mod collision;
mod combine;
mod disjoint;
mod entry;
mod eq;
mod hash_order;
mod insert;
mod iter;
mod leaf;
#[cfg(test)]
mod looks;
mod merge;
mod node;
mod node_builder;
mod pairs;
mod place;
mod range;
mod remove;
mod sample;
mod set_op;
mod shrink;
#[cfg(any(feature = "rayon", test))]
mod split;
mod tags;
mod usage;

use core::convert::Infallible;
use core::fmt;

use child::Child;
use place::Place;

pub use entry::{Entry, OccupiedEntry, VacantEntry};
pub(crate) use insert::Inserted;
pub(crate) use iter::IterMut;
pub use iter::{IntoIter, Iter};

pub(crate) use pairs::{Pair, PairWalk};
pub(crate) use remove::Extraction;
pub use set_op::Merge;
pub(crate) use set_op::SetOp;
#[cfg(feature = "rayon")]
pub(crate) use split::{Executor, RootPartition, Subtree, Subtrees};
pub use usage::MemoryUsage;

/// How the entries of a shared bucket are copied.
pub(crate) trait CloneFn<T>: Fn(&T) -> T + Copy {}

impl<T, C: Fn(&T) -> T + Copy> CloneFn<T> for C {}

/// A [`CloneFn`] whose type must have a name.
pub(crate) type ClonePtr<T> = fn(&T) -> T;

/// The [`CloneFn`] of a trie that shares nothing.
pub(crate) fn never_clone<T>(_: &T) -> T {
    unreachable!("a sole owner never copies a bucket")
}

/// Returns the fallible form of an equality that cannot fail.
#[inline]
pub(crate) fn wrap_ok<T>(mut eq: impl FnMut(&T) -> bool) -> impl FnMut(&T) -> Result<bool, Infallible> {
    move |entry| Ok(eq(entry))
}

/// Returns the value of a result that cannot be an error.
#[inline]
pub(crate) fn into_ok<R>(result: Result<R, Infallible>) -> R {
    match result {
        Ok(value) => value,
    }
}

/// Returns the 32 bits of a hash that the trie keeps.
///
/// The two middle words of the 128-bit product with an odd constant, folded, depend on every bit of the hash. So
/// hashers which leave keys as they are, or vary only their high or low bits, work too.
#[inline]
const fn mix(hash: u64) -> u32 {
    let product = hash as u128 * 0x9e37_79b9_7f4a_7c15;
    // In words of 64 bits, or else the compiler shifts one word into the other, which takes x86-64 longer.
    let (low, high) = (product as u64, (product >> 64) as u64);
    (low >> 32 ^ high) as u32
}

/// A persistent hash table without a hasher: the persistent counterpart of
/// [`hashbrown::HashTable`](https://docs.rs/hashbrown/latest/hashbrown/struct.HashTable.html).
///
/// You need it only if a map or set does not fit: where hash or equality need something that is not in the entry, such as
/// the arena that an index points into; where equality can fail, as in a binding to another language; or where hashes are
/// known already. [`PersistentMap`](crate::PersistentMap) is a `HashTrie` of `(K, V)`,
/// [`PersistentSet`](crate::PersistentSet) one of its elements.
///
/// A clone is O(1) and shares all nodes; an edit copies the shared nodes on the way to the entry, O(log n), and edits
/// those in place that are not shared. `Clone` is required only where a shared node may have to be copied.
///
/// Each entry must always be given with the same hash, and equal entries with equal hashes; otherwise entries may not be
/// found, but nothing worse happens.
///
/// Removing an absent entry, `find_mut` of one, a `retain` or `extract_if` that removes nothing, and an `entry` that is
/// only looked at copy nothing, and the trie stays the same version. `insert` over an equal entry, `find_mut` and
/// `OccupiedEntry::get_mut` of one that is present, and `iter_mut` of a trie that is not empty copy the shared nodes on
/// the way, whether or not anything is written.
///
/// # Examples
///
/// Indices that are hashed and compared as the words that they stand for:
///
/// ```
/// use core::hash::BuildHasher;
/// use perennial::trie::HashTrie;
/// use perennial::RandomState;
///
/// let words = ["one", "two", "one"];
/// let hasher = RandomState::new();
/// let mut indices = HashTrie::new();
/// for (index, word) in words.iter().enumerate() {
///     let hash = hasher.hash_one(word);
///     if indices.find(hash, |&there: &usize| words[there] == *word).is_none() {
///         indices.insert_unique(hash, index);
///     }
/// }
/// assert_eq!(indices.len(), 2);
/// assert_eq!(indices.find(hasher.hash_one("two"), |&index| words[index] == "two"), Some(&1));
/// ```
pub struct HashTrie<T> {
    root: Child<T>,
    len: usize,
}

impl<T> HashTrie<T> {
    /// Returns an empty trie. O(1), no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// let trie = perennial::trie::HashTrie::<u64>::new();
    /// assert!(trie.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self { root: Child::EMPTY, len: 0 }
    }

    /// Returns the number of entries. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// assert_eq!(numbers.len(), 1);
    /// ```
    #[inline]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Returns `true` if there are no entries. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// assert!(!numbers.is_empty());
    /// ```
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Removes all entries. O(1) if another trie shares them, otherwise O(n) to drop them.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// numbers.clear();
    /// assert!(numbers.is_empty());
    /// ```
    #[inline]
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// Returns `true` if both are the same version, sharing everything. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// let clone = numbers.clone();
    /// assert!(clone.ptr_eq(&numbers));
    /// numbers.insert(8, 8, |a, b| a == b);
    /// assert!(!clone.ptr_eq(&numbers));
    /// ```
    #[inline]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.root.ptr_eq(&other.root)
    }

    /// Iterates over the entries in an order that depends on them and their hashes alone. O(n) for the whole run.
    ///
    /// `hash` must return the hash that an entry was given with. It is called only where 32 bits of two hashes, which
    /// are stored, are equal. Tries of equal entries are iterated in the same order, whatever was inserted and removed
    /// before, except for entries of one hash.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut forth = HashTrie::new();
    /// let mut back = HashTrie::new();
    /// for n in 0..100_u64 {
    ///     forth.insert(n, n, |a, b| a == b);
    ///     back.insert(99 - n, 99 - n, |a, b| a == b);
    /// }
    /// assert!(forth.iter_in_hash_order(|n| *n).eq(back.iter_in_hash_order(|n| *n)));
    /// ```
    pub fn iter_in_hash_order(&self, hash: impl Fn(&T) -> u64) -> impl ExactSizeIterator<Item = &T> {
        self.in_hash_order(hash)
    }

    /// Returns the entry with this hash that `eq` accepts. O(log n), no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// assert_eq!(numbers.find(7, |&n| n == 7), Some(&7));
    /// assert_eq!(numbers.find(8, |&n| n == 8), None);
    /// ```
    #[inline]
    pub fn find(&self, hash: u64, eq: impl FnMut(&T) -> bool) -> Option<&T> {
        into_ok(self.try_find(hash, wrap_ok(eq)))
    }

    /// [`find`](Self::find) with an equality that can fail. O(log n), no allocation.
    ///
    /// # Errors
    ///
    /// The first error of `eq`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// assert_eq!(numbers.try_find(7, |&n| Ok::<_, &str>(n == 7)), Ok(Some(&7)));
    /// assert_eq!(numbers.try_find(7, |_| Err("they cannot be compared")), Err("they cannot be compared"));
    /// ```
    #[inline]
    pub fn try_find<E>(&self, hash: u64, eq: impl FnMut(&T) -> Result<bool, E>) -> Result<Option<&T>, E> {
        let hash = mix(hash);
        Ok(self.root.leaf(hash).try_find(hash, eq)?.map(|(_, entry)| entry))
    }

    /// Where the entry with this hash that `eq` accepts stands: its index in the leaf.
    #[inline]
    fn try_position<E>(&self, hash: u32, eq: impl FnMut(&T) -> Result<bool, E>) -> Result<Option<usize>, E> {
        Ok(self.root.leaf(hash).try_find(hash, eq)?.map(|(index, _)| index))
    }

    /// Entry `index` of the leaf in the range of `hash`, its path unshared.
    #[inline]
    fn entry_at_mut(&mut self, hash: u32, index: usize, clone: impl CloneFn<T>) -> &mut T {
        Place::of(&mut self.root, hash).entry_mut(index, clone)
    }

    #[inline]
    pub(crate) fn try_find_mut_with<E>(
        &mut self,
        hash: u64,
        eq: impl FnMut(&T) -> Result<bool, E>,
        clone: impl CloneFn<T>,
    ) -> Result<Option<&mut T>, E> {
        let hash = mix(hash);
        Ok(self.try_position(hash, eq)?.map(|index| self.entry_at_mut(hash, index, clone)))
    }

    /// Inserts `entry` unless there is an equal one, which is returned with `entry`.
    #[inline]
    pub(crate) fn try_insert_with<E>(
        &mut self,
        hash: u64,
        entry: T,
        same: impl FnMut(&T, &T) -> Result<bool, E>,
        clone: impl CloneFn<T>,
    ) -> Result<Inserted<'_, T>, E> {
        self.try_insert_at(mix(hash), entry, same, clone)
    }

    #[inline]
    pub(crate) fn try_remove_with<E>(
        &mut self,
        hash: u64,
        eq: impl FnMut(&T) -> Result<bool, E>,
        clone: impl CloneFn<T>,
    ) -> Result<Option<T>, E> {
        let hash = mix(hash);
        Ok(self.try_position(hash, eq)?.map(|index| self.remove_at(hash, index, clone).0))
    }
}

/// What may have to copy a shared node.
impl<T: Clone> HashTrie<T> {
    /// Inserts `entry` in place of an equal one with this hash, which is returned, if there is one. O(log n).
    ///
    /// `same` gets an entry that is there, and `entry`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let same_name = |a: &(&str, u32), b: &(&str, u32)| a.0 == b.0;
    /// let mut ages = HashTrie::new();
    /// assert_eq!(ages.insert(3, ("Ada", 36), same_name), None);
    /// assert_eq!(ages.insert(3, ("Ada", 37), same_name), Some(("Ada", 36)));
    /// ```
    pub fn insert(&mut self, hash: u64, entry: T, mut same: impl FnMut(&T, &T) -> bool) -> Option<T> {
        into_ok(self.try_insert(hash, entry, |there, entry| Ok(same(there, entry))))
    }

    /// [`insert`](Self::insert) with an equality that can fail; then the trie is as before. O(log n).
    ///
    /// # Errors
    ///
    /// The first error of `same`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// // An equality that does not know what to say of a NaN.
    /// let equal = |a: &f64, b: &f64| a.partial_cmp(b).map(|order| order.is_eq()).ok_or("not a number");
    /// let mut numbers = HashTrie::new();
    /// assert_eq!(numbers.try_insert(1, f64::NAN, equal), Ok(None));
    /// assert_eq!(numbers.try_insert(1, 0.5, equal), Err("not a number"));
    /// assert_eq!(numbers.len(), 1);
    /// ```
    pub fn try_insert<E>(
        &mut self,
        hash: u64,
        entry: T,
        same: impl FnMut(&T, &T) -> Result<bool, E>,
    ) -> Result<Option<T>, E> {
        Ok(match self.try_insert_with(hash, entry, same, T::clone)? {
            Inserted::New => None,
            Inserted::Found(there, entry) => Some(core::mem::replace(there, entry)),
        })
    }

    /// Inserts `entry`, which must have no equal in the trie, without a search for one. Returns a mutable reference to
    /// it. O(log n).
    ///
    /// An edit must not change the hash.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = perennial::trie::HashTrie::new();
    /// assert_eq!(numbers.insert_unique(7, 7), &7);
    /// assert_eq!(numbers.find(7, |&n| n == 7), Some(&7));
    /// ```
    pub fn insert_unique(&mut self, hash: u64, entry: T) -> &mut T {
        self.insert_unique_at(mix(hash), entry, T::clone)
    }

    /// Removes the entry with this hash that `eq` accepts, and returns it. O(log n); no allocation if there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = perennial::trie::HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// assert_eq!(numbers.remove(7, |&n| n == 7), Some(7));
    /// assert_eq!(numbers.remove(7, |&n| n == 7), None);
    /// ```
    pub fn remove(&mut self, hash: u64, eq: impl FnMut(&T) -> bool) -> Option<T> {
        into_ok(self.try_remove(hash, wrap_ok(eq)))
    }

    /// [`remove`](Self::remove) with an equality that can fail; then the trie is as before. O(log n).
    ///
    /// # Errors
    ///
    /// The first error of `eq`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// assert_eq!(numbers.try_remove(7, |_| Err("they cannot be compared")), Err("they cannot be compared"));
    /// assert_eq!(numbers.try_remove(7, |&n| Ok::<_, &str>(n == 7)), Ok(Some(7)));
    /// ```
    pub fn try_remove<E>(&mut self, hash: u64, eq: impl FnMut(&T) -> Result<bool, E>) -> Result<Option<T>, E> {
        self.try_remove_with(hash, eq, T::clone)
    }

    /// Returns a mutable reference to the entry with this hash that `eq` accepts. O(log n); no allocation if there is
    /// none.
    ///
    /// An edit must not change the hash.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut ages = HashTrie::new();
    /// ages.insert(3, ("Ada", 36), |a, b| a.0 == b.0);
    /// if let Some((_, age)) = ages.find_mut(3, |(name, _)| *name == "Ada") {
    ///     *age += 1;
    /// }
    /// assert_eq!(ages.find(3, |(name, _)| *name == "Ada"), Some(&("Ada", 37)));
    /// ```
    pub fn find_mut(&mut self, hash: u64, eq: impl FnMut(&T) -> bool) -> Option<&mut T> {
        into_ok(self.try_find_mut(hash, wrap_ok(eq)))
    }

    /// [`find_mut`](Self::find_mut) with an equality that can fail; then the trie is as before. O(log n).
    ///
    /// # Errors
    ///
    /// The first error of `eq`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut ages = HashTrie::new();
    /// ages.insert(3, ("Ada", 36), |a, b| a.0 == b.0);
    /// assert_eq!(ages.try_find_mut(3, |_| Err("they cannot be compared")), Err("they cannot be compared"));
    /// ```
    pub fn try_find_mut<E>(&mut self, hash: u64, eq: impl FnMut(&T) -> Result<bool, E>) -> Result<Option<&mut T>, E> {
        self.try_find_mut_with(hash, eq, T::clone)
    }

    /// Returns the place of the entry with this hash that `eq` accepts, or the one where it would be. O(log n), no
    /// allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    /// use perennial::trie::Entry;
    ///
    /// let mut counts: HashTrie<(&str, u32)> = HashTrie::new();
    /// for word in ["one", "two", "one"] {
    ///     // Of the same length: of the same hash here.
    ///     match counts.entry(3, |(there, _)| *there == word) {
    ///         Entry::Occupied(mut entry) => entry.get_mut().1 += 1,
    ///         Entry::Vacant(place) => drop(place.insert((word, 1))),
    ///     }
    /// }
    /// assert_eq!(counts.find(3, |(word, _)| *word == "one"), Some(&("one", 2)));
    /// ```
    pub fn entry(&mut self, hash: u64, eq: impl FnMut(&T) -> bool) -> Entry<'_, T> {
        into_ok(self.try_entry(hash, wrap_ok(eq)))
    }

    /// [`entry`](Self::entry) with an equality that can fail. O(log n), no allocation.
    ///
    /// # Errors
    ///
    /// The first error of `eq`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// assert_eq!(numbers.try_entry(7, |_| Err("they cannot be compared")).err(), Some("they cannot be compared"));
    /// assert!(numbers.try_entry(7, |&n| Ok::<_, &str>(n == 7)).is_ok());
    /// ```
    pub fn try_entry<E>(&mut self, hash: u64, eq: impl FnMut(&T) -> Result<bool, E>) -> Result<Entry<'_, T>, E> {
        self.try_entry_with(hash, eq, T::clone)
    }

    /// Returns mutable references to the entries, in no particular order. O(n).
    ///
    /// An edit must not change a hash. Shared nodes are copied as they are reached.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut ages = HashTrie::new();
    /// ages.insert(3, ("Ada", 36), |a, b| a.0 == b.0);
    /// ages.iter_mut().for_each(|(_, age)| *age += 1);
    /// assert!(ages.iter().eq([&("Ada", 37)]));
    /// ```
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = &mut T> {
        self.iter_mut_with(T::clone)
    }

    /// Keeps the entries that `keep` accepts. O(n); subtrees that lose nothing stay shared.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = perennial::trie::HashTrie::new();
    /// for n in 0..100_u64 {
    ///     numbers.insert(n, n, |a, b| a == b);
    /// }
    /// numbers.retain(|n| n % 3 == 0);
    /// assert_eq!(numbers.len(), 34);
    /// ```
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.retain_with(keep, T::clone);
    }

    /// Removes the entries that `pred` accepts, each as it is yielded. O(n) for the whole run.
    ///
    /// What the iterator has not come to when it is dropped stays in.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = perennial::trie::HashTrie::new();
    /// for n in 0..100_u64 {
    ///     numbers.insert(n, n, |a, b| a == b);
    /// }
    /// assert_eq!(numbers.extract_if(|n| n % 3 == 0).count(), 34);
    /// assert_eq!(numbers.len(), 66);
    /// ```
    pub fn extract_if(&mut self, mut pred: impl FnMut(&T) -> bool) -> impl Iterator<Item = T> {
        let mut extraction = Extraction::new();
        core::iter::from_fn(move || extraction.next(self, &mut pred, T::clone))
    }
}

impl<T> Clone for HashTrie<T> {
    /// Another handle of the same version. O(1), no allocation.
    #[inline]
    fn clone(&self) -> Self {
        Self { root: self.root.clone(), len: self.len }
    }
}

impl<T> Default for HashTrie<T> {
    #[inline]
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for HashTrie<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.in_stored_order()).finish()
    }
}

#[cfg(test)]
mod tests;
