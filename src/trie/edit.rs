//! Edits of one entry or one leaf: the way down to a [`place`], then [`insert`], [`remove`] and the rest.

pub(crate) mod disjoint;
pub(crate) mod insert;
pub(crate) mod place;
pub(crate) mod remove;

use crate::trie::{CloneFn, HashTrie};
use place::Place;

/// A trie that is edited, and the function that copies the entries of its shared leaves.
///
/// The methods take the 32 bits of the hash that the trie uses.
pub(crate) struct Edit<'a, T, C> {
    pub(crate) trie: &'a mut HashTrie<T>,
    pub(crate) clone: C,
}

impl<T> HashTrie<T> {
    /// Begins an edit in which `clone` copies the entries of shared leaves.
    #[inline]
    pub(crate) const fn edit<C: CloneFn<T>>(&mut self, clone: C) -> Edit<'_, T, C> {
        Edit { trie: self, clone }
    }
}

impl<'a, T, C: CloneFn<T>> Edit<'a, T, C> {
    /// Borrows the same trie for a shorter time.
    #[inline]
    pub(crate) const fn reborrow(&mut self) -> Edit<'_, T, C> {
        Edit { trie: self.trie, clone: self.clone }
    }

    /// Returns the place of the leaf in the range of `hash`.
    #[inline]
    fn place(self, hash: u32) -> Place<'a, T, C> {
        Place::of(&mut self.trie.root, hash, self.clone)
    }

    /// Returns a mutable reference to entry `index` of the leaf in the range of `hash`; copies the shared nodes on
    /// the path.
    #[inline]
    pub(crate) fn entry_mut(self, hash: u32, index: usize) -> &'a mut T {
        self.place(hash).entry_mut(index)
    }

    /// Returns a mutable reference to the entry with this hash that `eq` accepts.
    #[inline]
    pub(crate) fn try_find_mut<E>(
        self,
        hash: u32,
        eq: impl FnMut(&T) -> Result<bool, E>,
    ) -> Result<Option<&'a mut T>, E> {
        Ok(self.trie.try_position(hash, eq)?.map(|index| self.entry_mut(hash, index)))
    }

    /// Removes and returns the entry with this hash that `eq` accepts.
    #[inline]
    pub(crate) fn try_remove<E>(self, hash: u32, eq: impl FnMut(&T) -> Result<bool, E>) -> Result<Option<T>, E> {
        Ok(self.trie.try_position(hash, eq)?.map(|index| self.remove_at(hash, index).0))
    }
}
