//! Views of the entries of a leaf, which hide whether they are stored inline or behind counted pointers.
//!
//! Each view has two parts, one of which is always empty. Which one is known at compile time, so nothing is lost.

use core::iter::FusedIterator;
use core::slice;

use triomphe::Arc;

use super::is_counted;

/// What a leaf stores of an entry: the entry, or a counted pointer to it.
pub(crate) trait Cell<T> {
    const COUNTED: bool;
}

impl<T> Cell<T> for T {
    const COUNTED: bool = false;
}

impl<T> Cell<T> for Arc<T> {
    const COUNTED: bool = true;
}

/// Returns `true` if both are the same counted entry, which two versions share.
#[inline]
pub(crate) fn is_same<T>(a: &T, b: &T) -> bool {
    is_counted::<T>() && core::ptr::eq(a, b)
}

/// The entries of a leaf, or some of them.
pub(crate) struct EntrySlice<'a, T> {
    inline: &'a [T],
    counted: &'a [Arc<T>],
}

impl<T> Clone for EntrySlice<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for EntrySlice<'_, T> {}

impl<'a, T> EntrySlice<'a, T> {
    pub(crate) const EMPTY: Self = Self { inline: &[], counted: &[] };

    #[inline]
    pub(crate) const fn inline(inline: &'a [T]) -> Self {
        Self { inline, counted: &[] }
    }

    #[inline]
    pub(crate) const fn counted(counted: &'a [Arc<T>]) -> Self {
        Self { inline: &[], counted }
    }

    #[inline]
    pub(crate) const fn len(self) -> usize {
        if is_counted::<T>() { self.counted.len() } else { self.inline.len() }
    }

    /// Returns entry `index`.
    ///
    /// # Panics
    /// If there is none.
    #[inline]
    pub(crate) fn get(self, index: usize) -> &'a T {
        if is_counted::<T>() { &self.counted[index] } else { &self.inline[index] }
    }

    #[inline]
    pub(crate) fn iter(self) -> EntryIter<'a, T> {
        EntryIter { inline: self.inline.iter(), counted: self.counted.iter() }
    }

    /// Returns the entries from `first` up to `end`.
    ///
    /// # Panics
    /// If there are fewer.
    #[inline]
    pub(crate) fn between(self, first: usize, end: usize) -> Self {
        if is_counted::<T>() {
            Self::counted(&self.counted[first..end])
        } else {
            Self::inline(&self.inline[first..end])
        }
    }

    /// Returns `true` if entry `index` has no other owner, once its leaf has none.
    pub(crate) fn is_unique(self, index: usize) -> bool {
        !is_counted::<T>() || self.counted[index].is_unique()
    }
}

/// An iterator over entries of a leaf.
pub(crate) struct EntryIter<'a, T> {
    inline: slice::Iter<'a, T>,
    counted: slice::Iter<'a, Arc<T>>,
}

impl<T> Clone for EntryIter<'_, T> {
    fn clone(&self) -> Self {
        Self { inline: self.inline.clone(), counted: self.counted.clone() }
    }
}

impl<T> Default for EntryIter<'_, T> {
    #[inline]
    fn default() -> Self {
        EntrySlice::EMPTY.iter()
    }
}

impl<'a, T> Iterator for EntryIter<'a, T> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        if is_counted::<T>() { self.counted.next().map(|entry| &**entry) } else { self.inline.next() }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = if is_counted::<T>() { self.counted.len() } else { self.inline.len() };
        (len, Some(len))
    }
}

impl<'a, T> DoubleEndedIterator for EntryIter<'a, T> {
    #[inline]
    fn next_back(&mut self) -> Option<&'a T> {
        if is_counted::<T>() { self.counted.next_back().map(|entry| &**entry) } else { self.inline.next_back() }
    }

    #[inline]
    fn rfold<A, F: FnMut(A, &'a T) -> A>(self, init: A, mut f: F) -> A {
        if is_counted::<T>() {
            self.counted.rfold(init, |acc, entry| f(acc, entry))
        } else {
            self.inline.rfold(init, f)
        }
    }
}

impl<T> ExactSizeIterator for EntryIter<'_, T> {}
impl<T> FusedIterator for EntryIter<'_, T> {}

/// An entry of an unshared leaf.
pub(crate) enum EntryMut<'a, T> {
    Inline(&'a mut T),
    /// The entry may have other owners.
    Counted(&'a mut Arc<T>),
}

impl<'a, T> EntryMut<'a, T> {
    /// Returns a mutable reference to the entry. If it has other owners, it is replaced by a clone first.
    #[inline]
    pub(crate) fn make_mut(self, clone: impl Fn(&T) -> T) -> &'a mut T {
        match self {
            Self::Inline(entry) => entry,
            Self::Counted(entry) => {
                if !entry.is_unique() {
                    *entry = Arc::new(clone(entry));
                }
                Arc::get_mut(entry).expect("the entry has no other owner")
            }
        }
    }
}

/// The entries of an unshared leaf.
pub(crate) struct EntrySliceMut<'a, T> {
    inline: &'a mut [T],
    counted: &'a mut [Arc<T>],
}

impl<'a, T> EntrySliceMut<'a, T> {
    #[inline]
    pub(crate) const fn empty() -> Self {
        Self { inline: &mut [], counted: &mut [] }
    }

    #[inline]
    pub(crate) const fn inline(inline: &'a mut [T]) -> Self {
        Self { inline, counted: &mut [] }
    }

    #[inline]
    pub(crate) const fn counted(counted: &'a mut [Arc<T>]) -> Self {
        Self { inline: &mut [], counted }
    }

    /// Returns entry `index`.
    ///
    /// # Panics
    /// If there is none.
    #[inline]
    pub(crate) fn into_entry(self, index: usize) -> EntryMut<'a, T> {
        if is_counted::<T>() {
            EntryMut::Counted(&mut self.counted[index])
        } else {
            EntryMut::Inline(&mut self.inline[index])
        }
    }

    #[inline]
    pub(crate) fn into_iter(self) -> EntryIterMut<'a, T> {
        EntryIterMut { inline: self.inline.iter_mut(), counted: self.counted.iter_mut() }
    }
}

/// An iterator over the entries of an unshared leaf.
pub(crate) struct EntryIterMut<'a, T> {
    inline: slice::IterMut<'a, T>,
    counted: slice::IterMut<'a, Arc<T>>,
}

impl<'a, T> EntryIterMut<'a, T> {
    /// Returns an iterator over the remaining entries.
    pub(crate) fn iter(&self) -> EntryIter<'_, T> {
        EntryIter { inline: self.inline.as_slice().iter(), counted: self.counted.as_slice().iter() }
    }
}

impl<T> Default for EntryIterMut<'_, T> {
    #[inline]
    fn default() -> Self {
        EntrySliceMut::empty().into_iter()
    }
}

impl<'a, T> Iterator for EntryIterMut<'a, T> {
    type Item = EntryMut<'a, T>;

    #[inline]
    fn next(&mut self) -> Option<EntryMut<'a, T>> {
        if is_counted::<T>() {
            self.counted.next().map(EntryMut::Counted)
        } else {
            self.inline.next().map(EntryMut::Inline)
        }
    }
}

impl<'a, T> DoubleEndedIterator for EntryIterMut<'a, T> {
    #[inline]
    fn next_back(&mut self) -> Option<EntryMut<'a, T>> {
        if is_counted::<T>() {
            self.counted.next_back().map(EntryMut::Counted)
        } else {
            self.inline.next_back().map(EntryMut::Inline)
        }
    }

    #[inline]
    fn rfold<A, F: FnMut(A, EntryMut<'a, T>) -> A>(self, init: A, mut f: F) -> A {
        if is_counted::<T>() {
            self.counted.rfold(init, |acc, entry| f(acc, EntryMut::Counted(entry)))
        } else {
            self.inline.rfold(init, |acc, entry| f(acc, EntryMut::Inline(entry)))
        }
    }
}

/// An entry that was removed from a leaf.
pub(crate) enum Removed<T> {
    Inline(T),
    /// The counted entry, and a clone of it if it had other owners and the caller needs it by value.
    Counted(Arc<T>, Option<T>),
}

impl<T> Removed<T> {
    /// Returns the entry, which [`swap_remove_owned`](super::bucket::Bucket::swap_remove_owned) has removed.
    ///
    /// The other owners of a counted entry may be gone by now, so this may run the destructor of the entry.
    #[inline]
    pub(crate) fn into_inner(self) -> T {
        match self {
            Self::Inline(entry) => entry,
            Self::Counted(entry, Some(copy)) => {
                // Dropped explicitly: if the destructor panicked while `copy` is returned, `copy` would leak.
                drop(entry);
                copy
            }
            Self::Counted(entry, None) => match Arc::try_unwrap(entry) {
                Ok(entry) => entry,
                Err(_) => unreachable!("the entry has no other owner"),
            },
        }
    }
}
