//! The in-place operations, by the names of `std`.
//!
//! They copy a node only if another version shares it and something in it changes.

use core::hash::{BuildHasher, Hash};
use core::mem;

use equivalent::Equivalent;

use super::PersistentSet;
use super::iter::{Drain, ExtractIf};
use crate::trie::{Entry, Extraction};

/// # Editing in place, by element
impl<T: Eq + Hash + Clone, S: BuildHasher> PersistentSet<T, S> {
    /// Inserts `value` unless there is an equal element, and returns whether it was inserted. O(log n); no allocation
    /// if there is one.
    ///
    /// An element that is there already stays, as in `std`; [`replace`](Self::replace) does otherwise.
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
    #[inline]
    pub fn insert(&mut self, value: T) -> bool {
        self.table.insert_if_absent(value, T::clone)
    }

    /// Inserts `value` in place of an equal element, which is returned, if there is one. O(log n).
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
        self.table.insert(value, T::clone, mem::replace)
    }

    /// Removes the element that is equal to `value`, and returns whether there was one. O(log n); no allocation if not.
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
    #[inline]
    pub fn remove<Q>(&mut self, value: &Q) -> bool
    where
        Q: ?Sized + Hash + Equivalent<T>,
    {
        self.take(value).is_some()
    }

    /// Removes the element that is equal to `value` and returns it. O(log n); no allocation if there is none.
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
        Q: ?Sized + Hash + Equivalent<T>,
    {
        self.table.remove(value, T::clone)
    }

    /// Inserts `value` unless there is an equal element. Returns the one that is in the set then. O(log n); no
    /// allocation if there is one.
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
        // Searched before it is taken, since a borrow cannot be given back on one way and kept on the other.
        if self.table.trie.find(hash, |there| *there == value).is_some() {
            return self.table.trie.find(hash, |there| *there == value).expect("it was there just now");
        }
        self.put_new(hash, value)
    }

    /// Inserts the result of `f` unless there is an element equal to `value`. Returns the one that is in the set then.
    /// O(log n); no allocation if there is one.
    ///
    /// # Panics
    ///
    /// If the result of `f` is not equal to `value`.
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
        Q: ?Sized + Hash + Equivalent<T>,
    {
        let hash = self.table.hasher.hash_one(value);
        if self.table.trie.find(hash, |there| value.equivalent(there)).is_some() {
            return self.table.trie.find(hash, |there| value.equivalent(there)).expect("it was there just now");
        }
        let new = f(value);
        assert!(value.equivalent(&new), "the new element is not equal to the value");
        self.put_new(hash, new)
    }

    /// Inserts an element that is known not to be there.
    fn put_new(&mut self, hash: u64, value: T) -> &T {
        match self.table.trie.entry(hash, |_| false) {
            Entry::Vacant(place) => place.insert(value),
            Entry::Occupied(_) => unreachable!("no element was accepted"),
        }
    }
}

/// # Editing in place, many elements
impl<T: Clone, S> PersistentSet<T, S> {
    /// Keeps only the elements for which `f` returns true. O(n); no allocation if that is all of them.
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
        self.table.trie.retain_with(f, T::clone);
    }

    /// Iterates over the elements for which `pred` returns true, and removes each as it yields it. O(n) for the whole
    /// run; no allocation if there is none.
    ///
    /// Elements that the iterator has not come to when it is dropped stay.
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
        ExtractIf { trie: &mut self.table.trie, extraction: Extraction::new(), pred }
    }

    /// Removes some element and returns it, if there is one. O(log n); O(n) until the set is empty.
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
        Extraction::new().next(&mut self.table.trie, &mut |_| true, T::clone)
    }

    /// Empties the set and iterates over what was in it. O(1), and O(n) for the whole run.
    ///
    /// The set is empty at once. Elements that the iterator has not come to when it is dropped are dropped with it.
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
    /// Takes all elements out. O(1) if another version shares them, otherwise O(n) to drop them.
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
