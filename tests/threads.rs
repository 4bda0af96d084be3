//! Maps go from thread to thread, are read while others edit what they share, and die where they are last held.

mod common;

use core::cell::Cell;
use core::sync::atomic::{AtomicBool, Ordering};
use std::collections::BTreeMap;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Barrier, Mutex};
use std::thread::{self, LocalKey};

use perennial::map::Entry;

use common::hashers::Kind;
use common::{Map, assert_holds, build, empty, same_shape, scaled, validate};

const ROUNDS: usize = scaled(200, 3);
const SIZE: u64 = scaled(2000, 100) as u64;

fn sample(kind: Kind, size: u64) -> Map<u64, String> {
    build(kind, (0..size).map(|k| (k, k.to_string())))
}

fn plain(size: u64) -> impl Iterator<Item = (u64, String)> {
    (0..size).map(|k| (k, k.to_string()))
}

#[test]
fn readers_see_their_version_while_writers_edit_clones() {
    for kind in [Kind::Good, Kind::Eight] {
        let size = if kind == Kind::Eight { SIZE / 10 } else { SIZE };
        let base = sample(kind, size);
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let own = base.clone();
                    while !done.load(Ordering::Relaxed) {
                        assert_eq!(base.get(&7).map(String::as_str), Some("7"));
                        assert_eq!(own.iter().map(|(k, _)| k).sum::<u64>(), size * (size - 1) / 2);
                        drop(own.clone());
                    }
                    assert_holds(&own, plain(size));
                });
            }
            let writers: Vec<_> = (0..2)
                .map(|writer| {
                    let mut map = base.clone();
                    scope.spawn(move || {
                        for round in 0..ROUNDS as u64 {
                            let key = (round * 31 + writer) % size;
                            map.insert(key, String::from("edited"));
                            map.remove(&((key + 1) % size));
                            map.insert(size + round, String::new());
                            map.values_mut().take(3).for_each(|value| value.push('!'));
                            if round % 50 == 49 {
                                map.retain(|key, _| key % 3 != writer);
                            }
                            validate(&map);
                        }
                        map
                    })
                })
                .collect();
            for writer in writers {
                drop(writer.join().expect("a writer panicked"));
            }
            done.store(true, Ordering::Relaxed);
        });
        assert_holds(&base, plain(size));
    }
}

#[test]
fn the_last_of_many_references_may_die_anywhere() {
    const THREADS: usize = 4;
    for round in 0..ROUNDS as u64 {
        let map = sample(Kind::Good, 100 + round);
        let barrier = Barrier::new(THREADS);
        thread::scope(|scope| {
            for thread in 0..THREADS as u64 {
                let mut map = map.clone();
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    // Some edit what the others are just letting go of: a copy and a last owner may race.
                    match thread {
                        0 => drop(map),
                        1 => drop(map.insert(round, String::from("mine"))),
                        2 => map.values_mut().for_each(|value| value.push('!')),
                        _ => assert_eq!(map.into_iter().count() as u64, 100 + round),
                    }
                });
            }
            drop(map);
        });
    }
}

#[test]
fn an_edit_after_the_other_owner_died_is_in_order() {
    for round in 0..ROUNDS as u64 {
        let mut mine = sample(Kind::Good, 50);
        let theirs = mine.clone();
        let reader = thread::spawn(move || {
            let sum = theirs.iter().map(|(k, _)| k).sum::<u64>();
            drop(theirs);
            sum
        });
        // At some moment the nodes become ours alone; whatever the reader did must have been before that.
        for key in 0..50 {
            mine.insert(key, round.to_string());
        }
        assert_eq!(reader.join().expect("the reader panicked"), 49 * 25);
        assert_holds(&mine, (0..50).map(|k| (k, round.to_string())));
    }
}

#[test]
fn each_version_is_handed_over() {
    let handed = Mutex::new(Vec::new());
    let received = thread::scope(|scope| {
        scope.spawn(|| {
            let mut map = empty(Kind::Good);
            for key in 0..ROUNDS as u64 {
                map.insert(key, key.to_string());
                handed.lock().expect("no one panicked").push(map.clone());
            }
        });
        let reader = scope.spawn(|| {
            let mut received = Vec::new();
            while received.len() < ROUNDS {
                received.append(&mut handed.lock().expect("no one panicked"));
                thread::yield_now();
            }
            received
        });
        reader.join().expect("the reader panicked")
    });
    for (version, map) in (1..).zip(received) {
        assert_holds(&map, plain(version));
    }
}

#[test]
fn a_published_version_is_replaced_by_many() {
    let current = Arc::new(Mutex::new(sample(Kind::Good, 10)));
    let rounds = ROUNDS as u64;
    let threads: Vec<_> = (1..=3)
        .map(|thread| {
            let current = Arc::clone(&current);
            thread::spawn(move || {
                for round in 0..rounds {
                    let snapshot = current.lock().expect("no one panicked").clone();
                    assert!(snapshot.len() >= 10);
                    assert!(snapshot.contains_key(&9));
                    let key = 1000 * thread + round;
                    let mut guard = current.lock().expect("no one panicked");
                    *guard = guard.assoc(key, key.to_string());
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("a thread panicked");
    }
    let map = current.lock().expect("no one panicked").clone();
    let added = (1..=3).flat_map(|t| (0..rounds).map(move |r| 1000 * t + r));
    assert_holds(&map, (0..10).chain(added).map(|k| (k, k.to_string())));
}

/// A value that says in `Clone` when another thread may begin, and whose destructor panics when that is wanted.
struct Fragile {
    number: u64,
    /// All values of one race have it, so that it counts those that are alive.
    race: Arc<Race>,
}

/// A race between one thread, which edits a map, and another, which drops the other owner of its nodes.
struct Race {
    /// Whether the other thread may begin.
    begun: AtomicBool,
}

/// What a destructor panics with.
struct Torn;

thread_local! {
    /// The clones until the other thread may begin.
    static CLONES_LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    /// The drops until one panics.
    static DROPS_LEFT: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Counts a call. Returns whether it is the one that was waited for.
fn is_due(left: &'static LocalKey<Cell<Option<usize>>>) -> bool {
    let due = left.get() == Some(0);
    left.set(left.get().and_then(|left| left.checked_sub(1)));
    due
}

impl Clone for Fragile {
    fn clone(&self) -> Self {
        if is_due(&CLONES_LEFT) {
            self.race.begun.store(true, Ordering::Relaxed);
            thread::yield_now();
        }
        Self { number: self.number, race: Arc::clone(&self.race) }
    }
}

impl Drop for Fragile {
    fn drop(&mut self) {
        if !thread::panicking() && is_due(&DROPS_LEFT) {
            resume_unwind(Box::new(Torn));
        }
    }
}

impl PartialEq for Fragile {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

type Contents = BTreeMap<u64, u64>;

/// An edit of a map. Values that it takes out are dropped later, so that only nodes are dropped meanwhile.
struct Edit {
    name: &'static str,
    run: fn(&mut Map<u64, Fragile>, u64, Fragile, &mut Vec<Fragile>),
    /// The same on the contents.
    model: fn(&mut Contents, u64),
    /// Whether it is done in full or not at all; otherwise each entry is.
    atomic: bool,
}

/// What the edits insert.
const NEW: u64 = 5000;

const EDITS: [Edit; 6] = [
    Edit {
        name: "insert",
        run: |map, key, new, taken| taken.extend(map.insert(key, new)),
        model: |map, key| {
            map.insert(key, NEW);
        },
        atomic: true,
    },
    Edit {
        name: "remove",
        run: |map, key, new, taken| {
            taken.push(new);
            taken.extend(map.remove(&key));
        },
        model: |map, key| {
            map.remove(&key);
        },
        atomic: true,
    },
    Edit {
        name: "entry, insert_entry",
        run: |map, key, new, taken| match map.entry(key) {
            Entry::Vacant(place) => drop(place.insert_entry(new)),
            Entry::Occupied(_) => taken.push(new),
        },
        model: |map, key| {
            map.entry(key).or_insert(NEW);
        },
        atomic: true,
    },
    Edit {
        name: "entry, and_modify",
        run: |map, key, new, taken| {
            taken.push(new);
            drop(map.entry(key).and_modify(|value| value.number += 1));
        },
        model: |map, key| {
            map.entry(key).and_modify(|value| *value += 1);
        },
        atomic: true,
    },
    Edit {
        name: "iter_mut",
        run: |map, _, new, taken| {
            taken.push(new);
            map.iter_mut().for_each(|(_, value)| value.number += 1);
        },
        model: |map, _| map.values_mut().for_each(|value| *value += 1),
        atomic: false,
    },
    Edit {
        name: "into_iter",
        run: |map, _, new, taken| {
            taken.push(new);
            let kind = map.hasher().0;
            taken.extend(mem::replace(map, empty(kind)).into_values());
        },
        model: |map, _| map.clear(),
        atomic: false,
    },
];

/// Runs `work`, in which the drop of a value panics after `drops` others. Returns whether it did.
fn is_torn(drops: usize, work: impl FnOnce()) -> bool {
    DROPS_LEFT.set(Some(drops));
    let result = catch_unwind(AssertUnwindSafe(work));
    DROPS_LEFT.set(None);
    match result {
        Ok(()) => false,
        Err(panic) if panic.is::<Torn>() => true,
        Err(panic) => resume_unwind(panic),
    }
}

impl Edit {
    /// Edits a map of so many entries while another thread drops its twin. Destructors panic in both after `drops` drops.
    /// Returns whether the edit dropped a node that it had copied, and this panicked.
    fn race(&self, kind: Kind, size: u64, key: u64, clones: Option<usize>, drops: usize) -> bool {
        let race = Arc::new(Race { begun: AtomicBool::new(clones.is_none()) });
        let fragile = |number| Fragile { number, race: Arc::clone(&race) };
        let before: Contents = (0..size).map(|key| (key, 10 * key)).collect();
        let mut after = before.clone();
        (self.model)(&mut after, key);

        let mut map = build(kind, before.iter().map(|(&key, &number)| (key, fragile(number))));
        let twin = map.clone();
        let mut taken = Vec::new();
        let barrier = Barrier::new(2);
        let torn = thread::scope(|scope| {
            scope.spawn(|| {
                barrier.wait();
                while !race.begun.load(Ordering::Relaxed) {
                    thread::yield_now();
                }
                is_torn(drops, || drop(twin));
            });
            let new = fragile(NEW);
            barrier.wait();
            CLONES_LEFT.set(clones);
            let torn = is_torn(drops, || (self.run)(&mut map, key, new, &mut taken));
            CLONES_LEFT.set(None);
            race.begun.store(true, Ordering::Relaxed);
            torn
        });

        validate(&map);
        let now: Contents = map.iter().map(|(&key, value)| (key, value.number)).collect();
        if self.atomic || !torn {
            assert!(now == after || torn && now == before, "{now:?}");
        } else {
            let mut keys = before.keys().chain(now.keys());
            assert!(keys.all(|key| now.get(key) == before.get(key) || now.get(key) == after.get(key)), "{now:?}");
        }
        assert_eq!(Arc::strong_count(&race) - 1, map.len() + taken.len(), "each value is alive once");
        let fresh = build(kind, now.iter().map(|(&key, &number)| (key, fragile(number))));
        assert!(same_shape(&map, &fresh) && map == fresh, "{now:?}");
        drop((map, fresh, taken));
        assert_eq!(Arc::strong_count(&race), 1, "no value is left");
        torn
    }
}

#[test]
fn destructors_panic_while_a_copy_and_a_last_owner_race() {
    let situations: &[(Kind, u64)] = if cfg!(miri) {
        &[(Kind::Good, 17), (Kind::Constant, 16)]
    } else {
        &[
            (Kind::Good, 5),
            (Kind::Good, 16),
            (Kind::Good, 17),
            (Kind::Good, 40),
            (Kind::TopBits, 20),
            (Kind::Deep, 16),
            (Kind::Deep, 17),
            (Kind::Constant, 16),
            (Kind::Constant, 17),
            (Kind::Constant, 19),
        ]
    };
    for edit in &EDITS {
        let (mut races, mut torn) = (0, 0);
        for &(kind, size) in situations {
            for round in 0..scaled(100, 2) {
                // One that is there, or one that is not.
                let key = if round % 2 == 0 { size } else { size / 2 };
                let clones = (round % 5 > 0).then_some(round % 4 * size as usize / 5);
                races += 1;
                torn += usize::from(edit.race(kind, size, key, clones, round % 7));
            }
        }
        println!("{}: {races} races, {torn} panics in a node that was copied", edit.name);
        // Under Miri threads seldom meet.
        assert!(torn > 0 || cfg!(miri), "{}: the edit was never left with the last reference", edit.name);
    }
}
