//! Entries of a trie, looked up once and used later.

use core::fmt;

use crate::trie::ClonePtr;
use crate::trie::edit::Edit;

/// A view into an entry of a [`HashTrie`](crate::trie::HashTrie), occupied or vacant, returned by
/// [`HashTrie::entry`](crate::trie::HashTrie::entry).
///
/// # Examples
///
/// ```
/// use perennial::trie::HashTrie;
/// use perennial::trie::Entry;
///
/// let mut numbers = HashTrie::new();
/// numbers.insert(7, 7, |a, b| a == b);
/// assert!(matches!(numbers.entry(7, |&n| n == 7), Entry::Occupied(_)));
/// assert!(matches!(numbers.entry(8, |&n| n == 8), Entry::Vacant(_)));
/// ```
pub enum Entry<'a, T> {
    /// The trie contains an equal entry.
    Occupied(OccupiedEntry<'a, T>),
    /// The trie contains no equal entry.
    Vacant(VacantEntry<'a, T>),
}

/// A view into an occupied entry.
///
/// # Examples
///
/// ```
/// use perennial::trie::HashTrie;
/// use perennial::trie::Entry;
///
/// let mut numbers = HashTrie::new();
/// numbers.insert(7, 7, |a, b| a == b);
/// if let Entry::Occupied(entry) = numbers.entry(7, |&n| n == 7) {
///     entry.remove();
/// }
/// assert!(numbers.is_empty());
/// ```
pub struct OccupiedEntry<'a, T> {
    edit: Edit<'a, T, ClonePtr<T>>,
    hash: u32,
    /// The index of the entry in its leaf.
    index: usize,
}

/// A view into a vacant entry.
///
/// # Examples
///
/// ```
/// use perennial::trie::HashTrie;
/// use perennial::trie::Entry;
///
/// let mut numbers = HashTrie::new();
/// if let Entry::Vacant(entry) = numbers.entry(7, |&n| n == 7) {
///     entry.insert(7);
/// }
/// assert_eq!(numbers.len(), 1);
/// ```
pub struct VacantEntry<'a, T> {
    edit: Edit<'a, T, ClonePtr<T>>,
    hash: u32,
}

impl<'a, T> Edit<'a, T, ClonePtr<T>> {
    /// Returns the entry with this hash that `eq` accepts, occupied or vacant.
    #[inline]
    pub(crate) fn try_entry<E>(self, hash: u32, eq: impl FnMut(&T) -> Result<bool, E>) -> Result<Entry<'a, T>, E> {
        Ok(match self.trie.try_position(hash, eq)? {
            Some(index) => Entry::Occupied(OccupiedEntry { edit: self, hash, index }),
            None => Entry::Vacant(VacantEntry { edit: self, hash }),
        })
    }
}

impl<'a, T> OccupiedEntry<'a, T> {
    /// Returns a reference to the entry. Walks down from the root again, O(log n), but calls no `eq`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    /// use perennial::trie::Entry;
    ///
    /// let mut numbers = HashTrie::new();
    /// let Entry::Vacant(vacant) = numbers.entry(7, |(n, _)| *n == 7) else { unreachable!() };
    /// assert_eq!(vacant.insert_entry((7, "seven")).get(), &(7, "seven"));
    /// ```
    #[inline]
    pub fn get(&self) -> &T {
        self.edit.trie.root.leaf(self.hash).entries().get(self.index)
    }

    /// Converts the view into a reference to the entry that lives as long as the borrow of the trie.
    #[inline]
    pub(crate) fn into_ref(self) -> &'a T {
        self.edit.trie.root.leaf(self.hash).entries().get(self.index)
    }

    /// Returns a mutable reference to the entry. O(log n): copies the shared nodes on the path.
    ///
    /// An edit must not change the hash of the entry.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    /// use perennial::trie::Entry;
    ///
    /// let mut numbers = HashTrie::new();
    /// let Entry::Vacant(vacant) = numbers.entry(7, |(n, _)| *n == 7) else { unreachable!() };
    /// let mut entry = vacant.insert_entry((7, "seven"));
    /// entry.get_mut().1 = "VII";
    /// assert_eq!(entry.get(), &(7, "VII"));
    /// ```
    #[inline]
    pub fn get_mut(&mut self) -> &mut T {
        self.edit.reborrow().entry_mut(self.hash, self.index)
    }

    /// Converts the view into a mutable reference to the entry that lives as long as the borrow of the trie.
    /// O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    /// use perennial::trie::Entry;
    ///
    /// let mut numbers = HashTrie::new();
    /// let Entry::Vacant(vacant) = numbers.entry(7, |(n, _)| *n == 7) else { unreachable!() };
    /// let entry: &mut (u64, &str) = vacant.insert_entry((7, "seven")).into_mut();
    /// entry.1 = "VII";
    /// assert!(numbers.iter().eq([&(7, "VII")]));
    /// ```
    #[inline]
    pub fn into_mut(self) -> &'a mut T {
        self.edit.entry_mut(self.hash, self.index)
    }

    /// Removes and returns the entry. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    /// use perennial::trie::Entry;
    ///
    /// let mut numbers = HashTrie::new();
    /// let Entry::Vacant(vacant) = numbers.entry(7, |(n, _)| *n == 7) else { unreachable!() };
    /// assert_eq!(vacant.insert_entry((7, "seven")).remove(), (7, "seven"));
    /// assert!(numbers.is_empty());
    /// ```
    #[inline]
    pub fn remove(self) -> T {
        self.edit.remove_at(self.hash, self.index).0
    }
}

impl<'a, T> VacantEntry<'a, T> {
    /// Inserts an entry with this hash, and returns a mutable reference to it. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    /// use perennial::trie::Entry;
    ///
    /// let mut numbers = HashTrie::new();
    /// let Entry::Vacant(vacant) = numbers.entry(7, |(n, _)| *n == 7) else { unreachable!() };
    /// assert_eq!(vacant.insert((7, "seven")).1, "seven");
    /// assert_eq!(numbers.len(), 1);
    /// ```
    #[inline]
    pub fn insert(self, entry: T) -> &'a mut T {
        self.edit.insert_unique(self.hash, entry).last_mut()
    }

    /// Inserts an entry with this hash, and returns the occupied entry. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    /// use perennial::trie::Entry;
    ///
    /// let mut numbers = HashTrie::new();
    /// let Entry::Vacant(vacant) = numbers.entry(7, |(n, _)| *n == 7) else { unreachable!() };
    /// let entry = vacant.insert_entry((7, "seven"));
    /// assert_eq!(entry.get(), &(7, "seven"));
    /// ```
    #[inline]
    pub fn insert_entry(self, entry: T) -> OccupiedEntry<'a, T> {
        let Self { mut edit, hash } = self;
        let index = edit.reborrow().insert_unique(hash, entry).last();
        OccupiedEntry { edit, hash, index }
    }
}

impl<T: fmt::Debug> fmt::Debug for Entry<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Occupied(entry) => f.debug_tuple("Entry").field(entry).finish(),
            Self::Vacant(entry) => f.debug_tuple("Entry").field(entry).finish(),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for OccupiedEntry<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OccupiedEntry").field(self.get()).finish()
    }
}

impl<T> fmt::Debug for VacantEntry<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntry").finish()
    }
}
