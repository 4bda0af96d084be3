//! Equality of two tries, compared node by node.

use crate::trie::node::bucket::Bucket;
use crate::trie::node::child::{Child, ChildRef};
use crate::trie::node::stored::is_same;
use crate::trie::{HashTrie, and_drop, into_ok};

/// # Comparing
impl<T> HashTrie<T> {
    /// Returns `true` if both tries have the same entries, as compared by `eq`.
    ///
    /// O(1) for the same version or for different lengths, otherwise proportional to the size of the parts that are
    /// not shared.
    ///
    /// Shared subtrees and shared entries count as equal without a call of `eq`, so an entry that is not equal to
    /// itself counts as equal there. `eq` is called with an entry of `self` and one of `other`. It may be stricter than
    /// the equality used for insertion, for example compare key and value instead of keys.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut trie = HashTrie::new();
    /// trie.insert_unique(1, ("a", 1));
    /// let mut other = trie.clone();
    /// assert!(trie.eq(&other, |a, b| a == b));
    /// other.find_mut(1, |entry| entry.0 == "a").unwrap().1 = 2;
    /// assert!(!trie.eq(&other, |a, b| a == b));
    /// ```
    pub fn eq(&self, other: &Self, mut eq: impl FnMut(&T, &T) -> bool) -> bool {
        into_ok(self.try_eq(other, |a, b| Ok(eq(a, b))))
    }

    /// Does what [`eq`](Self::eq) does, with an equality that can fail.
    ///
    /// # Errors
    ///
    /// Returns the first error of `eq`.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut trie = HashTrie::new();
    /// trie.insert(1, 0.5, |a, b| a == b);
    /// let compare = |a: &f64, b: &f64| {
    ///     a.partial_cmp(b).map(|order| order.is_eq()).ok_or("not comparable")
    /// };
    /// assert_eq!(trie.try_eq(&trie.clone(), compare), Ok(true));
    /// let mut other = HashTrie::new();
    /// other.insert(1, f64::NAN, |_, _| false);
    /// assert_eq!(trie.try_eq(&other, compare), Err("not comparable"));
    /// ```
    pub fn try_eq<E>(&self, other: &Self, mut eq: impl FnMut(&T, &T) -> Result<bool, E>) -> Result<bool, E> {
        let equal = if self.len == other.len { equal(&self.root, &other.root, &mut eq) } else { Ok(false) };
        and_drop(equal, eq)
    }

    /// Returns `true` if both tries have the same shape, with the same number of entries in each leaf. For tests of
    /// canonical shapes.
    #[doc(hidden)]
    pub fn same_shape(&self, other: &Self) -> bool {
        same_shape(&self.root, &other.root)
    }
}

/// Compares two subtrees at the same depth. The shape is canonical: equal sets of hashes have the same nodes.
pub(crate) fn equal<T, E>(
    a: &Child<T>,
    b: &Child<T>,
    eq: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<bool, E> {
    if a.ptr_eq(b) {
        return Ok(true);
    }
    match (a.get(), b.get()) {
        (ChildRef::Bitmap(a), ChildRef::Bitmap(b)) => {
            if !a.is_divided_like(b) {
                return Ok(false);
            }
            for (slot, child) in a.children_at(a.differing(b)) {
                if !equal(child, b.child(slot), eq)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (ChildRef::Bucket(one), ChildRef::Bucket(other)) | (ChildRef::Collision(one), ChildRef::Collision(other)) => {
            equal_leaves(one, b, other, eq)
        }
        _ => Ok(false),
    }
}

/// Returns `true` if both leaves have the same length, and `b` has an equal entry for every entry of `a`. `leaf` is the
/// child that points to `b`.
fn equal_leaves<T, E>(
    a: &Bucket<T>,
    leaf: &Child<T>,
    b: &Bucket<T>,
    eq: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<bool, E> {
    if a.len() != b.len() {
        return Ok(false);
    }
    let mut eq = |a: &T, b: &T| Ok(is_same(a, b) || eq(a, b)?);
    for index in 0..a.len() {
        let (hash, entry) = (a.hashes()[index], a.entries().get(index));
        // Versions of a leaf have most of their entries at the same indices.
        let is_there = hash == b.hashes()[index] && eq(entry, b.entries().get(index))?;
        if !is_there && leaf.try_find(hash, |other| eq(entry, other))?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn same_shape<T>(a: &Child<T>, b: &Child<T>) -> bool {
    match (a.get(), b.get()) {
        (ChildRef::Bitmap(a), ChildRef::Bitmap(b)) => {
            a.is_divided_like(b) && a.children().zip(b.children()).all(|((_, a), (_, b))| same_shape(a, b))
        }
        (ChildRef::Bucket(a), ChildRef::Bucket(b)) => a.len() == b.len(),
        (ChildRef::Collision(a), ChildRef::Collision(b)) => a.len() == b.len() && a.hashes()[0] == b.hashes()[0],
        (ChildRef::Empty, ChildRef::Empty) => true,
        _ => false,
    }
}
