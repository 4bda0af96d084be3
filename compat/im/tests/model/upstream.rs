//! The program on `im`.

pub(crate) use im_upstream as im;

#[path = "map.rs"]
#[expect(clippy::duplicate_mod, reason = "the same program on another crate")]
pub(crate) mod map;
#[path = "set.rs"]
#[expect(clippy::duplicate_mod, reason = "the same program on another crate")]
pub(crate) mod set;
#[path = "typical.rs"]
#[expect(clippy::duplicate_mod, reason = "the same program on another crate")]
mod typical;

/// The default hasher.
pub(crate) type State = std::hash::RandomState;

/// Whether the values of the larger map stay in a union, instead of those of the left one.
const UNION_KEEPS_THE_LARGER: bool = true;
