//! The hash set.

// Made by compat/generate.py from compat/im: edit it there.

use std::borrow::Borrow;
use std::collections::{self, BTreeSet};
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::iter::Sum;
use std::ops::{Add, Mul};

use imbl_upstream::shared_ptr::DefaultSharedPtr;
use imbl_upstream::{OrdSet, Vector};
use perennial::{Equivalent, PersistentSet, RandomState};

use crate::marked::Marked;

pub use perennial::set::{IntoIter as ConsumingIter, Iter};

#[cfg(feature = "proptest")]
pub use crate::impls::proptest;

/// Makes a [`HashSet`] from a list of elements.
///
/// # Examples
///
/// ```
/// # use perennial_imbl as imbl;
/// use imbl::hashset::HashSet;
/// use imbl::hashset;
///
/// assert_eq!(hashset! { 1, 2, 3 }, HashSet::from(vec![1, 2, 3]));
/// ```
#[macro_export]
macro_rules! hashset {
    () => {
        $crate::hashset::HashSet::new()
    };
    ($($element:expr),+ $(,)?) => {
        $crate::hashset::HashSet::<_>::from(::std::vec![$($element),+])
    };
}

/// The hash set of `imbl`, over a [`PersistentSet`]. The kind of pointer, `P`, is ignored.
///
/// Each method has the name, the bounds and the result that it has in `imbl` 7.0. Operations on two sets, comparing them
/// included, pass over what both share: they take O(c log n) for sets that differ in c elements, and at most O(n + m).
///
/// What differs from `imbl` is listed in the documentation of the [crate](crate#what-differs).
///
/// # Examples
///
/// ```
/// # use perennial_imbl as imbl;
/// use imbl::HashSet;
///
/// let mut set = HashSet::unit(1);
/// let old = set.clone();
/// set.insert(2);
/// assert_eq!(set.without(&1), HashSet::unit(2));
/// assert_eq!(old.len(), 1);
/// ```
pub struct GenericHashSet<A, S, P = DefaultSharedPtr>(pub(crate) PersistentSet<A, Marked<S, P>>);

/// A [`GenericHashSet`] with the default hasher.
pub type HashSet<A> = GenericHashSet<A, RandomState, DefaultSharedPtr>;

impl<A, S: Default, P> GenericHashSet<A, S, P> {
    /// Makes an empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<A: Hash + Eq + Clone, S: BuildHasher + Clone + Default, P> GenericHashSet<A, S, P> {
    /// Makes a set with one element.
    #[must_use]
    pub fn unit(a: A) -> Self {
        std::iter::once(a).collect()
    }
}

impl<A, S, P> GenericHashSet<A, S, P> {
    /// Returns `true` if there are no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the number of elements.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns `true` if two sets are the same version. O(1).
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.0.ptr_eq(&other.0)
    }

    /// Makes an empty set that hashes its elements with `hasher`.
    #[must_use]
    pub fn with_hasher(hasher: S) -> Self {
        Self(PersistentSet::with_hasher(Marked::new(hasher)))
    }

    /// Returns the hasher.
    #[must_use]
    pub fn hasher(&self) -> &S {
        self.0.hasher().get()
    }

    /// Makes an empty set with the hasher of this one.
    #[must_use]
    pub fn new_from<A1: Hash + Eq + Clone>(&self) -> GenericHashSet<A1, S, P>
    where
        S: Clone,
    {
        GenericHashSet(PersistentSet::with_hasher(self.0.hasher().clone()))
    }

    /// Returns the set of `perennial`, for what `imbl` has no method for, such as
    /// [`diff`](PersistentSet::diff). Not a method of `imbl`; `From` leads back.
    #[must_use]
    pub fn as_perennial(&self) -> &PersistentSet<A, Marked<S, P>> {
        &self.0
    }

    /// Removes all elements.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Iterates over the elements, in no particular order. O(n) to exhaust.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, A> {
        self.0.iter()
    }
}

impl<A: Hash + Eq, S: BuildHasher + Clone, P> GenericHashSet<A, S, P> {
    /// Returns `true` if there is an element equal to `a`.
    #[must_use]
    pub fn contains<Q: Hash + Equivalent<A> + ?Sized>(&self, a: &Q) -> bool {
        self.0.contains(a)
    }

    /// Returns `true` if the other set has all of our elements.
    #[must_use]
    pub fn is_subset<RS: Borrow<Self>>(&self, other: RS) -> bool {
        self.0.is_subset(&other.borrow().0)
    }

    /// Returns `true` if the other set has all of our elements, and more.
    #[must_use]
    pub fn is_proper_subset<RS: Borrow<Self>>(&self, other: RS) -> bool {
        let other = other.borrow();
        self.len() < other.len() && self.is_subset(other)
    }
}

impl<A: Hash + Eq + Clone, S: BuildHasher + Clone, P> GenericHashSet<A, S, P> {
    /// Inserts an element, and returns the equal one that it replaces, if any.
    pub fn insert(&mut self, a: A) -> Option<A> {
        self.0.replace(a)
    }

    /// Removes the element equal to `a`, and returns it.
    pub fn remove<Q: Hash + Equivalent<A> + ?Sized>(&mut self, a: &Q) -> Option<A> {
        self.0.take(a)
    }

    /// Returns a set with `a` in it.
    #[must_use]
    pub fn update(&self, a: A) -> Self {
        let mut next = self.clone();
        next.insert(a);
        next
    }

    /// Returns a set without the element equal to `a`; the same version if there is none.
    #[must_use]
    pub fn without<Q: Hash + Equivalent<A> + ?Sized>(&self, a: &Q) -> Self {
        Self(self.0.disj(a))
    }

    /// Removes the elements for which `f` returns `false`.
    pub fn retain<F: FnMut(&A) -> bool>(&mut self, f: F) {
        self.0.retain(f);
    }

    /// Returns a set with the elements of both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0.union(&other.0))
    }

    /// Returns a set with the elements of all.
    #[must_use]
    pub fn unions<I: IntoIterator<Item = Self>>(i: I) -> Self
    where
        S: Default,
    {
        i.into_iter().reduce(Self::union).unwrap_or_default()
    }

    /// Returns a set with the elements that only one of both has, as
    /// [`symmetric_difference`](Self::symmetric_difference) does.
    #[must_use]
    pub fn difference(self, other: Self) -> Self {
        self.symmetric_difference(other)
    }

    /// Returns a set with the elements that only one of both has.
    #[must_use]
    pub fn symmetric_difference(self, other: Self) -> Self {
        Self(self.0.symmetric_difference(&other.0))
    }

    /// Returns a set with those of our elements that the other does not have.
    #[must_use]
    pub fn relative_complement(self, other: Self) -> Self {
        Self(self.0.difference(&other.0))
    }

    /// Returns a set with the elements that both have.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0.intersection(&other.0))
    }
}

impl<A, S: Clone, P> Clone for GenericHashSet<A, S, P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<A, S: Default, P> Default for GenericHashSet<A, S, P> {
    fn default() -> Self {
        Self(PersistentSet::default())
    }
}

impl<A: fmt::Debug, S, P> fmt::Debug for GenericHashSet<A, S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(&self.0).finish()
    }
}

impl<A: Hash + Eq, S: BuildHasher + Clone, P> PartialEq for GenericHashSet<A, S, P> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<A: Hash + Eq, S: BuildHasher + Clone, P> Eq for GenericHashSet<A, S, P> {}

impl<A: Hash + Eq + Clone, S: BuildHasher + Clone, P> Add for GenericHashSet<A, S, P> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.union(other)
    }
}

impl<A: Hash + Eq + Clone, S: BuildHasher + Clone, P> Add for &GenericHashSet<A, S, P> {
    type Output = GenericHashSet<A, S, P>;

    fn add(self, other: Self) -> GenericHashSet<A, S, P> {
        self.clone().union(other.clone())
    }
}

impl<A: Hash + Eq + Clone, S: BuildHasher + Clone, P> Mul for GenericHashSet<A, S, P> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        self.intersection(other)
    }
}

impl<A: Hash + Eq + Clone, S: BuildHasher + Clone, P> Mul for &GenericHashSet<A, S, P> {
    type Output = GenericHashSet<A, S, P>;

    fn mul(self, other: Self) -> GenericHashSet<A, S, P> {
        self.clone().intersection(other.clone())
    }
}

impl<A: Hash + Eq + Clone, S: BuildHasher + Clone + Default, P> Sum for GenericHashSet<A, S, P> {
    fn sum<I: Iterator<Item = Self>>(sets: I) -> Self {
        Self::unions(sets)
    }
}

impl<A: Hash + Eq + Clone + From<R>, S: BuildHasher + Clone, R, P> Extend<R> for GenericHashSet<A, S, P> {
    fn extend<I: IntoIterator<Item = R>>(&mut self, elements: I) {
        self.0.extend(elements.into_iter().map(A::from));
    }
}

impl<A: Hash + Eq + Clone + From<RA>, RA, S: BuildHasher + Clone + Default, P> FromIterator<RA>
    for GenericHashSet<A, S, P>
{
    fn from_iter<I: IntoIterator<Item = RA>>(elements: I) -> Self {
        Self(elements.into_iter().map(A::from).collect())
    }
}

impl<'a, A, S, P> IntoIterator for &'a GenericHashSet<A, S, P> {
    type Item = &'a A;
    type IntoIter = Iter<'a, A>;

    fn into_iter(self) -> Iter<'a, A> {
        self.iter()
    }
}

impl<A: Hash + Eq + Clone, S: BuildHasher + Clone, P> IntoIterator for GenericHashSet<A, S, P> {
    type Item = A;
    type IntoIter = ConsumingIter<A>;

    /// Iterates over the elements by value, in no particular order. Those in nodes that other versions share are
    /// cloned, all others moved.
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Conversions from collections of elements, by value and by reference.
macro_rules! from {
    ($([$($ord:ident)?] $from:ty, $elements:ident => $iter:expr;)*) => {$(
        impl<A: Hash + Eq + Clone $(+ $ord)?, S: BuildHasher + Clone + Default, P> From<$from> for GenericHashSet<A, S, P> {
            fn from($elements: $from) -> Self {
                $iter.collect()
            }
        }
    )*};
}

from! {
    [] &[A], elements => elements.iter().cloned();
    [] Vec<A>, elements => elements.into_iter();
    [] &Vec<A>, elements => elements.iter().cloned();
    [] Vector<A>, elements => elements.into_iter();
    [] &Vector<A>, elements => elements.iter().cloned();
    [] collections::HashSet<A>, set => set.into_iter();
    [] &collections::HashSet<A>, set => set.iter().cloned();
    [] &BTreeSet<A>, set => set.iter().cloned();
    [Ord] OrdSet<A>, set => set.into_iter();
    [Ord] &OrdSet<A>, set => set.iter().cloned();
}

impl<A, OA, SA, SB, P> From<&GenericHashSet<&A, SA, P>> for GenericHashSet<OA, SB, P>
where
    A: ToOwned<Owned = OA> + Hash + Eq + ?Sized,
    OA: Borrow<A> + Hash + Eq + Clone,
    SA: BuildHasher + Clone,
    SB: BuildHasher + Clone + Default,
{
    fn from(set: &GenericHashSet<&A, SA, P>) -> Self {
        set.iter().map(|element| (*element).to_owned()).collect()
    }
}

impl<A: Hash + Eq + Ord + Clone, S: BuildHasher + Clone, P> From<GenericHashSet<A, S, P>> for OrdSet<A> {
    fn from(set: GenericHashSet<A, S, P>) -> Self {
        set.0.into_iter().collect()
    }
}

impl<A: Hash + Eq + Ord + Clone, S: BuildHasher + Clone, P> From<&GenericHashSet<A, S, P>> for OrdSet<A> {
    fn from(set: &GenericHashSet<A, S, P>) -> Self {
        set.clone().into()
    }
}

impl<A, S, P> From<PersistentSet<A, Marked<S, P>>> for GenericHashSet<A, S, P> {
    fn from(set: PersistentSet<A, Marked<S, P>>) -> Self {
        Self(set)
    }
}

impl<A: Hash + Eq + Clone, S: BuildHasher + Clone + Default, const N: usize, P> From<[A; N]>
    for GenericHashSet<A, S, P>
{
    fn from(elements: [A; N]) -> Self {
        elements.into_iter().collect()
    }
}
