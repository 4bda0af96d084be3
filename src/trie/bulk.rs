//! Bulk build: many entries at once into an empty trie, each node made at its final size.
//!
//! The entries are hashed and dealt out to parts by their top hash bits as they come. Each part, small enough for the
//! cache, is sorted by hash and becomes a subtree; equal keys have equal hashes and so stand side by side.

use alloc::vec::Vec;
use core::mem;

use super::child::Child;
use super::level::{Key, Level, Sorted, hash, index, key, subtree};
use super::node::WIDTH_MAX;
use super::{Clones, HashTrie, Inserted, mix};

/// An entry with its hash, until it is taken. No larger than without the `Option` when `T` is aligned like a `u64`.
pub(super) type Item<T> = Option<(u32, T)>;

/// The most entries of a part on the average; up to that many are one part.
const PART_MAX: usize = 2048;

/// Fewer entries than this are put in one by one.
const BULK_MIN: usize = 17;

impl<T> HashTrie<T> {
    /// Inserts all `items`, each with its hash. `same` compares an entry that is present with a new one; `replace` puts a
    /// new entry over the equal one. Of equal entries the later one counts as new.
    ///
    /// After an error of `same` nothing more is drawn from `items`.
    pub(crate) fn try_extend_with<E>(
        &mut self,
        items: impl Iterator<Item = (u64, T)>,
        mut same: impl FnMut(&T, &T) -> Result<bool, E>,
        mut replace: impl FnMut(&mut T, T),
        clone: impl Clones<T>,
    ) -> Result<(), E> {
        let (least, _) = items.size_hint();
        if !self.is_empty() || least < BULK_MIN {
            for (hash, item) in items {
                if let Inserted::Found(there, item) = self.try_insert_at(mix(hash), item, &mut same, clone)? {
                    replace(there, item);
                }
            }
            return Ok(());
        }
        let items = items.map(|(hash, item)| Some((mix(hash), item)));
        (self.root, self.len) = bulk(items, least, 0, same, replace)?;
        Ok(())
    }
}

/// The subtree at `depth` of about `len` items, and the number of its entries. See [`HashTrie::try_extend_with`].
pub(super) fn bulk<T, E>(
    items: impl Iterator<Item = Item<T>>,
    len: usize,
    depth: u32,
    mut same: impl FnMut(&T, &T) -> Result<bool, E>,
    mut replace: impl FnMut(&mut T, T),
) -> Result<(Child<T>, usize), E> {
    let mut parts = deal(items, len, depth);
    let mut len = 0;
    let child = build(&mut parts, depth, &mut |part: &mut [Item<T>], keys: &mut Vec<Key>| {
        sort(part, keys, &mut same, &mut replace)?;
        len += keys.len();
        Ok(())
    })?;
    Ok((child, len))
}

/// Deals items out to 1, 32 or 1024 parts, by their hash bits from `depth` on; about `len` items are expected.
fn deal<T>(items: impl Iterator<Item = Item<T>>, len: usize, depth: u32) -> Vec<Vec<Item<T>>> {
    let bits = match len {
        0..=PART_MAX => 0,
        _ if len <= PART_MAX << WIDTH_MAX => WIDTH_MAX,
        _ => 2 * WIDTH_MAX,
    };
    // A little more than the average, so that few parts have to grow.
    let average = len >> bits;
    let mut parts: Vec<_> = (0..1 << bits).map(|_| Vec::with_capacity(average + average / 8)).collect();
    for item in items {
        let hash = item.as_ref().map_or(0, |(hash, _)| *hash);
        parts[(u64::from(hash << depth) << bits >> 32) as usize].push(item);
    }
    parts
}

/// Makes the keys of a part, sorted and without those of replaced entries.
fn sort<T, E>(
    part: &mut [Item<T>],
    keys: &mut Vec<Key>,
    same: &mut impl FnMut(&T, &T) -> Result<bool, E>,
    replace: &mut impl FnMut(&mut T, T),
) -> Result<(), E> {
    keys.clear();
    keys.extend(part.iter().enumerate().flat_map(|(index, item)| Some(key(item.as_ref()?.0, index))));
    keys.sort_unstable();
    let mut kept = 0;
    for at in 0..keys.len() {
        let new = keys[at];
        let mut found = None;
        for &there in keys[..kept].iter().rev().take_while(|&&there| hash(there) == hash(new)) {
            if let (Some((_, there_entry)), Some((_, new))) = (&part[index(there)], &part[index(new)]) {
                if same(there_entry, new)? {
                    found = Some(there);
                    break;
                }
            }
        }
        match found.map(|there| (index(there), mem::take(&mut part[index(new)]))) {
            Some((there, Some((_, new)))) => {
                if let Some((_, there)) = &mut part[there] {
                    replace(there, new);
                }
            }
            _ => {
                keys[kept] = new;
                kept += 1;
            }
        }
    }
    keys.truncate(kept);
    Ok(())
}

/// The subtree at `depth` of one part, or of 32 or 1024 together.
fn build<T, E>(
    parts: &mut [Vec<Item<T>>],
    depth: u32,
    sort: &mut impl FnMut(&mut [Item<T>], &mut Vec<Key>) -> Result<(), E>,
) -> Result<Child<T>, E> {
    if let [part] = parts {
        let mut part = mem::take(part);
        let mut keys = Vec::with_capacity(part.len());
        sort(&mut part, &mut keys)?;
        let take = |index: usize| part[index].take().expect("each item is taken once").1;
        return Ok(subtree(depth, &mut Sorted { keys: &keys, take }, (0, keys.len())));
    }
    let mut level = Level::new(depth);
    let each = parts.len() >> WIDTH_MAX;
    for (slot, parts) in parts.chunks_mut(each).enumerate() {
        level.put(slot, build(parts, depth + WIDTH_MAX, sort)?);
    }
    level.join_all(super::sole_owner);
    Ok(level.finish([None, None]))
}
