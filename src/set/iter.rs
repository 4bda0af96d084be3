//! The iterators of sets: wrappers of those of the trie.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;
use core::marker::PhantomData;

use crate::hasher::RandomState;
use crate::macros::projection;
use crate::table::{InHashOrder, SetKey};
use crate::trie::{self, ClonePtr, Edit, Extraction, HashTrie, StoredOrder};

/// A borrowing iterator over the elements of a set.
///
/// Returned by [`PersistentSet::iter`](super::PersistentSet::iter).
///
/// # Examples
///
/// ```
/// let set = perennial::persistent_set! { "a" };
/// assert_eq!(set.iter().next(), Some(&"a"));
/// ```
pub struct Iter<'a, T> {
    pub(crate) inner: trie::Iter<'a, T>,
}

/// A borrowing iterator over the elements of a set in an order that depends only on them and the hasher.
///
/// Returned by [`PersistentSet::iter_in_hash_order`](super::PersistentSet::iter_in_hash_order).
///
/// # Examples
///
/// ```
/// let set = perennial::persistent_set! { "a" };
/// assert_eq!(set.iter_in_hash_order().next(), Some(&"a"));
/// ```
pub struct IterInHashOrder<'a, T, S = RandomState> {
    pub(super) inner: InHashOrder<'a, T, S, SetKey>,
}

/// A borrowing iterator over the elements of a set in the order of the stored parts of the hashes.
///
/// Returned by [`PersistentSet::iter_in_stored_order`](super::PersistentSet::iter_in_stored_order).
///
/// # Examples
///
/// ```
/// let set = perennial::persistent_set! { "a" };
/// assert_eq!(set.iter_in_stored_order().next(), Some(&"a"));
/// ```
pub struct IterInStoredOrder<'a, T> {
    pub(super) inner: StoredOrder<'a, T>,
}

/// An iterator over the elements of a set by value.
///
/// Elements in nodes that are shared with another version are cloned, all others moved. Returned by the
/// [`IntoIterator`] implementation of a set.
///
/// # Examples
///
/// ```
/// let set = perennial::persistent_set! { "a" };
/// assert_eq!(set.into_iter().next(), Some("a"));
/// ```
#[derive(Clone)]
pub struct IntoIter<T> {
    pub(super) inner: trie::IntoIter<T>,
}

/// An iterator over the elements of a set that has been emptied.
///
/// Returned by [`PersistentSet::drain`](super::PersistentSet::drain).
///
/// # Examples
///
/// ```
/// let mut set = perennial::persistent_set! { "a" };
/// assert_eq!(set.drain().next(), Some("a"));
/// assert!(set.is_empty());
/// ```
pub struct Drain<'a, T> {
    inner: trie::IntoIter<T>,
    // As in the `Drain` of a map, the elements have already been removed from the set.
    set: PhantomData<&'a mut ()>,
}

impl<T: Clone> Drain<'_, T> {
    pub(super) fn new(trie: HashTrie<T>) -> Self {
        Self { inner: trie.into_iter(), set: PhantomData }
    }
}

/// An iterator that removes and yields the elements of a set for which a predicate holds.
///
/// Returned by [`PersistentSet::extract_if`](super::PersistentSet::extract_if).
///
/// # Examples
///
/// ```
/// let mut set = perennial::persistent_set! { 1, 2 };
/// assert!(set.extract_if(|&n| n > 1).eq([2]));
/// assert_eq!(set, perennial::persistent_set! { 1 });
/// ```
#[must_use = "it is lazy and removes only what it yields; to remove without iterating, use `retain`"]
pub struct ExtractIf<'a, T, F> {
    extraction: Extraction<'a, T, ClonePtr<T>>,
    pred: F,
}

projection!(['a, T] Iter<'a, T>, element => element, &'a T);
projection!(['a, T: Hash, S: BuildHasher] IterInHashOrder<'a, T, S>, element => element, &'a T);
projection!(['a, T] IterInStoredOrder<'a, T>, element => element, &'a T);
projection!([T: Clone] IntoIter<T>, element => element, T);
projection!([T: Clone] Drain<'_, T>, element => element, T);

impl<'a, T, F> ExtractIf<'a, T, F> {
    pub(crate) const fn new(edit: Edit<'a, T, ClonePtr<T>>, pred: F) -> Self {
        Self { extraction: Extraction::new(edit), pred }
    }
}

impl<T, F: FnMut(&T) -> bool> Iterator for ExtractIf<'_, T, F> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.extraction.next(&mut self.pred)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.extraction.edit.trie.len()))
    }
}

impl<T, F: FnMut(&T) -> bool> FusedIterator for ExtractIf<'_, T, F> {}

// Not derived: derived impls would require `Clone` and `Default` of `T`.

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<T, S> Clone for IterInHashOrder<'_, T, S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<T> Clone for IterInStoredOrder<'_, T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<T> Default for IterInStoredOrder<'_, T> {
    /// Returns an empty iterator.
    fn default() -> Self {
        Self { inner: Default::default() }
    }
}

impl<T> Default for Iter<'_, T> {
    /// Returns an empty iterator.
    fn default() -> Self {
        Self { inner: Default::default() }
    }
}

impl<T> Default for IntoIter<T> {
    /// Returns an empty iterator.
    fn default() -> Self {
        Self { inner: Default::default() }
    }
}

// `Debug` lists the remaining items, as in `std`'s iterators.

impl<T: fmt::Debug> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl<T: fmt::Debug + Hash, S: BuildHasher> fmt::Debug for IterInHashOrder<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<T: fmt::Debug> fmt::Debug for IterInStoredOrder<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<T: fmt::Debug> fmt::Debug for IntoIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl<T: fmt::Debug> fmt::Debug for Drain<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl<T, F> fmt::Debug for ExtractIf<'_, T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The remaining items are not known before the predicate is called.
        f.debug_struct("ExtractIf").finish_non_exhaustive()
    }
}
