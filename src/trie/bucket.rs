//! `Bucket`: up to 16 entries with their tags and hashes in one allocation.
//!
//! ```text
//!  count │ len cap tags[16] │ entries[cap] ............ │ hashes[cap] ....
//!  Arc   │ BucketHeader     │ HeaderSlice's slice of `Unit`s, used as raw memory
//! ```
//!
//! A lookup reads the header and the entries that the tags point at. The hashes stand last, in lines that lookups never
//! touch; splitting, merging and comparing read them, so the user's `Hash` is not called again.
//!
//! Invariants:
//! 1. `len <= cap <= 16`.
//! 2. The slice has `units(cap)` units, room for `cap` entries and then, 4-aligned, `cap` hashes.
//! 3. The first `len` entries, hashes and tags are initialised; entry `i` has hash `hashes[i]` and tag `hashes[i] as u8`.

#![allow(unsafe_code)]

use core::mem::{self, MaybeUninit};
use core::ptr;
use triomphe::{Arc, HeaderSlice, UniqueArc};

use super::node::grown_capacity;
use super::tags::{self, TAGS};

/// The most entries of a bucket; a range of hashes with more is split. Eight take 1.2 to 1.3 times the memory, as there are
/// more blocks, and slow down inserts by 1.4 times, shared inserts by 1.2 to 1.4 and iteration by 1.2 to 2.5 times.
pub(crate) const BUCKET_MAX: usize = TAGS;

/// The low bits of a hash that a bucket is searched by.
#[inline]
pub(crate) const fn tag(hash: u32) -> u8 {
    hash as u8
}

/// What stands before the entries.
#[repr(C, align(8))]
pub(crate) struct BucketHeader {
    len: u8,
    cap: u8,
    /// The reference count before the header takes 8 bytes, and blocks begin at multiples of 16. So do the tags then, and
    /// are in one cache line.
    _pad: [u8; 6],
    tags: [u8; TAGS],
}

/// A piece of a bucket's memory, aligned for entries and for hashes, and never of size zero.
#[repr(C)]
pub(crate) struct Unit<T> {
    _entries: [T; 0],
    _hash: u32,
}

type Memory<T> = HeaderSlice<BucketHeader, [MaybeUninit<Unit<T>>]>;

/// Up to 16 entries with their tags and hashes.
#[repr(transparent)]
pub(crate) struct Bucket<T>(Memory<T>);

/// Where the hashes stand, in bytes from the first entry.
#[inline]
const fn hashes_offset<T>(cap: usize) -> usize {
    (cap * size_of::<T>()).next_multiple_of(align_of::<u32>())
}

/// The units that `cap` entries and hashes fill (invariant 2).
#[inline]
const fn units<T>(cap: usize) -> usize {
    (hashes_offset::<T>(cap) + cap * size_of::<u32>()).div_ceil(size_of::<Unit<T>>())
}

impl<T> Bucket<T> {
    /// An empty bucket with room for `cap` entries.
    ///
    /// # Panics
    /// If `cap` is more than 16, or more memory than a `usize` counts.
    #[inline]
    pub(crate) fn with_capacity(cap: usize) -> Arc<Self> {
        const { assert!(size_of::<T>() <= isize::MAX as usize / (2 * BUCKET_MAX)) };
        assert!(cap <= BUCKET_MAX, "a bucket holds at most 16 entries");
        let header = BucketHeader { len: 0, cap: cap as u8, _pad: [0; 6], tags: [0; TAGS] };
        let memory: UniqueArc<Memory<T>> = UniqueArc::from_header_and_uninit_slice(header, units::<T>(cap));
        let raw = Arc::into_raw(memory.shareable());
        // SAFETY: `raw` comes from `into_raw`, and `Bucket` is a transparent wrapper of what it points at.
        unsafe { Arc::from_raw(raw as *const Self) }
    }

    /// The wide pointer to the bucket whose header is at `header`.
    ///
    /// # Safety
    /// `header` must point at the header of a live bucket, with provenance over all of it.
    #[inline]
    pub(crate) unsafe fn from_header(header: *mut BucketHeader) -> *mut Self {
        // SAFETY: the caller says that a header is there.
        let cap = usize::from(unsafe { (*header).cap });
        // The length that a wide pointer carries is that of its last field, the slice (invariant 2).
        ptr::slice_from_raw_parts_mut(header.cast::<MaybeUninit<Unit<T>>>(), units::<T>(cap)) as *mut Self
    }

    /// The number of entries.
    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.0.header.len as usize
    }

    /// The number of entries there is room for.
    #[inline]
    pub(crate) const fn capacity(&self) -> usize {
        self.0.header.cap as usize
    }

    /// The entries.
    #[inline]
    pub(crate) const fn entries(&self) -> &[T] {
        let first = self.0.slice.as_ptr().cast::<T>();
        // SAFETY: invariants 2 and 3: the memory starts with `len` initialised entries.
        unsafe { core::slice::from_raw_parts(first, self.len()) }
    }

    /// The entries, for editing; an edit must not change an entry's hash.
    #[inline]
    pub(crate) const fn entries_mut(&mut self) -> &mut [T] {
        let len = self.len();
        let first = self.0.slice.as_mut_ptr().cast::<T>();
        // SAFETY: invariants 2 and 3: the memory starts with `len` initialised entries.
        unsafe { core::slice::from_raw_parts_mut(first, len) }
    }

    /// The hashes of the entries, in their order.
    #[inline]
    pub(crate) const fn hashes(&self) -> &[u32] {
        let first = self.0.slice.as_ptr().wrapping_byte_add(hashes_offset::<T>(self.capacity()));
        // SAFETY: invariants 2 and 3: `len` initialised, aligned hashes stand here.
        unsafe { core::slice::from_raw_parts(first.cast(), self.len()) }
    }

    /// The tag of entry `index`.
    pub(crate) const fn tag(&self, index: usize) -> u8 {
        self.0.header.tags[index]
    }

    /// The header, and the memory for `cap` entries and hashes.
    #[inline]
    const fn parts_mut(&mut self) -> (&mut BucketHeader, &mut [MaybeUninit<T>], &mut [MaybeUninit<u32>]) {
        let cap = self.capacity();
        let entries = self.0.slice.as_mut_ptr();
        let hashes = entries.wrapping_byte_add(hashes_offset::<T>(cap));
        // SAFETY: invariant 2: there is room for `cap` entries, and uninitialised memory will do.
        let entries = unsafe { core::slice::from_raw_parts_mut(entries.cast(), cap) };
        // SAFETY: invariant 2: there is room for `cap` aligned hashes behind them.
        let hashes = unsafe { core::slice::from_raw_parts_mut(hashes.cast(), cap) };
        (&mut self.0.header, entries, hashes)
    }

    /// The entry with this tag that `eq` accepts, with its index.
    #[inline]
    pub(crate) fn try_find<E>(
        &self,
        tag: u8,
        mut eq: impl FnMut(&T) -> Result<bool, E>,
    ) -> Result<Option<(usize, &T)>, E> {
        let in_use = (1u32 << self.len()) - 1;
        let mut candidates = tags::matches(&self.0.header.tags, tag) & in_use;
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

    /// Appends an entry, for which there must be room; its index is `len() - 1` afterwards.
    ///
    /// # Panics
    /// If the bucket is full.
    #[inline]
    pub(crate) fn push(&mut self, hash: u32, entry: T) {
        let (header, entries, hashes) = self.parts_mut();
        let len = usize::from(header.len);
        assert!(len < entries.len(), "no room in the bucket");
        entries[len].write(entry);
        hashes[len].write(hash);
        header.tags[len] = tag(hash);
        header.len += 1;
    }

    /// Takes entry `index` out; the last entry takes its place.
    ///
    /// # Panics
    /// If there is no entry `index`.
    #[inline]
    pub(crate) fn swap_remove(&mut self, index: usize) -> T {
        let (header, entries, hashes) = self.parts_mut();
        let len = usize::from(header.len);
        assert!(index < len, "no such entry in the bucket");
        let last = len - 1;
        entries.swap(index, last);
        hashes[index] = hashes[last];
        header.tags[index] = header.tags[last];
        header.len = last as u8;
        // SAFETY: the entry was below `len`, so it is initialised (invariant 3); now it is not, so nobody else reads it.
        unsafe { entries[last].assume_init_read() }
    }

    /// Moves all entries of `other` behind those of `self`, and leaves `other` empty.
    ///
    /// # Panics
    /// If there is no room for them.
    #[inline]
    pub(crate) fn append(&mut self, other: &mut Self) {
        let (header, entries, hashes) = self.parts_mut();
        let (other_header, other_entries, other_hashes) = other.parts_mut();
        let (len, more) = (usize::from(header.len), usize::from(mem::take(&mut other_header.len)));
        let (entries, other_entries) = (&mut entries[len..len + more], &other_entries[..more]);
        // SAFETY: both have length `more`, and two `&mut` do not overlap. `other` gave its entries up above.
        unsafe { ptr::copy_nonoverlapping(other_entries.as_ptr(), entries.as_mut_ptr(), more) };
        hashes[len..len + more].copy_from_slice(&other_hashes[..more]);
        header.tags[len..len + more].copy_from_slice(&other_header.tags[..more]);
        header.len += more as u8;
    }

    /// An empty bucket for `len` entries that are to become more, if there may be more.
    #[inline]
    pub(crate) fn with_room(len: usize) -> Arc<Self> {
        Self::with_capacity(grown_capacity(len).min(BUCKET_MAX))
    }

    /// Moves the entries whose hash has `bit` (counted from the top) clear into a bucket of their own. Both keep their
    /// order.
    pub(crate) fn split_off(&mut self, bit: u32) -> Arc<Self> {
        let zeros = self.hashes().iter().filter(|&&hash| !is_one(hash, bit)).count();
        let mut other = Self::with_room(zeros);
        let (to_header, to_entries, to_hashes) = sole(&mut other).parts_mut();
        let (header, entries, hashes) = self.parts_mut();
        let (entries, to_entries) = (entries.as_mut_ptr(), to_entries.as_mut_ptr());
        let (mut kept, mut moved) = (0, 0);
        for from in 0..usize::from(header.len) {
            // SAFETY: the first `len` hashes are initialised (invariant 3); only those before `from` were overwritten.
            let hash = unsafe { hashes[from].assume_init() };
            let one = is_one(hash, bit);
            // No branch, as it could not be predicted: hash and tag are put in both places, and overwritten where wrong.
            hashes[kept].write(hash);
            to_hashes[moved].write(hash);
            header.tags[kept] = tag(hash);
            to_header.tags[moved] = tag(hash);
            let to = if one { entries.wrapping_add(kept) } else { to_entries.wrapping_add(moved) };
            // SAFETY: `kept <= from`, which is where the entry is, or was moved from before; or `moved` is below `zeros`,
            // for which there is room. The lengths are set when all are in place, and no user code runs until then.
            unsafe { ptr::copy(entries.wrapping_add(from), to, 1) };
            kept += usize::from(one);
            moved += usize::from(!one);
        }
        header.len = kept as u8;
        to_header.len = moved as u8;
        other
    }

    /// A copy with room for `cap` entries. If `clone` panics, what was cloned is dropped and `self` is as before.
    ///
    /// # Panics
    /// If `cap` is more than 16 or less than `len`.
    #[inline]
    pub(crate) fn copy(&self, cap: usize, clone: impl Fn(&T) -> T) -> Arc<Self> {
        /// Counts the clones apart from the header, in a register, and tells the header on the way out.
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
        let (header, entries, hashes) = sole(&mut copy).parts_mut();
        header.tags = self.0.header.tags;
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

/// Is `bit` of `hash`, counted from the top, set?
#[inline]
pub(crate) const fn is_one(hash: u32, bit: u32) -> bool {
    hash << bit >> 31 == 1
}

/// The bucket of an `Arc` that nobody else has.
///
/// # Panics
/// If somebody else has it.
#[inline]
pub(crate) fn sole<N: ?Sized>(arc: &mut Arc<N>) -> &mut N {
    Arc::get_mut(arc).expect("the node is not shared")
}

impl<T> Drop for Bucket<T> {
    #[inline]
    fn drop(&mut self) {
        if mem::needs_drop::<T>() {
            let entries = ptr::from_mut(self.entries_mut());
            // SAFETY: the entries are initialised and nothing reads them after this.
            unsafe { ptr::drop_in_place(entries) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::rc::Rc;

    #[test]
    fn a_bucket_is_as_large_as_its_entries_and_hashes() {
        for cap in 0..=BUCKET_MAX {
            let of_words = size_of_val(&*Bucket::<u64>::with_capacity(cap));
            assert_eq!(of_words, 24 + (8 * cap + 4 * cap).next_multiple_of(8));
            let of_bytes = size_of_val(&*Bucket::<u8>::with_capacity(cap));
            assert_eq!(of_bytes, 24 + (cap.next_multiple_of(4) + 4 * cap).next_multiple_of(8));
        }
    }

    #[test]
    fn a_bucket_drops_what_it_holds() {
        let counted = Rc::new(());
        let mut bucket = Bucket::with_capacity(4);
        (0..3).for_each(|hash| sole(&mut bucket).push(hash, counted.clone()));
        let taken = sole(&mut bucket).swap_remove(1);
        assert_eq!(Rc::strong_count(&counted), 4);
        drop(bucket);
        assert_eq!(Rc::strong_count(&counted), 2);
        drop(taken);
        assert_eq!(Rc::strong_count(&counted), 1);
    }
}
