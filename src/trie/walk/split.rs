//! Work on a trie that is divided by subtrees, to be done in parallel: iterating, building, merging, comparing.
//!
//! An [`Executor`] does the work. The algorithms are those of `iter`, `bulk`, `merge` and `eq`; this module only
//! starts them at the children of the nodes near the root, and combines the results.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::convert::Infallible;
use core::mem;
use core::sync::atomic::{AtomicBool, Ordering};

use super::eq::equal;
use super::iter::{Entries, IterMut, OwnedEntries};
use super::merge::{LenCounter, MergeWalk};
use super::range::RangeView;
use super::set_op::{Merge, SetOp, SharedPolicy};
use crate::trie::build::bulk::bulk;
use crate::trie::build::node_builder::NodeBuilder;
use crate::trie::node::bitmap::Bitmap;
use crate::trie::node::child::{Child, ChildMut, ChildSlots};
use crate::trie::node::{HASH_BITS, WIDTH_MAX};
use crate::trie::{HashTrie, into_ok, mix};

/// Subtrees of about this many entries are not divided further: a walk over them takes about a hundred times as long
/// as handing a job to a thread. Tests have only small tries.
const GRAIN: usize = if cfg!(test) { 20 } else { 4096 };

/// Runs jobs, possibly in parallel.
pub(crate) trait Executor: Copy + Sync {
    /// Runs all `jobs` and returns their results in the same order.
    fn map<J: Send, R: Send>(self, jobs: Vec<J>, run: impl Fn(J) -> R + Sync) -> Vec<R>;
}

/// A subtree that can be divided: borrowed, mutably borrowed, or owned.
pub(crate) trait Subtree: Sized {
    type Item;

    /// Returns the subtrees below a bitmap node; any other subtree is returned unchanged as an error.
    fn children(self) -> Result<Vec<Self>, Self>;

    fn entries(self) -> impl Iterator<Item = Self::Item>;
}

impl<'a, T> Subtree for &'a Child<T> {
    type Item = &'a T;

    fn children(self) -> Result<Vec<Self>, Self> {
        self.as_bitmap().map(|node| node.children().map(|(_, child)| child).collect()).ok_or(self)
    }

    fn entries(self) -> impl Iterator<Item = &'a T> {
        Entries::below(self)
    }
}

/// Shared nodes are copied when they are reached.
impl<'a, T: Clone> Subtree for ChildSlots<'a, T> {
    type Item = &'a mut T;

    fn children(self) -> Result<Vec<Self>, Self> {
        if !self.get().is_bitmap() {
            return Err(self);
        }
        Ok(match self.make_mut(T::clone) {
            ChildMut::Bitmap(node) => node.children_mut().collect(),
            _ => unreachable!("a copy of a bitmap node is a bitmap node"),
        })
    }

    fn entries(self) -> impl Iterator<Item = &'a mut T> {
        let len = Entries::below(self.get()).count();
        IterMut::below(self, len, T::clone)
    }
}

/// Moves the entries out of unshared nodes, and clones those of shared ones.
impl<T: Clone> Subtree for Child<T> {
    type Item = T;

    fn children(mut self) -> Result<Vec<Self>, Self> {
        if let Some(ChildMut::Bitmap(node)) = self.get_mut() {
            return Ok(node.children_mut().map(|mut child| child.replace(Self::EMPTY)).collect());
        }
        match self.as_bitmap() {
            Some(node) => Ok(node.children().map(|(_, child)| child.clone()).collect()),
            None => Err(self),
        }
    }

    fn entries(self) -> impl Iterator<Item = T> {
        let mut entries = OwnedEntries::below(self);
        core::iter::from_fn(move || entries.next_with(T::clone))
    }
}

/// One or more subtrees, which can be divided between two iterators.
pub(crate) struct Subtrees<N>(Vec<N>);

impl<N: Subtree> Subtrees<N> {
    /// Returns two halves, of about the same size if hashes are well distributed. A single leaf is returned as a
    /// whole.
    pub(crate) fn split(mut self) -> (Self, Option<Self>) {
        while self.0.len() == 1 {
            match self.0.swap_remove(0).children() {
                Ok(children) => self.0 = children,
                Err(leaf) => return (Self(vec![leaf]), None),
            }
        }
        let half = self.0.split_off(self.0.len() / 2);
        (self, Some(Self(half)))
    }

    pub(crate) fn entries(self) -> impl Iterator<Item = N::Item> {
        self.0.into_iter().flat_map(N::entries)
    }
}

impl<T> HashTrie<T> {
    pub(crate) fn subtrees(&self) -> Subtrees<&Child<T>> {
        Subtrees(vec![&self.root])
    }

    pub(crate) fn subtrees_mut(&mut self) -> Subtrees<ChildSlots<'_, T>> {
        Subtrees(vec![ChildSlots::root(&mut self.root)])
    }

    pub(crate) fn into_subtrees(self) -> Subtrees<Child<T>> {
        Subtrees(vec![self.root])
    }
}

/// Entries for a new trie, divided by the slots of its root. It is one word, since parallel folds move it at each
/// step.
pub(crate) struct RootPartition<T>(Box<[Vec<(u32, T)>; 1 << WIDTH_MAX]>);

impl<T> RootPartition<T> {
    pub(crate) fn new() -> Self {
        Self(Box::new([const { Vec::new() }; 1 << WIDTH_MAX]))
    }

    #[inline]
    pub(crate) fn push(&mut self, hash: u64, entry: T) {
        let hash = mix(hash);
        self.0[(hash >> (HASH_BITS - WIDTH_MAX)) as usize].push((hash, entry));
    }
}

impl<T: Send + Sync> HashTrie<T> {
    /// Returns a trie of all the entries; entries of later parts are the later ones. `same` and `replace` are those
    /// of [`Edit::try_extend`](crate::trie::edit::Edit::try_extend).
    pub(crate) fn from_partitions(
        mut parts: Vec<RootPartition<T>>,
        executor: impl Executor,
        same: impl Fn(&T, &T) -> bool + Sync,
        replace: impl Fn(&mut T, T) + Sync,
    ) -> Self {
        let jobs = (0..1 << WIDTH_MAX).map(|slot| parts.iter_mut().map(|part| mem::take(&mut part.0[slot])).collect());
        let children = executor.map(jobs.collect(), |items: Vec<Vec<_>>| {
            let len = items.iter().map(Vec::len).sum();
            into_ok(bulk(items.into_iter().flatten(), len, WIDTH_MAX, |a: &T, b: &T| Ok(same(a, b)), &replace))
        });
        let (mut builder, mut len) = (NodeBuilder::new(0), 0);
        for (slot, (child, count)) in children.into_iter().enumerate() {
            builder.put(slot, child);
            len += count;
        }
        builder.join_all([Bitmap::ALL; 2], crate::trie::never_clone);
        Self { root: builder.finish([None, None]), len }
    }

    /// Does what [`try_merge_with`](Self::try_merge_with) does, for infallible, thread-safe callbacks.
    pub(crate) fn par_merge(
        &self,
        other: &Self,
        executor: impl Executor,
        op: SetOp,
        same: impl Fn(&T, &T) -> bool + Sync,
        both: impl Fn(&T, &T) -> Merge<T> + Sync,
    ) -> Self
    where
        T: Clone,
    {
        let merge = ParMerge { executor, op, same, both };
        let (root, counter) = merge.child(&self.root, &other.root, 0, self.len.min(other.len));
        Self { root, len: counter.result(self.len, other.len, op) }
    }

    /// Does what [`eq`](Self::eq) does, for a thread-safe equality.
    pub(crate) fn par_eq(&self, other: &Self, executor: impl Executor, eq: impl Fn(&T, &T) -> bool + Sync) -> bool {
        let differ = AtomicBool::new(self.len != other.len);
        compare(&self.root, &other.root, self.len, executor, &eq, &differ);
        !differ.into_inner()
    }
}

/// A merge that is divided between several [`MergeWalk`]s.
struct ParMerge<X, S, B> {
    executor: X,
    op: SetOp,
    same: S,
    both: B,
}

impl<X, S, B> ParMerge<X, S, B> {
    /// Returns the result for two children at `depth`, the smaller of which has about `size` entries.
    fn child<'a, T>(&self, a: &'a Child<T>, b: &'a Child<T>, depth: u32, size: usize) -> (Child<T>, LenCounter<'a, T>)
    where
        T: Clone + Send + Sync,
        X: Executor,
        S: Fn(&T, &T) -> bool + Sync,
        B: Fn(&T, &T) -> Merge<T> + Sync,
    {
        let same = |a: &T, b: &T| Ok::<_, Infallible>((self.same)(a, b));
        let mut merge = MergeWalk::new(self.op, same, |a: &T, b: &T| Ok((self.both)(a, b)));
        if size <= GRAIN {
            let child = into_ok(merge.child(RangeView::of(a), RangeView::of(b), depth));
            return (child, merge.counter);
        }
        let mut builder = NodeBuilder::new(depth);
        let mut jobs = Vec::new();
        // Divides the ranges down to pairs of bitmap nodes. Everything else is merged here, since it takes little
        // time.
        let mut ranges = vec![(RangeView::of(a), RangeView::of(b), builder.slots())];
        while let Some((a, b, slots)) = ranges.pop() {
            let shared = a.is_shared_with(&b) && !matches!(self.op.shared, SharedPolicy::Visit);
            match a.whole().zip(b.whole()) {
                Some((a, b)) if slots.span == 1 && !shared && a.is_bitmap() && b.is_bitmap() => {
                    jobs.push((slots.first, a, b));
                }
                _ if slots.span > 1 && a.is_node() && b.is_node() => {
                    let bit = depth + slots.bits(builder.width);
                    let ([a_zeros, a_ones], [b_zeros, b_ones]) = (a.halves(bit), b.halves(bit));
                    let [zeros, ones] = slots.halves();
                    ranges.push((a_zeros, b_zeros, zeros));
                    ranges.push((a_ones, b_ones, ones));
                }
                _ => into_ok(merge.range(&mut builder, a, b, slots)),
            }
        }
        let done = self.executor.map(jobs, |(slot, a, b)| {
            let (child, counter) = self.child(a, b, depth + WIDTH_MAX, size >> WIDTH_MAX);
            (slot, child, counter)
        });
        for (slot, child, counter) in done {
            builder.put(slot, child);
            merge.counter.add(counter);
        }
        builder.join_all([Bitmap::ALL; 2], T::clone);
        (builder.finish([Some(a), Some(b)]), merge.counter)
    }
}

/// Sets `differ` if two children with `size` entries are not equal.
fn compare<T: Send + Sync>(
    a: &Child<T>,
    b: &Child<T>,
    size: usize,
    executor: impl Executor,
    eq: &(impl Fn(&T, &T) -> bool + Sync),
    differ: &AtomicBool,
) {
    if differ.load(Ordering::Relaxed) {
        return;
    }
    match (a.as_bitmap(), b.as_bitmap()) {
        (Some(a), Some(b)) if size > GRAIN && a.is_divided_like(b) => {
            let pairs = a.children_at(a.differing(b)).map(|(slot, child)| (child, b.child(slot))).collect();
            executor.map(pairs, |(a, b)| compare(a, b, size >> WIDTH_MAX, executor, eq, differ));
        }
        _ => {
            if !into_ok(equal(a, b, &mut |a, b| Ok(eq(a, b)))) {
                differ.store(true, Ordering::Relaxed);
            }
        }
    }
}

// Miri would take ten minutes, and has nothing to find in safe code. Two attributes, since cargo-mutants recognizes
// tests by the second.
#[cfg(not(miri))]
#[cfg(test)]
mod tests;
