//! `BitmapNode`: a node of `2^w` slots, each of whose children takes one or more slots; and mutable references to the
//! slots of a child.
//!
//! The invariants are those of [`child`](super).

#![allow(unsafe_code)]

use core::mem::ManuallyDrop;
use triomphe::{Arc, HeaderSlice};

use super::{Child, ChildMut, EMPTY, SLOTS_MAX, Slot, wide_slot};
use crate::trie::node::bitmap::{Bitmap, Slots};
use crate::trie::node::bucket::{Bucket, Head};
use crate::trie::node::{HASH_BITS, WIDTH_MAX};

/// The part of a bitmap node before its slots.
#[repr(C, align(8))]
pub(super) struct BitmapHeader<T> {
    _head: [Head<T>; 0],
    starts: Bitmap,
    shift: u8,
}

/// A node of `2^w` slots, each of whose children takes one or more slots. See the diagram in `node`.
#[repr(transparent)]
pub(crate) struct BitmapNode<T>(pub(super) HeaderSlice<BitmapHeader<T>, [Slot<T>]>);

impl<T> BitmapNode<T> {
    /// Returns a node with the given slots; a child begins at each of `starts`.
    ///
    /// # Safety
    /// Invariants 3 to 6 must hold for the arguments; the node takes over the references in `slots`.
    #[inline]
    unsafe fn from_slots(starts: Bitmap, slots: &[Slot<T>]) -> Arc<Self> {
        let shift = (HASH_BITS - slots.len().trailing_zeros()) as u8;
        let raw = Arc::into_raw(Arc::from_header_and_slice(BitmapHeader::<T> { _head: [], starts, shift }, slots));
        // SAFETY: `raw` comes from `into_raw`, and `BitmapNode` is a transparent wrapper of what it points to.
        unsafe { Arc::from_raw(raw as *const Self) }
    }

    /// Returns a node of `2^width` slots with the child that `child` returns for each of `starts`.
    ///
    /// # Panics
    /// If `starts` is not valid for this width, or if a bitmap node would get more than one slot.
    pub(crate) fn from_children(starts: Bitmap, width: u32, mut child: impl FnMut(usize) -> Child<T>) -> Arc<Self> {
        let len = 1 << width;
        let inside = u64::from(starts.0) < 1 << len;
        assert!((1..=WIDTH_MAX).contains(&width) && starts.contains(0) && inside, "children start in the node");
        let mut slots = [Slot::EMPTY; SLOTS_MAX];
        let mut rest = starts;
        while let Some(start) = rest.pop_first() {
            let end = starts.first_above(start, len);
            let child = ManuallyDrop::new(child(start));
            assert!(!child.is_bitmap() || end - start == 1, "a bitmap node has one slot only");
            slots[start..end].fill(child.0);
        }
        // SAFETY: the assertions and the loop ensure invariants 3 to 6; the references in the slots were not dropped.
        unsafe { Self::from_slots(starts, &slots[..len]) }
    }

    /// Returns a copy of the node that shares the children.
    pub(super) fn copy(&self) -> Arc<Self> {
        for (_, child) in self.children() {
            core::mem::forget(child.clone());
        }
        // SAFETY: invariants 3 to 6 hold for the same slots in `self`; a reference to each child was added above.
        unsafe { Self::from_slots(self.starts(), &self.0.slice) }
    }

    /// Returns the slots at which a child begins.
    #[inline]
    pub(crate) const fn starts(&self) -> Bitmap {
        self.0.header.starts
    }

    /// Returns the slots, from 2 to `SLOTS_MAX`.
    #[inline]
    pub(crate) const fn slots(&self) -> Slots {
        Slots { first: 0, span: self.0.slice.len() }
    }

    /// Returns the number of hash bits that choose a slot.
    #[inline]
    pub(crate) const fn width(&self) -> u32 {
        HASH_BITS - self.0.header.shift as u32
    }

    /// Returns the slot that the top bits select.
    #[inline]
    pub(crate) const fn slot_of(&self, bits: u32) -> usize {
        (bits >> self.0.header.shift) as usize
    }

    /// Returns the child that covers `slot`.
    #[inline]
    pub(crate) fn child(&self, slot: usize) -> &Child<T> {
        self.0.slice[slot].as_child()
    }

    /// Returns `true` if the two nodes have the same width and the same non-empty child in some slot.
    pub(crate) fn shares_children_with(&self, other: &Self) -> bool {
        let shared = |(a, b): (&Slot<T>, &Slot<T>)| a.word == b.word && a.kind() != EMPTY;
        self.slots() == other.slots() && self.0.slice.iter().zip(&other.0.slice).any(shared)
    }

    /// Returns `true` if both nodes have the same width, and children in the same ranges.
    #[inline]
    pub(crate) fn is_divided_like(&self, other: &Self) -> bool {
        self.starts() == other.starts() && self.slots() == other.slots()
    }

    /// Returns the starts of the children that differ from those of `other`, which must be divided alike.
    #[inline]
    pub(crate) fn differing(&self, other: &Self) -> Bitmap {
        let words = self.0.slice.iter().zip(&other.0.slice).enumerate();
        let differing = words.map(|(slot, (a, b))| u32::from(a.word != b.word) << slot);
        Bitmap(differing.fold(0, |all, one| all | one) & self.starts().0)
    }

    /// Returns the slots of the child that covers `slot`.
    #[inline]
    pub(crate) const fn slots_at(&self, slot: usize) -> Slots {
        let first = self.starts().last_up_to(slot);
        Slots { first, span: self.starts().first_above(slot, self.slots().span) - first }
    }

    /// Returns an iterator over the children in order, each with the slot it starts at.
    #[inline]
    pub(crate) fn children(&self) -> impl Iterator<Item = (usize, &Child<T>)> {
        self.children_at(self.starts())
    }

    /// Returns an iterator over the children that cover `slots`, in order, each with its slot.
    #[inline]
    pub(crate) fn children_at(&self, mut slots: Bitmap) -> impl Iterator<Item = (usize, &Child<T>)> {
        core::iter::from_fn(move || slots.pop_first()).map(|slot| (slot, self.child(slot)))
    }

    /// Returns a mutable reference to the slots of the child that covers `slot`.
    #[inline]
    pub(crate) fn child_mut(&mut self, slot: usize) -> ChildSlots<'_, T> {
        let slots = self.slots_at(slot);
        ChildSlots(&mut self.0.slice[slots.first..slots.end()])
    }

    /// Returns a mutable reference to the slots of the child that covers the slot selected by the top bits.
    #[inline]
    pub(crate) fn child_mut_of(&mut self, bits: u32) -> ChildSlots<'_, T> {
        self.child_mut(self.slot_of(bits))
    }

    /// Returns the child that covers the slot selected by the top bits, if it is a bitmap node. `self` must be a node
    /// of the greatest width; other nodes have no bitmap nodes as children.
    #[inline]
    pub(crate) fn inner_mut_of(&mut self, bits: u32) -> Option<&mut Child<T>> {
        // SAFETY: invariant 6: the child, if it is returned, has one slot.
        Some(unsafe { self.slot_as_child_mut(wide_slot(bits)) }).filter(|child| child.is_bitmap())
    }

    /// Returns a mutable reference to the bucket that covers the slot selected by the top bits, if it is an unshared
    /// bucket.
    #[inline]
    pub(crate) fn unique_bucket_mut_of(&mut self, bits: u32) -> Option<&mut Bucket<T>> {
        // SAFETY: the bucket is edited, and the word that points to it is not.
        unsafe { self.slot_as_child_mut(self.slot_of(bits)) }.unique_bucket_mut()
    }

    /// Returns the child in `slot`.
    ///
    /// # Safety
    /// If the child has several slots, its word must not be changed.
    #[inline]
    unsafe fn slot_as_child_mut(&mut self, slot: usize) -> &mut Child<T> {
        // SAFETY: invariant 5: the node owns the reference, and the caller keeps all words of the child equal.
        unsafe { self.0.slice[slot].as_child_mut() }
    }

    /// Returns an iterator over mutable references to the children, in order.
    #[inline]
    pub(crate) const fn children_mut(&mut self) -> ChildrenMut<'_, T> {
        ChildrenMut { starts: self.0.header.starts, slots: &mut self.0.slice }
    }

    /// Returns the slots of two children together that are the halves of a range, one of which covers `slot`. Returns
    /// `None` if the other half is split, or if the child covers the whole node.
    #[inline]
    pub(crate) fn pair_of(&self, slot: usize) -> Option<Slots> {
        let Slots { first, span } = self.slots_at(slot);
        let buddy = first ^ span;
        let within_buddy = ((1u64 << span) - 1) << buddy;
        let alone = u64::from(self.starts().0) & within_buddy == 1 << buddy;
        (span < self.slots().span && alone).then_some(Slots { first: first & buddy, span: 2 * span })
    }

    /// Replaces the child that covers `slot`, which has at least two slots, by two children. Returns the old child.
    ///
    /// # Panics
    /// If the child has only one slot.
    pub(crate) fn split(&mut self, slot: usize, zeros: Child<T>, ones: Child<T>) -> Child<T> {
        let slots = self.slots_at(slot);
        assert!(slots.span > 1, "a child of one slot cannot be split in its node");
        let lone = !zeros.is_bitmap() && !ones.is_bitmap() || slots.span == 2;
        assert!(lone, "a bitmap node has one slot only");
        let old = self.0.slice[slots.first];
        for (half, child) in slots.halves().into_iter().zip([zeros, ones]) {
            self.0.slice[half.first..half.end()].fill(ManuallyDrop::new(child).0);
            self.0.header.starts.insert(half.first);
        }
        Child(old)
    }

    /// Replaces the two children that are the halves of `slots` by one. Returns the old children.
    ///
    /// # Panics
    /// If there are no two children with these slots.
    pub(crate) fn join(&mut self, slots: Slots, both: Child<T>) -> [Child<T>; 2] {
        assert_eq!(self.pair_of(slots.first), Some(slots), "two children of one size are joined");
        assert!(!both.is_bitmap(), "a bitmap node has one slot only");
        let [zeros, ones] = slots.halves();
        let old = [Child(self.0.slice[zeros.first]), Child(self.0.slice[ones.first])];
        self.0.slice[slots.first..slots.end()].fill(ManuallyDrop::new(both).0);
        self.0.header.starts.remove(ones.first);
        old
    }

    /// Removes all children and leaves one empty child.
    fn take(&mut self) -> ([Slot<T>; SLOTS_MAX], Bitmap) {
        let starts = core::mem::replace(&mut self.0.header.starts, Bitmap(1));
        let mut slots = [Slot::EMPTY; SLOTS_MAX];
        slots[..self.0.slice.len()].copy_from_slice(&self.0.slice);
        self.0.slice.fill(Slot::EMPTY);
        (slots, starts)
    }

    /// Moves the children into a node with twice the slots; leaves one empty child in `self`.
    ///
    /// # Panics
    /// If there are already `SLOTS_MAX` slots.
    pub(crate) fn doubled(&mut self) -> Arc<Self> {
        let len = self.slots().span;
        assert!(len < SLOTS_MAX, "a node has at most 16 slots");
        assert!(self.children().all(|(_, child)| !child.is_bitmap()), "a bitmap node has one slot only");
        let (slots, starts) = self.take();
        let wide: [Slot<T>; SLOTS_MAX] = core::array::from_fn(|slot| slots[slot / 2]);
        // SAFETY: there are 4 to `SLOTS_MAX` slots; each child takes the slots from its start up to the next, and was
        // removed from `self`.
        unsafe { Self::from_slots(starts.doubled(), &wide[..2 * len]) }
    }

    /// Returns a copy with twice the slots that shares the children.
    ///
    /// # Panics
    /// If there are already `SLOTS_MAX` slots.
    pub(crate) fn doubled_copy(&self) -> Arc<Self> {
        Self::from_children(self.starts().doubled(), self.width() + 1, |slot| self.child(slot / 2).clone())
    }

    /// Moves the children into a node with half the slots; leaves one empty child in `self`.
    ///
    /// # Panics
    /// If a child starts at an odd slot, or if there are only two slots.
    pub(crate) fn halved(&mut self) -> Arc<Self> {
        let len = self.slots().span;
        assert!(len > 2 && self.starts().all_even(), "each child must have at least two slots");
        let (slots, starts) = self.take();
        let narrow: [Slot<T>; SLOTS_MAX / 2] = core::array::from_fn(|slot| slots[2 * slot]);
        // SAFETY: there are at least 2 slots; each child takes the slots from its start up to the next, and was
        // removed from `self`.
        unsafe { Self::from_slots(starts.halved(), &narrow[..len / 2]) }
    }
}

impl<T> Drop for BitmapNode<T> {
    fn drop(&mut self) {
        /// Drops the remaining children, even if the destructor of an entry panics.
        struct Rest<'a, T>(&'a [Slot<T>], Bitmap);
        impl<T> Rest<'_, T> {
            fn drop_all(&mut self) {
                while let Some(start) = self.1.pop_first() {
                    // Invariant 5: the node owns one reference to each child; it is dropped at the child's start.
                    drop(Child(self.0[start]));
                }
            }
        }
        impl<T> Drop for Rest<'_, T> {
            fn drop(&mut self) {
                self.drop_all();
            }
        }
        // If the first child is freed, most are. Without these hints, the processor does not fetch one child while it
        // decrements the count of another.
        if self.child(0).is_unique() {
            self.children().for_each(|(_, child)| child.0.prefetch::<1>());
        }
        Rest(&self.0.slice, self.starts()).drop_all();
    }
}

/// A mutable reference to all slots of one child; an edit changes all of them.
pub(crate) struct ChildSlots<'a, T>(&'a mut [Slot<T>]);

impl<'a, T> ChildSlots<'a, T> {
    /// Returns the only slot of a child that is not in a node.
    #[inline]
    pub(crate) const fn root(child: &'a mut Child<T>) -> Self {
        Self(core::slice::from_mut(&mut child.0))
    }

    /// Returns the number of slots, a power of two.
    #[inline]
    pub(crate) const fn span(&self) -> usize {
        self.0.len()
    }

    /// Returns the child.
    #[inline]
    pub(crate) const fn get(&self) -> &Child<T> {
        self.0[0].as_child()
    }

    /// Edits the child and updates all its slots, even if `edit` panics.
    #[inline]
    pub(crate) fn edit<R>(&mut self, edit: impl FnOnce(&mut Child<T>) -> R) -> R {
        /// Copies the first slot to the others when dropped.
        struct Repeat<'a, T>(&'a mut [Slot<T>]);
        impl<T> Drop for Repeat<'_, T> {
            #[inline]
            fn drop(&mut self) {
                if let [first, others @ ..] = &mut *self.0 {
                    others.fill(*first);
                    assert!(others.is_empty() || !first.is_bitmap(), "a bitmap node has one slot only");
                }
            }
        }
        let slots = Repeat(self.0);
        // SAFETY: this child owns the reference, and its word after the edit is copied to the other slots before they
        // can be read (invariant 5).
        edit(unsafe { slots.0[0].as_child_mut() })
    }

    /// Replaces the child by `child` and returns the old one.
    #[inline]
    pub(crate) fn replace(&mut self, child: Child<T>) -> Child<T> {
        self.edit(|old| core::mem::replace(old, child))
    }

    /// Returns a mutable reference to the node that the child points to; copies a shared node first, its entries by
    /// `clone`.
    #[inline]
    pub(crate) fn make_mut(mut self, clone: impl Fn(&T) -> T) -> ChildMut<'a, T> {
        if !self.get().is_unique() {
            self.edit(|child| *child = child.copy(clone));
        }
        // SAFETY: the node is edited, and the word that points to it is not.
        let child = unsafe { self.0[0].as_child_mut() };
        child.get_mut().expect("a new node is not shared")
    }
}

/// An iterator over mutable references to the children of a node, in order.
pub(crate) struct ChildrenMut<'a, T> {
    /// The remaining starts, relative to the first of `slots`: bit 0 is set unless there are none.
    starts: Bitmap,
    slots: &'a mut [Slot<T>],
}

impl<T> ChildrenMut<'_, T> {
    /// Returns an iterator over the remaining children.
    pub(crate) fn rest(&self) -> impl Iterator<Item = &Child<T>> {
        let mut starts = self.starts;
        core::iter::from_fn(move || starts.pop_first()).map(|start| self.slots[start].as_child())
    }
}

impl<'a, T> Iterator for ChildrenMut<'a, T> {
    type Item = ChildSlots<'a, T>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let slots = core::mem::take(&mut self.slots);
        if slots.is_empty() {
            return None;
        }
        let end = self.starts.first_above(0, slots.len());
        let (child, rest) = slots.split_at_mut(end);
        (self.starts, self.slots) = (self.starts.shifted(end), rest);
        Some(ChildSlots(child))
    }
}
