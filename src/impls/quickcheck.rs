//! `quickcheck`: maps and sets of random entries, which shrink like a vector of these entries.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::hash::{BuildHasher, Hash};

use quickcheck::{Arbitrary, Gen};

use crate::{PersistentMap, PersistentSet};

impl<K, V, S> Arbitrary for PersistentMap<K, V, S>
where
    K: Arbitrary + Eq + Hash,
    V: Arbitrary,
    S: BuildHasher + Default + Clone + 'static,
{
    fn arbitrary(g: &mut Gen) -> Self {
        Vec::arbitrary(g).into_iter().collect()
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        let entries: Vec<(K, V)> = self.clone().into_iter().collect();
        Box::new(entries.shrink().map(|fewer| fewer.into_iter().collect()))
    }
}

impl<T, S> Arbitrary for PersistentSet<T, S>
where
    T: Arbitrary + Eq + Hash,
    S: BuildHasher + Default + Clone + 'static,
{
    fn arbitrary(g: &mut Gen) -> Self {
        Vec::arbitrary(g).into_iter().collect()
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        let elements: Vec<T> = self.clone().into_iter().collect();
        Box::new(elements.shrink().map(|fewer| fewer.into_iter().collect()))
    }
}
