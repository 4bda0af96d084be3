//! Frees the spare capacity of leaves.

use crate::trie::HashTrie;
use crate::trie::node::bucket::{Bucket, unique_mut};
use crate::trie::node::child::{Child, ChildMut, ChildSlots};

/// # Freeing unused capacity
impl<T> HashTrie<T> {
    /// Frees spare capacity in leaves that are not shared with other tries. O(n).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// for n in 0..3_u64 {
    ///     numbers.insert(n, n, |a, b| a == b);
    /// }
    /// let before = numbers.memory_usage().bytes;
    /// numbers.shrink_to_fit();
    /// assert!(numbers.memory_usage().bytes < before);
    /// ```
    pub fn shrink_to_fit(&mut self) {
        ChildSlots::root(&mut self.root).edit(shrink);
    }
}

fn shrink<T>(child: &mut Child<T>) {
    let fitting = match child.get_mut() {
        Some(ChildMut::Bitmap(node)) => return node.children_mut().for_each(|mut child| child.edit(shrink)),
        Some(ChildMut::Bucket(bucket) | ChildMut::Collision(bucket)) if bucket.len() < bucket.capacity() => {
            let mut fitting = Bucket::with_capacity(bucket.len());
            unique_mut(&mut fitting).append(bucket);
            fitting
        }
        _ => return,
    };
    *child = fitting.into();
}
