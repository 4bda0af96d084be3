//! Versions are compared and combined at the cost of what changed: counted in comparisons and clones of keys.

use std::cell::Cell;
use std::hash::{Hash, Hasher};

use perennial::PersistentMap;

thread_local! {
    static COMPARED: Cell<usize> = const { Cell::new(0) };
    static CLONED: Cell<usize> = const { Cell::new(0) };
    static HASHED: Cell<usize> = const { Cell::new(0) };
}

/// A key that counts what is done with it.
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

/// What `operation` compared, cloned and hashed.
fn cost<R>(operation: impl FnOnce() -> R) -> (R, [usize; 3]) {
    let counters = [&COMPARED, &CLONED, &HASHED];
    counters.iter().for_each(|counter| counter.set(0));
    let result = operation();
    (result, counters.map(|counter| counter.get()))
}

#[test]
fn operations_on_versions_cost_what_changed() {
    let n: u64 = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };
    let old: Map = (0..n).map(|key| (Key(key), key)).collect();
    for changes in [0_u64, 1, 10, 1000] {
        let mut new = old.clone();
        for change in 0..changes {
            // Changed, removed and added ones by turns.
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
            // At most the 16 entries of the bucket that each change is in, or twice as many where that was split; the
            // entries beside it that have its tag are compared too.
            assert!(compared <= 40 * changed && cloned <= 40 * changed, "{name}: {compared} compared, {cloned} cloned");
            // Few changes leave children of the root shared. Otherwise the hashers are compared on a sample of keys.
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
