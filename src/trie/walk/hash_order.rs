//! Iteration in an order that depends only on the entries and their hashes.
//!
//! Leaves are stored in the order of their hashes; only the entries of a leaf have to be sorted, when the iterator
//! reaches it. Keeping them sorted in the leaf was tried: insertions in place take 1.7 to 2 times as long, removals
//! 1.5 times.

use alloc::vec::Vec;
use core::cmp::Reverse;
use core::fmt;
use core::iter::FusedIterator;

use super::iter::OwnedEntries;
use crate::trie::HashTrie;
use crate::trie::node::HEIGHT_MAX;
use crate::trie::node::bitmap::Bitmap;
use crate::trie::node::child::{Child, ChildRef};
use crate::trie::node::stored::EntrySlice;

/// The most entries of a leaf that are sorted without allocating. No bucket has more, only collision nodes do.
const INLINE: usize = 32;

/// The leaves below one child that have entries, in the order of their hashes.
///
/// `Entries` does the same for iteration in any order. Built on this type, it would take 4 % longer, and 2 ns more for a
/// map of one entry.
pub(crate) struct Leaves<'a, T> {
    depth: usize,
    /// The bitmap nodes above the current leaf, or at first the only leaf, with one bit in `starts`.
    nodes: [Option<&'a Child<T>>; HEIGHT_MAX],
    /// The remaining children of each node.
    starts: [Bitmap; HEIGHT_MAX],
}

impl<T> Clone for Leaves<'_, T> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<T> Default for Leaves<'_, T> {
    #[inline]
    fn default() -> Self {
        Self { depth: 0, nodes: [None; HEIGHT_MAX], starts: [Bitmap::EMPTY; HEIGHT_MAX] }
    }
}

impl<'a, T> Leaves<'a, T> {
    #[inline]
    pub(crate) fn below(child: &'a Child<T>) -> Self {
        let mut leaves = Self::default();
        match child.get() {
            ChildRef::Bitmap(node) => leaves.push(child, node.starts()),
            ChildRef::Bucket(_) | ChildRef::Collision(_) => leaves.push(child, Bitmap(1)),
            ChildRef::Empty => {}
        }
        leaves
    }

    #[inline]
    fn push(&mut self, child: &'a Child<T>, starts: Bitmap) {
        self.nodes[self.depth] = Some(child);
        self.starts[self.depth] = starts;
        self.depth += 1;
    }
}

impl<'a, T> Iterator for Leaves<'a, T> {
    type Item = &'a Child<T>;

    #[inline]
    fn next(&mut self) -> Option<&'a Child<T>> {
        while let Some(top) = self.depth.checked_sub(1) {
            let Some(start) = self.starts[top].pop_first() else {
                self.depth = top;
                continue;
            };
            let parent = self.nodes[top]?;
            let Some(node) = parent.as_bitmap() else { return Some(parent) };
            // As in `Entries::next_leaf`.
            let mut ahead = self.starts[top];
            if let (Some(_), Some(ahead)) = (ahead.pop_first(), ahead.pop_first()) {
                node.child(ahead).prefetch();
            }
            let child = node.child(start);
            if child.as_leaf().is_some() {
                return Some(child);
            }
            if let Some(node) = child.as_bitmap() {
                self.push(child, node.starts());
            }
        }
        None
    }
}

/// The entries in ascending order of their hashes.
///
/// Whether the full hashes order entries with equal stored hashes is up to the caller of [`next_with`].
///
/// [`next_with`]: Self::next_with
pub(crate) struct HashOrder<'a, T> {
    leaves: Leaves<'a, T>,
    leaf: EntrySlice<'a, T>,
    /// The indices of the entries of `leaf`, in descending order of their hashes.
    order: [u8; INLINE],
    /// The number of remaining entries of `leaf`, which come first in `order`.
    left: usize,
    /// The remaining entries of a larger leaf, the next one last.
    many: Vec<&'a T>,
    len: usize,
}

impl<T> Clone for HashOrder<'_, T> {
    fn clone(&self) -> Self {
        Self { leaves: self.leaves.clone(), many: self.many.clone(), ..*self }
    }
}

impl<T> Default for HashOrder<'_, T> {
    fn default() -> Self {
        let (leaves, leaf) = (Leaves::default(), EntrySlice::EMPTY);
        Self { leaves, leaf, order: [0; INLINE], left: 0, many: Vec::new(), len: 0 }
    }
}

impl<'a, T> HashOrder<'a, T> {
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Returns the next entry. `full_hash` is called for entries with equal stored hashes.
    #[inline]
    pub(crate) fn next_with(&mut self, full_hash: impl Fn(&T) -> u64) -> Option<&'a T> {
        while self.left == 0 {
            if let Some(entry) = self.many.pop() {
                self.len -= 1;
                return Some(entry);
            }
            if !self.next_leaf(&full_hash) {
                return None;
            }
        }
        self.left -= 1;
        self.len -= 1;
        Some(self.leaf.get(usize::from(self.order[self.left])))
    }

    /// Advances to the next leaf and sorts its entries. If `full_hash` panics, their order is another one.
    #[inline(never)]
    fn next_leaf(&mut self, full_hash: impl Fn(&T) -> u64) -> bool {
        let Some(leaf) = self.leaves.next().and_then(|child| child.as_leaf()) else { return false };
        self.leaf = leaf.entries();
        if leaf.len() > INLINE {
            // The stored hashes of a collision node are all equal.
            self.many.extend(self.leaf.iter());
            sort_by_full_hash(&mut self.many, full_hash);
            return true;
        }
        self.order = sorted(leaf.hashes());
        self.left = leaf.len();
        let hash = |index: &u8| leaf.hashes()[usize::from(*index)];
        for ties in self.order[..self.left].chunk_by_mut(|a, b| hash(a) == hash(b)).filter(|ties| ties.len() > 1) {
            sort_by_full_hash(ties, |index| full_hash(self.leaf.get(usize::from(index))));
        }
        true
    }
}

/// Returns the indices of at most `INLINE` hashes in descending order of the hashes.
fn sorted(hashes: &[u32]) -> [u8; INLINE] {
    let (mut keys, mut order) = ([0; INLINE], [0; INLINE]);
    let keys = &mut keys[..hashes.len()];
    for (index, (key, &hash)) in keys.iter_mut().zip(hashes).enumerate() {
        *key = u64::from(hash) << 32 | index as u64;
    }
    keys.sort_unstable_by_key(|&key| Reverse(key));
    for (place, key) in order.iter_mut().zip(&*keys) {
        *place = *key as u8;
    }
    order
}

/// Sorts `ties` in descending order of their full hashes.
#[cold]
fn sort_by_full_hash<E: Copy>(ties: &mut [E], full_hash: impl Fn(E) -> u64) {
    // A sort may panic if keys change, so the full hash of each entry is computed only once.
    let mut hashed = Vec::from_iter(ties.iter().map(|&tie| (full_hash(tie), tie)));
    hashed.sort_unstable_by_key(|&(hash, _)| Reverse(hash));
    for (place, (_, tie)) in ties.iter_mut().zip(hashed) {
        *place = tie;
    }
}

/// The entries in the order of their stored hashes, for callers that have no hasher.
pub(crate) struct StoredOrder<'a, T> {
    order: HashOrder<'a, T>,
}

impl<'a, T> StoredOrder<'a, T> {
    /// Returns the entries below a child. Their number is not known.
    fn below(child: &'a Child<T>) -> Self {
        Self { order: HashOrder { leaves: Leaves::below(child), len: usize::MAX, ..HashOrder::default() } }
    }
}

impl<T> Clone for StoredOrder<'_, T> {
    fn clone(&self) -> Self {
        Self { order: self.order.clone() }
    }
}

impl<T> Default for StoredOrder<'_, T> {
    fn default() -> Self {
        Self { order: HashOrder::default() }
    }
}

impl<'a, T> Iterator for StoredOrder<'a, T> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        self.order.next_with(|_| 0)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.order.len, Some(self.order.len))
    }
}

impl<T> ExactSizeIterator for StoredOrder<'_, T> {}
impl<T> FusedIterator for StoredOrder<'_, T> {}

/// An owning iterator over entries in the order of the 32 bits of each hash that are stored: moves them out of unshared
/// nodes, and clones those of shared ones.
///
/// Returned by [`PersistentMap::into_iter_in_stored_order`](crate::PersistentMap::into_iter_in_stored_order) and
/// [`PersistentSet::into_iter_in_stored_order`](crate::PersistentSet::into_iter_in_stored_order).
///
/// # Examples
///
/// ```
/// let map = perennial::persistent_map! { "a" => 1 };
/// assert_eq!(map.into_iter_in_stored_order().next(), Some(("a", 1)));
/// ```
pub struct IntoIterInStoredOrder<T> {
    /// If the current leaf is shared, it has been skipped here, and its entries are cloned one by one.
    entries: OwnedEntries<T>,
    /// The indices of the entries of a shared leaf, in descending order of their hashes.
    order: [u8; INLINE],
    /// The number of remaining entries of a shared leaf, which come first in `order`.
    left: usize,
    /// The remaining entries of an unshared leaf or a collision node with their hashes, the next one last.
    moved: Vec<(u32, T)>,
    len: usize,
}

impl<T> IntoIterInStoredOrder<T> {
    pub(crate) fn new(trie: HashTrie<T>) -> Self {
        let mut iter = Self {
            len: trie.len,
            entries: OwnedEntries::below(trie.root),
            order: [0; INLINE],
            left: 0,
            moved: Vec::new(),
        };
        iter.sort_leaf();
        iter
    }

    /// Returns an iterator over references to the remaining entries.
    fn iter(&self) -> impl Iterator<Item = &T> {
        let leaf = self.entries.leaf().entries();
        let shared = self.order[..self.left].iter().rev().map(move |&index| leaf.get(usize::from(index)));
        let untaken = StoredOrder::below(self.entries.leaf()).take(self.entries.untaken());
        let rest = self.entries.rest_children().flat_map(StoredOrder::below);
        self.moved.iter().rev().map(|(_, entry)| entry).chain(shared).chain(untaken).chain(rest)
    }

    /// Prepares to clone the entries of the current leaf, if it is shared.
    fn sort_leaf(&mut self) {
        let Some(leaf) = self.entries.leaf().as_leaf() else { return };
        let len = leaf.len();
        if len <= INLINE && self.entries.untaken() > 0 {
            let order = sorted(leaf.hashes());
            if !self.entries.is_leaf_unique() {
                (self.order, self.left) = (order, len);
                self.entries.skip_leaf();
            }
        }
    }
}

impl<T: Clone> IntoIterInStoredOrder<T> {
    /// Advances to the next leaf, and takes all entries of it if it is unshared.
    fn next_leaf(&mut self) -> bool {
        while self.left == 0 && self.entries.untaken() == 0 {
            if !self.entries.advance() {
                return false;
            }
            self.sort_leaf();
        }
        self.moved.reserve(self.entries.untaken());
        while let Some(last) = self.entries.untaken().checked_sub(1) {
            let Some(hash) = self.entries.leaf().as_leaf().map(|leaf| leaf.hashes()[last]) else { break };
            let Some(entry) = self.entries.next_with(T::clone) else { break };
            self.moved.push((hash, entry));
        }
        self.moved.sort_unstable_by_key(|&(hash, _)| Reverse(hash));
        true
    }
}

impl<T: Clone> Iterator for IntoIterInStoredOrder<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        loop {
            if let Some((_, entry)) = self.moved.pop() {
                self.len -= 1;
                return Some(entry);
            }
            if let Some(last) = self.left.checked_sub(1) {
                let entry = self.entries.leaf().entries().get(usize::from(self.order[last])).clone();
                (self.left, self.len) = (last, self.len - 1);
                return Some(entry);
            }
            if !self.next_leaf() {
                return None;
            }
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len, Some(self.len))
    }
}

impl<T: fmt::Debug> fmt::Debug for IntoIterInStoredOrder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Clone> ExactSizeIterator for IntoIterInStoredOrder<T> {}
impl<T: Clone> FusedIterator for IntoIterInStoredOrder<T> {}

/// A borrowing iterator over the entries of a [`HashTrie`] in an order that depends only on them and their hashes,
/// returned by [`HashTrie::iter_in_hash_order`].
///
/// # Examples
///
/// ```
/// use perennial::trie::HashTrie;
///
/// let mut numbers = HashTrie::new();
/// numbers.insert(7, 7, |a, b| a == b);
/// assert!(numbers.iter_in_hash_order(|n| *n).eq([&7]));
/// ```
#[derive(Clone)]
pub struct IterInHashOrder<'a, T, F> {
    order: HashOrder<'a, T>,
    hash: F,
}

impl<T: fmt::Debug, F: Fn(&T) -> u64> fmt::Debug for IterInHashOrder<'_, T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { order, hash } = self;
        f.debug_list().entries(IterInHashOrder { order: order.clone(), hash }).finish()
    }
}

impl<'a, T, F: Fn(&T) -> u64> Iterator for IterInHashOrder<'a, T, F> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        self.order.next_with(&self.hash)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.order.len, Some(self.order.len))
    }
}

impl<T, F: Fn(&T) -> u64> ExactSizeIterator for IterInHashOrder<'_, T, F> {}
impl<T, F: Fn(&T) -> u64> FusedIterator for IterInHashOrder<'_, T, F> {}

impl<T> HashTrie<T> {
    pub(crate) fn leaves(&self) -> Leaves<'_, T> {
        Leaves::below(&self.root)
    }

    /// Returns the entries in the order of their hashes.
    pub(crate) fn in_hash_order(&self) -> HashOrder<'_, T> {
        HashOrder { leaves: self.leaves(), len: self.len, ..HashOrder::default() }
    }

    /// Returns the entries in the order of their stored hashes, for callers that have no hasher.
    pub(crate) fn in_stored_order(&self) -> StoredOrder<'_, T> {
        StoredOrder { order: self.in_hash_order() }
    }

    /// Returns an iterator over the entries in an order that depends only on the entries and their hashes. O(n) for
    /// the whole run, O(log n) for the first entry.
    ///
    /// `hash` must return the hash that was passed with an entry. It is called only for entries whose 32 stored hash
    /// bits are equal. Tries with equal entries are iterated in the same order, regardless of their history of
    /// insertions and removals, except for entries whose 64-bit hashes are equal.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut up = HashTrie::new();
    /// let mut down = HashTrie::new();
    /// for n in 0..100_u64 {
    ///     up.insert(n, n, |a, b| a == b);
    ///     down.insert(99 - n, 99 - n, |a, b| a == b);
    /// }
    /// assert!(up.iter_in_hash_order(|n| *n).eq(down.iter_in_hash_order(|n| *n)));
    /// ```
    pub fn iter_in_hash_order<F: Fn(&T) -> u64>(&self, hash: F) -> IterInHashOrder<'_, T, F> {
        IterInHashOrder { order: self.in_hash_order(), hash }
    }
}
