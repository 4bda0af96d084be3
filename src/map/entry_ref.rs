//! Entries by a borrowed key, which is converted to an owned one only if it is inserted.

use core::fmt;
use core::hash::{BuildHasher, Hash};

use equivalent::Equivalent;

use super::entry::OccupiedEntry;
use crate::table::MapEdit;
use crate::trie::{self, into_ok, mix, wrap_ok};

/// A view into an entry of a map, like [`Entry`](super::Entry) but with a borrowed key.
///
/// Returned by [`PersistentMap::entry_ref`](super::PersistentMap::entry_ref). Inserting converts the key with `Into`,
/// for example a `&str` to a `String`.
///
/// # Examples
///
/// ```
/// use perennial::PersistentMap;
/// use perennial::map::EntryRef;
///
/// let mut map: PersistentMap<String, u32> = PersistentMap::new();
/// map.insert(String::from("a"), 1);
/// assert!(matches!(map.entry_ref("a"), EntryRef::Occupied(_)));
/// assert!(matches!(map.entry_ref("b"), EntryRef::Vacant(_)));
/// ```
pub enum EntryRef<'a, 'q, K, V, Q: ?Sized> {
    /// The map contains the key.
    Occupied(OccupiedEntry<'a, K, V>),
    /// The map does not contain the key.
    Vacant(VacantEntryRef<'a, 'q, K, V, Q>),
}

/// A view into a vacant entry of a map, with the borrowed key to insert; the vacant form of [`EntryRef`].
///
/// # Examples
///
/// ```
/// use perennial::PersistentMap;
/// use perennial::map::EntryRef;
///
/// let mut map: PersistentMap<String, u32> = PersistentMap::new();
/// if let EntryRef::Vacant(entry) = map.entry_ref("a") {
///     entry.insert(1);
/// }
/// assert_eq!(map["a"], 1);
/// ```
pub struct VacantEntryRef<'a, 'q, K, V, Q: ?Sized> {
    key: &'q Q,
    inner: trie::VacantEntry<'a, (K, V)>,
}

impl<'a, 'q, K, V, Q: ?Sized + Hash + Equivalent<K>> EntryRef<'a, 'q, K, V, Q> {
    /// Returns the entry of `key`.
    pub(crate) fn find<S: BuildHasher>(edit: MapEdit<'a, K, V, S>, key: &'q Q) -> Self {
        let same = wrap_ok(|(present, _): &(K, V)| key.equivalent(present));
        match into_ok(edit.trie.try_entry(mix(edit.hasher.hash_one(key)), same)) {
            trie::Entry::Occupied(inner) => Self::Occupied(OccupiedEntry { inner }),
            trie::Entry::Vacant(inner) => Self::Vacant(VacantEntryRef { key, inner }),
        }
    }
}

impl<'a, 'q, K, V, Q: ?Sized> EntryRef<'a, 'q, K, V, Q>
where
    &'q Q: Into<K>,
{
    /// Inserts `default` if the entry is vacant, and returns a mutable reference to the value. O(log n).
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
    /// assert_eq!(counts["be"], 2);
    /// ```
    pub fn or_insert(self, default: V) -> &'a mut V {
        match self {
            Self::Occupied(entry) => entry.into_mut(),
            Self::Vacant(entry) => entry.insert(default),
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
    /// let mut map: PersistentMap<String, Vec<u32>> = PersistentMap::new();
    /// map.entry_ref("a").or_insert_with(|| Vec::with_capacity(4)).push(1);
    /// assert_eq!(map["a"], [1]);
    /// ```
    pub fn or_insert_with<F: FnOnce() -> V>(self, default: F) -> &'a mut V {
        self.or_insert_with_key(|_| default())
    }

    /// Inserts `default(key)` if the entry is vacant, and returns a mutable reference to the value. O(log n), no
    /// lookup.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map: PersistentMap<String, usize> = PersistentMap::new();
    /// map.entry_ref("four").or_insert_with_key(|key| key.len());
    /// assert_eq!(map["four"], 4);
    /// ```
    pub fn or_insert_with_key<F: FnOnce(&Q) -> V>(self, default: F) -> &'a mut V {
        match self {
            Self::Occupied(entry) => entry.into_mut(),
            Self::Vacant(entry) => {
                let value = default(entry.key);
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
    /// let mut map: PersistentMap<String, Option<u32>> = PersistentMap::new();
    /// map.entry_ref("a").or_default();
    /// assert_eq!(map["a"], None);
    /// ```
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// Sets the value, inserting the key if the entry is vacant, and returns the occupied entry. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map: PersistentMap<String, u32> = PersistentMap::new();
    /// assert_eq!(map.entry_ref("a").insert_entry(1).get(), &1);
    /// ```
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V> {
        match self {
            Self::Occupied(mut entry) => {
                entry.insert(value);
                entry
            }
            Self::Vacant(entry) => entry.insert_entry(value),
        }
    }
}

impl<K, V, Q: ?Sized> EntryRef<'_, '_, K, V, Q> {
    /// Edits the value with `f` if the entry is occupied, and returns the entry. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let mut map: PersistentMap<String, u32> = PersistentMap::new();
    /// for _ in 0..2 {
    ///     map.entry_ref("a").and_modify(|n| *n += 1).or_insert(40);
    /// }
    /// assert_eq!(map["a"], 41);
    /// ```
    #[must_use = "the entry may still be vacant; to edit only a value that is present, use `get_mut`"]
    pub fn and_modify<F: FnOnce(&mut V)>(mut self, f: F) -> Self {
        if let Self::Occupied(entry) = &mut self {
            f(entry.get_mut());
        }
        self
    }
}

impl<'a, 'q, K, V, Q: ?Sized> VacantEntryRef<'a, 'q, K, V, Q> {
    /// Returns the borrowed key. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    /// use perennial::map::EntryRef;
    ///
    /// let mut map: PersistentMap<String, u32> = PersistentMap::new();
    /// let EntryRef::Vacant(entry) = map.entry_ref("a") else { panic!("it is empty") };
    /// assert_eq!(entry.key(), "a");
    /// ```
    pub const fn key(&self) -> &'q Q {
        self.key
    }

    /// Inserts the converted key with `value`, and returns a mutable reference to the value. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    /// use perennial::map::EntryRef;
    ///
    /// let mut map: PersistentMap<String, u32> = PersistentMap::new();
    /// if let EntryRef::Vacant(entry) = map.entry_ref("a") {
    ///     *entry.insert(1) += 1;
    /// }
    /// assert_eq!(map["a"], 2);
    /// ```
    pub fn insert(self, value: V) -> &'a mut V
    where
        &'q Q: Into<K>,
    {
        &mut self.inner.insert((self.key.into(), value)).1
    }

    /// Inserts the converted key with `value`, and returns the occupied entry. O(log n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    /// use perennial::map::EntryRef;
    ///
    /// let mut map: PersistentMap<String, u32> = PersistentMap::new();
    /// if let EntryRef::Vacant(entry) = map.entry_ref("a") {
    ///     assert_eq!(entry.insert_entry(1).key(), "a");
    /// }
    /// assert_eq!(map["a"], 1);
    /// ```
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V>
    where
        &'q Q: Into<K>,
    {
        OccupiedEntry { inner: self.inner.insert_entry((self.key.into(), value)) }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, Q: ?Sized + fmt::Debug> fmt::Debug for EntryRef<'_, '_, K, V, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Occupied(entry) => f.debug_tuple("EntryRef").field(entry).finish(),
            Self::Vacant(entry) => f.debug_tuple("EntryRef").field(entry).finish(),
        }
    }
}

impl<K, V, Q: ?Sized + fmt::Debug> fmt::Debug for VacantEntryRef<'_, '_, K, V, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntryRef").field(&self.key).finish()
    }
}
