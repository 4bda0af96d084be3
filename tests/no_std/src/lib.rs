//! Uses maps and sets without `std`. The test runs on any machine. To check that this crate and its dependencies do not
//! need `std`, compile it for a target that has none: `cargo build --target thumbv7em-none-eabi`.

#![no_std]

extern crate alloc;

use alloc::vec::Vec;
use core::hash::{BuildHasherDefault, Hasher};

use perennial::map::Patch;
use perennial::trie::HashTrie;
use perennial::{PersistentMap, PersistentSet, TransientMap, persistent_map, persistent_set};

/// The hash function FNV-1a, because there is no default hasher without `std`.
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

type State = BuildHasherDefault<Fnv>;
type Map = PersistentMap<u32, u32, State>;

/// Returns the squares of the numbers below `n`, using versions, a patch and its serialized form.
pub fn squares(n: u32) -> Option<Map> {
    let even: Map = (0..n).step_by(2).map(|k| (k, k * k)).collect();
    let mut all = even.clone();
    all.extend((1..n).step_by(2).map(|k| (k, k * k)));
    let bytes = postcard::to_allocvec(&Patch::between(&even, &all)).ok()?;
    let patch: Patch<u32, u32, State> = postcard::from_bytes(&bytes).ok()?;
    even.apply(&patch).ok()
}

/// Returns the number that a word means, using the macros. Returns `None` for unknown words and filler words.
pub fn number(word: &str) -> Option<u32> {
    let numbers = persistent_map! { State::default(); "one" => 1, "two" => 2 };
    let fillers = persistent_set! { State::default(); "and", "a" };
    if fillers.contains(word) { None } else { numbers.get(word).copied() }
}

/// Returns how many numbers are in both lists.
pub fn common(a: &[u32], b: &[u32]) -> usize {
    let [a, b] = [a, b].map(|numbers| numbers.iter().copied().collect::<PersistentSet<u32, State>>());
    a.intersection(&b).len()
}

/// Returns the last word of each length, sorted by length, using `HashTrie` and a transient.
pub fn by_length<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut trie = HashTrie::new();
    let mut lengths = TransientMap::with_hasher(State::default());
    for &word in words {
        trie.insert(word.len() as u64, word, |a: &&str, b| a.len() == b.len());
        lengths.insert(word.len(), ());
    }
    let mut lengths: Vec<usize> = lengths.into_persistent().into_keys().collect();
    lengths.sort_unstable();
    lengths.into_iter().filter_map(|len| trie.find(len as u64, |word| word.len() == len).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::{by_length, common, number, squares};

    #[test]
    fn maps_and_sets_work_without_std() {
        let squares = squares(1000).expect("all steps succeed");
        assert_eq!(squares.len(), 1000);
        assert!(squares.iter().all(|(k, square)| k * k == *square));
        assert_eq!(common(&[1, 2, 3], &[3, 1, 5]), 2);
        assert_eq!(["two", "and", "three"].map(number), [Some(2), None, None]);
        assert_eq!(by_length(&["one", "four", "two"]), ["two", "four"]);
    }
}
