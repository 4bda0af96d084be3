//! Strategies for `proptest`, in the manner of its `collection::hash_map` and `hash_set`. Needs the feature `proptest`.
//!
//! `any::<PersistentMap<K, V, S>>()` and `any::<PersistentSet<T, S>>()` work too, with any hasher.

use core::fmt::Debug;
use core::hash::{BuildHasher, Hash};

use proptest::arbitrary::{Arbitrary, any_with};
use proptest::collection::{SizeRange, vec};
use proptest::strategy::{BoxedStrategy, Strategy};

use crate::{PersistentMap, PersistentSet};

/// A strategy for maps of keys and values from these strategies, with a number of entries in this range.
///
/// Where `key` gives equal keys so often that there are too few entries, the map is rejected and another one tried.
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
    collected((key, value), size.into(), PersistentMap::len)
}

/// A strategy for sets of elements from this strategy, with a number of elements in this range.
///
/// Where `element` gives equal elements so often that there are too few of them, the set is rejected and another one
/// tried.
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
    collected(element, size.into(), PersistentSet::len)
}

/// A strategy for collections of so many different items.
fn collected<I: Strategy, C: FromIterator<I::Value> + Debug>(
    item: I,
    size: SizeRange,
    len: fn(&C) -> usize,
) -> impl Strategy<Value = C> {
    let least = size.start();
    vec(item, size)
        .prop_map(|items| items.into_iter().collect())
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
        collected((any_with::<K>(key), any_with::<V>(value)), size, Self::len).boxed()
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
        collected(any_with::<T>(element), size, Self::len).boxed()
    }
}
