//! Makes keys and values from numbers.

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

/// 64 bytes.
impl Value for [u64; 8] {
    fn new(number: u64) -> Self {
        [number; 8]
    }

    fn number(&self) -> u64 {
        self[7]
    }
}
