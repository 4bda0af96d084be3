//! Strategies for `proptest`. Needs the feature `proptest`.

// Made by compat/generate.py from compat/im: edit it there.

use std::hash::Hash;
use std::ops::Range;

use proptest::strategy::{BoxedStrategy, Strategy};

use crate::{GenericHashMap, GenericHashSet, HashMap, HashSet, Marked};

#[doc(no_inline)]
pub use imbl_upstream::proptest::{ord_map, ord_set, vector};

/// Generates a [`HashMap`] of the keys, the values and the size that the arguments say.
pub fn hash_map<K: Strategy + 'static, V: Strategy + 'static>(
    key: K,
    value: V,
    size: Range<usize>,
) -> BoxedStrategy<HashMap<K::Value, V::Value>>
where
    K::Value: Hash + Eq + Clone,
    V::Value: Clone,
{
    let maps = perennial::strategies::persistent_map_with_hasher(key, value, size, Marked::default());
    maps.prop_map(GenericHashMap).boxed()
}

/// Generates a [`HashSet`] of the elements and the size that the arguments say.
pub fn hash_set<A: Strategy + 'static>(element: A, size: Range<usize>) -> BoxedStrategy<HashSet<A::Value>>
where
    A::Value: Hash + Eq + Clone,
{
    let sets = perennial::strategies::persistent_set_with_hasher(element, size, Marked::default());
    sets.prop_map(GenericHashSet).boxed()
}
