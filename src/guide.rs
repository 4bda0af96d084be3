//! Pages about the crate as a whole.
//!
//! * [`design`]: the structure, and the measurements that chose it.
//! * [`versions`]: which operations keep the version if they change nothing, and what counts as a change.
//! * [`parity`]: every method of the hash maps and sets of `std` and `hashbrown`, and what it is here.
//! * [`migration`]: the same for those who come from `imbl`, `im` or `rpds`.

#[doc = include_str!("guide/design.md")]
pub mod design {}

#[doc = include_str!("guide/versions.md")]
pub mod versions {}

#[doc = include_str!("guide/parity.md")]
pub mod parity {}

#[doc = include_str!("guide/migration.md")]
pub mod migration {}
