//! The operations on sets.

use std::collections::BTreeSet;
use std::mem;

use foldhash::fast::FixedState;
use perennial::PersistentSet;

use super::trial::{Calls, Contents, Given, Operand, Operation, Scope, Situation, Subject};
use super::{CLONE, CLONE_HASHER, CLOSURE, DEBUG, DEFAULT, DROP, EQ, HASH, HASH_KEYS, LOOKUP, called, divides, new};
use crate::common::hashers::{Kind, TestState};
use crate::common::tracked::Tracked;

pub(super) type S = PersistentSet<Tracked, TestState>;

fn build(kind: Kind, elements: impl IntoIterator<Item = u64>) -> S {
    let mut set = PersistentSet::with_hasher(TestState(kind));
    set.extend(elements.into_iter().map(new));
    set
}

pub(super) fn contents(set: &S) -> Contents {
    set.validate();
    let contents: Contents = set.iter().map(|element| (element.value(), element.mark())).collect();
    assert_eq!(contents.len(), set.len(), "an element occurs twice");
    contents
}

pub(super) fn edit(set: &mut S) {
    set.insert(new(2000));
    set.remove(&new(0));
}

pub(super) fn touch(set: &mut S) {
    set.replace(Tracked::marked(1, 9));
}

pub(super) fn is_canonical(kind: Kind, set: &S, contents: &Contents) -> bool {
    let fresh = build(kind, contents.keys().copied());
    set.same_shape(&fresh) && *set == fresh
}

/// Returns an element that can be distinguished from the equal element that may be in the set.
pub(super) fn marked(given: &Given<S>) -> Tracked {
    Tracked::marked(given.key, 7)
}

impl Subject for S {
    type Version = S;

    fn sample(kind: Kind, size: u64) -> S {
        build(kind, 0..size)
    }

    fn of(version: S) -> S {
        version
    }

    fn version(self) -> S {
        self
    }

    fn contents(version: &S) -> Contents {
        contents(version)
    }

    fn edit(version: &mut S) {
        edit(version);
    }

    fn touch(_: Kind, version: &mut S) {
        touch(version);
    }

    fn is_canonical(kind: Kind, version: &S, contents: &Contents) -> bool {
        is_canonical(kind, version, contents)
    }

    fn operand(version: &S, Situation { kind, size }: Situation, operand: Operand) -> S {
        let other_kind = if kind == Kind::Good { Kind::TopBits } else { Kind::Good };
        match operand {
            Operand::Related => {
                let mut related = version.clone();
                related.remove(&new(1));
                related.replace(Tracked::marked(size / 2, 3));
                related.insert(new(size + 3));
                related
            }
            Operand::Apart => build(kind, size / 2..size + 4),
            Operand::OtherHasher => build(other_kind, (0..size + 4).step_by(2)),
        }
    }
}

/// Takes the set, and leaves an empty one with the same hasher.
fn take(set: &mut S) -> S {
    let kind = set.hasher().0;
    mem::replace(set, PersistentSet::with_hasher(TestState(kind)))
}

const fn row(
    name: &'static str,
    scope: Scope,
    calls: Calls,
    if_shared: Calls,
    run: fn(&mut S, &Given<S>),
) -> Operation<S> {
    Operation { name, scope, calls, if_shared, run }
}

/// An operation on one element that may copy a shared bucket.
const fn one(name: &'static str, more: Calls, run: fn(&mut S, &Given<S>)) -> Operation<S> {
    row(name, Scope::Entry, LOOKUP.and(DROP).and(more), CLONE, run)
}

/// An operation on many elements in place.
const fn many(name: &'static str, calls: Calls, run: fn(&mut S, &Given<S>)) -> Operation<S> {
    row(name, Scope::Part, calls, CLONE, run)
}

/// An operation that reads the set, or that makes a set from something else.
const fn look(name: &'static str, calls: Calls, run: fn(&mut S, &Given<S>)) -> Operation<S> {
    row(name, Scope::Version, calls, Calls::NONE, run)
}

/// An operation on two sets that makes a new version.
const fn combine(name: &'static str, run: fn(&mut S, &Given<S>)) -> Operation<S> {
    row(name, Scope::Two, LOOKUP.and(CLONE).and(DROP).and(CLONE_HASHER), Calls::NONE, run)
}

/// A reading operation on two sets.
const fn compare(name: &'static str, run: fn(&mut S, &Given<S>)) -> Operation<S> {
    row(name, Scope::Two, LOOKUP, Calls::NONE, run)
}

const DERIVE: Calls = LOOKUP.and(DROP).and(CLONE).and(CLONE_HASHER);

pub(super) const OPERATIONS: [Operation<S>; 55] = [
    row("PersistentSet::get", Scope::Entry, LOOKUP.and(DROP), Calls::NONE, |set, given| {
        set.get(&new(given.key));
    }),
    row("PersistentSet::contains", Scope::Entry, LOOKUP.and(DROP), Calls::NONE, |set, given| {
        set.contains(&new(given.key));
    }),
    one("PersistentSet::insert", Calls::NONE, |set, given| {
        set.insert(marked(given));
    }),
    one("PersistentSet::replace", Calls::NONE, |set, given| {
        set.replace(marked(given));
    }),
    one("PersistentSet::remove", Calls::NONE, |set, given| {
        set.remove(&new(given.key));
    }),
    one("PersistentSet::take", Calls::NONE, |set, given| {
        set.take(&new(given.key));
    }),
    one("PersistentSet::get_or_insert", Calls::NONE, |set, given| {
        set.get_or_insert(marked(given));
    }),
    one("PersistentSet::get_or_insert_with", CLOSURE, |set, given| {
        set.get_or_insert_with(&new(given.key), |_| called(marked(given)));
    }),
    row("PersistentSet::conj", Scope::Entry, DERIVE, Calls::NONE, |set, given| *set = set.conj(marked(given))),
    row("PersistentSet::disj", Scope::Entry, DERIVE, Calls::NONE, |set, given| *set = set.disj(&new(given.key))),
    row(
        "PersistentSet::filter",
        Scope::Version,
        CLONE.and(CLONE_HASHER).and(DROP).and(CLOSURE),
        Calls::NONE,
        |set, _| *set = set.filter(|element| divides(2, element)),
    ),
    many("PersistentSet::retain", DROP.and(CLOSURE), |set, _| set.retain(|element| divides(2, element))),
    many("PersistentSet::extract_if", DROP.and(CLOSURE), |set, _| {
        for element in set.extract_if(|element| !divides(3, element)) {
            assert!(element.value() % 3 != 0);
        }
    }),
    many("PersistentSet::pop", DROP, |set, _| {
        set.pop();
    }),
    row(
        "PersistentSet::partition",
        Scope::Version,
        LOOKUP.and(CLONE).and(CLONE_HASHER).and(DROP).and(CLOSURE),
        Calls::NONE,
        |set, _| *set = set.partition(|element| divides(2, element)).1,
    ),
    // Elements with equal stored hashes are hashed again. Not all sets have such elements.
    row("PersistentSet::iter_in_hash_order", Scope::Version, HASH, Calls::NONE, |set, _| {
        assert_eq!(set.iter_in_hash_order().count(), set.len());
    }),
    row("set::IntoIter: Clone", Scope::Part, DROP.and(CLONE), Calls::NONE, |set, _| {
        drop(take(set).into_iter().clone().next())
    }),
    many("PersistentSet::drain", DROP.and(CLOSURE), |set, _| {
        for element in set.drain() {
            called(element.value());
        }
    }),
    many("PersistentSet::drain, in part", DROP, |set, _| set.drain().take(3).for_each(drop)),
    row("PersistentSet::clear", Scope::Part, DROP, DROP, |set, _| set.clear()),
    many("PersistentSet: IntoIterator", DROP.and(CLOSURE), |set, _| {
        for element in take(set) {
            called(element.value());
        }
    }),
    many("PersistentSet::into_iter_in_stored_order", DROP.and(CLOSURE), |set, _| {
        for element in take(set).into_iter_in_stored_order() {
            called(element.value());
        }
    }),
    many("PersistentSet: IntoIterator, in part", DROP, |set, _| take(set).into_iter().take(5).for_each(drop)),
    many("PersistentSet: IntoIterator, formatted", DROP.and(DEBUG), |set, _| {
        let mut iter = take(set).into_iter();
        iter.next();
        drop(format!("{iter:?}"));
    }),
    many("PersistentSet: Extend", LOOKUP.and(DROP).and(CLOSURE), |set, _| {
        set.extend((0..24).map(|n| called(Tracked::marked(3 * (n % 18), 7))));
    }),
    look("PersistentSet: FromIterator", LOOKUP.and(DROP).and(CLOSURE).and(DEFAULT), |_, _| {
        drop((0..20).map(|n| called(new(n % 18))).collect::<S>());
    }),
    look("PersistentSet: From, an array", HASH_KEYS.and(DROP).and(EQ), |_, _| {
        drop(PersistentSet::from([3, 1, 2, 1].map(new)));
    }),
    look("PersistentSet: From, a vector", HASH_KEYS.and(DROP).and(EQ), |_, _| {
        drop(PersistentSet::from((0..20).map(|n| new(n % 18)).collect::<Vec<_>>()));
    }),
    look("PersistentSet: From, a tree", HASH_KEYS.and(DROP), |_, _| {
        // Not collected: `BTreeSet` would leak if a comparison panicked.
        let mut elements = BTreeSet::new();
        (0..20).for_each(|n| assert!(elements.insert(new(n))));
        drop(PersistentSet::from(elements));
    }),
    look("PersistentSet: Clone", CLONE_HASHER, |set, _| *set = set.clone()),
    look("PersistentSet: Default", DEFAULT, |_, _| drop(S::default())),
    look("PersistentSet: Debug", DEBUG, |set, _| drop(format!("{set:?}"))),
    look("PersistentSet::iter, formatted", DEBUG, |set, _| drop(format!("{:?}", set.iter()))),
    look("PersistentSet: Hash", HASH_KEYS, |set, _| {
        std::hash::BuildHasher::hash_one(&FixedState::default(), &*set);
    }),
    look("PersistentSet::into_transient", Calls::NONE, |set, _| *set = take(set).into_transient().into_persistent()),
    look("PersistentSet::shrink_to_fit", Calls::NONE, |set, _| set.shrink_to_fit()),
    row("PersistentSet, dropped", Scope::Part, DROP, DROP, |set, _| drop(take(set))),
    combine("PersistentSet::union", |set, given| *set = set.union(&given.other)),
    combine("PersistentSet::union, dropped", |set, given| drop(given.other.union(set))),
    combine("PersistentSet::intersection", |set, given| *set = set.intersection(&given.other)),
    combine("PersistentSet::difference", |set, given| *set = set.difference(&given.other)),
    combine("PersistentSet::symmetric_difference", |set, given| *set = set.symmetric_difference(&given.other)),
    combine("&PersistentSet: BitOr<&PersistentSet>", |set, given| *set = &*set | &given.other),
    combine("&PersistentSet: BitAnd<&PersistentSet>", |set, given| *set = &*set & &given.other),
    combine("&PersistentSet: Sub<&PersistentSet>", |set, given| *set = &*set - &given.other),
    combine("&PersistentSet: BitXor<&PersistentSet>", |set, given| *set = &*set ^ &given.other),
    combine("PersistentSet: BitOrAssign<&PersistentSet>", |set, given| *set |= &given.other),
    combine("PersistentSet: BitAndAssign<&PersistentSet>", |set, given| *set &= &given.other),
    combine("PersistentSet: SubAssign<&PersistentSet>", |set, given| *set -= &given.other),
    combine("PersistentSet: BitXorAssign<&PersistentSet>", |set, given| *set ^= &given.other),
    row("PersistentSet: PartialEq", Scope::Two, LOOKUP.and(DROP), Calls::NONE, |set, given| {
        // A set of the same elements, with the same hasher or another.
        assert!(*set == S::sample(given.other.hasher().0, set.len() as u64));
    }),
    compare("PersistentSet::is_subset", |set, given| {
        set.is_subset(&given.other);
    }),
    compare("PersistentSet::is_superset", |set, given| {
        set.is_superset(&given.other);
    }),
    compare("PersistentSet::is_disjoint", |set, given| {
        set.is_disjoint(&given.other);
    }),
    compare("PersistentSet::diff", |set, given| {
        assert!(set.diff(&given.other).count() <= set.len() + given.other.len());
    }),
];
