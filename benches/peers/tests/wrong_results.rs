//! A map with wrong results fails the run.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use peers::input::Input;
use peers::key::Random;
use peers::map::BenchMap;
use peers::op::Op;
use peers::runner::{All, Competitor, Runner};

const NONE: u8 = 0;
const GET_MISSES: u8 = 1;
const GET_HITS: u8 = 2;
const CANNOT_INSERT: u8 = 3;
const CANNOT_REMOVE: u8 = 4;
const COLLECTS_ONE: u8 = 5;
const CLONES_NOTHING: u8 = 6;
const ITERATES_NOTHING: u8 = 7;
const ALL_EQUAL: u8 = 8;
const NONE_EQUAL: u8 = 9;
const ALGEBRA_RETURNS_SELF: u8 = 10;
const EDITS_NOTHING: u8 = 11;

/// Std's map with the fault `F`.
#[derive(Default)]
struct Faulty<const F: u8>(HashMap<u64, u64>);

impl<const F: u8> Clone for Faulty<F> {
    fn clone(&self) -> Self {
        if F == CLONES_NOTHING { Self::default() } else { Self(self.0.clone()) }
    }
}

impl<const F: u8> PartialEq for Faulty<F> {
    fn eq(&self, other: &Self) -> bool {
        F == ALL_EQUAL || (F != NONE_EQUAL && self.0 == other.0)
    }
}

impl<const F: u8> FromIterator<(u64, u64)> for Faulty<F> {
    fn from_iter<I: IntoIterator<Item = (u64, u64)>>(entries: I) -> Self {
        Self(entries.into_iter().take(if F == COLLECTS_ONE { 1 } else { usize::MAX }).collect())
    }
}

impl<const F: u8> BenchMap<u64, u64> for Faulty<F> {
    const NAME: &'static str = "faulty";
    const HAS_DIFF: bool = true;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn get(&self, key: &u64) -> Option<&u64> {
        match F {
            GET_MISSES => None,
            GET_HITS => self.0.values().next(),
            _ => self.0.get(key),
        }
    }

    fn insert(&mut self, key: u64, value: u64) {
        if F != CANNOT_INSERT {
            self.0.insert(key, value);
        }
    }

    fn remove(&mut self, key: &u64) -> bool {
        F != CANNOT_REMOVE && self.0.remove(key).is_some()
    }

    fn insert_new(&mut self, key: u64, value: u64) {
        if F != EDITS_NOTHING {
            self.0.entry(key).or_insert(value);
        }
    }

    fn get_mut(&mut self, key: &u64) -> Option<&mut u64> {
        self.0.get_mut(key).filter(|_| F != EDITS_NOTHING)
    }

    fn retain(&mut self, mut keep: impl FnMut(&u64) -> bool) {
        self.0.retain(|_, value| F == EDITS_NOTHING || keep(value));
    }

    fn iter<'a>(&'a self) -> impl Iterator<Item = (&'a u64, &'a u64)>
    where
        u64: 'a,
    {
        self.0.iter().take(if F == ITERATES_NOTHING { 0 } else { usize::MAX })
    }

    fn diff(&self, newer: &Self) -> usize {
        if F == ALGEBRA_RETURNS_SELF {
            0
        } else {
            newer.0.iter().filter(|&(key, value)| self.0.get(key) != Some(value)).count()
        }
    }

    fn merge(&self, newer: &Self) -> Self {
        let mut all = self.0.clone();
        all.extend(newer.0.iter().filter(|_| F != ALGEBRA_RETURNS_SELF));
        Self(all)
    }

    fn intersection(&self, other: &Self) -> Self {
        self.kept(|key| other.0.contains_key(key))
    }

    fn difference(&self, other: &Self) -> Self {
        self.kept(|key| !other.0.contains_key(key))
    }

    fn symmetric_difference(&self, other: &Self) -> Self {
        let mut all = self.difference(other);
        all.0.extend(other.difference(self).0.into_iter().filter(|_| F != ALGEBRA_RETURNS_SELF));
        all
    }
}

impl<const F: u8> Faulty<F> {
    fn kept(&self, keep: impl Fn(&u64) -> bool) -> Self {
        Self(self.0.iter().filter(|(key, _)| F == ALGEBRA_RETURNS_SELF || keep(key)).map(|(&k, &v)| (k, v)).collect())
    }
}

/// Returns true if the fault makes the run of `op` fail.
fn fails<const F: u8>(op: Op) -> bool {
    let input = Input::new::<Random>(100, 0);
    let runner = Runner::<u64, u64, Faulty<F>>::new::<All>(&input);
    catch_unwind(AssertUnwindSafe(|| runner.pass(op))).is_err()
}

#[test]
fn correct_results_pass() {
    for (op, name, _) in Op::ALL {
        assert!(!fails::<NONE>(op), "{name}");
    }
}

/// A function that returns whether an operation fails, and the operations for which it must return true.
type Case = (fn(Op) -> bool, &'static [Op]);

#[test]
fn wrong_results_fail() {
    let faults: [Case; 11] = [
        (fails::<GET_MISSES>, &[Op::GetHit, Op::GetChained]),
        (fails::<GET_HITS>, &[Op::GetMiss]),
        (fails::<CANNOT_INSERT>, &[Op::Insert, Op::Update, Op::InsertShared, Op::Variants]),
        (fails::<CANNOT_REMOVE>, &[Op::Remove, Op::RemoveShared]),
        (fails::<COLLECTS_ONE>, &[Op::Collect]),
        (fails::<CLONES_NOTHING>, &[Op::Clone, Op::UpdateShared]),
        (fails::<ITERATES_NOTHING>, &[Op::Iterate, Op::Fold]),
        (fails::<ALL_EQUAL>, &[Op::EqOne]),
        (fails::<NONE_EQUAL>, &[Op::EqUnshared]),
        (
            fails::<ALGEBRA_RETURNS_SELF>,
            &[Op::DiffOne, Op::MergeOne, Op::Union, Op::Intersection, Op::Difference, Op::SymmetricDifference],
        ),
        (fails::<EDITS_NOTHING>, &[Op::Entry, Op::GetMut, Op::RetainHalf, Op::RetainMost]),
    ];
    for (fails, ops) in faults {
        for &op in ops {
            assert!(fails(op), "{op:?}");
        }
    }
}
