//! Parallel operations on sets.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::mem;

use rayon::iter::plumbing::UnindexedConsumer;
use rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelDrainFull, ParallelExtend, ParallelIterator};

use super::parallel;
use crate::PersistentSet;
use crate::trie::{HashTrie, Merge, SetOp};

/// A parallel iterator over the elements of a set.
///
/// Returned by `par_iter` of a set, from the trait [`IntoParallelRefIterator`](rayon::iter::IntoParallelRefIterator).
///
/// # Examples
///
/// ```
/// use rayon::prelude::*;
///
/// let set = perennial::persistent_set! { 1, 2, 3 };
/// assert_eq!(set.par_iter().sum::<i32>(), 6);
/// ```
pub struct ParIter<'a, T> {
    trie: &'a HashTrie<T>,
}

/// A parallel iterator over the elements of a set by value.
///
/// Elements in nodes that are shared with another version are cloned, all others moved. Returned by `into_par_iter`
/// of a set, from the trait [`IntoParallelIterator`], and by `par_drain`, from [`ParallelDrainFull`].
///
/// # Examples
///
/// ```
/// use rayon::prelude::*;
///
/// let set = perennial::persistent_set! { 1, 2, 3 };
/// assert_eq!(set.into_par_iter().max(), Some(3));
/// ```
pub struct IntoParIter<T> {
    trie: HashTrie<T>,
}

parallel!(['a, T: Send + Sync] ParIter<'a, T>, self => self.trie.subtrees(), element => element, &'a T);
parallel!([T: Send + Sync + Clone] IntoParIter<T>, self => self.trie.into_subtrees(), element => element, T);

impl<T> Clone for ParIter<'_, T> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<T: fmt::Debug> fmt::Debug for ParIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.trie.iter()).finish()
    }
}

impl<T: fmt::Debug> fmt::Debug for IntoParIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.trie.iter()).finish()
    }
}

impl<'a, T: Send + Sync, S> IntoParallelIterator for &'a PersistentSet<T, S> {
    type Item = &'a T;
    type Iter = ParIter<'a, T>;

    fn into_par_iter(self) -> ParIter<'a, T> {
        ParIter { trie: &self.table.trie }
    }
}

impl<T: Send + Sync + Clone, S> IntoParallelIterator for PersistentSet<T, S> {
    type Item = T;
    type Iter = IntoParIter<T>;

    fn into_par_iter(self) -> IntoParIter<T> {
        IntoParIter { trie: self.table.into_trie() }
    }
}

impl<T: Send + Sync + Clone, S> ParallelDrainFull for &mut PersistentSet<T, S> {
    type Iter = IntoParIter<T>;
    type Item = T;

    fn par_drain(self) -> IntoParIter<T> {
        IntoParIter { trie: mem::take(&mut self.table.trie) }
    }
}

impl<T, S> FromParallelIterator<T> for PersistentSet<T, S>
where
    T: Eq + Hash + Send + Sync,
    S: BuildHasher + Default + Sync,
{
    /// Collects the elements into a set. If there are equal elements, the first one is kept.
    fn from_par_iter<I: IntoParallelIterator<Item = T>>(elements: I) -> Self {
        let mut set = Self::default();
        set.table.trie = set.table.par_collect(elements.into_par_iter(), |_, _| ());
        set
    }
}

impl<T, S> ParallelExtend<T> for PersistentSet<T, S>
where
    T: Eq + Hash + Clone + Send + Sync,
    S: BuildHasher + Sync,
{
    /// Inserts all elements. If there are equal elements, the first one is kept.
    ///
    /// The elements are collected into a new set, and its union with this set is computed in parallel.
    fn par_extend<I: IntoParallelIterator<Item = T>>(&mut self, elements: I) {
        self.table.par_extend(elements.into_par_iter(), |_, _| (), |_, _| Merge::Left);
    }
}

impl<'a, T, S> ParallelExtend<&'a T> for PersistentSet<T, S>
where
    T: Eq + Hash + Copy + Send + Sync,
    S: BuildHasher + Sync,
{
    /// Inserts copies of all elements. If there are equal elements, the first one is kept.
    fn par_extend<I: IntoParallelIterator<Item = &'a T>>(&mut self, elements: I) {
        self.par_extend(elements.into_par_iter().copied());
    }
}

// Like their sequential forms, these return sets and not iterators.
impl<T: Eq + Hash + Send + Sync, S: BuildHasher + Sync> PersistentSet<T, S> {
    /// Compares two sets like `==`, in parallel.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// assert!(persistent_set! { 1, 2 }.par_eq(&persistent_set! { 2, 1 }));
    /// ```
    pub fn par_eq(&self, other: &Self) -> bool {
        self.table.par_eq(&other.table, |a, b| a == b)
    }

    /// Does what [`union`](Self::union) does, in parallel.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let (a, b) = (persistent_set! { 1, 2 }, persistent_set! { 2, 3 });
    /// assert_eq!(a.par_union(&b), persistent_set! { 1, 2, 3 });
    /// ```
    #[must_use = "the new version is the result; the set itself is unchanged"]
    pub fn par_union(&self, other: &Self) -> Self
    where
        T: Clone,
        S: Clone,
    {
        self.par_merged(other, SetOp::UNION, || Merge::Left)
    }

    /// Does what [`intersection`](Self::intersection) does, in parallel.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let (a, b) = (persistent_set! { 1, 2 }, persistent_set! { 2, 3 });
    /// assert_eq!(a.par_intersection(&b), persistent_set! { 2 });
    /// ```
    #[must_use = "the new version is the result; the set itself is unchanged"]
    pub fn par_intersection(&self, other: &Self) -> Self
    where
        T: Clone,
        S: Clone,
    {
        self.par_merged(other, SetOp::INTERSECTION, || Merge::Left)
    }

    /// Does what [`difference`](Self::difference) does, in parallel.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let (a, b) = (persistent_set! { 1, 2 }, persistent_set! { 2, 3 });
    /// assert_eq!(a.par_difference(&b), persistent_set! { 1 });
    /// ```
    #[must_use = "the new version is the result; the set itself is unchanged"]
    pub fn par_difference(&self, other: &Self) -> Self
    where
        T: Clone,
        S: Clone,
    {
        self.par_merged(other, SetOp::DIFFERENCE, || Merge::Remove)
    }

    /// Does what [`symmetric_difference`](Self::symmetric_difference) does, in parallel.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_set;
    ///
    /// let (a, b) = (persistent_set! { 1, 2 }, persistent_set! { 2, 3 });
    /// assert_eq!(a.par_symmetric_difference(&b), persistent_set! { 1, 3 });
    /// ```
    #[must_use = "the new version is the result; the set itself is unchanged"]
    pub fn par_symmetric_difference(&self, other: &Self) -> Self
    where
        T: Clone,
        S: Clone,
    {
        self.par_merged(other, SetOp::SYMMETRIC_DIFFERENCE, || Merge::Remove)
    }

    fn par_merged(&self, other: &Self, op: SetOp, both: impl Fn() -> Merge<T> + Sync) -> Self
    where
        T: Clone,
        S: Clone,
    {
        Self { table: self.table.par_merge(&other.table, op, |_, _| both()) }
    }
}
