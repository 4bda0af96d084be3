//! `Bucket`: entries with their tags and hashes in one allocation.
//!
//! ```text
//!  count │ len cap      │ tags[MAX, rounded up to 16] │ cells[cap] .............. │ hashes[cap] ....
//!  Arc   │ BucketHeader │ HeaderSlice's slice of `Unit`s, used as raw memory
//! ```
//!
//! A lookup reads the header, the tags, and the cells whose tags match. The hashes come last, in cache lines that
//! lookups do not read; they are used to split, merge and compare buckets without calling the user's `Hash` again.
//!
//! A *cell* is an entry, or a counted pointer to one: see [`is_counted`]. Only this file knows which; the others see
//! entries through the views in [`stored`](super::stored).
//!
//! Invariants:
//! 1. `len <= cap`. Buckets with `cap > MAX` are collision nodes: all their hashes are equal.
//! 2. The slice has `units(cap)` units: `TAG_ROOM` tags, then memory for `cap` cells, then memory for `cap` hashes,
//!    each part aligned.
//! 3. The first `len` cells and hashes are initialised, and all tags are. The tag at index `i % TAG_ROOM` is
//!    `hashes[i] as u8`.
//! 4. Cells are `Arc<T>`s if `is_counted::<T>()`, and `T`s otherwise.

#![allow(unsafe_code)]

use core::mem::{self, MaybeUninit};
use core::ptr;
use triomphe::{Arc, HeaderSlice, UniqueArc};

use super::stored::{Cell, EntrySlice, EntrySliceMut, Removed};
use super::tags::{self, TAGS};
use super::{bucket_max, grown_capacity, is_counted};

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

/// The part of a bucket before its tags, cells and hashes. It has 8 bytes, so that the tags are aligned to 16 bytes:
/// the reference count before the header takes 8 bytes, and blocks are aligned to 16 bytes. Then each group of 16 tags
/// is in one cache line.
#[repr(C, align(8))]
pub(crate) struct BucketHeader {
    len: u32,
    cap: u32,
}

/// A unit of a bucket's memory, aligned for cells and for hashes, and never zero-sized.
#[repr(C)]
pub(crate) struct Unit<T> {
    _cells: ([T; 0], [Arc<T>; 0]),
    _hash: u32,
}

/// The first field of every node: zero-sized, with an alignment that suits all kinds of node.
#[repr(C, align(8))]
pub(crate) struct Head<T>([Unit<T>; 0]);

type Memory<T> = HeaderSlice<BucketHeader, [MaybeUninit<Unit<T>>]>;

/// Entries with their tags and hashes: up to [`MAX`](Self::MAX), or more in a collision node.
#[repr(transparent)]
pub(crate) struct Bucket<T>(Memory<T>);

/// Returns the offset of the hashes, in bytes from the first tag.
#[inline]
const fn hashes_offset<T>(cap: usize) -> usize {
    (Bucket::<T>::CELLS_OFFSET + cap * Bucket::<T>::CELL_SIZE).next_multiple_of(align_of::<u32>())
}

/// Returns the number of units for the tags, `cap` cells and `cap` hashes (invariant 2).
#[inline]
const fn units<T>(cap: usize) -> usize {
    (hashes_offset::<T>(cap) + cap * size_of::<u32>()).div_ceil(size_of::<Unit<T>>())
}

/// The parts of a bucket with cells of type `C`; the last two have length `cap`.
struct Parts<'a, C> {
    header: &'a mut BucketHeader,
    tags: &'a mut [u8],
    cells: &'a mut [MaybeUninit<C>],
    hashes: &'a mut [MaybeUninit<u32>],
}

impl<C> Parts<'_, C> {
    #[inline]
    const fn len(&self) -> usize {
        self.header.len as usize
    }

    /// Returns the index of the tag of cell `index`.
    #[inline]
    const fn tag_index(&self, index: usize) -> usize {
        // In a bucket that is not a collision node, it is `index` itself.
        index % self.tags.len()
    }

    /// Does what [`Bucket::push`] does.
    #[inline]
    fn push(&mut self, hash: u32, cell: C) {
        let len = self.len();
        assert!(len < self.cells.len(), "the bucket is full");
        self.cells[len].write(cell);
        self.hashes[len].write(hash);
        self.tags[self.tag_index(len)] = tag(hash);
        self.header.len += 1;
    }

    /// Does what [`Bucket::swap_remove`] does.
    #[inline]
    fn swap_remove(&mut self, index: usize) -> C {
        assert!(index < self.len(), "the bucket has no entry at this index");
        let last = self.len() - 1;
        self.cells.swap(index, last);
        self.hashes[index] = self.hashes[last];
        self.tags[self.tag_index(index)] = self.tags[self.tag_index(last)];
        self.header.len = last as u32;
        // SAFETY: the cell was below `len`, so it is initialised (invariant 3). It is no longer below `len`, so it is
        // not read again.
        unsafe { self.cells[last].assume_init_read() }
    }

    /// Does what [`Bucket::append`] does.
    #[inline]
    fn append(&mut self, other: Self) {
        let (len, more) = (self.len(), mem::take(&mut other.header.len) as usize);
        let (cells, other_cells) = (&mut self.cells[len..len + more], &other.cells[..more]);
        // SAFETY: both slices have length `more`, and two `&mut` do not overlap. `other` has given up its cells: its
        // `len` is 0.
        unsafe { ptr::copy_nonoverlapping(other_cells.as_ptr(), cells.as_mut_ptr(), more) };
        self.hashes[len..len + more].copy_from_slice(&other.hashes[..more]);
        if len == 0 {
            // All tags, also those of a collision node. Their number is known, so no function is called.
            self.tags.copy_from_slice(other.tags);
        } else {
            self.tags[len..len + more].copy_from_slice(&other.tags[..more]);
        }
        self.header.len += more as u32;
    }

    /// Moves the cells whose hash has `bit` clear to `to`, which is empty and has capacity for them.
    #[inline]
    fn split_into(&mut self, to: Self, bit: u32) {
        // Not collision nodes, so there are at least as many tags as cells.
        let (tags, to_tags) = (&mut self.tags[..self.hashes.len()], &mut to.tags[..to.hashes.len()]);
        let (cells, to_cells) = (self.cells.as_mut_ptr(), to.cells.as_mut_ptr());
        let (mut kept, mut moved) = (0, 0);
        for from in 0..self.header.len as usize {
            // SAFETY: the first `len` hashes are initialised (invariant 3), and overwriting one of them keeps it
            // initialised.
            let hash = unsafe { self.hashes[from].assume_init() };
            let one = bit_is_set(hash, bit);
            // A branch would be mispredicted: the hash and the tag are written to both buckets, and overwritten where
            // they do not belong.
            self.hashes[kept].write(hash);
            to.hashes[moved].write(hash);
            tags[kept] = tag(hash);
            to_tags[moved] = tag(hash);
            let place = if one { cells.wrapping_add(kept) } else { to_cells.wrapping_add(moved) };
            // SAFETY: either the target is index `kept` of this bucket: `kept <= from`, so it is the cell's own place
            // or one whose cell was moved away before. Or it is index `moved` of the new bucket, which has memory for
            // all cells that are moved. The lengths are set after the loop, and no user code runs until then.
            unsafe { ptr::copy(cells.wrapping_add(from), place, 1) };
            kept += usize::from(one);
            moved += usize::from(!one);
        }
        self.header.len = kept as u32;
        to.header.len = moved as u32;
    }

    /// Fills an empty bucket with clones of `from`, whose hashes and tags are given.
    #[inline]
    fn fill(self, from: &[C], hashes: &[u32], tags: &[u8], clone: impl Fn(&C) -> C) {
        /// Counts the clones in a register, apart from the header, and updates the header when dropped.
        struct Cloned<'a> {
            header: &'a mut BucketHeader,
            len: usize,
        }
        impl Drop for Cloned<'_> {
            #[inline]
            fn drop(&mut self) {
                self.header.len = self.len as u32;
            }
        }
        self.tags.copy_from_slice(tags);
        for (to, from) in self.hashes[..from.len()].iter_mut().zip(hashes) {
            to.write(*from);
        }
        let mut cloned = Cloned { header: self.header, len: 0 };
        for (to, from) in self.cells[..from.len()].iter_mut().zip(from) {
            to.write(clone(from));
            cloned.len += 1;
        }
    }
}

impl<T> Bucket<T> {
    /// The maximum number of entries, except in a collision node; a range of hashes with more entries is split.
    pub(crate) const MAX: usize = bucket_max::<T>();

    /// The number of tags. All of them are initialised, since 16 are searched at once. A number that depends on the
    /// capacity would have to be loaded before an entry can be found, which makes lookups in small maps a third
    /// slower.
    const TAG_ROOM: usize = Self::MAX.next_multiple_of(TAGS);

    /// The size of a cell (invariant 4).
    const CELL_SIZE: usize = if is_counted::<T>() { size_of::<Arc<T>>() } else { size_of::<T>() };

    /// The offset of the cells, in bytes from the first tag.
    const CELLS_OFFSET: usize = Self::TAG_ROOM.next_multiple_of(align_of::<Unit<T>>());

    /// Returns an empty bucket with capacity for `cap` entries.
    ///
    /// # Panics
    /// If a bucket cannot be so large.
    #[inline]
    pub(crate) fn with_capacity(cap: usize) -> Arc<Self> {
        const { assert!(Self::MAX < Indices::BITS as usize) };
        const { assert!(size_of::<T>() <= isize::MAX as usize / (4 * Self::MAX)) };
        // The size in bytes is then far from an overflow.
        let most = (isize::MAX as usize / (4 * (Self::CELL_SIZE + align_of::<Unit<T>>()))).min(u32::MAX as usize);
        assert!(cap <= most, "capacity overflow");
        let header = BucketHeader { len: 0, cap: cap as u32 };
        let mut memory: UniqueArc<Memory<T>> = UniqueArc::from_header_and_uninit_slice(header, units::<T>(cap));
        // SAFETY: invariant 2: the memory begins with `TAG_ROOM` tags.
        unsafe { memory.slice.as_mut_ptr().cast::<u8>().write_bytes(0, Self::TAG_ROOM) };
        let raw = Arc::into_raw(memory.shareable());
        // SAFETY: `raw` comes from `into_raw`, and `Bucket` is a transparent wrapper of what it points to.
        unsafe { Arc::from_raw(raw as *const Self) }
    }

    /// Returns an empty bucket for `len` entries, with spare capacity if there may be more entries.
    #[inline]
    pub(crate) fn with_room(len: usize) -> Arc<Self> {
        Self::with_capacity(grown_capacity(len).min(Self::MAX))
    }

    /// Returns the wide pointer to the bucket whose header is at `header`.
    ///
    /// # Safety
    /// `header` must point to the header of a live bucket, with provenance for the whole bucket.
    #[inline]
    pub(crate) unsafe fn from_header(header: *mut BucketHeader) -> *mut Self {
        // SAFETY: the caller guarantees that `header` points to a header.
        let cap = unsafe { (*header).cap } as usize;
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

    /// Returns the cells. `C` must be their type.
    #[inline]
    fn cells<C: Cell<T>>(&self) -> &[C] {
        const { assert!(align_of::<C>() <= align_of::<Unit<T>>()) };
        assert!(C::COUNTED == is_counted::<T>(), "the type of a cell is that of the bucket's cells");
        let first = self.0.slice.as_ptr().wrapping_byte_add(Self::CELLS_OFFSET);
        // SAFETY: invariants 2, 3 and 4: there are `len` initialised, aligned cells at this address.
        unsafe { core::slice::from_raw_parts(first.cast(), self.len()) }
    }

    /// Returns the header and the tags, cells and hashes. `C` must be the type of the cells.
    #[inline]
    fn parts<C: Cell<T>>(&mut self) -> Parts<'_, C> {
        const { assert!(align_of::<C>() <= align_of::<Unit<T>>()) };
        assert!(C::COUNTED == is_counted::<T>(), "the type of a cell is that of the bucket's cells");
        let cap = self.capacity();
        let tags = self.0.slice.as_mut_ptr();
        let cells = tags.wrapping_byte_add(Self::CELLS_OFFSET);
        let hashes = tags.wrapping_byte_add(hashes_offset::<T>(cap));
        // SAFETY: invariants 2 and 3: there are `TAG_ROOM` initialised tags at this address.
        let tags = unsafe { core::slice::from_raw_parts_mut(tags.cast(), Self::TAG_ROOM) };
        // SAFETY: invariants 2 and 4: there is memory for `cap` aligned cells at this address, which may be
        // uninitialised.
        let cells = unsafe { core::slice::from_raw_parts_mut(cells.cast(), cap) };
        // SAFETY: invariant 2: there is memory for `cap` aligned hashes after them, which may be uninitialised.
        let hashes = unsafe { core::slice::from_raw_parts_mut(hashes.cast(), cap) };
        Parts { header: &mut self.0.header, tags, cells, hashes }
    }

    /// Returns the initialised cells. `C` must be their type.
    #[inline]
    fn cells_mut<C: Cell<T>>(&mut self) -> &mut [C] {
        let len = self.len();
        let cells = ptr::from_mut(&mut self.parts::<C>().cells[..len]);
        // SAFETY: the first `len` cells are initialised (invariant 3), and `self` is borrowed for as long.
        unsafe { &mut *(cells as *mut [C]) }
    }

    /// Returns the entries.
    #[inline]
    pub(crate) fn entries(&self) -> EntrySlice<'_, T> {
        if is_counted::<T>() { EntrySlice::counted(self.cells()) } else { EntrySlice::inline(self.cells()) }
    }

    /// Returns mutable views of the entries. An edit must not change an entry's hash.
    #[inline]
    pub(crate) fn entries_mut(&mut self) -> EntrySliceMut<'_, T> {
        if is_counted::<T>() {
            EntrySliceMut::counted(self.cells_mut())
        } else {
            EntrySliceMut::inline(self.cells_mut())
        }
    }

    /// Returns entry `index`.
    ///
    /// # Safety
    /// `index` must be below `len`.
    #[inline]
    unsafe fn entry_unchecked(&self, index: usize) -> &T {
        if is_counted::<T>() {
            // SAFETY: there are `len` cells.
            unsafe { self.cells::<Arc<T>>().get_unchecked(index) }
        } else {
            // SAFETY: as above.
            unsafe { self.cells::<T>().get_unchecked(index) }
        }
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

    /// Returns the entry with this tag for which `eq` returns `true`, with its index. Not for collision nodes.
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
            let entry = unsafe { self.entry_unchecked(index) };
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
        if is_counted::<T>() {
            self.parts().push(hash, Arc::new(entry));
        } else {
            self.parts().push(hash, entry);
        }
    }

    /// Appends a copy of entry `index` of `from`: another owner of a counted entry, or a clone.
    ///
    /// # Panics
    /// If the bucket is full, or if there is no entry `index`.
    #[inline]
    pub(crate) fn push_copy(&mut self, from: &Self, index: usize, clone: impl Fn(&T) -> T) {
        let hash = from.hashes()[index];
        if is_counted::<T>() {
            self.parts().push(hash, Arc::clone(&from.cells()[index]));
        } else {
            self.parts().push(hash, clone(&from.cells()[index]));
        }
    }

    /// Removes and returns entry `index`; the last entry takes its place.
    ///
    /// # Panics
    /// If there is no entry `index`.
    #[inline]
    pub(crate) fn swap_remove(&mut self, index: usize) -> Removed<T> {
        if is_counted::<T>() {
            Removed::Counted(self.parts().swap_remove(index), None)
        } else {
            Removed::Inline(self.parts().swap_remove(index))
        }
    }

    /// Does what [`swap_remove`](Self::swap_remove) does, for a caller that needs the entry by value: clones it first
    /// if it has other owners.
    #[inline]
    pub(crate) fn swap_remove_owned(&mut self, index: usize, clone: impl Fn(&T) -> T) -> Removed<T> {
        if is_counted::<T>() {
            let cell: &Arc<T> = &self.cells()[index];
            let copy = if cell.is_unique() { None } else { Some(clone(cell)) };
            Removed::Counted(self.parts().swap_remove(index), copy)
        } else {
            Removed::Inline(self.parts().swap_remove(index))
        }
    }

    /// Moves all entries of `other` to the end of `self`, and leaves `other` empty.
    ///
    /// # Panics
    /// If they do not fit into `self`, or if that is neither empty nor gets at most `MAX` entries.
    #[inline]
    pub(crate) fn append(&mut self, other: &mut Self) {
        if is_counted::<T>() {
            self.parts::<Arc<T>>().append(other.parts());
        } else {
            self.parts::<T>().append(other.parts());
        }
    }

    /// Moves the entries whose hash has `bit` (counted from the top) clear into a new bucket. Both buckets keep the
    /// order of their entries.
    pub(crate) fn split_off(&mut self, bit: u32) -> Arc<Self> {
        let zeros = self.hashes().iter().filter(|&&hash| !bit_is_set(hash, bit)).count();
        let mut other = Self::with_room(zeros);
        let to = unique_mut(&mut other);
        if is_counted::<T>() {
            self.parts::<Arc<T>>().split_into(to.parts(), bit);
        } else {
            self.parts::<T>().split_into(to.parts(), bit);
        }
        other
    }

    /// Returns a copy with capacity for `cap` entries, which has the same counted entries, or clones of the others. If
    /// `clone` panics, the clones made so far are dropped and `self` is unchanged.
    ///
    /// # Panics
    /// If `cap` is less than `len`.
    #[inline]
    pub(crate) fn copy(&self, cap: usize, clone: impl Fn(&T) -> T) -> Arc<Self> {
        let mut copy = Self::with_capacity(cap);
        let (to, tags) = (unique_mut(&mut copy), self.tags().as_flattened());
        if is_counted::<T>() {
            to.parts().fill(self.cells::<Arc<T>>(), self.hashes(), tags, Arc::clone);
        } else {
            to.parts().fill(self.cells::<T>(), self.hashes(), tags, clone);
        }
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
        if is_counted::<T>() {
            let cells = ptr::from_mut(self.cells_mut::<Arc<T>>());
            // SAFETY: the cells are initialised (invariant 3), and nothing reads them after this.
            unsafe { ptr::drop_in_place(cells) };
        } else if mem::needs_drop::<T>() {
            let cells = ptr::from_mut(self.cells_mut::<T>());
            // SAFETY: as above.
            unsafe { ptr::drop_in_place(cells) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::rc::Rc;
    use alloc::string::String;

    #[test]
    fn the_size_of_a_bucket_follows_from_its_entries_and_hashes() {
        for cap in 0..=16 {
            let of_words = size_of_val(&*Bucket::<u64>::with_capacity(cap));
            assert_eq!(of_words, 40 + (8 * cap + 4 * cap).next_multiple_of(8));
            let of_bytes = size_of_val(&*Bucket::<u8>::with_capacity(cap));
            assert_eq!(of_bytes, 40 + (cap.next_multiple_of(4) + 4 * cap).next_multiple_of(8));
            let of_boxes = size_of_val(&*Bucket::<Rc<u8>>::with_capacity(cap));
            assert_eq!(of_boxes, 24 + (size_of::<usize>() * cap + 4 * cap).next_multiple_of(8));
            let of_pairs = size_of_val(&*Bucket::<(String, String)>::with_capacity(cap));
            assert_eq!(of_pairs, of_boxes, "large entries with a destructor are behind pointers");
        }
    }

    fn dropping_a_bucket_drops_its_entries_of<T>(entry: impl Fn(Rc<()>) -> T) {
        let counted = Rc::new(());
        let mut bucket = Bucket::with_capacity(4);
        (0..3).for_each(|hash| unique_mut(&mut bucket).push(hash, entry(counted.clone())));
        let taken = unique_mut(&mut bucket).swap_remove(1);
        assert_eq!(Rc::strong_count(&counted), 4);
        drop(bucket);
        assert_eq!(Rc::strong_count(&counted), 2);
        drop(taken.into_inner());
        assert_eq!(Rc::strong_count(&counted), 1);
    }

    #[test]
    fn dropping_a_bucket_drops_its_entries() {
        dropping_a_bucket_drops_its_entries_of(|counted| counted);
        dropping_a_bucket_drops_its_entries_of(|counted| (counted, [0_u64; 3]));
    }

    #[test]
    fn a_copy_of_a_bucket_has_the_same_counted_entries() {
        let mut bucket = Bucket::with_capacity(4);
        (0..3).for_each(|hash| unique_mut(&mut bucket).push(hash, (Rc::new(hash), [0_u64; 3])));
        let mut copy = bucket.copy(3, |_| unreachable!("counted entries are not cloned"));
        drop(unique_mut(&mut copy).swap_remove(0));
        assert!(copy.entries().iter().zip([2, 1]).all(|(entry, hash)| *entry.0 == hash));
        let clone = |entry: &(Rc<u32>, [u64; 3])| entry.clone();
        let removed = unique_mut(&mut bucket).swap_remove_owned(1, clone);
        assert_eq!(*removed.into_inner().0, 1);
        assert_eq!(Rc::strong_count(&copy.entries().get(1).0), 1, "the copy is the only owner again");
    }
}
