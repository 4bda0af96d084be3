//! Operations on two tables: node by node if their hashers are compatible, otherwise entry by entry, with the same
//! result.

use alloc::vec::{self, Vec};
use core::convert::Infallible;
use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;
use core::marker::PhantomData;

use super::{KeyOf, Table};
use crate::trie::{HashTrie, Merge, Pair, PairWalk, Same, SetOp, into_ok, mix};

/// The equality of keys.
pub(crate) struct SameKey<M>(PhantomData<M>);

impl<T, M: KeyOf<T, Key: Eq>> Same<T> for SameKey<M> {
    type Error = Infallible;

    #[inline]
    fn same(&mut self, a: &T, b: &T) -> Result<bool, Infallible> {
        Ok(M::same_key(a, b))
    }
}

impl<T, S: BuildHasher, M: KeyOf<T, Key: Eq + Hash>> Table<T, S, M> {
    /// Returns `true` if both hashers give the same hashes to the keys in the tries, as far as a sample shows. The
    /// entries of `other` may be of another type.
    ///
    /// For each sampled entry, only the hasher of the other table is called: the stored hash shows the result of the
    /// entry's own hasher.
    ///
    /// Zero-sized hashers have no state in which they could differ. If `other` is empty, there is nothing to rehash; if
    /// `self` is, its hasher is still tested, since it is that of the result.
    pub(crate) fn hashers_agree_on_samples<U>(&self, other: &Table<U, S, M>) -> bool
    where
        M: KeyOf<U, Key = <M as KeyOf<T>>::Key>,
    {
        size_of::<S>() == 0
            || other.trie.is_empty()
            || self.trie.sample_is_hashed_by(1, |entry| other.hasher.hash_one(<M as KeyOf<T>>::key(entry)))
                && other.trie.sample_is_hashed_by(2, |entry| self.hasher.hash_one(<M as KeyOf<U>>::key(entry)))
    }

    /// Like [`hashers_agree_on_samples`](Self::hashers_agree_on_samples), but does not take samples if both tries
    /// share a node: each hasher has computed the hashes of all entries below it, or has been found to agree on them.
    pub(crate) fn hashers_compatible(&self, other: &Self) -> bool {
        size_of::<S>() == 0 || self.trie.shares_children_with(&other.trie) || self.hashers_agree_on_samples(other)
    }

    /// Returns the result of `op` and `both` for two tables, with the hasher of `self`. `both` is called for each
    /// pair of equal keys, except for what both share, if `op` decides about it.
    pub(crate) fn merge(&self, other: &Self, op: SetOp, mut both: impl FnMut(&T, &T) -> Merge<T>) -> Self
    where
        T: Clone,
        S: Clone,
    {
        let trie = if self.hashers_compatible(other) {
            into_ok(self.trie.try_merge_with(&other.trie, op, Self::same, |a, b| Ok(both(a, b))))
        } else {
            self.merged_by_search(other, op, both)
        };
        Self::new(trie, self.hasher.clone())
    }

    /// Returns the trie of [`merge`](Self::merge) for tables whose hashers are not compatible: searches for the keys of
    /// the smaller table in the other one, or, if the result has entries that only `other` has, for those of `other`.
    pub(crate) fn merged_by_search(
        &self,
        other: &Self,
        op: SetOp,
        mut both: impl FnMut(&T, &T) -> Merge<T>,
    ) -> HashTrie<T>
    where
        T: Clone,
    {
        let mut merged = if op.left { self.trie.clone() } else { HashTrie::new() };
        if !op.right && self.trie.len() <= other.trie.len() {
            // An operation that keeps none of `other` alone also makes no new entries.
            merged = self.trie.clone();
            let stays = |entry: &T| match other.get(M::key(entry)) {
                Some(other) => matches!(both(entry, other), Merge::Left),
                None => op.left,
            };
            merged.retain(stays);
            return merged;
        }
        for right in &other.trie {
            let hash = self.hash(right);
            let Some(left) = self.trie.find(hash, |left| M::same_key(left, right)) else {
                if op.right {
                    into_ok(merged.edit(T::clone).try_insert(mix(hash), right.clone(), Self::same));
                }
                continue;
            };
            let kept = match both(left, right) {
                Merge::Left if op.left => continue,
                Merge::Left => Some(left.clone()),
                Merge::Right => Some(right.clone()),
                Merge::New(entry) => Some(entry),
                Merge::Remove => None,
            };
            let same = |entry: &T| Ok(M::same_key(entry, right));
            into_ok(merged.edit(T::clone).try_remove(mix(hash), same));
            if let Some(entry) = kept {
                into_ok(merged.edit(T::clone).try_insert(mix(hash), entry, Self::same));
            }
        }
        // Without entries of `other`, a result that is as large as `self` is equal to it.
        if !op.right && merged.len() == self.trie.len() { self.trie.clone() } else { merged }
    }

    /// Pairs the entries of two tables by key, lazily if the hashers are compatible.
    pub(crate) fn pairs<'a>(&'a self, other: &'a Self) -> KeyedPairWalk<'a, T, M> {
        if self.hashers_compatible(other) {
            return KeyedPairWalk::Lazy(self.trie.pairs(&other.trie, SameKey(PhantomData)));
        }
        let left = self.trie.iter().map(|entry| match other.get(M::key(entry)) {
            Some(other) => Pair::Both(entry, other),
            None => Pair::Left(entry),
        });
        let right = other.trie.iter().filter(|entry| self.get(M::key(entry)).is_none());
        KeyedPairWalk::Found(left.chain(right.map(Pair::Right)).collect::<Vec<_>>().into_iter())
    }

    /// Returns `true` if both have the same keys, with entries that are equal by `eq`. Shared subtrees count as equal
    /// without being visited.
    pub(crate) fn eq(&self, other: &Self, mut eq: impl FnMut(&T, &T) -> bool) -> bool {
        // Tries that are equal node by node are equal whatever their hashers are. The hashers are compared only for
        // other tries.
        self.trie.eq(&other.trie, &mut eq) || self.eq_by_search(other, eq)
    }

    /// Does what [`eq`](Self::eq) does for tables that are not equal node by node: if the hashers are not compatible,
    /// searches for each entry.
    pub(crate) fn eq_by_search(&self, other: &Self, eq: impl FnMut(&T, &T) -> bool) -> bool {
        self.trie.len() == other.trie.len() && !self.hashers_compatible(other) && self.finds_all_in(other, eq)
    }

    /// Returns `true` if a search in `other` finds an entry for each key of this table, and `holds` accepts both.
    fn finds_all_in(&self, other: &Self, mut holds: impl FnMut(&T, &T) -> bool) -> bool {
        self.trie.iter().all(|entry| other.get(M::key(entry)).is_some_and(|other| holds(entry, other)))
    }

    /// Returns `true` if `other` has all keys of this table, with entries that `holds` accepts. Shared subtrees are
    /// accepted without being visited.
    pub(crate) fn is_within(&self, other: &Self, mut holds: impl FnMut(&T, &T) -> bool) -> bool {
        if self.trie.len() > other.trie.len() {
            return false;
        }
        if !self.hashers_compatible(other) {
            return self.finds_all_in(other, holds);
        }
        self.trie.pairs(&other.trie, SameKey::<M>(PhantomData)).skipping(false, true).all(|pair| match pair {
            Pair::Left(_) => false,
            Pair::Right(_) => true,
            Pair::Both(a, b) => holds(a, b),
        })
    }

    /// Returns `true` if the tables have no keys in common.
    pub(crate) fn is_disjoint(&self, other: &Self) -> bool {
        if !self.hashers_compatible(other) {
            let (small, large) = if self.trie.len() <= other.trie.len() { (self, other) } else { (other, self) };
            return small.trie.iter().all(|entry| large.get(M::key(entry)).is_none());
        }
        let mut pairs = self.trie.pairs(&other.trie, SameKey::<M>(PhantomData)).skipping(true, true);
        while let Some(pair) = pairs.next() {
            if matches!(pair, Pair::Both(..)) || pairs.shares_entries() {
                return false;
            }
        }
        !pairs.shares_entries()
    }
}

/// The entries of two tables, paired by key, except those in shared subtrees.
pub(crate) enum KeyedPairWalk<'a, T, M> {
    Lazy(PairWalk<'a, T, SameKey<M>>),
    /// The pairs found by a lookup of each key.
    Found(vec::IntoIter<Pair<'a, T>>),
}

impl<'a, T, M: KeyOf<T, Key: Eq>> Iterator for KeyedPairWalk<'a, T, M> {
    type Item = Pair<'a, T>;

    #[inline]
    fn next(&mut self) -> Option<Pair<'a, T>> {
        match self {
            Self::Lazy(pairs) => pairs.next(),
            Self::Found(pairs) => pairs.next(),
        }
    }
}

impl<T, M: KeyOf<T, Key: Eq>> FusedIterator for KeyedPairWalk<'_, T, M> {}
