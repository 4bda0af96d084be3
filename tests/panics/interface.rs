//! Checks that no public operation is missing from the tables.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::trial::{Operation, Subject};
use super::{algebra, entry, map, set, transient, trie};

/// Methods that call no user code, in any type.
const CALL_NOTHING: [&str; 15] = [
    "new",
    "with_hasher",
    "hasher",
    "len",
    "is_empty",
    "ptr_eq",
    "iter",
    "iter_in_stored_order",
    "keys",
    "values",
    "validate",
    "same_shape",
    "memory_usage",
    "not_shared_with",
    "nodes",
];

/// Traits that are markers, that only format values, or whose implementations are used by a method in a table.
const COVERED_BY_OTHERS: [&str; 8] =
    ["Copy", "Eq", "Debug", "Display", "Error", "Iterator", "ExactSizeIterator", "FusedIterator"];

/// Other operations that call no user code.
const EXEMPT: [&str; 28] = [
    "map::Entry::key",
    "map::OccupiedEntry::key",
    "map::OccupiedEntry::get",
    "map::VacantEntry::key",
    "HashTrie: Default",
    "map::Change::key",
    "map::Change::before",
    "map::Change::after",
    "map::Change: Clone",
    "map::Conflict: Clone",
    "map::PatchConflict::key",
    "map::PatchError::conflicts",
    "map::PatchError::into_conflicts",
    "set::Change: Clone",
    "map::Iter: Clone",
    "map::IterInHashOrder: Clone",
    "map::IterInStoredOrder: Clone",
    "map::Keys: Clone",
    "map::Values: Clone",
    "set::Iter: Clone",
    "set::Iter: Default",
    "set::IterInHashOrder: Clone",
    "set::IterInStoredOrder: Clone",
    "set::IterInStoredOrder: Default",
    "set::IntoIter: Default",
    "trie::Iter: Clone",
    "trie::Iter: Default",
    "trie::IntoIter: Default",
];

/// Reads the files of a directory and its subdirectories.
fn files(directory: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).expect("the sources exist") {
        let path = entry.expect("the sources can be listed").path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(fs::read_to_string(&path).expect("sources are text").replace("\r\n", "\n"));
        }
    }
}

/// Returns the name at the beginning of `text`.
fn name(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().expect("there is a first part")
}

/// Parses `impl<…> Trait<…> for Type<…>` or `impl<…> Type<…>`. Returns the names of the trait and of the type.
fn header(line: &str) -> Option<(Option<String>, String)> {
    let line = line.replace("->", "");
    let generics = line.strip_prefix("impl")?;
    let mut depth = 0;
    let end = generics.find(|c| {
        depth += match c {
            '<' => 1,
            '>' => -1,
            _ => 0,
        };
        depth == 0
    })?;
    let rest = generics[end + 1..].trim_start();
    let (of, on) = match rest.split_once(" for ") {
        Some((of, on)) => (Some(name(of.trim_start_matches("fmt::")).to_owned()), on),
        None => (None, rest),
    };
    let on = on.trim_start_matches(['&', '\'', 'a', ' ']).trim_start_matches("mut ");
    Some((of, name(on).to_owned()))
}

/// Returns the name of the public type that a line defines.
fn type_of(line: &str) -> Option<&str> {
    line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum ")).map(name)
}

/// Finds the operations of the public types of a module, as `module::Type::method` or `module::Type: Trait`.
fn operations(module: &str, texts: &[&str], found: &mut BTreeSet<String>) {
    let lines = || texts.iter().flat_map(|text| text.lines().take_while(|line| !line.starts_with("mod tests {")));
    let types: BTreeSet<&str> = lines().filter_map(type_of).collect();
    let mut on = None;
    for line in lines() {
        if let Some((of, of_type)) = header(line) {
            on = Some(of_type).filter(|on| types.contains(on.as_str()));
            if let (Some(on), Some(of)) = (&on, of.filter(|of| !COVERED_BY_OTHERS.contains(&of.as_str()))) {
                found.insert(format!("{module}::{on}: {of}"));
            }
        }
        let method = line.strip_prefix("    pub fn ").or_else(|| line.strip_prefix("    pub const fn ")).map(name);
        if let (Some(on), Some(method)) = (&on, method.filter(|method| !CALL_NOTHING.contains(method))) {
            found.insert(format!("{module}::{on}::{method}"));
        }
    }
}

/// Returns the names of the operations in a table, without the variants after the comma.
fn names<S: Subject>(table: &[Operation<S>]) -> impl Iterator<Item = &'static str> {
    let plain = |row: &Operation<S>| row.name.split(',').next().expect("there is a first part");
    table.iter().map(plain).map(|name| name.trim_start_matches("&mut ").trim_start_matches('&'))
}

#[test]
fn no_public_operation_is_missing_from_the_tables() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    for module in ["map", "set", "transient", "trie"] {
        let mut sources = vec![
            fs::read_to_string(root.join(module).with_extension("rs")).expect("sources are text").replace("\r\n", "\n"),
        ];
        files(&root.join(module), &mut sources);
        let texts: Vec<&str> = sources.iter().map(String::as_str).collect();
        operations(module, &texts, &mut found);
    }
    assert!(found.len() > 100, "too few operations were found in the sources: {found:?}");

    let mut tried: BTreeSet<&str> = EXEMPT.into();
    tried.extend(names(&map::OPERATIONS).chain(names(&entry::OPERATIONS)).chain(names(&algebra::OPERATIONS)));
    tried.extend(names(&set::OPERATIONS).chain(names(&trie::OPERATIONS)));
    tried.extend(names(&transient::MAP_OPERATIONS).chain(names(&transient::SET_OPERATIONS)));
    let missing = found.iter().filter(|&operation| {
        let plain = operation.split_once("::").expect("the name begins with a module").1;
        !tried.contains(operation.as_str()) && !tried.contains(plain)
    });
    let missing: Vec<_> = missing.collect();
    assert!(missing.is_empty(), "missing from the tables: {missing:#?}");
}
