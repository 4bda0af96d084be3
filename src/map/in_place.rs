//! The in-place operations, by the names of `std`.
//!
//! They copy a node only if another version shares it and something in it changes, or may be changed by the caller.

use core::hash::{BuildHasher, Hash};
use core::mem;

use equivalent::Equivalent;

use super::iter::{Drain, ExtractIf, IntoKeys, IntoValues, IterMut, ValuesMut};
use super::{Entry, EntryRef, OccupiedError, PersistentMap, into_value, replace_value};
use crate::trie::Extraction;

/// # Editing in place, by key
impl<K: Eq + Hash + Clone, V: Clone, S: BuildHasher> PersistentMap<K, V, S> {
    /// Inserts `value` under `key` and returns the value that it replaces, if any. O(log n).
    ///
    /// A key that is there already stays, as in `std`. Its value is replaced even by an equal one, which copies the
    /// nodes on the way that another version shares.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map = PersistentMap::new();
    /// assert_eq!(map.insert("a", 1), None);
    /// assert_eq!(map.insert("a", 2), Some(1));
    /// assert_eq!(map["a"], 2);
    /// ```
    #[inline]
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.table.insert((key, value), <(K, V)>::clone, replace_value)
    }

    /// Inserts `value` under `key` unless there is an entry already. O(log n).
    ///
    /// # Errors
    ///
    /// If the key is there, changes nothing and returns an [`OccupiedError`] with its entry and with `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map = PersistentMap::new();
    /// assert_eq!(map.try_insert("a", 1).unwrap(), &1);
    ///
    /// let error = map.try_insert("a", 2).unwrap_err();
    /// assert_eq!(error.entry.get(), &1);
    /// assert_eq!(error.value, 2);
    /// ```
    pub fn try_insert(&mut self, key: K, value: V) -> Result<&mut V, OccupiedError<'_, K, V>> {
        match self.entry(key) {
            Entry::Occupied(entry) => Err(OccupiedError { entry, value }),
            Entry::Vacant(entry) => Ok(entry.insert(value)),
        }
    }

    /// Removes the entry of `key` and returns its value. O(log n); no allocation if there is no such key.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let mut map = persistent_map! { "a" => 1 };
    /// assert_eq!(map.remove("a"), Some(1));
    /// assert_eq!(map.remove("a"), None);
    /// ```
    #[inline]
    pub fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.remove_entry(key).map(into_value)
    }

    /// Removes the entry of `key` and returns its key and value. O(log n); no allocation if there is no such key.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let mut map = persistent_map! { "a" => 1 };
    /// assert_eq!(map.remove_entry("a"), Some(("a", 1)));
    /// assert_eq!(map.remove_entry("a"), None);
    /// ```
    #[inline]
    pub fn remove_entry<Q>(&mut self, key: &Q) -> Option<(K, V)>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.table.remove(key, <(K, V)>::clone)
    }

    /// Returns a mutable reference to the value of `key`. O(log n); no allocation if there is no such key.
    ///
    /// If the key is there, the nodes on the way that another version shares are copied, even if nothing is written
    /// then.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let mut map = persistent_map! { "a" => 1 };
    /// if let Some(value) = map.get_mut("a") {
    ///     *value += 1;
    /// }
    /// assert_eq!(map["a"], 2);
    /// ```
    #[inline]
    pub fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.table.get_mut(key, <(K, V)>::clone).map(|(_, value)| value)
    }

    /// Returns the key as the map holds it, and a mutable reference to its value. O(log n); no allocation if there is no such key.
    ///
    /// Shared nodes are copied as by [`get_mut`](Self::get_mut).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let old = persistent_map! { String::from("a") => 1 };
    /// let mut new = old.clone();
    /// assert_eq!(new.get_key_value_mut("b"), None);
    /// assert!(new.ptr_eq(&old));
    ///
    /// let (key, value) = new.get_key_value_mut("a").unwrap();
    /// *value += key.len();
    /// assert_eq!((new["a"], old["a"]), (2, 1));
    /// ```
    pub fn get_key_value_mut<Q>(&mut self, key: &Q) -> Option<(&K, &mut V)>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let entry = self.table.get_mut(key, <(K, V)>::clone);
        entry.map(|(key, value)| (&*key, value))
    }

    /// Returns a mutable reference to the values of several keys at once. O(N log n).
    ///
    /// Shared nodes are copied as by [`get_mut`](Self::get_mut).
    ///
    /// # Panics
    ///
    /// If two of the keys have the same entry.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let mut map = persistent_map! { "a" => 1, "b" => 2 };
    /// if let [Some(a), Some(b)] = map.get_disjoint_mut(["a", "b"]) {
    ///     std::mem::swap(a, b);
    /// }
    /// assert_eq!(map, persistent_map! { "a" => 2, "b" => 1 });
    /// ```
    pub fn get_disjoint_mut<Q, const N: usize>(&mut self, keys: [&Q; N]) -> [Option<&mut V>; N]
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let queries = keys.map(|key| (self.table.hasher.hash_one(key), |(k, _): &(K, V)| key.equivalent(k)));
        let found = self.table.trie.find_disjoint_mut_with(queries, <(K, V)>::clone);
        found.map(|entry| entry.map(|(_, value)| value))
    }

    /// Returns the place of `key`, occupied or vacant, to look at and to change without searching again. O(log n).
    ///
    /// No node is copied before the entry inserts, removes or returns a mutable reference to a value.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut counts = PersistentMap::new();
    /// for letter in "banana".chars() {
    ///     *counts.entry(letter).or_insert(0) += 1;
    /// }
    /// assert_eq!(counts, PersistentMap::from([('b', 1), ('a', 3), ('n', 2)]));
    /// ```
    #[inline]
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        Entry::find(&mut self.table, key, <(K, V)>::clone)
    }

    /// Returns the place of a borrowed key, of which an owned one is made with `Into` only if it is inserted. O(log n).
    ///
    /// No node is copied before the entry inserts, removes or returns a mutable reference.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut counts: PersistentMap<String, u32> = PersistentMap::new();
    /// for word in "to be or not to be".split(' ') {
    ///     *counts.entry_ref(word).or_insert(0) += 1;
    /// }
    /// assert_eq!(counts["to"], 2);
    /// ```
    #[inline]
    pub fn entry_ref<'a, 'q, Q>(&'a mut self, key: &'q Q) -> EntryRef<'a, 'q, K, V, Q>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        EntryRef::find(&mut self.table, key, <(K, V)>::clone)
    }
}

/// # Editing in place, many entries
impl<K: Clone, V: Clone, S> PersistentMap<K, V, S> {
    /// Keeps only the entries for which `f` returns true. O(n); no allocation if that is all of them.
    ///
    /// Unlike in `std`, `f` gets the value as `&V`: to offer it as `&mut V`, each node that another version shares
    /// would have to be copied, though nothing in it changes.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map: PersistentMap<u32, u32> = (0..8).map(|n| (n, n * n)).collect();
    /// map.retain(|n, _| n % 2 == 0);
    /// assert_eq!(map.len(), 4);
    /// ```
    pub fn retain(&mut self, mut f: impl FnMut(&K, &V) -> bool) {
        self.table.trie.retain_with(|(key, value)| f(key, value), <(K, V)>::clone);
    }

    /// Iterates over the entries for which `f` returns true, and removes each as it yields it. O(n) for the whole run;
    /// no allocation if there is none.
    ///
    /// Entries that the iterator has not come to when it is dropped stay. As with [`retain`](Self::retain), `f` gets
    /// the value as `&V`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map: PersistentMap<u32, u32> = (0..8).map(|n| (n, n * n)).collect();
    /// let odd: PersistentMap<u32, u32> = map.extract_if(|n, _| n % 2 == 1).collect();
    /// assert_eq!(odd.len(), 4);
    /// assert_eq!(map.len(), 4);
    /// ```
    pub fn extract_if<F>(&mut self, pred: F) -> ExtractIf<'_, K, V, F>
    where
        F: FnMut(&K, &V) -> bool,
    {
        ExtractIf { trie: &mut self.table.trie, extraction: Extraction::new(), pred }
    }

    /// Removes some entry and returns it, if there is one. O(log n); O(n) until the map is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let mut tasks = persistent_map! { "wash" => 1, "dry" => 2 };
    /// let mut order = Vec::new();
    /// while let Some((task, _)) = tasks.pop() {
    ///     order.push(task);
    /// }
    /// assert_eq!(order.len(), 2);
    /// ```
    #[doc(alias("pop_first", "take_any"))]
    pub fn pop(&mut self) -> Option<(K, V)> {
        Extraction::new().next(&mut self.table.trie, &mut |_| true, <(K, V)>::clone)
    }

    /// Empties the map and iterates over what was in it. O(1), and O(n) for the whole run.
    ///
    /// The map is empty at once. Entries that the iterator has not come to when it is dropped are dropped with it.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let mut map = persistent_map! { "a" => 1, "b" => 2 };
    /// let total: i32 = map.drain().map(|(_, n)| n).sum();
    /// assert_eq!(total, 3);
    /// assert!(map.is_empty());
    /// ```
    pub fn drain(&mut self) -> Drain<'_, K, V> {
        Drain::new(mem::take(&mut self.table.trie))
    }

    /// Iterates over the entries, in unspecified order, with the values for editing. O(n) for the whole run.
    ///
    /// Nodes that another version shares are copied as the iterator comes to them, the first ones when it is made.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let mut map = persistent_map! { "a" => 1, "b" => 2 };
    /// for (_, value) in map.iter_mut() {
    ///     *value *= 10;
    /// }
    /// assert_eq!(map, persistent_map! { "a" => 10, "b" => 20 });
    /// ```
    #[doc(alias = "retain_mut")]
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        IterMut { inner: self.table.trie.iter_mut_with(<(K, V)>::clone) }
    }

    /// Iterates over the values, in unspecified order, for editing. O(n) for the whole run.
    ///
    /// Nodes that another version shares are copied as the iterator comes to them, the first ones when it is made.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let mut map = persistent_map! { "a" => 1, "b" => 2 };
    /// map.values_mut().for_each(|value| *value += 1);
    /// assert_eq!(map, persistent_map! { "a" => 2, "b" => 3 });
    /// ```
    pub fn values_mut(&mut self) -> ValuesMut<'_, K, V> {
        ValuesMut { inner: self.iter_mut() }
    }

    /// Iterates over the keys by value, in unspecified order. O(n) for the whole run, no allocation.
    ///
    /// Keys in nodes that another version shares are cloned, all others moved.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let mut keys: Vec<_> = persistent_map! { "b" => 1, "a" => 2 }.into_keys().collect();
    /// keys.sort();
    /// assert_eq!(keys, ["a", "b"]);
    /// ```
    pub fn into_keys(self) -> IntoKeys<K, V> {
        IntoKeys { inner: self.into_iter() }
    }

    /// Iterates over the values by value, in unspecified order. O(n) for the whole run, no allocation.
    ///
    /// Values in nodes that another version shares are cloned, all others moved.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let mut values: Vec<_> = persistent_map! { "a" => 1, "b" => 2 }.into_values().collect();
    /// values.sort();
    /// assert_eq!(values, [1, 2]);
    /// ```
    pub fn into_values(self) -> IntoValues<K, V> {
        IntoValues { inner: self.into_iter() }
    }
}

/// # Emptying
impl<K, V, S> PersistentMap<K, V, S> {
    /// Removes all entries. O(1) if another version shares them, otherwise O(n) to drop them.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let mut map = persistent_map! { "a" => 1 };
    /// map.clear();
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&mut self) {
        self.table.trie.clear();
    }
}
