//! A panic in the user's code, at whichever call of it, leaves every map sound and nothing lost.
//!
//! A fuse is laid in `Hash`, `Eq`, `Clone`, `Drop` or a closure, and blown at its n-th call, for every n until the
//! operation gets through.

mod common;

use common::hashers::Kind;
use common::tracked::{Call, Tracked, balanced, burn, with_fuse};
use common::{Map, build, empty, validate};
use perennial::map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

type M = Map<Tracked, Tracked>;
type Contents = BTreeMap<u64, u64>;

/// An operation on a map, told a key to do it at.
struct Operation {
    name: &'static str,
    run: fn(&mut M, u64),
    /// The user's code that it must have called, in one situation or another, on a map of its own.
    calls: &'static [Call],
    /// The same on a map that shares everything with another.
    shared_calls: &'static [Call],
    /// Whether it works on one entry, and so must either be done or not.
    atomic: bool,
}

/// What a map looks like before the operation.
#[derive(Clone, Copy, Debug)]
struct Situation {
    kind: Kind,
    size: u64,
}

const fn situation(kind: Kind, size: u64) -> Situation {
    Situation { kind, size }
}

/// No bucket, one that is small, one that is full and splits, two that merge, many; and the like where keys collide.
const SITUATIONS: &[Situation] = if cfg!(miri) {
    &[situation(Kind::Good, 17)]
} else {
    &[
        situation(Kind::Good, 0),
        situation(Kind::Good, 1),
        situation(Kind::Good, 5),
        situation(Kind::Good, 16),
        situation(Kind::Good, 17),
        situation(Kind::Good, 40),
        situation(Kind::TopBits, 20),
        situation(Kind::Constant, 16),
        situation(Kind::Constant, 17),
        situation(Kind::Constant, 19),
    ]
};

fn sample(kind: Kind, size: u64) -> M {
    let entries = (0..size).map(|k| (Tracked::new(k), Tracked::new(10 * k)));
    build(kind, entries)
}

/// The map, in whose place an empty one is left.
fn take(map: &mut M) -> M {
    let kind = map.hasher().0;
    std::mem::replace(map, empty(kind))
}

fn contents(map: &M) -> Contents {
    validate(map);
    let contents: Contents = map.iter().map(|(k, v)| (k.value(), v.value())).collect();
    assert_eq!(contents.len(), map.len(), "a key is there twice");
    contents
}

/// Whether each key has in `now` what it had before the operation, or what it has after it.
fn partly_done(now: &Contents, before: &Contents, after: &Contents) -> bool {
    let mut keys = before.keys().chain(after.keys()).chain(now.keys());
    keys.all(|k| now.get(k) == before.get(k) || now.get(k) == after.get(k))
}

/// An operation to be tried in one situation, with what the map holds before it and after it.
struct Trial<'a> {
    operation: &'a Operation,
    situation: Situation,
    key: u64,
    shared: bool,
    before: Contents,
    after: Contents,
}

impl Trial<'_> {
    /// Runs the operation with the fuse at the `nth` call. Answers whether it blew.
    fn blow(&self, call: Call, nth: usize) -> bool {
        let run = |map: &mut M| (self.operation.run)(map, self.key);
        let mut map = sample(self.situation.kind, self.situation.size);
        let other = self.shared.then(|| map.clone());

        let blew = with_fuse(call, nth, || run(&mut map)).is_none();

        let now = contents(&map);
        match (blew, self.operation.atomic) {
            (false, _) => assert_eq!(now, self.after),
            (true, true) => assert!(now == self.before || now == self.after, "{now:?}"),
            (true, false) => assert!(partly_done(&now, &self.before, &self.after), "{now:?}"),
        }
        if let Some(other) = other {
            assert_eq!(contents(&other), self.before);
        }

        // The map is not only readable.
        run(&mut map);
        contents(&map);
        map.insert(Tracked::new(2000), Tracked::new(0));
        map.remove(&Tracked::new(0));
        contents(&map);
        blew
    }

    /// Blows the fuse at every call of a kind. Answers how many there were.
    fn blow_all(&self, call: Call) -> usize {
        let mut nth = 0;
        loop {
            let blow = || {
                // So that there is an element even if the map has none.
                let _one = Tracked::new(0);
                self.blow(call, nth)
            };
            match catch_unwind(AssertUnwindSafe(|| balanced(blow))) {
                // Miri is too slow to try them all.
                Ok(true) => nth = if cfg!(miri) { 4 * nth + 1 } else { nth + 1 },
                Ok(false) => return nth,
                Err(panic) => {
                    let Trial { operation, situation, key, shared, .. } = self;
                    eprintln!(
                        "{}({key}), {situation:?}, shared: {shared}, panic in {call:?} number {nth}",
                        operation.name
                    );
                    resume_unwind(panic);
                }
            }
        }
    }
}

/// Blows a fuse at every call in every situation.
fn check(operations: &[Operation]) {
    for operation in operations {
        for shared in [false, true] {
            let mut blown = [0; Call::ALL.len()];
            for &situation in SITUATIONS {
                let keys = match operation.atomic {
                    true if cfg!(miri) => BTreeSet::from([8, 1000]),
                    true => BTreeSet::from([0, situation.size / 2, situation.size, 1000]),
                    false => BTreeSet::from([0]),
                };
                for key in keys {
                    let mut map = sample(situation.kind, situation.size);
                    let before = contents(&map);
                    (operation.run)(&mut map, key);
                    let after = contents(&map);
                    drop(map);
                    let trial = Trial { operation, situation, key, shared, before, after };
                    for (call, blown) in Call::ALL.into_iter().zip(&mut blown) {
                        *blown += trial.blow_all(call);
                    }
                }
            }
            for (call, blown) in Call::ALL.into_iter().zip(blown) {
                let expected = match shared {
                    false => operation.calls.contains(&call),
                    true => operation.shared_calls.contains(&call),
                };
                let name = operation.name;
                assert!(blown > 0 || !expected, "{name}: no fuse in {call:?} blew, shared: {shared}");
            }
        }
    }
}

const LOOKUP: &[Call] = &[Call::Hash, Call::Eq, Call::Drop];
const LOOKUP_AND_COPY: &[Call] = &[Call::Hash, Call::Eq, Call::Drop, Call::Clone];
const LOOKUP_AND_CLOSURE: &[Call] = &[Call::Hash, Call::Eq, Call::Drop, Call::Closure];
const WALK: &[Call] = &[Call::Drop, Call::Closure];
const WALK_AND_COPY: &[Call] = &[Call::Clone, Call::Drop, Call::Closure];

/// An operation on one entry, which copies the entries of a shared bucket.
const fn one(name: &'static str, run: fn(&mut M, u64)) -> Operation {
    Operation { name, run, calls: LOOKUP, shared_calls: LOOKUP_AND_COPY, atomic: true }
}

/// An operation on many entries, which copies those of a shared bucket.
const fn many(name: &'static str, run: fn(&mut M, u64)) -> Operation {
    Operation { name, run, calls: WALK, shared_calls: WALK_AND_COPY, atomic: false }
}

impl Operation {
    /// The same, of which other code must have been called.
    const fn calling(mut self, owned: &'static [Call], shared: &'static [Call]) -> Self {
        self.calls = owned;
        self.shared_calls = shared;
        self
    }

    /// The same, which also calls a closure.
    const fn with_closure(self) -> Self {
        self.calling(LOOKUP_AND_CLOSURE, &Call::ALL)
    }
}

#[test]
fn edits_of_one_entry() {
    check(&[
        one("insert", |map, key| {
            map.insert(Tracked::new(key), Tracked::new(7));
        }),
        one("try_insert", |map, key| {
            drop(map.try_insert(Tracked::new(key), Tracked::new(7)));
        }),
        one("remove", |map, key| {
            map.remove(&Tracked::new(key));
        }),
        one("remove_entry", |map, key| {
            map.remove_entry(&Tracked::new(key));
        }),
        one("get_mut", |map, key| {
            if let Some(value) = map.get_mut(&Tracked::new(key)) {
                value.set(7);
            }
        }),
        one("get_disjoint_mut", |map, key| {
            let keys = [Tracked::new(key), Tracked::new(3000)];
            if let [Some(value), _] = map.get_disjoint_mut(keys.each_ref()) {
                value.set(7);
            }
        }),
        one("get", |map, key| {
            assert_eq!(map.get(&Tracked::new(key)).is_some(), map.contains_key(&Tracked::new(key)));
        })
        .calling(LOOKUP, LOOKUP),
    ]);
}

#[test]
fn entries() {
    check(&[
        one("entry", |map, key| drop(map.entry(Tracked::new(key)))).calling(LOOKUP, LOOKUP),
        one("or_insert", |map, key| {
            map.entry(Tracked::new(key)).or_insert(Tracked::new(7)).set(7);
        }),
        one("or_insert_with", |map, key| {
            map.entry(Tracked::new(key)).or_insert_with(|| {
                burn(Call::Closure);
                Tracked::new(7)
            });
        })
        .with_closure(),
        one("or_insert_with_key", |map, key| {
            map.entry(Tracked::new(key)).or_insert_with_key(|key| {
                burn(Call::Closure);
                Tracked::new(key.value() + 7)
            });
        })
        .with_closure(),
        one("and_modify", |map, key| {
            drop(map.entry(Tracked::new(key)).and_modify(|value| {
                burn(Call::Closure);
                value.set(7);
            }));
        })
        .with_closure(),
        one("insert_entry", |map, key| {
            map.entry(Tracked::new(key)).insert_entry(Tracked::new(7));
        }),
        one("OccupiedEntry::insert", |map, key| {
            if let Entry::Occupied(mut entry) = map.entry(Tracked::new(key)) {
                entry.insert(Tracked::new(7));
            }
        }),
        one("OccupiedEntry::remove", |map, key| {
            if let Entry::Occupied(entry) = map.entry(Tracked::new(key)) {
                entry.remove();
            }
        }),
        one("OccupiedEntry::remove_entry", |map, key| {
            if let Entry::Occupied(entry) = map.entry(Tracked::new(key)) {
                entry.remove_entry();
            }
        }),
        one("VacantEntry::insert_entry", |map, key| {
            if let Entry::Vacant(entry) = map.entry(Tracked::new(key)) {
                entry.insert_entry(Tracked::new(7));
            }
        }),
    ]);
}

#[test]
fn versions_with_one_entry_changed() {
    check(&[
        one("assoc", |map, key| {
            *map = map.assoc(Tracked::new(key), Tracked::new(7));
        }),
        one("dissoc", |map, key| *map = map.dissoc(&Tracked::new(key))),
        one("set", |map, key| {
            *map = map.set(Tracked::new(key), Tracked::new(7));
        }),
        one("alter", |map, key| {
            *map = map.alter(Tracked::new(key), |value| {
                burn(Call::Closure);
                match value {
                    Some(value) if value.value() % 20 == 0 => None,
                    _ => Some(Tracked::new(7)),
                }
            });
        })
        .with_closure(),
        one("insert in a transient", |map, key| {
            let mut transient = map.clone().transient();
            transient.insert(Tracked::new(key), Tracked::new(7));
            *map = transient.persistent();
        }),
        one("remove in a transient", |map, key| {
            let mut transient = map.clone().transient();
            transient.remove(&Tracked::new(key));
            *map = transient.persistent();
        }),
    ]);
}

#[test]
fn edits_of_many_entries() {
    check(&[
        many("retain", |map, _| {
            map.retain(|key, _| {
                burn(Call::Closure);
                key.value() % 2 == 0
            });
        }),
        many("extract_if", |map, _| {
            let extracted = map.extract_if(|key, _| {
                burn(Call::Closure);
                key.value() % 3 != 0
            });
            for (key, _value) in extracted {
                assert!(key.value() % 3 != 0);
            }
        }),
        many("extract_if in part", |map, _| {
            let extracted = map.extract_if(|_, value| {
                burn(Call::Closure);
                value.value() % 20 == 0
            });
            extracted.take(2).for_each(drop);
        }),
        many("extend", |map, _| {
            // Into an empty map these go at once, into another one by one.
            map.extend((0..24).map(|n| {
                burn(Call::Closure);
                (Tracked::new(3 * (n % 18)), Tracked::new(100 + n % 18))
            }));
        })
        .with_closure(),
        many("iter_mut", |map, _| {
            for (_, value) in map.iter_mut() {
                burn(Call::Closure);
                value.set(7);
            }
        })
        .calling(&[Call::Closure], &[Call::Clone, Call::Closure]),
        many("values_mut by fold", |map, _| {
            map.values_mut().for_each(|value| {
                burn(Call::Closure);
                value.set(7);
            });
        })
        .calling(&[Call::Closure], &[Call::Clone, Call::Closure]),
        many("drain", |map, _| {
            for (key, _value) in map.drain() {
                burn(Call::Closure);
                key.value();
            }
        }),
        many("drain in part", |map, _| {
            map.drain().take(3).for_each(drop);
        })
        .calling(&[Call::Drop], &[Call::Clone, Call::Drop]),
        many("clear", |map, _| map.clear()).calling(&[Call::Drop], &[]),
    ]);
}

#[test]
fn versions_with_many_entries_changed() {
    check(&[
        many("filter", |map, _| {
            *map = map.filter(|key, _| {
                burn(Call::Closure);
                key.value() % 2 == 0
            });
        })
        .calling(WALK_AND_COPY, WALK_AND_COPY),
        many("merge", |map, _| {
            *map = sample(map.hasher().0, 18).merge(map);
        })
        .calling(LOOKUP_AND_COPY, LOOKUP_AND_COPY),
        many("into_iter", |map, _| {
            for (key, _value) in take(map) {
                burn(Call::Closure);
                key.value();
            }
        }),
        many("into_iter in part", |map, _| {
            take(map).into_iter().take(5).for_each(drop);
        })
        .calling(&[Call::Drop], &[Call::Clone, Call::Drop]),
        many("into_keys", |map, _| {
            for key in take(map).into_keys() {
                burn(Call::Closure);
                key.value();
            }
        }),
        many("into_values", |map, _| {
            take(map).into_values().for_each(|value| {
                burn(Call::Closure);
                value.value();
            });
        }),
        many("collect", |_, _| {
            let entries = (0..20).map(|key| {
                burn(Call::Closure);
                (Tracked::new(key % 18), Tracked::new(key))
            });
            drop(entries.collect::<M>());
        })
        .calling(LOOKUP_AND_CLOSURE, LOOKUP_AND_CLOSURE),
        many("eq", |map, _| {
            let twin = sample(map.hasher().0, map.len() as u64);
            assert!(*map == twin || map.len() != twin.len());
        })
        .calling(LOOKUP, LOOKUP),
        many("drop", |map, _| drop(take(map))).calling(&[Call::Drop], &[]),
    ]);
}
