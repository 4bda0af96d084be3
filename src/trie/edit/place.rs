//! `Place`: a leaf on the path of a hash, with the data that edits need.

use crate::trie::CloneFn;
use crate::trie::node::bucket::Bucket;
use crate::trie::node::child::{Child, ChildSlots};
use crate::trie::node::{HASH_BITS, WIDTH_MAX, descend};

/// The place of the leaf in the range of a hash. The nodes above the leaf's parent are unshared.
///
/// A place is a mutable reference to the parent of the leaf rather than to the leaf, because a leaf may have several
/// slots in its parent, which must be edited together. If the leaf is the root, the place refers to the root.
pub(crate) struct Place<'a, T, C> {
    /// The last inner node on the path, or the root if that is a leaf.
    pub(crate) slot: &'a mut Child<T>,
    /// The remaining bits of the hash, from those that select a slot of the node.
    pub(crate) bits: u32,
    /// The number of hash bits that are used up above the node.
    pub(crate) depth: u32,
    /// Copies the entries of a shared leaf.
    pub(crate) clone: C,
}

impl<'a, T, C: CloneFn<T>> Place<'a, T, C> {
    /// Returns the place of the leaf in the range of `hash` below `root`. Copies shared nodes above its parent.
    #[inline]
    pub(crate) fn of(root: &'a mut Child<T>, hash: u32, clone: C) -> Self {
        Self::at(root, hash, HASH_BITS, clone)
    }

    /// Returns the place at `depth` on the path of `hash`, or the last one if the path is shorter.
    #[inline]
    pub(crate) fn at(root: &'a mut Child<T>, hash: u32, depth: u32, clone: C) -> Self {
        Self { slot: root, bits: hash, depth: 0, clone }.descend_to(depth)
    }

    /// Continues the descent to the last inner node.
    #[inline]
    pub(crate) fn descend(self) -> Self {
        self.descend_to(HASH_BITS)
    }

    #[inline]
    fn descend_to(self, end: u32) -> Self {
        let Self { mut slot, mut bits, mut depth, clone } = self;
        while depth < end && slot.has_inner(bits) {
            let node = slot.make_bitmap_mut().expect("a node with an inner child is a bitmap node");
            let inner = node.inner_mut_of(bits).expect("the node has an inner child here");
            (slot, bits, depth) = (inner, descend(bits), depth + WIDTH_MAX);
        }
        Self { slot, bits, depth, clone }
    }

    /// Borrows the same place for a shorter time.
    #[inline]
    pub(crate) const fn reborrow(&mut self) -> Place<'_, T, C> {
        Place { slot: self.slot, bits: self.bits, depth: self.depth, clone: self.clone }
    }

    /// Returns the leaf.
    #[inline]
    pub(crate) fn leaf(&self) -> &Child<T> {
        self.slot.child_of(self.bits).unwrap_or(self.slot)
    }

    /// Returns a mutable reference to the bucket if the leaf is one, and neither it nor its parent is shared.
    #[inline]
    pub(crate) fn unique_bucket_mut(&mut self) -> Option<&mut Bucket<T>> {
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

    /// Returns the slots of the leaf. Copies its parent if it is shared.
    #[inline]
    pub(crate) fn leaf_mut(self) -> ChildSlots<'a, T> {
        if self.slot.is_bitmap() {
            self.slot.make_bitmap_mut().expect("the slot contains a bitmap node").child_mut_of(self.bits)
        } else {
            ChildSlots::root(self.slot)
        }
    }

    /// Returns the index of the last entry of the leaf, which must not be empty.
    #[inline]
    pub(crate) fn last(&self) -> usize {
        self.leaf().entries().len() - 1
    }

    /// Returns a mutable reference to the last entry of the leaf, which must not be empty.
    #[inline]
    pub(crate) fn last_mut(self) -> &'a mut T {
        let last = self.last();
        self.entry_mut(last)
    }

    /// Returns a mutable reference to entry `index` of the leaf. Copies the leaf and its parent if they are shared.
    #[inline]
    pub(crate) fn entry_mut(mut self, index: usize) -> &'a mut T {
        let clone = self.clone;
        // The usual case first; it does not read the other slots of the leaf.
        if self.unique_bucket_mut().is_some() {
            return self.into_unique_bucket().expect("checked above").entries_mut().into_entry(index).make_mut(clone);
        }
        self.copied_entry_mut(index)
    }

    /// Does what [`entry_mut`](Self::entry_mut) does for a shared leaf or parent. It is not inlined, so that the other
    /// is: without that, a map that is filled with `entry` takes 2.6 % more instructions.
    #[inline(never)]
    fn copied_entry_mut(self, index: usize) -> &'a mut T {
        let clone = self.clone;
        self.leaf_mut().make_mut(clone).into_entries().into_entry(index).make_mut(clone)
    }
}
