//! A panic in the user's code, at whichever call of it, leaves every collection sound and nothing lost.
//!
//! Every public operation stands in a table below `panics/`. A fuse is laid in `Hash`, `Eq`, `Clone`, `Drop`, a hasher
//! or a closure, and blown at its n-th call, for every n until the operation gets through. With `--nocapture` each
//! operation's count of panics is printed.

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
    trial::check(&map::OPERATIONS);
}

#[test]
fn map_entries() {
    trial::check(&entry::OPERATIONS);
}

#[test]
fn map_algebra() {
    trial::check(&algebra::OPERATIONS);
}

#[test]
fn sets() {
    trial::check(&set::OPERATIONS);
}

#[test]
fn transient_maps() {
    trial::check(&transient::MAP_OPERATIONS);
}

#[test]
fn transient_sets() {
    trial::check(&transient::SET_OPERATIONS);
}

#[test]
fn tries() {
    trial::check(&trie::OPERATIONS);
}
