//! Operations that change nothing allocate nothing, an insertion allocates few blocks, and all memory is freed.

// `GlobalAlloc` is an unsafe trait.
#![allow(unsafe_code)]

mod common;

use core::cell::Cell;
use perennial::map::Entry;
use perennial::trie::HashTrie;
use perennial::{PersistentMap, TransientMap};
use std::alloc::{GlobalAlloc, Layout, System};

use common::hashers::Kind;
use common::{Map, build, empty, scaled};

/// The system allocator, with counters per thread.
struct Counting;

thread_local! {
    static BLOCKS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<isize> = const { Cell::new(0) };
}

fn count(blocks: usize, bytes: isize) {
    BLOCKS.set(BLOCKS.get() + blocks);
    BYTES.set(BYTES.get() + bytes);
}

// SAFETY: every call is passed unchanged to the system allocator. Counting neither allocates nor panics: the counters
// need no lazy initialization and no destructor, and they do not overflow.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as isize);
        // SAFETY: the caller fulfils the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(0, -(layout.size() as isize));
        // SAFETY: the caller fulfils the contract of `dealloc`, and `alloc` got the block from `System`.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs `work`. Returns its result and the number of blocks that it allocated.
fn blocks<R>(work: impl FnOnce() -> R) -> (R, usize) {
    let before = BLOCKS.get();
    let result = work();
    (result, BLOCKS.get() - before)
}

/// Runs `work`, and checks that it frees all memory that it allocates.
#[track_caller]
fn no_leak(work: impl FnOnce()) {
    let before = BYTES.get();
    work();
    assert_eq!(BYTES.get() - before, 0, "bytes were leaked");
}

/// Enough entries for several levels of nodes.
const MANY: u64 = scaled(1000, 40) as u64;
const SIZES: [u64; 6] = [0, 1, 5, 16, 17, MANY];

fn sample(kind: Kind, size: u64) -> Map<u64, String> {
    build(kind, (0..size).map(|k| (k, format!("value {k}"))))
}

#[test]
fn allocations_are_counted() {
    let (boxed, allocated) = blocks(|| Box::new(1_u64));
    assert_eq!(allocated, 1);
    let before = BYTES.get();
    drop(boxed);
    assert_eq!(before - BYTES.get(), 8);
}

#[test]
fn edits_that_change_nothing_allocate_nothing() {
    type Edit = fn(&mut Map<u64, String>);
    let edits: [(&str, Edit); 9] = [
        ("remove", |m| assert!(m.remove(&u64::MAX).is_none())),
        ("remove_entry", |m| assert!(m.remove_entry(&u64::MAX).is_none())),
        ("get_mut", |m| assert!(m.get_mut(&u64::MAX).is_none())),
        ("get_disjoint_mut", |m| {
            assert_eq!(m.get_disjoint_mut([&u64::MAX, &12345]), [None, None]);
        }),
        ("entry", |m| assert!(matches!(m.entry(u64::MAX), Entry::Vacant(_)))),
        ("and_modify", |m| {
            let entry = m.entry(u64::MAX).and_modify(String::clear);
            assert!(matches!(entry, Entry::Vacant(_)));
        }),
        ("retain", |m| m.retain(|_, _| true)),
        ("extract_if", |m| assert_eq!(m.extract_if(|_, _| false).count(), 0)),
        ("extend", |m| m.extend([])),
    ];
    for kind in Kind::ALL {
        for size in SIZES {
            for (name, edit) in edits {
                let old = sample(kind, size);
                let mut map = old.clone();
                let ((), allocated) = blocks(|| edit(&mut map));
                assert_eq!(allocated, 0, "{name}, {kind:?}, {size} entries");
                assert!(map.ptr_eq(&old), "{name}, {kind:?}, {size} entries");
            }
        }
    }
}

#[test]
fn operations_that_change_nothing_return_the_same_version() {
    type Derive = fn(&Map<u64, String>) -> Map<u64, String>;
    let derivations: [(&str, Derive); 6] = [
        ("dissoc", |m| m.dissoc(&u64::MAX)),
        ("alter", |m| m.alter(u64::MAX, |_| None)),
        ("filter", |m| m.filter(|_, _| true)),
        ("merge with an empty map", |m| m.merge(&empty(m.hasher().0))),
        ("merge with itself", |m| m.merge(m)),
        ("clone", Map::clone),
    ];
    for kind in Kind::ALL {
        for size in SIZES {
            let map = sample(kind, size);
            for (name, derive) in derivations {
                let (new, allocated) = blocks(|| derive(&map));
                assert_eq!(allocated, 0, "{name}, {kind:?}, {size} entries");
                assert!(new.ptr_eq(&map), "{name}, {kind:?}, {size} entries");
            }
            let (transient, allocated) = blocks(|| map.clone().into_transient().into_persistent());
            assert_eq!(allocated, 0, "transient, {kind:?}, {size} entries");
            assert!(transient.ptr_eq(&map));
        }
    }
}

#[test]
fn assoc_if_changed_to_an_equal_value_allocates_nothing() {
    for kind in Kind::ALL {
        for size in SIZES {
            let map: Map<u64, u64> = build(kind, (0..size).map(|k| (k, 2 * k)));
            for key in 0..size {
                let (new, allocated) = blocks(|| map.assoc_if_changed(key, 2 * key));
                assert_eq!(allocated, 0, "{kind:?}, {size} entries");
                assert!(new.ptr_eq(&map));
                assert!(!map.assoc_if_changed(key, 1).ptr_eq(&map));
            }
        }
    }
}

#[test]
fn empty_maps_allocate_nothing() {
    let ((), allocated) = blocks(|| {
        let mut map = PersistentMap::<String, String>::new();
        map.clear();
        assert!(map.get("absent").is_none());
        assert!(map.remove("absent").is_none());
        assert_eq!(map.iter().count() + map.drain().count(), 0);
        assert_eq!(map.clone(), PersistentMap::default());
        assert_eq!(map.into_iter().count(), 0);
        drop(PersistentMap::<String, String>::from_iter([]));
        drop(TransientMap::<String, String>::new().into_persistent());
        drop(empty::<u64, u64>(Kind::Good));
    });
    assert_eq!(allocated, 0);
}

#[test]
fn reading_allocates_nothing() {
    for kind in Kind::ALL {
        let map = sample(kind, MANY);
        let twin = sample(kind, MANY);
        let ((), allocated) = blocks(|| {
            assert_eq!((0..2 * MANY).filter(|key| map.contains_key(key)).count(), map.len());
            assert!(map.iter().all(|(_, v)| v.starts_with("value")));
            assert_eq!(map.keys().clone().count(), map.values().count());
            assert!(map == twin);
        });
        assert_eq!(allocated, 0, "{kind:?}");
    }
}

#[test]
fn iterating_in_hash_order_allocates_nothing_if_hashes_differ() {
    let map = sample(Kind::Good, MANY);
    let (count, allocated) = blocks(|| map.iter_in_hash_order().count() + map.iter_in_stored_order().count());
    assert_eq!((count, allocated), (2 * map.len(), 0));
}

#[test]
fn editing_values_of_an_unshared_map_allocates_nothing() {
    for kind in Kind::ALL {
        let mut map: Map<u64, u64> = build(kind, (0..MANY).map(|k| (k, k)));
        let ((), allocated) = blocks(|| {
            for key in 0..MANY {
                *map.get_mut(&key).expect("the key is present") += 1;
                assert_eq!(map.insert(key, key), Some(key + 1));
                *map.entry(key).or_insert(0) += 1;
            }
            map.values_mut().for_each(|value| *value += 1);
            map.drain().for_each(drop);
        });
        assert_eq!(allocated, 0, "{kind:?}");
    }
}

#[test]
fn an_edit_of_a_shared_map_allocates_few_blocks() {
    let n = scaled(1_000_000, 2000) as u64;
    let map: Map<u64, u64> = build(Kind::Good, (0..n).map(|k| (k, k)));
    for key in (n..n + scaled(20_000, 50) as u64).chain(0..100) {
        let (new, allocated) = blocks(|| map.assoc(key, 0));
        // Four nodes, and a bucket or its two halves. One more node if a bucket splits at the end of a level.
        assert!((1..=7).contains(&allocated), "{allocated} blocks for {key}");
        assert_eq!(new.len(), map.len() + usize::from(key >= n));
    }
    for key in 0..scaled(1000, 50) as u64 {
        // Before two buckets are joined into a third, both are copied, and so is the node above them.
        let (new, allocated) = blocks(|| map.dissoc(&key));
        assert!((1..=8).contains(&allocated), "{allocated} blocks for {key}");
        assert_eq!(new.len(), map.len() - 1);
    }
}

/// The 17th entry of a leaf whose hashes begin with the same 26 bits needs seven nodes and two leaves; one of the leaves
/// may grow. To divide the leaf bit by bit takes two blocks for each bit.
#[test]
fn a_full_leaf_is_divided_at_once() {
    let mut trie = HashTrie::new();
    for n in 0..16 {
        trie.insert_unique(Kind::Deep.hash(n), Box::new(n));
    }
    for _ in 0..3 {
        let entry = Box::new(16);
        let (_, count) = blocks(|| {
            trie.insert_unique(Kind::Deep.hash(16), entry);
        });
        assert!(count <= 10, "{count} blocks");
        trie.validate();
        let shared = trie.clone();
        let (removed, count) = blocks(|| trie.remove(Kind::Deep.hash(16), |entry| **entry == 16));
        assert!(removed.is_some());
        // Copies of seven nodes and of all entries, which are boxed.
        assert!(count <= 40, "{count} blocks");
        trie.validate();
        shared.validate();
    }
}

#[test]
fn all_memory_is_freed() {
    for kind in Kind::ALL {
        for size in SIZES {
            no_leak(|| {
                let map = sample(kind, size);
                let mut edited = map.clone();
                edited.extend((0..size).map(|k| (2 * k, String::from("new"))));
                let mut halved = map.filter(|k, _| k % 2 == 0);
                halved.extract_if(|k, _| k % 3 == 0).take(5).for_each(drop);
                let merged = edited.merge(&halved);
                edited.retain(|k, _| k % 5 == 0);
                edited.drain().take(3).for_each(drop);
                halved.clear();
                let mut rest = merged.clone().into_iter();
                rest.by_ref().take(20).for_each(drop);
                drop(merged);
                drop(map);
                rest.by_ref().take(20).for_each(drop);
            });
            no_leak(|| {
                let mut map = sample(kind, size);
                for key in 0..size {
                    map.insert(key, String::from("replaced"));
                }
                for key in 0..size {
                    map.remove(&key);
                }
            });
        }
    }
}

#[test]
fn a_map_whose_entries_were_removed_holds_no_memory() {
    for kind in Kind::ALL {
        let mut map: Map<u64, u64> = build(kind, (0..MANY).map(|k| (k, k)));
        let bytes = BYTES.get();
        (0..MANY).for_each(|key| assert!(map.remove(&key).is_some()));
        let freed = bytes - BYTES.get();
        assert!(freed > 16 * MANY as isize, "only {freed} bytes were freed");
        assert!(map.ptr_eq(&empty(kind)));
    }
}
