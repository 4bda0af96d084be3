//! The three-way merge of two versions with a common ancestor.

use core::hash::{BuildHasher, Hash};

use super::{PersistentMap, unchanged};
use crate::trie::and_drop;

/// A key that both sides changed differently; passed to the `resolve` callback of [`PersistentMap::merge3`].
///
/// | `base` | `ours` | `theirs` | |
/// |---|---|---|---|
/// | `None` | `Some` | `Some` | both sides added the key |
/// | `Some` | `Some` | `Some` | both sides changed its value |
/// | `Some` | `None` | `Some` | we removed the key, they changed its value |
/// | `Some` | `Some` | `None` | we changed its value, they removed the key |
///
/// # Examples
///
/// ```
/// use perennial::map::Conflict;
///
/// // Prefers a changed value to a removal, and our value to theirs.
/// fn keep_changed(conflict: Conflict<'_, u32>) -> Option<u32> {
///     conflict.ours.or(conflict.theirs).copied()
/// }
///
/// let conflict = Conflict { base: Some(&1), ours: None, theirs: Some(&2) };
/// assert_eq!(keep_changed(conflict), Some(2));
/// ```
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Conflict<'a, V> {
    /// The value in the common ancestor, if it contains the key.
    pub base: Option<&'a V>,
    /// Our value, if our version contains the key.
    pub ours: Option<&'a V>,
    /// Their value, if their version contains the key.
    pub theirs: Option<&'a V>,
}

// Not derived: derived impls would require `V: Clone`.

impl<V> Clone for Conflict<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Conflict<'_, V> {}

/// # Merging versions
impl<K: Eq + Hash + Clone, V: Clone + PartialEq, S: BuildHasher + Clone> PersistentMap<K, V, S> {
    /// Returns a version with the changes of both sides: those from `base` to `ours` and those from `base` to
    /// `theirs`.
    ///
    /// A key that only one side changed is taken from that side, and a key that both sides changed in the same way is
    /// taken as it is. If they changed it differently, `resolve` returns its value, or `None` to remove it. As in
    /// [`diff`](Self::diff), two values that are both unequal to themselves, such as NaNs, count as unchanged.
    ///
    /// O(c log n) for c changes from `base` to `theirs`, in addition to a [`diff`](Self::diff) of these two. If `ours`
    /// is the version `base`, returns the very version `theirs`; otherwise returns the very version `ours` if nothing
    /// is taken from `theirs`.
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
    /// // Both sides changed the number of pears.
    /// let merged = PersistentMap::merge3(&base, &ours, &theirs, |_, conflict| {
    ///     Some(conflict.ours? + conflict.theirs? - conflict.base?)
    /// });
    /// assert_eq!(merged, persistent_map! { "apples" => 4, "pears" => 2 });
    /// ```
    #[must_use = "the new version is the result; the maps themselves are unchanged"]
    #[doc(alias = "three_way")]
    pub fn merge3(
        base: &Self,
        ours: &Self,
        theirs: &Self,
        mut resolve: impl FnMut(&K, Conflict<'_, V>) -> Option<V>,
    ) -> Self {
        and_drop(Self::merged3(base, ours, theirs, &mut resolve), resolve)
    }

    fn merged3(
        base: &Self,
        ours: &Self,
        theirs: &Self,
        resolve: &mut impl FnMut(&K, Conflict<'_, V>) -> Option<V>,
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
