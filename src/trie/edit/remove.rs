//! Removal: a search, then one descent that copies shared nodes and joins ranges that fit into one bucket again.

use alloc::vec::Vec;
use core::mem;

use super::Edit;
use super::place::Place;
use crate::trie::CloneFn;
use crate::trie::node::bitmap::Slots;
use crate::trie::node::bucket::{Bucket, Indices, unique_mut};
use crate::trie::node::child::{BitmapNode, Child, ChildMut};
use crate::trie::node::leaf::new_child;
use crate::trie::node::stored::Removed;
use crate::trie::node::{HASH_BITS, WIDTH_MAX, descend};

impl<T, C: CloneFn<T>> Edit<'_, T, C> {
    /// Removes and returns entry `index` of the leaf in the range of `hash`.
    ///
    /// All user code runs before anything is changed, except that shared nodes may already have been copied.
    pub(crate) fn remove_at(mut self, hash: u32, index: usize) -> (T, PutBefore) {
        let clone = self.clone;
        let mut place = Place::of(&mut self.trie.root, hash, clone);
        let pair = buddies_at(&place);
        if pair.is_none() {
            if let Some(bucket) = place.unique_bucket_mut().filter(|bucket| bucket.len() > 1) {
                let removed = bucket.swap_remove_owned(index, clone);
                self.trie.len -= 1;
                return (removed.into_inner(), PutBefore(0));
            }
        }
        let (depth, joins) = (place.depth, pair.is_some());
        let edit = |leaf: &mut Child<T>| {
            leaf.make_mut(clone).into_leaf().expect("the leaf has entries").swap_remove_owned(index, clone)
        };
        if let Some(pair) = pair.filter(|_| place.leaf().entries().len() > 1) {
            let node = place.slot.make_bitmap_mut().expect("only children of a bitmap node have a buddy");
            let [zeros, ones] = pair.slots.halves();
            let buddy = if node.slot_of(place.bits) < ones.first { ones } else { zeros };
            node.child_mut(buddy.first).make_mut(clone);
        }
        let LeafEdit { result: removed, put_before, collapsed } = edit_leaf(place, joins, edit);
        self.trie.len -= 1;
        if collapsed && depth > 0 {
            // Only empty ranges can be joined with it, so there are no entries to clone.
            self.join_above(hash, depth);
        }
        (removed.into_inner(), put_before)
    }

    /// Removes the entries for which `keep` returns `false`. A leaf that loses several entries is edited once.
    ///
    /// While user code runs, the trie is valid. When `clone` runs, nothing but the sharing of nodes has been changed
    /// in the current edit.
    pub(crate) fn retain(self, mut keep: impl FnMut(&T) -> bool) {
        let mut extraction = Extraction::new(self);
        let mut removed = Vec::new();
        while let Some(found) = extraction.find(&mut |entry| !keep(entry), Indices::BITS as usize) {
            let put_before = if found.count() == 1 {
                extraction.edit.reborrow().remove_at(found.hash, found.first()).1
            } else {
                let (replaced, put_before) = extraction.edit.remove_all(&found, &mut removed);
                removed.clear();
                drop(replaced);
                put_before
            };
            extraction.also_test(put_before);
        }
    }

    /// Removes the entries in `found`. They are moved to `removed`, or dropped with the returned leaf, which may be
    /// shared.
    fn remove_all(&mut self, found: &Found, removed: &mut Vec<Removed<T>>) -> (Child<T>, PutBefore) {
        let clone = self.clone;
        let joins = self.unshare_buddies(found);
        let place = self.reborrow().place(found.hash);
        let depth = place.depth;
        let LeafEdit { result: replaced, mut put_before, collapsed } = edit_leaf(place, joins, |leaf| {
            if found.left == 0 {
                return mem::replace(leaf, Child::EMPTY);
            }
            if let Some(bucket) = leaf.as_bucket().filter(|_| !leaf.is_unique()) {
                let kept = new_child(Bucket::with_capacity(found.left), |kept| {
                    for index in (0..bucket.len()).filter(|&index| !found.has(index)) {
                        kept.push_copy(bucket, index, clone);
                    }
                });
                return mem::replace(leaf, kept);
            }
            let leaf = leaf.make_mut(clone).into_leaf().expect("the leaf has entries");
            for index in found.descending() {
                let entry = leaf.swap_remove(index);
                // Dropped later, if dropping it runs user code.
                if mem::needs_drop::<T>() {
                    removed.push(entry);
                }
            }
            Child::EMPTY
        });
        self.trie.len -= found.count();
        if collapsed && depth > 0 {
            put_before.0 += self.join_above(found.hash, depth).0;
        }
        (replaced, put_before)
    }

    /// Prepares the removal of the entries in `found`: unshares the leaves with which the rest of their leaf will be
    /// joined. Returns `true` if there are any.
    ///
    /// If the rest is empty and only one of these leaves has entries, that leaf stays shared: it becomes the result
    /// of the join, and no entry of it moves.
    fn unshare_buddies(&mut self, found: &Found) -> bool {
        let Found { hash, left: mut len, .. } = *found;
        let mut lone = None;
        for bits in (1..=found.bits).rev() {
            // The other half of the range that is shorter by one bit.
            let buddy = hash ^ 1 << (HASH_BITS - bits);
            let (leaf, range) = leaf_and_range(&self.trie.root, buddy);
            let fits = |more: &usize| range.bits == bits && len + more <= Bucket::<T>::MAX;
            let Some(more) = leaf.small_len().filter(fits) else { return bits < found.bits };
            if len == 0 {
                lone = Some(buddy);
            } else if more > 0 {
                for hash in lone.take().into_iter().chain([buddy]) {
                    let clone = self.clone;
                    self.reborrow().place(hash).leaf_mut().make_mut(clone);
                }
            }
            len += more;
        }
        found.bits > 0
    }

    /// Joins the leaf that the bitmap node at `depth` became with its buddies, and also those above that become
    /// leaves in this way.
    #[cold]
    fn join_above(&mut self, hash: u32, mut depth: u32) -> PutBefore {
        let mut put_before = PutBefore(0);
        while depth > 0 {
            depth -= WIDTH_MAX;
            let place = Place::at(&mut self.trie.root, hash, depth, self.clone);
            put_before.0 += join(place.slot, place.bits).0;
            if place.slot.is_bitmap() {
                break;
            }
        }
        put_before
    }
}

/// Returns the leaf at `place` and its buddy if they fit into one bucket after one entry has been removed.
#[inline]
fn buddies_at<T, C>(place: &Place<'_, T, C>) -> Option<BuddyPair> {
    place.slot.as_bitmap().and_then(|node| small_pair(node, node.slot_of(place.bits), Bucket::<T>::MAX + 1))
}

/// The number of entries that were put before the remaining entries of a leaf when it was joined with others.
///
/// A joined leaf has the entries of its ranges in descending order of the ranges. [`Extraction`] tests the ranges in
/// ascending order and the entries of a leaf from the last to the first; so what is put before the untested entries of
/// a leaf has not been tested.
pub(crate) struct PutBefore(usize);

/// What an edit of a leaf has done.
struct LeafEdit<R> {
    /// The result of the closure.
    result: R,
    put_before: PutBefore,
    /// Whether the bitmap node above the leaf, if any, has become a leaf.
    collapsed: bool,
}

/// Removes entries of the leaf at `place` by `edit`. Then joins the leaf with its buddies as long as they fit into one
/// bucket, if `joins` is set, or if the leaf is empty now or was a collision node that fits into a bucket now.
#[inline(never)]
fn edit_leaf<T, C: CloneFn<T>, R>(
    mut place: Place<'_, T, C>,
    joins: bool,
    edit: impl FnOnce(&mut Child<T>) -> R,
) -> LeafEdit<R> {
    let (result, became_small) = place.reborrow().leaf_mut().edit(|leaf| {
        let result = edit(leaf);
        let small = match leaf.get_mut() {
            Some(ChildMut::Bucket(bucket)) if bucket.len() == 0 => Child::EMPTY,
            Some(ChildMut::Collision(node)) if node.len() <= Bucket::<T>::MAX => {
                new_child(Bucket::with_capacity(Bucket::<T>::MAX), |bucket| bucket.append(node))
            }
            _ => return (result, leaf.is_empty()),
        };
        *leaf = small;
        (result, true)
    });
    let put_before = if joins || became_small { join(place.slot, place.bits) } else { PutBefore(0) };
    LeafEdit { result, put_before, collapsed: !place.slot.is_bitmap() }
}

/// Two leaves that cover the two halves of a range: their slots together, and the number of entries of each.
struct BuddyPair {
    slots: Slots,
    zeros: usize,
    ones: usize,
}

/// Returns the pair that contains the leaf at `slot` if both leaves together have at most `most` entries.
#[inline]
fn small_pair<T>(node: &BitmapNode<T>, slot: usize, most: usize) -> Option<BuddyPair> {
    let slots = node.pair_of(slot)?;
    let [zeros, ones] = slots.halves().map(|half| node.child(half.first).small_len());
    let (zeros, ones) = (zeros?, ones?);
    (zeros + ones <= most).then_some(BuddyPair { slots, zeros, ones })
}

/// In the bitmap node in `slot`, joins the leaf selected by `bits` with its buddy as long as both fit into one
/// bucket; then makes the node as narrow as possible, or replaces it by its only leaf. Runs no user code: the joined
/// leaves are unshared.
fn join<T>(slot: &mut Child<T>, bits: u32) -> PutBefore {
    let mut before = 0;
    let Some(node) = slot.make_bitmap_mut() else { return PutBefore(before) };
    while let Some(pair) = small_pair(node, node.slot_of(bits), Bucket::<T>::MAX) {
        let BuddyPair { slots, zeros, ones } = pair;
        let halves = slots.halves();
        if node.slot_of(bits) < halves[1].first {
            before += ones;
        }
        let both = match halves.map(|half| node.child_mut(half.first).replace(Child::EMPTY)) {
            [zero, one] if ones == 0 => {
                drop(one);
                zero
            }
            [zero, one] if zeros == 0 => {
                drop(zero);
                one
            }
            [mut zero, mut both] => {
                if both.as_bucket().is_none_or(|bucket| bucket.capacity() < zeros + ones) {
                    let mut small = both;
                    both = new_child(Bucket::with_capacity(Bucket::<T>::MAX), |bucket| append(bucket, &mut small));
                }
                append(both.unique_bucket_mut().expect("joined leaves are unshared"), &mut zero);
                both
            }
        };
        drop(node.join(slots, both));
        if zeros == 0 || ones == 0 {
            if let Some((lone, more)) = take_lone(node, bits) {
                *slot = lone;
                return PutBefore(before + more);
            }
        }
    }
    if node.starts().len() == 1 {
        let only = node.child_mut(0).replace(Child::EMPTY);
        *slot = only;
        return PutBefore(before);
    }
    if node.starts().all_even() {
        let mut narrow = node.halved();
        while narrow.starts().all_even() {
            narrow = unique_mut(&mut narrow).halved();
        }
        *slot = narrow.into();
    }
    PutBefore(before)
}

/// Removes and returns the only child of `node` that is not empty, if it is a bucket: the node becomes that leaf.
/// Otherwise it would be joined with one empty range after the other. Also returns the number of its entries if it comes
/// after the leaf selected by `bits`, which is empty then.
fn take_lone<T>(node: &mut BitmapNode<T>, bits: u32) -> Option<(Child<T>, usize)> {
    let (start, len) = {
        let mut filled = node.children().filter(|(_, child)| !child.is_empty());
        let (start, child) = filled.next()?;
        (start, child.small_len().filter(|_| filled.next().is_none())?)
    };
    let moved = if start > node.slot_of(bits) { len } else { 0 };
    Some((node.child_mut(start).replace(Child::EMPTY), moved))
}

/// Moves the entries of `other`, an unshared bucket, to the end of `bucket`.
fn append<T>(bucket: &mut Bucket<T>, other: &mut Child<T>) {
    bucket.append(other.unique_bucket_mut().expect("joined leaves are unshared"));
}

/// A lazy search for entries that a predicate accepts, which may be removed when found.
pub(crate) struct Extraction<'a, T, C> {
    pub(crate) edit: Edit<'a, T, C>,
    /// A hash in the range of the current leaf; `None` at the end.
    at: Option<u32>,
    /// The number of entries of that leaf, counted from the first, that have not been tested; `None` stands for all.
    untested: Option<usize>,
}

/// Entries that were found in a leaf.
struct Found {
    /// A hash in the range of the leaf, and the number of bits that all hashes of that range have in common.
    hash: u32,
    bits: u32,
    /// The index in the leaf that bit 0 of `indices` stands for.
    base: usize,
    indices: Indices,
    /// The number of other entries in the leaf.
    left: usize,
}

impl Found {
    const fn count(&self) -> usize {
        self.indices.count_ones() as usize
    }

    const fn first(&self) -> usize {
        self.base + self.indices.trailing_zeros() as usize
    }

    fn has(&self, index: usize) -> bool {
        index.checked_sub(self.base).is_some_and(|index| self.indices >> index & 1 == 1)
    }

    /// Returns the indices in descending order. In this order, `swap_remove` does not move an entry that is still to
    /// be removed.
    fn descending(&self) -> impl Iterator<Item = usize> {
        let (base, mut indices) = (self.base, self.indices);
        core::iter::from_fn(move || {
            let last = indices.checked_ilog2()?;
            indices &= !(1 << last);
            Some(base + last as usize)
        })
    }
}

impl<'a, T, C: CloneFn<T>> Extraction<'a, T, C> {
    /// Starts at the first entry.
    pub(crate) const fn new(edit: Edit<'a, T, C>) -> Self {
        Self { edit, at: Some(0), untested: None }
    }

    /// Removes and returns the next entry that `pred` accepts. The trie is valid before and after; `pred` is called
    /// once for each entry.
    pub(crate) fn next(&mut self, pred: &mut impl FnMut(&T) -> bool) -> Option<T> {
        let found = self.find(pred, 1)?;
        let (entry, put_before) = self.edit.reborrow().remove_at(found.hash, found.first());
        self.also_test(put_before);
        Some(entry)
    }

    /// Adds the entries that a join has put before the untested ones.
    fn also_test(&mut self, PutBefore(more): PutBefore) {
        self.untested = self.untested.map(|untested| untested + more);
    }

    /// Returns the next entries that `pred` accepts, among at most `most` consecutive entries of one leaf.
    fn find(&mut self, pred: &mut impl FnMut(&T) -> bool, most: usize) -> Option<Found> {
        while let Some(hash) = self.at {
            let (leaf, Range { bits, last }) = leaf_and_range(&self.edit.trie.root, hash);
            let entries = leaf.entries();
            let untested = self.untested.get_or_insert(entries.len());
            while *untested > 0 {
                let end = *untested;
                let base = end.saturating_sub(most);
                *untested = base;
                // Usually none of them is accepted; this loop is the fastest for that case.
                let Some(last) = entries.between(base, end).iter().rposition(&mut *pred) else { continue };
                let mut indices = 1;
                for entry in entries.between(base, base + last).iter().rev() {
                    indices = indices << 1 | Indices::from(pred(entry));
                }
                let left = entries.len() - indices.count_ones() as usize;
                return Some(Found { hash, bits, base, indices, left });
            }
            (self.at, self.untested) = (last.checked_add(1), None);
        }
        None
    }
}

/// The range of hashes of a leaf: those that have the first `bits` bits in common, up to `last`.
struct Range {
    bits: u32,
    last: u32,
}

/// Returns the leaf in the range of `hash`, and that range.
fn leaf_and_range<T>(root: &Child<T>, hash: u32) -> (&Child<T>, Range) {
    let (mut child, mut rest, mut depth, mut bits) = (root, hash, 0, 0);
    while let Some(node) = child.as_bitmap() {
        let slot = node.slot_of(rest);
        bits = depth + node.slots_at(slot).bits(node.width());
        (child, rest, depth) = (node.child(slot), descend(rest), depth + WIDTH_MAX);
    }
    (child, Range { bits, last: hash | u32::MAX.checked_shr(bits).unwrap_or(0) })
}
