//! [`TransientSet`], the builder of sets.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::mem;

use equivalent::Equivalent;

use super::IntoIter;
use crate::hasher::RandomState;
use crate::set::{ExtractIf, Iter, PersistentSet};
use crate::table::{SetKey, Table, TableEdit};
use crate::trie::{ClonePtr, Extraction, HashTrie, never_clone};

/// A set under construction: edited in place, then converted into a [`PersistentSet`] in O(1).
///
/// If it is created empty, it does not require `Clone` of `T`: there is no other version whose nodes it might have to
/// copy. If it is created from a set ([`PersistentSet::into_transient`]), it copies each shared node once, at the
/// first change in that node, and edits its own copy from then on.
///
/// # Examples
///
/// ```
/// use perennial::TransientSet;
///
/// // Neither `Clone` nor `Copy`.
/// #[derive(PartialEq, Eq, Hash)]
/// struct Ticket(u32);
///
/// let mut sold = TransientSet::new();
/// sold.insert(Ticket(1));
/// sold.insert(Ticket(2));
/// sold.remove(&Ticket(1));
///
/// let sold = sold.into_persistent();
/// assert_eq!(sold.len(), 1);
/// assert!(sold.contains(&Ticket(2)));
/// ```
// Not `Clone`, for the same reason as `TransientMap`.
pub struct TransientSet<T, S = RandomState> {
    table: Table<T, S, SetKey>,
    clone: ClonePtr<T>,
}

#[cfg(feature = "std")]
impl<T> TransientSet<T> {
    /// Creates an empty transient with the default hasher. O(1), no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientSet;
    ///
    /// let mut set = TransientSet::new();
    /// set.insert("a");
    /// assert!(set.into_persistent().contains("a"));
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self::with_hasher(RandomState::new())
    }
}

impl<T, S> TransientSet<T, S> {
    /// Begins an edit.
    #[inline]
    const fn edit(&mut self) -> TableEdit<'_, T, S, SetKey, ClonePtr<T>> {
        self.table.edit(self.clone)
    }

    /// Creates an empty transient that hashes its elements with `hasher`. O(1), no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientSet;
    /// use std::hash::{BuildHasherDefault, DefaultHasher};
    ///
    /// let hasher = BuildHasherDefault::<DefaultHasher>::new();
    /// let mut set = TransientSet::with_hasher(hasher);
    /// set.insert("a");
    /// assert!(set.into_persistent().contains("a"));
    /// ```
    #[must_use]
    pub const fn with_hasher(hasher: S) -> Self {
        Self { table: Table::new(HashTrie::new(), hasher), clone: never_clone }
    }

    /// Converts the transient into a persistent set. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::{TransientSet, persistent_set};
    ///
    /// let mut set = TransientSet::new();
    /// set.extend(["a", "b"]);
    /// assert_eq!(set.into_persistent(), persistent_set! { "a", "b" });
    /// ```
    #[doc(alias("build", "finish", "freeze"))]
    #[must_use]
    pub fn into_persistent(self) -> PersistentSet<T, S> {
        PersistentSet { table: self.table }
    }

    /// Returns the transient's hasher. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::{RandomState, TransientSet};
    ///
    /// let set: TransientSet<&str> = TransientSet::new();
    /// let _: &RandomState = set.hasher();
    /// ```
    pub const fn hasher(&self) -> &S {
        &self.table.hasher
    }

    /// Returns the number of elements. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientSet;
    ///
    /// let mut set = TransientSet::new();
    /// set.insert("a");
    /// assert_eq!(set.len(), 1);
    /// ```
    pub const fn len(&self) -> usize {
        self.table.trie.len()
    }

    /// Returns `true` if the transient has no elements. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientSet;
    ///
    /// assert!(TransientSet::<&str>::new().is_empty());
    /// ```
    pub const fn is_empty(&self) -> bool {
        self.table.trie.is_empty()
    }

    /// Returns an iterator over the elements, in unspecified order. O(n) to exhaust, no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientSet;
    ///
    /// let mut set = TransientSet::new();
    /// set.insert("a");
    /// assert!(set.iter().eq([&"a"]));
    /// ```
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { inner: self.table.trie.iter() }
    }

    /// Removes all elements. O(1) if another version shares them, otherwise O(n) to drop them.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientSet;
    ///
    /// let mut set = TransientSet::new();
    /// set.insert("a");
    /// set.clear();
    /// assert!(set.is_empty());
    /// ```
    pub fn clear(&mut self) {
        self.table.trie.clear();
    }

    /// Removes all elements and returns an iterator over them. O(1), and O(n) to exhaust.
    ///
    /// Elements in nodes that are shared with another version are cloned, all others moved.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientSet;
    ///
    /// let mut set = TransientSet::new();
    /// set.insert("a");
    /// assert!(set.drain().eq(["a"]));
    /// assert!(set.is_empty());
    /// ```
    pub fn drain(&mut self) -> IntoIter<T> {
        IntoIter::new(mem::take(&mut self.table.trie), self.clone)
    }

    /// Keeps only the elements for which `f` returns `true`. O(n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientSet;
    ///
    /// let mut set = TransientSet::new();
    /// set.extend(0..8);
    /// set.retain(|n| n % 2 == 0);
    /// assert_eq!(set.len(), 4);
    /// ```
    pub fn retain(&mut self, f: impl FnMut(&T) -> bool) {
        self.edit().trie.retain(f);
    }

    /// Returns an iterator that removes and yields the elements for which `pred` returns `true`. O(n) to exhaust.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientSet;
    ///
    /// let mut set = TransientSet::new();
    /// set.extend([1, 2]);
    /// assert!(set.extract_if(|&n| n > 1).eq([2]));
    /// assert_eq!(set.len(), 1);
    /// ```
    pub fn extract_if<F: FnMut(&T) -> bool>(&mut self, pred: F) -> ExtractIf<'_, T, F> {
        ExtractIf::new(self.edit().trie, pred)
    }

    /// Removes and returns an arbitrary element; `None` if there is none. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientSet;
    ///
    /// let mut set = TransientSet::new();
    /// set.insert("a");
    /// assert_eq!(set.pop(), Some("a"));
    /// assert_eq!(set.pop(), None);
    /// ```
    pub fn pop(&mut self) -> Option<T> {
        Extraction::new(self.edit().trie).next(&mut |_| true)
    }
}

impl<T: Eq + Hash, S: BuildHasher> TransientSet<T, S> {
    /// Returns a reference to the element that is equal to `value`. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientSet;
    ///
    /// let mut set = TransientSet::new();
    /// set.insert(String::from("a"));
    /// assert_eq!(set.get("a"), Some(&String::from("a")));
    /// ```
    #[inline]
    pub fn get<Q>(&self, value: &Q) -> Option<&T>
    where
        Q: ?Sized + Hash + Equivalent<T>, // not `&&T`, `&Box<T>`, `&Lazy<T>`: pass `&**value`
    {
        self.table.get(value)
    }

    /// Returns `true` if the transient contains an element equal to `value`. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientSet;
    ///
    /// let mut set = TransientSet::new();
    /// set.insert("a");
    /// assert!(set.contains("a"));
    /// ```
    #[inline]
    pub fn contains<Q>(&self, value: &Q) -> bool
    where
        Q: ?Sized + Hash + Equivalent<T>, // not `&&T`, `&Box<T>`, `&Lazy<T>`: pass `&**value`
    {
        self.table.get(value).is_some()
    }

    /// Inserts `value` unless the transient contains an equal element, and returns whether it was inserted. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientSet;
    ///
    /// let mut set = TransientSet::new();
    /// assert!(set.insert("a"));
    /// assert!(!set.insert("a"));
    /// ```
    #[inline]
    pub fn insert(&mut self, value: T) -> bool {
        self.edit().insert_if_absent(value)
    }

    /// Inserts `value`, replacing and returning an equal element, if any. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientSet;
    ///
    /// let mut set = TransientSet::new();
    /// assert_eq!(set.replace("a"), None);
    /// assert_eq!(set.replace("a"), Some("a"));
    /// ```
    pub fn replace(&mut self, value: T) -> Option<T> {
        self.edit().insert(value, mem::replace)
    }

    /// Removes the element that is equal to `value`, and returns whether there was one. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientSet;
    ///
    /// let mut set = TransientSet::new();
    /// set.insert("a");
    /// assert!(set.remove("a"));
    /// assert!(!set.remove("a"));
    /// ```
    #[inline]
    pub fn remove<Q>(&mut self, value: &Q) -> bool
    where
        Q: ?Sized + Hash + Equivalent<T>, // not `&&T`, `&Box<T>`, `&Lazy<T>`: pass `&**value`
    {
        self.take(value).is_some()
    }

    /// Removes and returns the element that is equal to `value`, if any. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientSet;
    ///
    /// let mut set = TransientSet::new();
    /// set.insert("a");
    /// assert_eq!(set.take("a"), Some("a"));
    /// ```
    #[inline]
    pub fn take<Q>(&mut self, value: &Q) -> Option<T>
    where
        Q: ?Sized + Hash + Equivalent<T>, // not `&&T`, `&Box<T>`, `&Lazy<T>`: pass `&**value`
    {
        self.edit().remove(value)
    }
}

/// # Editing as a transient
impl<T: Clone, S> PersistentSet<T, S> {
    /// Converts this version into a transient. O(1).
    ///
    /// To keep this version, use `set.clone().into_transient()`: edits of the transient do not change it.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let old = persistent_set! { 0 };
    /// let mut edit = old.clone().into_transient();
    /// edit.insert(1);
    /// edit.remove(&0);
    ///
    /// assert_eq!(edit.into_persistent(), persistent_set! { 1 });
    /// assert_eq!(old, persistent_set! { 0 });
    /// ```
    #[doc(alias("builder", "thaw"))]
    #[must_use]
    pub fn into_transient(self) -> TransientSet<T, S> {
        TransientSet { table: self.table, clone: T::clone }
    }
}

/// # Editing as a transient, without `Clone`
impl<T, S> PersistentSet<T, S> {
    /// Converts this version into a transient if it shares no nodes with others; `Clone` is not required then. O(n),
    /// without visiting the elements.
    ///
    /// # Errors
    ///
    /// If a node is shared with another version, returns this version unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// #[derive(PartialEq, Eq, Hash)]
    /// struct NotClone;
    ///
    /// let set = persistent_set! { NotClone };
    /// let other = set.clone();
    /// let set = set.try_into_transient().err().expect("it shares nodes");
    /// drop(other);
    /// let mut edit = set.try_into_transient().ok().expect("it shares nothing");
    /// assert!(edit.remove(&NotClone));
    /// ```
    pub fn try_into_transient(self) -> Result<TransientSet<T, S>, Self> {
        if self.table.trie.is_unshared() {
            Ok(TransientSet { table: self.table, clone: never_clone })
        } else {
            Err(self)
        }
    }
}

impl<T, S: Default> Default for TransientSet<T, S> {
    /// Returns an empty transient. No allocation.
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<T: fmt::Debug, S> fmt::Debug for TransientSet<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.table.trie.in_stored_order()).finish()
    }
}

impl<T: Eq + Hash, S: BuildHasher> Extend<T> for TransientSet<T, S> {
    /// Inserts all elements. If there are equal elements, the first one is kept.
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        self.edit().extend_if_absent(elements);
    }
}

impl<'a, T: Eq + Hash + Copy, S: BuildHasher> Extend<&'a T> for TransientSet<T, S> {
    /// Inserts copies of all elements. If there are equal elements, the first one is kept.
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, elements: I) {
        self.extend(elements.into_iter().copied());
    }
}

impl<T: Eq + Hash, S: BuildHasher + Default> FromIterator<T> for TransientSet<T, S> {
    /// Collects the elements into a transient. If there are equal elements, the first one is kept. O(n).
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let mut transient = Self::with_hasher(S::default());
        transient.extend(elements);
        transient
    }
}

impl<'a, T, S> IntoIterator for &'a TransientSet<T, S> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T, S> IntoIterator for TransientSet<T, S> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter::new(self.table.into_trie(), self.clone)
    }
}
