//! [`PersistentMap`], its iterators and entries, and the changes between two versions.

// The map is a thin wrapper of a `Table` of `(K, V)`, which is a `HashTrie` with a hasher. This module adds the names
// of `std`.

use crate::hasher::RandomState;
use crate::table::{MapKey, Table};

// In the order of the documentation.
mod read;

mod in_place;

mod persistent;

mod diff;
mod merge3;
mod patch;

mod algebra;

mod introspect;

mod convert;
mod entry;
mod entry_ref;
mod iter;
mod ops;

pub use diff::{Change, Diff};
pub use entry::{Entry, OccupiedEntry, OccupiedError, VacantEntry};
pub use entry_ref::{EntryRef, VacantEntryRef};
pub use iter::{Drain, ExtractIf, IntoIter, IntoKeys, IntoValues, Iter, IterMut, Keys, Values, ValuesMut};
pub use iter::{IterInHashOrder, IterInStoredOrder};
pub use merge3::Conflict;
#[cfg(feature = "serde")]
pub(crate) use patch::Edit;
pub use patch::{Patch, PatchConflict, PatchError};

#[doc(inline)]
pub use crate::trie::walk::set_op::Merge;

/// A persistent hash map: cloning is O(1), and versions share their unchanged parts.
///
/// It can be used in two styles. The persistent methods ([`assoc`](Self::assoc), [`dissoc`](Self::dissoc),
/// [`alter`](Self::alter), …) take `&self` and return a new version. The in-place methods ([`insert`](Self::insert),
/// [`remove`](Self::remove), [`entry`](Self::entry), …) have the names and the meaning of those of `std`'s
/// [`HashMap`](https://doc.rust-lang.org/std/collections/struct.HashMap.html), and copy only the few nodes on the
/// path to the change that other versions share.
///
/// `K` and `V` must be `Clone` only for operations that may have to copy a shared node. Building a map, looking up
/// keys, iterating by reference and cloning do not require it.
///
/// As in `std`, a key must not change its hash or its equality while it is in a map, and equal keys must have equal
/// hashes. The iteration order is unspecified.
///
/// # Examples
///
/// ```
/// use perennial::PersistentMap;
///
/// let mut stock = PersistentMap::from([("apples", 3), ("pears", 5)]);
/// let yesterday = stock.clone();
///
/// stock.insert("plums", 40);
/// *stock.entry("apples").or_insert(0) += 1;
/// stock.remove("pears");
///
/// assert_eq!(stock, PersistentMap::from([("apples", 4), ("plums", 40)]));
/// assert_eq!(yesterday, PersistentMap::from([("apples", 3), ("pears", 5)]));
///
/// // The persistent style returns a new version, and `diff` finds what changed.
/// let tomorrow = stock.assoc("figs", 1);
/// assert_eq!(stock.len(), 2);
/// assert_eq!(stock.diff(&tomorrow).next().map(|change| *change.key()), Some("figs"));
/// ```
pub struct PersistentMap<K, V, S = RandomState> {
    pub(crate) table: Table<(K, V), S, MapKey>,
}

/// For tests and fuzzing.
#[doc(hidden)]
impl<K, V, S> PersistentMap<K, V, S> {
    pub fn validate(&self) {
        self.table.trie.validate();
    }

    pub fn same_shape(&self, other: &Self) -> bool {
        self.table.trie.same_shape(&other.table.trie)
    }
}

/// Returns `true` if a value has not changed: `old` and `new` are equal, or neither is equal to itself, such as two
/// NaNs.
///
/// With `==` alone, a NaN would count as changed in a node that was copied, but as unchanged in a shared node, where
/// no values are compared.
#[inline]
fn unchanged<V: PartialEq>(old: &V, new: &V) -> bool {
    #[expect(clippy::eq_op, reason = "it tells whether a value is equal to itself")]
    let is_reflexive = |value: &V| value == value;
    old == new || !(is_reflexive(old) || is_reflexive(new))
}

// If a destructor panics while a function is returning a value, that value leaks. So where one part of an entry is
// dropped and the other is returned, drop the first part explicitly beforehand.

/// Replaces the value of an entry by that of an entry with an equal key, and returns the old value. The old key
/// stays.
#[inline]
pub(crate) fn replace_value<K, V>(present: &mut (K, V), new: (K, V)) -> V {
    core::mem::replace(&mut present.1, into_value(new))
}

/// Returns the key of an entry.
#[inline]
fn into_key<K, V>((key, value): (K, V)) -> K {
    drop(value);
    key
}

/// Returns the value of an entry.
#[inline]
pub(crate) fn into_value<K, V>((key, value): (K, V)) -> V {
    drop(key);
    value
}
