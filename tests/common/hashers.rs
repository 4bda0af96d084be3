//! Hashers from good to the worst, chosen at run time so that one instance of a test serves them all.

use core::hash::{BuildHasher, Hasher};
use foldhash::fast::FixedState;

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
}

/// Makes hashers of one kind, always with the same seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TestState(pub(crate) Kind);

impl Default for TestState {
    fn default() -> Self {
        TestState(Kind::Good)
    }
}

impl BuildHasher for TestState {
    type Hasher = TestHasher;

    fn build_hasher(&self) -> TestHasher {
        TestHasher { inner: FixedState::with_seed(0x5eed).build_hasher(), kind: self.0 }
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
        let hash = self.inner.finish();
        match self.kind {
            Kind::Good | Kind::Abs => hash,
            Kind::Eight => hash % 8,
            Kind::Constant => 42,
            Kind::TopBits => hash & (0b11_1111 << 58),
        }
    }
}
