//! The hash map.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::{self, BTreeMap};
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::iter::Sum;
use std::ops::{Add, Index, IndexMut};
use std::sync::Arc;

use im_upstream::OrdMap;
use perennial::map::{self, Merge};
use perennial::trie::IntoIterInStoredOrder;
use perennial::{PersistentMap, RandomState};

use crate::ordered::iterator;
use crate::shared::Shared;

mod entry;

pub use entry::{Entry, OccupiedEntry, VacantEntry};
pub use perennial::map::{IterInStoredOrder as Iter, IterMut};

#[cfg(feature = "proptest")]
pub use crate::impls::proptest;

/// Makes a [`HashMap`] from a list of `key => value`. Of equal keys the last value wins.
///
/// # Examples
///
/// ```
/// # use perennial_im as im;
/// use im::hashmap::HashMap;
/// use im::hashmap;
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

/// The hash map of `im`, over a [`PersistentMap`].
///
/// Each method has the name, the bounds and the result that it has in `im` 15.1. Operations on two maps, comparing them
/// included, pass over what both share: they take O(c log n) for maps that differ in c entries, and at most O(n + m).
/// Those with a closure call it for every key that both have.
///
/// What differs from `im` is listed in the documentation of the [crate](crate#what-differs).
///
/// # Examples
///
/// ```
/// # use perennial_im as im;
/// use im::HashMap;
///
/// let mut map = HashMap::unit("a", 1);
/// let old = map.clone();
/// map.insert("b", 2);
/// assert_eq!(map.without("a"), HashMap::unit("b", 2));
/// assert_eq!(old.len(), 1);
/// ```
pub struct HashMap<K, V, S = RandomState>(pub(crate) PersistentMap<K, V, Shared<S>>);

iterator! {
    /// An iterator over the keys of a map.
    Keys<'a, K, V>(Iter<'a, K, V>), (key, _) => key, &'a K
}

iterator! {
    /// An iterator over the values of a map.
    Values<'a, K, V>(Iter<'a, K, V>), (_, value) => value, &'a V
}

/// An iterator over the entries of a map by value: `A` is `(K, V)`.
pub type ConsumingIter<A> = IntoIterInStoredOrder<A>;

impl<K, V> HashMap<K, V> {
    /// Makes an empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<K: Hash + Eq + Clone, V: Clone> HashMap<K, V> {
    /// Makes a map with one entry.
    #[must_use]
    pub fn unit(k: K, v: V) -> Self {
        Self::from_iter([(k, v)])
    }
}

impl<K, V, S> HashMap<K, V, S> {
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
    pub fn with_hasher<RS>(hasher: RS) -> Self
    where
        Arc<S>: From<RS>,
    {
        Self(PersistentMap::with_hasher(Shared(hasher.into())))
    }

    /// Returns the hasher.
    #[must_use]
    pub fn hasher(&self) -> &Arc<S> {
        &self.0.hasher().0
    }

    /// Makes an empty map with the hasher of this one.
    #[must_use]
    pub fn new_from<K1: Hash + Eq + Clone, V1: Clone>(&self) -> HashMap<K1, V1, S> {
        HashMap(PersistentMap::with_hasher(self.0.hasher().clone()))
    }

    /// Returns the map of `perennial`, for what `im` has no method for, such as
    /// [`diff`](PersistentMap::diff). Not a method of `im`; `From` leads back.
    #[must_use]
    pub fn as_perennial(&self) -> &PersistentMap<K, V, Shared<S>> {
        &self.0
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Iterates over the entries in an order that follows from them and the hasher alone. O(n) to exhaust, and
    /// O(log n) for the first entry.
    ///
    /// Equal maps with one hasher are iterated alike, except for keys whose hashes agree in the 32 bits that the map
    /// stores. The iterator of [`as_perennial`](Self::as_perennial) takes a seventh of the time, in an order that depends
    /// on the map's history.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, K, V> {
        self.0.iter_in_stored_order()
    }

    /// Iterates over the keys, in the order of [`iter`](Self::iter).
    #[must_use]
    pub fn keys(&self) -> Keys<'_, K, V> {
        Keys(self.iter())
    }

    /// Iterates over the values, in the order of [`iter`](Self::iter).
    #[must_use]
    pub fn values(&self) -> Values<'_, K, V> {
        Values(self.iter())
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> HashMap<K, V, S> {
    /// Returns the value of a key.
    #[must_use]
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(key)
    }

    /// Returns the key as the map has it, and its value.
    #[must_use]
    pub fn get_key_value<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        self.0.get_key_value(key)
    }

    /// Returns `true` if there is an entry of this key.
    #[must_use]
    pub fn contains_key<Q: Hash + Eq + ?Sized>(&self, k: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.contains_key(k)
    }

    /// Returns `true` if the other map has all of our keys, with values that `cmp` accepts. O(n log m).
    #[must_use]
    pub fn is_submap_by<B, RM, F>(&self, other: RM, cmp: F) -> bool
    where
        F: FnMut(&V, &B) -> bool,
        RM: Borrow<HashMap<K, B, S>>,
    {
        self.0.is_submap_by(&other.borrow().0, cmp)
    }

    /// As [`is_submap_by`](Self::is_submap_by), and the other map has more keys.
    #[must_use]
    pub fn is_proper_submap_by<B, RM, F>(&self, other: RM, cmp: F) -> bool
    where
        F: FnMut(&V, &B) -> bool,
        RM: Borrow<HashMap<K, B, S>>,
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

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher> HashMap<K, V, S> {
    /// Iterates over the entries, with mutable references to the values, in no particular order.
    #[must_use]
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        self.0.iter_mut()
    }

    /// Returns a mutable reference to the value of a key.
    #[must_use]
    pub fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.0.get_mut(key)
    }

    /// Inserts an entry, and returns the value that it replaces, if any. An equal key that is there stays.
    pub fn insert(&mut self, k: K, v: V) -> Option<V> {
        self.0.insert(k, v)
    }

    /// Removes the entry of a key, and returns its value.
    pub fn remove<Q: Hash + Eq + ?Sized>(&mut self, k: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.0.remove(k)
    }

    /// Removes the entry of a key, and returns it.
    pub fn remove_with_key<Q: Hash + Eq + ?Sized>(&mut self, k: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        self.0.remove_entry(k)
    }

    /// Gets the entry of a key for in-place manipulation.
    #[must_use]
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V, S> {
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
    pub fn without<Q: Hash + Eq + ?Sized>(&self, k: &Q) -> Self
    where
        K: Borrow<Q>,
    {
        Self(self.0.dissoc(k))
    }

    /// Removes the entries for which `f` returns `false`.
    pub fn retain<F: FnMut(&K, &V) -> bool>(&mut self, f: F) {
        self.0.retain(f);
    }

    /// Returns the value of a key, and a map without it.
    #[must_use]
    pub fn extract<Q: Hash + Eq + ?Sized>(&self, k: &Q) -> Option<(V, Self)>
    where
        K: Borrow<Q>,
    {
        self.extract_with_key(k).map(|(_, value, rest)| (value, rest))
    }

    /// Returns the entry of a key, and a map without it.
    #[must_use]
    pub fn extract_with_key<Q: Hash + Eq + ?Sized>(&self, k: &Q) -> Option<(K, V, Self)>
    where
        K: Borrow<Q>,
    {
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
        other: HashMap<K, B, S>,
        mut f: F,
    ) -> HashMap<K, C, S> {
        self.intersection_with_key(other, |_, ours, theirs| f(ours, theirs))
    }

    /// Returns a map with the keys that both have, and the values `f(key, ours, theirs)`.
    #[must_use]
    pub fn intersection_with_key<B: Clone, C: Clone, F: FnMut(&K, V, B) -> C>(
        self,
        other: HashMap<K, B, S>,
        mut f: F,
    ) -> HashMap<K, C, S> {
        HashMap(self.0.intersection_with(&other.0, |key, ours, theirs| f(key, ours.clone(), theirs.clone())))
    }
}

impl<K, V, S> Clone for HashMap<K, V, S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V, S: Default> Default for HashMap<K, V, S> {
    fn default() -> Self {
        Self(PersistentMap::default())
    }
}

impl<K: Hash + Eq + fmt::Debug, V: fmt::Debug, S: BuildHasher> fmt::Debug for HashMap<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter_in_hash_order()).finish()
    }
}

impl<K: Hash + Eq, V: PartialEq, S: BuildHasher> PartialEq for HashMap<K, V, S> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K: Hash + Eq, V: Eq, S: BuildHasher> Eq for HashMap<K, V, S> {}

impl<K: Hash + Eq + PartialOrd, V: PartialOrd, S: BuildHasher> PartialOrd for HashMap<K, V, S> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        // A NaN in a node that both share counts as equal, as it does to `==`.
        if self == other {
            Some(Ordering::Equal)
        } else {
            self.0.iter_in_hash_order().partial_cmp(other.0.iter_in_hash_order())
        }
    }
}

impl<K: Hash + Eq + Ord, V: Ord, S: BuildHasher> Ord for HashMap<K, V, S> {
    fn cmp(&self, other: &Self) -> Ordering {
        if self == other { Ordering::Equal } else { self.0.iter_in_hash_order().cmp(other.0.iter_in_hash_order()) }
    }
}

impl<K: Hash, V: Hash, S> Hash for HashMap<K, V, S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher> Add for HashMap<K, V, S> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.union(other)
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher> Add for &HashMap<K, V, S> {
    type Output = HashMap<K, V, S>;

    fn add(self, other: Self) -> HashMap<K, V, S> {
        self.clone().union(other.clone())
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Default> Sum for HashMap<K, V, S> {
    fn sum<I: Iterator<Item = Self>>(maps: I) -> Self {
        Self::unions(maps)
    }
}

impl<K: Hash + Eq + Borrow<Q>, Q: Hash + Eq + ?Sized, V, S: BuildHasher> Index<&Q> for HashMap<K, V, S> {
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        &self.0[key]
    }
}

impl<K, Q, V, S> IndexMut<&Q> for HashMap<K, V, S>
where
    K: Hash + Eq + Clone + Borrow<Q>,
    Q: Hash + Eq + ?Sized,
    V: Clone,
    S: BuildHasher,
{
    fn index_mut(&mut self, key: &Q) -> &mut V {
        &mut self.0[key]
    }
}

impl<K, V, S> AsRef<Self> for HashMap<K, V, S> {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl<K: Hash + Eq + Clone + From<RK>, V: Clone + From<RV>, S: BuildHasher, RK, RV> Extend<(RK, RV)>
    for HashMap<K, V, S>
{
    fn extend<I: IntoIterator<Item = (RK, RV)>>(&mut self, entries: I) {
        self.0.extend(entries.into_iter().map(|(key, value)| (K::from(key), V::from(value))));
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Default> FromIterator<(K, V)> for HashMap<K, V, S> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl<'a, K, V, S> IntoIterator for &'a HashMap<K, V, S> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher> IntoIterator for HashMap<K, V, S> {
    type Item = (K, V);
    type IntoIter = ConsumingIter<(K, V)>;

    /// Iterates over the entries by value, in the order of [`iter`](HashMap::iter). Those in nodes that other versions share are
    /// cloned, all others moved.
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter_in_stored_order()
    }
}

/// Conversions from collections of entries, by value and by reference.
macro_rules! from {
    ($($from:ty, $entries:ident => $iter:expr;)*) => {$(
        impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Default> From<$from> for HashMap<K, V, S> {
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

impl<K, V, OK, OV, SA, SB> From<&HashMap<&K, &V, SA>> for HashMap<OK, OV, SB>
where
    K: Hash + Eq + ToOwned<Owned = OK> + ?Sized,
    V: ToOwned<Owned = OV> + ?Sized,
    OK: Hash + Eq + Clone + Borrow<K>,
    OV: Borrow<V> + Clone,
    SA: BuildHasher,
    SB: BuildHasher + Default,
{
    fn from(map: &HashMap<&K, &V, SA>) -> Self {
        map.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }
}

impl<K: Ord + Hash + Eq + Clone, V: Clone, S: BuildHasher> From<HashMap<K, V, S>> for OrdMap<K, V> {
    fn from(map: HashMap<K, V, S>) -> Self {
        map.0.into_iter().collect()
    }
}

impl<K: Ord + Hash + Eq + Clone, V: Clone, S: BuildHasher> From<&HashMap<K, V, S>> for OrdMap<K, V> {
    fn from(map: &HashMap<K, V, S>) -> Self {
        map.clone().into()
    }
}

impl<K, V, S> From<PersistentMap<K, V, Shared<S>>> for HashMap<K, V, S> {
    fn from(map: PersistentMap<K, V, Shared<S>>) -> Self {
        Self(map)
    }
}
