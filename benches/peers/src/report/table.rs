//! The tables in `README.md` and `BENCHMARKS.md`.

use std::fmt::Write;

use peers::case::CASES;
use peers::op::Op;
use peers::results::{Row, count, ratio};
use peers::{SHARED, SINGLE_THREADED};

/// The descriptions of the figures of memory.
const MEMORY: [(&str, &str); 4] = [
    ("bytes_collect", "bytes per entry, collected"),
    ("bytes_insert", "bytes per entry, inserted one by one"),
    ("blocks_insert", "blocks of memory per entry, inserted one by one"),
    ("bytes_version", "bytes of a version with an entry more"),
];

/// The peers with an O(1) `clone`.
const PERSISTENT: [&str; 3] = ["imbl", "rpds", "im"];

/// `README.md` shows absolute figures of some operations on maps of this size, for integers and for records.
const SUMMARY_SIZE: usize = 100_000;
const SUMMARY_OF_RECORDS: [(&str, &str); 8] = [
    ("insert_shared", "insert into a snapshot"),
    ("fold", "iterate, per entry"),
    ("get_hit", "lookup"),
    ("get_chained", "dependent lookup"),
    ("insert", "insert in place"),
    ("remove", "remove in place"),
    ("bytes_insert", "bytes per entry"),
    ("bytes_version", "bytes of one more version"),
];
const SUMMARY: [(&str, &str); 9] = [
    ("eq_one", "`==` of two versions with one change"),
    ("merge_one", "merge of these two versions"),
    ("insert_shared", "insert into a snapshot"),
    ("fold", "iterate, per entry"),
    ("get_hit", "lookup"),
    ("get_chained", "dependent lookup"),
    ("insert", "insert in place"),
    ("bytes_insert", "bytes per entry"),
    ("bytes_version", "bytes of one more version"),
];

/// The peers in absolute tables. `hashbrown` is left out, because std uses it.
const ABSOLUTE: [&str; 5] = ["perennial", "imbl", "rpds", "im", "std"];
const ABSOLUTE_SIZES: [usize; 4] = [10, 1_000, 100_000, 1_000_000];

/// Returns the table in `README.md`.
pub(super) fn summary(rows: &[Row]) -> String {
    let mut text = String::new();
    absolute(&mut text, rows, CASES[0].name, SUMMARY_SIZE, SUMMARY.into_iter());
    text.push_str("From `String`s of 11 letters to records of three `String`s and two numbers:\n\n");
    absolute(&mut text, rows, "record", SUMMARY_SIZE, SUMMARY_OF_RECORDS.into_iter());
    text
}

/// Writes a table of absolute figures of a kind of map. The smallest figure of a line is bold.
fn absolute<'a>(text: &mut String, rows: &[Row], keys: &str, n: usize, ops: impl Iterator<Item = (&'a str, &'a str)>) {
    table(text, &format!("{} entries", count(n as f64)), &ABSOLUTE);
    for (op, what) in ops {
        let found = ABSOLUTE.map(|peer| {
            let mut of_op = rows.iter().filter(|row| row.keys == keys && row.op == op && row.n == n);
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

/// Formats a time, given in nanoseconds, with a suitable unit.
fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1e3 => format!("{} ns", bare(nanoseconds)),
        ..1e6 => format!("{} µs", bare(nanoseconds / 1e3)),
        _ => format!("{} ms", bare(nanoseconds / 1e6)),
    }
}

/// Formats a figure with two or three significant digits.
fn bare(figure: f64) -> String {
    if figure < 9.95 { format!("{figure:.1}") } else { format!("{figure:.0}") }
}

/// Returns all tables of `BENCHMARKS.md`, after a line about the machine.
pub(super) fn tables(description: &[String], rows: &[Row]) -> String {
    let mut text = format!("How the figures were measured:\n\n* {}\n\n{}", description.join("\n* "), spread(rows));
    let timed = Op::ALL.iter().map(|&(_, name, what)| (name, what));
    text.push_str(
        "## Absolute figures\n\n`u64` keys and values; the fastest, and what is within 5 % of it, in bold.\n\n",
    );
    for n in ABSOLUTE_SIZES {
        absolute(&mut text, rows, CASES[0].name, n, timed.clone().chain(MEMORY));
    }
    text.push_str(
        "## Ratios\n\nOur time divided by the peer's, the geometric mean over n = 10 ... 1M, and the worst in parentheses. \
         Below 1 we are faster; bold where we are slower by more than 5 %.\n\n",
    );
    let bytes = MEMORY.into_iter().filter(|(op, _)| op.starts_with("bytes"));
    main_case(&mut text, rows, "random `u64` keys, `u64` values", &SHARED[1..], timed.clone().chain(bytes));
    main_case(&mut text, rows, "beside maps of one thread", SINGLE_THREADED, timed);
    table(&mut text, "ratio to std / to the fastest persistent peer", &Op::MAIN.map(what));
    for case in CASES {
        let cells = Op::MAIN.map(|op| {
            let persistent = fastest(rows, case.name, op.name());
            format!("{} / {}", mean(&ratios(rows, case.name, op.name(), "std")), mean(&persistent))
        });
        line(&mut text, case.what, cells.into_iter());
    }
    text.push('\n');
    text
}

/// Says how far the measurements of the same thing are apart.
fn spread(rows: &[Row]) -> String {
    let apart = |row: &Row| (row.quartiles[1] - row.quartiles[0]) / row.median;
    let mut parts: Vec<f64> = rows.iter().filter(|row| row.samples > 1 && row.median > 0.0).map(apart).collect();
    parts.sort_by(f64::total_cmp);
    let at = |percent: usize| 100.0 * parts[(parts.len() - 1) * percent / 100];
    format!(
        "The quartiles of the measurements of the same thing are {:.1} % of the median apart at half of the figures, \
         and less than {:.0} % at nine of ten. They stand in the file of the figures.\n\n",
        at(50),
        at(90)
    )
}

/// Writes a table of the ratios to some peers, for the main kind of map.
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
        // No peer supports `diff`, so that operation has no ratios.
        if ratios.iter().any(|ratios| !ratios.is_empty()) {
            line(text, what, ratios.iter().map(|ratios| with_worst(ratios)));
        }
    }
    text.push('\n');
}

fn what(op: Op) -> &'static str {
    Op::ALL[op as usize].2
}

/// Writes the header of a table.
fn table(text: &mut String, first: &str, columns: &[&str]) {
    line(text, first, columns.iter().map(ToString::to_string));
    line(text, "---", columns.iter().map(|_| String::from("---")));
}

fn line(text: &mut String, first: &str, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.collect();
    writeln!(text, "| {first} | {} |", cells.join(" | ")).expect("a string takes any text");
}

/// Returns the ratio of our figure to that of `peer` for each size.
fn ratios(rows: &[Row], keys: &str, op: &str, peer: &str) -> Vec<(usize, f64)> {
    let mut sizes: Vec<usize> = rows.iter().filter(|row| row.keys == keys).map(|row| row.n).collect();
    sizes.dedup();
    sizes.into_iter().filter_map(|n| Some((n, ratio(rows, keys, op, n, peer)?))).collect()
}

/// Returns the ratio of our figure to that of the fastest persistent peer for each size.
fn fastest(rows: &[Row], keys: &str, op: &str) -> Vec<(usize, f64)> {
    let mut fastest = ratios(rows, keys, op, PERSISTENT[0]);
    for peer in &PERSISTENT[1..] {
        for ((_, most), (_, ratio)) in fastest.iter_mut().zip(ratios(rows, keys, op, peer)) {
            *most = most.max(ratio);
        }
    }
    fastest
}

/// Formats the geometric mean.
fn mean(ratios: &[(usize, f64)]) -> String {
    if ratios.is_empty() {
        return String::from("–");
    }
    let logarithms = ratios.iter().map(|(_, ratio)| ratio.ln()).sum::<f64>();
    number((logarithms / ratios.len() as f64).exp())
}

/// Formats the geometric mean, and the worst ratio with its size.
fn with_worst(ratios: &[(usize, f64)]) -> String {
    let worst = ratios.iter().max_by(|(_, a), (_, b)| a.total_cmp(b));
    worst.map_or_else(
        || mean(ratios),
        |(n, worst)| format!("{} ({} at {})", mean(ratios), number(*worst), count(*n as f64)),
    )
}

/// Formats a ratio with two significant digits, bold if we are slower by more than the variation of the measurements.
fn number(ratio: f64) -> String {
    match ratio {
        ..0.01 => String::from("< 0.01"),
        ..0.995 => format!("{ratio:.2}"),
        ..1.05 => format!("{ratio:.1}"),
        ..9.95 => format!("**{ratio:.1}**"),
        _ => format!("**{ratio:.0}**"),
    }
}
