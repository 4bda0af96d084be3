//! The in-place operations, with the names of `std`.
//!
//! They copy a node only if it is shared with another version and something in it changes or may be changed by the
//! caller.

use core::hash::{BuildHasher, Hash};
use core::mem;

use equivalent::Equivalent;

use super::iter::{Drain, ExtractIf, IntoKeys, IntoValues, IterMut, ValuesMut};
use super::{Entry, EntryRef, OccupiedError, PersistentMap, into_value, replace_value};
use crate::table::{MapKey, TableEdit};
use crate::trie::{CloneFn, Extraction};

impl<K: Clone, V: Clone, S> PersistentMap<K, V, S> {
    /// Begins an edit.
    #[inline]
    pub(super) const fn edit(&mut self) -> TableEdit<'_, (K, V), S, MapKey, impl CloneFn<(K, V)>> {
        self.table.edit(<(K, V)>::clone)
    }
}

/// # Editing in place, by key
///
/// These methods require `Clone` because an edit copies the nodes that another version shares. Keys and values that are
/// not `Clone` can be edited in a [`TransientMap`](crate::TransientMap).
impl<K: Eq + Hash + Clone, V: Clone, S: BuildHasher> PersistentMap<K, V, S> {
    /// Inserts a key-value pair and returns the previous value of the key, if any. O(log n).
    ///
    /// If the key is already present, the map keeps the old key, as in `std`. The value is replaced even by an equal
    /// one, so the shared nodes on the path are copied.
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
    #[doc(alias = "insert_mut")]
    #[inline]
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.edit().insert((key, value), replace_value)
    }

    /// Inserts a key-value pair if the key is absent, and returns a mutable reference to the value. O(log n).
    ///
    /// # Errors
    ///
    /// If the key is present, changes nothing and returns an [`OccupiedError`] with the entry and `value`.
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

    /// Removes `key` and returns its value, if it was present. O(log n); no allocation if it was absent.
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
    #[doc(alias = "remove_mut")]
    #[inline]
    pub fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        Q: ?Sized + Hash + Equivalent<K>, // not `&&K`, `&Box<K>`, `&Lazy<K>`: pass `&**key`
    {
        self.remove_entry(key).map(into_value)
    }

    /// Removes `key` and returns the stored key and value, if it was present. O(log n); no allocation if it was
    /// absent.
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
        Q: ?Sized + Hash + Equivalent<K>, // not `&&K`, `&Box<K>`, `&Lazy<K>`: pass `&**key`
    {
        self.edit().remove(key)
    }

    /// Returns a mutable reference to the value of `key`. O(log n); no allocation if `key` is absent.
    ///
    /// If `key` is present, the shared nodes on the path are copied, even if nothing is written through the
    /// reference.
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
        Q: ?Sized + Hash + Equivalent<K>, // not `&&K`, `&Box<K>`, `&Lazy<K>`: pass `&**key`
    {
        self.edit().get_mut(key).map(|(_, value)| value)
    }

    /// Returns the stored key and a mutable reference to its value. O(log n); no allocation if `key` is absent.
    ///
    /// Copies shared nodes like [`get_mut`](Self::get_mut).
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
        Q: ?Sized + Hash + Equivalent<K>, // not `&&K`, `&Box<K>`, `&Lazy<K>`: pass `&**key`
    {
        let entry = self.edit().get_mut(key);
        entry.map(|(key, value)| (&*key, value))
    }

    /// Returns mutable references to the values of several keys at once. O(N log n + N²).
    ///
    /// Copies shared nodes like [`get_mut`](Self::get_mut).
    ///
    /// # Panics
    ///
    /// If two of the keys are equal and present.
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
        Q: ?Sized + Hash + Equivalent<K>, // not `&&K`, `&Box<K>`, `&Lazy<K>`: pass `&**key`
    {
        let queries = keys.map(|key| (self.table.hasher.hash_one(key), |(k, _): &(K, V)| key.equivalent(k)));
        let found = self.edit().trie.find_disjoint_mut(queries);
        found.map(|entry| entry.map(|(_, value)| value))
    }

    /// Gets the entry of `key` for in-place manipulation without a second lookup. O(log n).
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
        Entry::find(self.table.edit(<(K, V)>::clone), key)
    }

    /// Gets the entry of a borrowed key; the key is converted with `Into` only if it is inserted. O(log n).
    ///
    /// No node is copied before the entry inserts, removes or returns a mutable reference to a value.
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
        Q: ?Sized + Hash + Equivalent<K>, // not `&&K`, `&Box<K>`, `&Lazy<K>`: pass `&**key`
    {
        EntryRef::find(self.table.edit(<(K, V)>::clone), key)
    }
}

/// # Editing in place, many entries
impl<K: Clone, V: Clone, S> PersistentMap<K, V, S> {
    /// Keeps only the entries for which `f` returns `true`. O(n); no allocation if `f` accepts all of them.
    ///
    /// Unlike in `std`, `f` gets the value as `&V`: to pass it as `&mut V`, every shared node would have to be
    /// copied, even if nothing in it changes.
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
        self.edit().trie.retain(|(key, value)| f(key, value));
    }

    /// Returns an iterator that removes and yields the entries for which `pred` returns `true`. O(n) to
    /// exhaust; no allocation if `pred` accepts none.
    ///
    /// Entries not visited when the iterator is dropped stay in the map. As with [`retain`](Self::retain), `pred`
    /// gets the value as `&V`.
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
        ExtractIf::new(self.table.trie.edit(<(K, V)>::clone), pred)
    }

    /// Removes and returns an arbitrary entry, or returns `None` if the map is empty. O(log n); O(n) to empty the
    /// whole map.
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
        Extraction::new(self.edit().trie).next(&mut |_| true)
    }

    /// Removes all entries and returns an iterator over them. O(1), and O(n) to exhaust.
    ///
    /// The map is empty immediately. Entries not visited when the iterator is dropped are dropped with it.
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

    /// Returns an iterator over the entries, with mutable references to the values, in unspecified order. O(n) for
    /// the whole run.
    ///
    /// Shared nodes are copied when the iterator reaches them, the first ones when it is created.
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
        IterMut::new(self.table.trie.edit(<(K, V)>::clone))
    }

    /// Returns an iterator over mutable references to the values, in unspecified order. O(n) to exhaust.
    ///
    /// Shared nodes are copied when the iterator reaches them, the first ones when it is created.
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

    /// Returns an iterator over the keys by value, in unspecified order. O(n) to exhaust, no allocation.
    ///
    /// Keys in shared nodes are cloned, all others moved.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { "b" => 1, "a" => 2 };
    /// let mut keys: Vec<_> = map.into_keys().collect();
    /// keys.sort();
    /// assert_eq!(keys, ["a", "b"]);
    /// ```
    pub fn into_keys(self) -> IntoKeys<K, V> {
        IntoKeys { inner: self.into_iter() }
    }

    /// Returns an iterator over the values by value, in unspecified order. O(n) to exhaust, no allocation.
    ///
    /// Values in shared nodes are cloned, all others moved.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { "a" => 1, "b" => 2 };
    /// let mut values: Vec<_> = map.into_values().collect();
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
