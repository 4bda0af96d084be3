//! Leaves as such, be they empty, buckets or collision nodes; and the descent to one.

use super::bucket::{Bucket, tag};
use super::child::{Child, ChildRef};
use super::node::descend;

impl<T> Child<T> {
    /// Returns the entries of a leaf; none of a bitmap node.
    #[inline]
    pub(crate) fn entries(&self) -> &[T] {
        match self.get() {
            ChildRef::Bucket(bucket) => bucket.entries(),
            ChildRef::Collision(node) => &node.entries,
            ChildRef::Empty | ChildRef::Bitmap(_) => &[],
        }
    }

    /// Returns the number of entries, if it is a leaf that could be joined with another.
    #[inline]
    pub(crate) fn small_len(&self) -> Option<usize> {
        match self.get() {
            ChildRef::Empty => Some(0),
            ChildRef::Bucket(bucket) => Some(bucket.len()),
            ChildRef::Collision(_) | ChildRef::Bitmap(_) => None,
        }
    }

    /// Can a leaf take one entry more without a change of the trie's shape?
    #[inline]
    pub(crate) fn has_room(&self) -> bool {
        self.small_len().is_none_or(|len| len < Bucket::<T>::MAX)
    }

    /// Returns the entry of a leaf that `eq` accepts among those that may have `hash`, with its index.
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

    /// [`try_find`](Self::try_find) in a collision node.
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

    /// Returns true if it is a bitmap node, and its child in the slot which the top bits choose is one, too.
    #[inline]
    pub(crate) fn has_inner(&self, bits: u32) -> bool {
        self.child_of_widest(bits).is_some_and(Self::is_bitmap)
    }
}
