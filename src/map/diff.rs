//! The changes from one version to another.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;

use super::{PersistentMap, unchanged};
use crate::table::{KeyedPairWalk, MapKey};
use crate::trie::Pair;

/// A difference between two maps at one key.
///
/// # Examples
///
/// ```
/// use perennial::map::Change;
/// use perennial::persistent_map;
///
/// let old = persistent_map! { "a" => 1 };
/// let new = persistent_map! { "a" => 2 };
/// assert!(old.diff(&new).eq([Change::Changed { key: &"a", old: &1, new: &2 }]));
/// ```
#[derive(Debug, PartialEq, Eq, Hash)]
pub enum Change<'a, K, V> {
    /// Only the newer map has the key.
    Added {
        /// The key.
        key: &'a K,
        /// Its value in the newer map.
        value: &'a V,
    },
    /// Only the older map has the key.
    Removed {
        /// The key.
        key: &'a K,
        /// Its value in the older map.
        value: &'a V,
    },
    /// Both maps have the key, with values that are not equal (see [`PersistentMap::diff`] for values such as NaN).
    Changed {
        /// The key, as stored in the older map.
        key: &'a K,
        /// Its value in the older map.
        old: &'a V,
        /// Its value in the newer map.
        new: &'a V,
    },
}

impl<'a, K, V> Change<'a, K, V> {
    /// Returns the key. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::Change;
    ///
    /// assert_eq!(Change::Added { key: &"a", value: &1 }.key(), &"a");
    /// ```
    pub const fn key(&self) -> &'a K {
        match self {
            Self::Added { key, .. } | Self::Removed { key, .. } | Self::Changed { key, .. } => key,
        }
    }

    /// Returns the value before the change, or `None` if the key was absent. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::Change;
    ///
    /// assert_eq!(Change::Changed { key: &"a", old: &1, new: &2 }.before(), Some(&1));
    /// assert_eq!(Change::Added { key: &"a", value: &1 }.before(), None);
    /// ```
    pub const fn before(&self) -> Option<&'a V> {
        match self {
            Self::Added { .. } => None,
            Self::Removed { value, .. } | Self::Changed { old: value, .. } => Some(value),
        }
    }

    /// Returns the value after the change, or `None` if the key is absent. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::Change;
    ///
    /// assert_eq!(Change::Changed { key: &"a", old: &1, new: &2 }.after(), Some(&2));
    /// assert_eq!(Change::Removed { key: &"a", value: &1 }.after(), None);
    /// ```
    pub const fn after(&self) -> Option<&'a V> {
        match self {
            Self::Removed { .. } => None,
            Self::Added { value, .. } | Self::Changed { new: value, .. } => Some(value),
        }
    }
}

// Not derived: derived impls would require `K: Clone` and `V: Clone`.

impl<K, V> Clone for Change<'_, K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Change<'_, K, V> {}

/// An iterator over the changes from one map to another.
///
/// Returned by [`PersistentMap::diff`].
///
/// # Examples
///
/// ```
/// let map = perennial::persistent_map! { "a" => 1 };
/// assert_eq!(map.diff(&map.clone()).next(), None);
/// ```
pub struct Diff<'a, K, V> {
    pairs: KeyedPairWalk<'a, (K, V), MapKey>,
}

impl<'a, K: Eq, V: PartialEq> Iterator for Diff<'a, K, V> {
    type Item = Change<'a, K, V>;

    fn next(&mut self) -> Option<Change<'a, K, V>> {
        self.pairs.find_map(|pair| match pair {
            Pair::Left((key, value)) => Some(Change::Removed { key, value }),
            Pair::Right((key, value)) => Some(Change::Added { key, value }),
            Pair::Both((key, old), (_, new)) => (!unchanged(old, new)).then_some(Change::Changed { key, old, new }),
        })
    }
}

impl<K: Eq, V: PartialEq> FusedIterator for Diff<'_, K, V> {}

impl<K, V> fmt::Debug for Diff<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diff").finish_non_exhaustive()
    }
}

/// # Comparing versions
impl<K: Eq + Hash, V: PartialEq, S: BuildHasher> PersistentMap<K, V, S> {
    /// Returns an iterator over the changes from this map to `newer`, in unspecified order.
    ///
    /// O(c log n) for versions that differ in c entries, since shared nodes are skipped; at most O(n + m). The
    /// iterator is lazy, unless the hashers of the maps disagree: then this call computes all differences at once.
    ///
    /// Two values that are both unequal to themselves count as unchanged. So an untouched NaN is not a change, and
    /// the changes do not depend on which nodes the maps share. The drawback is that a change from one such value to
    /// another, for example from `(NaN, 1)` to `(NaN, 2)`, is not detected.
    /// [`Patch::between`](super::Patch::between), [`apply`](Self::apply) and [`merge3`](Self::merge3) compare values
    /// in the same way. If this matters, use values whose `==` is an equivalence relation; for floating-point
    /// numbers, compare their bits or use `total_cmp`.
    ///
    /// To find just one difference, for example for a test failure message, use `old.diff(&new).next()`. For a
    /// reproducible order, collect the changes and sort them by key.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::Change;
    /// use perennial::persistent_map;
    ///
    /// let old = persistent_map! { "a" => 1, "b" => 2 };
    /// let new = old.dissoc("a").assoc("c", 3);
    /// for change in old.diff(&new) {
    ///     match change {
    ///         Change::Added { key, value } => assert_eq!((*key, *value), ("c", 3)),
    ///         Change::Removed { key, value } => assert_eq!((*key, *value), ("a", 1)),
    ///         Change::Changed { .. } => unreachable!("b has the same value"),
    ///     }
    /// }
    ///
    /// let mut changes: Vec<_> = old.diff(&new).collect();
    /// changes.sort_by_key(|change| *change.key());
    /// assert_eq!(
    ///     changes,
    ///     [Change::Removed { key: &"a", value: &1 }, Change::Added { key: &"c", value: &3 }]
    /// );
    ///
    /// let old = persistent_map! { "mean" => f64::NAN, "count" => 0.0 };
    /// assert_eq!(old.diff(&old.assoc("count", 1.0)).count(), 1);
    /// ```
    pub fn diff<'a>(&'a self, newer: &'a Self) -> Diff<'a, K, V> {
        Diff { pairs: self.table.pairs(&newer.table) }
    }
}
