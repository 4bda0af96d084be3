//! The iterators: those of the trie, with the pair of key and value taken apart.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use super::{into_key, into_value};
use crate::macros::projection;
use crate::trie::{self, ClonePtr, Extraction, HashTrie};

/// Borrowing iterator over the entries of a map.
///
/// Made by [`PersistentMap::iter`](super::PersistentMap::iter).
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

/// Iterator over the entries of a map, with the values for editing.
///
/// Made by [`PersistentMap::iter_mut`](super::PersistentMap::iter_mut).
///
/// # Examples
///
/// ```
/// let mut map = perennial::persistent_map! { "a" => 1 };
/// assert_eq!(map.iter_mut().next(), Some((&"a", &mut 1)));
/// ```
pub struct IterMut<'a, K, V> {
    pub(super) inner: trie::IterMut<'a, (K, V), ClonePtr<(K, V)>>,
}

/// Iterator over the entries of a map by value.
///
/// Entries in nodes that another version shares are cloned, all others moved. Made by the [`IntoIterator`] of a map.
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

/// Borrowing iterator over the keys of a map.
///
/// Made by [`PersistentMap::keys`](super::PersistentMap::keys).
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

/// Borrowing iterator over the values of a map.
///
/// Made by [`PersistentMap::values`](super::PersistentMap::values).
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

/// Iterator over the values of a map, for editing.
///
/// Made by [`PersistentMap::values_mut`](super::PersistentMap::values_mut).
///
/// # Examples
///
/// ```
/// let mut map = perennial::persistent_map! { "a" => 1 };
/// assert_eq!(map.values_mut().next(), Some(&mut 1));
/// ```
pub struct ValuesMut<'a, K, V> {
    pub(super) inner: IterMut<'a, K, V>,
}

/// Iterator over the keys of a map by value.
///
/// Made by [`PersistentMap::into_keys`](super::PersistentMap::into_keys).
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

/// Iterator over the values of a map by value.
///
/// Made by [`PersistentMap::into_values`](super::PersistentMap::into_values).
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

/// Iterator over what was in a map that has been emptied.
///
/// Made by [`PersistentMap::drain`](super::PersistentMap::drain).
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
    // The entries have left the map already. The borrow is `std`'s, and leaves room for keeping its nodes for reuse.
    map: PhantomData<&'a mut ()>,
}

impl<K: Clone, V: Clone> Drain<'_, K, V> {
    pub(super) fn new(trie: HashTrie<(K, V)>) -> Self {
        Self { inner: IntoIter { inner: trie.into_iter() }, map: PhantomData }
    }
}

/// Iterator that takes the entries out of a map for which a predicate holds.
///
/// Made by [`PersistentMap::extract_if`](super::PersistentMap::extract_if).
///
/// # Examples
///
/// ```
/// let mut map = perennial::persistent_map! { "a" => 1, "b" => 2 };
/// assert!(map.extract_if(|_, &n| n > 1).eq([("b", 2)]));
/// assert_eq!(map, perennial::persistent_map! { "a" => 1 });
/// ```
#[must_use = "it is lazy: without a loop nothing is taken out; `retain` needs no loop"]
pub struct ExtractIf<'a, K, V, F> {
    pub(super) trie: &'a mut HashTrie<(K, V)>,
    pub(super) extraction: Extraction,
    pub(super) pred: F,
}

projection!(['a, K, V] Iter<'a, K, V>, (key, value) => (key, value), (&'a K, &'a V));
projection!(['a, K, V] IterMut<'a, K, V>, (key, value) => (&*key, value), (&'a K, &'a mut V));
projection!([K: Clone, V: Clone] IntoIter<K, V>, entry => entry, (K, V));
projection!(['a, K, V] Keys<'a, K, V>, (key, _) => key, &'a K);
projection!(['a, K, V] Values<'a, K, V>, (_, value) => value, &'a V);
projection!(['a, K, V] ValuesMut<'a, K, V>, (_, value) => value, &'a mut V);
projection!([K: Clone, V: Clone] IntoKeys<K, V>, entry => into_key(entry), K);
projection!([K: Clone, V: Clone] IntoValues<K, V>, entry => into_value(entry), V);
projection!([K: Clone, V: Clone] Drain<'_, K, V>, entry => entry, (K, V));

impl<K: Clone, V: Clone, F: FnMut(&K, &V) -> bool> Iterator for ExtractIf<'_, K, V, F> {
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<(K, V)> {
        let pred = &mut self.pred;
        self.extraction.next(self.trie, &mut |(key, value)| pred(key, value), <(K, V)>::clone)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.trie.len()))
    }
}

impl<K: Clone, V: Clone, F: FnMut(&K, &V) -> bool> FusedIterator for ExtractIf<'_, K, V, F> {}

// Not derived: that would ask `Clone` and `Default` of K and V.

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

/// An iterator over nothing.
macro_rules! default {
    ($($iterator:ident<$($lifetime:lifetime,)? K, V>),*) => {$(
        impl<K, V> Default for $iterator<$($lifetime,)? K, V> {
            /// Returns an iterator over nothing.
            fn default() -> Self {
                Self { inner: Default::default() }
            }
        }
    )*};
}

default!(Iter<'_, K, V>, Keys<'_, K, V>, Values<'_, K, V>, IterMut<'_, K, V>, ValuesMut<'_, K, V>);
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

/// Shows what is still to come, as `std`'s iterators do.
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
        // What is still to come is not known before the predicate is asked.
        f.debug_struct("ExtractIf").finish_non_exhaustive()
    }
}
