//! What one does to two tries at once. Where their hashers agree, node by node; where they do not, with the same
//! answer, entry by entry.

use alloc::vec::{self, Vec};
use core::convert::Infallible;
use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;

use super::{KeyOf, extend, get};
use crate::trie::{HashTrie, Merged, Pair, Pairs, Rule, Shared, always, sole_owner};

/// An equality that cannot fail, where its type must have a name.
pub(crate) type Same<T> = fn(&T, &T) -> Result<bool, Infallible>;

/// A trie with the hasher of its keys.
pub(crate) type Table<'a, T, S> = (&'a HashTrie<T>, &'a S);

/// The rules of the set operations, for subtrees that only one side has and for those that both share.
impl Rule {
    pub(crate) const UNION: Self = Self { left: true, right: true, shared: Shared::Keep };
    pub(crate) const INTERSECTION: Self = Self { left: false, right: false, shared: Shared::Keep };
    pub(crate) const DIFFERENCE: Self = Self { left: true, right: false, shared: Shared::Drop };
    pub(crate) const SYMMETRIC_DIFFERENCE: Self = Self { left: true, right: true, shared: Shared::Drop };

    /// Returns the same rule for those who want to be asked about every entry that both have.
    pub(crate) const fn asking(self) -> Self {
        Self { shared: Shared::Walk, ..self }
    }
}

/// Returns true if the hashers of both give the same hashes to the keys that are in the tries, as far as a sample
/// shows.
///
/// A hasher is called with keys of its own map only: others may be keys that it was not made for. What is stored beside
/// an entry tells what its own hasher made of the key, so only the hasher of the other trie is called.
///
/// A zero-sized hasher has no state in which two could differ. Where both tries share a node, each hasher has placed,
/// or has been found to agree on, all entries below it.
pub(crate) fn agree<T, K, S>(a: Table<'_, T, S>, b: Table<'_, T, S>, key_of: impl KeyOf<T, K>) -> bool
where
    K: Hash,
    S: BuildHasher,
{
    size_of::<S>() == 0
        || b.0.is_empty()
        || a.0.shares_children_with(b.0)
        || a.0.sample_is_hashed_by(1, |entry| b.1.hash_one(key_of(entry)))
            && b.0.sample_is_hashed_by(2, |entry| a.1.hash_one(key_of(entry)))
}

/// What `rule` and `both` make of two tries, under the hasher of `a`. `both` is asked about each pair of equal keys,
/// except those in shared subtrees that `rule` decides about.
pub(crate) fn merge<T, K, S>(
    a: Table<'_, T, S>,
    b: Table<'_, T, S>,
    key_of: impl KeyOf<T, K>,
    rule: Rule,
    mut both: impl FnMut(&T, &T) -> Merged<T>,
) -> HashTrie<T>
where
    T: Clone,
    K: Eq + Hash,
    S: BuildHasher,
{
    let same = |a: &T, b: &T| Ok(key_of(a) == key_of(b));
    let other = if agree(a, b, key_of) { b.0.clone() } else { rehashed(b.0, a.1, key_of) };
    let merged = always(a.0.try_merge_with(&other, rule, same, |a, b| Ok(both(a, b)), T::clone));
    // Dropped by hand, since a value on its way out would leak if the destructor of an entry panicked.
    drop(other);
    merged
}

/// Returns the same entries under another hasher.
pub(crate) fn rehashed<T, K, S>(trie: &HashTrie<T>, hasher: &S, key_of: impl KeyOf<T, K>) -> HashTrie<T>
where
    T: Clone,
    K: Eq + Hash,
    S: BuildHasher,
{
    let mut rehashed = HashTrie::new();
    extend(&mut rehashed, hasher, trie.iter().cloned(), key_of, sole_owner, |_, _| ());
    rehashed
}

/// The entries of two tries matched up by key, except those in subtrees that both share.
pub(crate) enum Pairing<'a, T, F> {
    Lazy(Pairs<'a, T, F>),
    /// What a search for each key has found.
    Found(vec::IntoIter<Pair<'a, T>>),
}

/// Matches the entries of two tries up by key, lazily if the hashers agree. `same` tells whether two have equal keys.
pub(crate) fn pairing<'a, T, K, S, F>(
    a: Table<'a, T, S>,
    b: Table<'a, T, S>,
    key_of: impl KeyOf<T, K>,
    same: F,
) -> Pairing<'a, T, F>
where
    K: Eq + Hash,
    S: BuildHasher,
    F: FnMut(&T, &T) -> Result<bool, Infallible>,
{
    if agree(a, b, key_of) {
        return Pairing::Lazy(a.0.pairs(b.0, same));
    }
    let left = a.0.iter().map(|entry| match get(b.0, b.1, key_of(entry), key_of) {
        Some(other) => Pair::Both(entry, other),
        None => Pair::Left(entry),
    });
    let right = b.0.iter().filter(|entry| get(a.0, a.1, key_of(entry), key_of).is_none());
    Pairing::Found(left.chain(right.map(Pair::Right)).collect::<Vec<_>>().into_iter())
}

impl<T, F> Pairing<'_, T, F> {
    /// Has a subtree been passed over that both share and that has entries?
    fn shares_entries(&self) -> bool {
        match self {
            Self::Lazy(pairs) => pairs.shares_entries(),
            Self::Found(_) => false,
        }
    }
}

impl<'a, T, F: FnMut(&T, &T) -> Result<bool, Infallible>> Iterator for Pairing<'a, T, F> {
    type Item = Pair<'a, T>;

    #[inline]
    fn next(&mut self) -> Option<Pair<'a, T>> {
        match self {
            Self::Lazy(pairs) => pairs.next(),
            Self::Found(pairs) => pairs.next(),
        }
    }
}

impl<T, F: FnMut(&T, &T) -> Result<bool, Infallible>> FusedIterator for Pairing<'_, T, F> {}

/// Returns true if both have the same keys, with entries that are equal by `eq`. Shared subtrees are equal without a
/// look inside.
pub(crate) fn eq<T, K, S>(
    a: Table<'_, T, S>,
    b: Table<'_, T, S>,
    key_of: impl KeyOf<T, K>,
    mut eq: impl FnMut(&T, &T) -> bool,
) -> bool
where
    K: Eq + Hash,
    S: BuildHasher,
{
    // Tries that are equal node by node are equal whatever their hashers are. Only of others the hashers must be asked.
    let same_nodes = a.0.eq_with(b.0, &mut eq);
    same_nodes
        || a.0.len() == b.0.len()
            && !agree(a, b, key_of)
            && a.0.iter().all(|entry| get(b.0, b.1, key_of(entry), key_of).is_some_and(|other| eq(entry, other)))
}

/// Has `b` all keys of `a`, with entries that `holds` accepts? Shared subtrees are accepted without a look inside.
pub(crate) fn is_within<T, K, S>(
    a: Table<'_, T, S>,
    b: Table<'_, T, S>,
    key_of: impl KeyOf<T, K>,
    mut holds: impl FnMut(&T, &T) -> bool,
) -> bool
where
    K: Eq + Hash,
    S: BuildHasher,
{
    let same = |a: &T, b: &T| Ok(key_of(a) == key_of(b));
    a.0.len() <= b.0.len()
        && pairing(a, b, key_of, same).all(|pair| match pair {
            Pair::Left(_) => false,
            Pair::Right(_) => true,
            Pair::Both(a, b) => holds(a, b),
        })
}

/// Is there no key that both have?
pub(crate) fn is_disjoint<T, K, S>(a: Table<'_, T, S>, b: Table<'_, T, S>, key_of: impl KeyOf<T, K>) -> bool
where
    K: Eq + Hash,
    S: BuildHasher,
{
    let mut pairs = pairing(a, b, key_of, |a, b| Ok(key_of(a) == key_of(b)));
    while let Some(pair) = pairs.next() {
        if matches!(pair, Pair::Both(..)) || pairs.shares_entries() {
            return false;
        }
    }
    !pairs.shares_entries()
}
