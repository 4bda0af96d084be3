//! Iteration: borrowing, mutable, and owning.
//!
//! All iterators visit the leaves in the order of their hashes, and the entries of a leaf from the last to the first.

use core::fmt;
use core::iter::FusedIterator;

use crate::trie::edit::Edit;
use crate::trie::node::HEIGHT_MAX;
use crate::trie::node::bitmap::Bitmap;
use crate::trie::node::child::{Child, ChildMut, ChildRef, ChildSlots, ChildrenMut};
use crate::trie::node::stored::{EntryIter, EntryIterMut};
use crate::trie::{CloneFn, HashTrie};

/// The entries below one child: the current leaf, and the bitmap nodes above it with their remaining children.
pub(crate) struct Entries<'a, T> {
    leaf: EntryIter<'a, T>,
    depth: usize,
    nodes: [Option<&'a Child<T>>; HEIGHT_MAX],
    starts: [Bitmap; HEIGHT_MAX],
}

impl<T> Clone for Entries<'_, T> {
    fn clone(&self) -> Self {
        Self { leaf: self.leaf.clone(), ..*self }
    }
}

impl<'a, T> Entries<'a, T> {
    #[inline]
    pub(crate) fn below(child: &'a Child<T>) -> Self {
        let mut entries = Self {
            leaf: child.entries().iter(),
            depth: 0,
            nodes: [None; HEIGHT_MAX],
            starts: [Bitmap::EMPTY; HEIGHT_MAX],
        };
        if let ChildRef::Bitmap(node) = child.get() {
            entries.push(child, node.starts());
        }
        entries
    }

    #[inline]
    fn push(&mut self, child: &'a Child<T>, starts: Bitmap) {
        self.nodes[self.depth] = Some(child);
        self.starts[self.depth] = starts;
        self.depth += 1;
    }

    /// Advances to the next leaf that has entries. Not inlined, so that `next` is small enough to be inlined.
    #[inline(never)]
    fn next_leaf(&mut self) -> bool {
        while let Some(top) = self.depth.checked_sub(1) {
            let Some(start) = self.starts[top].pop_first() else {
                self.depth = top;
                continue;
            };
            let node = self.nodes[top].and_then(Child::as_bitmap).expect("the stack contains only bitmap nodes");
            // While the entries of this child are processed, the child after the next one is fetched.
            let mut ahead = self.starts[top];
            if let (Some(_), Some(ahead)) = (ahead.pop_first(), ahead.pop_first()) {
                node.child(ahead).prefetch();
            }
            let child = node.child(start);
            if let Some(leaf) = child.as_leaf() {
                self.leaf = leaf.entries().iter();
                return true;
            }
            if let Some(node) = child.as_bitmap() {
                self.push(child, node.starts());
            }
        }
        false
    }
}

impl<'a, T> Iterator for Entries<'a, T> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        loop {
            if let Some(entry) = self.leaf.next_back() {
                return Some(entry);
            }
            if !self.next_leaf() {
                return None;
            }
        }
    }

    #[inline]
    fn fold<A, F: FnMut(A, &'a T) -> A>(mut self, init: A, mut f: F) -> A {
        let mut acc = init;
        loop {
            acc = core::mem::take(&mut self.leaf).rfold(acc, &mut f);
            if !self.next_leaf() {
                return acc;
            }
        }
    }
}

/// A borrowing iterator over the entries of a [`HashTrie`], returned by [`HashTrie::iter`].
///
/// # Examples
///
/// ```
/// use perennial::trie::HashTrie;
///
/// let mut numbers = HashTrie::new();
/// numbers.insert(7, 7, |a, b| a == b);
/// assert!(numbers.iter().eq([&7]));
/// ```
pub struct Iter<'a, T> {
    entries: Entries<'a, T>,
    /// The number of entries after the current leaf. It does not have to be updated for each entry.
    behind: usize,
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self { entries: self.entries.clone(), behind: self.behind }
    }
}

impl<T> Default for Iter<'_, T> {
    fn default() -> Self {
        Self { entries: Entries::below(const { &Child::EMPTY }), behind: 0 }
    }
}

impl<T: fmt::Debug> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        loop {
            if let Some(entry) = self.entries.leaf.next_back() {
                return Some(entry);
            }
            if !self.entries.next_leaf() {
                return None;
            }
            self.behind -= self.entries.leaf.len();
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.behind + self.entries.leaf.len();
        (len, Some(len))
    }

    #[inline]
    fn fold<A, F: FnMut(A, &'a T) -> A>(self, init: A, f: F) -> A {
        self.entries.fold(init, f)
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}
impl<T> FusedIterator for Iter<'_, T> {}

/// A mutable iterator over the entries of a [`HashTrie`]. Shared nodes are copied when they are reached.
pub(crate) struct IterMut<'a, T, C> {
    leaf: EntryIterMut<'a, T>,
    depth: usize,
    nodes: [Option<ChildrenMut<'a, T>>; HEIGHT_MAX],
    len: usize,
    /// `None` in an empty iterator.
    clone: Option<C>,
}

impl<'a, T, C> IterMut<'a, T, C> {
    fn over_nothing() -> Self {
        Self { leaf: EntryIterMut::default(), depth: 0, nodes: [const { None }; HEIGHT_MAX], len: 0, clone: None }
    }

    /// Returns an iterator over the remaining entries.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        let above = self.nodes[..self.depth].iter().rev().flatten();
        self.leaf.iter().rev().chain(above.flat_map(ChildrenMut::rest).flat_map(Entries::below))
    }
}

impl<'a, T, C: CloneFn<T>> IterMut<'a, T, C> {
    /// Returns an iterator over the entries below one child, which has `len` entries.
    pub(crate) fn below(child: ChildSlots<'a, T>, len: usize, clone: C) -> Self {
        let mut iter = Self { len, clone: Some(clone), ..Self::over_nothing() };
        iter.enter(child.make_mut(clone));
        iter
    }

    /// Makes a leaf the current one, or pushes a node onto the stack.
    #[inline]
    fn enter(&mut self, child: ChildMut<'a, T>) {
        match child {
            ChildMut::Bitmap(node) => {
                self.nodes[self.depth] = Some(node.children_mut());
                self.depth += 1;
            }
            leaf => self.leaf = leaf.into_entries().into_iter(),
        }
    }

    /// Advances to the next node. A leaf whose copy panics is skipped and not counted.
    fn advance(&mut self, clone: C) -> bool {
        while let Some(top) = self.depth.checked_sub(1) {
            if let Some(child) = self.nodes[top].as_mut().and_then(Iterator::next) {
                let entries = child.get().entries().len();
                self.len -= entries;
                self.enter(child.make_mut(clone));
                self.len += entries;
                return true;
            }
            self.depth = top;
        }
        false
    }
}

impl<T, C> Default for IterMut<'_, T, C> {
    fn default() -> Self {
        Self::over_nothing()
    }
}

impl<T: fmt::Debug, C> fmt::Debug for IterMut<'_, T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, T, C: CloneFn<T>> Iterator for IterMut<'a, T, C> {
    type Item = &'a mut T;

    #[inline]
    fn next(&mut self) -> Option<&'a mut T> {
        let clone = self.clone?;
        loop {
            if let Some(entry) = self.leaf.next_back() {
                self.len -= 1;
                return Some(entry.make_mut(clone));
            }
            if !self.advance(clone) {
                return None;
            }
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len, Some(self.len))
    }

    #[inline]
    fn fold<A, F: FnMut(A, &'a mut T) -> A>(mut self, init: A, mut f: F) -> A {
        let mut acc = init;
        let Some(clone) = self.clone else { return acc };
        loop {
            acc = core::mem::take(&mut self.leaf).rfold(acc, |acc, entry| f(acc, entry.make_mut(clone)));
            if !self.advance(clone) {
                return acc;
            }
        }
    }
}

impl<T, C: CloneFn<T>> ExactSizeIterator for IterMut<'_, T, C> {}
impl<T, C: CloneFn<T>> FusedIterator for IterMut<'_, T, C> {}

/// The entries below one child, by value: moved out of unshared nodes, cloned from shared ones.
pub(crate) struct OwnedEntries<T> {
    leaf: Child<T>,
    /// The number of remaining entries of `leaf`: those before this index.
    untaken: usize,
    depth: usize,
    nodes: [Child<T>; HEIGHT_MAX],
    starts: [Bitmap; HEIGHT_MAX],
}

impl<T> OwnedEntries<T> {
    pub(crate) fn below(child: Child<T>) -> Self {
        let mut entries = Self {
            leaf: Child::EMPTY,
            untaken: 0,
            depth: 0,
            nodes: [const { Child::EMPTY }; HEIGHT_MAX],
            starts: [Bitmap::EMPTY; HEIGHT_MAX],
        };
        entries.enter(child);
        entries
    }

    fn enter(&mut self, child: Child<T>) {
        if let Some(starts) = child.as_bitmap().map(|node| node.starts()) {
            self.starts[self.depth] = starts;
            self.nodes[self.depth] = child;
            self.depth += 1;
        } else {
            self.untaken = child.entries().len();
            self.leaf = child;
        }
    }

    /// Returns the current leaf, which also has the entries that have been cloned.
    pub(super) fn leaf(&self) -> &Child<T> {
        &self.leaf
    }

    /// Returns `true` if no other version has the current leaf.
    pub(super) fn is_leaf_unique(&mut self) -> bool {
        self.leaf.get_mut().is_some()
    }

    /// Returns the number of remaining entries of the current leaf.
    pub(super) const fn untaken(&self) -> usize {
        self.untaken
    }

    /// Skips the remaining entries of the current leaf, which stays the current one.
    pub(super) const fn skip_leaf(&mut self) {
        self.untaken = 0;
    }

    /// Advances to the next node.
    pub(super) fn advance(&mut self) -> bool {
        while let Some(top) = self.depth.checked_sub(1) {
            if let Some(start) = self.starts[top].pop_first() {
                let child = match self.nodes[top].get_mut() {
                    Some(ChildMut::Bitmap(node)) => node.child_mut(start).replace(Child::EMPTY),
                    _ => self.nodes[top].as_bitmap().expect("the stack has only bitmap nodes").child(start).clone(),
                };
                self.enter(child);
                return true;
            }
            self.depth = top;
            self.nodes[top] = Child::EMPTY;
        }
        false
    }

    #[inline]
    pub(crate) fn next_with(&mut self, clone: impl CloneFn<T>) -> Option<T> {
        while self.untaken == 0 {
            if !self.advance() {
                return None;
            }
        }
        let index = self.untaken - 1;
        let Some(leaf) = self.leaf.get_mut().and_then(ChildMut::into_leaf) else {
            let entry = clone(self.leaf.entries().get(index));
            self.untaken = index;
            return Some(entry);
        };
        let removed = leaf.swap_remove_owned(index, clone);
        self.untaken = index;
        Some(removed.into_inner())
    }

    /// Returns an iterator over the remaining children, after the current leaf.
    pub(super) fn rest_children(&self) -> impl Iterator<Item = &Child<T>> {
        self.nodes[..self.depth].iter().zip(self.starts).rev().flat_map(|(node, mut starts)| {
            let children = core::iter::from_fn(move || starts.pop_first());
            children.filter_map(|start| Some(node.as_bitmap()?.child(start)))
        })
    }

    /// Returns an iterator over references to the remaining entries.
    fn rest(&self) -> impl Iterator<Item = &T> {
        let leaf = self.leaf.entries().between(0, self.untaken).iter().rev();
        leaf.chain(self.rest_children().flat_map(Entries::below))
    }
}

/// An owning iterator over the entries of a [`HashTrie`]: moves them out of unshared nodes, and clones those of
/// shared ones.
///
/// # Examples
///
/// ```
/// use perennial::trie::HashTrie;
///
/// let mut numbers = HashTrie::new();
/// numbers.insert(7, 7, |a, b| a == b);
/// assert!(numbers.into_iter().eq([7]));
/// ```
pub struct IntoIter<T> {
    entries: OwnedEntries<T>,
    len: usize,
}

impl<T> IntoIter<T> {
    pub(crate) fn new(trie: HashTrie<T>) -> Self {
        Self { len: trie.len, entries: OwnedEntries::below(trie.root) }
    }

    #[inline]
    pub(crate) fn next_with(&mut self, clone: impl CloneFn<T>) -> Option<T> {
        let entry = self.entries.next_with(clone)?;
        self.len -= 1;
        Some(entry)
    }

    #[inline]
    pub(crate) const fn len_left(&self) -> usize {
        self.len
    }

    /// Returns an iterator over references to the remaining entries.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.rest()
    }
}

impl<T: Clone> Clone for IntoIter<T> {
    /// Returns an iterator over the same remaining entries, which shares their nodes. O(log n).
    fn clone(&self) -> Self {
        let OwnedEntries { leaf, nodes, .. } = &self.entries;
        Self { entries: OwnedEntries { leaf: leaf.clone(), nodes: nodes.clone(), ..self.entries }, len: self.len }
    }
}

impl<T> Default for IntoIter<T> {
    fn default() -> Self {
        Self::new(HashTrie::new())
    }
}

impl<T: fmt::Debug> fmt::Debug for IntoIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Clone> Iterator for IntoIter<T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.next_with(T::clone)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len, Some(self.len))
    }
}

impl<T: Clone> ExactSizeIterator for IntoIter<T> {}
impl<T: Clone> FusedIterator for IntoIter<T> {}

/// # Iterating
impl<T> HashTrie<T> {
    /// Returns an iterator over the entries, in unspecified order. O(n) to exhaust, no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// assert_eq!(numbers.iter().sum::<u64>(), 7);
    /// ```
    #[inline]
    pub fn iter(&self) -> Iter<'_, T> {
        let entries = Entries::below(&self.root);
        let behind = self.len - entries.leaf.len();
        Iter { entries, behind }
    }
}

impl<'a, T, C: CloneFn<T>> Edit<'a, T, C> {
    /// Returns an iterator over mutable references to the entries.
    pub(crate) fn iter_mut(self) -> IterMut<'a, T, C> {
        IterMut::below(ChildSlots::root(&mut self.trie.root), self.trie.len, self.clone)
    }
}

impl<'a, T> IntoIterator for &'a HashTrie<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T: Clone> IntoIterator for HashTrie<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter::new(self)
    }
}
