//! Union, intersection, difference and everything between: one walk over two tries that builds a third.
//!
//! It goes down both tries together, range by range, and stops where both share a subtree or only one has anything.
//! What is unchanged is put into the result as it is; if the result is what an operand is, it is that operand itself.
//!
//! The walk is the one over immutable sets of Liljenzin, "Confluently Persistent Sets and Maps" (2013), on a trie.

use alloc::vec::Vec;

use super::bitmap::Bitmap;
use super::bucket::{Bucket, Indices, bit_is_set};
use super::child::{BitmapNode, Child};
use super::iter::Entries;
use super::node_builder::{Key, NodeBuilder, Source, hash, index, key, subtree};
use super::range::{Matched, RangeView};
use super::{CloneFn, HashTrie};

/// What becomes of an entry that both of two maps or tries have.
///
/// The closures of [`PersistentMap::merge_with`](crate::PersistentMap::merge_with) and of [`HashTrie::try_union`] return
/// it.
///
/// # Examples
///
/// ```
/// use perennial::map::Merge;
/// use perennial::persistent_map;
///
/// let ours = persistent_map! { "a" => 1, "b" => 2 };
/// let theirs = persistent_map! { "a" => 3, "b" => 2 };
/// let merged = ours.merge_with(&theirs, |_, a, b| if a < b { Merge::Right } else { Merge::Left });
/// assert!(merged == theirs);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Merge<T> {
    /// The entry of the left operand stays: in a map, both its key and its value.
    Left,
    /// The entry of the right operand stays: in a map, both its key and its value.
    Right,
    /// This takes the place of both. In a map it is a value, and the key of the left operand stays; in a trie it is an
    /// entry, which must have the hash of both.
    New(T),
    /// Neither stays.
    Remove,
}

/// A value stands for [`Merge::New`].
impl<T> From<T> for Merge<T> {
    fn from(value: T) -> Self {
        Self::New(value)
    }
}

/// A set operation: what becomes of entries that only one side has, and of subtrees that both share.
#[derive(Clone, Copy)]
pub(crate) struct SetOp {
    /// Whether what only the left side has stays.
    pub(crate) left: bool,
    /// Whether what only the right side has stays.
    pub(crate) right: bool,
    pub(crate) shared: SharedPolicy,
}

/// What becomes of a subtree that both sides share.
#[derive(Clone, Copy)]
pub(crate) enum SharedPolicy {
    /// It stays as it is.
    Keep,
    /// It is left out.
    Drop,
    /// Each entry is decided about.
    Visit,
}

impl SetOp {
    pub(crate) const UNION: Self = Self { left: true, right: true, shared: SharedPolicy::Keep };
    pub(crate) const INTERSECTION: Self = Self { left: false, right: false, shared: SharedPolicy::Keep };
    pub(crate) const DIFFERENCE: Self = Self { left: true, right: false, shared: SharedPolicy::Drop };
    pub(crate) const SYMMETRIC_DIFFERENCE: Self = Self { left: true, right: true, shared: SharedPolicy::Drop };

    /// Returns the same operation with a decision about every entry that both sides have.
    pub(crate) const fn visiting_shared(self) -> Self {
        Self { shared: SharedPolicy::Visit, ..self }
    }
}

impl<T> HashTrie<T> {
    /// What `op` and `both` make of `self`, the left side, and `other`, the right one. `same` tells equal entries,
    /// left and right, and `both` is asked once about each pair of them. For tries that saw equal entries under equal
    /// hashes.
    pub(crate) fn try_merge_with<E>(
        &self,
        other: &Self,
        op: SetOp,
        same: impl FnMut(&T, &T) -> Result<bool, E>,
        both: impl FnMut(&T, &T) -> Result<Merge<T>, E>,
        clone: impl CloneFn<T>,
    ) -> Result<Self, E> {
        let one_side = match (self.is_empty(), other.is_empty()) {
            (_, true) => Some((self, op.left)),
            (true, false) => Some((other, op.right)),
            (false, false) => None,
        };
        if let Some((side, stays)) = one_side {
            return Ok(if stays { side.clone() } else { Self::new() });
        }
        let (a, b) = (RangeView::of(&self.root), RangeView::of(&other.root));
        let mut merge = MergeWalk::new(op, same, both, clone);
        let root = if a.is_node() || b.is_node() || a.is_shared_with(&b) {
            merge.child(a, b, 0)?
        } else {
            match merge.pick(a, b, 0)? {
                Outcome::Operand(whole) => whole,
                Outcome::Entries(picked) => subtree(0, &mut merge.gathered([a, b]), picked),
            }
        };
        let len = merge.counter.result(self.len, other.len, op);
        Ok(Self { root, len })
    }
}

/// A merge at work.
pub(super) struct MergeWalk<'a, T, S, B, C> {
    op: SetOp,
    same: S,
    both: B,
    clone: C,
    /// The entries of a leaf of the result that are not in a bucket of an operand, and their keys.
    items: Vec<ResultEntry<'a, T>>,
    keys: Vec<Key>,
    /// The entries of the right leaf that have an equal one in the left.
    matched: Matched,
    pub(super) counter: LenCounter<'a, T>,
}

/// An entry of the result: one of an operand, or a new one.
enum ResultEntry<'a, T> {
    Of(&'a T),
    New(T),
    Taken,
}

/// What stays of two leaves.
#[derive(Default)]
struct Stays {
    /// The indices in buckets, left and right.
    indices: [Indices; 2],
    /// How many entries of the left and of the right side stay as they are.
    kept: [usize; 2],
}

/// The entries of a leaf of the result, or of the leaves that it is split into.
struct Gathered<'m, 'a, T, C> {
    buckets: [Option<&'a Bucket<T>>; 2],
    keys: &'m [Key],
    items: &'m mut [ResultEntry<'a, T>],
    clone: C,
}

/// Some of them: indices in both buckets, and a range of `keys`, which are sorted if there are more entries than a
/// bucket holds.
#[derive(Clone, Copy)]
struct Picked {
    indices: [Indices; 2],
    first: usize,
    end: usize,
}

/// What stays of two parts.
enum Outcome<T> {
    /// All of one of them, and nothing else.
    Operand(Child<T>),
    /// Some entries of both.
    Entries(Picked),
}

impl Picked {
    #[inline]
    const fn len(self) -> usize {
        let [left, right] = self.indices;
        (left.count_ones() + right.count_ones()) as usize + self.end - self.first
    }
}

impl<T, C: CloneFn<T>> Source<T> for Gathered<'_, '_, T, C> {
    type Subset = Picked;

    #[inline]
    fn len(&self, some: Picked) -> usize {
        some.len()
    }

    fn halves(&self, some: Picked, bit: u32) -> [Picked; 2] {
        let Picked { indices, first, end } = some;
        let middle = first + self.keys[first..end].partition_point(|&key| !bit_is_set(hash(key), bit));
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
    fn take(&mut self, some: Picked, mut put: impl FnMut(u32, T)) {
        for (bucket, mut indices) in self.buckets.iter().zip(some.indices) {
            let Some(bucket) = bucket else { continue };
            while indices != 0 {
                let index = indices.trailing_zeros() as usize;
                indices &= indices - 1;
                put(bucket.hashes()[index], (self.clone)(&bucket.entries()[index]));
            }
        }
        for &key in &self.keys[some.first..some.end] {
            let entry = match core::mem::replace(&mut self.items[index(key)], ResultEntry::Taken) {
                ResultEntry::Of(entry) => (self.clone)(entry),
                ResultEntry::New(entry) => entry,
                ResultEntry::Taken => unreachable!("each item is taken once"),
            };
            put(hash(key), entry);
        }
    }
}

impl<'a, T, S, B, C, E> MergeWalk<'a, T, S, B, C>
where
    S: FnMut(&T, &T) -> Result<bool, E>,
    B: FnMut(&T, &T) -> Result<Merge<T>, E>,
    C: CloneFn<T>,
{
    pub(super) fn new(op: SetOp, same: S, both: B, clone: C) -> Self {
        let counter = LenCounter::new();
        Self { op, same, both, clone, items: Vec::new(), keys: Vec::new(), matched: Matched::default(), counter }
    }

    /// Returns the result for a range that is passed over: a subtree that both sides share, or one that only one side
    /// has. `None` for others.
    fn passed_over(&mut self, a: RangeView<'a, T>, b: RangeView<'a, T>) -> Option<Child<T>> {
        let (child, stays) = if !matches!(self.op.shared, SharedPolicy::Visit) && a.is_shared_with(&b) {
            let child = a.whole()?;
            self.counter.shared(child);
            (child, matches!(self.op.shared, SharedPolicy::Keep))
        } else if b.is_empty() {
            let child = a.whole()?;
            let len = self.counter.left.child(child);
            self.counter.result += if self.op.left { len } else { 0 };
            (child, self.op.left)
        } else if a.is_empty() {
            let child = b.whole()?;
            let len = self.counter.right.child(child);
            self.counter.result += if self.op.right { len } else { 0 };
            (child, self.op.right)
        } else {
            return None;
        };
        Some(if stays { child.clone() } else { Child::EMPTY })
    }

    /// Returns the result for a range at a depth of whole levels.
    pub(super) fn child(&mut self, a: RangeView<'a, T>, b: RangeView<'a, T>, depth: u32) -> Result<Child<T>, E> {
        if let Some(child) = self.passed_over(a, b) {
            return Ok(child);
        }
        let mut level = NodeBuilder::new(depth);
        let nodes = a.whole_node().zip(b.whole_node());
        if let Some((a, b)) = nodes.filter(|(a, b)| a.is_divided_like(b)) {
            self.children(&mut level, a, b)?;
        } else {
            for (part, other) in [(a, b), (b, a)] {
                let Some(node) = part.node() else { continue };
                let other = other.node().filter(|other| other.slots() == node.slots());
                let only_here =
                    |(slot, child): &(usize, &Child<T>)| !other.is_some_and(|other| other.child(*slot).ptr_eq(child));
                node.children().filter(only_here).for_each(|(_, child)| child.prefetch());
            }
            let slots = 1 << level.width;
            self.range(&mut level, a, b, 0, slots)?;
        }
        Ok(level.finish([a.whole(), b.whole()]))
    }

    /// Puts the results for the children of two nodes that are divided alike into `level`. Of those that both share
    /// only the pointers are looked at.
    fn children(&mut self, level: &mut NodeBuilder<T>, a: &'a BitmapNode<T>, b: &'a BitmapNode<T>) -> Result<(), E> {
        let (stays, walked) = match self.op.shared {
            SharedPolicy::Keep => (true, a.differing(b)),
            SharedPolicy::Drop => (false, a.differing(b)),
            SharedPolicy::Visit => (true, a.starts()),
        };
        for (slot, left) in a.children_at(walked) {
            left.prefetch();
            b.child(slot).prefetch();
        }
        let scale = level.width - a.width();
        for (slot, child) in a.children_at(a.starts().without(walked)) {
            self.counter.shared(child);
            level.put(slot << scale, if stays { child.clone() } else { Child::EMPTY });
        }
        let mut changed = [if stays { Bitmap::EMPTY } else { Bitmap::ALL }; 2];
        for (slot, left) in a.children_at(walked) {
            let (right, first, end) = (b.child(slot), slot << scale, a.range(slot).1 << scale);
            self.range(level, RangeView::of(left), RangeView::of(right), first, end - first)?;
            for (changed, child) in changed.iter_mut().zip([left, right]) {
                if !level.has(first, end, child) {
                    changed.insert(first);
                }
            }
        }
        level.join_all(changed, self.clone);
        Ok(())
    }

    /// Puts the result for the range of `span` slots from `first` on into `level`.
    pub(super) fn range(
        &mut self,
        level: &mut NodeBuilder<T>,
        a: RangeView<'a, T>,
        b: RangeView<'a, T>,
        first: usize,
        span: usize,
    ) -> Result<(), E> {
        let depth = level.depth + level.width - span.trailing_zeros();
        // A leaf and a node of which only what the leaf has too may stay: the result is a leaf.
        let is_leaf = match (a.is_node(), b.is_node()) {
            (false, false) => true,
            (false, true) => !self.op.right,
            (true, false) => !self.op.left,
            (true, true) => false,
        };
        if is_leaf {
            return self.leaves(level, a, b, first, span);
        }
        if span == 1 {
            let child = self.child(a, b, depth)?;
            level.put(first, child);
            return Ok(());
        }
        let ([a_zeros, a_ones], [b_zeros, b_ones]) = (a.halves(depth), b.halves(depth));
        let half = span / 2;
        self.range(level, a_zeros, b_zeros, first, half)?;
        self.range(level, a_ones, b_ones, first + half, half)?;
        level.join(first, first + half, first + span, self.clone);
        Ok(())
    }

    /// Puts the result for a range into `level` where it is a matter of the entries of one leaf on either side, or of a
    /// child that only one side has.
    fn leaves(
        &mut self,
        level: &mut NodeBuilder<T>,
        a: RangeView<'a, T>,
        b: RangeView<'a, T>,
        first: usize,
        span: usize,
    ) -> Result<(), E> {
        if let Some(child) = self.passed_over(a, b) {
            level.put(first, child);
            return Ok(());
        }
        // The depth of the bitmap node, if one side is part of one: that of a node in this slot, or of this level itself.
        let depth = if span == 1 { level.depth + level.width } else { level.depth };
        match self.pick(a, b, depth)? {
            Outcome::Operand(whole) => level.put(first, whole),
            Outcome::Entries(picked) => level.build(&mut self.gathered([a, b]), picked, first, span),
        }
        Ok(())
    }

    /// Decides what stays of two parts that are not both nodes. The entries are those of [`gathered`](Self::gathered).
    fn pick(&mut self, a: RangeView<'a, T>, b: RangeView<'a, T>, depth: u32) -> Result<Outcome<T>, E> {
        self.items.clear();
        self.keys.clear();
        let mut stays = Stays::default();
        if a.is_node() {
            self.match_right(a, b, depth, &mut stays)?;
        } else {
            self.match_left(a, b, depth, &mut stays)?;
        }
        let picked = Picked { indices: stays.indices, first: 0, end: self.keys.len() };
        let len = picked.len();
        self.counter.left.part(&a);
        self.counter.right.part(&b);
        self.counter.result += len;
        for (part, kept) in [a, b].into_iter().zip(stays.kept) {
            if let Some(whole) = part.whole().filter(|whole| len > 0 && kept == len && whole.entries().len() == len) {
                return Ok(Outcome::Operand(whole.clone()));
            }
        }
        if len > Bucket::<T>::MAX {
            self.keys.sort_unstable();
        }
        Ok(Outcome::Entries(picked))
    }

    /// Returns what was picked of two parts.
    fn gathered(&mut self, parts: [RangeView<'a, T>; 2]) -> Gathered<'_, 'a, T, C> {
        let buckets = parts.map(|part| part.bucket().map(|(bucket, _)| bucket));
        Gathered { buckets, keys: &self.keys, items: &mut self.items, clone: self.clone }
    }

    /// Collects what stays of leaf `a` and of `b`.
    #[inline]
    fn match_left(&mut self, a: RangeView<'a, T>, b: RangeView<'a, T>, depth: u32, stays: &mut Stays) -> Result<(), E> {
        self.matched.start(b);
        for (index, hash, left) in a.entries() {
            let found = b.try_find(hash, depth, |right| (self.same)(left, right))?;
            // Only an inconsistent equality finds an entry twice. In a node there are other leaves with the same indices.
            match found.filter(|&(index, _)| b.is_node() || !self.matched.has(index)) {
                Some(right) => {
                    if !b.is_node() {
                        self.matched.insert(right.0);
                    }
                    self.decide(hash, [a, b], [(index, left), right], stays)?;
                }
                None if self.op.left => self.keep(stays, 0, a, index, hash, left),
                None => {}
            }
        }
        if self.op.right {
            if b.bucket().is_some() {
                let indices = self.matched.others();
                stays.indices[1] |= indices;
                stays.kept[1] += indices.count_ones() as usize;
            } else {
                for (index, hash, right) in b.entries() {
                    if !self.matched.has(index) {
                        self.keep(stays, 1, b, index, hash, right);
                    }
                }
            }
        }
        Ok(())
    }

    /// [`match_left`](Self::match_left) for a node `a`, of which nothing stays that leaf `b` has not.
    fn match_right(
        &mut self,
        a: RangeView<'a, T>,
        b: RangeView<'a, T>,
        depth: u32,
        stays: &mut Stays,
    ) -> Result<(), E> {
        for (index, hash, right) in b.entries() {
            if let Some(left) = a.try_find(hash, depth, |left| (self.same)(left, right))? {
                self.decide(hash, [a, b], [left, (index, right)], stays)?;
            } else if self.op.right {
                self.keep(stays, 1, b, index, hash, right);
            }
        }
        Ok(())
    }

    /// Lets an entry of `part`, that of the left side (0) or of the right one (1), stay as it is.
    #[inline]
    fn keep(&mut self, stays: &mut Stays, side: usize, part: RangeView<'a, T>, index: usize, hash: u32, entry: &'a T) {
        stays.kept[side] += 1;
        match part.bucket() {
            Some(_) => stays.indices[side] |= 1 << index,
            None => self.push(hash, ResultEntry::Of(entry)),
        }
    }

    #[inline]
    fn push(&mut self, hash: u32, item: ResultEntry<'a, T>) {
        if self.items.capacity() == 0 {
            // For most leaves, so that one allocation will do.
            self.items.reserve(Bucket::<T>::MAX);
            self.keys.reserve(Bucket::<T>::MAX);
        }
        self.keys.push(key(hash, self.items.len()));
        self.items.push(item);
    }

    /// Asks what becomes of two equal entries, each given with its index in its leaf.
    #[inline]
    fn decide(
        &mut self,
        hash: u32,
        [a, b]: [RangeView<'a, T>; 2],
        [(at_left, left), (at_right, right)]: [(usize, &'a T); 2],
        stays: &mut Stays,
    ) -> Result<(), E> {
        match (self.both)(left, right)? {
            Merge::Left => self.keep(stays, 0, a, at_left, hash, left),
            Merge::Right => self.keep(stays, 1, b, at_right, hash, right),
            Merge::New(entry) => self.push(hash, ResultEntry::New(entry)),
            Merge::Remove => {}
        }
        Ok(())
    }
}

/// Counts the entries of the result without a look into the subtrees that it shares, as far as that can be.
pub(super) struct LenCounter<'a, T> {
    left: SideCount<'a, T>,
    right: SideCount<'a, T>,
    /// Is there a node that both share?
    shares_nodes: bool,
    /// Entries of the result in leaves.
    result: usize,
}

/// What has been seen of one side.
struct SideCount<'a, T> {
    /// Entries in leaves.
    entries: usize,
    /// Inner nodes that the other side does not have.
    nodes: Vec<&'a Child<T>>,
}

impl<'a, T> SideCount<'a, T> {
    const fn new() -> Self {
        Self { entries: 0, nodes: Vec::new() }
    }

    /// Counts a subtree. Returns how many entries are counted now.
    fn child(&mut self, child: &'a Child<T>) -> usize {
        let len = child.entries().len();
        self.entries += len;
        self.nodes.extend(child.is_bitmap().then_some(child));
        len
    }

    fn part(&mut self, part: &RangeView<'a, T>) {
        match *part {
            RangeView::Empty => {}
            RangeView::Leaf { .. } => self.entries += part.len(),
            RangeView::Node { node, first, span, .. } => {
                let children = node.children().filter(|(slot, _)| (first..first + span).contains(slot));
                for (_, child) in children {
                    self.child(child);
                }
            }
        }
    }

    /// Returns the number of entries in `nodes`.
    fn count(&self) -> usize {
        self.nodes.iter().map(|node| Entries::below(node).count()).sum()
    }
}

impl<T> LenCounter<'_, T> {
    const fn new() -> Self {
        Self { left: SideCount::new(), right: SideCount::new(), shares_nodes: false, result: 0 }
    }

    /// Notes that there is a subtree which both share. It need not be looked at.
    fn shared(&mut self, child: &Child<T>) {
        self.shares_nodes |= !child.is_empty();
    }

    /// Counts what another counter has counted, elsewhere in the same tries.
    #[cfg(any(feature = "rayon", test))]
    pub(super) fn add(&mut self, other: Self) {
        for (seen, more) in [(&mut self.left, other.left), (&mut self.right, other.right)] {
            seen.entries += more.entries;
            seen.nodes.extend(more.nodes);
        }
        self.shares_nodes |= other.shares_nodes;
        self.result += other.result;
    }

    /// Returns the length of the result, from the lengths of both sides. The subtrees that were not looked at are of
    /// three kinds: inner nodes that only the left side has, or only the right side has, and what both share. If the
    /// entries below one kind are counted, or there are none of it, the other two follow.
    pub(super) fn result(&self, left_len: usize, right_len: usize, op: SetOp) -> usize {
        let (left, right) = (left_len - self.left.entries, right_len - self.right.entries);
        let shared = if !self.shares_nodes {
            0
        } else if self.left.nodes.is_empty() {
            left
        } else if self.right.nodes.is_empty() {
            right
        } else if left_len < right_len {
            left - self.left.count()
        } else {
            right - self.right.count()
        };
        let keep = |count: usize, keep: bool| if keep { count } else { 0 };
        self.result
            + keep(shared, matches!(op.shared, SharedPolicy::Keep))
            + keep(left - shared, op.left)
            + keep(right - shared, op.right)
    }
}
