//! Benchmarks of perennial, std, hashbrown, imbl, rpds and im, and of the single-threaded variants of the last three,
//! with one trait, one harness, and the same hasher, allocator and profile.
//!
//! Read the modules in this order: `map` is the common interface of the maps, `key` makes their contents, `op` lists
//! the operations, `runner` measures them, and `harness` determines how often.

pub mod case;
pub mod harness;
pub mod input;
pub mod key;
pub mod map;
pub mod op;
pub mod results;
pub mod runner;

/// The names of the maps.
pub const PEERS: [&str; 9] = ["perennial", "std", "hashbrown", "imbl", "rpds", "im", "imbl-rc", "rpds-rc", "im-rc"];

/// The maps that threads can share. The others count references without atomic operations, and are measured only for
/// the main kind of map.
pub const SHARED: &[&str] = PEERS.split_at(6).0;
pub const SINGLE_THREADED: &[&str] = PEERS.split_at(6).1;
