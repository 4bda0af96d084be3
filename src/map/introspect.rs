//! How much memory a map takes, and how much of it versions share.

use super::PersistentMap;
use crate::trie::MemoryUsage;

/// # Measuring memory
impl<K, V, S> PersistentMap<K, V, S> {
    /// Returns the memory that the map takes, what it shares with other versions included. O(n), no allocation.
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

    /// Returns the part of [`memory_usage`](Self::memory_usage) that is also the other map's. O(n), no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let old: PersistentMap<u64, u64> = (0..1000).map(|n| (n, n * n)).collect();
    /// let new = old.assoc(1000, 0);
    /// assert!(new.shared_with(&old).bytes > new.memory_usage().bytes / 2);
    /// assert_eq!(new.shared_with(&old), old.shared_with(&new));
    /// ```
    pub fn shared_with(&self, other: &Self) -> MemoryUsage {
        self.table.trie.shared_with(&other.table.trie)
    }

    /// Returns the part of [`memory_usage`](Self::memory_usage) that is not the other map's: what it costs to keep this
    /// version beside the other.
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
    /// assert_eq!(added.bytes + new.shared_with(&old).bytes, new.memory_usage().bytes);
    /// assert_eq!(old.not_shared_with(&old.clone()).bytes, 0);
    /// ```
    pub fn not_shared_with(&self, other: &Self) -> MemoryUsage {
        self.table.trie.not_shared_with(&other.table.trie)
    }

    /// Gives the room back that is kept for entries to come, except what other versions share. O(n).
    ///
    /// A map that was filled in place has some, one that was collected, or edited while versions shared it, has little.
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
