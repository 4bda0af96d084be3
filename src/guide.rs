//! Pages about the crate as a whole.
//!
//! * [`design`]: the data structure, and the measurements behind its design.
//! * [`guarantees`]: complexity, what every operation guarantees, memory, and how to choose a hasher.
//! * [`recipes`]: maps of maps, an undo history, snapshots for readers.
//! * [`soundness`]: attacks, misbehaving trait implementations, unsafe code, and how the crate is tested.
//! * [`versions`]: which operations return the same version if they change nothing, and what counts as a change.
//! * [`parity`]: every method of the hash maps and sets of `std` and `hashbrown`, and its equivalent here.
//! * [`migration`]: the same for `imbl`, `im` and `rpds`.

#[doc = include_str!("guide/design.md")]
pub mod design {}

#[doc = include_str!("guide/guarantees.md")]
pub mod guarantees {}

#[doc = include_str!("guide/recipes.md")]
pub mod recipes {}

#[doc = include_str!("guide/soundness.md")]
pub mod soundness {}

#[doc = include_str!("guide/versions.md")]
pub mod versions {}

#[doc = include_str!("guide/parity.md")]
pub mod parity {}

#[doc = include_str!("guide/migration.md")]
pub mod migration {}
