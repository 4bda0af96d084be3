//! Changes as values that can be stored, sent, applied and undone.

use core::error::Error;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::mem;

use super::{Change, PersistentMap, unchanged};
use crate::hasher::RandomState;
use crate::trie::and_drop;

/// The changes that turn one map into another.
///
/// Created by [`between`](Self::between), or by collecting a [`diff`](PersistentMap::diff), and applied by
/// [`PersistentMap::apply`].
///
/// # Examples
///
/// ```
/// use perennial::map::Patch;
/// use perennial::persistent_map;
///
/// let old = persistent_map! { "a" => 1, "b" => 2 };
/// let new = persistent_map! { "b" => 20, "c" => 3 };
/// let patch = Patch::between(&old, &new);
/// assert_eq!(patch.len(), 3);
/// assert_eq!(old.apply(&patch), Ok(new.clone()));
/// assert_eq!(new.apply(&patch.inverse()), Ok(old));
/// ```
pub struct Patch<K, V, S = RandomState> {
    pub(crate) edits: PersistentMap<K, Edit<V>, S>,
}

/// The values of a key before and after the change; they are not both `None`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Edit<V> {
    pub(crate) before: Option<V>,
    pub(crate) after: Option<V>,
}

impl<K: Eq + Hash + Clone, V: Clone + PartialEq, S: BuildHasher + Clone> Patch<K, V, S> {
    /// Returns the changes from `old` to `new`, with the hasher of `old`. O(c log n) for versions that differ in c
    /// entries.
    ///
    /// These are the changes that [`diff`](PersistentMap::diff) yields; it also defines what counts as a change.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::Patch;
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { "a" => 1 };
    /// assert!(Patch::between(&map, &map.assoc("a", 1)).is_empty());
    /// assert_eq!(Patch::between(&map, &map.assoc("a", 2)).len(), 1);
    /// ```
    #[must_use]
    pub fn between(old: &PersistentMap<K, V, S>, new: &PersistentMap<K, V, S>) -> Self {
        let mut edits = PersistentMap::with_hasher(old.table.hasher.clone());
        edits.extend(old.diff(new).map(edit));
        Self { edits }
    }
}

/// Converts a borrowed change into an owned entry of a patch.
fn edit<K: Clone, V: Clone>(change: Change<'_, K, V>) -> (K, Edit<V>) {
    (change.key().clone(), Edit { before: change.before().cloned(), after: change.after().cloned() })
}

impl<'a, K: Eq + Hash + Clone, V: Clone, S: BuildHasher + Default> FromIterator<Change<'a, K, V>> for Patch<K, V, S> {
    /// Collects changes into a patch. If there are several changes of one key, the last one is kept.
    fn from_iter<I: IntoIterator<Item = Change<'a, K, V>>>(changes: I) -> Self {
        Self { edits: changes.into_iter().map(edit).collect() }
    }
}

impl<K: Clone, V: Clone, S: Clone> Patch<K, V, S> {
    /// Returns the patch that undoes this one: what was added is removed, what was removed is added. O(n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::Patch;
    /// use perennial::persistent_map;
    ///
    /// let old = persistent_map! { "a" => 1 };
    /// let new = persistent_map! { "a" => 2, "b" => 3 };
    /// assert_eq!(Patch::between(&old, &new).inverse(), Patch::between(&new, &old));
    /// ```
    #[must_use]
    pub fn inverse(&self) -> Self {
        let mut inverse = self.clone();
        inverse.edits.values_mut().for_each(|edit| mem::swap(&mut edit.before, &mut edit.after));
        inverse
    }
}

impl<K, V, S> Patch<K, V, S> {
    /// Returns the number of changes. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::Patch;
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { 1 => "a", 2 => "b" };
    /// assert_eq!(Patch::between(&persistent_map! {}, &map).len(), 2);
    /// ```
    pub const fn len(&self) -> usize {
        self.edits.len()
    }

    /// Returns `true` if there are no changes. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::Patch;
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { 1 => "a" };
    /// assert!(Patch::between(&map, &map).is_empty());
    /// ```
    pub const fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Returns an iterator over the changes, in unspecified order. O(c) to exhaust for c changes, no
    /// allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::{Change, Patch};
    /// use perennial::persistent_map;
    ///
    /// let patch = Patch::between(&persistent_map! {}, &persistent_map! { 1 => "a" });
    /// assert!(patch.iter().eq([Change::Added { key: &1, value: &"a" }]));
    /// ```
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Change<'_, K, V>> + Clone {
        self.edits.iter().map(|(key, Edit { before, after })| match (before, after) {
            (None, Some(value)) => Change::Added { key, value },
            (Some(value), None) => Change::Removed { key, value },
            (Some(old), Some(new)) => Change::Changed { key, old, new },
            (None, None) => unreachable!("an edit has a value before or after"),
        })
    }
}

impl<K, V, S: Clone> Clone for Patch<K, V, S> {
    /// Returns another handle to the same patch. O(1): no entries are copied.
    fn clone(&self) -> Self {
        Self { edits: self.edits.clone() }
    }
}

impl<K, V, S: Default> Default for Patch<K, V, S> {
    /// Returns a patch that changes nothing.
    fn default() -> Self {
        Self { edits: PersistentMap::default() }
    }
}

impl<K: Eq + Hash, V: PartialEq, S: BuildHasher> PartialEq for Patch<K, V, S> {
    /// Returns `true` if both patches make the same changes. Values are compared by `==`, as in the `==` of maps.
    fn eq(&self, other: &Self) -> bool {
        self.edits == other.edits
    }
}

impl<K: Eq + Hash, V: Eq, S: BuildHasher> Eq for Patch<K, V, S> {}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for Patch<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The error of [`PersistentMap::apply`]: the patch does not apply; `key` is one of the conflicting keys.
///
/// # Examples
///
/// ```
/// use perennial::map::{Patch, PatchError};
/// use perennial::persistent_map;
///
/// let old = persistent_map! { "a" => 1 };
/// let patch = Patch::between(&old, &persistent_map! {});
/// let error = old.assoc("a", 2).apply(&patch).unwrap_err();
/// assert_eq!(error, PatchError::Differs { key: "a" });
/// let message = r#"the patch does not apply: the key "a" has another value"#;
/// assert_eq!(error.to_string(), message);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PatchError<K> {
    /// A key that the patch adds is already present.
    Present {
        /// The key.
        key: K,
    },
    /// A key that the patch removes or changes is absent.
    Absent {
        /// The key.
        key: K,
    },
    /// A key that the patch removes or changes has a value other than the one recorded in the patch.
    Differs {
        /// The key.
        key: K,
    },
}

impl<K: fmt::Debug> fmt::Display for PatchError<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, fault) = match self {
            Self::Present { key } => (key, "is already present"),
            Self::Absent { key } => (key, "is absent"),
            Self::Differs { key } => (key, "has another value"),
        };
        write!(f, "the patch does not apply: the key {key:?} {fault}")
    }
}

impl<K: fmt::Debug> Error for PatchError<K> {}

/// # Applying a patch
impl<K: Eq + Hash + Clone, V: Clone + PartialEq, S: BuildHasher + Clone> PersistentMap<K, V, S> {
    /// Returns a version with the changes of `patch`. O(c log n) for c changes.
    ///
    /// # Errors
    ///
    /// If the map conflicts with the patch at one of its keys: a key to be added is present, or a key to be removed
    /// or changed is absent or has a value other than the one recorded in the patch. As in [`diff`](Self::diff), two
    /// values that are both unequal to themselves, such as NaNs, count as equal. To apply changes despite conflicts,
    /// use [`merge3`](Self::merge3).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::{Patch, PatchError};
    /// use perennial::persistent_map;
    ///
    /// let draft = persistent_map! { "title" => "Tries", "year" => "2025" };
    /// let patch = Patch::between(&draft, &draft.assoc("title", "Hash tries"));
    ///
    /// let elsewhere = draft.assoc("year", "2026");
    /// let both = elsewhere.apply(&patch)?;
    /// assert_eq!(both, persistent_map! { "title" => "Hash tries", "year" => "2026" });
    /// # Ok::<(), PatchError<&str>>(())
    /// ```
    pub fn apply<P>(&self, patch: &Patch<K, V, P>) -> Result<Self, PatchError<K>> {
        let mut next = self.clone();
        let refused = patch.edits.iter().find_map(|(key, Edit { before, after })| match (next.get(key), before) {
            (Some(_), None) => Some(PatchError::Present { key: key.clone() }),
            (None, Some(_)) => Some(PatchError::Absent { key: key.clone() }),
            (Some(present), Some(before)) if !unchanged(before, present) => {
                Some(PatchError::Differs { key: key.clone() })
            }
            (Some(_), Some(_)) | (None, None) => {
                next.put(key, after.clone());
                None
            }
        });
        match refused {
            None => Ok(next),
            Some(error) => Err(and_drop(error, next)),
        }
    }

    /// Sets the value of `key`, or removes `key` if `value` is `None`.
    pub(super) fn put(&mut self, key: &K, value: Option<V>) {
        match value {
            Some(value) => drop(self.insert(key.clone(), value)),
            None => drop(self.remove_entry(key)),
        }
    }
}
