//! The length of the result of a merge.

use alloc::vec::Vec;

use super::super::child::Child;
use super::super::iter::Entries;
use super::super::range::RangeView;
use super::super::set_op::{SetOp, SharedPolicy};

/// Counts the entries of the result without a look into the subtrees that it shares, as far as that can be.
pub(in super::super) struct LenCounter<'a, T> {
    pub(super) left: SideCount<'a, T>,
    pub(super) right: SideCount<'a, T>,
    /// Is there a node that both share?
    shares_nodes: bool,
    /// Entries of the result in leaves.
    pub(super) result: usize,
}

/// What has been seen of one side.
pub(super) struct SideCount<'a, T> {
    /// Entries in leaves.
    entries: usize,
    /// Inner nodes that the other side does not have.
    nodes: Vec<&'a Child<T>>,
}

impl<'a, T> SideCount<'a, T> {
    const fn new() -> Self {
        Self { entries: 0, nodes: Vec::new() }
    }

    /// Counts a subtree. Returns how many entries are counted now.
    pub(super) fn child(&mut self, child: &'a Child<T>) -> usize {
        let len = child.entries().len();
        self.entries += len;
        self.nodes.extend(child.is_bitmap().then_some(child));
        len
    }

    pub(super) fn range(&mut self, range: &RangeView<'a, T>) {
        match *range {
            RangeView::Empty => {}
            RangeView::Leaf { .. } => self.entries += range.len(),
            RangeView::Node { node, first, span, .. } => {
                let children = node.children().filter(|(slot, _)| (first..first + span).contains(slot));
                for (_, child) in children {
                    self.child(child);
                }
            }
        }
    }

    /// Returns the number of entries in `nodes`.
    fn count(&self) -> usize {
        self.nodes.iter().map(|node| Entries::below(node).count()).sum()
    }
}

impl<T> LenCounter<'_, T> {
    pub(super) const fn new() -> Self {
        Self { left: SideCount::new(), right: SideCount::new(), shares_nodes: false, result: 0 }
    }

    /// Notes that there is a subtree which both share. It need not be looked at.
    pub(super) fn shared(&mut self, child: &Child<T>) {
        self.shares_nodes |= !child.is_empty();
    }

    /// Counts what another counter has counted, elsewhere in the same tries.
    #[cfg(any(feature = "rayon", test))]
    pub(in super::super) fn add(&mut self, other: Self) {
        for (seen, more) in [(&mut self.left, other.left), (&mut self.right, other.right)] {
            seen.entries += more.entries;
            seen.nodes.extend(more.nodes);
        }
        self.shares_nodes |= other.shares_nodes;
        self.result += other.result;
    }

    /// Returns the length of the result, from the lengths of both sides. The subtrees that were not looked at are of
    /// three kinds: inner nodes that only the left side has, or only the right side has, and what both share. If the
    /// entries below one kind are counted, or there are none of it, the other two follow.
    pub(in super::super) fn result(&self, left_len: usize, right_len: usize, op: SetOp) -> usize {
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
