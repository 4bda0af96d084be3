#![doc = include_str!("../README.md")]
// The tests count allocations, with an allocator that is unsafe.
#![forbid(unsafe_code)]

#[doc(no_inline)]
pub use im_upstream::{OrdMap, OrdSet, Vector, get_in, iter, ordmap, ordset, update_in, vector};
#[doc(no_inline)]
pub use perennial::RandomState;

#[macro_use]
pub mod hashmap;
#[macro_use]
pub mod hashset;

mod impls;
mod ordered;
mod shared;

#[doc(inline)]
pub use hashmap::HashMap;
#[doc(inline)]
pub use hashset::HashSet;
#[cfg(feature = "proptest")]
pub use impls::proptest;
pub use shared::Shared;
