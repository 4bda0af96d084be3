//! `iter_in_hash_order` yields equal collections with equal hashers in the same order, regardless of their history.

mod common;

use std::collections::BTreeMap;

use perennial::trie::HashTrie;

use perennial::{PersistentMap, PersistentSet};
use proptest::prelude::*;

use common::hashers::{Kind, TestState};
use common::proptest_config;

type Map = PersistentMap<u32, u32, TestState>;
type Set = PersistentSet<u32, TestState>;

/// Builds a map of `entries` in one of several ways. Some of them insert the keys `detour` and remove them again.
fn with_history(kind: Kind, entries: &BTreeMap<u32, u32>, history: u8, detour: &[u32]) -> Map {
    let pairs = || entries.iter().map(|(&key, &value)| (key, value));
    let mut map = Map::with_hasher(TestState(kind));
    match history % 5 {
        0 => map.extend(pairs()),
        1 => {
            for (key, value) in pairs().rev() {
                map.insert(key, value);
            }
        }
        2 => {
            detour.iter().for_each(|&key| map = map.assoc(key, 1));
            map.retain(|key, _| entries.contains_key(key));
            map = pairs().fold(map, |map, (key, value)| map.assoc(key, value));
        }
        3 => {
            map.extend(pairs().chain(detour.iter().map(|&key| (key, 7))));
            for key in detour.iter().rev() {
                map.remove(key);
            }
            map.extend(pairs());
        }
        _ => {
            let mut other = map.clone();
            map.extend(pairs().step_by(2));
            other.extend(pairs().rev());
            map = other.merge(&map);
        }
    }
    assert!(map.len() == entries.len() && map.iter().all(|(key, value)| entries.get(key) == Some(value)));
    map
}

proptest! {
    #![proptest_config(proptest_config(
        100,
        2,
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proptest-regressions/order.txt"),
    ))]

    #[test]
    fn hash_order_depends_only_on_the_entries_and_the_hasher(
        entries in prop::collection::btree_map(0_u32..2000, any::<u32>(), 0..400),
        detour in prop::collection::vec(0_u32..3000, 0..400),
        histories in any::<[u8; 2]>(),
    ) {
        // Entries with equal hashes have no defined order, so only hashers with few collisions are used.
        for kind in [Kind::Good, Kind::Abs] {
            let [one, other] = histories.map(|history| with_history(kind, &entries, history, &detour));
            prop_assert!(one.iter_in_hash_order().eq(other.iter_in_hash_order()));
            prop_assert_eq!(one.iter_in_hash_order().len(), entries.len());
            prop_assert!(one.iter_in_stored_order().eq(one.iter_in_hash_order()), "no stored hashes are equal");
            let in_order = Vec::from_iter(one.iter_in_hash_order().map(|(key, value)| (*key, *value)));
            // Of a shared map, of one that shares some of its nodes, and of one that shares none.
            let version = one.assoc(5000, 0);
            for unshared in [false, true] {
                let (map, detached) = (one.clone(), one.iter().map(|(key, value)| (*key, *value)));
                let mut map = if unshared { Map::with_hasher(TestState(kind)) } else { map };
                map.extend(detached);
                map.iter_mut().take(detour.len()).for_each(|(_, value)| *value = value.wrapping_add(0));
                let mut owned = map.into_iter_in_stored_order();
                let taken = Vec::from_iter(owned.by_ref().take(detour.len()));
                prop_assert!(in_order.starts_with(&taken));
                prop_assert_eq!(owned.len(), in_order.len() - taken.len());
                prop_assert_eq!(format!("{owned:?}"), format!("{:?}", &in_order[taken.len()..]));
                prop_assert!(owned.eq(in_order[taken.len()..].iter().copied()));
            }
            drop(version);
            let mut rest = one.iter_in_hash_order();
            rest.nth(detour.len());
            prop_assert_eq!(rest.len(), entries.len().saturating_sub(detour.len() + 1));
            prop_assert!(rest.clone().eq(one.iter_in_hash_order().skip(detour.len() + 1)));
            prop_assert_eq!(format!("{rest:?}"), format!("{:?}", Vec::from_iter(rest.clone())));
            prop_assert_eq!(format!("{one:?}"), format!("{other:?}"));
            let [one, other] = [one, other].map(|map| {
                let mut set = Set::with_hasher(TestState(kind));
                set.extend(map.into_keys());
                set
            });
            prop_assert!(one.iter_in_hash_order().eq(other.iter_in_hash_order()));
            prop_assert_eq!(format!("{one:?}"), format!("{other:?}"));
        }
        for kind in Kind::ALL {
            let map = with_history(kind, &entries, histories[0], &detour);
            let all: BTreeMap<u32, u32> = map.iter_in_hash_order().map(|(&key, &value)| (key, value)).collect();
            prop_assert_eq!(&all, &entries);
            let all: BTreeMap<u32, u32> = map.iter_in_stored_order().map(|(&key, &value)| (key, value)).collect();
            prop_assert_eq!(&all, &entries);
            prop_assert_eq!(map.iter_in_stored_order().len(), entries.len());
            let clone = map.clone();
            prop_assert_eq!(map.into_iter_in_stored_order().collect::<BTreeMap<u32, u32>>(), entries.clone());
            prop_assert_eq!(clone.into_iter_in_stored_order().collect::<BTreeMap<u32, u32>>(), entries.clone());
        }
    }
}

#[test]
fn entries_with_equal_stored_hashes_are_sorted_by_their_full_hashes() {
    // Pairs of different 64-bit hashes of which the trie stores the same 32 bits, found by a search.
    let mix = |hash: u64| {
        let product = u128::from(hash) * 0x9e37_79b9_7f4a_7c15;
        ((product as u64) >> 32 ^ (product >> 64) as u64) as u32
    };
    let mut seen = std::collections::HashMap::new();
    let mut pairs = Vec::new();
    for hash in 0..400_000_u64 {
        let hash = hash.wrapping_mul(0xd6e8_feb8_6659_fd93);
        if let Some(other) = seen.insert(mix(hash), hash) {
            pairs.push([other, hash]);
        }
    }
    assert!(pairs.len() > 5);
    let mut forth = HashTrie::new();
    let mut back = HashTrie::new();
    for [one, other] in pairs {
        for (trie, hashes) in [(&mut forth, [one, other]), (&mut back, [other, one])] {
            for hash in hashes {
                trie.insert(hash, hash, |a, b| a == b);
            }
        }
    }
    assert!(forth.iter_in_hash_order(|&hash| hash).eq(back.iter_in_hash_order(|&hash| hash)));
    assert!(!forth.iter_in_hash_order(|_| 0).eq(back.iter_in_hash_order(|_| 0)), "the full hashes determine the order");
}
