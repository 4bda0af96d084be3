//! Operations on two sets: union, intersection, difference, comparison.
//!
//! They traverse both tries together, and do not descend where both share a subtree or, unless it matters for the
//! result, where only one has elements.
//! The result shares the unchanged parts of the operands; if everything is unchanged, it is the version of that
//! operand.

use core::hash::{BuildHasher, Hash};

use super::PersistentSet;
use crate::macros::operators;
use crate::trie::{Merge, SetOp};

// Unlike in `std`, these return sets and not iterators: a new version shares the unchanged parts of both sets, so
// computing it can take less time than iterating over it.
/// # Combining sets
impl<T: Eq + Hash + Clone, S: BuildHasher + Clone> PersistentSet<T, S> {
    /// Returns a version with the elements of both sets. If both contain an element, it keeps ours.
    ///
    /// O(c log n) for sets that differ in c elements and share the rest, at most O(n + m). Returns the same version
    /// if it contains all elements of the other set. Unlike in `std`, the result is a set and not an iterator. This
    /// is also the operator `|`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let a = persistent_set! { 1, 2 };
    /// let b = persistent_set! { 2, 3 };
    /// assert_eq!(a.union(&b), persistent_set! { 1, 2, 3 });
    /// assert_eq!(a.union(&b), &a | &b);
    /// ```
    #[must_use = "the new version is the result; the set itself is unchanged"]
    pub fn union(&self, other: &Self) -> Self {
        self.merged(other, SetOp::UNION, |_, _| Merge::Left)
    }

    /// Returns a version with those of our elements that the other set contains.
    ///
    /// O(c log n) for sets that differ in c elements and share the rest, at most O(n + m). Returns the same version
    /// if the other set contains all of our elements. Unlike in `std`, the result is a set and not an iterator. This
    /// is also the operator `&`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let a = persistent_set! { 1, 2 };
    /// let b = persistent_set! { 2, 3 };
    /// assert_eq!(a.intersection(&b), persistent_set! { 2 });
    /// ```
    #[must_use = "the new version is the result; the set itself is unchanged"]
    pub fn intersection(&self, other: &Self) -> Self {
        self.merged(other, SetOp::INTERSECTION, |_, _| Merge::Left)
    }

    /// Returns a version with those of our elements that the other set does not contain.
    ///
    /// O(c log n) for sets that differ in c elements and share the rest, at most O(n + m). Returns the same version
    /// if the sets have no elements in common. Unlike in `std`, the result is a set and not an iterator. This is also
    /// the operator `-`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let a = persistent_set! { 1, 2 };
    /// let b = persistent_set! { 2, 3 };
    /// assert_eq!(a.difference(&b), persistent_set! { 1 });
    /// ```
    #[doc(alias = "relative_complement")]
    #[must_use = "the new version is the result; the set itself is unchanged"]
    pub fn difference(&self, other: &Self) -> Self {
        self.merged(other, SetOp::DIFFERENCE, |_, _| Merge::Remove)
    }

    /// Returns a version with the elements that exactly one of the sets contains.
    ///
    /// O(c log n) for sets that differ in c elements and share the rest, at most O(n + m). Returns the same version if
    /// the other set is empty. Unlike in `std`, the result is a set and not an iterator. This is also the operator
    /// `^`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let a = persistent_set! { 1, 2 };
    /// let b = persistent_set! { 2, 3 };
    /// assert_eq!(a.symmetric_difference(&b), persistent_set! { 1, 3 });
    /// ```
    #[must_use = "the new version is the result; the set itself is unchanged"]
    pub fn symmetric_difference(&self, other: &Self) -> Self {
        self.merged(other, SetOp::SYMMETRIC_DIFFERENCE, |_, _| Merge::Remove)
    }

    fn merged(&self, other: &Self, op: SetOp, both: impl FnMut(&T, &T) -> Merge<T>) -> Self {
        Self { table: self.table.merge(&other.table, op, both) }
    }
}

/// # Comparing sets
impl<T: Eq + Hash, S: BuildHasher> PersistentSet<T, S> {
    /// Returns `true` if the other set contains all of our elements.
    ///
    /// O(c log n) for sets that differ in c elements and share the rest, at most O(n + m).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let few = persistent_set! { 1, 2 };
    /// assert!(few.is_subset(&persistent_set! { 1, 2, 3 }));
    /// assert!(!few.is_subset(&persistent_set! { 2, 3 }));
    /// ```
    pub fn is_subset(&self, other: &Self) -> bool {
        self.table.is_within(&other.table, |_, _| true)
    }

    /// Returns `true` if this set contains all elements of the other.
    ///
    /// O(c log n) for sets that differ in c elements and share the rest, at most O(n + m).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let many = persistent_set! { 1, 2, 3 };
    /// assert!(many.is_superset(&persistent_set! { 1, 2 }));
    /// assert!(!many.is_superset(&persistent_set! { 3, 4 }));
    /// ```
    pub fn is_superset(&self, other: &Self) -> bool {
        other.is_subset(self)
    }

    /// Returns `true` if the sets have no elements in common.
    ///
    /// O(m log n) for the m elements of the smaller set, and less if the sets share nodes.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let set = persistent_set! { 1, 2 };
    /// assert!(set.is_disjoint(&persistent_set! { 3 }));
    /// assert!(!set.is_disjoint(&persistent_set! { 2, 3 }));
    /// ```
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.table.is_disjoint(&other.table)
    }
}

operators! {
    [T: Eq + Hash + Clone, S: BuildHasher + Clone] PersistentSet<T, S>:
    BitOr::bitor, BitOrAssign::bitor_assign => union;
    BitAnd::bitand, BitAndAssign::bitand_assign => intersection;
    Sub::sub, SubAssign::sub_assign => difference;
    BitXor::bitxor, BitXorAssign::bitxor_assign => symmetric_difference;
}
