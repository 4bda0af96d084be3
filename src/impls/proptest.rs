//! Strategies for `proptest`, in the manner of its `collection::hash_map` and `hash_set`. Needs the feature `proptest`.
//!
//! `any::<PersistentMap<K, V, S>>()` and `any::<PersistentSet<T, S>>()` work too, with any hasher.

use alloc::vec::Vec;
use core::fmt::Debug;
use core::hash::{BuildHasher, Hash};

use proptest::arbitrary::{Arbitrary, any_with};
use proptest::collection::{SizeRange, vec};
use proptest::strategy::{BoxedStrategy, Strategy};

use crate::{PersistentMap, PersistentSet, RandomState};

/// Returns a strategy for maps of keys and values from these strategies, with a number of entries in this range.
///
/// Where `key` gives equal keys so often that there are too few entries, the map is rejected and another one tried.
///
/// The maps have the default hasher, whose keys are drawn once per process: a failure that depends on the iteration
/// order may not be found again from its saved seed. [`persistent_map_with_hasher`] takes a hasher of fixed keys.
///
/// # Examples
///
/// ```
/// use perennial::proptest::persistent_map;
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

/// Returns the strategy [`persistent_map`] for maps under clones of `hasher`.
///
/// With a hasher of fixed keys, the maps iterate in the same order whenever they are made from the same seed.
///
/// # Examples
///
/// ```
/// use perennial::proptest::persistent_map_with_hasher;
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

/// Returns a strategy for sets of elements from this strategy, with a number of elements in this range.
///
/// Where `element` gives equal elements so often that there are too few of them, the set is rejected and another one
/// tried.
///
/// The sets have the default hasher, whose keys are drawn once per process: a failure that depends on the iteration
/// order may not be found again from its saved seed. [`persistent_set_with_hasher`] takes a hasher of fixed keys.
///
/// # Examples
///
/// ```
/// use perennial::proptest::persistent_set;
/// use proptest::prelude::*;
///
/// proptest!(|(a in persistent_set(0..50, 0..20), b in persistent_set(0..50, 0..20))| {
///     prop_assert_eq!(a.union(&b).len() + a.intersection(&b).len(), a.len() + b.len());
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

/// Returns the strategy [`persistent_set`] for sets under clones of `hasher`.
///
/// With a hasher of fixed keys, the sets iterate in the same order whenever they are made from the same seed.
///
/// # Examples
///
/// ```
/// use perennial::proptest::persistent_set_with_hasher;
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

/// Returns a strategy for collections of so many different items.
fn collected<I: Strategy, C: Debug>(
    item: I,
    size: SizeRange,
    collect: impl Fn(Vec<I::Value>) -> C,
    len: fn(&C) -> usize,
) -> impl Strategy<Value = C> {
    let least = size.start();
    vec(item, size)
        .prop_map(collect)
        .prop_filter("fewer different items than asked for", move |collection| len(collection) >= least)
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
