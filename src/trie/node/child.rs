//! `Child`: an owning, tagged, thin pointer to a node; and `BitmapNode`, whose slots repeat such pointers.
//!
//! A child is one word: the pointer that `triomphe::Arc::into_raw` returned for the node, made thin, with the kind of
//! the node in the three low bits. The wide pointer to a bucket is restored from the capacity in its header, that to
//! a bitmap node from its width, which is part of the kind. So at a node of the greatest width, a lookup reads one
//! slot and nothing else, that is, one cache line; and every node that has bitmap nodes below it is of the greatest
//! width.
//!
//! Invariants (of the pointers; for those of the structure see `node`):
//! 1. The kind in a slot is that of the node it points to, and includes the width of a bitmap node; a slot of kind
//!    `EMPTY` points to no node.
//! 2. A `Child` owns one reference to its node.
//! 3. `shift = 32 - w` for a node of `2^w` slots, 1 <= w <= `WIDTH_MAX`.
//! 4. `starts` has bit 0 set and no bit at or above `2^w`.
//! 5. All slots from one start up to the next contain the same word; together they own one reference.
//! 6. A child that is a bitmap node has exactly one slot.

#![allow(unsafe_code)]

use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::num::NonZero;
use core::ptr::{self, NonNull};
use triomphe::{Arc, HeaderSlice};

use super::bitmap::Bitmap;
use super::bucket::{Bucket, BucketHeader, Head, Unit};
use super::{HASH_BITS, WIDTH_MAX};

/// The maximum number of slots of a bitmap node.
const SLOTS_MAX: usize = 1 << WIDTH_MAX;

/// The kinds of node, as stored in the low bits of a slot. Kinds below `BUCKET` are bitmap nodes, of width
/// `WIDTH_MAX - kind`. A collision node is a bucket with a capacity of more than `MAX`: it has a kind of its own, so
/// that lookups need not compare its length.
const WIDEST: usize = 0;
const BUCKET: usize = 4;
const COLLISION: usize = 5;
const EMPTY: usize = 6;
const KIND_MASK: usize = 7;

/// The word of a child. A copy of it does not own a reference.
struct Slot<T> {
    word: NonNull<()>,
    _node: PhantomData<Arc<T>>,
}

// SAFETY: a slot is an `Arc` of a node that contains `T`s and, through further children, nothing else.
unsafe impl<T> Send for Slot<T> where Arc<T>: Send {}
// SAFETY: as above.
unsafe impl<T> Sync for Slot<T> where Arc<T>: Sync {}

impl<T> Clone for Slot<T> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Slot<T> {}

impl<T> Slot<T> {
    const EMPTY: Self = {
        let word = ptr::without_provenance_mut(EMPTY);
        // SAFETY: `EMPTY` is not zero.
        Self { word: unsafe { NonNull::new_unchecked(word) }, _node: PhantomData }
    };

    #[inline]
    const fn as_child(&self) -> &Child<T> {
        // SAFETY: `Child` is a transparent wrapper of `Slot`; a `&Child` neither takes nor drops a reference.
        unsafe { &*ptr::from_ref(self).cast::<Child<T>>() }
    }

    /// Returns the slot as a child, which must be left with a reference that the owner of the slot may drop.
    #[inline]
    const fn as_child_mut(&mut self) -> &mut Child<T> {
        // SAFETY: `Child` is a transparent wrapper of `Slot`.
        unsafe { &mut *ptr::from_mut(self).cast::<Child<T>>() }
    }

    /// Converts `arc` into a slot, which takes over its reference.
    #[inline]
    fn new<N: ?Sized>(arc: Arc<N>, kind: usize) -> Self {
        const { assert!(align_of::<Head<T>>() > KIND_MASK) };
        // See `count`.
        const { assert!(align_of::<Head<T>>() == align_of::<HeaderSlice<BitmapHeader<T>, Slot<T>>>()) };
        const { assert!(align_of::<Head<T>>() == align_of::<HeaderSlice<BucketHeader, Unit<T>>>()) };
        debug_assert_eq!(align_of::<Head<T>>(), align_of_val(&*arc));
        let block = arc.heap_ptr();
        let thin = Arc::into_raw(arc);
        // SAFETY: nothing but the address of the block is computed from this `Arc`, which is not dropped.
        let count = ManuallyDrop::new(unsafe { Arc::from_raw(thin.cast::<Head<T>>()) });
        // What `count` rests on is not documented by `triomphe`. With a version in which it is false, this panics; for
        // others, the compiler finds that both pointers are equal.
        assert!(count.heap_ptr() == block, "triomphe has another memory layout");
        let thin = thin.cast::<()>().cast_mut().map_addr(|addr| addr | kind);
        // SAFETY: `into_raw` never returns null.
        Self { word: unsafe { NonNull::new_unchecked(thin) }, _node: PhantomData }
    }

    #[inline]
    fn kind(self) -> usize {
        self.word.addr().get() & KIND_MASK
    }

    #[inline]
    fn is_bitmap(self) -> bool {
        self.word.addr().get() & BUCKET == 0
    }

    /// Returns the thin pointer to the node, if it is of this kind. The subtraction of a known kind becomes part of
    /// the displacement of the following loads; a mask would not.
    #[inline]
    fn thin(self, kind: usize) -> Option<*mut ()> {
        (self.kind() == kind).then(|| self.word.as_ptr().map_addr(|addr| addr.wrapping_sub(kind)))
    }

    /// Returns the bitmap node, if it is one, as the pointer that `Arc::into_raw` returned.
    #[inline]
    fn bitmap(self) -> Option<NonNull<BitmapNode<T>>> {
        self.is_bitmap().then(|| self.bitmap_of(self.kind()))
    }

    /// Returns the bitmap node, if it is one of the greatest width.
    #[inline]
    fn widest(self) -> Option<NonNull<BitmapNode<T>>> {
        (self.kind() == WIDEST).then(|| self.bitmap_of(WIDEST))
    }

    /// Returns the bitmap node, whose kind must be `kind`.
    #[inline]
    fn bitmap_of(self, kind: usize) -> NonNull<BitmapNode<T>> {
        #[cfg(test)]
        super::looks::count();
        let node = self.word.as_ptr().map_addr(|addr| addr.wrapping_sub(kind)).cast::<Self>();
        // The length in a wide pointer is that of the last field, the slots (invariants 1 and 3).
        let node = ptr::slice_from_raw_parts_mut(node, SLOTS_MAX >> kind) as *mut BitmapNode<T>;
        // SAFETY: invariant 1, and the callers have compared the kind: the word points to a node, so it is not null.
        // This knowledge saves lookups a comparison.
        unsafe { NonNull::new_unchecked(node) }
    }

    /// Returns the bucket, if the node is one of this kind, as the pointer that `Arc::into_raw` returned.
    #[inline]
    fn bucket(self, kind: usize) -> Option<*mut Bucket<T>> {
        let header = self.thin(kind)?;
        #[cfg(test)]
        super::looks::count();
        // SAFETY: invariant 1: the word points to the header of a live bucket, since `kind` is `BUCKET` or `COLLISION`.
        Some(unsafe { Bucket::from_header(header.cast()) })
    }

    /// Returns the bucket, if it is one or a collision node, as the pointer that `Arc::into_raw` returned.
    #[inline]
    fn leaf(self) -> Option<*mut Bucket<T>> {
        if !matches!(self.kind(), BUCKET | COLLISION) {
            return None;
        }
        #[cfg(test)]
        super::looks::count();
        let header = self.word.as_ptr().map_addr(|addr| addr & !KIND_MASK);
        // SAFETY: invariant 1: the word points to the header of a live bucket.
        Some(unsafe { Bucket::from_header(header.cast()) })
    }

    /// Prefetches the first `LINES` cache lines of the node. This is only a hint to the processor.
    #[inline]
    fn prefetch<const LINES: usize>(self) {
        #[cfg(all(target_arch = "x86_64", target_feature = "sse", not(miri)))]
        for line in 0..LINES {
            use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            let address = self.word.as_ptr().cast::<i8>().wrapping_add(64 * line);
            // SAFETY: SSE is a feature of this target (`cfg` above), and prefetching any address is permitted.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(address) };
        }
    }

    /// Returns the node as a type-erased `Arc<Head<T>>`, for access to its reference count; `None` if there is no
    /// node. It does not own a reference, hence `ManuallyDrop`.
    ///
    /// All nodes of a trie have the alignment of `Head`, and `triomphe` places the count according to the alignment
    /// alone, which [`new`](Self::new) checks. So this `Arc` accesses the count of the node without knowing its kind
    /// and size.
    #[inline]
    fn count(self) -> Option<ManuallyDrop<Arc<Head<T>>>> {
        if self.kind() == EMPTY {
            return None;
        }
        let head = self.word.as_ptr().map_addr(|addr| addr & !KIND_MASK).cast::<Head<T>>();
        // SAFETY: invariants 1 and 2: `into_raw` returned this pointer, for a node of this alignment; `ManuallyDrop`
        // prevents the node from being dropped through it.
        Some(ManuallyDrop::new(unsafe { Arc::from_raw(head) }))
    }
}

/// Returns the slot that the top bits select in a node of the greatest width.
#[inline]
const fn wide_slot(bits: u32) -> usize {
    (bits >> (HASH_BITS - WIDTH_MAX)) as usize
}

/// An owning pointer to a node, or an empty child. `clone` adds a reference to the same node.
#[repr(transparent)]
pub(crate) struct Child<T>(Slot<T>);

/// The node that a child points to.
pub(crate) enum ChildRef<'a, T> {
    Bitmap(&'a BitmapNode<T>),
    Bucket(&'a Bucket<T>),
    Collision(&'a Bucket<T>),
    Empty,
}

/// A mutable reference to the node that an unshared child points to.
pub(crate) enum ChildMut<'a, T> {
    Bitmap(&'a mut BitmapNode<T>),
    Bucket(&'a mut Bucket<T>),
    Collision(&'a mut Bucket<T>),
    Empty,
}

impl<T> Child<T> {
    /// The child that points to no node.
    pub(crate) const EMPTY: Self = Self(Slot::EMPTY);

    #[inline]
    pub(crate) fn is_bitmap(&self) -> bool {
        self.0.is_bitmap()
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.kind() == EMPTY
    }

    /// Returns `true` if both point to the same node.
    #[inline]
    pub(crate) fn ptr_eq(&self, other: &Self) -> bool {
        ptr::eq(self.0.word.as_ptr(), other.0.word.as_ptr())
    }

    /// Returns the address of the node, which identifies it.
    pub(crate) fn addr(&self) -> NonZero<usize> {
        self.0.word.addr()
    }

    /// Prefetches the first cache lines of the node, which will be read soon. This is only a hint to the processor.
    #[inline]
    pub(crate) fn prefetch(&self) {
        self.0.prefetch::<4>();
    }

    /// Returns the node that the child points to.
    #[inline]
    pub(crate) fn get(&self) -> ChildRef<'_, T> {
        if let Some(bucket) = self.as_bucket() {
            ChildRef::Bucket(bucket)
        } else if let Some(node) = self.as_bitmap() {
            ChildRef::Bitmap(node)
        } else if let Some(node) = self.0.bucket(COLLISION) {
            // SAFETY: invariants 1 and 2: the node lives as long as `self`, and is not edited while `self` is
            // borrowed.
            ChildRef::Collision(unsafe { &*node })
        } else {
            ChildRef::Empty
        }
    }

    /// Returns the bitmap node, if it is one.
    #[inline]
    pub(crate) fn as_bitmap(&self) -> Option<&BitmapNode<T>> {
        // SAFETY: invariants 1 and 2: the node lives as long as `self`, and is not edited while `self` is borrowed.
        self.0.bitmap().map(|node| unsafe { node.as_ref() })
    }

    /// Returns the child of a bitmap node that covers the slot selected by the top bits.
    #[inline]
    pub(crate) fn child_of(&self, bits: u32) -> Option<&Self> {
        let node = self.as_bitmap()?;
        // SAFETY: invariant 3: a word shifted by `32 - w` is below `2^w`.
        let slot = unsafe { node.0.slice.get_unchecked(node.slot_of(bits)) };
        Some(slot.as_child())
    }

    /// Does what [`child_of`](Self::child_of) does for a bitmap node of the greatest width, of which it reads only
    /// the slot. Only such nodes have bitmap nodes as children.
    #[inline]
    pub(crate) fn child_of_widest(&self, bits: u32) -> Option<&Self> {
        // SAFETY: invariants 1 and 2: the node lives as long as `self`, and is not edited while `self` is borrowed.
        let node = unsafe { self.0.widest()?.as_ref() };
        Some(node.0.slice[wide_slot(bits)].as_child())
    }

    /// Returns the bucket, if it is one.
    #[inline]
    pub(crate) fn as_bucket(&self) -> Option<&Bucket<T>> {
        // SAFETY: invariants 1 and 2: the bucket lives as long as `self`, and is not edited while `self` is borrowed.
        self.0.bucket(BUCKET).map(|bucket| unsafe { &*bucket })
    }

    /// Returns the bucket, if it is one or a collision node.
    #[inline]
    pub(crate) fn as_leaf(&self) -> Option<&Bucket<T>> {
        // SAFETY: invariants 1 and 2: the bucket lives as long as `self`, and is not edited while `self` is borrowed.
        self.0.leaf().map(|bucket| unsafe { &*bucket })
    }

    /// Returns `true` if `self` is the only reference to its node, or is empty.
    #[inline]
    pub(crate) fn is_unique(&self) -> bool {
        self.0.count().is_none_or(|count| count.is_unique())
    }

    /// Returns a mutable reference to the node that the child points to, if `self` is its only owner.
    #[inline]
    pub(crate) fn get_mut(&mut self) -> Option<ChildMut<'_, T>> {
        if !self.is_unique() {
            return None;
        }
        Some(if let Some(bucket) = self.0.bucket(BUCKET) {
            // SAFETY: invariant 1, and `self`, the only owner, is borrowed for as long.
            ChildMut::Bucket(unsafe { &mut *bucket })
        } else if let Some(mut node) = self.0.bitmap() {
            // SAFETY: as above.
            ChildMut::Bitmap(unsafe { node.as_mut() })
        } else if let Some(node) = self.0.bucket(COLLISION) {
            // SAFETY: as above.
            ChildMut::Collision(unsafe { &mut *node })
        } else {
            ChildMut::Empty
        })
    }

    /// Returns a mutable reference to the bucket, if it is one and `self` is its only owner.
    #[inline]
    pub(crate) fn unique_bucket_mut(&mut self) -> Option<&mut Bucket<T>> {
        let bucket = self.0.bucket(BUCKET).filter(|_| self.is_unique())?;
        // SAFETY: invariant 1, and `self`, the only owner, is borrowed for as long.
        Some(unsafe { &mut *bucket })
    }

    /// Returns a mutable reference to the bitmap node, if it is one and `self` is its only owner.
    #[inline]
    pub(crate) fn unique_bitmap_mut(&mut self) -> Option<&mut BitmapNode<T>> {
        let mut node = self.0.bitmap().filter(|_| self.is_unique())?;
        // SAFETY: invariant 1, and `self`, the only owner, is borrowed for as long.
        Some(unsafe { node.as_mut() })
    }

    /// Returns a mutable reference to the bitmap node, if it is one; copies a shared node first.
    #[inline]
    pub(crate) fn make_bitmap_mut(&mut self) -> Option<&mut BitmapNode<T>> {
        if !self.is_unique() {
            self.unshare_bitmap();
        }
        // SAFETY: invariant 1, and `self`, which is the only owner now, is borrowed for as long.
        self.0.bitmap().map(|mut node| unsafe { node.as_mut() })
    }

    /// Replaces the bitmap node, if it is one, by a copy.
    #[inline(never)]
    fn unshare_bitmap(&mut self) {
        if let Some(node) = self.as_bitmap() {
            *self = node.copy().into();
        }
    }

    /// Returns a mutable reference to the node that the child points to; copies a shared node first, its entries by
    /// `clone`.
    #[inline]
    pub(crate) fn make_mut(&mut self, clone: impl Fn(&T) -> T) -> ChildMut<'_, T> {
        if !self.is_unique() {
            *self = self.copy(clone);
        }
        self.get_mut().expect("a new node is not shared")
    }

    /// Returns a copy of the node. A bucket is copied without spare capacity.
    #[inline(never)]
    fn copy(&self, clone: impl Fn(&T) -> T) -> Self {
        match self.get() {
            ChildRef::Bitmap(node) => node.copy().into(),
            ChildRef::Bucket(bucket) | ChildRef::Collision(bucket) => bucket.copy(bucket.len(), clone).into(),
            ChildRef::Empty => Self::EMPTY,
        }
    }
}

impl<T> From<Arc<Bucket<T>>> for Child<T> {
    #[inline]
    fn from(arc: Arc<Bucket<T>>) -> Self {
        let kind = if arc.capacity() <= Bucket::<T>::MAX { BUCKET } else { COLLISION };
        Self(Slot::new(arc, kind))
    }
}

impl<T> From<Arc<BitmapNode<T>>> for Child<T> {
    #[inline]
    fn from(arc: Arc<BitmapNode<T>>) -> Self {
        const { assert!(WIDTH_MAX as usize == BUCKET) };
        let kind = (WIDTH_MAX - arc.width()) as usize;
        Self(Slot::new(arc, kind))
    }
}

impl<T> Clone for Child<T> {
    #[inline]
    fn clone(&self) -> Self {
        if let Some(count) = self.0.count() {
            core::mem::forget(Arc::clone(&count));
        }
        Self(self.0)
    }
}

impl<T> Child<T> {
    /// Drops the node, to which `self` owns the last reference.
    fn drop_last(&mut self) {
        if let Some(bucket) = self.0.leaf() {
            // SAFETY: invariants 1 and 2: `into_raw` returned this pointer, and its reference is dropped only here.
            drop(unsafe { Arc::from_raw(bucket) });
        } else if let Some(node) = self.0.bitmap() {
            // SAFETY: as above.
            drop(unsafe { Arc::from_raw(node.as_ptr()) });
        }
    }
}

impl<T> Drop for Child<T> {
    /// Fast path: if the node is shared, only decrements the count, without dispatching on its kind. That is the case
    /// for all children of a node that has been copied.
    #[inline]
    fn drop(&mut self) {
        let Some(count) = self.0.count() else { return };
        if count.is_unique() {
            self.drop_last();
        } else if let Some(last) = Arc::into_unique(ManuallyDrop::into_inner(count)) {
            // The other owners dropped their references after the check. `last` is now the only reference; give it
            // back to `self`, which drops the node.
            core::mem::forget(last);
            self.drop_last();
        }
    }
}

/// The part of a bitmap node before its slots.
#[repr(C, align(8))]
struct BitmapHeader<T> {
    _head: [Head<T>; 0],
    starts: Bitmap,
    shift: u8,
}

/// A node of `2^w` slots, each of whose children takes one or more slots. See the diagram in `node`.
#[repr(transparent)]
pub(crate) struct BitmapNode<T>(HeaderSlice<BitmapHeader<T>, [Slot<T>]>);

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
    fn copy(&self) -> Arc<Self> {
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

    /// Returns the number of slots, a power of two from 2 to `SLOTS_MAX`.
    #[inline]
    pub(crate) const fn slots(&self) -> usize {
        self.0.slice.len()
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

    /// Returns the range of slots that the child at `slot` covers, as start and end.
    #[inline]
    pub(crate) fn range(&self, slot: usize) -> (usize, usize) {
        (self.starts().last_up_to(slot), self.starts().first_above(slot, self.slots()))
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
        let (first, end) = self.range(slot);
        ChildSlots(&mut self.0.slice[first..end])
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
        // Invariant 6: the child has one slot, so its word may be changed.
        Some(self.slot_as_child_mut(wide_slot(bits))).filter(|child| child.is_bitmap())
    }

    /// Returns a mutable reference to the bucket that covers the slot selected by the top bits, if it is an unshared
    /// bucket.
    #[inline]
    pub(crate) fn unique_bucket_mut_of(&mut self, bits: u32) -> Option<&mut Bucket<T>> {
        self.slot_as_child_mut(self.slot_of(bits)).unique_bucket_mut()
    }

    /// Returns the child in `slot`. If it has several slots, its word must not be changed.
    #[inline]
    fn slot_as_child_mut(&mut self, slot: usize) -> &mut Child<T> {
        self.0.slice[slot].as_child_mut()
    }

    /// Returns an iterator over mutable references to the children, in order.
    #[inline]
    pub(crate) const fn children_mut(&mut self) -> ChildrenMut<'_, T> {
        ChildrenMut { starts: self.0.header.starts, slots: &mut self.0.slice }
    }

    /// Returns the slots of the two buddy children, of equal size, one of which covers `slot`, as (start, middle,
    /// end). Returns `None` if the buddy of that child is split, or if that child covers the whole node.
    #[inline]
    pub(crate) fn pair_of(&self, slot: usize) -> Option<(usize, usize, usize)> {
        let (start, end) = self.range(slot);
        let span = end - start;
        let buddy = start ^ span;
        let within_buddy = ((1u64 << span) - 1) << buddy;
        let alone = u64::from(self.starts().0) & within_buddy == 1 << buddy;
        let first = start & buddy;
        (span < self.slots() && alone).then_some((first, first + span, first + 2 * span))
    }

    /// Replaces the child that covers `slot`, which has at least two slots, by two children. Returns the old child.
    ///
    /// # Panics
    /// If the child has only one slot.
    pub(crate) fn split(&mut self, slot: usize, zeros: Child<T>, ones: Child<T>) -> Child<T> {
        let (first, end) = self.range(slot);
        let middle = usize::midpoint(first, end);
        assert!(first < middle, "a child of one slot cannot be split in its node");
        let lone = !zeros.is_bitmap() && !ones.is_bitmap() || end - first == 2;
        assert!(lone, "a bitmap node has one slot only");
        let old = self.0.slice[first];
        self.0.slice[first..middle].fill(ManuallyDrop::new(zeros).0);
        self.0.slice[middle..end].fill(ManuallyDrop::new(ones).0);
        self.0.header.starts.insert(middle);
        Child(old)
    }

    /// Replaces the two children that cover the slots `first..middle` and `middle..end` by one. Returns the old
    /// children.
    ///
    /// # Panics
    /// If there are no two children with these slots.
    pub(crate) fn join(&mut self, first: usize, middle: usize, end: usize, both: Child<T>) -> (Child<T>, Child<T>) {
        assert_eq!(self.pair_of(first), Some((first, middle, end)), "two children of one size are joined");
        assert!(!both.is_bitmap(), "a bitmap node has one slot only");
        let old = (Child(self.0.slice[first]), Child(self.0.slice[middle]));
        self.0.slice[first..end].fill(ManuallyDrop::new(both).0);
        self.0.header.starts.remove(middle);
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
        let len = self.slots();
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
        let len = self.slots();
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
        // This child owns the reference, and its word after the edit is copied to the other slots before they can be
        // read (invariant 5).
        let slots = Repeat(self.0);
        edit(slots.0[0].as_child_mut())
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
        self.into_single().get_mut().expect("a new node is not shared")
    }

    /// Returns the child in the first slot. If it has several slots, its word must not be changed.
    #[inline]
    fn into_single(self) -> &'a mut Child<T> {
        self.0[0].as_child_mut()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trie::node::bucket::unique_mut;

    /// Returns a bitmap node whose children are empty.
    fn node(starts: u32, width: u32) -> Arc<BitmapNode<u32>> {
        BitmapNode::from_children(Bitmap(starts), width, |_| Child::EMPTY)
    }

    #[test]
    fn a_child_of_two_slots_can_be_split_into_bitmap_nodes() {
        let mut parent = node(0b101_0001, 3);
        drop(unique_mut(&mut parent).split(4, node(0b11, 1).into(), node(0b11, 1).into()));
        assert_eq!(parent.starts(), Bitmap(0b111_0001));
        assert!(parent.child(4).is_bitmap() && parent.child(5).is_bitmap() && !parent.child(6).is_bitmap());
    }

    #[test]
    #[should_panic(expected = "a bitmap node has one slot only")]
    fn splitting_panics_if_a_bitmap_node_would_get_two_slots() {
        drop(unique_mut(&mut node(1, 2)).split(0, node(0b11, 1).into(), Child::EMPTY));
    }

    /// Asserts that `count` and the node's own `Arc` access the same count, at the address that `triomphe` derives
    /// from the alignment alone.
    fn assert_one_count<T, N: ?Sized>(arc: Arc<N>)
    where
        Child<T>: From<Arc<N>>,
    {
        let offset = size_of::<usize>().next_multiple_of(align_of::<Head<T>>());
        assert_eq!(arc.as_ptr().cast::<()>().addr() - arc.heap_ptr().addr(), offset);
        assert_eq!(align_of_val(&*arc), align_of::<Head<T>>());

        let child = Child::from(arc.clone());
        let count = child.0.count().expect("there is a node");
        assert_eq!(count.heap_ptr(), arc.heap_ptr());
        assert_eq!((Arc::strong_count(&count), Arc::strong_count(&arc)), (2, 2));
        let of_count = child.clone();
        assert_eq!((Arc::strong_count(&count), Arc::strong_count(&arc)), (3, 3));
        let of_arc = arc.clone();
        assert_eq!((Arc::strong_count(&count), Arc::strong_count(&arc)), (4, 4));
        drop(of_count);
        drop(of_arc);
        assert!(!child.is_unique() && !arc.is_unique());
        drop(child);
        assert!(arc.is_unique());

        let mut child = Child::from(arc.clone());
        drop(arc);
        assert!(child.is_unique() && child.get_mut().is_some());
    }

    fn assert_one_count_in_each_kind<T: Clone>(entry: T) {
        let bucket = || bucket_of(entry.clone());
        assert_one_count::<T, _>(bucket());
        assert_one_count::<T, _>(BitmapNode::from_children(Bitmap(0b11), 1, |_| bucket().into()));
        assert_one_count::<T, _>(Bucket::<T>::with_capacity(40));
    }

    fn bucket_of<T>(entry: T) -> Arc<Bucket<T>> {
        let mut bucket = Bucket::with_capacity(2);
        unique_mut(&mut bucket).push(7, entry);
        bucket
    }

    #[test]
    fn reference_count_is_accessed_without_knowing_the_kind_of_node() {
        #[derive(Clone)]
        #[repr(align(64))]
        struct Line {
            _byte: u8,
        }
        assert_one_count_in_each_kind(1_u8);
        assert_one_count_in_each_kind(1_u64);
        assert_one_count_in_each_kind(1_u128);
        assert_one_count_in_each_kind(Line { _byte: 1 });
        assert_one_count_in_each_kind(alloc::boxed::Box::new(1));
    }
}
