//! Implementations that maps and sets share except for names and bounds, and the functions that the public macros
//! call.

use core::hash::{BuildHasher, Hash};

use crate::{PersistentMap, PersistentSet};

// `persistent_map!` and `persistent_set!` expand to single calls, so that temporaries in their arguments live as long
// as in a function call, and no trait has to be in scope.

pub fn map_of<K: Eq + Hash, V, S: BuildHasher, const N: usize>(
    hasher: S,
    entries: [(K, V); N],
) -> PersistentMap<K, V, S> {
    PersistentMap::collected(hasher, entries)
}

pub fn set_of<T: Eq + Hash, S: BuildHasher, const N: usize>(hasher: S, elements: [T; N]) -> PersistentSet<T, S> {
    PersistentSet::collected(hasher, elements)
}

/// Implements an exact-size iterator that maps each item of `self.inner` to another form.
macro_rules! projection {
    ([$($generics:tt)*] $iterator:ty, $pattern:pat => $item:expr, $type:ty) => {
        impl<$($generics)*> Iterator for $iterator {
            type Item = $type;

            #[inline]
            fn next(&mut self) -> Option<Self::Item> {
                self.inner.next().map(|$pattern| $item)
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                self.inner.size_hint()
            }

            #[inline]
            fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut f: F) -> B {
                self.inner.fold(init, |folded, $pattern| f(folded, $item))
            }
        }

        impl<$($generics)*> ExactSizeIterator for $iterator {
            #[inline]
            fn len(&self) -> usize {
                self.inner.len()
            }
        }

        impl<$($generics)*> core::iter::FusedIterator for $iterator {}
    };
}

/// Implements operators between references, as std's sets have them, and their assigning forms, by calling methods.
macro_rules! operators {
    (
        $generics:tt $type:ty:
        $($op:ident::$function:ident, $assign:ident::$assign_function:ident => $method:ident;)*
    ) => {
        $($crate::macros::operators! {
            @one $generics $type, $op::$function, $assign::$assign_function, $method
        })*
    };
    (
        @one [$($generics:tt)*] $type:ty,
        $op:ident::$function:ident, $assign:ident::$assign_function:ident, $method:ident
    ) => {
        impl<$($generics)*> core::ops::$op for &$type {
            type Output = $type;

            #[doc = concat!("The same as `", stringify!($method), "`.")]
            fn $function(self, other: Self) -> $type {
                self.$method(other)
            }
        }

        impl<$($generics)*> core::ops::$assign<&Self> for $type {
            #[doc = concat!("Becomes the result of `", stringify!($method), "`.")]
            fn $assign_function(&mut self, other: &Self) {
                *self = self.$method(other);
            }
        }
    };
}

pub(crate) use {operators, projection};
