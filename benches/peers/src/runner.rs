//! Measures an operation.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;

use crate::input::{Input, MapInput};
use crate::key::Value;
use crate::map::{BenchMap, Key};
use crate::op::Op;

mod rest;

/// Above this size, maps whose `clone` copies every entry are skipped if each edit requires a clone.
const MOST_COPIED: usize = 10_000;

/// One measurement, in CPU time, so that other programs on the machine do not count.
#[derive(Clone, Copy, Default)]
pub struct Sample {
    pub elapsed: Duration,
    pub operations: usize,
}

/// A map under test with its input, with its type erased.
pub trait Competitor {
    fn name(&self) -> &'static str;

    fn can(&self, op: Op) -> bool;

    /// Measures `op` once on all maps. Panics if a result is wrong.
    fn pass(&self, op: Op) -> Sample;

    /// Panics if the maps have changed. Edits of versions must not change them.
    fn check_unchanged(&self);
}

/// The competitor `M`.
pub struct Runner<'a, K, V, M> {
    input: &'a Input<K, V>,
    /// A map for each map of the input.
    maps: Vec<M>,
    rest: Option<Rest<'a, K, V, M>>,
}

/// Measures an operation beyond the main ones.
type Rest<'a, K, V, M> = fn(&Runner<'a, K, V, M>, Op) -> Sample;

/// Selects the operations that are compiled, because compiling all of them for all types would take several minutes.
pub trait Scope {
    fn rest<'a, K: Key, V: Value, M: BenchMap<K, V>>() -> Option<Rest<'a, K, V, M>>;
}

/// [`Op::MAIN`] only.
pub struct Main;

impl Scope for Main {
    fn rest<'a, K: Key, V: Value, M: BenchMap<K, V>>() -> Option<Rest<'a, K, V, M>> {
        None
    }
}

/// All operations.
pub struct All;

impl Scope for All {
    fn rest<'a, K: Key, V: Value, M: BenchMap<K, V>>() -> Option<Rest<'a, K, V, M>> {
        Some(Runner::pass_rest)
    }
}

impl<'a, K: Key, V: Value, M: BenchMap<K, V>> Runner<'a, K, V, M> {
    pub fn new<C: Scope>(input: &'a Input<K, V>) -> Self {
        Self { input, maps: input.maps.iter().map(build).collect(), rest: C::rest() }
    }

    /// Measures calls of `f` with what `setup` makes of each map. Each call counts as `operations` operations.
    ///
    /// `check` is called with the results after the measurement; they are dropped after that.
    fn on_made<T, R>(
        &self,
        operations: usize,
        setup: impl Fn(&M, &MapInput<K, V>) -> T,
        f: impl Fn(T, &M, &MapInput<K, V>) -> R,
        check: impl Fn(&R, &MapInput<K, V>),
    ) -> Sample {
        let all = || self.maps.iter().zip(&self.input.maps);
        let made: Vec<T> = all().map(|(map, input)| setup(map, input)).collect();
        let mut results = Vec::with_capacity(made.len());
        let start = ThreadTime::now();
        for (made, (map, input)) in made.into_iter().zip(all()) {
            results.push(f(made, black_box(map), input));
        }
        let elapsed = start.elapsed();
        results.iter().zip(&self.input.maps).for_each(|(result, input)| check(result, input));
        Sample { elapsed, operations: operations * results.len() }
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

    /// Measures insertions of `keys`, each into a separate version, which must have `len` entries after that.
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
}

/// Returns the map that `input` describes.
pub fn build<K: Key, V: Value, M: BenchMap<K, V>>(input: &MapInput<K, V>) -> M {
    input.entries.iter().cloned().collect()
}

/// Builds a map by single insertions.
pub fn insert_all<K: Key, V: Value, M: BenchMap<K, V>>(entries: impl IntoIterator<Item = (K, V)>) -> M {
    let mut map = M::default();
    for (key, value) in entries {
        map.insert(key, value);
    }
    map
}

/// Returns the sum of the numbers of all values, by external iteration.
fn sum<K: Key, V: Value, M: BenchMap<K, V>>(map: &M) -> u64 {
    let mut sum = 0;
    for (_, value) in map.iter() {
        sum += value.number();
    }
    sum
}

/// Panics unless `map` is the map that `input` describes.
fn check_whole<K: Key, V: Value, M: BenchMap<K, V>>(map: &M, input: &MapInput<K, V>) {
    assert_eq!((map.len(), sum(map)), (input.entries.len(), input.sum));
    check(map, input.entries.iter().map(|(key, value)| (key, value)));
}

/// Panics unless `map` contains exactly `entries`. For large maps only the length is checked, because lookups would
/// take too long.
fn check<'a, K: Key, V: Value, M: BenchMap<K, V>>(map: &M, entries: impl Iterator<Item = (&'a K, &'a V)>) {
    let searched = map.len() <= 2_000;
    let wanted = entries.inspect(|&(key, value)| assert!(!searched || map.get(key) == Some(value)));
    assert_eq!(map.len(), wanted.count());
}

impl<K: Key, V: Value, M: BenchMap<K, V>> Competitor for Runner<'_, K, V, M> {
    fn name(&self) -> &'static str {
        M::NAME
    }

    fn can(&self, op: Op) -> bool {
        let copies = M::CLONE_COPIES && op.clones_each_time() && self.input.n > MOST_COPIED;
        !copies && (M::HAS_DIFF || op != Op::DiffOne) && (self.rest.is_some() || op.is_main())
    }

    fn pass(&self, op: Op) -> Sample {
        let n = self.input.n;
        let (edits, lookups) = (self.input.edits(), self.input.lookups());
        match op {
            Op::GetHit => self.on_each(
                lookups,
                |map, input| input.hits[..lookups].iter().filter_map(|key| map.get(key)).map(V::number).sum::<u64>(),
                |&sum, input| assert_eq!(sum, input.hits_sum),
            ),
            // The place of the next key depends on the value that was found, although it is always the next place. So
            // the CPU cannot begin a lookup before the one before it ends.
            Op::GetChained => self.on_each(
                lookups,
                |map, input| {
                    let (hits, zero) = (&input.hits[..lookups], black_box(0));
                    let (mut sum, mut found) = (0, 0);
                    for i in 0..lookups {
                        found = map.get(&hits[i + (found & zero) as usize]).map_or(u64::MAX, V::number);
                        sum += found;
                    }
                    sum
                },
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
                |entries, _, _| insert_all::<K, V, M>(entries),
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
            Op::InsertShared => self.insert_shared(|input| &input.misses, n + 1),
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
            Op::Fold => self.on_each(
                n,
                |map, _| {
                    let mut sum = 0;
                    map.iter().for_each(|(_, value)| sum += value.number());
                    sum
                },
                |&sum, input| assert_eq!(sum, input.sum),
            ),
            Op::Drop => self.on_made(n, |_, input| build::<K, V, M>(input), |map, _, _| drop(map), |(), _| ()),
            _ => self.rest.expect("`can` returned true")(self, op),
        }
    }

    fn check_unchanged(&self) {
        self.maps.iter().zip(&self.input.maps).for_each(|(map, input)| check_whole(map, input));
    }
}
