//! The iterators of maps: wrappers of those of the trie that split each entry into key and value.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;
use core::marker::PhantomData;

use super::{into_key, into_value};
use crate::hasher::RandomState;
use crate::macros::projection;
use crate::table::{InHashOrder, MapKey};
use crate::trie::{self, ClonePtr, Edit, Extraction, HashTrie, StoredOrder};

/// A borrowing iterator over the entries of a map.
///
/// Returned by [`PersistentMap::iter`](super::PersistentMap::iter).
///
/// # Examples
///
/// ```
/// let map = perennial::persistent_map! { "a" => 1 };
/// assert_eq!(map.iter().next(), Some((&"a", &1)));
/// ```
pub struct Iter<'a, K, V> {
    pub(crate) inner: trie::Iter<'a, (K, V)>,
}

/// An iterator over the entries of a map, with mutable references to the values.
///
/// Returned by [`PersistentMap::iter_mut`](super::PersistentMap::iter_mut).
///
/// # Examples
///
/// ```
/// let mut map = perennial::persistent_map! { "a" => 1 };
/// assert_eq!(map.iter_mut().next(), Some((&"a", &mut 1)));
/// ```
pub struct IterMut<'a, K, V> {
    pub(crate) inner: trie::IterMut<'a, (K, V), ClonePtr<(K, V)>>,
}

/// An iterator over the entries of a map by value.
///
/// Entries in nodes that are shared with another version are cloned, all others moved. Returned by the
/// [`IntoIterator`] implementation of a map.
///
/// # Examples
///
/// ```
/// let map = perennial::persistent_map! { "a" => 1 };
/// assert_eq!(map.into_iter().next(), Some(("a", 1)));
/// ```
#[derive(Clone)]
pub struct IntoIter<K, V> {
    pub(super) inner: trie::IntoIter<(K, V)>,
}

/// A borrowing iterator over the keys of a map.
///
/// Returned by [`PersistentMap::keys`](super::PersistentMap::keys).
///
/// # Examples
///
/// ```
/// let map = perennial::persistent_map! { "a" => 1 };
/// assert_eq!(map.keys().next(), Some(&"a"));
/// ```
pub struct Keys<'a, K, V> {
    pub(super) inner: Iter<'a, K, V>,
}

/// A borrowing iterator over the values of a map.
///
/// Returned by [`PersistentMap::values`](super::PersistentMap::values).
///
/// # Examples
///
/// ```
/// let map = perennial::persistent_map! { "a" => 1 };
/// assert_eq!(map.values().next(), Some(&1));
/// ```
pub struct Values<'a, K, V> {
    pub(super) inner: Iter<'a, K, V>,
}

/// A borrowing iterator over the entries of a map in an order that depends only on them and the hasher.
///
/// Returned by [`PersistentMap::iter_in_hash_order`](super::PersistentMap::iter_in_hash_order).
///
/// # Examples
///
/// ```
/// let map = perennial::persistent_map! { "a" => 1 };
/// assert_eq!(map.iter_in_hash_order().next(), Some((&"a", &1)));
/// ```
pub struct IterInHashOrder<'a, K, V, S = RandomState> {
    pub(super) inner: InHashOrder<'a, (K, V), S, MapKey>,
}

/// A borrowing iterator over the entries of a map in the order of the stored parts of the hashes.
///
/// Returned by [`PersistentMap::iter_in_stored_order`](super::PersistentMap::iter_in_stored_order).
///
/// # Examples
///
/// ```
/// let map = perennial::persistent_map! { "a" => 1 };
/// assert_eq!(map.iter_in_stored_order().next(), Some((&"a", &1)));
/// ```
pub struct IterInStoredOrder<'a, K, V> {
    pub(super) inner: StoredOrder<'a, (K, V)>,
}

/// An iterator over mutable references to the values of a map.
///
/// Returned by [`PersistentMap::values_mut`](super::PersistentMap::values_mut).
///
/// # Examples
///
/// ```
/// let mut map = perennial::persistent_map! { "a" => 1 };
/// assert_eq!(map.values_mut().next(), Some(&mut 1));
/// ```
pub struct ValuesMut<'a, K, V> {
    pub(crate) inner: IterMut<'a, K, V>,
}

/// An iterator over the keys of a map by value.
///
/// Returned by [`PersistentMap::into_keys`](super::PersistentMap::into_keys).
///
/// # Examples
///
/// ```
/// let map = perennial::persistent_map! { "a" => 1 };
/// assert_eq!(map.into_keys().next(), Some("a"));
/// ```
#[derive(Clone)]
pub struct IntoKeys<K, V> {
    pub(super) inner: IntoIter<K, V>,
}

/// An iterator over the values of a map by value.
///
/// Returned by [`PersistentMap::into_values`](super::PersistentMap::into_values).
///
/// # Examples
///
/// ```
/// let map = perennial::persistent_map! { "a" => 1 };
/// assert_eq!(map.into_values().next(), Some(1));
/// ```
#[derive(Clone)]
pub struct IntoValues<K, V> {
    pub(super) inner: IntoIter<K, V>,
}

/// An iterator over the entries of a map that has been emptied.
///
/// Returned by [`PersistentMap::drain`](super::PersistentMap::drain).
///
/// # Examples
///
/// ```
/// let mut map = perennial::persistent_map! { "a" => 1 };
/// assert_eq!(map.drain().next(), Some(("a", 1)));
/// assert!(map.is_empty());
/// ```
pub struct Drain<'a, K, V> {
    inner: IntoIter<K, V>,
    // The entries have already been removed from the map. It is borrowed as in `std`, which makes it possible to keep
    // its nodes for reuse in the future.
    map: PhantomData<&'a mut ()>,
}

impl<K: Clone, V: Clone> Drain<'_, K, V> {
    pub(super) fn new(trie: HashTrie<(K, V)>) -> Self {
        Self { inner: IntoIter { inner: trie.into_iter() }, map: PhantomData }
    }
}

/// An iterator that removes and yields the entries of a map for which a predicate holds.
///
/// Returned by [`PersistentMap::extract_if`](super::PersistentMap::extract_if).
///
/// # Examples
///
/// ```
/// let mut map = perennial::persistent_map! { "a" => 1, "b" => 2 };
/// assert!(map.extract_if(|_, &n| n > 1).eq([("b", 2)]));
/// assert_eq!(map, perennial::persistent_map! { "a" => 1 });
/// ```
#[must_use = "it is lazy and removes only what it yields; to remove without iterating, use `retain`"]
pub struct ExtractIf<'a, K, V, F> {
    extraction: Extraction<'a, (K, V), ClonePtr<(K, V)>>,
    pred: F,
}

projection!(['a, K, V] Iter<'a, K, V>, (key, value) => (key, value), (&'a K, &'a V));
projection!(['a, K, V] IterMut<'a, K, V>, (key, value) => (&*key, value), (&'a K, &'a mut V));
projection!([K: Clone, V: Clone] IntoIter<K, V>, entry => entry, (K, V));
projection!(['a, K, V] Keys<'a, K, V>, (key, _) => key, &'a K);
projection!(['a, K, V] Values<'a, K, V>, (_, value) => value, &'a V);
projection!(['a, K: Hash, V, S: BuildHasher] IterInHashOrder<'a, K, V, S>, (key, value) => (key, value), (&'a K, &'a V));
projection!(['a, K, V] IterInStoredOrder<'a, K, V>, (key, value) => (key, value), (&'a K, &'a V));
projection!(['a, K, V] ValuesMut<'a, K, V>, (_, value) => value, &'a mut V);
projection!([K: Clone, V: Clone] IntoKeys<K, V>, entry => into_key(entry), K);
projection!([K: Clone, V: Clone] IntoValues<K, V>, entry => into_value(entry), V);
projection!([K: Clone, V: Clone] Drain<'_, K, V>, entry => entry, (K, V));

impl<'a, K, V> IterMut<'a, K, V> {
    pub(crate) fn new(edit: Edit<'a, (K, V), ClonePtr<(K, V)>>) -> Self {
        Self { inner: edit.iter_mut() }
    }
}

impl<'a, K, V, F> ExtractIf<'a, K, V, F> {
    pub(crate) const fn new(edit: Edit<'a, (K, V), ClonePtr<(K, V)>>, pred: F) -> Self {
        Self { extraction: Extraction::new(edit), pred }
    }
}

impl<K, V, F: FnMut(&K, &V) -> bool> Iterator for ExtractIf<'_, K, V, F> {
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<(K, V)> {
        let pred = &mut self.pred;
        self.extraction.next(&mut |(key, value)| pred(key, value))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.extraction.edit.trie.len()))
    }
}

impl<K, V, F: FnMut(&K, &V) -> bool> FusedIterator for ExtractIf<'_, K, V, F> {}

// Not derived: derived impls would require `Clone` and `Default` of `K` and `V`.

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<K, V> Clone for Keys<'_, K, V> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<K, V> Clone for Values<'_, K, V> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<K, V, S> Clone for IterInHashOrder<'_, K, V, S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<K, V> Clone for IterInStoredOrder<'_, K, V> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

/// Implements `Default` as an empty iterator.
macro_rules! default {
    ($($iterator:ident<$($lifetime:lifetime,)? K, V>),*) => {$(
        impl<K, V> Default for $iterator<$($lifetime,)? K, V> {
            /// Returns an empty iterator.
            fn default() -> Self {
                Self { inner: Default::default() }
            }
        }
    )*};
}

default!(Iter<'_, K, V>, Keys<'_, K, V>, Values<'_, K, V>, IterMut<'_, K, V>, ValuesMut<'_, K, V>);
default!(IterInStoredOrder<'_, K, V>);
default!(IntoIter<K, V>, IntoKeys<K, V>, IntoValues<K, V>);

impl<K, V> IterMut<'_, K, V> {
    fn rest(&self) -> impl Iterator<Item = (&K, &V)> {
        self.inner.iter().map(|(key, value)| (key, value))
    }
}

impl<K, V> IntoIter<K, V> {
    fn rest(&self) -> impl Iterator<Item = (&K, &V)> {
        self.inner.iter().map(|(key, value)| (key, value))
    }
}

/// Implements `Debug` as the list of the remaining items, like `std`'s iterators.
macro_rules! debug_as_list {
    ([$($bounds:tt)*] $iterator:ty, $self:ident => $rest:expr) => {
        impl<$($bounds)*> fmt::Debug for $iterator {
            fn fmt(&$self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries($rest).finish()
            }
        }
    };
}

debug_as_list!([K: fmt::Debug, V: fmt::Debug] Iter<'_, K, V>, self => self.clone());
debug_as_list!([K: fmt::Debug + Hash, V: fmt::Debug, S: BuildHasher] IterInHashOrder<'_, K, V, S>, self => self.clone());
debug_as_list!([K: fmt::Debug, V: fmt::Debug] IterInStoredOrder<'_, K, V>, self => self.clone());
debug_as_list!([K: fmt::Debug, V: fmt::Debug] IterMut<'_, K, V>, self => self.rest());
debug_as_list!([K: fmt::Debug, V: fmt::Debug] IntoIter<K, V>, self => self.rest());
debug_as_list!([K: fmt::Debug, V] Keys<'_, K, V>, self => self.clone());
debug_as_list!([K, V: fmt::Debug] Values<'_, K, V>, self => self.clone());
debug_as_list!([K, V: fmt::Debug] ValuesMut<'_, K, V>, self => self.inner.rest().map(|(_, value)| value));
debug_as_list!([K: fmt::Debug, V] IntoKeys<K, V>, self => self.inner.rest().map(|(key, _)| key));
debug_as_list!([K, V: fmt::Debug] IntoValues<K, V>, self => self.inner.rest().map(|(_, value)| value));
debug_as_list!([K: fmt::Debug, V: fmt::Debug] Drain<'_, K, V>, self => self.inner.rest());

impl<K, V, F> fmt::Debug for ExtractIf<'_, K, V, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The remaining items are not known before the predicate is called.
        f.debug_struct("ExtractIf").finish_non_exhaustive()
    }
}
