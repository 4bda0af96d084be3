//! A persistent hash map and hash set: a clone takes constant time, and versions are compared, diffed and merged at the
//! cost of what changed between them.
//!
//! * [`PersistentMap`] and [`PersistentSet`] have the names and the meaning of std's `HashMap` and `HashSet`, and
//!   operations on `&self` that return a new version.
//! * [`TransientMap`] and [`TransientSet`] build a map or set without `Clone`.
//! * [`trie::HashTrie`] is the core without a hasher, as `hashbrown::HashTable` is that of a `HashMap`.
//! * [`guide`] explains how it works and what it promises, with recipes, and with tables for those who come from other maps.
//!
//! # Examples
//!
//! ```
//! use perennial::{PersistentMap, persistent_map};
//!
//! let mut stock = PersistentMap::from([("apples", 3), ("pears", 5)]);
//! let monday = stock.clone();
//! *stock.entry("apples").or_insert(0) += 1;
//! stock.remove("pears");
//!
//! assert_eq!(monday, persistent_map! { "apples" => 3, "pears" => 5 });
//! assert_eq!(stock, persistent_map! { "apples" => 4 });
//! assert_eq!(monday.diff(&stock).count(), 2);
//! ```
//!
//! # Features
//!
//! `std`, on by default, provides [`RandomState`] and conversions from std's collections; without it the crate needs only
//! `core` and `alloc`, and a map is given its hasher. Each of the others implements the traits of the crate of its name:
//!
//! | feature | for maps and sets | without `std` |
//! |---|---|---|
//! | `serde` | `Serialize` and `Deserialize`: a map is a map, a set a sequence, a [`Patch`](map::Patch) a map of each key to `added`, `removed` or `changed` | yes |
//! | `rayon` | parallel iterators, `collect` and `par_extend`; `par_merge`, `par_union`, `par_eq` and so on | no |
//! | `proptest` | strategies, also with a hasher of one's own | no |
//! | `quickcheck` | `Arbitrary`, with shrinking | no |
//! | `arbitrary` | `Arbitrary`, for fuzzers | no |
//!
//! Reading with `serde` takes no memory on the word of the input: what is set aside for entries that are only announced is
//! at most 64 KiB. The parallel operations share what the sequential ones share, and give equal results.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

// In reading order.
pub mod map;
pub mod set;
pub mod transient;

mod hasher;
mod impls;
#[doc(hidden)]
pub mod macros;
mod table;

pub mod trie;

pub mod guide;

/// Runs the examples of the README as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

pub use equivalent::Equivalent;

#[doc(inline)]
pub use hasher::RandomState;
#[cfg(feature = "proptest")]
pub use impls::proptest;
#[cfg(feature = "rayon")]
pub use impls::rayon;
#[doc(inline)]
pub use map::PersistentMap;
#[doc(inline)]
pub use set::PersistentSet;
#[doc(inline)]
pub use transient::{TransientMap, TransientSet};
#[doc(inline)]
pub use trie::MemoryUsage;

/// [`PersistentMap`] under the name of `std`'s map: `use perennial::HashMap;` is the one line to change.
pub type HashMap<K, V, S = RandomState> = PersistentMap<K, V, S>;

/// [`PersistentSet`] under the name of `std`'s set: `use perennial::HashSet;` is the one line to change.
pub type HashSet<T, S = RandomState> = PersistentSet<T, S>;
