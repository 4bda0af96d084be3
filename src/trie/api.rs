//! The public methods of [`HashTrie`](super::HashTrie).

pub(crate) mod read;

pub(crate) mod in_place;

pub(crate) mod entry;

pub(crate) mod combine;

pub(crate) mod shrink;
pub(crate) mod usage;
