//! What one does by key to a `HashTrie`: the algorithms that maps, sets and their transients are faces of.
//!
//! The faces differ in `key_of`, which shows the key in an entry, and in `clone`, the copier of entries in shared
//! nodes: a map or set has that of `Clone`, a transient the one it was started with.

use core::hash::{BuildHasher, Hash};

use equivalent::Equivalent;

use crate::trie::{Clones, HashTrie, Inserted, always, infallible};

mod pairwise;

pub(crate) use pairwise::{Pairing, Same, Table, eq, is_disjoint, is_within, merge, pairing};
#[cfg(feature = "rayon")]
pub(crate) use pairwise::{agree, rehashed};

/// The copier of entries where its type must have a name.
pub(crate) type Cloner<T> = fn(&T) -> T;

/// How the key in an entry is found.
pub(crate) trait KeyOf<T, K>: Fn(&T) -> &K + Copy {}

impl<T, K, F: Fn(&T) -> &K + Copy> KeyOf<T, K> for F {}

/// Returns the [`KeyOf`] of a map's entries.
#[inline]
pub(crate) const fn first<K, V>(entry: &(K, V)) -> &K {
    &entry.0
}

/// Returns the [`KeyOf`] of a set's entries.
#[inline]
pub(crate) const fn itself<T>(element: &T) -> &T {
    element
}

/// Returns the entry of `key`.
#[inline]
pub(crate) fn get<'a, T, K, Q, S>(trie: &'a HashTrie<T>, hasher: &S, key: &Q, key_of: impl KeyOf<T, K>) -> Option<&'a T>
where
    Q: ?Sized + Hash + Equivalent<K>,
    S: BuildHasher,
{
    // Spares an empty trie the hashing.
    if trie.is_empty() {
        return None;
    }
    trie.find(hasher.hash_one(key), |entry| key.equivalent(key_of(entry)))
}

/// Returns a mutable reference to the entry of `key`.
#[inline]
pub(crate) fn get_mut<'a, T, K, Q, S>(
    trie: &'a mut HashTrie<T>,
    hasher: &S,
    key: &Q,
    key_of: impl KeyOf<T, K>,
    clone: impl Clones<T>,
) -> Option<&'a mut T>
where
    Q: ?Sized + Hash + Equivalent<K>,
    S: BuildHasher,
{
    let same = infallible(|entry| key.equivalent(key_of(entry)));
    always(trie.try_find_mut_with(hasher.hash_one(key), same, clone))
}

/// Inserts `entry` unless there is one of an equal key. Then `found` gets that one, its path unshared, and `entry`, and
/// its result is returned.
#[inline]
pub(crate) fn insert<T, K, S, R>(
    trie: &mut HashTrie<T>,
    hasher: &S,
    entry: T,
    key_of: impl KeyOf<T, K>,
    clone: impl Clones<T>,
    found: impl FnOnce(&mut T, T) -> R,
) -> Option<R>
where
    K: Eq + Hash,
    S: BuildHasher,
{
    let hash = hasher.hash_one(key_of(&entry));
    let same = |there: &T, new: &T| Ok(key_of(there) == key_of(new));
    match always(trie.try_insert_with(hash, entry, same, clone)) {
        Inserted::New => None,
        Inserted::Found(there, entry) => Some(found(there, entry)),
    }
}

/// Inserts `entry` unless there is one of an equal key: then nothing is copied or changed. Returns whether it is in.
#[inline]
pub(crate) fn add<T, K, S>(
    trie: &mut HashTrie<T>,
    hasher: &S,
    entry: T,
    key_of: impl KeyOf<T, K>,
    clone: impl Clones<T>,
) -> bool
where
    K: Eq + Hash,
    S: BuildHasher,
{
    let hash = hasher.hash_one(key_of(&entry));
    let is_new = trie.find(hash, |there| key_of(there) == key_of(&entry)).is_none();
    if is_new {
        always(trie.try_insert_with(hash, entry, |_, _| Ok(false), clone));
    }
    is_new
}

/// Takes the entry of `key` out.
#[inline]
pub(crate) fn remove<T, K, Q, S>(
    trie: &mut HashTrie<T>,
    hasher: &S,
    key: &Q,
    key_of: impl KeyOf<T, K>,
    clone: impl Clones<T>,
) -> Option<T>
where
    Q: ?Sized + Hash + Equivalent<K>,
    S: BuildHasher,
{
    let same = infallible(|entry| key.equivalent(key_of(entry)));
    always(trie.try_remove_with(hasher.hash_one(key), same, clone))
}

/// Does [`insert`] with each of `entries`, or builds an empty trie of them at once.
pub(crate) fn extend<T, K, S, R>(
    trie: &mut HashTrie<T>,
    hasher: &S,
    entries: impl IntoIterator<Item = T>,
    key_of: impl KeyOf<T, K>,
    clone: impl Clones<T>,
    mut found: impl FnMut(&mut T, T) -> R,
) where
    K: Eq + Hash,
    S: BuildHasher,
{
    let hashed = entries.into_iter().map(|entry| (hasher.hash_one(key_of(&entry)), entry));
    let same = |there: &T, new: &T| Ok(key_of(there) == key_of(new));
    always(trie.try_extend_with(hashed, same, |there, new| drop(found(there, new)), clone));
}

/// Does [`add`] with each of `entries`, or builds an empty trie of them at once.
pub(crate) fn add_all<T, K, S>(
    trie: &mut HashTrie<T>,
    hasher: &S,
    entries: impl IntoIterator<Item = T>,
    key_of: impl KeyOf<T, K>,
    clone: impl Clones<T>,
) where
    K: Eq + Hash,
    S: BuildHasher,
{
    if trie.is_empty() {
        // There is nothing yet that could be copied in vain.
        return extend(trie, hasher, entries, key_of, clone, |_, _| ());
    }
    for entry in entries {
        add(trie, hasher, entry, key_of, clone);
    }
}
