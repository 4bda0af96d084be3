//! Removal: a search, then one descent that copies what is shared, and the join of ranges that fit into one bucket again.

use alloc::vec::Vec;

use super::bucket::{Bucket, sole};
use super::child::{BitmapNode, Child, ChildMut, new_child};
use super::node::{HASH_BITS, WIDTH_MAX, descend};
use super::place::Place;
use super::{Clones, HashTrie};

impl<T> HashTrie<T> {
    /// Takes entry `index` of the leaf in the range of `hash` out. Answers it, and by how much the indices of the entries
    /// before it have grown.
    ///
    /// All user code runs before anything changes but the sharing of nodes.
    pub(crate) fn remove_at(&mut self, hash: u32, index: usize, clone: impl Clones<T>) -> (T, usize) {
        let mut place = Place::of(&mut self.root, hash);
        let depth = place.depth;
        let taken = take(place.reborrow(), hash, index, clone);
        let collapsed = !place.slot.is_bitmap();
        self.len -= 1;
        if collapsed && depth > 0 {
            self.join_above(hash, depth);
        }
        taken
    }

    /// Joins the leaf that the bitmap node at `depth` became, which only empty ranges can join, and what this collapses.
    #[cold]
    fn join_above(&mut self, hash: u32, mut depth: u32) {
        while depth > 0 {
            depth -= WIDTH_MAX;
            let place = Place::at(&mut self.root, hash, depth);
            join(place.slot, place.bits);
            if place.slot.is_bitmap() {
                break;
            }
        }
    }
}

/// Takes entry `index` out of the leaf at `place`.
#[inline]
fn take<T>(mut place: Place<'_, T>, hash: u32, index: usize, clone: impl Clones<T>) -> (T, usize) {
    let bits = place.bits;
    let pair = place.slot.as_bitmap().and_then(|node| small_pair(node, node.slot_of(bits), Bucket::<T>::MAX + 1));
    if pair.is_none() {
        if let Some(bucket) = place.own_bucket_mut().filter(|bucket| bucket.len() > 1) {
            return (bucket.swap_remove(index), 0);
        }
    }
    take_slowly(place, hash, index, pair, clone)
}

/// [`take`] where a node is shared, becomes empty, or is joined with another.
#[inline(never)]
fn take_slowly<T>(
    mut place: Place<'_, T>,
    hash: u32,
    index: usize,
    pair: Option<Pair>,
    clone: impl Clones<T>,
) -> (T, usize) {
    if let Some(Pair { first, middle, .. }) = pair {
        // They will fit into one bucket when an entry is out.
        let node = place.slot.make_bitmap_mut().expect("it is a bitmap node");
        for start in [first, middle] {
            node.child_mut(start).make_mut(clone);
        }
    }
    let mut leaf = place.reborrow().leaf_mut();
    let (entry, rest) = match leaf.reborrow().make_mut(clone) {
        ChildMut::Bucket(bucket) => (bucket.swap_remove(index), (bucket.len() == 0).then_some(Child::EMPTY)),
        ChildMut::Collision(node) => {
            let entry = node.entries.swap_remove(index);
            (entry, (node.entries.len() == Bucket::<T>::MAX).then(|| to_bucket(hash, &mut node.entries)))
        }
        ChildMut::Bitmap(_) | ChildMut::Empty => unreachable!("only leaves with entries have indices"),
    };
    let became_small = rest.is_some();
    if let Some(rest) = rest {
        drop(leaf.replace(rest));
    }
    let moved = if pair.is_some() || became_small { join(place.slot, place.bits) } else { 0 };
    (entry, moved)
}

/// Two leaves of one size that make up a range, with their slots and lengths.
struct Pair {
    first: usize,
    middle: usize,
    end: usize,
    zeros: usize,
    ones: usize,
}

/// The pair that the leaf at `slot` belongs to, if both have no more than `most` entries together.
#[inline]
fn small_pair<T>(node: &BitmapNode<T>, slot: usize, most: usize) -> Option<Pair> {
    let (first, middle, end) = node.pair_of(slot)?;
    let (zeros, ones) = (node.child(first).small_len()?, node.child(middle).small_len()?);
    (zeros + ones <= most).then_some(Pair { first, middle, end, zeros, ones })
}

/// Joins the leaf that `bits` choose in the bitmap node in `slot` with its buddy as long as both fit into one bucket, and
/// makes the node as narrow as it can be, or one leaf. Runs no user code: what is joined is not shared.
///
/// Answers how many entries came to stand before those of the leaf: those of a joined bucket are in falling order of
/// their ranges.
fn join<T>(slot: &mut Child<T>, bits: u32) -> usize {
    let Some(node) = slot.make_bitmap_mut() else { return 0 };
    let mut moved = 0;
    while let Some(pair) = small_pair(node, node.slot_of(bits), Bucket::<T>::MAX) {
        let Pair { first, middle, end, zeros, ones } = pair;
        if node.slot_of(bits) < middle {
            moved += ones;
        }
        let halves = [middle, first].map(|start| node.child_mut(start).replace(Child::EMPTY));
        let both = match halves {
            [one, zero] if ones == 0 => {
                drop(one);
                zero
            }
            [one, zero] if zeros == 0 => {
                drop(zero);
                one
            }
            [mut both, mut zero] => {
                if both.as_bucket().is_none_or(|bucket| bucket.capacity() < zeros + ones) {
                    let mut small = both;
                    both = new_child(Bucket::with_capacity(Bucket::<T>::MAX), |bucket| append(bucket, &mut small));
                }
                append(both.own_bucket_mut().expect("nobody shares it"), &mut zero);
                both
            }
        };
        drop(node.join(first, middle, end, both));
    }
    if node.starts().len() == 1 {
        let only = node.child_mut(0).replace(Child::EMPTY);
        *slot = only;
        return moved;
    }
    if node.starts().all_even() {
        let mut narrow = node.halved();
        while narrow.starts().all_even() {
            narrow = sole(&mut narrow).halved();
        }
        *slot = narrow.into();
    }
    moved
}

/// Moves the entries of `other`, a bucket that is not shared, into `bucket`.
fn append<T>(bucket: &mut Bucket<T>, other: &mut Child<T>) {
    bucket.append(other.own_bucket_mut().expect("nobody shares it"));
}

/// The entries of a collision node, all of this hash, as a bucket. The vector is left empty.
fn to_bucket<T>(hash: u32, entries: &mut Vec<T>) -> Child<T> {
    new_child(Bucket::with_capacity(Bucket::<T>::MAX), |bucket| {
        for entry in entries.drain(..) {
            bucket.push(hash, entry);
        }
    })
}

/// Removes entries that a predicate accepts, one by one and lazily.
pub(crate) struct Extraction {
    /// A hash in the range of the leaf that is looked at; none when all are done.
    at: Option<u32>,
    /// The entries of that leaf that have not been looked at: those before this index. All, if none.
    untested: Option<usize>,
}

impl Extraction {
    /// From the first entry on.
    pub(crate) const fn new() -> Self {
        Self { at: Some(0), untested: None }
    }

    /// Removes the next entry that `pred` accepts. The trie is whole before and after; no entry is asked about twice.
    pub(crate) fn next<T>(
        &mut self,
        trie: &mut HashTrie<T>,
        pred: &mut impl FnMut(&T) -> bool,
        clone: impl Clones<T>,
    ) -> Option<T> {
        while let Some(at) = self.at {
            let (leaf, end) = leaf_and_end(&trie.root, at);
            let entries = leaf.entries();
            let untested = self.untested.get_or_insert(entries.len());
            while let Some(index) = untested.checked_sub(1) {
                *untested = index;
                if pred(&entries[index]) {
                    let (entry, moved) = trie.remove_at(at, index, clone);
                    *untested += moved;
                    return Some(entry);
                }
            }
            *self = Self { at: end, untested: None };
        }
        None
    }
}

/// The leaf in the range of `hash`, and the first hash behind that range, if there is one.
fn leaf_and_end<T>(root: &Child<T>, hash: u32) -> (&Child<T>, Option<u32>) {
    let (mut child, mut bits, mut depth) = (root, hash, 0);
    let mut end = 1u64 << HASH_BITS;
    while let Some(node) = child.as_bitmap() {
        let slot = node.slot_of(bits);
        let first = u64::from(hash) & !(u64::from(u32::MAX) >> depth);
        end = first + ((node.range(slot).1 as u64) << (HASH_BITS - depth - node.width()));
        (child, bits, depth) = (node.child(slot), descend(bits), depth + WIDTH_MAX);
    }
    (child, u32::try_from(end).ok())
}
