//! [`HashTrie`], a persistent hash table without a hasher, its iterators and its entries.
//!
//! The caller passes the hash and the equality with each call, as with `hashbrown::HashTable`; the trie uses neither
//! `Hash` nor `Eq`. Maps and sets are wrappers around it, and so are bindings to languages in which an equality can
//! fail.

// The floors, from the bottom up: each imports only from those above it in this list, and from this file.
mod node;

mod edit;

mod build;

pub(crate) mod walk;

pub(crate) mod api;

use core::cell::Cell;
use core::convert::Infallible;
use core::fmt;

use node::child::Child;

pub use api::entry::{Entry, OccupiedEntry, VacantEntry};
pub(crate) use edit::Edit;
pub(crate) use edit::insert::Inserted;
pub(crate) use edit::remove::Extraction;
pub(crate) use walk::hash_order::{HashOrder, StoredOrder};
pub use walk::hash_order::{IntoIterInStoredOrder, IterInHashOrder};
pub(crate) use walk::iter::IterMut;
pub use walk::iter::{IntoIter, Iter};
pub(crate) use walk::pairs::{Pair, PairWalk, Same};
pub(crate) use walk::set_op::Merge;
pub use walk::set_op::SetOp;
#[cfg(feature = "rayon")]
pub(crate) use walk::split::{Executor, RootPartition, Subtree, Subtrees};

/// A function that copies the entries of a shared leaf.
pub(crate) trait CloneFn<T>: Fn(&T) -> T + Copy {}

impl<T, C: Fn(&T) -> T + Copy> CloneFn<T> for C {}

/// A [`CloneFn`] as a function pointer, for types that have to name it.
pub(crate) type ClonePtr<T> = fn(&T) -> T;

/// The [`CloneFn`] of a trie that shares no nodes.
pub(crate) fn never_clone<T>(_: &T) -> T {
    unreachable!("a trie that shares no nodes never copies a bucket")
}

/// Converts an equality that cannot fail into the fallible form.
#[inline]
pub(crate) fn wrap_ok<T>(mut eq: impl FnMut(&T) -> bool) -> impl FnMut(&T) -> Result<bool, Infallible> {
    move |entry| Ok(eq(entry))
}

/// Returns the value of a result that cannot be an error.
#[inline]
pub(crate) fn into_ok<R>(result: Result<R, Infallible>) -> R {
    match result {
        Ok(value) => value,
    }
}

/// Drops `arguments`, then returns `result`.
///
/// A function drops its arguments after it has made its result, and if a destructor panics then, the result leaks. Here
/// the result is an argument, too, which is dropped. So every public function that returns something to be dropped
/// ends with a call of this function if it owns a closure, a hasher or an operand of the caller.
#[inline]
pub(crate) fn and_drop<R, A>(result: R, arguments: A) -> R {
    drop(arguments);
    result
}

/// The end of an operation by an error, which is in an [`ErrorSlot`].
pub(crate) struct Stopped;

/// Holds the error of a closure of the caller while the operation that it stops drops what it has made: an error that
/// is being returned would leak if a destructor panicked.
pub(crate) struct ErrorSlot<E>(Cell<Option<E>>);

impl<E> ErrorSlot<E> {
    /// Returns the result of `operation`, or the error that it has put into the slot.
    #[inline]
    pub(crate) fn during<R>(operation: impl FnOnce(&Self) -> Result<R, Stopped>) -> Result<R, E> {
        let slot = Self(Cell::new(None));
        match operation(&slot) {
            Ok(result) => Ok(result),
            Err(Stopped) => Err(slot.0.into_inner().expect("an error stopped the operation")),
        }
    }

    /// Puts the error of `result`, if it is one, into the slot.
    #[inline]
    pub(crate) fn keep<R>(&self, result: Result<R, E>) -> Result<R, Stopped> {
        result.map_err(|error| {
            self.0.set(Some(error));
            Stopped
        })
    }
}

/// Reduces a hash to the 32 bits that the trie uses.
///
/// The result is the exclusive or of the two middle 32-bit words of the 128-bit product of the hash and an odd
/// constant, so it depends on every bit of the hash. Therefore hashers that return keys unchanged, or that vary only
/// the high or low bits, work too.
#[inline]
pub(crate) const fn mix(hash: u64) -> u32 {
    let product = hash as u128 * 0x9e37_79b9_7f4a_7c15;
    // Written with two 64-bit words: otherwise the compiler shifts one word into the other, which is slower on
    // x86-64.
    let (low, high) = (product as u64, (product >> 64) as u64);
    (low >> 32 ^ high) as u32
}

/// A persistent hash table without a hasher: the persistent counterpart of
/// [`hashbrown::HashTable`](https://docs.rs/hashbrown/latest/hashbrown/struct.HashTable.html).
///
/// You need it only if a map or set does not fit: if hashing or equality need data outside the entry, such as the
/// arena that an index points into; if equality can fail, as in a binding to another language; or if the hashes are
/// already known. [`PersistentMap`](crate::PersistentMap) wraps a `HashTrie` of `(K, V)`, and
/// [`PersistentSet`](crate::PersistentSet) one of its elements.
///
/// Cloning is O(1), and a clone shares all nodes. An edit copies the shared nodes on the path to the entry, O(log n),
/// and edits unshared nodes in place. `Clone` is required only for operations that may have to copy a shared node.
///
/// The same hash must always be passed for an entry, and equal hashes for equal entries. Otherwise entries may not be
/// found, or may be stored more than once; memory safety does not depend on it.
///
/// An equality passed with a hash may also be called with entries of other hashes: with about one in 256 of those in
/// the same leaf. It must not accept them.
///
/// The following copy nothing, and the trie stays the same version: removing an absent entry, `find_mut` of an absent
/// entry, a `retain` or `extract_if` that removes nothing, and an `entry` that is only read. The following copy the
/// shared nodes on the path, even if nothing is written: `insert` of an entry that is equal to a present one,
/// `find_mut` and `OccupiedEntry::get_mut` of a present entry, and `iter_mut` of a non-empty trie.
///
/// # Examples
///
/// A table of indices that are hashed and compared like the words at these indices:
///
/// ```
/// use core::hash::BuildHasher;
/// use perennial::trie::HashTrie;
/// use perennial::RandomState;
///
/// let words = ["one", "two", "one"];
/// let hasher = RandomState::new();
/// let mut indices = HashTrie::new();
/// for (index, word) in words.iter().enumerate() {
///     let hash = hasher.hash_one(word);
///     if indices.find(hash, |&there: &usize| words[there] == *word).is_none() {
///         indices.insert_unique(hash, index);
///     }
/// }
/// assert_eq!(indices.len(), 2);
/// let hash = hasher.hash_one("two");
/// assert_eq!(indices.find(hash, |&index| words[index] == "two"), Some(&1));
/// ```
pub struct HashTrie<T> {
    root: Child<T>,
    len: usize,
}

impl<T> Clone for HashTrie<T> {
    /// Returns another handle to the same version. O(1), no allocation.
    #[inline]
    fn clone(&self) -> Self {
        Self { root: self.root.clone(), len: self.len }
    }
}

impl<T> Default for HashTrie<T> {
    #[inline]
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for HashTrie<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.in_stored_order()).finish()
    }
}

#[cfg(test)]
mod tests;
