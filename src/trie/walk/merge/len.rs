//! The length of the result of a merge.

use alloc::vec::Vec;

use crate::trie::node::child::Child;
use crate::trie::walk::iter::Entries;
use crate::trie::walk::range::RangeView;
use crate::trie::walk::set_op::{SetOp, SharedPolicy};

/// Counts the entries of the result, if possible without visiting the subtrees that it shares.
pub(crate) struct LenCounter<'a, T> {
    pub(crate) left: SideCount<'a, T>,
    pub(crate) right: SideCount<'a, T>,
    /// Whether there is a node that both sides share.
    shares_nodes: bool,
    /// The number of entries of the result in leaves that were visited.
    pub(crate) result: usize,
}

/// The counts of one side.
pub(crate) struct SideCount<'a, T> {
    /// The number of entries in leaves that were visited.
    entries: usize,
    /// Inner nodes that the other side does not have.
    nodes: Vec<&'a Child<T>>,
}

impl<'a, T> SideCount<'a, T> {
    const fn new() -> Self {
        Self { entries: 0, nodes: Vec::new() }
    }

    /// Counts a subtree. Returns the number of its entries if it is a leaf, and 0 otherwise.
    pub(crate) fn child(&mut self, child: &'a Child<T>) -> usize {
        let len = child.entries().len();
        self.entries += len;
        self.nodes.extend(child.is_bitmap().then_some(child));
        len
    }

    pub(crate) fn range(&mut self, range: &RangeView<'a, T>) {
        match *range {
            RangeView::Empty => {}
            RangeView::Leaf { .. } => self.entries += range.len(),
            RangeView::Node { node, slots, .. } => {
                let children = node.children().filter(|(slot, _)| (slots.first..slots.end()).contains(slot));
                for (_, child) in children {
                    self.child(child);
                }
            }
        }
    }

    /// Returns the number of entries below `nodes`.
    fn count(&self) -> usize {
        self.nodes.iter().map(|node| Entries::below(node).count()).sum()
    }
}

impl<T> LenCounter<'_, T> {
    pub(crate) const fn new() -> Self {
        Self { left: SideCount::new(), right: SideCount::new(), shares_nodes: false, result: 0 }
    }

    /// Notes that both sides share a subtree, which is not read.
    pub(crate) fn shared(&mut self, child: &Child<T>) {
        self.shares_nodes |= !child.is_empty();
    }

    /// Adds the counts of another counter, which has counted other parts of the same tries.
    #[cfg(any(feature = "rayon", test))]
    pub(crate) fn add(&mut self, other: Self) {
        for (seen, more) in [(&mut self.left, other.left), (&mut self.right, other.right)] {
            seen.entries += more.entries;
            seen.nodes.extend(more.nodes);
        }
        self.shares_nodes |= other.shares_nodes;
        self.result += other.result;
    }

    /// Returns the length of the result, from the lengths of both sides. Inner nodes that were not visited are of
    /// three kinds: left only, right only, shared. Counting the entries below one kind (none, if there are no such
    /// nodes) gives those of the other two by subtraction.
    pub(crate) fn result(&self, left_len: usize, right_len: usize, op: SetOp) -> usize {
        let (left, right) = (left_len - self.left.entries, right_len - self.right.entries);
        let shared = if !self.shares_nodes {
            0
        } else if self.left.nodes.is_empty() {
            left
        } else if self.right.nodes.is_empty() {
            right
        } else if left_len < right_len {
            left - self.left.count()
        } else {
            right - self.right.count()
        };
        let keep = |count: usize, keep: bool| if keep { count } else { 0 };
        self.result
            + keep(shared, matches!(op.shared, SharedPolicy::Keep))
            + keep(left - shared, op.left)
            + keep(right - shared, op.right)
    }
}
