#![doc = include_str!("../README.md")]

#[doc(no_inline)]
pub use imbl_upstream::{
    GenericOrdMap, GenericOrdSet, GenericVector, OrdMap, OrdSet, Vector, get_in, iter, ordmap, ordset, shared_ptr,
    update_in, vector,
};
#[doc(no_inline)]
pub use perennial::RandomState;

#[macro_use]
pub mod hashmap;
#[macro_use]
pub mod hashset;

mod impls;
mod marked;

#[doc(inline)]
pub use hashmap::{GenericHashMap, HashMap};
#[doc(inline)]
pub use hashset::{GenericHashSet, HashSet};
#[cfg(feature = "proptest")]
pub use impls::proptest;
pub use marked::Marked;
