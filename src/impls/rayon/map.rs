//! Parallel operations on maps.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::mem;

use rayon::iter::plumbing::UnindexedConsumer;
use rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelDrainFull, ParallelExtend, ParallelIterator};

use super::parallel;
use crate::PersistentMap;
use crate::map::replace_value;
use crate::trie::{HashTrie, Merge, SetOp, and_drop};

/// A parallel iterator over the entries of a map.
///
/// Returned by `par_iter` of a map, from the trait [`IntoParallelRefIterator`](rayon::iter::IntoParallelRefIterator).
///
/// # Examples
///
/// ```
/// use rayon::prelude::*;
///
/// let map = perennial::persistent_map! { "a" => 1, "b" => 2 };
/// assert!(map.par_iter().all(|(_, &n)| n > 0));
/// ```
pub struct ParIter<'a, K, V> {
    trie: &'a HashTrie<(K, V)>,
}

/// A parallel iterator over the entries of a map, with mutable references to the values.
///
/// Returned by `par_iter_mut` of a map, from the trait
/// [`IntoParallelRefMutIterator`](rayon::iter::IntoParallelRefMutIterator).
///
/// # Examples
///
/// ```
/// use rayon::prelude::*;
///
/// let mut map = perennial::persistent_map! { "a" => 1, "b" => 2 };
/// let before = map.clone();
/// map.par_iter_mut().for_each(|(_, n)| *n += 1);
/// assert_eq!((before["a"], map["a"]), (1, 2));
/// ```
pub struct ParIterMut<'a, K, V> {
    trie: &'a mut HashTrie<(K, V)>,
}

/// A parallel iterator over the entries of a map by value.
///
/// Entries in nodes that are shared with another version are cloned, all others moved. Returned by `into_par_iter` of
/// a map, from the trait [`IntoParallelIterator`], and by `par_drain`, from [`ParallelDrainFull`].
///
/// # Examples
///
/// ```
/// use rayon::prelude::*;
///
/// let mut map = perennial::persistent_map! { "a" => 1, "b" => 2 };
/// assert_eq!(map.par_drain().map(|(_, n)| n).sum::<i32>(), 3);
/// assert!(map.is_empty());
/// ```
pub struct IntoParIter<K, V> {
    trie: HashTrie<(K, V)>,
}

/// A parallel iterator over the keys of a map.
///
/// Returned by [`PersistentMap::par_keys`].
///
/// # Examples
///
/// ```
/// use rayon::prelude::*;
///
/// let map = perennial::persistent_map! { "a" => 1, "b" => 2 };
/// assert_eq!(map.par_keys().max(), Some(&"b"));
/// ```
pub struct ParKeys<'a, K, V> {
    trie: &'a HashTrie<(K, V)>,
}

/// A parallel iterator over the values of a map.
///
/// Returned by [`PersistentMap::par_values`].
///
/// # Examples
///
/// ```
/// use rayon::prelude::*;
///
/// let map = perennial::persistent_map! { "a" => 1, "b" => 2 };
/// assert_eq!(map.par_values().sum::<i32>(), 3);
/// ```
pub struct ParValues<'a, K, V> {
    trie: &'a HashTrie<(K, V)>,
}

/// A parallel iterator over mutable references to the values of a map.
///
/// Returned by [`PersistentMap::par_values_mut`].
///
/// # Examples
///
/// ```
/// use rayon::prelude::*;
///
/// let mut map = perennial::persistent_map! { "a" => 1, "b" => 2 };
/// map.par_values_mut().for_each(|n| *n *= 2);
/// assert_eq!(map["b"], 4);
/// ```
pub struct ParValuesMut<'a, K, V> {
    trie: &'a mut HashTrie<(K, V)>,
}

parallel!(
    ['a, K: Send + Sync, V: Send + Sync] ParIter<'a, K, V>,
    self => self.trie.subtrees(), (key, value) => (key, value), (&'a K, &'a V)
);
parallel!(
    ['a, K: Send + Sync + Clone, V: Send + Sync + Clone] ParIterMut<'a, K, V>,
    self => self.trie.subtrees_mut(), (key, value) => (&*key, value), (&'a K, &'a mut V)
);
parallel!(
    [K: Send + Sync + Clone, V: Send + Sync + Clone] IntoParIter<K, V>,
    self => self.trie.into_subtrees(), entry => entry, (K, V)
);
parallel!(
    ['a, K: Send + Sync, V: Send + Sync] ParKeys<'a, K, V>,
    self => self.trie.subtrees(), (key, _) => key, &'a K
);
parallel!(
    ['a, K: Send + Sync, V: Send + Sync] ParValues<'a, K, V>,
    self => self.trie.subtrees(), (_, value) => value, &'a V
);
parallel!(
    ['a, K: Send + Sync + Clone, V: Send + Sync + Clone] ParValuesMut<'a, K, V>,
    self => self.trie.subtrees_mut(), (_, value) => value, &'a mut V
);

/// Implements `Debug` as the list of the items.
macro_rules! debug_as_list {
    ($($iterator:ident<$($lifetime:lifetime,)? K, V>, [$($bounds:tt)*], $pattern:pat => $item:expr;)*) => {$(
        impl<$($bounds)*> fmt::Debug for $iterator<$($lifetime,)? K, V> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.trie.iter().map(|$pattern| $item)).finish()
            }
        }
    )*};
}

debug_as_list! {
    ParIter<'_, K, V>, [K: fmt::Debug, V: fmt::Debug], entry => entry;
    ParIterMut<'_, K, V>, [K: fmt::Debug, V: fmt::Debug], entry => entry;
    IntoParIter<K, V>, [K: fmt::Debug, V: fmt::Debug], entry => entry;
    ParKeys<'_, K, V>, [K: fmt::Debug, V], (key, _) => key;
    ParValues<'_, K, V>, [K, V: fmt::Debug], (_, value) => value;
    ParValuesMut<'_, K, V>, [K, V: fmt::Debug], (_, value) => value;
}

// Not derived: derived impls would require `K: Clone` and `V: Clone`.

impl<K, V> Clone for ParIter<'_, K, V> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<K, V> Clone for ParKeys<'_, K, V> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<K, V> Clone for ParValues<'_, K, V> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<'a, K: Send + Sync, V: Send + Sync, S> IntoParallelIterator for &'a PersistentMap<K, V, S> {
    type Item = (&'a K, &'a V);
    type Iter = ParIter<'a, K, V>;

    fn into_par_iter(self) -> ParIter<'a, K, V> {
        ParIter { trie: &self.table.trie }
    }
}

impl<'a, K, V, S> IntoParallelIterator for &'a mut PersistentMap<K, V, S>
where
    K: Send + Sync + Clone,
    V: Send + Sync + Clone,
{
    type Item = (&'a K, &'a mut V);
    type Iter = ParIterMut<'a, K, V>;

    fn into_par_iter(self) -> ParIterMut<'a, K, V> {
        ParIterMut { trie: &mut self.table.trie }
    }
}

impl<K: Send + Sync + Clone, V: Send + Sync + Clone, S> IntoParallelIterator for PersistentMap<K, V, S> {
    type Item = (K, V);
    type Iter = IntoParIter<K, V>;

    fn into_par_iter(self) -> IntoParIter<K, V> {
        IntoParIter { trie: self.table.into_trie() }
    }
}

impl<K: Send + Sync + Clone, V: Send + Sync + Clone, S> ParallelDrainFull for &mut PersistentMap<K, V, S> {
    type Iter = IntoParIter<K, V>;
    type Item = (K, V);

    fn par_drain(self) -> IntoParIter<K, V> {
        IntoParIter { trie: mem::take(&mut self.table.trie) }
    }
}

impl<K, V, S> FromParallelIterator<(K, V)> for PersistentMap<K, V, S>
where
    K: Eq + Hash + Send + Sync,
    V: Send + Sync,
    S: BuildHasher + Default + Sync,
{
    /// Collects the entries into a map. If a key occurs more than once, the last value is used.
    fn from_par_iter<I: IntoParallelIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        map.table.trie = map.table.par_collect(entries.into_par_iter(), put);
        map
    }
}

impl<K, V, S> ParallelExtend<(K, V)> for PersistentMap<K, V, S>
where
    K: Eq + Hash + Clone + Send + Sync,
    V: Clone + Send + Sync,
    S: BuildHasher + Sync,
{
    /// Inserts all entries. If a key occurs more than once, the last value is used.
    ///
    /// The entries are collected into a new map, which is then merged into this one in parallel.
    fn par_extend<I: IntoParallelIterator<Item = (K, V)>>(&mut self, entries: I) {
        self.table.par_extend(entries.into_par_iter(), put, updated);
    }
}

impl<'a, K, V, S> ParallelExtend<(&'a K, &'a V)> for PersistentMap<K, V, S>
where
    K: Eq + Hash + Copy + Send + Sync,
    V: Copy + Send + Sync,
    S: BuildHasher + Sync,
{
    /// Inserts copies of all entries. If a key occurs more than once, the last value is used.
    fn par_extend<I: IntoParallelIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.par_extend(entries.into_par_iter().map(|(&key, &value)| (key, value)));
    }
}

fn put<K, V>(present: &mut (K, V), new: (K, V)) {
    replace_value(present, new);
}

/// Returns an entry with the key of the first and the value of the second.
fn updated<K: Clone, V: Clone>((key, _): &(K, V), (_, value): &(K, V)) -> Merge<(K, V)> {
    Merge::New((key.clone(), value.clone()))
}

impl<K: Send + Sync, V: Send + Sync, S> PersistentMap<K, V, S> {
    /// Returns a parallel iterator over the keys.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    /// use rayon::prelude::*;
    ///
    /// let squares: PersistentMap<u64, u64> = (0..1000).map(|n| (n, n * n)).collect();
    /// assert_eq!(squares.par_keys().sum::<u64>(), 499_500);
    /// ```
    pub fn par_keys(&self) -> ParKeys<'_, K, V> {
        ParKeys { trie: &self.table.trie }
    }

    /// Returns a parallel iterator over the values.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    /// use rayon::prelude::*;
    ///
    /// let squares: PersistentMap<u64, u64> = (0..1000).map(|n| (n, n * n)).collect();
    /// assert_eq!(squares.par_values().filter(|square| *square % 2 == 1).count(), 500);
    /// ```
    pub fn par_values(&self) -> ParValues<'_, K, V> {
        ParValues { trie: &self.table.trie }
    }

    /// Returns a parallel iterator over mutable references to the values.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    /// use rayon::prelude::*;
    ///
    /// let mut squares: PersistentMap<u64, u64> = (0..1000).map(|n| (n, n * n)).collect();
    /// squares.par_values_mut().for_each(|square| *square += 1);
    /// assert_eq!(squares[&12], 145);
    /// ```
    pub fn par_values_mut(&mut self) -> ParValuesMut<'_, K, V>
    where
        K: Clone,
        V: Clone,
    {
        ParValuesMut { trie: &mut self.table.trie }
    }
}

impl<K, V, S> PersistentMap<K, V, S>
where
    K: Eq + Hash + Send + Sync,
    V: Send + Sync,
    S: BuildHasher + Sync,
{
    /// Compares two maps like `==`, in parallel.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { 1 => "a" };
    /// assert!(map.par_eq(&persistent_map! { 1 => "a" }));
    /// assert!(!map.par_eq(&persistent_map! { 1 => "b" }));
    /// ```
    pub fn par_eq(&self, other: &Self) -> bool
    where
        V: PartialEq,
    {
        self.table.par_eq(&other.table, |a, b| a == b)
    }

    /// Does what [`merge`](Self::merge) does, in parallel.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let defaults = persistent_map! { "colour" => "red", "size" => "small" };
    /// let wishes = persistent_map! { "size" => "large" };
    /// let merged = defaults.par_merge(&wishes);
    /// assert_eq!(merged, persistent_map! { "colour" => "red", "size" => "large" });
    /// ```
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn par_merge(&self, other: &Self) -> Self
    where
        K: Clone,
        V: Clone,
        S: Clone,
    {
        self.par_merged(other, SetOp::UNION, updated)
    }

    /// Does what [`merge_with`](Self::merge_with) does, in parallel.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::Merge;
    /// use perennial::persistent_map;
    ///
    /// let monday = persistent_map! { "apples" => 3, "pears" => 5 };
    /// let tuesday = persistent_map! { "pears" => 2, "plums" => 8 };
    /// let both = monday.par_merge_with(&tuesday, |_, a, b| Merge::New(a + b));
    /// assert_eq!(both, persistent_map! { "apples" => 3, "pears" => 7, "plums" => 8 });
    /// ```
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn par_merge_with(&self, other: &Self, f: impl Fn(&K, &V, &V) -> Merge<V> + Sync) -> Self
    where
        K: Clone,
        V: Clone,
        S: Clone,
    {
        let merged = self.par_merged(other, SetOp::UNION.visiting_shared(), |(key, ours), (_, theirs)| {
            f(key, ours, theirs).with_key(key)
        });
        and_drop(merged, f)
    }

    /// Does what [`union_with`](Self::union_with) does, in parallel.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let monday = persistent_map! { "apples" => 3, "pears" => 5 };
    /// let tuesday = persistent_map! { "pears" => 2, "plums" => 8 };
    /// let sum = monday.par_union_with(&tuesday, |_, a, b| a + b);
    /// assert_eq!(sum, persistent_map! { "apples" => 3, "pears" => 7, "plums" => 8 });
    /// ```
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn par_union_with(&self, other: &Self, f: impl Fn(&K, &V, &V) -> V + Sync) -> Self
    where
        K: Clone,
        V: Clone,
        S: Clone,
    {
        and_drop(self.par_merge_with(other, |key, ours, theirs| Merge::New(f(key, ours, theirs))), f)
    }

    /// Does what [`intersection`](Self::intersection) does, in parallel.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let prices = persistent_map! { "apple" => 3, "pear" => 5 };
    /// let basket = persistent_map! { "pear" => 1, "plum" => 1 };
    /// assert_eq!(prices.par_intersection(&basket), persistent_map! { "pear" => 5 });
    /// ```
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn par_intersection(&self, other: &Self) -> Self
    where
        K: Clone,
        V: Clone,
        S: Clone,
    {
        self.par_merged(other, SetOp::INTERSECTION, |_, _| Merge::Left)
    }

    /// Does what [`difference`](Self::difference) does, in parallel.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let prices = persistent_map! { "apple" => 3, "pear" => 5 };
    /// let sold_out = persistent_map! { "pear" => 0 };
    /// assert_eq!(prices.par_difference(&sold_out), persistent_map! { "apple" => 3 });
    /// ```
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn par_difference(&self, other: &Self) -> Self
    where
        K: Clone,
        V: Clone,
        S: Clone,
    {
        self.par_merged(other, SetOp::DIFFERENCE, |_, _| Merge::Remove)
    }

    /// Does what [`symmetric_difference`](Self::symmetric_difference) does, in parallel.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let ours = persistent_map! { 1 => "a", 2 => "b" };
    /// let theirs = persistent_map! { 2 => "c", 3 => "d" };
    /// let either = ours.par_symmetric_difference(&theirs);
    /// assert_eq!(either, persistent_map! { 1 => "a", 3 => "d" });
    /// ```
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn par_symmetric_difference(&self, other: &Self) -> Self
    where
        K: Clone,
        V: Clone,
        S: Clone,
    {
        self.par_merged(other, SetOp::SYMMETRIC_DIFFERENCE, |_, _| Merge::Remove)
    }

    fn par_merged(&self, other: &Self, op: SetOp, both: impl Fn(&(K, V), &(K, V)) -> Merge<(K, V)> + Sync) -> Self
    where
        K: Clone,
        V: Clone,
        S: Clone,
    {
        Self { table: self.table.par_merge(&other.table, op, both) }
    }
}
