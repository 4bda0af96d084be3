//! `Place`: a leaf on the path of a hash, with what edits need to know of where it stands.

use super::CloneFn;
use super::bucket::Bucket;
use super::child::{Child, ChildMut, ChildSlots};
use super::node::{HASH_BITS, WIDTH_MAX, descend};

/// The place of the leaf in the range of a hash, its path unshared down to the last inner node.
///
/// A leaf has several slots in its parent, which are edited together. So a place is what the parent stands in; only a
/// leaf without a parent stands there itself.
pub(super) struct Place<'a, T> {
    /// The last inner node on the path, or the leaf that is the root.
    pub(super) slot: &'a mut Child<T>,
    /// The bits of the hash that are left, from those on that choose a slot of the node.
    pub(super) bits: u32,
    /// The bits of the hash that are used up above the node.
    pub(super) depth: u32,
}

impl<'a, T> Place<'a, T> {
    /// Returns the place of the leaf in the range of `hash` below `root`. Copies shared nodes above its parent.
    #[inline]
    pub(super) fn of(root: &'a mut Child<T>, hash: u32) -> Self {
        Self::at(root, hash, HASH_BITS)
    }

    /// Returns the place on the path of `hash` that is at `depth`, if the path is that long.
    #[inline]
    pub(super) fn at(root: &'a mut Child<T>, hash: u32, depth: u32) -> Self {
        Self { slot: root, bits: hash, depth: 0 }.descend_to(depth)
    }

    /// Goes on to the last inner node.
    #[inline]
    pub(super) fn descend(self) -> Self {
        self.descend_to(HASH_BITS)
    }

    #[inline]
    fn descend_to(self, end: u32) -> Self {
        let Self { mut slot, mut bits, mut depth } = self;
        while depth < end && slot.has_inner(bits) {
            let node = slot.make_bitmap_mut().expect("it has an inner node");
            (slot, bits, depth) = (node.inner_mut_of(bits).expect("it has one here"), descend(bits), depth + WIDTH_MAX);
        }
        Self { slot, bits, depth }
    }

    /// Returns the same place for a shorter time.
    #[inline]
    pub(super) const fn reborrow(&mut self) -> Place<'_, T> {
        Place { slot: self.slot, bits: self.bits, depth: self.depth }
    }

    /// Returns the leaf.
    #[inline]
    pub(super) fn leaf(&self) -> &Child<T> {
        self.slot.child_of(self.bits).unwrap_or(self.slot)
    }

    /// Returns the leaf as a bucket that can be edited in place, if it is one and neither it nor its parent is shared.
    #[inline]
    pub(super) fn unique_bucket_mut(&mut self) -> Option<&mut Bucket<T>> {
        self.reborrow().into_unique_bucket()
    }

    #[inline]
    fn into_unique_bucket(self) -> Option<&'a mut Bucket<T>> {
        if self.slot.is_bitmap() {
            self.slot.unique_bitmap_mut()?.unique_bucket_mut_of(self.bits)
        } else {
            self.slot.unique_bucket_mut()
        }
    }

    /// Returns the slots of the leaf. Copies a shared parent.
    #[inline]
    pub(super) fn leaf_mut(self) -> ChildSlots<'a, T> {
        if self.slot.is_bitmap() {
            self.slot.make_bitmap_mut().expect("it is a bitmap node").child_mut_of(self.bits)
        } else {
            ChildSlots::root(self.slot)
        }
    }

    /// Entry `index` of the leaf. Copies a shared parent and a shared leaf.
    #[inline]
    pub(super) fn entry_mut(mut self, index: usize, clone: impl CloneFn<T>) -> &'a mut T {
        // The usual case first, which needs no look at the other slots of the leaf.
        if self.unique_bucket_mut().is_some() {
            return &mut self.into_unique_bucket().expect("it is one").entries_mut()[index];
        }
        match self.leaf_mut().make_mut(clone) {
            ChildMut::Bucket(bucket) => &mut bucket.entries_mut()[index],
            ChildMut::Collision(node) => &mut node.entries[index],
            ChildMut::Bitmap(_) | ChildMut::Empty => unreachable!("only leaves with entries have indices"),
        }
    }
}
