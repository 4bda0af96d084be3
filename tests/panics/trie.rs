//! The operations on `HashTrie`. The caller supplies hash and equality, and the equality can also return an error.

use perennial::map::Merge;
use perennial::trie::{Entry, HashTrie, OccupiedEntry, SetOp, VacantEntry};

use super::trial::{Calls, Contents, Given, Operand, Operation, Scope, Situation, Subject};
use super::{CLONE, CLOSURE, DEBUG, DROP, EQ, ERROR, called, divides, new};
use crate::common::hashers::Kind;
use crate::common::tracked::{Call, Tracked, blows};

type T = HashTrie<Tracked>;

fn build(kind: Kind, elements: impl IntoIterator<Item = u64>) -> T {
    let mut trie = HashTrie::new();
    elements.into_iter().for_each(|key| drop(trie.insert(kind.hash(key), new(key), |a, b| a == b)));
    trie
}

impl Subject for T {
    type Version = T;

    fn sample(kind: Kind, size: u64) -> T {
        build(kind, 0..size)
    }

    fn of(version: T) -> T {
        version
    }

    fn version(self) -> T {
        self
    }

    fn contents(version: &T) -> Contents {
        version.validate();
        let contents: Contents = version.iter().map(|element| (element.value(), element.mark())).collect();
        assert_eq!(contents.len(), version.len(), "an element occurs twice");
        contents
    }

    fn edit(version: &mut T) {
        version.insert(Kind::Good.hash(2000), new(2000), |a, b| a == b);
        version.remove(Kind::Good.hash(0), |stored| *stored == new(0));
    }

    fn touch(kind: Kind, version: &mut T) {
        version.insert(kind.hash(1), Tracked::marked(1, 9), |a, b| a == b);
    }

    fn is_canonical(kind: Kind, version: &T, contents: &Contents) -> bool {
        let fresh = build(kind, contents.keys().copied());
        version.same_shape(&fresh) && version.try_eq(&fresh, |a, b| Ok::<_, ()>(a == b)) == Ok(true)
    }

    fn operand(version: &T, Situation { kind, size }: Situation, operand: Operand) -> T {
        let mut other = match operand {
            Operand::Related => version.clone(),
            // A trie has no hasher, so none can disagree.
            Operand::OtherHasher => HashTrie::new(),
            Operand::Apart => T::sample(kind, size),
        };
        other.remove(kind.hash(1), |stored| *stored == new(1));
        other.insert(kind.hash(size / 2), Tracked::marked(size / 2, 3), |a, b| a == b);
        other.insert(kind.hash(size + 3), new(size + 3), |a, b| a == b);
        other
    }
}

impl Given<T> {
    fn hash(&self) -> u64 {
        self.kind.hash(self.key)
    }

    fn element(&self) -> Tracked {
        Tracked::marked(self.key, 7)
    }

    fn is(&self, stored: &Tracked) -> bool {
        let key = new(self.key);
        called(*stored == key)
    }

    /// An equality that can fail.
    fn try_is(&self, stored: &Tracked) -> Result<bool, ()> {
        or_error(self.is(stored))
    }
}

/// Returns `result` from a closure that can fail.
fn or_error<R>(result: R) -> Result<R, ()> {
    if blows(Call::Error) { Err(()) } else { Ok(result) }
}

fn same(stored: &Tracked, new: &Tracked) -> bool {
    called(stored == new)
}

fn try_same(stored: &Tracked, new: &Tracked) -> Result<bool, ()> {
    or_error(same(stored, new))
}

fn by_key(a: &Tracked, _: &Tracked) -> Result<Merge<Tracked>, ()> {
    or_error(match a.value() % 3 {
        0 => Merge::Left,
        1 => Merge::Right,
        _ => Merge::New(called(Tracked::marked(a.value(), 7))),
    })
}

/// Replaces the trie by the result of an operation, unless that is an error.
fn replace(trie: &mut T, result: Result<T, ()>) {
    if let Ok(result) = result {
        *trie = result;
    }
}

fn occupied(trie: &mut T, given: &Given<T>, run: impl FnOnce(OccupiedEntry<'_, Tracked>)) {
    if let Entry::Occupied(entry) = trie.entry(given.hash(), |stored| given.is(stored)) {
        run(entry);
    }
}

fn vacant(trie: &mut T, given: &Given<T>, run: impl FnOnce(VacantEntry<'_, Tracked>)) {
    if let Entry::Vacant(entry) = trie.entry(given.hash(), |stored| given.is(stored)) {
        run(entry);
    }
}

const fn row(
    name: &'static str,
    scope: Scope,
    calls: Calls,
    if_shared: Calls,
    run: fn(&mut T, &Given<T>),
) -> Operation<T> {
    Operation { name, scope, calls, if_shared, run }
}

const FIND: Calls = EQ.and(DROP).and(CLOSURE);
const TRY_FIND: Calls = FIND.and(ERROR);

/// An operation on one entry that may copy a shared bucket.
const fn one(name: &'static str, calls: Calls, run: fn(&mut T, &Given<T>)) -> Operation<T> {
    row(name, Scope::Entry, calls, CLONE, run)
}

/// An operation on two tries that cannot fail.
const fn sure(name: &'static str, calls: Calls, run: fn(&mut T, &Given<T>)) -> Operation<T> {
    row(name, Scope::Two, calls.and(EQ).and(CLOSURE), Calls::NONE, run)
}

/// An operation on two tries.
const fn two(name: &'static str, calls: Calls, run: fn(&mut T, &Given<T>)) -> Operation<T> {
    row(name, Scope::Two, calls.and(EQ).and(CLOSURE).and(ERROR), Calls::NONE, run)
}

pub(super) const OPERATIONS: [Operation<T>; 48] = [
    row("HashTrie::find", Scope::Entry, FIND, Calls::NONE, |trie, given| {
        trie.find(given.hash(), |stored| given.is(stored));
    }),
    row("HashTrie::try_find", Scope::Entry, TRY_FIND, Calls::NONE, |trie, given| {
        let _ = trie.try_find(given.hash(), |stored| given.try_is(stored));
    }),
    row("HashTrie::insert_unique", Scope::Entry, Calls::NONE, CLONE, |trie, given| {
        let hash = given.kind.hash(given.key + 5000);
        if trie.find(hash, |stored| stored.value() == given.key + 5000).is_none() {
            trie.insert_unique(hash, new(given.key + 5000));
        }
    }),
    row("HashTrie::iter_in_hash_order", Scope::Version, CLOSURE, Calls::NONE, |trie, given| {
        let hash = |element: &Tracked| called(given.kind.hash(element.value()));
        assert_eq!(trie.iter_in_hash_order(hash).count(), trie.len());
    }),
    row("trie::IterInHashOrder: Clone", Scope::Version, CLOSURE, Calls::NONE, |trie, given| {
        let hash = |element: &Tracked| called(given.kind.hash(element.value()));
        let mut iter = trie.iter_in_hash_order(hash);
        let first = iter.clone().next();
        assert!(std::ptr::eq(first.map_or(std::ptr::null(), |e| e), iter.next().map_or(std::ptr::null(), |e| e)));
    }),
    row("trie::IntoIter: Clone", Scope::Part, DROP.and(CLONE), Calls::NONE, |trie, _| {
        drop(std::mem::take(trie).into_iter().clone().next())
    }),
    one("HashTrie::insert", FIND, |trie, given| drop(trie.insert(given.hash(), given.element(), same))),
    one("HashTrie::try_insert", TRY_FIND, |trie, given| {
        drop(trie.try_insert(given.hash(), given.element(), try_same));
    }),
    one("HashTrie::remove", FIND, |trie, given| drop(trie.remove(given.hash(), |stored| given.is(stored)))),
    one("HashTrie::try_remove", TRY_FIND, |trie, given| {
        drop(trie.try_remove(given.hash(), |stored| given.try_is(stored)));
    }),
    one("HashTrie::find_mut", FIND, |trie, given| {
        if let Some(stored) = trie.find_mut(given.hash(), |stored| given.is(stored)) {
            *stored = given.element();
        }
    }),
    one("HashTrie::try_find_mut", TRY_FIND, |trie, given| {
        if let Ok(Some(stored)) = trie.try_find_mut(given.hash(), |stored| given.try_is(stored)) {
            *stored = given.element();
        }
    }),
    row("HashTrie::entry", Scope::Entry, FIND, Calls::NONE, |trie, given| {
        let _ = trie.entry(given.hash(), |stored| given.is(stored));
    }),
    one("HashTrie::try_entry", TRY_FIND, |trie, given| {
        if let Ok(Entry::Vacant(entry)) = trie.try_entry(given.hash(), |stored| given.try_is(stored)) {
            entry.insert(given.element());
        }
    }),
    row("trie::OccupiedEntry::get", Scope::Entry, FIND, Calls::NONE, |trie, given| {
        occupied(trie, given, |entry| assert_eq!(entry.get().value(), given.key));
    }),
    one("trie::OccupiedEntry::get_mut", FIND, |trie, given| {
        occupied(trie, given, |mut entry| *entry.get_mut() = given.element());
    }),
    one("trie::OccupiedEntry::into_mut", FIND, |trie, given| {
        occupied(trie, given, |entry| *entry.into_mut() = given.element());
    }),
    one("trie::OccupiedEntry::remove", FIND, |trie, given| occupied(trie, given, |entry| drop(entry.remove()))),
    one("trie::VacantEntry::insert", FIND, |trie, given| {
        vacant(trie, given, |entry| assert_eq!(entry.insert(given.element()).value(), given.key));
    }),
    one("trie::VacantEntry::insert_entry", FIND, |trie, given| {
        vacant(trie, given, |entry| assert_eq!(entry.insert_entry(given.element()).get_mut().value(), given.key));
    }),
    row("trie::Entry: Debug", Scope::Entry, FIND.and(DEBUG), Calls::NONE, |trie, given| {
        drop(format!("{:?}", trie.entry(given.hash(), |stored| given.is(stored))));
    }),
    row("HashTrie::iter_mut", Scope::Part, DROP.and(CLOSURE), CLONE, |trie, _| {
        trie.iter_mut().for_each(|stored| *stored = called(Tracked::marked(stored.value(), 7)));
    }),
    row("HashTrie::retain", Scope::Part, DROP.and(CLOSURE), CLONE, |trie, _| trie.retain(|stored| divides(2, stored))),
    row("HashTrie::extract_if", Scope::Part, DROP.and(CLOSURE), CLONE, |trie, _| {
        trie.extract_if(|stored| divides(2, stored)).for_each(drop);
    }),
    row("HashTrie::extract_if, in part", Scope::Part, DROP.and(CLOSURE), CLONE, |trie, _| {
        trie.extract_if(|stored| divides(3, stored)).take(2).for_each(drop);
    }),
    row("HashTrie::clear", Scope::Part, DROP, DROP, |trie, _| trie.clear()),
    row("HashTrie: IntoIterator", Scope::Part, DROP.and(CLOSURE), CLONE, |trie, _| {
        for element in std::mem::take(trie) {
            called(element.value());
        }
    }),
    row("HashTrie: IntoIterator, in part", Scope::Part, DROP, CLONE, |trie, _| {
        std::mem::take(trie).into_iter().take(5).for_each(drop);
    }),
    row("HashTrie: Debug", Scope::Version, DEBUG, Calls::NONE, |trie, _| drop(format!("{trie:?}"))),
    row("HashTrie::shrink_to_fit", Scope::Version, Calls::NONE, Calls::NONE, |trie, _| trie.shrink_to_fit()),
    row("HashTrie::try_build", Scope::Version, TRY_FIND, Calls::NONE, |_, given| {
        let elements = (0..24).map(|n| called((given.kind.hash(n % 18), new(n % 18))));
        drop(HashTrie::try_build(elements, try_same, |stored, new| *stored = called(new)));
    }),
    row("HashTrie::try_build, of few", Scope::Version, TRY_FIND, Calls::NONE, |_, given| {
        let elements = [3, 1, 2, 1].into_iter().map(|n| called((given.kind.hash(n), new(n))));
        drop(HashTrie::try_build(elements, try_same, |stored, new| *stored = called(new)));
    }),
    row("HashTrie::try_for_each_unshared", Scope::Version, CLOSURE.and(ERROR), CLOSURE.and(ERROR), |trie, _| {
        let _ = trie.try_for_each_unshared(|stored| or_error(called(stored)).map(drop));
    }),
    two("HashTrie::try_merge, union", CLONE.and(DROP), |trie, given| {
        let union = trie.try_merge(&given.other, SetOp::UNION, try_same, by_key);
        replace(trie, union);
    }),
    two("HashTrie::try_merge, intersection", CLONE.and(DROP), |trie, given| {
        let intersection = trie.try_merge(&given.other, SetOp::INTERSECTION, try_same, |_, _| Ok(Merge::Left));
        replace(trie, intersection);
    }),
    two("HashTrie::try_merge, difference", CLONE.and(DROP), |trie, given| {
        let difference = trie.try_merge(&given.other, SetOp::DIFFERENCE, try_same, |_, _| Ok(Merge::Remove));
        replace(trie, difference);
    }),
    two("HashTrie::try_merge, symmetric difference", CLONE.and(DROP), |trie, given| {
        let op = SetOp::SYMMETRIC_DIFFERENCE;
        let difference = trie.try_merge(&given.other, op, try_same, |_, _| Ok(Merge::Remove));
        replace(trie, difference);
    }),
    two("HashTrie::try_eq", DROP, |trie, given| {
        let twin = T::sample(given.kind, trie.len() as u64);
        assert_ne!(trie.try_eq(&twin, try_same), Ok(false));
    }),
    two("HashTrie::try_diff", Calls::NONE, |trie, given| {
        let _ = trie.try_diff(&given.other, try_same, |a, b| or_error(called((a, b))).map(drop));
    }),
    row("HashTrie::build", Scope::Version, FIND, Calls::NONE, |_, given| {
        let elements = (0..24).map(|n| called((given.kind.hash(n % 18), new(n % 18))));
        drop(HashTrie::build(elements, same, |there, new| *there = called(new)));
    }),
    row("HashTrie::for_each_unshared", Scope::Version, CLOSURE, CLOSURE, |trie, _| {
        trie.for_each_unshared(|_| called(()));
    }),
    sure("HashTrie::merge, union", CLONE.and(DROP), |trie, given| {
        let both = |a: &Tracked, _: &Tracked| called(Merge::New(Tracked::marked(a.value(), 7)));
        *trie = trie.merge(&given.other, SetOp::UNION, same, both);
    }),
    sure("HashTrie::merge, intersection", CLONE.and(DROP), |trie, given| {
        *trie = trie.merge(&given.other, SetOp::INTERSECTION, same, |_, _| Merge::Left);
    }),
    sure("HashTrie::merge, difference", CLONE.and(DROP), |trie, given| {
        *trie = trie.merge(&given.other, SetOp::DIFFERENCE, same, |_, _| Merge::Remove);
    }),
    sure("HashTrie::merge, symmetric difference", CLONE.and(DROP), |trie, given| {
        *trie = trie.merge(&given.other, SetOp::SYMMETRIC_DIFFERENCE, same, |_, _| Merge::Remove);
    }),
    sure("HashTrie::eq", DROP, |trie, given| {
        let twin = T::sample(given.kind, trie.len() as u64);
        assert!(trie.eq(&twin, same));
    }),
    sure("HashTrie::diff", Calls::NONE, |trie, given| trie.diff(&given.other, same, |_, _| called(()))),
    row("HashTrie: Clone", Scope::Version, Calls::NONE, Calls::NONE, |trie, _| *trie = trie.clone()),
];
