//! The hash map.

// Made by compat/generate.py from compat/im: edit it there.

use std::borrow::Borrow;
use std::collections::{self, BTreeMap};
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::iter::Sum;
use std::ops::{Add, Index, IndexMut};

use imbl_upstream::OrdMap;
use imbl_upstream::shared_ptr::DefaultSharedPtr;
use perennial::map::{self, Merge};
use perennial::{Equivalent, PersistentMap, RandomState};

use crate::marked::Marked;

mod entry;

pub use entry::{Entry, OccupiedEntry, VacantEntry};
pub use perennial::map::{IntoIter as ConsumingIter, Iter, IterMut, Keys, Values};

#[cfg(feature = "proptest")]
pub use crate::impls::proptest;

/// Makes a [`HashMap`] from a list of `key => value`. Of equal keys the last value wins.
///
/// # Examples
///
/// ```
/// # use perennial_imbl as imbl;
/// use imbl::hashmap::HashMap;
/// use imbl::hashmap;
///
/// let map = hashmap! { 1 => "one", 2 => "two" };
/// assert_eq!(map, HashMap::from(vec![(1, "one"), (2, "two")]));
/// ```
#[macro_export]
macro_rules! hashmap {
    () => {
        $crate::hashmap::HashMap::new()
    };
    ($($key:expr => $value:expr),+ $(,)?) => {
        $crate::hashmap::HashMap::<_, _>::from(::std::vec![$(($key, $value)),+])
    };
}

/// The hash map of `imbl`, over a [`PersistentMap`]. The kind of pointer, `P`, is ignored.
///
/// Each method has the name, the bounds and the result that it has in `imbl` 7.0. Operations on two maps, comparing them
/// included, pass over what both share: they take O(c log n) for maps that differ in c entries, and at most O(n + m).
/// Those with a closure call it for every key that both have.
///
/// What differs from `imbl` is listed in the documentation of the [crate](crate#what-differs).
///
/// # Examples
///
/// ```
/// # use perennial_imbl as imbl;
/// use imbl::HashMap;
///
/// let mut map = HashMap::unit("a", 1);
/// let old = map.clone();
/// map.insert("b", 2);
/// assert_eq!(map.without("a"), HashMap::unit("b", 2));
/// assert_eq!(old.len(), 1);
/// ```
pub struct GenericHashMap<K, V, S, P = DefaultSharedPtr>(pub(crate) PersistentMap<K, V, Marked<S, P>>);

/// A [`GenericHashMap`] with the default hasher.
pub type HashMap<K, V> = GenericHashMap<K, V, RandomState, DefaultSharedPtr>;

impl<K, V, S: Default, P> GenericHashMap<K, V, S, P> {
    /// Makes an empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<K: Hash + Eq + Clone, V: Clone, P> GenericHashMap<K, V, RandomState, P> {
    /// Makes a map with one entry.
    #[must_use]
    pub fn unit(k: K, v: V) -> Self {
        std::iter::once((k, v)).collect()
    }
}

impl<K, V, S, P> GenericHashMap<K, V, S, P> {
    /// Returns `true` if there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns `true` if two maps are the same version. O(1).
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.0.ptr_eq(&other.0)
    }

    /// Makes an empty map that hashes its keys with `hasher`.
    #[must_use]
    pub fn with_hasher(hasher: S) -> Self {
        Self(PersistentMap::with_hasher(Marked::new(hasher)))
    }

    /// Returns the hasher.
    #[must_use]
    pub fn hasher(&self) -> &S {
        self.0.hasher().get()
    }

    /// Makes an empty map with the hasher of this one.
    #[must_use]
    pub fn new_from<K1: Hash + Eq + Clone, V1: Clone>(&self) -> GenericHashMap<K1, V1, S, P>
    where
        S: Clone,
    {
        GenericHashMap(PersistentMap::with_hasher(self.0.hasher().clone()))
    }

    /// Returns the map of `perennial`, for what `imbl` has no method for, such as
    /// [`diff`](PersistentMap::diff). Not a method of `imbl`; `From` leads back.
    #[must_use]
    pub fn as_perennial(&self) -> &PersistentMap<K, V, Marked<S, P>> {
        &self.0
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Iterates over the entries, in no particular order. O(n) to exhaust.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, K, V> {
        self.0.iter()
    }

    /// Iterates over the keys, in no particular order.
    #[must_use]
    pub fn keys(&self) -> Keys<'_, K, V> {
        self.0.keys()
    }

    /// Iterates over the values, in no particular order.
    #[must_use]
    pub fn values(&self) -> Values<'_, K, V> {
        self.0.values()
    }
}

impl<K: Hash + Eq, V, S: BuildHasher + Clone, P> GenericHashMap<K, V, S, P> {
    /// Returns the value of a key.
    #[must_use]
    pub fn get<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<&V> {
        self.0.get(key)
    }

    /// Returns the key as the map has it, and its value.
    #[must_use]
    pub fn get_key_value<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<(&K, &V)> {
        self.0.get_key_value(key)
    }

    /// Returns `true` if there is an entry of this key.
    #[must_use]
    pub fn contains_key<Q: Hash + Equivalent<K> + ?Sized>(&self, k: &Q) -> bool {
        self.0.contains_key(k)
    }

    /// Returns `true` if the other map has all of our keys, with values that `cmp` accepts. O(n log m).
    #[must_use]
    pub fn is_submap_by<B, RM, F>(&self, other: RM, cmp: F) -> bool
    where
        F: FnMut(&V, &B) -> bool,
        RM: Borrow<GenericHashMap<K, B, S, P>>,
    {
        self.0.is_submap_by(&other.borrow().0, cmp)
    }

    /// As [`is_submap_by`](Self::is_submap_by), and the other map has more keys.
    #[must_use]
    pub fn is_proper_submap_by<B, RM, F>(&self, other: RM, cmp: F) -> bool
    where
        F: FnMut(&V, &B) -> bool,
        RM: Borrow<GenericHashMap<K, B, S, P>>,
    {
        self.len() < other.borrow().len() && self.is_submap_by(other, cmp)
    }

    /// Returns `true` if the other map has all of our entries.
    #[must_use]
    pub fn is_submap<RM: Borrow<Self>>(&self, other: RM) -> bool
    where
        V: PartialEq,
    {
        self.0.is_submap(&other.borrow().0)
    }

    /// Returns `true` if the other map has all of our entries, and more.
    #[must_use]
    pub fn is_proper_submap<RM: Borrow<Self>>(&self, other: RM) -> bool
    where
        V: PartialEq,
    {
        let other = other.borrow();
        self.len() < other.len() && self.is_submap(other)
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone, P> GenericHashMap<K, V, S, P> {
    /// Iterates over the entries, with mutable references to the values, in no particular order.
    #[must_use]
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        self.0.iter_mut()
    }

    /// Returns a mutable reference to the value of a key.
    #[must_use]
    pub fn get_mut<Q: Hash + Equivalent<K> + ?Sized>(&mut self, key: &Q) -> Option<&mut V> {
        self.0.get_mut(key)
    }

    /// Returns the key as the map has it, and a mutable reference to its value.
    #[must_use]
    pub fn get_key_value_mut<Q: Hash + Equivalent<K> + ?Sized>(&mut self, key: &Q) -> Option<(&K, &mut V)> {
        self.0.get_key_value_mut(key)
    }

    /// Inserts an entry, and returns the value that it replaces, if any. An equal key that is there stays.
    pub fn insert(&mut self, k: K, v: V) -> Option<V> {
        self.0.insert(k, v)
    }

    /// Removes the entry of a key, and returns its value.
    pub fn remove<Q: Hash + Equivalent<K> + ?Sized>(&mut self, k: &Q) -> Option<V> {
        self.0.remove(k)
    }

    /// Removes the entry of a key, and returns it.
    pub fn remove_with_key<Q: Hash + Equivalent<K> + ?Sized>(&mut self, k: &Q) -> Option<(K, V)> {
        self.0.remove_entry(k)
    }

    /// Gets the entry of a key for in-place manipulation.
    #[must_use]
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V, S, P> {
        self.0.entry(key).into()
    }

    /// Returns a map with `v` under `k`.
    #[must_use]
    pub fn update(&self, k: K, v: V) -> Self {
        Self(self.0.assoc(k, v))
    }

    /// Returns a map with `v` under `k`, or with `f(old, v)` if there is an old value.
    #[must_use]
    pub fn update_with<F: FnOnce(V, V) -> V>(&self, k: K, v: V, f: F) -> Self {
        self.update_with_key(k, v, |_, old, new| f(old, new))
    }

    /// Returns a map with `v` under `k`, or with `f(&k, old, v)` if there is an old value.
    #[must_use]
    pub fn update_with_key<F: FnOnce(&K, V, V) -> V>(&self, k: K, v: V, f: F) -> Self {
        self.update_lookup_with_key(k, v, |k, old, new| f(k, old.clone(), new)).1
    }

    /// Returns the old value of `k`, and a map with `v` under it, or with `f(&k, &old, v)` if there is an old value.
    #[must_use]
    pub fn update_lookup_with_key<F: FnOnce(&K, &V, V) -> V>(&self, k: K, v: V, f: F) -> (Option<V>, Self) {
        let mut next = self.clone();
        let old = match next.0.entry(k) {
            map::Entry::Occupied(mut entry) => {
                let value = f(entry.key(), entry.get(), v);
                Some(entry.insert(value))
            }
            map::Entry::Vacant(entry) => {
                entry.insert(v);
                None
            }
        };
        (old, next)
    }

    /// Returns a map in which `f` has decided about `k`: it gets the value, if any, and returns the new one, if any.
    #[must_use]
    pub fn alter<F: FnOnce(Option<V>) -> Option<V>>(&self, f: F, k: K) -> Self {
        Self(self.0.alter(k, |value| f(value.cloned())))
    }

    /// Returns a map without a key; the same version if there is no such key.
    #[must_use]
    pub fn without<Q: Hash + Equivalent<K> + ?Sized>(&self, k: &Q) -> Self {
        Self(self.0.dissoc(k))
    }

    /// Removes the entries for which `f` returns `false`.
    pub fn retain<F: FnMut(&K, &V) -> bool>(&mut self, f: F) {
        self.0.retain(f);
    }

    /// Returns the value of a key, and a map without it.
    #[must_use]
    pub fn extract<Q: Hash + Equivalent<K> + ?Sized>(&self, k: &Q) -> Option<(V, Self)> {
        self.extract_with_key(k).map(|(_, value, rest)| (value, rest))
    }

    /// Returns the entry of a key, and a map without it.
    #[must_use]
    pub fn extract_with_key<Q: Hash + Equivalent<K> + ?Sized>(&self, k: &Q) -> Option<(K, V, Self)> {
        let mut rest = self.clone();
        let (key, value) = rest.remove_with_key(k)?;
        Some((key, value, rest))
    }

    /// Returns a map with the entries of both. Where both have a key, the value is ours.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0.merge_unshared_with(&other.0, |_, _, _| Merge::Left))
    }

    /// Returns a map with the entries of both. Where both have a key, the value is `f(ours, theirs)`.
    #[must_use]
    pub fn union_with<F: FnMut(V, V) -> V>(self, other: Self, mut f: F) -> Self {
        self.union_with_key(other, |_, ours, theirs| f(ours, theirs))
    }

    /// Returns a map with the entries of both. Where both have a key, the value is `f(key, ours, theirs)`.
    #[must_use]
    pub fn union_with_key<F: FnMut(&K, V, V) -> V>(self, other: Self, mut f: F) -> Self {
        self.symmetric_difference_with_key(other, |key, ours, theirs| Some(f(key, ours, theirs)))
    }

    /// Returns a map with the entries of all. Where several have a key, the value is that of the first.
    #[must_use]
    pub fn unions<I: IntoIterator<Item = Self>>(i: I) -> Self
    where
        S: Default,
    {
        i.into_iter().reduce(Self::union).unwrap_or_default()
    }

    /// Returns a map with the entries of all. Where several have a key, `f` combines the values from the first on.
    #[must_use]
    pub fn unions_with<I: IntoIterator<Item = Self>, F: Fn(V, V) -> V>(i: I, f: F) -> Self
    where
        S: Default,
    {
        Self::unions_with_key(i, |_, one, next| f(one, next))
    }

    /// As [`unions_with`](Self::unions_with), with a closure that is given the key too.
    #[must_use]
    pub fn unions_with_key<I: IntoIterator<Item = Self>, F: Fn(&K, V, V) -> V>(i: I, f: F) -> Self
    where
        S: Default,
    {
        i.into_iter().reduce(|one, next| one.union_with_key(next, &f)).unwrap_or_default()
    }

    /// Returns a map with the entries of either whose key the other does not have, as
    /// [`symmetric_difference`](Self::symmetric_difference) does.
    #[must_use]
    pub fn difference(self, other: Self) -> Self {
        self.symmetric_difference(other)
    }

    /// Returns a map with the entries of either whose key the other does not have.
    #[must_use]
    pub fn symmetric_difference(self, other: Self) -> Self {
        Self(self.0.symmetric_difference(&other.0))
    }

    /// As [`symmetric_difference_with`](Self::symmetric_difference_with).
    #[must_use]
    pub fn difference_with<F: FnMut(V, V) -> Option<V>>(self, other: Self, f: F) -> Self {
        self.symmetric_difference_with(other, f)
    }

    /// Returns a map with the entries of both, in which `f(ours, theirs)` has decided about each key that both have.
    #[must_use]
    pub fn symmetric_difference_with<F: FnMut(V, V) -> Option<V>>(self, other: Self, mut f: F) -> Self {
        self.symmetric_difference_with_key(other, |_, ours, theirs| f(ours, theirs))
    }

    /// As [`symmetric_difference_with_key`](Self::symmetric_difference_with_key).
    #[must_use]
    pub fn difference_with_key<F: FnMut(&K, V, V) -> Option<V>>(self, other: Self, f: F) -> Self {
        self.symmetric_difference_with_key(other, f)
    }

    /// Returns a map with the entries of both, in which `f(key, ours, theirs)` has decided about each key of both.
    #[must_use]
    pub fn symmetric_difference_with_key<F: FnMut(&K, V, V) -> Option<V>>(self, other: Self, mut f: F) -> Self {
        Self(self.0.merge_with(&other.0, |key, ours, theirs| {
            f(key, ours.clone(), theirs.clone()).map_or(Merge::Remove, Merge::New)
        }))
    }

    /// Returns a map with those of our entries whose key the other does not have.
    #[must_use]
    pub fn relative_complement(self, other: Self) -> Self {
        Self(self.0.difference(&other.0))
    }

    /// Returns a map with those of our entries whose key the other has too.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0.intersection(&other.0))
    }

    /// Returns a map with the keys that both have, and the values `f(ours, theirs)`.
    #[must_use]
    pub fn intersection_with<B: Clone, C: Clone, F: FnMut(V, B) -> C>(
        self,
        other: GenericHashMap<K, B, S, P>,
        mut f: F,
    ) -> GenericHashMap<K, C, S, P> {
        self.intersection_with_key(other, |_, ours, theirs| f(ours, theirs))
    }

    /// Returns a map with the keys that both have, and the values `f(key, ours, theirs)`.
    #[must_use]
    pub fn intersection_with_key<B: Clone, C: Clone, F: FnMut(&K, V, B) -> C>(
        self,
        other: GenericHashMap<K, B, S, P>,
        mut f: F,
    ) -> GenericHashMap<K, C, S, P> {
        GenericHashMap(self.0.intersection_with(&other.0, |key, ours, theirs| f(key, ours.clone(), theirs.clone())))
    }
}

impl<K, V, S: Clone, P> Clone for GenericHashMap<K, V, S, P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V, S: Default, P> Default for GenericHashMap<K, V, S, P> {
    fn default() -> Self {
        Self(PersistentMap::default())
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S, P> fmt::Debug for GenericHashMap<K, V, S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(&self.0).finish()
    }
}

impl<K: Hash + Eq, V: PartialEq, S: BuildHasher + Clone, P> PartialEq for GenericHashMap<K, V, S, P> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K: Hash + Eq, V: Eq, S: BuildHasher + Clone, P> Eq for GenericHashMap<K, V, S, P> {}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone, P> Add for GenericHashMap<K, V, S, P> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.union(other)
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone, P> Add for &GenericHashMap<K, V, S, P> {
    type Output = GenericHashMap<K, V, S, P>;

    fn add(self, other: Self) -> GenericHashMap<K, V, S, P> {
        self.clone().union(other.clone())
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone + Default, P> Sum for GenericHashMap<K, V, S, P> {
    fn sum<I: Iterator<Item = Self>>(maps: I) -> Self {
        Self::unions(maps)
    }
}

impl<K: Hash + Eq, Q: Hash + Equivalent<K> + ?Sized, V, S: BuildHasher + Clone, P> Index<&Q>
    for GenericHashMap<K, V, S, P>
{
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        &self.0[key]
    }
}

impl<K, Q, V, S, P> IndexMut<&Q> for GenericHashMap<K, V, S, P>
where
    K: Hash + Eq + Clone,
    Q: Hash + Equivalent<K> + ?Sized,
    V: Clone,
    S: BuildHasher + Clone,
{
    fn index_mut(&mut self, key: &Q) -> &mut V {
        &mut self.0[key]
    }
}

impl<K, V, S, P> AsRef<Self> for GenericHashMap<K, V, S, P> {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl<K: Hash + Eq + Clone + From<RK>, V: Clone + From<RV>, S: BuildHasher + Clone, RK, RV, P> Extend<(RK, RV)>
    for GenericHashMap<K, V, S, P>
{
    fn extend<I: IntoIterator<Item = (RK, RV)>>(&mut self, entries: I) {
        self.0.extend(entries.into_iter().map(|(key, value)| (K::from(key), V::from(value))));
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone + Default, P> FromIterator<(K, V)>
    for GenericHashMap<K, V, S, P>
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl<'a, K, V, S, P> IntoIterator for &'a GenericHashMap<K, V, S, P> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone, P> IntoIterator for GenericHashMap<K, V, S, P> {
    type Item = (K, V);
    type IntoIter = ConsumingIter<K, V>;

    /// Iterates over the entries by value, in no particular order. Those in nodes that other versions share are
    /// cloned, all others moved.
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Conversions from collections of entries, by value and by reference.
macro_rules! from {
    ($($from:ty, $entries:ident => $iter:expr;)*) => {$(
        impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone + Default, P> From<$from> for GenericHashMap<K, V, S, P> {
            fn from($entries: $from) -> Self {
                $iter.collect()
            }
        }
    )*};
}

from! {
    &[(K, V)], entries => entries.iter().cloned();
    Vec<(K, V)>, entries => entries.into_iter();
    &Vec<(K, V)>, entries => entries.iter().cloned();
    collections::HashMap<K, V>, map => map.into_iter();
    &collections::HashMap<K, V>, map => map.iter().map(|(key, value)| (key.clone(), value.clone()));
    BTreeMap<K, V>, map => map.into_iter();
    &BTreeMap<K, V>, map => map.iter().map(|(key, value)| (key.clone(), value.clone()));
}

impl<K, V, OK, OV, SA, SB, P> From<&GenericHashMap<&K, &V, SA, P>> for GenericHashMap<OK, OV, SB, P>
where
    K: Hash + Eq + ToOwned<Owned = OK> + ?Sized,
    V: ToOwned<Owned = OV> + ?Sized,
    OK: Hash + Eq + Clone + Borrow<K>,
    OV: Borrow<V> + Clone,
    SA: BuildHasher + Clone,
    SB: BuildHasher + Clone + Default,
{
    fn from(map: &GenericHashMap<&K, &V, SA, P>) -> Self {
        map.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }
}

impl<K: Ord + Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone, P> From<GenericHashMap<K, V, S, P>>
    for OrdMap<K, V>
{
    fn from(map: GenericHashMap<K, V, S, P>) -> Self {
        map.0.into_iter().collect()
    }
}

impl<K: Ord + Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone, P> From<&GenericHashMap<K, V, S, P>>
    for OrdMap<K, V>
{
    fn from(map: &GenericHashMap<K, V, S, P>) -> Self {
        map.clone().into()
    }
}

impl<K, V, S, P> From<PersistentMap<K, V, Marked<S, P>>> for GenericHashMap<K, V, S, P> {
    fn from(map: PersistentMap<K, V, Marked<S, P>>) -> Self {
        Self(map)
    }
}
