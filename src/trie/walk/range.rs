//! A part of a trie: its entries in one range of hashes. Walks over two tries descend from parts to smaller parts.

use alloc::vec::Vec;

use crate::trie::node::bitmap::Slots;
use crate::trie::node::bucket::{Bucket, Indices, bit_is_set, indices_below, tag};
use crate::trie::node::child::{BitmapNode, Child, ChildRef};
use crate::trie::node::leaf::EntryRef;

/// The part of a trie in a range of hashes.
pub(crate) enum RangeView<'a, T> {
    /// No entries.
    Empty,
    /// Entries of a leaf: of a bucket, those whose index is in `indices`; of a collision node, all.
    Leaf { leaf: &'a Child<T>, indices: Indices },
    /// Several children of a bitmap node: those in `slots`.
    Node { child: &'a Child<T>, node: &'a BitmapNode<T>, slots: Slots },
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
            ChildRef::Bitmap(node) => Self::Node { child, node, slots: node.slots() },
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
    /// is that in the leaf. If it is a node, that node is at `depth`. In a collision node, the search begins at index `first`.
    #[inline]
    pub(crate) fn try_find_from<E>(
        &self,
        first: usize,
        hash: u32,
        depth: u32,
        eq: impl FnMut(&T) -> Result<bool, E>,
    ) -> Result<Option<EntryRef<'a, T>>, E> {
        let leaf = match *self {
            Self::Empty => return Ok(None),
            Self::Leaf { leaf, .. } => leaf,
            Self::Node { child, .. } => child.leaf(hash << depth),
        };
        match leaf.as_bucket() {
            Some(leaf) => Ok(leaf.try_find(tag(hash), eq)?.map(|(index, entry)| EntryRef { leaf, index, entry })),
            None => {
                let found = leaf.try_find_in_order(first, eq)?;
                Ok(found.zip(leaf.as_leaf()).map(|((index, entry), leaf)| EntryRef { leaf, index, entry }))
            }
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
            Self::Node { child, node, slots } => (slots.span == node.slots().span).then_some(child),
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
        match *self {
            Self::Leaf { leaf, indices } => match leaf.get() {
                ChildRef::Bucket(leaf) => LeafEntries { leaf: Some(leaf), indices, next: leaf.len() },
                ChildRef::Collision(leaf) => LeafEntries { leaf: Some(leaf), indices: 0, next: 0 },
                ChildRef::Bitmap(_) | ChildRef::Empty => LeafEntries::NONE,
            },
            Self::Empty | Self::Node { .. } => LeafEntries::NONE,
        }
    }

    /// Returns the parts in the two halves of the range, which differ in `bit` of the hash.
    #[inline]
    pub(crate) fn halves(self, bit: u32) -> [Self; 2] {
        match self {
            Self::Empty => [Self::Empty; 2],
            Self::Leaf { leaf, indices } => {
                let mut halves = [0; 2];
                for (hash, at) in self.entries() {
                    halves[usize::from(bit_is_set(hash, bit))] |= 1 << at.index;
                }
                debug_assert_eq!(halves[0] | halves[1], indices, "the range of a collision node cannot be halved");
                halves.map(|indices| if indices == 0 { Self::Empty } else { Self::Leaf { leaf, indices } })
            }
            Self::Node { child, node, slots } => slots.halves().map(|slots| {
                if node.slots_at(slots.first) == slots {
                    Self::of(node.child(slots.first))
                } else {
                    Self::Node { child, node, slots }
                }
            }),
        }
    }
}

/// The entries of a part of a leaf with their hashes, returned by [`RangeView::entries`].
pub(crate) struct LeafEntries<'a, T> {
    leaf: Option<&'a Bucket<T>>,
    /// The remaining indices; all of them are below `next`.
    indices: Indices,
    /// The next index, for a collision node.
    next: usize,
}

impl<T> LeafEntries<'_, T> {
    pub(crate) const NONE: Self = Self { leaf: None, indices: 0, next: 0 };
}

impl<'a, T> Iterator for LeafEntries<'a, T> {
    type Item = (u32, EntryRef<'a, T>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let leaf = self.leaf?;
        let index = if self.indices != 0 {
            let index = self.indices.trailing_zeros() as usize;
            self.indices &= self.indices - 1;
            index
        } else if self.next < leaf.len() {
            self.next += 1;
            self.next - 1
        } else {
            return None;
        };
        Some((leaf.hashes()[index], EntryRef { leaf, index, entry: leaf.entries().get(index) }))
    }
}

/// The entries of a part of a leaf for which an equal entry has been found, so that no entry is paired twice.
///
/// With an equality that is not consistent, a search can find an entry again, or an entry of the leaf that is not in
/// the part. So the entries that are not in the part are in the set from the start.
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
