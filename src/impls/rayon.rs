//! Parallel iterators, in the manner of hashbrown's, and parallel building and merging. Needs the feature `rayon`.
//!
//! Iterators are split between subtrees, so that the parts are of about the same size without a look at the entries.
//! `collect` and `par_extend` hash in parallel and build the subtrees in parallel; the parallel forms of `merge` and
//! its like merge them in parallel, and share with the operands what the sequential forms share.
//!
//! Keys and values must be `Send` and `Sync`, because threads share the nodes that hold them. A panic in one thread's
//! part of the work is passed on when the others have ended theirs, and leaves the operands untouched.

use alloc::vec::Vec;
use core::hash::{BuildHasher, Hash};

use rayon::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use crate::keyed::{self, KeyOf, Table, agree};
use crate::trie::{Dealt, Executor, HashTrie, Merged, Rule, Subtree, Subtrees};

pub mod map;
pub mod set;

/// The threads of the pool that this is called in.
#[derive(Clone, Copy)]
struct Pool;

impl Executor for Pool {
    fn map<J: Send, R: Send>(self, jobs: Vec<J>, run: impl Fn(J) -> R + Sync) -> Vec<R> {
        // One by one: they may be of very different sizes.
        jobs.into_par_iter().with_max_len(1).map(&run).collect()
    }
}

/// The parallel iterator over the entries of subtrees.
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

/// The parallel iterator `$iterator` is this `$entries` with each item in another form.
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

/// Builds a trie of `entries`; of equal keys, `replace` puts the later entry over the earlier one.
fn collect<T, K, S>(
    entries: impl ParallelIterator<Item = T>,
    hasher: &S,
    key_of: impl KeyOf<T, K> + Send + Sync,
    replace: impl Fn(&mut T, T) + Sync,
) -> HashTrie<T>
where
    T: Send + Sync,
    K: Eq + Hash,
    S: BuildHasher + Sync,
{
    let parts = entries.fold(Dealt::new, |mut dealt, entry| {
        dealt.push(hasher.hash_one(key_of(&entry)), entry);
        dealt
    });
    HashTrie::of_dealt(parts.collect(), Pool, |there, new| key_of(there) == key_of(new), replace)
}

/// Returns the parallel form of [`keyed::merge`].
fn merge<T, K, S>(
    a: Table<'_, T, S>,
    b: Table<'_, T, S>,
    key_of: impl KeyOf<T, K> + Sync,
    rule: Rule,
    both: impl Fn(&T, &T) -> Merged<T> + Sync,
) -> HashTrie<T>
where
    T: Clone + Send + Sync,
    K: Eq + Hash,
    S: BuildHasher + Sync,
{
    let other = if agree(a, b, key_of) { b.0.clone() } else { keyed::rehashed(b.0, a.1, key_of) };
    let merged = a.0.merge_on(&other, Pool, rule, |a, b| key_of(a) == key_of(b), both, T::clone);
    // As in the sequential form, dropped by hand lest `merged` leak if a destructor panics.
    drop(other);
    merged
}

/// Returns the parallel form of [`keyed::eq`].
fn eq<T, K, S>(
    a: Table<'_, T, S>,
    b: Table<'_, T, S>,
    key_of: impl KeyOf<T, K>,
    eq: impl Fn(&T, &T) -> bool + Sync,
) -> bool
where
    T: Send + Sync,
    K: Eq + Hash,
    S: BuildHasher,
{
    a.0.eq_on(b.0, Pool, &eq) || a.0.len() == b.0.len() && !agree(a, b, key_of) && keyed::eq(a, b, key_of, eq)
}
