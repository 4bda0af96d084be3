//! Insertion: one descent that copies shared nodes, and the splitting of full buckets.

use super::Edit;
use super::place::Place;
use crate::trie::CloneFn;
use crate::trie::node::bitmap::{Bitmap, Slots};
use crate::trie::node::bucket::{Bucket, bit_is_set, unique_mut};
use crate::trie::node::child::{BitmapNode, Child, ChildMut};
use crate::trie::node::leaf::new_child;
use crate::trie::node::{HASH_BITS, WIDTH_MAX, grown_capacity};
use core::mem;

/// The result of an attempt to insert an entry.
pub(crate) enum Inserted<'a, T> {
    /// The entry was inserted, as the last one of its leaf.
    New,
    /// An equal entry is present: a mutable reference to it, and the entry that was not inserted.
    Found(&'a mut T, T),
}

impl<'a, T, C: CloneFn<T>> Edit<'a, T, C> {
    /// Inserts `entry` unless there is an equal one with this hash. `same` is called with a present entry and
    /// `entry`.
    ///
    /// User code runs before anything is changed, except that shared nodes on the path may already have been copied.
    #[inline]
    pub(crate) fn try_insert<E>(
        self,
        hash: u32,
        entry: T,
        mut same: impl FnMut(&T, &T) -> Result<bool, E>,
    ) -> Result<Inserted<'a, T>, E> {
        let place = Place::of(&mut self.trie.root, hash, self.clone);
        if let Some((index, _)) = place.leaf().try_find(hash, |present| same(present, &entry))? {
            return Ok(Inserted::Found(place.entry_mut(index), entry));
        }
        insert_new(place, &mut self.trie.len, hash, entry);
        Ok(Inserted::New)
    }

    /// Inserts `entry`, which must have no equal in the trie, as the last of its leaf. Returns the place of the leaf.
    #[inline]
    pub(crate) fn insert_unique(self, hash: u32, entry: T) -> Place<'a, T, C> {
        insert_new(Place::of(&mut self.trie.root, hash, self.clone), &mut self.trie.len, hash, entry)
    }
}

/// Inserts `entry`, which must have no equal in the trie, as the last of the leaf at `place`, and counts it. Returns
/// the place of the leaf, which is another one after a split.
#[inline]
fn insert_new<'a, T, C: CloneFn<T>>(
    mut place: Place<'a, T, C>,
    len: &mut usize,
    hash: u32,
    entry: T,
) -> Place<'a, T, C> {
    let clone = place.clone;
    match place.unique_bucket_mut() {
        Some(bucket) if bucket.len() < bucket.capacity() => {
            bucket.push(hash, entry);
            *len += 1;
            place
        }
        _ => {
            let (mut place, replaced) = make_room(place);
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

/// Makes the leaf for one more entry, at `place` or below, unshared and not full. Returns the place of that leaf, and
/// the nodes that were replaced.
///
/// The entry itself stays with the caller: each call would move it, which takes stack space if it is large.
#[inline(never)]
fn make_room<T, C: CloneFn<T>>(mut place: Place<'_, T, C>) -> (Place<'_, T, C>, Replaced<T>) {
    let clone = place.clone;
    if place.leaf().has_room() {
        let smaller = place.reborrow().leaf_mut().edit(|leaf| grow(leaf, clone));
        return (place, (smaller, Child::EMPTY));
    }
    let replaced = split(place.reborrow());
    place = place.descend();
    // The leaf is new or empty, so the one that it replaces has no entries.
    drop(place.reborrow().leaf_mut().edit(|leaf| grow(leaf, clone)));
    (place, replaced)
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

/// Splits the full bucket at `place`, so that there is room for one more entry. Returns the nodes that were replaced.
///
/// Shared entries are cloned first; no user code runs after that.
#[cold]
#[inline(never)]
fn split<T, C: CloneFn<T>>(mut place: Place<'_, T, C>) -> Replaced<T> {
    let bits = place.bits;
    let (at, width, slots) = place.slot.as_bitmap().map_or((0, 0, Slots::of_width(0)), |node| {
        let slot = node.slot_of(bits);
        (slot, node.width(), node.slots_at(slot))
    });
    let depth = place.depth + slots.bits(width);
    let full = place.leaf().as_bucket().expect("only a full bucket has no room");
    let differs = |&hash: &u32| bit_is_set(hash << place.depth ^ bits, depth - place.depth);
    // Usually, a hash differs from that of the new entry in the next bit.
    if depth == HASH_BITS || !full.hashes().iter().any(differs) {
        return (divide(place), Child::EMPTY);
    }
    let [zeros, ones] = halves(place.reborrow(), depth);
    match place.slot.as_bitmap() {
        Some(_) if slots.span > 1 => (bitmap_mut(place.slot).split(at, zeros, ones), Child::EMPTY),
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

/// Returns two buckets with the entries of the bucket at `place`, divided by `bit` of their hashes. The entries are
/// cloned if the bucket is shared, otherwise moved.
fn halves<T, C: CloneFn<T>>(mut place: Place<'_, T, C>, bit: u32) -> [Child<T>; 2] {
    let halves = if place.unique_bucket_mut().is_some() {
        moved(place.leaf_mut().replace(Child::EMPTY), bit)
    } else {
        copies(place.leaf().as_bucket().expect("only a full bucket is split"), bit, place.clone)
    };
    halves.map(|half| if half.small_len() == Some(0) { Child::EMPTY } else { half })
}

/// Divides the full bucket at `place` by the first bit in which its entries and the one that is to be inserted differ, or
/// converts it into a collision node if there is none. Returns the leaf that was replaced.
///
/// All nodes down to that bit are made at once: an entry that is inserted and removed again and again, among others
/// whose hashes begin like its own, would otherwise move all of them once for each bit, each time.
///
/// Shared entries are cloned first; no user code runs after that.
#[cold]
#[inline(never)]
fn divide<T, C: CloneFn<T>>(mut place: Place<'_, T, C>) -> Child<T> {
    let Place { bits, depth, .. } = place;
    let is_unique = place.unique_bucket_mut().is_some();
    let full = place.leaf().as_bucket().expect("only a full bucket has no room");
    let differing = full.hashes().iter().fold(0, |differing, hash| differing | (hash << depth ^ bits));
    let bit = HASH_BITS.min(depth + differing.leading_zeros());
    // Only the new entry differs.
    let moves = bit < HASH_BITS && full.hashes().iter().all(|hash| bit_is_set(hash << depth ^ bits, bit - depth));
    let copies = (!is_unique && !moves).then(|| copies(full, bit, place.clone));

    if place.slot.is_bitmap() {
        widen(place.slot, WIDTH_MAX.min(bit + 1 - depth));
    }
    let old = place.reborrow().leaf_mut().replace(Child::EMPTY);
    let (parts, old) = match copies {
        Some(parts) => (parts, old),
        None if moves => (on_side(!bit_is_set(bits, bit - depth), old), Child::EMPTY),
        None => (moved(old, bit), Child::EMPTY),
    };
    put(place, bit, parts);
    old
}

/// Returns copies of the entries of `full`: two buckets, divided by `bit`, or one collision node if there is no such bit.
fn copies<T>(full: &Bucket<T>, bit: u32, clone: impl CloneFn<T>) -> [Child<T>; 2] {
    if bit == HASH_BITS {
        return [full.copy(2 * Bucket::<T>::MAX, clone).into(), Child::EMPTY];
    }
    let ones = full.hashes().iter().filter(|&&hash| bit_is_set(hash, bit)).count();
    let [mut zeros, mut ones] = [full.len() - ones, ones].map(Bucket::with_room);
    let (to_zeros, to_ones) = (unique_mut(&mut zeros), unique_mut(&mut ones));
    for (index, &hash) in full.hashes().iter().enumerate() {
        if bit_is_set(hash, bit) { &mut *to_ones } else { &mut *to_zeros }.push_copy(full, index, clone);
    }
    [zeros.into(), ones.into()]
}

/// Does what [`copies`] does, for an unshared bucket whose entries are moved.
fn moved<T>(mut full: Child<T>, bit: u32) -> [Child<T>; 2] {
    let bucket = full.unique_bucket_mut().expect("the bucket is unshared");
    if bit == HASH_BITS {
        return [new_child(Bucket::with_capacity(2 * Bucket::<T>::MAX), |node| node.append(bucket)), Child::EMPTY];
    }
    let zeros = bucket.split_off(bit);
    [zeros.into(), full]
}

/// Makes the bitmap node in `slot` at least `width` bits wide.
fn widen<T>(slot: &mut Child<T>, width: u32) {
    while let Some(node) = slot.as_bitmap().filter(|node| node.width() < width) {
        // If the node was shared, all of its children are in both nodes, so dropping it frees none of them.
        *slot = if slot.is_unique() { bitmap_mut(slot).doubled() } else { node.doubled_copy() }.into();
    }
}

/// Puts both halves of a range that is divided by `bit`, or one leaf at the end of all bits, in the place of an empty
/// leaf. All other ranges on the way are empty.
fn put<T, C>(place: Place<'_, T, C>, bit: u32, mut parts: [Child<T>; 2]) {
    let Place { bits, depth, .. } = place;
    let is_node = place.slot.is_bitmap();
    let top = if is_node { depth + WIDTH_MAX } else { depth };
    let mut end = bit;
    if bit >= top {
        let mut at = bit / WIDTH_MAX * WIDTH_MAX;
        let [zeros, ones] = parts;
        let mut below = if bit == HASH_BITS { zeros } else { path(bits << (at - depth), bit + 1 - at, [zeros, ones]) };
        while at > top {
            at -= WIDTH_MAX;
            let bits = bits << (at - depth);
            below = path(bits, WIDTH_MAX, on_side(bit_is_set(bits, WIDTH_MAX - 1), below));
        }
        if !is_node {
            *place.slot = below;
            return;
        }
        end = top - 1;
        parts = on_side(bit_is_set(bits, WIDTH_MAX - 1), below);
    }
    let node = bitmap_mut(place.slot);
    let [mut zeros, mut ones] = parts;
    loop {
        let slots = node.slots_at(node.slot_of(bits));
        let (first, at) = (slots.first, depth + slots.bits(node.width()));
        if at < end {
            node.split(first, Child::EMPTY, Child::EMPTY);
        } else if at == end {
            drop(node.split(first, zeros, ones));
            return;
        } else {
            // The leaf has a single slot in a node of the greatest width.
            let below = if zeros.is_empty() { &mut ones } else { &mut zeros };
            drop(node.child_mut(first).replace(mem::replace(below, Child::EMPTY)));
            return;
        }
    }
}

/// Returns a node of `2^width` slots that is divided on the path of `bits` down to two slots, which contain `parts`.
fn path<T>(bits: u32, width: u32, mut parts: [Child<T>; 2]) -> Child<T> {
    let slot = (bits >> (HASH_BITS - width)) as usize;
    let mut starts = Bitmap::EMPTY;
    starts.insert(slot);
    for bit in 0..width {
        starts.insert((slot >> bit ^ 1) << bit);
    }
    let child = |start: usize| match start ^ slot {
        0 | 1 => mem::replace(&mut parts[start & 1], Child::EMPTY),
        _ => Child::EMPTY,
    };
    BitmapNode::from_children(starts, width, child).into()
}

/// Returns `child` as the half of a range whose hashes have a bit set or clear; the other half is empty.
fn on_side<T>(is_ones: bool, child: Child<T>) -> [Child<T>; 2] {
    if is_ones { [Child::EMPTY, child] } else { [child, Child::EMPTY] }
}

/// Returns a mutable reference to the bitmap node in `slot`; copies it if it is shared.
fn bitmap_mut<T>(slot: &mut Child<T>) -> &mut BitmapNode<T> {
    slot.make_bitmap_mut().expect("the slot contains a bitmap node")
}
