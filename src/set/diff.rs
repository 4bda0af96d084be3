//! The changes from one version to another.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;

use super::PersistentSet;
use crate::table::{KeyedPairWalk, SetKey};
use crate::trie::Pair;

/// A difference between two sets at one element.
///
/// # Examples
///
/// ```
/// use perennial::persistent_set;
/// use perennial::set::Change;
///
/// let old = persistent_set! { "a" };
/// assert!(old.diff(&old.conj("b")).eq([Change::Added(&"b")]));
/// assert!(old.diff(&old.disj("a")).eq([Change::Removed(&"a")]));
/// ```
#[derive(Debug, PartialEq, Eq, Hash)]
pub enum Change<'a, T> {
    /// Only the newer set has the element.
    Added(&'a T),
    /// Only the older set has the element.
    Removed(&'a T),
}

// Not derived: derived impls would require `T: Clone`.

impl<T> Clone for Change<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Change<'_, T> {}

/// An iterator over the changes from one set to another.
///
/// Returned by [`PersistentSet::diff`].
///
/// # Examples
///
/// ```
/// let set = perennial::persistent_set! { "a" };
/// assert_eq!(set.diff(&set.clone()).next(), None);
/// ```
pub struct Diff<'a, T> {
    pairs: KeyedPairWalk<'a, T, SetKey>,
}

impl<'a, T: Eq> Iterator for Diff<'a, T> {
    type Item = Change<'a, T>;

    fn next(&mut self) -> Option<Change<'a, T>> {
        self.pairs.find_map(|pair| match pair {
            Pair::Left(element) => Some(Change::Removed(element)),
            Pair::Right(element) => Some(Change::Added(element)),
            Pair::Both(..) => None,
        })
    }
}

impl<T: Eq> FusedIterator for Diff<'_, T> {}

impl<T> fmt::Debug for Diff<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diff").finish_non_exhaustive()
    }
}

/// # Comparing versions
impl<T: Eq + Hash, S: BuildHasher> PersistentSet<T, S> {
    /// Returns an iterator over the changes from this set to `newer`, in unspecified order.
    ///
    /// O(c log n) for versions that differ in c elements, since shared nodes are skipped; at most O(n + m). The
    /// iterator is lazy, unless the hashers of the sets disagree: then this call computes all differences at once. To
    /// find just one difference, use `old.diff(&new).next()`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    /// use perennial::set::Change;
    ///
    /// let monday = persistent_set! { "Ada", "Brook" };
    /// let tuesday = persistent_set! { "Brook", "Cory" };
    /// for change in monday.diff(&tuesday) {
    ///     match change {
    ///         Change::Added(name) => assert_eq!(name, &"Cory"),
    ///         Change::Removed(name) => assert_eq!(name, &"Ada"),
    ///     }
    /// }
    /// assert_eq!(monday.diff(&tuesday).count(), 2);
    /// ```
    pub fn diff<'a>(&'a self, newer: &'a Self) -> Diff<'a, T> {
        Diff { pairs: self.table.pairs(&newer.table) }
    }
}
