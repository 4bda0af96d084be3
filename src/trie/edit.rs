//! Edits of one entry or one leaf: the way down to a [`place`], then [`insert`], [`remove`] and the rest.

pub(crate) mod disjoint;
pub(crate) mod insert;
pub(crate) mod place;
pub(crate) mod remove;
