//! Maps combined with maps: merging, intersecting, subtracting, comparing.
//!
//! All of it goes through both tries together and stops where they share a subtree, or only one has anything. What is
//! unchanged is shared with the operands; if all of it is, the result is that operand's version.

use core::hash::{BuildHasher, Hash};
use core::ptr;

use super::{PersistentMap, unchanged};
use crate::macros::operators;
use crate::table::Table;
use crate::trie::{Merge, SetOp, into_ok};

impl<V> Merge<V> {
    /// Returns what becomes of the entries of `key`.
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
    /// Returns a version with the entries of both maps. Where both have a key, the key is ours and the value the
    /// other's.
    ///
    /// O(c log n) for maps that differ in c entries and share the rest, at most O(n + m). The same version if the other
    /// map is that version or has no entries; values are not compared, so that an equal value of the other map replaces
    /// ours. Also written `|`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let defaults = persistent_map! { "colour" => "red", "size" => "small" };
    /// let wishes = persistent_map! { "size" => "large" };
    /// assert_eq!(defaults.merge(&wishes), persistent_map! { "colour" => "red", "size" => "large" });
    /// assert_eq!(defaults.merge(&wishes), defaults | wishes);
    /// ```
    #[doc(alias("concat", "union"))]
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn merge(&self, other: &Self) -> Self {
        self.merged(other, SetOp::UNION, |(key, _), (_, value)| Merge::New((key.clone(), value.clone())))
    }

    /// Returns a version with the entries of both maps, in which `f` has decided about each key that both have.
    ///
    /// `f` is called once for each such key, with the key, our value and the other's. It returns the new value, or a
    /// [`Merge`] if one of the entries is to stay as it is, or none. Therefore it takes O(n + m) even for versions that
    /// share much; yet entries that `f` leaves as they are stay shared.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::map::Merge;
    /// use perennial::persistent_map;
    ///
    /// let monday = persistent_map! { "apples" => 3, "pears" => 5 };
    /// let tuesday = persistent_map! { "pears" => 2, "plums" => 8 };
    /// let both = monday.merge_with(&tuesday, |_, a, b| a + b);
    /// assert_eq!(both, persistent_map! { "apples" => 3, "pears" => 7, "plums" => 8 });
    /// let greater = monday.merge_with(&tuesday, |_, a, b| if a < b { Merge::Right } else { Merge::Left });
    /// assert_eq!(greater, persistent_map! { "apples" => 3, "pears" => 5, "plums" => 8 });
    /// ```
    #[doc(alias = "union_with")]
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn merge_with<R: Into<Merge<V>>>(&self, other: &Self, mut f: impl FnMut(&K, &V, &V) -> R) -> Self {
        self.merged(other, SetOp::UNION.visiting_shared(), |(key, ours), (_, theirs)| {
            f(key, ours, theirs).into().with_key(key)
        })
    }

    /// Returns a version with those of our entries whose key the other map has too. Also written `&`.
    ///
    /// O(c log n) for maps that differ in c entries and share the rest, at most O(n + m). The same version if the other
    /// map has all of our keys.
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

    /// Returns a version with those of our entries whose key the other map does not have. Also written `-`.
    ///
    /// O(c log n) for maps that differ in c entries and share the rest, at most O(n + m). The same version if the maps
    /// have no key in common.
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

    /// Returns a version with the entries of either map whose key the other does not have. Also written `^`.
    ///
    /// O(c log n) for maps that differ in c entries and share the rest, at most O(n + m).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let ours = persistent_map! { 1 => "a", 2 => "b" };
    /// let theirs = persistent_map! { 2 => "c", 3 => "d" };
    /// assert_eq!(ours.symmetric_difference(&theirs), persistent_map! { 1 => "a", 3 => "d" });
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
    /// A value for which `f` returns an equal one stays, so that unchanged subtrees stay shared; if nothing changes,
    /// the result is this very version. Two values that are both unequal to themselves, such as NaNs, count as equal,
    /// as in [`diff`](Self::diff). [`map_values`](Self::map_values) makes values of another type.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let prices = persistent_map! { "apple" => 3, "pear" => 15 };
    /// assert_eq!(prices.update_values(|_, &price| price.min(10)), persistent_map! { "apple" => 3, "pear" => 10 });
    /// assert!(prices.update_values(|_, &price| price.min(20)).ptr_eq(&prices));
    /// ```
    #[doc(alias = "map_mut")]
    #[must_use = "the new version is the result; the map itself is unchanged"]
    pub fn update_values(&self, mut f: impl FnMut(&K, &V) -> V) -> Self {
        let both = |(key, old): &(K, V), _: &_| match f(key, old) {
            new if unchanged(old, &new) => Ok(Merge::Left),
            new => Ok(Merge::New((key.clone(), new))),
        };
        // Merge with itself, where equal entries are one and the same.
        let same = |a: &_, b: &_| Ok(ptr::eq(a, b));
        let op = SetOp::INTERSECTION.visiting_shared();
        let trie = into_ok(self.table.trie.try_merge_with(&self.table.trie, op, same, both, <(K, V)>::clone));
        Self { table: Table::new(trie, self.table.hasher.clone()) }
    }
}

/// # Maps with values of another type
impl<K: Clone, V, S: Clone> PersistentMap<K, V, S> {
    /// Returns a map with the same keys and the values that `f` returns, which may be of another type. O(n); no key is
    /// hashed or compared.
    ///
    /// The new map shares nothing with this one; [`update_values`](Self::update_values) does.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::{PersistentMap, persistent_map};
    ///
    /// let prices = persistent_map! { "apple" => 3, "pear" => 15 };
    /// let labels: PersistentMap<&str, String> = prices.map_values(|name, price| format!("{name}: {price}"));
    /// assert_eq!(labels["pear"], "pear: 15");
    /// ```
    #[must_use = "the new map is the result; the map itself is unchanged"]
    pub fn map_values<W>(&self, mut f: impl FnMut(&K, &V) -> W) -> PersistentMap<K, W, S> {
        self.filter_map(|key, value| Some(f(key, value)))
    }

    /// Returns a map with the keys that both maps have, and the values that `f` makes of ours and the other's. All three
    /// may be of different types. O(m log n) for the m entries of the smaller map; no key is hashed if the maps have the
    /// same hasher.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::{PersistentMap, persistent_map};
    ///
    /// let prices = persistent_map! { "apple" => 3, "pear" => 5 };
    /// let colours = persistent_map! { "pear" => "green", "plum" => "blue" };
    /// let tags: PersistentMap<&str, String> =
    ///     prices.intersection_with(&colours, |fruit, price, colour| format!("{colour} {fruit}: {price}"));
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
        } else {
            ours.trie.filter_map_with(|(key, a)| Some((key.clone(), f(key, a, &theirs.get(key)?.1))))
        };
        PersistentMap { table: Table::new(trie, ours.hasher.clone()) }
    }

    /// Returns a map with the values that `f` returns, and the keys for which it returns one. O(n); no key is hashed or
    /// compared.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::{PersistentMap, persistent_map};
    ///
    /// let texts = persistent_map! { "a" => "1", "b" => "two" };
    /// let numbers: PersistentMap<&str, u32> = texts.filter_map(|_, text| text.parse().ok());
    /// assert_eq!(numbers, persistent_map! { "a" => 1 });
    /// ```
    #[must_use = "the new map is the result; the map itself is unchanged"]
    pub fn filter_map<W>(&self, mut f: impl FnMut(&K, &V) -> Option<W>) -> PersistentMap<K, W, S> {
        let trie = self.table.trie.filter_map_with(|(key, value)| Some((key.clone(), f(key, value)?)));
        PersistentMap { table: Table::new(trie, self.table.hasher.clone()) }
    }
}

/// # Comparing the keys of maps
impl<K: Eq + Hash, V, S: BuildHasher> PersistentMap<K, V, S> {
    /// Returns `true` if the other map has all of our entries, with equal values.
    ///
    /// O(c log n) for maps that differ in c entries and share the rest, at most O(n + m). As with `==` of maps, shared
    /// nodes count as equal without being visited, and elsewhere a value such as NaN is not equal to itself.
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

    /// Returns `true` if the other map has all of our keys, with values that `f` accepts beside ours. The values may be of
    /// two types.
    ///
    /// `f` is asked about every key until it refuses one, because it may refuse a value beside itself. So this takes
    /// O(n log m) even for versions that share much, which [`is_submap`](Self::is_submap) does not.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// let order = persistent_map! { "apples" => 2 };
    /// let stock = persistent_map! { "apples" => 3, "pears" => 5 };
    /// assert!(order.is_submap_by(&stock, |wanted, there| wanted <= there));
    /// ```
    pub fn is_submap_by<W>(&self, other: &PersistentMap<K, W, S>, mut f: impl FnMut(&V, &W) -> bool) -> bool {
        self.len() <= other.len() && self.iter().all(|(key, ours)| other.get(key).is_some_and(|theirs| f(ours, theirs)))
    }

    /// Returns `true` if there is no key that both maps have.
    ///
    /// O(m log n) for the m entries of the smaller map; less where the maps share something.
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
