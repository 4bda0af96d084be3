//! `Bucket`: entries with their tags and hashes in one allocation.
//!
//! ```text
//!  count │ len cap      │ tags[MAX, rounded up to 16] │ entries[cap] ............ │ hashes[cap] ....
//!  Arc   │ BucketHeader │ HeaderSlice's slice of `Unit`s, used as raw memory
//! ```
//!
//! A lookup reads the header, the tags, and the entries whose tags match. The hashes come last, in cache lines that
//! lookups do not read; they are used to split, merge and compare buckets without calling the user's `Hash` again.
//!
//! Invariants:
//! 1. `len <= cap <= MAX`.
//! 2. The slice has `units(cap)` units: `TAG_ROOM` tags, then memory for `cap` entries, then memory for `cap` hashes,
//!    each part aligned.
//! 3. The first `len` entries and hashes are initialised, and all tags are; entry `i` has hash `hashes[i]` and tag
//!    `hashes[i] as u8`.

#![allow(unsafe_code)]

use core::mem::{self, MaybeUninit};
use core::ptr;
use triomphe::{Arc, HeaderSlice, UniqueArc};

use super::tags::{self, TAGS};
use super::{bucket_max, grown_capacity};

/// Indices of entries in a bucket, one bit each.
pub(crate) type Indices = u64;

/// Returns the indices below `len`, which is at most 63.
#[inline]
pub(crate) const fn indices_below(len: usize) -> Indices {
    (1 << len) - 1
}

/// Returns the low bits of a hash, by which a bucket is searched.
#[inline]
pub(crate) const fn tag(hash: u32) -> u8 {
    hash as u8
}

/// The part of a bucket before its tags, entries and hashes.
#[repr(C, align(8))]
pub(crate) struct BucketHeader {
    len: u8,
    cap: u8,
    /// Padding, so that the tags are aligned to 16 bytes: the reference count before the header takes 8 bytes, and
    /// blocks are aligned to 16 bytes. Then each group of 16 tags is in one cache line.
    _pad: [u8; 6],
}

/// A unit of a bucket's memory, aligned for entries and for hashes, and never zero-sized.
#[repr(C)]
pub(crate) struct Unit<T> {
    _entries: [T; 0],
    _hash: u32,
}

/// The first field of every node: zero-sized, with an alignment that suits all three kinds of node.
#[repr(C, align(8))]
pub(crate) struct Head<T>([Unit<T>; 0]);

type Memory<T> = HeaderSlice<BucketHeader, [MaybeUninit<Unit<T>>]>;

/// Up to [`MAX`](Self::MAX) entries with their tags and hashes.
#[repr(transparent)]
pub(crate) struct Bucket<T>(Memory<T>);

/// Returns the offset of the hashes, in bytes from the first tag.
#[inline]
const fn hashes_offset<T>(cap: usize) -> usize {
    (Bucket::<T>::ENTRIES_OFFSET + cap * size_of::<T>()).next_multiple_of(align_of::<u32>())
}

/// Returns the number of units for the tags, `cap` entries and `cap` hashes (invariant 2).
#[inline]
const fn units<T>(cap: usize) -> usize {
    (hashes_offset::<T>(cap) + cap * size_of::<u32>()).div_ceil(size_of::<Unit<T>>())
}

/// The parts of a bucket; each slice has length `cap`.
struct PartsMut<'a, T> {
    header: &'a mut BucketHeader,
    tags: &'a mut [u8],
    entries: &'a mut [MaybeUninit<T>],
    hashes: &'a mut [MaybeUninit<u32>],
}

impl<T> Bucket<T> {
    /// The maximum number of entries; a range of hashes with more entries is split.
    pub(crate) const MAX: usize = bucket_max::<T>();

    /// The number of tags. All of them are initialised, since 16 are searched at once. A number that depends on the
    /// capacity would have to be loaded before an entry can be found, which makes lookups in small maps a third
    /// slower.
    const TAG_ROOM: usize = Self::MAX.next_multiple_of(TAGS);

    /// The offset of the entries, in bytes from the first tag.
    const ENTRIES_OFFSET: usize = Self::TAG_ROOM.next_multiple_of(align_of::<T>());

    /// Returns an empty bucket with capacity for `cap` entries.
    ///
    /// # Panics
    /// If `cap` is more than `MAX`.
    #[inline]
    pub(crate) fn with_capacity(cap: usize) -> Arc<Self> {
        const { assert!(Self::MAX < Indices::BITS as usize) };
        const { assert!(size_of::<T>() <= isize::MAX as usize / (4 * Self::MAX)) };
        assert!(cap <= Self::MAX, "the capacity of a bucket is at most MAX");
        let header = BucketHeader { len: 0, cap: cap as u8, _pad: [0; 6] };
        let mut memory: UniqueArc<Memory<T>> = UniqueArc::from_header_and_uninit_slice(header, units::<T>(cap));
        // SAFETY: invariant 2: the memory begins with `TAG_ROOM` tags.
        unsafe { memory.slice.as_mut_ptr().cast::<u8>().write_bytes(0, Self::TAG_ROOM) };
        let raw = Arc::into_raw(memory.shareable());
        // SAFETY: `raw` comes from `into_raw`, and `Bucket` is a transparent wrapper of what it points to.
        unsafe { Arc::from_raw(raw as *const Self) }
    }

    /// Returns the wide pointer to the bucket whose header is at `header`.
    ///
    /// # Safety
    /// `header` must point to the header of a live bucket, with provenance for the whole bucket.
    #[inline]
    pub(crate) unsafe fn from_header(header: *mut BucketHeader) -> *mut Self {
        // SAFETY: the caller guarantees that `header` points to a header.
        let cap = usize::from(unsafe { (*header).cap });
        // The length in a wide pointer is that of the last field, the slice (invariant 2).
        ptr::slice_from_raw_parts_mut(header.cast::<MaybeUninit<Unit<T>>>(), units::<T>(cap)) as *mut Self
    }

    /// Returns the number of entries.
    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.0.header.len as usize
    }

    /// Returns the number of entries that fit into the bucket.
    #[inline]
    pub(crate) const fn capacity(&self) -> usize {
        self.0.header.cap as usize
    }

    /// Returns the entries.
    #[inline]
    pub(crate) const fn entries(&self) -> &[T] {
        let first = self.0.slice.as_ptr().wrapping_byte_add(Self::ENTRIES_OFFSET);
        // SAFETY: invariants 2 and 3: there are `len` initialised, aligned entries at this address.
        unsafe { core::slice::from_raw_parts(first.cast(), self.len()) }
    }

    /// Returns mutable references to the entries. An edit must not change an entry's hash.
    #[inline]
    pub(crate) const fn entries_mut(&mut self) -> &mut [T] {
        let len = self.len();
        let first = self.0.slice.as_mut_ptr().wrapping_byte_add(Self::ENTRIES_OFFSET);
        // SAFETY: invariants 2 and 3: there are `len` initialised, aligned entries at this address.
        unsafe { core::slice::from_raw_parts_mut(first.cast(), len) }
    }

    /// Returns the hashes of the entries, in the same order.
    #[inline]
    pub(crate) const fn hashes(&self) -> &[u32] {
        let first = self.0.slice.as_ptr().wrapping_byte_add(hashes_offset::<T>(self.capacity()));
        // SAFETY: invariants 2 and 3: there are `len` initialised, aligned hashes at this address.
        unsafe { core::slice::from_raw_parts(first.cast(), self.len()) }
    }

    /// Returns all tags, in groups that are searched at once; the tags of the entries come first.
    #[inline]
    pub(crate) const fn tags(&self) -> &[[u8; TAGS]] {
        // SAFETY: invariants 2 and 3: the memory begins with `TAG_ROOM` initialised tags.
        unsafe { core::slice::from_raw_parts(self.0.slice.as_ptr().cast(), Self::TAG_ROOM / TAGS) }
    }

    /// Returns the header and the tags, entries and hashes, each up to the capacity.
    #[inline]
    const fn parts_mut(&mut self) -> PartsMut<'_, T> {
        let cap = self.capacity();
        let tags = self.0.slice.as_mut_ptr();
        let entries = tags.wrapping_byte_add(Self::ENTRIES_OFFSET);
        let hashes = tags.wrapping_byte_add(hashes_offset::<T>(cap));
        // SAFETY: invariants 1, 2 and 3: there are `cap` initialised tags at this address.
        let tags = unsafe { core::slice::from_raw_parts_mut(tags.cast(), cap) };
        // SAFETY: invariant 2: there is memory for `cap` aligned entries at this address, which may be uninitialised.
        let entries = unsafe { core::slice::from_raw_parts_mut(entries.cast(), cap) };
        // SAFETY: invariant 2: there is memory for `cap` aligned hashes after them, which may be uninitialised.
        let hashes = unsafe { core::slice::from_raw_parts_mut(hashes.cast(), cap) };
        PartsMut { header: &mut self.0.header, tags, entries, hashes }
    }

    /// Returns the indices of the entries with this tag.
    #[inline]
    fn candidates(&self, tag: u8) -> Indices {
        // Searches all groups, even those not in use: a branch to skip them is mispredicted and takes longer.
        let mut found = 0;
        for (group, tags) in self.tags().iter().enumerate() {
            found |= Indices::from(tags::matches(tags, tag)) << (group * TAGS);
        }
        found & indices_below(self.len())
    }

    /// Returns the entry with this tag for which `eq` returns `true`, with its index.
    #[inline]
    pub(crate) fn try_find<E>(
        &self,
        tag: u8,
        mut eq: impl FnMut(&T) -> Result<bool, E>,
    ) -> Result<Option<(usize, &T)>, E> {
        let mut candidates = self.candidates(tag);
        while candidates != 0 {
            let index = candidates.trailing_zeros() as usize;
            // SAFETY: the candidates are masked to indices below `len`.
            let entry = unsafe { self.entries().get_unchecked(index) };
            if eq(entry)? {
                return Ok(Some((index, entry)));
            }
            candidates &= candidates - 1;
        }
        Ok(None)
    }

    /// Appends an entry at index `len`.
    ///
    /// # Panics
    /// If the bucket is full.
    #[inline]
    pub(crate) fn push(&mut self, hash: u32, entry: T) {
        let PartsMut { header, tags, entries, hashes } = self.parts_mut();
        let len = usize::from(header.len);
        assert!(len < entries.len(), "the bucket is full");
        entries[len].write(entry);
        hashes[len].write(hash);
        tags[len] = tag(hash);
        header.len += 1;
    }

    /// Removes and returns entry `index`; the last entry takes its place.
    ///
    /// # Panics
    /// If there is no entry `index`.
    #[inline]
    pub(crate) fn swap_remove(&mut self, index: usize) -> T {
        let PartsMut { header, tags, entries, hashes } = self.parts_mut();
        let len = usize::from(header.len);
        assert!(index < len, "the bucket has no entry at this index");
        let last = len - 1;
        entries.swap(index, last);
        hashes[index] = hashes[last];
        tags[index] = tags[last];
        header.len = last as u8;
        // SAFETY: the entry was below `len`, so it is initialised (invariant 3). It is no longer below `len`, so it
        // is not read again.
        unsafe { entries[last].assume_init_read() }
    }

    /// Moves all entries of `other` to the end of `self`, and leaves `other` empty.
    ///
    /// # Panics
    /// If they do not fit into `self`.
    #[inline]
    pub(crate) fn append(&mut self, other: &mut Self) {
        let PartsMut { header, tags, entries, hashes } = self.parts_mut();
        let other = other.parts_mut();
        let (len, more) = (usize::from(header.len), usize::from(mem::take(&mut other.header.len)));
        let (entries, other_entries) = (&mut entries[len..len + more], &other.entries[..more]);
        // SAFETY: both slices have length `more`, and two `&mut` do not overlap. `other` has given up its entries:
        // its `len` is 0.
        unsafe { ptr::copy_nonoverlapping(other_entries.as_ptr(), entries.as_mut_ptr(), more) };
        hashes[len..len + more].copy_from_slice(&other.hashes[..more]);
        tags[len..len + more].copy_from_slice(&other.tags[..more]);
        header.len += more as u8;
    }

    /// Returns an empty bucket for `len` entries, with spare capacity if there may be more entries.
    #[inline]
    pub(crate) fn with_room(len: usize) -> Arc<Self> {
        Self::with_capacity(grown_capacity(len).min(Self::MAX))
    }

    /// Moves the entries whose hash has `bit` (counted from the top) clear into a new bucket. Both buckets keep the
    /// order of their entries.
    pub(crate) fn split_off(&mut self, bit: u32) -> Arc<Self> {
        let zeros = self.hashes().iter().filter(|&&hash| !bit_is_set(hash, bit)).count();
        let mut other = Self::with_room(zeros);
        let to = unique_mut(&mut other).parts_mut();
        let PartsMut { header, tags, entries, hashes } = self.parts_mut();
        let (entries, to_entries) = (entries.as_mut_ptr(), to.entries.as_mut_ptr());
        let (mut kept, mut moved) = (0, 0);
        for from in 0..usize::from(header.len) {
            // SAFETY: the first `len` hashes are initialised (invariant 3), and overwriting one of them keeps it
            // initialised.
            let hash = unsafe { hashes[from].assume_init() };
            let one = bit_is_set(hash, bit);
            // A branch would be mispredicted: the hash and the tag are written to both buckets, and overwritten where
            // they do not belong.
            hashes[kept].write(hash);
            to.hashes[moved].write(hash);
            tags[kept] = tag(hash);
            to.tags[moved] = tag(hash);
            let place = if one { entries.wrapping_add(kept) } else { to_entries.wrapping_add(moved) };
            // SAFETY: either the target is index `kept` of this bucket: `kept <= from`, so it is the entry's own
            // place or one whose entry was moved away before. Or it is index `moved` of the new bucket, which is
            // below `zeros`, so there is memory for it. The lengths are set after the loop, and no user code runs
            // until then.
            unsafe { ptr::copy(entries.wrapping_add(from), place, 1) };
            kept += usize::from(one);
            moved += usize::from(!one);
        }
        header.len = kept as u8;
        to.header.len = moved as u8;
        other
    }

    /// Returns a copy with capacity for `cap` entries. If `clone` panics, the clones made so far are dropped and
    /// `self` is unchanged.
    ///
    /// # Panics
    /// If `cap` is more than `MAX` or less than `len`.
    #[inline]
    pub(crate) fn copy(&self, cap: usize, clone: impl Fn(&T) -> T) -> Arc<Self> {
        /// Counts the clones in a register, apart from the header, and updates the header when dropped.
        struct Cloned<'a> {
            header: &'a mut BucketHeader,
            len: usize,
        }
        impl Drop for Cloned<'_> {
            #[inline]
            fn drop(&mut self) {
                self.header.len = self.len as u8;
            }
        }
        let mut copy = Self::with_capacity(cap);
        let PartsMut { header, tags, entries, hashes } = unique_mut(&mut copy).parts_mut();
        tags[..self.len()].copy_from_slice(&self.tags().as_flattened()[..self.len()]);
        for (to, from) in hashes[..self.len()].iter_mut().zip(self.hashes()) {
            to.write(*from);
        }
        let mut cloned = Cloned { header, len: 0 };
        for (to, from) in entries[..self.len()].iter_mut().zip(self.entries()) {
            to.write(clone(from));
            cloned.len += 1;
        }
        drop(cloned);
        copy
    }
}

/// Returns `true` if `bit` of `hash`, counted from the top, is set.
#[inline]
pub(crate) const fn bit_is_set(hash: u32, bit: u32) -> bool {
    hash << bit >> 31 == 1
}

/// Returns a mutable reference to the node of an unshared `Arc`.
///
/// # Panics
/// If the `Arc` is shared.
#[inline]
pub(crate) fn unique_mut<N: ?Sized>(arc: &mut Arc<N>) -> &mut N {
    Arc::get_mut(arc).expect("the node is not shared")
}

impl<T> Drop for Bucket<T> {
    #[inline]
    fn drop(&mut self) {
        if mem::needs_drop::<T>() {
            let entries = ptr::from_mut(self.entries_mut());
            // SAFETY: the entries are initialised (invariant 3), and nothing reads them after this.
            unsafe { ptr::drop_in_place(entries) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::rc::Rc;

    #[test]
    fn the_size_of_a_bucket_follows_from_its_entries_and_hashes() {
        for cap in 0..=16 {
            let of_words = size_of_val(&*Bucket::<u64>::with_capacity(cap));
            assert_eq!(of_words, 40 + (8 * cap + 4 * cap).next_multiple_of(8));
            let of_bytes = size_of_val(&*Bucket::<u8>::with_capacity(cap));
            assert_eq!(of_bytes, 40 + (cap.next_multiple_of(4) + 4 * cap).next_multiple_of(8));
            let of_boxes = size_of_val(&*Bucket::<Rc<u8>>::with_capacity(cap));
            assert_eq!(of_boxes, 24 + (size_of::<usize>() * cap + 4 * cap).next_multiple_of(8));
        }
    }

    #[test]
    fn dropping_a_bucket_drops_its_entries() {
        let counted = Rc::new(());
        let mut bucket = Bucket::with_capacity(4);
        (0..3).for_each(|hash| unique_mut(&mut bucket).push(hash, counted.clone()));
        let taken = unique_mut(&mut bucket).swap_remove(1);
        assert_eq!(Rc::strong_count(&counted), 4);
        drop(bucket);
        assert_eq!(Rc::strong_count(&counted), 2);
        drop(taken);
        assert_eq!(Rc::strong_count(&counted), 1);
    }
}
