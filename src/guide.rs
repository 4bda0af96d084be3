//! Pages about the crate as a whole.
//!
//! * [`design`]: the structure, and the measurements that chose it.
//! * [`guarantees`]: complexity, what every operation promises, memory, and how to choose a hasher.
//! * [`recipes`]: maps of maps, an undo history, snapshots for readers.
//! * [`soundness`]: attacks, faulty code, unsafe code, and how the crate is tested.
//! * [`versions`]: which operations keep the version if they change nothing, and what counts as a change.
//! * [`parity`]: every method of the hash maps and sets of `std` and `hashbrown`, and what it is here.
//! * [`migration`]: the same for those who come from `imbl`, `im` or `rpds`.

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
