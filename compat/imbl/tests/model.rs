//! A random program on `imbl` and on this crate, in which each step must have the same result.

use std::collections::BTreeMap;

/// Makes a program in a module of its own, in which `im` is the name of one of the crates.
macro_rules! program {
    ($module:ident, $im:ident) => {
        mod $module {
            use std::collections::BTreeMap;
            use std::fmt::Write;

            use $im::hashmap::Entry;
            use $im::{HashMap, HashSet, hashmap, hashset};

            fn listed(map: &HashMap<u64, u64>) -> BTreeMap<u64, u64> {
                map.iter().map(|(key, value)| (*key, *value)).collect()
            }

            fn elements(set: &HashSet<u64>) -> Vec<u64> {
                let mut elements = Vec::from_iter(set.iter().copied());
                elements.sort_unstable();
                elements
            }

            /// Returns what each step has shown.
            pub(crate) fn run(seed: u64, steps: usize) -> Vec<String> {
                let mut state = seed;
                let mut below = |bound: u64| {
                    state =
                        (state ^ (state >> 29)).wrapping_mul(0xd6e8_feb8_6659_fd93).wrapping_add(0x9e37_79b9_7f4a_7c15);
                    (state >> 33) % bound
                };
                let (mut map, mut other) = (hashmap! { 1 => 2 }, HashMap::new());
                let (mut set, mut other_set) = (hashset! { 1 }, HashSet::new());
                let mut shown = Vec::new();
                for _ in 0..steps {
                    let (key, value, step) = (below(64), below(4), below(38));
                    let old = map.clone();
                    let before = listed(&old);
                    let mut text = format!("{step}: ");
                    let result: String = match step {
                        0..=2 => format!("{:?}", map.insert(key, value)),
                        3 => format!("{:?}", map.remove(&key)),
                        4 => format!("{:?} {:?} {}", map.get(&key), map.get_key_value(&key), map.contains_key(&key)),
                        5 => {
                            std::mem::swap(&mut map, &mut other);
                            String::new()
                        }
                        6 => {
                            other = map.update(key, value);
                            format!("{}", other.len())
                        }
                        7 => {
                            other = map.without(&key);
                            format!("{} {}", other.len(), map.ptr_eq(&map.clone()))
                        }
                        8 => format!("{:?}", map.update_with(key, value, |old, new| 10 * old + new).get(&key)),
                        9 => {
                            let (found, next) =
                                map.update_lookup_with_key(key, value, |k, old, new| k + 10 * old + new);
                            format!("{found:?} {:?}", listed(&next))
                        }
                        10 => format!(
                            "{:?}",
                            listed(&map.alter(|v| v.filter(|v| *v > 1).or(Some(value).filter(|v| *v > 1)), key))
                        ),
                        11 => format!("{:?}", map.extract(&key).map(|(value, rest)| (value, listed(&rest)))),
                        12 => {
                            map.retain(|k, v| k % 8 != 3 || *v > 0);
                            String::new()
                        }
                        13 => format!("{:?}", listed(&map.clone().union_with(other.clone(), |a, b| 10 * a + b))),
                        14 => format!("{:?}", listed(&map.clone().symmetric_difference(other.clone()))),
                        15 => format!("{:?}", listed(&map.clone().relative_complement(other.clone()))),
                        16 => format!("{:?}", listed(&map.clone().intersection(other.clone()))),
                        17 => format!("{:?}", listed(&map.clone().intersection_with(other.clone(), |a, b| 10 * a + b))),
                        18 => format!("{} {}", map.is_submap(&other), map.is_proper_submap(&map.update(key, value))),
                        19 => format!("{} {}", map == other, map == HashMap::from_iter(listed(&map))),
                        20 => match map.entry(key) {
                            Entry::Occupied(mut entry) => format!("{} {}", entry.insert(value), entry.get()),
                            Entry::Vacant(entry) => {
                                let key = *entry.key();
                                format!("{key} {}", entry.into_key())
                            }
                        },
                        21 => format!("{}", map.entry(key).and_modify(|v| *v += 1).or_insert(value)),
                        22 => format!("{:?}", map.get_mut(&key).map(|v| std::mem::replace(v, 3))),
                        23 => format!("{:?}", map.get_key_value_mut(&key).map(|(k, v)| (*k, std::mem::replace(v, 2)))),
                        24 => {
                            map.iter_mut().for_each(|(k, v)| *v = (*v + k) % 7);
                            format!("{}", map.keys().sum::<u64>() + map.values().sum::<u64>())
                        }
                        25 => format!("{:?}", BTreeMap::from_iter(map.clone())),
                        26 => {
                            map.extend([(key, value), (key + 1, value)]);
                            format!("{:?}", map.remove_with_key(&key))
                        }
                        27 => format!("{:?} {:?}", HashMap::unit(key, value), HashSet::<u64>::unit(key)),
                        28 => format!("{:?} {:?}", set.insert(key), other_set.insert(value)),
                        29 => format!("{:?}", set.remove(&key)),
                        30 => format!("{} {}", set.contains(&key), set.is_subset(&other_set)),
                        31 => format!("{:?}", elements(&set.clone().union(other_set.clone()))),
                        32 => format!("{:?}", elements(&(set.clone() * other_set.clone()))),
                        33 => format!("{:?}", elements(&set.clone().symmetric_difference(other_set.clone()))),
                        34 => format!("{:?}", elements(&set.clone().relative_complement(other_set.clone()))),
                        35 => {
                            other_set = set.update(key).without(&value);
                            format!("{}", other_set == set)
                        }
                        36 => format!("{:?}", elements(&HashSet::from([key, value]))),
                        _ => format!("{:?}", listed(&HashMap::from(Vec::from_iter(listed(&map))))),
                    };
                    write!(text, "{result} {:?} {:?}", listed(&map), elements(&set)).unwrap();
                    shown.push(text);
                    assert_eq!(listed(&old), before, "an older version has changed");
                }
                shown
            }
        }
    };
}

program!(upstream, imbl_upstream);
program!(ours, perennial_imbl);

#[test]
fn each_step_has_the_same_result() {
    let mut steps = BTreeMap::new();
    for seed in 1..=40 {
        let (theirs, ours) = (upstream::run(seed, 500), ours::run(seed, 500));
        for (theirs, ours) in theirs.iter().zip(&ours) {
            assert_eq!(theirs, ours, "seed {seed}");
            *steps.entry(theirs.split(':').next().map(str::to_owned)).or_insert(0) += 1;
        }
        assert_eq!(theirs.len(), ours.len());
    }
    assert_eq!(steps.len(), 38);
    assert!(steps.values().all(|taken| *taken > 100), "{steps:?}");
}

#[test]
fn lookups_take_equivalent_keys_and_the_pointer_is_ignored() {
    use perennial_imbl::shared_ptr::{ArcK, RcK};
    use perennial_imbl::{GenericHashMap, GenericHashSet, HashMap, RandomState, hashmap};

    let names: HashMap<String, u8> = hashmap! { "a".to_owned() => 1 };
    assert_eq!((names.get("a"), names["a"], names.contains_key("b")), (Some(&1), 1, false));
    let counted: GenericHashMap<u8, u8, RandomState, RcK> = [(1, 2)].into_iter().collect();
    let elements = GenericHashSet::<u8, RandomState, ArcK>::unit(3);
    assert_eq!((counted[&1], elements.len()), (2, 1));
    let seeded: GenericHashMap<u8, u8, std::hash::RandomState, ArcK> = GenericHashMap::default();
    assert!(seeded.is_empty() && seeded.new_from::<u8, u8>().is_empty());
    let diff = names.as_perennial().diff(names.update("a".to_owned(), 2).as_perennial()).count();
    assert_eq!(diff, 1);
}
