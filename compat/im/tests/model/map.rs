//! A random program over maps.

use std::collections::{self, BTreeMap};
use std::fmt::Debug;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher};

use super::im::hashmap::{Entry, HashMap};
use super::im::{self, OrdMap};
use crate::Program;
use crate::common::{Rng, State};

type Map<S> = HashMap<u16, i64, S>;
type Entries = Vec<(u16, i64)>;

/// A few maps, which the steps read and replace, and some older versions.
pub(crate) struct Maps<S> {
    rng: Rng,
    maps: [Map<S>; 4],
    older: Vec<(Map<S>, Entries)>,
}

pub(crate) fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items = Vec::from_iter(items);
    items.sort_unstable();
    items
}

/// The entries of a map, in the order of the keys.
fn listed<V: Copy + Ord, S: BuildHasher>(map: &HashMap<u16, V, S>) -> Vec<(u16, V)> {
    let entries = sorted(map.iter().map(|(key, value)| (*key, *value)));
    assert_eq!(entries.len(), map.len());
    entries
}

/// Shows that an iterator knows its length, and yields nothing after the end.
pub(crate) fn exact<I: ExactSizeIterator>(mut items: I) -> Vec<I::Item> {
    let (mut all, mut left) = (Vec::new(), items.len());
    while let Some(item) = items.next() {
        left -= 1;
        assert_eq!(items.size_hint(), (left, Some(left)));
        all.push(item);
    }
    assert_eq!((left, items.next().is_none()), (0, true));
    all
}

pub(crate) fn hash_of(value: impl Hash) -> u64 {
    let mut state = DefaultHasher::new();
    value.hash(&mut state);
    state.finish()
}

/// The union of two maps that `f` makes, after a look at the values of the keys that both have.
///
/// The documentation of `im` says that our values stay; in version 15.1 those of the larger map do, which is a known
/// fault.
fn union<S: State>(ours: Map<S>, theirs: Map<S>, f: impl FnOnce(Map<S>, Map<S>) -> Map<S>) -> Map<S> {
    let documented = ours.clone().union_with(theirs.clone(), |ours, _| ours);
    let keeps_theirs = super::UNION_KEEPS_THE_LARGER && ours.len() < theirs.len();
    let expected =
        if keeps_theirs { ours.clone().union_with(theirs.clone(), |_, theirs| theirs) } else { documented.clone() };
    assert_eq!(listed(&f(ours, theirs)), listed(&expected));
    documented
}

impl<S: State> Maps<S> {
    /// One of the maps. They share nodes, as versions of each other, or not.
    fn map(&mut self) -> Map<S> {
        let index = self.rng.below(self.maps.len());
        self.maps[index].clone()
    }

    /// A map of random entries under the same hasher.
    fn fresh(&mut self) -> Map<S> {
        let mut map = self.maps[0].new_from();
        map.extend(self.rng.entries());
        map
    }

    /// Another map of the same entries, under the same hasher.
    fn rebuilt(&mut self, map: &Map<S>) -> Map<S> {
        let mut rebuilt = map.new_from();
        rebuilt.extend(self.rng.entries());
        rebuilt.extend(listed(map).into_iter().rev());
        rebuilt.retain(|key, _| map.contains_key(key));
        rebuilt
    }

    /// Edits one of the maps in place, which the older versions share, and shows the result and the map.
    fn edit<T: Debug>(&mut self, f: impl FnOnce(&mut Map<S>, &mut Rng) -> T) -> String {
        let index = self.rng.below(self.maps.len());
        let result = format!("{:?}", f(&mut self.maps[index], &mut self.rng));
        format!("{result} {:?}", listed(&self.maps[index]))
    }

    /// Puts a new map in the place of one of the maps, and shows it.
    fn keep(&mut self, map: Map<S>) -> Entries {
        let index = self.rng.below(self.maps.len());
        let entries = listed(&map);
        let old = std::mem::replace(&mut self.maps[index], map.clone());
        let old_entries = listed(&old);
        self.older.extend([(old, old_entries), (map, entries.clone())]);
        entries
    }

    /// Older versions have not changed.
    fn check_older(&mut self) {
        while self.older.len() > 12 {
            let index = self.rng.below(self.older.len());
            let (map, entries) = self.older.swap_remove(index);
            assert_eq!(listed(&map), entries);
        }
    }
}

/// Defines the steps, each by a name and by an expression over the program that is shown.
macro_rules! steps {
    ($($name:ident: |$p:ident| $result:expr;)*) => {
        impl<S: State> Program for Maps<S> {
            const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            fn new(seed: u64) -> Self {
                let base = Map::<S>::default();
                let maps = [(); 4].map(|()| base.clone());
                let mut program = Self { rng: Rng::new(seed), maps, older: Vec::new() };
                for index in 0..4 {
                    program.maps[index] = program.fresh();
                }
                program
            }

            fn step(&mut self, index: usize) -> String {
                let steps: &[fn(&mut Self) -> String] = &[$(|$p| {
                    match $result {
                        result => format!("{result:?}"),
                    }
                }),*];
                let shown = steps[index](self);
                self.check_older();
                shown
            }
        }
    };
}

steps! {
    // Making maps.
    new: |p| {
        let mut map = HashMap::new();
        assert!(map.is_empty());
        (map.insert(p.rng.key(), 1), listed(&map))
    };
    default: |_p| listed(&Map::<S>::default());
    unit: |p| listed(&HashMap::unit(p.rng.key(), 5));
    macro_hashmap: |p| {
        let (one, two, empty) = (p.rng.key(), p.rng.key(), im::hashmap! {});
        assert!(HashMap::<u8, u8>::is_empty(&empty));
        listed(&im::hashmap! { one => 1, two => 2, one => 3, })
    };
    with_hasher: |p| {
        let mut map = Map::<S>::with_hasher(S::default());
        map.extend(p.rng.entries());
        p.keep(map)
    };
    with_hasher_of_another: |p| {
        let map = p.map();
        let mut other: HashMap<i64, u16, S> = HashMap::with_hasher(map.hasher().clone());
        other.extend(map.iter().map(|(key, value)| (*value, key / 100)));
        other.len()
    };
    hasher: |p| {
        let map = p.map();
        std::ptr::eq(&**map.hasher(), &**map.clone().hasher())
    };
    new_from: |p| {
        let map = p.fresh();
        let mut other: HashMap<i64, u16, S> = map.new_from();
        let is_same = map.hasher().hash_one(1) == other.hasher().hash_one(1);
        (is_same, other.is_empty(), other.insert(1, 2), p.keep(map))
    };
    from_iter: |p| {
        let map = p.rng.entries().into_iter().collect();
        p.keep(map)
    };
    from_slice: |p| {
        let map = Map::from(p.rng.entries().as_slice());
        p.keep(map)
    };
    from_vec: |p| {
        let map = Map::from(p.rng.entries());
        p.keep(map)
    };
    from_vec_ref: |p| {
        let map = Map::from(&p.rng.entries());
        p.keep(map)
    };
    from_std: |p| {
        let map = Map::from(collections::HashMap::from_iter(p.rng.entries()));
        p.keep(map)
    };
    from_std_ref: |p| {
        let map = Map::from(&collections::HashMap::from_iter(p.rng.entries()));
        p.keep(map)
    };
    from_btree: |p| {
        let map = Map::from(BTreeMap::from_iter(p.rng.entries()));
        p.keep(map)
    };
    from_btree_ref: |p| {
        let map = Map::from(&BTreeMap::from_iter(p.rng.entries()));
        p.keep(map)
    };
    from_borrowed: |p| {
        let (map, mut borrowed) = (p.map(), HashMap::<&u16, &i64, S>::default());
        borrowed.extend(&map);
        let owned = Map::from(&borrowed);
        p.keep(owned)
    };
    to_ord_map: |p| {
        let map = p.map();
        (OrdMap::from(&map), OrdMap::from(map))
    };

    // Looking at them.
    is_empty: |p| p.map().is_empty();
    len: |p| p.map().len();
    ptr_eq: |p| {
        let map = p.map().update(1, 1);
        (map.ptr_eq(&map), map.ptr_eq(&map.clone()), map.ptr_eq(&map.update(1, 2)), map.ptr_eq(&map.without(&1)))
    };
    iter: |p| sorted(exact(p.map().iter()));
    into_iter_ref: |p| sorted(exact((&p.map()).into_iter()));
    into_iter: |p| sorted(exact(p.map().into_iter()));
    keys: |p| sorted(exact(p.map().keys()));
    values: |p| sorted(exact(p.map().values()));
    iter_mut: |p| p.edit(|map, rng| {
        let added = rng.value();
        map.iter_mut().for_each(|(key, value)| *value += added + i64::from(*key));
        sorted(exact(map.iter_mut()).into_iter().map(|(key, value)| (*key, *value)))
    });
    keys_and_values_go_together: |p| {
        let map = p.map();
        let pairs: Vec<_> = map.keys().copied().zip(map.values().copied()).collect();
        let is_iter = pairs == map.iter().map(|(key, value)| (*key, *value)).collect::<Vec<_>>();
        !S::IS_GOOD || is_iter && pairs == exact(map.into_iter())
    };
    equal_maps_are_iterated_alike: |p| {
        let map = p.map();
        let other = p.rebuilt(&map);
        let is_shown_alike = format!("{map:?}") == format!("{other:?}");
        !S::IS_GOOD || is_shown_alike && map.iter().eq(&other) && map.clone().into_iter().eq(other.clone())
    };
    get: |p| {
        let key = p.rng.key();
        p.map().get(&key).copied()
    };
    get_key_value: |p| {
        let key = p.rng.key();
        p.map().get_key_value(&key).map(|(key, value)| (*key, *value))
    };
    contains_key: |p| {
        let key = p.rng.key();
        p.map().contains_key(&key)
    };
    index: |p| {
        let (map, key) = (p.map(), p.rng.key());
        if map.contains_key(&key) { map[&key] } else { -1 }
    };
    index_mut: |p| p.edit(|map, rng| {
        let key = rng.key();
        if map.contains_key(&key) {
            map[&key] += 1;
        }
    });
    get_mut: |p| p.edit(|map, rng| map.get_mut(&rng.key()).map(|value| std::mem::replace(value, 7)));

    // Comparing them.
    eq: |p| {
        let (a, b) = (p.map(), p.map());
        let other = p.rebuilt(&a);
        (a == b, a != b, a == other, a == other.update(p.rng.key(), 1), a == Map::from(listed(&a)))
    };
    cmp: |p| {
        let a = p.map();
        let mut b = a.new_from();
        b.extend(p.rng.entries());
        let (other, order) = (p.rebuilt(&b), a.cmp(&b));
        let is_law = order == b.cmp(&a).reverse() && Some(order) == a.partial_cmp(&b) && a.cmp(&a.clone()).is_eq();
        (is_law, !S::IS_GOOD || order.is_eq() == (a == b) && order == a.cmp(&other))
    };
    hash: |p| {
        let map = p.map();
        let other = p.rebuilt(&map);
        (!S::IS_GOOD || hash_of(&map) == hash_of(&other), hash_of(&map) == hash_of(map.update(5, -1)))
    };
    is_submap: |p| {
        let (a, b) = (p.map(), p.map());
        let part = a.without(&p.rng.key());
        (a.is_submap(&b), part.is_submap(&a), part.is_submap(a))
    };
    is_proper_submap: |p| {
        let (a, b) = (p.map(), p.map());
        let part = a.without(&p.rng.key());
        (a.is_proper_submap(&b), part.is_proper_submap(&a), part.is_proper_submap(a))
    };
    is_submap_by: |p| {
        let (a, bound) = (p.map(), p.rng.value());
        let other = a.clone().intersection_with(p.map().update(p.rng.key(), 3), |a, b| format!("{a}{b}"));
        let within = |value: &i64, text: &String| *value <= bound && text.contains('1');
        (a.is_submap_by(&other, within), a.is_submap_by(other, |_, _| true), a.is_submap_by(a.clone(), |a, b| a <= b))
    };
    is_proper_submap_by: |p| {
        let (a, bound) = (p.map(), p.rng.value());
        let (more, less) = (a.update(p.rng.key(), 1), a.without(&p.rng.key()));
        (a.is_proper_submap_by(&more, |a, b| a <= b), less.is_proper_submap_by(a, |value, _| *value >= bound))
    };
    debug: |p| {
        let text = format!("{:#?} {:?}", im::hashmap! { 1 => 2 }, Map::<S>::default());
        (text, im::hashmap! { p.rng.key() => "a" })
    };
    as_ref: |p| {
        let map = p.map();
        fn len<S>(map: impl AsRef<Map<S>>) -> usize {
            map.as_ref().len()
        }
        (len(&map), len(map))
    };

    // Editing them.
    clear: |p| p.edit(|map, _| {
        map.clear();
        map.is_empty()
    });
    refill: |p| {
        let map = p.fresh();
        p.keep(map)
    };
    insert: |p| p.edit(|map, rng| map.insert(rng.key(), rng.value()));
    extend: |p| p.edit(|map, rng| map.extend(rng.entries()));
    extend_converting: |p| p.edit(|map, rng| map.extend([(rng.below(256) as u8, rng.value() as i32), (3, 3)]));
    remove: |p| p.edit(|map, rng| map.remove(&rng.key()));
    remove_with_key: |p| p.edit(|map, rng| map.remove_with_key(&rng.key()));
    remove_many: |p| p.edit(|map, rng| rng.keys().iter().filter_map(|key| map.remove(key)).sum::<i64>());
    retain: |p| p.edit(|map, rng| {
        let (least, seen) = (rng.value(), &mut Vec::new());
        map.retain(|key, value| {
            seen.push((*key, *value));
            *value >= least && *key % 64 != 0
        });
        seen.sort_unstable();
        seen.clone()
    });
    entry_or_insert: |p| p.edit(|map, rng| {
        let value = map.entry(rng.key()).or_insert(rng.value());
        *value += 1;
        *value
    });
    entry_or_insert_with: |p| p.edit(|map, rng| {
        let mut called = false;
        let value = *map.entry(rng.key()).or_insert_with(|| {
            called = true;
            9
        });
        (value, called)
    });
    entry_or_default: |p| p.edit(|map, rng| std::mem::replace(map.entry(rng.key()).or_default(), 4));
    entry_key: |p| p.edit(|map, rng| *map.entry(rng.key()).key());
    entry_and_modify: |p| p.edit(|map, rng| {
        let value = rng.value();
        *map.entry(rng.key()).and_modify(|old| *old += value).or_insert(8)
    });
    entry_occupied_or_vacant: |p| p.edit(|map, rng| match map.entry(rng.key()) {
        Entry::Occupied(mut entry) => {
            let key = *entry.key();
            match rng.below(5) {
                0 => (i64::from(key), entry.remove()),
                1 => {
                    let (key, value) = entry.remove_entry();
                    (i64::from(key), value)
                }
                2 => (entry.insert(6), *entry.get()),
                3 => {
                    *entry.get_mut() += 10;
                    (0, *entry.get())
                }
                _ => {
                    let value = entry.into_mut();
                    *value -= 1;
                    (1, *value)
                }
            }
        }
        Entry::Vacant(entry) if rng.below(2) == 0 => (i64::from(*entry.key()), i64::from(entry.into_key())),
        Entry::Vacant(entry) => {
            let value = entry.insert(2);
            *value += 1;
            (-1, *value)
        }
    });

    // New versions.
    clone: |p| {
        let map = p.map().clone();
        p.keep(map)
    };
    update: |p| {
        let map = p.map().update(p.rng.key(), p.rng.value());
        p.keep(map)
    };
    update_with: |p| {
        let map = p.map().update_with(p.rng.key(), p.rng.value(), |old, new| 10 * old + new);
        p.keep(map)
    };
    update_with_key: |p| {
        let f = |key: &u16, old, new| i64::from(*key) + 10 * old + new;
        let map = p.map().update_with_key(p.rng.key(), p.rng.value(), f);
        p.keep(map)
    };
    update_lookup_with_key: |p| {
        let f = |key: &u16, old: &i64, new| i64::from(*key) + 10 * old + new;
        let (old, map) = p.map().update_lookup_with_key(p.rng.key(), p.rng.value(), f);
        (old, p.keep(map))
    };
    alter: |p| {
        let (mut seen, value) = (None, p.rng.value());
        let f = |old: Option<i64>| {
            seen = Some(old);
            if value == 0 { None } else { Some(old.unwrap_or(20) + value) }
        };
        let map = p.map().alter(f, p.rng.key());
        (seen, p.keep(map))
    };
    without: |p| {
        let map = p.map().without(&p.rng.key());
        p.keep(map)
    };
    extract: |p| {
        let found = p.map().extract(&p.rng.key());
        found.map(|(value, rest)| (value, p.keep(rest)))
    };
    extract_with_key: |p| {
        let found = p.map().extract_with_key(&p.rng.key());
        found.map(|(key, value, rest)| (key, value, p.keep(rest)))
    };

    // Combining two or more.
    union: |p| {
        let map = union(p.map(), p.map(), Map::union);
        p.keep(map)
    };
    union_of_fresh: |p| {
        let map = union(p.map(), p.fresh(), Map::union);
        p.keep(map)
    };
    union_of_another_hasher: |p| {
        let map = union(p.map(), p.rng.entries().into_iter().collect(), Map::union);
        p.keep(map)
    };
    union_with: |p| {
        let map = p.map().union_with(p.map(), |a, b| (10 * a + b) % 100);
        p.keep(map)
    };
    union_with_key: |p| {
        let map = p.map().union_with_key(p.fresh(), |key, a, b| (i64::from(*key) + 10 * a + b) % 100);
        p.keep(map)
    };
    unions: |p| {
        let map = union(p.map(), p.fresh(), |a, b| Map::unions([a, b]));
        let three = Map::unions([map.clone(), p.map(), p.fresh()]);
        (listed(&Map::<S>::unions([])), p.keep(map), sorted(three.keys().copied()))
    };
    unions_with: |p| {
        let map = Map::unions_with([p.map(), p.map(), p.fresh()], |a, b| (10 * a + b) % 100);
        p.keep(map)
    };
    unions_with_key: |p| {
        let f = |key: &u16, a, b| (i64::from(*key) + 10 * a + b) % 100;
        let map = Map::unions_with_key([p.map(), p.map(), p.fresh()], f);
        p.keep(map)
    };
    add: |p| {
        let map = union(p.map(), p.fresh(), |a, b| a + b);
        p.keep(map)
    };
    add_refs: |p| {
        let map = union(p.map(), p.map(), |a, b| &a + &b);
        p.keep(map)
    };
    sum: |p| {
        let map = union(p.map(), p.fresh(), |a, b| [a, b].into_iter().sum());
        (p.keep(map), listed(&std::iter::empty::<Map<S>>().sum()))
    };
    difference: |p| {
        let map = p.map().difference(p.map());
        p.keep(map)
    };
    symmetric_difference: |p| {
        let map = p.map().symmetric_difference(p.fresh());
        p.keep(map)
    };
    difference_with: |p| {
        let map = p.map().difference_with(p.map(), |a, b| (a < b).then_some((10 * a + b) % 100));
        p.keep(map)
    };
    symmetric_difference_with: |p| {
        let map = p.map().symmetric_difference_with(p.map(), |a, b| (a <= b).then_some((10 * a + b) % 100));
        p.keep(map)
    };
    difference_with_key: |p| {
        let f = |key: &u16, a, b| (a >= b).then_some((i64::from(*key) + 10 * a + b) % 100);
        let map = p.map().difference_with_key(p.map(), f);
        p.keep(map)
    };
    symmetric_difference_with_key: |p| {
        let f = |key: &u16, a, b| (key % 2 == 0).then_some((10 * a + b) % 100);
        let map = p.map().symmetric_difference_with_key(p.fresh(), f);
        p.keep(map)
    };
    relative_complement: |p| {
        let map = p.map().relative_complement(p.map());
        p.keep(map)
    };
    relative_complement_of_fresh: |p| {
        let map = p.map().relative_complement(p.fresh());
        p.keep(map)
    };
    intersection: |p| {
        let map = p.map().intersection(p.map());
        p.keep(map)
    };
    intersection_with: |p| {
        let other = p.fresh().intersection_with(p.map(), |a, b| format!("{a}{b}"));
        let map = p.map().intersection_with(other, |a, b: String| a + b.len() as i64);
        p.keep(map)
    };
    intersection_with_key: |p| {
        let map = p.map().intersection_with_key(p.map(), |key, a, b| (i64::from(*key) + 10 * a + b) % 100);
        p.keep(map)
    };
}
