//! Walks over the whole of one trie or two: iterators, comparison, merges, and splitting a trie among threads.

pub(crate) mod check;
pub(crate) mod eq;
pub(crate) mod hash_order;
pub(crate) mod iter;
pub(crate) mod merge;
pub(crate) mod pairs;
pub(crate) mod range;
pub(crate) mod sample;
pub(crate) mod set_op;
#[cfg(any(feature = "rayon", test))]
pub(crate) mod split;
