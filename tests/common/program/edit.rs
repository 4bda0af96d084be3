//! The operations that edit a version in place.

use core::hash::{BuildHasher, Hash};
use foldhash::fast::FixedState;
use perennial::map::{self as our_map, EntryRef};
use proptest::prelude::*;
use std::collections::hash_map;

use super::version::{Version, walk};
use crate::common::scaled;
use crate::common::values::{Query, Sample};

/// Selects about one of every `of` keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Picker {
    pub(crate) of: u64,
    pub(crate) which: u64,
}

impl Picker {
    pub(crate) fn picks(&self, key: &impl Hash) -> bool {
        FixedState::with_seed(self.which).hash_one(key) % self.of == 0
    }
}

pub(crate) fn picker() -> impl Strategy<Value = Picker> {
    (1..5_u64, any::<u64>()).prop_map(|(of, which)| Picker { of, which })
}

/// Makes keys, mostly from a small range, so that operations often find them.
pub(crate) fn key() -> impl Strategy<Value = u16> {
    prop_oneof![3 => 0..40_u16, 1 => 0..400_u16]
}

/// Makes values from a small range, so that a key is often given the value that it already has.
pub(crate) fn value() -> impl Strategy<Value = u16> {
    0..3_u16
}

/// The use of an entry.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Use {
    Look,
    OrInsert,
    OrInsertWith,
    OrInsertWithKey,
    OrDefault,
    AndModify,
    InsertEntry,
    OccupiedInsert,
    OccupiedRemove,
    OccupiedRemoveEntry,
    OccupiedGetMut,
    OccupiedIntoMut,
    VacantInsert,
    VacantInsertEntry,
    VacantIntoKey,
}

pub(crate) const USES: [Use; 15] = [
    Use::Look,
    Use::OrInsert,
    Use::OrInsertWith,
    Use::OrInsertWithKey,
    Use::OrDefault,
    Use::AndModify,
    Use::InsertEntry,
    Use::OccupiedInsert,
    Use::OccupiedRemove,
    Use::OccupiedRemoveEntry,
    Use::OccupiedGetMut,
    Use::OccupiedIntoMut,
    Use::VacantInsert,
    Use::VacantInsertEntry,
    Use::VacantIntoKey,
];

/// Uses an entry of a map as `$how` says, and returns the value that this yields. The same code is compiled for our map
/// and for std's.
macro_rules! use_entry {
    ($module:ident, $map:expr, $key:expr, $value:expr, $how:expr) => {{
        let (key, value) = ($key, $value);
        let entry = $map.entry(key.clone());
        assert_eq!(*entry.key(), key);
        match ($how, entry) {
            (Use::OrInsert, entry) => Some(entry.or_insert(value).clone()),
            (Use::OrInsertWith, entry) => Some(entry.or_insert_with(|| value).clone()),
            (Use::OrInsertWithKey, entry) => {
                let inserted = entry.or_insert_with_key(|k| {
                    assert_eq!(*k, key);
                    value
                });
                Some(inserted.clone())
            }
            (Use::OrDefault, entry) => Some(entry.or_default().clone()),
            (Use::AndModify, entry) => {
                let stored = entry.and_modify(|v| *v = value).or_default();
                Some(stored.clone())
            }
            (Use::InsertEntry, entry) => {
                let mut entry = entry.insert_entry(value.clone());
                assert_eq!(entry.key(), &key);
                assert_eq!(entry.get(), &value);
                assert_eq!(entry.get_mut(), &value);
                None
            }
            (how, $module::Entry::Occupied(mut entry)) => {
                assert_eq!(*entry.key(), key);
                let old = entry.get().clone();
                match how {
                    Use::OccupiedInsert => assert_eq!(entry.insert(value), old),
                    Use::OccupiedRemove => assert_eq!(entry.remove(), old),
                    Use::OccupiedRemoveEntry => {
                        assert_eq!(entry.remove_entry(), (key, old.clone()));
                    }
                    Use::OccupiedGetMut => {
                        *entry.get_mut() = value.clone();
                        assert_eq!(entry.get(), &value);
                    }
                    Use::OccupiedIntoMut => *entry.into_mut() = value,
                    _ => {}
                }
                Some(old)
            }
            (how, $module::Entry::Vacant(entry)) => {
                assert_eq!(*entry.key(), key);
                match how {
                    Use::VacantInsert => assert_eq!(*entry.insert(value.clone()), value),
                    Use::VacantInsertEntry => {
                        let entry = entry.insert_entry(value.clone());
                        assert_eq!(entry.key(), &key);
                        assert_eq!(entry.get(), &value);
                    }
                    Use::VacantIntoKey => assert_eq!(entry.into_key(), key),
                    _ => {}
                }
                None
            }
        }
    }};
}

/// Does with the entry of a borrowed key what `use_entry` does with that of an owned one.
fn use_entry_ref<K: Sample, V: Sample>(
    entry: EntryRef<'_, '_, K, V, Query<K>>,
    query: &Query<K>,
    value: V,
    how: Use,
) -> Option<V> {
    match (how, entry) {
        (Use::OrInsert, entry) => Some(entry.or_insert(value).clone()),
        (Use::OrInsertWith, entry) => Some(entry.or_insert_with(|| value).clone()),
        (Use::OrInsertWithKey, entry) => {
            let inserted = entry.or_insert_with_key(|key| {
                assert_eq!(key.0, query.0);
                value
            });
            Some(inserted.clone())
        }
        (Use::OrDefault, entry) => Some(entry.or_default().clone()),
        (Use::AndModify, entry) => Some(entry.and_modify(|v| *v = value).or_default().clone()),
        (Use::InsertEntry, entry) => {
            let entry = entry.insert_entry(value.clone());
            assert_eq!((entry.key(), entry.get()), (&query.0, &value));
            None
        }
        (how, EntryRef::Occupied(mut entry)) => {
            assert_eq!(*entry.key(), query.0);
            let old = entry.get().clone();
            match how {
                Use::OccupiedInsert => assert_eq!(entry.insert(value), old),
                Use::OccupiedRemove => assert_eq!(entry.remove(), old),
                Use::OccupiedRemoveEntry => assert_eq!(entry.remove_entry(), (query.0.clone(), old.clone())),
                Use::OccupiedGetMut => *entry.get_mut() = value,
                Use::OccupiedIntoMut => *entry.into_mut() = value,
                _ => {}
            }
            Some(old)
        }
        (how, EntryRef::Vacant(entry)) => {
            assert_eq!(entry.key().0, query.0);
            match how {
                Use::VacantInsert => assert_eq!(*entry.insert(value.clone()), value),
                Use::VacantInsertEntry => assert_eq!(*entry.insert_entry(value.clone()).get(), value),
                _ => {}
            }
            None
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Edit {
    Insert(u16, u16),
    TryInsert(u16, u16),
    Remove(u16),
    RemoveEntry(u16),
    GetMut(u16, u16),
    GetDisjointMut([u16; 3], u16),
    Entry(u16, u16, Use),
    EntryRef(u16, u16, Use),
    /// Removes this number of entries, whichever they are.
    Pop(usize),
    Retain(Picker),
    /// Takes this number of the selected entries, and leaves the rest.
    ExtractIf(Picker, usize),
    /// Takes this number of entries, and drops the rest.
    Drain(usize),
    Clear,
    Extend(Vec<(u16, u16)>),
    /// Inserts consecutive keys: the first key and the number of keys.
    Grow(u16, u16),
    /// Removes consecutive keys: the first key and the number of keys.
    Shrink(u16, u16),
    /// Sets the selected values among the first entries, of which there is this number.
    IterMut(Picker, u16, usize),
    ValuesMut(u16),
}

pub(crate) fn edits() -> impl Strategy<Value = Edit> {
    let most = scaled(200, 40) as u16;
    let how_many = || prop_oneof![0..20_usize, Just(usize::MAX)];
    prop_oneof![
        6 => (key(), value()).prop_map(|(k, v)| Edit::Insert(k, v)),
        2 => (key(), value()).prop_map(|(k, v)| Edit::TryInsert(k, v)),
        5 => key().prop_map(Edit::Remove),
        2 => key().prop_map(Edit::RemoveEntry),
        2 => (key(), value()).prop_map(|(k, v)| Edit::GetMut(k, v)),
        2 => ([key(), key(), key()], value()).prop_map(|(k, v)| Edit::GetDisjointMut(k, v)),
        8 => (key(), value(), 0..USES.len()).prop_map(|(k, v, i)| Edit::Entry(k, v, USES[i])),
        8 => (key(), value(), 0..USES.len()).prop_map(|(k, v, i)| Edit::EntryRef(k, v, USES[i])),
        1 => how_many().prop_map(Edit::Pop),
        2 => picker().prop_map(Edit::Retain),
        2 => (picker(), how_many()).prop_map(|(p, n)| Edit::ExtractIf(p, n)),
        1 => how_many().prop_map(Edit::Drain),
        1 => Just(Edit::Clear),
        2 => prop::collection::vec((key(), value()), 0..60).prop_map(Edit::Extend),
        4 => (0..300_u16, 1..most).prop_map(|(k, n)| Edit::Grow(k, n)),
        3 => (0..300_u16, 1..most).prop_map(|(k, n)| Edit::Shrink(k, n)),
        2 => (picker(), value(), how_many()).prop_map(|(p, v, n)| Edit::IterMut(p, v, n)),
        1 => value().prop_map(Edit::ValuesMut),
    ]
}

/// Applies the same edit to the map and to the model of `version`.
pub(crate) fn apply<K: Sample, V: Sample>(version: &mut Version<K, V>, edit: &Edit) {
    let Version { map, model } = version;
    match *edit {
        Edit::Insert(k, v) => {
            assert_eq!(map.insert(K::sample(k), V::sample(v)), model.insert(K::sample(k), V::sample(v)))
        }
        Edit::TryInsert(k, v) => match map.try_insert(K::sample(k), V::sample(v)) {
            Ok(stored) => {
                assert_eq!(*stored, V::sample(v));
                assert_eq!(model.insert(K::sample(k), V::sample(v)), None);
            }
            Err(error) => {
                assert_eq!(error.value, V::sample(v));
                assert_eq!(error.entry.key(), &K::sample(k));
                assert_eq!(Some(error.entry.get()), model.get(&K::sample(k)));
            }
        },
        Edit::Remove(k) => {
            assert_eq!(map.remove(&K::sample(k)), model.remove(&K::sample(k)));
        }
        Edit::RemoveEntry(k) => assert_eq!(map.remove_entry(&K::sample(k)), model.remove_entry(&K::sample(k))),
        Edit::GetMut(k, v) => {
            let (k, v) = (K::sample(k), V::sample(v));
            let (found, expected) = (map.get_mut(&k), model.get_mut(&k));
            assert_eq!(found, expected);
            for value in [found, expected].into_iter().flatten() {
                *value = v.clone();
            }
        }
        Edit::GetDisjointMut([a, b, c], v) => {
            let [a, b, c] = [a, b, c].map(K::sample);
            if a == b || b == c || c == a {
                assert_eq!(map.get_disjoint_mut([&a]), [model.get_mut(&a)]);
                return;
            }
            let values = map.get_disjoint_mut([&a, &b, &c]);
            for (k, found) in [a, b, c].iter().zip(values) {
                let expected = model.get_mut(k);
                assert_eq!(found, expected);
                for value in [found, expected].into_iter().flatten() {
                    *value = V::sample(v);
                }
            }
        }
        Edit::Entry(k, v, how) => assert_eq!(
            use_entry!(our_map, map, K::sample(k), V::sample(v), how),
            use_entry!(hash_map, model, K::sample(k), V::sample(v), how)
        ),
        Edit::EntryRef(k, v, how) => {
            let (query, value) = (Query(K::sample(k)), V::sample(v));
            assert_eq!(
                use_entry_ref(map.entry_ref(&query), &query, value.clone(), how),
                use_entry!(hash_map, model, K::sample(k), value, how)
            );
        }
        Edit::Pop(n) => {
            for _ in 0..n.min(model.len()) {
                let (k, v) = map.pop().expect("the map has entries");
                assert_eq!(model.remove(&k), Some(v));
            }
            assert!(!model.is_empty() || map.pop().is_none());
        }
        Edit::Retain(picker) => {
            map.retain(|k, _| picker.picks(k));
            model.retain(|k, _| picker.picks(k));
        }
        Edit::ExtractIf(picker, n) => {
            let picked = model.keys().filter(|k| picker.picks(*k)).count();
            let taken: Vec<_> = map.extract_if(|k, _| picker.picks(k)).take(n).collect();
            assert_eq!(taken.len(), n.min(picked));
            for (k, v) in taken {
                assert!(picker.picks(&k));
                assert_eq!(model.remove(&k), Some(v));
            }
        }
        Edit::Drain(n) => {
            let drain = map.drain();
            assert_eq!(drain.len(), model.len());
            for (k, v) in drain.take(n) {
                assert_eq!(model.remove(&k), Some(v));
            }
            assert!(n < usize::MAX || model.is_empty());
            model.clear();
        }
        Edit::Clear => {
            map.clear();
            model.clear();
        }
        Edit::Extend(ref entries) => {
            let entries = entries.iter().map(|&(k, v)| (K::sample(k), V::sample(v)));
            map.extend(entries.clone());
            model.extend(entries);
        }
        Edit::Grow(from, n) => {
            for k in from..from + n {
                map.insert(K::sample(k), V::sample(0));
                model.insert(K::sample(k), V::sample(0));
            }
        }
        Edit::Shrink(from, n) => {
            for k in (from..from + n).map(K::sample) {
                assert_eq!(map.remove(&k), model.remove(&k));
            }
        }
        Edit::IterMut(picker, v, n) => {
            // All references are alive at the same time: producing one must not invalidate another.
            let entries = match n {
                usize::MAX => walk(map.iter_mut(), model.len()),
                n => map.iter_mut().take(n).collect(),
            };
            for (k, value) in entries {
                assert_eq!(Some(&*value), model.get(k));
                if picker.picks(k) {
                    *value = V::sample(v);
                    model.insert(k.clone(), V::sample(v));
                }
            }
        }
        Edit::ValuesMut(v) => {
            for value in walk(map.values_mut(), model.len()) {
                *value = V::sample(v);
            }
            model.values_mut().for_each(|value| *value = V::sample(v));
        }
    }
}
