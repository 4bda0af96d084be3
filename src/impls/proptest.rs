//! Strategies for `proptest`, in the style of its `collection::hash_map` and `hash_set`.
//!
//! `any::<PersistentMap<K, V, S>>()` and `any::<PersistentSet<T, S>>()` work too, with any hasher.

use alloc::vec::Vec;
use core::fmt::Debug;
use core::hash::{BuildHasher, Hash};

use proptest::arbitrary::{Arbitrary, any_with};
use proptest::collection::{SizeRange, vec};
use proptest::strategy::{BoxedStrategy, Strategy};

use crate::{PersistentMap, PersistentSet, RandomState};

/// Returns a strategy for maps with keys and values from these strategies and with a number of entries in this range.
///
/// If `key` generates so many equal keys that there are too few entries, the map is rejected and another one is
/// tried.
///
/// The maps have the default hasher, whose keys are chosen at random once per process: a failure that depends on the
/// iteration order may not be reproduced from its saved seed. To reproduce it, pass a hasher with fixed keys to
/// [`persistent_map_with_hasher`].
///
/// # Examples
///
/// ```
/// use perennial::strategies::persistent_map;
/// use proptest::prelude::*;
///
/// proptest!(|(map in persistent_map("[a-z]{1,8}", 0..100, 3..20))| {
///     prop_assert!((3..20).contains(&map.len()));
///     prop_assert_eq!(map.dissoc("A"), map);
/// });
/// ```
pub fn persistent_map<K: Strategy, V: Strategy>(
    key: K,
    value: V,
    size: impl Into<SizeRange>,
) -> impl Strategy<Value = PersistentMap<K::Value, V::Value>>
where
    K::Value: Eq + Hash,
{
    persistent_map_with_hasher(key, value, size, RandomState::new())
}

/// Like [`persistent_map`], but returns maps that hash their keys with clones of `hasher`.
///
/// With a hasher with fixed keys, maps made from the same seed are iterated in the same order.
///
/// # Examples
///
/// ```
/// use perennial::strategies::persistent_map_with_hasher;
/// use proptest::prelude::*;
/// use std::hash::{BuildHasherDefault, DefaultHasher};
///
/// let hasher = BuildHasherDefault::<DefaultHasher>::default();
/// proptest!(|(map in persistent_map_with_hasher(0..50, 0..100, 1..20, hasher))| {
///     let first = map.keys().next().copied();
///     prop_assert!(first.is_some_and(|key| map.contains_key(&key)));
/// });
/// ```
pub fn persistent_map_with_hasher<K: Strategy, V: Strategy, S: BuildHasher + Clone>(
    key: K,
    value: V,
    size: impl Into<SizeRange>,
    hasher: S,
) -> impl Strategy<Value = PersistentMap<K::Value, V::Value, S>>
where
    K::Value: Eq + Hash,
{
    let collect = move |entries| PersistentMap::collected(hasher.clone(), entries);
    collected((key, value), size.into(), collect, PersistentMap::len)
}

/// Returns a strategy for sets with elements from this strategy and with a number of elements in this range.
///
/// If `element` generates so many equal elements that there are too few different ones, the set is rejected and
/// another one is tried.
///
/// The sets have the default hasher, whose keys are chosen at random once per process: a failure that depends on the
/// iteration order may not be reproduced from its saved seed. To reproduce it, pass a hasher with fixed keys to
/// [`persistent_set_with_hasher`].
///
/// # Examples
///
/// ```
/// use perennial::strategies::persistent_set;
/// use proptest::prelude::*;
///
/// let sets = (persistent_set(0..50, 0..20), persistent_set(0..50, 0..20));
/// proptest!(|((a, b) in sets)| {
///     let (either, both) = (a.union(&b), a.intersection(&b));
///     prop_assert_eq!(either.len() + both.len(), a.len() + b.len());
/// });
/// ```
pub fn persistent_set<T: Strategy>(
    element: T,
    size: impl Into<SizeRange>,
) -> impl Strategy<Value = PersistentSet<T::Value>>
where
    T::Value: Eq + Hash,
{
    persistent_set_with_hasher(element, size, RandomState::new())
}

/// Like [`persistent_set`], but returns sets that hash their elements with clones of `hasher`.
///
/// With a hasher with fixed keys, sets made from the same seed are iterated in the same order.
///
/// # Examples
///
/// ```
/// use perennial::strategies::persistent_set_with_hasher;
/// use proptest::prelude::*;
/// use std::hash::{BuildHasherDefault, DefaultHasher};
///
/// let hasher = BuildHasherDefault::<DefaultHasher>::default();
/// proptest!(|(set in persistent_set_with_hasher(0..50, 1..20, hasher))| {
///     prop_assert!(set.iter().next().is_some_and(|element| set.contains(element)));
/// });
/// ```
pub fn persistent_set_with_hasher<T: Strategy, S: BuildHasher + Clone>(
    element: T,
    size: impl Into<SizeRange>,
    hasher: S,
) -> impl Strategy<Value = PersistentSet<T::Value, S>>
where
    T::Value: Eq + Hash,
{
    let collect = move |elements| PersistentSet::collected(hasher.clone(), elements);
    collected(element, size.into(), collect, PersistentSet::len)
}

/// Returns a strategy for collections with a number of different items in this range.
fn collected<I: Strategy, C: Debug>(
    item: I,
    size: SizeRange,
    collect: impl Fn(Vec<I::Value>) -> C,
    len: fn(&C) -> usize,
) -> impl Strategy<Value = C> {
    let least = size.start();
    vec(item, size)
        .prop_map(collect)
        .prop_filter("fewer different items than required", move |collection| len(collection) >= least)
}

impl<K, V, S> Arbitrary for PersistentMap<K, V, S>
where
    K: Arbitrary<Strategy: 'static> + Eq + Hash + 'static,
    V: Arbitrary<Strategy: 'static> + 'static,
    S: BuildHasher + Default + 'static,
{
    type Parameters = (SizeRange, K::Parameters, V::Parameters);
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((size, key, value): Self::Parameters) -> Self::Strategy {
        collected((any_with::<K>(key), any_with::<V>(value)), size, Self::from_iter, Self::len).boxed()
    }
}

impl<T, S> Arbitrary for PersistentSet<T, S>
where
    T: Arbitrary<Strategy: 'static> + Eq + Hash + 'static,
    S: BuildHasher + Default + 'static,
{
    type Parameters = (SizeRange, T::Parameters);
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((size, element): Self::Parameters) -> Self::Strategy {
        collected(any_with::<T>(element), size, Self::from_iter, Self::len).boxed()
    }
}
