//! Tests the `proptest` strategies for maps and sets.

mod common;

use std::hash::BuildHasher;

/// Glob imports of both crates name different things.
#[expect(unused_imports, reason = "the test is that it compiles")]
mod globs {
    use perennial::*;
    use proptest::prelude::*;
}

use perennial::strategies::{persistent_map, persistent_map_with_hasher, persistent_set, persistent_set_with_hasher};
use perennial::{PersistentMap, PersistentSet};
use proptest::collection::size_range;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use common::hashers::{Kind, TestState};
use common::{proptest_config, validate};

proptest! {
    #![proptest_config(proptest_config(200, 4, "tests/impls_proptest.regressions"))]

    #[test]
    fn collections_have_the_requested_sizes(
        map in persistent_map(any::<u8>(), "[a-z]{0,3}", 5..=9),
        // Only eight different elements are possible.
        set in persistent_set(0..8_u8, 6),
        any: PersistentMap<u16, u16, TestState>,
        few in any_with::<PersistentSet<u16, TestState>>(size_range(..4).lift()),
    ) {
        validate(&map);
        validate(&any);
        prop_assert!((5..=9).contains(&map.len()));
        prop_assert_eq!(set.len(), 6);
        prop_assert!(any.len() < 100);
        prop_assert!(few.len() < 4);
    }
}

/// Shrinks a random value for which `fails` returns true, as far as it remains true.
fn smallest<S: Strategy>(strategy: S, fails: impl Fn(&S::Value) -> bool) -> S::Value {
    let mut runner = TestRunner::deterministic();
    let trees = core::iter::repeat_with(|| strategy.new_tree(&mut runner).unwrap());
    let mut tree = trees.take(1000).find(|tree| fails(&tree.current())).expect("one of a thousand values fails");
    while if fails(&tree.current()) { tree.simplify() } else { tree.complicate() } {}
    tree.current()
}

#[test]
fn failures_shrink_to_the_smallest_collection() {
    let map = smallest(persistent_map(0..100, 0..100, 0..40), |map| map.values().any(|&value| value > 9));
    assert_eq!(map.into_iter().collect::<Vec<_>>(), [(0, 10)]);
    let set = smallest(persistent_set(0..100, 1..40), |set| !set.is_empty());
    assert_eq!(set, PersistentSet::from([0]));
}

/// The entries of a map and the elements of a set, in the order of iteration.
type Order = (Vec<(u16, u16)>, Vec<u16>);

/// Returns the orders of the first maps and sets of a fixed seed. `hasher` makes the hashers of the strategies.
fn orders<S: BuildHasher + Clone>(hasher: impl Fn() -> S) -> Vec<Order> {
    let mut runner = TestRunner::deterministic();
    let maps = persistent_map_with_hasher(any::<u16>(), any::<u16>(), 0..100, hasher());
    let sets = persistent_set_with_hasher(any::<u16>(), 0..100, hasher());
    let make = |_| {
        let map = maps.new_tree(&mut runner).expect("there are enough keys").current();
        let set = sets.new_tree(&mut runner).expect("there are enough elements").current();
        (map.into_iter().collect(), set.into_iter().collect())
    };
    (0..20).map(make).collect()
}

#[test]
fn iteration_order_depends_on_the_seed_and_the_hasher() {
    let fixed = || foldhash::fast::FixedState::with_seed(1);
    assert_eq!(orders(fixed), orders(fixed));
    // Hashers with random keys give different orders. The entries of the maps are the same.
    let [one, other] = [(); 2].map(|()| orders(std::hash::RandomState::new));
    assert_ne!(one, other);
    let sorted = |mut orders: Vec<Order>| {
        orders.iter_mut().for_each(|(map, set)| {
            map.sort_unstable();
            set.sort_unstable();
        });
        orders
    };
    assert_eq!(sorted(one), sorted(other));
}

#[test]
fn collections_have_the_hasher_of_their_strategy() {
    let mut runner = TestRunner::deterministic();
    for kind in Kind::ALL {
        let map = persistent_map_with_hasher(0..9_u64, 0..9_u64, 5, TestState(kind));
        let set = persistent_set_with_hasher(0..9_u64, 5, TestState(kind));
        let [map, again] =
            [(); 2].map(|()| map.new_tree(&mut runner).expect("five of nine keys are possible").current());
        validate(&map);
        assert_eq!((map.len(), map.hasher().0, again.hasher().0), (5, kind, kind));
        let set = set.new_tree(&mut runner).expect("five of nine keys are possible").current();
        assert_eq!((set.len(), set.hasher().0), (5, kind));
    }
}
