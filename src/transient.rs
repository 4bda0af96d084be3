//! Builders: collections in the making, edited in place and then turned into persistent ones in O(1).

mod map;
mod set;

pub use map::TransientMap;
pub use set::TransientSet;
