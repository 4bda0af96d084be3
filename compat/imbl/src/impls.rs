//! The traits of other crates, over those of the maps and sets of `perennial`.

// Made by compat/generate.py from compat/im: edit it there.

#[cfg(feature = "proptest")]
pub mod proptest;

#[cfg(feature = "serde")]
mod serde {
    use std::hash::{BuildHasher, Hash};

    use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::{GenericHashMap, GenericHashSet};

    impl<K: Serialize + Hash + Eq, V: Serialize, S: BuildHasher + Clone, P> Serialize for GenericHashMap<K, V, S, P> {
        fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
            self.0.serialize(serializer)
        }
    }

    impl<'de, K, V, S, P> Deserialize<'de> for GenericHashMap<K, V, S, P>
    where
        K: Deserialize<'de> + Hash + Eq,
        V: Deserialize<'de>,
        S: BuildHasher + Clone + Default,
    {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Deserialize::deserialize(deserializer).map(Self)
        }
    }

    impl<A: Serialize + Hash + Eq, S: BuildHasher + Clone, P> Serialize for GenericHashSet<A, S, P> {
        fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
            self.0.serialize(serializer)
        }
    }

    impl<'de, A: Deserialize<'de> + Hash + Eq, S: BuildHasher + Clone + Default, P> Deserialize<'de>
        for GenericHashSet<A, S, P>
    {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Deserialize::deserialize(deserializer).map(Self)
        }
    }
}

#[cfg(feature = "quickcheck")]
mod quickcheck {
    use std::hash::{BuildHasher, Hash};

    use ::quickcheck::{Arbitrary, Gen};

    use crate::{GenericHashMap, GenericHashSet};

    impl<K, V, S, P> Arbitrary for GenericHashMap<K, V, S, P>
    where
        K: Arbitrary + Hash + Eq,
        V: Arbitrary,
        S: BuildHasher + Clone + Default + 'static,
        P: 'static,
    {
        fn arbitrary(g: &mut Gen) -> Self {
            Self(Arbitrary::arbitrary(g))
        }

        fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
            Box::new(self.0.shrink().map(Self))
        }
    }

    impl<A: Arbitrary + Hash + Eq, S: BuildHasher + Clone + Default + 'static, P: 'static> Arbitrary
        for GenericHashSet<A, S, P>
    {
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

    use crate::{GenericHashMap, GenericHashSet};

    impl<'a, K, V, S, P> Arbitrary<'a> for GenericHashMap<K, V, S, P>
    where
        K: Arbitrary<'a> + Hash + Eq,
        V: Arbitrary<'a>,
        S: BuildHasher + Clone + Default,
    {
        fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
            Arbitrary::arbitrary(u).map(Self)
        }

        fn arbitrary_take_rest(u: Unstructured<'a>) -> Result<Self> {
            Arbitrary::arbitrary_take_rest(u).map(Self)
        }
    }

    impl<'a, A: Arbitrary<'a> + Hash + Eq, S: BuildHasher + Clone + Default, P> Arbitrary<'a> for GenericHashSet<A, S, P> {
        fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
            Arbitrary::arbitrary(u).map(Self)
        }

        fn arbitrary_take_rest(u: Unstructured<'a>) -> Result<Self> {
            Arbitrary::arbitrary_take_rest(u).map(Self)
        }
    }
}
