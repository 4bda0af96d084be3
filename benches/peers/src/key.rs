//! Makes keys and values from numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::map::Key;

/// A sequence of distinct keys for each seed.
pub trait Keys {
    type Key: Key;

    fn key(index: u64, seed: u64) -> Self::Key;
}

/// Mixes the bits of a number, reversibly (the finalizer of SplitMix64).
pub fn mix(number: u64) -> u64 {
    let z = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Random `u64`s.
pub struct Random;

impl Keys for Random {
    type Key = u64;

    fn key(index: u64, seed: u64) -> u64 {
        mix((index ^ seed << 40).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}

/// Consecutive `u64`s.
pub struct Sequential;

impl Keys for Sequential {
    type Key = u64;

    fn key(index: u64, seed: u64) -> u64 {
        index + seed * 1_000_003
    }
}

/// Multiples of 2^20.
pub struct Strided;

impl Keys for Strided {
    type Key = u64;

    fn key(index: u64, seed: u64) -> u64 {
        Sequential::key(index, seed) << 20
    }
}

/// Strings of 11 letters.
pub struct Short;

impl Keys for Short {
    type Key = String;

    fn key(index: u64, seed: u64) -> String {
        let mut text = String::with_capacity(11);
        spell(&mut text, Random::key(index, seed));
        text
    }
}

/// Strings of 62 to 77 letters with a common prefix, like paths.
pub struct Long;

impl Keys for Long {
    type Key = String;

    fn key(index: u64, seed: u64) -> String {
        let bits = Random::key(index, seed);
        let mut text = String::from("/usr/share/doc/lib");
        for i in 0..3 {
            spell(&mut text, mix(bits + i));
        }
        spell(&mut text, bits);
        text.extend((0..bits % 16).map(|_| '.'));
        text
    }
}

/// `Arc<str>`s of 11 letters. The keys do not share memory, so a lookup compares letters, not pointers.
pub struct Shared;

impl Keys for Shared {
    type Key = Arc<str>;

    fn key(index: u64, seed: u64) -> Arc<str> {
        Short::key(index, seed).into()
    }
}

/// Appends 11 letters of 6 bits each.
fn spell(text: &mut String, bits: u64) {
    text.extend((0..11).map(|i| char::from(b'0' + (bits >> (6 * i) & 63) as u8)));
}

/// A value that contains the number from which it was made.
pub trait Value: Clone + PartialEq + 'static {
    fn new(number: u64) -> Self;
    fn number(&self) -> u64;
}

impl Value for u64 {
    fn new(number: u64) -> Self {
        number
    }

    fn number(&self) -> u64 {
        *self
    }
}

/// Plain bytes.
impl<const WORDS: usize> Value for [u64; WORDS] {
    fn new(number: u64) -> Self {
        [number; WORDS]
    }

    fn number(&self) -> u64 {
        self[WORDS - 1]
    }
}

impl Value for Arc<u64> {
    fn new(number: u64) -> Self {
        Arc::new(number)
    }

    fn number(&self) -> u64 {
        **self
    }
}

impl Value for String {
    fn new(number: u64) -> Self {
        format!("{number:020}")
    }

    fn number(&self) -> u64 {
        self.parse().expect("it was made from a number")
    }
}

/// 256 bytes.
impl Value for Vec<u8> {
    fn new(number: u64) -> Self {
        number.to_le_bytes().repeat(32)
    }

    fn number(&self) -> u64 {
        u64::from_le_bytes(*self.first_chunk().expect("there are 256 bytes"))
    }
}

/// A nested map of eight fields.
impl Value for BTreeMap<u8, u64> {
    fn new(number: u64) -> Self {
        (0..8).map(|field| (field, number)).collect()
    }

    fn number(&self) -> u64 {
        self[&7]
    }
}

/// A record of five fields.
#[derive(Clone, PartialEq)]
pub struct Record {
    name: String,
    street: String,
    city: String,
    number: u64,
    rating: f64,
}

impl Value for Record {
    fn new(number: u64) -> Self {
        let [name, street, city] = ["name", "a street", "a city"].map(|field| format!("{field} {number}"));
        Self { name, street, city, number, rating: 0.5 }
    }

    fn number(&self) -> u64 {
        self.number
    }
}
