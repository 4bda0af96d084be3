//! The owning iterator of transients.

use core::fmt;
use core::iter::FusedIterator;

use crate::trie::{self, ClonePtr, HashTrie};

/// An iterator over the entries of a transient map, or over the elements of a transient set, by value.
///
/// Items in nodes that are shared with another version are cloned, all others moved; so a transient that was created
/// empty does not require `Clone`. Returned by the [`IntoIterator`] implementation of a transient, by
/// [`TransientMap::drain`](super::TransientMap::drain) and by [`TransientSet::drain`](super::TransientSet::drain).
///
/// # Examples
///
/// ```
/// use perennial::TransientMap;
///
/// #[derive(Debug, PartialEq)]
/// struct NotClone;
///
/// let mut map = TransientMap::new();
/// map.insert("a", NotClone);
/// assert_eq!(map.into_iter().next(), Some(("a", NotClone)));
/// ```
pub struct IntoIter<T> {
    inner: trie::IntoIter<T>,
    clone: ClonePtr<T>,
}

impl<T> IntoIter<T> {
    pub(super) fn new(trie: HashTrie<T>, clone: ClonePtr<T>) -> Self {
        Self { inner: trie::IntoIter::new(trie), clone }
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.inner.next_with(self.clone)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.inner.len_left();
        (len, Some(len))
    }
}

impl<T> ExactSizeIterator for IntoIter<T> {}
impl<T> FusedIterator for IntoIter<T> {}

impl<T: fmt::Debug> fmt::Debug for IntoIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.iter()).finish()
    }
}
