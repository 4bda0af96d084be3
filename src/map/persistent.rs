//! The persistent operations: each takes `&self` and returns a new version.
//!
//! Each edits a clone in place: cloning is O(1), and editing copies only the nodes on the path to the change.

use core::hash::{BuildHasher, Hash};

use equivalent::Equivalent;

use super::{Entry, PersistentMap, unchanged};

/// # New versions by key
impl<K: Eq + Hash + Clone, V: Clone, S: BuildHasher + Clone> PersistentMap<K, V, S> {
    /// Returns a version in which `key` has the value `value`. O(log n).
    ///
    /// If the key is already present, the new version keeps the old key and takes the new value, even if it is equal
    /// to the old one; [`assoc_if_changed`](Self::assoc_if_changed) compares the values.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let one = persistent_map! { "a" => 1 };
    /// let two = one.assoc("a", 10).assoc("b", 2);
    /// assert_eq!(one, persistent_map! { "a" => 1 });
    /// assert_eq!(two, persistent_map! { "a" => 10, "b" => 2 });
    /// ```
    #[doc(alias("put", "update", "updated", "with"))]
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn assoc(&self, key: K, value: V) -> Self {
        let mut next = self.clone();
        next.insert(key, value);
        next
    }

    /// Like [`assoc`](Self::assoc), but returns the same version if `key` already has an equal value. O(log n).
    ///
    /// As in [`diff`](Self::diff), two values that are both unequal to themselves, such as NaNs, count as equal: the
    /// old value stays.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { "a" => 1 };
    /// assert!(map.assoc_if_changed("a", 1).ptr_eq(&map));
    /// assert_eq!(map.assoc_if_changed("a", 2)["a"], 2);
    /// ```
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn assoc_if_changed(&self, key: K, value: V) -> Self
    where
        V: PartialEq,
    {
        let mut next = self.clone();
        match next.entry(key) {
            // Dropped explicitly: if the destructor panicked while `next` is returned, `next` would leak.
            Entry::Occupied(entry) if unchanged(entry.get(), &value) => drop(value),
            entry => drop(entry.insert_entry(value)),
        }
        next
    }

    /// Returns a version in which `key` has the value `value` if `key` was absent, otherwise the same version.
    /// O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { "a" => 1 };
    /// assert!(map.assoc_if_absent("a", 2).ptr_eq(&map));
    /// assert_eq!(map.assoc_if_absent("b", 2), persistent_map! { "a" => 1, "b" => 2 });
    /// ```
    #[doc(alias = "put_if_absent")]
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn assoc_if_absent(&self, key: K, value: V) -> Self {
        let mut next = self.clone();
        next.edit().insert_if_absent((key, value));
        next
    }

    /// Returns a version without `key`, or the same version, without allocating, if `key` is absent. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { "a" => 1, "b" => 2 };
    /// assert_eq!(map.dissoc("a"), persistent_map! { "b" => 2 });
    /// assert!(map.dissoc("c").ptr_eq(&map));
    /// ```
    #[doc(alias("removed", "without"))]
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn dissoc<Q>(&self, key: &Q) -> Self
    where
        Q: ?Sized + Hash + Equivalent<K>, // not `&&K`, `&Box<K>`, `&Lazy<K>`: pass `&**key`
    {
        let mut next = self.clone();
        next.remove_entry(key);
        next
    }

    /// Returns a version in which the value of `key` is replaced by the result of `f`. O(log n).
    ///
    /// `f` gets the current value, if any; if it returns `None`, the key is removed. If the key was absent and `f`
    /// returns `None`, the result is the same version, without any allocation. A `Some` result always makes a new
    /// version, even if the value is equal; [`assoc_if_changed`](Self::assoc_if_changed) compares the values.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// // Counts down, and removes an entry that reaches zero.
    /// let take_one = |count: Option<&u32>| count?.checked_sub(1).filter(|&left| left > 0);
    ///
    /// let stock = persistent_map! { "apple" => 1, "pear" => 2 };
    /// assert_eq!(stock.alter("apple", take_one), persistent_map! { "pear" => 2 });
    /// assert_eq!(stock.alter("pear", take_one)["pear"], 1);
    /// assert!(stock.alter("plum", take_one).ptr_eq(&stock));
    /// ```
    #[doc(alias("adjust", "update_with"))]
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn alter(&self, key: K, f: impl FnOnce(Option<&V>) -> Option<V>) -> Self {
        let mut next = self.clone();
        match next.entry(key) {
            Entry::Occupied(mut entry) => match f(Some(entry.get())) {
                Some(value) => drop(entry.insert(value)),
                None => drop(entry.remove_entry()),
            },
            Entry::Vacant(entry) => {
                if let Some(value) = f(None) {
                    entry.insert(value);
                }
            }
        }
        next
    }

    /// Returns a version with the entries for which `f` returns `true`, or the same version if those are all
    /// entries. O(n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let squares: PersistentMap<u32, u32> = (0..10).map(|n| (n, n * n)).collect();
    /// let odd = squares.filter(|_, square| square % 2 == 1);
    /// assert_eq!(odd.len(), 5);
    /// assert!(squares.filter(|n, _| *n < 10).ptr_eq(&squares));
    /// ```
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn filter(&self, f: impl FnMut(&K, &V) -> bool) -> Self {
        let mut next = self.clone();
        next.retain(f);
        next
    }

    /// Returns a version with the entries for which `f` returns `true`, and a version with the others. O(n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let squares: PersistentMap<u32, u32> = (0..10).map(|n| (n, n * n)).collect();
    /// let (odd, even) = squares.partition(|_, square| square % 2 == 1);
    /// assert_eq!((odd.len(), even.len()), (5, 5));
    /// assert_eq!(&odd | &even, squares);
    /// ```
    #[must_use = "the new versions are the result; the map itself is unchanged"]
    pub fn partition(&self, f: impl FnMut(&K, &V) -> bool) -> (Self, Self) {
        let accepted = self.filter(f);
        let others = self.difference(&accepted);
        (accepted, others)
    }
}
