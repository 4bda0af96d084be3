//! Tests the laws of merging, comparing and patching maps with random cases, and some cases that are known to be hard.

mod common;

use std::collections::BTreeMap;
use std::hash::RandomState;

use perennial::PersistentMap;
use perennial::map::{Change, Merge, Patch};
use proptest::proptest;

use common::hashers::Kind;
use common::laws::{self, cases};
use common::{Map, assert_holds, build, proptest_config, scaled, validate};

const REGRESSIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proptest-regressions/algebra.txt");

proptest! {
    #![proptest_config(proptest_config(32, 1, REGRESSIONS))]

    #[test]
    fn operations_agree_with_a_model(case in cases()) {
        case.obeys(laws::operations_agree_with_a_model);
    }

    #[test]
    fn operations_obey_the_laws_of_sets(case in cases()) {
        case.obeys(laws::operations_obey_the_laws_of_sets);
    }

    #[test]
    fn results_equal_to_an_operand_are_that_version(case in cases()) {
        case.obeys(laws::results_equal_to_an_operand_are_that_version);
    }

    #[test]
    fn diff_yields_every_change_once_and_makes_a_patch(case in cases()) {
        case.obeys(laws::diff_yields_every_change_once_and_makes_a_patch);
    }

    #[test]
    fn patches_that_fit_compose(case in cases()) {
        case.obeys(laws::patches_that_fit_compose);
    }

    #[test]
    fn three_way_merge_agrees_with_a_model(case in cases()) {
        case.obeys(laws::three_way_merge_agrees_with_a_model);
    }

    #[test]
    fn equal_maps_with_different_histories_have_equal_hashes(case in cases()) {
        case.obeys(laws::equal_maps_with_different_histories_have_equal_hashes);
    }
}

/// Each of std's random hashers has its own keys, so the hashers of any two of these maps disagree.
#[test]
fn operations_on_maps_with_different_random_hashers_give_correct_results() {
    let map = |keys: std::ops::Range<u64>| {
        let mut map = PersistentMap::with_hasher(RandomState::new());
        map.extend(keys.map(|key| (key, key % 7)));
        map
    };
    let n = scaled(3000, 100) as u64;
    let (a, b) = (map(0..2 * n), map(n..3 * n).map_values(|_, value| value % 5));
    let sorted = |map: PersistentMap<u64, u64, RandomState>| {
        map.validate();
        map.into_iter().collect::<BTreeMap<_, _>>()
    };
    assert!(sorted(&a | &b).into_iter().eq((0..3 * n).map(|key| (key, if key < n { key % 7 } else { key % 7 % 5 }))));
    assert!(sorted(&a & &b).into_iter().eq((n..2 * n).map(|key| (key, key % 7))));
    assert!(sorted(&a - &b).into_keys().eq(0..n));
    assert!(sorted(&a ^ &b).into_keys().eq((0..n).chain(2 * n..3 * n)));
    assert!(a.is_submap(&map(0..3 * n)) && !map(0..3 * n).is_submap(&a) && !b.is_submap(&map(0..3 * n)));
    assert!((&a - &b).is_disjoint(&b) && !a.is_disjoint(&b));
    let changed = (n..2 * n).filter(|key| key % 7 != key % 7 % 5).count();
    assert_eq!(a.diff(&b).count(), 2 * n as usize + changed);
    assert_eq!(a.apply(&Patch::between(&a, &b)), Ok(b.clone()));
    assert_eq!(a.diff(&map(0..2 * n)).count(), 0);
}

#[test]
fn diff_of_one_edit_yields_that_edit() {
    let n = scaled(10_000, 300) as u64;
    let map = build(Kind::Good, (0..n).map(|key| (key, key)));
    for key in 0..n {
        let without = map.dissoc(&key);
        assert!(map.diff(&without).eq([Change::Removed { key: &key, value: &key }]));
        assert!(without.diff(&map).eq([Change::Added { key: &key, value: &key }]));
        let changed = map.assoc(key, n);
        assert!(map.diff(&changed).eq([Change::Changed { key: &key, old: &key, new: &n }]));
        let (new_key, value) = (n + key, 7);
        let with = map.assoc(new_key, value);
        assert!(map.diff(&with).eq([Change::Added { key: &new_key, value: &value }]));
        for other in [without, changed, with] {
            assert_ne!(map, other);
            assert_ne!(other, map);
        }
    }
}

/// Merges maps without common keys, and maps that overlap.
#[test]
fn merge_keeps_all_entries() {
    fn check<K: Clone + Ord + std::hash::Hash + std::fmt::Debug>(key: impl Fn(usize) -> K) {
        let n = scaled(50_000, 500);
        let map = |keys: std::ops::Range<usize>, value| build(Kind::Good, keys.map(|at| (key(at), value)));
        let merged = &map(0..n, 1) | &map(n..2 * n, 2);
        assert_holds(&merged, (0..2 * n).map(|at| (key(at), if at < n { 1 } else { 2 })));
        // Maps of 2000 and 500 entries, of which 200 have the same key.
        let (from, end) = (1800, 2300);
        let merged = map(0..2000, 1).merge(&map(from..end, 2));
        assert_holds(&merged, (0..end).map(|at| (key(at), if at < from { 1 } else { 2 })));
        let merged = map(from..end, 2).merge(&map(0..2000, 1));
        assert_holds(&merged, (0..end).map(|at| (key(at), if at < 2000 { 1 } else { 2 })));
    }
    check(|at| at as u64);
    check(|at| -(at as i64));
    check(|at| format!("key{at}"));
    check(|at| at as u64 * 1024);
    check(|at| (at as u64) << 40);
}

#[test]
fn combining_keeps_our_keys_except_with_merge_right() {
    /// A key that is equal to all others with the same number.
    #[derive(Clone, Debug)]
    struct Named(u64, &'static str);
    impl PartialEq for Named {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    impl Eq for Named {}
    impl std::hash::Hash for Named {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }
    for kind in Kind::ALL {
        for n in [1, 17, 200] {
            let map = |name, value| build(kind, (0..n).map(|key| (Named(key, name), value)));
            let (ours, theirs) = (map("ours", 1), map("theirs", 2));
            let all = |map: &Map<Named, i32>, name, value| {
                validate(map);
                map.len() == n as usize && map.iter().all(|(key, found)| (key.1, *found) == (name, value))
            };
            assert!(all(&ours.merge(&theirs), "ours", 2));
            assert!(all(&ours.intersection(&theirs), "ours", 1));
            assert!(all(&ours.intersection_with(&theirs, |_, a, b| a + b), "ours", 3));
            assert!(all(&ours.merge_with(&theirs, |_, _, _| Merge::New(5)), "ours", 5));
            assert!(all(&ours.merge_with(&theirs, |_, _, _| Merge::Right), "theirs", 2));
            assert!(ours.merge_with(&theirs, |_, _, _| Merge::Right).ptr_eq(&theirs));
        }
    }
}
