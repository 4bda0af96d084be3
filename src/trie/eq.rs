//! Equality of two tries, node by node.

use super::HashTrie;
use super::child::{Child, ChildRef};
use super::part::Part;

impl<T> HashTrie<T> {
    /// Do both have the same entries, by `eq`? For tries that saw equal entries under equal hashes.
    ///
    /// Shared subtrees are equal without a look inside, so an entry that is not equal to itself counts as equal there.
    /// O(changed) between versions, O(n) otherwise. `eq` gets an entry of `self` and one of `other`.
    pub(crate) fn eq_with(&self, other: &Self, mut eq: impl FnMut(&T, &T) -> bool) -> bool {
        self.len == other.len && equal(&self.root, &other.root, &mut eq)
    }

    /// Are both of the same shape, with the same number of entries in the same places? A test of canonicity.
    #[doc(hidden)]
    pub fn same_shape(&self, other: &Self) -> bool {
        same_shape(&self.root, &other.root)
    }
}

/// Shape is canonical: two tries with the same hashes have the same nodes.
pub(super) fn equal<T>(a: &Child<T>, b: &Child<T>, eq: &mut impl FnMut(&T, &T) -> bool) -> bool {
    if a.ptr_eq(b) {
        return true;
    }
    match (a.get(), b.get()) {
        (ChildRef::Bitmap(a), ChildRef::Bitmap(b)) => {
            a.starts() == b.starts()
                && a.slots() == b.slots()
                && a.children().zip(b.children()).all(|((_, a), (_, b))| equal(a, b, eq))
        }
        (ChildRef::Bucket(_), ChildRef::Bucket(_)) | (ChildRef::Collision(_), ChildRef::Collision(_)) => {
            equal_leaves(a, b, eq)
        }
        _ => false,
    }
}

/// Has every entry of leaf `a` its equal in leaf `b`, and is there no other?
fn equal_leaves<T>(a: &Child<T>, b: &Child<T>, eq: &mut impl FnMut(&T, &T) -> bool) -> bool {
    a.entries().len() == b.entries().len()
        && Part::of(a).entries().all(|(_, hash, entry)| {
            let found = b.try_find(hash, |other| Ok(eq(entry, other)));
            super::always(found).is_some()
        })
}

fn same_shape<T>(a: &Child<T>, b: &Child<T>) -> bool {
    match (a.get(), b.get()) {
        (ChildRef::Bitmap(a), ChildRef::Bitmap(b)) => {
            a.starts() == b.starts()
                && a.slots() == b.slots()
                && a.children().zip(b.children()).all(|((_, a), (_, b))| same_shape(a, b))
        }
        (ChildRef::Bucket(a), ChildRef::Bucket(b)) => a.len() == b.len(),
        (ChildRef::Collision(a), ChildRef::Collision(b)) => a.hash == b.hash && a.entries.len() == b.entries.len(),
        (ChildRef::Empty, ChildRef::Empty) => true,
        _ => false,
    }
}
