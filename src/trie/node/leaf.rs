//! Functions for all leaves, whether empty, bucket or collision node; and the descent to a leaf.

use triomphe::Arc;

use super::bucket::{Bucket, tag, unique_mut};
use super::child::{Child, ChildMut, ChildRef};
use super::descend;

impl<'a, T> ChildMut<'a, T> {
    /// Returns the entries of a leaf; there are none in a bitmap node.
    #[inline]
    pub(crate) fn into_entries(self) -> &'a mut [T] {
        match self {
            Self::Bucket(bucket) => bucket.entries_mut(),
            Self::Collision(node) => &mut node.entries,
            Self::Bitmap(_) | Self::Empty => &mut [],
        }
    }

    /// Removes and returns entry `index` of a leaf. The last entry takes its place.
    // Calls of it make `retain` execute 8 % more instructions.
    #[inline(always)]
    pub(crate) fn swap_remove(&mut self, index: usize) -> T {
        match self {
            Self::Bucket(bucket) => bucket.swap_remove(index),
            Self::Collision(node) => node.entries.swap_remove(index),
            Self::Bitmap(_) | Self::Empty => unreachable!("only non-empty leaves have indices"),
        }
    }
}

impl<T> Child<T> {
    /// Returns the entries of a leaf; for a bitmap node, returns an empty slice.
    #[inline]
    pub(crate) fn entries(&self) -> &[T] {
        match self.get() {
            ChildRef::Bucket(bucket) => bucket.entries(),
            ChildRef::Collision(node) => &node.entries,
            ChildRef::Empty | ChildRef::Bitmap(_) => &[],
        }
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
        match self.as_bucket() {
            Some(bucket) => bucket.try_find(tag(hash), eq),
            None => self.try_find_in_order(eq),
        }
    }

    /// Does what [`try_find`](Self::try_find) does, for a collision node or an empty leaf.
    #[cold]
    fn try_find_in_order<E>(&self, mut eq: impl FnMut(&T) -> Result<bool, E>) -> Result<Option<(usize, &T)>, E> {
        for (index, entry) in self.entries().iter().enumerate() {
            if eq(entry)? {
                return Ok(Some((index, entry)));
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
