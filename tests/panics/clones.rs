//! Which elements an operation clones if all nodes have another owner.
//!
//! Behind pointers, only entries that the operation changes or returns are cloned, never their neighbours. The rows are
//! those of the other tables, so none of the public operations is missing.

use super::trial::{Operation, Scope, Subject, most_clones};
use super::{algebra, entry, map, set, transient, trie};
use crate::common::tracked::LARGE_ENTRIES;

/// The operations that change or return many entries, and so clone each of them once.
const EACH_ONCE: [&str; 65] = [
    "PersistentMap::get_disjoint_mut, of several",
    "PersistentMap::update_values",
    "PersistentMap::map_values",
    "PersistentMap::filter_map",
    "PersistentMap::pop",
    "PersistentMap::extract_if",
    "PersistentMap::extract_if, in part",
    "PersistentMap::drain",
    "PersistentMap::drain, in part",
    "PersistentMap::iter_mut",
    "PersistentMap::iter_mut, formatted",
    "PersistentMap::values_mut, by fold",
    "&mut PersistentMap: IntoIterator",
    "PersistentMap: IntoIterator",
    "PersistentMap: IntoIterator, in part",
    "PersistentMap: IntoIterator, formatted",
    "PersistentMap::into_iter_in_stored_order",
    "PersistentMap::into_iter_in_stored_order, in part",
    "PersistentMap::into_keys",
    "PersistentMap::into_values",
    "PersistentMap: Extend",
    "map::IntoIter: Clone",
    "map::IntoKeys: Clone",
    "map::IntoValues: Clone",
    // If both maps have a key, that of the first stays with the value of the second.
    "PersistentMap::merge",
    "PersistentMap::merge, dropped",
    "&PersistentMap: BitOr<&PersistentMap>",
    "PersistentMap: BitOrAssign<&PersistentMap>",
    "PersistentMap::merge_with",
    "PersistentMap::merge_unshared_with",
    "PersistentMap::union_with",
    "PersistentMap::intersection_with",
    "PersistentMap::merge3",
    // A patch has the keys and values of its changes.
    "Patch::between",
    "Patch::inverse",
    "Patch::inverse, shared",
    "Patch::get",
    "Patch::then",
    "Patch::then, with an error",
    "Patch: FromIterator",
    "Patch: Clone",
    "Patch: Default",
    "PersistentMap::apply",
    "PersistentMap::apply, with an error",
    "PersistentSet::extract_if",
    "PersistentSet::pop",
    "PersistentSet::drain",
    "PersistentSet::drain, in part",
    "PersistentSet: IntoIterator",
    "PersistentSet: IntoIterator, in part",
    "PersistentSet::into_iter_in_stored_order",
    "PersistentSet: IntoIterator, formatted",
    "set::IntoIter: Clone",
    "TransientMap::extract_if",
    "TransientMap::pop",
    "TransientMap::iter_mut",
    "TransientMap::values_mut",
    "&mut TransientMap: IntoIterator",
    "TransientSet::extract_if",
    "TransientSet::pop",
    "TransientMap::drain",
    "TransientMap::drain, in part",
    "TransientMap: Extend",
    "TransientSet::drain",
    "trie::IntoIter: Clone",
];

/// The operations on tries that do so.
const EACH_ONCE_OF_A_TRIE: [&str; 5] = [
    "HashTrie::iter_mut",
    "HashTrie::extract_if",
    "HashTrie::extract_if, in part",
    "HashTrie: IntoIterator",
    "HashTrie: IntoIterator, in part",
];

/// Makes two patches of the same changes.
const EACH_TWICE: &str = "Patch: PartialEq";

fn check<S: Subject>(operations: &[Operation<S>], wrong: &mut Vec<String>) {
    for (name, scope, clones, elements) in most_clones(operations) {
        let each = EACH_ONCE.contains(&name) || EACH_ONCE_OF_A_TRIE.contains(&name) || name == EACH_TWICE;
        let most = match scope {
            // Some operations copy a leaf twice: for each of two results, or when it is split after a copy.
            _ if !LARGE_ENTRIES => 2 * elements,
            // A key and a value.
            Scope::Entry => 2,
            _ if each => elements,
            _ => 0,
        };
        if clones > most || clones == 0 && each {
            wrong.push(format!("{name} clones {clones} of {elements} elements"));
        }
    }
}

#[test]
fn neighbours_of_entries_behind_pointers_are_not_cloned() {
    let mut wrong = Vec::new();
    check(&map::OPERATIONS, &mut wrong);
    check(&entry::OPERATIONS, &mut wrong);
    check(&algebra::OPERATIONS, &mut wrong);
    check(&set::OPERATIONS, &mut wrong);
    check(&transient::MAP_OPERATIONS, &mut wrong);
    check(&transient::SET_OPERATIONS, &mut wrong);
    check(&trie::OPERATIONS, &mut wrong);
    assert!(wrong.is_empty(), "too many clones, or none where the list says some:\n{}", wrong.join("\n"));
}
