//! The operations on transients that were made from a version, and on transients that were created empty.

use perennial::{TransientMap, TransientSet};

use super::map::{self, M};
use super::set::{self, S, marked};
use super::trial::{Calls, Contents, Given, Operation, Scope, Subject};
use super::{CLONE, CLOSURE, DEBUG, DEFAULT, DROP, LOOKUP, called, divides, new};
use crate::common::hashers::{Kind, TestState};
use crate::common::tracked::Tracked;

type TM = TransientMap<Tracked, Tracked, TestState>;
type TS = TransientSet<Tracked, TestState>;

impl Subject for TM {
    type Version = M;

    fn sample(kind: Kind, size: u64) -> M {
        M::sample(kind, size)
    }

    fn of(version: M) -> TM {
        version.into_transient()
    }

    fn version(self) -> M {
        self.into_persistent()
    }

    fn contents(version: &M) -> Contents {
        map::contents(version)
    }

    fn edit(version: &mut M) {
        map::edit(version);
    }

    fn touch(_: Kind, version: &mut M) {
        map::touch(version);
    }

    fn is_canonical(kind: Kind, version: &M, contents: &Contents) -> bool {
        map::is_canonical(kind, version, contents)
    }
}

impl Subject for TS {
    type Version = S;

    fn sample(kind: Kind, size: u64) -> S {
        S::sample(kind, size)
    }

    fn of(version: S) -> TS {
        version.into_transient()
    }

    fn version(self) -> S {
        self.into_persistent()
    }

    fn contents(version: &S) -> Contents {
        set::contents(version)
    }

    fn edit(version: &mut S) {
        set::edit(version);
    }

    fn touch(_: Kind, version: &mut S) {
        set::touch(version);
    }

    fn is_canonical(kind: Kind, version: &S, contents: &Contents) -> bool {
        set::is_canonical(kind, version, contents)
    }
}

const fn row<T: Subject>(
    name: &'static str,
    scope: Scope,
    calls: Calls,
    if_shared: Calls,
    run: fn(&mut T, &Given<T::Version>),
) -> Operation<T> {
    Operation { name, scope, calls, if_shared, run }
}

/// An operation on one entry that may copy a shared bucket.
const fn one<T: Subject>(name: &'static str, more: Calls, run: fn(&mut T, &Given<T::Version>)) -> Operation<T> {
    row(name, Scope::Entry, LOOKUP.and(DROP).and(more), CLONE, run)
}

/// An operation that reads the transient, or that makes another one.
const fn look<T: Subject>(name: &'static str, calls: Calls, run: fn(&mut T, &Given<T::Version>)) -> Operation<T> {
    row(name, Scope::Version, calls, Calls::NONE, run)
}

pub(super) const MAP_OPERATIONS: [Operation<TM>; 28] = [
    row("TransientMap::get", Scope::Entry, LOOKUP.and(DROP), Calls::NONE, |map, given| {
        map.get(&new(given.key));
    }),
    row("TransientMap::contains_key", Scope::Entry, LOOKUP.and(DROP), Calls::NONE, |map, given| {
        map.contains_key(&new(given.key));
    }),
    one("TransientMap::get_mut", Calls::NONE, |map, given| {
        if let Some(value) = map.get_mut(&new(given.key)) {
            value.set(7);
        }
    }),
    one("TransientMap::insert", Calls::NONE, |map, given| {
        map.insert(new(given.key), new(7));
    }),
    one("TransientMap::remove", Calls::NONE, |map, given| {
        map.remove(&new(given.key));
    }),
    one("TransientMap::remove_entry", Calls::NONE, |map, given| {
        map.remove_entry(&new(given.key));
    }),
    one("TransientMap::entry", CLOSURE, |map, given| {
        map.entry(new(given.key)).and_modify(|value| value.set(called(8))).or_insert_with(|| called(new(7)));
    }),
    row("TransientMap::retain", Scope::Part, DROP.and(CLOSURE), CLONE, |map, _| map.retain(|key, _| divides(2, key))),
    row("TransientMap::extract_if", Scope::Part, DROP.and(CLOSURE), CLONE, |map, _| {
        map.extract_if(|key, _| divides(2, key)).for_each(drop);
    }),
    row("TransientMap::pop", Scope::Part, DROP, CLONE, |map, _| drop(map.pop())),
    row("TransientMap::iter_mut", Scope::Part, CLOSURE, CLONE, |map, _| {
        map.iter_mut().for_each(|(_, value)| value.set(called(7)));
    }),
    row("TransientMap::values_mut", Scope::Part, CLOSURE, CLONE, |map, _| {
        map.values_mut().for_each(|value| value.set(called(7)));
    }),
    row("&mut TransientMap: IntoIterator", Scope::Part, CLOSURE, CLONE, |map, _| {
        for (_, value) in map {
            value.set(called(7));
        }
    }),
    look("TransientMap: FromIterator", LOOKUP.and(DROP).and(CLOSURE).and(DEFAULT), |_, _| {
        drop((0..40).map(|n| called((new(n % 36), new(n)))).collect::<TM>());
    }),
    row("TransientMap::drain", Scope::Part, DROP.and(CLOSURE), CLONE, |map, _| {
        for (key, _value) in map.drain() {
            called(key.value());
        }
    }),
    row("TransientMap::drain, in part", Scope::Part, DROP, CLONE, |map, _| map.drain().take(3).for_each(drop)),
    look("TransientMap: IntoIterator, from nothing", LOOKUP.and(DROP).and(CLOSURE), |_, given| {
        let mut map = TransientMap::with_hasher(TestState(given.kind));
        map.extend((0..20).map(|key| (new(key), new(key))));
        for (key, _value) in map {
            called(key.value());
        }
    }),
    look("PersistentMap::try_into_transient", LOOKUP.and(DROP).and(DEFAULT), |_, given| {
        let map: M = (0..20).map(|key| (new(key), new(key))).collect();
        let mut map = map.try_into_transient().expect("nothing is shared");
        map.remove(&new(given.key));
    }),
    row("TransientMap::clear", Scope::Part, DROP, DROP, |map, _| map.clear()),
    row("TransientMap: Extend", Scope::Part, LOOKUP.and(DROP).and(CLOSURE), CLONE, |map, _| {
        map.extend((0..24).map(|n| called((new(3 * (n % 18)), new(100 + n % 18)))));
    }),
    look("TransientMap: Debug", DEBUG, |map, _| drop(format!("{map:?}"))),
    look("TransientMap: Default", DEFAULT, |_, _| drop(TM::default())),
    look("TransientMap::into_persistent, then edited", LOOKUP.and(DROP), |_, given| {
        let mut map = TransientMap::with_hasher(TestState(given.kind));
        (0..20).for_each(|key| drop(map.insert(new(key), new(key))));
        let mut map = map.into_persistent();
        (0..20).for_each(|key| drop(map.remove(&new(key))));
    }),
    look("TransientMap::insert, from nothing", LOOKUP.and(DROP), |_, given| {
        let mut map = TransientMap::with_hasher(TestState(given.kind));
        (0..20).for_each(|key| drop(map.insert(new(key % 18), new(key))));
    }),
    look("TransientMap::remove, from nothing", LOOKUP.and(DROP), |_, given| {
        let mut map = TransientMap::with_hasher(TestState(given.kind));
        (0..20).for_each(|key| drop(map.insert(new(key), new(key))));
        (0..20).for_each(|key| drop(map.remove(&new(key))));
    }),
    look("TransientMap::entry, from nothing", LOOKUP.and(DROP).and(CLOSURE), |_, given| {
        let mut map = TransientMap::with_hasher(TestState(given.kind));
        (0..20).for_each(|key| map.entry(new(key % 18)).or_insert_with(|| called(new(7))).set(8));
    }),
    look("TransientMap::retain, from nothing", LOOKUP.and(DROP).and(CLOSURE), |_, given| {
        let mut map = TransientMap::with_hasher(TestState(given.kind));
        map.extend((0..20).map(|key| (new(key), new(key))));
        map.retain(|key, _| divides(3, key));
    }),
    look("TransientMap: Extend, from nothing", LOOKUP.and(DROP).and(CLOSURE), |_, given| {
        let mut map = TransientMap::with_hasher(TestState(given.kind));
        map.extend((0..20).map(|key| called((new(key), new(key)))));
        map.extend((9..20).map(|key| called((new(key), new(7)))));
    }),
];

pub(super) const SET_OPERATIONS: [Operation<TS>; 19] = [
    row("TransientSet::get", Scope::Entry, LOOKUP.and(DROP), Calls::NONE, |set, given| {
        set.get(&new(given.key));
    }),
    row("TransientSet::contains", Scope::Entry, LOOKUP.and(DROP), Calls::NONE, |set, given| {
        set.contains(&new(given.key));
    }),
    one("TransientSet::insert", Calls::NONE, |set, given| {
        set.insert(marked(given));
    }),
    one("TransientSet::replace", Calls::NONE, |set, given| {
        set.replace(marked(given));
    }),
    one("TransientSet::remove", Calls::NONE, |set, given| {
        set.remove(&new(given.key));
    }),
    one("TransientSet::take", Calls::NONE, |set, given| {
        set.take(&new(given.key));
    }),
    row("TransientSet::retain", Scope::Part, DROP.and(CLOSURE), CLONE, |set, _| set.retain(|key| divides(2, key))),
    row("TransientSet::extract_if", Scope::Part, DROP.and(CLOSURE), CLONE, |set, _| {
        set.extract_if(|element| divides(2, element)).for_each(drop);
    }),
    row("TransientSet::pop", Scope::Part, DROP, CLONE, |set, _| drop(set.pop())),
    look("TransientSet: FromIterator", LOOKUP.and(DROP).and(CLOSURE).and(DEFAULT), |_, _| {
        drop((0..40).map(|n| called(new(n % 36))).collect::<TS>());
    }),
    row("TransientSet::drain", Scope::Part, DROP.and(CLOSURE), CLONE, |set, _| {
        for key in set.drain() {
            called(key.value());
        }
    }),
    look("TransientSet: IntoIterator, from nothing", LOOKUP.and(DROP).and(CLOSURE), |_, given| {
        let mut set = TransientSet::with_hasher(TestState(given.kind));
        set.extend((0..20).map(new));
        for key in set {
            called(key.value());
        }
    }),
    look("PersistentSet::try_into_transient", LOOKUP.and(DROP).and(DEFAULT), |_, given| {
        let set: S = (0..20).map(new).collect();
        let mut set = set.try_into_transient().expect("nothing is shared");
        set.remove(&new(given.key));
    }),
    row("TransientSet::clear", Scope::Part, DROP, DROP, |set, _| set.clear()),
    row("TransientSet: Extend", Scope::Part, LOOKUP.and(DROP).and(CLOSURE), CLONE, |set, _| {
        set.extend((0..24).map(|n| called(Tracked::marked(3 * (n % 18), 7))));
    }),
    look("TransientSet: Debug", DEBUG, |set, _| drop(format!("{set:?}"))),
    look("TransientSet: Default", DEFAULT, |_, _| drop(TS::default())),
    look("TransientSet::into_persistent, from nothing", LOOKUP.and(DROP), |_, given| {
        let mut set = TransientSet::with_hasher(TestState(given.kind));
        (0..20).for_each(|key| assert_eq!(set.insert(new(key % 18)), key < 18));
        let mut set = set.into_persistent();
        (0..20).for_each(|key| assert_eq!(set.remove(&new(key)), key < 18));
    }),
    look("TransientSet::replace, from nothing", LOOKUP.and(DROP).and(CLOSURE), |_, given| {
        let mut set = TransientSet::with_hasher(TestState(given.kind));
        set.extend((0..18).map(new));
        set.replace(new(3));
        set.remove(&new(5));
        set.retain(|key| divides(3, key));
    }),
];
