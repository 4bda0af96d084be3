//! [`PersistentSet`], its iterators, and the changes between two versions.

// The set is a thin wrapper, like the map, of a `Table` of the elements.

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
pub use iter::{Drain, ExtractIf, IntoIter, Iter, IterInHashOrder, IterInStoredOrder};

/// A persistent hash set: cloning is O(1), and versions share their unchanged parts.
///
/// Like [`PersistentMap`](crate::PersistentMap), it can be used in two styles. The persistent methods
/// ([`conj`](Self::conj), [`disj`](Self::disj), [`union`](Self::union), …) take `&self` and return a new version. The
/// in-place methods ([`insert`](Self::insert), [`remove`](Self::remove), …) have the names and the meaning of those
/// of `std`'s [`HashSet`](https://doc.rust-lang.org/std/collections/struct.HashSet.html), and copy only the few nodes
/// on the path to the change that other versions share.
///
/// `T` must be `Clone` only for operations that may have to copy a shared node. Building a set, looking up elements,
/// iterating by reference and cloning do not require it.
///
/// As in `std`, an element must not change its hash or its equality while it is in a set, and equal elements must
/// have equal hashes. The iteration order is unspecified.
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
