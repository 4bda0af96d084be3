//! The tables of ratios in `README.md`.

use std::fmt::Write;

use peers::case::CASES;
use peers::op::Op;
use peers::results::{Row, count, ratio};
use peers::{SHARED, SINGLE_THREADED};

/// What the figures of memory are for.
const MEMORY: [(&str, &str); 4] = [
    ("bytes_collect", "bytes per entry, collected"),
    ("bytes_insert", "bytes per entry, inserted one by one"),
    ("blocks_insert", "blocks of memory per entry, inserted one by one"),
    ("bytes_version", "bytes of a version with an entry more"),
];

/// The peers of which a clone is O(1).
const PERSISTENT: [&str; 3] = ["imbl", "rpds", "im"];

/// Both tables, after a line about the machine.
pub(super) fn tables(description: &[&str], rows: &[Row]) -> String {
    let mut text = format!("Measured on {}.\n\n", description.join("; "));
    let timed = Op::ALL.iter().map(|&(_, name, what)| (name, what));
    main_case(&mut text, rows, "random `u64` keys, `u64` values", &SHARED[1..], timed.clone().chain(MEMORY));
    main_case(&mut text, rows, "beside maps of one thread", SINGLE_THREADED, timed);
    table(&mut text, "ratio to std / to the fastest persistent peer", &Op::MAIN.map(what));
    for case in CASES {
        let cells = Op::MAIN.map(|op| {
            let persistent = fastest(rows, case.name, op.name());
            format!("{} / {}", mean(&ratios(rows, case.name, op.name(), "std")), mean(&persistent))
        });
        line(&mut text, case.what, cells.into_iter());
    }
    text
}

/// The table of the main kind of map beside some peers.
fn main_case<'a>(
    text: &mut String,
    rows: &[Row],
    first: &str,
    peers: &[&str],
    ops: impl Iterator<Item = (&'a str, &'a str)>,
) {
    table(text, first, peers);
    for (op, what) in ops {
        let ratios: Vec<_> = peers.iter().map(|peer| ratios(rows, CASES[0].name, op, peer)).collect();
        // No peer can tell what changed from one map to another.
        if ratios.iter().any(|ratios| !ratios.is_empty()) {
            line(text, what, ratios.iter().map(|ratios| with_worst(ratios)));
        }
    }
    text.push('\n');
}

fn what(op: Op) -> &'static str {
    Op::ALL[op as usize].2
}

/// Begins a table with the names of its columns.
fn table(text: &mut String, first: &str, columns: &[&str]) {
    line(text, first, columns.iter().map(ToString::to_string));
    line(text, "---", columns.iter().map(|_| String::from("---")));
}

fn line(text: &mut String, first: &str, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.collect();
    writeln!(text, "| {first} | {} |", cells.join(" | ")).expect("a string takes any text");
}

/// Sizes with the ratio of ours to that of `peer`.
fn ratios(rows: &[Row], keys: &str, op: &str, peer: &str) -> Vec<(usize, f64)> {
    let mut sizes: Vec<usize> = rows.iter().filter(|row| row.keys == keys).map(|row| row.n).collect();
    sizes.dedup();
    sizes.into_iter().filter_map(|n| Some((n, ratio(rows, keys, op, n, peer)?))).collect()
}

/// Sizes with the ratio of ours to the fastest of the persistent peers.
fn fastest(rows: &[Row], keys: &str, op: &str) -> Vec<(usize, f64)> {
    let mut fastest = ratios(rows, keys, op, PERSISTENT[0]);
    for peer in &PERSISTENT[1..] {
        for ((_, most), (_, ratio)) in fastest.iter_mut().zip(ratios(rows, keys, op, peer)) {
            *most = most.max(ratio);
        }
    }
    fastest
}

/// The geometric mean.
fn mean(ratios: &[(usize, f64)]) -> String {
    if ratios.is_empty() {
        return String::from("–");
    }
    let logarithms = ratios.iter().map(|(_, ratio)| ratio.ln()).sum::<f64>();
    number((logarithms / ratios.len() as f64).exp())
}

/// The geometric mean, and the worst with its size.
fn with_worst(ratios: &[(usize, f64)]) -> String {
    let worst = ratios.iter().max_by(|(_, a), (_, b)| a.total_cmp(b));
    worst.map_or_else(
        || mean(ratios),
        |(n, worst)| format!("{} ({} at {})", mean(ratios), number(*worst), count(*n as f64)),
    )
}

/// Two digits that count; bold if we are slower by more than the measurements differ.
fn number(ratio: f64) -> String {
    match ratio {
        ..0.01 => String::from("< 0.01"),
        ..0.995 => format!("{ratio:.2}"),
        ..1.05 => format!("{ratio:.1}"),
        ..9.95 => format!("**{ratio:.1}**"),
        _ => format!("**{ratio:.0}**"),
    }
}
