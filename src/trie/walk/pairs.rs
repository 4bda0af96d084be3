//! A lazy walk over two tries at once that skips shared subtrees and shared entries.

use alloc::vec::Vec;
use core::convert::Infallible;
use core::mem;

use super::range::{LeafEntries, Matched, RangeView};
use crate::trie::node::child::BitmapNode;
use crate::trie::node::leaf::EntryRef;
use crate::trie::node::stored::is_same;
use crate::trie::{HashTrie, into_ok};

/// An entry that only one trie has, or the equal entries that both have.
#[derive(Debug)]
pub(crate) enum Pair<'a, T> {
    Left(&'a T),
    Right(&'a T),
    Both(&'a T, &'a T),
}

/// An equality of an entry of one trie and one of another: a closure, or a type that names no entries and leaves a
/// [`PairWalk`] covariant in them.
pub(crate) trait Same<T> {
    type Error;

    fn same(&mut self, a: &T, b: &T) -> Result<bool, Self::Error>;
}

impl<T, E, F: FnMut(&T, &T) -> Result<bool, E>> Same<T> for F {
    type Error = E;

    #[inline]
    fn same(&mut self, a: &T, b: &T) -> Result<bool, E> {
        self(a, b)
    }
}

/// The entries of two tries that they do not share, returned by [`HashTrie::pairs`].
pub(crate) struct PairWalk<'a, T, F> {
    same: F,
    /// The remaining ranges, the next one last, with their depths.
    ranges: Vec<(RangeView<'a, T>, RangeView<'a, T>, u32)>,
    /// The entries of the current two leaves that have not been visited.
    left: LeafEntries<'a, T>,
    right: LeafEntries<'a, T>,
    /// The leaf that the entries in `right` belong to, and those of its entries that are equal to a left one.
    right_leaf: RangeView<'a, T>,
    matched: Matched,
    shares_entries: bool,
    /// Whether nodes of the left or of the right trie are skipped in whose range the other trie has no entries.
    skips: [bool; 2],
}

impl<T> HashTrie<T> {
    /// Pairs the entries of both tries, except those that they share. `same` is called with an entry of `self` and
    /// one of `other`. Equal entries must have equal hashes in both tries.
    ///
    /// O(c log n) for versions that differ in c entries.
    pub(crate) fn pairs<'a, F: Same<T>>(&'a self, other: &'a Self, same: F) -> PairWalk<'a, T, F> {
        let mut pairs = PairWalk {
            same,
            ranges: Vec::new(),
            left: LeafEntries::NONE,
            right: LeafEntries::NONE,
            right_leaf: RangeView::Empty,
            matched: Matched::default(),
            shares_entries: false,
            skips: [false; 2],
        };
        let (a, b) = (RangeView::of(&self.root), RangeView::of(&other.root));
        if a.is_node() || b.is_node() || a.is_shared_with(&b) {
            pairs.visit(a, b, 0);
        } else {
            pairs.start(a, b);
        }
        pairs
    }
}

impl<'a, T, F> PairWalk<'a, T, F> {
    /// Makes the walk skip subtrees of the left or of the right trie in whose range the other trie has no entries.
    /// It still yields entries of leaves that only one trie has.
    pub(crate) fn skipping(mut self, left: bool, right: bool) -> Self {
        self.skips = [left, right];
        self
    }

    /// Returns `true` if a shared entry, or a shared subtree that has entries, has been skipped.
    pub(crate) const fn shares_entries(&self) -> bool {
        self.shares_entries
    }

    /// Adds the children of two nodes to the remaining ranges, except shared ones, which are not read.
    fn visit_children(&mut self, a: &'a BitmapNode<T>, b: &'a BitmapNode<T>, depth: u32) {
        let first = self.ranges.len();
        let differing = a.differing(b);
        self.shares_entries |= a.children_at(a.starts().without(differing)).any(|(_, child)| !child.is_empty());
        for (slot, a_child) in a.children_at(differing) {
            let depth = depth + a.slots_at(slot).bits(a.width());
            self.ranges.push((RangeView::of(a_child), RangeView::of(b.child(slot)), depth));
        }
        self.ranges[first..].reverse();
    }

    /// Adds a range to the remaining ones, unless it is shared or empty.
    fn visit(&mut self, a: RangeView<'a, T>, b: RangeView<'a, T>, depth: u32) {
        if a.is_shared_with(&b) {
            self.shares_entries = true;
        } else if !(a.is_empty() && b.is_empty()) {
            self.ranges.push((a, b, depth));
        }
    }

    /// Makes two leaves the current ones.
    #[inline]
    fn start(&mut self, a: RangeView<'a, T>, b: RangeView<'a, T>) {
        (self.left, self.right, self.right_leaf) = (a.entries(), b.entries(), b);
        self.matched.start(b);
    }

    /// Advances to the next range in which both sides are leaves. Returns `false` at the end.
    fn next_leaves(&mut self) -> bool {
        while let Some((a, b, depth)) = self.ranges.pop() {
            let nodes = a.whole_node().zip(b.whole_node());
            if let Some((a, b)) = nodes.filter(|(a, b)| a.is_divided_like(b)) {
                self.visit_children(a, b, depth);
            } else if let (RangeView::Node { .. }, _) | (_, RangeView::Node { .. }) = (&a, &b) {
                if self.skips[0] && b.is_empty() || self.skips[1] && a.is_empty() {
                    continue;
                }
                let ([a_zeros, a_ones], [b_zeros, b_ones]) = (a.halves(depth), b.halves(depth));
                self.visit(a_ones, b_ones, depth + 1);
                self.visit(a_zeros, b_zeros, depth + 1);
            } else {
                self.start(a, b);
                return true;
            }
        }
        false
    }
}

impl<'a, T, F> PairWalk<'a, T, F> {
    /// Returns the next pair. After an error of `same`, the walk must not be continued.
    pub(crate) fn try_next(&mut self) -> Result<Option<Pair<'a, T>>, F::Error>
    where
        F: Same<T>,
    {
        loop {
            if let Some((hash, EntryRef { entry: a, index, .. })) = self.left.next() {
                let RangeView::Leaf { leaf, .. } = self.right_leaf else { return Ok(Some(Pair::Left(a))) };
                let found = leaf.try_find_from(index, hash, |b| Ok(is_same(a, b) || self.same.same(a, b)?))?;
                let Some((index, b)) = found.filter(|&(index, _)| !self.matched.has(index)) else {
                    return Ok(Some(Pair::Left(a)));
                };
                self.matched.insert(index);
                if is_same(a, b) {
                    self.shares_entries = true;
                    continue;
                }
                return Ok(Some(Pair::Both(a, b)));
            }
            for (_, right) in self.right.by_ref() {
                if !self.matched.has(right.index) {
                    return Ok(Some(Pair::Right(right.entry)));
                }
            }
            if !self.next_leaves() {
                return Ok(None);
            }
        }
    }
}

/// Passes over the right entries of the current leaves when dropped, after a panic: it is unknown which of them is
/// equal to the left entry whose search panicked.
struct PassOver<'w, 'a, T, F>(&'w mut PairWalk<'a, T, F>);

impl<T, F> Drop for PassOver<'_, '_, T, F> {
    fn drop(&mut self) {
        self.0.right = LeafEntries::NONE;
    }
}

impl<'a, T, F: Same<T, Error = Infallible>> Iterator for PairWalk<'a, T, F> {
    type Item = Pair<'a, T>;

    fn next(&mut self) -> Option<Pair<'a, T>> {
        let leaves = PassOver(self);
        let pair = into_ok(leaves.0.try_next());
        mem::forget(leaves);
        pair
    }
}
