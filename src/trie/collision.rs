//! Collision nodes: the leaves for entries that agree in the whole hash.

use alloc::vec::Vec;

use super::bucket::Head;

/// More entries than a bucket holds, which agree in the whole hash. They are searched one by one.
#[repr(C)]
pub(crate) struct CollisionNode<T> {
    head: [Head<T>; 0],
    pub(crate) hash: u32,
    pub(crate) entries: Vec<T>,
}

impl<T> CollisionNode<T> {
    pub(crate) const fn new(hash: u32, entries: Vec<T>) -> Self {
        Self { head: [], hash, entries }
    }

    /// Returns a copy with room for one entry more.
    pub(crate) fn copy(&self, clone: impl Fn(&T) -> T) -> Self {
        let mut entries = Vec::with_capacity(self.entries.len() + 1);
        entries.extend(self.entries.iter().map(clone));
        Self::new(self.hash, entries)
    }
}
