//! Tests values that are not equal to themselves: which changes are detected does not depend on the nodes that maps
//! share.

mod common;

use std::cell::Cell;
use std::collections::BTreeMap;

use perennial::map::{Change, Patch, PatchConflict};
use perennial::{PersistentMap, persistent_map};

use common::hashers::Kind;
use common::{Map, build, empty, scaled};

/// A value. If its number is negative, it is not equal to any value, including itself.
#[derive(Clone, Copy, Debug)]
struct Number(i32);

thread_local! {
    static COMPARED: Cell<usize> = const { Cell::new(0) };
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        COMPARED.set(COMPARED.get() + 1);
        self.0 >= 0 && self.0 == other.0
    }
}

const NAN: Number = Number(-1);

/// Runs `work`. Returns its result and how many values it compared.
fn counted<R>(work: impl FnOnce() -> R) -> (R, usize) {
    let before = COMPARED.get();
    let result = work();
    (result, COMPARED.get() - before)
}

/// Returns a map with the same entries that shares nothing with `map`.
fn apart<K: Clone + Eq + std::hash::Hash, V: Clone>(map: &Map<K, V>, kind: Kind) -> Map<K, V> {
    build(kind, map.clone())
}

/// Returns a clone of `map`, which shares all nodes with it, and two maps with the same entries that share nothing with
/// it: one with the same hasher, one with another.
fn forms<K: Clone + Eq + std::hash::Hash, V: Clone>(map: &Map<K, V>) -> [Map<K, V>; 3] {
    [map.clone(), apart(map, map.hasher().0), apart(map, Kind::TopBits)]
}

/// Returns the changes between two maps by key, with the values as numbers.
fn changes(old: &Map<i64, Number>, new: &Map<i64, Number>) -> BTreeMap<i64, [Option<i32>; 2]> {
    let number = |value: Option<&Number>| value.map(|value| value.0);
    old.diff(new).map(|change| (*change.key(), [number(change.before()), number(change.after())])).collect()
}

/// Returns the entries in order, with the values as numbers.
fn entries(map: &Map<i64, Number>) -> BTreeMap<i64, i32> {
    map.iter().map(|(&key, value)| (key, value.0)).collect()
}

/// Returns maps of several sizes, in which every third value is not equal to itself.
fn bases() -> impl Iterator<Item = Map<i64, Number>> {
    let sizes = [3, 16, 17, 40, scaled(600, 60) as i64];
    let kinds = [Kind::Good, Kind::Eight, Kind::Constant];
    kinds.into_iter().flat_map(move |kind| {
        sizes.map(|size| build(kind, (0..size).map(|key| (key, if key % 3 == 0 { NAN } else { Number(key as i32) }))))
    })
}

#[test]
fn an_untouched_nan_is_no_change() {
    let base = persistent_map! { "nan" => f64::NAN, "a" => 1.0, "b" => 1.0 };
    let new = base.assoc("a", 2.0);
    let only_a = [Change::Changed { key: &"a", old: &1.0, new: &2.0 }];
    for base in [base.clone(), base.iter().map(|(&key, &value)| (key, value)).collect()] {
        assert!(base.diff(&new).eq(only_a));
        assert!(new.diff(&base).count() == 1);
        let patch = Patch::between(&base, &new);
        assert!(patch.iter().eq(only_a));
        let patched = base.apply(&patch).expect("the patch fits the map that it was made from");
        assert!(patched["a"] == 2.0 && patched["b"] == 1.0 && patched["nan"].is_nan());
        let merged = PersistentMap::merge3(&base, &base.assoc("b", 3.0), &new, |key, _| panic!("a conflict at {key}"));
        assert!(merged["a"] == 2.0 && merged["b"] == 3.0 && merged["nan"].is_nan());
    }
}

#[test]
fn diff_does_not_depend_on_shared_nodes() {
    for base in bases() {
        let new = base.assoc(1, Number(-5)).assoc(2, Number(99)).assoc(0, Number(7)).dissoc(&3).assoc(-1, NAN);
        let mut expected = BTreeMap::from([
            (-1, [None, Some(-1)]),
            (0, [Some(-1), Some(7)]),
            (1, [Some(1), Some(-5)]),
            (2, [Some(2), Some(99)]),
        ]);
        if base.contains_key(&3) {
            expected.insert(3, [Some(-1), None]);
        }
        for old in forms(&base) {
            for new in forms(&new) {
                assert_eq!(changes(&old, &new), expected);
                assert_eq!(Patch::between(&old, &new).len(), expected.len());
            }
            assert_eq!(changes(&old, &base), BTreeMap::new());
        }
    }
}

#[test]
fn patches_apply_to_values_that_are_not_equal_to_themselves() {
    for base in bases() {
        let new = base.assoc(0, Number(7)).dissoc(&3).assoc(1, NAN);
        for old in forms(&base) {
            let patch = Patch::between(&old, &new);
            for old in forms(&base) {
                let patched = old.apply(&patch).expect("the patch fits");
                assert_eq!(entries(&patched), entries(&new));
                let undone = patched.apply(&patch.inverse()).expect("the patch fits backwards");
                assert_eq!(entries(&undone), entries(&base));
            }
            // In the first map the value of key 0 is equal to itself, but not in the patch. For key 1 it is the
            // reverse.
            assert_eq!(
                base.assoc(0, Number(5)).apply(&patch).unwrap_err().conflicts(),
                [PatchConflict::Differs { key: 0 }]
            );
            assert_eq!(base.assoc(1, NAN).apply(&patch).unwrap_err().conflicts(), [PatchConflict::Differs { key: 1 }]);
        }
    }
}

#[test]
fn merge3_resolves_only_changed_keys() {
    for base in bases() {
        let (ours, theirs) =
            (base.assoc(1, Number(100)).assoc(0, Number(50)), base.assoc(2, Number(200)).assoc(0, NAN));
        let expected = entries(&base.assoc(1, Number(100)).assoc(2, Number(200)).assoc(0, Number(50)));
        for base in forms(&base) {
            for ours in forms(&ours) {
                for theirs in forms(&theirs) {
                    let merged = PersistentMap::merge3(&base, &ours, &theirs, |key, _| panic!("a conflict at {key}"));
                    assert_eq!(entries(&merged), expected);
                }
            }
            // Both sides change the value of key 1 to a NaN, which is the same change. Key 0 is a conflict: one side
            // removes it, and the other changes its value.
            let (ours, theirs) = (base.assoc(1, NAN).dissoc(&0), base.assoc(1, Number(-5)).assoc(0, Number(1)));
            let mut conflicts = Vec::new();
            let merged = PersistentMap::merge3(&base, &ours, &theirs, |key, conflict| {
                conflicts.push(*key);
                conflict.ours.copied()
            });
            assert_eq!(conflicts, [0]);
            assert_eq!(entries(&merged), entries(&ours));
        }
    }
}

#[test]
fn replacing_a_nan_with_a_nan_keeps_the_version() {
    for base in bases() {
        assert!(base.assoc_if_changed(0, Number(-7)).ptr_eq(&base));
        assert_eq!(base.assoc_if_changed(0, Number(7))[&0].0, 7);
        assert_eq!(base.assoc_if_changed(1, NAN)[&1].0, -1);
        assert!(base.update_values(|_, value| Number(value.0)).ptr_eq(&base));
        let doubled = base.update_values(|_, value| Number(2 * value.0));
        assert!(base.iter().all(|(key, value)| doubled[key].0 == if value.0 < 0 { value.0 } else { 2 * value.0 }));
        // A conflict that is resolved to our value.
        let (ours, theirs) = (base.assoc(1, NAN), base.assoc(1, Number(2)));
        assert!(PersistentMap::merge3(&base, &ours, &theirs, |_, _| Some(NAN)).ptr_eq(&ours));
    }
}

/// This is a limitation of comparing values only with `==`: other differences in a value that contains a NaN are not
/// detected.
#[test]
fn changes_inside_a_value_that_contains_a_nan_are_not_detected() {
    let base = persistent_map! { "a" => (f64::NAN, 1) };
    let new = base.assoc("a", (f64::NAN, 2));
    assert_eq!(base.diff(&new).count(), 0);
    assert!(Patch::between(&base, &new).is_empty());
    assert_eq!(base.assoc_if_changed("a", (f64::NAN, 2))["a"].1, 1);
}

#[test]
fn unshared_maps_are_compared_like_std() {
    for base in bases() {
        let [same, apart, rehashed] = forms(&base);
        assert!(base == same && base.is_submap(&same));
        for other in [apart, rehashed] {
            assert!(base != other && !base.is_submap(&other) && !other.is_submap(&base));
        }
    }
    let mut whole: Map<i64, Number> = empty(Kind::Good);
    whole.extend([(1, Number(1)), (2, Number(2))]);
    assert!(whole == apart(&whole, Kind::Good) && whole == apart(&whole, Kind::Eight));
}

#[test]
fn values_are_not_compared_more_often_than_needed() {
    let old: Map<i64, Number> = build(Kind::Good, (0..100).map(|key| (key, Number(1))));
    let equal: Map<i64, Number> = build(Kind::Good, (0..100).map(|key| (key, Number(1))));
    let other: Map<i64, Number> = build(Kind::Good, (0..100).map(|key| (key, Number(2))));
    assert_eq!(counted(|| old.diff(&equal).count()), (0, 100));
    // One more comparison per change finds out whether the old value is equal to itself.
    assert_eq!(counted(|| old.diff(&other).count()), (100, 200));
    let patch = Patch::between(&old, &other);
    assert_eq!(counted(|| old.apply(&patch).is_ok()), (true, 100));
    assert_eq!(counted(|| old.assoc_if_changed(1, Number(1)).len()), (100, 1));
    assert_eq!(counted(|| old.update_values(|_, value| *value).len()), (100, 100));
}
