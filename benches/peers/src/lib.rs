//! Perennial beside std, hashbrown, imbl, rpds and im, and beside the single-threaded forms of the last three: one trait,
//! one harness, the same hasher, allocator and profile.
//!
//! Read in this order: `map` has what the maps have in common, `key` what they are filled with, `op` what is measured,
//! `runner` how, `harness` how often.

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

/// Those that threads can share. The others count their references without atomic operations, and are measured for the
/// main kind of map only.
pub const SHARED: &[&str] = PEERS.split_at(6).0;
pub const SINGLE_THREADED: &[&str] = PEERS.split_at(6).1;
