//! A hasher with the kind of pointer that `imbl` names.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

/// A hasher, and the parameter `P` for the kind of pointer, which is ignored.
///
/// It is the hasher of the [`PersistentMap`](perennial::PersistentMap) that a [`HashMap`](crate::HashMap) can be
/// converted into.
pub struct Marked<S, P> {
    hasher: S,
    pointer: PhantomData<fn() -> P>,
}

impl<S, P> Marked<S, P> {
    /// Wraps a hasher.
    pub const fn new(hasher: S) -> Self {
        Self { hasher, pointer: PhantomData }
    }

    /// Returns the hasher.
    pub const fn get(&self) -> &S {
        &self.hasher
    }
}

impl<S: Clone, P> Clone for Marked<S, P> {
    fn clone(&self) -> Self {
        Self::new(self.hasher.clone())
    }
}

impl<S: Default, P> Default for Marked<S, P> {
    fn default() -> Self {
        Self::new(S::default())
    }
}

impl<S: fmt::Debug, P> fmt::Debug for Marked<S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hasher.fmt(f)
    }
}

impl<S: BuildHasher, P> BuildHasher for Marked<S, P> {
    type Hasher = S::Hasher;

    #[inline]
    fn build_hasher(&self) -> S::Hasher {
        self.hasher.build_hasher()
    }

    #[inline]
    fn hash_one<T: Hash>(&self, value: T) -> u64 {
        self.hasher.hash_one(value)
    }
}
