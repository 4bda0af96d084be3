//! Perennial beside std, hashbrown, imbl, rpds and im: one trait, one harness, the same hasher, allocator and profile.
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
pub const PEERS: [&str; 6] = ["perennial", "std", "hashbrown", "imbl", "rpds", "im"];
