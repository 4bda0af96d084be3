//! The traits of other crates, over those of the maps and sets of `perennial`.

#[cfg(feature = "proptest")]
pub mod proptest;

#[cfg(feature = "serde")]
mod serde {
    use std::hash::{BuildHasher, Hash};

    use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::{HashMap, HashSet};

    impl<K: Serialize + Hash + Eq, V: Serialize, S: BuildHasher> Serialize for HashMap<K, V, S> {
        fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
            serializer.collect_map(self.0.iter_in_hash_order())
        }
    }

    impl<'de, K, V, S> Deserialize<'de> for HashMap<K, V, S>
    where
        K: Deserialize<'de> + Hash + Eq,
        V: Deserialize<'de>,
        S: BuildHasher + Default,
    {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Deserialize::deserialize(deserializer).map(Self)
        }
    }

    impl<A: Serialize + Hash + Eq, S: BuildHasher> Serialize for HashSet<A, S> {
        fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
            serializer.collect_seq(self.0.iter_in_hash_order())
        }
    }

    impl<'de, A: Deserialize<'de> + Hash + Eq, S: BuildHasher + Default> Deserialize<'de> for HashSet<A, S> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Deserialize::deserialize(deserializer).map(Self)
        }
    }
}

#[cfg(feature = "quickcheck")]
mod quickcheck {
    use std::hash::{BuildHasher, Hash};

    use ::quickcheck::{Arbitrary, Gen};

    use crate::{HashMap, HashSet};

    impl<K, V, S> Arbitrary for HashMap<K, V, S>
    where
        K: Arbitrary + Hash + Eq,
        V: Arbitrary,
        S: BuildHasher + Default + 'static,
    {
        fn arbitrary(g: &mut Gen) -> Self {
            Self(Arbitrary::arbitrary(g))
        }

        fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
            Box::new(self.0.shrink().map(Self))
        }
    }

    impl<A: Arbitrary + Hash + Eq, S: BuildHasher + Default + 'static> Arbitrary for HashSet<A, S> {
        fn arbitrary(g: &mut Gen) -> Self {
            Self(Arbitrary::arbitrary(g))
        }

        fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
            Box::new(self.0.shrink().map(Self))
        }
    }
}

#[cfg(feature = "arbitrary")]
mod arbitrary {
    use std::hash::{BuildHasher, Hash};

    use ::arbitrary::{Arbitrary, Result, Unstructured};

    use crate::{HashMap, HashSet};

    impl<'a, K, V, S> Arbitrary<'a> for HashMap<K, V, S>
    where
        K: Arbitrary<'a> + Hash + Eq,
        V: Arbitrary<'a>,
        S: BuildHasher + Default,
    {
        fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
            Arbitrary::arbitrary(u).map(Self)
        }

        fn arbitrary_take_rest(u: Unstructured<'a>) -> Result<Self> {
            Arbitrary::arbitrary_take_rest(u).map(Self)
        }
    }

    impl<'a, A: Arbitrary<'a> + Hash + Eq, S: BuildHasher + Default> Arbitrary<'a> for HashSet<A, S> {
        fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
            Arbitrary::arbitrary(u).map(Self)
        }

        fn arbitrary_take_rest(u: Unstructured<'a>) -> Result<Self> {
            Arbitrary::arbitrary_take_rest(u).map(Self)
        }
    }
}
