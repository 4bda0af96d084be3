//! Iteration over a table in the order of the hashes.

use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;

use super::{KeyOf, Table};
use crate::trie::HashOrder;

/// The entries of a table in the order of their full hashes.
pub(crate) struct InHashOrder<'a, T, S, M> {
    order: HashOrder<'a, T>,
    hasher: &'a S,
    key_of: PhantomData<M>,
}

impl<T, S, M> Clone for InHashOrder<'_, T, S, M> {
    fn clone(&self) -> Self {
        Self { order: self.order.clone(), ..*self }
    }
}

impl<'a, T, S: BuildHasher, M: KeyOf<T, Key: Hash>> Iterator for InHashOrder<'a, T, S, M> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        let hasher = self.hasher;
        self.order.next_with(|entry| hasher.hash_one(M::key(entry)))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.order.len(), Some(self.order.len()))
    }
}

impl<T, S: BuildHasher, M: KeyOf<T, Key: Hash>> ExactSizeIterator for InHashOrder<'_, T, S, M> {}

impl<T, S, M> Table<T, S, M> {
    pub(crate) fn in_hash_order(&self) -> InHashOrder<'_, T, S, M> {
        InHashOrder { order: self.trie.in_hash_order(), hasher: &self.hasher, key_of: PhantomData }
    }
}
