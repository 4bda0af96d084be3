//! Operations on whole tries for callers that supply hashes and equality: building, comparing, combining.
//!
//! As everywhere in [`HashTrie`], equal entries must have equal hashes in all tries. Shared subtrees are skipped
//! without being visited, so between versions the cost depends on what changed.

use crate::trie::build::bulk::bulk_distinct;
use crate::trie::node::child::{Child, ChildRef};
use crate::trie::node::leaf::EntryRef;
use crate::trie::walk::pairs::Pair;
use crate::trie::walk::range::RangeView;
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
        let entries = self.leaves().flat_map(|leaf| RangeView::of(leaf).entries());
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
    /// Returns the result of a set operation on the entries of both tries.
    ///
    /// `same` is called with an entry of `self` and one of `other`. If it accepts them, `both` decides which of them the
    /// result has, except in nodes that both tries share: `op` keeps or drops these without a call.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::Merge;
    /// use perennial::trie::{HashTrie, SetOp};
    ///
    /// let same = |a: &(u64, char), b: &(u64, char)| a.0 == b.0;
    /// let left = HashTrie::build([(1, (1, 'a')), (2, (2, 'b'))], same, |_, _| ());
    /// let right = HashTrie::build([(2, (2, 'c'))], same, |_, _| ());
    ///
    /// let union = left.merge(&right, SetOp::UNION, same, |_, _| Merge::Right);
    /// assert_eq!(union.len(), 2);
    /// assert_eq!(union.find(2, |entry| entry.0 == 2), Some(&(2, 'c')));
    ///
    /// let rest = left.merge(&right, SetOp::DIFFERENCE, same, |_, _| Merge::Remove);
    /// assert!(rest.iter().eq(&[(1, 'a')]));
    /// ```
    #[must_use = "the new trie is the result; the trie itself is unchanged"]
    pub fn merge(
        &self,
        other: &Self,
        op: SetOp,
        mut same: impl FnMut(&T, &T) -> bool,
        mut both: impl FnMut(&T, &T) -> Merge<T>,
    ) -> Self {
        let merged = into_ok(self.try_merge(other, op, |a, b| Ok(same(a, b)), |a, b| Ok(both(a, b))));
        and_drop(merged, (same, both))
    }

    /// Does what [`merge`](Self::merge) does, with functions that can fail.
    ///
    /// # Errors
    ///
    /// Returns the first error of `same` or `both`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::{HashTrie, SetOp};
    ///
    /// let same = |a: &(u64, char), b: &(u64, char)| a.0 == b.0;
    /// let left = HashTrie::build([(1, (1, 'a')), (2, (2, 'b'))], same, |_, _| ());
    /// let right = HashTrie::build([(2, (2, 'c'))], same, |_, _| ());
    /// let conflict =
    ///     left.try_merge(&right, SetOp::UNION, |a, b| Ok(same(a, b)), |a, b| Err((a.1, b.1)));
    /// assert_eq!(conflict.unwrap_err(), ('b', 'c'));
    /// ```
    pub fn try_merge<E>(
        &self,
        other: &Self,
        op: SetOp,
        mut same: impl FnMut(&T, &T) -> Result<bool, E>,
        mut both: impl FnMut(&T, &T) -> Result<Merge<T>, E>,
    ) -> Result<Self, E> {
        let merged = ErrorSlot::during(|slot| {
            let same = |a: &T, b: &T| slot.keep(same(a, b));
            self.try_merge_with(other, op, same, |a, b| slot.keep(both(a, b)))
        });
        and_drop(merged, (same, both))
    }
}
