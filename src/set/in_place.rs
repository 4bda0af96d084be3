//! The in-place operations, with the names of `std`.
//!
//! They copy a node only if it is shared with another version and something in it changes.

use core::hash::{BuildHasher, Hash};
use core::mem;

use equivalent::Equivalent;

use super::PersistentSet;
use super::iter::{Drain, ExtractIf};
use crate::table::{SetKey, TableEdit};
use crate::trie::{CloneFn, Entry, Extraction};

impl<T: Clone, S> PersistentSet<T, S> {
    /// Begins an edit.
    #[inline]
    pub(super) const fn edit(&mut self) -> TableEdit<'_, T, S, SetKey, impl CloneFn<T>> {
        self.table.edit(T::clone)
    }
}

/// # Editing in place, by element
///
/// These methods require `Clone` because an edit copies the nodes that another version shares. Elements that are not
/// `Clone` can be edited in a [`TransientSet`](crate::TransientSet).
impl<T: Eq + Hash + Clone, S: BuildHasher> PersistentSet<T, S> {
    /// Inserts `value` unless the set contains an equal element, and returns whether it was inserted. O(log n); no
    /// allocation if there is an equal element.
    ///
    /// As in `std`, an equal element stays in the set; to replace it, use [`replace`](Self::replace).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentSet;
    ///
    /// let mut set = PersistentSet::new();
    /// assert!(set.insert("a"));
    /// assert!(!set.insert("a"));
    /// ```
    #[doc(alias = "insert_mut")]
    #[inline]
    pub fn insert(&mut self, value: T) -> bool {
        self.edit().insert_if_absent(value)
    }

    /// Inserts `value`, replacing and returning an equal element, if any. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentSet;
    ///
    /// let mut set = PersistentSet::from([Vec::with_capacity(10)]);
    /// set.replace(vec![1]);
    /// let old: Option<Vec<u32>> = set.replace(Vec::new());
    /// assert!(old.is_some_and(|old| old.capacity() >= 10));
    /// assert_eq!(set.len(), 2);
    /// ```
    pub fn replace(&mut self, value: T) -> Option<T> {
        self.edit().insert(value, mem::replace)
    }

    /// Removes the element that is equal to `value`, and returns whether there was one. O(log n); no allocation if
    /// there was none.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let mut set = persistent_set! { "a" };
    /// assert!(set.remove("a"));
    /// assert!(!set.remove("a"));
    /// ```
    #[doc(alias = "remove_mut")]
    #[inline]
    pub fn remove<Q>(&mut self, value: &Q) -> bool
    where
        Q: ?Sized + Hash + Equivalent<T>, // not `&&T`, `&Box<T>`, `&Lazy<T>`: pass `&**value`
    {
        self.take(value).is_some()
    }

    /// Removes and returns the element that is equal to `value`, if any. O(log n); no allocation if there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let mut set = persistent_set! { String::from("a") };
    /// assert_eq!(set.take("a"), Some(String::from("a")));
    /// assert_eq!(set.take("a"), None);
    /// ```
    #[inline]
    pub fn take<Q>(&mut self, value: &Q) -> Option<T>
    where
        Q: ?Sized + Hash + Equivalent<T>, // not `&&T`, `&Box<T>`, `&Lazy<T>`: pass `&**value`
    {
        self.edit().remove(value)
    }

    /// Inserts `value` unless the set contains an equal element, and returns a reference to the element in the set.
    ///
    /// O(log n); no allocation if there is an equal element.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentSet;
    ///
    /// let mut set = PersistentSet::from([1, 2]);
    /// assert_eq!(set.get_or_insert(2), &2);
    /// assert_eq!(set.get_or_insert(3), &3);
    /// assert_eq!(set.len(), 3);
    /// ```
    pub fn get_or_insert(&mut self, value: T) -> &T {
        let hash = self.table.hasher.hash_one(&value);
        match self.table.trie.entry(hash, |present| *present == value) {
            Entry::Occupied(present) => present.into_ref(),
            Entry::Vacant(entry) => entry.insert(value),
        }
    }

    /// Inserts `f(value)` unless the set contains an element equal to `value`, and returns a reference to the element
    /// in the set.
    ///
    /// O(log n); no allocation if there is an equal element.
    ///
    /// # Panics
    ///
    /// If `f(value)` is not equal to `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentSet;
    ///
    /// let mut names: PersistentSet<String> = PersistentSet::new();
    /// for name in ["Ada", "Brook", "Ada"] {
    ///     assert_eq!(names.get_or_insert_with(name, |name| name.to_owned()), name);
    /// }
    /// assert_eq!(names.len(), 2);
    /// ```
    pub fn get_or_insert_with<Q>(&mut self, value: &Q, f: impl FnOnce(&Q) -> T) -> &T
    where
        Q: ?Sized + Hash + Equivalent<T>, // not `&&T`, `&Box<T>`, `&Lazy<T>`: pass `&**value`
    {
        let hash = self.table.hasher.hash_one(value);
        match self.table.trie.entry(hash, |present| value.equivalent(present)) {
            Entry::Occupied(present) => present.into_ref(),
            Entry::Vacant(entry) => {
                let new = f(value);
                assert!(value.equivalent(&new), "the new element is not equal to the value");
                entry.insert(new)
            }
        }
    }
}

/// # Editing in place, many elements
impl<T: Clone, S> PersistentSet<T, S> {
    /// Keeps only the elements for which `f` returns `true`. O(n); no allocation if `f` accepts all of them.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentSet;
    ///
    /// let mut set: PersistentSet<u32> = (0..8).collect();
    /// set.retain(|n| n % 2 == 0);
    /// assert_eq!(set.len(), 4);
    /// ```
    pub fn retain(&mut self, f: impl FnMut(&T) -> bool) {
        self.edit().trie.retain(f);
    }

    /// Returns an iterator that removes and yields the elements for which `pred` returns `true`. O(n) to
    /// exhaust; no allocation if `pred` accepts none.
    ///
    /// Elements not visited when the iterator is dropped stay in the set.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentSet;
    ///
    /// let mut set: PersistentSet<u32> = (0..8).collect();
    /// let odd: PersistentSet<u32> = set.extract_if(|n| n % 2 == 1).collect();
    /// assert_eq!(odd.len(), 4);
    /// assert_eq!(set.len(), 4);
    /// ```
    pub fn extract_if<F>(&mut self, pred: F) -> ExtractIf<'_, T, F>
    where
        F: FnMut(&T) -> bool,
    {
        ExtractIf::new(self.table.trie.edit(T::clone), pred)
    }

    /// Removes and returns an arbitrary element, or returns `None` if the set is empty. O(log n); O(n) to empty the
    /// whole set.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let mut open = persistent_set! { 1 };
    /// let mut seen = Vec::new();
    /// while let Some(node) = open.pop() {
    ///     seen.push(node);
    ///     open.extend((2 * node..2 * node + 2).filter(|&next| next < 8));
    /// }
    /// seen.sort_unstable();
    /// assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7]);
    /// ```
    #[doc(alias("pop_first", "take_any"))]
    pub fn pop(&mut self) -> Option<T> {
        Extraction::new(self.edit().trie).next(&mut |_| true)
    }

    /// Removes all elements and returns an iterator over them. O(1), and O(n) to exhaust.
    ///
    /// The set is empty immediately. Elements not visited when the iterator is dropped are dropped with it.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let mut set = persistent_set! { 1, 2 };
    /// assert_eq!(set.drain().sum::<i32>(), 3);
    /// assert!(set.is_empty());
    /// ```
    pub fn drain(&mut self) -> Drain<'_, T> {
        Drain::new(mem::take(&mut self.table.trie))
    }
}

/// # Emptying
impl<T, S> PersistentSet<T, S> {
    /// Removes all elements. O(1) if another version shares them, otherwise O(n) to drop them.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let mut set = persistent_set! { 1 };
    /// set.clear();
    /// assert!(set.is_empty());
    /// ```
    pub fn clear(&mut self) {
        self.table.trie.clear();
    }
}
