//! What one does by key to a `HashTrie<(K, V)>`: the algorithms that `PersistentMap` and `TransientMap` are faces of.
//!
//! They differ in `clone`, the copier of entries in shared nodes: a map has that of `Clone`, a transient the one it was
//! started with.

use core::hash::{BuildHasher, Hash};
use core::mem;

use equivalent::Equivalent;

use super::entry::{Entry, OccupiedEntry, VacantEntry};
use crate::trie::{self, Clones, Extraction, HashTrie, Inserted, always, infallible};

/// The copier of entries where its type must have a name.
pub(crate) type Cloner<K, V> = fn(&(K, V)) -> (K, V);

/// The entry of `key`.
#[inline]
pub(crate) fn get<'a, K, V, Q, S>(trie: &'a HashTrie<(K, V)>, hasher: &S, key: &Q) -> Option<&'a (K, V)>
where
    Q: ?Sized + Hash + Equivalent<K>,
    S: BuildHasher,
{
    // Spares an empty map the hashing.
    if trie.is_empty() {
        return None;
    }
    trie.find(hasher.hash_one(key), |(k, _)| key.equivalent(k))
}

/// The value of `key`, for editing.
#[inline]
pub(crate) fn get_mut<'a, K, V, Q, S>(
    trie: &'a mut HashTrie<(K, V)>,
    hasher: &S,
    key: &Q,
    clone: impl Clones<(K, V)>,
) -> Option<&'a mut V>
where
    Q: ?Sized + Hash + Equivalent<K>,
    S: BuildHasher,
{
    let hash = hasher.hash_one(key);
    let found = always(trie.try_find_mut_with(hash, infallible(|(k, _): &(K, V)| key.equivalent(k)), clone));
    found.map(|(_, value)| value)
}

/// The place of `key`.
#[inline]
pub(crate) fn entry<'a, K, V, S>(
    trie: &'a mut HashTrie<(K, V)>,
    hasher: &S,
    key: K,
    clone: Cloner<K, V>,
) -> Entry<'a, K, V>
where
    K: Eq + Hash,
    S: BuildHasher,
{
    let hash = hasher.hash_one(&key);
    match always(trie.try_entry_with(hash, infallible(|(k, _): &(K, V)| key == *k), clone)) {
        trie::Entry::Occupied(inner) => Entry::Occupied(OccupiedEntry { inner }),
        trie::Entry::Vacant(inner) => Entry::Vacant(VacantEntry { key, inner }),
    }
}

/// Puts `value` under `key` and answers the value it replaces. The key that is there stays.
#[inline]
pub(crate) fn insert<K, V, S>(
    trie: &mut HashTrie<(K, V)>,
    hasher: &S,
    key: K,
    value: V,
    clone: impl Clones<(K, V)>,
) -> Option<V>
where
    K: Eq + Hash,
    S: BuildHasher,
{
    let hash = hasher.hash_one(&key);
    let same = |there: &(K, V), new: &(K, V)| Ok(there.0 == new.0);
    match always(trie.try_insert_with(hash, (key, value), same, clone)) {
        Inserted::New => None,
        Inserted::Found(there, (key, value)) => {
            // First, as it may panic: then nothing has changed, and no value is on its way out that would be leaked.
            drop(key);
            Some(mem::replace(&mut there.1, value))
        }
    }
}

/// Takes the entry of `key` out.
#[inline]
pub(crate) fn remove_entry<K, V, Q, S>(
    trie: &mut HashTrie<(K, V)>,
    hasher: &S,
    key: &Q,
    clone: impl Clones<(K, V)>,
) -> Option<(K, V)>
where
    Q: ?Sized + Hash + Equivalent<K>,
    S: BuildHasher,
{
    let hash = hasher.hash_one(key);
    always(trie.try_remove_with(hash, infallible(|(k, _): &(K, V)| key.equivalent(k)), clone))
}

/// Keeps the entries that `keep` answers true for.
pub(crate) fn retain<K, V>(
    trie: &mut HashTrie<(K, V)>,
    mut keep: impl FnMut(&K, &V) -> bool,
    clone: impl Clones<(K, V)>,
) {
    let mut extraction = Extraction::new();
    while extraction.next(trie, &mut |(k, v)| !keep(k, v), clone).is_some() {}
}

/// Inserts all of `entries`; of equal keys the first stays, with the last value.
pub(crate) fn extend<K, V, S>(
    trie: &mut HashTrie<(K, V)>,
    hasher: &S,
    entries: impl IntoIterator<Item = (K, V)>,
    clone: impl Clones<(K, V)>,
) where
    K: Eq + Hash,
    S: BuildHasher,
{
    let hashed = entries.into_iter().map(|entry| (hasher.hash_one(&entry.0), entry));
    trie.extend_with(hashed, |there, new| there.0 == new.0, |there, new| there.1 = new.1, clone);
}
