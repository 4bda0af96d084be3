//! Tests of what a trie does for callers that supply hashes and equality.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::HashTrie;

#[test]
fn operations_without_a_hasher_agree_with_a_model() {
    let keys: u64 = if cfg!(miri) { 60 } else { 2000 };
    // Each third key has the hash of the one before.
    let hash = |key: u64| key - u64::from(key % 3 == 1);
    let entries = || (0..keys).map(|key| (hash(key), Box::new(key)));
    let sorted = |trie: &HashTrie<Box<u64>>| {
        let mut keys: Vec<u64> = trie.iter().map(|key| **key).collect();
        keys.sort_unstable();
        keys
    };
    let mut trie = HashTrie::build(entries().chain(entries()), |a, b| a == b, |there, new| *there = new);
    trie.validate();
    assert!(sorted(&trie).into_iter().eq(0..keys));
    assert!((0..keys).all(|key| trie.find(hash(key), |there| **there == key) == Some(&Box::new(key))));
    let before = trie.clone();
    assert!(trie.ptr_eq(&before) && !trie.ptr_eq(&HashTrie::new()));

    assert!(!trie.is_unshared(), "the root is shared");
    trie.find_mut(0, |key| **key == 0);
    assert!(!trie.is_unshared(), "the root has been copied, its other children are shared");
    let mut removed: Vec<u64> = trie.extract_if(|key| **key % 4 == 0).map(|key| *key).collect();
    removed.sort_unstable();
    assert!(removed.into_iter().eq((0..keys).step_by(4)));
    assert!(sorted(&trie).into_iter().eq((0..keys).filter(|key| key % 4 > 0)));
    trie.validate();

    let halves = before.filter_map_with(|key| (**key % 2 == 0).then_some(**key / 2));
    halves.validate();
    assert_eq!(halves.len() as u64, keys.div_ceil(2));
    assert!(halves.iter().all(|half| *half < keys));
    for (one, other) in [(&trie, &before), (&before, &trie)] {
        let sums = one.zip_with(other, |a, b| a == b, |a, b| **a + **b);
        sums.validate();
        let mut sums: Vec<u64> = sums.iter().copied().collect();
        sums.sort_unstable();
        assert!(sums.into_iter().eq((0..keys).filter(|key| key % 4 > 0).map(|key| 2 * key)));
    }

    let mut in_order = before.iter_in_hash_order(|key| hash(**key));
    for left in (0..before.len()).rev() {
        assert!(in_order.next().is_some() && in_order.len() == left);
    }
    assert!(in_order.next().is_none());

    drop(in_order);
    trie.clear();
    assert!(trie.is_empty() && trie.iter().next().is_none() && before.len() as u64 == keys);
    assert!(trie.is_unshared() && before.is_unshared());
    before.validate();
}
