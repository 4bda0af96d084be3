//! The iterators over keys and values, in the order of the hashes.

/// Makes `$name`, which wraps the iterator `$inner` and yields `$projected` for each `$item`.
macro_rules! iterator {
    ($(#[$doc:meta])* $name:ident<'a, $($parameter:ident),*>($inner:ty), $item:pat => $projected:expr, $type:ty) => {
        $(#[$doc])*
        pub struct $name<'a, $($parameter),*>(pub(crate) $inner);

        impl<$($parameter),*> Clone for $name<'_, $($parameter),*> {
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }
        }

        impl<'a, $($parameter),*> Iterator for $name<'a, $($parameter),*> {
            type Item = $type;

            fn next(&mut self) -> Option<$type> {
                self.0.next().map(|$item| $projected)
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.0.size_hint()
            }
        }

        impl<$($parameter),*> ExactSizeIterator for $name<'_, $($parameter),*> {}
        impl<$($parameter),*> std::iter::FusedIterator for $name<'_, $($parameter),*> {}
    };
}

pub(crate) use iterator;
