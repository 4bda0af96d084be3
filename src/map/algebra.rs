//! Operations on two maps: merging, intersecting, subtracting, comparing.
//!
//! They walk both tries together and skip what cannot change the result: subtrees that both share, and subtrees in whose
//! range the other map has no entries. The result shares all subtrees that it has in common with an operand; if it has
//! all of an operand, it is the same version.

use core::hash::{BuildHasher, Hash};
use core::ptr;

use super::{PersistentMap, unchanged};
use crate::macros::operators;
use crate::table::Table;
use crate::trie::{HashTrie, Merge, SetOp, and_drop, into_ok, mix, never_clone};

impl<V> Merge<V> {
    /// Returns this decision about a value as a decision about the entry with that value and `key`.
    pub(crate) fn with_key<K: Clone>(self, key: &K) -> Merge<(K, V)> {
        match self {
            Self::Left => Merge::Left,
            Self::Right => Merge::Right,
            Self::New(value) => Merge::New((key.clone(), value)),
            Self::Remove => Merge::Remove,
        }
    }
}

/// # Combining maps
impl<K: Eq + Hash + Clone, V: Clone, S: BuildHasher + Clone> PersistentMap<K, V, S> {
    /// Returns a version with the entries of both maps.
    ///
    /// For keys that both contain, it keeps our key and takes the other map's value.
    ///
    /// O(c log n) for maps that differ in c entries and share the rest, at most O(n + m). Returns the same version
    /// if the other map is the same version or is empty; values are not compared, so an equal value of the other map
    /// replaces ours. This is also the operator `|`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let defaults = persistent_map! { "colour" => "red", "size" => "small" };
    /// let wishes = persistent_map! { "size" => "large" };
    /// let merged = defaults.merge(&wishes);
    /// assert_eq!(merged, persistent_map! { "colour" => "red", "size" => "large" });
    /// assert_eq!(defaults.merge(&wishes), &defaults | &wishes);
    /// ```
    #[doc(alias("concat", "union"))]
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn merge(&self, other: &Self) -> Self {
        self.merged(other, SetOp::UNION, |(key, _), (_, value)| Merge::New((key.clone(), value.clone())))
    }

    /// Returns a version with the entries of both maps, in which `f` decides about the keys that both contain.
    ///
    /// `f` is called once for each such key, with the key, our value and the other map's value, also if the maps share
    /// the entry. So this takes O(n + m) even for versions of one map; entries that `f` keeps stay shared. If equal
    /// entries stay as they are, [`merge_unshared_with`](Self::merge_unshared_with) gives the same result in less time.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::Merge;
    /// use perennial::persistent_map;
    ///
    /// let monday = persistent_map! { "apples" => 3, "pears" => 5 };
    /// let tuesday = persistent_map! { "pears" => 2, "plums" => 8 };
    /// let max = monday.merge_with(&tuesday, |_, a, b| {
    ///     if a < b { Merge::Right } else { Merge::Left }
    /// });
    /// assert_eq!(max, persistent_map! { "apples" => 3, "pears" => 5, "plums" => 8 });
    /// ```
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn merge_with(&self, other: &Self, mut f: impl FnMut(&K, &V, &V) -> Merge<V>) -> Self {
        let merged = self.merged(other, SetOp::UNION.visiting_shared(), |(key, ours), (_, theirs)| {
            f(key, ours, theirs).with_key(key)
        });
        and_drop(merged, f)
    }

    /// Returns a version with the entries of both maps, in which `f` decides about the keys that both contain, except
    /// where the maps share the entry.
    ///
    /// Use it for a rule under which equal entries stay as they are. `f` may be called for equal entries, too: for
    /// those beside a change that are not stored behind pointers.
    ///
    /// O(c log n) for maps that differ in c entries and share the rest, at most O(n + m).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    /// use perennial::map::Merge;
    ///
    /// let base: PersistentMap<u32, u32> = (0..1000).map(|n| (n, 0)).collect();
    /// let (ours, theirs) = (base.assoc(1, 5), base.assoc(1, 7));
    /// let mut calls = 0;
    /// let latest = ours.merge_unshared_with(&theirs, |_, a, b| {
    ///     calls += 1;
    ///     if a < b { Merge::Right } else { Merge::Left }
    /// });
    /// assert_eq!(latest, theirs);
    /// assert!(calls <= 32, "the other entries are in nodes that both maps share");
    /// ```
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn merge_unshared_with(&self, other: &Self, mut f: impl FnMut(&K, &V, &V) -> Merge<V>) -> Self {
        let merged = self.merged(other, SetOp::UNION, |(key, ours), (_, theirs)| f(key, ours, theirs).with_key(key));
        and_drop(merged, f)
    }

    /// Returns a version with the entries of both maps, in which `f` returns the values of the keys that both contain.
    ///
    /// `f` is called once for each such key, with the key, our value and the other map's value. O(n + m).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let monday = persistent_map! { "apples" => 3, "pears" => 5 };
    /// let tuesday = persistent_map! { "pears" => 2, "plums" => 8 };
    /// let sum = monday.union_with(&tuesday, |_, a, b| a + b);
    /// assert_eq!(sum, persistent_map! { "apples" => 3, "pears" => 7, "plums" => 8 });
    /// ```
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn union_with(&self, other: &Self, mut f: impl FnMut(&K, &V, &V) -> V) -> Self {
        and_drop(self.merge_with(other, |key, ours, theirs| Merge::New(f(key, ours, theirs))), f)
    }

    /// Returns a version with those of our entries whose keys the other map contains.
    ///
    /// O(c log n) for maps that differ in c entries and share the rest, at most O(n + m). Returns the same version
    /// if the other map contains all of our keys. This is also the operator `&`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let prices = persistent_map! { "apple" => 3, "pear" => 5 };
    /// let basket = persistent_map! { "pear" => 1, "plum" => 1 };
    /// assert_eq!(prices.intersection(&basket), persistent_map! { "pear" => 5 });
    /// ```
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn intersection(&self, other: &Self) -> Self {
        self.merged(other, SetOp::INTERSECTION, |_, _| Merge::Left)
    }

    /// Returns a version with those of our entries whose keys the other map does not contain.
    ///
    /// O(c log n) for maps that differ in c entries and share the rest, at most O(n + m). Returns the same version
    /// if the maps have no keys in common. This is also the operator `-`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let prices = persistent_map! { "apple" => 3, "pear" => 5 };
    /// let sold_out = persistent_map! { "pear" => 0 };
    /// assert_eq!(prices.difference(&sold_out), persistent_map! { "apple" => 3 });
    /// ```
    #[doc(alias = "relative_complement")]
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn difference(&self, other: &Self) -> Self {
        self.merged(other, SetOp::DIFFERENCE, |_, _| Merge::Remove)
    }

    /// Returns a version with the entries whose keys exactly one of the maps contains.
    ///
    /// O(c log n) for maps that differ in c entries and share the rest, at most O(n + m). Returns the same version if
    /// the other map is empty. This is also the operator `^`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let ours = persistent_map! { 1 => "a", 2 => "b" };
    /// let theirs = persistent_map! { 2 => "c", 3 => "d" };
    /// let either = ours.symmetric_difference(&theirs);
    /// assert_eq!(either, persistent_map! { 1 => "a", 3 => "d" });
    /// ```
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn symmetric_difference(&self, other: &Self) -> Self {
        self.merged(other, SetOp::SYMMETRIC_DIFFERENCE, |_, _| Merge::Remove)
    }

    fn merged(&self, other: &Self, op: SetOp, both: impl FnMut(&(K, V), &(K, V)) -> Merge<(K, V)>) -> Self {
        Self { table: self.table.merge(&other.table, op, both) }
    }
}

/// # New versions with other values
impl<K: Clone, V: Clone + PartialEq, S: Clone> PersistentMap<K, V, S> {
    /// Returns a version with the same keys and the values that `f` returns. O(n).
    ///
    /// Values for which `f` returns an equal value are kept, so unchanged subtrees stay shared; if nothing changes,
    /// the same version is returned. As in [`diff`](Self::diff), two values that are both unequal to themselves,
    /// such as NaNs, count as equal. For values of another type, use [`map_values`](Self::map_values).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let prices = persistent_map! { "apple" => 3, "pear" => 15 };
    /// let capped = prices.update_values(|_, &price| price.min(10));
    /// assert_eq!(capped, persistent_map! { "apple" => 3, "pear" => 10 });
    /// assert!(prices.update_values(|_, &price| price.min(20)).ptr_eq(&prices));
    /// ```
    #[doc(alias = "map_mut")]
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn update_values(&self, mut f: impl FnMut(&K, &V) -> V) -> Self {
        let both = |(key, old): &(K, V), _: &_| match f(key, old) {
            new if unchanged(old, &new) => Ok(Merge::Left),
            new => Ok(Merge::New((key.clone(), new))),
        };
        // Merges the map with itself, where equal entries are identical.
        let same = |a: &_, b: &_| Ok(ptr::eq(a, b));
        let op = SetOp::INTERSECTION.visiting_shared();
        let trie = into_ok(self.table.trie.try_merge_with(&self.table.trie, op, same, both));
        Self { table: Table::new(and_drop(trie, f), self.table.hasher.clone()) }
    }
}

/// # Maps with values of another type
impl<K: Clone, V, S: Clone> PersistentMap<K, V, S> {
    /// Returns a map with the same keys and the values that `f` returns, which may be of another type. O(n); no key
    /// is hashed or compared.
    ///
    /// The new map shares no nodes with this one; see [`update_values`](Self::update_values) for that.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::{PersistentMap, persistent_map};
    ///
    /// let prices = persistent_map! { "apple" => 3, "pear" => 15 };
    /// let labels = prices.map_values(|name, price| format!("{name}: {price}"));
    /// assert_eq!(labels["pear"], "pear: 15");
    /// ```
    #[must_use = "the new map is the result; the map itself is unchanged"]
    pub fn map_values<W>(&self, mut f: impl FnMut(&K, &V) -> W) -> PersistentMap<K, W, S> {
        and_drop(self.filter_map(|key, value| Some(f(key, value))), f)
    }

    /// Returns a map with the keys that both maps contain, and the values that `f` computes from both values.
    ///
    /// The three maps may have different types of values. O(m log n) for the m entries of the smaller map, of which no
    /// more than a sample is hashed; if the hashers differ, each of our keys is looked up in the other map.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::{PersistentMap, persistent_map};
    ///
    /// let prices = persistent_map! { "apple" => 3, "pear" => 5 };
    /// let colours = persistent_map! { "pear" => "green", "plum" => "blue" };
    /// let tags: PersistentMap<&str, String> =
    ///     prices.intersection_with(&colours, |fruit, price, colour| {
    ///         format!("{colour} {fruit}: {price}")
    ///     });
    /// assert_eq!(tags, persistent_map! { "pear" => "green pear: 5".to_owned() });
    /// ```
    #[must_use = "the new map is the result; the map itself is unchanged"]
    pub fn intersection_with<W, R>(
        &self,
        other: &PersistentMap<K, W, S>,
        mut f: impl FnMut(&K, &V, &W) -> R,
    ) -> PersistentMap<K, R, S>
    where
        K: Eq + Hash,
        S: BuildHasher,
    {
        let (ours, theirs) = (&self.table, &other.table);
        let trie = if ours.hashers_agree_on_samples(theirs) {
            ours.trie.zip_with(&theirs.trie, |a, b| a.0 == b.0, |(key, a), (_, b)| (key.clone(), f(key, a, b)))
        } else if ours.trie.len() <= theirs.trie.len() {
            ours.trie.filter_map_with(|(key, a)| Some((key.clone(), f(key, a, &theirs.get(key)?.1))))
        } else {
            let mut both = HashTrie::new();
            for (key, b) in &theirs.trie {
                let hash = ours.hasher.hash_one(key);
                if let Some((key, a)) = ours.trie.find(hash, |(ours, _)| ours == key) {
                    both.edit(never_clone).insert_unique(mix(hash), (key.clone(), f(key, a, b)));
                }
            }
            both
        };
        PersistentMap { table: Table::new(and_drop(trie, f), ours.hasher.clone()) }
    }

    /// Returns a map with the keys for which `f` returns `Some`, and those values. O(n); no key is hashed or
    /// compared.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::{PersistentMap, persistent_map};
    ///
    /// let texts = persistent_map! { "a" => "1", "b" => "two" };
    /// let numbers = texts.filter_map(|_, text| text.parse::<u32>().ok());
    /// assert_eq!(numbers, persistent_map! { "a" => 1 });
    /// ```
    #[must_use = "the new map is the result; the map itself is unchanged"]
    pub fn filter_map<W>(&self, mut f: impl FnMut(&K, &V) -> Option<W>) -> PersistentMap<K, W, S> {
        let trie = self.table.trie.filter_map_with(|(key, value)| Some((key.clone(), f(key, value)?)));
        PersistentMap { table: Table::new(and_drop(trie, f), self.table.hasher.clone()) }
    }
}

/// # Comparing the keys of maps
impl<K: Eq + Hash, V, S: BuildHasher> PersistentMap<K, V, S> {
    /// Returns `true` if the other map contains all of our entries, with equal values.
    ///
    /// O(c log n) for maps that differ in c entries and share the rest, at most O(n + m). As with `==` of maps,
    /// what both share counts as equal without being compared; elsewhere, a value such as NaN is not equal to itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let whole = persistent_map! { 1 => "a", 2 => "b" };
    /// assert!(persistent_map! { 1 => "a" }.is_submap(&whole));
    /// assert!(!persistent_map! { 1 => "z" }.is_submap(&whole));
    /// ```
    pub fn is_submap(&self, other: &Self) -> bool
    where
        V: PartialEq,
    {
        self.table.is_within(&other.table, |(_, a), (_, b)| a == b)
    }

    /// Returns `true` if the other map contains all of our keys, and `f` accepts our value and the other map's for
    /// each of them.
    ///
    /// The two maps may have different types of values.
    ///
    /// `f` is called for every key, including those in shared nodes, since `f(v, v)` may be `false`; it stops at the
    /// first `false`. So this takes O(n log m) even if the maps share most of their nodes, unlike
    /// [`is_submap`](Self::is_submap).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let order = persistent_map! { "apples" => 2 };
    /// let stock = persistent_map! { "apples" => 3, "pears" => 5 };
    /// assert!(order.is_submap_by(&stock, |wanted, available| wanted <= available));
    /// ```
    pub fn is_submap_by<W>(&self, other: &PersistentMap<K, W, S>, mut f: impl FnMut(&V, &W) -> bool) -> bool {
        self.len() <= other.len() && self.iter().all(|(key, ours)| other.get(key).is_some_and(|theirs| f(ours, theirs)))
    }

    /// Returns `true` if the maps have no keys in common.
    ///
    /// O(m log n) for the m entries of the smaller map, less if the maps share nodes.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let map = persistent_map! { 1 => "a" };
    /// assert!(map.is_disjoint(&persistent_map! { 2 => "a" }));
    /// assert!(!map.is_disjoint(&persistent_map! { 1 => "b" }));
    /// ```
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.table.is_disjoint(&other.table)
    }
}

operators! {
    [K: Eq + Hash + Clone, V: Clone, S: BuildHasher + Clone] PersistentMap<K, V, S>:
    BitOr::bitor, BitOrAssign::bitor_assign => merge;
    BitAnd::bitand, BitAndAssign::bitand_assign => intersection;
    Sub::sub, SubAssign::sub_assign => difference;
    BitXor::bitxor, BitXorAssign::bitxor_assign => symmetric_difference;
}
