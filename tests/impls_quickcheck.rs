//! Tests the `quickcheck` generators of maps and sets, and their shrinking.

mod common;

use perennial::{PersistentMap, PersistentSet};
use quickcheck::{Arbitrary, Gen, QuickCheck};

use common::validate;

#[test]
fn arbitrary_maps_are_valid_and_vary_in_size() {
    fn holds(map: PersistentMap<u16, String>, set: PersistentSet<u16>) -> bool {
        validate(&map);
        map.keys().copied().collect::<PersistentSet<u16>>().union(&set).len() >= map.len().max(set.len())
    }
    QuickCheck::new().quickcheck(holds as fn(PersistentMap<u16, String>, PersistentSet<u16>) -> bool);
    let mut random = Gen::new(50);
    let sizes: PersistentSet<usize> =
        (0..100).map(|_| PersistentMap::<u32, u8>::arbitrary(&mut random).len()).collect();
    assert!(sizes.len() > 10, "{sizes:?}");
}

#[test]
fn failures_shrink_to_the_smallest_collection() {
    fn smallest<C: Arbitrary>(start: C, fails: impl Fn(&C) -> bool) -> C {
        match start.shrink().find(&fails) {
            Some(smaller) => smallest(smaller, fails),
            None => start,
        }
    }
    let map: PersistentMap<u8, u8> = (0..30).map(|key| (key, key)).collect();
    let map = smallest(map, |map| map.values().any(|&value| value > 9));
    assert_eq!(map.into_iter().collect::<Vec<_>>(), [(0, 10)]);
    let set: PersistentSet<u8> = (0..30).collect();
    assert_eq!(smallest(set, |set| set.len() > 2), PersistentSet::from([0, 1, 2]));
}
