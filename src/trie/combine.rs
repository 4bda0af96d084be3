//! What one does to whole tries by an equality that can fail: build, compare, combine.
//!
//! These are faces, for those who bring hash and equality themselves. As in all of [`HashTrie`], the tries must have
//! seen equal entries under equal hashes. What two tries share is passed over without a look inside, so between
//! versions the cost is that of what has changed.

use super::bulk::bulk;
use super::child::{Child, ChildRef};
use super::{HashTrie, Merge, Pair, SetOp, into_ok};

impl<T> HashTrie<T> {
    /// Builds a trie of many entries, each with its hash, at once. O(n), and faster than to insert them one by one.
    ///
    /// `same` gets two entries in the order in which they come; if they are equal, `replace` gets them too, to bring
    /// the first one up to date with the second.
    ///
    /// # Errors
    /// The first error of `same`.
    ///
    /// ```
    /// use core::convert::Infallible;
    /// use perennial::HashTrie;
    ///
    /// let entries = [(1, ("a", 1)), (2, ("b", 2)), (1, ("a", 3))];
    /// let same = |a: &(&str, i32), b: &(&str, i32)| Ok::<_, Infallible>(a.0 == b.0);
    /// let trie = HashTrie::try_build(entries.into_iter(), same, |there, new| there.1 = new.1)?;
    /// assert_eq!(trie.len(), 2);
    /// assert_eq!(trie.find(1, |entry| entry.0 == "a"), Some(&("a", 3)));
    /// # Ok::<_, Infallible>(())
    /// ```
    pub fn try_build<E>(
        entries: impl Iterator<Item = (u64, T)>,
        same: impl FnMut(&T, &T) -> Result<bool, E>,
        replace: impl FnMut(&mut T, T),
    ) -> Result<Self, E> {
        let mut trie = Self::new();
        trie.try_extend_with(entries, same, replace, super::never_clone)?;
        Ok(trie)
    }

    /// Returns the entries that `f` makes of these, which must have their hashes and be as distinct as they are. O(n).
    pub(crate) fn filter_map_with<U>(&self, mut f: impl FnMut(&T) -> Option<U>) -> HashTrie<U> {
        let entries = self.leaves().flat_map(|leaf| leaf.entries());
        let made = entries.filter_map(|(_, hash, entry)| Some(Some((hash, f(entry)?))));
        let distinct = |_: &U, _: &U| Ok(false);
        let (root, len) = into_ok(bulk(made, self.len, 0, distinct, |_, _| ()));
        HashTrie { root, len }
    }

    /// Have both the same entries, by `eq`? O(1) for the same version, O(1) mostly for different lengths, otherwise in
    /// proportion to what they do not share.
    ///
    /// `eq` gets an entry of `self` and one of `other`. It may be narrower than the equality by which the entries are
    /// distinct, as the equality of key and value is.
    ///
    /// # Errors
    /// The first error of `eq`.
    ///
    /// ```
    /// use perennial::HashTrie;
    ///
    /// let mut trie = HashTrie::new();
    /// trie.insert(1, 0.5, |a, b| a == b);
    /// let compare = |a: &f64, b: &f64| a.partial_cmp(b).map(|order| order.is_eq()).ok_or("not comparable");
    /// assert_eq!(trie.try_eq(&trie.clone(), compare), Ok(true));
    /// let mut other = HashTrie::new();
    /// other.insert(1, f64::NAN, |_, _| false);
    /// assert_eq!(trie.try_eq(&other, compare), Err("not comparable"));
    /// ```
    pub fn try_eq<E>(&self, other: &Self, eq: impl FnMut(&T, &T) -> Result<bool, E>) -> Result<bool, E> {
        self.try_eq_with(other, eq)
    }

    /// Matches the entries of both up, except those in nodes that both share. O(d log n) for versions that differ in d
    /// entries.
    ///
    /// `same` gets an entry of `self` and one of `other`. `each` gets an entry that only one side has, on that side, or
    /// the equal ones that both have, in no particular order.
    ///
    /// # Errors
    /// The first error of `same` or `each`, which ends the walk.
    ///
    /// ```
    /// use core::convert::Infallible;
    /// use perennial::HashTrie;
    ///
    /// let mut old = HashTrie::new();
    /// old.insert(1, 1, |a, b| a == b);
    /// let mut new = old.clone();
    /// new.insert(2, 2, |a, b| a == b);
    /// let mut seen = Vec::new();
    /// let same = |a: &u64, b: &u64| Ok::<_, Infallible>(a == b);
    /// old.try_diff(&new, same, |old, new| Ok(seen.push((old.copied(), new.copied()))))?;
    /// assert!(seen.contains(&(None, Some(2))));
    /// # Ok::<_, Infallible>(())
    /// ```
    pub fn try_diff<'a, E>(
        &'a self,
        other: &'a Self,
        same: impl FnMut(&T, &T) -> Result<bool, E>,
        mut each: impl FnMut(Option<&'a T>, Option<&'a T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut pairs = self.pairs(other, same);
        while let Some(pair) = pairs.try_next()? {
            match pair {
                Pair::Left(left) => each(Some(left), None)?,
                Pair::Right(right) => each(None, Some(right))?,
                Pair::Both(left, right) => each(Some(left), Some(right))?,
            }
        }
        Ok(())
    }

    /// Shows `visit` the entries in nodes that this trie has for itself: all those that would be dropped with it. O(n).
    ///
    /// A tracing garbage collector needs this. It asks each of its objects for the references that it alone accounts
    /// for, and an entry in a shared node counts as referred to once, however many tries have the node.
    ///
    /// # Errors
    /// The first error of `visit`, which ends the walk.
    ///
    /// ```
    /// use perennial::HashTrie;
    ///
    /// let count = |trie: &HashTrie<u64>| {
    ///     let mut count = 0;
    ///     trie.try_for_each_unshared(|_| Ok::<_, ()>(count += 1)).map(|()| count)
    /// };
    /// let mut trie = HashTrie::new();
    /// trie.insert(1, 1, |a, b| a == b);
    /// assert_eq!(count(&trie), Ok(1));
    /// let other = trie.clone();
    /// assert_eq!(count(&trie), Ok(0));
    /// drop(other);
    /// assert_eq!(count(&trie), Ok(1));
    /// ```
    pub fn try_for_each_unshared<E>(&self, mut visit: impl FnMut(&T) -> Result<(), E>) -> Result<(), E> {
        each_unshared(&self.root, &mut visit)
    }
}

/// [`HashTrie::try_for_each_unshared`] below `child`: what is below a shared node is shared with it.
fn each_unshared<T, E>(child: &Child<T>, visit: &mut impl FnMut(&T) -> Result<(), E>) -> Result<(), E> {
    if !child.is_unique() {
        return Ok(());
    }
    match child.get() {
        ChildRef::Bitmap(node) => node.children().try_for_each(|(_, child)| each_unshared(child, visit)),
        _ => child.entries().iter().try_for_each(visit),
    }
}

/// Each shares with its operands what it can, and is one of them if that is the result. O(d log n) for versions that
/// differ in d entries, at most O(n + m).
impl<T: Clone> HashTrie<T> {
    /// Returns the entries that `self` or `other` has. Of two equal ones, left and right, `both` decides what becomes of
    /// them; in nodes that both share they are kept without a call.
    ///
    /// # Errors
    /// The first error of `same` or `both`.
    ///
    /// ```
    /// use core::convert::Infallible;
    /// use perennial::HashTrie;
    /// use perennial::trie::Merge;
    ///
    /// let same = |a: &(u64, char), b: &(u64, char)| Ok::<_, Infallible>(a.0 == b.0);
    /// let left = HashTrie::try_build([(1, (1, 'a')), (2, (2, 'b'))].into_iter(), same, |_, _| ())?;
    /// let right = HashTrie::try_build([(2, (2, 'c'))].into_iter(), same, |_, _| ())?;
    /// let union = left.try_union(&right, same, |_, _| Ok(Merge::Right))?;
    /// assert_eq!(union.len(), 2);
    /// assert_eq!(union.find(2, |entry| entry.0 == 2), Some(&(2, 'c')));
    /// # Ok::<_, Infallible>(())
    /// ```
    pub fn try_union<E>(
        &self,
        other: &Self,
        same: impl FnMut(&T, &T) -> Result<bool, E>,
        both: impl FnMut(&T, &T) -> Result<Merge<T>, E>,
    ) -> Result<Self, E> {
        self.try_merge_with(other, SetOp::UNION, same, both, T::clone)
    }

    /// Returns the entries of `self` of which `other` has an equal one.
    ///
    /// # Errors
    /// The first error of `same`.
    ///
    /// ```
    /// use core::convert::Infallible;
    /// use perennial::HashTrie;
    ///
    /// let same = |a: &u64, b: &u64| Ok::<_, Infallible>(a == b);
    /// let odd = HashTrie::try_build([1, 3, 5].map(|n| (n, n)).into_iter(), same, |_, _| ())?;
    /// let small = HashTrie::try_build([0, 1, 2].map(|n| (n, n)).into_iter(), same, |_, _| ())?;
    /// assert!(odd.try_intersection(&small, same)?.iter().eq([&1]));
    /// # Ok::<_, Infallible>(())
    /// ```
    pub fn try_intersection<E>(&self, other: &Self, same: impl FnMut(&T, &T) -> Result<bool, E>) -> Result<Self, E> {
        self.try_merge_with(other, SetOp::INTERSECTION, same, |_, _| Ok(Merge::Left), T::clone)
    }

    /// Returns the entries of `self` of which `other` has no equal one.
    ///
    /// # Errors
    /// The first error of `same`.
    ///
    /// ```
    /// use core::convert::Infallible;
    /// use perennial::HashTrie;
    ///
    /// let same = |a: &u64, b: &u64| Ok::<_, Infallible>(a == b);
    /// let odd = HashTrie::try_build([1, 3].map(|n| (n, n)).into_iter(), same, |_, _| ())?;
    /// let small = HashTrie::try_build([0, 1, 2].map(|n| (n, n)).into_iter(), same, |_, _| ())?;
    /// assert!(odd.try_difference(&small, same)?.iter().eq([&3]));
    /// # Ok::<_, Infallible>(())
    /// ```
    pub fn try_difference<E>(&self, other: &Self, same: impl FnMut(&T, &T) -> Result<bool, E>) -> Result<Self, E> {
        self.try_merge_with(other, SetOp::DIFFERENCE, same, |_, _| Ok(Merge::Remove), T::clone)
    }

    /// Returns the entries that only one of both has.
    ///
    /// # Errors
    /// The first error of `same`.
    ///
    /// ```
    /// use core::convert::Infallible;
    /// use perennial::HashTrie;
    ///
    /// let same = |a: &u64, b: &u64| Ok::<_, Infallible>(a == b);
    /// let odd = HashTrie::try_build([1, 3].map(|n| (n, n)).into_iter(), same, |_, _| ())?;
    /// let one = HashTrie::try_build([(1, 1)].into_iter(), same, |_, _| ())?;
    /// assert!(odd.try_symmetric_difference(&one, same)?.iter().eq([&3]));
    /// # Ok::<_, Infallible>(())
    /// ```
    pub fn try_symmetric_difference<E>(
        &self,
        other: &Self,
        same: impl FnMut(&T, &T) -> Result<bool, E>,
    ) -> Result<Self, E> {
        self.try_merge_with(other, SetOp::SYMMETRIC_DIFFERENCE, same, |_, _| Ok(Merge::Remove), T::clone)
    }
}
