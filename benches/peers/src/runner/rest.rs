//! The operations that are measured only for the main kind of map.

use std::hint::black_box;

use cpu_time::ThreadTime;

use super::{Runner, Sample, build, check, check_whole, sum};
use crate::input::MapInput;
use crate::key::{Value, mix};
use crate::map::{BenchMap, Key};
use crate::op::Op;

/// The number of variants of a map that are made and kept, and the number of maps of which they are made.
const VARIANTS: usize = 100;
const VARIED_MAPS: usize = 10;

impl<K: Key, V: Value, M: BenchMap<K, V>> Runner<'_, K, V, M> {
    pub(super) fn pass_rest(&self, op: Op) -> Sample {
        let n = self.input.n;
        match op {
            Op::Update => self.on_made(
                n,
                |_, input| (build::<K, V, M>(input), input.hits.clone()),
                |(mut map, keys), _, _| {
                    for key in keys {
                        map.insert(key, V::new(1));
                    }
                    map
                },
                |map, input| {
                    assert_eq!((map.len(), sum(map)), (n, n as u64));
                    check(map, input.hits.iter().zip(std::iter::repeat(&V::new(1))));
                },
            ),
            Op::Entry => self.on_made(
                n,
                |_, input| input.entries.clone(),
                |entries, _, _| {
                    let mut map = M::default();
                    for (key, value) in entries {
                        map.insert_new(key, value);
                    }
                    map
                },
                check_whole,
            ),
            Op::GetMut => self.on_made(
                n,
                |_, input| build::<K, V, M>(input),
                |mut map, _, input| {
                    for key in &input.hits {
                        if let Some(value) = map.get_mut(key) {
                            *value = V::new(1);
                        }
                    }
                    map
                },
                |map, input| {
                    assert_eq!((map.len(), sum(map)), (n, n as u64));
                    check(map, input.hits.iter().zip(std::iter::repeat(&V::new(1))));
                },
            ),
            Op::RetainHalf => self.retain(|number| mix(number).is_multiple_of(2)),
            Op::RetainMost => self.retain(|number| !mix(number).is_multiple_of(100)),
            Op::UpdateShared => self.insert_shared(|input| &input.hits, n),
            Op::Iterate => self.on_each(n, |map, _| sum(map), |&sum, input| assert_eq!(sum, input.sum)),
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
            Op::EqUnshared => self.on_made(
                n,
                |_, input| input.entries.iter().rev().cloned().collect::<M>(),
                |other, map, _| (*map == other, other),
                |(equal, _), _| assert!(equal),
            ),
            Op::EqOne => self.on_versions(|map, version| map == version, |equal, _| assert!(!equal)),
            Op::DiffOne => self.on_versions(M::diff, |&changes, _| assert_eq!(changes, 1)),
            Op::MergeOne => self.on_versions(M::merge, |merged, changed| {
                assert_eq!(merged.len(), n);
                assert!(merged.get(changed).is_some_and(|value| value.number() == u64::MAX));
            }),
            Op::Union => self.on_overlapping([true, true, true], M::merge),
            Op::Intersection => self.on_overlapping([false, true, false], M::intersection),
            Op::Difference => self.on_overlapping([true, false, false], M::difference),
            Op::SymmetricDifference => self.on_overlapping([true, false, true], M::symmetric_difference),
            _ => unreachable!("{op:?} is one of the main operations"),
        }
    }

    /// Measures `f` on each map and another map that has half of its entries in common with it. `returned` says whether
    /// `f` returns the entries that are only in the first map, those in both, and those only in the second.
    fn on_overlapping(&self, returned: [bool; 3], f: impl Fn(&M, &M) -> M) -> Sample {
        let new = V::new(0);
        self.on_made(
            self.input.n,
            |_, input| {
                let [_, both, second] = halves(input, &new);
                both.into_iter().chain(second).map(|(key, value)| (key.clone(), value.clone())).collect::<M>()
            },
            |other, map, _| (f(map, &other), other),
            |(found, _), input| {
                let parts = halves(input, &new).into_iter().zip(returned);
                check(found, parts.filter(|&(_, wanted)| wanted).flat_map(|(part, _)| part));
            },
        )
    }

    /// Measures `f` on each map and versions of it with one changed value. `check` gets the result and the key.
    fn on_versions<R>(&self, f: impl Fn(&M, &M) -> R, check: impl Fn(&R, &K)) -> Sample {
        let count = self.input.versions();
        let changed = |map: &M, key: &K| {
            let mut version = map.clone();
            version.insert(key.clone(), V::new(u64::MAX));
            version
        };
        self.on_made(
            count,
            |map, input| input.hits[..count].iter().map(|key| changed(map, key)).collect::<Vec<M>>(),
            |versions, map, _| (versions.iter().map(|version| f(map, version)).collect::<Vec<R>>(), versions),
            |(results, _), input| results.iter().zip(&input.hits[..count]).for_each(|(result, key)| check(result, key)),
        )
    }

    /// Measures `retain` with a closure that keeps the values whose numbers `keep` accepts.
    fn retain(&self, keep: impl Fn(u64) -> bool) -> Sample {
        self.on_made(
            self.input.n,
            |_, input| build::<K, V, M>(input),
            |mut map, _, _| {
                map.retain(|value| keep(value.number()));
                map
            },
            |map, input| {
                let kept = input.entries.iter().filter(|(_, value)| keep(value.number()));
                check(map, kept.map(|(key, value)| (key, value)));
            },
        )
    }

    /// Measures making variants of a few of the maps, each with one more entry. All of them are kept.
    fn variants(&self) -> Sample {
        let maps = || self.maps.iter().zip(&self.input.maps).take(VARIED_MAPS);
        let keys: Vec<Vec<K>> =
            maps().map(|(_, input)| input.misses.iter().cycle().take(VARIANTS).cloned().collect()).collect();
        let mut variants = Vec::with_capacity(VARIED_MAPS * VARIANTS);
        let start = ThreadTime::now();
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

/// Returns the entries that are only in the first of two maps, those in both, and those only in the second, whose value
/// is `new`.
fn halves<'a, K, V>(input: &'a MapInput<K, V>, new: &'a V) -> [Vec<(&'a K, &'a V)>; 3] {
    let entries = |part: &'a [(K, V)]| part.iter().map(|(key, value)| (key, value)).collect();
    let (first, both) = input.entries.split_at(input.entries.len() / 2);
    let second = input.misses[..first.len()].iter().map(|key| (key, new)).collect();
    [entries(first), entries(both), second]
}
