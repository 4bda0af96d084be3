//! A random program over sets.

use std::collections::{self, BTreeSet};
use std::fmt::Debug;
use std::hash::BuildHasher;

use super::im::hashset::HashSet;
use super::im::{self, OrdSet, Vector};
use super::map::{exact, hash_of, sorted};
use crate::Program;
use crate::common::{Rng, State};

type Set<S> = HashSet<u16, S>;

/// A few sets, which the steps read and replace, and some older versions.
pub(crate) struct Sets<S> {
    rng: Rng,
    sets: [Set<S>; 4],
    older: Vec<(Set<S>, Vec<u16>)>,
}

/// The elements of a set, in their order.
fn listed<S: BuildHasher>(set: &HashSet<u16, S>) -> Vec<u16> {
    let elements = sorted(set.iter().copied());
    assert_eq!(elements.len(), set.len());
    elements
}

impl<S: State> Sets<S> {
    /// One of the sets. They share nodes, as versions of each other, or not.
    fn set(&mut self) -> Set<S> {
        let index = self.rng.below(self.sets.len());
        self.sets[index].clone()
    }

    /// A set of random elements under the same hasher.
    fn fresh(&mut self) -> Set<S> {
        let mut set = self.sets[0].new_from();
        set.extend(self.rng.keys());
        set
    }

    /// Another set of the same elements, under the same hasher.
    fn rebuilt(&mut self, set: &Set<S>) -> Set<S> {
        let mut rebuilt = set.new_from();
        rebuilt.extend(self.rng.keys());
        rebuilt.extend(listed(set).into_iter().rev());
        rebuilt.retain(|element| set.contains(element));
        rebuilt
    }

    /// Edits one of the sets in place, which the older versions share, and shows the result and the set.
    fn edit<T: Debug>(&mut self, f: impl FnOnce(&mut Set<S>, &mut Rng) -> T) -> String {
        let index = self.rng.below(self.sets.len());
        let result = f(&mut self.sets[index], &mut self.rng);
        format!("{result:?} {:?}", listed(&self.sets[index]))
    }

    /// Puts a new set in the place of one of the sets, and shows it.
    fn keep(&mut self, set: Set<S>) -> Vec<u16> {
        let index = self.rng.below(self.sets.len());
        let elements = listed(&set);
        let old = std::mem::replace(&mut self.sets[index], set.clone());
        let old_elements = listed(&old);
        self.older.extend([(old, old_elements), (set, elements.clone())]);
        elements
    }

    /// Older versions have not changed.
    fn check_older(&mut self) {
        while self.older.len() > 12 {
            let index = self.rng.below(self.older.len());
            let (set, elements) = self.older.swap_remove(index);
            assert_eq!(listed(&set), elements);
        }
    }
}

/// Defines the steps, each by a name and by an expression over the program that is shown.
macro_rules! steps {
    ($($name:ident: |$p:ident| $result:expr;)*) => {
        impl<S: State> Program for Sets<S> {
            const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            fn new(seed: u64) -> Self {
                let base = Set::<S>::default();
                let sets = [(); 4].map(|()| base.clone());
                let mut program = Self { rng: Rng::new(seed), sets, older: Vec::new() };
                for index in 0..4 {
                    program.sets[index] = program.fresh();
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
    // Making sets.
    new: |p| {
        let mut set = HashSet::new();
        assert!(set.is_empty());
        (set.insert(p.rng.key()), listed(&set))
    };
    default: |_p| listed(&Set::<S>::default());
    unit: |p| listed(&HashSet::unit(p.rng.key()));
    macro_hashset: |p| {
        let (one, two) = (p.rng.key(), p.rng.key());
        (listed(&im::hashset! { one, two, one, }), listed(&im::hashset![]))
    };
    with_hasher: |p| {
        let mut set = Set::<S>::with_hasher(S::default());
        set.extend(p.rng.keys());
        p.keep(set)
    };
    hasher: |p| {
        let set = p.set();
        let other: HashSet<String, S> = HashSet::with_hasher(set.hasher().clone());
        (std::ptr::eq(&**set.hasher(), &**other.hasher()), other.len())
    };
    new_from: |p| {
        let set = p.fresh();
        let mut other: HashSet<i64, S> = set.new_from();
        let is_same = set.hasher().hash_one(1) == other.hasher().hash_one(1);
        (is_same, other.is_empty(), other.insert(1), p.keep(set))
    };
    from_iter: |p| {
        let set = p.rng.keys().into_iter().collect();
        p.keep(set)
    };
    from_iter_converting: |p| {
        let set = p.rng.keys().into_iter().map(|key| key as u8).collect();
        p.keep(set)
    };
    from_slice: |p| {
        let set = Set::from(p.rng.keys().as_slice());
        p.keep(set)
    };
    from_vec: |p| {
        let set = Set::from(p.rng.keys());
        p.keep(set)
    };
    from_vec_ref: |p| {
        let set = Set::from(&p.rng.keys());
        p.keep(set)
    };
    from_vector: |p| {
        let set = Set::from(Vector::from(p.rng.keys()));
        p.keep(set)
    };
    from_vector_ref: |p| {
        let set = Set::from(&Vector::from(p.rng.keys()));
        p.keep(set)
    };
    from_std: |p| {
        let set = Set::from(collections::HashSet::from_iter(p.rng.keys()));
        p.keep(set)
    };
    from_std_ref: |p| {
        let set = Set::from(&collections::HashSet::from_iter(p.rng.keys()));
        p.keep(set)
    };
    from_btree_ref: |p| {
        let set = Set::from(&BTreeSet::from_iter(p.rng.keys()));
        p.keep(set)
    };
    from_ord_set: |p| {
        let set = Set::from(OrdSet::from(p.rng.keys()));
        p.keep(set)
    };
    from_ord_set_ref: |p| {
        let set = Set::from(&OrdSet::from(p.rng.keys()));
        p.keep(set)
    };
    from_borrowed: |p| {
        let (set, mut borrowed) = (p.set(), HashSet::<&u16, S>::default());
        borrowed.extend(&set);
        let owned = Set::from(&borrowed);
        p.keep(owned)
    };
    to_ord_set: |p| {
        let set = p.set();
        (OrdSet::from(&set), OrdSet::from(set))
    };

    // Looking at them.
    is_empty: |p| p.set().is_empty();
    len: |p| p.set().len();
    ptr_eq: |p| {
        let set = p.set().update(1);
        (set.ptr_eq(&set), set.ptr_eq(&set.clone()), set.ptr_eq(&set.update(9999)), set.ptr_eq(&set.without(&1)))
    };
    iter: |p| sorted(exact(p.set().iter()));
    into_iter_ref: |p| sorted(exact((&p.set()).into_iter()));
    into_iter: |p| sorted(exact(p.set().into_iter()));
    equal_sets_are_iterated_alike: |p| {
        let set = p.set();
        let other = p.rebuilt(&set);
        let is_shown_alike = format!("{set:?}") == format!("{other:?}");
        !S::IS_GOOD || is_shown_alike && set.iter().eq(&other) && set.clone().into_iter().eq(other.clone())
    };
    contains: |p| {
        let element = p.rng.key();
        p.set().contains(&element)
    };

    // Comparing them.
    eq: |p| {
        let (a, b) = (p.set(), p.set());
        let other = p.rebuilt(&a);
        (a == b, a != b, a == other, a == other.update(p.rng.key()), a == Set::from(listed(&a)))
    };
    cmp: |p| {
        let a = p.set();
        let mut b = a.new_from();
        b.extend(p.rng.keys());
        let (other, order) = (p.rebuilt(&b), a.cmp(&b));
        let is_law = order == b.cmp(&a).reverse() && Some(order) == a.partial_cmp(&b) && a.cmp(&a.clone()).is_eq();
        (is_law, !S::IS_GOOD || order.is_eq() == (a == b) && order == a.cmp(&other))
    };
    hash: |p| {
        let set = p.set();
        let other = p.rebuilt(&set);
        (!S::IS_GOOD || hash_of(&set) == hash_of(&other), hash_of(&set) == hash_of(set.update(9999)))
    };
    is_subset: |p| {
        let (a, b) = (p.set(), p.set());
        let part = a.without(&p.rng.key());
        (a.is_subset(&b), part.is_subset(&a), part.is_subset(a))
    };
    is_proper_subset: |p| {
        let (a, b) = (p.set(), p.set());
        let part = a.without(&p.rng.key());
        (a.is_proper_subset(&b), part.is_proper_subset(&a), part.is_proper_subset(a))
    };
    debug: |p| (im::hashset! { p.rng.key() }, format!("{:#?} {:?}", im::hashset! { 1 }, Set::<S>::default()));

    // Editing them.
    clear: |p| p.edit(|set, _| {
        set.clear();
        set.is_empty()
    });
    refill: |p| {
        let set = p.fresh();
        p.keep(set)
    };
    insert: |p| p.edit(|set, rng| set.insert(rng.key()));
    extend: |p| p.edit(|set, rng| set.extend(rng.keys()));
    extend_converting: |p| p.edit(|set, rng| set.extend([rng.below(256) as u8, 3]));
    remove: |p| p.edit(|set, rng| set.remove(&rng.key()));
    remove_many: |p| p.edit(|set, rng| rng.keys().iter().filter_map(|element| set.remove(element)).count());
    retain: |p| p.edit(|set, rng| {
        let (divisor, seen) = (rng.pick(&[2, 3, 64]), &mut Vec::new());
        set.retain(|element| {
            seen.push(*element);
            element % divisor != 0
        });
        seen.sort_unstable();
        seen.clone()
    });

    // New versions.
    clone: |p| {
        let set = p.set().clone();
        p.keep(set)
    };
    update: |p| {
        let set = p.set().update(p.rng.key());
        p.keep(set)
    };
    without: |p| {
        let set = p.set().without(&p.rng.key());
        p.keep(set)
    };

    // Combining two or more.
    union: |p| {
        let set = p.set().union(p.set());
        p.keep(set)
    };
    union_of_fresh: |p| {
        let set = p.set().union(p.fresh());
        p.keep(set)
    };
    union_of_another_hasher: |p| {
        let set = p.set().union(p.rng.keys().into_iter().collect());
        p.keep(set)
    };
    unions: |p| {
        let sets = [p.set(), p.fresh(), p.set()];
        let (none, set) = (Set::<S>::unions([]), Set::unions(sets));
        (listed(&none), p.keep(set))
    };
    add: |p| {
        let set = p.set() + p.fresh();
        p.keep(set)
    };
    add_refs: |p| {
        let set = &p.set() + &p.set();
        p.keep(set)
    };
    mul: |p| {
        let set = p.set() * p.fresh();
        p.keep(set)
    };
    mul_refs: |p| {
        let set = &p.set() * &p.set();
        p.keep(set)
    };
    sum: |p| {
        let set = [p.set(), p.fresh(), p.set()].into_iter().sum();
        (p.keep(set), listed(&std::iter::empty::<Set<S>>().sum()))
    };
    difference: |p| {
        let set = p.set().difference(p.set());
        p.keep(set)
    };
    symmetric_difference: |p| {
        let set = p.set().symmetric_difference(p.fresh());
        p.keep(set)
    };
    relative_complement: |p| {
        let set = p.set().relative_complement(p.set());
        p.keep(set)
    };
    relative_complement_of_fresh: |p| {
        let set = p.set().relative_complement(p.fresh());
        p.keep(set)
    };
    intersection: |p| {
        let set = p.set().intersection(p.set());
        p.keep(set)
    };
    intersection_with_fresh: |p| {
        let set = p.set().intersection(p.fresh());
        p.keep(set)
    };
}
