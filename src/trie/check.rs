//! The validator of the invariants in [`node`](super::node).

use super::HashTrie;
use super::bucket::{BUCKET_MAX, tag};
use super::child::{Child, ChildRef};
use super::node::{HASH_BITS, WIDTH_MAX};

impl<T> HashTrie<T> {
    /// Checks every invariant of the structure. For tests and fuzzing.
    ///
    /// # Panics
    /// If one does not hold.
    #[doc(hidden)]
    pub fn validate(&self) {
        let len = check(&self.root, 0, 0);
        assert_eq!(len, self.len, "the length is the number of entries");
        assert_eq!(self.iter().count(), self.len, "iteration meets every entry");
    }
}

/// Checks what `child` has, whose hashes begin with the first `depth` bits of `prefix`. Answers the number of entries.
fn check<T>(child: &Child<T>, prefix: u32, depth: u32) -> usize {
    match child.get() {
        ChildRef::Empty => 0,
        ChildRef::Bucket(bucket) => {
            let len = bucket.len();
            assert!((1..=BUCKET_MAX).contains(&len), "a bucket has 1 to 16 entries");
            assert!(len <= bucket.capacity() && bucket.capacity() <= BUCKET_MAX, "entries fit into the capacity");
            for (index, &hash) in bucket.hashes().iter().enumerate() {
                assert!(in_range(hash, prefix, depth), "an entry stands in the range of its hash");
                assert_eq!(bucket.tag(index), tag(hash), "the tag is the hash's");
            }
            len
        }
        ChildRef::Collision(node) => {
            assert!(node.entries.len() > BUCKET_MAX, "a collision node has more than 16 entries");
            assert_eq!(depth, HASH_BITS, "a collision node is where no hash bit is left");
            assert_eq!(node.hash, prefix, "a collision node stands in the range of its hash");
            node.entries.len()
        }
        ChildRef::Bitmap(node) => {
            let (width, starts) = (node.width(), node.starts());
            assert!((1..=WIDTH_MAX).contains(&width), "a node takes 1 to 5 bits");
            assert!(depth % WIDTH_MAX == 0 && depth + width <= HASH_BITS, "a node is at a depth of whole levels");
            assert!(starts.contains(0), "the first child starts at slot 0");
            assert_eq!(starts.len(), node.children().count(), "each start is a child");
            assert!((starts.0 as u64) < 1 << node.slots(), "children start in the node");
            assert!(!starts.all_even(), "a node is as narrow as can be");
            check_range(child, 0, node.slots(), prefix, depth)
        }
    }
}

/// Checks the children in the slots from `first` up to `end` of a bitmap node: one child, or two halves of more than 16
/// entries together.
fn check_range<T>(parent: &Child<T>, first: usize, end: usize, prefix: u32, depth: u32) -> usize {
    let node = parent.as_bitmap().expect("it is a bitmap node");
    let bits = node.width() - (end - first).trailing_zeros();
    let prefix_here = prefix | ((first as u64) << (HASH_BITS - depth - node.width())) as u32;
    if node.range(first) == (first, end) {
        let child = node.child(first);
        assert!((first..end).all(|slot| node.child(slot).ptr_eq(child)), "a child is in all its slots");
        assert!(!child.is_bitmap() || bits == WIDTH_MAX, "bitmap nodes stand below whole levels, in one slot");
        return check(child, prefix_here, depth + bits);
    }
    assert!(end - first > 1, "a slot is in the range of a child");
    let middle = usize::midpoint(first, end);
    let len = check_range(parent, first, middle, prefix, depth) + check_range(parent, middle, end, prefix, depth);
    assert!(len > BUCKET_MAX, "ranges that fit into a bucket are one");
    len
}

/// Does `hash` begin with the first `depth` bits of `prefix`?
const fn in_range(hash: u32, prefix: u32, depth: u32) -> bool {
    (hash ^ prefix) as u64 >> (HASH_BITS - depth) == 0
}
