//! Reads untrusted bytes as a map, a set or a patch. The result must be valid, agree with what std's collections read,
//! and survive a round trip.
#![no_main]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::hash::Hash;

use foldhash::fast::FixedState;
use libfuzzer_sys::fuzz_target;
use perennial::map::Patch;
use perennial::{PersistentMap, PersistentSet};
use serde::Serialize;
use serde::de::DeserializeOwned;

trait Element: Serialize + DeserializeOwned + Ord + Hash + Clone + Debug {}

impl<T: Serialize + DeserializeOwned + Ord + Hash + Clone + Debug> Element for T {}

/// A format that converts between bytes and values.
trait Format {
    fn read<T: DeserializeOwned>(data: &[u8]) -> Option<T>;
    fn write<T: Serialize>(value: &T) -> Vec<u8>;

    fn check_map<K: Element, V: Element>(data: &[u8]) {
        let map = Self::read::<PersistentMap<K, V, FixedState>>(data);
        let model = Self::read::<BTreeMap<K, V>>(data);
        assert_eq!(map.is_some(), model.is_some());
        let (Some(map), Some(model)) = (map, model) else { return };
        map.validate();
        assert_eq!(map.iter().collect::<BTreeMap<_, _>>(), model.iter().collect());
        assert_eq!(Self::read(&Self::write(&map)), Some(map));
    }

    fn check_set<T: Element>(data: &[u8]) {
        let set = Self::read::<PersistentSet<T, FixedState>>(data);
        let model = Self::read::<BTreeSet<T>>(data);
        assert_eq!(set.is_some(), model.is_some());
        let (Some(set), Some(model)) = (set, model) else { return };
        set.validate();
        assert_eq!(set.iter().collect::<BTreeSet<_>>(), model.iter().collect());
        assert_eq!(Self::read(&Self::write(&set)), Some(set));
    }

    fn check_patch<K: Element, V: Element>(data: &[u8]) {
        let Some(patch) = Self::read::<Patch<K, V, FixedState>>(data) else { return };
        assert_eq!(patch.iter().count(), patch.len());
        assert_eq!(patch.inverse().inverse(), patch);
        assert_eq!(Self::read(&Self::write(&patch)), Some(patch));
    }

    fn check(data: &[u8]) {
        Self::check_map::<u16, u8>(data);
        Self::check_map::<String, Vec<u8>>(data);
        Self::check_set::<u16>(data);
        Self::check_set::<String>(data);
        Self::check_patch::<u16, u8>(data);
        Self::check_patch::<String, Option<u8>>(data);
    }
}

struct Json;

impl Format for Json {
    fn read<T: DeserializeOwned>(data: &[u8]) -> Option<T> {
        serde_json::from_slice(data).ok()
    }

    fn write<T: Serialize>(value: &T) -> Vec<u8> {
        serde_json::to_vec(value).expect("all keys are numbers or strings")
    }
}

/// A format that announces lengths, which an attacker can choose.
struct Postcard;

impl Format for Postcard {
    fn read<T: DeserializeOwned>(data: &[u8]) -> Option<T> {
        postcard::from_bytes(data).ok()
    }

    fn write<T: Serialize>(value: &T) -> Vec<u8> {
        postcard::to_allocvec(value).expect("lengths are known")
    }
}

fuzz_target!(|data: &[u8]| {
    Json::check(data);
    Postcard::check(data);
});
