//! Compiles the same program for the collections of `std` and for ours, and compares the results. This checks the
//! tables of `guide::parity`.

use std::collections::{hash_map, hash_set};
use std::fmt::Debug;
use std::hash::BuildHasherDefault;
use std::hash::DefaultHasher;
use std::iter::FusedIterator;
use std::panic::{AssertUnwindSafe, catch_unwind};

use perennial::{map, set};

/// The results of a program, in order.
#[derive(Default)]
struct Log(Vec<String>);

impl Log {
    fn push(&mut self, what: impl Debug) {
        self.0.push(format!("{what:?}"));
    }

    /// Logs items whose order is unspecified.
    fn push_all(&mut self, items: impl IntoIterator<Item: Debug>) {
        let mut items: Vec<String> = items.into_iter().map(|item| format!("{item:?}")).collect();
        items.sort();
        self.0.push(items.join(", "));
    }

    /// Logs the behaviour of an iterator that does not implement `Clone`.
    fn exact(&mut self, mut items: impl ExactSizeIterator<Item: Debug> + FusedIterator + Debug) {
        self.push((items.len(), items.size_hint(), format!("{items:?}").len()));
        let first = items.next();
        self.push((items.len(), items.size_hint()));
        let last = items.by_ref().last();
        self.push((first.is_some(), last.is_some(), items.next().is_none()));
    }

    /// Logs the behaviour of a borrowing iterator.
    fn shared(&mut self, items: impl ExactSizeIterator<Item: Debug> + FusedIterator + Debug + Clone) {
        self.push_all(items.clone());
        self.push((items.clone().count(), items.clone().fold(0, |n, _| n + 1)));
        self.exact(items);
    }

    /// Logs the lengths of the `Debug` output and of its alternate form, because the order may differ.
    fn debug(&mut self, value: &impl Debug) {
        self.push((format!("{value:?}").len(), format!("{value:#?}").len()));
    }
}

fn is_panic<R>(work: impl FnOnce() -> R) -> bool {
    catch_unwind(AssertUnwindSafe(work)).is_err()
}

/// The program for maps. `$module` contains the map type under the name `$Map`, with its iterators and entries.
macro_rules! map_program {
    ($module:ident::$Map:ident) => {{
        use $module::{Drain, Entry, IntoIter, IntoKeys, IntoValues, Iter, IterMut, Keys, Map, Values, ValuesMut};
        use $module::{OccupiedEntry, VacantEntry};

        type Fixed = BuildHasherDefault<DefaultHasher>;
        let mut log = Log::default();

        // Construction.
        let mut map: Map<String, u32> = Map::new();
        log.push((map.is_empty(), map.len()));
        let mut seeded: Map<&str, u32, Fixed> = Map::with_hasher(Fixed::default());
        let _: &Fixed = seeded.hasher();
        seeded.extend([("a", 1), ("b", 2), ("a", 3)]);
        let collected: Map<&str, u32, Fixed> = vec![("b", 2), ("a", 3)].into_iter().collect();
        log.push((seeded == collected, seeded != Map::default(), seeded["a"], seeded.len()));
        let from: Map<u8, char> = Map::from([(1, 'a'), (2, 'b'), (1, 'c')]);
        log.push_all(&from);
        log.debug(&from);

        // One entry.
        log.push((map.insert("one".to_string(), 1), map.insert("two".to_string(), 2), map.insert("one".into(), 11)));
        log.push((map.get("one"), map.get("three"), map.get_key_value("two"), map.contains_key("two")));
        log.push((map["one"], is_panic(|| map["three"])));
        if let Some(value) = map.get_mut("one") {
            *value += 1;
        }
        log.push((map.get_mut("three").copied(), map.remove("two"), map.remove("two"), map.remove_entry("one")));
        log.push(map.remove_entry("one"));

        // Entries.
        for word in "to be or not to be".split(' ') {
            *map.entry(word.to_owned()).or_insert(0) += 1;
        }
        *map.entry("be".into()).or_insert_with(|| 7) += 10;
        *map.entry("six".into()).or_insert_with(|| 6) += 10;
        map.entry("seven".into()).or_insert_with_key(|key| key.len() as u32);
        map.entry("none".into()).or_default();
        map.entry("be".into()).and_modify(|n| *n *= 2).or_insert(100);
        map.entry("ten".into()).and_modify(|n| *n *= 2).or_insert(100);
        log.push(map.entry("ten".into()).key());
        log.push(map.entry("eleven".into()).insert_entry(11).get());
        log.push(map.entry("eleven".into()).insert_entry(12).remove_entry());
        match map.entry("ten".into()) {
            Entry::Occupied(mut entry) => {
                let occupied: &mut OccupiedEntry<'_, String, u32> = &mut entry;
                log.push((occupied.key().clone(), *occupied.get(), occupied.insert(10)));
                *occupied.get_mut() += 1;
                log.debug(&occupied);
                *entry.into_mut() += 1;
            }
            Entry::Vacant(_) => log.push("vacant"),
        }
        match map.entry("twelve".into()) {
            Entry::Occupied(_) => log.push("occupied"),
            Entry::Vacant(entry) => {
                let vacant: VacantEntry<'_, String, u32> = entry;
                log.push(vacant.key());
                log.debug(&vacant);
                *vacant.insert(12) += 1;
            }
        }
        if let Entry::Occupied(entry) = map.entry("six".into()) {
            log.push(entry.remove());
        }
        if let Entry::Vacant(entry) = map.entry("thirteen".into()) {
            log.push(entry.into_key());
        }
        if let Entry::Vacant(entry) = map.entry("fourteen".into()) {
            log.push(entry.insert_entry(14).key());
        }
        log.debug(&map.entry("six".into()));
        log.push_all(&map);

        // Several at once.
        if let [Some(a), Some(b), None] = map.get_disjoint_mut(["be", "or", "fifteen"]) {
            std::mem::swap(a, b);
        }
        log.push((map["be"], map["or"], is_panic(|| map.clone().get_disjoint_mut(["be", "be"]).len())));
        log.push(is_panic(|| map.clone().get_disjoint_mut(["x", "x"]).len()));

        // Iterators.
        let iter: Iter<'_, String, u32> = map.iter();
        log.shared(iter);
        let keys: Keys<'_, String, u32> = map.keys();
        log.shared(keys);
        let values: Values<'_, String, u32> = map.values();
        log.shared(values);
        let iter_mut: IterMut<'_, String, u32> = map.iter_mut();
        iter_mut.for_each(|(key, value)| *value += key.len() as u32);
        let values_mut: ValuesMut<'_, String, u32> = map.values_mut();
        values_mut.for_each(|value| *value += 1);
        log.exact(map.iter_mut());
        log.exact(map.values_mut());
        for (key, value) in &mut map {
            *value += key.len() as u32;
        }
        for (key, value) in &map {
            assert_eq!(map[key], *value);
        }
        let into_keys: IntoKeys<String, u32> = map.clone().into_keys();
        log.exact(into_keys);
        let into_values: IntoValues<String, u32> = map.clone().into_values();
        log.exact(into_values);
        let into_iter: IntoIter<String, u32> = map.clone().into_iter();
        log.exact(into_iter);
        log.push_all(map.clone().into_keys());
        log.push_all(map.clone().into_values());
        log.push_all(map.clone());
        log.exact(Iter::<'_, u8, u8>::default());
        log.exact(Keys::<'_, u8, u8>::default());
        log.exact(Values::<'_, u8, u8>::default());
        log.exact(IterMut::<'_, u8, u8>::default());
        log.exact(ValuesMut::<'_, u8, u8>::default());
        log.exact(IntoIter::<u8, u8>::default());
        log.exact(IntoKeys::<u8, u8>::default());
        log.exact(IntoValues::<u8, u8>::default());

        // Many entries.
        let mut squares: Map<u64, u64> = (0..1000).map(|n| (n, n * n)).collect();
        let copy = squares.clone();
        squares.retain(|n, square| n % 2 == 0 || *square == 9);
        log.push_all(squares.extract_if(|n, _| n % 3 == 0).collect::<Map<_, _>>());
        log.push((squares.len(), squares.extract_if(|_, _| false).count()));
        log.push(squares.extract_if(|n, _| *n < 10).size_hint().0);
        squares.extend(&copy);
        log.push(squares == copy);
        squares.extend(&[(1, 0)].into_iter().collect::<Map<u64, u64>>());
        log.push((squares == copy, squares.len(), squares[&1]));
        let drain: Drain<'_, u64, u64> = squares.drain();
        log.exact(drain);
        log.push((squares.len(), squares.drain().next(), copy.len()));
        squares.clone_from(&copy);
        log.push(squares.len());
        squares.clear();
        log.push(squares.is_empty());
        log.0
    }};
}

/// The program for sets.
macro_rules! set_program {
    ($module:ident::$Set:ident) => {{
        use $module::{Drain, IntoIter, Iter, Set};

        type Fixed = BuildHasherDefault<DefaultHasher>;
        let mut log = Log::default();

        // Construction.
        let mut set: Set<String> = Set::new();
        log.push((set.is_empty(), set.len()));
        let mut seeded: Set<u8, Fixed> = Set::with_hasher(Fixed::default());
        let _: &Fixed = seeded.hasher();
        seeded.extend([1, 2, 1]);
        seeded.extend(&[3]);
        let collected: Set<u8, Fixed> = [3, 2, 1].into_iter().collect();
        log.push((seeded == collected, seeded == Set::default(), seeded.len()));
        log.push_all(Set::from(['a', 'b', 'a']));

        // One element.
        log.push((set.insert("a".into()), set.insert("b".into()), set.insert("a".into())));
        log.push((set.contains("a"), set.contains("c"), set.get("a"), set.get("c")));
        log.push((set.replace("a".into()), set.replace("c".into()), set.len()));
        log.push((set.remove("a"), set.remove("a"), set.take("b"), set.take("b")));
        log.debug(&set);

        // Iterators.
        let iter: Iter<'_, String> = set.iter();
        log.shared(iter);
        log.push_all(&set);
        let into_iter: IntoIter<String> = set.clone().into_iter();
        log.exact(into_iter);
        log.push_all(set.clone());
        log.exact(Iter::<'_, u8>::default());
        log.exact(IntoIter::<u8>::default());

        // Many elements.
        let mut numbers: Set<u64> = (0..1000).collect();
        let copy = numbers.clone();
        numbers.retain(|n| n % 2 == 0);
        log.push_all(numbers.extract_if(|n| n % 3 == 0).collect::<Set<_>>());
        log.push((numbers.len(), copy.len()));

        // Set operations. The result is a set or an iterator over the same elements.
        let (a, b) = (Set::from([1, 2, 3]), Set::from([3, 4]));
        log.push_all(a.union(&b));
        log.push_all(a.intersection(&b));
        log.push_all(a.difference(&b));
        log.push_all(a.symmetric_difference(&b));
        log.push_all(&a | &b);
        log.push_all(&a & &b);
        log.push_all(&a - &b);
        log.push_all(&a ^ &b);
        log.push((a.is_disjoint(&b), a.is_subset(&b), a.is_superset(&Set::from([1])), a.is_disjoint(&Set::new())));

        let drain: Drain<'_, u64> = numbers.drain();
        log.exact(drain);
        log.push(numbers.is_empty());
        numbers.clone_from(&copy);
        numbers.clear();
        log.push((numbers.len(), copy.len()));
        log.0
    }};
}

/// The modules of the collections, in which the collection has the same name.
mod std_map {
    pub(crate) use super::hash_map::*;
    pub(crate) use std::collections::HashMap as Map;
}
mod our_map {
    pub(crate) use super::map::*;
    pub(crate) use perennial::PersistentMap as Map;
}
mod std_set {
    pub(crate) use super::hash_set::*;
    pub(crate) use std::collections::HashSet as Set;
}
mod our_set {
    pub(crate) use super::set::*;
    pub(crate) use perennial::PersistentSet as Set;
}

#[test]
fn a_program_gives_the_same_results_with_std_and_our_maps() {
    let (theirs, ours) = (map_program!(std_map::Map), map_program!(our_map::Map));
    assert_eq!(theirs, ours);
    assert!(ours.len() > 80, "only {} lines", ours.len());
}

#[test]
fn a_program_gives_the_same_results_with_std_and_our_sets() {
    let (theirs, ours) = (set_program!(std_set::Set), set_program!(our_set::Set));
    assert_eq!(theirs, ours);
    assert!(ours.len() > 30, "only {} lines", ours.len());
}
