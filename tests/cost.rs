//! Comparing and combining versions costs time proportional to the changes, measured in comparisons and clones of keys.

use std::cell::Cell;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use perennial::PersistentMap;

thread_local! {
    static COMPARED: Cell<usize> = const { Cell::new(0) };
    static CLONED: Cell<usize> = const { Cell::new(0) };
    static HASHED: Cell<usize> = const { Cell::new(0) };
}

/// A key that counts its comparisons, clones and hashes.
#[derive(Debug)]
struct Key(u64);

fn count(counter: &'static std::thread::LocalKey<Cell<usize>>) {
    counter.set(counter.get() + 1);
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        count(&COMPARED);
        self.0 == other.0
    }
}

impl Eq for Key {}

impl Clone for Key {
    fn clone(&self) -> Self {
        count(&CLONED);
        Self(self.0)
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        count(&HASHED);
        self.0.hash(state);
    }
}

type Map = PersistentMap<Key, u64, foldhash::fast::FixedState>;

/// Returns the result of `operation`, and how many keys it compared, cloned and hashed.
fn cost<R>(operation: impl FnOnce() -> R) -> (R, [usize; 3]) {
    let counters = [&COMPARED, &CLONED, &HASHED];
    counters.iter().for_each(|counter| counter.set(0));
    let result = operation();
    (result, counters.map(|counter| counter.get()))
}

#[test]
fn the_cost_of_operations_on_versions_is_proportional_to_the_changes() {
    let n: u64 = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };
    let old: Map = (0..n).map(|key| (Key(key), key)).collect();
    for changes in [0_u64, 1, 10, 1000] {
        let mut new = old.clone();
        for change in 0..changes {
            // In turn, change a value, remove a key and add one.
            match change % 3 {
                0 => drop(new.insert(Key(change * 61), u64::MAX)),
                1 => drop(new.remove(&Key(change * 61))),
                _ => drop(new.insert(Key(n + change), 0)),
            }
        }
        let changed = changes as usize;
        let (removed, added) = ((changed + 1) / 3, changed / 3);
        let check = |name: &str, [compared, cloned, hashed]: [usize; 3]| {
            println!("{name}, {changed} changes of {n}: {compared} compared, {cloned} cloned");
            // Each change can touch all entries of its bucket: at most 32, or 33 in two buckets if it was split. Other
            // keys are compared if their tags are equal by chance.
            assert!(compared <= 40 * changed && cloned <= 40 * changed, "{name}: {compared} compared, {cloned} cloned");
            // After few changes the versions share children of the root. Otherwise the hashers are tested on some keys.
            assert!(hashed <= if changed > 10 { 16 } else { 0 }, "{name}: {hashed} hashed");
        };
        let (differences, counts) = cost(|| old.diff(&new).count());
        assert_eq!(differences, changed);
        check("diff", counts);
        let (equal, counts) = cost(|| old == new);
        assert_eq!(equal, changed == 0);
        check("==", counts);
        let (within, counts) = cost(|| old.is_submap(&new));
        assert_eq!(within, changed == 0);
        check("is_submap", counts);
        let (merged, counts) = cost(|| old.merge(&new));
        assert_eq!(merged.len(), old.len() + added);
        check("merge", counts);
        let (common, counts) = cost(|| old.intersection(&new));
        assert_eq!(common.len(), old.len() - removed);
        check("intersection", counts);
        let (rest, counts) = cost(|| old.difference(&new));
        assert_eq!(rest.len(), removed);
        check("difference", counts);
    }
}

/// A hasher that returns the same hash for everything.
#[derive(Clone, Default)]
struct Constant;

impl Hasher for Constant {
    fn write(&mut self, _: &[u8]) {}

    fn finish(&self) -> u64 {
        0
    }
}

/// To search for each of n colliding keys takes n² / 2 comparisons. Operations that know that the keys of a version are
/// distinct, and find most of them where another version has them, need n.
#[test]
fn the_cost_of_operations_on_versions_with_collisions_is_linear() {
    for n in [1000_u64, 8000] {
        let old: PersistentMap<Key, u64, BuildHasherDefault<Constant>> = (0..n).map(|key| (Key(key), key)).collect();
        let mut new = old.clone();
        *new.get_mut(&Key(n / 2)).expect("it is there") += 1;
        new.remove(&Key(n / 3));
        new.insert(Key(n), n);
        let check = |name: &str, times: u64, [compared, _, hashed]: [usize; 3]| {
            println!("{name}, {n} colliding keys: {compared} compared, {hashed} hashed");
            assert!(compared as u64 <= times * n, "{name}: {compared} compared");
        };
        let (doubled, counts) = cost(|| old.map_values(|_, value| 2 * value));
        assert_eq!(doubled.len(), old.len());
        check("map_values", 0, counts);
        let (even, counts) = cost(|| old.filter_map(|_, value| (value % 2 == 0).then_some(*value)));
        assert_eq!(even.len(), old.len() / 2);
        check("filter_map", 0, counts);
        let (updated, counts) = cost(|| old.update_values(|_, value| value / 2));
        assert_eq!(updated.len(), old.len());
        check("update_values", 0, counts);
        // The removed key and the one that took its place are searched for everywhere.
        let (common, counts) = cost(|| old.intersection_with(&new, |_, a, b| a + b));
        assert_eq!(common.len(), old.len() - 1);
        check("intersection_with", 4, counts);
        let (differences, counts) = cost(|| old.diff(&new).count());
        assert_eq!(differences, 3);
        check("diff", 4, counts);
        let (merged, counts) = cost(|| old.merge(&new));
        assert_eq!(merged.len(), old.len() + 1);
        check("merge", 4, counts);
        let (rest, counts) = cost(|| old.difference(&new));
        assert_eq!(rest.len(), 1);
        check("difference", 4, counts);
    }
}
