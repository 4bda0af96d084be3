//! Mutable references to several entries at once.

use super::Edit;
use crate::trie::node::child::ChildMut;
use crate::trie::node::{HASH_BITS, WIDTH_MAX};
use crate::trie::{CloneFn, into_ok, mix, wrap_ok};

/// The result of a successful search: `query` has found entry `index` of the leaf in the range of `hash`.
#[derive(Clone, Copy)]
struct Wanted {
    hash: u32,
    index: usize,
    query: usize,
}

impl<'a, T, C: CloneFn<T>> Edit<'a, T, C> {
    /// Returns a mutable reference to the entry that each query, a hash and an equality, finds.
    ///
    /// # Panics
    /// If two queries find the same entry.
    pub(crate) fn find_disjoint_mut<const N: usize, F: FnMut(&T) -> bool>(
        self,
        queries: [(u64, F); N],
    ) -> [Option<&'a mut T>; N] {
        let Self { trie, clone } = self;
        let mut next = 0;
        let mut wanted = queries.map(|(hash, eq)| {
            let (hash, query) = (mix(hash), next);
            next += 1;
            into_ok(trie.try_position(hash, wrap_ok(eq))).map(|index| Wanted { hash, index, query })
        });
        // Queries without an entry come first, the others in the order of the trie.
        wanted.sort_unstable_by_key(|wanted| wanted.map(|wanted| wanted.hash));
        let leaf = |wanted: &Wanted| trie.root.leaf(wanted.hash).addr();
        for (place, a) in wanted.iter().enumerate() {
            for (a, b) in wanted[..place].iter().flatten().flat_map(|b| Some((a.as_ref()?, b))) {
                assert!(a.index != b.index || leaf(a) != leaf(b), "duplicate keys found");
            }
        }
        let mut found = [const { None }; N];
        let absent = wanted.iter().filter(|wanted| wanted.is_none()).count();
        let mut present = [Wanted { hash: 0, index: 0, query: 0 }; N];
        for (place, wanted) in present.iter_mut().zip(wanted.iter().flatten()) {
            *place = *wanted;
        }
        if absent < N {
            collect(trie.root.make_mut(clone), 0, &present[..N - absent], &mut found, clone);
        }
        found
    }
}

/// Collects the `wanted` entries, which are sorted by hash, below `child`, which is at `depth`.
fn collect<'a, T>(
    child: ChildMut<'a, T>,
    depth: u32,
    mut wanted: &[Wanted],
    found: &mut [Option<&'a mut T>],
    clone: impl CloneFn<T>,
) {
    let ChildMut::Bitmap(node) = child else {
        for (index, entry) in child.into_entries().into_iter().enumerate() {
            if let Some(wanted) = wanted.iter().find(|wanted| wanted.index == index) {
                found[wanted.query] = Some(entry.make_mut(clone));
            }
        }
        return;
    };
    let shift = HASH_BITS - node.width();
    let mut end = 0;
    for child in node.children_mut() {
        end += child.span();
        let here = wanted.partition_point(|wanted| ((wanted.hash << depth >> shift) as usize) < end);
        let (these, rest) = wanted.split_at(here);
        wanted = rest;
        if !these.is_empty() {
            collect(child.make_mut(clone), depth + WIDTH_MAX, these, found, clone);
        }
    }
}
