//! Strategies for maps and sets.

mod common;

use perennial::proptest::{persistent_map, persistent_set};
use perennial::{PersistentMap, PersistentSet};
use proptest::collection::size_range;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use common::hashers::TestState;
use common::{proptest_config, validate};

proptest! {
    #![proptest_config(proptest_config(200, 4, "tests/impls_proptest.regressions"))]

    #[test]
    fn sizes_are_in_their_range(
        map in persistent_map(any::<u8>(), "[a-z]{0,3}", 5..=9),
        // There are only eight different elements.
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

/// The last of a row of simplifications of random values that keeps `fails` true.
fn smallest<S: Strategy>(strategy: S, fails: impl Fn(&S::Value) -> bool) -> S::Value {
    let mut runner = TestRunner::deterministic();
    let trees = core::iter::repeat_with(|| strategy.new_tree(&mut runner).unwrap());
    let mut tree = trees.take(1000).find(|tree| fails(&tree.current())).expect("one in a thousand fails");
    while if fails(&tree.current()) { tree.simplify() } else { tree.complicate() } {}
    tree.current()
}

#[test]
fn a_failure_shrinks_to_the_smallest() {
    let map = smallest(persistent_map(0..100, 0..100, 0..40), |map| map.values().any(|&value| value > 9));
    assert_eq!(map.into_iter().collect::<Vec<_>>(), [(0, 10)]);
    let set = smallest(persistent_set(0..100, 1..40), |set| !set.is_empty());
    assert_eq!(set, PersistentSet::from([0]));
}
