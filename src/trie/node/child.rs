//! `Child`: an owning, tagged, thin pointer to a node. The slots of a `BitmapNode` repeat such pointers.
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

mod bitmap_node;

use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::num::NonZero;
use core::ptr::{self, NonNull};
use triomphe::{Arc, HeaderSlice};

use super::bucket::{Bucket, BucketHeader, Head, Unit};
use super::{HASH_BITS, WIDTH_MAX};
use bitmap_node::BitmapHeader;
pub(crate) use bitmap_node::{BitmapNode, ChildSlots, ChildrenMut};

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

    /// Returns the slot as a child.
    ///
    /// # Safety
    /// When the reference ends, the word must be one to which the owner of the slot owns a reference, and be that of
    /// all slots of the child (invariant 5).
    #[inline]
    const unsafe fn as_child_mut(&mut self) -> &mut Child<T> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trie::node::bitmap::Bitmap;
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
