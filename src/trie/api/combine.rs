//! Operations on whole tries for callers that supply hashes and equality: building, comparing, combining.
//!
//! As everywhere in [`HashTrie`], equal entries must have equal hashes in all tries. Shared subtrees are skipped
//! without being visited, so between versions the cost depends on what changed.

use crate::trie::build::bulk::bulk_distinct;
use crate::trie::node::child::{Child, ChildRef};
use crate::trie::node::leaf::EntryRef;
use crate::trie::walk::pairs::Pair;
use crate::trie::{ErrorSlot, HashTrie, Merge, SetOp, and_drop, into_ok, never_clone};

/// # Building at once
impl<T> HashTrie<T> {
    /// Builds a trie of many entries, each given with its hash. O(n). If the iterator's `size_hint` announces more than
    /// 32 entries, this is faster and leaves less spare capacity than inserting them one by one.
    ///
    /// `same` is called with two entries in the order of the iterator. If they are equal, `replace` is called with
    /// both, to update the first one with the second.
    ///
    /// # Panics
    ///
    /// If the `size_hint` announces more entries than fit into the address space, like `std`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let entries = [(1, ("a", 1)), (2, ("b", 2)), (1, ("a", 3))];
    /// let trie = HashTrie::build(entries, |a, b| a.0 == b.0, |old, new| old.1 = new.1);
    /// assert_eq!(trie.len(), 2);
    /// assert_eq!(trie.find(1, |entry| entry.0 == "a"), Some(&("a", 3)));
    /// ```
    pub fn build(
        entries: impl IntoIterator<Item = (u64, T)>,
        mut same: impl FnMut(&T, &T) -> bool,
        mut replace: impl FnMut(&mut T, T),
    ) -> Self {
        let built = into_ok(Self::try_build(entries, |present, new| Ok(same(present, new)), &mut replace));
        and_drop(built, (same, replace))
    }

    /// Does what [`build`](Self::build) does, with an equality that can fail.
    ///
    /// # Errors
    ///
    /// Returns the first error of `same`; no more entries are taken from the iterator then.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let same = |a: &f64, b: &f64| {
    ///     a.partial_cmp(b).map(|order| order.is_eq()).ok_or("not comparable")
    /// };
    /// let trie = HashTrie::try_build([(1, 0.5), (2, 1.5)], same, |_, _| ());
    /// assert_eq!(trie.map(|trie| trie.len()), Ok(2));
    /// let nan = HashTrie::try_build([(1, 0.5), (1, f64::NAN)], same, |_, _| ());
    /// assert!(nan.is_err());
    /// ```
    pub fn try_build<E>(
        entries: impl IntoIterator<Item = (u64, T)>,
        mut same: impl FnMut(&T, &T) -> Result<bool, E>,
        mut replace: impl FnMut(&mut T, T),
    ) -> Result<Self, E> {
        let built = ErrorSlot::during(|slot| {
            let mut trie = Self::new();
            let same = |present: &T, new: &T| slot.keep(same(present, new));
            trie.edit(never_clone).try_extend(entries.into_iter(), same, &mut replace)?;
            Ok(trie)
        });
        and_drop(built, (same, replace))
    }

    /// Returns a trie of the results of `f`, which must have the hashes of their entries; no two of them may be
    /// equal. O(n).
    pub(crate) fn filter_map_with<U>(&self, mut f: impl FnMut(&T) -> Option<U>) -> HashTrie<U> {
        self.filter_map_with_place(|_, at| f(at.entry))
    }

    /// Returns a trie of the results of `f` for all pairs of equal entries. The stored hashes of both tries must be
    /// of the same hasher, and each result must have the hash of its pair. O(m log n) for the m entries of the
    /// smaller trie; no hasher is called.
    pub(crate) fn zip_with<U, W>(
        &self,
        other: &HashTrie<U>,
        same: impl Fn(&T, &U) -> bool,
        mut f: impl FnMut(&T, &U) -> W,
    ) -> HashTrie<W> {
        if self.len <= other.len {
            self.filter_map_with_place(|hash, a| {
                Some(f(a.entry, other.find_stored(hash, a.index, |b| same(a.entry, b))?))
            })
        } else {
            other.filter_map_with_place(|hash, b| {
                Some(f(self.find_stored(hash, b.index, |a| same(a, b.entry))?, b.entry))
            })
        }
    }

    /// Returns the entry with the stored `hash` that `eq` accepts. In a collision node, the search begins at index
    /// `first`.
    fn find_stored(&self, hash: u32, first: usize, mut eq: impl FnMut(&T) -> bool) -> Option<&T> {
        let found = self.root.leaf(hash).try_find_from(first, hash, |entry| Ok(eq(entry)));
        into_ok(found).map(|(_, entry)| entry)
    }

    /// Does what [`filter_map_with`](Self::filter_map_with) does, with a function that gets the stored hash and the
    /// place of each entry, too.
    fn filter_map_with_place<U>(&self, mut f: impl FnMut(u32, EntryRef<'_, T>) -> Option<U>) -> HashTrie<U> {
        let entries = self.leaves().flat_map(|leaf| leaf.entries());
        let made = entries.filter_map(|(hash, at)| Some((hash, f(hash, at)?)));
        let (root, len) = bulk_distinct(made, self.len);
        HashTrie { root, len }
    }
}

/// # Differences, and what is not shared
impl<T> HashTrie<T> {
    /// Calls `each` for the entries of all leaves that the two tries do not share, in unspecified order. O(c log n) for
    /// versions that differ in c entries.
    ///
    /// If `same`, called with an entry of `self` and one of `other`, accepts both, `each` is called with the pair;
    /// otherwise with one of them and `None`. A leaf that differs also has entries that do not: they are pairs, which
    /// `each` can compare.
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
    /// // The entry 1 is in the node that was copied to add 2.
    /// assert_eq!(seen, [(Some(1), Some(1)), (None, Some(2))]);
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

    /// Does what [`diff`](Self::diff) does, with functions that can fail.
    ///
    /// # Errors
    ///
    /// Returns the first error of `same` or `each`, which stops the walk.
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
        mut same: impl FnMut(&T, &T) -> Result<bool, E>,
        mut each: impl FnMut(Option<&'a T>, Option<&'a T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut pairs = self.pairs(other, &mut same);
        let end = loop {
            let done = match pairs.try_next() {
                Ok(None) => break Ok(()),
                Ok(Some(Pair::Left(left))) => each(Some(left), None),
                Ok(Some(Pair::Right(right))) => each(None, Some(right)),
                Ok(Some(Pair::Both(left, right))) => each(Some(left), Some(right)),
                Err(error) => Err(error),
            };
            if done.is_err() {
                break done;
            }
        };
        drop(pairs);
        and_drop(end, (same, each))
    }

    /// Returns `true` if no node and no entry of this trie is shared. O(n).
    pub(crate) fn is_unshared(&self) -> bool {
        is_unshared(&self.root)
    }

    /// Calls `visit` for the entries that would be dropped together with this trie: those that no other trie shares.
    /// O(n).
    ///
    /// Tracing garbage collectors need this. They ask each object for the references that it alone accounts for, and
    /// an entry in a shared node counts as one reference, however many tries share the node.
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

    /// Does what [`for_each_unshared`](Self::for_each_unshared) does, with a function that can fail.
    ///
    /// # Errors
    ///
    /// Returns the first error of `visit`, which stops the walk.
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
        and_drop(each_unshared(&self.root, &mut visit), visit)
    }
}

/// Returns `true` if neither `child` nor a node or an entry below it is shared.
fn is_unshared<T>(child: &Child<T>) -> bool {
    child.is_unique()
        && match child.as_bitmap() {
            Some(node) => node.children().all(|(_, child)| is_unshared(child)),
            None => (0..child.entries().len()).all(|index| child.entries().is_unique(index)),
        }
}

/// Does what [`HashTrie::try_for_each_unshared`] does, below `child`: everything below a shared node is shared, too.
fn each_unshared<T, E>(child: &Child<T>, visit: &mut impl FnMut(&T) -> Result<(), E>) -> Result<(), E> {
    if !child.is_unique() {
        return Ok(());
    }
    match child.get() {
        ChildRef::Bitmap(node) => node.children().try_for_each(|(_, child)| each_unshared(child, visit)),
        _ => {
            let entries = child.entries();
            let mut unshared = (0..entries.len()).filter(|&index| entries.is_unique(index));
            unshared.try_for_each(|index| visit(entries.get(index)))
        }
    }
}

/// # Combining tries
///
/// Each result shares its unchanged parts with the operands; if it is equal to an operand, that operand is returned.
/// O(c log n) for versions that differ in c entries, at most O(n + m).
impl<T: Clone> HashTrie<T> {
    /// Returns a trie with the entries of both tries.
    ///
    /// For equal entries, `both` is called with that of `self` and that of `other`, and decides. In shared nodes they
    /// are kept without a call.
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
        let union = into_ok(self.try_union(other, |a, b| Ok(same(a, b)), |a, b| Ok(both(a, b))));
        and_drop(union, (same, both))
    }

    /// Does what [`union`](Self::union) does, with functions that can fail.
    ///
    /// # Errors
    ///
    /// Returns the first error of `same` or `both`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::{HashTrie, Merge};
    ///
    /// let same = |a: &(u64, char), b: &(u64, char)| a.0 == b.0;
    /// let left = HashTrie::build([(1, (1, 'a')), (2, (2, 'b'))], same, |_, _| ());
    /// let right = HashTrie::build([(2, (2, 'c'))], same, |_, _| ());
    /// let conflict =
    ///     left.try_union(&right, |a, b| Ok(same(a, b)), |a, b| Err((a.1, b.1)));
    /// assert_eq!(conflict.unwrap_err(), ('b', 'c'));
    /// ```
    pub fn try_union<E>(
        &self,
        other: &Self,
        mut same: impl FnMut(&T, &T) -> Result<bool, E>,
        mut both: impl FnMut(&T, &T) -> Result<Merge<T>, E>,
    ) -> Result<Self, E> {
        let union = ErrorSlot::during(|slot| {
            let same = |a: &T, b: &T| slot.keep(same(a, b));
            self.try_merge_with(other, SetOp::UNION, same, |a, b| slot.keep(both(a, b)))
        });
        and_drop(union, (same, both))
    }

    /// Returns a trie with the entries of `self` for which `other` contains an equal one.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let odd = HashTrie::build([1, 3, 5].map(|n| (n, n)), |a, b| a == b, |_, _| ());
    /// let small = HashTrie::build([1, 2].map(|n| (n, n)), |a, b| a == b, |_, _| ());
    /// let both = odd.intersection(&small, |a, b| a == b);
    /// assert!(both.iter().eq(&[1]));
    /// ```
    #[must_use = "the new trie is the result; the trie itself is unchanged"]
    pub fn intersection(&self, other: &Self, mut same: impl FnMut(&T, &T) -> bool) -> Self {
        and_drop(into_ok(self.try_intersection(other, |a, b| Ok(same(a, b)))), same)
    }

    /// Does what [`intersection`](Self::intersection) does, with an equality that can fail.
    ///
    /// # Errors
    ///
    /// Returns the first error of `same`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let [a, b] = [1, 1].map(|n| HashTrie::build([(1, n)], |a, b| a == b, |_, _| ()));
    /// let result = a.try_intersection(&b, |_, _| Err("not comparable"));
    /// assert_eq!(result.unwrap_err(), "not comparable");
    /// ```
    pub fn try_intersection<E>(&self, other: &Self, same: impl FnMut(&T, &T) -> Result<bool, E>) -> Result<Self, E> {
        self.combine(other, SetOp::INTERSECTION, same, || Merge::Left)
    }

    /// Returns a trie with the entries of `self` for which `other` contains no equal one.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let odd = HashTrie::build([1, 3, 5].map(|n| (n, n)), |a, b| a == b, |_, _| ());
    /// let small = HashTrie::build([1, 2].map(|n| (n, n)), |a, b| a == b, |_, _| ());
    /// let rest = odd.difference(&small, |a, b| a == b);
    /// let mut numbers: Vec<u64> = rest.into_iter().collect();
    /// numbers.sort_unstable();
    /// assert_eq!(numbers, [3, 5]);
    /// ```
    #[must_use = "the new trie is the result; the trie itself is unchanged"]
    pub fn difference(&self, other: &Self, mut same: impl FnMut(&T, &T) -> bool) -> Self {
        and_drop(into_ok(self.try_difference(other, |a, b| Ok(same(a, b)))), same)
    }

    /// Does what [`difference`](Self::difference) does, with an equality that can fail.
    ///
    /// # Errors
    ///
    /// Returns the first error of `same`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let [a, b] = [1, 1].map(|n| HashTrie::build([(1, n)], |a, b| a == b, |_, _| ()));
    /// let result = a.try_difference(&b, |_, _| Err("not comparable"));
    /// assert_eq!(result.unwrap_err(), "not comparable");
    /// ```
    pub fn try_difference<E>(&self, other: &Self, same: impl FnMut(&T, &T) -> Result<bool, E>) -> Result<Self, E> {
        self.combine(other, SetOp::DIFFERENCE, same, || Merge::Remove)
    }

    /// Returns a trie with the entries that exactly one of the tries contains.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let odd = HashTrie::build([1, 3, 5].map(|n| (n, n)), |a, b| a == b, |_, _| ());
    /// let small = HashTrie::build([1, 2].map(|n| (n, n)), |a, b| a == b, |_, _| ());
    /// let either = odd.symmetric_difference(&small, |a, b| a == b);
    /// let mut numbers: Vec<u64> = either.into_iter().collect();
    /// numbers.sort_unstable();
    /// assert_eq!(numbers, [2, 3, 5]);
    /// ```
    #[must_use = "the new trie is the result; the trie itself is unchanged"]
    pub fn symmetric_difference(&self, other: &Self, mut same: impl FnMut(&T, &T) -> bool) -> Self {
        and_drop(into_ok(self.try_symmetric_difference(other, |a, b| Ok(same(a, b)))), same)
    }

    /// Does what [`symmetric_difference`](Self::symmetric_difference) does, with an equality that can fail.
    ///
    /// # Errors
    ///
    /// Returns the first error of `same`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let [a, b] = [1, 1].map(|n| HashTrie::build([(1, n)], |a, b| a == b, |_, _| ()));
    /// let result = a.try_symmetric_difference(&b, |_, _| Err("not comparable"));
    /// assert_eq!(result.unwrap_err(), "not comparable");
    /// ```
    pub fn try_symmetric_difference<E>(
        &self,
        other: &Self,
        same: impl FnMut(&T, &T) -> Result<bool, E>,
    ) -> Result<Self, E> {
        self.combine(other, SetOp::SYMMETRIC_DIFFERENCE, same, || Merge::Remove)
    }

    /// Returns the result of `op` and `both`, which decides the same about all pairs of equal entries.
    fn combine<E>(
        &self,
        other: &Self,
        op: SetOp,
        mut same: impl FnMut(&T, &T) -> Result<bool, E>,
        both: fn() -> Merge<T>,
    ) -> Result<Self, E> {
        let combined = ErrorSlot::during(|slot| {
            let same = |a: &T, b: &T| slot.keep(same(a, b));
            self.try_merge_with(other, op, same, |_, _| Ok(both()))
        });
        and_drop(combined, same)
    }
}
