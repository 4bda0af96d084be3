//! Parallel operations on maps and sets give the same results as sequential ones.

mod common;

use core::hash::{BuildHasher, Hash, Hasher};
use core::sync::atomic::{AtomicU32, Ordering};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use perennial::map::Merge;
use perennial::{PersistentMap, PersistentSet};
use rayon::prelude::*;

/// Glob imports of both crates name different things.
#[expect(unused_imports, reason = "the test is that it compiles")]
mod globs {
    use perennial::*;
    use rayon::prelude::*;
}

use common::hashers::{Kind, TestHasher, TestState};
use common::tracked::{Call, Tracked, balanced, burn, count_calls, with_fuse};
use common::{Map, build, scaled, validate};

/// The last size is large enough for the work to be divided among threads.
fn sizes() -> [u32; 3] {
    [0, 17, scaled(10_000, 300) as u32]
}

fn sorted<T: Ord + Send>(items: impl ParallelIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_unstable();
    items
}

#[test]
fn parallel_iterators_yield_every_entry_once() {
    for n in sizes() {
        let map: PersistentMap<u32, u32> = (0..n).map(|key| (key, key + 1)).collect();
        let entries: Vec<(u32, u32)> = (0..n).map(|key| (key, key + 1)).collect();
        assert_eq!(sorted(map.par_iter().map(|(&key, &value)| (key, value))), entries);
        assert!(sorted(map.par_keys().copied()).into_iter().eq(0..n));
        assert!(sorted(map.par_values().copied()).into_iter().eq(1..n + 1));
        assert_eq!(map.par_iter().clone().count(), map.len());
        assert_eq!(map.par_iter().find_any(|entry| *entry.0 == n / 2).is_some(), n > 0);

        let mut edited = map.clone();
        edited.par_iter_mut().for_each(|(key, value)| *value += key);
        edited.par_values_mut().for_each(|value| *value += 1);
        validate(&edited);
        assert!(edited.iter().all(|(key, value)| *value == 2 * key + 2));
        assert!(map.iter().all(|(key, value)| *value == key + 1));

        assert_eq!(sorted(map.clone().into_par_iter()), entries);
        let set: PersistentSet<u32> = map.keys().copied().collect();
        assert!(sorted(set.par_iter().copied()).into_iter().eq(0..n));
        let mut drained = set.clone();
        assert!(sorted(drained.par_drain()).into_iter().eq(0..n));
        assert!(drained.is_empty());
        assert!(sorted(set.into_par_iter()).into_iter().eq(0..n));
        let mut drained = map.clone();
        assert_eq!(sorted(drained.par_drain()), entries);
        assert!(drained.is_empty());
        assert_eq!(map.len(), n as usize);
    }
}

#[test]
fn parallel_iterators_implement_debug() {
    let mut map = perennial::persistent_map! { "a" => 1 };
    assert_eq!(format!("{:?} {:?} {:?}", map.par_iter(), map.par_keys(), map.par_values()), r#"[("a", 1)] ["a"] [1]"#);
    assert_eq!(format!("{:?}", map.par_iter_mut()), r#"[("a", 1)]"#);
    assert_eq!(format!("{:?}", map.par_values_mut()), "[1]");
    assert_eq!(format!("{:?}", map.into_par_iter()), r#"[("a", 1)]"#);
    let set = perennial::persistent_set! { 1 };
    assert_eq!(format!("{:?} {:?}", set.par_iter(), set.clone().into_par_iter()), "[1] [1]");
}

#[test]
fn entries_by_value_are_moved_or_cloned_but_never_lost() {
    let arcs: Vec<Arc<u32>> = (0..scaled(50_000, 300) as u32).map(Arc::new).collect();
    let map = || arcs.iter().map(|arc| (**arc, Arc::clone(arc))).collect::<PersistentMap<_, _>>();
    // Entries with one owner are moved; entries with two owners are cloned.
    for (kept, count) in [(None, 2), (Some(map()), 3)] {
        let owned = kept.clone().unwrap_or_else(map);
        assert!(owned.into_par_iter().all(|(_, arc)| Arc::strong_count(&arc) >= count));
        assert!(kept.is_none_or(|kept| kept.len() == arcs.len()));
    }
    // Parts that are not visited are dropped.
    assert!(map().into_par_iter().find_any(|entry| entry.0 == 7).is_some());
    drop(map().into_par_iter());
    assert!(arcs.iter().all(|arc| Arc::strong_count(arc) == 1));
}

/// A key of which only the first field is compared and hashed.
#[derive(Clone, Copy, Debug)]
struct Key(u32, u32);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.into());
    }
}

#[test]
fn parallel_collect_equals_sequential_collect() {
    for n in sizes() {
        for copies in [1, 3] {
            let entries = |at: u32| (Key(at % (n / copies + 1), at), at);
            let map: PersistentMap<Key, u32> = (0..n).into_par_iter().map(entries).collect();
            validate(&map);
            let expected: PersistentMap<Key, u32> = (0..n).map(entries).collect();
            assert!(map.same_shape(&expected));
            assert_eq!(map, expected);
            assert!(
                map.iter().all(|(key, _)| key.1 == expected.get_key_value(key).unwrap().0.1),
                "the first key stays"
            );
            let set: PersistentSet<Key> = (0..n).into_par_iter().map(|at| entries(at).0).collect();
            set.validate();
            assert_eq!(set.len(), map.len());
            assert!(set.iter().all(|key| key.1 == expected.get_key_value(key).unwrap().0.1));

            // Half of the keys are already present.
            let mut map: PersistentMap<Key, u32> = (0..n / 2).map(entries).collect();
            let (before, mut expected) = (map.clone(), map.clone());
            let more = |at: u32| (entries(at + n / 4).0, at);
            map.par_extend((0..n).into_par_iter().map(more));
            expected.extend((0..n).map(more));
            validate(&map);
            assert!(map.same_shape(&expected));
            assert_eq!(map, expected);
            assert!(map.iter().all(|(key, _)| key.1 == expected.get_key_value(key).unwrap().0.1));
            assert_eq!(before, (0..n / 2).map(entries).collect());
            let mut set: PersistentSet<Key> = before.keys().copied().collect();
            set.par_extend((0..n).into_par_iter().map(|at| more(at).0));
            assert_eq!(set, expected.keys().copied().collect());
        }
        let mut copied = PersistentMap::new();
        copied.par_extend(&(0..n).map(|key| (key, key)).collect::<PersistentMap<u32, u32>>());
        let mut keys = PersistentSet::<u32>::new();
        keys.par_extend(&copied.keys().copied().collect::<PersistentSet<u32>>());
        assert_eq!((copied.len(), keys.len()), (n as usize, n as usize));
    }
}

#[test]
fn parallel_collect_is_reproducible() {
    let collect = || (0..scaled(100_000, 3_000) as u32).into_par_iter().map(|n| (n, n)).collect::<Reproducible>();
    let first = collect();
    for _ in 0..10 {
        assert!(first.iter().eq(collect().iter()));
    }
    let entries: Vec<(&u32, &u32)> = first.par_iter().collect();
    assert!(first.iter().eq(entries));
}

type Reproducible = PersistentMap<u32, u32, TestState>;

#[test]
fn parallel_operations_work_with_all_hashers() {
    for kind in Kind::ALL {
        let n = if kind == Kind::Constant { 500 } else { 9000 };
        let mut map: Map<u64, u64> = PersistentMap::with_hasher(TestState(kind));
        map.par_extend((0..n).into_par_iter().map(|key| (key, key)));
        validate(&map);
        assert_eq!(map, build(kind, (0..n).map(|key| (key, key))));
        let other = build(kind, (n / 2..n + 9).map(|key| (key, 0)));
        assert_eq!(map.par_merge(&other), map.merge(&other));
        assert_eq!(map.par_iter().map(|(key, _)| key).sum::<u64>(), (0..n).sum());
        // Hashers that disagree.
        let other = build(Kind::Abs, (n / 2..n + 9).map(|key| (key, key)));
        assert_eq!(map.par_merge(&other), map.merge(&other));
        assert!(map.par_eq(&build(Kind::Abs, (0..n).map(|key| (key, key)))));
        assert!(!map.par_eq(&other));
    }
}

/// Returns pairs of maps that share everything, a large part, or nothing, with equal and with different sizes.
fn pairs(n: u32) -> Vec<[PersistentMap<u32, u32>; 2]> {
    let base: PersistentMap<u32, u32> = (0..n).map(|key| (key, key)).collect();
    let mut version = base.clone();
    for key in (0..n / 100).map(|key| 90 * key) {
        version.insert(key, 0);
        version.remove(&(key + 1));
        version.insert(n + key, 0);
    }
    let other = |keys: core::ops::Range<u32>| keys.map(|key| (key, key / 2)).collect();
    vec![
        [base.clone(), base.clone()],
        [base.clone(), base.assoc(n, n)],
        [base.clone(), version],
        [base.clone(), other(n / 2..n / 2 + n)],
        [base.clone(), other(n / 2..n / 2 + n / 50)],
        [base.clone(), other(n..2 * n)],
        [base, PersistentMap::new()],
    ]
}

#[test]
fn parallel_merge_equals_sequential_merge() {
    for n in sizes() {
        for [a, b] in pairs(n).into_iter().flat_map(|[a, b]| [[a.clone(), b.clone()], [b, a]]) {
            let calls = AtomicU32::new(0);
            let decide = |key: &u32, a: &u32, b: &u32| match key % 4 {
                0 => Merge::Left,
                1 => Merge::Right,
                2 => Merge::New(a + b),
                _ => Merge::Remove,
            };
            let results = [
                (a.par_merge(&b), a.merge(&b)),
                (
                    a.par_merge_with(&b, |key, a, b| {
                        calls.fetch_add(1, Ordering::Relaxed);
                        decide(key, a, b)
                    }),
                    a.merge_with(&b, decide),
                ),
                (a.par_intersection(&b), a.intersection(&b)),
                (a.par_difference(&b), a.difference(&b)),
                (a.par_symmetric_difference(&b), a.symmetric_difference(&b)),
            ];
            for (parallel, expected) in &results {
                validate(parallel);
                assert!(parallel.same_shape(expected));
                assert!(parallel.par_eq(expected) && parallel == expected);
                assert_eq!(parallel.ptr_eq(&a), expected.ptr_eq(&a));
                assert_eq!(parallel.ptr_eq(&b), expected.ptr_eq(&b));
            }
            assert_eq!(calls.into_inner() as usize, results[2].0.len());
            assert_eq!(a.par_eq(&b), a == b);

            let [a, b] = [a, b].map(|map| map.into_keys().collect::<PersistentSet<u32>>());
            assert_eq!(a.par_union(&b), a.union(&b));
            assert_eq!(a.par_intersection(&b), a.intersection(&b));
            assert_eq!(a.par_difference(&b), a.difference(&b));
            assert_eq!(a.par_symmetric_difference(&b), a.symmetric_difference(&b));
            assert_eq!(a.par_eq(&b), a == b);
        }
    }
}

/// Checks what `guide::versions` says about parallel operations, except merging, which is tested above.
#[test]
fn parallel_operations_keep_the_version_like_sequential_ones() {
    for n in sizes() {
        let map: PersistentMap<u32, u32> = (0..n).map(|key| (key, key)).collect();
        let set: PersistentSet<u32> = (0..n).collect();
        let edits: [fn(&mut PersistentMap<u32, u32>); 4] = [
            |map| map.par_extend([(0, 0); 0]),
            |map| map.par_extend(map.clone()),
            |map| map.par_iter_mut().for_each(drop),
            |map| map.par_values_mut().for_each(drop),
        ];
        for (edit, kept) in edits.into_iter().zip([true, n == 0, n == 0, n == 0]) {
            let mut edited = map.clone();
            edit(&mut edited);
            assert_eq!((edited == map, edited.ptr_eq(&map)), (true, kept), "{n} entries");
        }
        let mut extended = set.clone();
        extended.par_extend(set.clone());
        assert!(extended.ptr_eq(&set));
        let rest: PersistentSet<u32> = (0..n / 2).collect();
        for (parallel, sequential) in [
            (set.par_union(&rest), set.union(&rest)),
            (set.par_intersection(&set.conj(n)), set.intersection(&set.conj(n))),
            (set.par_difference(&PersistentSet::from([n])), set.difference(&PersistentSet::from([n]))),
            (set.par_symmetric_difference(&PersistentSet::new()), set.clone()),
        ] {
            assert!(sequential.ptr_eq(&set) && parallel.ptr_eq(&set), "{n} elements");
        }
    }
}

/// The maps are large enough for the work to be divided again below the children of the root.
#[test]
fn large_maps_are_merged_and_compared_in_parallel() {
    let map = |keys: core::ops::Range<u32>| keys.map(|key| (key, key)).collect::<PersistentMap<u32, u32>>();
    let (a, b) = (map(0..180_000), map(20_000..200_000));
    let merged = a.par_merge(&b);
    validate(&merged);
    assert!(merged.par_eq(&map(0..200_000)));
    assert!(!merged.par_eq(&map(1..200_001)));
    assert!(a.par_intersection(&b).par_eq(&map(20_000..180_000)));
}

#[test]
fn par_eq_finds_a_single_different_value() {
    let map: PersistentMap<u32, u32> = (0..6000).map(|key| (key, key)).collect();
    for key in (0..6000).step_by(555) {
        let again: PersistentMap<u32, u32> = map.iter().map(|(&k, &v)| (k, if k == key { v + 1 } else { v })).collect();
        assert!(!map.par_eq(&again));
        assert!(!map.par_eq(&map.assoc(key, 0).assoc(7, 8)));
        assert!(again.par_eq(&map.assoc(key, key + 1)));
    }
}

type Tracks = Map<Tracked, Tracked>;

type Operation = (&'static str, fn(&Tracks, &Tracks));

/// Operations that are tested with a panic in calls of user code.
const OPERATIONS: [Operation; 8] = [
    ("par_merge", |a, b| drop(a.par_merge(b))),
    ("par_merge_with", |a, b| {
        drop(a.par_merge_with(b, |key, ours, theirs| {
            burn(Call::Closure);
            match key.value() % 4 {
                0 => Merge::Left,
                1 => Merge::Right,
                2 => Merge::New(Tracked::new(ours.value() + theirs.value())),
                _ => Merge::Remove,
            }
        }));
    }),
    ("par_intersection", |a, b| drop(a.par_intersection(b))),
    ("par_symmetric_difference", |a, b| drop(a.par_symmetric_difference(b))),
    ("par_eq", |a, _| {
        let again: Tracks = a.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        assert!(a.par_eq(&again));
    }),
    ("par_extend", |a, b| {
        let mut longer = a.clone();
        longer.par_extend(b.clone());
        assert!(longer.len() > a.len());
    }),
    ("collect", |_, b| {
        let entries = b.par_iter().map(|(key, value)| {
            burn(Call::Closure);
            (key.clone(), value.clone())
        });
        drop(entries.collect::<Tracks>());
    }),
    ("into_par_iter", |a, _| a.clone().into_par_iter().for_each(drop)),
];

fn contents(map: &Tracks) -> Vec<(u64, u64)> {
    validate(map);
    let mut contents: Vec<_> = map.iter().map(|(key, value)| (key.value(), value.value())).collect();
    contents.sort_unstable();
    contents
}

/// The kinds of user code that at least one of the operations calls.
const CALLS: [Call; 8] =
    [Call::Hash, Call::Eq, Call::Clone, Call::Drop, Call::BuildHasher, Call::Hasher, Call::CloneHasher, Call::Closure];

/// Elements are tracked per thread, so the operations run in a pool of one thread.
#[test]
fn operands_survive_panics() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let blown = pool.install(blow_fuses);
    assert!(blown.iter().all(|&blown| blown > 5), "too few fuses blew: {blown:?}");
}

/// Runs the operations with fuses. Returns the number of fuses that blew in calls of each kind.
fn blow_fuses() -> [usize; CALLS.len()] {
    // Large enough for the work to be divided. Because that makes many calls, fuses blow only in every 700th call.
    let n = 4500;
    let mut blown = [0; CALLS.len()];
    for (name, operation) in OPERATIONS {
        balanced(|| {
            let entries =
                |from: u64, by: u64| (from..from + n).map(move |key| (Tracked::new(key), Tracked::new(key / by)));
            let a = build(Kind::Good, entries(0, 1));
            let b = build(Kind::Good, entries(n / 2, 2));
            let before = (contents(&a), contents(&b));
            let mut here = 0;
            for (call, blown) in CALLS.into_iter().zip(&mut blown) {
                let fuses = (0..).step_by(700);
                *blown += fuses
                    .take_while(|&nth| with_fuse(call, nth, || operation(&a, &b)).is_none())
                    .inspect(|_| here += 1)
                    .count();
                assert!((contents(&a), contents(&b)) == before, "after a panic in {call:?}");
            }
            assert!(here > 0, "{name} calls no user code");
        });
    }
    blown
}

#[test]
fn a_panic_in_one_thread_is_propagated() {
    let map: PersistentMap<u32, u32> = (0..50_000).map(|key| (key, key)).collect();
    let other: PersistentMap<u32, u32> = (0..50_000).map(|key| (key, 0)).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
    for unlucky in [0, 12_345, 49_999] {
        let merge = || {
            map.par_merge_with(&other, |key, _, _| {
                assert_ne!(*key, unlucky);
                Merge::Right
            })
        };
        assert!(catch_unwind(AssertUnwindSafe(|| pool.install(merge))).is_err());
        let mut edited = map.clone();
        let edit = |(key, value): (&u32, &mut u32)| {
            assert_ne!(*key, unlucky);
            *value += 1;
        };
        assert!(catch_unwind(AssertUnwindSafe(|| pool.install(|| edited.par_iter_mut().for_each(edit)))).is_err());
        validate(&edited);
        assert_eq!(edited.len(), map.len());
        assert_eq!(edited[&unlucky], unlucky);
        assert!(map.iter().all(|(key, value)| key == value));
    }
}

#[test]
fn a_panic_in_a_drop_of_a_closure_or_of_a_hasher_leaks_no_result() {
    // Elements are counted by thread, so everything runs on this thread.
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().expect("a pool can be built");
    let map = || build(Kind::Good, (0..20).map(|key| (Tracked::new(key), Tracked::new(key))));
    let merge = || {
        let (ours, theirs, more) = (map(), map(), Tracked::new(1));
        drop(ours.par_union_with(&theirs, move |_, a, b| Tracked::new(a.value() + b.value() + more.value())));
    };
    let iterate = || {
        let hasher = Owning(TestState(Kind::Good), Tracked::new(1));
        let mut map = PersistentMap::with_hasher(hasher.clone());
        (0..20).for_each(|key| drop(map.insert(Tracked::new(key), Tracked::new(key))));
        let set: PersistentSet<Tracked, Owning> = PersistentSet::with_hasher(hasher);
        drop(map.into_par_iter());
        drop(set.union(&set).into_par_iter());
    };
    pool.install(|| {
        for run in [&merge as &dyn Fn(), &iterate] {
            let drops = balanced(|| count_calls(run)[Call::Drop as usize]);
            assert!(drops > 40);
            for nth in 0..drops {
                balanced(|| assert!(with_fuse(Call::Drop, nth, run).is_none()));
            }
        }
    });
}

/// A hasher that owns an element.
#[derive(Clone)]
struct Owning(TestState, #[expect(dead_code, reason = "it is only dropped")] Tracked);

impl BuildHasher for Owning {
    type Hasher = TestHasher;

    fn build_hasher(&self) -> TestHasher {
        self.0.build_hasher()
    }
}
