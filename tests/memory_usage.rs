//! Compares `memory_usage` and related methods with the counters of the allocator.
//!
//! There is only one test, because the counters are shared by all threads.

mod common;

use std::alloc::System;

use perennial::trie::HashTrie;

use perennial::{MemoryUsage, PersistentSet};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use common::hashers::{Kind, TestState};
use common::{Map, build, scaled};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Returns the allocated bytes and blocks.
fn in_use() -> (usize, usize) {
    let stats = ALLOCATOR.stats();
    (stats.bytes_allocated - stats.bytes_deallocated, stats.allocations - stats.deallocations)
}

/// Drops `garbage`, and checks that this frees exactly what `usage` says.
#[track_caller]
fn assert_frees<T>(garbage: T, usage: MemoryUsage) {
    let (bytes, blocks) = in_use();
    drop(garbage);
    let (bytes_after, blocks_after) = in_use();
    assert_eq!((bytes - bytes_after, blocks - blocks_after), (usage.bytes, usage.blocks));
}

fn sizes() -> impl Iterator<Item = u64> {
    (0..40).chain([100, 1000, scaled(20_000, 1000) as u64])
}

/// Maps of many sizes, with every hasher, after insertions and removals.
fn a_map_alone() {
    for kind in Kind::ALL {
        for size in sizes().filter(|&size| kind == Kind::Good || size <= 1000) {
            let mut map = build(kind, (0..size).map(|k| (k, k)));
            assert_eq!(map.memory_usage().nodes() == 0, size == 0);
            map.retain(|k, _| k % 3 > 0);
            let usage = map.memory_usage();
            match kind {
                Kind::Constant => assert_eq!(usage.collision_nodes, usize::from(map.len() > 32)),
                Kind::Good => assert_eq!(usage.collision_nodes, 0),
                _ => {}
            }
            assert_frees(map, usage);
        }
    }
}

/// Entries with other sizes, including zero, and other alignments.
fn other_entries() {
    #[derive(Clone, Copy)]
    #[expect(dead_code, reason = "only the alignment is used")]
    #[repr(align(32))]
    struct Wide(u8);

    for size in sizes() {
        let set: PersistentSet<u16, TestState> = (0..size as u16).collect();
        let usage = set.memory_usage();
        assert_frees(set, usage);

        let wide = build(Kind::Good, (0..size).map(|k| (k, Wide(0))));
        let usage = wide.memory_usage();
        assert_frees(wide, usage);

        let mut units = HashTrie::new();
        for _ in 0..size.min(100) {
            assert_eq!(units.insert(0, (), |(), ()| false), None);
        }
        let usage = units.memory_usage();
        assert_frees(units, usage);
    }
}

/// Dropping one of two versions frees exactly the memory that it does not share with the other.
fn versions() {
    let mut random = 1u64;
    let mut below = |end: u64| {
        random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (random >> 33) % end
    };
    for kind in Kind::ALL {
        for round in 0..scaled(300, 10) as u64 {
            // Some maps are so small that leaves move to other nodes when neighbouring leaves split or are joined.
            let keys = [24, 60, 300][(round % 3) as usize];
            let old: Map<u64, u64> = build(kind, (0..below(keys)).map(|k| (k, k)));
            let mut new = old.clone();
            for _ in 0..below(1 + keys / 8) {
                let key = below(keys);
                if below(2) == 0 {
                    new.remove(&key);
                } else {
                    new.insert(key, key);
                }
            }
            let new_usage = new.memory_usage();
            let shared = old.memory_usage().bytes - old.not_shared_with(&new).bytes;
            assert_eq!(new.not_shared_with(&old).bytes + shared, new_usage.bytes);
            if round % 2 == 0 {
                let usage = old.not_shared_with(&new);
                assert_frees(old, usage);
                assert_frees(new, new_usage);
            } else {
                let usage = new.not_shared_with(&old);
                assert_frees(new, usage);
            }
        }
    }
}

/// `shrink_to_fit` frees spare capacity, except in nodes that another version shares.
fn shrinking() {
    for kind in Kind::ALL {
        for size in sizes().filter(|&size| kind == Kind::Good || size <= 1000) {
            let mut map: Map<u64, u64> = build(kind, (0..size).map(|k| (k, k)));
            let clone = map.clone();
            map.shrink_to_fit();
            assert!(map.ptr_eq(&clone));
            drop(clone);
            let (mut entries, before) = (map.iter().map(|(&k, &v)| (k, v)).collect::<Vec<_>>(), map.memory_usage());
            map.shrink_to_fit();
            let usage = map.memory_usage();
            if usage.collision_nodes == 0 {
                // The copy of a shared bucket has no spare capacity.
                let mut fitting = map.clone();
                fitting.values_mut().for_each(|_| ());
                assert_eq!(usage, fitting.memory_usage());
            }
            assert!(usage.bytes < before.bytes || size <= 2 || size % 4 == 0, "{size}: {before:?}, {usage:?}");
            for (key, value) in entries.drain(..) {
                assert_eq!(map.remove(&key), Some(value));
            }
        }
    }
}

/// A version with one change shares all but a few nodes of a large map.
fn one_change() {
    let n = scaled(50_000, 2000) as u64;
    let old: Map<u64, u64> = build(Kind::Good, (0..n).map(|k| (k, k)));
    let new = old.assoc(n, 0);
    let added = new.not_shared_with(&old);
    assert!((2..=6).contains(&added.nodes()), "{added:?}");
    assert_eq!(old.not_shared_with(&old.clone()), MemoryUsage::default());
    let other = build(Kind::Good, (0..n).map(|k| (k, k)));
    assert_eq!(old.not_shared_with(&other), old.memory_usage());
}

#[test]
fn memory_usage_agrees_with_the_allocator() {
    a_map_alone();
    other_entries();
    versions();
    shrinking();
    one_change();
}
