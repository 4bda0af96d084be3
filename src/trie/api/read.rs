//! Creating a trie and reading from it.

use crate::trie::node::child::Child;
use crate::trie::{HashTrie, and_drop, into_ok, mix, wrap_ok};

/// # Construction, lookups and properties
impl<T> HashTrie<T> {
    /// Creates an empty trie. O(1), no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// let trie = perennial::trie::HashTrie::<u64>::new();
    /// assert!(trie.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self { root: Child::EMPTY, len: 0 }
    }

    /// Returns the number of entries. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// assert_eq!(numbers.len(), 1);
    /// ```
    #[inline]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Returns `true` if the trie has no entries. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// assert!(!numbers.is_empty());
    /// ```
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns `true` if both tries are the same version, that is, if they share all of their nodes. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// let clone = numbers.clone();
    /// assert!(clone.ptr_eq(&numbers));
    /// numbers.insert(8, 8, |a, b| a == b);
    /// assert!(!clone.ptr_eq(&numbers));
    /// ```
    #[inline]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.root.ptr_eq(&other.root)
    }

    /// Returns a reference to the entry with this hash for which `eq` returns `true`. O(log n), no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// assert_eq!(numbers.find(7, |&n| n == 7), Some(&7));
    /// assert_eq!(numbers.find(8, |&n| n == 8), None);
    /// ```
    #[inline]
    pub fn find(&self, hash: u64, eq: impl FnMut(&T) -> bool) -> Option<&T> {
        let hash = mix(hash);
        into_ok(self.root.leaf(hash).try_find(hash, wrap_ok(eq))).map(|(_, entry)| entry)
    }

    /// Does what [`find`](Self::find) does, with an equality that can fail. O(log n), no allocation.
    ///
    /// # Errors
    ///
    /// Returns the first error of `eq`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// assert_eq!(numbers.try_find(7, |&n| Ok::<_, &str>(n == 7)), Ok(Some(&7)));
    /// let result = numbers.try_find(7, |_| Err("not comparable"));
    /// assert_eq!(result, Err("not comparable"));
    /// ```
    #[inline]
    pub fn try_find<E>(&self, hash: u64, mut eq: impl FnMut(&T) -> Result<bool, E>) -> Result<Option<&T>, E> {
        let hash = mix(hash);
        let found = self.root.leaf(hash).try_find(hash, &mut eq);
        and_drop(found, eq).map(|found| found.map(|(_, entry)| entry))
    }

    /// Returns the index in its leaf of the entry with this hash that `eq` accepts.
    #[inline]
    pub(crate) fn try_position<E>(&self, hash: u32, eq: impl FnMut(&T) -> Result<bool, E>) -> Result<Option<usize>, E> {
        Ok(self.root.leaf(hash).try_find(hash, eq)?.map(|(index, _)| index))
    }
}
