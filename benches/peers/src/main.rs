//! Measures perennial and similar crates; see `args::USAGE`.

use std::process::{Command, ExitCode};

use peers::SHARED;
use peers::case::{CASES, Case};
use peers::harness::{Effort, measure};
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
    for (index, case) in CASES.iter().enumerate().filter(|(_, case)| args.cases.contains(&case.name)) {
        let main = index == 0;
        let (effort, sizes): (_, &[usize]) = match (args.quick, main) {
            (false, true) => (Effort::MAIN, &[10, 100, 1_000, 10_000, 100_000, 1_000_000]),
            (false, false) => (Effort::OTHERS, &[10, 100, 1_000, 10_000, 100_000, 1_000_000]),
            (true, true) => (Effort::QUICK, &[10, 100, 1_000, 10_000, 100_000]),
            (true, false) => (Effort::QUICK, &[10_000]),
        };
        let effort = Effort {
            seeds: args.seeds.unwrap_or(effort.seeds),
            rounds: args.rounds.map_or(effort.rounds, |rounds| [rounds; 3]),
        };
        let usual_ops = || if main { Op::ALL.map(|op| op.0).to_vec() } else { Op::MAIN.to_vec() };
        let ops = args.ops.clone().unwrap_or_else(usual_ops);
        let peers: Vec<&str> = args.peers.iter().copied().filter(|peer| main || SHARED.contains(peer)).collect();
        for &n in args.sizes.as_deref().unwrap_or(sizes).iter().filter(|&&n| n <= case.most) {
            rows.extend(measure_size(case, n, &ops, &peers, effort));
            if args.best {
                rows.iter_mut().for_each(|row| row.median = row.least);
            }
            if args.memory && ["u64", "record"].contains(&case.name) {
                rows.extend(memory(case.name, n, &args.peers)?);
            }
            results::print(&rows, case.name, n);
        }
    }
    if !args.write {
        return Ok(());
    }
    let arguments = if args.line.is_empty() { "all" } else { &args.line };
    let mut description = machine::description();
    description.push(format!("{}: {arguments}", machine::date()));
    report::write(description, rows, args.measures_all()).and_then(|()| report::render())
}

fn measure_size(case: &Case, n: usize, ops: &[Op], peers: &[&str], effort: Effort) -> Vec<Row> {
    let mut times = vec![vec![Vec::new(); peers.len()]; ops.len()];
    for seed in 0..effort.seeds {
        case.with_competitors(n, seed, peers, |competitors| {
            assert!(competitors.iter().map(|competitor| competitor.name()).eq(peers.iter().copied()));
            for (&op, times) in ops.iter().zip(&mut times) {
                measure(competitors, op, effort.rounds(n), times);
            }
            competitors.iter().for_each(|competitor| competitor.check_unchanged());
        });
    }
    let mut rows = Vec::new();
    for (op, times) in ops.iter().zip(times) {
        for (peer, times) in peers.iter().zip(times).filter(|(_, times)| !times.is_empty()) {
            rows.push(Row::new(case.name, op.name(), n, peer, times));
        }
    }
    rows
}

/// Runs the program `memory`, and returns its rows of bytes and blocks.
fn memory(kind: &str, n: usize, peers: &[&str]) -> Result<Vec<Row>, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--locked", "--bin", "memory", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .args(["--", &peers.join(","), kind, &n.to_string()])
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    String::from_utf8_lossy(&output.stdout).lines().map(Row::parse).collect()
}

/// Runs every operation once on small maps, whose results are checked completely.
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
