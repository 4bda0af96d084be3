//! `std`'s entry interface.

use core::error::Error;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::mem;

use super::into_value;
use crate::table::MapEdit;
use crate::trie::{self, into_ok, mix, wrap_ok};

/// A view into an entry of a map, which is either occupied or vacant.
///
/// Returned by [`PersistentMap::entry`](super::PersistentMap::entry). The key has already been looked up and is not
/// looked up again.
///
/// # Examples
///
/// ```
/// use perennial::map::Entry;
/// use perennial::persistent_map;
///
/// let mut map = persistent_map! { "a" => 1 };
/// assert!(matches!(map.entry("a"), Entry::Occupied(_)));
/// assert!(matches!(map.entry("b"), Entry::Vacant(_)));
/// ```
pub enum Entry<'a, K, V> {
    /// The map contains the key.
    Occupied(OccupiedEntry<'a, K, V>),
    /// The map does not contain the key.
    Vacant(VacantEntry<'a, K, V>),
}

/// A view into an occupied entry of a map; the occupied form of [`Entry`].
///
/// # Examples
///
/// ```
/// use perennial::map::Entry;
/// use perennial::persistent_map;
///
/// let mut map = persistent_map! { "a" => 1 };
/// if let Entry::Occupied(entry) = map.entry("a") {
///     entry.remove();
/// }
/// assert!(map.is_empty());
/// ```
pub struct OccupiedEntry<'a, K, V> {
    pub(super) inner: trie::OccupiedEntry<'a, (K, V)>,
}

/// A view into a vacant entry of a map, with the key to insert; the vacant form of [`Entry`].
///
/// # Examples
///
/// ```
/// use perennial::map::Entry;
/// use perennial::PersistentMap;
///
/// let mut map = PersistentMap::new();
/// if let Entry::Vacant(entry) = map.entry("a") {
///     entry.insert(1);
/// }
/// assert_eq!(map["a"], 1);
/// ```
pub struct VacantEntry<'a, K, V> {
    pub(super) key: K,
    pub(super) inner: trie::VacantEntry<'a, (K, V)>,
}

/// The error of [`PersistentMap::try_insert`](super::PersistentMap::try_insert): the key is already present.
///
/// # Examples
///
/// ```
/// use perennial::persistent_map;
///
/// let mut map = persistent_map! { "a" => 1 };
/// let error = map.try_insert("a", 2).unwrap_err();
/// assert_eq!(error.to_string(), r#"cannot insert 2: the key "a" has the value 1"#);
/// ```
pub struct OccupiedError<'a, K, V> {
    /// The existing entry.
    pub entry: OccupiedEntry<'a, K, V>,
    /// The value that was not inserted.
    pub value: V,
}

impl<'a, K: Eq + Hash, V> Entry<'a, K, V> {
    /// Returns the entry of `key`.
    #[inline]
    pub(crate) fn find<S: BuildHasher>(edit: MapEdit<'a, K, V, S>, key: K) -> Self {
        let hash = mix(edit.hasher.hash_one(&key));
        match into_ok(edit.trie.try_entry(hash, wrap_ok(|(k, _): &(K, V)| key == *k))) {
            trie::Entry::Occupied(inner) => Self::Occupied(OccupiedEntry { inner }),
            trie::Entry::Vacant(inner) => Self::Vacant(VacantEntry { key, inner }),
        }
    }
}

impl<'a, K, V> Entry<'a, K, V> {
    /// Inserts `default` if the entry is vacant, and returns a mutable reference to the value. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map = PersistentMap::new();
    /// *map.entry("a").or_insert(3) += 1;
    /// *map.entry("a").or_insert(3) += 1;
    /// assert_eq!(map["a"], 5);
    /// ```
    pub fn or_insert(self, default: V) -> &'a mut V {
        // Not by a closure, which would move a large value through two more calls.
        match self {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(default),
        }
    }

    /// Inserts the result of `default` if the entry is vacant, and returns a mutable reference to the value.
    /// O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map: PersistentMap<u32, Vec<&str>> = PersistentMap::new();
    /// map.entry(1).or_insert_with(|| Vec::with_capacity(4)).push("a");
    /// assert_eq!(map[&1], ["a"]);
    /// ```
    pub fn or_insert_with<F: FnOnce() -> V>(self, default: F) -> &'a mut V {
        self.or_insert_with_key(|_| default())
    }

    /// Inserts `default(&key)` if the entry is vacant, and returns a mutable reference to the value. O(log n), no
    /// lookup.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map = PersistentMap::new();
    /// map.entry("four").or_insert_with_key(|key| key.len());
    /// assert_eq!(map["four"], 4);
    /// ```
    pub fn or_insert_with_key<F: FnOnce(&K) -> V>(self, default: F) -> &'a mut V {
        match self {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let value = default(entry.key());
                entry.insert(value)
            }
        }
    }

    /// Inserts the default value of `V` if the entry is vacant, and returns a mutable reference to the value.
    /// O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map: PersistentMap<&str, Option<u32>> = PersistentMap::new();
    /// map.entry("a").or_default();
    /// assert_eq!(map["a"], None);
    /// ```
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// Returns the key: the stored one if the entry is occupied, otherwise the one passed to `entry`. O(log n), no
    /// lookup.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map: PersistentMap<&str, u32> = PersistentMap::new();
    /// assert_eq!(map.entry("a").key(), &"a");
    /// ```
    pub fn key(&self) -> &K {
        match self {
            Entry::Occupied(entry) => entry.key(),
            Entry::Vacant(entry) => entry.key(),
        }
    }

    /// Edits the value with `f` if the entry is occupied, and returns the entry. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map = PersistentMap::new();
    /// for _ in 0..2 {
    ///     map.entry("a").and_modify(|n| *n += 1).or_insert(40);
    /// }
    /// assert_eq!(map["a"], 41);
    /// ```
    #[must_use = "the entry may still be vacant; to edit only a value that is present, use `get_mut`"]
    pub fn and_modify<F: FnOnce(&mut V)>(mut self, f: F) -> Self {
        match &mut self {
            Entry::Occupied(entry) => f(entry.get_mut()),
            // Dropped explicitly: if the destructor panicked while the entry is returned, its key would leak.
            Entry::Vacant(_) => drop(f),
        }
        self
    }

    /// Sets the value, inserting the key if the entry is vacant, and returns the occupied entry. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map = PersistentMap::new();
    /// let entry = map.entry("a").insert_entry(1);
    /// assert_eq!((entry.key(), entry.get()), (&"a", &1));
    /// ```
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V> {
        match self {
            Entry::Occupied(mut entry) => {
                entry.insert(value);
                entry
            }
            Entry::Vacant(entry) => entry.insert_entry(value),
        }
    }
}

impl<'a, K, V> OccupiedEntry<'a, K, V> {
    /// Returns the stored key. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map = PersistentMap::new();
    /// assert_eq!(map.entry("a").insert_entry(1).key(), &"a");
    /// ```
    pub fn key(&self) -> &K {
        &self.inner.get().0
    }

    /// Returns a reference to the value. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map = PersistentMap::new();
    /// assert_eq!(map.entry("a").insert_entry(1).get(), &1);
    /// ```
    pub fn get(&self) -> &V {
        &self.inner.get().1
    }

    /// Returns a mutable reference to the value, which borrows the entry; see also [`into_mut`](Self::into_mut).
    /// O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map = PersistentMap::new();
    /// let mut entry = map.entry("a").insert_entry(1);
    /// *entry.get_mut() += 1;
    /// *entry.get_mut() += 1;
    /// assert_eq!(map["a"], 3);
    /// ```
    pub fn get_mut(&mut self) -> &mut V {
        &mut self.inner.get_mut().1
    }

    /// Converts the entry into a mutable reference to the value that lives as long as the borrow of the map.
    /// O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map = PersistentMap::new();
    /// let value: &mut u32 = map.entry("a").insert_entry(1).into_mut();
    /// *value += 1;
    /// assert_eq!(map["a"], 2);
    /// ```
    pub fn into_mut(self) -> &'a mut V {
        &mut self.inner.into_mut().1
    }

    /// Sets the value and returns the old one. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map = PersistentMap::new();
    /// assert_eq!(map.entry("a").insert_entry(1).insert(2), 1);
    /// assert_eq!(map["a"], 2);
    /// ```
    pub fn insert(&mut self, value: V) -> V {
        mem::replace(self.get_mut(), value)
    }

    /// Removes the entry from the map and returns its value. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map = PersistentMap::new();
    /// assert_eq!(map.entry("a").insert_entry(1).remove(), 1);
    /// assert!(map.is_empty());
    /// ```
    pub fn remove(self) -> V {
        into_value(self.remove_entry())
    }

    /// Removes the entry from the map and returns its key and value. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map = PersistentMap::new();
    /// assert_eq!(map.entry("a").insert_entry(1).remove_entry(), ("a", 1));
    /// assert!(map.is_empty());
    /// ```
    pub fn remove_entry(self) -> (K, V) {
        self.inner.remove()
    }
}

impl<'a, K, V> VacantEntry<'a, K, V> {
    /// Returns the key that would be inserted. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    /// use perennial::map::Entry;
    ///
    /// let mut map: PersistentMap<&str, u32> = PersistentMap::new();
    /// let Entry::Vacant(entry) = map.entry("a") else { panic!("it is empty") };
    /// assert_eq!(entry.key(), &"a");
    /// ```
    pub fn key(&self) -> &K {
        &self.key
    }

    /// Returns the key and leaves the map unchanged. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    /// use perennial::map::Entry;
    ///
    /// let mut map: PersistentMap<String, u32> = PersistentMap::new();
    /// let key = String::from("a");
    /// let Entry::Vacant(entry) = map.entry(key) else { panic!("it is empty") };
    /// assert_eq!(entry.into_key(), "a");
    /// ```
    pub fn into_key(self) -> K {
        self.key
    }

    /// Inserts the key with `value`, and returns a mutable reference to the value. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    /// use perennial::map::Entry;
    ///
    /// let mut map = PersistentMap::new();
    /// if let Entry::Vacant(entry) = map.entry("a") {
    ///     *entry.insert(1) += 1;
    /// }
    /// assert_eq!(map["a"], 2);
    /// ```
    pub fn insert(self, value: V) -> &'a mut V {
        &mut self.inner.insert((self.key, value)).1
    }

    /// Inserts the key with `value`, and returns the occupied entry. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    /// use perennial::map::Entry;
    ///
    /// let mut map = PersistentMap::new();
    /// if let Entry::Vacant(entry) = map.entry("a") {
    ///     assert_eq!(entry.insert_entry(1).get(), &1);
    /// }
    /// assert_eq!(map["a"], 1);
    /// ```
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V> {
        OccupiedEntry { inner: self.inner.insert_entry((self.key, value)) }
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Entry<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Occupied(entry) => f.debug_tuple("Entry").field(entry).finish(),
            Entry::Vacant(entry) => f.debug_tuple("Entry").field(entry).finish(),
        }
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for OccupiedEntry<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OccupiedEntry").field("key", self.key()).field("value", self.get()).finish_non_exhaustive()
    }
}

impl<K: fmt::Debug, V> fmt::Debug for VacantEntry<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntry").field(self.key()).finish()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for OccupiedError<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OccupiedError")
            .field("key", self.entry.key())
            .field("old_value", self.entry.get())
            .field("new_value", &self.value)
            .finish_non_exhaustive()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Display for OccupiedError<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot insert {:?}: the key {:?} has the value {:?}", self.value, self.entry.key(), self.entry.get())
    }
}

impl<K: fmt::Debug, V: fmt::Debug> Error for OccupiedError<'_, K, V> {}
