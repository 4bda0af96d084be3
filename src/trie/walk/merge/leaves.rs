//! The merge of a leaf with a leaf, or with a node that contributes only entries that match the leaf.

use alloc::vec::Vec;

use crate::trie::build::node_builder::{SortKey, Source};
use crate::trie::node::bucket::{Bucket, Indices, bit_is_set};
use crate::trie::node::child::Child;
use crate::trie::node::leaf::EntryRef;
use crate::trie::node::stored::is_same;
use crate::trie::walk::range::{Matched, RangeView};
use crate::trie::walk::set_op::{Merge, SetOp, SharedPolicy};

/// Merges leaves, reusing its memory from one to the next.
pub(crate) struct LeafMerge<'a, T, S, B> {
    pub(crate) op: SetOp,
    same: S,
    both: B,
    /// The entries of a leaf of the result that are not in a bucket of an operand, and their keys.
    items: Vec<ResultEntry<'a, T>>,
    keys: Vec<SortKey>,
    /// The entries of the right leaf that are equal to a left one.
    matched: Matched,
}

/// An entry of the result: one of an operand, a new one, or one that has been taken already.
enum ResultEntry<'a, T> {
    Of(EntryRef<'a, T>),
    New(T),
    Taken,
}

/// The entries of two leaves that are kept. Those in buckets are known by their indices: with a list of all entries
/// instead, a union executes 23 % more instructions, and a merge of two small maps 8 %.
#[derive(Default)]
struct Kept {
    /// The indices in the left and in the right bucket.
    indices: [Indices; 2],
    /// The number of entries of the left and of the right side that are kept unchanged.
    counts: [usize; 2],
}

/// The entries of a leaf of the result, or of the leaves that it is split into.
pub(crate) struct Gathered<'m, 'a, T> {
    buckets: [Option<&'a Bucket<T>>; 2],
    keys: &'m [SortKey],
    items: &'m mut [ResultEntry<'a, T>],
}

/// Some of these entries: indices in both buckets, and a range of `keys`. The keys are sorted if there are more
/// entries than fit into a bucket.
#[derive(Clone, Copy)]
pub(crate) struct Picked {
    indices: [Indices; 2],
    first: usize,
    end: usize,
}

/// The entries that are kept of two parts.
pub(crate) enum Outcome<T> {
    /// All entries of one part, and no others.
    Operand(Child<T>),
    /// Some entries of both parts, and new ones.
    Entries(Picked),
}

impl Picked {
    #[inline]
    const fn len(self) -> usize {
        let [left, right] = self.indices;
        (left.count_ones() + right.count_ones()) as usize + self.end - self.first
    }
}

impl<T: Clone> Source<T> for Gathered<'_, '_, T> {
    type Subset = Picked;

    #[inline]
    fn len(&self, some: Picked) -> usize {
        some.len()
    }

    fn halves(&self, some: Picked, bit: u32) -> [Picked; 2] {
        let Picked { indices, first, end } = some;
        let middle = first + self.keys[first..end].partition_point(|&key| !bit_is_set(key.hash(), bit));
        let ones = |side: usize| {
            let hashes = self.buckets[side].map_or(&[][..], Bucket::hashes);
            let bits = hashes.iter().enumerate().map(|(index, &hash)| Indices::from(bit_is_set(hash, bit)) << index);
            indices[side] & bits.sum::<Indices>()
        };
        let ones = [ones(0), ones(1)];
        let zeros = [indices[0] & !ones[0], indices[1] & !ones[1]];
        [Picked { indices: zeros, first, end: middle }, Picked { indices: ones, first: middle, end }]
    }

    #[inline]
    fn take(&mut self, some: Picked, to: &mut Bucket<T>) {
        for (bucket, mut indices) in self.buckets.iter().zip(some.indices) {
            let Some(bucket) = bucket else { continue };
            while indices != 0 {
                let index = indices.trailing_zeros() as usize;
                indices &= indices - 1;
                to.push_copy(bucket, index, T::clone);
            }
        }
        for &key in &self.keys[some.first..some.end] {
            match core::mem::replace(&mut self.items[key.index()], ResultEntry::Taken) {
                ResultEntry::Of(EntryRef { leaf, index, .. }) => to.push_copy(leaf, index, T::clone),
                ResultEntry::New(entry) => to.push(key.hash(), entry),
                ResultEntry::Taken => unreachable!("each item is taken once"),
            }
        }
    }
}

impl<'a, T, S, B, E> LeafMerge<'a, T, S, B>
where
    S: FnMut(&T, &T) -> Result<bool, E>,
    B: FnMut(&T, &T) -> Result<Merge<T>, E>,
{
    pub(crate) fn new(op: SetOp, same: S, both: B) -> Self {
        Self { op, same, both, items: Vec::new(), keys: Vec::new(), matched: Matched::default() }
    }

    /// Decides which entries of two parts, which are not both nodes, are kept, and how many they are.
    /// [`gathered`](Self::gathered) returns them.
    pub(crate) fn pick(
        &mut self,
        a: RangeView<'a, T>,
        b: RangeView<'a, T>,
        depth: u32,
    ) -> Result<(Outcome<T>, usize), E> {
        self.items.clear();
        self.keys.clear();
        let mut kept = Kept::default();
        if a.is_node() {
            self.match_right(a, b, depth, &mut kept)?;
        } else {
            self.match_left(a, b, depth, &mut kept)?;
        }
        let picked = Picked { indices: kept.indices, first: 0, end: self.keys.len() };
        let len = picked.len();
        for (part, kept) in [a, b].into_iter().zip(kept.counts) {
            if let Some(whole) = part.whole().filter(|whole| len > 0 && kept == len && whole.entries().len() == len) {
                return Ok((Outcome::Operand(whole.clone()), len));
            }
        }
        if len > Bucket::<T>::MAX {
            self.keys.sort_unstable();
        }
        Ok((Outcome::Entries(picked), len))
    }

    /// Returns the entries of two parts that were picked.
    pub(crate) fn gathered(&mut self, parts: [RangeView<'a, T>; 2]) -> Gathered<'_, 'a, T> {
        let buckets = parts.map(|part| part.bucket().map(|(bucket, _)| bucket));
        Gathered { buckets, keys: &self.keys, items: &mut self.items }
    }

    /// Collects the kept entries of leaf `a` and of `b`.
    #[inline]
    fn match_left(&mut self, a: RangeView<'a, T>, b: RangeView<'a, T>, depth: u32, kept: &mut Kept) -> Result<(), E> {
        self.matched.start(b);
        for (hash, left) in a.entries() {
            let found = b.try_find_from(left.index, hash, depth, |right| self.is_equal(left.entry, right))?;
            // Only an inconsistent equality finds an entry twice. A node has several leaves with the same indices, so
            // it has no such check.
            match found.filter(|right| b.is_node() || !self.matched.has(right.index)) {
                Some(right) => {
                    if !b.is_node() {
                        self.matched.insert(right.index);
                    }
                    self.decide(hash, [a, b], [left, right], kept)?;
                }
                None if self.op.left => self.keep(kept, 0, a, hash, left),
                None => {}
            }
        }
        if self.op.right {
            if b.bucket().is_some() {
                let indices = self.matched.others();
                kept.indices[1] |= indices;
                kept.counts[1] += indices.count_ones() as usize;
            } else {
                for (hash, right) in b.entries() {
                    if !self.matched.has(right.index) {
                        self.keep(kept, 1, b, hash, right);
                    }
                }
            }
        }
        Ok(())
    }

    /// Does what [`match_left`](Self::match_left) does, for a node `a` that contributes only entries that match leaf
    /// `b`.
    fn match_right(&mut self, a: RangeView<'a, T>, b: RangeView<'a, T>, depth: u32, kept: &mut Kept) -> Result<(), E> {
        for (hash, right) in b.entries() {
            if let Some(left) = a.try_find_from(right.index, hash, depth, |left| self.is_equal(left, right.entry))? {
                self.decide(hash, [a, b], [left, right], kept)?;
            } else if self.op.right {
                self.keep(kept, 1, b, hash, right);
            }
        }
        Ok(())
    }

    #[inline]
    fn is_equal(&mut self, left: &T, right: &T) -> Result<bool, E> {
        Ok(is_same(left, right) || (self.same)(left, right)?)
    }

    /// Keeps an entry of `part`, which is on the left side (0) or on the right side (1), unchanged.
    #[inline]
    fn keep(&mut self, kept: &mut Kept, side: usize, part: RangeView<'a, T>, hash: u32, at: EntryRef<'a, T>) {
        kept.counts[side] += 1;
        match part.bucket() {
            Some(_) => kept.indices[side] |= 1 << at.index,
            None => self.push(hash, ResultEntry::Of(at)),
        }
    }

    #[inline]
    fn push(&mut self, hash: u32, item: ResultEntry<'a, T>) {
        if self.items.capacity() == 0 {
            // Enough for most leaves, so that one allocation suffices.
            self.items.reserve(Bucket::<T>::MAX);
            self.keys.reserve(Bucket::<T>::MAX);
        }
        self.keys.push(SortKey::new(hash, self.items.len()));
        self.items.push(item);
    }

    /// Calls `both` for two equal entries, unless both sides share them, and applies its decision.
    #[inline]
    fn decide(
        &mut self,
        hash: u32,
        [a, b]: [RangeView<'a, T>; 2],
        [left, right]: [EntryRef<'a, T>; 2],
        kept: &mut Kept,
    ) -> Result<(), E> {
        if is_same(left.entry, right.entry) {
            match self.op.shared {
                SharedPolicy::Keep => {
                    self.keep(kept, 0, a, hash, left);
                    // The right side has it, too.
                    kept.counts[1] += 1;
                    return Ok(());
                }
                SharedPolicy::Drop => return Ok(()),
                SharedPolicy::Visit => {}
            }
        }
        match (self.both)(left.entry, right.entry)? {
            Merge::Left => self.keep(kept, 0, a, hash, left),
            Merge::Right => self.keep(kept, 1, b, hash, right),
            Merge::New(entry) => self.push(hash, ResultEntry::New(entry)),
            Merge::Remove => {}
        }
        Ok(())
    }
}
