//! What a merge of two tries does with their entries.

/// A decision about an entry that both maps or tries of a merge contain.
///
/// Returned by the closures that are passed to [`PersistentMap::merge_with`](crate::PersistentMap::merge_with) and
/// [`HashTrie::merge`](crate::trie::HashTrie::merge).
///
/// # Examples
///
/// ```
/// use perennial::map::Merge;
/// use perennial::persistent_map;
///
/// let ours = persistent_map! { "a" => 1, "b" => 2 };
/// let theirs = persistent_map! { "a" => 3, "b" => 2 };
/// let merged = ours.merge_with(&theirs, |_, a, b| {
///     if a < b { Merge::Right } else { Merge::Left }
/// });
/// assert!(merged == theirs);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Merge<T> {
    /// Keeps the entry of the left operand: in a map, its key and its value.
    Left,
    /// Keeps the entry of the right operand: in a map, its key and its value.
    Right,
    /// Replaces both. In a map, this is the new value, and the key of the left operand is kept; in a trie, this is
    /// the new entry, which must have the hash of both.
    New(T),
    /// Removes both.
    Remove,
}

/// A set operation: which entries that only one trie has are in the result, and whether the nodes that both share are.
///
/// Passed to [`HashTrie::merge`](crate::trie::HashTrie::merge).
///
/// # Examples
///
/// ```
/// use perennial::map::Merge;
/// use perennial::trie::{HashTrie, SetOp};
///
/// let odd = HashTrie::build([1, 3, 5].map(|n| (n, n)), |a, b| a == b, |_, _| ());
/// let small = HashTrie::build([1, 2].map(|n| (n, n)), |a, b| a == b, |_, _| ());
/// let both = odd.merge(&small, SetOp::INTERSECTION, |a, b| a == b, |_, _| Merge::Left);
/// assert!(both.iter().eq(&[1]));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SetOp {
    /// Whether entries that only the left side has are kept.
    pub(crate) left: bool,
    /// Whether entries that only the right side has are kept.
    pub(crate) right: bool,
    pub(crate) shared: SharedPolicy,
}

/// How a merge treats subtrees that both sides share.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SharedPolicy {
    /// Keeps the subtree.
    Keep,
    /// Drops the subtree.
    Drop,
    /// Decides about each entry.
    Visit,
}

impl SetOp {
    /// Keeps what only one trie has, and what both share.
    pub const UNION: Self = Self { left: true, right: true, shared: SharedPolicy::Keep };

    /// Keeps what both share, and drops what only one trie has.
    pub const INTERSECTION: Self = Self { left: false, right: false, shared: SharedPolicy::Keep };

    /// Keeps what only the left trie has, and drops what only the right one has and what both share.
    pub const DIFFERENCE: Self = Self { left: true, right: false, shared: SharedPolicy::Drop };

    /// Keeps what only one trie has, and drops what both share.
    pub const SYMMETRIC_DIFFERENCE: Self = Self { left: true, right: true, shared: SharedPolicy::Drop };

    /// Returns the same operation, but with a decision about every entry that both sides have.
    pub(crate) const fn visiting_shared(self) -> Self {
        Self { shared: SharedPolicy::Visit, ..self }
    }
}
