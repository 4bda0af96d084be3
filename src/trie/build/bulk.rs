//! Bulk building: inserts many entries at once into an empty trie, and allocates each node at its final size.
//!
//! The entries are hashed and distributed to parts by their top hash bits as they are read. Each part fits into the
//! cache if there are up to a million entries; its keys are sorted by hash as far as leaves require it, and it becomes
//! a subtree. Entries with equal keys have equal hashes, so their keys end up close to each other.

use alloc::vec::Vec;
use core::mem;

use super::node_builder::{NodeBuilder, SortKey, Sorted, subtree};
use crate::trie::edit::Edit;
use crate::trie::node::bitmap::Bitmap;
use crate::trie::node::bucket::Bucket;
use crate::trie::node::child::Child;
use crate::trie::node::leaf::new_child;
use crate::trie::node::{HASH_BITS, WIDTH_MAX};
use crate::trie::{CloneFn, Inserted, into_ok, mix};

/// An entry with its hash, until it is taken. An `Option` of a pair would be larger: here the tag is beside the hash.
enum HashedEntry<T> {
    Hashed(u32, T),
    Taken,
}

impl<T> HashedEntry<T> {
    fn entry(&self) -> &T {
        match self {
            Self::Hashed(_, entry) => entry,
            Self::Taken => taken_twice(),
        }
    }

    fn entry_mut(&mut self) -> &mut T {
        match self {
            Self::Hashed(_, entry) => entry,
            Self::Taken => taken_twice(),
        }
    }

    fn take(&mut self) -> T {
        match mem::replace(self, Self::Taken) {
            Self::Hashed(_, entry) => entry,
            Self::Taken => taken_twice(),
        }
    }
}

#[cold]
fn taken_twice() -> ! {
    unreachable!("each entry is taken once")
}

/// Up to this many entries are one part. More are distributed to 16 parts, or to 256 if these would have more on
/// average.
const PART_MAX: usize = 2048;

/// The maximum number of hash bits that determine the cell of a key. A cell has two to four keys on average
/// if its part has up to 4096.
const CELL_BITS: u32 = 10;

/// The upper bound in bytes on what is allocated for a part because of the size hint, so that a wrong hint cannot
/// exhaust memory: 16 MiB for 256 parts. Larger parts grow like any `Vec`.
const TRUSTED: usize = 1 << 16;

/// Cells with more keys than this are sorted. Smaller ones need not be, because their entries will be in one bucket.
const CELL_MAX: usize = 8;

impl<T, C: CloneFn<T>> Edit<'_, T, C> {
    /// Inserts all `items`, each given with its hash. `same` is called with a present entry and a new one; if they
    /// are equal, `replace` is called to replace the present entry by the new one. Of equal items, the later one
    /// counts as new.
    ///
    /// After an error of `same`, no more items are taken.
    ///
    /// Panics if the size hint announces more items than fit into the address space, like `std`: the iterator is
    /// probably endless.
    pub(crate) fn try_extend<E>(
        mut self,
        mut items: impl Iterator<Item = (u64, T)>,
        mut same: impl FnMut(&T, &T) -> Result<bool, E>,
        mut replace: impl FnMut(&mut T, T),
    ) -> Result<(), E> {
        let (least, _) = items.size_hint();
        assert!(least <= isize::MAX as usize / size_of::<HashedEntry<T>>(), "capacity overflow");
        if !self.trie.is_empty() || least <= Bucket::<T>::MAX {
            if self.trie.is_empty() {
                // Allocate for all items at once.
                let Some((hash, first)) = items.next() else { return Ok(()) };
                let bucket = Bucket::with_capacity(least.max(1));
                self.trie.root = new_child(bucket, |bucket| bucket.push(mix(hash), first));
                self.trie.len = 1;
            }
            for (hash, item) in items {
                if let Inserted::Found(present, item) = self.reborrow().try_insert(mix(hash), item, &mut same)? {
                    replace(present, item);
                }
            }
            return Ok(());
        }
        let items = items.map(|(hash, item)| (mix(hash), item));
        (self.trie.root, self.trie.len) = bulk(items, least, 0, same, replace)?;
        Ok(())
    }
}

/// Returns the subtree at `depth` of about `len` items, and the number of its entries. See
/// [`Edit::try_extend`].
pub(crate) fn bulk<T, E>(
    items: impl Iterator<Item = (u32, T)>,
    len: usize,
    depth: u32,
    same: impl FnMut(&T, &T) -> Result<bool, E>,
    replace: impl FnMut(&mut T, T),
) -> Result<(Child<T>, usize), E> {
    let mut parts = deal(items, len, depth);
    let mut build = Build::new(same, replace);
    let child = build.build(&mut parts, depth)?;
    Ok((child, build.len))
}

/// Does what [`bulk`] does at depth 0, for items of which no two are equal, in linear time.
pub(crate) fn bulk_distinct<T>(items: impl Iterator<Item = (u32, T)>, len: usize) -> (Child<T>, usize) {
    let mut parts = deal(items, len, 0);
    let unequal = |_: &T, _: &T| Ok(false);
    let mut build = Build { are_distinct: true, ..Build::new(unequal, |_: &mut T, _: T| ()) };
    let child = into_ok(build.build(&mut parts, 0));
    (child, build.len)
}

/// Distributes items to 1, 16 or 256 parts by their hash bits from `depth` on. About `len` items are expected, which
/// determines the number of parts; see [`TRUSTED`].
fn deal<T>(items: impl Iterator<Item = (u32, T)>, len: usize, depth: u32) -> Vec<Vec<HashedEntry<T>>> {
    let bits = match len {
        0..=PART_MAX => 0,
        _ if len <= PART_MAX << WIDTH_MAX => WIDTH_MAX,
        _ => 2 * WIDTH_MAX,
    };
    // A little more than the average, so that few parts have to be reallocated.
    let average = len >> bits;
    let room = (average + average / 8).min(TRUSTED / size_of::<HashedEntry<T>>());
    let mut parts: Vec<_> = (0..1 << bits).map(|_| Vec::with_capacity(room)).collect();
    for (hash, item) in items {
        parts[(u64::from(hash << depth) << bits >> 32) as usize].push(HashedEntry::Hashed(hash, item));
    }
    parts
}

/// A bulk build in progress.
struct Build<S, R> {
    same: S,
    replace: R,
    /// No two items are equal, so they are not compared.
    are_distinct: bool,
    /// The number of entries built so far.
    len: usize,
    /// The keys of the current part, and memory for sorting them.
    keys: Vec<SortKey>,
    spare: Vec<SortKey>,
    /// The end of each cell in `keys`.
    ends: Vec<u32>,
}

impl<S, R> Build<S, R> {
    const fn new(same: S, replace: R) -> Self {
        Self { same, replace, are_distinct: false, len: 0, keys: Vec::new(), spare: Vec::new(), ends: Vec::new() }
    }

    /// Returns the subtree at `depth` of 1, 16 or 256 parts.
    fn build<T, E>(&mut self, parts: &mut [Vec<HashedEntry<T>>], depth: u32) -> Result<Child<T>, E>
    where
        S: FnMut(&T, &T) -> Result<bool, E>,
        R: FnMut(&mut T, T),
    {
        if let [part] = parts {
            let mut part = mem::take(part);
            self.deal_keys(&part, depth);
            if !self.are_distinct && self.has_equal_hashes() {
                self.replace_equal(&mut part)?;
            }
            self.len += self.keys.len();
            let take = |index: usize| part[index].take();
            return Ok(subtree(depth, &mut Sorted { keys: &self.keys, take }, (0, self.keys.len())));
        }
        let mut builder = NodeBuilder::new(depth);
        let each = parts.len() >> WIDTH_MAX;
        for (slot, parts) in parts.chunks_mut(each).enumerate() {
            builder.put(slot, self.build(parts, depth + WIDTH_MAX)?);
        }
        builder.join_all([Bitmap::ALL; 2], crate::trie::never_clone);
        Ok(builder.finish([None, None]))
    }

    /// Fills `keys` with the keys of a part, in the order of their cells, which are determined by the hash bits from
    /// `depth` on. Cells with more than `CELL_MAX` keys are sorted.
    fn deal_keys<T>(&mut self, part: &[HashedEntry<T>], depth: u32) {
        let Self { keys, spare, ends, .. } = self;
        assert!(u32::try_from(part.len()).is_ok(), "the iterator yielded far more entries than its size hint");
        let bits = (part.len() / 2).max(2).ilog2().min(CELL_BITS);
        let cell = |key: SortKey| (key.hash() << depth >> (HASH_BITS - bits)) as usize;
        ends.clear();
        ends.resize(1 << bits, 0);
        spare.clear();
        for (index, item) in part.iter().enumerate() {
            let HashedEntry::Hashed(hash, _) = item else { continue };
            let key = SortKey::new(*hash, index);
            ends[cell(key)] += 1;
            spare.push(key);
        }
        let mut end = 0;
        for ends in &mut *ends {
            (end, *ends) = (end + *ends, end);
        }
        keys.clear();
        keys.resize(spare.len(), SortKey::default());
        for &key in &*spare {
            let place = &mut ends[cell(key)];
            keys[*place as usize] = key;
            *place += 1;
        }
        let mut first = 0;
        for &end in &*ends {
            if end - first > CELL_MAX as u32 {
                keys[first as usize..end as usize].sort_unstable();
            }
            first = end;
        }
    }

    /// Returns `true` if two keys have the same hash.
    ///
    /// In sorted cells such keys are adjacent, in others their distance is less than `CELL_MAX`. The boundaries of
    /// the cells are ignored, since branches on them would be mispredicted.
    fn has_equal_hashes(&self) -> bool {
        (1..CELL_MAX).any(|distance| {
            let others = self.keys.iter().skip(distance);
            self.keys.iter().zip(others).fold(false, |any, (&a, &b)| any | (a.hash() == b.hash()))
        })
    }

    /// Replaces earlier entries of the part by later equal ones, and removes the keys of the later ones.
    fn replace_equal<T, E>(&mut self, part: &mut [HashedEntry<T>]) -> Result<(), E>
    where
        S: FnMut(&T, &T) -> Result<bool, E>,
        R: FnMut(&mut T, T),
    {
        let keys = &mut self.keys;
        let mut kept = 0;
        for at in 0..keys.len() {
            let new = keys[at];
            let mut found = None;
            for (distance, &present) in keys[..kept].iter().rev().enumerate() {
                if present.hash() != new.hash() {
                    if distance < CELL_MAX {
                        continue;
                    }
                    break;
                }
                if (self.same)(part[present.index()].entry(), part[new.index()].entry())? {
                    found = Some(present.index());
                    break;
                }
            }
            if let Some(present) = found {
                let new = part[new.index()].take();
                (self.replace)(part[present].entry_mut(), new);
            } else {
                keys[kept] = new;
                kept += 1;
            }
        }
        keys.truncate(kept);
        Ok(())
    }
}
