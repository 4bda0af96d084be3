//! The tables in `README.md` and `BENCHMARKS.md`.

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

/// What `README.md` shows: some operations on maps of this size, in absolute figures.
const SUMMARY_SIZE: usize = 100_000;
const SUMMARY: [(&str, &str); 8] = [
    ("eq_one", "`==` of two versions with one change"),
    ("merge_one", "merge of these"),
    ("insert_shared", "insert into a snapshot"),
    ("remove_shared", "remove from a snapshot"),
    ("fold", "iterate, per entry"),
    ("get_hit", "lookup"),
    ("insert", "insert in place"),
    ("bytes_insert", "bytes per entry"),
];

/// The peers in absolute tables; `hashbrown` is left out, as it is what std uses.
const ABSOLUTE: [&str; 5] = ["perennial", "imbl", "rpds", "im", "std"];
const ABSOLUTE_SIZES: [usize; 4] = [10, 1_000, 100_000, 1_000_000];

/// The table in `README.md`.
pub(super) fn summary(rows: &[Row]) -> String {
    let mut text = String::new();
    absolute(&mut text, rows, SUMMARY_SIZE, SUMMARY.into_iter());
    text
}

/// A table of absolute figures of the main kind of map; the least of a line is bold.
fn absolute<'a>(text: &mut String, rows: &[Row], n: usize, ops: impl Iterator<Item = (&'a str, &'a str)>) {
    table(text, &format!("{} entries", count(n as f64)), &ABSOLUTE);
    for (op, what) in ops {
        let found = ABSOLUTE.map(|peer| {
            let mut of_op = rows.iter().filter(|row| row.keys == CASES[0].name && row.op == op && row.n == n);
            of_op.find(|row| row.peer == peer).map(|row| row.median)
        });
        let least = found.iter().flatten().fold(f64::INFINITY, |least, figure| least.min(*figure));
        let cell = |figure: &Option<f64>| match *figure {
            None => String::from("–"),
            Some(figure) => {
                let figure_text =
                    if op.starts_with("bytes") || op.starts_with("blocks") { bare(figure) } else { time(figure) };
                if figure < 1.05 * least { format!("**{figure_text}**") } else { figure_text }
            }
        };
        if found[0].is_some() {
            line(text, what, found.iter().map(cell));
        }
    }
    text.push('\n');
}

/// A time in nanoseconds, in a unit that suits it.
fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1e3 => format!("{} ns", bare(nanoseconds)),
        ..1e6 => format!("{} µs", bare(nanoseconds / 1e3)),
        _ => format!("{} ms", bare(nanoseconds / 1e6)),
    }
}

/// Two or three digits that count.
fn bare(figure: f64) -> String {
    if figure < 9.95 { format!("{figure:.1}") } else { format!("{figure:.0}") }
}

/// All tables of `BENCHMARKS.md`, after a line about the machine.
pub(super) fn tables(description: &[&str], rows: &[Row]) -> String {
    let mut text = format!("Measured on {}.\n\n", description.join("; "));
    let timed = Op::ALL.iter().map(|&(_, name, what)| (name, what));
    text.push_str(
        "## Absolute figures\n\n`u64` keys and values; the fastest, and what is within 5 % of it, in bold.\n\n",
    );
    for n in ABSOLUTE_SIZES {
        absolute(&mut text, rows, n, timed.clone().chain(MEMORY));
    }
    text.push_str(
        "## Ratios\n\nOur time divided by the peer's, the geometric mean over n = 10 ... 1M, and the worst in parentheses. \
         Below 1 we are faster; bold where we are slower by more than 5 %.\n\n",
    );
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
