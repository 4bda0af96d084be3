//! Editing in place.

use super::entry::Entry;
use crate::trie::edit::insert::Inserted;
use crate::trie::edit::remove::Extraction;
use crate::trie::{ClonePtr, ErrorSlot, HashTrie, and_drop, into_ok, mix, wrap_ok};

/// # Editing in place
///
/// These operations may have to copy a shared node.
impl<T: Clone> HashTrie<T> {
    /// Inserts `entry`, replacing and returning an equal one with this hash, if any. O(log n).
    ///
    /// `same` is called with a present entry and `entry`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let same_name = |a: &(&str, u32), b: &(&str, u32)| a.0 == b.0;
    /// let mut ages = HashTrie::new();
    /// assert_eq!(ages.insert(3, ("Ada", 36), same_name), None);
    /// assert_eq!(ages.insert(3, ("Ada", 37), same_name), Some(("Ada", 36)));
    /// ```
    pub fn insert(&mut self, hash: u64, entry: T, mut same: impl FnMut(&T, &T) -> bool) -> Option<T> {
        and_drop(into_ok(self.try_insert(hash, entry, |present, entry| Ok(same(present, entry)))), same)
    }

    /// Does what [`insert`](Self::insert) does, with an equality that can fail. O(log n).
    ///
    /// # Errors
    ///
    /// Returns the first error of `same`. The entries are unchanged then, but shared nodes above the leaf may have been
    /// copied.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// // An equality that fails for a NaN.
    /// let equal = |a: &f64, b: &f64| {
    ///     a.partial_cmp(b).map(|order| order.is_eq()).ok_or("not a number")
    /// };
    /// let mut numbers = HashTrie::new();
    /// assert_eq!(numbers.try_insert(1, f64::NAN, equal), Ok(None));
    /// assert_eq!(numbers.try_insert(1, 0.5, equal), Err("not a number"));
    /// assert_eq!(numbers.len(), 1);
    /// ```
    pub fn try_insert<E>(
        &mut self,
        hash: u64,
        entry: T,
        mut same: impl FnMut(&T, &T) -> Result<bool, E>,
    ) -> Result<Option<T>, E> {
        let replaced = ErrorSlot::during(|slot| {
            let same = |present: &T, entry: &T| slot.keep(same(present, entry));
            Ok(match self.edit(T::clone).try_insert(mix(hash), entry, same)? {
                Inserted::New => None,
                Inserted::Found(present, entry) => Some(core::mem::replace(present, entry)),
            })
        });
        and_drop(replaced, same)
    }

    /// Inserts `entry` without searching for an equal one, and returns a mutable reference to it. O(log n).
    ///
    /// The trie must not contain an entry equal to `entry`. An edit through the reference must not change the hash.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = perennial::trie::HashTrie::new();
    /// assert_eq!(numbers.insert_unique(7, 7), &7);
    /// assert_eq!(numbers.find(7, |&n| n == 7), Some(&7));
    /// ```
    pub fn insert_unique(&mut self, hash: u64, entry: T) -> &mut T {
        self.edit(T::clone).insert_unique(mix(hash), entry).last_mut()
    }

    /// Removes and returns the entry with this hash that `eq` accepts, if any. O(log n); no allocation if there is
    /// none.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = perennial::trie::HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// assert_eq!(numbers.remove(7, |&n| n == 7), Some(7));
    /// assert_eq!(numbers.remove(7, |&n| n == 7), None);
    /// ```
    pub fn remove(&mut self, hash: u64, mut eq: impl FnMut(&T) -> bool) -> Option<T> {
        and_drop(into_ok(self.try_remove(hash, wrap_ok(&mut eq))), eq)
    }

    /// Does what [`remove`](Self::remove) does, with an equality that can fail. O(log n).
    ///
    /// # Errors
    ///
    /// Returns the first error of `eq`; the trie is unchanged then.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// let result = numbers.try_remove(7, |_| Err("not comparable"));
    /// assert_eq!(result, Err("not comparable"));
    /// assert_eq!(numbers.try_remove(7, |&n| Ok::<_, &str>(n == 7)), Ok(Some(7)));
    /// ```
    pub fn try_remove<E>(&mut self, hash: u64, mut eq: impl FnMut(&T) -> Result<bool, E>) -> Result<Option<T>, E> {
        and_drop(self.edit(T::clone).try_remove(mix(hash), &mut eq), eq)
    }

    /// Returns a mutable reference to the entry with this hash that `eq` accepts. O(log n); no allocation if there is
    /// none.
    ///
    /// An edit through the reference must not change the hash.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut ages = HashTrie::new();
    /// ages.insert(3, ("Ada", 36), |a, b| a.0 == b.0);
    /// if let Some((_, age)) = ages.find_mut(3, |(name, _)| *name == "Ada") {
    ///     *age += 1;
    /// }
    /// assert_eq!(ages.find(3, |(name, _)| *name == "Ada"), Some(&("Ada", 37)));
    /// ```
    pub fn find_mut(&mut self, hash: u64, eq: impl FnMut(&T) -> bool) -> Option<&mut T> {
        into_ok(self.try_find_mut(hash, wrap_ok(eq)))
    }

    /// Does what [`find_mut`](Self::find_mut) does, with an equality that can fail. O(log n).
    ///
    /// # Errors
    ///
    /// Returns the first error of `eq`; the trie is unchanged then.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut ages = HashTrie::new();
    /// ages.insert(3, ("Ada", 36), |a, b| a.0 == b.0);
    /// let result = ages.try_find_mut(3, |_| Err("not comparable"));
    /// assert_eq!(result, Err("not comparable"));
    /// ```
    pub fn try_find_mut<E>(
        &mut self,
        hash: u64,
        mut eq: impl FnMut(&T) -> Result<bool, E>,
    ) -> Result<Option<&mut T>, E> {
        and_drop(self.edit(T::clone).try_find_mut(mix(hash), &mut eq), eq)
    }

    /// Gets the entry with this hash that `eq` accepts, occupied or vacant, for in-place manipulation. O(log n), no
    /// allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    /// use perennial::trie::Entry;
    ///
    /// let mut counts: HashTrie<(&str, u32)> = HashTrie::new();
    /// for word in ["one", "two", "one"] {
    ///     // The length of a word serves as its hash.
    ///     match counts.entry(3, |(present, _)| *present == word) {
    ///         Entry::Occupied(mut entry) => entry.get_mut().1 += 1,
    ///         Entry::Vacant(entry) => drop(entry.insert((word, 1))),
    ///     }
    /// }
    /// assert_eq!(counts.find(3, |(word, _)| *word == "one"), Some(&("one", 2)));
    /// ```
    pub fn entry(&mut self, hash: u64, eq: impl FnMut(&T) -> bool) -> Entry<'_, T> {
        into_ok(self.try_entry(hash, wrap_ok(eq)))
    }

    /// Does what [`entry`](Self::entry) does, with an equality that can fail. O(log n), no allocation.
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
    /// let result = numbers.try_entry(7, |_| Err("not comparable"));
    /// assert_eq!(result.err(), Some("not comparable"));
    /// assert!(numbers.try_entry(7, |&n| Ok::<_, &str>(n == 7)).is_ok());
    /// ```
    pub fn try_entry<E>(&mut self, hash: u64, mut eq: impl FnMut(&T) -> Result<bool, E>) -> Result<Entry<'_, T>, E> {
        and_drop(self.edit(T::clone as ClonePtr<T>).try_entry(mix(hash), &mut eq), eq)
    }

    /// Returns an iterator over mutable references to the entries, in unspecified order. O(n) to exhaust.
    ///
    /// An edit must not change the hash of an entry. Shared nodes are copied when the iterator reaches them.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut ages = HashTrie::new();
    /// ages.insert(3, ("Ada", 36), |a, b| a.0 == b.0);
    /// ages.iter_mut().for_each(|(_, age)| *age += 1);
    /// assert!(ages.iter().eq([&("Ada", 37)]));
    /// ```
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = &mut T> {
        self.edit(T::clone).iter_mut()
    }

    /// Keeps only the entries for which `keep` returns `true`. O(n); subtrees that lose nothing stay shared.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = perennial::trie::HashTrie::new();
    /// for n in 0..100_u64 {
    ///     numbers.insert(n, n, |a, b| a == b);
    /// }
    /// numbers.retain(|n| n % 3 == 0);
    /// assert_eq!(numbers.len(), 34);
    /// ```
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.edit(T::clone).retain(keep);
    }

    /// Returns an iterator that removes and yields the entries for which `pred` returns `true`. O(n) to
    /// exhaust.
    ///
    /// Entries not visited when the iterator is dropped stay in the trie.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = perennial::trie::HashTrie::new();
    /// for n in 0..100_u64 {
    ///     numbers.insert(n, n, |a, b| a == b);
    /// }
    /// assert_eq!(numbers.extract_if(|n| n % 3 == 0).count(), 34);
    /// assert_eq!(numbers.len(), 66);
    /// ```
    pub fn extract_if(&mut self, mut pred: impl FnMut(&T) -> bool) -> impl Iterator<Item = T> {
        let mut extraction = Extraction::new(self.edit(T::clone));
        core::iter::from_fn(move || extraction.next(&mut pred))
    }
}

/// # Emptying
impl<T> HashTrie<T> {
    /// Removes all entries. O(1) if another trie shares them, otherwise O(n) to drop them.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// numbers.clear();
    /// assert!(numbers.is_empty());
    /// ```
    #[inline]
    pub fn clear(&mut self) {
        *self = Self::new();
    }
}
