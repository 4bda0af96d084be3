//! What programs for `im` write, and what the compiler must infer in it.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use super::State;
use super::im::hashmap::{ConsumingIter, Entry, HashMap, OccupiedEntry, VacantEntry};
use super::im::hashset::{ConsumingIter as Elements, HashSet};
use super::im::{OrdMap, Vector, get_in, hashmap, hashset, ordmap, ordset, update_in, vector};
use crate::common::Weak;

#[test]
fn lookups_infer_the_type_of_the_key() {
    let set: HashSet<u32> = hashset! { 1, 2, 3 };
    let map: HashMap<u64, &str> = hashmap! { 5 => "five" };
    // Through `Borrow` the compiler knows what is looked up, and dereferences `&&u32`.
    assert_eq!([1, 4].iter().filter(|n| set.contains(n)).count(), 1);
    assert_eq!(map.get(&"5".parse().unwrap()), Some(&"five"));
    assert!(map.contains_key(&5_u32.into()));
}

#[test]
fn keys_are_found_by_what_they_can_be_borrowed_as() {
    let mut map = HashMap::new();
    map.insert("a".to_owned(), 1);
    let set: HashSet<Arc<str>> = ["b"].into_iter().collect();
    assert_eq!((map.get("a"), map.get(&"a".to_owned()), map["a"]), (Some(&1), Some(&1), 1));
    assert!(set.contains("b") && !set.contains("a"));
    map["a"] += 1;
    assert_eq!((map.without("a").len(), map.extract("a").unwrap().0), (0, 2));
}

#[test]
fn conversions_are_inferred() {
    let map: HashMap<_, _> = vec![("a", 1)].into();
    assert_eq!(map, [("a", 1)].into_iter().collect());
    let set: HashSet<String> = ["a", "b"].into_iter().collect();
    assert_eq!(set, vec!["b".to_owned(), "a".to_owned()].into());
    let borrowed: HashMap<&str, &i32> = map.iter().map(|(key, n)| (*key, n)).collect();
    let owned: HashMap<String, i32> = HashMap::from(&borrowed);
    let mut owned: HashMap<String, f64> = owned.into_iter().map(|(key, n)| (key, n.into())).collect();
    owned.extend(vec![("b", 2_f32)]);
    assert_eq!(owned.len(), 2);
    let parsed: Result<HashMap<&str, u8>, _> = ["1", "x"].iter().map(|text| Ok((*text, text.parse()?))).collect();
    let _: std::num::ParseIntError = parsed.unwrap_err();
    let ordered: OrdMap<_, _> = map.clone().into();
    assert_eq!(ordered, ordmap! { "a" => 1 });
    assert_eq!(HashMap::from(BTreeMap::from([("a", 1)])), map);
    assert_eq!(HashSet::from(ordset! { 1 }), hashset! { 1 });
    assert_eq!(HashSet::from(vector![1, 1]), hashset! { 1 });
    let _: (Vec<u8>, Vector<u8>) = (hashset![1].into_iter().collect(), hashset![1].iter().copied().collect());
}

#[test]
fn macros_reach_into_maps_of_maps() {
    let (map, key) = (hashmap! { 1 => hashmap! { "x" => 2 } }, &"x");
    assert_eq!(get_in![map, &1 => key], Some(&2));
    let vectors = vector![vector![0]];
    assert_eq!(update_in![vectors, 0 => 0, 1], vector![vector![1]]);
}

/// The types with all of their parameters.
fn named<'a>(entry: Entry<'a, String, u8, State>) -> Result<OccupiedEntry<'a, String, u8, State>, String> {
    match entry {
        Entry::Occupied(entry) => Ok(entry),
        Entry::Vacant(entry) => {
            let entry: VacantEntry<'a, String, u8, State> = entry;
            Err(entry.into_key())
        }
    }
}

#[test]
fn types_have_the_same_parameters() {
    let mut map = hashmap! { "a".to_owned() => 1 };
    assert_eq!(named(map.entry("b".into())).err(), Some("b".to_owned()));
    assert_eq!(named(map.entry("a".into())).ok().map(OccupiedEntry::remove), Some(1));
    let entries: ConsumingIter<(String, u8)> = map.into_iter();
    let elements: Elements<u8> = hashset![1].into_iter();
    assert_eq!((entries.len(), elements.len()), (0, 1));
}

/// Generic code with the bounds of `im`: nothing asks `Clone` of a hasher.
fn updated<K: Hash + Eq + Clone, V: Clone, S: BuildHasher>(map: &HashMap<K, V, S>, k: K, v: V) -> HashMap<K, V, S> {
    map.clone().union(map.update(k, v)) + map.new_from()
}

#[test]
fn generic_code_needs_no_more_bounds() {
    assert_eq!(updated(&HashMap::<_, _, Weak>::default(), "a", 1).len(), 1);
}

/// Structures that derive everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Derived {
    map: HashMap<String, HashSet<u8>>,
    set: HashSet<HashMap<u8, u8>>,
}

#[test]
fn structures_can_derive() {
    let mut one = Derived::default();
    one.map.entry("a".into()).or_default().insert(1);
    one.set.insert(hashmap! { 1 => 2 });
    assert!(one == one.clone() && one > Derived::default());
    assert!(one.set.contains(&hashmap! { 1 => 2 }.update(1, 2)));
    let shown = r#"Derived { map: {"a": {1}}, set: {{1: 2}} }"#;
    assert_eq!(format!("{one:?}"), shown);
    let _: &(dyn Send + Sync) = &one;
}
