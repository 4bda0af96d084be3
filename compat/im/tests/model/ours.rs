//! The program on this crate.

pub(crate) use perennial_im as im;

#[path = "map.rs"]
pub(crate) mod map;
#[path = "set.rs"]
pub(crate) mod set;
#[path = "typical.rs"]
mod typical;

/// The default hasher.
pub(crate) type State = perennial_im::RandomState;

/// Whether the values of the larger map stay in a union, instead of those of the left one.
const UNION_KEEPS_THE_LARGER: bool = false;
