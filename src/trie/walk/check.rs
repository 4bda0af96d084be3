//! Checks the invariants in [`node`](crate::trie::node).

use crate::trie::HashTrie;
use crate::trie::node::bitmap::Slots;
use crate::trie::node::bucket::{Bucket, tag};
use crate::trie::node::child::{Child, ChildRef};
use crate::trie::node::{HASH_BITS, WIDTH_MAX};

impl<T> HashTrie<T> {
    /// Checks every invariant of the structure. For tests and fuzzing.
    ///
    /// # Panics
    /// If an invariant does not hold.
    #[doc(hidden)]
    pub fn validate(&self) {
        let len = check(&self.root, 0, 0);
        assert_eq!(len, self.len, "the length is the number of entries");
        assert_eq!(self.iter().count(), self.len, "iteration visits every entry");
    }
}

/// Checks `child`, whose hashes begin with the first `depth` bits of `prefix`. Returns the number of entries.
fn check<T>(child: &Child<T>, prefix: u32, depth: u32) -> usize {
    match child.get() {
        ChildRef::Empty => 0,
        ChildRef::Bucket(bucket) => {
            let len = bucket.len();
            assert!((1..=Bucket::<T>::MAX).contains(&len), "a bucket has 1 to `MAX` entries");
            assert!(len <= bucket.capacity() && bucket.capacity() <= Bucket::<T>::MAX, "entries fit into the capacity");
            for (index, &hash) in bucket.hashes().iter().enumerate() {
                assert!(in_range(hash, prefix, depth), "an entry is in the range of its hash");
                assert_eq!(bucket.tags().as_flattened()[index], tag(hash), "the tag is that of the hash");
            }
            len
        }
        ChildRef::Collision(node) => {
            assert!(node.len() > Bucket::<T>::MAX, "a collision node has more than `MAX` entries");
            assert!(node.len() <= node.capacity(), "entries fit into the capacity");
            assert_eq!(depth, HASH_BITS, "a collision node is where no hash bit is left");
            assert!(node.hashes().iter().all(|&hash| hash == prefix), "a collision node is in the range of its hash");
            assert!(
                node.tags().as_flattened().iter().all(|&here| here == tag(prefix)),
                "the tags are those of the hash"
            );
            node.len()
        }
        ChildRef::Bitmap(node) => {
            let (width, starts) = (node.width(), node.starts());
            assert!((1..=WIDTH_MAX).contains(&width), "a node uses 1 to 4 bits");
            assert!(depth % WIDTH_MAX == 0 && depth + width <= HASH_BITS, "the depth of a node is a multiple of 4");
            assert!(starts.contains(0), "the first child starts at slot 0");
            assert_eq!(starts.len(), node.children().count(), "each start is a child");
            assert!((starts.0 as u64) < 1 << node.slots().span, "children start within the node");
            assert!(!starts.all_even(), "a node is as narrow as possible");
            check_range(child, node.slots(), prefix, depth)
        }
    }
}

/// Checks the children in `slots` of a bitmap node: one child, or two halves that together
/// have more entries than fit into a bucket.
fn check_range<T>(parent: &Child<T>, slots: Slots, prefix: u32, depth: u32) -> usize {
    let node = parent.as_bitmap().expect("the parent is a bitmap node");
    let (first, bits) = (slots.first, slots.bits(node.width()));
    let prefix_here = prefix | ((first as u64) << (HASH_BITS - depth - node.width())) as u32;
    if node.slots_at(first) == slots {
        let child = node.child(first);
        assert!((first..slots.end()).all(|slot| node.child(slot).ptr_eq(child)), "a child is in all of its slots");
        assert!(!child.is_bitmap() || bits == WIDTH_MAX, "a bitmap node has one slot of a node of width 4");
        return check(child, prefix_here, depth + bits);
    }
    assert!(slots.span > 1, "a slot is in the range of a child");
    let len = slots.halves().map(|half| check_range(parent, half, prefix, depth)).iter().sum();
    assert!(len > Bucket::<T>::MAX, "ranges that fit into a bucket are joined");
    len
}

/// Returns `true` if `hash` begins with the first `depth` bits of `prefix`.
const fn in_range(hash: u32, prefix: u32, depth: u32) -> bool {
    (hash ^ prefix) as u64 >> (HASH_BITS - depth) == 0
}

// Safe code, for which Miri would take minutes. Two attributes, since cargo-mutants recognizes tests by the second.
#[cfg(not(miri))]
#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use crate::trie::node::bitmap::Bitmap;
    use crate::trie::node::bucket::{Bucket, unique_mut};
    use crate::trie::node::child::{BitmapNode, Child};
    use alloc::boxed::Box;
    use alloc::string::String;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    /// Has a destructor, so a bucket has at most 16 entries.
    type Entry = Box<u32>;

    /// Returns a bucket with these hashes; each entry is its hash.
    fn bucket(hashes: impl IntoIterator<Item = u32>) -> Child<Entry> {
        let mut bucket = Bucket::with_capacity(Bucket::<Entry>::MAX);
        hashes.into_iter().for_each(|hash| unique_mut(&mut bucket).push(hash, hash.into()));
        bucket.into()
    }

    /// Returns a collision node with `len` entries.
    fn collision(hash: u32, len: usize) -> Child<Entry> {
        let mut node = Bucket::with_capacity(40);
        (0..len).for_each(|_| unique_mut(&mut node).push(hash, hash.into()));
        node.into()
    }

    /// Returns a bitmap node with `children`, each of which covers the slots from its own up to the next.
    fn bitmap<const N: usize>(width: u32, children: [(usize, Child<Entry>); N]) -> Child<Entry> {
        let mut starts = Bitmap::EMPTY;
        children.iter().for_each(|&(slot, _)| starts.insert(slot));
        let child = |start| children.iter().find(|&&(slot, _)| slot == start).expect("it was inserted").1.clone();
        BitmapNode::from_children(starts, width, child).into()
    }

    /// Returns a node with `child` in its first slot and empty children in the others.
    fn with_empty_siblings(child: Child<Entry>) -> Child<Entry> {
        bitmap(WIDTH_MAX, [(0, child), (1, Child::EMPTY), (2, Child::EMPTY), (4, Child::EMPTY), (8, Child::EMPTY)])
    }

    /// Returns a trie with `child` at `depth`, on the path of hash 0, and empty children elsewhere.
    fn down_to(depth: u32, mut child: Child<Entry>) -> Child<Entry> {
        for _ in 0..depth / WIDTH_MAX {
            child = with_empty_siblings(child);
        }
        child
    }

    const TOP: u32 = 1 << 31;

    #[track_caller]
    fn passes(root: Child<Entry>, len: usize) {
        HashTrie { root, len }.validate();
    }

    #[track_caller]
    fn fails(root: Child<Entry>, len: usize, why: &str) {
        let trie = HashTrie { root, len };
        let panic = catch_unwind(AssertUnwindSafe(|| trie.validate())).expect_err(why);
        // The message of an `assert!` is a `&str`, that of an `assert_eq!` a `String`.
        let text = panic.downcast_ref::<&str>().copied().or_else(|| Some(panic.downcast_ref::<String>()?));
        let text = text.expect("assertions have messages");
        assert!(text.contains(why), "{text}");
    }

    #[test]
    fn valid_tries_pass() {
        passes(Child::EMPTY, 0);
        passes(bucket([7]), 1);
        passes(bucket(0..16), 16);
        passes(bitmap(1, [(0, bucket(0..8)), (1, bucket(TOP..TOP + 9))]), 17);
        passes(bitmap(1, [(0, bucket(0..16)), (1, bucket([TOP]))]), 17);
        passes(bitmap(2, [(0, bucket(0..16)), (2, bucket([TOP])), (3, bucket(3 << 30..(3 << 30) + 16))]), 33);
        passes(down_to(32, collision(0, 17)), 17);
    }

    #[test]
    fn leaves_of_the_wrong_size_are_detected() {
        fails(bucket([]), 0, "1 to `MAX` entries");
        fails(down_to(32, collision(0, 16)), 16, "more than `MAX`");
    }

    #[test]
    fn a_wrong_length_is_detected() {
        fails(Child::EMPTY, 1, "the length");
        fails(bucket([1, 2]), 1, "the length");
        fails(bitmap(1, [(0, bucket(0..8)), (1, bucket(TOP..TOP + 9))]), 8, "the length");
    }

    #[test]
    fn entries_in_the_wrong_range_are_detected() {
        fails(bitmap(1, [(0, bucket((0..8).chain([TOP]))), (1, bucket(TOP..TOP + 9))]), 18, "the range of its hash");
        fails(bitmap(1, [(0, bucket(0..9)), (1, bucket((TOP..TOP + 9).chain([9])))]), 19, "the range of its hash");
        fails(collision(0, 17), 17, "where no hash bit is left");
        fails(down_to(32, collision(1, 17)), 17, "a collision node is in the range");
    }

    #[test]
    fn ranges_of_the_wrong_size_are_detected() {
        fails(bitmap(1, [(0, bucket(0..8)), (1, bucket(TOP..TOP + 8))]), 16, "fit into a bucket");
        fails(bitmap(1, [(0, Child::EMPTY), (1, Child::EMPTY)]), 0, "fit into a bucket");
        fails(bitmap(2, [(0, bucket(0..9)), (2, bucket(TOP..TOP + 9))]), 18, "as narrow as possible");
    }

    #[test]
    fn nodes_at_the_wrong_depth_are_detected() {
        let low = || bitmap(1, [(0, bucket(0..8)), (1, bucket(1 << 30..(1 << 30) + 9))]);
        fails(bitmap(1, [(0, low()), (1, Child::EMPTY)]), 17, "one slot of a node of width 4");
        fails(down_to(32, low()), 17, "a multiple of 4");
    }
}
