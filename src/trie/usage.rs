//! How much memory a trie takes, and how much of it two tries share.

use core::alloc::Layout;

use super::HashTrie;
use super::child::{Child, ChildRef};

/// The memory of a map, set or trie, or of the part of one that another version shares.
///
/// It is counted exactly, as asked of the allocator: all nodes with their reference counts and the room that is kept
/// for entries to come, keys and values included, as far as they stand in the nodes. Not counted are the map itself
/// (`size_of_val`), what keys and values own elsewhere (the letters of a `String`), and what an allocator adds.
///
/// Made by [`PersistentMap::memory_usage`](crate::PersistentMap::memory_usage) and its like.
///
/// # Examples
///
/// ```
/// use perennial::PersistentMap;
///
/// let map: PersistentMap<u64, u64> = (0..1000).map(|n| (n, n * n)).collect();
/// let usage = map.memory_usage();
/// assert!(usage.bytes > 1000 * size_of::<(u64, u64)>());
/// assert_eq!(usage.nodes(), usage.bitmap_nodes + usage.buckets);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MemoryUsage {
    /// The bytes of all blocks.
    pub bytes: usize,
    /// The blocks of memory: one for each node, and one more for each collision node.
    pub blocks: usize,
    /// The inner nodes.
    pub bitmap_nodes: usize,
    /// The leaves of up to 16 entries, or up to 32 if entries are small and have no destructor.
    pub buckets: usize,
    /// The leaves of more entries, which agree in the whole hash. With a good hasher there are none.
    pub collision_nodes: usize,
}

impl MemoryUsage {
    /// Returns the number of nodes of all kinds. O(1).
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::persistent_map;
    ///
    /// assert_eq!(persistent_map! { "a" => 1, "b" => 2 }.memory_usage().nodes(), 1);
    /// ```
    #[must_use]
    pub const fn nodes(&self) -> usize {
        self.bitmap_nodes + self.buckets + self.collision_nodes
    }

    /// Counts the node that `child` points at, but not what is below it.
    fn add<T>(&mut self, child: &Child<T>) {
        match child.get() {
            ChildRef::Bitmap(node) => {
                self.bitmap_nodes += 1;
                self.add_block(counted(node));
            }
            ChildRef::Bucket(bucket) => {
                self.buckets += 1;
                self.add_block(counted(bucket));
            }
            ChildRef::Collision(node) => {
                self.collision_nodes += 1;
                self.add_block(counted(node));
                self.add_block(node.entries.capacity().saturating_mul(size_of::<T>()));
            }
            ChildRef::Empty => {}
        }
    }

    const fn add_block(&mut self, bytes: usize) {
        if bytes > 0 {
            self.bytes += bytes;
            self.blocks += 1;
        }
    }

    const fn minus(self, part: Self) -> Self {
        Self {
            bytes: self.bytes - part.bytes,
            blocks: self.blocks - part.blocks,
            bitmap_nodes: self.bitmap_nodes - part.bitmap_nodes,
            buckets: self.buckets - part.buckets,
            collision_nodes: self.collision_nodes - part.collision_nodes,
        }
    }
}

/// Returns the size of the block in which a node stands behind its reference count.
fn counted<N: ?Sized>(node: &N) -> usize {
    let (block, _) = Layout::new::<usize>().extend(Layout::for_value(node)).expect("the block was allocated");
    block.pad_to_align().size()
}

impl<T> HashTrie<T> {
    /// Returns the memory that the trie takes, what it shares with others included. O(n), no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// assert_eq!(numbers.memory_usage().bytes, 0);
    /// numbers.insert(7, 7, |a, b| a == b);
    /// assert_eq!(numbers.memory_usage().buckets, 1);
    /// ```
    pub fn memory_usage(&self) -> MemoryUsage {
        self.not_shared_with(&Self::new())
    }

    /// Returns the part of [`memory_usage`](Self::memory_usage) that is also the other trie's. O(n), no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// assert_eq!(numbers.shared_with(&numbers.clone()), numbers.memory_usage());
    /// ```
    pub fn shared_with(&self, other: &Self) -> MemoryUsage {
        self.memory_usage().minus(self.not_shared_with(other))
    }

    /// Returns the part of [`memory_usage`](Self::memory_usage) that is not the other trie's: what it costs to keep
    /// this one beside the other. O(c log n) for versions that differ in c entries, at most O(n log n); no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::trie::HashTrie;
    ///
    /// let mut numbers = HashTrie::new();
    /// numbers.insert(7, 7, |a, b| a == b);
    /// assert_eq!(numbers.not_shared_with(&numbers.clone()).bytes, 0);
    /// ```
    pub fn not_shared_with(&self, other: &Self) -> MemoryUsage {
        let mut usage = MemoryUsage::default();
        add_unshared(&self.root, Some(&other.root), &other.root, &mut usage);
        usage
    }
}

/// Counts the nodes from `child` on that are not below `root`. `twin` is what stands below `root` where `child` stands
/// in its own trie, if there is such a place.
///
/// An inner node is always found in the same place, since the depth says which bits of the hash it goes by. A leaf may
/// have moved, when what was beside it came or went: it is found by the hash of any of its entries.
fn add_unshared<T>(child: &Child<T>, twin: Option<&Child<T>>, root: &Child<T>, usage: &mut MemoryUsage) {
    let hash = match child.get() {
        _ if twin.is_some_and(|twin| twin.ptr_eq(child)) => return,
        ChildRef::Empty => return,
        ChildRef::Bitmap(node) => {
            usage.add(child);
            let twin = twin.and_then(Child::as_bitmap).filter(|twin| twin.slots() == node.slots());
            for (slot, child) in node.children() {
                add_unshared(child, twin.map(|twin| twin.child(slot)), root, usage);
            }
            return;
        }
        ChildRef::Bucket(bucket) => bucket.hashes()[0],
        ChildRef::Collision(node) => node.hash,
    };
    if !root.leaf(hash).ptr_eq(child) {
        usage.add(child);
    }
}
