//! A panic in user code, at whichever call, leaves every collection sound and loses nothing.
//!
//! Every public operation is in one of the tables in `panics/`. A fuse is set to the n-th call of `Hash`, `Eq`, `Clone`,
//! `Drop`, a hasher or a closure, for every n until the operation gets through, and the call panics.
//!
//! In a second series the n-th call of one kind drops a twin of the collection, the other owner of its nodes. An operation
//! that is copying a shared node is then left with the last reference to it, and it is the operation that runs the
//! destructors of the entries. Either the same call panics, or the m-th drop after it. The first, the middle and the last n
//! and m are tried.
//!
//! With `--nocapture` the panics of each operation are printed: those on a collection that owns its nodes and on one that
//! shares them, the losses of a twin, with a panic in the same call, and the panics in drops after these.

mod common;

// Not beside this file, where cargo would take each module for tests of its own.
#[path = "panics/algebra.rs"]
mod algebra;
#[path = "panics/entry.rs"]
mod entry;
#[path = "panics/interface.rs"]
mod interface;
#[path = "panics/map.rs"]
mod map;
#[path = "panics/set.rs"]
mod set;
#[path = "panics/transient.rs"]
mod transient;
#[path = "panics/trial.rs"]
mod trial;
#[path = "panics/trie.rs"]
mod trie;

use common::tracked::{Call, Tracked, burn};
use trial::Calls;

const EQ: Calls = Calls::of(&[Call::Eq]);
const CLONE: Calls = Calls::of(&[Call::Clone]);
const DROP: Calls = Calls::of(&[Call::Drop]);
const DEFAULT: Calls = Calls::of(&[Call::Default]);
const DEBUG: Calls = Calls::of(&[Call::Debug]);
const CLOSURE: Calls = Calls::of(&[Call::Closure]);
const ERROR: Calls = Calls::of(&[Call::Error]);
const CLONE_HASHER: Calls = Calls::of(&[Call::CloneHasher]);
const ASK_HASHER: Calls = Calls::of(&[Call::BuildHasher, Call::Hasher]);
const HASH: Calls = Calls::of(&[Call::Hash]).and(ASK_HASHER);
/// Without the hasher.
const HASH_KEYS: Calls = Calls::of(&[Call::Hash]);
const LOOKUP: Calls = HASH.and(EQ);

fn new(value: u64) -> Tracked {
    Tracked::new(value)
}

/// A closure that answers `result`.
fn answer<T>(result: T) -> T {
    burn(Call::Closure);
    result
}

/// Is the element a multiple of `n`? A closure of operations that pick entries.
fn divides(n: u64, element: &Tracked) -> bool {
    answer(element.value() % n == 0)
}

#[test]
fn maps() {
    trial::check("maps", &map::OPERATIONS);
}

#[test]
fn map_entries() {
    trial::check("map entries", &entry::OPERATIONS);
}

#[test]
fn map_algebra() {
    trial::check("map algebra", &algebra::OPERATIONS);
}

#[test]
fn sets() {
    trial::check("sets", &set::OPERATIONS);
}

#[test]
fn transient_maps() {
    trial::check("transient maps", &transient::MAP_OPERATIONS);
}

#[test]
fn transient_sets() {
    trial::check("transient sets", &transient::SET_OPERATIONS);
}

#[test]
fn tries() {
    trial::check("tries", &trie::OPERATIONS);
}
