//! Union, intersection, difference and similar operations: one walk over two tries that builds a third.
//!
//! The walk descends both tries together, range by range, and stops where both share a subtree or where only one has
//! entries. Unchanged parts become parts of the result; if the result is equal to an operand, that operand is
//! returned.
//!
//! The algorithm is that of Liljenzin, "Confluently Persistent Sets and Maps" (2013), for immutable sets, on a trie.

mod leaves;
mod len;

use super::range::RangeView;
use super::set_op::{Merge, SetOp, SharedPolicy};
use crate::trie::HashTrie;
use crate::trie::build::node_builder::{NodeBuilder, subtree};
use crate::trie::node::bitmap::{Bitmap, Slots};
use crate::trie::node::child::{BitmapNode, Child};
use leaves::{LeafMerge, Outcome};
pub(crate) use len::LenCounter;

impl<T: Clone> HashTrie<T> {
    /// Returns the result of `op` and `both` for `self`, the left side, and `other`, the right side. `same` returns
    /// whether a left and a right entry are equal. `both` is called once for each pair of equal entries, except in
    /// shared subtrees for which `op` decides. Equal entries must have equal hashes in both tries.
    pub(crate) fn try_merge_with<E>(
        &self,
        other: &Self,
        op: SetOp,
        same: impl FnMut(&T, &T) -> Result<bool, E>,
        both: impl FnMut(&T, &T) -> Result<Merge<T>, E>,
    ) -> Result<Self, E> {
        let one_side = match (self.is_empty(), other.is_empty()) {
            (_, true) => Some((self, op.left)),
            (true, false) => Some((other, op.right)),
            (false, false) => None,
        };
        if let Some((side, stays)) = one_side {
            return Ok(if stays { side.clone() } else { Self::new() });
        }
        let (a, b) = (RangeView::of(&self.root), RangeView::of(&other.root));
        let mut merge = MergeWalk::new(op, same, both);
        let root = if a.is_node() || b.is_node() || a.is_shared_with(&b) {
            merge.child(a, b, 0)?
        } else {
            match merge.pick(a, b, 0)? {
                Outcome::Operand(whole) => whole,
                Outcome::Entries(picked) => subtree(0, &mut merge.leaves.gathered([a, b]), picked),
            }
        };
        let len = merge.counter.result(self.len, other.len, op);
        Ok(Self { root, len })
    }
}

/// A merge in progress.
pub(crate) struct MergeWalk<'a, T, S, B> {
    leaves: LeafMerge<'a, T, S, B>,
    pub(crate) counter: LenCounter<'a, T>,
}

impl<'a, T, S, B, E> MergeWalk<'a, T, S, B>
where
    T: Clone,
    S: FnMut(&T, &T) -> Result<bool, E>,
    B: FnMut(&T, &T) -> Result<Merge<T>, E>,
{
    pub(crate) fn new(op: SetOp, same: S, both: B) -> Self {
        Self { leaves: LeafMerge::new(op, same, both), counter: LenCounter::new() }
    }

    /// Returns the result for a range that need not be visited: a subtree that both sides share, or that only one
    /// side has. Returns `None` for other ranges.
    fn passed_over(&mut self, a: RangeView<'a, T>, b: RangeView<'a, T>) -> Option<Child<T>> {
        let (child, stays) = if !matches!(self.leaves.op.shared, SharedPolicy::Visit) && a.is_shared_with(&b) {
            let child = a.whole()?;
            self.counter.shared(child);
            (child, matches!(self.leaves.op.shared, SharedPolicy::Keep))
        } else if b.is_empty() {
            let child = a.whole()?;
            let len = self.counter.left.child(child);
            self.counter.result += if self.leaves.op.left { len } else { 0 };
            (child, self.leaves.op.left)
        } else if a.is_empty() {
            let child = b.whole()?;
            let len = self.counter.right.child(child);
            self.counter.result += if self.leaves.op.right { len } else { 0 };
            (child, self.leaves.op.right)
        } else {
            return None;
        };
        Some(if stays { child.clone() } else { Child::EMPTY })
    }

    /// Returns the result for a range at `depth`, a multiple of `WIDTH_MAX`.
    pub(crate) fn child(&mut self, a: RangeView<'a, T>, b: RangeView<'a, T>, depth: u32) -> Result<Child<T>, E> {
        if let Some(child) = self.passed_over(a, b) {
            return Ok(child);
        }
        let mut builder = NodeBuilder::new(depth);
        let nodes = a.whole_node().zip(b.whole_node());
        if let Some((a, b)) = nodes.filter(|(a, b)| a.is_divided_like(b)) {
            self.children(&mut builder, a, b)?;
        } else {
            // Prefetches the children that are not shared, as `children` does.
            for (part, other) in [(a, b), (b, a)] {
                let Some(node) = part.node() else { continue };
                let other = other.node().filter(|other| other.slots() == node.slots());
                let only_here =
                    |(slot, child): &(usize, &Child<T>)| !other.is_some_and(|other| other.child(*slot).ptr_eq(child));
                node.children().filter(only_here).for_each(|(_, child)| child.prefetch());
            }
            let slots = builder.slots();
            self.range(&mut builder, a, b, slots)?;
        }
        Ok(builder.finish([a.whole(), b.whole()]))
    }

    /// Inserts the results for the children of two nodes that are divided alike into `builder`. Of shared children,
    /// only the pointers are read.
    fn children(&mut self, builder: &mut NodeBuilder<T>, a: &'a BitmapNode<T>, b: &'a BitmapNode<T>) -> Result<(), E> {
        let (stays, walked) = match self.leaves.op.shared {
            SharedPolicy::Keep => (true, a.differing(b)),
            SharedPolicy::Drop => (false, a.differing(b)),
            SharedPolicy::Visit => (true, a.starts()),
        };
        for (slot, left) in a.children_at(walked) {
            left.prefetch();
            b.child(slot).prefetch();
        }
        let scale = builder.width - a.width();
        for (slot, child) in a.children_at(a.starts().without(walked)) {
            self.counter.shared(child);
            builder.put(slot << scale, if stays { child.clone() } else { Child::EMPTY });
        }
        let mut changed = [if stays { Bitmap::EMPTY } else { Bitmap::ALL }; 2];
        for (slot, left) in a.children_at(walked) {
            let (right, slots) = (b.child(slot), a.slots_at(slot));
            let slots = Slots { first: slots.first << scale, span: slots.span << scale };
            self.range(builder, RangeView::of(left), RangeView::of(right), slots)?;
            for (changed, child) in changed.iter_mut().zip([left, right]) {
                if !builder.has(slots, child) {
                    changed.insert(slots.first);
                }
            }
        }
        builder.join_all(changed, T::clone);
        Ok(())
    }

    /// Inserts the result for the range of `slots` into `builder`.
    pub(crate) fn range(
        &mut self,
        builder: &mut NodeBuilder<T>,
        a: RangeView<'a, T>,
        b: RangeView<'a, T>,
        slots: Slots,
    ) -> Result<(), E> {
        let depth = builder.depth + slots.bits(builder.width);
        // If one side is a leaf and the other contributes only entries that match, the result is a leaf.
        let is_leaf = match (a.is_node(), b.is_node()) {
            (false, false) => true,
            (false, true) => !self.leaves.op.right,
            (true, false) => !self.leaves.op.left,
            (true, true) => false,
        };
        if is_leaf {
            return self.leaves(builder, a, b, slots);
        }
        if slots.span == 1 {
            let child = self.child(a, b, depth)?;
            builder.put(slots.first, child);
            return Ok(());
        }
        let ([a_zeros, a_ones], [b_zeros, b_ones]) = (a.halves(depth), b.halves(depth));
        let [zeros, ones] = slots.halves();
        self.range(builder, a_zeros, b_zeros, zeros)?;
        self.range(builder, a_ones, b_ones, ones)?;
        builder.join(slots, T::clone);
        Ok(())
    }

    /// Inserts the result for the range of `slots` into `builder`. In this range, either neither side is a node, or one
    /// is a leaf or empty and the other adds no entries of its own to the result.
    fn leaves(
        &mut self,
        builder: &mut NodeBuilder<T>,
        a: RangeView<'a, T>,
        b: RangeView<'a, T>,
        slots: Slots,
    ) -> Result<(), E> {
        if let Some(child) = self.passed_over(a, b) {
            builder.put(slots.first, child);
            return Ok(());
        }
        // If one side is a node: a node in a single slot is one level below the builder, and a part of a node, which
        // has several slots, belongs to a node at the depth of the builder.
        let depth = if slots.span == 1 { builder.depth + builder.width } else { builder.depth };
        match self.pick(a, b, depth)? {
            Outcome::Operand(whole) => builder.put(slots.first, whole),
            Outcome::Entries(picked) => builder.build(&mut self.leaves.gathered([a, b]), picked, slots),
        }
        Ok(())
    }

    /// Decides which entries of two ranges, which are not both nodes, are kept, and counts them.
    fn pick(&mut self, a: RangeView<'a, T>, b: RangeView<'a, T>, depth: u32) -> Result<Outcome<T>, E> {
        let (outcome, len) = self.leaves.pick(a, b, depth)?;
        self.counter.left.range(&a);
        self.counter.right.range(&b);
        self.counter.result += len;
        Ok(outcome)
    }
}
