//! [`PersistentSet`], with its iterators, and with the changes between two versions.

// The set is a thin face, as the map is: a `HashTrie` of the elements does the work.

use crate::hasher::RandomState;
use crate::table::{SetKey, Table};

// In the order of the documentation.
mod read;

mod in_place;

mod persistent;

mod diff;

mod algebra;

mod introspect;

mod convert;
mod iter;
mod ops;

pub use diff::{Change, Diff};
pub use iter::{Drain, ExtractIf, IntoIter, Iter};

/// A persistent hash set: cloning is O(1), and versions share all that they have in common.
///
/// It can be used in two styles, as [`PersistentMap`](crate::PersistentMap) can. The persistent one
/// ([`conj`](Self::conj), [`disj`](Self::disj), [`union`](Self::union), …) takes `&self` and returns a new version. The
/// in-place one ([`insert`](Self::insert), [`remove`](Self::remove), …) has the names and the meaning of `std`'s
/// [`HashSet`](https://doc.rust-lang.org/std/collections/struct.HashSet.html), and copies only the few nodes on the way
/// to the change which other versions still use.
///
/// `T` must be `Clone` only for operations that may have to copy a shared node. Building a set, looking things up,
/// iterating by reference and cloning need no such thing.
///
/// As in `std`, an element must not change its hash or its equality while it is in a set, and elements that are equal
/// must hash alike. The iteration order is unspecified.
///
/// # Examples
///
/// ```
/// use perennial::PersistentSet;
///
/// let mut guests = PersistentSet::from(["Ada", "Brook"]);
/// let invited = guests.clone();
///
/// guests.insert("Cory");
/// guests.remove("Ada");
///
/// assert_eq!(guests, PersistentSet::from(["Brook", "Cory"]));
/// assert_eq!(&invited - &guests, PersistentSet::from(["Ada"]));
/// ```
pub struct PersistentSet<T, S = RandomState> {
    pub(crate) table: Table<T, S, SetKey>,
}

/// For tests and fuzzing.
#[doc(hidden)]
impl<T, S> PersistentSet<T, S> {
    pub fn validate(&self) {
        self.table.trie.validate();
    }

    pub fn same_shape(&self, other: &Self) -> bool {
        self.table.trie.same_shape(&other.table.trie)
    }
}
