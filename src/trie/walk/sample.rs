//! A sample of entries with their hashes, which shows whether two hashers agree on the entries of a trie.

use crate::trie::node::child::Child;
use crate::trie::node::descend;
use crate::trie::{HashTrie, mix};

/// The number of entries in a sample from more than one leaf.
const SAMPLES: usize = 8;

impl<T> HashTrie<T> {
    /// Returns `true` if `hash` returns the stored hashes for all entries of a sample. O(log n).
    ///
    /// If the root is a leaf, only `few` entries are hashed, at equal distances: an operation on two small tries takes
    /// little longer than hashing a few keys. With different numbers for two tries, the samples are of different
    /// entries even if the tries are equal.
    #[inline]
    pub(crate) fn sample_is_hashed_by(&self, few: usize, mut hash: impl FnMut(&T) -> u64) -> bool {
        let mut agrees = |leaf: &Child<T>, index: usize| {
            leaf.as_leaf().is_none_or(|leaf| mix(hash(leaf.entries().get(index))) == leaf.hashes()[index])
        };
        if !self.root.is_bitmap() {
            return (0..few.min(self.len)).all(|sample| agrees(&self.root, (2 * sample + 1) * self.len / (2 * few)));
        }
        (0..SAMPLES).all(|sample| {
            // Distributed over the hashes, and so over the children of the root.
            let leaf = self.leaf_near((sample as u32) << (u32::BITS - SAMPLES.ilog2()));
            // Also distributed over the entries of a leaf, in case all samples are from the same leaf.
            agrees(leaf, if sample < leaf.entries().len() { sample } else { 0 })
        })
    }

    /// Returns `true` if both tries have the same root, or roots with a child in common.
    pub(crate) fn shares_children_with(&self, other: &Self) -> bool {
        match (self.root.as_bitmap(), other.root.as_bitmap()) {
            (Some(node), Some(other)) => node.shares_children_with(other),
            _ => self.ptr_eq(other),
        }
    }

    /// Returns a leaf with entries, if there is one: the leaf in the range of `hash`, or another one below the same
    /// node.
    fn leaf_near(&self, hash: u32) -> &Child<T> {
        let (mut child, mut bits) = (&self.root, hash);
        while let Some(node) = child.as_bitmap() {
            let filled = |child: &&Child<T>| child.small_len() != Some(0);
            let any = || node.children().map(|(_, child)| child).find(filled);
            child = child.child_of(bits).filter(filled).or_else(any).expect("a bitmap node has entries");
            bits = descend(bits);
        }
        child
    }
}

// Safe code, so not for Miri. Two attributes, since cargo-mutants recognizes tests by the second.
#[cfg(not(miri))]
#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// Returns a trie of the first numbers whose mixed hashes are `wanted`; each number is its own hash.
    fn numbers(count: usize, wanted: impl Fn(u32) -> bool) -> HashTrie<u64> {
        let mut trie = HashTrie::new();
        for number in (0..).filter(|&number| wanted(mix(number))).take(count) {
            trie.insert(number, number, |a, b| a == b);
        }
        trie
    }

    fn sampled(trie: &HashTrie<u64>) -> Vec<u64> {
        let mut sampled = Vec::new();
        let agreed = trie.sample_is_hashed_by(2, |&number| {
            sampled.push(number);
            number
        });
        assert!(agreed);
        sampled.sort_unstable();
        sampled.dedup();
        sampled
    }

    #[test]
    fn a_sample_is_spread_over_the_leaves_and_over_the_entries_of_one() {
        assert!(sampled(&numbers(0, |_| true)).is_empty());
        assert_eq!(sampled(&numbers(1, |_| true)).len(), 1);
        assert_eq!(sampled(&numbers(10, |_| true)).len(), 2);
        assert_eq!(sampled(&numbers(40, |_| true)).len(), 8);
        let many = numbers(1000, |_| true);
        let mut slots: Vec<_> = sampled(&many).into_iter().map(|number| mix(number) >> 29).collect();
        slots.sort_unstable();
        assert_eq!(slots, [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn a_sample_is_never_empty_if_there_are_entries() {
        for slot in [0, 5, 31] {
            assert!(!sampled(&numbers(40, |hash| hash >> 27 == slot)).is_empty());
            assert!(!sampled(&numbers(40, |hash| hash >> 22 == slot << 5 | 9)).is_empty());
        }
    }

    #[test]
    fn a_single_wrong_hash_in_the_sample_is_detected() {
        let trie = numbers(1000, |_| true);
        for wrong in sampled(&trie) {
            assert!(!trie.sample_is_hashed_by(2, |&number| if number == wrong { number + 1 } else { number }));
        }
    }

    #[test]
    fn entries_with_equal_hashes_are_sampled() {
        let mut trie = HashTrie::new();
        (0..40_u64).for_each(|number| assert_eq!(trie.insert(7, number, |a, b| a == b), None));
        assert!(trie.sample_is_hashed_by(1, |_| 7) && !trie.sample_is_hashed_by(1, |_| 8));
    }

    #[test]
    fn tries_share_children_if_one_is_a_version_of_the_other() {
        let trie = numbers(1000, |_| true);
        let mut other = trie.clone();
        assert!(trie.shares_children_with(&other));
        other.insert(7777, 7777, |a, b| a == b);
        assert!(trie.shares_children_with(&other));
        assert!(!trie.shares_children_with(&numbers(1000, |_| true)));
        // Both have empty children, but no others in common.
        let [a, b] = [3, 4].map(|slot| numbers(40, |hash| hash >> 27 == slot));
        assert!(!a.shares_children_with(&b));
    }
}
