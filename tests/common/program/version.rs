//! A version of a map, with a std map that must have the same entries.

use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;
use foldhash::fast::FixedState;
use std::collections::HashMap;

use crate::common::hashers::Kind;
use crate::common::values::Sample;
use crate::common::{Map, empty, same_shape, validate};

pub(crate) type Model<K, V> = HashMap<K, V, FixedState>;

#[derive(Clone)]
pub(crate) struct Version<K, V> {
    pub(crate) map: Map<K, V>,
    pub(crate) model: Model<K, V>,
}

impl<K: Sample, V: Sample> Version<K, V> {
    pub(crate) fn empty(kind: Kind) -> Self {
        Version { map: empty(kind), model: Model::default() }
    }

    /// Returns a newly built map with the same entries.
    pub(crate) fn rebuilt(&self, kind: Kind) -> Map<K, V> {
        let mut map = empty(kind);
        map.extend(self.model.clone());
        map
    }

    /// Reads the whole map and compares it with the model.
    pub(crate) fn read(&self) {
        let Version { map, model } = self;
        validate(map);
        assert_eq!(map.len(), model.len());
        for (key, value) in model {
            assert_eq!(map.get(key), Some(value), "at key {key:?}");
        }
        let entries: HashMap<&K, &V> = map.iter().collect();
        assert_eq!(entries.len(), model.len(), "an entry was yielded twice");
        for (key, value) in entries {
            assert_eq!(model.get(key), Some(value), "at key {key:?}");
        }
    }

    /// Reads the map with every reading operation.
    pub(crate) fn read_closely(&self) {
        self.read();
        let Version { map, model } = self;
        for (key, value) in model {
            assert_eq!(map.get_key_value(key), Some((key, value)));
            assert!(map.contains_key(key));
            assert_eq!(&map[key], value);
        }

        let len = model.len();
        let entries = walk(map.iter(), len);
        assert!(entries.iter().copied().eq(map), "the order changed");
        let keys = walk(map.keys(), len);
        let values = walk(map.values(), len);
        assert!(keys.iter().copied().eq(entries.iter().map(|e| e.0)));
        assert!(values.iter().copied().eq(entries.iter().map(|e| e.1)));
        assert_eq!(gather(map.iter()), entries);
        assert_eq!(gather(map.keys()), keys);
        assert_eq!(gather(map.values()), values);

        let mut rest = map.iter();
        rest.by_ref().take(len / 2).for_each(drop);
        assert_eq!(gather(rest.clone()), entries[len / 2..]);
        assert_eq!(walk(rest, len - len / 2), entries[len / 2..]);

        let rebuilt = self.rebuilt(map.hasher().0);
        assert_eq!(*map, rebuilt);
        assert_eq!(digest(map), digest(&rebuilt));
        assert!(same_shape(map, &rebuilt), "the shape depends on the history");
    }
}

/// Collects `iter` by `next`, and checks the length that it reports before each step.
#[track_caller]
pub(crate) fn walk<I>(mut iter: I, len: usize) -> Vec<I::Item>
where
    I: ExactSizeIterator + FusedIterator,
{
    let mut items = Vec::with_capacity(len);
    loop {
        let left = len.checked_sub(items.len()).expect("there are at most `len` items");
        assert_eq!(iter.size_hint(), (left, Some(left)));
        assert_eq!(iter.len(), left);
        match iter.next() {
            Some(item) => items.push(item),
            None => break,
        }
    }
    assert_eq!(items.len(), len);
    assert!(iter.next().is_none());
    assert_eq!(iter.len(), 0);
    items
}

/// Collects `iter` by `fold`, which iterators may implement separately from `next`.
pub(crate) fn gather<I: Iterator>(iter: I) -> Vec<I::Item> {
    iter.fold(Vec::new(), |mut items, item| {
        items.push(item);
        items
    })
}

pub(crate) fn digest(value: &impl Hash) -> u64 {
    FixedState::default().hash_one(value)
}
