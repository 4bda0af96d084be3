//! Laws of merging, comparing and patching maps, for versions that share nodes, for maps that share nothing, with good
//! and bad hashers, and with hashers that disagree.

use core::hash::BuildHasher;
use std::collections::{BTreeMap, BTreeSet};

use foldhash::fast::FixedState;
use perennial::PersistentMap;
use perennial::map::{Change, Conflict, Merge, Patch, PatchConflict};
use proptest::prelude::*;

use super::hashers::Kind;
use super::{Map, assert_holds, build, empty, same_shape, scaled, validate};

type Model = BTreeMap<u64, u64>;

/// A map, with a std map that must have the same entries.
#[derive(Clone)]
pub(crate) struct Side {
    map: Map<u64, u64>,
    model: Model,
}

impl Side {
    fn edited(&self, edits: &[(u64, Option<u64>)]) -> Self {
        let mut side = self.clone();
        for &(key, value) in edits {
            match value {
                Some(value) => drop((side.map.insert(key, value), side.model.insert(key, value))),
                None => drop((side.map.remove(&key), side.model.remove(&key))),
            }
        }
        side
    }

    /// Returns the same entries in a map with the hasher `kind` that shares nothing.
    fn apart(&self, kind: Kind) -> Self {
        Self { map: build(kind, self.model.clone()), model: self.model.clone() }
    }

    #[track_caller]
    fn check(&self) {
        check(&self.map, &self.model);
    }
}

/// Checks the structure and the contents of a result, and that its shape is that of a newly built map.
#[track_caller]
fn check(map: &Map<u64, u64>, model: &Model) {
    assert_holds(map, model.clone());
    assert!(same_shape(map, &build(map.hasher().0, model.clone())));
}

/// Describes three versions of a map by the number of keys in their common base, and by the edits of each.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) base: u64,
    pub(crate) edits: [Vec<(u64, Option<u64>)>; 3],
}

pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let base = prop_oneof![0..40_u64, 0..scaled(800, 60) as u64];
    base.prop_flat_map(|base| {
        // There are few values, so that versions often make the same edit, or set a value to what it was.
        let edit = (0..base + 30, prop::option::of(0..3_u64));
        let edits = prop::collection::vec(edit, 0..scaled(60, 20));
        (Just(base), [edits.clone(), edits.clone(), edits]).prop_map(|(base, edits)| Case { base, edits })
    })
}

impl Case {
    fn base(&self, kind: Kind) -> Side {
        // Colliding keys are searched linearly, so large maps would be slow.
        let base = if kind == Kind::Constant { self.base / 4 } else { self.base };
        let model: Model = (0..base).map(|key| (key, key % 3)).collect();
        Side { map: build(kind, model.clone()), model }
    }

    /// Returns the three versions. Their maps are related as `relation` says.
    pub(crate) fn sides(&self, kind: Kind, relation: Relation) -> Sides {
        let base = self.base(kind);
        let [a, b, c] = [0, 1, 2].map(|side| base.edited(&self.edits[side]));
        let b = match relation {
            Relation::Versions => b,
            Relation::Apart => b.apart(kind),
            Relation::OtherHasher => b.apart(if kind == Kind::Good { Kind::Eight } else { Kind::Good }),
        };
        [a, b, c]
    }

    /// Checks a law with all hashers and all relations between the maps.
    pub(crate) fn obeys(&self, law: fn(Sides)) {
        for kind in Kind::ALL {
            RELATIONS.into_iter().for_each(|relation| law(self.sides(kind, relation)));
        }
    }
}

pub(crate) type Sides = [Side; 3];

/// How the maps of two sides are related: as versions of one map, as maps that share nothing, or as maps whose hashers
/// disagree.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Relation {
    Versions,
    Apart,
    OtherHasher,
}

pub(crate) const RELATIONS: [Relation; 3] = [Relation::Versions, Relation::Apart, Relation::OtherHasher];

/// Combines `a` and `b` key by key. `both` decides about keys that both have.
fn model(a: &Model, b: &Model, left: bool, right: bool, mut both: impl FnMut(u64, u64, u64) -> Option<u64>) -> Model {
    let keys: BTreeSet<u64> = a.keys().chain(b.keys()).copied().collect();
    let combined = keys.into_iter().filter_map(|key| {
        let value = match (a.get(&key), b.get(&key)) {
            (Some(&a), Some(&b)) => both(key, a, b)?,
            (Some(&a), None) if left => a,
            (None, Some(&b)) if right => b,
            _ => return None,
        };
        Some((key, value))
    });
    combined.collect()
}

fn decide(key: u64, ours: u64, theirs: u64) -> Merge<u64> {
    match key % 4 {
        0 => Merge::Left,
        1 => Merge::Right,
        2 => Merge::New(10 * ours + theirs),
        _ => Merge::Remove,
    }
}

pub(crate) const LAWS: [fn(Sides); 6] = [
    operations_agree_with_a_model,
    operations_obey_the_laws_of_sets,
    results_equal_to_an_operand_are_that_version,
    diff_yields_every_change_once_and_makes_a_patch,
    three_way_merge_agrees_with_a_model,
    equal_maps_with_different_histories_have_equal_hashes,
];

pub(crate) fn operations_agree_with_a_model([a, b, _]: Sides) {
    let (x, y) = (&a.map, &b.map);
    check(&x.merge(y), &model(&a.model, &b.model, true, true, |_, _, b| Some(b)));
    check(&x.intersection(y), &model(&a.model, &b.model, false, false, |_, a, _| Some(a)));
    check(&x.difference(y), &model(&a.model, &b.model, true, false, |_, _, _| None));
    check(&x.symmetric_difference(y), &model(&a.model, &b.model, true, true, |_, _, _| None));
    let merged = model(&a.model, &b.model, true, true, |key, a, b| match decide(key, a, b) {
        Merge::Left => Some(a),
        Merge::Right => Some(b),
        Merge::New(value) => Some(value),
        Merge::Remove => None,
    });
    let mut called = BTreeSet::new();
    let result = x.merge_with(y, |&key, &ours, &theirs| {
        assert!(called.insert(key), "called twice for {key}");
        assert_eq!((Some(&ours), Some(&theirs)), (a.model.get(&key), b.model.get(&key)));
        decide(key, ours, theirs)
    });
    check(&result, &merged);
    assert!(called.into_iter().eq(a.model.keys().filter(|key| b.model.contains_key(key)).copied()));
    let with = model(&a.model, &b.model, false, false, |key, a, b| Some(key + 2 * a + b));
    check(&x.intersection_with(y, |key, a, b| key + 2 * a + b), &with);
    let texts = y.map_values(|_, value| value.to_string());
    let parsed = x.intersection_with(&texts, |key, a, text| key + 2 * a + text.parse::<u64>().expect("a number"));
    check(&parsed, &with);
    let halved = a.model.iter().map(|(&key, &value)| (key, value / 2)).collect();
    check(&x.map_values(|_, value| value / 2), &halved);
    check(&x.update_values(|_, value| value / 2), &halved);
    let odd =
        |map: &BTreeMap<u64, u64>| map.iter().filter(|(_, value)| *value % 2 == 1).map(|(&k, &v)| (k, v)).collect();
    check(&x.filter_map(|_, value| Some(*value).filter(|value| value % 2 == 1)), &odd(&a.model));
    let (accepted, others) = x.partition(|_, value| value % 2 == 1);
    check(&accepted, &odd(&a.model));
    check(&others, &a.model.iter().filter(|(_, value)| *value % 2 == 0).map(|(&k, &v)| (k, v)).collect());

    assert_eq!(x == y, a.model == b.model);
    assert_eq!(x.is_submap(y), a.model.iter().all(|(key, value)| b.model.get(key) == Some(value)));
    let below = a.model.iter().all(|(key, value)| b.model.get(key).is_some_and(|other| value < other));
    assert_eq!(x.is_submap_by(y, |a, b| a < b), below);
    assert_eq!(x.is_submap_by(&texts, |a, text| a.to_string() < *text), below, "one digit compares like a number");
    assert_eq!(x.is_disjoint(y), !a.model.keys().any(|key| b.model.contains_key(key)));
    assert!((x - y).is_disjoint(y) && y.is_disjoint(&(x - y)));
    assert!(x.intersection(y).is_submap(x) && y.is_submap(&x.merge(y)));
    a.check();
    b.check();
}

pub(crate) fn operations_obey_the_laws_of_sets([Side { map: a, .. }, Side { map: b, .. }, Side { map: c, .. }]: Sides) {
    let keys = |map: &Map<u64, u64>| map.map_values(|_, _| 0);
    assert_eq!(a.merge(&b), b.merge_with(&a, |_, _, _| Merge::Left));
    assert_eq!(keys(&(&a & &b)), keys(&(&b & &a)));
    assert_eq!(&a ^ &b, &b ^ &a);

    assert_eq!(&(&a | &b) | &c, &a | &(&b | &c));
    assert_eq!(&(&a & &b) & &c, &a & &(&b & &c));
    assert_eq!(keys(&(&(&a ^ &b) ^ &c)), keys(&(&a ^ &(&b ^ &c))));
    assert_eq!(&a - &(&b | &c), &(&a - &b) & &(&a - &c));
    assert_eq!(&a & &(&b | &c), &(&a & &b) | &(&a & &c));
    assert_eq!(&a ^ &b, &(&a - &b) | &(&b - &a));
    assert_eq!(&(&a - &b) | &(&a & &b), a);

    let mut result = a.clone();
    result |= &b;
    result &= &c;
    result -= &a;
    result ^= &b;
    assert_eq!(result, &(&(&(&a | &b) & &c) - &a) ^ &b);
    validate(&result);
}

pub(crate) fn results_equal_to_an_operand_are_that_version([Side { map: a, .. }, Side { map: b, .. }, _]: Sides) {
    let nothing = empty(a.hasher().0);
    for same in [
        a.merge(&a),
        a.merge(&nothing),
        nothing.merge(&a),
        a.merge_with(&b, |_, _, _| Merge::Left).intersection(&a).merge_with(&a, |_, _, _| Merge::Right),
        a.merge_with(&a, |_, _, _| Merge::Left),
        a.merge_with(&a.clone(), |_, _, _| Merge::Right),
        a.intersection(&a),
        a.intersection(&a.merge(&b)),
        a.difference(&nothing),
        a.difference(&b.difference(&a)),
        a.symmetric_difference(&nothing),
        nothing.symmetric_difference(&a),
        a.update_values(|_, value| *value),
        a.partition(|_, _| true).0,
        a.partition(|_, _| false).1,
    ] {
        assert!(same.ptr_eq(&a));
    }
    for none in [a.difference(&a), a.symmetric_difference(&a), &a & &nothing, &nothing & &a, &nothing - &a] {
        assert!(none.ptr_eq(&nothing));
    }
    assert!(a.is_submap(&a) && nothing.is_submap(&a) && nothing.is_disjoint(&a) && a.is_disjoint(&nothing));
    assert_eq!(a.is_disjoint(&a), a.is_empty());
    assert_eq!(a.diff(&a).count(), 0);
}

pub(crate) fn diff_yields_every_change_once_and_makes_a_patch([a, b, c]: Sides) {
    let mut changes = BTreeMap::new();
    for change in a.map.diff(&b.map) {
        let key = *change.key();
        assert_eq!(change.before(), a.model.get(&key));
        assert_eq!(change.after(), b.model.get(&key));
        assert_ne!(change.before(), change.after());
        assert!(changes.insert(key, change).is_none(), "two changes of {key}");
    }
    let keys: BTreeSet<_> = a.model.keys().chain(b.model.keys()).collect();
    let changed = keys.into_iter().filter(|key| a.model.get(key) != b.model.get(key));
    assert!(changed.eq(changes.keys()));

    let patch = Patch::between(&a.map, &b.map);
    let collected: Patch<u64, u64> = a.map.diff(&b.map).collect();
    assert_eq!(patch.len(), changes.len());
    assert_eq!(patch.is_empty(), changes.is_empty());
    assert!(patch.iter().all(|change| changes[change.key()] == change));
    assert_eq!(patch.inverse(), Patch::between(&b.map, &a.map));
    assert_eq!(patch.inverse().inverse(), patch);
    for result in [a.map.apply(&patch), a.map.apply(&collected)] {
        check(&result.expect("the patch applies"), &b.model);
    }
    check(&b.map.apply(&patch.inverse()).expect("the patch applies"), &a.model);

    // Whether the patch applies to `c` depends only on the keys of the patch.
    let fault = |change: &Change<'_, u64, u64>| match (change.before(), c.model.get(change.key())) {
        (None, Some(_)) => Some(PatchConflict::Present { key: *change.key() }),
        (Some(_), None) => Some(PatchConflict::Absent { key: *change.key() }),
        (before, found) => (before != found).then_some(PatchConflict::Differs { key: *change.key() }),
    };
    let mut faults: Vec<_> = patch.iter().filter_map(|change| fault(&change)).collect();
    faults.sort_by_key(|conflict| *conflict.key());
    match c.map.apply(&patch) {
        Ok(patched) => {
            assert_eq!(faults, []);
            let mut model = c.model.clone();
            for change in patch.iter() {
                match change.after() {
                    Some(value) => drop(model.insert(*change.key(), *value)),
                    None => drop(model.remove(change.key())),
                }
            }
            check(&patched, &model);
        }
        Err(error) => {
            assert!(!faults.is_empty());
            let mut conflicts = error.into_conflicts();
            conflicts.sort_by_key(|conflict| *conflict.key());
            assert_eq!(conflicts, faults);
        }
    }
    c.check();
}

pub(crate) fn patches_that_fit_compose([a, b, c]: Sides) {
    let first = Patch::between(&a.map, &b.map);
    let both = Patch::between(&a.map, &c.map);
    assert_eq!(first.then(&Patch::between(&b.map, &c.map)), Ok(both));
    assert_eq!(first.then(&first.inverse()).map(|nothing| nothing.len()), Ok(0));
    assert_eq!(first.then(&Patch::between(&a.map, &a.map)), Ok(first.clone()));

    let keys: BTreeSet<u64> = [&a, &b, &c].into_iter().flat_map(|side| side.model.keys()).copied().collect();
    for key in &keys {
        let [before, after] = [&a, &b].map(|side| side.model.get(key));
        let change = first.get(key).map(|change| (*change.key(), change.before(), change.after()));
        assert_eq!(change, (before != after).then_some((*key, before, after)));
    }

    // A patch that was not made for the result of the first one.
    let second = Patch::between(&c.map, &a.map);
    let conflict = |key: &u64| {
        let [a, b, c] = [&a, &b, &c].map(|side| side.model.get(key));
        match (b, c) {
            _ if a == b || a == c || b == c => None,
            (Some(_), None) => Some(PatchConflict::Present { key: *key }),
            (None, Some(_)) => Some(PatchConflict::Absent { key: *key }),
            _ => Some(PatchConflict::Differs { key: *key }),
        }
    };
    let conflicts: Vec<_> = keys.iter().filter_map(conflict).collect();
    match first.then(&second) {
        Ok(both) => {
            assert_eq!(conflicts, []);
            let start: Model = keys
                .iter()
                .filter_map(|key| {
                    let [a, b, c] = [&a, &b, &c].map(|side| side.model.get(key));
                    Some((*key, *if a == b { c } else { a }?))
                })
                .collect();
            let start: PersistentMap<u64, u64> = start.into_iter().collect();
            let end = start.apply(&first).and_then(|middle| middle.apply(&second));
            assert_eq!(start.apply(&both), Ok(end.expect("both apply")));
        }
        Err(error) => {
            assert!(!conflicts.is_empty());
            let mut found = error.into_conflicts();
            found.sort_by_key(|conflict| *conflict.key());
            assert_eq!(found, conflicts);
        }
    }
}

pub(crate) fn three_way_merge_agrees_with_a_model([ours, theirs, base]: Sides) {
    let resolve = |key: u64, conflict: Conflict<'_, u64>| match key % 3 {
        0 => conflict.ours.copied(),
        1 => Some(100 + conflict.base.unwrap_or(&0) + conflict.ours.unwrap_or(&9) + conflict.theirs.unwrap_or(&9)),
        _ => None,
    };
    let keys: BTreeSet<u64> = [&base, &ours, &theirs].into_iter().flat_map(|side| side.model.keys()).copied().collect();
    let mut conflicts = BTreeSet::new();
    let expected: Model = keys
        .into_iter()
        .filter_map(|key| {
            let [base, ours, theirs] = [&base, &ours, &theirs].map(|side| side.model.get(&key));
            let value = if ours == theirs || base == theirs {
                ours.copied()
            } else if base == ours {
                theirs.copied()
            } else {
                conflicts.insert(key);
                resolve(key, Conflict { base, ours, theirs })
            };
            Some((key, value?))
        })
        .collect();
    let mut called = BTreeSet::new();
    let merged = PersistentMap::merge3(&base.map, &ours.map, &theirs.map, |key, conflict| {
        assert!(called.insert(*key), "called twice for {key}");
        let seen = [conflict.base, conflict.ours, conflict.theirs];
        assert_eq!(seen, [&base, &ours, &theirs].map(|side| side.model.get(key)));
        resolve(*key, conflict)
    });
    check(&merged, &expected);
    assert_eq!(called, conflicts);

    let never = |_: &u64, _: Conflict<'_, u64>| -> Option<u64> { panic!("only one side has changes") };
    let unchanged = base.map.clone();
    assert!(PersistentMap::merge3(&base.map, &unchanged, &theirs.map, never).ptr_eq(&theirs.map));
    assert!(PersistentMap::merge3(&base.map, &ours.map, &unchanged, never).ptr_eq(&ours.map));
    assert!(PersistentMap::merge3(&base.map, &ours.map, &ours.map, never).ptr_eq(&ours.map));
    [base, ours, theirs].iter().for_each(Side::check);
}

pub(crate) fn equal_maps_with_different_histories_have_equal_hashes([a, b, _]: Sides) {
    let digest = |map: &Map<u64, u64>| FixedState::default().hash_one(map);
    let roundabout = b.map.apply(&Patch::between(&b.map, &a.map)).expect("the patch applies");
    let reversed = build(a.map.hasher().0, a.model.clone().into_iter().rev());
    for other in [roundabout, reversed, a.apart(Kind::Eight).map] {
        assert_eq!(a.map, other);
        assert_eq!(digest(&a.map), digest(&other));
    }
    assert_eq!(digest(&a.map) == digest(&b.map), a.model == b.model);
}
