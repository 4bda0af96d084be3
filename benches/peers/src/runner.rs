//! How an operation is measured.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::input::{Input, MapInput};
use crate::key::Value;
use crate::map::{BenchMap, Key};
use crate::op::Op;

/// Above this size, maps of which a clone copies every entry are left out where each edit needs a clone.
const MOST_COPIED: usize = 10_000;

/// How many variants of a map are made and kept, and of how many of the maps.
const VARIANTS: usize = 100;
const VARIED_MAPS: usize = 10;

/// One measurement.
#[derive(Clone, Copy, Default)]
pub struct Sample {
    pub elapsed: Duration,
    pub operations: usize,
}

/// A map under test with what it works on, its type forgotten.
pub trait Competitor {
    fn name(&self) -> &'static str;

    fn can(&self, op: Op) -> bool;

    /// Measures `op` once on all maps. Panics if one gives a wrong answer.
    fn pass(&self, op: Op) -> Sample;
}

/// The competitor `M`.
pub struct Runner<'a, K, V, M> {
    input: &'a Input<K, V>,
    /// One for each map of the input.
    maps: Vec<M>,
}

impl<'a, K: Key, V: Value, M: BenchMap<K, V>> Runner<'a, K, V, M> {
    pub fn new(input: &'a Input<K, V>) -> Self {
        Self { input, maps: input.maps.iter().map(build).collect() }
    }

    /// Measures `f` on what `setup` makes of each map. The time is that of `operations` for each.
    ///
    /// `check` sees the answers after the measurement; only then are they dropped.
    fn on_made<T, R>(
        &self,
        operations: usize,
        setup: impl Fn(&M, &MapInput<K, V>) -> T,
        f: impl Fn(T, &M, &MapInput<K, V>) -> R,
        check: impl Fn(&R, &MapInput<K, V>),
    ) -> Sample {
        let all = || self.maps.iter().zip(&self.input.maps);
        let made: Vec<T> = all().map(|(map, input)| setup(map, input)).collect();
        let mut answers = Vec::with_capacity(made.len());
        let start = Instant::now();
        for (made, (map, input)) in made.into_iter().zip(all()) {
            answers.push(f(made, black_box(map), input));
        }
        let elapsed = start.elapsed();
        answers.iter().zip(&self.input.maps).for_each(|(answer, input)| check(answer, input));
        Sample { elapsed, operations: operations * answers.len() }
    }

    /// Measures `f` on each map.
    fn on_each<R>(
        &self,
        operations: usize,
        f: impl Fn(&M, &MapInput<K, V>) -> R,
        check: impl Fn(&R, &MapInput<K, V>),
    ) -> Sample {
        self.on_made(operations, |_, _| (), |(), map, input| f(map, input), check)
    }

    /// Measures inserts of `keys`, each into a version of its own, which must then have `len` entries.
    fn insert_shared(&self, keys: impl Fn(&MapInput<K, V>) -> &[K], len: usize) -> Sample {
        let edits = self.input.edits();
        self.on_made(
            edits,
            |_, input| keys(input)[..edits].to_vec(),
            |keys, map, _| {
                let len_with = |key| {
                    let mut version = black_box(map).clone();
                    version.insert(key, V::new(1));
                    version.len()
                };
                keys.into_iter().map(len_with).sum::<usize>()
            },
            |&lens, _| assert_eq!(lens, edits * len),
        )
    }

    /// Measures `f` on each map and another that has half of its entries in common with it.
    fn on_overlapping(&self, len: usize, f: impl Fn(&M, &M) -> M) -> Sample {
        let half = self.input.n / 2;
        let overlapping = |input: &MapInput<K, V>| {
            let new = input.misses[..half].iter().map(|key| (key.clone(), V::new(0)));
            input.entries[half..].iter().cloned().chain(new).collect::<M>()
        };
        self.on_made(
            self.input.n,
            |_, input| overlapping(input),
            |other, map, _| (f(map, &other), other),
            |(answer, _), _| assert_eq!(answer.len(), len),
        )
    }

    /// Measures `f` on each map and versions of it with one value changed; `f` tells whether it did well.
    fn on_versions(&self, f: impl Fn(&M, &M) -> bool) -> Sample {
        let count = self.input.versions();
        let changed = |map: &M, key: &K| {
            let mut version = map.clone();
            version.insert(key.clone(), V::new(u64::MAX));
            version
        };
        self.on_made(
            count,
            |map, input| input.hits[..count].iter().map(|key| changed(map, key)).collect::<Vec<M>>(),
            |versions, map, _| (versions.iter().filter(|version| f(map, version)).count(), versions),
            |(right, _), _| assert_eq!(*right, count),
        )
    }

    /// Makes variants of a few of the maps, each with an entry more, and keeps them all.
    fn variants(&self) -> Sample {
        let maps = || self.maps.iter().zip(&self.input.maps).take(VARIED_MAPS);
        let keys: Vec<Vec<K>> =
            maps().map(|(_, input)| input.misses.iter().cycle().take(VARIANTS).cloned().collect()).collect();
        let mut variants = Vec::with_capacity(VARIED_MAPS * VARIANTS);
        let start = Instant::now();
        for ((map, _), keys) in maps().zip(keys) {
            for key in keys {
                let mut variant = black_box(map).clone();
                variant.insert(key, V::new(1));
                variants.push(variant);
            }
        }
        let elapsed = start.elapsed();
        assert!(variants.iter().all(|variant| variant.len() == self.input.n + 1));
        Sample { elapsed, operations: variants.len() }
    }
}

/// The map that `input` describes.
fn build<K: Key, V: Value, M: BenchMap<K, V>>(input: &MapInput<K, V>) -> M {
    input.entries.iter().cloned().collect()
}

/// The sum of the values' numbers, external iteration.
fn sum<K: Key, V: Value, M: BenchMap<K, V>>(map: &M) -> u64 {
    let mut sum = 0;
    for (_, value) in map.iter() {
        sum += value.number();
    }
    sum
}

/// Is it the map that `input` describes, as far as a sum can tell?
fn check_whole<K: Key, V: Value, M: BenchMap<K, V>>(map: &M, input: &MapInput<K, V>) {
    assert_eq!((map.len(), sum(map)), (input.entries.len(), input.sum));
}

impl<K: Key, V: Value, M: BenchMap<K, V>> Competitor for Runner<'_, K, V, M> {
    fn name(&self) -> &'static str {
        M::NAME
    }

    fn can(&self, op: Op) -> bool {
        let copies = M::CLONE_COPIES && op.clones_each_time() && self.input.n > MOST_COPIED;
        !copies && (M::HAS_DIFF || op != Op::DiffOne)
    }

    fn pass(&self, op: Op) -> Sample {
        let (n, half) = (self.input.n, self.input.n / 2);
        let (edits, lookups) = (self.input.edits(), self.input.lookups());
        match op {
            Op::GetHit => self.on_each(
                lookups,
                |map, input| input.hits[..lookups].iter().filter_map(|key| map.get(key)).map(V::number).sum::<u64>(),
                |&sum, input| assert_eq!(sum, input.hits_sum),
            ),
            Op::GetMiss => self.on_each(
                lookups,
                |map, input| input.misses[..lookups].iter().filter(|key| map.get(key).is_some()).count(),
                |&found, _| assert_eq!(found, 0),
            ),
            Op::Insert => self.on_made(
                n,
                |_, input| input.entries.clone(),
                |entries, _, _| {
                    let mut map = M::default();
                    for (key, value) in entries {
                        map.insert(key, value);
                    }
                    map
                },
                check_whole,
            ),
            Op::Collect => self.on_made(
                n,
                |_, input| input.entries.clone(),
                |entries, _, _| entries.into_iter().collect::<M>(),
                check_whole,
            ),
            Op::Remove => self.on_made(
                n,
                |_, input| build::<K, V, M>(input),
                |mut map, _, input| (input.hits.iter().filter(|key| map.remove(key)).count(), map),
                |(removed, map), _| assert_eq!((*removed, map.len()), (n, 0)),
            ),
            Op::Update => self.on_made(
                n,
                |_, input| (build::<K, V, M>(input), input.hits.clone()),
                |(mut map, keys), _, _| {
                    for key in keys {
                        map.insert(key, V::new(1));
                    }
                    map
                },
                |map, _| assert_eq!((map.len(), sum(map)), (n, n as u64)),
            ),
            Op::InsertShared => self.insert_shared(|input| &input.misses, n + 1),
            Op::UpdateShared => self.insert_shared(|input| &input.hits, n),
            Op::RemoveShared => self.on_each(
                edits,
                |map, input| {
                    let len_without = |key| {
                        let mut version = black_box(map).clone();
                        version.remove(key);
                        version.len()
                    };
                    input.hits[..edits].iter().map(len_without).sum::<usize>()
                },
                |&lens, _| assert_eq!(lens, edits * (n - 1)),
            ),
            Op::Iterate => self.on_each(n, |map, _| sum(map), |&sum, input| assert_eq!(sum, input.sum)),
            Op::Fold => self.on_each(
                n,
                |map, _| {
                    let mut sum = 0;
                    map.iter().for_each(|(_, value)| sum += value.number());
                    sum
                },
                |&sum, input| assert_eq!(sum, input.sum),
            ),
            Op::Clone => {
                let clones = if M::CLONE_COPIES { (10_000 / n).clamp(1, 100) } else { 100 };
                self.on_made(
                    clones,
                    |_, _| Vec::with_capacity(clones),
                    |mut made, map, _| {
                        made.extend((0..clones).map(|_| black_box(map).clone()));
                        made
                    },
                    |made, _| assert_eq!(made.iter().map(M::len).sum::<usize>(), clones * n),
                )
            }
            Op::Variants => self.variants(),
            Op::Drop => self.on_made(n, |_, input| build::<K, V, M>(input), |map, _, _| drop(map), |(), _| ()),
            Op::EqUnshared => self.on_made(
                n,
                |_, input| input.entries.iter().rev().cloned().collect::<M>(),
                |other, map, _| (*map == other, other),
                |(equal, _), _| assert!(equal),
            ),
            Op::EqOne => self.on_versions(|map, version| map != version),
            Op::DiffOne => self.on_versions(|map, version| map.diff(version) == 1),
            Op::MergeOne => self.on_versions(|map, version| map.merge(version).len() == n),
            Op::Union => self.on_overlapping(n + half, M::merge),
            Op::Intersection => self.on_overlapping(n - half, M::intersection),
            Op::Difference => self.on_overlapping(half, M::difference),
            Op::SymmetricDifference => self.on_overlapping(2 * half, M::symmetric_difference),
        }
    }
}
