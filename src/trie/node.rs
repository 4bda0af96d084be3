//! The three kinds of node, the invariants that they keep together, and the constants with what chose them.
//!
//! A [`HashTrie`](super::HashTrie) is a hash array mapped trie (Bagwell, "Ideal Hash Trees", 2001) whose leaves are
//! small buckets. It sees each entry under a hash of 32 bits; the top bits choose the path, the low 8 bits are its tag.
//!
//! ```text
//!  HashTrie { root, len }
//!        │
//!   ┌────▼───────────────────────────────┐  BitmapNode at depth d: `2^w` slots, chosen by the w hash bits from bit d on.
//!   │ starts: bitmap     w = 3           │  `starts` has bit i set where a child begins at slot i. A child that covers
//!   │ slots: A A A A B C D D             │  several slots is repeated in each of them, so a lookup is one shift and one
//!   └────────┬───────┬─┬─┬───────────────┘  load: no population count, no branch on a bitmap.
//!            │       │ │ └─► (empty)
//!            │       │ └───► BitmapNode at depth d + 4 (only below a node of 16 slots)
//!            │       └─────► CollisionNode (only where d + w = 32)
//!            └─────────────► Bucket { len, cap, tags[MAX], entries[cap], hashes[cap] }: at most MAX entries
//! ```
//!
//! `MAX` is 32 for small entries without a destructor, and 16 for others: see [`bucket_max`].
//!
//! A *range* is the set of hashes that begin with the same bits. Imagine the binary trie of ranges in which a range is
//! split into its two halves if and only if it has more than MAX entries and hash bits are left. Its leaves are our
//! leaves, and its inner nodes are packed, four levels at a time, into bitmap nodes:
//!
//! 1. A leaf is empty, a bucket of 1 to MAX entries, or a collision node of more than MAX.
//! 2. Each slot range of a node, as each pair of buddy ranges put together, follows the split rule: ranges of at most MAX
//!    entries are one leaf, larger ones are split.
//! 3. A child's range begins with its parent's bits and the bits of the slots that it covers. It covers a power of two of
//!    slots, and starts at a multiple of that number.
//! 4. A node is as narrow as its children permit: one of them covers just one slot. Its width is at most 4, and only in
//!    a node of width 4 are there further bitmap nodes, each in one slot.
//! 5. A collision node's entries agree in all 32 bits of the hash. It is found at depth 32 only.
//! 6. Every entry stands in the range of its hash, and `len` of the trie counts them all.
//!
//! So the *shape* is canonical: the same set of hashes gives the same tree, whatever its history. Removal is the mirror
//! of insertion, and equality can compare trees node by node. The order inside a bucket, and with it iteration order,
//! is not part of the shape.
//!
//! A node that several tries share is never edited: whoever wants to edit it copies it first (path copying). A node
//! with one owner is edited in place. There is no other mechanism for transients.

/// The hash bits that are kept. At 32, a map of ten million entries has buckets at depth 20, far from the end.
pub(crate) const HASH_BITS: u32 = 32;

/// The most hash bits that a bitmap node uses. More than half of the time of a shared edit goes into counting one
/// reference more for each child of a copied node. With five bits, shared inserts and removals take 20 % longer,
/// removals in place 6 % and inserts in place 2 % less; lookups take as long (means over ten to a million `(u64, u64)`,
/// buckets of 32).
pub(crate) const WIDTH_MAX: u32 = 4;

/// The deepest stack of bitmap nodes: at depths 0, 4, … 28.
pub(crate) const HEIGHT_MAX: usize = HASH_BITS.div_ceil(WIDTH_MAX) as usize;

/// Returns the most entries of a bucket of `T`s.
///
/// Larger buckets are fewer nodes to count, to walk over and to free, but more entries to copy in a shared edit, and
/// more tags that match by chance. Entries without a destructor are copied by moving memory, others by calling `Clone`,
/// which may allocate. Measured, as ratios to `imbl` (means over ten to 100 000 entries; the first rows at a width of
/// five):
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
/// Buckets of 24 searched by a second group of tags only where it is in use took lookups 1.5 times as long: the branch
/// is mispredicted.
pub(crate) const fn bucket_max<T>() -> usize {
    if !core::mem::needs_drop::<T>() && size_of::<T>() <= 32 { 32 } else { 16 }
}

/// Returns the capacity of the next larger bucket for `len` entries that are to become more. Buckets that are copied
/// because they are shared get just the room they need. Steps of 4 throughout make inserts in place 13 % slower and save
/// 3 % of memory; steps of 8 from 8 on gain nothing more.
#[inline]
pub(crate) const fn grown_capacity(len: usize) -> usize {
    match len {
        0..=1 => 2,
        2..=3 => 4,
        4..=15 => (len + 4) & !3,
        _ => (len + 8) & !7,
    }
}

/// Returns the bits of `hash` that are left for a node at the next depth.
#[inline]
pub(crate) const fn descend(bits: u32) -> u32 {
    bits << WIDTH_MAX
}
