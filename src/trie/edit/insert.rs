//! Insertion: one descent that copies shared nodes, and the splitting of full buckets.

use super::place::Place;
use crate::trie::node::bitmap::Bitmap;
use crate::trie::node::bucket::{Bucket, bit_is_set, unique_mut};
use crate::trie::node::child::{BitmapNode, Child, ChildMut, ChildSlots};
use crate::trie::node::leaf::new_child;
use crate::trie::node::{HASH_BITS, WIDTH_MAX, grown_capacity};
use crate::trie::{CloneFn, HashTrie};
use core::mem;

/// The result of an attempt to insert an entry.
pub(crate) enum Inserted<'a, T> {
    /// The entry was inserted, as the last one of its leaf.
    New,
    /// An equal entry is present: a mutable reference to it, and the entry that was not inserted.
    Found(&'a mut T, T),
}

impl<T> HashTrie<T> {
    /// Inserts `entry` unless there is an equal one with this hash. `same` is called with a present entry and
    /// `entry`.
    ///
    /// User code runs before anything is changed, except that shared nodes on the path may already have been copied.
    #[inline]
    pub(crate) fn try_insert_at<E>(
        &mut self,
        hash: u32,
        entry: T,
        mut same: impl FnMut(&T, &T) -> Result<bool, E>,
        clone: impl CloneFn<T>,
    ) -> Result<Inserted<'_, T>, E> {
        let place = Place::of(&mut self.root, hash);
        if let Some((index, _)) = place.leaf().try_find(hash, |present| same(present, &entry))? {
            return Ok(Inserted::Found(place.entry_mut(index, clone), entry));
        }
        insert_new(place, &mut self.len, hash, entry, clone);
        Ok(Inserted::New)
    }

    /// Inserts `entry`, which must have no equal in the trie, as the last of its leaf. Returns the place of the leaf.
    #[inline]
    pub(crate) fn insert_unique_at(&mut self, hash: u32, entry: T, clone: impl CloneFn<T>) -> Place<'_, T> {
        insert_new(Place::of(&mut self.root, hash), &mut self.len, hash, entry, clone)
    }
}

/// Inserts `entry`, which must have no equal in the trie, as the last of the leaf at `place`, and counts it. Returns
/// the place of the leaf, which is another one after a split.
#[inline]
fn insert_new<'a, T>(
    mut place: Place<'a, T>,
    len: &mut usize,
    hash: u32,
    entry: T,
    clone: impl CloneFn<T>,
) -> Place<'a, T> {
    match place.unique_bucket_mut() {
        Some(bucket) if bucket.len() < bucket.capacity() => {
            bucket.push(hash, entry);
            *len += 1;
            place
        }
        _ => {
            let (mut place, replaced) = make_room(place, clone);
            match place.unique_bucket_mut() {
                Some(bucket) => bucket.push(hash, entry),
                None => match place.reborrow().leaf_mut().make_mut(clone) {
                    ChildMut::Collision(node) => node.push(hash, entry),
                    _ => unreachable!("the leaf is unshared and not full"),
                },
            }
            *len += 1;
            drop(replaced);
            place
        }
    }
}

/// A leaf and a bitmap node that were replaced.
///
/// A shared node may lose its other owners while it is copied: in `Clone`, or in another thread. Then these are the
/// last references, and dropping them runs destructors of entries, which may panic. Therefore they are dropped last.
type Replaced<T> = (Child<T>, Child<T>);

/// Makes the leaf for one more entry, at `place` or below, unshared and not full. Returns the place of that leaf and
/// the nodes that were replaced.
///
/// The entry itself stays with the caller: each call would move it, which takes stack space if it is large.
#[inline(never)]
fn make_room<T>(mut place: Place<'_, T>, clone: impl CloneFn<T>) -> (Place<'_, T>, Replaced<T>) {
    let mut replaced = None;
    while !place.leaf().has_room() {
        let old = split(place.reborrow(), clone);
        // Only the first replaced node can have been shared. Later splits split what the first one has made, and
        // leave nothing in it.
        replaced.get_or_insert(old);
        place = place.descend();
    }
    let smaller = place.reborrow().leaf_mut().edit(|leaf| grow(leaf, clone));
    // After a split the leaf is new, so `smaller` has no entries.
    (place, replaced.unwrap_or((smaller, Child::EMPTY)))
}

/// Makes a leaf that is not a full bucket unshared, with capacity for one more entry, in a larger node if necessary.
/// Returns the bucket that was replaced.
fn grow<T>(leaf: &mut Child<T>, clone: impl CloneFn<T>) -> Child<T> {
    let larger = match leaf.get_mut() {
        Some(ChildMut::Bucket(bucket) | ChildMut::Collision(bucket)) if bucket.len() < bucket.capacity() => {
            return Child::EMPTY;
        }
        Some(ChildMut::Bucket(full) | ChildMut::Collision(full)) => {
            let mut grown = Bucket::with_capacity(grown_capacity(full.len()));
            unique_mut(&mut grown).append(full);
            grown
        }
        Some(ChildMut::Empty) => Bucket::with_capacity(grown_capacity(0)),
        Some(ChildMut::Bitmap(_)) => unreachable!("a bitmap node is not a leaf"),
        None => {
            let shared = leaf.as_leaf().expect("the leaf has entries, since it is shared");
            shared.copy(shared.len() + 1, clone)
        }
    };
    mem::replace(leaf, larger.into())
}

/// Splits the full bucket at `place` in two, or converts it into a collision node. Returns the nodes that were
/// replaced.
///
/// Shared entries are cloned first; no user code runs after that.
#[cold]
#[inline(never)]
fn split<T>(mut place: Place<'_, T>, clone: impl CloneFn<T>) -> Replaced<T> {
    let bits = place.bits;
    let (at, width, span) = place.slot.as_bitmap().map_or((0, 0, 1), |node| {
        let (first, end) = node.range(node.slot_of(bits));
        (node.slot_of(bits), node.width(), end - first)
    });
    let depth = place.depth + width - span.trailing_zeros();
    if depth == HASH_BITS {
        let mut leaf = place.leaf_mut();
        let node = collision(&mut leaf, clone);
        return (leaf.replace(node), Child::EMPTY);
    }
    let [zeros, ones] = halves(place.reborrow(), depth, clone);
    match place.slot.as_bitmap() {
        Some(_) if span > 1 => (bitmap_mut(place.slot).split(at, zeros, ones), Child::EMPTY),
        Some(node) if width < WIDTH_MAX => {
            let own = place.slot.is_unique();
            let mut wide = if own { bitmap_mut(place.slot).doubled() } else { node.doubled_copy() };
            let leaf = unique_mut(&mut wide).split(2 * at, zeros, ones);
            (leaf, mem::replace(place.slot, wide.into()))
        }
        // The bucket is not in a node, or has a single slot in a node of the greatest width: make a new node below.
        _ => {
            let mut halves = [zeros, ones];
            let half = |slot: usize| mem::replace(&mut halves[slot], Child::EMPTY);
            let node = BitmapNode::from_children(Bitmap(0b11), 1, half).into();
            (place.leaf_mut().replace(node), Child::EMPTY)
        }
    }
}

/// Returns a mutable reference to the bitmap node in `slot`; copies it if it is shared.
fn bitmap_mut<T>(slot: &mut Child<T>) -> &mut BitmapNode<T> {
    slot.make_bitmap_mut().expect("the slot contains a bitmap node")
}

/// Returns two buckets with the entries of the bucket at `place`, divided by `bit` of their hashes. The entries are
/// cloned if the bucket is shared, otherwise moved.
fn halves<T>(mut place: Place<'_, T>, bit: u32, clone: impl CloneFn<T>) -> [Child<T>; 2] {
    let halves = if place.unique_bucket_mut().is_some() {
        let mut ones = place.leaf_mut().replace(Child::EMPTY);
        let zeros = ones.unique_bucket_mut().expect("only a full bucket is split").split_off(bit);
        [zeros.into(), ones]
    } else {
        let bucket = place.leaf().as_bucket().expect("only a full bucket is split");
        let ones = bucket.hashes().iter().filter(|&&hash| bit_is_set(hash, bit)).count();
        let [mut zeros, mut ones] = [bucket.len() - ones, ones].map(Bucket::with_room);
        let (to_zeros, to_ones) = (unique_mut(&mut zeros), unique_mut(&mut ones));
        for (index, &hash) in bucket.hashes().iter().enumerate() {
            if bit_is_set(hash, bit) { &mut *to_ones } else { &mut *to_zeros }.push_copy(bucket, index, clone);
        }
        [zeros.into(), ones.into()]
    };
    halves.map(|half| if half.small_len() == Some(0) { Child::EMPTY } else { half })
}

/// Returns a collision node with the entries of a full bucket, whose hashes are all equal.
fn collision<T>(leaf: &mut ChildSlots<'_, T>, clone: impl CloneFn<T>) -> Child<T> {
    match leaf.reborrow().make_mut(clone) {
        ChildMut::Bucket(full) => new_child(Bucket::with_capacity(2 * Bucket::<T>::MAX), |node| node.append(full)),
        _ => unreachable!("only a full bucket is split"),
    }
}
