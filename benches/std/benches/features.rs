//! Compares `rayon` with one thread, and `serde` with std's `HashMap`, on maps of a million entries.
//!
//! Run `cargo bench --bench features` in this folder. A part of a name selects benchmarks: `-- rayon/collect`.

use std::collections::HashMap;
use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};
use foldhash::fast::FixedState;
use perennial::PersistentMap;
use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

const N: u64 = 1_000_000;

type Map = PersistentMap<u64, u64, FixedState>;
type StdMap = HashMap<u64, u64, FixedState>;

/// Returns different, random-looking numbers for different values of `at`.
fn number(at: u64) -> u64 {
    at.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

/// Performs a million multiplications, each of which depends on the one before.
fn arithmetic(start: u64) -> u64 {
    (0..N).fold(start, |x, _| number(x))
}

fn group<'a>(c: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = c.benchmark_group(name);
    group.sample_size(20);
    group
}

/// Measures the sequential and the parallel form of an operation. Their results must be equal.
fn both<R: PartialEq>(c: &mut Criterion, name: &str, one: impl Fn() -> R, many: impl Fn() -> R) {
    assert!(one() == many(), "the results of {name} differ");
    let mut group = group(c, &format!("rayon/{name}"));
    // The results are dropped after the measurement.
    group.bench_function("sequential", |b| b.iter_with_large_drop(&one));
    group.bench_function("parallel", |b| b.iter_with_large_drop(&many));
}

fn rayon(c: &mut Criterion) {
    let keys: Vec<u64> = (0..N).map(number).collect();
    let a: Map = keys.iter().map(|&key| (key, key)).collect();
    let again: Map = keys.iter().map(|&key| (key, key)).collect();
    let b: Map = (N / 2..N + N / 2).map(|at| (number(at), at)).collect();
    both(
        c,
        "collect",
        || keys.iter().map(|&key| (key, key)).collect::<Map>(),
        || keys.par_iter().map(|&key| (key, key)).collect::<Map>(),
    );
    both(c, "merge", || a.merge(&b), || a.par_merge(&b));
    both(c, "intersection", || a.intersection(&b), || a.par_intersection(&b));
    both(c, "eq", || a == again, || a.par_eq(&again));
    // For comparison, the parallel speedup of a program that uses no memory.
    both(
        c,
        "arithmetic",
        || (0..32).map(arithmetic).sum::<u64>(),
        || (0..32).into_par_iter().map(arithmetic).sum::<u64>(),
    );
    both(c, "sum", || a.values().sum::<u64>(), || a.par_values().sum::<u64>());
}

/// Measures serializing and deserializing a map.
fn format<M: Serialize + DeserializeOwned + PartialEq, B: AsRef<[u8]>>(
    c: &mut Criterion,
    name: &str,
    map: &M,
    write: impl Fn(&M) -> B,
    read: impl Fn(&[u8]) -> M,
) {
    let bytes = write(map);
    assert!(read(bytes.as_ref()) == *map, "{name}: the round trip changed the map");
    let mut group = group(c, &format!("serde/{name}"));
    group.bench_function("write", |b| b.iter_with_large_drop(|| write(black_box(map))));
    group.bench_function("read", |b| b.iter_with_large_drop(|| read(black_box(bytes.as_ref()))));
}

fn formats<M: Serialize + DeserializeOwned + PartialEq>(c: &mut Criterion, name: &str, map: &M) {
    format(
        c,
        &format!("json/{name}"),
        map,
        |map| serde_json::to_vec(map).unwrap(),
        |b| serde_json::from_slice(b).unwrap(),
    );
    format(
        c,
        &format!("postcard/{name}"),
        map,
        |map| postcard::to_allocvec(map).unwrap(),
        |b| postcard::from_bytes(b).unwrap(),
    );
}

fn serde(c: &mut Criterion) {
    let entries = || (0..N).map(|at| (number(at), at));
    formats(c, "PersistentMap", &entries().collect::<Map>());
    formats(c, "HashMap", &entries().collect::<StdMap>());
}

fn main() {
    let mut c = Criterion::default().configure_from_args();
    rayon(&mut c);
    serde(&mut c);
    c.final_summary();
}
