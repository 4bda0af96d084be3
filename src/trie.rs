//! [`HashTrie`], a persistent hash table without a hasher, its iterators and its entries.
//!
//! The caller passes the hash and the equality with each call, as with `hashbrown::HashTable`; the trie uses neither
//! `Hash` nor `Eq`. Maps and sets are wrappers around it, and so are bindings to languages in which an equality can
//! fail.

// Next to read: `node`, which has the diagram, the invariants and the constants.

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

/// A function that copies the entries of a shared leaf.
pub(crate) trait CloneFn<T>: Fn(&T) -> T + Copy {}

impl<T, C: Fn(&T) -> T + Copy> CloneFn<T> for C {}

/// A [`CloneFn`] as a function pointer, for types that have to name it.
pub(crate) type ClonePtr<T> = fn(&T) -> T;

/// The [`CloneFn`] of a trie that shares no nodes.
pub(crate) fn never_clone<T>(_: &T) -> T {
    unreachable!("a trie that shares no nodes never copies a bucket")
}

/// Converts an equality that cannot fail into the fallible form.
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

/// Reduces a hash to the 32 bits that the trie uses.
///
/// The result is the exclusive or of the two middle 32-bit words of the 128-bit product of the hash and an odd
/// constant, so it depends on every bit of the hash. Therefore hashers that return keys unchanged, or that vary only
/// the high or low bits, work too.
#[inline]
const fn mix(hash: u64) -> u32 {
    let product = hash as u128 * 0x9e37_79b9_7f4a_7c15;
    // Written with two 64-bit words: otherwise the compiler shifts one word into the other, which is slower on
    // x86-64.
    let (low, high) = (product as u64, (product >> 64) as u64);
    (low >> 32 ^ high) as u32
}

/// A persistent hash table without a hasher: the persistent counterpart of
/// [`hashbrown::HashTable`](https://docs.rs/hashbrown/latest/hashbrown/struct.HashTable.html).
///
/// You need it only if a map or set does not fit: if hashing or equality need data outside the entry, such as the
/// arena that an index points into; if equality can fail, as in a binding to another language; or if the hashes are
/// already known. [`PersistentMap`](crate::PersistentMap) wraps a `HashTrie` of `(K, V)`, and
/// [`PersistentSet`](crate::PersistentSet) one of its elements.
///
/// Cloning is O(1), and a clone shares all nodes. An edit copies the shared nodes on the path to the entry, O(log n),
/// and edits unshared nodes in place. `Clone` is required only for operations that may have to copy a shared node.
///
/// The same hash must always be passed for an entry, and equal hashes for equal entries. Otherwise entries may not be
/// found, but there are no other consequences.
///
/// The following copy nothing, and the trie stays the same version: removing an absent entry, `find_mut` of an absent
/// entry, a `retain` or `extract_if` that removes nothing, and an `entry` that is only read. The following copy the
/// shared nodes on the path, even if nothing is written: `insert` of an entry that is equal to a present one,
/// `find_mut` and `OccupiedEntry::get_mut` of a present entry, and `iter_mut` of a non-empty trie.
///
/// # Examples
///
/// A table of indices that are hashed and compared like the words at these indices:
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
/// let hash = hasher.hash_one("two");
/// assert_eq!(indices.find(hash, |&index| words[index] == "two"), Some(&1));
/// ```
pub struct HashTrie<T> {
    root: Child<T>,
    len: usize,
}

impl<T> HashTrie<T> {
    /// Creates an empty trie. O(1), no allocation.
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

    /// Returns `true` if the trie has no entries. O(1).
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

    /// Returns `true` if both tries are the same version, that is, if they share all of their nodes. O(1).
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

    /// Returns an iterator over the entries in an order that depends only on the entries and their hashes. O(n) for
    /// the whole run.
    ///
    /// `hash` must return the hash that was passed with an entry. It is called only for entries whose 32 stored hash
    /// bits are equal. Tries with equal entries are iterated in the same order, regardless of their history of
    /// insertions and removals, except for entries whose 64-bit hashes are equal.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut up = HashTrie::new();
    /// let mut down = HashTrie::new();
    /// for n in 0..100_u64 {
    ///     up.insert(n, n, |a, b| a == b);
    ///     down.insert(99 - n, 99 - n, |a, b| a == b);
    /// }
    /// assert!(up.iter_in_hash_order(|n| *n).eq(down.iter_in_hash_order(|n| *n)));
    /// ```
    pub fn iter_in_hash_order(&self, hash: impl Fn(&T) -> u64) -> impl ExactSizeIterator<Item = &T> {
        self.in_hash_order(hash)
    }

    /// Returns a reference to the entry with this hash for which `eq` returns `true`. O(log n), no allocation.
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

    /// Does what [`find`](Self::find) does, with an equality that can fail. O(log n), no allocation.
    ///
    /// # Errors
    ///
    /// Returns the first error of `eq`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// assert_eq!(numbers.try_find(7, |&n| Ok::<_, &str>(n == 7)), Ok(Some(&7)));
    /// let result = numbers.try_find(7, |_| Err("not comparable"));
    /// assert_eq!(result, Err("not comparable"));
    /// ```
    #[inline]
    pub fn try_find<E>(&self, hash: u64, eq: impl FnMut(&T) -> Result<bool, E>) -> Result<Option<&T>, E> {
        let hash = mix(hash);
        Ok(self.root.leaf(hash).try_find(hash, eq)?.map(|(_, entry)| entry))
    }

    /// Returns the index in its leaf of the entry with this hash that `eq` accepts.
    #[inline]
    fn try_position<E>(&self, hash: u32, eq: impl FnMut(&T) -> Result<bool, E>) -> Result<Option<usize>, E> {
        Ok(self.root.leaf(hash).try_find(hash, eq)?.map(|(index, _)| index))
    }

    /// Returns a mutable reference to entry `index` of the leaf in the range of `hash`; copies the shared nodes on
    /// the path.
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

    /// Inserts `entry` unless there is an equal one; otherwise returns the equal one together with `entry`.
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

/// # Operations that may copy a shared node
impl<T: Clone> HashTrie<T> {
    /// Inserts `entry`, replacing and returning an equal one with this hash, if any. O(log n).
    ///
    /// `same` is called with a present entry and `entry`.
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
        into_ok(self.try_insert(hash, entry, |present, entry| Ok(same(present, entry))))
    }

    /// Does what [`insert`](Self::insert) does, with an equality that can fail. O(log n).
    ///
    /// # Errors
    ///
    /// Returns the first error of `same`; the trie is unchanged then.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// // An equality that fails for a NaN.
    /// let equal = |a: &f64, b: &f64| {
    ///     a.partial_cmp(b).map(|order| order.is_eq()).ok_or("not a number")
    /// };
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
            Inserted::Found(present, entry) => Some(core::mem::replace(present, entry)),
        })
    }

    /// Inserts `entry` without searching for an equal one, and returns a mutable reference to it. O(log n).
    ///
    /// The trie must not contain an entry equal to `entry`. An edit through the reference must not change the hash.
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

    /// Removes and returns the entry with this hash that `eq` accepts, if any. O(log n); no allocation if there is
    /// none.
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

    /// Does what [`remove`](Self::remove) does, with an equality that can fail. O(log n).
    ///
    /// # Errors
    ///
    /// Returns the first error of `eq`; the trie is unchanged then.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// let result = numbers.try_remove(7, |_| Err("not comparable"));
    /// assert_eq!(result, Err("not comparable"));
    /// assert_eq!(numbers.try_remove(7, |&n| Ok::<_, &str>(n == 7)), Ok(Some(7)));
    /// ```
    pub fn try_remove<E>(&mut self, hash: u64, eq: impl FnMut(&T) -> Result<bool, E>) -> Result<Option<T>, E> {
        self.try_remove_with(hash, eq, T::clone)
    }

    /// Returns a mutable reference to the entry with this hash that `eq` accepts. O(log n); no allocation if there is
    /// none.
    ///
    /// An edit through the reference must not change the hash.
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

    /// Does what [`find_mut`](Self::find_mut) does, with an equality that can fail. O(log n).
    ///
    /// # Errors
    ///
    /// Returns the first error of `eq`; the trie is unchanged then.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut ages = HashTrie::new();
    /// ages.insert(3, ("Ada", 36), |a, b| a.0 == b.0);
    /// let result = ages.try_find_mut(3, |_| Err("not comparable"));
    /// assert_eq!(result, Err("not comparable"));
    /// ```
    pub fn try_find_mut<E>(&mut self, hash: u64, eq: impl FnMut(&T) -> Result<bool, E>) -> Result<Option<&mut T>, E> {
        self.try_find_mut_with(hash, eq, T::clone)
    }

    /// Gets the entry with this hash that `eq` accepts, occupied or vacant, for in-place manipulation. O(log n), no
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
    ///     // The length of a word serves as its hash.
    ///     match counts.entry(3, |(present, _)| *present == word) {
    ///         Entry::Occupied(mut entry) => entry.get_mut().1 += 1,
    ///         Entry::Vacant(entry) => drop(entry.insert((word, 1))),
    ///     }
    /// }
    /// assert_eq!(counts.find(3, |(word, _)| *word == "one"), Some(&("one", 2)));
    /// ```
    pub fn entry(&mut self, hash: u64, eq: impl FnMut(&T) -> bool) -> Entry<'_, T> {
        into_ok(self.try_entry(hash, wrap_ok(eq)))
    }

    /// Does what [`entry`](Self::entry) does, with an equality that can fail. O(log n), no allocation.
    ///
    /// # Errors
    ///
    /// Returns the first error of `eq`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// let result = numbers.try_entry(7, |_| Err("not comparable"));
    /// assert_eq!(result.err(), Some("not comparable"));
    /// assert!(numbers.try_entry(7, |&n| Ok::<_, &str>(n == 7)).is_ok());
    /// ```
    pub fn try_entry<E>(&mut self, hash: u64, eq: impl FnMut(&T) -> Result<bool, E>) -> Result<Entry<'_, T>, E> {
        self.try_entry_with(hash, eq, T::clone)
    }

    /// Returns an iterator over mutable references to the entries, in unspecified order. O(n) for the whole run.
    ///
    /// An edit must not change the hash of an entry. Shared nodes are copied when the iterator reaches them.
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

    /// Keeps only the entries for which `keep` returns `true`. O(n); subtrees that lose nothing stay shared.
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

    /// Returns an iterator that removes and yields the entries for which `pred` returns `true`. O(n) for the whole
    /// run.
    ///
    /// Entries not visited when the iterator is dropped stay in the trie.
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
    /// Returns another handle to the same version. O(1), no allocation.
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
