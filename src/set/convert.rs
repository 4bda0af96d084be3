//! Conversions from other collections to sets, and from sets to iterators.

use core::hash::{BuildHasher, Hash};
#[cfg(feature = "std")]
use {
    alloc::{collections::BTreeSet, vec::Vec},
    std::collections::HashSet,
};

use super::PersistentSet;
use super::iter::{IntoIter, Iter};
use crate::trie::{IntoIterInStoredOrder, never_clone};

/// Creates a [`PersistentSet`] from a list of elements, with the default hasher or with one given before the list.
///
/// If there are equal elements, the first one is kept. Without elements it can be used in constants. Without the
/// feature `std` there is no default hasher, and only the form with a hasher compiles.
///
/// # Examples
///
/// ```
/// use perennial::{PersistentSet, persistent_set};
///
/// let set = persistent_set! { "one", "two", "two" };
/// assert_eq!(set.len(), 2);
///
/// let empty: PersistentSet<&str> = persistent_set! {};
/// assert!(empty.is_empty());
/// ```
///
/// With a hasher, followed by a semicolon:
///
/// ```
/// use perennial::persistent_set;
/// use std::hash::{BuildHasherDefault, DefaultHasher};
///
/// let hasher = BuildHasherDefault::<DefaultHasher>::new();
/// let set = persistent_set! { hasher; "one", "two", "two" };
/// assert_eq!(set.len(), 2);
/// ```
#[macro_export]
macro_rules! persistent_set {
    () => {
        $crate::PersistentSet::new()
    };
    ($($element:expr),+ $(,)?) => {
        $crate::macros::set_of($crate::RandomState::new(), [$($element),+])
    };
    ($hasher:expr;) => {
        $crate::PersistentSet::with_hasher($hasher)
    };
    ($hasher:expr; $($element:expr),+ $(,)?) => {
        $crate::macros::set_of($hasher, [$($element),+])
    };
}

impl<T: Eq + Hash, S: BuildHasher> PersistentSet<T, S> {
    /// Returns a set of these elements. If there are equal elements, the first one is kept.
    pub(crate) fn collected(hasher: S, elements: impl IntoIterator<Item = T>) -> Self {
        let mut set = Self::with_hasher(hasher);
        set.table.edit(never_clone).extend_if_absent(elements);
        set
    }
}

impl<T: Eq + Hash, S: BuildHasher + Default> FromIterator<T> for PersistentSet<T, S> {
    /// Collects the elements into a set. If there are equal elements, the first one is kept. O(n).
    ///
    /// If the iterator's `size_hint` announces more than 32 elements, the set is built at once, which is faster and
    /// leaves less spare capacity than inserting one by one.
    ///
    /// # Panics
    ///
    /// If the `size_hint` announces more elements than fit into the address space, like `std`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::{PersistentSet, persistent_set};
    ///
    /// let squares: PersistentSet<i32> = (-2..=2).map(|n| n * n).collect();
    /// assert_eq!(squares, persistent_set! { 0, 1, 4 });
    /// ```
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self::collected(S::default(), elements)
    }
}

impl<T: Eq + Hash + Clone, S: BuildHasher> Extend<T> for PersistentSet<T, S> {
    /// Inserts all elements. If there are equal elements, the first one is kept. O(m log n) for m elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let mut set = persistent_set! { 1 };
    /// set.extend([1, 2]);
    /// assert_eq!(set, persistent_set! { 1, 2 });
    /// ```
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        self.edit().extend_if_absent(elements);
    }
}

impl<'a, T: Eq + Hash + Copy, S: BuildHasher> Extend<&'a T> for PersistentSet<T, S> {
    /// Inserts copies of all elements. If there are equal elements, the first one is kept.
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, elements: I) {
        self.extend(elements.into_iter().copied());
    }
}

// As in `std`, conversions exist for the default hasher only: with a type parameter for the hasher, the type of
// `PersistentSet::from([...])` could not be inferred.

#[cfg(feature = "std")]
impl<T: Eq + Hash, const N: usize> From<[T; N]> for PersistentSet<T> {
    /// Returns a set of these elements. If there are equal elements, the first one is kept.
    ///
    /// For a set with another hasher, collect the elements: `elements.into_iter().collect()`.
    fn from(elements: [T; N]) -> Self {
        elements.into_iter().collect()
    }
}

#[cfg(feature = "std")]
impl<T: Eq + Hash> From<Vec<T>> for PersistentSet<T> {
    /// Returns a set of these elements. If there are equal elements, the first one is kept.
    fn from(elements: Vec<T>) -> Self {
        elements.into_iter().collect()
    }
}

#[cfg(feature = "std")]
impl<T: Eq + Hash, S> From<HashSet<T, S>> for PersistentSet<T> {
    fn from(set: HashSet<T, S>) -> Self {
        set.into_iter().collect()
    }
}

#[cfg(feature = "std")]
impl<T: Eq + Hash> From<BTreeSet<T>> for PersistentSet<T> {
    fn from(set: BTreeSet<T>) -> Self {
        set.into_iter().collect()
    }
}

impl<'a, T, S> IntoIterator for &'a PersistentSet<T, S> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T: Clone, S> IntoIterator for PersistentSet<T, S> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    /// Returns an iterator over the elements by value, in unspecified order.
    ///
    /// Elements in nodes that are shared with another version are cloned, all others moved.
    fn into_iter(self) -> IntoIter<T> {
        IntoIter { inner: self.table.into_trie().into_iter() }
    }
}

/// # Iterating by value
impl<T: Clone, S> PersistentSet<T, S> {
    /// Returns an iterator over the elements by value, in the order of
    /// [`iter_in_stored_order`](Self::iter_in_stored_order). O(n) to exhaust, O(log n) for the first one.
    ///
    /// What is in nodes that are shared with another version is cloned, all else moved. An unshared leaf, of at most 32
    /// elements with different hashes, is emptied at once.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let set = persistent_set! { 1, 2 };
    /// let clone = set.clone();
    /// assert!(clone.into_iter_in_stored_order().eq(set.iter_in_stored_order().copied()));
    /// ```
    pub fn into_iter_in_stored_order(self) -> IntoIterInStoredOrder<T> {
        IntoIterInStoredOrder::new(self.table.into_trie())
    }
}
