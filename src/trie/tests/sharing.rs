//! Tests which nodes a merge allocates: none that an operand already has.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::num::NonZero;

use super::{Entry, HASHES, Random, Trie, build, insert, remove};
use crate::trie::node::child::Child;
use crate::trie::walk::iter::Entries;
use crate::trie::{Merge, SetOp, into_ok};

/// The addresses of the nodes of tries, by depth and by the keys below them, which determine the shape of a node.
type Nodes = BTreeMap<(u32, Vec<u32>), Vec<NonZero<usize>>>;

fn list(child: &Child<Entry>, depth: u32, nodes: &mut Nodes) {
    let mut keys: Vec<_> = Entries::below(child).map(|entry| entry.1).collect();
    keys.sort_unstable();
    if !keys.is_empty() {
        nodes.entry((depth, keys)).or_default().push(child.addr());
    }
    if let Some(node) = child.as_bitmap() {
        node.children().for_each(|(_, child)| list(child, depth + 1, nodes));
    }
}

/// Returns how many nodes of `result`, a merge of `a` and `b` that keeps the entry of `a` if both have a key, are
/// shared with the operands, and how many are new. Panics if a node is new although an operand has an equal one.
fn count(result: &Trie, a: &Trie, b: &Trie) -> [usize; 2] {
    let [mut old, mut old_of_b, mut all] = [const { Nodes::new() }; 3];
    list(&a.root, 0, &mut old);
    list(&b.root, 0, &mut old_of_b);
    list(&result.root, 0, &mut all);
    let of_a: BTreeSet<_> = a.iter().map(|entry| entry.1).collect();
    old_of_b.retain(|(_, keys), _| !keys.iter().any(|key| of_a.contains(key)));
    old.append(&mut old_of_b);
    let mut counts = [0; 2];
    for (node, addresses) in &all {
        for address in addresses {
            let known = old.get(node);
            assert!(known.is_none_or(|known| known.contains(address)), "an operand has {node:?}");
            counts[usize::from(known.is_none())] += 1;
        }
    }
    counts
}

#[test]
fn a_merge_shares_every_node_of_the_result_that_an_operand_has() {
    let keys = 600;
    let (mut shared, mut new) = (0, 0);
    for (seed, &hash) in (1..).zip(HASHES) {
        let mut random = Random(seed);
        let base = build((0..keys).filter(|key| key % 3 > 0).map(|key| (key, key)), hash);
        for changes in [0, 1, 5, 100] {
            let mut versions = [base.clone(), base.clone()];
            for version in &mut versions {
                for _ in 0..random.below(changes + 1) {
                    let key = random.below(keys);
                    if remove(version, hash(key), key).is_none() {
                        insert(version, hash(key), key, key);
                    }
                }
            }
            let [a, b] = &versions;
            // A trie with the same entries that shares no nodes.
            let unrelated = build(b.iter().map(|entry| (entry.1, *entry.2)), hash);
            for (a, b) in [(a, b), (a, &unrelated)] {
                for (rule, stays) in [
                    (SetOp::UNION, true),
                    (SetOp::INTERSECTION, true),
                    (SetOp::DIFFERENCE, false),
                    (SetOp::SYMMETRIC_DIFFERENCE, false),
                ] {
                    let both = |_: &Entry, _: &Entry| Ok(if stays { Merge::Left } else { Merge::Remove });
                    let merged = into_ok(a.try_merge_with(b, rule, |a, b| Ok(a.1 == b.1), both));
                    merged.validate();
                    let counts = count(&merged, a, b);
                    (shared, new) = (shared + counts[0], new + counts[1]);
                }
            }
        }
    }
    assert!(shared > new && new > 0, "{shared} nodes are shared, {new} are new");
}
