//! Maps and sets without `std`. The test runs on any machine; that it compiles for a target which has no `std` proves
//! that nothing here, and nothing that it depends on, needs it: `cargo build --target thumbv7em-none-eabi`.

#![no_std]

extern crate alloc;

use alloc::vec::Vec;
use core::hash::{BuildHasherDefault, Hasher};

use perennial::map::Patch;
use perennial::trie::HashTrie;
use perennial::{PersistentMap, PersistentSet, TransientMap, persistent_map, persistent_set};

/// FNV-1a, since without `std` there is no default hasher.
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

/// The squares of the numbers below `n`, by way of a version, a transient, a patch and a row of bytes.
pub fn squares(n: u32) -> Option<Map> {
    let even: Map = (0..n).step_by(2).map(|k| (k, k * k)).collect();
    let mut all = even.clone();
    all.extend((1..n).step_by(2).map(|k| (k, k * k)));
    let bytes = postcard::to_allocvec(&Patch::between(&even, &all)).ok()?;
    let patch: Patch<u32, u32, State> = postcard::from_bytes(&bytes).ok()?;
    even.apply(&patch).ok()
}

/// The number that a word is for, by the literal forms; none for what only makes them longer.
pub fn number(word: &str) -> Option<u32> {
    let numbers = persistent_map! { State::default(); "one" => 1, "two" => 2 };
    let fillers = persistent_set! { State::default(); "and", "a" };
    if fillers.contains(word) { None } else { numbers.get(word).copied() }
}

/// As many numbers as are in both of two sets.
pub fn common(a: &[u32], b: &[u32]) -> usize {
    let [a, b] = [a, b].map(|numbers| numbers.iter().copied().collect::<PersistentSet<u32, State>>());
    a.intersection(&b).len()
}

/// The words in order of their length, of each length the last, through the core and a builder.
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
    fn it_works_without_std() {
        let squares = squares(1000).expect("all steps succeed");
        assert_eq!(squares.len(), 1000);
        assert!(squares.iter().all(|(k, square)| k * k == *square));
        assert_eq!(common(&[1, 2, 3], &[3, 1, 5]), 2);
        assert_eq!(["two", "and", "three"].map(number), [Some(2), None, None]);
        assert_eq!(by_length(&["one", "four", "two"]), ["two", "four"]);
    }
}
