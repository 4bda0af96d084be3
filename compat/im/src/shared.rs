//! The hasher of a map, behind a counted pointer as in `im`.

use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

/// A hasher that the versions of a map share, so that it need not be [`Clone`].
///
/// It is the hasher of the [`PersistentMap`](perennial::PersistentMap) that a [`HashMap`](crate::HashMap) can be
/// converted into.
#[derive(Debug, Default)]
pub struct Shared<S>(pub(crate) Arc<S>);

impl<S> Clone for Shared<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: BuildHasher> BuildHasher for Shared<S> {
    type Hasher = S::Hasher;

    #[inline]
    fn build_hasher(&self) -> S::Hasher {
        self.0.build_hasher()
    }

    #[inline]
    fn hash_one<T: Hash>(&self, value: T) -> u64 {
        self.0.hash_one(value)
    }
}
