//! Malicious input and incorrect implementations of `Hash`, `Eq` and iterators may cause wrong results, but no crash,
//! no leak and no use after free.

mod common;

use core::cell::{Cell, RefCell};
use core::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};
use core::iter;
use core::mem::take;
use std::panic::catch_unwind;
use std::thread;

use foldhash::fast::FixedState;
use perennial::trie::HashTrie;

use perennial::{PersistentMap, PersistentSet, TransientMap};

use common::hashers::Kind;
use common::tracked::{Tracked, balanced};
use common::values::{Aligned, Sample};
use common::{Map, assert_holds, build, empty, scaled, validate};

/// A hasher that returns the same hash for everything.
#[derive(Clone, Default)]
struct Constant;

impl Hasher for Constant {
    fn write(&mut self, _: &[u8]) {}

    fn finish(&self) -> u64 {
        0
    }
}

type Colliding = BuildHasherDefault<Constant>;

/// Runs `work` on a thread with a stack of `size` bytes.
fn on_stack(size: usize, work: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(size).spawn(work).expect("a thread can be started");
    thread.join().expect("the thread does not panic");
}

/// Keys whose hashes are equal are searched linearly, so n inserts take time O(n²), and so does a merge of two such
/// maps.
#[test]
fn colliding_keys_work_on_a_small_stack() {
    // A debug build takes about a hundred times as long to compare.
    let size: u64 = if cfg!(debug_assertions) { scaled(4_000, 100) as u64 } else { 100_000 };
    on_stack(128 * 1024, move || {
        let mut map: PersistentMap<u64, u64, Colliding> = (0..size).map(|key| (key, key)).collect();
        let before = map.clone();
        assert_eq!(map.insert(size / 2, 7), Some(size / 2));
        assert_eq!(map.insert(size, 7), None);
        assert_eq!(map.remove(&0), Some(0));
        assert_eq!(map.get(&(size + 1)), None);
        validate(&map);
        assert!(map != before && before == before.clone());
        let tenth = before.filter(|key, _| key % 10 == 0);
        validate(&tenth);
        let edited = tenth.assoc(0, 7).dissoc(&10).assoc(1, 1);
        assert_eq!(tenth.diff(&edited).count(), 3);
        assert_eq!(tenth.merge(&edited).len() as u64, size / 10 + 1);
        assert_eq!(tenth.intersection(&edited).len() as u64, size / 10 - 1);
        map.retain(|key, _| key % 1000 == 0);
        validate(&map);
        assert_eq!(map.len() as u64, size / 1000);
        assert_eq!(before.into_iter().map(|(_, value)| value).sum::<u64>(), size * (size - 1) / 2);
    });
}

/// A hasher that returns a different hash in every call.
#[derive(Clone, Default)]
struct Fickle;

impl BuildHasher for Fickle {
    type Hasher = FickleHasher;

    fn build_hasher(&self) -> FickleHasher {
        thread_local! {
            static STATE: Cell<u64> = const { Cell::new(1) };
        }
        STATE.set(STATE.get().wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1));
        FickleHasher(STATE.get())
    }
}

struct FickleHasher(u64);

impl Hasher for FickleHasher {
    fn write(&mut self, _: &[u8]) {}

    /// In half of the calls the hash is from a large range, in the others from a small one.
    fn finish(&self) -> u64 {
        if self.0 >> 63 == 0 { self.0 >> 3 } else { self.0 >> 60 }
    }
}

#[test]
fn maps_with_an_inconsistent_hasher_stay_valid() {
    balanced(|| {
        let mut map = PersistentMap::with_hasher(Fickle);
        let mut versions = Vec::new();
        for round in 0..scaled(3_000, 60) as u64 {
            map.insert(Tracked::new(round % 200), Tracked::new(round));
            map.remove(&Tracked::new(round % 7));
            map.entry(Tracked::new(round % 50)).or_default().set(1);
            map.get_disjoint_mut([&Tracked::new(1), &Tracked::new(2)])
                .into_iter()
                .flatten()
                .for_each(|value| value.set(2));
            if round % 100 == 0 {
                versions.push(map.clone());
                map.retain(|key, _| key.value() % 3 > 0);
            }
            map.validate();
        }
        for pair in versions.windows(2) {
            let [a, b] = pair else { unreachable!("windows have two elements") };
            for combined in [a.merge(b), a.intersection(b), a.difference(b), a.symmetric_difference(b)] {
                combined.validate();
            }
            assert!(a.diff(b).count() <= a.len() + b.len());
            let merged = PersistentMap::merge3(a, b, &versions[0], |_, conflict| conflict.ours.cloned());
            merged.validate();
            assert!(a == a && (a != b || a.len() == b.len()));
        }
    });
}

/// A key that is hashed by its number and compared by the function `equal`.
#[derive(Clone, Debug)]
struct Odd {
    number: u64,
    equal: fn(u64, u64) -> bool,
    tracked: Tracked,
}

impl Odd {
    fn new(number: u64, equal: fn(u64, u64) -> bool) -> Self {
        Self { number, equal, tracked: Tracked::new(number) }
    }
}

impl PartialEq for Odd {
    fn eq(&self, other: &Self) -> bool {
        self.tracked.value();
        (self.equal)(self.number, other.number)
    }
}

impl Eq for Odd {}

impl Hash for Odd {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.tracked.value());
    }
}

/// Relations that are not equivalence relations, or that contradict the hash: not transitive, not symmetric, not
/// reflexive, always true, always false.
const EQUALITIES: [fn(u64, u64) -> bool; 5] =
    [|a, b| a.abs_diff(b) <= 1, |a, b| a <= b, |a, b| a != b, |_, _| true, |_, _| false];

#[test]
fn maps_with_a_broken_eq_stay_valid() {
    for equal in EQUALITIES {
        for kind in Kind::ALL {
            balanced(|| {
                let key = |number| Odd::new(number, equal);
                let n = scaled(120, 30) as u64;
                let mut map: Map<Odd, Tracked> = empty(kind);
                for number in 0..n {
                    map.insert(key(number), Tracked::new(number));
                    map.entry(key(number / 2)).or_default();
                }
                let mut other = map.clone();
                for number in (0..n).step_by(3) {
                    other.remove(&key(number));
                    drop(map.try_insert(key(number + 7), Tracked::new(0)));
                    other.validate();
                }
                let collected: Map<Odd, Tracked> = other.clone().into_iter().collect();
                for other in [other, collected] {
                    for combined in [
                        map.merge(&other),
                        other.intersection(&map),
                        map.difference(&other),
                        &map ^ &other,
                        &other | &map,
                    ] {
                        combined.validate();
                        assert_eq!(combined.iter().count(), combined.len());
                    }
                    assert!(map.diff(&other).count() <= map.len() + other.len());
                    map.is_submap(&other);
                }
            });
        }
    }
}

/// A sort may panic if the results of its comparisons are no order.
#[test]
fn a_hash_that_changes_does_not_disturb_the_hash_order() {
    let mut trie = HashTrie::new();
    for n in 0..300_u64 {
        trie.insert_unique(n / 100, n);
    }
    let hash = Cell::new(1_u64);
    let random = |_: &u64| {
        hash.set(hash.get().wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1));
        hash.get() >> 60
    };
    for _ in 0..20 {
        let mut found: Vec<_> = trie.iter_in_hash_order(random).copied().collect();
        found.sort_unstable();
        assert!(found.into_iter().eq(0..300));
    }
    let map: PersistentMap<u64, u64, Fickle> =
        (0..scaled(5_000, 100) as u64).fold(PersistentMap::with_hasher(Fickle), |map, n| map.assoc(n, n));
    assert_eq!(map.iter_in_hash_order().count(), map.len());
}

/// An element whose comparisons are true and false in turn.
#[derive(Clone, Debug)]
struct Fickler(Cell<bool>);

impl PartialEq for Fickler {
    fn eq(&self, _: &Self) -> bool {
        !self.0.replace(!self.0.get())
    }
}

impl Eq for Fickler {}

impl Hash for Fickler {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(1);
    }
}

#[test]
fn an_equality_that_changes_does_not_disturb_get_or_insert() {
    for first in [false, true] {
        let element = || Fickler(Cell::new(first));
        let mut set = PersistentSet::from([element()]);
        for _ in 0..10 {
            set.get_or_insert(element());
            set.get_or_insert_with(&Wanted(first), |_| element());
            set.validate();
        }
    }
}

/// A borrowed form of an element: equal to the first element that it is compared with if the field is false.
struct Wanted(bool);

impl Hash for Wanted {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(1);
    }
}

impl perennial::Equivalent<Fickler> for Wanted {
    fn equivalent(&self, element: &Fickler) -> bool {
        *element == Fickler(Cell::new(self.0))
    }
}

/// A key that uses the map that contains it in its `Eq` and its `Drop`.
#[derive(Clone)]
struct Meddler(Tracked);

type Meddled = RefCell<PersistentMap<Meddler, u64, Colliding>>;

thread_local! {
    static MEDDLED: Meddled = RefCell::new(PersistentMap::default());
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Reads and edits the map in the static variable, as far as its `RefCell` permits.
fn meddle() {
    if DEPTH.get() > 1 {
        return;
    }
    DEPTH.set(DEPTH.get() + 1);
    MEDDLED.with(|map| {
        // The clone shares all nodes with the map on which an operation is in progress.
        let mut clone = map.try_borrow().map(|map| map.clone()).unwrap_or_default();
        clone.insert(Meddler(Tracked::new(1000)), 1);
        clone.retain(|key, _| key.0.value() % 2 == 0);
        clone.validate();
        if let Ok(mut map) = map.try_borrow_mut() {
            *map = clone;
        }
    });
    DEPTH.set(DEPTH.get() - 1);
}

impl PartialEq for Meddler {
    fn eq(&self, other: &Self) -> bool {
        meddle();
        self.0 == other.0
    }
}

impl Eq for Meddler {}

impl Hash for Meddler {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl Drop for Meddler {
    fn drop(&mut self) {
        meddle();
    }
}

#[test]
fn keys_may_edit_the_map_that_contains_them() {
    balanced(|| {
        for round in 0..scaled(40, 6) as u64 {
            // While the `RefCell` is mutably borrowed, keys cannot borrow it. During operations on a clone they can.
            MEDDLED.with(|map| {
                map.borrow_mut().insert(Meddler(Tracked::new(round)), round);
                let clone = map.borrow().clone();
                assert_eq!(clone.get(&Meddler(Tracked::new(5000))), None);
                let edited = clone.assoc(Meddler(Tracked::new(round + 100)), 0).dissoc(&Meddler(Tracked::new(round)));
                edited.validate();
                map.borrow().validate();
                drop(map.replace(edited));
            });
        }
        let last = MEDDLED.take();
        last.validate();
        drop(last);
        // The drop of the last map may have stored another one.
        while !MEDDLED.with_borrow(PersistentMap::is_empty) {
            DEPTH.set(9);
            drop(MEDDLED.take());
            DEPTH.set(0);
        }
    });
}

/// A chain of maps, each of which is the only value of the one before. Its `Drop` takes the links apart one by one.
#[derive(Clone, Default)]
struct Chain(PersistentMap<u32, Chain>);

impl Drop for Chain {
    fn drop(&mut self) {
        let mut rest = take(&mut self.0);
        while let Some(mut next) = rest.remove(&0) {
            rest = take(&mut next.0);
        }
    }
}

/// A chain that is dropped recursively by the destructors of the maps.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PlainChain(PersistentMap<u32, PlainChain>);

/// Nested maps are dropped recursively, like those of std; the page `guide::soundness` says how much stack this and
/// other operations need. For deep nesting, a `Drop` implementation can take the links apart one by one.
#[test]
fn deeply_nested_maps_are_dropped() {
    on_stack(128 * 1024, || {
        let depth = scaled(200_000, 100);
        let link = |inner: Chain| Chain(PersistentMap::from([(0, inner)]));
        let chain = (0..depth).fold(Chain::default(), |inner, _| link(inner));
        let other = chain.clone();
        drop(chain);
        drop(other);
    });
    // Without optimizations, and more so with sanitizers, each level needs several times as much.
    let usual = if cfg!(debug_assertions) { 16 } else { 2 } * 1024 * 1024;
    on_stack(usual, || {
        let link = |inner| PlainChain(PersistentMap::from([(0, inner)]));
        let chain = || (0..scaled(1_000, 50)).fold(PlainChain(PersistentMap::new()), |inner, _| link(inner));
        let (one, other) = (chain(), chain());
        assert_eq!(one, other);
        assert_eq!(FixedState::default().hash_one(&one), FixedState::default().hash_one(&other));
        assert!(format!("{one:?}").len() > scaled(1_000, 50));
    });
}

#[test]
fn zero_sized_keys_and_values_work() {
    for kind in Kind::ALL {
        let mut map: Map<(), ()> = empty(kind);
        assert_eq!(map.insert((), ()), None);
        assert_eq!(map.insert((), ()), Some(()));
        assert_holds(&map, [((), ())]);
        assert_eq!(map.remove(&()), Some(()));
        assert!(map.is_empty());
        let mut map: Map<u64, ()> = build(kind, (0..100).map(|key| (key, ())));
        assert_holds(&map, (0..100).map(|key| (key, ())));
        map.retain(|key, ()| key % 2 == 0);
        assert_eq!(map.into_keys().sum::<u64>(), 2450);
    }
    // More zero-sized entries than fit into a bucket. Only their hashes differ.
    let mut trie = HashTrie::new();
    for hash in 0..100 {
        assert_eq!(trie.insert(hash % 10, (), |(), ()| false), None);
    }
    trie.validate();
    assert_eq!(trie.len(), 100);
    let copy = trie.clone();
    trie.retain(|()| false);
    assert_eq!((trie.len(), copy.into_iter().count()), (0, 100));
}

#[test]
fn keys_and_values_are_aligned() {
    for kind in Kind::ALL {
        let mut map: Map<Aligned, Aligned> = build(kind, (0..60).map(|n| (Aligned::sample(n), Aligned::sample(n + 1))));
        let before = map.clone();
        (0..40).for_each(|n| assert_eq!(map.remove(&Aligned::sample(n)), Some(Aligned::sample(n + 1))));
        for (key, value) in before.iter().chain(map.iter()) {
            key.assert_aligned();
            value.assert_aligned();
        }
        map.values_mut().for_each(|value| value.assert_aligned());
        map.into_iter().for_each(|(key, value)| {
            key.assert_aligned();
            value.assert_aligned();
        });
    }
}

/// An iterator that reports a wrong length.
struct Liar(u64, usize);

impl Iterator for Liar {
    type Item = (u64, u64);

    fn next(&mut self) -> Option<(u64, u64)> {
        self.0 = self.0.checked_sub(1)?;
        Some((self.0, self.0))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.1, Some(self.1))
    }
}

impl ExactSizeIterator for Liar {}

#[test]
fn wrong_size_hints_are_harmless() {
    // Memory for the largest of these numbers cannot be allocated.
    for reported in [0, 1, 17, 50, 3_000, 100_000, usize::MAX >> 8] {
        let mut map: Map<u64, u64> = Liar(50, reported).collect();
        assert_holds(&map, (0..50).map(|key| (key, key)));
        map.extend(Liar(60, reported));
        assert_holds(&map, (0..60).map(|key| (key, key)));
        let mut transient = TransientMap::<u64, u64>::new();
        transient.extend(Liar(5_000, reported));
        let map = transient.into_persistent();
        assert_eq!(map.len(), 5_000);
        validate(&map);
        let set: PersistentSet<(u64, u64)> = Liar(80, reported).collect();
        assert_eq!(set.len(), 80);
        set.validate();
    }
}

#[test]
fn size_hints_beyond_the_address_space_panic() {
    let panics = |collect: fn()| {
        let message = catch_unwind(collect).expect_err("it panics");
        assert_eq!(message.downcast_ref(), Some(&"capacity overflow"));
    };
    panics(|| drop(iter::repeat((1, 1)).collect::<Map<u64, u64>>()));
    panics(|| drop(iter::repeat(1).collect::<PersistentSet<u64>>()));
    panics(|| TransientMap::<u64, u64>::new().extend(Liar(5, usize::MAX)));
    panics(|| build(Kind::Good, [(1, 1)]).extend(iter::repeat((1, 1))));
    panics(|| drop(HashTrie::build(iter::repeat((1, 1)), |a, b| a == b, |_, _| ())));
}

#[test]
fn a_map_can_have_a_million_handles() {
    let map: Map<u64, u64> = build(Kind::Good, (0..20).map(|key| (key, key)));
    let handles = vec![map.clone(); scaled(1_000_000, 100)];
    assert!(handles.iter().all(|handle| handle.ptr_eq(&map)));
    let mut edited = handles[0].clone();
    edited.insert(3, 0);
    drop(handles);
    assert_holds(&map, (0..20).map(|key| (key, key)));
    assert_eq!(edited[&3], 0);
}
