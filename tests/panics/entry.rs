//! The operations on entries of a map.

use perennial::map::{Entry, EntryRef, OccupiedEntry, VacantEntry, VacantEntryRef};

use super::map::M;
use super::trial::{Calls, Given, Operation, Scope};
use super::{CLONE, CLOSURE, DEBUG, DEFAULT, DROP, LOOKUP, called, new};
use crate::common::tracked::Tracked;

const LOOKUP_AND_DROP: Calls = LOOKUP.and(DROP);

const fn row(name: &'static str, more: Calls, if_shared: Calls, run: fn(&mut M, &Given<M>)) -> Operation<M> {
    Operation { name, scope: Scope::Entry, calls: LOOKUP_AND_DROP.and(more), if_shared, run }
}

/// Calls `run` with the entry of the key if it is occupied.
fn occupied(map: &mut M, given: &Given<M>, run: impl FnOnce(OccupiedEntry<'_, Tracked, Tracked>)) {
    if let Entry::Occupied(entry) = map.entry(new(given.key)) {
        run(entry);
    }
}

/// Calls `run` with the entry of the key if it is vacant.
fn vacant(map: &mut M, given: &Given<M>, run: impl FnOnce(VacantEntry<'_, Tracked, Tracked>)) {
    if let Entry::Vacant(entry) = map.entry(new(given.key)) {
        run(entry);
    }
}

/// Calls `run` with the entry of a borrowed key if it is vacant.
fn vacant_ref(map: &mut M, key: &Tracked, run: impl FnOnce(VacantEntryRef<'_, '_, Tracked, Tracked, Tracked>)) {
    if let EntryRef::Vacant(entry) = map.entry_ref(key) {
        run(entry);
    }
}

pub(super) const OPERATIONS: [Operation<M>; 30] = [
    row("PersistentMap::entry", Calls::NONE, Calls::NONE, |map, given| drop(map.entry(new(given.key)))),
    row("map::Entry::or_insert", Calls::NONE, CLONE, |map, given| map.entry(new(given.key)).or_insert(new(7)).set(7)),
    row("map::Entry::or_insert_with", CLOSURE, CLONE, |map, given| {
        map.entry(new(given.key)).or_insert_with(|| called(new(7)));
    }),
    row("map::Entry::or_insert_with_key", CLOSURE, CLONE, |map, given| {
        map.entry(new(given.key)).or_insert_with_key(|key| called(new(key.value() + 7)));
    }),
    row("map::Entry::or_default", DEFAULT, CLONE, |map, given| {
        map.entry(new(given.key)).or_default();
    }),
    row("map::Entry::and_modify", CLOSURE, CLONE, |map, given| {
        drop(map.entry(new(given.key)).and_modify(|value| {
            called(());
            value.set(7);
        }));
    }),
    row("map::Entry::insert_entry", Calls::NONE, CLONE, |map, given| {
        map.entry(new(given.key)).insert_entry(new(7));
    }),
    row("map::Entry: Debug", DEBUG, Calls::NONE, |map, given| {
        // The entry is not a temporary, because Rust leaks the formatted text if a temporary panics in its drop.
        let entry = map.entry(new(given.key));
        drop(format!("{entry:?}"));
    }),
    row("PersistentMap::entry_ref", Calls::NONE, Calls::NONE, |map, given| {
        map.entry_ref(&new(given.key));
    }),
    row("map::EntryRef::or_insert", CLONE, Calls::NONE, |map, given| {
        map.entry_ref(&new(given.key)).or_insert(new(7)).set(7)
    }),
    row("map::EntryRef::or_insert_with", CLONE.and(CLOSURE), Calls::NONE, |map, given| {
        map.entry_ref(&new(given.key)).or_insert_with(|| called(new(7)));
    }),
    row("map::EntryRef::or_insert_with_key", CLONE.and(CLOSURE), Calls::NONE, |map, given| {
        map.entry_ref(&new(given.key)).or_insert_with_key(|key| called(new(key.value() + 7)));
    }),
    row("map::EntryRef::or_default", CLONE.and(DEFAULT), Calls::NONE, |map, given| {
        map.entry_ref(&new(given.key)).or_default();
    }),
    row("map::EntryRef::and_modify", CLOSURE, CLONE, |map, given| {
        drop(map.entry_ref(&new(given.key)).and_modify(|value| {
            called(());
            value.set(7);
        }));
    }),
    row("map::EntryRef::insert_entry", CLONE, Calls::NONE, |map, given| {
        map.entry_ref(&new(given.key)).insert_entry(new(7));
    }),
    row("map::VacantEntryRef::insert", CLONE, Calls::NONE, |map, given| {
        vacant_ref(map, &new(given.key), |entry| entry.insert(new(7)).set(7))
    }),
    row("map::VacantEntryRef::insert_entry", CLONE, Calls::NONE, |map, given| {
        vacant_ref(map, &new(given.key), |entry| assert_eq!(entry.insert_entry(new(7)).get().value(), 7));
    }),
    row("map::VacantEntryRef::key", Calls::NONE, Calls::NONE, |map, given| {
        vacant_ref(map, &new(given.key), |entry| assert_eq!(entry.key().value(), given.key));
    }),
    row("map::OccupiedEntry::get_mut", Calls::NONE, CLONE, |map, given| {
        occupied(map, given, |mut entry| entry.get_mut().set(7));
    }),
    row("map::OccupiedEntry::into_mut", Calls::NONE, CLONE, |map, given| {
        occupied(map, given, |entry| entry.into_mut().set(7));
    }),
    row("map::OccupiedEntry::insert", Calls::NONE, CLONE, |map, given| {
        occupied(map, given, |mut entry| drop(entry.insert(new(7))));
    }),
    row("map::OccupiedEntry::remove", Calls::NONE, CLONE, |map, given| {
        occupied(map, given, |entry| drop(entry.remove()));
    }),
    row("map::OccupiedEntry::remove_entry", Calls::NONE, CLONE, |map, given| {
        occupied(map, given, |entry| drop(entry.remove_entry()));
    }),
    row("map::OccupiedEntry::get_mut, then remove", Calls::NONE, CLONE, |map, given| {
        occupied(map, given, |mut entry| {
            entry.get_mut().value();
            entry.remove();
        });
    }),
    row("map::VacantEntry::into_key", Calls::NONE, Calls::NONE, |map, given| {
        vacant(map, given, |entry| drop(entry.into_key()));
    }),
    row("map::VacantEntry::insert", Calls::NONE, CLONE, |map, given| {
        vacant(map, given, |entry| entry.insert(new(7)).set(7))
    }),
    row("map::VacantEntry::insert_entry", Calls::NONE, CLONE, |map, given| {
        vacant(map, given, |entry| assert_eq!(entry.insert_entry(new(7)).get().value(), 7));
    }),
    row("map::VacantEntry::insert_entry, then get_mut", Calls::NONE, CLONE, |map, given| {
        vacant(map, given, |entry| {
            entry.insert_entry(new(7)).get_mut().value();
        });
    }),
    row("map::OccupiedError: Debug", DEBUG, CLONE, |map, given| {
        if let Err(error) = map.try_insert(new(given.key), new(7)) {
            drop(format!("{error:?}"));
        }
    }),
    row("map::OccupiedError: Display", DEBUG, CLONE, |map, given| {
        if let Err(error) = map.try_insert(new(given.key), new(7)) {
            drop(error.to_string());
        }
    }),
];
