//! Tests of the core with 32-bit hashes that the tests choose, for shapes that are hard to reach through a hasher.

#![allow(clippy::borrowed_box, reason = "the entries are boxes, and closures get references to entries")]

use alloc::boxed::Box;
use alloc::format;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::convert::Infallible;
use core::ops::{Deref, DerefMut};

mod merges;
mod public;
// The other tests have enough merges for Miri.
#[cfg(not(miri))]
mod sharing;

use super::node::{is_counted, looks};
use super::{Extraction, HashTrie, Merge, Pair, SetOp, into_ok};
use crate::trie::build::bulk::bulk;
use crate::trie::edit::insert::Inserted;
use crate::trie::walk::set_op::SharedPolicy;

/// A number in a `Box`, so that Miri detects every invalid read and every leak.
///
/// If `LARGE_ENTRIES` is set when the tests are compiled, it is so large that entries are stored behind pointers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Value {
    number: Box<u32>,
    _large: [usize; if option_env!("LARGE_ENTRIES").is_some() { 2 } else { 0 }],
}

pub(super) fn boxed(number: u32) -> Value {
    Value { number: Box::new(number), _large: Default::default() }
}

impl Deref for Value {
    type Target = u32;

    fn deref(&self) -> &u32 {
        &self.number
    }
}

impl DerefMut for Value {
    fn deref_mut(&mut self) -> &mut u32 {
        &mut self.number
    }
}

/// An entry that contains its hash.
pub(super) type Entry = (u32, u32, Value);
pub(super) type Trie = HashTrie<Entry>;

/// A small random number generator (xorshift64*).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) % u64::from(end)) as u32
    }
}

/// Functions that return a hash for `key`: well distributed, different only in the top bits, different only in the
/// low bits, in deep clusters, few different ones, and only one.
const ALL_HASHES: [fn(u32) -> u32; 6] = [
    |key| key.wrapping_mul(0x9e37_79b9),
    |key| key << 27,
    |key| key % 7,
    |key| (key % 3) << 30 | key >> 4,
    |key| (key % 4).wrapping_mul(0x5555_5555),
    |_| 0xdead_beef,
];

/// The functions to test with: Miri is too slow for all of them.
pub(super) const HASHES: &[fn(u32) -> u32] =
    if cfg!(miri) { &[ALL_HASHES[0], ALL_HASHES[3], ALL_HASHES[5]] } else { &ALL_HASHES };

pub(super) fn insert(trie: &mut Trie, hash: u32, key: u32, value: u32) -> Option<u32> {
    let same = |present: &Entry, new: &Entry| Ok::<_, Infallible>(present.1 == new.1);
    match into_ok(trie.edit(Entry::clone).try_insert(hash, (hash, key, boxed(value)), same)) {
        Inserted::New => None,
        Inserted::Found(place, (_, _, new)) => Some(*core::mem::replace(&mut place.2, new)),
    }
}

fn position(trie: &Trie, hash: u32, key: u32) -> Option<usize> {
    into_ok(trie.try_position(hash, |entry| Ok(entry.1 == key)))
}

pub(super) fn remove(trie: &mut Trie, hash: u32, key: u32) -> Option<u32> {
    position(trie, hash, key).map(|index| *trie.edit(Entry::clone).remove_at(hash, index).0.2)
}

/// Asserts that the trie is valid and contains exactly `values`, the value of each key below `values.len()`.
fn assert_contents(trie: &Trie, values: &[Option<u32>], hash: fn(u32) -> u32) {
    trie.validate();
    assert_eq!(trie.len(), values.iter().flatten().count());
    for (key, value) in (0..).zip(values) {
        let found = position(trie, hash(key), key).map(|index| trie.root.leaf(hash(key)).entries().get(index));
        assert_eq!(found.map(|entry| *entry.2), *value);
    }
}

#[test]
fn edits_agree_with_a_model_and_leave_other_versions_unchanged() {
    let keys = if cfg!(miri) { 40 } else { 200 };
    let steps = if cfg!(miri) { 60 } else { 600 };
    for (seed, &hash) in (1..).zip(HASHES) {
        let mut random = Random(seed);
        let mut trie = Trie::new();
        let mut values = alloc::vec![None; keys as usize];
        let mut versions = Vec::new();
        for step in 0..steps {
            let key = random.below(keys);
            // Growing and shrinking in turns.
            let growing = step * 6 / steps % 2 == 0;
            if (random.below(3) == 0) != growing {
                assert_eq!(insert(&mut trie, hash(key), key, step), values[key as usize].replace(step));
            } else {
                assert_eq!(remove(&mut trie, hash(key), key), values[key as usize].take());
            }
            if !cfg!(miri) || step % 10 == 9 {
                assert_contents(&trie, &values, hash);
            }
            if random.below(30) == 0 {
                versions.push((trie.clone(), values.clone()));
            }
            if random.below(60) == 0 && !versions.is_empty() {
                let (version, expected) = versions.swap_remove(random.below(versions.len() as u32) as usize);
                assert_contents(&version, &expected, hash);
            }
        }
        for (version, expected) in &versions {
            assert_contents(version, expected, hash);
        }
    }
}

#[test]
fn shape_does_not_depend_on_history() {
    let keys = if cfg!(miri) { 18 } else { 400 };
    for &hash in HASHES {
        let build = |keys: &mut dyn Iterator<Item = u32>| {
            let mut trie = Trie::new();
            keys.for_each(|key| assert_eq!(insert(&mut trie, hash(key), key, key), None));
            trie
        };
        let ascending = build(&mut (0..keys));
        let descending = build(&mut (0..keys).rev());
        let mut shrunk = build(&mut (0..2 * keys));
        for key in keys..2 * keys {
            assert_eq!(remove(&mut shrunk, hash(key), key), Some(key));
            if !cfg!(miri) {
                shrunk.validate();
            }
        }
        shrunk.validate();
        for other in [descending, shrunk] {
            assert!(ascending.same_shape(&other));
            assert!(ascending.eq(&other, |a, b| a == b));
        }
        let mut other = ascending.clone();
        insert(&mut other, hash(0), 0, u32::MAX);
        assert!(ascending.same_shape(&other));
        assert!(!ascending.eq(&other, |a, b| a == b));
        remove(&mut other, hash(0), 0);
        assert!(!ascending.same_shape(&other));
        for key in 1..keys {
            assert_eq!(remove(&mut other, hash(key), key), Some(key));
            if !cfg!(miri) {
                other.validate();
            }
        }
        assert!(other.same_shape(&Trie::new()));
    }
}

#[test]
fn extraction_tests_each_entry_once_and_removes_those_that_are_accepted() {
    let sizes = if cfg!(miri) { [3, 40] } else { [10, 150] };
    for (keys, (seed, &hash)) in sizes.into_iter().flat_map(|keys: u32| (1..).zip(HASHES).map(move |on| (keys, on))) {
        for step in if cfg!(miri) { 3..4 } else { 1..6 } {
            let mut random = Random(seed);
            let mut trie = Trie::new();
            (0..keys).for_each(|key| assert_eq!(insert(&mut trie, hash(key), key, key), None));
            let before = trie.clone();
            let shared = random.below(2) == 0;
            let before = shared.then_some(before);
            let mut calls = alloc::vec![0; keys as usize];
            let mut values: Vec<_> = (0..keys).map(Some).collect();
            let mut extraction = Extraction::new(trie.edit(Entry::clone));
            let mut pred = |entry: &Entry| {
                calls[entry.1 as usize] += 1;
                entry.1 % 5 < step
            };
            while let Some((_, key, value)) = extraction.next(&mut pred) {
                assert!(key % 5 < step);
                assert_eq!(values[key as usize].take(), Some(*value));
                if !cfg!(miri) {
                    assert_contents(extraction.edit.trie, &values, hash);
                }
            }
            assert_contents(&trie, &values, hash);
            assert!(calls.iter().all(|&times| times == 1));
            assert_eq!(trie.len(), (0..keys).filter(|key| key % 5 >= step).count());
            // The same at once with `retain`, for shared or for unshared nodes.
            let mut retained = Trie::new();
            (0..keys).for_each(|key| assert_eq!(insert(&mut retained, hash(key), key, key), None));
            let shared_with = shared.then(|| retained.clone());
            retained.retain(|entry| {
                calls[entry.1 as usize] += 1;
                entry.1 % 5 >= step
            });
            assert_contents(&retained, &values, hash);
            assert!(retained.same_shape(&trie));
            assert!(calls.iter().all(|&times| times == 2));
            for before in before.iter().chain(&shared_with) {
                assert_contents(before, &(0..keys).map(Some).collect::<Vec<_>>(), hash);
            }
        }
    }
}

#[test]
fn retain_on_a_shared_trie_shares_unchanged_leaves_and_copies_few_entries() {
    let copies = core::cell::Cell::new(0);
    let copy = |entry: &u64| {
        copies.set(copies.get() + 1);
        *entry
    };
    let mut trie = HashTrie::new();
    for key in 0..if cfg!(miri) { 100 } else { 1000 } {
        trie.insert(key, key, |a, b| a == b);
    }
    let mut all = trie.clone();
    all.edit(&copy).retain(|_| true);
    assert!(all.ptr_eq(&trie));
    let mut most = trie.clone();
    most.edit(&copy).retain(|&key| key != 7);
    // Copied: the leaf that lost an entry, and a buddy if they were joined.
    assert!(copies.take() < 2 * 32);
    let mut few = trie.clone();
    few.edit(&copy).retain(|key| key % 10 == 0);
    assert_eq!(few.len(), trie.len().div_ceil(10));
    // Copied: the entries that are kept. But a leaf that is joined with the rest of the leaf before it is first
    // copied as a whole.
    assert!((few.len()..trie.len() * 3 / 4).contains(&copies.take()));
    few.clone().edit(&copy).retain(|_| false);
    assert_eq!(copies.take(), 0);
    few.validate();
}

#[test]
fn iterators_yield_every_entry_in_the_same_order() {
    let keys: u32 = if cfg!(miri) { 50 } else { 300 };
    for &hash in HASHES {
        let mut trie = Trie::new();
        (0..keys).for_each(|key| assert_eq!(insert(&mut trie, hash(key), key, key), None));
        let order: Vec<u32> = trie.iter().map(|entry| entry.1).collect();
        let mut iter = trie.iter();
        for left in (0..order.len()).rev() {
            iter.next();
            assert_eq!(iter.size_hint(), (left, Some(left)));
            if !cfg!(miri) || left % 10 == 0 {
                assert_eq!(iter.clone().count(), left);
            }
        }
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..keys));
        assert!(trie.iter().fold(Vec::new(), |seen, entry| [seen, alloc::vec![entry.1]].concat()) == order);

        let before = trie.clone();
        let mut edited = trie.edit(Entry::clone).iter_mut();
        assert_eq!(edited.len(), order.len());
        assert!(
            edited
                .by_ref()
                .take(20)
                .map(|entry| {
                    *entry.2 += 1;
                    entry.1
                })
                .eq(order[..20].iter().copied())
        );
        assert_eq!(edited.len(), order.len() - 20);
        assert!(edited.iter().map(|entry| entry.1).eq(order[20..].iter().copied()));
        edited.for_each(|entry| *entry.2 += 1);
        assert!(trie.iter().all(|entry| *entry.2 == entry.1 + 1));
        assert!(before.iter().all(|entry| *entry.2 == entry.1));

        // The first one owns the edited nodes alone, the second one shares all its nodes with `before`.
        for (trie, plus) in [(trie, 1), (before.clone(), 0)] {
            let mut owned = trie.into_iter();
            assert_eq!(owned.len(), order.len());
            assert!(owned.by_ref().take(20).map(|entry| entry.1).eq(order[..20].iter().copied()));
            assert!(owned.iter().map(|entry| entry.1).eq(order[20..].iter().copied()));
            assert!(owned.clone().map(|entry| entry.1).eq(order[20..].iter().copied()));
            assert_eq!(owned.len_left(), order.len() - 20);
            let rest: Vec<_> = owned.by_ref().take(10).collect();
            assert!(rest.iter().all(|entry| *entry.2 == entry.1 + plus));
        }
        before.validate();
    }
}

#[test]
fn several_entries_can_be_found_and_edited_at_once() {
    let keys: u32 = if cfg!(miri) { 50 } else { 300 };
    let mut trie = HashTrie::new();
    for key in 0..keys {
        trie.insert(u64::from(key % 40), Box::new(key), |a, b| a == b);
    }
    let before = trie.clone();
    let absent = [7, 1000].map(|hash| (hash, |present: &Box<u32>| **present == u32::MAX));
    assert_eq!(trie.edit(Box::clone).find_disjoint_mut(absent), [None, None]);
    assert!(trie.ptr_eq(&before), "nothing is copied for absent entries");
    let query = |key: u32| (u64::from(key % 40), move |present: &Box<u32>| **present == key);
    let found = trie.edit(Box::clone).find_disjoint_mut([7, 47, 3, 1000, 46, 39].map(query));
    for (value, key) in found.into_iter().zip([7, 47, 3, 1000, 46, 39]) {
        assert_eq!(value.as_deref().map(|value| **value), (key < keys).then_some(key));
        value.into_iter().for_each(|value| **value += 40 * keys);
    }
    trie.validate();
    assert!(before.iter().all(|value| **value < keys));
    assert_eq!(trie.iter().filter(|value| ***value >= keys).count(), 5);
    assert!(trie.edit(Box::clone).find_disjoint_mut::<0, fn(&Box<u32>) -> bool>([]).is_empty());
}

#[test]
fn several_entries_are_found_in_deep_nodes() {
    // With 2000 keys some children have two slots, with 3000 none has.
    for keys in if cfg!(miri) { [70, 100] } else { [2000, 3000] } {
        let mut trie = HashTrie::new();
        for key in 0..keys {
            trie.insert(key, key, |a, b| a == b);
        }
        for key in (0..keys - 2).step_by(7) {
            let query = |key: u64| (key, move |present: &u64| *present == key);
            let found = trie.edit(u64::clone).find_disjoint_mut([query(key + 2), query(key), query(key + 1)]);
            assert_eq!(found.map(|value| value.copied()), [Some(key + 2), Some(key), Some(key + 1)]);
        }
    }
}

#[test]
#[should_panic(expected = "duplicate keys found")]
fn finding_an_entry_twice_at_once_panics() {
    let mut trie = HashTrie::new();
    trie.insert(1, Box::new(1), |a, b| a == b);
    trie.edit(Box::clone).find_disjoint_mut([(1, |present: &Box<u32>| **present == 1); 2]);
}

#[test]
fn entries_and_iterators_have_the_expected_debug_output_and_lengths() {
    let mut trie = HashTrie::new();
    for key in 0..40_u64 {
        let super::Entry::Vacant(vacant) = trie.entry(0, |present| *present == key) else { panic!("{key} is present") };
        assert_eq!(*vacant.insert_entry(key).get(), key);
        assert_eq!(*trie.iter().max().expect("the key was inserted"), key);
    }
    let mut one = HashTrie::new();
    assert_eq!(format!("{:?}", one.entry(7, |present| *present == 7)), "Entry(VacantEntry)");
    one.insert(7, 7, |a, b| a == b);
    assert_eq!(format!("{:?}", one.entry(7, |present| *present == 7)), "Entry(OccupiedEntry(7))");
    assert_eq!(format!("{one:?} {:?} {:?}", one.iter(), one.clone().into_iter()), "{7} [7] [7]");
    assert_eq!(format!("{:?}", one.edit(u64::clone).iter_mut()), "[7]");
    assert!((&trie).into_iter().eq(trie.iter()));
    assert_eq!((one.iter().len(), trie.iter().len()), (1, 40));
    let mut owned = trie.into_iter();
    for left in (0..40).rev() {
        owned.next();
        assert_eq!(owned.len(), left);
    }
}

#[test]
fn editing_an_unshared_trie_copies_no_entry() {
    #[derive(PartialEq, PartialOrd, Eq, Ord, Debug)]
    struct NotCopied(u64);
    impl Clone for NotCopied {
        fn clone(&self) -> Self {
            panic!("{} was copied", self.0)
        }
    }
    let keys = if cfg!(miri) { 60 } else { 500 };
    // Every key has its own hash, except the last ones: these have the same, and do not fit into a bucket.
    let hash = |key: u64| key.min(keys - 30);
    let mut trie = HashTrie::new();
    for key in 0..keys {
        assert_eq!(trie.insert(hash(key), NotCopied(key), |a, b| a == b), None);
    }
    for key in 0..keys / 3 {
        assert_eq!(trie.remove(hash(key), |present| present.0 == key), Some(NotCopied(key)));
        let (last, plus) = (keys - 1 - key, keys);
        trie.find_mut(hash(last), |present| present.0 == last).expect("the key was inserted").0 += plus;
    }
    trie.iter_mut().for_each(|entry| entry.0 %= keys);
    trie.retain(|entry| entry.0 % 5 > 0);
    let mut rest: Vec<_> = trie.into_iter().map(|entry| entry.0).collect();
    rest.sort_unstable();
    assert!(rest.into_iter().eq((keys / 3..keys).filter(|key| key % 5 > 0)));
}

/// Returns a trie with these keys and values.
pub(super) fn build(entries: impl Iterator<Item = (u32, u32)>, hash: fn(u32) -> u32) -> Trie {
    let mut trie = Trie::new();
    entries.for_each(|(key, value)| assert_eq!(insert(&mut trie, hash(key), key, value), None));
    trie
}

#[test]
fn a_bulk_build_of_clustered_hashes_equals_single_inserts() {
    let most: u32 = if cfg!(miri) { 60 } else { 3000 };
    for &hash in HASHES {
        for size in [40, most / 3, most] {
            let items = || (0..size).chain(size / 2..size).map(|key| (hash(key), (hash(key), key, boxed(key))));
            let same = |a: &Entry, b: &Entry| Ok(a.1 == b.1);
            let (root, len) = into_ok(bulk(items(), 2 * size as usize, 0, same, |there, new| *there = new));
            let (built, mut single) = (Trie { root, len }, Trie::new());
            (0..size).for_each(|key| assert_eq!(insert(&mut single, hash(key), key, key), None));
            built.validate();
            assert!(built.same_shape(&single) && built.eq(&single, |a, b| a == b));
        }
    }
}

#[test]
fn a_bulk_build_equals_single_inserts() {
    let sizes: &[u64] = if cfg!(miri) { &[50] } else { &[0, 1, 16, 17, 40, 300, 2048, 2049, 10_000, 70_000] };
    // Well distributed, with each key three times; few hashes; one hash.
    for (few, spread) in [(u64::MAX, 3), (7, 2), (1, 2)] {
        for &size in sizes.iter().filter(|&&size| few > 10 || size <= 300) {
            let key = |at: u64| at % (size / spread + 1);
            let items = || (0..size).map(|at| (key(at) % few, Box::new((key(at), at, at))));
            let same = |present: &Box<(u64, u64, u64)>, new: &Box<(u64, u64, u64)>| Ok(present.0 == new.0);
            // The first entry is kept, with a value of the last one.
            let replace = |present: &mut Box<(u64, u64, u64)>, new: Box<(u64, u64, u64)>| present.2 = new.2;
            let mut bulk = HashTrie::new();
            into_ok(bulk.edit(super::never_clone).try_extend(items(), same, replace));
            let mut single = HashTrie::new();
            for item in items() {
                into_ok(single.edit(super::never_clone).try_extend(core::iter::once(item), same, replace));
            }
            bulk.validate();
            assert_eq!(bulk.len(), size.min(size / spread + 1) as usize);
            assert!(bulk.same_shape(&single));
            assert!(bulk.eq(&single, |a, b| a == b));
            // Extends a trie that is not empty.
            let others = items().map(|(hash, item)| (hash, Box::new((item.0 + 1, 0, 0))));
            into_ok(single.edit(super::never_clone).try_extend(others, same, replace));
            single.validate();
            assert!(size == 0 || single.len() > bulk.len());
        }
    }
}

#[test]
fn shrinking_frees_the_spare_capacity_of_unshared_leaves_only() {
    // Not a multiple of eight: a collision node of 40 entries has no spare capacity.
    let keys: u32 = if cfg!(miri) { 41 } else { 300 };
    for &hash in HASHES {
        let mut trie = build((0..keys).map(|key| (key, key)), hash);
        let before = trie.memory_usage().bytes;
        let other = trie.clone();
        trie.shrink_to_fit();
        assert!(trie.ptr_eq(&other), "shared leaves are unchanged");
        drop(other);
        trie.shrink_to_fit();
        let after = trie.memory_usage().bytes;
        assert!(after < before, "{after} bytes of {before} are left");
        trie.shrink_to_fit();
        assert_eq!(trie.memory_usage().bytes, after);
        assert_contents(&trie, &(0..keys).map(Some).collect::<Vec<_>>(), hash);
    }
}

#[test]
#[cfg_attr(miri, ignore = "safe code, for which Miri takes long")]
fn memory_usage_counts_nodes_by_their_kinds() {
    let usage = eighths(&[0, 2, 4]).memory_usage();
    assert_eq!((usage.bitmap_nodes, usage.buckets, usage.collision_nodes), (1, 3, 0));
    // 30 entries behind pointers are blocks, too.
    assert_eq!((usage.nodes(), usage.blocks), (4, if is_counted::<Entry>() { 34 } else { 4 }));
    // A path of eight nodes leads to the entries with the same hash.
    let mut alike = HashTrie::new();
    (0..40).for_each(|n| assert_eq!(alike.insert(7, n, |_, _| false), None));
    let usage = alike.memory_usage();
    assert_eq!((usage.bitmap_nodes, usage.buckets, usage.collision_nodes), (8, 0, 1));
    assert_eq!((usage.nodes(), usage.blocks), (9, 9));
    assert_eq!(alike.insert(8, 0, |_, _| false), None);
    assert_eq!(alike.memory_usage().buckets, 1);
    assert_eq!(alike.not_shared_with(&alike.clone()), crate::MemoryUsage::default());
    let mut zero_sized = HashTrie::new();
    (0..40).for_each(|_| assert_eq!(zero_sized.insert(7, (), |_, _| false), None));
    assert_eq!(zero_sized.memory_usage().blocks, 9);
    // An edit makes a new root, a new node below it, and a new leaf.
    let mut old = Trie::new();
    (0..3).for_each(|cluster| add_cluster(&mut old, cluster, 40));
    let mut new = old.clone();
    insert(&mut new, 0, 0, 1000);
    let unshared = new.not_shared_with(&old);
    assert_eq!((unshared.bitmap_nodes, unshared.buckets), (2, 1));
}

#[test]
fn tries_drop_their_entries() {
    let counted = Rc::new(());
    let mut trie = HashTrie::new();
    // Many entries, and more with the same hash than fit into a bucket.
    for key in 0..if cfg!(miri) { 60 } else { 1000_u64 } {
        trie.insert(key.saturating_sub(30), counted.clone(), |_, _| false);
    }
    let before = trie.clone();
    trie.insert(7, counted.clone(), |_, _| false);
    drop(before);
    assert_eq!(Rc::strong_count(&counted), 1 + trie.len());
    drop(trie);
    assert_eq!(Rc::strong_count(&counted), 1);
}

#[test]
fn a_destructor_that_panics_does_not_prevent_the_others_from_running() {
    extern crate std;
    struct Bomb {
        explodes: bool,
        _counted: Rc<()>,
    }
    impl Drop for Bomb {
        fn drop(&mut self) {
            assert!(!self.explodes, "boom");
        }
    }
    let keys = if cfg!(miri) { 40 } else { 100 };
    for at in (0..keys).step_by(if cfg!(miri) { 40 } else { 1 }) {
        let counted = Rc::new(());
        // The last ones have the same hash, and do not fit into a bucket.
        let bombs = (0..keys).map(|key| (key.min(keys - 20), Bomb { explodes: key == at, _counted: counted.clone() }));
        let mut trie = HashTrie::new();
        let none_equal = |_: &mut _, _| unreachable!("no two are equal");
        into_ok(trie.edit(super::never_clone).try_extend(bombs, |_, _| Ok(false), none_equal));
        let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(trie)));
        assert!(dropped.is_err());
        assert_eq!(Rc::strong_count(&counted), 1);
    }
}

#[cfg(not(miri))]
#[test]
fn shared_nodes_are_not_visited_when_versions_are_compared() {
    for n in [500, 10_000, 100_000] {
        let base = build((0..n).map(|key| (key, key)), HASHES[0]);
        let mut changed = base.clone();
        insert(&mut changed, HASHES[0](7), 7, 8);
        let same = |a: &Entry, b: &Entry| Ok::<_, Infallible>(a.1 == b.1);
        let right = |_: &Entry, _: &Entry| Ok(Merge::Right);
        let merged = |rule| into_ok(base.try_merge_with(&changed, rule, same, right));
        // There are about 15 children beside the path at each of two to four levels: visiting each of them would be
        // too many.
        let looks = [
            (20, looks::during(|| assert!(!base.eq(&changed, |a, b| a == b))).1),
            (45, looks::during(|| assert!(base.pairs(&changed, same).count() > 0)).1),
            (70, looks::during(|| assert!(merged(SetOp::UNION).ptr_eq(&changed))).1),
            (65, looks::during(|| assert!(merged(SetOp::DIFFERENCE).len() <= 32)).1),
        ];
        assert!(looks.iter().all(|(most, looks)| looks <= most), "{n} entries: {looks:?}");
    }
}

#[cfg(not(miri))]
#[test]
fn nodes_that_only_the_larger_set_has_are_not_visited_when_sets_are_compared() {
    type Set = crate::PersistentSet<u32, std::hash::BuildHasherDefault<std::hash::DefaultHasher>>;
    let large: Set = (0..100_000).collect();
    for n in [1, 10] {
        let (inside, outside): (Set, Set) = ((0..n).collect(), (200_000..200_000 + n).collect());
        let looks = [
            looks::during(|| assert!(large.is_disjoint(&outside))).1,
            looks::during(|| assert!(outside.is_disjoint(&large))).1,
            looks::during(|| assert!(!large.is_disjoint(&inside))).1,
            looks::during(|| assert!(inside.is_subset(&large))).1,
            looks::during(|| assert!(large.is_superset(&inside))).1,
        ];
        // There are some 5000 nodes. On the path to an element, each node is read several times, as are its children
        // beside the path.
        assert!(looks.iter().all(|&looks| looks <= 80 * n as usize), "{n} elements: {looks:?}");
    }
}

/// Returns a trie with ten entries in each of `some` eighths of all hashes.
fn eighths(some: &[u32]) -> Trie {
    let mut trie = Trie::new();
    for &eighth in some {
        (0..10).for_each(|n| assert_eq!(insert(&mut trie, eighth << 29 | n, 8 * n + eighth, n), None));
    }
    trie.validate();
    trie
}

#[test]
fn empty_ranges_are_not_entries_that_two_tries_share() {
    let one = eighths(&[0, 1, 2, 3]);
    let mut other = Trie::new();
    for n in 0..40 {
        assert_eq!(insert(&mut other, ((n / 10) << 29) + 100 + n % 10, 1000 + n, n), None);
    }
    let shape = |trie: &Trie| trie.root.as_bitmap().map(|node| node.starts().len());
    assert_eq!((shape(&one), shape(&other)), (Some(5), Some(5)), "four leaves and an empty half");
    let mut pairs = one.pairs(&other, |a: &Entry, b: &Entry| Ok::<_, Infallible>(a.1 == b.1));
    assert!(pairs.by_ref().all(|pair| !matches!(pair, Pair::Both(..))));
    assert!(!pairs.shares_entries());
    let mut pairs = one.pairs(&one, |a: &Entry, b: &Entry| Ok::<_, Infallible>(a.1 == b.1));
    assert!(pairs.next().is_none() && pairs.shares_entries());
    let mut other = one.clone();
    assert_eq!(insert(&mut other, 100, 1000, 0), None);
    assert_eq!(shape(&other), Some(5));
    let mut pairs = one.pairs(&other, |a: &Entry, b: &Entry| Ok::<_, Infallible>(a.1 == b.1));
    // The new entry, and without pointers also the ten entries of its leaf.
    assert_eq!(pairs.by_ref().count(), if is_counted::<Entry>() { 1 } else { 11 });
    assert!(pairs.shares_entries(), "the other three leaves");
}

/// Returns two tries that are equal except that each has ten entries more than the other, at the end of a node: as
/// long as the children of both nodes are compared in pairs, they are equal.
pub(super) fn equal_except_at_the_ends() -> [Trie; 2] {
    [[0, 1], [1, 0]].map(|[short, long]| {
        let mut trie = Trie::new();
        for (cluster, eighths) in [(short, &[0, 1, 4][..]), (long, &[0, 1, 4, 7])] {
            for eighth in eighths {
                (0..10).for_each(|n| {
                    let hash = cluster << 27 | eighth << 24 | n;
                    assert_eq!(insert(&mut trie, hash, hash, n), None);
                });
            }
        }
        trie
    })
}

#[test]
#[cfg_attr(miri, ignore = "safe code, for which Miri takes long")]
fn tries_are_equal_only_if_all_of_their_nodes_are() {
    let [a, b] = equal_except_at_the_ends();
    assert_eq!(a.len(), b.len());
    assert!(!a.eq(&b, |a, b| a == b));
}

#[test]
fn leaves_without_spare_capacity_are_joined() {
    for zeros in (1..=16).step_by(if cfg!(miri) { 15 } else { 1 }) {
        for from in [0, 1] {
            let mut trie = Trie::new();
            for n in 0..17 {
                assert_eq!(insert(&mut trie, u32::from(n >= zeros) << 31 | n, n, n), None);
            }
            trie.shrink_to_fit();
            let gone = if from == 0 { 0 } else { 16 };
            assert_eq!(remove(&mut trie, from << 31 | gone, gone), Some(gone));
            trie.validate();
            assert_eq!(trie.len(), 16);
        }
    }
}

/// Inserts `n` entries whose hashes begin with the bits of `cluster`.
fn add_cluster(trie: &mut Trie, cluster: u32, n: u32) {
    (0..n).for_each(|at| assert_eq!(insert(trie, cluster << 28 | at << 21, cluster << 28 | at, at), None));
}

/// Integration tests use these hashes to reach the deepest nodes.
#[test]
fn hashes_that_reach_deep_nodes_are_mixed_as_expected() {
    for (hash, mixed) in [(0xfeda_7840, 0xdead_bec0), (0x29de_a15a, 0xdead_bee9), (0x037e_cd4b, 0xdead_beff)] {
        assert_eq!(super::mix(hash), mixed);
    }
}
