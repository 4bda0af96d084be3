//! Entries of a trie, looked up once and used later.

use core::fmt;

use crate::trie::{ClonePtr, HashTrie, mix};

/// A view into an entry of a [`HashTrie`], occupied or vacant, returned by [`HashTrie::entry`].
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
    trie: &'a mut HashTrie<T>,
    hash: u32,
    /// The index of the entry in its leaf.
    index: usize,
    clone: ClonePtr<T>,
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
    trie: &'a mut HashTrie<T>,
    hash: u32,
    clone: ClonePtr<T>,
}

impl<T> HashTrie<T> {
    #[inline]
    pub(crate) fn try_entry_with<E>(
        &mut self,
        hash: u64,
        eq: impl FnMut(&T) -> Result<bool, E>,
        clone: ClonePtr<T>,
    ) -> Result<Entry<'_, T>, E> {
        let hash = mix(hash);
        Ok(match self.try_position(hash, eq)? {
            Some(index) => Entry::Occupied(OccupiedEntry { trie: self, hash, index, clone }),
            None => Entry::Vacant(VacantEntry { trie: self, hash, clone }),
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
        self.trie.root.leaf(self.hash).entries().get(self.index)
    }

    /// Converts the view into a reference to the entry that lives as long as the borrow of the trie.
    #[inline]
    pub(crate) fn into_ref(self) -> &'a T {
        self.trie.root.leaf(self.hash).entries().get(self.index)
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
        self.trie.entry_at_mut(self.hash, self.index, self.clone)
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
        self.trie.entry_at_mut(self.hash, self.index, self.clone)
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
        self.trie.remove_at(self.hash, self.index, self.clone).0
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
        self.trie.insert_unique_at(self.hash, entry, self.clone).last_mut(self.clone)
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
        let Self { trie, hash, clone } = self;
        let index = trie.insert_unique_at(hash, entry, clone).last();
        OccupiedEntry { trie, hash, index, clone }
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
