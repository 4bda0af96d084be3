//! Parallel iterators, in the style of hashbrown's, and parallel building and merging.
//!
//! Iterators are split at subtrees, into parts of about the same size, without visiting the entries. `collect` and
//! `par_extend` hash in parallel and build the subtrees in parallel; the parallel forms of `merge` and similar
//! operations merge the subtrees in parallel, and share with the operands what the sequential forms share.
//!
//! Keys and values must be `Send` and `Sync`, because threads share the nodes that contain them. A panic in one
//! thread is propagated when the other threads have finished their parts, and leaves the operands unchanged.
//!
//! | to | of maps | of sets |
//! |---|---|---|
//! | iterate | `par_iter`, `par_iter_mut`, `into_par_iter`, `par_drain`, [`par_keys`](crate::PersistentMap::par_keys), [`par_values`](crate::PersistentMap::par_values), [`par_values_mut`](crate::PersistentMap::par_values_mut) | `par_iter`, `into_par_iter`, `par_drain` |
//! | build | `collect`, `par_extend` | `collect`, `par_extend` |
//! | compare | [`par_eq`](crate::PersistentMap::par_eq) | [`par_eq`](crate::PersistentSet::par_eq) |
//! | combine all entries | [`par_merge`](crate::PersistentMap::par_merge), [`par_merge_with`](crate::PersistentMap::par_merge_with), [`par_union_with`](crate::PersistentMap::par_union_with) | [`par_union`](crate::PersistentSet::par_union) |
//! | select entries | [`par_intersection`](crate::PersistentMap::par_intersection), [`par_difference`](crate::PersistentMap::par_difference), [`par_symmetric_difference`](crate::PersistentMap::par_symmetric_difference) | [`par_intersection`](crate::PersistentSet::par_intersection), [`par_difference`](crate::PersistentSet::par_difference), [`par_symmetric_difference`](crate::PersistentSet::par_symmetric_difference) |
//!
//! # Examples
//!
//! Builds two maps and merges them, in parallel. Where both have a key, the value of the argument wins.
//!
//! ```
//! use perennial::PersistentMap;
//! use rayon::prelude::*;
//!
//! let squares = (0..10_000_u64).into_par_iter().map(|n| (n, n * n));
//! let squares: PersistentMap<u64, u64> = squares.collect();
//! let cubes = (5_000..15_000_u64).into_par_iter().map(|n| (n, n * n * n));
//! let cubes: PersistentMap<u64, u64> = cubes.collect();
//!
//! let merged = squares.par_merge(&cubes);
//! assert_eq!((merged.len(), merged[&4], merged[&5_000]), (15_000, 16, 125_000_000_000));
//! assert!(merged.par_eq(&squares.merge(&cubes)));
//! ```

use alloc::vec::Vec;
use core::hash::{BuildHasher, Hash};

use rayon::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use crate::table::{KeyOf, Table};
use crate::trie::{Executor, HashTrie, Merge, RootPartition, SetOp, Subtree, Subtrees};

pub mod map;
pub mod set;

/// The thread pool in which a function of this module is called.
#[derive(Clone, Copy)]
struct Pool;

impl Executor for Pool {
    fn map<J: Send, R: Send>(self, jobs: Vec<J>, run: impl Fn(J) -> R + Sync) -> Vec<R> {
        // One job at a time: jobs can be of very different sizes.
        jobs.into_par_iter().with_max_len(1).map(&run).collect()
    }
}

/// A parallel iterator over the entries of subtrees.
struct Entries<N>(Subtrees<N>);

impl<N: Subtree<Item: Send> + Send> UnindexedProducer for Entries<N> {
    type Item = N::Item;

    fn split(self) -> (Self, Option<Self>) {
        let (half, other) = self.0.split();
        (Self(half), other.map(Self))
    }

    fn fold_with<F: Folder<N::Item>>(self, folder: F) -> F {
        folder.consume_iter(self.0.entries())
    }
}

impl<N: Subtree<Item: Send> + Send> ParallelIterator for Entries<N> {
    type Item = N::Item;

    fn drive_unindexed<C: UnindexedConsumer<N::Item>>(self, consumer: C) -> C::Result {
        bridge_unindexed(self, consumer)
    }
}

/// Implements the parallel iterator `$iterator` as `$entries` with each item mapped to another form.
macro_rules! parallel {
    ([$($generics:tt)*] $iterator:ty, $self:ident => $entries:expr, $pattern:pat => $item:expr, $type:ty) => {
        impl<$($generics)*> ParallelIterator for $iterator {
            type Item = $type;

            fn drive_unindexed<C: UnindexedConsumer<Self::Item>>($self, consumer: C) -> C::Result {
                $crate::impls::rayon::Entries($entries).map(|$pattern| $item).drive_unindexed(consumer)
            }
        }
    };
}

use parallel;

impl<T: Send + Sync, S: BuildHasher, M: KeyOf<T, Key: Eq + Hash>> Table<T, S, M> {
    /// Returns a trie of `entries`. If keys are equal, `replace` replaces the earlier entry by the later one.
    fn par_collect(&self, entries: impl ParallelIterator<Item = T>, replace: impl Fn(&mut T, T) + Sync) -> HashTrie<T>
    where
        S: Sync,
    {
        let hasher = &self.hasher;
        let parts = entries.fold(RootPartition::new, |mut partition, entry| {
            partition.push(hasher.hash_one(M::key(&entry)), entry);
            partition
        });
        HashTrie::from_partitions(parts.collect(), Pool, M::same_key, replace)
    }

    /// Merges a trie of `entries` into this one. If keys are equal, `replace` combines two new entries, and `both`
    /// combines an old and a new one.
    fn par_extend(
        &mut self,
        entries: impl ParallelIterator<Item = T>,
        replace: impl Fn(&mut T, T) + Sync,
        both: impl Fn(&T, &T) -> Merge<T> + Sync,
    ) where
        T: Clone,
        S: Sync,
    {
        let new = self.par_collect(entries, replace);
        self.trie = self.trie.par_merge(&new, Pool, SetOp::UNION, M::same_key, both);
    }

    /// Does what [`merge`](Self::merge) does, in parallel.
    fn par_merge(&self, other: &Self, op: SetOp, both: impl Fn(&T, &T) -> Merge<T> + Sync) -> Self
    where
        T: Clone,
        S: Clone,
    {
        let merged = if self.hashers_compatible(other) {
            self.trie.par_merge(&other.trie, Pool, op, M::same_key, both)
        } else {
            self.merged_by_search(other, op, both)
        };
        Self::new(merged, self.hasher.clone())
    }

    /// Does what [`eq`](Self::eq) does; the comparison node by node is parallel.
    fn par_eq(&self, other: &Self, eq: impl Fn(&T, &T) -> bool + Sync) -> bool {
        self.trie.par_eq(&other.trie, Pool, &eq) || self.eq_by_search(other, eq)
    }
}
