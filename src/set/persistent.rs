//! The persistent operations: each takes `&self` and returns a new version.
//!
//! Each edits a clone in place: cloning is O(1), and editing copies only the nodes on the path to the change.

use core::hash::{BuildHasher, Hash};

use equivalent::Equivalent;

use super::PersistentSet;

/// # New versions by element
impl<T: Eq + Hash + Clone, S: BuildHasher + Clone> PersistentSet<T, S> {
    /// Returns a version with `value`, or the same version, without allocating, if it contains an equal element.
    /// O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let one = persistent_set! { "a" };
    /// let two = one.conj("b");
    /// assert_eq!(one, persistent_set! { "a" });
    /// assert_eq!(two, persistent_set! { "a", "b" });
    /// assert!(two.conj("b").ptr_eq(&two));
    /// ```
    #[doc(alias("add", "update", "with"))]
    #[must_use = "the new version is the result; the set itself is unchanged"]
    pub fn conj(&self, value: T) -> Self {
        let mut next = self.clone();
        next.insert(value);
        next
    }

    /// Returns a version without `value`, or the same version, without allocating, if it does not contain it.
    /// O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let set = persistent_set! { "a", "b" };
    /// assert_eq!(set.disj("a"), persistent_set! { "b" });
    /// assert!(set.disj("c").ptr_eq(&set));
    /// ```
    #[doc(alias("removed", "without"))]
    #[must_use = "the new version is the result; the set itself is unchanged"]
    pub fn disj<Q>(&self, value: &Q) -> Self
    where
        Q: ?Sized + Hash + Equivalent<T>, // not `&&T`, `&Box<T>`, `&Lazy<T>`: pass `&**value`
    {
        let mut next = self.clone();
        next.take(value);
        next
    }
}

/// # Filtering
impl<T: Clone, S: Clone> PersistentSet<T, S> {
    /// Returns a version with the elements for which `f` returns `true`, or the same version if those are all
    /// elements. O(n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentSet;
    ///
    /// let numbers: PersistentSet<u32> = (0..10).collect();
    /// assert_eq!(numbers.filter(|n| n % 2 == 1).len(), 5);
    /// assert!(numbers.filter(|n| *n < 10).ptr_eq(&numbers));
    /// ```
    #[must_use = "the new version is the result; the set itself is unchanged"]
    pub fn filter(&self, f: impl FnMut(&T) -> bool) -> Self {
        let mut next = self.clone();
        next.retain(f);
        next
    }
}

/// # Partitioning
impl<T: Eq + Hash + Clone, S: BuildHasher + Clone> PersistentSet<T, S> {
    /// Returns a version with the elements for which `f` returns `true`, and a version with the others. O(n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentSet;
    ///
    /// let numbers: PersistentSet<u32> = (0..10).collect();
    /// let (odd, even) = numbers.partition(|n| n % 2 == 1);
    /// assert_eq!((odd.len(), even.len()), (5, 5));
    /// ```
    #[must_use = "the new versions are the result; the set itself is unchanged"]
    pub fn partition(&self, f: impl FnMut(&T) -> bool) -> (Self, Self) {
        let accepted = self.filter(f);
        let others = self.difference(&accepted);
        (accepted, others)
    }
}
