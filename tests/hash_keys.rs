//! The hash of a whole set or map is keyed, and every process draws its own keys.

use std::collections::HashSet;
use std::env;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::Command;

use perennial::{PersistentMap, PersistentSet};

/// This environment variable is set in the processes that only print their hashes.
const CHILD: &str = "PERENNIAL_PRINTS_HASHES";
const PROCESSES: usize = 4;

/// Returns the hash by a hasher without keys.
fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Returns the hashes that every process computes.
fn hashes() -> [u64; 3] {
    let set: PersistentSet<u32> = (0..100).collect();
    let map = PersistentMap::from([("a", 1), ("b", 2)]);
    let nested = PersistentSet::from([set.clone()]);
    [hash(&set), hash(&map), hash(&nested)]
}

#[test]
#[cfg_attr(miri, ignore = "Miri starts no processes")]
fn every_process_draws_its_own_hash_keys() {
    if env::var_os(CHILD).is_some() {
        println!("hashes {:?}", hashes());
        return;
    }
    let this = env::current_exe().expect("the path of the test binary is known");
    let mut seen = HashSet::new();
    for _ in 0..PROCESSES {
        let child = Command::new(&this)
            .args(["--exact", "every_process_draws_its_own_hash_keys", "--nocapture"])
            .env(CHILD, "")
            .output()
            .expect("the test binary can be started");
        let output = String::from_utf8(child.stdout).expect("the output is text");
        let (_, numbers) = output.split_once("hashes [").expect("the output contains the hashes");
        let numbers = numbers.split(']').next().into_iter().flat_map(|list| list.split(", "));
        let numbers: Vec<u64> = numbers.map(|number| number.parse().expect("a hash is a number")).collect();
        assert_eq!(numbers.len(), hashes().len());
        seen.extend(numbers);
    }
    assert_eq!(seen.len(), PROCESSES * hashes().len(), "two hashes are equal");
    assert_eq!(hashes(), hashes(), "the keys of a process do not change");
}
