//! Key and value types of different sizes and alignments: one word, with a destructor, zero-sized, large, over-aligned.

use core::fmt::Debug;
use core::hash::Hash;

use perennial::Equivalent;

use super::tracked::Tracked;

/// A type whose values can be made from small numbers. Different numbers give different values, if the type has enough.
pub(crate) trait Sample: Clone + Default + Eq + Ord + Hash + Debug + for<'a> From<&'a Query<Self>> {
    /// Returns the value for `number`.
    fn sample(number: u16) -> Self;
}

/// A key to search for, from which an owned key can be made.
#[derive(Hash)]
pub(crate) struct Query<K>(pub(crate) K);

impl<K: Eq> Equivalent<K> for Query<K> {
    fn equivalent(&self, key: &K) -> bool {
        self.0 == *key
    }
}

macro_rules! from_query {
    ($($key:ty),*) => {$(
        impl From<&Query<$key>> for $key {
            fn from(query: &Query<$key>) -> Self {
                query.0.clone()
            }
        }
    )*};
}
from_query!(u64, u128, String, (), Wide, Aligned, Tracked);

impl Sample for u64 {
    fn sample(number: u16) -> Self {
        number.into()
    }
}

impl Sample for u128 {
    fn sample(number: u16) -> Self {
        u128::from(number) << 100 | u128::from(number)
    }
}

impl Sample for String {
    fn sample(number: u16) -> Self {
        format!("key{number}")
    }
}

impl Sample for () {
    fn sample(_: u16) -> Self {}
}

/// A type of 200 bytes.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Wide([u64; 25]);

impl Sample for Wide {
    fn sample(number: u16) -> Self {
        Wide([number.into(); 25])
    }
}

impl Debug for Wide {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Wide({})", self.0[0])
    }
}

/// A type with a larger alignment than allocators guarantee for every block.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(align(64))]
pub(crate) struct Aligned(u16);

impl Aligned {
    /// Panics if `self` is not aligned.
    pub(crate) fn assert_aligned(&self) {
        assert_eq!(core::ptr::from_ref(self).addr() % 64, 0);
    }
}

impl Sample for Aligned {
    fn sample(number: u16) -> Self {
        Aligned(number)
    }
}
