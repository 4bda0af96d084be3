//! A bitmap node under construction: builds subtrees from many entries or children at once.

use crate::trie::CloneFn;
use crate::trie::node::bitmap::{Bitmap, Slots};
use crate::trie::node::bucket::{Bucket, bit_is_set};
use crate::trie::node::child::{BitmapNode, Child, ChildMut};
use crate::trie::node::leaf::new_child;
use crate::trie::node::{HASH_BITS, WIDTH_MAX};

/// The hash of an entry in the high 32 bits, and its index in a list in the low 32 bits. So keys sort by hash, and
/// keys with equal hashes keep their order.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SortKey(u64);

impl SortKey {
    /// Returns the key. `index` must fit into 32 bits.
    #[inline]
    pub(crate) const fn new(hash: u32, index: usize) -> Self {
        Self((hash as u64) << 32 | index as u64)
    }

    #[inline]
    pub(crate) const fn hash(self) -> u32 {
        (self.0 >> 32) as u32
    }

    #[inline]
    pub(crate) const fn index(self) -> usize {
        (self.0 & u32::MAX as u64) as usize
    }
}

/// The entries that a subtree is built from. No two of them are equal.
pub(crate) trait Source<T> {
    /// A subset of the entries: those in one range of hashes.
    type Subset: Copy;

    fn len(&self, some: Self::Subset) -> usize;

    /// Returns the entries whose hash has `bit` clear, and those whose hash has it set.
    fn halves(&self, some: Self::Subset, bit: u32) -> [Self::Subset; 2];

    /// Pushes the entries into `bucket`. Called at most once for each entry.
    fn take(&mut self, some: Self::Subset, bucket: &mut Bucket<T>);
}

/// Entries by sorted keys; a subset is a range of `keys`. `take` returns the entry of an index.
pub(crate) struct Sorted<'k, F> {
    pub(crate) keys: &'k [SortKey],
    pub(crate) take: F,
}

impl<T, F: FnMut(usize) -> T> Source<T> for Sorted<'_, F> {
    type Subset = (usize, usize);

    #[inline]
    fn len(&self, (first, end): (usize, usize)) -> usize {
        end - first
    }

    #[inline]
    fn halves(&self, (first, end): (usize, usize), bit: u32) -> [(usize, usize); 2] {
        let middle = first + self.keys[first..end].partition_point(|&key| !bit_is_set(key.hash(), bit));
        [(first, middle), (middle, end)]
    }

    #[inline]
    fn take(&mut self, (first, end): (usize, usize), bucket: &mut Bucket<T>) {
        self.keys[first..end].iter().for_each(|&key| bucket.push(key.hash(), (self.take)(key.index())));
    }
}

/// Returns the subtree of some entries of `source`. `depth` is a multiple of `WIDTH_MAX`.
pub(crate) fn subtree<T, S: Source<T>>(depth: u32, source: &mut S, some: S::Subset) -> Child<T> {
    if source.len(some) <= Bucket::<T>::MAX {
        return leaf(source, some);
    }
    let mut builder = NodeBuilder::new(depth);
    let slots = builder.slots();
    builder.build(source, some, slots);
    builder.finish([None, None])
}

/// Returns the leaf of some entries of `source`, which fit into a bucket or have equal hashes.
fn leaf<T, S: Source<T>>(source: &mut S, some: S::Subset) -> Child<T> {
    match source.len(some) {
        0 => Child::EMPTY,
        len => new_child(Bucket::with_capacity(len), |bucket| source.take(some, bucket)),
    }
}

/// A bitmap node under construction, of the greatest width possible at its depth.
pub(crate) struct NodeBuilder<T> {
    pub(crate) depth: u32,
    pub(crate) width: u32,
    starts: Bitmap,
    /// The child that starts at each of `starts`.
    children: [Child<T>; 1 << WIDTH_MAX],
}

impl<T> NodeBuilder<T> {
    pub(crate) fn new(depth: u32) -> Self {
        let width = WIDTH_MAX.min(HASH_BITS - depth);
        Self { depth, width, starts: Bitmap::EMPTY, children: [const { Child::EMPTY }; 1 << WIDTH_MAX] }
    }

    /// Returns all slots.
    pub(crate) const fn slots(&self) -> Slots {
        Slots::of_width(self.width)
    }

    /// Inserts a child that covers the slots from `first` up to the start of the next child.
    pub(crate) fn put(&mut self, first: usize, child: Child<T>) {
        self.starts.insert(first);
        self.children[first] = child;
    }

    /// Inserts some entries of `source`, which are in the range of `slots`, as one leaf or as several children.
    pub(crate) fn build<S: Source<T>>(&mut self, source: &mut S, some: S::Subset, slots: Slots) {
        let depth = self.depth + slots.bits(self.width);
        let leaf = match source.len(some) {
            len if len <= Bucket::<T>::MAX || depth == HASH_BITS => leaf(source, some),
            _ if slots.span == 1 => subtree(depth, source, some),
            _ => {
                let ([zeros, ones], [zero_slots, one_slots]) = (source.halves(some, depth), slots.halves());
                self.build(source, zeros, zero_slots);
                self.build(source, ones, one_slots);
                return;
            }
        };
        self.put(slots.first, leaf);
    }

    /// Joins the two halves of the range of `slots` if each half is one leaf and both fit into one bucket.
    pub(crate) fn join(&mut self, slots: Slots, clone: impl CloneFn<T>) {
        let [Slots { first, .. }, Slots { first: middle, .. }] = slots.halves();
        let end = slots.end();
        let one_each = self.starts.first_above(first, end) == middle && self.starts.first_above(middle, end) == end;
        let lens = [first, middle].map(|half| self.children[half].small_len());
        let [Some(zeros), Some(ones)] = lens else { return };
        if !one_each || zeros + ones > Bucket::<T>::MAX {
            return;
        }
        if zeros == 0 {
            self.children.swap(first, middle);
        } else if ones > 0 {
            let both = Bucket::with_capacity(zeros + ones);
            self.children[first] = new_child(both, |both| {
                for half in [first, middle] {
                    if let ChildMut::Bucket(bucket) = self.children[half].make_mut(clone) {
                        both.append(bucket);
                    }
                }
            });
        }
        self.children[middle] = Child::EMPTY;
        self.starts.remove(middle);
    }

    /// Joins all leaves that fit into one bucket together. `changed` has, for each operand, the slots whose child
    /// differs from that of the operand. A range that is unchanged from an operand cannot be joined, and is skipped.
    pub(crate) fn join_all(&mut self, changed: [Bitmap; 2], clone: impl CloneFn<T>) {
        for span in (1..=self.width).map(|bits| 1 << bits) {
            for first in (0..1 << self.width).step_by(span) {
                let slots = Slots { first, span };
                if changed.iter().all(|changed| changed.has_any_of(slots)) {
                    self.join(slots, clone);
                }
            }
        }
    }

    /// Returns `true` if `child` covers `slots`.
    pub(crate) fn has(&self, slots: Slots, child: &Child<T>) -> bool {
        self.children[slots.first].ptr_eq(child) && self.starts.first_above(slots.first, slots.end()) == slots.end()
    }

    /// Returns the node, as narrow as possible, or its only leaf. If one of `operands` has the same children, returns
    /// that operand instead.
    pub(crate) fn finish(mut self, operands: [Option<&Child<T>>; 2]) -> Child<T> {
        if self.starts.len() == 1 {
            return core::mem::replace(&mut self.children[0], Child::EMPTY);
        }
        let (mut starts, mut width) = (self.starts, self.width);
        while starts.all_even() {
            (starts, width) = (starts.halved(), width - 1);
        }
        let scale = self.width - width;
        for operand in operands.into_iter().flatten() {
            if let Some(node) = operand.as_bitmap().filter(|node| node.starts() == starts && node.width() == width) {
                if node.children().all(|(slot, child)| child.ptr_eq(&self.children[slot << scale])) {
                    return operand.clone();
                }
            }
        }
        let child = |slot: usize| core::mem::replace(&mut self.children[slot << scale], Child::EMPTY);
        BitmapNode::from_children(starts, width, child).into()
    }
}
