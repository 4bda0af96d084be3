//! Changes as values that can be stored, sent, applied and undone.

use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::mem;

use equivalent::Equivalent;

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
        self.edits.iter().map(change)
    }
}

/// Converts an entry of a patch into a borrowed change.
fn change<'a, K, V>((key, Edit { before, after }): (&'a K, &'a Edit<V>)) -> Change<'a, K, V> {
    match (before, after) {
        (None, Some(value)) => Change::Added { key, value },
        (Some(value), None) => Change::Removed { key, value },
        (Some(old), Some(new)) => Change::Changed { key, old, new },
        (None, None) => unreachable!("an edit has a value before or after"),
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> Patch<K, V, S> {
    /// Returns the change of `key`, if the patch changes it. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::{Change, Patch};
    /// use perennial::persistent_map;
    ///
    /// let old = persistent_map! { "a" => 1, "b" => 2 };
    /// let patch = Patch::between(&old, &old.assoc("a", 5));
    /// assert_eq!(patch.get("a"), Some(Change::Changed { key: &"a", old: &1, new: &5 }));
    /// assert_eq!(patch.get("b"), None);
    /// ```
    pub fn get<Q>(&self, key: &Q) -> Option<Change<'_, K, V>>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.edits.get_key_value(key).map(change)
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

/// The error of [`PersistentMap::apply`] and [`Patch::then`]: all keys at which the patch does not apply.
///
/// # Examples
///
/// ```
/// use perennial::map::{Patch, PatchConflict};
/// use perennial::persistent_map;
///
/// let old = persistent_map! { "a" => 1 };
/// let patch = Patch::between(&old, &persistent_map! {});
/// let error = old.assoc("a", 2).apply(&patch).unwrap_err();
/// assert_eq!(error.conflicts(), [PatchConflict::Differs { key: "a" }]);
/// let message = r#"the patch does not apply: the key "a" has another value"#;
/// assert_eq!(error.to_string(), message);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PatchError<K> {
    /// Not empty.
    conflicts: Vec<PatchConflict<K>>,
}

impl<K> PatchError<K> {
    /// Returns the conflicts, one for each conflicting key, in an order that depends only on the patch and its hasher.
    /// There is at least one.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::Patch;
    /// use perennial::persistent_map;
    ///
    /// let old = persistent_map! { "a" => 1, "b" => 2, "c" => 3 };
    /// let patch = Patch::between(&old, &persistent_map! {});
    /// let error = persistent_map! { "b" => 2 }.apply(&patch).unwrap_err();
    /// assert_eq!(error.conflicts().len(), 2);
    /// ```
    pub fn conflicts(&self) -> &[PatchConflict<K>] {
        &self.conflicts
    }

    /// Returns the conflicts by value.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::{Patch, PatchConflict};
    /// use perennial::persistent_map;
    ///
    /// let patch = Patch::between(&persistent_map! { "a" => 1 }, &persistent_map! {});
    /// let error = persistent_map! {}.apply(&patch).unwrap_err();
    /// assert_eq!(error.into_conflicts(), vec![PatchConflict::Absent { key: "a" }]);
    /// ```
    pub fn into_conflicts(self) -> Vec<PatchConflict<K>> {
        self.conflicts
    }
}

/// Prints the first conflict, and the number of further ones.
impl<K: fmt::Debug> fmt::Display for PatchError<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the patch does not apply")?;
        if let Some(first) = self.conflicts.first() {
            write!(f, ": {first}")?;
        }
        match self.conflicts.len() {
            0 | 1 => Ok(()),
            len => write!(f, ", and {} more conflicts", len - 1),
        }
    }
}

impl<K: fmt::Debug> Error for PatchError<K> {}

/// A key at which a patch does not apply, of a [`PatchError`].
///
/// # Examples
///
/// ```
/// use perennial::map::PatchConflict;
///
/// let conflict = PatchConflict::Absent { key: "a" };
/// assert_eq!(conflict.key(), &"a");
/// assert_eq!(conflict.to_string(), r#"the key "a" is absent"#);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PatchConflict<K> {
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

impl<K> PatchConflict<K> {
    /// Returns the key.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::PatchConflict;
    ///
    /// assert_eq!(PatchConflict::Present { key: "a" }.key(), &"a");
    /// ```
    pub const fn key(&self) -> &K {
        match self {
            Self::Present { key } | Self::Absent { key } | Self::Differs { key } => key,
        }
    }
}

impl<K: fmt::Debug> fmt::Display for PatchConflict<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, fault) = match self {
            Self::Present { key } => (key, "is already present"),
            Self::Absent { key } => (key, "is absent"),
            Self::Differs { key } => (key, "has another value"),
        };
        write!(f, "the key {key:?} {fault}")
    }
}

/// Returns what prevents an edit of a key whose value is `present`, if anything does.
fn obstacle<K, V: PartialEq>(present: Option<&V>, edit: &Edit<V>) -> Option<fn(K) -> PatchConflict<K>> {
    match (present, &edit.before) {
        (Some(_), None) => Some(|key| PatchConflict::Present { key }),
        (None, Some(_)) => Some(|key| PatchConflict::Absent { key }),
        (Some(present), Some(before)) if !unchanged(before, present) => Some(|key| PatchConflict::Differs { key }),
        (Some(_), Some(_)) | (None, None) => None,
    }
}

impl<K: Clone, V, S> Patch<K, V, S> {
    /// Returns the conflicts at the keys for which `obstacle` returns one.
    #[cold]
    fn conflicts(&self, obstacle: impl Fn(&K, &Edit<V>) -> Option<fn(K) -> PatchConflict<K>>) -> PatchError<K> {
        let edits = self.edits.iter_in_stored_order();
        PatchError { conflicts: edits.filter_map(|(key, edit)| Some(obstacle(key, edit)?(key.clone()))).collect() }
    }
}

/// # Combining patches
impl<K: Eq + Hash + Clone, V: Clone + PartialEq, S: BuildHasher + Clone> Patch<K, V, S> {
    /// Returns the patch that does what this one does, followed by `next`. O(c log n) for c changes of `next`.
    ///
    /// If this patch applies to a map, and `next` to the result, then the combined patch applies to that map and has
    /// the same result. A key that has its old value again in the end is not in the combined patch.
    ///
    /// # Errors
    ///
    /// If `next` conflicts with this patch at one of its keys, so that no map has both patches applied one after the
    /// other: `next` adds a key that this patch leaves present, removes or changes one that it leaves absent, or
    /// records another value than this patch leaves.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::{Patch, PatchConflict};
    /// use perennial::persistent_map;
    ///
    /// let versions = [persistent_map! { "a" => 1 }, persistent_map! { "a" => 2 }, persistent_map! { "b" => 1 }];
    /// let [first, second] = [0, 1].map(|n| Patch::between(&versions[n], &versions[n + 1]));
    /// assert_eq!(first.then(&second), Ok(Patch::between(&versions[0], &versions[2])));
    ///
    /// let error = second.then(&second).unwrap_err();
    /// assert_eq!(error.conflicts().len(), 2);
    /// assert!(error.conflicts().contains(&PatchConflict::Absent { key: "a" }));
    /// ```
    #[doc(alias("compose", "squash"))]
    pub fn then<P>(&self, next: &Patch<K, V, P>) -> Result<Self, PatchError<K>> {
        let mut both = self.clone();
        let fits = next.edits.iter().all(|(key, edit)| {
            let Some(first) = self.edits.get(key) else {
                both.edits.insert(key.clone(), edit.clone());
                return true;
            };
            if obstacle::<K, V>(first.after.as_ref(), edit).is_some() {
                return false;
            }
            if unchanged(&first.before, &edit.after) {
                both.edits.remove(key);
            } else {
                let (before, after) = (first.before.clone(), edit.after.clone());
                both.edits.insert(key.clone(), Edit { before, after });
            }
            true
        });
        if fits {
            return Ok(both);
        }
        let error = next.conflicts(|key, edit| obstacle(self.edits.get(key)?.after.as_ref(), edit));
        Err(and_drop(error, both))
    }
}

/// # Applying a patch
impl<K: Eq + Hash + Clone, V: Clone + PartialEq, S: BuildHasher + Clone> PersistentMap<K, V, S> {
    /// Returns a version with the changes of `patch`. O(c log n) for c changes.
    ///
    /// # Errors
    ///
    /// If the map conflicts with the patch at one of its keys: a key to be added is present, or a key to be removed
    /// or changed is absent or has a value other than the one recorded in the patch. The error has all such keys. As in [`diff`](Self::diff), two
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
        let fits = patch.edits.iter().all(|(key, edit)| {
            let fits = obstacle::<K, V>(next.get(key), edit).is_none();
            if fits {
                next.put(key, edit.after.clone());
            }
            fits
        });
        if fits { Ok(next) } else { Err(and_drop(patch.conflicts(|key, edit| obstacle(self.get(key), edit)), next)) }
    }

    /// Sets the value of `key`, or removes `key` if `value` is `None`.
    pub(super) fn put(&mut self, key: &K, value: Option<V>) {
        match value {
            Some(value) => drop(self.insert(key.clone(), value)),
            None => drop(self.remove_entry(key)),
        }
    }
}
