#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

// In reading order.
pub mod map;
pub mod set;
mod transient;

mod hasher;
mod impls;
mod keyed;
#[doc(hidden)]
pub mod macros;

pub mod trie;

pub mod guide;

pub use equivalent::Equivalent;

pub use hasher::RandomState;
#[cfg(feature = "proptest")]
pub use impls::proptest;
#[cfg(feature = "rayon")]
pub use impls::rayon;
pub use map::PersistentMap;
pub use set::PersistentSet;
pub use transient::{TransientMap, TransientSet};
pub use trie::{HashTrie, MemoryUsage};
