//! Replicas of one map, which follow a log of patches in NATS JetStream.
//!
//! [`replica`] has the replica: it follows the log, publishes edits and makes snapshots. [`server`] starts a server for
//! the demo and the tests.

pub mod replica;
pub mod server;

/// Any error, with a message that says what to do.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
