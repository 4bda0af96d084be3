//! The operations that make a new version and leave the old one unchanged.

use proptest::prelude::*;

use super::edit::{Picker, key, picker, value};
use super::version::{Version, walk};
use crate::common::build;
use crate::common::hashers::Kind;
use crate::common::values::Sample;

#[derive(Clone, Debug)]
pub(crate) enum Derive {
    Clone,
    Assoc(u16, u16),
    Dissoc(u16),
    Set(u16, u16),
    AssocIfAbsent(u16, u16),
    /// Gives the key this value, or removes the key.
    Alter(u16, Option<u16>),
    Filter(Picker),
    /// Merges with another version.
    Merge(usize),
    /// Moves the entries into a map with another hasher.
    Rehash(usize),
    /// Adds and removes entries with a transient, made of this version or of a copy that shares nothing.
    Transient(bool, Vec<(u16, Option<u16>)>),
}

pub(crate) fn derivations() -> impl Strategy<Value = Derive> {
    prop_oneof![
        2 => Just(Derive::Clone),
        3 => (key(), value()).prop_map(|(k, v)| Derive::Assoc(k, v)),
        3 => key().prop_map(Derive::Dissoc),
        2 => (key(), value()).prop_map(|(k, v)| Derive::Set(k, v)),
        2 => (key(), value()).prop_map(|(k, v)| Derive::AssocIfAbsent(k, v)),
        3 => (key(), proptest::option::of(value())).prop_map(|(k, v)| Derive::Alter(k, v)),
        1 => picker().prop_map(Derive::Filter),
        2 => any::<usize>().prop_map(Derive::Merge),
        1 => any::<usize>().prop_map(Derive::Rehash),
        2 => (any::<bool>(), prop::collection::vec((key(), proptest::option::of(value())), 0..40))
            .prop_map(|(apart, edits)| Derive::Transient(apart, edits)),
    ]
}

/// Makes a new version from `versions[at]`.
pub(crate) fn derive<K: Sample, V: Sample>(versions: &[Version<K, V>], at: usize, derive: &Derive) -> Version<K, V> {
    let Version { map, mut model } = versions[at].clone();
    let map = match *derive {
        Derive::Clone => map.clone(),
        Derive::Assoc(k, v) => {
            model.insert(K::sample(k), V::sample(v));
            map.assoc(K::sample(k), V::sample(v))
        }
        Derive::Dissoc(k) => {
            let new = map.dissoc(&K::sample(k));
            assert_eq!(new.ptr_eq(&map), model.remove(&K::sample(k)).is_none());
            new
        }
        Derive::Set(k, v) => {
            let old = model.insert(K::sample(k), V::sample(v));
            let new = map.assoc_if_changed(K::sample(k), V::sample(v));
            assert_eq!(new.ptr_eq(&map), old == Some(V::sample(v)));
            new
        }
        Derive::AssocIfAbsent(k, v) => {
            let new = map.assoc_if_absent(K::sample(k), V::sample(v));
            assert_eq!(new.ptr_eq(&map), model.contains_key(&K::sample(k)));
            model.entry(K::sample(k)).or_insert_with(|| V::sample(v));
            new
        }
        Derive::Alter(k, v) => {
            let new = map.alter(K::sample(k), |old| {
                assert_eq!(old, model.get(&K::sample(k)));
                v.map(V::sample)
            });
            match v {
                Some(v) => model.insert(K::sample(k), V::sample(v)),
                None => model.remove(&K::sample(k)),
            };
            new
        }
        Derive::Filter(picker) => {
            model.retain(|k, _| picker.picks(k));
            map.filter(|k, _| picker.picks(k))
        }
        Derive::Merge(other) => {
            let other = &versions[other % versions.len()];
            model.extend(other.model.clone());
            map.merge(&other.map)
        }
        Derive::Rehash(kind) => {
            let kind = Kind::ALL[kind % Kind::ALL.len()];
            let entries = walk(map.clone().into_iter(), model.len());
            build(kind, entries)
        }
        Derive::Transient(apart, ref edits) => {
            let mut transient = if apart {
                let shared = map.try_into_transient().err();
                assert_eq!(shared.is_none(), model.is_empty(), "the version is still in the list");
                build(Kind::Good, model.clone()).try_into_transient().expect("a new map shares nothing")
            } else {
                map.clone().into_transient()
            };
            for &(k, v) in edits {
                let k = K::sample(k);
                assert_eq!(transient.get(&k), model.get(&k));
                match v.map(V::sample) {
                    Some(v) => {
                        assert_eq!(transient.insert(k.clone(), v.clone()), model.insert(k, v))
                    }
                    None => assert_eq!(transient.remove(&k), model.remove(&k)),
                }
                assert_eq!(transient.len(), model.len());
            }
            transient.into_persistent()
        }
    };
    Version { map, model }
}
