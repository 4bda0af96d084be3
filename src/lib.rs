//! A persistent hash map and hash set: cloning takes constant time, and comparing, diffing and merging versions costs
//! time proportional to what changed between them.
//!
//! * [`PersistentMap`] and [`PersistentSet`] mirror the API of std's `HashMap` and `HashSet`, and add operations that
//!   take `&self` and return a new version.
//! * [`TransientMap`] and [`TransientSet`] build a map or set without requiring `Clone`.
//! * [`trie::HashTrie`] is the core, without a hasher: the persistent counterpart of `hashbrown::HashTable`.
//! * [`guide`] explains how the crate works and what it guarantees, with recipes and with tables for users of other
//!   maps.
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
//! # When to use it, and when not
//!
//! Use it where many versions of a map are kept or shared: undo and redo, snapshots for readers while a writer
//! continues, interpreters, compilers and build systems that branch and backtrack, layered configuration, replicas that
//! exchange diffs. Where there is only one version, std's `HashMap` is faster.
//!
//! Each operation has two forms. Methods of the persistent style, such as [`assoc`](PersistentMap::assoc), take `&self`
//! and return a new version; those of the in-place style, such as [`insert`](PersistentMap::insert), have the names of
//! std and change a version that other clones do not see.
//!
//! # Features
//!
//! `std`, enabled by default, provides [`RandomState`] and conversions from std's collections. Without it the crate
//! needs only `core` and `alloc`, and every map needs an explicit hasher. Each of the other features implements the
//! traits of the crate of the same name:
//!
//! | feature | for maps and sets | without `std` |
//! |---|---|---|
//! | `serde` | `Serialize` and `Deserialize`: a map is a map, a set a sequence, a [`Patch`](map::Patch) a map of each key to `added`, `removed` or `changed` | yes |
//! | `rayon` | parallel iterators, `collect` and `par_extend`; `par_merge`, `par_union`, `par_eq` and so on | no |
//! | `proptest` | strategies, also with a custom hasher | no |
//! | `quickcheck` | `Arbitrary`, with shrinking | no |
//! | `arbitrary` | `Arbitrary`, for fuzzers | no |
//!
//! Deserialization ignores length prefixes, and holds no items except those in the result. The parallel operations
//! share nodes exactly as the sequential ones do, and return equal results.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

// The order decides that of the `impl` blocks in the documentation. To read the source, follow `map`, `table`, `trie`.
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

/// Compiles and runs the examples of the README as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

pub use equivalent::Equivalent;

#[doc(inline)]
pub use hasher::RandomState;
#[cfg(feature = "proptest")]
pub use impls::proptest as strategies;
#[cfg(feature = "rayon")]
pub use impls::rayon as parallel;
#[doc(inline)]
pub use map::PersistentMap;
#[doc(inline)]
pub use set::PersistentSet;
#[doc(inline)]
pub use transient::{TransientMap, TransientSet};
#[doc(inline)]
pub use trie::api::usage::MemoryUsage;

/// [`PersistentMap`] under the name of std's map, so that `use perennial::HashMap;` is often the only line to change.
///
/// [`guide::parity`] lists what differs: there is no capacity, and the closures of `retain` and `extract_if` get `&V`.
pub type HashMap<K, V, S = RandomState> = PersistentMap<K, V, S>;

/// [`PersistentSet`] under the name of std's set, so that `use perennial::HashSet;` is often the only line to change.
///
/// [`guide::parity`] lists what differs: there is no capacity, and `union` and the like return sets.
pub type HashSet<T, S = RandomState> = PersistentSet<T, S>;
