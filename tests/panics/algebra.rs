//! The operations on two maps, on three maps, and on patches.

use perennial::PersistentMap;
use perennial::map::{Change, Merge, Patch};

use super::map::M;
use super::trial::{Calls, Given, Operation, Scope, Subject};
use super::{CLONE, CLONE_HASHER, CLOSURE, DEFAULT, DROP, LOOKUP, called, new};
use crate::common::hashers::TestState;
use crate::common::tracked::Tracked;

type P = Patch<Tracked, Tracked, TestState>;

/// A reading operation on two maps. Their hashers may disagree, so it may have to look up each entry.
const fn look(name: &'static str, more: Calls, run: fn(&mut M, &Given<M>)) -> Operation<M> {
    Operation { name, scope: Scope::Two, calls: LOOKUP.and(more), if_shared: Calls::NONE, run }
}

/// An operation on two maps that makes a new version.
const fn combine(name: &'static str, more: Calls, run: fn(&mut M, &Given<M>)) -> Operation<M> {
    look(name, more.and(CLONE).and(DROP).and(CLONE_HASHER), run)
}

fn by_key(key: &Tracked, ours: &Tracked, theirs: &Tracked) -> Merge<Tracked> {
    match called(key.value() % 4) {
        0 => Merge::Left,
        1 => Merge::Right,
        2 => Merge::New(new(ours.value() + theirs.value())),
        _ => Merge::Remove,
    }
}

pub(super) const OPERATIONS: [Operation<M>; 36] = [
    combine("PersistentMap::merge", Calls::NONE, |map, given| *map = map.merge(&given.other)),
    combine("PersistentMap::merge, dropped", Calls::NONE, |map, given| drop(given.other.merge(map))),
    combine("PersistentMap::merge_with", CLOSURE, |map, given| *map = map.merge_with(&given.other, by_key)),
    combine("PersistentMap::merge_unshared_with", CLOSURE, |map, given| {
        *map = map.merge_unshared_with(&given.other, by_key);
    }),
    combine("PersistentMap::union_with", CLOSURE, |map, given| {
        *map = map.union_with(&given.other, |_, ours, theirs| called(new(ours.value() + theirs.value())));
    }),
    combine("PersistentMap::intersection", Calls::NONE, |map, given| *map = map.intersection(&given.other)),
    combine("PersistentMap::intersection_with", CLOSURE, |map, given| {
        *map = map.intersection_with(&given.other, |_, ours, theirs| called(new(ours.value() + theirs.value())));
    }),
    combine("PersistentMap::difference", Calls::NONE, |map, given| *map = map.difference(&given.other)),
    combine("PersistentMap::symmetric_difference", Calls::NONE, |map, given| {
        *map = map.symmetric_difference(&given.other);
    }),
    combine("&PersistentMap: BitOr<&PersistentMap>", Calls::NONE, |map, given| *map = &*map | &given.other),
    combine("&PersistentMap: BitAnd<&PersistentMap>", Calls::NONE, |map, given| *map = &*map & &given.other),
    combine("&PersistentMap: Sub<&PersistentMap>", Calls::NONE, |map, given| *map = &*map - &given.other),
    combine("&PersistentMap: BitXor<&PersistentMap>", Calls::NONE, |map, given| *map = &*map ^ &given.other),
    combine("PersistentMap: BitOrAssign<&PersistentMap>", Calls::NONE, |map, given| *map |= &given.other),
    combine("PersistentMap: BitAndAssign<&PersistentMap>", Calls::NONE, |map, given| *map &= &given.other),
    combine("PersistentMap: SubAssign<&PersistentMap>", Calls::NONE, |map, given| *map -= &given.other),
    combine("PersistentMap: BitXorAssign<&PersistentMap>", Calls::NONE, |map, given| *map ^= &given.other),
    look("PersistentMap: PartialEq", DROP, |map, given| {
        // A map of the same keys, with the same hasher or another.
        assert!(*map == M::sample(given.other.hasher().0, map.len() as u64));
    }),
    look("PersistentMap::is_submap", Calls::NONE, |map, given| {
        map.is_submap(&given.other);
    }),
    look("PersistentMap::is_submap_by", CLOSURE, |map, given| {
        map.is_submap_by(&given.other, |_, _| called(true));
    }),
    look("PersistentMap::is_disjoint", Calls::NONE, |map, given| {
        map.is_disjoint(&given.other);
    }),
    look("PersistentMap::diff", Calls::NONE, |map, given| {
        assert!(map.diff(&given.other).count() <= map.len() + given.other.len());
    }),
    combine("Patch::between", Calls::NONE, |map, given| drop(Patch::between(map, &given.other))),
    combine("Patch::inverse", Calls::NONE, |map, given| drop(Patch::between(map, &given.other).inverse())),
    combine("Patch::inverse, shared", Calls::NONE, |map, given| {
        let patch = Patch::between(map, &given.other);
        drop(patch.clone().inverse());
        assert_eq!(patch, patch.inverse().inverse());
    }),
    combine("Patch::get", Calls::NONE, |map, given| {
        let patch = Patch::between(map, &given.other);
        assert!(patch.iter().all(|change| patch.get(change.key()).is_some()));
    }),
    combine("Patch::then", Calls::NONE, |map, given| {
        let patch = Patch::between(map, &given.other);
        drop(patch.then(&patch.inverse()).expect("the patches fit"));
    }),
    combine("Patch::then, with an error", Calls::NONE, |map, given| {
        let patch = Patch::between(map, &given.other);
        drop(patch.then(&patch));
    }),
    look("Patch: FromIterator", CLONE.and(DROP).and(CLOSURE).and(DEFAULT), |map, given| {
        drop(map.diff(&given.other).map(called::<Change<'_, _, _>>).collect::<P>());
    }),
    combine("PersistentMap::apply", Calls::NONE, |map, given| {
        *map = map.apply(&Patch::between(map, &given.other)).expect("the patch applies");
    }),
    combine("PersistentMap::apply, with an error", Calls::NONE, |map, given| {
        drop(given.other.apply(&Patch::between(map, &given.other)));
    }),
    combine("PersistentMap::merge3", CLOSURE, |map, given| {
        let base = map.filter(|key, _| key.value() % 5 > 0);
        *map = PersistentMap::merge3(&base, map, &given.other, |_, conflict| {
            called(conflict.ours.or(conflict.theirs).cloned())
        });
    }),
    Operation {
        name: "PersistentMap::merge3, without our changes",
        scope: Scope::Two,
        calls: CLONE_HASHER.and(DROP),
        if_shared: Calls::NONE,
        run: |map, given| {
            *map = PersistentMap::merge3(map, map, &given.other, |_, _| unreachable!("there is no conflict"));
        },
    },
    combine("Patch: Clone", Calls::NONE, |map, given| drop(Patch::between(map, &given.other).clone())),
    combine("Patch: PartialEq", Calls::NONE, |map, given| {
        assert!(Patch::between(map, &given.other) == Patch::between(map, &given.other));
    }),
    combine("Patch: Default", DEFAULT, |map, given| {
        assert!(P::default() != Patch::between(map, &given.other).inverse());
    }),
];
