//! A part of a trie: its entries in one range of hashes. Walks over two tries descend from parts to smaller parts.

use alloc::vec::Vec;

use crate::trie::node::bucket::{Bucket, Indices, bit_is_set, indices_below};
use crate::trie::node::child::{BitmapNode, Child, ChildRef};

/// The part of a trie in a range of hashes.
pub(crate) enum RangeView<'a, T> {
    /// No entries.
    Empty,
    /// Entries of a leaf: of a bucket, those whose index is in `indices`; of a collision node, all.
    Leaf { leaf: &'a Child<T>, indices: Indices },
    /// Several children of a bitmap node: those in the `span` slots from `first` on, or all.
    Node { child: &'a Child<T>, node: &'a BitmapNode<T>, first: usize, span: usize },
}

impl<T> Clone for RangeView<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for RangeView<'_, T> {}

impl<'a, T> RangeView<'a, T> {
    /// Returns the part with all entries below `child`.
    #[inline]
    pub(crate) fn of(child: &'a Child<T>) -> Self {
        match child.get() {
            ChildRef::Empty => Self::Empty,
            ChildRef::Bucket(bucket) => Self::Leaf { leaf: child, indices: indices_below(bucket.len()) },
            ChildRef::Collision(_) => Self::Leaf { leaf: child, indices: Indices::MAX },
            ChildRef::Bitmap(node) => Self::Node { child, node, first: 0, span: node.slots() },
        }
    }

    #[inline]
    pub(crate) const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    #[inline]
    pub(crate) const fn is_node(&self) -> bool {
        matches!(self, Self::Node { .. })
    }

    /// Returns the entry with `hash`, which must be in the range, that `eq` accepts. If the part is a leaf, the index
    /// is that in the leaf. If it is a node, that node is at `depth`.
    #[inline]
    pub(crate) fn try_find<E>(
        &self,
        hash: u32,
        depth: u32,
        eq: impl FnMut(&T) -> Result<bool, E>,
    ) -> Result<Option<(usize, &'a T)>, E> {
        match *self {
            Self::Empty => Ok(None),
            Self::Leaf { leaf, .. } => leaf.try_find(hash, eq),
            Self::Node { child, .. } => child.leaf(hash << depth).try_find(hash, eq),
        }
    }

    /// Returns the child that the part consists of, if it is a whole child.
    #[inline]
    pub(crate) fn whole(&self) -> Option<&'a Child<T>> {
        match *self {
            Self::Empty => None,
            Self::Leaf { leaf, indices } => {
                let is_whole = leaf.as_bucket().is_none_or(|bucket| indices == indices_below(bucket.len()));
                is_whole.then_some(leaf)
            }
            Self::Node { child, node, span, .. } => (span == node.slots()).then_some(child),
        }
    }

    /// Returns the bucket that the part belongs to, if any, and the indices of its entries.
    #[inline]
    pub(crate) fn bucket(&self) -> Option<(&'a Bucket<T>, Indices)> {
        match *self {
            Self::Leaf { leaf, indices } => leaf.as_bucket().map(|bucket| (bucket, indices)),
            Self::Empty | Self::Node { .. } => None,
        }
    }

    /// Returns the node that the part belongs to, if any.
    #[inline]
    pub(crate) const fn node(&self) -> Option<&'a BitmapNode<T>> {
        if let Self::Node { node, .. } = *self { Some(node) } else { None }
    }

    /// Returns the bitmap node that the part consists of, if it is a whole one.
    #[inline]
    pub(crate) fn whole_node(&self) -> Option<&'a BitmapNode<T>> {
        self.whole()?.as_bitmap()
    }

    /// Returns `true` if both parts are the same whole child.
    #[inline]
    pub(crate) fn is_shared_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Leaf { leaf: a, .. }, Self::Leaf { leaf: b, .. })
            | (Self::Node { child: a, .. }, Self::Node { child: b, .. }) => {
                a.ptr_eq(b) && self.whole().is_some() && other.whole().is_some()
            }
            _ => false,
        }
    }

    /// Returns the number of entries of a leaf, and 0 for a node.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        match *self {
            Self::Leaf { leaf, indices: Indices::MAX } => leaf.entries().len(),
            Self::Leaf { indices, .. } => indices.count_ones() as usize,
            Self::Empty | Self::Node { .. } => 0,
        }
    }

    /// Returns an iterator over the entries of a leaf with their indices and hashes; it is empty for a node.
    #[inline]
    pub(crate) fn entries(&self) -> LeafEntries<'a, T> {
        let nothing = LeafEntries::NONE;
        let Self::Leaf { leaf, indices } = *self else { return nothing };
        match leaf.get() {
            ChildRef::Bucket(bucket) => {
                LeafEntries { indices, hashes: bucket.hashes(), entries: bucket.entries(), ..nothing }
            }
            ChildRef::Collision(node) => LeafEntries { entries: &node.entries, hash: node.hash, ..nothing },
            ChildRef::Bitmap(_) | ChildRef::Empty => nothing,
        }
    }

    /// Returns the parts in the two halves of the range, which differ in `bit` of the hash.
    #[inline]
    pub(crate) fn halves(self, bit: u32) -> [Self; 2] {
        match self {
            Self::Empty => [Self::Empty; 2],
            Self::Leaf { leaf, indices } => {
                let mut halves = [0; 2];
                for (index, hash, _) in self.entries() {
                    halves[usize::from(bit_is_set(hash, bit))] |= 1 << index;
                }
                debug_assert_eq!(halves[0] | halves[1], indices, "the range of a collision node cannot be halved");
                halves.map(|indices| if indices == 0 { Self::Empty } else { Self::Leaf { leaf, indices } })
            }
            Self::Node { child, node, first, span } => [first, first + span / 2].map(|first| {
                let span = span / 2;
                if node.range(first) == (first, first + span) {
                    Self::of(node.child(first))
                } else {
                    Self::Node { child, node, first, span }
                }
            }),
        }
    }
}

/// The entries of a part of a leaf, returned by [`RangeView::entries`].
pub(crate) struct LeafEntries<'a, T> {
    /// The remaining indices, for a bucket.
    indices: Indices,
    hashes: &'a [u32],
    entries: &'a [T],
    /// The next index, and the hash of all entries, for a collision node, which has no `hashes`.
    next: usize,
    hash: u32,
}

impl<T> LeafEntries<'_, T> {
    pub(crate) const NONE: Self = Self { indices: 0, hashes: &[], entries: &[], next: 0, hash: 0 };
}

impl<'a, T> Iterator for LeafEntries<'a, T> {
    type Item = (usize, u32, &'a T);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.indices != 0 {
            let index = self.indices.trailing_zeros() as usize;
            self.indices &= self.indices - 1;
            return Some((index, self.hashes[index], &self.entries[index]));
        }
        if !self.hashes.is_empty() {
            return None;
        }
        let index = self.next;
        self.next += 1;
        self.entries.get(index).map(|entry| (index, self.hash, entry))
    }
}

/// The entries of a part of a leaf for which an equal entry has been found.
///
/// Only an inconsistent equality finds an entry twice, or an entry outside the range of the part; so the entries
/// outside that range are in the set from the start.
#[derive(Default)]
pub(crate) struct Matched {
    /// The first 64 indices, which include all of a bucket.
    first: Indices,
    more: Vec<Indices>,
}

impl Matched {
    /// Starts with a part that is not a node.
    #[inline]
    pub(crate) fn start<T>(&mut self, part: RangeView<'_, T>) {
        self.first = part.bucket().map_or(0, |(_, indices)| !indices);
        self.more.clear();
        if let RangeView::Leaf { leaf, .. } = part {
            self.more.resize(leaf.entries().len() / Indices::BITS as usize, 0);
        }
    }

    /// Returns the indices of a bucket that are not in the set.
    #[inline]
    pub(crate) const fn others(&self) -> Indices {
        !self.first
    }

    #[inline]
    pub(crate) fn has(&self, index: usize) -> bool {
        let word = match index / Indices::BITS as usize {
            0 => self.first,
            word => self.more[word - 1],
        };
        word >> (index % Indices::BITS as usize) & 1 == 1
    }

    #[inline]
    pub(crate) fn insert(&mut self, index: usize) {
        let word = match index / Indices::BITS as usize {
            0 => &mut self.first,
            word => &mut self.more[word - 1],
        };
        *word |= 1 << (index % Indices::BITS as usize);
    }
}
