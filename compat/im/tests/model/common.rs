//! Random numbers, and hashers.

use std::hash::{BuildHasher, Hasher};

/// A source of random numbers.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let word = (self.0 ^ (self.0 >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let word = (word ^ (word >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        word ^ (word >> 32)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// A key of a small or a large range, so that maps overlap in few keys or in many.
    pub(crate) fn key(&mut self) -> u16 {
        let range = self.pick(&[8, 64, 512, 4096]);
        self.below(range) as u16
    }

    pub(crate) fn keys(&mut self) -> Vec<u16> {
        let (count, range) = (self.pick(&[0, 1, 2, 5, 20, 40, 100, 300]), self.pick(&[8, 64, 512, 4096]));
        (0..count).map(|_| self.below(range) as u16).collect()
    }

    pub(crate) fn value(&mut self) -> i64 {
        self.below(4) as i64
    }

    pub(crate) fn entries(&mut self) -> Vec<(u16, i64)> {
        self.keys().into_iter().map(|key| (key, self.value())).collect()
    }
}

/// A hasher of the programs.
pub(crate) trait State: BuildHasher + Default {
    /// Whether different keys have different hashes.
    const IS_GOOD: bool = true;
}

impl State for std::hash::RandomState {}
impl State for perennial_im::RandomState {}

/// A hasher that cannot be cloned, and has but 16 hashes.
#[derive(Default)]
pub(crate) struct Weak;

pub(crate) struct WeakHasher(u64);

impl State for Weak {
    const IS_GOOD: bool = false;
}

impl BuildHasher for Weak {
    type Hasher = WeakHasher;

    fn build_hasher(&self) -> WeakHasher {
        WeakHasher(0)
    }
}

impl Hasher for WeakHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)) % 16 * 0x1111_1111_1111_1111;
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
