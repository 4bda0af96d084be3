//! Tests of dividing and combining, without threads: the parts give the same result as the whole.

#![allow(clippy::borrowed_box, reason = "the entries are boxes, and closures get references to entries")]

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::{Executor, Merge, RootPartition, SetOp, SharedPolicy, Subtree, Subtrees, compare};
use crate::trie::node::child::Child;
use crate::trie::tests::{Entry, HASHES, Random, Trie, boxed, build, equal_except_at_the_ends, insert, remove};
use crate::trie::{HashTrie, into_ok};

/// An executor that runs all jobs sequentially, and counts them.
#[derive(Clone, Copy)]
struct Alone<'a>(&'a AtomicUsize);

impl Executor for Alone<'_> {
    fn map<J: Send, R: Send>(self, jobs: Vec<J>, run: impl Fn(J) -> R + Sync) -> Vec<R> {
        self.0.fetch_add(jobs.len(), Ordering::Relaxed);
        jobs.into_iter().map(run).collect()
    }
}

/// Splits until nothing can be split any more.
fn leaves<N: Subtree>(subtrees: Subtrees<N>) -> Vec<Subtrees<N>> {
    match subtrees.split() {
        (leaf, None) => alloc::vec![leaf],
        (half, Some(other)) => leaves(half).into_iter().chain(leaves(other)).collect(),
    }
}

fn numbers<N: Subtree>(parts: Vec<Subtrees<N>>, number: impl Fn(N::Item) -> u32) -> Vec<u32> {
    let mut numbers: Vec<_> = parts.into_iter().flat_map(Subtrees::entries).map(number).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn parts_contain_every_entry_exactly_once() {
    for &hash in HASHES {
        for keys in [0, 1, 16, 17, 500] {
            let trie = build((0..keys).map(|key| (key, key)), hash);
            let all: Vec<u32> = (0..keys).collect();
            assert_eq!(numbers(leaves(trie.subtrees()), |entry| entry.1), all);
            for parts in [trie.subtrees().split(), leaves(trie.subtrees()).pop().expect("there is a part").split()] {
                let parts = [Some(parts.0), parts.1].into_iter().flatten().collect();
                assert!(numbers(parts, |entry| entry.1).iter().all(|key| all.contains(key)));
            }
            // Shared nodes, then unshared ones.
            for mut edited in [trie.clone(), build((0..keys).map(|key| (key, key)), hash)] {
                let parts = leaves(edited.subtrees_mut());
                let edit = |entry: &mut Entry| {
                    *entry.2 += 1;
                    entry.1
                };
                assert_eq!(numbers(parts, edit), all);
                edited.validate();
                assert!(edited.iter().all(|entry| *entry.2 == entry.1 + 1));
                assert!(edited.same_shape(&trie));
                assert_eq!(numbers(leaves(edited.clone().into_subtrees()), |entry| entry.1), all);
                assert_eq!(numbers(leaves(edited.into_subtrees()), |entry| entry.1), all);
            }
            assert!(trie.iter().all(|entry| *entry.2 == entry.1));
        }
    }
}

#[test]
fn halves_have_about_the_same_size() {
    let keys = 20_000;
    let trie = build((0..keys).map(|key| (key, key)), HASHES[0]);
    let mut parts = alloc::vec![trie.subtrees()];
    for _ in 0..3 {
        parts =
            parts.into_iter().map(Subtrees::split).flat_map(|(half, other)| [Some(half), other]).flatten().collect();
    }
    let sizes: Vec<_> = parts.into_iter().map(|part| part.entries().count()).collect();
    let share = keys as usize / 8;
    assert_eq!(sizes.len(), 8);
    assert!(sizes.iter().all(|size| (share / 2..2 * share).contains(size)), "{sizes:?}");
}

#[test]
fn a_trie_built_from_parts_equals_one_built_at_once() {
    let sizes: &[u64] = &[0, 1, 16, 17, 40, 600, 70_000];
    // Well distributed, with each key three times; few hashes; one hash.
    for (few, spread) in [(u64::MAX, 3), (7, 2), (1, 2)] {
        for &size in sizes.iter().filter(|&&size| few > 10 || size <= 600) {
            for pieces in [1, 3] {
                let items = || (0..size).map(|at| (at % (size / spread + 1), at));
                let same = |present: &Box<(u64, u64, u64)>, new: &Box<(u64, u64, u64)>| present.0 == new.0;
                // The first entry is kept, with a value of the last one.
                let replace = |present: &mut Box<(u64, u64, u64)>, new: Box<(u64, u64, u64)>| present.2 = new.2;
                let mut bulk = HashTrie::new();
                let hashed = items().map(|(key, at)| (key % few, Box::new((key, at, at))));
                into_ok(bulk.edit(crate::trie::never_clone).try_extend(hashed, |a, b| Ok(same(a, b)), replace));
                let mut parts: Vec<_> = (0..pieces).map(|_| RootPartition::new()).collect();
                for (key, at) in items() {
                    parts[(at * pieces / size) as usize].push(key % few, Box::new((key, at, at)));
                }
                let joined = HashTrie::from_partitions(parts, Alone(&AtomicUsize::new(0)), same, replace);
                joined.validate();
                assert_eq!(joined.len(), bulk.len());
                assert!(joined.same_shape(&bulk));
                assert!(joined.eq(&bulk, |a, b| a == b));
            }
        }
    }
}

/// Returns versions of one trie with few or many changes, or tries that share no nodes.
fn sides(seed: u64, hash: fn(u32) -> u32) -> [Trie; 2] {
    let keys = 250;
    let mut random = Random(seed);
    let base = build((0..keys).map(|key| (key, key)), hash);
    let mut sides = [base.clone(), base];
    for side in &mut sides {
        for value in 0..[0, 1, keys / 20, keys][seed as usize % 4] {
            let key = random.below(2 * keys);
            if random.below(2) == 0 {
                insert(side, hash(key), key, value);
            } else {
                remove(side, hash(key), key);
            }
        }
    }
    if seed % 3 == 0 {
        let few = random.below(keys);
        sides[1] = build((few..keys + 9).map(|key| (key, key)), hash);
    }
    sides
}

#[test]
fn a_merge_of_parts_equals_the_merge_of_the_whole() {
    let jobs = &AtomicUsize::new(0);
    for &hash in HASHES {
        for seed in 1..13 {
            let [a, b] = sides(seed, hash);
            for rule in 0..4 {
                for shared in [SharedPolicy::Keep, SharedPolicy::Drop, SharedPolicy::Visit] {
                    let rule = SetOp { left: rule & 1 == 1, right: rule & 2 == 2, shared };
                    let both = |a: &Entry, _: &Entry| match (shared, a.1 % 4) {
                        (SharedPolicy::Keep, _) | (SharedPolicy::Visit, 0) => Merge::Left,
                        (SharedPolicy::Drop, _) | (SharedPolicy::Visit, 1) => Merge::Remove,
                        (SharedPolicy::Visit, 2) => Merge::Right,
                        (SharedPolicy::Visit, _) => Merge::New((a.0, a.1, boxed(a.1 + 1))),
                    };
                    let same = |a: &Entry, b: &Entry| a.1 == b.1;
                    let whole = into_ok(a.try_merge_with(&b, rule, |a, b| Ok(same(a, b)), |a, b| Ok(both(a, b))));
                    let joined = a.par_merge(&b, Alone(jobs), rule, same, both);
                    joined.validate();
                    assert_eq!(joined.len(), whole.len());
                    assert!(joined.same_shape(&whole));
                    assert!(joined.eq(&whole, |a, b| a == b));
                    for operand in [&a, &b] {
                        operand.validate();
                        assert_eq!(joined.ptr_eq(operand), whole.ptr_eq(operand));
                    }
                }
            }
        }
    }
    assert!(jobs.load(Ordering::Relaxed) > 0, "nothing was split");
}

#[test]
fn comparing_parts_gives_the_same_result_as_comparing_the_whole() {
    let jobs = &AtomicUsize::new(0);
    let mut equal = 0;
    for &hash in HASHES {
        for seed in 1..13 {
            let [a, b] = sides(seed, hash);
            let eq = |a: &Entry, b: &Entry| a == b;
            assert_eq!(a.par_eq(&b, Alone(jobs), eq), a.eq(&b, eq));
            equal += usize::from(a.par_eq(&b, Alone(jobs), eq));
            let again = build(a.iter().map(|entry| (entry.1, *entry.2)), hash);
            assert!(a.par_eq(&again, Alone(jobs), eq));
            if let Some(first) = again.iter().next() {
                assert!(!a.par_eq(&again, Alone(jobs), |a, b| eq(a, b) && b.1 != first.1));
            }
        }
    }
    assert!(equal > 0 && jobs.load(Ordering::Relaxed) > 0, "nothing was equal, or nothing was split");
}

#[test]
fn nodes_of_different_shapes_are_not_compared_child_by_child() {
    let [a, b] = equal_except_at_the_ends();
    let child = |root: &Child<Entry>| root.as_bitmap().expect("the root has many entries").child(0).clone();
    for (a, b) in [(child(&a.root), child(&b.root)), (a.root, b.root)] {
        for size in [1, usize::MAX] {
            let differ = &AtomicBool::new(false);
            compare(&a, &b, size, Alone(&AtomicUsize::new(0)), &|a, b| a == b, differ);
            assert!(differ.load(Ordering::Relaxed));
        }
    }
}
