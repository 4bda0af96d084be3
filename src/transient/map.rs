//! [`TransientMap`], the builder of maps.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::mem;

use equivalent::Equivalent;

use super::IntoIter;
use crate::hasher::RandomState;
use crate::map::{Entry, ExtractIf, Iter, IterMut, PersistentMap, ValuesMut, into_value, replace_value};
use crate::table::{MapEdit, MapKey, Table};
use crate::trie::{ClonePtr, Extraction, HashTrie, never_clone};

/// A map under construction: edited in place, then converted into a [`PersistentMap`] in O(1).
///
/// If it is created empty, it does not require `Clone` of `K` and `V`: there is no other version whose nodes it might
/// have to copy. If it is created from a map ([`PersistentMap::into_transient`]), it copies each shared node once, at
/// the first change in that node, and edits its own copy from then on.
///
/// # Examples
///
/// ```
/// use perennial::TransientMap;
///
/// // Neither `Clone` nor `Copy`.
/// struct Connection;
///
/// let mut open = TransientMap::new();
/// open.insert("a", Connection);
/// open.insert("b", Connection);
/// open.remove("a");
///
/// let open = open.into_persistent();
/// assert_eq!(open.len(), 1);
/// assert!(open.contains_key("b"));
/// ```
// Not `Clone`: clones would share nodes, and a transient created by `new` has no way to clone entries. Fork a
// `PersistentMap` instead.
pub struct TransientMap<K, V, S = RandomState> {
    table: Table<(K, V), S, MapKey>,
    clone: ClonePtr<(K, V)>,
}

#[cfg(feature = "std")]
impl<K, V> TransientMap<K, V> {
    /// Creates an empty transient with the default hasher. O(1), no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// let mut map = TransientMap::new();
    /// map.insert("a", 1);
    /// assert_eq!(map.into_persistent()["a"], 1);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self::with_hasher(RandomState::new())
    }
}

impl<K, V, S> TransientMap<K, V, S> {
    /// Begins an edit.
    #[inline]
    const fn edit(&mut self) -> MapEdit<'_, K, V, S> {
        self.table.edit(self.clone)
    }

    /// Creates an empty transient that hashes its keys with `hasher`. O(1), no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    /// use std::hash::{BuildHasherDefault, DefaultHasher};
    ///
    /// let hasher = BuildHasherDefault::<DefaultHasher>::new();
    /// let mut map = TransientMap::with_hasher(hasher);
    /// map.insert("a", 1);
    /// assert_eq!(map.into_persistent()["a"], 1);
    /// ```
    #[must_use]
    pub const fn with_hasher(hasher: S) -> Self {
        Self { table: Table::new(HashTrie::new(), hasher), clone: never_clone }
    }

    /// Converts the transient into a persistent map. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::{TransientMap, persistent_map};
    ///
    /// let mut map = TransientMap::new();
    /// map.extend([("a", 1), ("b", 2)]);
    /// assert_eq!(map.into_persistent(), persistent_map! { "a" => 1, "b" => 2 });
    /// ```
    #[doc(alias("build", "finish", "freeze"))]
    #[must_use]
    pub fn into_persistent(self) -> PersistentMap<K, V, S> {
        PersistentMap { table: self.table }
    }

    /// Returns the transient's hasher. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::{RandomState, TransientMap};
    ///
    /// let map: TransientMap<&str, u32> = TransientMap::new();
    /// let _: &RandomState = map.hasher();
    /// ```
    pub const fn hasher(&self) -> &S {
        &self.table.hasher
    }

    /// Returns the number of entries. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// let mut map = TransientMap::new();
    /// map.insert("a", 1);
    /// assert_eq!(map.len(), 1);
    /// ```
    pub const fn len(&self) -> usize {
        self.table.trie.len()
    }

    /// Returns `true` if the transient has no entries. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// assert!(TransientMap::<&str, u32>::new().is_empty());
    /// ```
    pub const fn is_empty(&self) -> bool {
        self.table.trie.is_empty()
    }

    /// Returns an iterator over the entries, in unspecified order. O(n) to exhaust, no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// let mut map = TransientMap::new();
    /// map.insert("a", 1);
    /// assert!(map.iter().eq([(&"a", &1)]));
    /// ```
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { inner: self.table.trie.iter() }
    }

    /// Removes all entries. O(1) if another version shares them, otherwise O(n) to drop them.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// let mut map = TransientMap::new();
    /// map.insert("a", 1);
    /// map.clear();
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&mut self) {
        self.table.trie.clear();
    }

    /// Removes all entries and returns an iterator over them. O(1), and O(n) to exhaust.
    ///
    /// Entries in nodes that are shared with another version are cloned, all others moved.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// let mut map = TransientMap::new();
    /// map.insert("a", 1);
    /// assert!(map.drain().eq([("a", 1)]));
    /// assert!(map.is_empty());
    /// ```
    pub fn drain(&mut self) -> IntoIter<(K, V)> {
        IntoIter::new(mem::take(&mut self.table.trie), self.clone)
    }

    /// Keeps only the entries for which `f` returns `true`; see [`PersistentMap::retain`]. O(n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// let mut map = TransientMap::new();
    /// map.extend([("a", 1), ("b", 2)]);
    /// map.retain(|_, &n| n > 1);
    /// assert_eq!(map.len(), 1);
    /// ```
    pub fn retain(&mut self, mut f: impl FnMut(&K, &V) -> bool) {
        self.edit().trie.retain(|(key, value)| f(key, value));
    }

    /// Returns an iterator that removes and yields the entries for which `pred` returns `true`. O(n) to exhaust.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// let mut map = TransientMap::new();
    /// map.extend([("a", 1), ("b", 2)]);
    /// assert!(map.extract_if(|_, &n| n > 1).eq([("b", 2)]));
    /// assert_eq!(map.len(), 1);
    /// ```
    pub fn extract_if<F>(&mut self, pred: F) -> ExtractIf<'_, K, V, F>
    where
        F: FnMut(&K, &V) -> bool,
    {
        ExtractIf::new(self.edit().trie, pred)
    }

    /// Removes and returns an arbitrary entry; `None` if there is none. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// let mut map = TransientMap::new();
    /// map.insert("a", 1);
    /// assert_eq!(map.pop(), Some(("a", 1)));
    /// assert_eq!(map.pop(), None);
    /// ```
    pub fn pop(&mut self) -> Option<(K, V)> {
        Extraction::new(self.edit().trie).next(&mut |_| true)
    }

    /// Returns an iterator over the entries with mutable references to the values, in unspecified order. O(n) to
    /// exhaust.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// let mut map = TransientMap::new();
    /// map.extend([("a", 1), ("b", 2)]);
    /// map.iter_mut().for_each(|(_, n)| *n *= 10);
    /// assert_eq!(map.get("b"), Some(&20));
    /// ```
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        IterMut::new(self.edit().trie)
    }

    /// Returns an iterator over mutable references to the values, in unspecified order. O(n) to exhaust.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// let mut map = TransientMap::new();
    /// map.extend([("a", 1), ("b", 2)]);
    /// map.values_mut().for_each(|n| *n *= 10);
    /// assert_eq!(map.get("a"), Some(&10));
    /// ```
    pub fn values_mut(&mut self) -> ValuesMut<'_, K, V> {
        ValuesMut { inner: self.iter_mut() }
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> TransientMap<K, V, S> {
    /// Returns a reference to the value of `key`. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// let mut map = TransientMap::new();
    /// map.insert("a", 1);
    /// assert_eq!(map.get("a"), Some(&1));
    /// ```
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        Q: ?Sized + Hash + Equivalent<K>, // not `&&K`, `&Box<K>`, `&Lazy<K>`: pass `&**key`
    {
        self.table.get(key).map(|(_, value)| value)
    }

    /// Returns `true` if the transient contains `key`. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// let mut map = TransientMap::new();
    /// map.insert("a", 1);
    /// assert!(map.contains_key("a"));
    /// ```
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: ?Sized + Hash + Equivalent<K>, // not `&&K`, `&Box<K>`, `&Lazy<K>`: pass `&**key`
    {
        self.table.get(key).is_some()
    }

    /// Returns a mutable reference to the value of `key`. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// let mut map = TransientMap::new();
    /// map.insert("a", 1);
    /// *map.get_mut("a").unwrap() += 1;
    /// assert_eq!(map.get("a"), Some(&2));
    /// ```
    #[inline]
    pub fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        Q: ?Sized + Hash + Equivalent<K>, // not `&&K`, `&Box<K>`, `&Lazy<K>`: pass `&**key`
    {
        self.edit().get_mut(key).map(|(_, value)| value)
    }

    /// Inserts a key-value pair and returns the previous value of the key, if any. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// let mut map = TransientMap::new();
    /// assert_eq!(map.insert("a", 1), None);
    /// assert_eq!(map.insert("a", 2), Some(1));
    /// ```
    #[inline]
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.edit().insert((key, value), replace_value)
    }

    /// Removes `key` and returns its value, if it was present. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// let mut map = TransientMap::new();
    /// map.insert("a", 1);
    /// assert_eq!(map.remove("a"), Some(1));
    /// assert_eq!(map.remove("a"), None);
    /// ```
    #[inline]
    pub fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        Q: ?Sized + Hash + Equivalent<K>, // not `&&K`, `&Box<K>`, `&Lazy<K>`: pass `&**key`
    {
        self.remove_entry(key).map(into_value)
    }

    /// Removes `key` and returns the stored key and value, if it was present. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// let mut map = TransientMap::new();
    /// map.insert("a", 1);
    /// assert_eq!(map.remove_entry("a"), Some(("a", 1)));
    /// ```
    #[inline]
    pub fn remove_entry<Q>(&mut self, key: &Q) -> Option<(K, V)>
    where
        Q: ?Sized + Hash + Equivalent<K>, // not `&&K`, `&Box<K>`, `&Lazy<K>`: pass `&**key`
    {
        self.edit().remove(key)
    }

    /// Gets the entry of `key` for in-place manipulation without a second lookup. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::TransientMap;
    ///
    /// let mut map = TransientMap::new();
    /// for word in ["to", "be", "or", "not", "to", "be"] {
    ///     *map.entry(word).or_insert(0) += 1;
    /// }
    /// assert_eq!(map.get("be"), Some(&2));
    /// ```
    #[inline]
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        Entry::find(self.edit(), key)
    }
}

/// # Editing as a transient
impl<K: Clone, V: Clone, S> PersistentMap<K, V, S> {
    /// Converts this version into a transient. O(1).
    ///
    /// To keep this version, use `map.clone().into_transient()`: edits of the transient do not change it.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let old = persistent_map! { 0 => "zero" };
    /// let mut edit = old.clone().into_transient();
    /// edit.insert(1, "one");
    /// edit.remove(&0);
    ///
    /// assert_eq!(edit.into_persistent(), persistent_map! { 1 => "one" });
    /// assert_eq!(old, persistent_map! { 0 => "zero" });
    /// ```
    #[doc(alias("builder", "thaw"))]
    #[must_use]
    pub fn into_transient(self) -> TransientMap<K, V, S> {
        TransientMap { table: self.table, clone: <(K, V)>::clone }
    }
}

/// # Editing as a transient, without `Clone`
impl<K, V, S> PersistentMap<K, V, S> {
    /// Converts this version into a transient if it shares no nodes with others; `Clone` is not required then. O(n),
    /// without visiting the entries.
    ///
    /// # Errors
    ///
    /// If a node is shared with another version, returns this version unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// struct NotClone;
    ///
    /// let map = persistent_map! { "a" => NotClone };
    /// let other = map.clone();
    /// let map = map.try_into_transient().err().expect("it shares nodes");
    /// drop(other);
    /// let mut edit = map.try_into_transient().ok().expect("it shares nothing");
    /// assert!(edit.remove("a").is_some());
    /// ```
    pub fn try_into_transient(self) -> Result<TransientMap<K, V, S>, Self> {
        if self.table.trie.is_unshared() {
            Ok(TransientMap { table: self.table, clone: never_clone })
        } else {
            Err(self)
        }
    }
}

impl<K, V, S: Default> Default for TransientMap<K, V, S> {
    /// Returns an empty transient. No allocation.
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for TransientMap<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.table.trie.in_stored_order().map(|(key, value)| (key, value))).finish()
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Default> FromIterator<(K, V)> for TransientMap<K, V, S> {
    /// Collects the entries into a transient. If a key occurs more than once, the last value is used. O(n).
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut transient = Self::with_hasher(S::default());
        transient.extend(entries);
        transient
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> Extend<(K, V)> for TransientMap<K, V, S> {
    /// Inserts all entries. If a key occurs more than once, the last value is used.
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        self.edit().extend(entries, replace_value);
    }
}

impl<'a, K: Eq + Hash + Copy, V: Copy, S: BuildHasher> Extend<(&'a K, &'a V)> for TransientMap<K, V, S> {
    /// Inserts copies of all entries. If a key occurs more than once, the last value is used.
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.extend(entries.into_iter().map(|(&key, &value)| (key, value)));
    }
}

impl<'a, K, V, S> IntoIterator for &'a mut TransientMap<K, V, S> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V>;

    fn into_iter(self) -> IterMut<'a, K, V> {
        self.iter_mut()
    }
}

impl<'a, K, V, S> IntoIterator for &'a TransientMap<K, V, S> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<K, V, S> IntoIterator for TransientMap<K, V, S> {
    type Item = (K, V);
    type IntoIter = IntoIter<(K, V)>;

    fn into_iter(self) -> IntoIter<(K, V)> {
        IntoIter::new(self.table.into_trie(), self.clone)
    }
}
