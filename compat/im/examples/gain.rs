//! Measures what the change of one line gains: the same program with `im` and with this crate.
//!
//! `cargo run --release --example gain` prints the table of the README. Keys and values are random `u64`s, the hasher
//! is the default of each. The two take turns, and each figure is the median of all rounds. Both must compute the same.

use std::hint::black_box;
use std::ops::Range;
use std::time::Instant;

const SIZES: [usize; 3] = [10, 1000, 100_000];
const ROUNDS: usize = 25;
/// How many entries a round inserts, looks up or iterates over, at least.
const ENTRIES: usize = 20_000;
/// How many entries of one version have been updated since the other.
const CHANGES: usize = 5;

/// What is measured: a name, how often a call does it, and the call, which returns a checksum.
type Case = (&'static str, usize, Box<dyn FnMut() -> u64>);

/// Numbers that look random and are the same in each run.
fn number(index: usize) -> u64 {
    let word = (index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (word ^ (word >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

macro_rules! cases {
    ($module:ident, $im:ident) => {
        mod $module {
            use super::*;
            use $im::HashMap;

            fn map(numbers: Range<usize>) -> HashMap<u64, u64> {
                numbers.map(|index| (number(index), number(index) >> 7)).collect()
            }

            fn sum(map: &HashMap<u64, u64>) -> u64 {
                map.iter().fold(0, |sum, (key, value)| sum.wrapping_add(key ^ value))
            }

            /// A case that does `f` to a map and a number, over and over.
            fn case(name: &'static str, count: usize, map: &HashMap<u64, u64>, f: Operation) -> Case {
                let map = map.clone();
                let call = move || (0..count).map(|n| f(black_box(&map), n)).fold(0, u64::wrapping_add);
                (name, count, Box::new(call))
            }

            type Operation = Box<dyn Fn(&HashMap<u64, u64>, usize) -> u64>;

            pub(super) fn cases(size: usize) -> Vec<Case> {
                let whole = map(0..size);
                let other = map(size / 2..size + size / 2);
                let version = (0..CHANGES).fold(whole.clone(), |map, n| map.update(number(n), 0));
                let equal = (0..CHANGES).fold(whole.clone(), |map, n| map.update(number(n), number(n) >> 7));
                let (passes, merges) = (ENTRIES.div_ceil(size), (ENTRIES / size).clamp(1, 100));
                vec![
                    case(
                        "insert into a clone",
                        ENTRIES,
                        &whole,
                        Box::new(move |map, n| map.update(number(size + n), 1).len() as u64),
                    ),
                    case("lookup", ENTRIES, &whole, Box::new(move |map, n| map[&number(n * 7919 % size)])),
                    case("iterate over all", passes, &whole, Box::new(|map, _| sum(map))),
                    case(
                        "union, half in common",
                        merges,
                        &whole,
                        Box::new(move |map, _| map.clone().union(other.clone()).len() as u64),
                    ),
                    case(
                        "union of two versions",
                        20.max(merges),
                        &whole,
                        Box::new(move |map, _| map.clone().union(version.clone()).len() as u64),
                    ),
                    case(
                        "`==` of two equal versions",
                        20.max(merges),
                        &whole,
                        Box::new(move |map, _| u64::from(*map == *black_box(&equal))),
                    ),
                ]
            }
        }
    };
}

cases!(upstream, im_upstream);
cases!(ours, perennial_im);

/// Runs a case, and returns the nanoseconds for each time with the checksum.
fn time((_, count, call): &mut Case) -> (f64, u64) {
    let start = Instant::now();
    let checksum = black_box(call());
    (start.elapsed().as_nanos() as f64 / *count as f64, checksum)
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Shows a time with at most three digits or so.
fn shown(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns < 1e3 => format!("{ns:.0} ns"),
        ns if ns < 1e4 => format!("{:.1} µs", ns / 1e3),
        ns if ns < 1e6 => format!("{:.0} µs", ns / 1e3),
        ns if ns < 1e7 => format!("{:.1} ms", ns / 1e6),
        ns => format!("{:.0} ms", ns / 1e6),
    }
}

fn main() {
    println!("| | entries | `im` | `perennial-im` | times as fast |");
    println!("| --- | --- | --- | --- | --- |");
    let mut rows: Vec<(&str, String)> = Vec::new();
    for size in SIZES {
        for (mut theirs, mut ours) in upstream::cases(size).into_iter().zip(ours::cases(size)) {
            let (mut their_times, mut our_times) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                let (their_time, expected) = time(&mut theirs);
                let (our_time, found) = time(&mut ours);
                assert_eq!(found, expected, "{} of {size}", ours.0);
                their_times.push(their_time);
                our_times.push(our_time);
            }
            let (their_time, our_time) = (median(their_times), median(our_times));
            let (theirs_shown, ours_shown) = (shown(their_time), shown(our_time));
            let gain = their_time / our_time;
            let digits = usize::from(gain < 10.0);
            rows.push((ours.0, format!("| {size} | {theirs_shown} | {ours_shown} | {gain:.digits$} |")));
        }
    }
    // By what is measured, then by size.
    for index in 0..rows.len() / SIZES.len() {
        for (name, figures) in rows.iter().skip(index).step_by(rows.len() / SIZES.len()) {
            println!("| {name} {figures}");
        }
    }
}
