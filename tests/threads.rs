//! Maps go from thread to thread, are read while others edit what they share, and die where they are last held.

mod common;

use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use common::hashers::Kind;
use common::{Map, assert_holds, build, empty, scaled, validate};

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
