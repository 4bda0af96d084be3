//! Collision nodes: leaves for entries that agree in all 32 bits of the hash.

use alloc::vec::Vec;

use super::bucket::Head;

/// More entries than fit into a bucket, which agree in all 32 bits of the hash. They are searched one by one.
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

    /// Returns a copy with capacity for one more entry.
    pub(crate) fn copy(&self, clone: impl Fn(&T) -> T) -> Self {
        let mut entries = Vec::with_capacity(self.entries.len() + 1);
        entries.extend(self.entries.iter().map(clone));
        Self::new(self.hash, entries)
    }
}
