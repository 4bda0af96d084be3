//! Builders: collections that are edited in place and then turned into persistent ones in O(1).
//!
//! [`TransientMap`] and [`TransientSet`] need no `Clone` when they are started from nothing.

mod iter;
mod map;
mod set;

pub use iter::IntoIter;
pub use map::TransientMap;
pub use set::TransientSet;
