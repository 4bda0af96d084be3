//! Edits do not change older versions, colliding keys are not lost, and the shape of a map does not depend on its
//! history.

mod common;

use core::cell::Cell;
use core::hash::{Hash, Hasher};
use proptest::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

use common::hashers::{Kind, TestState};
use common::{Map, assert_holds, build, empty, proptest_config, same_shape, scaled, validate};

const KINDS: [Kind; 5] = [Kind::Good, Kind::Eight, Kind::Constant, Kind::TopBits, Kind::Abs];

/// Returns pairs of a key and its double.
fn doubled(keys: impl IntoIterator<Item = i64>) -> impl Iterator<Item = (i64, i64)> {
    keys.into_iter().map(|k| (k, 2 * k))
}

#[test]
fn removing_a_key_keeps_the_key_that_collides_with_it() {
    let n = scaled(600, 40) as i64;
    let keys = || (1..=n).flat_map(|k| [k, -k]);
    let whole: Map<i64, i64> = build(Kind::Abs, doubled(keys()));
    assert_eq!(whole.len(), 2 * n as usize);

    let mut half = whole.clone();
    for (removed, key) in (1..=n).enumerate() {
        assert_eq!(half.remove(&key), Some(2 * key));
        assert_eq!(half.remove(&key), None);
        assert_eq!(half.get(&-key), Some(&(-2 * key)));
        assert_eq!(half.len(), 2 * n as usize - removed - 1);
        validate(&half);
    }
    assert_holds(&half, doubled(-n..0));
    assert_holds(&whole, doubled(keys()));
}

#[test]
fn colliding_keys_can_be_inserted_and_removed() {
    let n = scaled(1000, 60) as i64;
    let neighbours = || doubled(-20..0);
    // With `Constant` all keys collide; with `Eight` there are several collision nodes.
    for kind in [Kind::Constant, Kind::Eight] {
        let base = build(kind, neighbours());
        let mut map = base.clone();
        for key in 0..n {
            assert_eq!(map.insert(key, 2 * key), None);
            validate(&map);
        }
        let grown = map.clone();
        assert_holds(&grown, doubled(-20..n));
        // Removes keys from both ends, so that the first, middle and last entries of a node are removed.
        for key in (0..n / 2).flat_map(|k| [k, n - 1 - k]) {
            assert_eq!(map.remove(&key), Some(2 * key));
            validate(&map);
        }
        assert_holds(&map, neighbours());
        assert!(same_shape(&map, &base));
        for key in -20..0 {
            assert_eq!(map.remove(&key), Some(2 * key));
            validate(&map);
        }
        assert!(same_shape(&map, &empty(kind)));
        assert_holds(&grown, doubled(-20..n));
    }
}

#[test]
fn removing_inserted_keys_restores_the_shape() {
    for kind in KINDS {
        let mut base = empty(kind);
        for size in 0..scaled(150, 20) as i64 {
            for extra in [1, 16, 17, scaled(100, 20) as i64] {
                let extras = || (1..=extra).map(|k| k * 1000);
                let mut map = base.clone();
                map.extend(doubled(extras()));
                assert!(!same_shape(&map, &base));
                extras().for_each(|key| assert!(map.remove(&key).is_some()));
                validate(&map);
                assert!(same_shape(&map, &base), "{kind:?} {size} {extra}");
            }
            base.insert(size, 2 * size);
        }
    }
}

proptest! {
    #![proptest_config(proptest_config(
        60,
        2,
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proptest-regressions/persistence.txt"),
    ))]

    #[test]
    fn the_shape_depends_only_on_the_set_of_keys(
        kept in prop::collection::vec(0..2000_i64, 0..scaled(400, 40)),
        gone in prop::collection::vec(2000..4000_i64, 0..scaled(400, 40)),
        order in any::<u64>(),
    ) {
        for kind in KINDS {
            let in_order: Map<i64, i64> = build(kind, doubled(kept.clone()));
            let mut all: Vec<i64> = kept.iter().chain(&gone).copied().collect();
            all.sort_by_key(|&key| (key as u64 ^ order).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let mut map = build(kind, doubled(all));
            for key in &gone {
                map.remove(key);
            }
            validate(&map);
            assert!(same_shape(&map, &in_order));
            let collected: Map<i64, i64> = doubled(kept.clone()).collect();
            assert_eq!(map, collected, "equal, though their hashers may disagree");
            let filtered = build(kind, doubled(kept.iter().chain(&gone).copied()))
                .filter(|key, _| *key < 2000);
            assert!(same_shape(&filtered, &in_order));
        }
    }
}

#[test]
fn extend_equals_single_insertions() {
    for kind in KINDS {
        // The items are divided into 1, 16 or 256 parts, depending on their number.
        let large = if kind == Kind::Good { scaled(70_000, 0) as i64 } else { 0 };
        for size in [0, 16, 17, 18, scaled(300, 40) as i64, large / 20, large] {
            // Each key occurs twice, far apart. The later value wins.
            let entries = || (0..size).chain(0..size).zip(0..);
            let mut at_once = empty(kind);
            at_once.extend(entries());
            let one_by_one = build(kind, entries());
            assert_holds(&at_once, (0..size).map(|k| (k, size + k)));
            assert!(same_shape(&at_once, &one_by_one), "{kind:?}, {size} entries");

            let old = at_once.clone();
            at_once.extend((size / 2..2 * size).map(|k| (k, -1)));
            assert_holds(&at_once, (0..2 * size).map(|k| (k, if k < size / 2 { size + k } else { -1 })));
            assert_eq!(old, one_by_one);
        }
    }
}

/// A key that is equal to all others with the same number.
#[derive(Clone, Debug)]
struct Named(i64, &'static str);

impl Hash for Named {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Named {}

#[test]
fn the_first_of_equal_keys_stays() {
    let named = |name| (0..40).map(move |k| (Named(k, name), name));
    for kind in KINDS {
        let old = build(kind, named("old"));
        let mut inserted = old.clone();
        let mut entered = old.clone();
        let mut extended = old.clone();
        for (key, value) in named("new") {
            inserted.insert(key.clone(), value);
            entered.entry(key).insert_entry(value);
        }
        extended.extend(named("new"));
        let mut at_once = empty(kind);
        at_once.extend(named("old").chain(named("new")));
        for map in [inserted, entered, extended, at_once] {
            validate(&map);
            assert_eq!(map.len(), 40);
            assert!(map.iter().all(|(key, value)| key.1 == "old" && *value == "new"));
        }
        assert!(old.iter().all(|(key, value)| key.1 == "old" && *value == "old"));
    }
}

#[test]
fn merge_keeps_all_distinct_keys() {
    let n = scaled(50_000, 300) as i64;
    for kind in [Kind::Good, Kind::Abs, Kind::TopBits] {
        let n = if kind == Kind::Good { n } else { n / 50 };
        let left = build(kind, doubled(-n..0));
        let right = build(kind, doubled(0..n));
        let merged = left.merge(&right);
        assert_holds(&merged, doubled(-n..n));
        assert_holds(&left, doubled(-n..0));
        assert_holds(&right, doubled(0..n));
        assert_eq!(merged, right.merge(&left));
    }
}

#[test]
fn merge_takes_the_values_of_the_other_map_under_any_hashers() {
    for kind in KINDS {
        for other in KINDS {
            let left = build(kind, (0..60_i64).map(|k| (k, 'l')));
            let right = build(other, (30..90_i64).map(|k| (k, 'r')));
            let expected = || (0..30).map(|k| (k, 'l')).chain((30..90).map(|k| (k, 'r')));
            let merged = left.merge(&right);
            assert_holds(&merged, expected());
            assert_eq!(merged, build(other, expected()));
            assert_ne!(merged, right);
            assert_ne!(left, right);
        }
    }
}

#[test]
fn editing_a_colliding_value_changes_only_one_version() {
    for kind in KINDS {
        for size in [2, 16, 17, scaled(100, 20) as i64] {
            let old: Map<i64, i64> = build(kind, doubled(0..size));
            let mut new = old.clone();
            for key in 0..size {
                let before = new.clone();
                assert_eq!(new.insert(key, -1), Some(2 * key));
                assert_eq!(before[&key], 2 * key);
                *new.get_mut(&key).expect("the key is present") = -2;
                validate(&new);
            }
            new.values_mut().for_each(|value| *value -= 1);
            assert_holds(&new, (0..size).map(|k| (k, -3)));
            assert_holds(&old, doubled(0..size));
        }
    }
}

#[test]
fn removing_one_of_two_colliding_keys_keeps_the_other() {
    let two: Map<i64, char> = build(Kind::Abs, [(-7, 'a'), (7, 'b')]);
    assert_holds(&two.dissoc(&7), [(-7, 'a')]);
    assert_holds(&two.dissoc(&-7), [(7, 'b')]);
    assert_holds(&two.dissoc(&-7).dissoc(&7), []);
    assert_holds(&two, [(-7, 'a'), (7, 'b')]);
}

#[test]
fn many_variants_of_one_map_are_independent() {
    let n = scaled(5000, 200) as i64;
    let base: Map<i64, i64> = build(Kind::Good, doubled(0..n));
    let variants: Vec<_> = (0..scaled(100, 8) as i64)
        .map(|v| match v % 4 {
            0 => base.assoc(v, -v - 1),
            1 => base.assoc(n + v, v),
            2 => base.dissoc(&v),
            _ => base.alter(v, |value| value.map(|value| value + 1)),
        })
        .collect();
    for (v, variant) in (0..).zip(&variants) {
        let expected = doubled((0..n).filter(|k| *k != v)).chain(match v % 4 {
            0 => vec![(v, -v - 1)],
            1 => vec![(v, 2 * v), (n + v, v)],
            2 => vec![],
            _ => vec![(v, 2 * v + 1)],
        });
        assert_holds(variant, expected);
    }
    assert_holds(&base, doubled(0..n));
}

#[test]
fn every_version_of_a_long_history_keeps_its_entries() {
    let n = scaled(300, 40) as i64;
    for kind in KINDS {
        let mut versions = vec![empty(kind)];
        for key in 0..n {
            versions.push(versions[key as usize].assoc(key, 2 * key));
        }
        for key in 0..n {
            versions.push(versions[(n + key) as usize].dissoc(&key));
        }
        for (i, version) in (0..).zip(&versions) {
            assert_holds(version, doubled((i - n).max(0)..i.min(n)));
        }
    }
}

#[test]
fn iterators_yield_the_version_that_they_were_made_from() {
    for kind in KINDS {
        let mut map: Map<i64, i64> = build(kind, doubled(0..100));
        let snapshot = map.clone();
        let mut borrowed = snapshot.iter();
        let mut owned = map.clone().into_iter();
        let (mut seen, mut owned_seen) = (0, 0);
        while let (Some((key, value)), Some(entry)) = (borrowed.next(), owned.next()) {
            assert_eq!(*value, 2 * key);
            assert_eq!(entry.1, 2 * entry.0);
            seen += key;
            owned_seen += entry.0;
            map.insert(*key, 0);
            map.remove(&entry.0);
            map.insert(1000 + key, 0);
            if seen % 7 == 0 {
                map = map.filter(|key, _| key % 2 == 0);
            }
        }
        map = empty(kind);
        assert_eq!((seen, owned_seen), (99 * 50, 99 * 50));
        assert_eq!((borrowed.len(), owned.len(), map.len()), (0, 0, 0));
    }
}

#[derive(Clone)]
struct Nested(#[expect(dead_code, reason = "only its drop matters")] Map<u8, Nested>);

#[test]
fn nested_maps_are_dropped() {
    // The drop of a map drops its values recursively, like that of a `Box`. So the stack limits the depth.
    let depth = scaled(1000, 50);
    let mut nested = Nested(empty(Kind::Good));
    for _ in 0..depth {
        nested = Nested(build(Kind::Good, [(0, nested)]));
    }
    let copy = nested.clone();
    drop(nested);
    drop(copy);
}

thread_local! {
    static HASHED: Cell<usize> = const { Cell::new(0) };
    static COMPARED: Cell<usize> = const { Cell::new(0) };
}

/// A key that counts how often it is hashed and compared.
#[derive(Clone, Debug)]
struct Counting(u64);

impl Hash for Counting {
    fn hash<H: Hasher>(&self, state: &mut H) {
        HASHED.set(HASHED.get() + 1);
        self.0.hash(state);
    }
}

impl PartialEq for Counting {
    fn eq(&self, other: &Self) -> bool {
        COMPARED.set(COMPARED.get() + 1);
        self.0 == other.0
    }
}

impl Eq for Counting {}

/// Runs `work`. Returns how often it hashed and compared keys.
fn counted(work: impl FnOnce()) -> (usize, usize) {
    HASHED.set(0);
    COMPARED.set(0);
    work();
    (HASHED.get(), COMPARED.get())
}

#[test]
fn keys_are_hashed_once_and_rarely_compared() {
    let n = scaled(20_000, 500);
    let keys = |from: usize| (from..from + n).map(|k| Counting(k as u64));
    let mut map = empty(Kind::Good);
    let few = n / 10;

    let (hashed, compared) = counted(|| {
        for key in keys(0) {
            map.insert(key, ());
        }
    });
    assert_eq!(hashed, n, "building");
    assert!(compared <= few, "building compared {compared}");

    let (hashed, compared) = counted(|| assert!(keys(0).all(|key| map.contains_key(&key))));
    assert_eq!(hashed, n, "hits");
    assert!((n..=n + few).contains(&compared), "hits compared {compared}");

    let (hashed, compared) = counted(|| assert!(!keys(n).any(|key| map.contains_key(&key))));
    assert_eq!(hashed, n, "misses");
    assert!(compared <= few, "misses compared {compared}");

    let (hashed, compared) = counted(|| {
        let mut other = map.clone();
        other.retain(|key, ()| key.0 % 2 == 0);
        other.extract_if(|key, ()| key.0 % 4 == 0).for_each(drop);
        drop(map.filter(|key, ()| key.0 % 3 == 0));
        assert_eq!(map.iter().count(), n);
        map.iter_mut().for_each(drop);
        drop(map.clone().into_iter());
    });
    assert_eq!((hashed, compared), (0, 0), "operations without lookups");

    let (hashed, compared) = counted(|| keys(0).for_each(|key| assert!(map.remove(&key).is_some())));
    assert_eq!(hashed, n, "removal");
    assert!((n..=n + few).contains(&compared), "removal compared {compared}");
}

#[test]
fn comparing_equal_maps_does_not_hash() {
    let n = scaled(500, 50);
    let keys = || 0..n as u64;
    let a: Map<Counting, u8> = build(Kind::Good, keys().map(|k| (Counting(k), 1)));
    let mut b = empty(Kind::Good);
    b.extend(keys().rev().map(|k| (Counting(k), 1)));
    let (hashed, compared) = counted(|| assert_eq!(a, b));
    assert_eq!(hashed, 0);
    assert!((n..n + n / 5).contains(&compared), "{compared}");
    let counts = counted(|| assert_eq!(a, a.clone()));
    assert_eq!(counts, (0, 0), "shared nodes are skipped");
    b.insert(Counting(25), 2);
    let (hashed, _) = counted(|| assert_ne!(a, b));
    // Eight keys of each map are hashed to find out whether the hashers agree.
    assert!(hashed <= 16, "{hashed}");
}

#[test]
fn get_disjoint_mut_panics_for_duplicate_keys() {
    for kind in KINDS {
        let mut map: Map<i64, i64> = build(kind, doubled(0..50));
        let old = map.clone();
        let same = catch_unwind(AssertUnwindSafe(|| {
            map.get_disjoint_mut([&1, &2, &1]);
        }));
        assert!(same.is_err());
        assert_eq!(map.get_disjoint_mut([&100, &100]), [None, None]);
        assert_holds(&map, doubled(0..50));
        assert_eq!(map, old);
    }
}

#[test]
fn indexing_an_absent_key_panics() {
    let mut map: Map<i64, i64> = build(Kind::Good, doubled(0..5));
    assert!(catch_unwind(|| map[&5]).is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| map[&5] = 0)).is_err());
    map[&4] = 0;
    assert_eq!(map[&4], 0);
    assert_eq!(map.hasher().0, TestState(Kind::Good).0);
}
