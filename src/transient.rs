//! Builders: collections that are edited in place and then converted into persistent ones in O(1).
//!
//! [`TransientMap`] and [`TransientSet`] do not require `Clone` if they are created empty.

mod iter;
mod map;
mod set;

pub use iter::IntoIter;
pub use map::TransientMap;
pub use set::TransientSet;
