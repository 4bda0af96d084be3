//! Maps are sent between threads, are read while other threads edit versions that share nodes, and are dropped on any
//! thread.

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
fn any_thread_can_drop_the_last_reference() {
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
                    // Some threads edit nodes while others drop them, so copying a node may race with dropping it.
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
fn an_edit_happens_after_the_reads_of_the_dropped_owner() {
    for round in 0..ROUNDS as u64 {
        let mut mine = sample(Kind::Good, 50);
        let theirs = mine.clone();
        let reader = thread::spawn(move || {
            let sum = theirs.iter().map(|(k, _)| k).sum::<u64>();
            drop(theirs);
            sum
        });
        // When the reader drops its map, the nodes become uniquely owned. The edits after that must not race with its
        // reads.
        for key in 0..50 {
            mine.insert(key, round.to_string());
        }
        assert_eq!(reader.join().expect("the reader panicked"), 49 * 25);
        assert_holds(&mine, (0..50).map(|k| (k, round.to_string())));
    }
}

#[test]
fn every_version_can_be_sent_to_another_thread() {
    let sent = Mutex::new(Vec::new());
    let received = thread::scope(|scope| {
        scope.spawn(|| {
            let mut map = empty(Kind::Good);
            for key in 0..ROUNDS as u64 {
                map.insert(key, key.to_string());
                sent.lock().expect("no thread panicked").push(map.clone());
            }
        });
        let reader = scope.spawn(|| {
            let mut received = Vec::new();
            while received.len() < ROUNDS {
                received.append(&mut sent.lock().expect("no thread panicked"));
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
fn several_threads_can_publish_versions() {
    let current = Arc::new(Mutex::new(sample(Kind::Good, 10)));
    let rounds = ROUNDS as u64;
    let threads: Vec<_> = (1..=3)
        .map(|thread| {
            let current = Arc::clone(&current);
            thread::spawn(move || {
                for round in 0..rounds {
                    let snapshot = current.lock().expect("no thread panicked").clone();
                    assert!(snapshot.len() >= 10);
                    assert!(snapshot.contains_key(&9));
                    let key = 1000 * thread + round;
                    let mut guard = current.lock().expect("no thread panicked");
                    *guard = guard.assoc(key, key.to_string());
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("a thread panicked");
    }
    let map = current.lock().expect("no thread panicked").clone();
    let added = (1..=3).flat_map(|t| (0..rounds).map(move |r| 1000 * t + r));
    assert_holds(&map, (0..10).chain(added).map(|k| (k, k.to_string())));
}

/// A value that signals the other thread in a chosen call of `Clone`, and panics in a chosen call of `Drop`.
struct Fragile {
    number: u64,
    /// All values of one race share it, so its reference count is the number of live values.
    race: Arc<Race>,
}

/// A race between a thread that edits a map and a thread that drops the other owner of its nodes.
struct Race {
    /// True if the other thread may begin.
    begun: AtomicBool,
}

/// The payload of a panic in a destructor.
struct Torn;

thread_local! {
    /// The number of clones before the one that signals the other thread.
    static CLONES_LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    /// The number of drops before the one that panics.
    static DROPS_LEFT: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Counts a call. Returns true if it is the chosen one.
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

/// An edit of a map. The values that it removes are dropped later, so that during the edit only nodes drop values.
struct Edit {
    name: &'static str,
    run: fn(&mut Map<u64, Fragile>, u64, Fragile, &mut Vec<Fragile>),
    /// The same edit of the expected contents.
    model: fn(&mut Contents, u64),
    /// True if a panic leaves either all or nothing done; false if this is true only for each single entry.
    atomic: bool,
}

/// The number of the value that the edits insert.
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
            Entry::Vacant(entry) => drop(entry.insert_entry(new)),
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

/// Runs `work`, in which the drop of a value panics after `drops` other drops. Returns true if there was such a panic.
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
    /// Edits a map of `size` entries while another thread drops its twin. In both threads a destructor panics after
    /// `drops` other drops. Returns true if the edit dropped a node that it had copied, and this panicked.
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
        assert_eq!(Arc::strong_count(&race) - 1, map.len() + taken.len(), "some values were leaked or dropped twice");
        let fresh = build(kind, now.iter().map(|(&key, &number)| (key, fragile(number))));
        assert!(same_shape(&map, &fresh) && map == fresh, "{now:?}");
        drop((map, fresh, taken));
        assert_eq!(Arc::strong_count(&race), 1, "some values were leaked");
        torn
    }
}

#[test]
fn destructors_can_panic_while_an_edit_races_with_a_drop() {
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
                // An absent key, or a present one.
                let key = if round % 2 == 0 { size } else { size / 2 };
                let clones = (round % 5 > 0).then_some(round % 4 * size as usize / 5);
                races += 1;
                torn += usize::from(edit.race(kind, size, key, clones, round % 7));
            }
        }
        println!("{}: {races} races, {torn} panics in a node that was copied", edit.name);
        // Under Miri the threads rarely run at the same time.
        assert!(torn > 0 || cfg!(miri), "{}: the edit never had the last reference", edit.name);
    }
}
