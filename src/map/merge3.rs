//! The merge of two versions that come from a third.

use core::hash::{BuildHasher, Hash};

use super::{PersistentMap, unchanged};

/// What two sides have made of one key, each in its own way: the question of [`PersistentMap::merge3`].
///
/// | `base` | `ours` | `theirs` | |
/// |---|---|---|---|
/// | `None` | `Some` | `Some` | both sides have added the key |
/// | `Some` | `Some` | `Some` | both sides have changed its value |
/// | `Some` | `None` | `Some` | we have removed the key, they have changed its value |
/// | `Some` | `Some` | `None` | we have changed its value, they have removed the key |
///
/// # Examples
///
/// ```
/// use perennial::map::Conflict;
///
/// // Removed here, changed there: what is changed is still in use.
/// fn keep_what_is_used(conflict: Conflict<'_, u32>) -> Option<u32> {
///     conflict.ours.or(conflict.theirs).copied()
/// }
///
/// assert_eq!(keep_what_is_used(Conflict { base: Some(&1), ours: None, theirs: Some(&2) }), Some(2));
/// ```
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Conflict<'a, V> {
    /// The value that both sides come from, if there was the key.
    pub base: Option<&'a V>,
    /// Our value, if we have the key.
    pub ours: Option<&'a V>,
    /// Their value, if they have the key.
    pub theirs: Option<&'a V>,
}

// Not derived: that would ask `Clone` of V.

impl<V> Clone for Conflict<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Conflict<'_, V> {}

/// # Merging versions
impl<K: Eq + Hash + Clone, V: Clone + PartialEq, S: BuildHasher + Clone> PersistentMap<K, V, S> {
    /// Returns a version with the changes of two sides: those from `base` to `ours` and those from `base` to `theirs`.
    ///
    /// A key that only one side has changed is as that side has it, and one that both have changed alike is as both
    /// have it. Where they have changed it differently, `resolve` returns the value, or `None` for no entry. Two values
    /// that are both unequal to themselves, such as NaNs, count as unchanged, as in [`diff`](Self::diff).
    ///
    /// O(c log n) for c changes from `base` to `theirs`, at most O(n + m). The result is the version `ours` if it takes
    /// nothing from `theirs`, and the version `theirs` if `ours` is the version `base`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::{PersistentMap, persistent_map};
    ///
    /// let base = persistent_map! { "apples" => 5, "pears" => 5, "plums" => 5 };
    /// let ours = base.assoc("apples", 4).assoc("pears", 3);
    /// let theirs = base.assoc("pears", 4).dissoc("plums");
    ///
    /// // Both have sold pears.
    /// let merged = PersistentMap::merge3(&base, &ours, &theirs, |_, conflict| {
    ///     Some(conflict.ours? + conflict.theirs? - conflict.base?)
    /// });
    /// assert_eq!(merged, persistent_map! { "apples" => 4, "pears" => 2 });
    /// ```
    #[must_use = "the new version is the result; the maps themselves are unchanged"]
    pub fn merge3(
        base: &Self,
        ours: &Self,
        theirs: &Self,
        mut resolve: impl FnMut(&K, Conflict<'_, V>) -> Option<V>,
    ) -> Self {
        if ours.ptr_eq(base) {
            return theirs.clone();
        }
        let mut merged = ours.clone();
        for change in base.diff(theirs) {
            let (key, base, theirs) = (change.key(), change.before(), change.after());
            let ours = ours.get(key);
            if unchanged(&base, &ours) {
                merged.put(key, theirs.cloned());
            } else if !unchanged(&ours, &theirs) {
                let resolved = resolve(key, Conflict { base, ours, theirs });
                if !unchanged(&ours, &resolved.as_ref()) {
                    merged.put(key, resolved);
                }
            }
        }
        merged
    }
}
