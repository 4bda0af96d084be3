//! Building subtrees from entries: [`node_builder`] makes nodes, [`bulk`] sorts many entries into them.

pub(crate) mod bulk;
pub(crate) mod node_builder;
