//! A panic in any call of user code leaves every collection valid, and no entry is lost or dropped twice.
//!
//! The tables in `panics/` list every public operation. Each operation is run with a panic in the n-th call of `Hash`,
//! `Eq`, `Clone`, `Drop`, a hasher or a closure, for every n until the operation returns without a panic.
//!
//! In a second series of runs, the n-th call of one kind drops a twin of the collection, that is, the other owner of
//! its nodes. An operation that is copying a shared node at that moment becomes the last owner of the node, and runs
//! the destructors of its entries. Then either the same call panics, or the m-th drop after it. The first, the middle
//! and the last n and m are tried.
//!
//! With `--nocapture` the test prints for each operation the number of panics on a collection that owns its nodes, of
//! panics on a collection that shares them, of losses of a twin with a panic in the same call, and of panics in later
//! drops.

mod common;

// The modules are in a subfolder, because cargo would compile files in this folder as separate tests.
#[path = "panics/algebra.rs"]
mod algebra;
#[path = "panics/clones.rs"]
mod clones;
#[path = "panics/entry.rs"]
mod entry;
#[path = "panics/interface.rs"]
mod interface;
#[path = "panics/map.rs"]
mod map;
#[path = "panics/owned.rs"]
mod owned;
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
const CALL_HASHER: Calls = Calls::of(&[Call::BuildHasher, Call::Hasher]);
const HASH: Calls = Calls::of(&[Call::Hash]).and(CALL_HASHER);
/// Without calls of the hasher.
const HASH_KEYS: Calls = Calls::of(&[Call::Hash]);
const LOOKUP: Calls = HASH.and(EQ);

fn new(value: u64) -> Tracked {
    Tracked::new(value)
}

/// Returns `result` from a closure, and counts this call of the closure.
fn called<T>(result: T) -> T {
    burn(Call::Closure);
    result
}

/// Returns true if the element is a multiple of `n`, and counts a call of a closure.
fn divides(n: u64, element: &Tracked) -> bool {
    called(element.value() % n == 0)
}

#[test]
fn map_operations_survive_panics() {
    trial::check("maps", &map::OPERATIONS);
}

#[test]
fn map_entry_operations_survive_panics() {
    trial::check("map entries", &entry::OPERATIONS);
}

#[test]
fn operations_on_two_maps_survive_panics() {
    trial::check("map algebra", &algebra::OPERATIONS);
}

#[test]
fn set_operations_survive_panics() {
    trial::check("sets", &set::OPERATIONS);
}

#[test]
fn transient_map_operations_survive_panics() {
    trial::check("transient maps", &transient::MAP_OPERATIONS);
}

#[test]
fn transient_set_operations_survive_panics() {
    trial::check("transient sets", &transient::SET_OPERATIONS);
}

#[test]
fn trie_operations_survive_panics() {
    trial::check("tries", &trie::OPERATIONS);
}

#[test]
fn results_of_maps_survive_panics_in_drops_of_arguments() {
    trial::check("arguments of maps", &owned::MAPS);
}

#[test]
fn results_of_sets_survive_panics_in_drops_of_arguments() {
    trial::check("arguments of sets", &owned::SETS);
}

#[test]
fn results_of_tries_survive_panics_in_drops_of_arguments() {
    trial::check("arguments of tries", &owned::TRIES);
}
