//! Memory usage of a map, and how much of it is shared with other versions.

use super::PersistentMap;
use crate::MemoryUsage;

/// # Measuring memory
impl<K, V, S> PersistentMap<K, V, S> {
    /// Returns the memory that the map uses, including what it shares with other versions. O(n), no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let map: PersistentMap<u64, u64> = (0..1000).map(|n| (n, n * n)).collect();
    /// let usage = map.memory_usage();
    /// assert!(usage.bytes >= 1000 * size_of::<(u64, u64)>());
    /// assert_eq!(usage.collision_nodes, 0);
    /// assert_eq!(PersistentMap::<u64, u64>::new().memory_usage().bytes, 0);
    /// ```
    pub fn memory_usage(&self) -> MemoryUsage {
        self.table.trie.memory_usage()
    }

    /// Returns the part of [`memory_usage`](Self::memory_usage) that is not shared with the other map: the cost of
    /// keeping this version in addition to the other.
    ///
    /// O(c log n) for versions that differ in c entries, at most O(n log n); no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let old: PersistentMap<u64, u64> = (0..1000).map(|n| (n, n * n)).collect();
    /// let new = old.assoc(1000, 0);
    /// let added = new.not_shared_with(&old);
    /// assert!((2..=6).contains(&added.nodes()));
    /// assert_eq!(old.not_shared_with(&old.clone()).bytes, 0);
    /// ```
    pub fn not_shared_with(&self, other: &Self) -> MemoryUsage {
        self.table.trie.not_shared_with(&other.table.trie)
    }

    /// Frees spare capacity in nodes that are not shared with other versions. O(n).
    ///
    /// A map that was filled by in-place insertion has spare capacity; one that was built at once (see
    /// [`collect`](Self#method.from_iter)), or edited while its nodes were shared, has little.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map = PersistentMap::new();
    /// (0..1000).for_each(|n| assert_eq!(map.insert(n, n * n), None));
    /// let before = map.memory_usage().bytes;
    /// map.shrink_to_fit();
    /// assert!(map.memory_usage().bytes < before);
    /// ```
    pub fn shrink_to_fit(&mut self) {
        self.table.trie.shrink_to_fit();
    }
}
