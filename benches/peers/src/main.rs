//! Measures Perennial beside its peers; see `args::USAGE`.

use std::process::{Command, ExitCode};

use peers::case::{CASES, Case};
use peers::harness::measure;
use peers::op::Op;
use peers::results::{self, Row};

mod args;
mod machine;
mod report;

use args::{Args, Mode};

fn main() -> ExitCode {
    let done = Args::parse(std::env::args().skip(1)).and_then(|args| match args.mode {
        Mode::Measure => measure_all(&args),
        Mode::Check => {
            check_all(&args);
            Ok(())
        }
        Mode::Render => report::render(),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn measure_all(args: &Args) -> Result<(), String> {
    let mut rows = Vec::new();
    for (case, ops, sizes) in plan(args) {
        for n in sizes {
            rows.extend(measure_size(case, n, &ops, args));
            if args.memory && case.name == CASES[0].name {
                rows.extend(memory(n, &args.peers)?);
            }
            results::print(&rows, case.name, n);
        }
    }
    if args.write { report::write(&machine::description(), &rows).and_then(|()| report::render()) } else { Ok(()) }
}

/// The kinds of maps with the operations and sizes that are measured for each.
fn plan(args: &Args) -> impl Iterator<Item = (&'static Case, Vec<Op>, Vec<usize>)> {
    CASES.iter().enumerate().filter(|(_, case)| args.cases.contains(&case.name)).map(|(index, case)| {
        let main = index == 0;
        let usual_sizes: &[usize] = match (args.quick, main) {
            (false, _) => &[10, 100, 1_000, 10_000, 100_000, 1_000_000],
            (true, true) => &[10, 100, 1_000, 10_000, 100_000],
            (true, false) => &[10_000],
        };
        let usual_ops = || if main { Op::ALL.map(|op| op.0).to_vec() } else { Op::MAIN.to_vec() };
        (case, args.ops.clone().unwrap_or_else(usual_ops), args.sizes.clone().unwrap_or_else(|| usual_sizes.to_vec()))
    })
}

fn measure_size(case: &Case, n: usize, ops: &[Op], args: &Args) -> Vec<Row> {
    let mut times = vec![vec![Vec::new(); args.peers.len()]; ops.len()];
    for seed in 0..args.effort.seeds {
        case.with_competitors(n, seed, &args.peers, |competitors| {
            for (&op, times) in ops.iter().zip(&mut times) {
                measure(competitors, op, n, args.effort, times);
            }
            competitors.iter().for_each(|competitor| competitor.check_unchanged());
        });
    }
    let mut rows = Vec::new();
    for (op, times) in ops.iter().zip(times) {
        for (peer, times) in args.peers.iter().zip(times).filter(|(_, times)| !times.is_empty()) {
            rows.push(Row::new(case.name, op.name(), n, peer, times));
        }
    }
    rows
}

/// Bytes and blocks, from the program that counts them.
fn memory(n: usize, peers: &[&str]) -> Result<Vec<Row>, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--locked", "--bin", "memory", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .args(["--", &peers.join(","), &n.to_string()])
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    String::from_utf8_lossy(&output.stdout).lines().map(Row::parse).collect()
}

/// Does everything once with small maps, whose answers are checked in full.
fn check_all(args: &Args) {
    let mut passes = 0;
    for case in CASES.iter().filter(|case| args.cases.contains(&case.name)) {
        for n in [1, 10, 100, 1_000] {
            case.with_competitors(n, 0, &args.peers, |competitors| {
                for competitor in competitors {
                    for (op, ..) in Op::ALL.into_iter().filter(|&(op, ..)| competitor.can(op)) {
                        competitor.pass(op);
                        passes += 1;
                    }
                    competitor.check_unchanged();
                }
            });
        }
    }
    println!("{passes} operations checked on {} maps", args.peers.len());
}
