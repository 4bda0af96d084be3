//! Checks the tables of `guide::versions` row by row: which operations keep the version if they change nothing.

mod common;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::ops::{BitAndAssign, BitOrAssign, BitXorAssign, SubAssign};

use perennial::map::{Entry, EntryRef, Merge, OccupiedEntry, Patch, VacantEntry};
use perennial::{PersistentMap, PersistentSet, TransientMap, TransientSet};

use common::hashers::{Kind, TestState};
use common::scaled;

type Map = PersistentMap<u64, u64, TestState>;
type Set = PersistentSet<u64, TestState>;

/// A key that is in every map, and its value.
const HERE: u64 = 0;
const VALUE: u64 = 7;
/// A key that is in no map, and one that is added to some maps.
const ABSENT: u64 = u64::MAX;
const LATER: u64 = 1 << 40;

/// Two versions: the one that a result is compared with, and the result. Also the operands of an operation on two
/// versions.
type Pair<C> = [C; 2];

/// The first two cells of a row, and a function that runs the operation on a version.
type Experiment<C> = (&'static str, &'static str, Box<dyn Fn(&C) -> Vec<Pair<C>>>);

/// An operation on two versions, with one of its names.
type Form<C> = (&'static str, fn(&C, &C) -> C);

struct Experiments<C>(Vec<Experiment<C>>);

impl<C: Clone + 'static> Experiments<C> {
    fn run(&mut self, operation: &'static str, with: &'static str, run: impl Fn(&C) -> Vec<Pair<C>> + 'static) {
        self.0.push((operation, with, Box::new(run)));
    }

    /// Adds an in-place operation.
    fn edit<R>(&mut self, operation: &'static str, with: &'static str, edit: fn(&mut C) -> R)
    where
        R: 'static,
    {
        self.run(operation, with, move |old| {
            let mut new = old.clone();
            edit(&mut new);
            vec![[old.clone(), new]]
        });
    }

    /// Adds an operation that makes a version.
    fn derive(&mut self, operation: &'static str, with: &'static str, derive: fn(&C) -> C) {
        self.run(operation, with, move |old| vec![[old.clone(), derive(old)]]);
    }

    /// Adds an operation on two versions in each of its forms: a method, an operator and the assigning operator.
    fn combine<const N: usize>(
        &mut self,
        forms: &[Form<C>],
        with: &'static str,
        operands: fn(&C) -> [Pair<C>; N],
        compared: fn(&Pair<C>) -> &C,
    ) {
        for &(operation, combine) in forms {
            self.run(operation, with, move |old| {
                operands(old).map(|pair| [compared(&pair).clone(), combine(&pair[0], &pair[1])]).into()
            });
        }
    }
}

const fn left<C>([left, _]: &Pair<C>) -> &C {
    left
}

const fn right<C>([_, right]: &Pair<C>) -> &C {
    right
}

/// Converts an assigning operator into a function.
macro_rules! assigning {
    ($method:path) => {
        |a, b| {
            let mut a = a.clone();
            $method(&mut a, b);
            a
        }
    };
}

fn no_entries(map: &Map) -> Map {
    Map::with_hasher(TestState(map.hasher().0))
}

fn no_elements(set: &Set) -> Set {
    Set::with_hasher(TestState(set.hasher().0))
}

/// Returns a map with the same entries that shares nothing with `map`.
fn apart(map: &Map) -> Map {
    let mut apart = no_entries(map);
    apart.extend(map);
    apart
}

/// Returns a set with the same elements that shares nothing with `set`.
fn set_apart(set: &Set) -> Set {
    let mut apart = no_elements(set);
    apart.extend(set);
    apart
}

fn occupied(map: &mut Map) -> OccupiedEntry<'_, u64, u64> {
    match map.entry(HERE) {
        Entry::Occupied(entry) => entry,
        Entry::Vacant(_) => panic!("every map has the key"),
    }
}

fn vacant(map: &mut Map) -> VacantEntry<'_, u64, u64> {
    match map.entry(ABSENT) {
        Entry::Vacant(entry) => entry,
        Entry::Occupied(_) => panic!("no map has the key"),
    }
}

/// A borrowed form of a key.
#[derive(Hash)]
struct Borrowed(u64);

impl perennial::Equivalent<u64> for Borrowed {
    fn equivalent(&self, key: &u64) -> bool {
        self.0 == *key
    }
}

impl From<&Borrowed> for u64 {
    fn from(key: &Borrowed) -> u64 {
        key.0
    }
}

fn of_maps() -> Vec<Experiment<Map>> {
    let mut all = Experiments::<Map>(Vec::new());
    let equal = "an equal value for a present key";
    let absent = "an absent key";
    let there = "a present key";
    let unwritten = "a present key, and nothing is written";

    all.derive("clone", "any map", Map::clone);
    all.derive("assoc", equal, |map| map.assoc(HERE, VALUE));
    all.derive("assoc_if_changed", equal, |map| map.assoc_if_changed(HERE, VALUE));
    all.derive("dissoc", absent, |map| map.dissoc(&ABSENT));
    all.derive("alter", "an absent key, and the result is `None`", |map| map.alter(ABSENT, |_| None));
    all.derive("alter", "a present key, and the result is an equal value", |map| map.alter(HERE, |v| v.copied()));
    all.derive("filter", "a closure that accepts all entries", |map| map.filter(|_, _| true));
    let equals = "a closure that returns equal values";
    all.derive("update_values", equals, |map| map.update_values(|_, value| *value));
    all.derive("map_values", equals, |map| map.map_values(|_, value| *value));
    all.derive("filter_map", equals, |map| map.filter_map(|_, value| Some(*value)));
    all.derive("partition", "a closure that accepts all entries", |map| map.partition(|_, _| true).0);
    all.derive("assoc_if_absent", there, |map| map.assoc_if_absent(HERE, 1));

    let merge = [
        ("merge", Map::merge as fn(&Map, &Map) -> Map),
        ("|", |a, b| a | b),
        ("|=", assigning!(BitOrAssign::bitor_assign)),
    ];
    let same_or_empty = |map: &Map| [[map.clone(), map.clone()], [map.clone(), no_entries(map)]];
    all.combine(&merge, "the same version, or an empty map", same_or_empty, left);
    all.combine(&merge, "equal entries in other nodes", |map| [[map.clone(), apart(map)]], left);
    all.combine(&merge, "any map, called on an empty map", |map| [[no_entries(map), map.clone()]], right);
    let merge_with = "merge_with";
    all.combine(
        &[(merge_with, |a, b| a.merge_with(b, |_, _, _| Merge::Left))],
        "`Merge::Left` for all keys, and the other map has no other keys",
        |map| [[map.clone(), map.clone()], [map.clone(), apart(map)], [map.clone(), map.dissoc(&HERE)]],
        left,
    );
    all.combine(
        &[(merge_with, |a, b| a.merge_with(b, |_, _, _| Merge::Right))],
        "`Merge::Right` for all keys, and both maps have the same keys",
        |map| [[map.clone(), map.assoc(HERE, 1)], [map.clone(), apart(map)]],
        right,
    );
    all.combine(
        &[(merge_with, |a, b| a.merge_with(b, |_, ours, _| Merge::New(*ours)))],
        "`Merge::New` of an equal value",
        |map| [[map.clone(), map.clone()], [map.clone(), apart(map)]],
        left,
    );
    all.combine(
        &[("merge_unshared_with", |a, b| a.merge_unshared_with(b, |_, ours, _| Merge::New(*ours)))],
        "the same version",
        |map| [[map.clone(), map.clone()]],
        left,
    );
    let union_with = "union_with";
    let keep = |a: &Map, b: &Map| a.union_with(b, |_, ours, _| *ours);
    all.combine(&[(union_with, keep)], "an empty map", |map| [[map.clone(), no_entries(map)]], left);
    all.combine(
        &[(union_with, keep)],
        "a closure that returns equal values",
        |map| [[map.clone(), map.clone()], [map.clone(), apart(map)]],
        left,
    );
    let intersection = [
        ("intersection", Map::intersection as fn(&Map, &Map) -> Map),
        ("&", |a, b| a & b),
        ("&=", assigning!(BitAndAssign::bitand_assign)),
    ];
    let has_all = |map: &Map| {
        [[map.clone(), map.clone()], [map.clone(), apart(map).assoc(HERE, 1)], [map.clone(), map.assoc(LATER, 1)]]
    };
    all.combine(&intersection, "a map that has all of the keys", has_all, left);
    all.combine(
        &[("intersection_with", |a, b| a.intersection_with(b, |_, ours, _| *ours))],
        "a closure that returns equal values",
        has_all,
        left,
    );
    let difference = [
        ("difference", Map::difference as fn(&Map, &Map) -> Map),
        ("-", |a, b| a - b),
        ("-=", assigning!(SubAssign::sub_assign)),
    ];
    let has_none = |map: &Map| [[map.clone(), no_entries(map)], [map.clone(), no_entries(map).assoc(LATER, 1)]];
    all.combine(&difference, "a map that has none of the keys", has_none, left);
    let symmetric_difference = [
        ("symmetric_difference", Map::symmetric_difference as fn(&Map, &Map) -> Map),
        ("^", |a, b| a ^ b),
        ("^=", assigning!(BitXorAssign::bitxor_assign)),
    ];
    all.combine(&symmetric_difference, "an empty map", |map| [[map.clone(), no_entries(map)]], left);
    all.combine(
        &symmetric_difference,
        "any map, called on an empty map",
        |map| [[no_entries(map), map.clone()]],
        right,
    );

    all.derive("apply", "an empty patch", |map| map.apply(&Patch::between(map, map)).expect("the patch applies"));
    let merge3 = |base: &Map, [ours, theirs]: [&Map; 2]| {
        PersistentMap::merge3(base, ours, theirs, |_, conflict| conflict.ours.copied())
    };
    all.run(
        "merge3",
        "`theirs` with the same entries as `base`, shared or not; `ours` is another version",
        move |base| {
            let ours = base.assoc(LATER, 1);
            [base.clone(), apart(base)].map(|theirs| [ours.clone(), merge3(base, [&ours, &theirs])]).into()
        },
    );
    all.run("merge3", "the same changes on both sides", move |base| {
        let [ours, theirs] = [base.assoc(LATER, 1), apart(base).assoc(LATER, 1)];
        vec![[ours.clone(), merge3(base, [&ours, &theirs])]]
    });
    all.run(
        "merge3",
        "conflicts that are resolved to the values of `ours`, and no other change in `theirs`",
        move |base| {
            let [ours, theirs] = [base.assoc(HERE, 1), base.dissoc(&HERE)];
            vec![[ours.clone(), merge3(base, [&ours, &theirs])]]
        },
    );
    all.run("merge3", "`ours` is the version `base`", move |base| {
        let theirs = base.assoc(LATER, 1);
        vec![[theirs.clone(), merge3(base, [base, &theirs])]]
    });
    all.run("merge3", "`ours` with the same entries as `base` in other nodes, and changes in `theirs`", move |base| {
        let theirs = base.assoc(HERE, 1);
        let ours = apart(base);
        let merged = merge3(base, [&ours, &theirs]);
        assert!(!merged.ptr_eq(&ours));
        vec![[theirs, merged]]
    });

    all.edit("insert", equal, |map| map.insert(HERE, VALUE));
    all.edit("try_insert", there, |map| assert!(map.try_insert(HERE, 1).is_err()));
    all.edit("remove", absent, |map| map.remove(&ABSENT));
    all.edit("remove_entry", absent, |map| map.remove_entry(&ABSENT));
    all.edit("get_mut", absent, |map| assert!(map.get_mut(&ABSENT).is_none()));
    all.edit("get_key_value_mut", absent, |map| assert!(map.get_key_value_mut(&ABSENT).is_none()));
    all.edit("get_disjoint_mut", absent, |map| assert_eq!(map.get_disjoint_mut([&ABSENT, &LATER]), [None, None]));
    all.edit("get_mut", unwritten, |map| assert!(map.get_mut(&HERE).is_some()));
    all.edit("get_key_value_mut", unwritten, |map| assert!(map.get_key_value_mut(&HERE).is_some()));
    all.edit("get_disjoint_mut", unwritten, |map| assert!(map.get_disjoint_mut([&ABSENT, &HERE])[1].is_some()));
    all.edit("map[&key]", unwritten, |map| assert_eq!(*std::ops::IndexMut::index_mut(map, &HERE), VALUE));
    all.edit("entry", "any key, and the entry is dropped", |map| {
        assert!(matches!(map.entry(HERE), Entry::Occupied(_)));
        assert!(matches!(map.entry(ABSENT), Entry::Vacant(_)));
    });
    all.edit("entry_ref", "any key, and the entry is dropped", |map| {
        assert!(matches!(map.entry_ref(&Borrowed(HERE)), EntryRef::Occupied(_)));
        assert!(matches!(map.entry_ref(&Borrowed(ABSENT)), EntryRef::Vacant(_)));
    });
    all.edit("VacantEntryRef::key", absent, |map| match map.entry_ref(&Borrowed(ABSENT)) {
        EntryRef::Vacant(entry) => drop(entry.key()),
        EntryRef::Occupied(_) => panic!("no map has the key"),
    });
    all.edit("EntryRef::and_modify", absent, |map| {
        drop(map.entry_ref(&Borrowed(ABSENT)).and_modify(|value| *value = 1))
    });
    all.edit("EntryRef::or_insert", there, |map| *map.entry_ref(&Borrowed(HERE)).or_insert(1));
    all.edit("EntryRef::or_insert_with", there, |map| *map.entry_ref(&Borrowed(HERE)).or_insert_with(|| 1));
    all.edit("EntryRef::or_insert_with_key", there, |map| *map.entry_ref(&Borrowed(HERE)).or_insert_with_key(|_| 1));
    all.edit("EntryRef::or_default", there, |map| *map.entry_ref(&Borrowed(HERE)).or_default());
    all.edit("EntryRef::and_modify", unwritten, |map| drop(map.entry_ref(&Borrowed(HERE)).and_modify(|_| ())));
    all.edit("EntryRef::insert_entry", equal, |map| *map.entry_ref(&Borrowed(HERE)).insert_entry(VALUE).key());
    all.edit("Entry::key", there, |map| *map.entry(HERE).key());
    all.edit("OccupiedEntry::key", there, |map| *occupied(map).key());
    all.edit("OccupiedEntry::get", there, |map| *occupied(map).get());
    all.edit("Entry::key", absent, |map| *map.entry(ABSENT).key());
    all.edit("Entry::and_modify", absent, |map| drop(map.entry(ABSENT).and_modify(|value| *value = 1)));
    all.edit("VacantEntry::key", absent, |map| *vacant(map).key());
    all.edit("VacantEntry::into_key", absent, |map| vacant(map).into_key());
    all.edit("Entry::or_insert", there, |map| *map.entry(HERE).or_insert(1));
    all.edit("Entry::or_insert_with", there, |map| *map.entry(HERE).or_insert_with(|| 1));
    all.edit("Entry::or_insert_with_key", there, |map| *map.entry(HERE).or_insert_with_key(|_| 1));
    all.edit("Entry::or_default", there, |map| *map.entry(HERE).or_default());
    all.edit("Entry::and_modify", unwritten, |map| drop(map.entry(HERE).and_modify(|_| ())));
    all.edit("OccupiedEntry::get_mut", unwritten, |map| *occupied(map).get_mut());
    all.edit("OccupiedEntry::into_mut", unwritten, |map| *occupied(map).into_mut());
    all.edit("Entry::insert_entry", equal, |map| *map.entry(HERE).insert_entry(VALUE).key());
    all.edit("OccupiedEntry::insert", equal, |map| occupied(map).insert(VALUE));
    all.edit("retain", "a closure that accepts all entries", |map| map.retain(|_, _| true));
    all.edit("extract_if", "a closure that accepts no entry", |map| {
        assert!(map.extract_if(|_, _| false).next().is_none())
    });
    all.run("clear", "an empty map", |map| {
        let mut cleared = no_entries(map);
        cleared.clear();
        vec![[no_entries(map), cleared]]
    });
    all.run("pop", "an empty map", |map| {
        let mut popped = no_entries(map);
        assert_eq!(popped.pop(), None);
        vec![[no_entries(map), popped]]
    });
    all.run("drain", "an empty map", |map| {
        let mut drained = no_entries(map);
        assert!(drained.drain().next().is_none());
        vec![[no_entries(map), drained]]
    });
    type Walk = fn(&mut Map, usize) -> usize;
    let iterators: [(_, Walk); 3] = [
        ("iter_mut", |map, n| map.iter_mut().take(n).count()),
        ("values_mut", |map, n| map.values_mut().take(n).count()),
        ("&mut map", |map, n| map.into_iter().take(n).count()),
    ];
    for (operation, walk) in iterators {
        all.run(operation, "an empty map", move |map| {
            let mut walked = no_entries(map);
            assert_eq!(walk(&mut walked, 1), 0);
            vec![[no_entries(map), walked]]
        });
        all.run(operation, "a map with entries, even if the iterator is not advanced", move |map| {
            let [mut begun, mut walked] = [map.clone(), map.clone()];
            assert_eq!([walk(&mut begun, 0), walk(&mut walked, usize::MAX)], [0, map.len()]);
            vec![[map.clone(), begun], [map.clone(), walked]]
        });
    }
    all.edit("extend", "an empty iterator", |map| map.extend([(0, 0); 0]));
    all.edit("extend", "equal values for present keys", |map| {
        map.extend([(HERE, VALUE)]);
        map.extend([(&HERE, &VALUE)]);
    });
    all.edit("shrink_to_fit", "a map whose nodes another version shares", Map::shrink_to_fit);
    all.derive("into_transient", "`into_persistent`, without an edit in between", |map| {
        map.clone().into_transient().into_persistent()
    });
    all.derive("try_into_transient", "a map that shares nodes with another version", |map| {
        map.clone().try_into_transient().expect_err("the original shares its nodes")
    });
    all.0
}

fn of_sets() -> Vec<Experiment<Set>> {
    let mut all = Experiments::<Set>(Vec::new());
    let there = "a present element";
    let absent = "an absent element";

    all.derive("clone", "any set", Set::clone);
    all.derive("conj", there, |set| set.conj(HERE));
    all.derive("disj", absent, |set| set.disj(&ABSENT));
    all.derive("filter", "a closure that accepts all elements", |set| set.filter(|_| true));
    all.derive("partition", "a closure that accepts all elements", |set| set.partition(|_| true).0);
    let union = [
        ("union", Set::union as fn(&Set, &Set) -> Set),
        ("|", |a, b| a | b),
        ("|=", assigning!(BitOrAssign::bitor_assign)),
    ];
    let no_more =
        |set: &Set| [set.clone(), set_apart(set), set.disj(&HERE), no_elements(set)].map(|b| [set.clone(), b]);
    all.combine(&union, "a subset", no_more, left);
    all.combine(&union, "any set, called on an empty set", |set| [[no_elements(set), set.clone()]], right);
    let intersection = [
        ("intersection", Set::intersection as fn(&Set, &Set) -> Set),
        ("&", |a, b| a & b),
        ("&=", assigning!(BitAndAssign::bitand_assign)),
    ];
    let has_all = |set: &Set| [set.clone(), set_apart(set), set.conj(LATER)].map(|b| [set.clone(), b]);
    all.combine(&intersection, "a set that has all of the elements", has_all, left);
    let difference = [
        ("difference", Set::difference as fn(&Set, &Set) -> Set),
        ("-", |a, b| a - b),
        ("-=", assigning!(SubAssign::sub_assign)),
    ];
    let has_none = |set: &Set| [no_elements(set), no_elements(set).conj(LATER)].map(|b| [set.clone(), b]);
    all.combine(&difference, "a set that has none of the elements", has_none, left);
    let symmetric_difference = [
        ("symmetric_difference", Set::symmetric_difference as fn(&Set, &Set) -> Set),
        ("^", |a, b| a ^ b),
        ("^=", assigning!(BitXorAssign::bitxor_assign)),
    ];
    all.combine(&symmetric_difference, "an empty set", |set| [[set.clone(), no_elements(set)]], left);
    all.combine(
        &symmetric_difference,
        "any set, called on an empty set",
        |set| [[no_elements(set), set.clone()]],
        right,
    );

    all.edit("insert", there, |set| assert!(!set.insert(HERE)));
    all.edit("get_or_insert", there, |set| *set.get_or_insert(HERE));
    all.edit("get_or_insert_with", there, |set| *set.get_or_insert_with(&HERE, |_| panic!("the element is present")));
    all.edit("replace", there, |set| set.replace(HERE));
    all.edit("remove", absent, |set| set.remove(&ABSENT));
    all.edit("take", absent, |set| set.take(&ABSENT));
    all.edit("retain", "a closure that accepts all elements", |set| set.retain(|_| true));
    all.edit("extract_if", "a closure that accepts no element", |set| {
        assert!(set.extract_if(|_| false).next().is_none())
    });
    all.run("clear", "an empty set", |set| {
        let mut cleared = no_elements(set);
        cleared.clear();
        vec![[no_elements(set), cleared]]
    });
    all.run("pop", "an empty set", |set| {
        let mut popped = no_elements(set);
        assert_eq!(popped.pop(), None);
        vec![[no_elements(set), popped]]
    });
    all.run("drain", "an empty set", |set| {
        let mut drained = no_elements(set);
        assert!(drained.drain().next().is_none());
        vec![[no_elements(set), drained]]
    });
    all.edit("extend", "present elements, or none", |set| {
        set.extend([HERE, HERE]);
        set.extend(&[HERE]);
        set.extend([0; 0]);
    });
    all.edit("shrink_to_fit", "a set whose nodes another version shares", Set::shrink_to_fit);
    all.derive("into_transient", "`into_persistent`, without an edit in between", |set| {
        set.clone().into_transient().into_persistent()
    });
    all.derive("try_into_transient", "a set that shares nodes with another version", |set| {
        set.clone().try_into_transient().expect_err("the original shares its nodes")
    });
    all.0
}

fn read(path: &str) -> String {
    fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .expect("the file is in the repository")
        .replace("\r\n", "\n")
}

/// Returns the rows of the table under a heading: the operation, its arguments, and what happens to the version. A row
/// for several operations becomes several rows.
fn rows(heading: &str) -> Vec<[String; 3]> {
    let page = read("src/guide/versions.md");
    let (_, section) = page.split_once(&format!("\n# {heading}\n")).expect("the page has the heading");
    let table = section.lines().take_while(|line| !line.starts_with("# ")).filter_map(|line| line.strip_prefix("| "));
    let mut rows = Vec::new();
    for line in table.skip(1) {
        let line = line.strip_suffix(" |").expect("a row ends with a bar").replace(r"\|", "\0");
        let cells: Vec<&str> = line.split(" | ").collect();
        let [operations, with, version] = cells[..] else { panic!("three cells in each row: {line}") };
        let mut quoted = operations.split('`').skip(1).step_by(2).peekable();
        assert!(quoted.peek().is_some(), "no operation: {line}");
        // The name after `by` is a trait.
        let by = operations.split(" by ").nth(1).map(|name| name.trim_matches('`'));
        rows.extend(
            quoted
                .filter(|&name| Some(name) != by)
                .map(|name| [name, with, version].map(|cell| cell.replace('\0', "|"))),
        );
    }
    rows
}

/// Returns the public operations of a type that can make or edit a version, with the names that the tables use.
fn operations(interface: &str, owner: &str) -> BTreeSet<String> {
    // Operations that always change the contents.
    const CHANGES: [&str; 6] = [
        "OccupiedEntry::remove",
        "OccupiedEntry::remove_entry",
        "VacantEntry::insert",
        "VacantEntry::insert_entry",
        "VacantEntryRef::insert",
        "VacantEntryRef::insert_entry",
    ];
    const OPERATORS: [(&str, &str); 9] = [
        ("bitor", "|"),
        ("bitor_assign", "|="),
        ("bitand", "&"),
        ("bitand_assign", "&="),
        ("sub", "-"),
        ("sub_assign", "-="),
        ("bitxor", "^"),
        ("bitxor_assign", "^="),
        ("index_mut", "map[&key]"),
    ];
    let is_entry = owner.contains("Entry");
    let named = |line: &str| {
        let (of, rest) = line.split_once(&format!("::{owner}<"))?;
        let name = rest.split_once(">::")?.1.split(['(', '<']).next()?;
        let (arguments, result) = rest.rsplit_once(" -> ").unwrap_or((rest, ""));
        let makes_one = ["Self", "PersistentMap<", "PersistentSet<", "TransientMap<", "TransientSet<"];
        let takes_one = arguments.contains("self") || arguments.contains("&Self");
        let derives = takes_one && result != "&Self" && makes_one.iter().any(|made| result.contains(made));
        let edits = arguments.contains("mut self") || of.contains("&'a mut") && name == "into_iter";
        let counts = if is_entry { name != "fmt" } else { derives || edits };
        let operator = OPERATORS.iter().find(|(method, _)| *method == name).map(|(_, operator)| *operator);
        counts.then(|| match operator {
            Some(operator) => operator.to_owned(),
            None if is_entry => format!("{owner}::{name}"),
            None if name == "into_iter" => "&mut map".to_owned(),
            None => name.to_owned(),
        })
    };
    let functions = interface.lines().filter(|line| line.starts_with("pub fn ") || line.starts_with("pub const fn "));
    let functions = functions.filter(|line| !line.contains("::trie::"));
    functions.filter_map(named).filter(|name| !CHANGES.contains(&name.as_str())).collect()
}

#[test]
fn no_operation_is_missing_from_the_tables() {
    let interface = read("tests/public_api/default.txt");
    let has = |owner: &str, names: &[&str]| {
        let found = operations(&interface, owner);
        assert!(names.iter().all(|&name| found.contains(name)), "{owner}: {found:?}");
    };
    has("PersistentMap", &["assoc", "merge3", "insert", "apply", "|", "^=", "map[&key]", "&mut map", "drain", "clone"]);
    has("PersistentSet", &["conj", "take", "&", "extend"]);
    for (heading, owners) in [
        ("Maps", &["PersistentMap", "Entry", "OccupiedEntry", "VacantEntry", "EntryRef", "VacantEntryRef"][..]),
        ("Sets", &["PersistentSet"]),
    ] {
        let public: BTreeSet<_> = owners.iter().flat_map(|owner| operations(&interface, owner)).collect();
        let listed: BTreeSet<_> = rows(heading).into_iter().map(|[operation, ..]| operation).collect();
        assert_eq!(listed, public, "{heading}");
    }
}

/// Runs the experiment of each row. `is_same` returns true for two handles of the same version.
fn check<C: PartialEq + Debug>(
    heading: &str,
    experiments: &[Experiment<C>],
    samples: &[C],
    is_same: fn(&C, &C) -> bool,
) {
    let rows = rows(heading);
    let of_rows: Vec<_> = rows.iter().map(|[operation, with, _]| (operation.as_str(), with.as_str())).collect();
    let of_experiments: BTreeSet<_> = experiments.iter().map(|&(operation, with, _)| (operation, with)).collect();
    assert_eq!(of_rows.iter().collect::<BTreeSet<_>>().len(), rows.len(), "there are two equal rows");
    assert_eq!(of_experiments.len(), experiments.len(), "there are two experiments for the same row");
    assert_eq!(of_rows.into_iter().collect::<BTreeSet<_>>(), of_experiments, "rows and experiments differ");

    for [operation, with, version] in &rows {
        let (_, _, run) =
            experiments.iter().find(|(o, w, _)| o == operation && w == with).expect("each row has an experiment");
        for sample in samples {
            let pairs = run(sample);
            assert!(!pairs.is_empty());
            for [expected, found] in pairs {
                assert_eq!(found, expected, "{operation}, {with}: the contents have changed");
                let same = match version.as_str() {
                    "kept" | "the other's" => true,
                    "new" => false,
                    _ => panic!("unknown: {version}"),
                };
                assert_eq!(is_same(&found, &expected), same, "{operation}, {with}: not {version}");
            }
        }
    }
}

const KINDS: [Kind; 3] = [Kind::Good, Kind::Eight, Kind::Constant];

/// The smallest maps are one bucket, the largest have several levels of nodes.
const SIZES: [u64; 4] = [2, 16, 17, scaled(600, 40) as u64];

fn sizes_and_kinds() -> impl Iterator<Item = (u64, Kind)> {
    SIZES.into_iter().flat_map(|size| KINDS.map(|kind| (size, kind)))
}

fn maps() -> Vec<Map> {
    let map = |(size, kind)| common::build(kind, (0..size).map(|key| (key, key + VALUE)));
    sizes_and_kinds().map(map).collect()
}

fn sets() -> Vec<Set> {
    let set = |(size, kind)| {
        let mut set = Set::with_hasher(TestState(kind));
        set.extend(0..size);
        set
    };
    sizes_and_kinds().map(set).collect()
}

#[test]
fn maps_keep_the_version_as_the_table_says() {
    check("Maps", &of_maps(), &maps(), Map::ptr_eq);
}

#[test]
fn sets_keep_the_version_as_the_table_says() {
    check("Sets", &of_sets(), &sets(), Set::ptr_eq);
}

#[test]
fn transients_keep_the_version_where_operations_in_place_do() {
    type Row<T> = (bool, fn(&mut T));
    let of_maps: [Row<TransientMap<u64, u64, TestState>>; 11] = [
        (true, |map| assert!(map.remove(&ABSENT).is_none())),
        (true, |map| assert!(map.remove_entry(&ABSENT).is_none())),
        (true, |map| assert!(map.get_mut(&ABSENT).is_none())),
        (true, |map| assert_eq!(map.entry(HERE).key(), &HERE)),
        (true, |map| assert_eq!(map.entry(ABSENT).key(), &ABSENT)),
        (true, |map| map.retain(|_, _| true)),
        (true, |map| map.extend([(0, 0); 0])),
        (false, |map| assert_eq!(map.insert(HERE, VALUE), Some(VALUE))),
        (false, |map| assert!(map.get_mut(&HERE).is_some())),
        (false, |map| assert_eq!(map.entry(HERE).or_default(), &VALUE)),
        (false, |map| map.extend([(HERE, VALUE)])),
    ];
    let of_sets: [Row<TransientSet<u64, TestState>>; 6] = [
        (true, |set| assert!(!set.insert(HERE))),
        (true, |set| assert!(!set.remove(&ABSENT))),
        (true, |set| assert!(set.take(&ABSENT).is_none())),
        (true, |set| set.retain(|_| true)),
        (true, |set| set.extend([HERE])),
        (false, |set| assert_eq!(set.replace(HERE), Some(HERE))),
    ];
    for (map, set) in maps().into_iter().zip(sets()) {
        for (row, (kept, edit)) in of_maps.into_iter().enumerate() {
            let mut transient = map.clone().into_transient();
            edit(&mut transient);
            let edited = transient.into_persistent();
            assert!(edited == map && edited.ptr_eq(&map) == kept, "row {row}");
        }
        for (row, (kept, edit)) in of_sets.into_iter().enumerate() {
            let mut transient = set.clone().into_transient();
            edit(&mut transient);
            let edited = transient.into_persistent();
            assert!(edited == set && edited.ptr_eq(&set) == kept, "row {row}");
        }
    }
}

#[test]
fn with_disagreeing_hashers_only_the_version_of_the_other_map_is_new() {
    for (map, set) in maps().into_iter().zip(sets()) {
        let empty = Map::with_hasher(TestState(Kind::TopBits));
        let mut other = empty.clone();
        other.extend(&map);
        assert!(map.intersection(&other).ptr_eq(&map));
        assert!(map.merge(&empty).ptr_eq(&map));
        assert!(map.difference(&empty.assoc(LATER, 1)).ptr_eq(&map));
        assert!(PersistentMap::merge3(&other, &map, &other, |_, _| None).ptr_eq(&map));
        let merged = empty.merge(&map);
        assert!(merged == map && !merged.ptr_eq(&map));

        let mut other = Set::with_hasher(TestState(Kind::TopBits));
        other.extend(&set);
        assert!(set.union(&other).ptr_eq(&set) && set.intersection(&other).ptr_eq(&set));
        let joined = Set::with_hasher(TestState(Kind::TopBits)).union(&set);
        assert!(joined == set && !joined.ptr_eq(&set));
    }
}
