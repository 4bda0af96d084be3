//! Hashers from good to the worst, chosen at run time so that one instance of a test serves them all, and with fuses.

use core::hash::{BuildHasher, Hasher};
use foldhash::fast::FixedState;

use super::tracked::{Call, burn};

/// How many, and which, hash values there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// All 64 bits are used.
    Good,
    /// There are eight values in all, so that every one is a collision of many keys.
    Eight,
    /// There is one value.
    Constant,
    /// Only the six highest of the 64 bits vary.
    TopBits,
    /// An integer and its negation have the same hash.
    Abs,
}

impl Kind {
    /// The four that every program of operations is run under.
    pub(crate) const ALL: [Kind; 4] = [Kind::Good, Kind::Eight, Kind::Constant, Kind::TopBits];

    /// What such a hasher makes of a good hash.
    const fn of(self, hash: u64) -> u64 {
        match self {
            Kind::Good | Kind::Abs => hash,
            Kind::Eight => hash % 8,
            Kind::Constant => 42,
            Kind::TopBits => hash & (0b11_1111 << 58),
        }
    }

    /// The hash of a number, for those who need no hasher.
    pub(crate) fn hash(self, number: u64) -> u64 {
        self.of(FixedState::with_seed(SEED).hash_one(number))
    }
}

const SEED: u64 = 0x5eed;

/// Makes hashers of one kind, always with the same seed.
#[derive(Debug)]
pub(crate) struct TestState(pub(crate) Kind);

impl Clone for TestState {
    fn clone(&self) -> Self {
        burn(Call::CloneHasher);
        TestState(self.0)
    }
}

impl Default for TestState {
    fn default() -> Self {
        burn(Call::Default);
        TestState(Kind::Good)
    }
}

impl BuildHasher for TestState {
    type Hasher = TestHasher;

    fn build_hasher(&self) -> TestHasher {
        burn(Call::BuildHasher);
        TestHasher { inner: FixedState::with_seed(SEED).build_hasher(), kind: self.0 }
    }
}

/// The hasher of [`TestState`].
pub(crate) struct TestHasher {
    inner: <FixedState as BuildHasher>::Hasher,
    kind: Kind,
}

impl Hasher for TestHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.inner.write(bytes);
    }

    fn write_u64(&mut self, number: u64) {
        self.inner.write_u64(number);
    }

    fn write_i64(&mut self, number: i64) {
        self.inner.write_u64(match self.kind {
            Kind::Abs => number.unsigned_abs(),
            _ => number as u64,
        });
    }

    fn finish(&self) -> u64 {
        burn(Call::Hasher);
        self.kind.of(self.inner.finish())
    }
}
