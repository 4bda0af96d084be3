//! Operations that get arguments by value whose destructors can panic: closures, hashers, errors, and collections that
//! are the last owners of their entries. Such a panic must not leak the result, which exists by then.
//!
//! An `FnOnce` that is called is absent: its result leaks while it drops what it owns, before the operation gets it.

use core::hash::BuildHasher;

use perennial::map::{Merge, Patch};
use perennial::trie::{Entry, HashTrie, SetOp};
use perennial::{PersistentMap, TransientMap, TransientSet};

use super::map::M;
use super::set::S;
use super::trial::{Calls, Given, Operation, Scope, Subject};
use super::{CLONE, CLONE_HASHER, CLOSURE, DROP, EQ, LOOKUP, called, new};
use crate::common::empty;
use crate::common::hashers::{Kind, TestHasher, TestState};
use crate::common::tracked::Tracked;

type T = HashTrie<Tracked>;

const fn row<S: Subject>(
    name: &'static str,
    scope: Scope,
    calls: Calls,
    run: fn(&mut S, &Given<S::Version>),
) -> Operation<S> {
    Operation { name, scope, calls: calls.and(DROP), if_shared: Calls::NONE, run }
}

/// A hasher that owns an element.
#[derive(Clone)]
struct Owning(TestState, #[expect(dead_code, reason = "it is only dropped")] Tracked);

impl Owning {
    fn new(kind: Kind) -> Self {
        Self(TestState(kind), new(1))
    }
}

impl BuildHasher for Owning {
    type Hasher = TestHasher;

    fn build_hasher(&self) -> TestHasher {
        self.0.build_hasher()
    }
}

fn transient_map(kind: Kind) -> TransientMap<Tracked, Tracked, Owning> {
    let mut map = TransientMap::with_hasher(Owning::new(kind));
    (0..20).for_each(|key| drop(map.insert(new(key), new(key))));
    map
}

fn transient_set(kind: Kind) -> TransientSet<Tracked, Owning> {
    let mut set = TransientSet::with_hasher(Owning::new(kind));
    (0..20).for_each(|key| assert!(set.insert(new(key))));
    set
}

const MAKE: Calls = CLONE.and(CLONE_HASHER).and(CLOSURE);

pub(super) const MAPS: [Operation<M>; 13] = [
    row("PersistentMap::update_values, owning closure", Scope::Version, MAKE.and(EQ), |map, _| {
        let more = new(1);
        drop(map.update_values(move |_, value| called(new(value.value() / 2 + more.value()))));
    }),
    row("PersistentMap::map_values, owning closure", Scope::Version, MAKE, |map, _| {
        let more = new(1);
        drop(map.map_values(move |_, value| called(new(value.value() + more.value()))));
    }),
    row("PersistentMap::filter_map, owning closure", Scope::Version, MAKE, |map, _| {
        let more = new(1);
        drop(map.filter_map(move |_, value| called(Some(new(value.value() + more.value())))));
    }),
    row("PersistentMap::filter, owning closure", Scope::Version, MAKE, |map, _| {
        let odd = new(1);
        drop(map.filter(move |key, _| called(key.value() % 2 == odd.value())));
    }),
    row("PersistentMap::partition, owning closure", Scope::Version, MAKE.and(LOOKUP), |map, _| {
        let odd = new(1);
        drop(map.partition(move |key, _| called(key.value() % 2 == odd.value())));
    }),
    row("map::Entry::and_modify, owning closure", Scope::Entry, LOOKUP, |map, given| {
        let seven = new(7);
        // It is not called, because the entry is vacant.
        let entry = map.entry(new(given.key + 5000)).and_modify(move |value| value.set(seven.value()));
        drop(entry);
    }),
    row("PersistentMap::merge_with, owning closure", Scope::Two, MAKE.and(LOOKUP), |map, given| {
        let more = new(1);
        drop(map.merge_with(&given.other, move |_, ours, theirs| {
            called(Merge::New(new(ours.value() + theirs.value() + more.value())))
        }));
    }),
    row("PersistentMap::intersection_with, owning closure", Scope::Two, MAKE.and(LOOKUP), |map, given| {
        let more = new(1);
        drop(map.intersection_with(&given.other, move |_, ours, theirs: &Tracked| {
            called(new(ours.value() + theirs.value() + more.value()))
        }));
    }),
    row("PersistentMap::merge3, owning closure", Scope::Two, MAKE.and(LOOKUP), |map, given| {
        let base = map.filter(|key, _| key.value() % 5 > 0);
        let more = new(1);
        drop(PersistentMap::merge3(&base, map, &given.other, move |_, _| called(Some(new(more.value())))));
    }),
    row("PersistentMap::apply, to an empty map", Scope::Two, LOOKUP.and(CLONE).and(CLONE_HASHER), |map, given| {
        // The map that has some of the added values when the patch is refused is their last owner.
        let patch = Patch::between(map, &given.other);
        drop(empty(given.kind).apply(&patch));
    }),
    row("PersistentMap: IntoIterator, owning hasher", Scope::Version, LOOKUP, |_, given| {
        drop(transient_map(given.kind).into_persistent().into_iter());
    }),
    row("PersistentMap::into_keys, into_values, owning hasher", Scope::Version, LOOKUP, |_, given| {
        drop(transient_map(given.kind).into_persistent().into_keys());
        drop(transient_map(given.kind).into_persistent().into_values());
    }),
    row("TransientMap: IntoIterator, owning hasher", Scope::Version, LOOKUP, |_, given| {
        drop(transient_map(given.kind).into_iter());
    }),
];

pub(super) const SETS: [Operation<S>; 4] = [
    row("PersistentSet::filter, owning closure", Scope::Version, MAKE, |set, _| {
        let odd = new(1);
        drop(set.filter(move |element| called(element.value() % 2 == odd.value())));
    }),
    row("PersistentSet::partition, owning closure", Scope::Version, MAKE.and(LOOKUP), |set, _| {
        let odd = new(1);
        drop(set.partition(move |element| called(element.value() % 2 == odd.value())));
    }),
    row("PersistentSet: IntoIterator, owning hasher", Scope::Version, LOOKUP, |_, given| {
        drop(transient_set(given.kind).into_persistent().into_iter());
    }),
    row("TransientSet: IntoIterator, owning hasher", Scope::Version, LOOKUP, |_, given| {
        drop(transient_set(given.kind).into_iter());
    }),
];

/// Returns `result` from a closure that fails for a third of the elements, with an error that owns an element.
fn unless_2<R>(element: &Tracked, result: R) -> Result<R, Tracked> {
    if element.value() % 3 == 2 { Err(new(1)) } else { Ok(result) }
}

/// Returns an equality that owns an element.
fn same() -> impl FnMut(&Tracked, &Tracked) -> bool {
    let owned = new(1);
    move |a, b| called(a.value() + owned.value() == b.value() + owned.value())
}

/// Returns an equality that owns an element, and whose error does, too.
fn try_same() -> impl FnMut(&Tracked, &Tracked) -> Result<bool, Tracked> {
    let mut same = same();
    move |a, b| unless_2(a, same(a, b))
}

/// Returns an equality with `key` that owns an element.
fn is(key: u64) -> impl FnMut(&Tracked) -> bool {
    let key = new(key);
    move |stored| called(stored.value() == key.value())
}

/// Returns an equality with `key` that owns an element, and whose error does, too.
fn try_is(key: u64) -> impl FnMut(&Tracked) -> Result<bool, Tracked> {
    let mut is = is(key);
    move |stored| unless_2(stored, is(stored))
}

/// Returns a decision that owns an element.
fn both() -> impl FnMut(&Tracked, &Tracked) -> Merge<Tracked> {
    let seven = new(7);
    move |a, _| called(Merge::New(Tracked::marked(a.value(), seven.value())))
}

/// Returns 24 elements with their hashes, some of which are equal, from an iterator that owns an element.
fn elements(kind: Kind) -> impl Iterator<Item = (u64, Tracked)> {
    let owned = new(18);
    (0..24).map(move |n| called((kind.hash(n % owned.value()), new(n % owned.value()))))
}

/// Returns a replacement that owns an element.
fn replace() -> impl FnMut(&mut Tracked, Tracked) {
    let owned = new(1);
    move |stored, new| {
        owned.value();
        *stored = called(new);
    }
}

fn hash(given: &Given<T>) -> u64 {
    given.kind.hash(given.key)
}

/// An operation on one element.
const fn one(name: &'static str, more: Calls, run: fn(&mut T, &Given<T>)) -> Operation<T> {
    row(name, Scope::Entry, CLOSURE.and(more), run)
}

pub(super) const TRIES: [Operation<T>; 18] = [
    one("HashTrie::insert, owning closure", CLONE, |trie, given| {
        drop(trie.clone().insert(hash(given), new(given.key), same()));
    }),
    one("HashTrie::try_insert, owning error", CLONE, |trie, given| {
        drop(trie.clone().try_insert(hash(given), new(given.key), try_same()));
    }),
    one("HashTrie::remove, owning closure", CLONE, |trie, given| {
        drop(trie.clone().remove(hash(given), is(given.key)));
    }),
    one("HashTrie::try_remove, owning error", CLONE, |trie, given| {
        drop(trie.clone().try_remove(hash(given), try_is(given.key)));
    }),
    one("HashTrie::try_find, owning error", Calls::NONE, |trie, given| {
        drop(trie.try_find(hash(given), try_is(given.key)).map(|_| ()));
    }),
    one("HashTrie::try_find_mut, owning error", CLONE, |trie, given| {
        drop(trie.clone().try_find_mut(hash(given), try_is(given.key)).map(|_| ()));
    }),
    one("HashTrie::try_entry, owning error", Calls::NONE, |trie, given| {
        let mut trie = trie.clone();
        let found = trie.try_entry(hash(given), try_is(given.key));
        drop(found.map(|entry| matches!(entry, Entry::Vacant(_))));
    }),
    row("HashTrie::build, owning closures", Scope::Version, CLOSURE, |_, given| {
        drop(HashTrie::build(elements(given.kind), same(), replace()));
    }),
    row("HashTrie::try_build, owning errors", Scope::Version, CLOSURE, |_, given| {
        drop(HashTrie::try_build(elements(given.kind), try_same(), replace()));
    }),
    row("HashTrie::try_build of few, owning errors", Scope::Version, CLOSURE, |_, given| {
        drop(HashTrie::try_build(elements(given.kind).take(19).skip(17), try_same(), replace()));
        drop(HashTrie::try_build(elements(given.kind).filter(|_| true), try_same(), replace()));
    }),
    row("HashTrie::merge, owning closures", Scope::Two, CLOSURE.and(CLONE), |trie, given| {
        drop(trie.merge(&given.other, SetOp::UNION, same(), both()));
    }),
    row("HashTrie::merge of a difference, owning closure", Scope::Two, CLOSURE.and(CLONE), |trie, given| {
        drop(trie.merge(&given.other, SetOp::DIFFERENCE, same(), |_, _| Merge::Remove));
    }),
    row("HashTrie::try_merge, owning errors", Scope::Two, CLOSURE.and(CLONE), |trie, given| {
        let mut both = both();
        drop(trie.try_merge(&given.other, SetOp::UNION, try_same(), move |a, b| unless_2(a, both(a, b))));
    }),
    row("HashTrie::try_merge of a difference, owning errors", Scope::Two, CLOSURE.and(CLONE), |trie, given| {
        drop(trie.try_merge(&given.other, SetOp::DIFFERENCE, try_same(), |_, _| Ok(Merge::Remove)));
    }),
    row("HashTrie::try_eq, owning errors", Scope::Version, CLOSURE.and(EQ), |trie, given| {
        drop(trie.try_eq(&T::sample(given.kind, trie.len() as u64), try_same()));
    }),
    row("HashTrie::try_diff, owning errors", Scope::Two, CLOSURE, |trie, given| {
        let owned = new(1);
        drop(trie.try_diff(&given.other, try_same(), move |a, b| {
            let element = a.or(b).expect("there is one");
            unless_2(element, called(_ = owned.value()))
        }));
    }),
    row("HashTrie::try_for_each_unshared, owning errors", Scope::Version, CLOSURE.and(EQ), |trie, given| {
        let owned = new(1);
        let trie = T::sample(given.kind, trie.len() as u64);
        drop(trie.try_for_each_unshared(move |element| unless_2(element, called(_ = owned.value()))));
    }),
    row("HashTrie::retain, owning closure", Scope::Version, CLOSURE.and(CLONE), |trie, _| {
        let odd = new(1);
        trie.clone().retain(move |stored| called(stored.value() % 2 == odd.value()));
    }),
];
