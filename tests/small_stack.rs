//! Iterates over, edits and drops a large map on a small stack. Ten thousand of its keys collide.

mod common;

use core::hash::{BuildHasher, Hasher};
use foldhash::fast::FixedState;
use perennial::PersistentMap;
use std::thread;

use common::{scaled, validate};

const SIZE: u64 = if cfg!(debug_assertions) { scaled(200_000, 500) as u64 } else { 1_000_000 };
const COLLIDING: u64 = scaled(10_000, 100) as u64;
const STACK: usize = 128 * 1024;

/// A hasher that returns the same hash for the first [`COLLIDING`] numbers, and good hashes for the others.
#[derive(Clone, Default)]
struct SomeCollide;

struct SomeCollideHasher(u64);

impl BuildHasher for SomeCollide {
    type Hasher = SomeCollideHasher;

    fn build_hasher(&self) -> SomeCollideHasher {
        SomeCollideHasher(0)
    }
}

impl Hasher for SomeCollideHasher {
    fn write(&mut self, _: &[u8]) {
        unreachable!("the keys are numbers")
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = match number {
            ..COLLIDING => 0,
            _ => FixedState::with_seed(1).hash_one(number),
        };
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[test]
fn large_maps_need_little_stack() {
    let work = || {
        let entries = (0..SIZE).map(|k| (k, Box::new(k)));
        let map: PersistentMap<u64, Box<u64>, SomeCollide> = entries.collect();
        assert_eq!(map.len() as u64, SIZE);

        let mut edited = map.clone();
        for key in [0, COLLIDING / 2, COLLIDING - 1, COLLIDING, SIZE - 1] {
            **edited.get_mut(&key).expect("the key is present") += 1;
            assert_eq!(edited.remove(&key), Some(Box::new(key + 1)));
            assert_eq!(map[&key], Box::new(key));
        }
        validate(&edited);
        assert_ne!(edited, map);
        let sum = |map: &PersistentMap<_, Box<u64>, _>| map.values().map(|v| **v).sum::<u64>();
        assert_eq!(sum(&map), SIZE * (SIZE - 1) / 2);
        assert_eq!(edited.iter().fold(0, |n, _| n + 1), SIZE - 5);

        edited.retain(|key, _| key % 2 == 0);
        edited.values_mut().for_each(|value| **value = 0);
        assert_eq!(sum(&edited), 0);
        edited.extract_if(|key, _| key % 4 == 0).for_each(drop);
        edited.drain().for_each(drop);
        drop(map.clone());
        assert_eq!(map.into_iter().map(|(_, v)| *v).sum::<u64>(), SIZE * (SIZE - 1) / 2);

        let mut sole: PersistentMap<u64, u64, SomeCollide> = (0..SIZE).map(|k| (k, k)).collect();
        for key in 0..COLLIDING / 10 {
            assert_eq!(sole.remove(&key), Some(key));
        }
        drop(sole);
    };
    let builder = thread::Builder::new().stack_size(STACK);
    let thread = builder.spawn(work).expect("a thread can be started");
    thread.join().expect("the thread does not panic");
}
