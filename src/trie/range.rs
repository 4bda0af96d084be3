//! A part of a trie: what it has in one range of hashes. The walks over two tries go from part to smaller part.

use alloc::vec::Vec;

use super::bucket::{Bucket, Indices, bit_is_set, indices_below};
use super::child::{BitmapNode, Child, ChildRef};

/// What a trie has in a range of hashes.
pub(crate) enum RangeView<'a, T> {
    /// Nothing.
    Empty,
    /// Entries of a leaf: of a bucket those whose index is in `indices`, of a collision node all.
    Leaf { leaf: &'a Child<T>, indices: Indices },
    /// More than one child of a bitmap node: those in `span` slots from `first` on, or all.
    Node { child: &'a Child<T>, node: &'a BitmapNode<T>, first: usize, span: usize },
}

impl<T> Clone for RangeView<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for RangeView<'_, T> {}

impl<'a, T> RangeView<'a, T> {
    /// Returns all that is below `child`.
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

    /// Returns the entry with `hash`, which is in the range, that `eq` accepts; with its index, if this is a leaf. The
    /// node, if it is one, is at `depth`.
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

    /// Returns the child that this is all of, if there is one.
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

    /// Returns the bucket that this is of, if it is, and which of its entries.
    #[inline]
    pub(crate) fn bucket(&self) -> Option<(&'a Bucket<T>, Indices)> {
        match *self {
            Self::Leaf { leaf, indices } => leaf.as_bucket().map(|bucket| (bucket, indices)),
            Self::Empty | Self::Node { .. } => None,
        }
    }

    /// Returns the node that this is of, if it is.
    #[inline]
    pub(crate) const fn node(&self) -> Option<&'a BitmapNode<T>> {
        if let Self::Node { node, .. } = *self { Some(node) } else { None }
    }

    /// Returns the node that this is all of, if there is one.
    #[inline]
    pub(crate) fn whole_node(&self) -> Option<&'a BitmapNode<T>> {
        self.whole()?.as_bitmap()
    }

    /// Are both all of the same child?
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

    /// Returns the number of entries of a leaf; 0 of a node.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        match *self {
            Self::Leaf { leaf, indices: Indices::MAX } => leaf.entries().len(),
            Self::Leaf { indices, .. } => indices.count_ones() as usize,
            Self::Empty | Self::Node { .. } => 0,
        }
    }

    /// Returns the entries of a leaf, with their indices and hashes; none of a node.
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

    /// Returns the parts in both halves of the range, which `bit` of the hash tells apart.
    #[inline]
    pub(crate) fn halves(self, bit: u32) -> [Self; 2] {
        match self {
            Self::Empty => [Self::Empty; 2],
            Self::Leaf { leaf, indices } => {
                let mut halves = [0; 2];
                for (index, hash, _) in self.entries() {
                    halves[usize::from(bit_is_set(hash, bit))] |= 1 << index;
                }
                debug_assert_eq!(halves[0] | halves[1], indices, "no range is below that of a collision node");
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

/// The entries of a leaf part, made by [`RangeView::entries`].
pub(crate) struct LeafEntries<'a, T> {
    /// Of a bucket: the indices that are left.
    indices: Indices,
    hashes: &'a [u32],
    entries: &'a [T],
    /// Of a collision node, which has no `hashes`: the next index, and the hash of all.
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

/// A set of entries of a leaf part: those for which an equal one has been found.
///
/// Only an inconsistent equality finds an entry twice, or one of another range; so those of other ranges are in it,
/// too.
#[derive(Default)]
pub(crate) struct Matched {
    /// The first 64, which are all of a bucket.
    first: Indices,
    more: Vec<Indices>,
}

impl Matched {
    /// Begins with a part that is not a node.
    #[inline]
    pub(crate) fn start<T>(&mut self, part: RangeView<'_, T>) {
        self.first = part.bucket().map_or(0, |(_, indices)| !indices);
        self.more.clear();
        if let RangeView::Leaf { leaf, .. } = part {
            self.more.resize(leaf.entries().len() / Indices::BITS as usize, 0);
        }
    }

    /// Returns the entries of a bucket that are not in it.
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
