//! The hash of a set or map as a whole has keys, which each process draws for itself.

use std::collections::HashSet;
use std::env;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::Command;

use perennial::{PersistentMap, PersistentSet};

/// Set in the processes that only print their hashes.
const CHILD: &str = "PERENNIAL_PRINTS_HASHES";
const PROCESSES: usize = 4;

/// The hash under a hasher without keys.
fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// What is hashed in each process.
fn hashes() -> [u64; 3] {
    let set: PersistentSet<u32> = (0..100).collect();
    let map = PersistentMap::from([("a", 1), ("b", 2)]);
    let nested = PersistentSet::from([set.clone()]);
    [hash(&set), hash(&map), hash(&nested)]
}

#[test]
#[cfg_attr(miri, ignore = "Miri starts no processes")]
fn each_process_draws_keys_of_its_own() {
    if env::var_os(CHILD).is_some() {
        println!("hashes {:?}", hashes());
        return;
    }
    let this = env::current_exe().expect("the test is a file");
    let mut seen = HashSet::new();
    for _ in 0..PROCESSES {
        let child = Command::new(&this)
            .args(["--exact", "each_process_draws_keys_of_its_own", "--nocapture"])
            .env(CHILD, "")
            .output()
            .expect("the test can be started");
        let output = String::from_utf8(child.stdout).expect("it prints text");
        let (_, numbers) = output.split_once("hashes [").expect("it prints its hashes");
        let numbers = numbers.split(']').next().into_iter().flat_map(|list| list.split(", "));
        let numbers: Vec<u64> = numbers.map(|number| number.parse().expect("a hash is a number")).collect();
        assert_eq!(numbers.len(), hashes().len());
        seen.extend(numbers);
    }
    assert_eq!(seen.len(), PROCESSES * hashes().len(), "two processes have a hash in common");
    assert_eq!(hashes(), hashes(), "within a process the keys stay");
}
