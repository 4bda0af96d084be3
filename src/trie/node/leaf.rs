//! Functions for all leaves, whether empty, bucket or collision node; and the descent to a leaf.

use triomphe::Arc;

use super::bucket::{Bucket, tag, unique_mut};
use super::child::{Child, ChildMut, ChildRef};
use super::descend;
use super::stored::{EntrySlice, EntrySliceMut};

/// An entry, and where it is.
pub(crate) struct EntryRef<'a, T> {
    pub(crate) leaf: &'a Bucket<T>,
    /// The index in the leaf.
    pub(crate) index: usize,
    pub(crate) entry: &'a T,
}

impl<T> Clone for EntryRef<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for EntryRef<'_, T> {}

impl<'a, T> ChildMut<'a, T> {
    /// Returns the bucket of a leaf that has entries, also if it is a collision node.
    #[inline]
    pub(crate) fn into_leaf(self) -> Option<&'a mut Bucket<T>> {
        match self {
            Self::Bucket(bucket) | Self::Collision(bucket) => Some(bucket),
            Self::Bitmap(_) | Self::Empty => None,
        }
    }

    /// Returns the entries of a leaf; there are none in a bitmap node.
    #[inline]
    pub(crate) fn into_entries(self) -> EntrySliceMut<'a, T> {
        self.into_leaf().map_or_else(EntrySliceMut::empty, Bucket::entries_mut)
    }
}

impl<T> Child<T> {
    /// Returns the entries of a leaf; there are none in a bitmap node.
    #[inline]
    pub(crate) fn entries(&self) -> EntrySlice<'_, T> {
        self.as_leaf().map_or(EntrySlice::EMPTY, Bucket::entries)
    }

    /// Returns the number of entries if this is an empty leaf or a bucket, which can be joined with another.
    #[inline]
    pub(crate) fn small_len(&self) -> Option<usize> {
        match self.get() {
            ChildRef::Empty => Some(0),
            ChildRef::Bucket(bucket) => Some(bucket.len()),
            ChildRef::Collision(_) | ChildRef::Bitmap(_) => None,
        }
    }

    /// Returns `true` if one more entry can be added to the leaf without changing the shape of the trie.
    #[inline]
    pub(crate) fn has_room(&self) -> bool {
        self.small_len().is_none_or(|len| len < Bucket::<T>::MAX)
    }

    /// Returns the entry that `eq` accepts, with its index, among the entries of a leaf that may have `hash`.
    #[inline]
    pub(crate) fn try_find<E>(
        &self,
        hash: u32,
        eq: impl FnMut(&T) -> Result<bool, E>,
    ) -> Result<Option<(usize, &T)>, E> {
        self.try_find_from(0, hash, eq)
    }

    /// Does what [`try_find`](Self::try_find) does, but begins at index `first` of a collision node: versions of a
    /// leaf have most of their entries at the same indices.
    #[inline]
    pub(crate) fn try_find_from<E>(
        &self,
        first: usize,
        hash: u32,
        eq: impl FnMut(&T) -> Result<bool, E>,
    ) -> Result<Option<(usize, &T)>, E> {
        match self.as_bucket() {
            Some(bucket) => bucket.try_find(tag(hash), eq),
            None => self.try_find_in_order(first, eq),
        }
    }

    /// Does what [`try_find_from`](Self::try_find_from) does, for a collision node or an empty leaf.
    #[cold]
    pub(crate) fn try_find_in_order<E>(
        &self,
        first: usize,
        mut eq: impl FnMut(&T) -> Result<bool, E>,
    ) -> Result<Option<(usize, &T)>, E> {
        let entries = self.entries();
        let first = first.min(entries.len());
        for indices in [first..entries.len(), 0..first] {
            for index in indices {
                if eq(entries.get(index))? {
                    return Ok(Some((index, entries.get(index))));
                }
            }
        }
        Ok(None)
    }

    /// Returns the leaf in the range of `hash`.
    #[inline]
    pub(crate) fn leaf(&self, hash: u32) -> &Self {
        let (mut child, mut bits) = (self, hash);
        while let Some(next) = child.child_of_widest(bits) {
            (child, bits) = (next, descend(bits));
        }
        child.child_of(bits).unwrap_or(child)
    }

    /// Returns `true` if this is a bitmap node whose child in the slot selected by the top bits is also a bitmap
    /// node.
    #[inline]
    pub(crate) fn has_inner(&self, bits: u32) -> bool {
        self.child_of_widest(bits).is_some_and(Self::is_bitmap)
    }
}

/// Returns a child that points to `node`, which must be new, after calling `fill` with it.
#[inline]
pub(crate) fn new_child<N: ?Sized, T>(mut node: Arc<N>, fill: impl FnOnce(&mut N)) -> Child<T>
where
    Child<T>: From<Arc<N>>,
{
    fill(unique_mut(&mut node));
    node.into()
}
