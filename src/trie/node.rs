//! The three kinds of node, their common invariants, and the constants with the measurements behind them.
//!
//! A [`HashTrie`](super::HashTrie) is a hash array mapped trie (Bagwell, "Ideal Hash Trees", 2001) whose leaves are
//! small buckets. It uses a hash of 32 bits for each entry: the top bits select the path, the low 8 bits are the tag.
//!
//! ```text
//!  HashTrie { root, len }
//!        │
//!   ┌────▼─────────────────────────┐  BitmapNode at depth d: `2^w` slots, chosen by the w hash bits from bit d on.
//!   │ starts: 1000 0000 1000 1011  │  `starts` has bit i set where a child begins at slot i. A child that covers
//!   │ slots:  AAAA AAAA BBBB CCDE  │  several slots is repeated in each of them, so a lookup is one shift and one
//!   └─────────┬─────────┬────┬─┬┬──┘  load: no population count, no branch on a bitmap.
//!             │         │    │ │└─► BitmapNode at depth d + 4 (only below a node of 16 slots, w = 4)
//!             │         │    │ └──► collision node (only where d + w = 32)
//!             │         │    └────► (empty)
//!             │         └─────────► Bucket
//!             └───────────────────► Bucket { len, cap, tags[MAX], entries[cap], hashes[cap] }: at most MAX entries
//! ```
//!
//! `MAX` is 32 for small entries without a destructor, and 16 for others: see [`bucket_max`].
//!
//! A *range* is the set of hashes that begin with the same bits. Imagine the binary trie of ranges in which a range
//! is split into its two halves if and only if it has more than MAX entries and hash bits are left. Its leaves are
//! our leaves, and its inner nodes are packed, up to four levels at a time, into bitmap nodes:
//!
//! 1. A leaf is empty, a bucket of 1 to MAX entries, or a collision node of more than MAX entries.
//! 2. The slot ranges of a node follow the split rule: each range of at most MAX entries is one leaf, and larger
//!    ranges are split. So the two halves of a split range have more than MAX entries together.
//! 3. A child's range begins with the bits of its parent's range and the bits of the slots that it covers. It covers
//!    a power of two of slots, and starts at a multiple of that number.
//! 4. A node is as narrow as its children permit: at least one child covers just one slot. Its width is at most 4,
//!    and only a node of width 4 has further bitmap nodes as children, each in one slot.
//! 5. The entries of a collision node agree in all 32 bits of the hash. Collision nodes exist at depth 32 only.
//! 6. Every entry is in the leaf of the range of its hash, and `len` of the trie is the number of all entries.
//!
//! So the *shape* is canonical: the same set of hashes gives the same tree, regardless of its history. Removal is the
//! mirror image of insertion, and equality can compare trees node by node. The order of entries in a leaf, and with
//! it the iteration order, is not part of the shape.
//!
//! A shared node is never edited: an edit copies it first (path copying). A node with one owner is edited in place.
//! Transients need no other mechanism.

pub(crate) mod bitmap;
pub(crate) mod bucket;
pub(crate) mod child;
pub(crate) mod leaf;
#[cfg(test)]
pub(crate) mod looks;
pub(crate) mod stored;
pub(crate) mod tags;

/// The number of hash bits that are used. With 32, a map of ten million entries has buckets at depth 20, well above
/// the limit.
pub(crate) const HASH_BITS: u32 = 32;

/// The maximum number of hash bits that a bitmap node uses. More than half of the time of an edit of a shared map
/// goes into incrementing the reference count of each child of a copied node. With five bits, shared inserts and
/// removals take 20 % longer, removals in place 6 % less and inserts in place 2 % less; lookups take the same time
/// (means over ten to a million `(u64, u64)`, buckets of 32).
pub(crate) const WIDTH_MAX: u32 = 4;

/// The maximum number of bitmap nodes on a path: at depths 0, 4, … 28.
pub(crate) const HEIGHT_MAX: usize = HASH_BITS.div_ceil(WIDTH_MAX) as usize;

/// Returns the maximum number of entries of a bucket of `T`s.
///
/// With larger buckets there are fewer nodes to count, to traverse and to free, but more entries to copy in a shared
/// edit, and more tags that match by chance. Entries without a destructor are copied as memory, others by calling
/// `Clone`, which may allocate. Measured, as ratios to `imbl` (means over ten to 100 000 entries; the first rows at a
/// width of five):
///
/// | entry, `MAX` | get | miss | shared insert | remove in place | iterate |
/// |---|---|---|---|---|---|
/// | `(u64, u64)`, 16 | 0.54 | 0.51 | 0.51 | 0.78 | 0.18 |
/// | 32 | 0.65 | 0.66 | 0.44 | 0.65 | 0.16 |
/// | 48 | 0.63 | 0.69 | 0.42 | 0.61 | 0.15 |
/// | 32, width 4 | 0.62 | 0.66 | 0.37 | 0.67 | 0.16 |
/// | 48, width 4 | 0.66 | 0.73 | 0.36 | 0.63 | 0.16 |
/// | `(String, u64)`, 8, width 4 | 0.68 | 0.66 | 0.46 | | 0.25 |
/// | 12, width 4 | 0.63 | 0.62 | 0.48 | | 0.19 |
/// | 16, width 4 | 0.60 | 0.62 | 0.48 | | 0.17 |
/// | `(u64, String)`, 16, width 4 | 0.54 | 0.56 | 0.55 | 0.86 | 0.19 |
/// | 32, width 4 | 0.54 | 0.70 | 0.76 | 0.90 | 0.13 |
/// | `(u64, [u64; 8])`, 16, width 4 | 0.58 | 0.58 | 0.43 | 0.74 | 0.18 |
/// | 32, width 4 | 0.56 | 0.71 | 0.41 | 0.55 | 0.15 |
/// | `(u32, ())`, 16, width 4 | 0.73 | 0.76 | 0.44 | 0.77 | 0.08 |
/// | 32, width 4 | 0.79 | 0.93 | 0.37 | 0.58 | 0.04 |
///
/// With buckets of 24 whose second group of tags is searched only if it is in use, lookups took 1.5 times as long,
/// because that branch is mispredicted.
pub(crate) const fn bucket_max<T>() -> usize {
    if !core::mem::needs_drop::<T>() && size_of::<T>() <= 32 { 32 } else { 16 }
}

/// Returns `true` if entries of this type are stored behind counted pointers: then a copy of a leaf shares them, and an
/// edit clones only the entry that it changes.
///
/// Measured on an Intel Xeon (Sapphire Rapids), as ratios to `rpds`, which stores every entry behind a pointer (means
/// over ten to 10 000 entries); before and after the arrow, entries in the leaf and behind pointers:
///
/// | entry | shared insert | shared remove | get | insert | remove | collect | iterate | drop |
/// |---|---|---|---|---|---|---|---|---|
/// | `(String, u64)` | 0.56 → 0.53 | 0.56 → 0.51 | 0.30 → 0.37 | 0.78 | 0.66 | 0.51 | 0.13 | 0.44 |
/// | `(u64, BTreeMap)` of eight fields | 1.03 → 0.54 | 1.13 → 0.56 | 0.20 | 0.49 | 0.59 | 0.43 | 0.12 | 0.53 |
/// | `(String, Record)` with three strings | 2.18 → 0.54 | 2.31 → 0.60 | 0.47 | 0.82 | 0.62 | 0.65 | 0.26 | 0.40 |
///
/// Entries of at most three words with a destructor, such as `(u64, Arc)`, and all entries without one, up to 1024
/// bytes, are slower behind pointers. With leaves of 8 pointers, lookups of absent keys take 30 to 65 % longer and
/// `collect` 25 to 70 %.
pub(crate) const fn is_counted<T>() -> bool {
    core::mem::needs_drop::<T>() && size_of::<T>() > 3 * size_of::<usize>()
}

/// Returns the capacity of a bucket for `len` entries that leaves capacity for more. Buckets that are copied because
/// they are shared get no spare capacity. Steps of 4 throughout make inserts in place 13 % slower and save 3 % of
/// memory; steps of 8 from 8 on do not make them any faster.
#[inline]
pub(crate) const fn grown_capacity(len: usize) -> usize {
    match len {
        0..=1 => 2,
        2..=3 => 4,
        4..=15 => (len + 4) & !3,
        16..=63 => (len + 8) & !7,
        // A collision node.
        _ => 2 * len,
    }
}

/// Returns the hash bits that remain for a node of the next depth.
#[inline]
pub(crate) const fn descend(bits: u32) -> u32 {
    bits << WIDTH_MAX
}
