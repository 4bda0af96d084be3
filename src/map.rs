//! [`PersistentMap`], with its iterators and entries, and with the changes between two versions.

// The map is a thin face: a `HashTrie` of `(K, V)` does the work, and this module gives it the hash, the equality and the
// names of `std`.

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
pub use merge3::Conflict;
#[cfg(feature = "serde")]
pub(crate) use patch::Edit;
pub use patch::{Patch, PatchError};

#[doc(inline)]
pub use crate::trie::Merge;

/// A persistent hash map: cloning is O(1), and versions share all that they have in common.
///
/// It can be used in two styles. The persistent one ([`assoc`](Self::assoc), [`dissoc`](Self::dissoc),
/// [`alter`](Self::alter), …) takes `&self` and returns a new version. The in-place one ([`insert`](Self::insert),
/// [`remove`](Self::remove), [`entry`](Self::entry), …) has the names and the meaning of `std`'s
/// [`HashMap`](https://doc.rust-lang.org/std/collections/struct.HashMap.html), and copies only the few nodes on the way
/// to the change which other versions still use.
///
/// `K` and `V` must be `Clone` only for operations that may have to copy a shared node. Building a map, looking things
/// up, iterating by reference and cloning need no such thing.
///
/// As in `std`, a key must not change its hash or its equality while it is in a map, and keys that are equal must hash
/// alike. The iteration order is unspecified.
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

/// Returns `true` if a value has not changed: both are equal, or neither is equal to itself, such as two NaNs.
///
/// `==` alone would count a NaN as changed in a node that was copied and as unchanged in a shared node, where no value
/// is compared.
#[inline]
pub(crate) fn unchanged<V: PartialEq>(old: &V, new: &V) -> bool {
    #[expect(clippy::eq_op, reason = "it tells whether a value is equal to itself")]
    let is_reflexive = |value: &V| value == value;
    old == new || !(is_reflexive(old) || is_reflexive(new))
}

// A destructor that panics while a value is on its way out of a function would leak that value. So where one part of an
// entry goes and the other is handed out, the one that goes is dropped first.

/// Puts the value of an entry in the place of that of an equal key, which stays. Returns the old value.
#[inline]
pub(crate) fn replace_value<K, V>(there: &mut (K, V), new: (K, V)) -> V {
    core::mem::replace(&mut there.1, into_value(new))
}

/// Returns the key of an entry.
#[inline]
pub(crate) fn into_key<K, V>((key, value): (K, V)) -> K {
    drop(value);
    key
}

/// Returns the value of an entry.
#[inline]
pub(crate) fn into_value<K, V>((key, value): (K, V)) -> V {
    drop(key);
    value
}
