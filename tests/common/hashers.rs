//! Good and bad hashers, with fuses. They are chosen at run time, so that a test is compiled only once for all of them.

use core::hash::{BuildHasher, Hasher};
use foldhash::fast::FixedState;

use super::tracked::{Call, burn};

/// The quality of a hasher: how many hash values there are, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// All 64 bits are used.
    Good,
    /// There are only eight values, so many keys collide in each.
    Eight,
    /// There is only one value.
    Constant,
    /// Only the six highest of the 64 bits vary.
    TopBits,
    /// There are 64 values. They differ only in the lowest six of the 32 bits that a trie stores.
    Deep,
    /// An integer and its negation have the same hash.
    Abs,
}

impl Kind {
    /// The kinds with which every random program is run.
    pub(crate) const ALL: [Kind; 5] = [Kind::Good, Kind::Eight, Kind::Constant, Kind::TopBits, Kind::Deep];

    /// Converts a good hash into one of this kind.
    const fn of(self, hash: u64) -> u64 {
        match self {
            Kind::Good | Kind::Abs => hash,
            Kind::Eight => hash % 8,
            Kind::Constant => 42,
            Kind::TopBits => hash & (0b11_1111 << 58),
            Kind::Deep => DEEP[hash as usize % DEEP.len()],
        }
    }

    /// Returns the hash of a number, for tests without a hasher.
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

/// Hashes of which a trie stores 0xdead_bec0 to 0xdead_beff, found by trial. A unit test of the trie checks this.
const DEEP: [u64; 64] = [
    0xfeda7840,
    0xfcfa9d57,
    0xad15345e,
    0x128c81b6e,
    0x401bab96,
    0x1319ce1a9,
    0xcda7c799,
    0x14e7c1edd,
    0x14f9b8736,
    0x3d42d6a66,
    0xedcd5cf,
    0xe1c6a783,
    0x159da2761,
    0xf8f36848,
    0x89f95fe3,
    0x571b298,
    0x2b7302d8,
    0x5f7cda5c,
    0x13ad2782,
    0x17b24b8a6,
    0x1c49050cb,
    0xaef7cfce,
    0x40d78810,
    0x108c14da3,
    0x1b53f80d,
    0x4f4e8025,
    0x33d554b11,
    0x7e7c0a34,
    0x7a9a20d4,
    0x1944061a,
    0x1713c999,
    0x3a84ccfe,
    0x9cb7a7a1,
    0x393915f6,
    0x4a425121,
    0x117c7ad41,
    0xc759476c,
    0xfd196316,
    0xe27f467b,
    0x63adb964,
    0xc503d41e,
    0x29dea15a,
    0x6009c019,
    0x92aed8f3,
    0x3d52933f,
    0xdb486a72,
    0x11528adeb,
    0x6a6bc69d,
    0x29228625,
    0x1af3f4763,
    0x1093a8228,
    0x1ab7c2e4,
    0x915abe3,
    0x8074fbf8,
    0xbbe78db0,
    0x1cc96df0,
    0xa910bfd6,
    0x1c921380b,
    0x1051d5458,
    0x190c3bd45,
    0x167cf8c80,
    0x270b4f17a,
    0x4967702d,
    0x37ecd4b,
];
