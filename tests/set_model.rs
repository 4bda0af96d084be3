//! Compares sets with std's `HashSet` in random programs on several live versions, and tests the laws of set algebra
//! and properties of the types.

mod common;

use std::collections::{BTreeSet, HashSet};
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash, RandomState};
use std::iter::FusedIterator;

use foldhash::fast::FixedState;
use perennial::set::{Change, Diff, Drain, IntoIter, Iter};
use perennial::{PersistentSet, TransientSet, persistent_set};
use proptest::prelude::*;

use common::hashers::{Kind, TestState};
use common::values::Sample;
use common::{proptest_config, scaled};

const REGRESSIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proptest-regressions/set_model.txt");

type Set<T> = PersistentSet<T, TestState>;

/// A set, with a std set that must have the same elements.
#[derive(Clone)]
struct Version<T> {
    set: Set<T>,
    model: HashSet<T>,
}

fn empty<T>(kind: Kind) -> Set<T> {
    PersistentSet::with_hasher(TestState(kind))
}

fn digest(value: &impl Hash) -> u64 {
    FixedState::default().hash_one(value)
}

/// Checks the structure and the contents of a set, and that its shape and hash do not depend on its history.
#[track_caller]
fn check<T: Sample>(set: &Set<T>, model: &HashSet<T>) {
    set.validate();
    assert_eq!(set.len(), model.len());
    assert_eq!(set.is_empty(), model.is_empty());
    assert_eq!(set.iter().len(), model.len());
    assert!(model.iter().all(|element| set.contains(element) && set.get(element) == Some(element)));
    assert_eq!(set.iter().collect::<HashSet<_>>(), model.iter().collect());
    assert!(set.iter().eq(set.iter().fold(Vec::new(), |seen, element| [seen, vec![element]].concat())));

    let mut rebuilt = empty(set.hasher().0);
    rebuilt.extend(model.iter().cloned());
    assert_eq!(*set, rebuilt);
    assert_eq!(rebuilt, *set);
    assert_eq!(digest(set), digest(&rebuilt));
    assert!(set.same_shape(&rebuilt));
}

/// A step of a program. Any number can name a version: the remainder of its division by the number of versions counts.
#[derive(Clone, Debug)]
enum Step {
    /// Edits a clone of a version, which becomes a new version.
    Edit(usize, Edit),
    /// Edits a clone as a transient.
    Transient(usize, Vec<Edit>),
    Combine(usize, usize, u8),
    Drop(usize),
}

#[derive(Clone, Debug)]
enum Edit {
    Insert(u16),
    Replace(u16),
    GetOrInsert(u16),
    GetOrInsertWith(u16),
    Remove(u16),
    Take(u16),
    Retain(u16),
    Extend(Vec<u16>),
    ExtractIf(u16, usize),
    Drain(usize),
    Pop(usize),
    Clear,
}

fn elements() -> impl Strategy<Value = u16> {
    0..300_u16
}

fn edits() -> impl Strategy<Value = Edit> {
    prop_oneof![
        6 => elements().prop_map(Edit::Insert),
        1 => elements().prop_map(Edit::Replace),
        1 => elements().prop_map(Edit::GetOrInsert),
        1 => elements().prop_map(Edit::GetOrInsertWith),
        3 => elements().prop_map(Edit::Remove),
        3 => elements().prop_map(Edit::Take),
        1 => (2..20_u16).prop_map(Edit::Retain),
        6 => prop::collection::vec(elements(), 0..60).prop_map(Edit::Extend),
        1 => ((2..20_u16), (0..300_usize)).prop_map(|(n, most)| Edit::ExtractIf(n, most)),
        1 => (0..300_usize).prop_map(Edit::Drain),
        1 => (0..300_usize).prop_map(Edit::Pop),
        1 => Just(Edit::Clear),
    ]
}

fn programs() -> impl Strategy<Value = Vec<Step>> {
    let at = any::<usize>;
    let step = prop_oneof![
        8 => (at(), edits()).prop_map(|(at, edit)| Step::Edit(at, edit)),
        2 => (at(), prop::collection::vec(edits(), 0..6)).prop_map(|(at, edits)| Step::Transient(at, edits)),
        4 => (at(), at(), 0..4_u8).prop_map(|(a, b, how)| Step::Combine(a, b, how)),
        1 => at().prop_map(Step::Drop),
    ];
    prop::collection::vec(step, 1..scaled(40, 12))
}

/// Returns true for about one of every `n` elements.
fn picks<T: Hash>(element: &T, n: u16) -> bool {
    digest(element) % u64::from(n) == 0
}

/// Applies an edit. The older version still exists, so all nodes are shared.
fn edit<T: Sample>(Version { set, model }: &mut Version<T>, edit: &Edit) {
    let before = set.clone();
    let unchanged = match *edit {
        Edit::Insert(n) => {
            let is_new = set.insert(T::sample(n));
            assert_eq!(is_new, model.insert(T::sample(n)));
            assert_eq!(before.conj(T::sample(n)), *set);
            !is_new
        }
        Edit::Replace(n) => {
            assert_eq!(set.replace(T::sample(n)), model.replace(T::sample(n)));
            false
        }
        Edit::GetOrInsert(n) => {
            assert_eq!(set.get_or_insert(T::sample(n)), &T::sample(n));
            !model.insert(T::sample(n))
        }
        Edit::GetOrInsertWith(n) => {
            let is_new = model.insert(T::sample(n));
            let mut called = false;
            let found = set.get_or_insert_with(&T::sample(n), |element| {
                called = true;
                element.clone()
            });
            assert_eq!(found, &T::sample(n));
            assert_eq!(called, is_new);
            !is_new
        }
        Edit::Remove(n) => {
            let was_present = set.remove(&T::sample(n));
            assert_eq!(was_present, model.remove(&T::sample(n)));
            assert_eq!(before.disj(&T::sample(n)), *set);
            !was_present
        }
        Edit::Take(n) => {
            let taken = set.take(&T::sample(n));
            assert_eq!(taken, model.take(&T::sample(n)));
            taken.is_none()
        }
        Edit::Retain(n) => {
            set.retain(|element| !picks(element, n));
            model.retain(|element| !picks(element, n));
            assert_eq!(before.filter(|element| !picks(element, n)), *set);
            assert_eq!(before.partition(|element| picks(element, n)), (&before - &*set, set.clone()));
            set.len() == before.len()
        }
        Edit::Extend(ref numbers) => {
            set.extend(numbers.iter().map(|&n| T::sample(n)));
            model.extend(numbers.iter().map(|&n| T::sample(n)));
            set.len() == before.len()
        }
        Edit::ExtractIf(n, most) => {
            for element in set.extract_if(|element| picks(element, n)).take(most) {
                assert!(picks(&element, n) && model.remove(&element));
            }
            set.len() == before.len()
        }
        Edit::Drain(most) => {
            let drained: HashSet<T> = set.drain().take(most).collect();
            assert_eq!(drained.len(), most.min(model.len()));
            assert!(drained.is_subset(model) && set.is_empty());
            model.clear();
            before.is_empty()
        }
        Edit::Pop(most) => {
            for _ in 0..most.min(model.len()) {
                assert!(model.remove(&set.pop().expect("the set has elements")));
            }
            assert!(!model.is_empty() || set.pop().is_none());
            set.len() == before.len()
        }
        Edit::Clear => {
            set.clear();
            model.clear();
            before.is_empty()
        }
    };
    assert!(!unchanged || set.ptr_eq(&before), "{edit:?} copied nodes although nothing changed");
}

/// Applies an edit to a transient, or a similar one if transients do not have it.
fn edit_transient<T: Sample>(set: &mut TransientSet<T, TestState>, model: &mut HashSet<T>, edit: &Edit) {
    match *edit {
        Edit::Insert(n) => assert_eq!(set.insert(T::sample(n)), model.insert(T::sample(n))),
        Edit::Replace(n) => assert_eq!(set.replace(T::sample(n)), model.replace(T::sample(n))),
        Edit::Remove(n) => assert_eq!(set.remove(&T::sample(n)), model.remove(&T::sample(n))),
        Edit::Take(n) => assert_eq!(set.take(&T::sample(n)), model.take(&T::sample(n))),
        Edit::Retain(n) | Edit::ExtractIf(n, _) => {
            set.retain(|element| !picks(element, n));
            model.retain(|element| !picks(element, n));
        }
        Edit::Extend(ref numbers) => {
            set.extend(numbers.iter().map(|&n| T::sample(n)));
            model.extend(numbers.iter().map(|&n| T::sample(n)));
        }
        Edit::GetOrInsert(n) | Edit::GetOrInsertWith(n) => {
            assert_eq!(set.contains(&T::sample(n)), model.contains(&T::sample(n)));
            assert_eq!(set.get(&T::sample(n)), model.get(&T::sample(n)));
        }
        Edit::Drain(most) | Edit::Pop(most) => {
            let drained: HashSet<T> = set.drain().take(most).collect();
            assert!(drained.len() == most.min(model.len()) && drained.is_subset(model) && set.is_empty());
            model.clear();
        }
        Edit::Clear => {
            set.clear();
            model.clear();
            assert!(set.is_empty());
        }
    }
    assert_eq!(set.len(), model.len());
    assert!(set.iter().eq(&*set));
}

/// Combines two versions by one of four operations, and compares them by all operations that compare sets.
fn combine<T: Sample>(a: &Version<T>, b: &Version<T>, how: u8) -> Version<T> {
    assert_eq!(a.set == b.set, a.model == b.model);
    assert_eq!(a.set.is_subset(&b.set), a.model.is_subset(&b.model));
    assert_eq!(a.set.is_superset(&b.set), a.model.is_superset(&b.model));
    assert_eq!(a.set.is_disjoint(&b.set), a.model.is_disjoint(&b.model));
    let mut patched = a.model.clone();
    for change in a.set.diff(&b.set) {
        match change {
            Change::Added(element) => assert!(patched.insert(element.clone())),
            Change::Removed(element) => assert!(patched.remove(element)),
        }
    }
    assert_eq!(patched, b.model);

    let (x, y) = (&a.set, &b.set);
    let (named, written, model): (_, _, HashSet<T>) = match how {
        0 => (x.union(y), x | y, a.model.union(&b.model).cloned().collect()),
        1 => (x.intersection(y), x & y, a.model.intersection(&b.model).cloned().collect()),
        2 => (x.difference(y), x - y, a.model.difference(&b.model).cloned().collect()),
        _ => (x.symmetric_difference(y), x ^ y, a.model.symmetric_difference(&b.model).cloned().collect()),
    };
    assert_eq!(named, written);
    assert!(model != a.model || named.ptr_eq(x), "the result equals the left operand, but is another version");
    Version { set: named, model }
}

fn run<T: Sample>(kind: Kind, program: &[Step]) {
    let mut versions = vec![Version::<T> { set: empty(kind), model: HashSet::new() }];
    for step in program {
        let len = versions.len();
        match *step {
            Step::Edit(at, ref how) => {
                let mut version = versions[at % len].clone();
                edit(&mut version, how);
                versions.push(version);
            }
            Step::Transient(at, ref edits) => {
                let Version { set, mut model } = versions[at % len].clone();
                let mut transient = set.into_transient();
                edits.iter().for_each(|edit| edit_transient(&mut transient, &mut model, edit));
                versions.push(Version { set: transient.into_persistent(), model });
            }
            Step::Combine(a, b, how) => versions.push(combine(&versions[a % len], &versions[b % len], how)),
            Step::Drop(at) if len > 1 => drop(versions.remove(at % len)),
            Step::Drop(_) => {}
        }
        if versions.len() > 5 {
            versions.remove(0);
        }
        versions.iter().for_each(|version| check(&version.set, &version.model));
    }
    for Version { set, model } in versions {
        assert_eq!(set.clone().into_iter().collect::<HashSet<_>>(), model);
        let mut rest = set.into_iter();
        rest.by_ref().take(model.len() / 2).for_each(drop);
        assert_eq!(rest.len(), model.len() - model.len() / 2);
    }
}

proptest! {
    #![proptest_config(proptest_config(32, 1, REGRESSIONS))]

    #[test]
    fn random_programs_agree_with_std(program in programs()) {
        for kind in Kind::ALL {
            run::<u64>(kind, &program);
            run::<String>(kind, &program);
        }
        run::<()>(Kind::Good, &program);
    }

    #[test]
    fn set_operations_obey_the_laws_of_sets(
        numbers in prop::array::uniform4(prop::collection::vec(0..600_u64, 0..scaled(300, 30))),
    ) {
        for (kind, other) in Kind::ALL.into_iter().zip(Kind::ALL.into_iter().rev()) {
            let set = |kind, at: usize| {
                let mut set: Set<u64> = empty(kind);
                set.extend(&numbers[at]);
                set
            };
            let base = set(kind, 3);
            let versions = [0, 1, 2].map(|at| &base | &set(kind, at));
            let unrelated = [0, 1, 2].map(|at| set(kind, at));
            let disagreeing = [set(kind, 0), set(other, 1), set(kind, 2)];
            for [a, b, c] in [versions, unrelated, disagreeing] {
                assert_eq!(&a | &b, &b | &a);
                assert_eq!(&a & &b, &b & &a);
                assert_eq!(&a ^ &b, &b ^ &a);
                assert_eq!(&a | &(&b | &c), &(&a | &b) | &c);
                assert_eq!(&a & &(&b & &c), &(&a & &b) & &c);
                assert_eq!(&a ^ &(&b ^ &c), &(&a ^ &b) ^ &c);
                assert_eq!(&a & &(&b | &c), &(&a & &b) | &(&a & &c));
                assert_eq!(&a - &(&b & &c), &(&a - &b) | &(&a - &c));
                assert_eq!(&(&a - &b) | &(&b - &a), &a ^ &b);
                let nothing = empty(kind);
                for same in [&a | &a, &a & &a, &a | &nothing, &a - &nothing, &a ^ &nothing, &a & &(&a | &b), &nothing | &a] {
                    assert!(same.ptr_eq(&a));
                }
                for none in [&a - &a, &a ^ &a, &a & &nothing, &nothing - &a] {
                    assert!(none.ptr_eq(&nothing));
                }
                let mut result = a.clone();
                result |= &b;
                result -= &c;
                result ^= &a;
                result &= &b;
                assert_eq!(result, &(&(&(&a | &b) - &c) ^ &a) & &b);
                result.validate();
            }
        }
    }
}

#[test]
fn operations_on_sets_with_different_random_hashers_give_correct_results() {
    let set = |numbers: std::ops::Range<u64>| {
        let mut set = PersistentSet::with_hasher(RandomState::new());
        set.extend(numbers);
        set
    };
    let n = scaled(3000, 100) as u64;
    let (a, b) = (set(0..2 * n), set(n..3 * n));
    let sorted = |set: PersistentSet<u64, RandomState>| {
        set.validate();
        set.into_iter().collect::<BTreeSet<_>>()
    };
    assert!(sorted(&a | &b).into_iter().eq(0..3 * n));
    assert!(sorted(&a & &b).into_iter().eq(n..2 * n));
    assert!(sorted(&a - &b).into_iter().eq(0..n));
    assert!(sorted(&a ^ &b).into_iter().eq((0..n).chain(2 * n..3 * n)));
    assert!(a.is_subset(&set(0..3 * n)) && set(0..3 * n).is_superset(&b) && !a.is_subset(&b));
    assert!(a.is_disjoint(&set(2 * n..3 * n)) && !a.is_disjoint(&b));
    assert_eq!(a.diff(&b).count() as u64, 2 * n);
    assert_eq!(a, set(0..2 * n));
    assert_eq!(digest(&a), digest(&set(0..2 * n)));
}

/// An element that is equal to all others with the same number.
#[derive(Clone, Debug)]
struct Named(u64, &'static str);

impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Named {}

impl Hash for Named {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

#[test]
fn the_first_of_equal_elements_stays_except_in_replace() {
    for kind in Kind::ALL {
        for n in [1, 17, 200] {
            let set = |name| {
                let mut set = empty(kind);
                set.extend((0..n).map(|number| Named(number, name)));
                set
            };
            let all = |set: &Set<Named>, name| set.len() == n as usize && set.iter().all(|element| element.1 == name);
            let (first, second) = (set("first"), set("second"));
            assert!(all(&(&first | &second), "first") && all(&(&first & &second), "first"));

            let mut edited = first.clone();
            edited.extend(second.clone());
            assert!(!edited.insert(Named(0, "second")));
            assert_eq!(edited.get_or_insert(Named(0, "second")).1, "first");
            assert!(edited.ptr_eq(&first));
            for number in 0..n {
                assert_eq!(edited.replace(Named(number, "second")).map(|old| old.1), Some("first"));
            }
            assert!(all(&edited, "second") && all(&first, "first"));
        }
    }
}

#[test]
#[should_panic(expected = "the new element is not equal to the value")]
fn get_or_insert_with_panics_for_an_unequal_element() {
    PersistentSet::from([1]).get_or_insert_with(&2, |_| 3);
}

#[test]
fn sets_convert_from_collections_and_implement_debug() {
    let set = persistent_set! { 3, 1, 2, 3 };
    assert_eq!(PersistentSet::from([1, 2, 3]), set);
    assert_eq!(PersistentSet::from(vec![1, 2, 3, 1]), set);
    assert_eq!(PersistentSet::from(HashSet::from([1, 2, 3])), set);
    assert_eq!(PersistentSet::from(BTreeSet::from([1, 2, 3])), set);
    let mut transient = TransientSet::default();
    transient.extend(&[1, 2]);
    assert_eq!(format!("{:?}", persistent_set! { 7 }), "{7}");
    transient.extend([3]);
    assert_eq!(transient.into_persistent(), set);

    let mut iter = set.iter();
    iter.next();
    let shown = format!("{:?}", iter.clone().collect::<Vec<_>>());
    assert_eq!(format!("{iter:?}"), shown);
    let mut owned = set.clone().into_iter();
    owned.next();
    assert_eq!(format!("{owned:?}"), shown);
    let mut drained = set.clone();
    let mut drain = drained.drain();
    drain.next();
    assert_eq!(format!("{drain:?}"), shown);
    assert_eq!((Iter::<u64>::default().len(), IntoIter::<u64>::default().len()), (0, 0));
}

// Properties of the types. If one is violated, the test does not compile.
const fn crosses_threads<T: Send + Sync + Unpin>() {}
const fn is_exact<I: ExactSizeIterator + FusedIterator + Debug>() {}
const fn is_lazy<I: FusedIterator + Debug>() {}
const fn is_cloned_and_made_from_nothing<I: Clone + Default>() {}
const _: () = {
    crosses_threads::<PersistentSet<String>>();
    crosses_threads::<TransientSet<String>>();
    crosses_threads::<Diff<'_, String>>();
    crosses_threads::<Drain<'_, String>>();
    is_exact::<Iter<'_, String>>();
    is_exact::<IntoIter<String>>();
    is_exact::<Drain<'_, String>>();
    is_lazy::<Diff<'_, String>>();
    is_cloned_and_made_from_nothing::<Iter<'_, String>>();
    assert!(size_of::<PersistentSet<u64>>() <= 16);
    assert!(size_of::<Option<PersistentSet<u64>>>() == size_of::<PersistentSet<u64>>());
};
static EMPTY: PersistentSet<String> = persistent_set! {};
#[expect(dead_code, reason = "the test is that it compiles")]
fn shorten<'short>(long: PersistentSet<&'static str>, _: &'short str) -> PersistentSet<&'short str> {
    long
}
const _: fn(&mut PersistentSet<String>) = |set| {
    fn lazy<I: FusedIterator + Debug + Send>(_: I) {}
    lazy(set.extract_if(|element| element.is_empty()));
};

/// An element that does not implement `Clone`.
#[derive(PartialEq, Eq, Hash)]
struct NoClone(u64);

#[test]
fn operations_that_copy_nothing_do_not_require_clone() {
    let set: PersistentSet<NoClone> = (0..100).map(NoClone).collect();
    let mut transient = TransientSet::new();
    transient.extend((1..101).map(NoClone));
    transient.remove(&NoClone(1));
    let other = transient.into_persistent();
    assert!(set.clone().ptr_eq(&set) && set != other && !set.is_disjoint(&other) && !other.is_subset(&set));
    assert_eq!(set.diff(&other).count(), 3);
    assert!(EMPTY.is_empty());
}
