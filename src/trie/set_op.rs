//! What a merge of two tries does with the entries of either.

/// What becomes of an entry that both of two maps or tries have.
///
/// The closures of [`PersistentMap::merge_with`](crate::PersistentMap::merge_with) and of [`HashTrie::try_union`] return
/// it.
///
/// # Examples
///
/// ```
/// use perennial::map::Merge;
/// use perennial::persistent_map;
///
/// let ours = persistent_map! { "a" => 1, "b" => 2 };
/// let theirs = persistent_map! { "a" => 3, "b" => 2 };
/// let merged = ours.merge_with(&theirs, |_, a, b| if a < b { Merge::Right } else { Merge::Left });
/// assert!(merged == theirs);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Merge<T> {
    /// The entry of the left operand stays: in a map, both its key and its value.
    Left,
    /// The entry of the right operand stays: in a map, both its key and its value.
    Right,
    /// This takes the place of both. In a map it is a value, and the key of the left operand stays; in a trie it is an
    /// entry, which must have the hash of both.
    New(T),
    /// Neither stays.
    Remove,
}

/// A value stands for [`Merge::New`].
impl<T> From<T> for Merge<T> {
    fn from(value: T) -> Self {
        Self::New(value)
    }
}

/// A set operation: what becomes of entries that only one side has, and of subtrees that both share.
#[derive(Clone, Copy)]
pub(crate) struct SetOp {
    /// Whether what only the left side has stays.
    pub(crate) left: bool,
    /// Whether what only the right side has stays.
    pub(crate) right: bool,
    pub(crate) shared: SharedPolicy,
}

/// What becomes of a subtree that both sides share.
#[derive(Clone, Copy)]
pub(crate) enum SharedPolicy {
    /// It stays as it is.
    Keep,
    /// It is left out.
    Drop,
    /// Each entry is decided about.
    Visit,
}

impl SetOp {
    pub(crate) const UNION: Self = Self { left: true, right: true, shared: SharedPolicy::Keep };
    pub(crate) const INTERSECTION: Self = Self { left: false, right: false, shared: SharedPolicy::Keep };
    pub(crate) const DIFFERENCE: Self = Self { left: true, right: false, shared: SharedPolicy::Drop };
    pub(crate) const SYMMETRIC_DIFFERENCE: Self = Self { left: true, right: true, shared: SharedPolicy::Drop };

    /// Returns the same operation with a decision about every entry that both sides have.
    pub(crate) const fn visiting_shared(self) -> Self {
        Self { shared: SharedPolicy::Visit, ..self }
    }
}
