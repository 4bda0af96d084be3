//! [`Table`], a trie with the hasher of its keys, of which maps, sets and their transients are wrappers.
//!
//! The wrappers differ in which part of an entry is its key, which is a type parameter, and in the function that copies
//! the entries of shared nodes, with which each [edits](Table::edit) its table: maps and sets pass that of `Clone`, a
//! transient the one that it was created with.

use core::convert::Infallible;
use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;

use equivalent::Equivalent;

use crate::trie::{CloneFn, ClonePtr, Edit, HashTrie, Inserted, into_ok, mix, wrap_ok};

mod in_hash_order;
mod pairwise;

pub(crate) use in_hash_order::InHashOrder;
pub(crate) use pairwise::KeyedPairWalk;

/// Defines which part of an entry is its key.
pub(crate) trait KeyOf<T> {
    type Key;

    fn key(entry: &T) -> &Self::Key;

    /// Returns `true` if two entries have equal keys.
    #[inline]
    fn same_key(a: &T, b: &T) -> bool
    where
        Self::Key: Eq,
    {
        Self::key(a) == Self::key(b)
    }
}

/// The entries of maps: the key is the first field.
pub(crate) struct MapKey;

impl<K, V> KeyOf<(K, V)> for MapKey {
    type Key = K;

    #[inline]
    fn key(entry: &(K, V)) -> &K {
        &entry.0
    }
}

/// The elements of sets: the whole element is the key.
pub(crate) struct SetKey;

impl<T> KeyOf<T> for SetKey {
    type Key = T;

    #[inline]
    fn key(element: &T) -> &T {
        element
    }
}

/// A trie with the hasher of its keys.
pub(crate) struct Table<T, S, M> {
    pub(crate) trie: HashTrie<T>,
    pub(crate) hasher: S,
    key_of: PhantomData<M>,
}

impl<T, S: Clone, M> Clone for Table<T, S, M> {
    fn clone(&self) -> Self {
        Self::new(self.trie.clone(), self.hasher.clone())
    }
}

impl<T, S, M> Table<T, S, M> {
    #[inline]
    pub(crate) const fn new(trie: HashTrie<T>, hasher: S) -> Self {
        Self { trie, hasher, key_of: PhantomData }
    }

    /// Begins an edit in which `clone` copies the entries of shared leaves.
    #[inline]
    pub(crate) const fn edit<C: CloneFn<T>>(&mut self, clone: C) -> TableEdit<'_, T, S, M, C> {
        TableEdit { trie: self.trie.edit(clone), hasher: &self.hasher, key_of: PhantomData }
    }

    /// Returns the trie. The hasher is dropped first, since the trie would leak if its destructor panicked later.
    #[inline]
    pub(crate) fn into_trie(self) -> HashTrie<T> {
        let Self { trie, hasher, .. } = self;
        drop(hasher);
        trie
    }
}

impl<T, S: BuildHasher, M: KeyOf<T, Key: Eq + Hash>> Table<T, S, M> {
    /// Returns the hash of the key of `entry`.
    #[inline]
    pub(crate) fn hash(&self, entry: &T) -> u64 {
        self.hasher.hash_one(M::key(entry))
    }

    /// Returns `true` if both entries have the same key, in the form that operations of the trie take.
    #[inline]
    fn same(a: &T, b: &T) -> Result<bool, Infallible> {
        Ok(M::same_key(a, b))
    }

    /// Returns a reference to the entry of `key`.
    #[inline]
    pub(crate) fn get<Q: ?Sized + Hash + Equivalent<M::Key>>(&self, key: &Q) -> Option<&T> {
        // Does not hash for an empty trie.
        if self.trie.is_empty() {
            return None;
        }
        self.trie.find(self.hasher.hash_one(key), |entry| key.equivalent(M::key(entry)))
    }
}

/// A table that is edited; see [`Edit`].
pub(crate) struct TableEdit<'a, T, S, M, C> {
    pub(crate) trie: Edit<'a, T, C>,
    pub(crate) hasher: &'a S,
    key_of: PhantomData<M>,
}

/// An edit of the table of a map.
pub(crate) type MapEdit<'a, K, V, S> = TableEdit<'a, (K, V), S, MapKey, ClonePtr<(K, V)>>;

impl<'a, T, S: BuildHasher, M: KeyOf<T, Key: Eq + Hash>, C: CloneFn<T>> TableEdit<'a, T, S, M, C> {
    /// Returns the hash of the key of `entry`, as the trie uses it.
    #[inline]
    fn hash(&self, entry: &T) -> u32 {
        mix(self.hasher.hash_one(M::key(entry)))
    }

    /// Returns a mutable reference to the entry of `key`.
    #[inline]
    pub(crate) fn get_mut<Q: ?Sized + Hash + Equivalent<M::Key>>(self, key: &Q) -> Option<&'a mut T> {
        let same = wrap_ok(|entry| key.equivalent(M::key(entry)));
        into_ok(self.trie.try_find_mut(mix(self.hasher.hash_one(key)), same))
    }

    /// Inserts `entry` unless there is an entry with an equal key. Otherwise calls `found` with a mutable reference
    /// to the existing entry and with `entry`, and returns its result.
    #[inline]
    pub(crate) fn insert<R>(self, entry: T, found: impl FnOnce(&mut T, T) -> R) -> Option<R> {
        let hash = self.hash(&entry);
        match into_ok(self.trie.try_insert(hash, entry, Table::<T, S, M>::same)) {
            Inserted::New => None,
            Inserted::Found(present, entry) => Some(found(present, entry)),
        }
    }

    /// Inserts `entry` unless there is an entry with an equal key, and returns whether it was inserted. Nothing is
    /// copied or changed if it was not.
    #[inline]
    pub(crate) fn insert_if_absent(&mut self, entry: T) -> bool {
        let hash = self.hash(&entry);
        let present = into_ok(self.trie.trie.try_position(hash, |present| Table::<T, S, M>::same(present, &entry)));
        if present.is_none() {
            self.trie.reborrow().insert_unique(hash, entry);
        }
        present.is_none()
    }

    /// Removes the entry of `key` and returns it.
    #[inline]
    pub(crate) fn remove<Q: ?Sized + Hash + Equivalent<M::Key>>(self, key: &Q) -> Option<T> {
        let same = wrap_ok(|entry| key.equivalent(M::key(entry)));
        into_ok(self.trie.try_remove(mix(self.hasher.hash_one(key)), same))
    }

    /// Calls [`insert`](Self::insert) for each of `entries`, or builds the whole trie at once if it is empty.
    pub(crate) fn extend<R>(self, entries: impl IntoIterator<Item = T>, mut found: impl FnMut(&mut T, T) -> R) {
        let Self { trie, hasher, .. } = self;
        let hashed = entries.into_iter().map(|entry| (hasher.hash_one(M::key(&entry)), entry));
        into_ok(trie.try_extend(hashed, Table::<T, S, M>::same, |present, new| drop(found(present, new))));
    }

    /// Calls [`insert_if_absent`](Self::insert_if_absent) for each of `entries`, or builds the whole trie at once if
    /// it is empty.
    pub(crate) fn extend_if_absent(mut self, entries: impl IntoIterator<Item = T>) {
        if self.trie.trie.is_empty() {
            // An empty trie has no nodes that could be copied needlessly.
            return self.extend(entries, |_, _| ());
        }
        for entry in entries {
            self.insert_if_absent(entry);
        }
    }
}
