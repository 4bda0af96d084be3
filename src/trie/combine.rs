//! Operations on whole tries for those who bring hash and equality themselves: build, compare, combine.
//!
//! As in all of [`HashTrie`], the tries must have seen equal entries under equal hashes. What two tries share is passed
//! over without a look inside, so between versions the cost is that of what has changed.

use super::bulk::bulk;
use super::child::{Child, ChildRef};
use super::pairs::Pair;
use super::{HashTrie, Merge, SetOp, into_ok};

impl<T> HashTrie<T> {
    /// Returns a trie of many entries, each with its hash. O(n), and faster than to insert them one by one.
    ///
    /// `same` gets two entries in the order in which they come; if they are equal, `replace` gets them too, to bring
    /// the first one up to date with the second.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let entries = [(1, ("a", 1)), (2, ("b", 2)), (1, ("a", 3))];
    /// let trie = HashTrie::build(entries, |a, b| a.0 == b.0, |there, new| there.1 = new.1);
    /// assert_eq!(trie.len(), 2);
    /// assert_eq!(trie.find(1, |entry| entry.0 == "a"), Some(&("a", 3)));
    /// ```
    pub fn build(
        entries: impl IntoIterator<Item = (u64, T)>,
        mut same: impl FnMut(&T, &T) -> bool,
        replace: impl FnMut(&mut T, T),
    ) -> Self {
        into_ok(Self::try_build(entries, |there, new| Ok(same(there, new)), replace))
    }

    /// [`build`](Self::build) with an equality that can fail.
    ///
    /// # Errors
    ///
    /// The first error of `same`, after which no more entries are taken from the iterator.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let same = |a: &f64, b: &f64| a.partial_cmp(b).map(|order| order.is_eq()).ok_or("not comparable");
    /// assert_eq!(HashTrie::try_build([(1, 0.5), (2, 1.5)], same, |_, _| ()).map(|trie| trie.len()), Ok(2));
    /// assert!(HashTrie::try_build([(1, 0.5), (1, f64::NAN)], same, |_, _| ()).is_err());
    /// ```
    pub fn try_build<E>(
        entries: impl IntoIterator<Item = (u64, T)>,
        same: impl FnMut(&T, &T) -> Result<bool, E>,
        replace: impl FnMut(&mut T, T),
    ) -> Result<Self, E> {
        let mut trie = Self::new();
        trie.try_extend_with(entries.into_iter(), same, replace, super::never_clone)?;
        Ok(trie)
    }

    /// Returns the entries that `f` makes of these, which must have their hashes and be as distinct as they are. O(n).
    pub(crate) fn filter_map_with<U>(&self, mut f: impl FnMut(&T) -> Option<U>) -> HashTrie<U> {
        self.filter_map_with_hash(|_, entry| f(entry))
    }

    /// Returns the entries that `f` makes of those that have an equal one in `other`, by stored hashes, which must be of
    /// the same hasher. What `f` returns must have the hash of its operands. O(m log n) for the m entries of the smaller
    /// trie; no hasher is called.
    pub(crate) fn zip_with<U, W>(
        &self,
        other: &HashTrie<U>,
        same: impl Fn(&T, &U) -> bool,
        mut f: impl FnMut(&T, &U) -> W,
    ) -> HashTrie<W> {
        if self.len <= other.len {
            self.filter_map_with_hash(|hash, a| Some(f(a, other.find_stored(hash, |b| same(a, b))?)))
        } else {
            other.filter_map_with_hash(|hash, b| Some(f(self.find_stored(hash, |a| same(a, b))?, b)))
        }
    }

    fn find_stored(&self, hash: u32, mut eq: impl FnMut(&T) -> bool) -> Option<&T> {
        into_ok(self.root.leaf(hash).try_find(hash, |entry| Ok(eq(entry)))).map(|(_, entry)| entry)
    }

    fn filter_map_with_hash<U>(&self, mut f: impl FnMut(u32, &T) -> Option<U>) -> HashTrie<U> {
        let entries = self.leaves().flat_map(|leaf| leaf.entries());
        let made = entries.filter_map(|(_, hash, entry)| Some(Some((hash, f(hash, entry)?))));
        let distinct = |_: &U, _: &U| Ok(false);
        let (root, len) = into_ok(bulk(made, self.len, 0, distinct, |_, _| ()));
        HashTrie { root, len }
    }

    /// Matches the entries of both up, except those in nodes that both share. O(c log n) for versions that differ in c
    /// entries.
    ///
    /// `same` gets an entry of `self` and one of `other`. `each` gets an entry that only one side has, on that side, or
    /// the equal ones that both have, in no particular order.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut old = HashTrie::new();
    /// old.insert_unique(1, 1);
    /// let mut new = old.clone();
    /// new.insert_unique(2, 2);
    /// let mut seen = Vec::new();
    /// old.diff(&new, |a, b| a == b, |old, new| seen.push((old.copied(), new.copied())));
    /// assert!(seen.contains(&(None, Some(2))));
    /// ```
    pub fn diff<'a>(
        &'a self,
        other: &'a Self,
        mut same: impl FnMut(&T, &T) -> bool,
        mut each: impl FnMut(Option<&'a T>, Option<&'a T>),
    ) {
        into_ok(self.try_diff(
            other,
            |a, b| Ok(same(a, b)),
            |a, b| {
                each(a, b);
                Ok(())
            },
        ));
    }

    /// [`diff`](Self::diff) with functions that can fail.
    ///
    /// # Errors
    ///
    /// The first error of `same` or `each`, which ends the walk.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut old = HashTrie::new();
    /// old.insert_unique(1, 1);
    /// let mut new = old.clone();
    /// new.insert_unique(2, 2);
    /// let first = old.try_diff(&new, |a, b| Ok(a == b), |old, new| match (old, new) {
    ///     (None, Some(new)) => Err(*new),
    ///     _ => Ok(()),
    /// });
    /// assert_eq!(first, Err(2));
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

    /// Returns `true` if no other trie shares a node. O(n), without a look at entries.
    pub(crate) fn is_unshared(&self) -> bool {
        is_unshared(&self.root)
    }

    /// Calls `visit` with the entries in nodes that this trie does not share: all those that would be dropped with it.
    /// O(n).
    ///
    /// A tracing garbage collector needs this. It asks each of its objects for the references that it alone accounts
    /// for, and an entry in a shared node counts as referred to once, however many tries have the node.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let count = |trie: &HashTrie<u64>| {
    ///     let mut count = 0;
    ///     trie.for_each_unshared(|_| count += 1);
    ///     count
    /// };
    /// let mut trie = HashTrie::new();
    /// trie.insert_unique(1, 1);
    /// assert_eq!(count(&trie), 1);
    /// let other = trie.clone();
    /// assert_eq!(count(&trie), 0);
    /// drop(other);
    /// assert_eq!(count(&trie), 1);
    /// ```
    pub fn for_each_unshared(&self, mut visit: impl FnMut(&T)) {
        into_ok(self.try_for_each_unshared(|entry| {
            visit(entry);
            Ok(())
        }));
    }

    /// [`for_each_unshared`](Self::for_each_unshared) with a function that can fail.
    ///
    /// # Errors
    ///
    /// The first error of `visit`, which ends the walk.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut trie = HashTrie::new();
    /// trie.insert_unique(1, 1);
    /// assert_eq!(trie.try_for_each_unshared(|_| Err("seen")), Err("seen"));
    /// ```
    pub fn try_for_each_unshared<E>(&self, mut visit: impl FnMut(&T) -> Result<(), E>) -> Result<(), E> {
        each_unshared(&self.root, &mut visit)
    }
}

/// Returns `true` if no node from `child` on is shared.
fn is_unshared<T>(child: &Child<T>) -> bool {
    child.is_unique() && child.as_bitmap().is_none_or(|node| node.children().all(|(_, child)| is_unshared(child)))
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

/// Each shares with its operands what it can, and is one of them if that is the result. O(c log n) for versions that
/// differ in c entries, at most O(n + m).
impl<T: Clone> HashTrie<T> {
    /// Returns the entries that `self` or `other` has. Of two equal ones, left and right, `both` decides what becomes of
    /// them; in nodes that both share they are kept without a call.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::{HashTrie, Merge};
    ///
    /// let same = |a: &(u64, char), b: &(u64, char)| a.0 == b.0;
    /// let left = HashTrie::build([(1, (1, 'a')), (2, (2, 'b'))], same, |_, _| ());
    /// let right = HashTrie::build([(2, (2, 'c'))], same, |_, _| ());
    /// let union = left.union(&right, same, |_, _| Merge::Right);
    /// assert_eq!(union.len(), 2);
    /// assert_eq!(union.find(2, |entry| entry.0 == 2), Some(&(2, 'c')));
    /// ```
    #[must_use = "the new trie is the result; the trie itself is unchanged"]
    pub fn union(
        &self,
        other: &Self,
        mut same: impl FnMut(&T, &T) -> bool,
        mut both: impl FnMut(&T, &T) -> Merge<T>,
    ) -> Self {
        into_ok(self.try_union(other, |a, b| Ok(same(a, b)), |a, b| Ok(both(a, b))))
    }

    /// [`union`](Self::union) with functions that can fail.
    ///
    /// # Errors
    ///
    /// The first error of `same` or `both`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::{HashTrie, Merge};
    ///
    /// let same = |a: &(u64, char), b: &(u64, char)| a.0 == b.0;
    /// let left = HashTrie::build([(1, (1, 'a')), (2, (2, 'b'))], same, |_, _| ());
    /// let right = HashTrie::build([(2, (2, 'c'))], same, |_, _| ());
    /// let conflict = left.try_union(&right, |a, b| Ok(same(a, b)), |a, b| Err((a.1, b.1)));
    /// assert_eq!(conflict.unwrap_err(), ('b', 'c'));
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
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let odd = HashTrie::build([1, 3, 5].map(|n| (n, n)), |a, b| a == b, |_, _| ());
    /// let small = HashTrie::build([1, 2].map(|n| (n, n)), |a, b| a == b, |_, _| ());
    /// let mut numbers: Vec<u64> = odd.intersection(&small, |a, b| a == b).into_iter().collect();
    /// numbers.sort_unstable();
    /// assert_eq!(numbers, [1]);
    /// ```
    #[must_use = "the new trie is the result; the trie itself is unchanged"]
    pub fn intersection(&self, other: &Self, mut same: impl FnMut(&T, &T) -> bool) -> Self {
        into_ok(self.try_intersection(other, |a, b| Ok(same(a, b))))
    }

    /// [`intersection`](Self::intersection) with an equality that can fail.
    ///
    /// # Errors
    ///
    /// The first error of `same`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let [a, b] = [(); 2].map(|()| HashTrie::build([(1, 1)], |a, b| a == b, |_, _| ()));
    /// assert_eq!(a.try_intersection(&b, |_, _| Err("not comparable")).unwrap_err(), "not comparable");
    /// ```
    pub fn try_intersection<E>(&self, other: &Self, same: impl FnMut(&T, &T) -> Result<bool, E>) -> Result<Self, E> {
        self.try_merge_with(other, SetOp::INTERSECTION, same, |_, _| Ok(Merge::Left), T::clone)
    }

    /// Returns the entries of `self` of which `other` has no equal one.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let odd = HashTrie::build([1, 3, 5].map(|n| (n, n)), |a, b| a == b, |_, _| ());
    /// let small = HashTrie::build([1, 2].map(|n| (n, n)), |a, b| a == b, |_, _| ());
    /// let mut numbers: Vec<u64> = odd.difference(&small, |a, b| a == b).into_iter().collect();
    /// numbers.sort_unstable();
    /// assert_eq!(numbers, [3, 5]);
    /// ```
    #[must_use = "the new trie is the result; the trie itself is unchanged"]
    pub fn difference(&self, other: &Self, mut same: impl FnMut(&T, &T) -> bool) -> Self {
        into_ok(self.try_difference(other, |a, b| Ok(same(a, b))))
    }

    /// [`difference`](Self::difference) with an equality that can fail.
    ///
    /// # Errors
    ///
    /// The first error of `same`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let [a, b] = [(); 2].map(|()| HashTrie::build([(1, 1)], |a, b| a == b, |_, _| ()));
    /// assert_eq!(a.try_difference(&b, |_, _| Err("not comparable")).unwrap_err(), "not comparable");
    /// ```
    pub fn try_difference<E>(&self, other: &Self, same: impl FnMut(&T, &T) -> Result<bool, E>) -> Result<Self, E> {
        self.try_merge_with(other, SetOp::DIFFERENCE, same, |_, _| Ok(Merge::Remove), T::clone)
    }

    /// Returns the entries that only one of both has.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let odd = HashTrie::build([1, 3, 5].map(|n| (n, n)), |a, b| a == b, |_, _| ());
    /// let small = HashTrie::build([1, 2].map(|n| (n, n)), |a, b| a == b, |_, _| ());
    /// let mut numbers: Vec<u64> = odd.symmetric_difference(&small, |a, b| a == b).into_iter().collect();
    /// numbers.sort_unstable();
    /// assert_eq!(numbers, [2, 3, 5]);
    /// ```
    #[must_use = "the new trie is the result; the trie itself is unchanged"]
    pub fn symmetric_difference(&self, other: &Self, mut same: impl FnMut(&T, &T) -> bool) -> Self {
        into_ok(self.try_symmetric_difference(other, |a, b| Ok(same(a, b))))
    }

    /// [`symmetric_difference`](Self::symmetric_difference) with an equality that can fail.
    ///
    /// # Errors
    ///
    /// The first error of `same`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let [a, b] = [(); 2].map(|()| HashTrie::build([(1, 1)], |a, b| a == b, |_, _| ()));
    /// assert_eq!(a.try_symmetric_difference(&b, |_, _| Err("not comparable")).unwrap_err(), "not comparable");
    /// ```
    pub fn try_symmetric_difference<E>(
        &self,
        other: &Self,
        same: impl FnMut(&T, &T) -> Result<bool, E>,
    ) -> Result<Self, E> {
        self.try_merge_with(other, SetOp::SYMMETRIC_DIFFERENCE, same, |_, _| Ok(Merge::Remove), T::clone)
    }
}
