//! Persistent (immutable, structurally shared) hash maps with std's names.
//!
//! Every version of a [`PersistentMap`] stays as it was: [`clone`](Clone::clone) is O(1), and a new version shares with
//! the old one all that it did not change.
//!
//! ```
//! use perennial::persistent_map;
//!
//! let before = persistent_map! { "one" => 1, "two" => 2 };
//! let after = before.assoc("three", 3);
//!
//! assert_eq!(before.len(), 2);
//! assert_eq!(after["three"], 3);
//! ```

#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

// In reading order.
pub mod map;
mod transient;

mod hasher;

pub mod trie;

pub use equivalent::Equivalent;

pub use hasher::RandomState;
pub use map::PersistentMap;
pub use transient::TransientMap;
pub use trie::HashTrie;
