//! Memory usage of a trie, and how much of it two tries share.

use core::alloc::Layout;

use crate::trie::node::child::{Child, ChildRef};
use crate::trie::node::is_counted;
use crate::trie::node::stored::is_same;
use crate::trie::{HashTrie, into_ok};

/// The memory used by a map, set or trie, or by the part of it that another version does not share.
///
/// The figures are exact, as requested from the allocator. They include all nodes with their reference counts and
/// spare capacity, and the keys and values as far as they are stored in the nodes. They do not include the map itself
/// (`size_of_val`), memory that keys and values own elsewhere (such as the bytes of a `String`), and the overhead of
/// the allocator.
///
/// Returned by [`PersistentMap::memory_usage`](crate::PersistentMap::memory_usage) and similar methods.
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
    /// The bytes of all allocated blocks.
    pub bytes: usize,
    /// The number of allocated blocks: one for each node, and one for each entry that is stored behind a pointer, as
    /// entries of more than three words with a destructor are.
    pub blocks: usize,
    /// The number of inner nodes.
    pub bitmap_nodes: usize,
    /// The number of leaves with up to 16 entries, or with up to 32 if entries are small and have no destructor.
    pub buckets: usize,
    /// The number of larger leaves, whose entries agree in all 32 bits of the hash that a trie uses. With a good
    /// hasher, there are next to none.
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

    /// Counts the node that `child` points to, but not the nodes below it.
    fn add<T>(&mut self, child: &Child<T>) {
        match child.get() {
            ChildRef::Bitmap(node) => {
                self.bitmap_nodes += 1;
                self.add_block(node);
            }
            ChildRef::Bucket(bucket) => {
                self.buckets += 1;
                self.add_block(bucket);
            }
            ChildRef::Collision(bucket) => {
                self.collision_nodes += 1;
                self.add_block(bucket);
            }
            ChildRef::Empty => {}
        }
    }

    /// Counts the block of a node or of a counted entry, which begins with the reference count.
    fn add_block<N: ?Sized>(&mut self, content: &N) {
        let (block, _) = Layout::new::<usize>().extend(Layout::for_value(content)).expect("the block was allocated");
        self.bytes += block.pad_to_align().size();
        self.blocks += 1;
    }
}

/// # Memory
impl<T> HashTrie<T> {
    /// Returns the memory that the trie uses, including what it shares with others. O(n), no allocation.
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

    /// Returns the part of [`memory_usage`](Self::memory_usage) that is not shared with the other trie: the cost of
    /// keeping this one in addition to the other.
    ///
    /// O(c log n) for versions that differ in c entries, at most O(n log n); no allocation.
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

/// Counts the nodes from `child` on that are not below `root`. `twin` is the node below `root` at the position that
/// `child` has in its own trie, if there is such a position.
///
/// An inner node is always at the same position, since its depth determines which hash bits it uses. A leaf may have
/// moved when neighbouring entries were inserted or removed: it is found by the hash of one of its entries.
fn add_unshared<T>(child: &Child<T>, twin: Option<&Child<T>>, root: &Child<T>, usage: &mut MemoryUsage) {
    let leaf = match child.get() {
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
        ChildRef::Bucket(leaf) | ChildRef::Collision(leaf) => leaf,
    };
    if root.leaf(leaf.hashes()[0]).ptr_eq(child) {
        return;
    }
    usage.add(child);
    if is_counted::<T>() {
        for (index, (&hash, entry)) in leaf.hashes().iter().zip(leaf.entries().iter()).enumerate() {
            let shared = into_ok(root.leaf(hash).try_find_from(index, hash, |other| Ok(is_same(entry, other))));
            if shared.is_none() {
                usage.add_block(entry);
            }
        }
    }
}
