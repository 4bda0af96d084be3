//! The hash set.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::{self, BTreeSet};
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::iter::Sum;
use std::ops::{Add, Mul};
use std::sync::Arc;

use im_upstream::{OrdSet, Vector};
use perennial::trie::IntoIterInStoredOrder;
use perennial::{PersistentSet, RandomState};

use crate::shared::Shared;

pub use perennial::set::IterInStoredOrder as Iter;

#[cfg(feature = "proptest")]
pub use crate::impls::proptest;

/// Makes a [`HashSet`] from a list of elements.
///
/// # Examples
///
/// ```
/// # use perennial_im as im;
/// use im::hashset::HashSet;
/// use im::hashset;
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

/// The hash set of `im`, over a [`PersistentSet`].
///
/// Each method has the name, the bounds and the result that it has in `im` 15.1. Operations on two sets, comparing them
/// included, pass over what both share: they take O(c log n) for sets that differ in c elements, and at most O(n + m).
///
/// What differs from `im` is listed in the documentation of the [crate](crate#what-differs).
///
/// # Examples
///
/// ```
/// # use perennial_im as im;
/// use im::HashSet;
///
/// let mut set = HashSet::unit(1);
/// let old = set.clone();
/// set.insert(2);
/// assert_eq!(set.without(&1), HashSet::unit(2));
/// assert_eq!(old.len(), 1);
/// ```
pub struct HashSet<A, S = RandomState>(pub(crate) PersistentSet<A, Shared<S>>);

/// An iterator over the elements of a set by value.
pub type ConsumingIter<A> = IntoIterInStoredOrder<A>;

impl<A> HashSet<A> {
    /// Makes an empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<A: Hash + Eq + Clone> HashSet<A> {
    /// Makes a set with one element.
    #[must_use]
    pub fn unit(a: A) -> Self {
        Self::from_iter([a])
    }
}

impl<A, S> HashSet<A, S> {
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
    pub fn with_hasher<RS>(hasher: RS) -> Self
    where
        Arc<S>: From<RS>,
    {
        Self(PersistentSet::with_hasher(Shared(hasher.into())))
    }

    /// Returns the hasher.
    #[must_use]
    pub fn hasher(&self) -> &Arc<S> {
        &self.0.hasher().0
    }

    /// Makes an empty set with the hasher of this one.
    #[must_use]
    pub fn new_from<A1: Hash + Eq + Clone>(&self) -> HashSet<A1, S> {
        HashSet(PersistentSet::with_hasher(self.0.hasher().clone()))
    }

    /// Returns the set of `perennial`, for what `im` has no method for, such as
    /// [`diff`](PersistentSet::diff). Not a method of `im`; `From` leads back.
    #[must_use]
    pub fn as_perennial(&self) -> &PersistentSet<A, Shared<S>> {
        &self.0
    }

    /// Removes all elements.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Iterates over the elements in an order that follows from them and the hasher alone. O(n) to exhaust, and
    /// O(log n) for the first element.
    ///
    /// Equal sets with one hasher are iterated alike, except for elements whose hashes agree in the 32 bits that the set
    /// stores. The iterator of [`as_perennial`](Self::as_perennial) takes a seventh of the time, in an order that depends
    /// on the set's history.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, A> {
        self.0.iter_in_stored_order()
    }
}

impl<A: Hash + Eq, S: BuildHasher> HashSet<A, S> {
    /// Returns `true` if there is an element equal to `a`.
    #[must_use]
    pub fn contains<Q: Hash + Eq + ?Sized>(&self, a: &Q) -> bool
    where
        A: Borrow<Q>,
    {
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

impl<A: Hash + Eq + Clone, S: BuildHasher> HashSet<A, S> {
    /// Inserts an element, and returns the equal one that it replaces, if any.
    pub fn insert(&mut self, a: A) -> Option<A> {
        self.0.replace(a)
    }

    /// Removes the element equal to `a`, and returns it.
    pub fn remove<Q: Hash + Eq + ?Sized>(&mut self, a: &Q) -> Option<A>
    where
        A: Borrow<Q>,
    {
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
    pub fn without<Q: Hash + Eq + ?Sized>(&self, a: &Q) -> Self
    where
        A: Borrow<Q>,
    {
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

impl<A, S> Clone for HashSet<A, S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<A, S: Default> Default for HashSet<A, S> {
    fn default() -> Self {
        Self(PersistentSet::default())
    }
}

impl<A: Hash + Eq + fmt::Debug, S: BuildHasher> fmt::Debug for HashSet<A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter_in_hash_order()).finish()
    }
}

impl<A: Hash + Eq, S: BuildHasher> PartialEq for HashSet<A, S> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<A: Hash + Eq, S: BuildHasher> Eq for HashSet<A, S> {}

impl<A: Hash + Eq + PartialOrd, S: BuildHasher> PartialOrd for HashSet<A, S> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        if self == other {
            Some(Ordering::Equal)
        } else {
            self.0.iter_in_hash_order().partial_cmp(other.0.iter_in_hash_order())
        }
    }
}

impl<A: Hash + Eq + Ord, S: BuildHasher> Ord for HashSet<A, S> {
    fn cmp(&self, other: &Self) -> Ordering {
        if self == other { Ordering::Equal } else { self.0.iter_in_hash_order().cmp(other.0.iter_in_hash_order()) }
    }
}

impl<A: Hash, S> Hash for HashSet<A, S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<A: Hash + Eq + Clone, S: BuildHasher> Add for HashSet<A, S> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.union(other)
    }
}

impl<A: Hash + Eq + Clone, S: BuildHasher> Add for &HashSet<A, S> {
    type Output = HashSet<A, S>;

    fn add(self, other: Self) -> HashSet<A, S> {
        self.clone().union(other.clone())
    }
}

impl<A: Hash + Eq + Clone, S: BuildHasher> Mul for HashSet<A, S> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        self.intersection(other)
    }
}

impl<A: Hash + Eq + Clone, S: BuildHasher> Mul for &HashSet<A, S> {
    type Output = HashSet<A, S>;

    fn mul(self, other: Self) -> HashSet<A, S> {
        self.clone().intersection(other.clone())
    }
}

impl<A: Hash + Eq + Clone, S: BuildHasher + Default> Sum for HashSet<A, S> {
    fn sum<I: Iterator<Item = Self>>(sets: I) -> Self {
        Self::unions(sets)
    }
}

impl<A: Hash + Eq + Clone + From<R>, S: BuildHasher, R> Extend<R> for HashSet<A, S> {
    fn extend<I: IntoIterator<Item = R>>(&mut self, elements: I) {
        self.0.extend(elements.into_iter().map(A::from));
    }
}

impl<A: Hash + Eq + Clone + From<RA>, RA, S: BuildHasher + Default> FromIterator<RA> for HashSet<A, S> {
    fn from_iter<I: IntoIterator<Item = RA>>(elements: I) -> Self {
        Self(elements.into_iter().map(A::from).collect())
    }
}

impl<'a, A, S> IntoIterator for &'a HashSet<A, S> {
    type Item = &'a A;
    type IntoIter = Iter<'a, A>;

    fn into_iter(self) -> Iter<'a, A> {
        self.iter()
    }
}

impl<A: Hash + Eq + Clone, S: BuildHasher> IntoIterator for HashSet<A, S> {
    type Item = A;
    type IntoIter = ConsumingIter<A>;

    /// Iterates over the elements by value, in the order of [`iter`](HashSet::iter). Those in nodes that other versions share are
    /// cloned, all others moved.
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter_in_stored_order()
    }
}

/// Conversions from collections of elements, by value and by reference.
macro_rules! from {
    ($([$($ord:ident)?] $from:ty, $elements:ident => $iter:expr;)*) => {$(
        impl<A: Hash + Eq + Clone $(+ $ord)?, S: BuildHasher + Default> From<$from> for HashSet<A, S> {
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

impl<A, OA, SA, SB> From<&HashSet<&A, SA>> for HashSet<OA, SB>
where
    A: ToOwned<Owned = OA> + Hash + Eq + ?Sized,
    OA: Borrow<A> + Hash + Eq + Clone,
    SA: BuildHasher,
    SB: BuildHasher + Default,
{
    fn from(set: &HashSet<&A, SA>) -> Self {
        set.iter().map(|element| (*element).to_owned()).collect()
    }
}

impl<A: Hash + Eq + Ord + Clone, S: BuildHasher> From<HashSet<A, S>> for OrdSet<A> {
    fn from(set: HashSet<A, S>) -> Self {
        set.0.into_iter().collect()
    }
}

impl<A: Hash + Eq + Ord + Clone, S: BuildHasher> From<&HashSet<A, S>> for OrdSet<A> {
    fn from(set: &HashSet<A, S>) -> Self {
        set.clone().into()
    }
}

impl<A, S> From<PersistentSet<A, Shared<S>>> for HashSet<A, S> {
    fn from(set: PersistentSet<A, Shared<S>>) -> Self {
        Self(set)
    }
}
