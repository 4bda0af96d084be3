//! Counts bytes and blocks of heap memory. This is a separate program, because counting makes the maps slower.
//!
//! `memory PEERS KIND SIZE` prints rows of results for one kind of map, `u64` or `record`. The bytes are those that the
//! maps request, without the overhead of the allocator, and without what the keys and values own themselves.

use std::alloc::System;

use foldhash::fast::FixedState;
use peers::input::Input;
use peers::key::{Random, Record, Short, Value};
use peers::map::{BenchMap, Key};
use peers::results::Row;
use peers::runner::{build, insert_all};
use peers::{SHARED, for_each_map};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The number of versions that are kept of each map.
const VERSIONS: usize = 10;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [peers, kind, size] = &args[..] else { panic!("usage: memory PEERS KIND SIZE") };
    let size = size.parse().expect("a size is a number");
    let print = |index: usize, rows: &dyn Fn() -> Vec<Row>| {
        if peers.split(',').any(|wanted| wanted == SHARED[index]) {
            rows().iter().for_each(|row| println!("{row}"));
        }
    };
    if kind == "record" {
        let input = Input::new::<Short>(size, 0);
        let of_map = for_each_map!(rows, String, Record, FixedState);
        of_map.into_iter().enumerate().for_each(|(index, rows)| print(index, &|| rows(kind, &input)));
    } else {
        let input = Input::new::<Random>(size, 0);
        let of_map = for_each_map!(rows, u64, u64, FixedState);
        of_map.into_iter().enumerate().for_each(|(index, rows)| print(index, &|| rows(kind, &input)));
    }
}

fn rows<K: Key, V: Value, M: BenchMap<K, V>>(kind: &str, input: &Input<K, V>) -> Vec<Row> {
    let (inputs, entries) = (&input.maps, input.n * input.maps.len());
    // What the keys and values own: the bytes of copies of them, without those of the vectors that contain them.
    let (copies, own) = kept(|| inputs.iter().map(|input| input.entries.clone()));
    let own = own.bytes - copies.iter().map(|copy| copy.capacity() * size_of::<(K, V)>()).sum::<usize>();
    let one = own / entries;
    drop(copies);
    let (maps, collected) = kept(|| inputs.iter().map(build::<K, V, M>));
    let (_, inserted) = kept(|| inputs.iter().map(|input| insert_all::<K, V, M>(input.entries.iter().cloned())));
    let (versions, shared) = kept(|| {
        maps.iter().zip(inputs).flat_map(|(map, input)| {
            input.misses.iter().take(VERSIONS).map(|key| {
                let mut version = map.clone();
                version.insert(key.clone(), V::new(0));
                version
            })
        })
    });
    let row = |name: &str, what: usize, count: usize| {
        Row::new(kind, name, input.n, M::NAME, vec![what as f64 / count as f64])
    };
    vec![
        row("bytes_collect", collected.bytes - own, entries),
        row("blocks_collect", collected.blocks, entries),
        row("bytes_insert", inserted.bytes - own, entries),
        row("blocks_insert", inserted.blocks, entries),
        row("bytes_version", shared.bytes - one * versions.len(), versions.len()),
        row("blocks_version", shared.blocks, versions.len()),
    ]
}

/// The memory that is in use.
struct Held {
    bytes: usize,
    blocks: usize,
}

/// Makes maps. Returns them and the memory that they use, without the vector that contains them.
fn kept<M, I: Iterator<Item = M>>(maps: impl FnOnce() -> I) -> (Vec<M>, Held) {
    let region = Region::new(ALLOCATOR);
    let maps: Vec<M> = maps().collect();
    let change = region.change();
    let bytes = change.bytes_allocated - change.bytes_deallocated - maps.capacity() * size_of::<M>();
    (maps, Held { bytes, blocks: change.allocations - change.deallocations - 1 })
}
