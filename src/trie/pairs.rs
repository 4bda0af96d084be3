//! A lazy walk over two tries at once, past what they share.

use alloc::vec::Vec;
use core::convert::Infallible;

use super::child::BitmapNode;
use super::part::Part;
use super::{HashTrie, always};

/// An entry that one trie has, or the equal ones that both have.
#[derive(Debug)]
pub(crate) enum Pair<'a, T> {
    Left(&'a T),
    Right(&'a T),
    Both(&'a T, &'a T),
}

/// The entries of two tries outside of the subtrees that they share, made by [`HashTrie::pairs`].
pub(crate) struct Pairs<'a, T, F> {
    same: F,
    /// The ranges that are left, the next one last, with their depths.
    ranges: Vec<(Part<'a, T>, Part<'a, T>, u32)>,
    /// The entries of two leaves that have not been looked at, the next one last.
    left: Vec<(u32, &'a T)>,
    right: Vec<(usize, &'a T)>,
    /// The leaf that the entries in `right` are of.
    right_leaf: Part<'a, T>,
    shares_entries: bool,
}

impl<T> HashTrie<T> {
    /// Matches the entries of both up, but for those in subtrees that both share. `same` gets one of `self` and one of
    /// `other`. For tries that saw equal entries under equal hashes.
    ///
    /// O(d log n) for versions that differ in d entries.
    pub(crate) fn pairs<'a, F, E>(&'a self, other: &'a Self, same: F) -> Pairs<'a, T, F>
    where
        F: FnMut(&T, &T) -> Result<bool, E>,
    {
        let mut pairs = Pairs {
            same,
            ranges: Vec::new(),
            left: Vec::new(),
            right: Vec::new(),
            right_leaf: Part::Empty,
            shares_entries: false,
        };
        pairs.visit(Part::of(&self.root), Part::of(&other.root), 0);
        pairs
    }
}

impl<'a, T, F> Pairs<'a, T, F> {
    /// Has a subtree been passed over that both share and that has entries?
    pub(crate) const fn shares_entries(&self) -> bool {
        self.shares_entries
    }

    /// Puts the children of two nodes on the list, but for those that both share: no look at these is needed.
    fn visit_children(&mut self, a: &'a BitmapNode<T>, b: &'a BitmapNode<T>, depth: u32) {
        let first = self.ranges.len();
        for ((slot, a_child), (_, b_child)) in a.children().zip(b.children()) {
            if a_child.ptr_eq(b_child) {
                self.shares_entries |= !a_child.is_empty();
            } else {
                let (start, end) = a.range(slot);
                let depth = depth + a.width() - (end - start).trailing_zeros();
                self.ranges.push((Part::of(a_child), Part::of(b_child), depth));
            }
        }
        self.ranges[first..].reverse();
    }

    /// Puts a range on the list, if it has something to look at.
    fn visit(&mut self, a: Part<'a, T>, b: Part<'a, T>, depth: u32) {
        if a.is_shared_with(&b) {
            self.shares_entries = true;
        } else if !(a.is_empty() && b.is_empty()) {
            self.ranges.push((a, b, depth));
        }
    }

    /// Goes on to the next range that is a leaf on both sides.
    fn next_leaves(&mut self) -> bool {
        while let Some((a, b, depth)) = self.ranges.pop() {
            let nodes = a.whole_node().zip(b.whole_node());
            if let Some((a, b)) = nodes.filter(|(a, b)| a.is_divided_like(b)) {
                self.visit_children(a, b, depth);
            } else if let (Part::Node { .. }, _) | (_, Part::Node { .. }) = (&a, &b) {
                let ([a_zeros, a_ones], [b_zeros, b_ones]) = (a.halves(depth), b.halves(depth));
                self.visit(a_ones, b_ones, depth + 1);
                self.visit(a_zeros, b_zeros, depth + 1);
            } else {
                self.left.extend(a.entries().map(|(_, hash, entry)| (hash, entry)));
                self.right.extend(b.entries().map(|(index, _, entry)| (index, entry)));
                self.right_leaf = b;
                return true;
            }
        }
        false
    }
}

impl<'a, T, F> Pairs<'a, T, F> {
    /// Returns the next pair. After an error of `same` the walk must not go on.
    pub(crate) fn try_next<E>(&mut self) -> Result<Option<Pair<'a, T>>, E>
    where
        F: FnMut(&T, &T) -> Result<bool, E>,
    {
        loop {
            if let Some((hash, a)) = self.left.pop() {
                let Part::Leaf { leaf, .. } = self.right_leaf else { return Ok(Some(Pair::Left(a))) };
                let found = leaf.try_find(hash, |b| (self.same)(a, b))?;
                // Only an inconsistent equality finds an entry twice, or one of another range.
                let right = &self.right;
                let place = found.and_then(|(index, _)| right.iter().position(|&(at, _)| at == index));
                let pair = place.map_or(Pair::Left(a), |place| Pair::Both(a, self.right.swap_remove(place).1));
                return Ok(Some(pair));
            }
            if let Some((_, b)) = self.right.pop() {
                return Ok(Some(Pair::Right(b)));
            }
            if !self.next_leaves() {
                return Ok(None);
            }
        }
    }
}

impl<'a, T, F: FnMut(&T, &T) -> Result<bool, Infallible>> Iterator for Pairs<'a, T, F> {
    type Item = Pair<'a, T>;

    fn next(&mut self) -> Option<Pair<'a, T>> {
        always(self.try_next())
    }
}
