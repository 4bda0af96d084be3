//! The operations on maps, except those on entries and those on two maps.

use std::collections::BTreeMap;
use std::mem;

use foldhash::fast::FixedState;
use perennial::PersistentMap;

use super::trial::{Calls, Contents, Given, Operand, Operation, Scope, Situation, Subject};
use super::{CLONE, CLONE_HASHER, CLOSURE, DEBUG, DEFAULT, DROP, EQ, HASH, HASH_KEYS, LOOKUP, called, divides, new};
use crate::common::hashers::Kind;
use crate::common::tracked::Tracked;
use crate::common::{Map, build, empty, same_shape, validate};

pub(super) type M = Map<Tracked, Tracked>;

fn entries(keys: impl IntoIterator<Item = u64>) -> impl Iterator<Item = (Tracked, Tracked)> {
    keys.into_iter().map(|key| (new(key), new(10 * key)))
}

pub(super) fn contents(map: &M) -> Contents {
    validate(map);
    let contents: Contents = map.iter().map(|(key, value)| (key.value(), value.value())).collect();
    assert_eq!(contents.len(), map.len(), "a key occurs twice");
    contents
}

pub(super) fn edit(map: &mut M) {
    map.insert(new(2000), new(0));
    map.remove(&new(0));
}

pub(super) fn touch(map: &mut M) {
    map.insert(new(1), new(11));
}

pub(super) fn is_canonical(kind: Kind, map: &M, contents: &Contents) -> bool {
    let fresh = build(kind, contents.iter().map(|(&key, &value)| (new(key), new(value))));
    same_shape(map, &fresh) && *map == fresh
}

impl Subject for M {
    type Version = M;

    fn sample(kind: Kind, size: u64) -> M {
        build(kind, entries(0..size))
    }

    fn of(version: M) -> M {
        version
    }

    fn version(self) -> M {
        self
    }

    fn contents(version: &M) -> Contents {
        contents(version)
    }

    fn edit(version: &mut M) {
        edit(version);
    }

    fn touch(_: Kind, version: &mut M) {
        touch(version);
    }

    fn is_canonical(kind: Kind, version: &M, contents: &Contents) -> bool {
        is_canonical(kind, version, contents)
    }

    fn operand(version: &M, Situation { kind, size }: Situation, operand: Operand) -> M {
        let other_kind = if kind == Kind::Good { Kind::TopBits } else { Kind::Good };
        match operand {
            Operand::Related => {
                let mut related = version.clone();
                related.remove(&new(1));
                related.insert(new(size / 2), new(7));
                related.insert(new(size + 3), new(7));
                related
            }
            Operand::Apart => build(kind, entries(size / 2..size + 4)),
            Operand::OtherHasher => build(other_kind, entries((0..size + 4).step_by(2))),
        }
    }
}

/// Takes the map, and leaves an empty one with the same hasher.
fn take(map: &mut M) -> M {
    let kind = map.hasher().0;
    mem::replace(map, empty(kind))
}

const fn row(
    name: &'static str,
    scope: Scope,
    calls: Calls,
    if_shared: Calls,
    run: fn(&mut M, &Given<M>),
) -> Operation<M> {
    Operation { name, scope, calls, if_shared, run }
}

/// An operation on one entry that may copy a shared bucket.
const fn one(name: &'static str, calls: Calls, run: fn(&mut M, &Given<M>)) -> Operation<M> {
    row(name, Scope::Entry, calls, CLONE, run)
}

/// An operation that makes a new version. It may always copy a bucket, because the old version shares it.
const fn derive(name: &'static str, calls: Calls, run: fn(&mut M, &Given<M>)) -> Operation<M> {
    row(name, Scope::Entry, calls.and(CLONE).and(CLONE_HASHER), Calls::NONE, run)
}

/// An operation on many entries in place.
const fn many(name: &'static str, calls: Calls, if_shared: Calls, run: fn(&mut M, &Given<M>)) -> Operation<M> {
    row(name, Scope::Part, calls, if_shared, run)
}

/// An operation that reads the map, or that makes a map from something else.
const fn look(name: &'static str, calls: Calls, run: fn(&mut M, &Given<M>)) -> Operation<M> {
    row(name, Scope::Version, calls, Calls::NONE, run)
}

const TAKE: Calls = LOOKUP.and(DROP);
/// Keys with equal stored hashes are hashed again. Not all maps have such keys.
const HASH_TIES: Calls = HASH;
const COLLECT: Calls = LOOKUP.and(DROP).and(CLOSURE);

pub(super) const OPERATIONS: [Operation<M>; 62] = [
    row("PersistentMap::get", Scope::Entry, TAKE, Calls::NONE, |map, given| {
        map.get(&new(given.key));
    }),
    row("PersistentMap::get_key_value", Scope::Entry, TAKE, Calls::NONE, |map, given| {
        map.get_key_value(&new(given.key));
    }),
    row("PersistentMap::contains_key", Scope::Entry, TAKE, Calls::NONE, |map, given| {
        map.contains_key(&new(given.key));
    }),
    row("PersistentMap: Index", Scope::Entry, TAKE, Calls::NONE, |map, given| {
        if given.key < map.len() as u64 {
            map[&new(given.key)].value();
        }
    }),
    one("PersistentMap: IndexMut", TAKE, |map, given| {
        if given.key < map.len() as u64 {
            map[&new(given.key)].set(7);
        }
    }),
    one("PersistentMap::insert", TAKE, |map, given| {
        map.insert(new(given.key), new(7));
    }),
    one("PersistentMap::try_insert", TAKE, |map, given| {
        drop(map.try_insert(new(given.key), new(7)));
    }),
    one("PersistentMap::remove", TAKE, |map, given| {
        map.remove(&new(given.key));
    }),
    one("PersistentMap::remove_entry", TAKE, |map, given| {
        map.remove_entry(&new(given.key));
    }),
    one("PersistentMap::get_mut", TAKE, |map, given| {
        if let Some(value) = map.get_mut(&new(given.key)) {
            value.set(7);
        }
    }),
    one("PersistentMap::get_key_value_mut", TAKE, |map, given| {
        if let Some((key, value)) = map.get_key_value_mut(&new(given.key)) {
            value.set(key.value() + 7);
        }
    }),
    one("PersistentMap::get_disjoint_mut", TAKE, |map, given| {
        let keys = [new(3000), new(given.key), new(3001)];
        if let [_, Some(value), _] = map.get_disjoint_mut(keys.each_ref()) {
            value.set(7);
        }
    }),
    many("PersistentMap::get_disjoint_mut, of several", TAKE, CLONE, |map, _| {
        let keys = [new(0), new(4), new(15)];
        map.get_disjoint_mut(keys.each_ref()).into_iter().flatten().for_each(|value| value.set(7));
    }),
    derive("PersistentMap::assoc", TAKE, |map, given| *map = map.assoc(new(given.key), new(7))),
    derive("PersistentMap::assoc, dropped", TAKE, |map, given| drop(map.assoc(new(given.key), new(7)))),
    derive("PersistentMap::dissoc", TAKE, |map, given| *map = map.dissoc(&new(given.key))),
    derive("PersistentMap::assoc_if_absent", TAKE, |map, given| *map = map.assoc_if_absent(new(given.key), new(7))),
    derive("PersistentMap::assoc_if_changed", TAKE, |map, given| *map = map.assoc_if_changed(new(given.key), new(7))),
    derive("PersistentMap::assoc_if_changed, to an equal value", TAKE, |map, given| {
        *map = map.assoc_if_changed(new(given.key), new(10 * given.key));
    }),
    derive("PersistentMap::alter", COLLECT, |map, given| {
        *map = map.alter(new(given.key), |value| match called(value) {
            Some(value) if value.value() % 20 == 0 => None,
            _ => Some(new(7)),
        });
    }),
    row(
        "PersistentMap::filter",
        Scope::Version,
        CLONE.and(CLONE_HASHER).and(DROP).and(CLOSURE),
        Calls::NONE,
        |map, _| *map = map.filter(|key, _| divides(2, key)),
    ),
    row(
        "PersistentMap::update_values",
        Scope::Version,
        CLONE.and(CLONE_HASHER).and(DROP).and(CLOSURE).and(EQ),
        Calls::NONE,
        |map, _| *map = map.update_values(|_, value| called(new(value.value() / 2))),
    ),
    row("PersistentMap::map_values", Scope::Version, CLONE.and(CLONE_HASHER).and(DROP).and(CLOSURE), DROP, |map, _| {
        *map = map.map_values(|_, value| called(new(value.value() / 2)))
    }),
    row(
        "PersistentMap::filter_map",
        Scope::Version,
        CLONE.and(CLONE_HASHER).and(DROP).and(CLOSURE),
        Calls::NONE,
        |map, _| *map = map.filter_map(|key, value| divides(2, key).then(|| called(new(value.value())))),
    ),
    row(
        "PersistentMap::partition",
        Scope::Version,
        LOOKUP.and(CLONE).and(CLONE_HASHER).and(DROP).and(CLOSURE),
        Calls::NONE,
        |map, _| *map = map.partition(|key, _| divides(2, key)).1,
    ),
    row("PersistentMap::iter_in_hash_order", Scope::Version, HASH_TIES, Calls::NONE, |map, _| {
        assert_eq!(map.iter_in_hash_order().count(), map.len());
    }),
    many("PersistentMap::pop", DROP, CLONE, |map, _| {
        map.pop();
    }),
    many("PersistentMap::retain", DROP.and(CLOSURE), CLONE, |map, _| map.retain(|key, _| divides(2, key))),
    many("PersistentMap::extract_if", DROP.and(CLOSURE), CLONE, |map, _| {
        for (key, _value) in map.extract_if(|key, _| !divides(3, key)) {
            assert!(key.value() % 3 != 0);
        }
    }),
    many("PersistentMap::extract_if, in part", DROP.and(CLOSURE), CLONE, |map, _| {
        map.extract_if(|_, value| divides(20, value)).take(2).for_each(drop);
    }),
    many("PersistentMap::drain", DROP.and(CLOSURE), CLONE, |map, _| {
        for (key, _value) in map.drain() {
            called(key.value());
        }
    }),
    many("PersistentMap::drain, in part", DROP, CLONE, |map, _| map.drain().take(3).for_each(drop)),
    many("PersistentMap::clear", DROP, DROP, |map, _| map.clear()),
    many("PersistentMap::iter_mut", CLOSURE, CLONE, |map, _| {
        for (_, value) in map.iter_mut() {
            called(());
            value.set(7);
        }
    }),
    many("PersistentMap::values_mut, by fold", CLOSURE, CLONE, |map, _| {
        map.values_mut().for_each(|value| {
            called(());
            value.set(7);
        });
    }),
    many("&mut PersistentMap: IntoIterator", CLOSURE, CLONE, |map, _| {
        for (_, value) in map {
            called(());
            value.set(7);
        }
    }),
    many("PersistentMap: IntoIterator", DROP.and(CLOSURE), CLONE, |map, _| {
        for (key, _value) in take(map) {
            called(key.value());
        }
    }),
    many("PersistentMap: IntoIterator, in part", DROP, CLONE, |map, _| take(map).into_iter().take(5).for_each(drop)),
    many("PersistentMap::into_iter_in_stored_order", DROP.and(CLOSURE), CLONE, |map, _| {
        for (key, _value) in take(map).into_iter_in_stored_order() {
            called(key.value());
        }
    }),
    many("PersistentMap::into_iter_in_stored_order, in part", DROP, CLONE, |map, _| {
        take(map).into_iter_in_stored_order().take(5).for_each(drop);
    }),
    many("PersistentMap::into_keys", DROP.and(CLOSURE), CLONE, |map, _| {
        for key in take(map).into_keys() {
            called(key.value());
        }
    }),
    many("PersistentMap::into_values", DROP.and(CLOSURE), CLONE, |map, _| {
        take(map).into_values().for_each(|value| {
            called(value.value());
        });
    }),
    many("PersistentMap: Extend", COLLECT, CLONE, |map, _| {
        // An empty map inserts all items together, other maps one by one.
        map.extend((0..24).map(|n| called((new(3 * (n % 18)), new(100 + n % 18)))));
    }),
    look("PersistentMap: FromIterator", COLLECT.and(DEFAULT), |_, _| {
        drop((0..20).map(|key| called((new(key % 18), new(key)))).collect::<M>());
    }),
    look("PersistentMap: From, an array", DROP.and(EQ).and(HASH_KEYS), |_, _| {
        drop(PersistentMap::from([3, 1, 2, 1].map(|key| (new(key), new(0)))));
    }),
    look("PersistentMap: From, a vector", DROP.and(EQ).and(HASH_KEYS), |_, _| {
        drop(PersistentMap::from((0..20).map(|key| (new(key % 18), new(key))).collect::<Vec<_>>()));
    }),
    look("PersistentMap: From, a tree", DROP.and(HASH_KEYS), |_, _| {
        // Not collected: `BTreeMap` would leak if a comparison panicked.
        let mut entries = BTreeMap::new();
        (0..20).for_each(|key| drop(entries.insert(new(key), new(key))));
        drop(PersistentMap::from(entries));
    }),
    look("PersistentMap: Clone", CLONE_HASHER, |map, _| *map = map.clone()),
    look("PersistentMap: Default", DEFAULT, |_, _| drop(M::default())),
    look("PersistentMap: Debug", DEBUG, |map, _| drop(format!("{map:?}"))),
    many("map::IntoIter: Clone", DROP.and(CLONE), Calls::NONE, |map, _| {
        let mut entries = take(map).into_iter();
        entries.next();
        let mut more = entries.clone();
        more.next();
        assert_eq!(more.len(), entries.len().saturating_sub(1));
    }),
    many("map::IntoKeys: Clone", DROP.and(CLONE), Calls::NONE, |map, _| drop(take(map).into_keys().clone().next())),
    many("map::IntoValues: Clone", DROP.and(CLONE), Calls::NONE, |map, _| drop(take(map).into_values().clone().next())),
    look("PersistentMap: Hash", HASH_KEYS, |map, _| {
        std::hash::BuildHasher::hash_one(&FixedState::default(), &*map);
    }),
    many("PersistentMap, dropped", DROP, DROP, |map, _| drop(take(map))),
    many("PersistentMap::iter_mut, formatted", DEBUG, CLONE, |map, _| {
        let mut iter = map.iter_mut();
        iter.next();
        drop(format!("{iter:?}"));
    }),
    many("PersistentMap: IntoIterator, formatted", DROP.and(DEBUG), CLONE, |map, _| {
        let mut iter = take(map).into_iter();
        iter.next();
        drop(format!("{iter:?}"));
    }),
    row("PersistentMap::iter, formatted", Scope::Version, DEBUG, Calls::NONE, |map, _| {
        drop(format!("{:?}", map.iter()))
    }),
    row("PersistentMap: PartialEq, of itself", Scope::Version, CLONE_HASHER, Calls::NONE, |map, _| {
        assert!(*map == map.clone());
    }),
    look("PersistentMap::into_transient", Calls::NONE, |map, _| *map = take(map).into_transient().into_persistent()),
    look("PersistentMap::shrink_to_fit", Calls::NONE, |map, _| map.shrink_to_fit()),
    look("PersistentMap::is_disjoint, with itself", Calls::NONE, |map, _| {
        assert_eq!(map.is_disjoint(map), map.is_empty());
    }),
];
